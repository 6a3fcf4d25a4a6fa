"""The run of a job: each step once and in order, by one worker at a time, stopped at clean points."""

import io
import zipfile
from typing import Any

import pytest

from chalicelib.jobs import keys
from chalicelib.jobs.model import Counts, File, Job
from chalicelib.jobs.moving import claim_run, move
from chalicelib.jobs.states import JobState
from chalicelib.jobs.work.context import safe
from chalicelib.jobs.work.running import MOST_TRIES
from chalicelib.pipelines.base import Member, RunContext, Step
from tests.fakes import World
from tests.fakes.world import OWNER, Crash

RUN = "run-photos"


def ready(world: World, *contents: bytes, pipeline: str = "photos") -> Job:
    """A job with all files in, and its run requested."""
    job = world.open(*(contents or (b"one", b"two")), pipeline=pipeline)
    world.drain(f"inspect-{pipeline}")
    return world.job(job)


def names(world: World, job: Job) -> list[str]:
    artifact = world.jobs.artifact(job.id, "complete")
    content = b"".join(world.objects.stream(artifact.key, 0, artifact.size))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def test_a_run_takes_its_steps_in_order_and_leaves_one_zip(world: World) -> None:
    job = ready(world, b"one", b"two", b"one", b"bad")
    world.drain()
    done = world.job(job)
    assert (done.state, done.steps_done, done.lease_until, done.due_at) == (JobState.COMPLETED, 2, None, None)
    assert [step for _, step in world.photos.begun] == ["Pair", "Zip"]
    assert names(world, job) == ["0001.txt", "0002.txt"]
    assert world.states(job) == ["inspected", "inspected", "duplicate", "rejected"]
    assert done.result_size == world.jobs.artifact(job.id, "complete").size
    assert done.result == {"summary": "2 files", "quality_score": 1.0, "metadata": {"members": 2}}
    assert not list(world.objects.below(keys.below(keys.WORK, job.id)))


def test_a_run_may_describe_a_file_and_leaves_its_owners_words(world: World) -> None:
    def describe(run: RunContext) -> None:
        for file in run.files():
            found = {**file.metadata, "place": file.number}
            run.describe(file, found, title="Told by the run", description="", tags=["sea", "x" * 50, "sea"])

    world.photos.steps = (Step("Describe", describe), *world.photos.steps)
    job = ready(world, b"one", b"two")
    world.set_file(world.files(job)[0], title="Mine", tags=("sea",))
    world.drain()
    first, second = world.files(job)
    assert (first.metadata["place"], second.metadata["place"]) == (1, 2)
    assert (first.title, second.title) == ("Mine", "Told by the run")
    assert (list(first.tags), list(second.tags)) == (["sea", "x" * 40], ["sea", "x" * 40])
    assert first.description is None


def test_what_an_owner_writes_at_the_same_moment_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def describe(run: RunContext) -> None:
        for file in run.files():
            run.describe(file, {"place": file.number}, title="Told by the run", tags=["sea"])

    world.photos.steps = (Step("Describe", describe), *world.photos.steps)
    job = ready(world, b"one")
    read, edited = world.jobs.file, []

    def read_then_edited(job_id: str, number: int) -> File:
        found = read(job_id, number)
        if not edited:
            edited.append(world.set_file(found, title="Mine", edits=1))
        return found

    monkeypatch.setattr(world.jobs, "file", read_then_edited)
    world.drain()
    [file] = world.files(job)
    assert (file.title, file.metadata, list(file.tags)) == ("Mine", {"place": 1}, ["sea"])


def test_a_queued_job_starts_and_leaves_its_queue(world: World) -> None:
    job = ready(world, pipeline="scans")
    assert (job.state, job.ticket) == (JobState.QUEUED, 1)
    world.advance(7)
    world.drain()
    assert world.job(job).state is JobState.COMPLETED
    assert world.jobs.queue_state("scans").waiting == 0
    assert world.job(job).started_at == world.now


