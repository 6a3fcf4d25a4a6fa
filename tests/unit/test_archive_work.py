"""The checksums that an archive's work completes: each byte is read once, even when workers die."""

import json
from collections.abc import Iterator
from typing import Any
from zlib import crc32

import pytest

from chalicelib.archives import work
from chalicelib.archives.plan import Planned, packed
from chalicelib.jobs import keys
from chalicelib.jobs.model import Job
from chalicelib.jobs.states import JobState
from chalicelib.pipelines.base import Step, StoredFile
from tests.fakes import World
from tests.fakes.world import OWNER, Crash

RUN = "run-chores"
CONTENTS = {"film": bytes(range(250)) * 14, "small": b"small", "empty": b""}


@pytest.fixture
def found(world: World, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, int]]:
    """The outcomes of the step, once it has finished."""
    monkeypatch.setattr(work, "PIECE", 1000)
    came_to: list[dict[str, int]] = []

    def look(job: Any) -> None:
        came_to.append(json.loads(job.load(work.CHECKSUMS).read_bytes()))

    world.chores.steps = (Step("Completing", work.complete_checksums), Step("Looking", look))
    return came_to


def begin(world: World, **sizes: int) -> Job:
    members = []
    for name, content in CONTENTS.items():
        world.objects.put(f"results/other/{name}", content, "video/mp4")
        members.append(Planned(name, StoredFile(name, f"results/other/{name}", sizes.get(name, len(content)), None)))
    members.append(Planned("known", StoredFile("known", "results/other/gone", 5, 77)))
    job_id = world.new_id()
    world.objects.put(keys.work(job_id, work.SELECTION), packed(members), "application/octet-stream")
    return world.intake.start(OWNER, "chores", {}, job_id)


def test_what_is_unknown_is_read_and_what_is_known_is_not(world: World, found: list[dict[str, int]]) -> None:
    job = begin(world)
    world.deliver(RUN)
    assert world.job(job).state is JobState.COMPLETED
    assert found == [{str(i): crc32(content) for i, content in enumerate(CONTENTS.values())}]


def test_a_film_goes_on_where_a_worker_died(
    world: World, found: list[dict[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[tuple[int, int]] = []
    stream = world.objects.stream

    def mortal(key: str, start: int, end: int, **more: Any) -> Iterator[bytes]:
        if key.endswith("film"):
            read.append((start, end))
            if len(read) in {2, 4}:
                raise Crash
        return stream(key, start, end, **more)

    monkeypatch.setattr(world.objects, "stream", mortal)
    job = begin(world)
    for _ in range(5):
        world.deliver(RUN)
        world.advance(31 * 60)
        world.drain(f"{RUN}-dlq")
    world.settle_down(minutes=60)
    assert world.job(job).state is JobState.COMPLETED
    assert found[-1]["0"] == crc32(CONTENTS["film"])
    assert read == [(0, 1000), (1000, 2000), (1000, 2000), (2000, 3000), (2000, 3000), (3000, 3500)]


def test_one_that_is_shorter_by_now_fails_the_archive_by_its_name(world: World, found: list[dict[str, int]]) -> None:
    job = begin(world, small=6)
    world.deliver(RUN)
    assert (world.job(job).state, world.job(job).error_code) == (JobState.FAILED, "source_changed")
    assert "small" in (world.job(job).error_message or "")


def test_a_selection_that_has_expired_says_so(world: World, found: list[dict[str, int]]) -> None:
    job = begin(world)
    world.objects.delete([keys.work(job.id, work.SELECTION)])
    world.deliver(RUN)
    assert (world.job(job).state, world.job(job).error_code) == (JobState.FAILED, "selection_gone")
