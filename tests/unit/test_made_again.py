"""The same request to the core twice under one id, after a worker's death at any moment of the first try."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.jobs.errors import NotAllowedInState
from chalicelib.jobs.intake.uploads import Announced
from chalicelib.jobs.library.ownership import Owned
from chalicelib.jobs.states import JobState
from tests.fakes import World
from tests.fakes.world import OWNER, STRANGER, Crash
from tests.unit.test_exactly_once import Faults

ID = "0000000000000000000000made"
MANY = 250
"""More files than two transactions hold."""
FILES = [Announced(f"{i}.txt", 3) for i in range(1, MANY + 1)]


def crash() -> None:
    raise Crash


def deaths(act: Callable[[World], Any], prepare: Callable[[World], Any] = lambda world: None) -> list[World]:
    """A world for each moment before and after a write of `act`, which died there and ran again."""
    worlds: list[World] = []
    while True:
        faults = Faults()
        world = World(wrap=faults.around)
        prepare(world)
        faults.plan(len(worlds), crash)
        try:
            act(world)
        except Crash:
            act(world)
            worlds.append(world)
            continue
        assert len(worlds) >= 4, "at least two writes"
        return worlds


def test_a_job_of_many_files_is_opened_once() -> None:
    for world in deaths(lambda world: world.intake.open_job(OWNER, "photos", {}, FILES, id=ID)):
        [job] = world.jobs_of(OWNER)
        assert (job.id, job.file_count, job.sealed) == (ID, MANY, True)
        assert [file.number for file in world.files(ID)] == list(range(1, MANY + 1))
        assert world.jobs.usage(OWNER).active_jobs == 1


def test_many_files_are_added_once() -> None:
    def add(world: World) -> None:
        [job] = world.jobs_of(OWNER)
        _, uploads = world.intake.add_files(OWNER, job.id, FILES, more=False, request_id=ID)
        assert [upload.file.number for upload in uploads] == list(range(2, MANY + 2))
        assert all(upload.request for upload in uploads)

    for world in deaths(add, lambda world: world.open(b"one", more=True)):
        [job] = world.jobs_of(OWNER)
        assert (job.file_count, job.sealed) == (MANY + 1, True)


def test_another_request_adds_others(world: World) -> None:
    job = world.open(b"one", more=True)
    for request_id in ("first", "first", "second", None, None):
        world.intake.add_files(OWNER, job.id, FILES[:2], more=True, request_id=request_id)
    assert world.job(job).file_count == 1 + 2 * 4


def test_bytes_that_are_there_already_are_shared_once() -> None:
    asked = Announced("again.txt", 5, sha256=hashlib.sha256(b"hello").hexdigest())

    def begin(world: World) -> None:
        world.open(b"hello")
        world.drain()

    def again(world: World) -> None:
        _, [upload] = world.intake.open_job(OWNER, "photos", {}, [asked], id=ID)
        assert upload.duplicate_of

    for world in deaths(again, begin):
        world.settle_down(5)
        assert world.job(ID).state is JobState.COMPLETED
        assert len(world.jobs_of(OWNER)) == 2
        assert world.jobs.usage(OWNER).stored_bytes == 5


def test_an_import_is_begun_once_and_lists() -> None:
    def fill(world: World) -> None:
        world.objects.put("import/a.txt", b"a", "text/plain")

    for world in deaths(lambda world: world.importer.start(OWNER, "import/", "photos", {}, id=ID), fill):
        world.settle_down(5)
        [job] = world.jobs_of(OWNER)
        assert (job.id, job.state, job.file_count) == (ID, JobState.COMPLETED, 1)


def test_the_same_id_is_no_way_to_anothers_job(world: World) -> None:
    world.intake.open_job(OWNER, "photos", {}, FILES[:1], id=ID)
    assert world.intake.made(STRANGER, "photos", ID) is None
    assert world.intake.made(OWNER, "scans", ID) is None
    assert Owned(world.jobs).job(OWNER, ID).file_count == 1


def test_a_job_that_was_sealed_since_still_answers_for_what_was_added(world: World) -> None:
    job = world.open(b"one", more=True)
    world.intake.add_files(OWNER, job.id, FILES[:2], more=False, request_id=ID)
    _, uploads = world.intake.add_files(OWNER, job.id, FILES[:2], more=False, request_id=ID)
    assert [upload.file.number for upload in uploads] == [2, 3]
    with pytest.raises(NotAllowedInState):
        world.intake.add_files(OWNER, job.id, FILES[:2], more=False, request_id="another")
