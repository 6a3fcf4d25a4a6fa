"""Steps of many invocations: checkpoints count as progress, a pause asks the user, options outlive releases."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from chalicelib.jobs.model import Job
from chalicelib.jobs.states import JobState
from chalicelib.jobs.work.running import MOST_TRIES
from chalicelib.pipelines.base import Step
from tests.fakes import World
from tests.fakes.world import OWNER, STRANGER, Crash

RUN = "run-chores"


def start(world: World, *steps: Callable[[Any], None], **more: Any) -> Job:
    world.chores.steps = tuple(Step(f"Step {number}", run) for number, run in enumerate(steps, 1))
    return world.intake.start(OWNER, "chores", {}, **more)


def test_a_step_of_two_hundred_hand_ons_completes(world: World) -> None:
    def long(job: Any) -> None:
        done = job.state["done"] if job.state else 0
        if done < 200:
            job.checkpoint({"done": done + 1})
            world.advance(95)
            job.progress(done / 2)

    job = start(world, long)
    for _ in range(250):
        world.deliver(RUN, seconds=100)
    assert world.job(job).state is JobState.COMPLETED
    assert world.job(job).attempt == 201


def test_a_run_that_is_killed_after_each_checkpoint_completes(world: World) -> None:
    def mortal(job: Any) -> None:
        done = job.state["done"] if job.state else 0
        if done < 30:
            job.checkpoint({"done": done + 1})
            raise Crash

    job = start(world, mortal)
    # The queue redelivers unanswered messages, and moves them to the dead letters after three times.
    for _ in range(40):
        world.deliver(RUN)
        world.advance(31 * 60)
        world.drain(f"{RUN}-dlq")
    world.settle_down(minutes=60)
    assert world.job(job).state is JobState.COMPLETED


def test_a_run_that_faults_after_each_checkpoint_completes(world: World) -> None:
    def faulty(job: Any) -> None:
        done = job.state["done"] if job.state else 0
        if done < 30:
            job.checkpoint({"done": done + 1})
            raise RuntimeError("a fault of ours")

    job = start(world, faulty)
    for _ in range(200):
        world.advance(31 * 60)
        world.deliver()
    assert world.job(job).state is JobState.COMPLETED


def test_a_function_that_cant_start_fails_its_job_in_the_end(world: World) -> None:
    job = start(world, lambda job: None)
    for _ in range(6 * MOST_TRIES):
        for message in world.queue.visible(RUN):
            world.queue.receive([message])
        world.advance(31 * 60)
        world.drain(f"{RUN}-dlq")
    assert (world.job(job).state, world.job(job).error_code) == (JobState.FAILED, "run_failed")


def test_a_checkpoint_is_the_steps_own_and_gone_with_it(world: World) -> None:
    found: list[Any] = []

    def first(job: Any) -> None:
        found.append(job.state)
        job.checkpoint({"at": (1, 2), "name": "ä"})
        found.append(job.state)

    def second(job: Any) -> None:
        found.append(job.state)

    job = start(world, first, second)
    world.drain()
    assert found == [None, {"at": [1, 2], "name": "ä"}, None]
    assert (world.job(job).state, world.job(job).checkpoint) == (JobState.COMPLETED, None)


@pytest.mark.parametrize("state", [{"much": "x" * 16_400}, {"not": float("nan")}, {"no": object()}])
def test_a_checkpoint_that_cant_be_kept_is_a_fault(world: World, state: dict[str, Any]) -> None:
    raised: list[Exception] = []

    def keep(job: Any) -> None:
        try:
            job.checkpoint(state)
        except (TypeError, ValueError) as error:
            raised.append(error)

    start(world, keep)
    world.drain()
    assert len(raised) == 1


def asking(job: Any) -> None:
    if not job.state:
        job.checkpoint({"asked": True})
    if job.user_data("dictionary", "names") is None:
        job.pause("dictionary_missing", "Store the dictionary `names`, then resume.")
    job.result("done", None, {"words": job.user_data("dictionary", "names").decode(), "asked": job.state["asked"]})


def test_a_job_that_asks_its_user_waits_and_goes_on_with_its_checkpoint(world: World) -> None:
    job = start(world, asking)
    world.drain()
    world.settle_down(minutes=60)
    waiting = world.job(job)
    assert waiting.state is JobState.PAUSED
    assert waiting.waiting_for == {
        "code": "dictionary_missing",
        "message": "Store the dictionary `names`, then resume.",
    }
    assert (waiting.lease_until, waiting.claimed_by, waiting.due_at) == (None, None, None)
    world.user_data.stored[STRANGER, "dictionary", "names"] = b"another's"
    world.control.act(OWNER, job.id, "resume")
    world.drain()
    assert world.job(job).state is JobState.PAUSED
    world.user_data.stored[OWNER, "dictionary", "names"] = b"own"
    world.control.act(OWNER, job.id, "resume")
    assert world.job(job).waiting_for is None
    world.drain()
    done = world.job(job)
    assert (done.state, done.waiting_for) == (JobState.COMPLETED, None)
    assert done.result is not None
    assert done.result["metadata"] == {"words": "own", "asked": True}


def test_a_waiting_job_can_be_cancelled(world: World) -> None:
    job = start(world, asking)
    world.drain()
    world.control.act(OWNER, job.id, "cancel")
    assert (world.job(job).state, world.job(job).waiting_for) == (JobState.CANCELLED, None)


class Narrow(BaseModel):
    """The options of a release that has dropped `tone`."""

    model_config = ConfigDict(extra="forbid")
    colour: str = "red"


def test_options_that_this_version_cant_read_fail_the_job_with_true_words(world: World) -> None:
    jobs = [world.open(b"one", pipeline="scans"), world.open(b"one")]
    world.drain("inspect-scans")
    for toy in (world.scans, world.photos):
        toy.Options = Narrow  # type: ignore[assignment]
    world.settle_down(minutes=3)
    for job in jobs:
        failed = world.job(job)
        assert (failed.state, failed.error_code) == (JobState.FAILED, "options_outdated")
        assert "options.tone: Extra inputs are not permitted" in (failed.error_message or "")
        assert "open a new job" in (failed.error_message or "")
    assert world.scans.begun == world.photos.begun == []


def test_a_work_reads_what_its_earlier_versions_have_stored(world: World) -> None:
    found: list[Any] = []
    job = start(world, lambda job: found.append(job.options))
    assert job.options_version == 1
    chores: Any = world.chores
    chores.Options, chores.options_version = Narrow, 3
    chores.upgrade_options = lambda options, version: {"colour": f"{options['tone']} of {version}"}
    world.drain()
    assert found == [Narrow(colour="1 of 1")]
    assert world.intake.start(OWNER, "chores", {}).options_version == 3
