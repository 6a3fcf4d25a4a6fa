"""Works without files: opened sealed, run at once, with unique ids."""

import pytest

from chalicelib.jobs.errors import StaleTransition, UnknownPipeline
from chalicelib.jobs.intake.uploads import Announced
from chalicelib.jobs.model import QueueState
from chalicelib.jobs.progress import progress
from chalicelib.jobs.states import JobState
from chalicelib.pipelines.base import PipelineFailed, Step
from tests.fakes import World
from tests.fakes.world import OWNER, STRANGER

ID = "0" * 25 + "a"


def test_a_work_runs_without_files(world: World) -> None:
    job = world.intake.start(OWNER, "chores", {"tone": 3}, name="Spring cleaning")
    assert (job.state, job.sealed, job.file_count, job.options) == (
        JobState.QUEUED,
        True,
        0,
        {"tone": 3, "retain_results": True},
    )
    world.drain()
    done = world.job(job)
    assert (done.state, done.name, done.error_code) == (JobState.COMPLETED, "Spring cleaning", None)
    assert world.chores.begun == [job.id]
    assert progress(done, world.chores, QueueState(), world.now).percent == 100.0


def test_the_same_id_twice_is_one_job(world: World) -> None:
    first = world.intake.start(OWNER, "chores", {}, ID)
    again = world.intake.start(OWNER, "chores", {"tone": 9}, ID)
    assert (again.id, again.options) == (first.id, first.options)
    world.drain()
    assert world.intake.start(OWNER, "chores", {}, ID).state is JobState.COMPLETED
    world.drain()
    assert world.chores.begun == [ID]
    assert world.jobs.usage(OWNER).jobs == 1


def test_an_id_of_another_ones_job_is_refused(world: World) -> None:
    world.intake.start(STRANGER, "chores", {}, ID)
    with pytest.raises(StaleTransition):
        world.intake.start(OWNER, "chores", {}, ID)


def test_a_start_that_was_broken_off_is_made_good(world: World) -> None:
    job = world.intake.start(OWNER, "chores", {})
    world.queue.messages.clear()
    world.settle_down(minutes=3)
    assert world.job(job).state is JobState.COMPLETED


def test_a_failed_work_can_be_retried(world: World) -> None:
    def fail(job: object) -> None:
        raise PipelineFailed("no_luck", "No luck.")

    steps = world.chores.steps
    world.chores.steps = (Step("Fail", fail),)
    job = world.intake.start(OWNER, "chores", {})
    world.drain()
    assert world.job(job).error_code == "no_luck"
    world.chores.steps = steps
    world.control.retry(OWNER, job.id)
    world.drain()
    assert world.job(job).state is JobState.COMPLETED


def test_files_are_for_pipelines_and_start_for_works_without(world: World) -> None:
    with pytest.raises(UnknownPipeline):
        world.intake.start(OWNER, "photos", {})
    with pytest.raises(UnknownPipeline):
        world.intake.start(OWNER, "nothing", {})
    with pytest.raises(UnknownPipeline, match="There are: photos, scans"):
        world.intake.open_job(OWNER, "chores", {}, [Announced("1.txt", 1)])
    with pytest.raises(UnknownPipeline):
        world.intake.create(OWNER, "chores", {})
    with pytest.raises(UnknownPipeline):
        world.importer.start(OWNER, "import/", "chores", {})
