"""Inspection of a stranger's file in a child process: its limits and its outcomes."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from chalicelib.files.hashing import Hasher
from chalicelib.files.source import SourceFile
from chalicelib.pipelines import apart as apart_module
from chalicelib.pipelines.apart import Apart
from chalicelib.pipelines.base import Inspection, UnreadableFile

CONTENT = os.urandom(3_000_000)


@dataclass
class Pipeline:
    look: Callable[[SourceFile], object]
    name: str = "tried"

    def inspect(self, file: SourceFile, options: object) -> Inspection:
        return Inspection("text/plain", {"found": self.look(file), "options": options, "pid": os.getpid()}, b"small")


def source(content: bytes = CONTENT) -> SourceFile:
    def stream(start: int, end: int) -> Iterator[bytes]:
        for at in range(start, end, 100_000):
            yield content[at : min(end, at + 100_000)]

    return SourceFile("a.bin", len(content), stream)


def test_what_was_found_comes_back_with_the_digests_and_one_child_does_several_files() -> None:
    def look(file: SourceFile) -> str:
        file.head()
        return file.load().sha256

    apart = Apart(Pipeline(look))
    found = []
    for _ in range(3):
        file = source()
        found.append(apart.inspect(file, {"a": 1}))
        hasher = Hasher()
        list(hasher.through(iter([CONTENT])))
        assert file.digests == hasher.digests()
    assert {inspection.metadata["pid"] for inspection in found} == {found[0].metadata["pid"]} != {os.getpid()}
    assert (found[0].thumbnail, found[0].metadata["options"]) == (b"small", {"a": 1})
    assert apart.name == "tried"


def test_ranges_are_read_through_the_parent() -> None:
    def look(file: SourceFile) -> bytes:
        with file.open() as opened:
            opened.seek(-10, os.SEEK_END)
            return opened.read()

    assert Apart(Pipeline(look)).inspect(source(), None).metadata["found"] == CONTENT[-10:]


def turn_for_ever(_: SourceFile) -> None:
    while True:
        pass


def take_much(_: SourceFile) -> None:
    bytearray(4_000_000_000)


def sleep(_: SourceFile) -> None:
    time.sleep(60)


@pytest.mark.parametrize("look", [turn_for_ever, take_much, sleep])
def test_what_takes_too_much_is_too_expensive_and_the_next_file_is_looked_into(
    look: Callable[[SourceFile], object],
) -> None:
    looks = [look, lambda file: file.size]
    pipeline = Pipeline(lambda file: looks[file.name == "good"](file))
    apart = Apart(pipeline, seconds=0.2, longest=5)
    for _ in range(2):
        with pytest.raises(UnreadableFile) as refused:
            apart.inspect(source(b"x"), None)
        assert refused.value.code == "too_expensive"
        good = source(b"xyz")
        good.name = "good"
        assert apart.inspect(good, None).metadata["found"] == 3


def test_a_child_that_somebody_kills_is_no_fault_of_the_file(tmp_path: Path) -> None:
    def look(file: SourceFile) -> int:
        with (tmp_path / "tries").open("a") as tries:
            tries.write("x")
        if file.name == "always" or (tmp_path / "tries").stat().st_size == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        return file.size

    apart = Apart(Pipeline(look))
    assert apart.inspect(source(b"xyz"), None).metadata["found"] == 3
    always = source(b"xyz")
    always.name = "always"
    with pytest.raises(UnreadableFile) as refused:
        apart.inspect(always, None)
    assert refused.value.code == "too_expensive"
    assert apart.inspect(source(b"xyz"), None).metadata["found"] == 3


def test_a_decoder_that_breaks_down_takes_nobody_with_it() -> None:
    apart = Apart(Pipeline(lambda _: os.abort()))
    with pytest.raises(UnreadableFile) as refused:
        apart.inspect(source(b"x"), None)
    assert refused.value.code == "unreadable"


def test_what_the_pipeline_raises_is_raised_here() -> None:
    def refuse(_: SourceFile) -> None:
        raise UnreadableFile("content_mismatch", "It is a cat.")

    def fail(_: SourceFile) -> None:
        raise KeyError("a")

    with pytest.raises(UnreadableFile, match="It is a cat") as refused:
        Apart(Pipeline(refuse)).inspect(source(), None)
    assert refused.value.code == "content_mismatch"
    with pytest.raises(KeyError):
        Apart(Pipeline(fail)).inspect(source(), None)


def test_what_the_store_raises_is_raised_here_and_a_child_is_made_anew() -> None:
    class Gone(Exception):
        pass

    def stream(start: int, end: int) -> Iterator[bytes]:
        yield b"x"
        raise Gone

    apart = Apart(Pipeline(lambda file: file.load().sha256))
    with pytest.raises(Gone):
        apart.inspect(SourceFile("a.bin", 1000, stream), None)
    assert apart.inspect(source(), None).content_type == "text/plain"


def test_a_slow_file_gives_way_to_other_processes_and_the_next_one_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apart_module, "QUICK", 0.1)

    def look(file: SourceFile) -> int:
        deadline = time.monotonic() + 20
        while file.name == "slow.bin" and os.getpriority(os.PRIO_PROCESS, 0) == usual and time.monotonic() < deadline:
            time.sleep(0.01)
        return os.getpriority(os.PRIO_PROCESS, 0)

    usual = os.getpriority(os.PRIO_PROCESS, 0)
    apart = Apart(Pipeline(look))
    slow = source()
    slow.name = "slow.bin"
    assert apart.inspect(slow, None).metadata["found"] == apart_module.LOWEST_PRIORITY
    assert apart.inspect(source(), None).metadata["found"] == usual