def test_a_second_message_does_not_run_a_job_again(world: World) -> None:
    job = ready(world)
    world.queue.run("photos", job.id)
    world.drain()
    world.queue.run("photos", job.id)
    world.drain()
    assert len(world.photos.begun) == 2
    assert world.jobs.statistics()["jobs_processed"] == 1


def test_a_second_worker_leaves_a_running_job_alone(world: World) -> None:
    job = ready(world)
    world.photos.during = lambda step: world.runner.run(job.id, "another", world.deadline())
    world.drain()
    assert [step for _, step in world.photos.begun] == ["Pair", "Zip"]


@pytest.mark.parametrize("dies_in", ["Pair", "Zip"])
def test_who_goes_on_after_a_crash_repeats_no_finished_step(world: World, dies_in: str) -> None:
    job = ready(world)
    world.photos.during = lambda step: _crash(step == dies_in)
    world.deliver(RUN)
    world.photos.during = lambda step: None
    world.settle_down(minutes=10)
    steps = [step for _, step in world.photos.begun]
    assert steps == {"Pair": ["Pair", "Pair", "Zip"], "Zip": ["Pair", "Zip", "Zip"]}[dies_in]
    assert world.job(job).state is JobState.COMPLETED


def _crash(now: bool) -> None:
    if now:
        raise Crash


@pytest.mark.parametrize("step", ["Pair", "Zip"])
def test_a_paused_run_stops_at_a_clean_point_and_goes_on_there(world: World, step: str) -> None:
    job = ready(world)
    world.photos.during = lambda at: _act(world, job, "pause") if at == step else None
    world.drain()
    paused = world.job(job)
    assert (paused.state, paused.lease_until, paused.due_at) == (JobState.PAUSED, None, None)
    world.photos.during = lambda at: None
    _act(world, job, "resume")
    world.drain()
    assert world.job(job).state is JobState.COMPLETED
    assert [at for _, at in world.photos.begun].count("Pair") == (2 if step == "Pair" else 1)


def _act(world: World, job: Job, action: str) -> None:
    world.control.act(OWNER, job.id, action)


def test_a_cancelled_run_leaves_nothing_half_made(world: World) -> None:
    job = ready(world)
    world.photos.during = lambda step: _act(world, job, "cancel") if step == "Zip" else None
    world.drain()
    assert world.job(job).state is JobState.CANCELLED
    assert world.jobs.artifacts(job.id) == []
    for root in (keys.WORK, keys.RESULTS):
        assert not list(world.objects.below(keys.below(root, job.id)))
    assert [file.state.value for file in world.files(job)] == ["inspected", "inspected"]
    assert world.objects.stat(keys.upload("photos", job.id, 1))


def test_a_run_near_its_time_limit_hands_itself_on(world: World) -> None:
    job = ready(world)
    world.photos.during = lambda step: world.advance(95) if step == "Zip" else None
    world.deliver(RUN, seconds=100)
    waiting = world.job(job)
    assert (waiting.state, waiting.steps_done, waiting.lease_until) == (JobState.RUNNING, 1, None)
    assert [body["job_id"] for body in world.queue.bodies(RUN)] == [job.id]
    world.photos.during = lambda step: None
    world.drain()
    assert [step for _, step in world.photos.begun] == ["Pair", "Zip", "Zip"]
    assert world.job(job).state is JobState.COMPLETED


def test_a_step_that_never_fits_into_the_time_fails_the_job_in_the_end(world: World) -> None:
    job = ready(world)
    world.photos.during = lambda step: world.advance(95)
    for _ in range(MOST_TRIES + 5):
        world.deliver(RUN, seconds=100)
    assert (world.job(job).state, world.job(job).error_code) == (JobState.FAILED, "run_failed")
    assert len(world.photos.begun) == MOST_TRIES


def test_a_run_that_kills_its_workers_fails_once_its_message_came_too_often(world: World) -> None:
    job = ready(world)
    world.photos.during = lambda step: _crash(True)
    world.settle_down(minutes=150)
    assert (world.job(job).state, world.job(job).error_code) == (JobState.FAILED, "run_failed")
    assert world.jobs.usage(OWNER).active_jobs == 0


