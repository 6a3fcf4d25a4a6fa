"""The files of the embedded cloud: acknowledged changes can be read back from them, and damage is detected."""

import asyncio
import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.cloud import journal, repair, store
from infra.local.cloud.journal import STEP, Damaged, Record, Writer


class Memory:
    """A store's state reduced to its list of records."""

    def __init__(self) -> None:
        self.found: list[Record] = []

    def records(self) -> Iterator[Record]:
        yield from self.found


def session(folder: Path, records: list[Record], *, snapshots: int = 0, end: bool = True) -> None:
    """One run of the process: it loads, appends the records, takes snapshots in between, and ends or is killed."""

    async def run() -> None:
        memory = Memory()
        kept = store.Store(folder, store.load(folder, memory.found.append), memory)  # type: ignore[arg-type]
        for number, record in enumerate(records):
            memory.found.append(record)
            kept.append(record)
            await kept.durable()
            if number < snapshots:
                assert await kept.snapshot()
        if end:
            await kept.close()

    asyncio.run(run())


def loaded(folder: Path) -> list[Record]:
    found: list[Record] = []
    store.load(folder, found.append)
    return found


def some(count: int, first: int = 0) -> list[Record]:
    return [["item", "t", str(number), "", {"n": number}] for number in range(first, first + count)]


@pytest.mark.parametrize("snapshots", [0, 1, 2, 5])
@pytest.mark.parametrize("end", [False, True])
def test_every_record_comes_back_after_any_number_of_runs(tmp_path: Path, snapshots: int, end: bool) -> None:
    for run in range(3):
        session(tmp_path, some(7, run * 7), snapshots=snapshots, end=end)
    assert loaded(tmp_path) == some(21)
    assert len(list(tmp_path.glob("snapshot-*"))) <= 2


def test_a_batch_that_a_kill_cut_off_is_as_if_it_had_never_been(tmp_path: Path) -> None:
    session(tmp_path, some(5), end=False)
    (path,) = tmp_path.glob("journal-*")
    whole = path.read_bytes()
    assert len(whole) % STEP == 0
    end, sealed = journal.length(whole)
    assert not sealed
    last = whole.rfind(journal.MAGIC)
    for cut in (last + 1, last + 5, last + journal.HEAD.size, end - 1):
        path.write_bytes(whole[:cut] + bytes(len(whole) - cut))
        for other in sorted(tmp_path.glob("journal-*"))[1:]:
            other.unlink()
        assert loaded(tmp_path) == some(4)
        session(tmp_path, some(1, 9), end=False)
        assert loaded(tmp_path) == [*some(4), *some(1, 9)]


def test_a_journal_that_was_cut_short_or_overwritten_is_damage(tmp_path: Path) -> None:
    session(tmp_path, some(5), end=False)
    (path,) = tmp_path.glob("journal-*")
    whole = path.read_bytes()
    third = whole.find(journal.MAGIC, journal.HEAD.size * 3)
    broken = [
        whole[:100],
        whole[: len(whole) - 1],
        whole[:third] + b"\0\0\0\0" + whole[third + 4 :],
        whole[:third] + b"x",
    ]
    for content in broken:
        path.write_bytes(content)
        with pytest.raises(Damaged) as damaged:
            loaded(tmp_path)
        assert damaged.value.file == path


@pytest.mark.parametrize("cut", [0, 10, 60, -1])
def test_a_snapshot_that_was_cut_short_is_damage_and_the_one_before_it_leads_to_the_same_state(
    tmp_path: Path, cut: int
) -> None:
    session(tmp_path, some(9), snapshots=3, end=False)
    newest = max(tmp_path.glob("snapshot-*"))
    newest.write_bytes(newest.read_bytes()[:cut])
    with pytest.raises(Damaged) as damaged:
        loaded(tmp_path)
    assert damaged.value.file == newest
    (said,) = repair.mend(tmp_path)
    assert newest.name in said
    assert loaded(tmp_path) == some(9)
    assert repair.examine(tmp_path) is None


def test_mending_a_journal_keeps_all_up_to_the_damage_and_sets_the_rest_aside(tmp_path: Path) -> None:
    session(tmp_path, some(5), end=False)
    session(tmp_path, some(5, 5), end=False)
    first = min(tmp_path.glob("journal-*"))
    content = first.read_bytes()
    fourth = content.rfind(journal.MAGIC, 0, content.rfind(journal.MAGIC))
    first.write_bytes(content[:fourth] + b"xxxx" + content[fourth + 4 :])
    (said,) = repair.mend(tmp_path)
    assert "what was answered after that is lost" in said
    assert loaded(tmp_path) == some(4)
    assert (tmp_path / f"damaged-{first.name}").stat().st_size == len(content)


def test_the_only_snapshot_can_t_be_mended(tmp_path: Path) -> None:
    session(tmp_path, some(5), snapshots=2, end=False)
    for path in [min(tmp_path.glob("snapshot-*")), *sorted(tmp_path.glob("journal-*"))[:-1]]:
        path.unlink()
    newest = max(tmp_path.glob("snapshot-*"))
    newest.write_bytes(b"")
    with pytest.raises(repair.BeyondRepair):
        list(repair.mend(tmp_path))
    assert newest.exists()


def test_on_a_full_disk_changes_are_refused_before_anything_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Writer(tmp_path)
    writer.name(tmp_path / "journal-00000001")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(OSError, match="No space left"):
        writer.ensure(2 * STEP)
    # The space already taken suffices for small changes, until little of it is left.
    small = journal.line(["item", "t", "x" * 100_000, "", {}])

    def fill() -> None:
        for _ in range(1000):
            writer.ensure(len(small))
            writer.write(small)

    with pytest.raises(OSError, match="No space left"):
        fill()
    assert writer.size > STEP / 2
    monkeypatch.undo()
    writer.ensure(2 * STEP)
    writer.seal(small)
    records = loaded(tmp_path)
    assert len(records) == (writer.size // len(small))
