"""Steps that many workers share: each slice counts once, the next step follows the last slice, a stop reaches all."""

from collections import Counter
from typing import Any

import pytest

from chalicelib.jobs.errors import NotAllowedInState
from chalicelib.jobs.file_moving import judge_file
from chalicelib.jobs.model import Job
from chalicelib.jobs.progress import progress
from chalicelib.jobs.states import JobState
from chalicelib.jobs.work.slice_work import MOST_SLICE_TRIES
from chalicelib.pipelines.base import PipelineFailed, Step
from tests.fakes import World
from tests.fakes.world import OWNER, Crash

RUN = "run-scans"


class Shared:
    """Three steps: Share is divided into as many slices as the job has files, Sum adds up their outputs."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.done: list[int] = []
        self.summed: list[int] = []
        self.count: int | None = None
        self.during: Any = lambda job, number: None
        world.scans.steps = (
            Step("Share", self._plan, 3.0, slices=self._slices, work=self._work),
            Step("Sum", self._sum),
        )

    def _plan(self, job: Any) -> None:
        job.save("plan", b"the plan")

    def _slices(self, job: Any) -> int:
        return len(self._good(job)) if self.count is None else self.count

    def _good(self, job: Any) -> list[Any]:
        return [file for file in job.files() if file.state == "inspected"]

    def _work(self, job: Any, number: int) -> None:
        assert job.load("plan").read_bytes() == b"the plan"
        assert job.state is None
        self.during(job, number)
        file = self._good(job)[number]
        size = len(job.open(file).read())
        job.progress(50.0, file.filename)
        job.verdict(file, "counted", f"{size} bytes", size=size)
        job.result(f"{size} bytes", 0.5, {"size": size}, file=file)
        job.save(f"part-{number}", str(size).encode())
        self.done.append(number)

    def _sum(self, job: Any) -> None:
        count = len(self._good(job)) if self.count is None else self.count
        self.summed.append(sum(int(job.load(f"part-{number}").read_bytes()) for number in range(count)))
        job.result("summed", 1.0, {"sum": self.summed[-1]})


@pytest.fixture
def shared(world: World) -> Shared:
    return Shared(world)


def ready(world: World, files: int = 4) -> Job:
    job = world.open(*[b"x" * number for number in range(1, files + 1)], pipeline="scans")
    world.drain("inspect-scans")
    return world.job(job)


def planned(world: World, files: int = 4) -> Job:
    """A job with a divided step, and a message for each slice."""
    job = ready(world, files)
    world.deliver(RUN)
    assert world.job(job).slices == files
    assert len(world.queue.bodies(RUN)) == files
    return world.job(job)


def test_each_slice_is_done_once_and_the_next_step_begins_after_the_last(world: World, shared: Shared) -> None:
    job = ready(world)
    world.drain()
    done = world.job(job)
    assert (done.state, done.slices, done.slices_done) == (JobState.COMPLETED, None, 0)
    assert sorted(shared.done) == [0, 1, 2, 3]
    assert shared.summed == [1 + 2 + 3 + 4]
    assert [(f.verdict, f.verdict_details) for f in world.files(job)] == [
        ("counted", {"size": n}) for n in (1, 2, 3, 4)
    ]
    results = {result.file: result for result in world.jobs.results_of(job.id)}
    assert sorted(results, key=lambda file: file or 0) == [None, 1, 2, 3, 4]
    assert (results[3].id, results[3].metadata) == (f"{job.id}-run0000-00000003", {"size": 3})
    assert world.jobs.slices(job) == []
    assert not list(world.objects.below(f"work/{job.id}/"))


def test_progress_is_the_slices_that_are_done(world: World, shared: Shared) -> None:
    job = planned(world)
    state = world.jobs.queue_state("scans")
    assert progress(world.job(job), world.scans, state, world.now).percent == 0.0
    world.deliver(RUN)
    found = progress(world.job(job), world.scans, state, world.now)
    assert (found.percent, found.step_name) == (18.8, "Share")


def test_a_step_without_slices_goes_on_at_once(world: World, shared: Shared) -> None:
    shared.count = 0
    job = ready(world)
    world.deliver(RUN)
    assert (world.job(job).state, shared.done) == (JobState.COMPLETED, [])


def test_a_slice_that_is_delivered_twice_counts_once(world: World, shared: Shared) -> None:
    job = planned(world)
    for body in world.queue.bodies(RUN):
        world.queue.send(RUN, body)
    world.drain()
    assert Counter(shared.done) == {0: 1, 1: 1, 2: 1, 3: 1}
    assert len(shared.summed) == 1
    assert world.job(job).state is JobState.COMPLETED


def test_a_slice_in_anothers_hands_is_left_alone(world: World, shared: Shared) -> None:
    job = planned(world)
    body = world.queue.bodies(RUN)[0]
    at_once: list[int] = []

    def meanwhile(context: Any, number: int) -> None:
        if number == 0 and not at_once:
            at_once.append(number)
            world.runner.receive(world.queue.receive([_sent(world, body)]), world.deadline())

    shared.during = meanwhile
    world.drain()
    assert Counter(shared.done) == {0: 1, 1: 1, 2: 1, 3: 1}
    assert world.job(job).state is JobState.COMPLETED


def _sent(world: World, body: Any) -> Any:
    world.queue.send(RUN, body)
    return world.queue.messages[-1]


def test_who_has_lost_its_slice_has_no_effect_any_more(world: World, shared: Shared) -> None:
    job = planned(world)
    body = world.queue.bodies(RUN)[0]

    def stall(context: Any, number: int) -> None:
        shared.during = lambda context, number: None
        world.advance(100)
        world.runner.receive(world.queue.receive([_sent(world, body)]), world.deadline())

    shared.during = stall
    world.deliver(RUN)
    assert shared.done == [0]
    assert world.job(job).slices_done == 1
    world.drain()
    assert world.job(job).state is JobState.COMPLETED
    assert Counter(shared.done) == {0: 1, 1: 1, 2: 1, 3: 1}


@pytest.mark.parametrize("lost", [[0], [3], [0, 1, 2, 3]])
def test_lost_messages_are_sent_again(world: World, shared: Shared, lost: list[int]) -> None:
    job = planned(world)
    world.queue.messages = [m for i, m in enumerate(world.queue.messages) if i not in lost]
    world.settle_down(minutes=8)
    assert world.job(job).state is JobState.COMPLETED
    assert Counter(shared.done) == {0: 1, 1: 1, 2: 1, 3: 1}


def test_waiting_messages_are_not_sent_again_while_slices_get_done(world: World, shared: Shared) -> None:
    planned(world, files=12)
    for _ in range(8):
        world.deliver(RUN)
        world.advance(70)
        world.sweep()
    assert len(world.queue.bodies(RUN)) == 4


def test_the_slice_of_a_worker_that_died_is_sent_again(world: World, shared: Shared) -> None:
    job = planned(world)

    def die(context: Any, number: int) -> None:
        shared.during = lambda context, number: None
        raise Crash

    shared.during = die
    world.deliver(RUN)
    world.settle_down(minutes=8)
    assert world.job(job).state is JobState.COMPLETED
    assert Counter(shared.done) == {0: 1, 1: 1, 2: 1, 3: 1}


def test_a_plan_whose_messages_were_never_sent_is_made_good(world: World, shared: Shared) -> None:
    job = planned(world)
    world.queue.messages.clear()
    world.settle_down(minutes=3)
    assert world.job(job).state is JobState.COMPLETED


def test_a_last_slice_whose_worker_died_before_it_asked_for_the_run(world: World, shared: Shared) -> None:
    job = planned(world, files=2)
    world.deliver(RUN)
    world.deliver(RUN)
    assert [body.get("slice") for body in world.queue.bodies(RUN)] == [None]
    world.queue.messages.clear()
    world.settle_down(minutes=3)
    assert world.job(job).state is JobState.COMPLETED


def test_the_last_slice_twice_asks_again_and_the_run_goes_on_once(world: World, shared: Shared) -> None:
    job = planned(world, files=2)
    last = world.queue.bodies(RUN)[-1]
    world.deliver(RUN)
    world.deliver(RUN)
    world.queue.messages.clear()
    world.queue.send(RUN, last)
    world.queue.send(RUN, last)
    world.drain()
    assert (world.job(job).state, len(shared.summed)) == (JobState.COMPLETED, 1)


@pytest.mark.parametrize("action", ["pause", "cancel"])
def test_what_the_user_does_reaches_every_worker(world: World, shared: Shared, action: str) -> None:
    job = planned(world)
    shared.during = lambda context, number: world.control.act(OWNER, job.id, action) if number == 1 else None
    world.drain()
    assert shared.done == [0]
    stopped = world.job(job)
    if action == "cancel":
        assert stopped.state is JobState.CANCELLED
        assert world.jobs.slices(job) == world.jobs.results_of(job.id) == []
        assert not list(world.objects.below(f"work/{job.id}/"))
        return
    assert (stopped.state, stopped.slices_done) == (JobState.PAUSED, 1)
    shared.during = lambda context, number: None
    world.control.act(OWNER, job.id, "resume")
    world.drain()
    assert world.job(job).state is JobState.COMPLETED
    assert Counter(shared.done) == {0: 1, 1: 1, 2: 1, 3: 1}


def test_a_slice_may_ask_the_user(world: World, shared: Shared) -> None:
    job = planned(world)
    shared.during = lambda context, number: context.pause("key_missing", "Store a key.") if number == 2 else None
    world.drain()
    paused = world.job(job)
    assert (paused.state, paused.waiting_for) == (
        JobState.PAUSED,
        {"code": "key_missing", "message": "Store a key."},
    )
    shared.during = lambda context, number: None
    world.control.act(OWNER, job.id, "resume")
    world.drain()
    assert world.job(job).state is JobState.COMPLETED


def test_a_slice_that_says_no_fails_the_job_and_stops_the_others(world: World, shared: Shared) -> None:
    job = planned(world)

    def fail(context: Any, number: int) -> None:
        if number == 1:
            raise PipelineFailed("no_luck", "No luck.")

    shared.during = fail
    world.drain()
    failed = world.job(job)
    assert (failed.state, failed.error_code, shared.done) == (JobState.FAILED, "no_luck", [0])
    shared.during = lambda context, number: None
    world.control.retry(OWNER, job.id)
    shared.done.clear()
    world.drain()
    again = world.job(job)
    assert (again.state, sorted(shared.done), shared.summed) == (JobState.COMPLETED, [0, 1, 2, 3], [10])
    runs = Counter(result.id.split("-")[1] for result in world.jobs.results_of(job.id))
    assert runs == {"run0000": 1, "run0001": 5}


def test_a_file_that_a_slice_finds_gone_is_rejected_and_the_step_divided_anew(world: World, shared: Shared) -> None:
    job = planned(world)

    def lose(context: Any, number: int) -> None:
        if number == 1:
            shared.during = lambda context, number: None
            world.objects.delete([f"uploads/scans/{job.id}/{number + 1:08d}"])

    shared.during = lose
    world.drain()
    done = world.job(job)
    assert (done.state, done.counts.inspected, done.counts.rejected) == (JobState.COMPLETED, 3, 1)
    assert shared.summed == [1 + 3 + 4]


def test_messages_of_an_earlier_run_change_nothing(world: World, shared: Shared) -> None:
    job = planned(world)
    stale = world.queue.bodies(RUN)
    shared.during = lambda context, number: _fail()
    world.deliver(RUN)
    shared.during = lambda context, number: None
    world.queue.messages.clear()
    world.control.retry(OWNER, job.id)
    world.drain(f"{RUN}")
    assert world.job(job).state is JobState.COMPLETED
    done = len(shared.done)
    for body in stale:
        world.queue.send(RUN, body)
    world.drain()
    assert len(shared.done) == done


def _fail() -> None:
    raise PipelineFailed("no_luck", "No luck.")


def test_a_slice_that_kills_its_workers_fails_the_job_in_the_end(world: World, shared: Shared) -> None:
    job = planned(world)

    def die(context: Any, number: int) -> None:
        if number == 2:
            raise Crash

    shared.during = die
    world.settle_down(minutes=30 * MOST_SLICE_TRIES)
    failed = world.job(job)
    assert (failed.state, failed.error_code, sorted(shared.done)) == (JobState.FAILED, "run_failed", [0, 1, 3])


def test_a_slice_near_its_time_limit_begins_anew_elsewhere(world: World, shared: Shared) -> None:
    job = planned(world, files=1)

    def slow(context: Any, number: int) -> None:
        shared.during = lambda context, number: None
        world.advance(95)
        context.progress(10.0)

    shared.during = slow
    world.deliver(RUN, seconds=100)
    assert shared.done == []
    world.drain()
    assert (world.job(job).state, shared.done) == (JobState.COMPLETED, [0])


@pytest.mark.parametrize(
    "call",
    [
        lambda context: context.checkpoint({}),
        lambda context: context.archive("complete", "a.zip", []),
        lambda context: context.result("all", 1.0, {}),
    ],
)
def test_what_belongs_to_the_whole_job_is_not_a_slices_to_write(world: World, shared: Shared, call: Any) -> None:
    raised: list[str] = []

    def look(context: Any, number: int) -> None:
        with pytest.raises(TypeError, match="a slice"):
            call(context)
        raised.append("yes")

    shared.during = look
    planned(world, files=1)
    world.drain()
    assert raised == ["yes"]


def test_a_message_of_no_slice_is_dropped(world: World, shared: Shared) -> None:
    job = planned(world, files=1)
    for strange in ({"slice": -1}, {"slice": "0"}, {"slice": 5}, {"division": 7}, {"step": 9}):
        world.queue.send(RUN, {"job_id": job.id, "step": 0, "slice": 0, "division": job.division} | strange)
    world.drain()
    assert (world.job(job).state, shared.done) == (JobState.COMPLETED, [0])


def test_a_verdict_is_the_last_runs(world: World, shared: Shared) -> None:
    job = ready(world, files=2)
    shared.during = lambda context, number: number and _fail()
    world.drain()
    assert world.files(job)[0].verdict == "counted"
    judge_file(world.jobs, job.id, 1, 4, "newer", None, {})
    judge_file(world.jobs, job.id, 1, 3, "older", None, {})
    assert (world.files(job)[0].verdict, world.files(job)[0].verdict_run) == ("newer", 4)


def test_a_job_in_slices_cant_be_retried_while_it_runs(world: World, shared: Shared) -> None:
    job = planned(world)
    with pytest.raises(NotAllowedInState):
        world.control.retry(OWNER, job.id)


def test_a_slice_is_claimed_and_counted_and_writes_nothing_else(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.scans.steps = (Step("Share", lambda job: None, slices=lambda job: 3, work=lambda job, number: None),)
    job = planned(world, files=3)
    written: list[tuple[str, ...]] = []
    apply = world.jobs.apply

    def noted(changes: Any, events: Any = ()) -> Any:
        written.append(tuple(type(change.record).__name__ for change in changes))
        return apply(changes, events)

    monkeypatch.setattr(world.jobs, "apply", noted)
    world.deliver(RUN)
    assert world.job(job).slices_done == 1
    assert written == [("SliceRecord",), ("SliceRecord", "JobRecord")]