def test_a_pipeline_that_says_no_fails_its_job_with_its_reason(world: World) -> None:
    job = ready(world)
    world.photos.fails = "Zip"
    world.drain()
    failed = world.job(job)
    assert (failed.state, failed.error_code, failed.error_message) == (
        JobState.FAILED,
        "toy_failed",
        "It can't be done.",
    )
    assert (failed.lease_until, failed.due_at) == (None, None)
    assert world.queue.messages == []


def test_a_fault_gives_the_claim_back_and_the_message_comes_again(world: World) -> None:
    job = ready(world)
    world.photos.during = _fault
    assert world.handle(RUN, world.queue.receive(world.queue.visible())) == [world.queue.messages[0].id]
    assert world.job(job).lease_until is None
    assert world.job(job).state is JobState.RUNNING


def _fault(step: str) -> None:
    raise RuntimeError("a fault of ours")


def test_who_has_lost_the_claim_has_no_effect_any_more(world: World) -> None:
    job = ready(world)

    def lose(step: str) -> None:
        world.photos.during = lambda step: None
        world.advance(100)
        world.runner.run(job.id, "another", world.deadline())

    world.photos.during = lose
    world.deliver(RUN)
    done = world.job(job)
    assert (done.state, done.attempt) == (JobState.COMPLETED, 2)
    assert world.jobs.statistics()["jobs_processed"] == 1
    assert [step for _, step in world.photos.begun] == ["Pair", "Pair", "Zip"]


def test_dead_letters_leave_a_job_alone_that_is_being_run(world: World) -> None:
    job = ready(world)
    [message] = world.queue.visible(RUN)
    received = world.queue.receive([message])
    received["Records"][0]["messageId"] = "another"
    world.photos.during = lambda step: world.runner.undelivered(received)
    world.runner.run(job.id, "m", world.deadline())
    assert world.job(job).state is JobState.COMPLETED


def test_a_message_for_a_job_that_is_gone_is_dropped(world: World) -> None:
    world.queue.run("photos", f"{99:026d}")
    world.queue.send(RUN, {"job_id": 5})
    world.drain()
    assert world.queue.messages == []


def test_a_replaced_file_fails_the_run_and_a_retry_looks_at_it_again(world: World) -> None:
    job = ready(world)
    world.upload(job, 1, b"ONE")
    world.queue.messages = [m for m in world.queue.messages if m.queue == RUN]
    world.drain()
    assert world.job(job).error_code == "file_changed"
    world.control.retry(OWNER, job.id)
    world.drain()
    assert world.job(job).state is JobState.COMPLETED
    assert names(world, job) == ["0001.txt", "0002.txt"]


@pytest.mark.parametrize("pipeline", ["photos", "scans"])
def test_a_file_that_is_gone_is_rejected_and_the_run_begins_again_without_it(world: World, pipeline: str) -> None:
    job = ready(world, b"one", b"two", b"one", pipeline=pipeline)
    toy = world.photos if pipeline == "photos" else world.scans

    def lose(step: str) -> None:
        if step == "Zip":
            toy.during = lambda step: None
            world.objects.delete([keys.upload(pipeline, job.id, 1)])

    toy.during = lose
    world.drain()
    done = world.job(job)
    assert (done.state, done.counts) == (JobState.COMPLETED, Counts(inspected=2, rejected=1, size=6))
    assert [(f.state.value, f.error_code, f.duplicate_of) for f in world.files(job)] == [
        ("rejected", "file_missing", None),
        ("inspected", None, None),
        ("inspected", None, None),
    ]
    assert names(world, job) == ["0002.txt", "0003.txt"]
    assert [step for _, step in toy.begun] == ["Pair", "Zip", "Pair", "Zip"]


