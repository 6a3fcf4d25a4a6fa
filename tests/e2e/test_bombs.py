"""Ten bombs beside a stranger's small job, on the real local stack: each is refused, and the stranger is served."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.pipelines.apart import LONGEST
from tests.bombs import BOMBS, Bomb
from tests.e2e.stack import Guest, Stack
from tests.pipelines.media.makers import each_kind

WAIT = 300


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("stack"), {}, "--sweep", "1")
    stack.start()
    yield stack
    stack.stop()
    assert stack.pids() == []


def test_each_bomb_is_refused_and_a_stranger_is_served(stack: Stack) -> None:
    assert len(BOMBS) == 10
    assert LONGEST < 60, "seconds of processor time for any file, enforced by the kernel"
    by_pipeline: dict[str, list[Bomb]] = defaultdict(list)
    for bomb in BOMBS:
        by_pipeline[bomb.pipeline].append(bomb)
    attacker, stranger = Guest(stack.api), Guest(stack.api)
    sent = {
        attacker.upload({bomb.name: bomb.make() for bomb in bombs}, pipeline): bombs
        for pipeline, bombs in by_pipeline.items()
    }
    photos = {name: content for name, content in each_kind().items() if name.endswith(".jpg")}
    own = stranger.upload(photos)
    assert stranger.wait(own, WAIT)["status"] == "completed"
    assert {file["status"] for file in stranger.get(f"/jobs/{own}/files")["items"]} <= {"inspected", "duplicate"}
    for job_id, bombs in sent.items():
        assert attacker.wait(job_id, WAIT)["error_code"] == "no_usable_file"
        found = {file["original_filename"]: file for file in attacker.get(f"/jobs/{job_id}/files")["items"]}
        for bomb in bombs:
            file = found[bomb.name]
            assert file["status"] == "rejected", bomb.name
            assert file["error_code"] in bomb.codes, (bomb.name, file)
    assert Path(stack.log).read_text().count("Traceback") == 0
