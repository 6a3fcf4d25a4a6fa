"""Once all files are in, one run follows, or a failure with its reason."""

import pytest

from chalicelib.jobs.file_moving import claim_file
from chalicelib.jobs.intake.adding import add_files
from chalicelib.jobs.states import JobState
from tests.fakes import World


def test_a_run_is_asked_for_once_all_files_are_in_and_the_job_is_sealed(world: World) -> None:
    job = world.open(b"one", b"two", more=True)
    world.drain()
    assert world.queue.messages == []
    world.intake.add_files(job.owner_id, job.id, [], more=False)
    assert [body["job_id"] for body in world.queue.bodies("run-photos")] == [job.id]
    assert (world.job(job).run_requested, world.job(job).state) == (True, JobState.RUNNING)


def test_jobs_of_other_pipelines_wait_in_their_queue(world: World) -> None:
    job = world.open(b"one", pipeline="scans")
    assert world.job(job).state is JobState.PENDING
    world.drain("inspect-scans")
    assert (world.job(job).state, world.job(job).ticket, world.job(job).started_at) == (JobState.QUEUED, 1, None)


def test_a_bad_file_does_not_keep_the_others_from_the_run(world: World) -> None:
    job = world.open(b"bad", b"one")
    world.drain()
    assert world.job(job).state is JobState.COMPLETED


@pytest.mark.parametrize(("contents", "code"), [((b"bad",), "unreadable"), ((b"bad", b""), "no_usable_file")])
def test_a_job_without_a_usable_file_fails_with_the_reason(
    world: World, contents: tuple[bytes, ...], code: str
) -> None:
    job = world.open(*contents)
    world.drain()
    assert (world.job(job).state, world.job(job).error_code) == (JobState.FAILED, code)
    assert world.queue.bodies("run-photos") == []


def test_settling_again_and_again_changes_nothing(world: World) -> None:
    job = world.open(b"one", pipeline="scans")
    world.drain("inspect-scans")
    before = world.job(job)
    for _ in range(3):
        world.settling.settle(job.id)
    assert world.job(job) == before
    assert world.jobs.queue_state("scans").tickets == 1


@pytest.mark.parametrize("pipeline", ["photos", "scans"])
def test_a_file_that_is_taken_back_just_now_keeps_the_run_from_being_asked_for(world: World, pipeline: str) -> None:
    job = world.open(b"one", pipeline=pipeline, more=True)
    world.drain(f"inspect-{pipeline}")
    read = world.jobs.job

    def read_then_replaced(job_id: str) -> object:
        found = read(job_id)
        world.jobs.job = read
        world.objects.put(world.files(job)[0].key, b"ONE", "x")
        seen = world.objects.stat(world.files(job)[0].key)
        claim_file(world.jobs, job_id, 1, seen, "m", world.now, world.deadline())
        return found

    add_files(world.jobs, world.job(job), [], seal=True)
    world.jobs.job = read_then_replaced
    world.settling.settle(job.id)
    assert world.states(job) == ["inspecting"]
    assert not world.job(job).run_requested
    assert world.job(job).state in {JobState.PENDING, JobState.RUNNING}
