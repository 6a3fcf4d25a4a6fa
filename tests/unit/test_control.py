"""A user's actions on a job: every action in every state, and a retry."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from chalicelib.jobs import keys
from chalicelib.jobs.changes import Change
from chalicelib.jobs.errors import FileNotAwaited, FileNotFound, JobError, JobNotFound, NotAllowedInState
from chalicelib.jobs.file_moving import reject_file, reset_files
from chalicelib.jobs.intake.importing import MOST_DEAD_LETTERS
from chalicelib.jobs.intake.uploads import Announced
from chalicelib.jobs.model import Job, Usage
from chalicelib.jobs.moves import ACTIONS
from chalicelib.jobs.states import JobState
from tests.fakes import World
from tests.fakes.world import OWNER, STRANGER, Crash


def pending(world: World) -> Job:
    return world.open(b"one", b"two", pipeline="scans", upload=False)


def queued(world: World) -> Job:
    job = world.open(b"one", b"bad", pipeline="scans")
    world.drain("inspect-scans")
    return job


def running(world: World) -> Job:
    job = world.open(b"one", b"two")
    world.deliver(batch=1)
    return job


def paused(world: World) -> Job:
    job = running(world)
    world.control.act(OWNER, job.id, "pause")
    return job


def completed(world: World) -> Job:
    job = world.open(b"one", b"two")
    world.drain()
    return job


def failed(world: World) -> Job:
    world.scans.fails = "Pair"
    job = queued(world)
    world.drain()
    world.scans.fails = None
    return job


def cancelled(world: World) -> Job:
    job = pending(world)
    world.control.act(OWNER, job.id, "cancel")
    return job


MAKE: dict[JobState, Callable[[World], Job]] = {
    JobState.PENDING: pending,
    JobState.QUEUED: queued,
    JobState.RUNNING: running,
    JobState.PAUSED: paused,
    JobState.COMPLETED: completed,
    JobState.FAILED: failed,
    JobState.CANCELLED: cancelled,
}


@pytest.mark.parametrize("state", JobState)
@pytest.mark.parametrize("action", ["pause", "resume", "cancel"])
def test_an_action_is_allowed_in_its_states_and_refused_in_all_others(
    world: World, state: JobState, action: str
) -> None:
    job = MAKE[state](world)
    assert world.job(job).state is state
    allowed, target = ACTIONS[action].allowed, ACTIONS[action].to
    if state in allowed:
        assert world.control.act(OWNER, job.id, action).state is target
        assert world.job(job).state is target
        return
    with pytest.raises(NotAllowedInState) as refused:
        world.control.act(OWNER, job.id, action)
    assert refused.value.status == 400
    assert all(name in refused.value.detail for name in allowed)
    assert world.job(job).state is state


def test_an_unknown_action_is_refused(world: World) -> None:
    with pytest.raises(JobError):
        world.control.act(OWNER, pending(world).id, "explode")


@pytest.mark.parametrize("action", ["pause", "resume", "cancel", "retry"])
def test_another_users_job_is_not_there(world: World, action: str) -> None:
    job = completed(world)
    with pytest.raises(JobNotFound):
        _ = world.control.retry(STRANGER, job.id) if action == "retry" else world.control.act(STRANGER, job.id, action)


def test_a_resumed_job_looks_at_the_files_whose_messages_were_dropped(world: World) -> None:
    job = paused(world)
    world.drain()
    assert world.states(job) == ["inspected", "expected"]
    world.control.act(OWNER, job.id, "resume")
    world.drain()
    assert world.job(job).state is JobState.COMPLETED
    assert world.photos.inspected == ["1.txt", "2.txt"]


def test_a_resume_that_broke_off_is_made_good_by_the_sweeper(world: World) -> None:
    job = paused(world)
    world.drain()
    go_on, world.settling.ask_again = world.settling.ask_again, _dies
    with pytest.raises(Crash):
        world.control.act(OWNER, job.id, "resume")
    world.settling.ask_again = go_on  # type: ignore[method-assign]
    world.settle_down(minutes=12)
    assert world.job(job).state is JobState.COMPLETED


def _dies(job: Job) -> int:
    raise Crash


def test_a_pause_of_days_does_not_count_as_waiting_for_uploads(world: World) -> None:
    job = world.open(b"one", b"two", upload=False)
    world.upload(job, 1, b"one")
    world.drain()
    world.settle_down(minutes=15)
    world.control.act(OWNER, job.id, "pause")
    world.advance(3 * world.limits.upload_patience)
    world.control.act(OWNER, job.id, "resume")
    world.settle_down(minutes=30)
    assert world.job(job).state is JobState.RUNNING
    world.upload(job, 2, b"two")
    world.drain()
    assert world.job(job).state is JobState.COMPLETED


def test_a_queued_job_that_is_cancelled_leaves_its_queue(world: World) -> None:
    first, second = queued(world), queued(world)
    world.control.act(OWNER, first.id, "cancel")
    assert world.jobs.queue_state("scans").waiting == 1
    world.drain()
    assert world.job(first).state is JobState.CANCELLED
    assert world.job(second).state is JobState.COMPLETED
    assert world.jobs.usage(OWNER).active_jobs == 0


def test_a_cancel_ends_uploads_in_parts(world: World) -> None:
    job, _ = world.intake.open_job(OWNER, "photos", {}, [Announced("1.txt", 10), Announced("2.txt", 10)])
    for number in (1, 2):
        file = world.jobs.file(job.id, number)
        upload = world.objects.start_parts(file.key, None)
        world.set_file(file, upload_id=upload)
    world.control.act(OWNER, job.id, "cancel")
    assert world.objects.uploads == {}


def test_what_a_worker_stored_while_its_job_was_cancelled_goes_too(world: World) -> None:
    job = running(world)
    world.drain("inspect-photos")

    def cancel_and_die(step: str) -> None:
        world.control.act(OWNER, job.id, "cancel")
        world.objects.put(keys.result(job.id, "complete"), b"late", "x")
        raise Crash

    world.photos.during = cancel_and_die
    world.deliver("run-photos")
    assert list(world.objects.below(keys.RESULTS))
    world.settle_down(minutes=5)
    assert not list(world.objects.below(keys.RESULTS))
    assert world.job(job).due_at is None


@pytest.mark.parametrize("state", [s for s in JobState if s not in {JobState.COMPLETED, JobState.FAILED}])
def test_only_what_is_over_can_be_retried(world: World, state: JobState) -> None:
    job = MAKE[state](world)
    with pytest.raises(NotAllowedInState):
        world.control.retry(OWNER, job.id)


def test_a_retry_looks_at_the_failed_files_alone_and_makes_the_zip_anew(world: World) -> None:
    job = world.open(b"one", b"bad", b"one")
    world.drain()
    first = world.job(job)
    assert world.states(job) == ["inspected", "rejected", "duplicate"]
    world.objects.put(keys.upload("photos", job.id, 2), b"now", "x")
    world.queue.messages.clear()
    world.advance(60)
    world.control.retry(OWNER, job.id)
    assert world.jobs.usage(OWNER) == Usage(active_jobs=1, stored_bytes=0, jobs=1, announced_bytes=9)
    world.drain()
    again = world.job(job)
    assert (again.state, again.retries, again.attempt) == (JobState.COMPLETED, 1, 2)
    assert world.states(job) == ["inspected", "inspected", "duplicate"]
    assert world.photos.inspected == ["1.txt", "2.txt", "3.txt", "2.txt"]
    assert again.started_at is not None
    assert first.started_at is not None
    assert again.started_at > first.started_at
    assert world.jobs.usage(OWNER) == Usage(active_jobs=0, stored_bytes=9, jobs=1)
    assert world.jobs.statistics()["jobs_processed"] == 1


def test_a_retry_of_a_run_that_failed_takes_its_place_in_the_queue_anew(world: World) -> None:
    job = failed(world)
    assert world.control.retry(OWNER, job.id).state is JobState.PENDING
    world.drain("inspect-scans")
    assert world.job(job).state is JobState.QUEUED
    assert world.job(job).ticket == 2
    world.drain()
    done = world.job(job)
    assert (done.state, done.error_code) == (JobState.COMPLETED, None)
    assert world.jobs.queue_state("scans").waiting == 0


def test_a_completed_job_without_failed_files_has_nothing_to_retry(world: World) -> None:
    job = completed(world)
    with pytest.raises(NotAllowedInState, match="none of its files failed"):
        world.control.retry(OWNER, job.id)
    assert world.job(job).state is JobState.COMPLETED


def test_a_job_none_of_whose_files_came_has_nothing_to_retry(world: World) -> None:
    job = pending(world)
    world.advance(world.limits.upload_patience)
    world.sweep()
    assert world.job(job).error_code == "uploads_expired"
    with pytest.raises(NotAllowedInState, match="begin a new job"):
        world.control.retry(OWNER, job.id)


def test_a_retry_that_broke_off_between_its_files_and_its_job_can_be_made_again(world: World) -> None:
    job = world.open(b"one", b"bad")
    world.drain()
    world.objects.put(keys.upload("photos", job.id, 2), b"now", "x")
    world.queue.messages.clear()
    reset_files(world.jobs, world.job(job), [world.jobs.file(job.id, 2)])
    world.control.retry(OWNER, job.id)
    world.drain()
    assert world.job(job).state is JobState.COMPLETED
    assert world.states(job) == ["inspected", "inspected"]


def test_a_listing_that_failed_is_taken_up_by_a_retry(world: World) -> None:
    world.objects.put("import/a.txt", b"one", "x")
    job = world.importer.start(OWNER, "import/", "photos", {})
    dead = world.queue.receive(world.queue.visible("import"))
    for _ in range(MOST_DEAD_LETTERS + 1):
        world.importer.undelivered(dead)
    world.queue.messages.clear()
    assert world.job(job).error_code == "listing_failed"
    world.control.retry(OWNER, job.id)
    world.drain()
    assert world.job(job).state is JobState.COMPLETED
    assert world.states(job) == ["inspected"]


def test_no_run_can_begin_between_the_files_of_a_retry_and_its_job(world: World) -> None:
    job = world.open(b"one", b"bad")
    world.drain()
    world.objects.put(keys.upload("photos", job.id, 2), b"now", "x")
    world.queue.messages.clear()
    apply = world.jobs.apply

    def settled_at_once(changes: Sequence[Change], *told: Any) -> Any:
        changed = apply(changes, *told)
        if changes[0].sets.get("state") is JobState.PENDING:
            world.jobs.apply = apply
            world.settling.settle(job.id)
        return changed

    world.jobs.apply = settled_at_once
    world.control.retry(OWNER, job.id)
    assert not world.job(job).run_requested
    world.drain()
    assert world.states(job) == ["inspected", "inspected"]
    assert world.job(job).state is JobState.COMPLETED


# -- leaving a file out ------------------------------------------------------------------------------------------------


def test_a_job_goes_on_without_a_file_that_is_left_out(world: World) -> None:
    for pipeline in ("photos", "scans"):
        job = world.open(b"one", b"two", pipeline=pipeline, upload=False)
        world.upload(job, 1, b"one")
        world.drain()
        world.control.leave_out(OWNER, job.id, 2)
        world.drain()
        done = world.job(job)
        assert (done.state, done.counts.inspected, done.counts.rejected) == (JobState.COMPLETED, 1, 1)
        assert world.jobs.file(job.id, 2).error_code == "given_up"


def test_to_leave_a_file_out_again_changes_nothing_but_what_a_crash_has_left_undone(world: World) -> None:
    job = world.open(b"one", b"two", upload=False)
    world.upload(job, 1, b"one")
    world.drain()
    reject_file(world.jobs, world.jobs.file(job.id, 2), "given_up", "Before a crash.", world.now)
    for _ in range(2):
        world.control.leave_out(OWNER, job.id, 2)
        world.drain()
        assert world.job(job).state is JobState.COMPLETED
        assert world.job(job).counts.rejected == 1
    assert world.jobs.file(job.id, 2).error_message == "Before a crash."


def test_a_job_none_of_whose_files_is_to_come_fails(world: World) -> None:
    job = world.open(b"one", upload=False)
    world.control.leave_out(OWNER, job.id, 1)
    assert (world.job(job).state, world.job(job).error_code) == (JobState.FAILED, "given_up")


def test_an_open_job_still_waits_for_others(world: World) -> None:
    job, _ = world.intake.open_job(OWNER, "photos", {}, [Announced("1.txt", 3)], more=True)
    world.control.leave_out(OWNER, job.id, 1)
    assert world.job(job).state is JobState.PENDING
    job, _ = world.intake.add_files(OWNER, job.id, [Announced("2.txt", 3)], more=False)
    world.upload(job, 2, b"two")
    world.drain()
    assert world.job(job).state is JobState.COMPLETED


def test_a_paused_job_goes_on_without_it_once_it_is_resumed(world: World) -> None:
    job = world.open(b"one", b"two", upload=False)
    world.upload(job, 1, b"one")
    world.drain()
    world.control.act(OWNER, job.id, "pause")
    world.control.leave_out(OWNER, job.id, 2)
    assert world.job(job).state is JobState.PAUSED
    world.control.act(OWNER, job.id, "resume")
    world.drain()
    assert world.job(job).state is JobState.COMPLETED


def test_parts_of_a_file_that_is_left_out_are_thrown_away(world: World) -> None:
    job, _ = world.intake.open_job(OWNER, "photos", {}, [Announced("1.txt", 40 * 1024 * 1024)], more=True)
    file = world.set_file(world.jobs.file(job.id, 1), part_size=8 * 1024 * 1024)
    world.multipart.sign(OWNER, job.id, file.number, [(1, None, None)])
    assert world.objects.uploads
    world.control.leave_out(OWNER, job.id, 1)
    assert not world.objects.uploads


@pytest.mark.parametrize("told", [True, False], ids=["looked into", "only in the store"])
def test_a_file_that_has_arrived_is_not_left_out(world: World, told: bool) -> None:
    job = world.open(b"one", b"two", upload=False)
    world.upload(job, 1, b"one")
    if told:
        world.drain()
    before = world.files(job)
    with pytest.raises(FileNotAwaited):
        world.control.leave_out(OWNER, job.id, 1)
    assert world.files(job) == before


def test_a_file_that_a_worker_takes_up_at_that_moment_is_not_left_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = world.open(b"one", b"two", upload=False)
    apply = world.jobs.apply

    def arrive_first(*given: Any) -> Any:
        monkeypatch.setattr(world.jobs, "apply", apply)
        world.upload(job, 1, b"one")
        world.drain()
        return apply(*given)

    monkeypatch.setattr(world.jobs, "apply", arrive_first)
    with pytest.raises(FileNotAwaited, match="just arrived"):
        world.control.leave_out(OWNER, job.id, 1)
    assert world.states(job) == ["inspected", "expected"]


def test_a_file_that_comes_after_it_was_left_out_is_taken_while_the_job_is_open(world: World) -> None:
    job = world.open(b"one", b"two", upload=False)
    world.control.leave_out(OWNER, job.id, 1)
    world.upload(job, 1, b"one")
    world.upload(job, 2, b"two")
    world.drain()
    assert world.states(job) == ["inspected", "inspected"]
    assert world.job(job).state is JobState.COMPLETED


@pytest.mark.parametrize("make", [cancelled, failed], ids=["cancelled", "failed"])
def test_nothing_is_left_out_of_a_job_that_is_over(world: World, make: Callable[[World], Job]) -> None:
    job = make(world)
    before = world.files(job)
    with pytest.raises(FileNotAwaited):
        world.control.leave_out(OWNER, job.id, 1)
    assert world.files(job) == before


def test_nobody_leaves_out_files_of_others(world: World) -> None:
    job = pending(world)
    with pytest.raises(JobNotFound):
        world.control.leave_out(STRANGER, job.id, 1)
    with pytest.raises(FileNotFound):
        world.control.leave_out(OWNER, job.id, 3)
    assert world.states(job) == ["expected", "expected"]


@pytest.mark.parametrize("action", ["cancel", "delete the file"])
def test_a_file_that_is_finished_while_its_job_is_cancelled_counts_for_its_owner(world: World, action: str) -> None:
    job = world.open(b"one file", b"another")
    inspect = world.photos.inspect

    def cancel_and_inspect(file: Any, options: Any) -> Any:
        if not world.job(job).final:
            world.control.act(OWNER, job.id, "cancel")
        return inspect(file, options)

    world.photos.inspect = cancel_and_inspect  # type: ignore[method-assign]
    world.deliver(batch=1)
    assert world.states(job) == ["inspected", "expected"]
    assert world.job(job).kept_bytes == world.jobs.usage(OWNER).stored_bytes == len(b"one file")
    if action == "delete the file":
        world.deletion.delete_file(OWNER, job.id, 1)
        world.drain()
        assert world.job(job).kept_bytes == world.jobs.usage(OWNER).stored_bytes == 0


def test_a_file_that_is_finished_between_the_count_and_the_end_of_its_job_counts_too(world: World) -> None:
    job = world.open(b"one file", b"another")
    apply = world.jobs.apply
    ended: list[bool] = []

    def finish_first(changes: Sequence[Change], *more: Any) -> Any:
        if not ended and any(change.sets.get("state") is JobState.CANCELLED for change in changes):
            ended.append(True)
            world.deliver(batch=1)
        return apply(changes, *more)

    world.jobs.apply = finish_first  # type: ignore[method-assign]
    world.control.act(OWNER, job.id, "cancel")
    assert ended
    assert world.states(job) == ["inspected", "expected"]
    assert world.job(job).kept_bytes == world.jobs.usage(OWNER).stored_bytes == len(b"one file")