def test_all_uploads_that_are_gone_are_found_out_at_once(world: World) -> None:
    job = ready(world, *(f"file {number}".encode() for number in range(40)))
    world.objects.delete([keys.upload("photos", job.id, number) for number in range(1, 40)])
    world.drain()
    assert world.job(job).counts == Counts(inspected=1, rejected=39, size=7)
    assert len(world.photos.begun) == 4


def test_a_run_whose_files_are_all_gone_fails_with_that_reason(world: World) -> None:
    job = ready(world)
    world.objects.delete([file.key for file in world.files(job)])
    world.drain()
    assert (world.job(job).state, world.job(job).error_code) == (JobState.FAILED, "file_missing")


def test_a_retry_goes_on_without_a_file_that_was_replaced_and_then_removed(world: World) -> None:
    job = ready(world)
    world.upload(job, 1, b"ONE")
    world.queue.messages = [m for m in world.queue.messages if m.queue == RUN]
    world.drain()
    assert world.job(job).error_code == "file_changed"
    world.objects.delete([keys.upload("photos", job.id, 1)])
    world.control.retry(OWNER, job.id)
    world.drain()
    assert world.job(job).state is JobState.COMPLETED
    assert names(world, job) == ["0002.txt"]


def test_what_a_step_has_at_hand_outlives_it(world: World) -> None:
    found: dict[str, Any] = {}
    job = ready(world, b"one", b"bad")

    def look(context: Any) -> None:
        inspected, rejected = context.files()
        found["opened"] = context.open(inspected).read()
        found["fetched"] = context.fetch(inspected).read_bytes()
        found["rejected"] = (rejected.state, rejected.error_code)
        context.save("bytes", b"kept")
        path = context.scratch / "made"
        path.write_bytes(b"from a path")
        context.save("path", path)
        found["loaded"] = (context.load("bytes").read_bytes(), context.load("path").read_bytes())
        context.artifact("list", path, "list.txt", "text/plain")
        with pytest.raises(KeyError):
            context.load("never-saved")
        with pytest.raises(KeyError):
            context.model("none")
        world.objects.put("models/net/weights.bin", b"w", "x")
        found["model"] = (context.model("net") / "weights.bin").read_bytes()
        found["scratch"] = context.scratch
        context.archive("complete", "a.zip", [Member("a.txt", b"own"), Member("b.txt", path)])

    world.photos.steps = (type(world.photos.steps[0])("Look", look),)
    world.drain()
    assert world.job(job).state is JobState.COMPLETED, world.job(job).error_message
    assert found["opened"] == found["fetched"] == b"one"
    assert found["rejected"] == ("rejected", "unreadable")
    assert found["loaded"] == (b"kept", b"from a path")
    assert found["model"] == b"w"
    assert not found["scratch"].exists()
    assert names(world, job) == ["a.txt", "b.txt"]
    assert world.jobs.artifact(job.id, "list").size == len(b"from a path")


def test_results_that_are_not_to_be_kept_carry_the_tag_that_expires_them(world: World) -> None:
    job = ready(world)
    world.set_job(job, options={"retain_results": False})
    world.drain()
    assert world.objects.stored[None, keys.result(job.id, "complete")].tags == {"millrace-expires": "24h"}


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "a b", "ä\u0000"])
def test_a_pipelines_name_for_an_object_is_never_a_path(name: str) -> None:
    with pytest.raises(ValueError, match="not a name"):
        safe(name)


def test_who_has_lost_the_claim_to_one_still_at_work_stops(world: World) -> None:
    job = ready(world)

    def lose(step: str) -> None:
        if step == "Zip":
            world.advance(100)
            move(world.jobs, world.job(job), claim_run(world.job(job), "another", world.now, world.deadline()))

    world.photos.during = lose
    world.deliver(RUN)
    held = world.job(job)
    assert (held.state, held.attempt, held.claimed_by, held.steps_done) == (JobState.RUNNING, 2, "another", 1)
    assert held.lease_until == world.deadline()
    assert world.jobs.artifacts(job.id) == []
