"""The sweeper's repairs: dead workers, lost messages, uploads that never come."""

from collections.abc import Sequence
from typing import Any

import pytest

from chalicelib.jobs import keys
from chalicelib.jobs.changes import Change
from chalicelib.jobs.intake.uploads import Announced
from chalicelib.jobs.states import FileState, JobState
from tests.fakes import World
from tests.fakes.world import OWNER, Crash


def test_a_job_that_nothing_is_wrong_with_is_left_alone(world: World) -> None:
    job = world.open(b"one", upload=False)
    assert world.sweep() == 0
    world.advance(301)
    assert world.sweep() == 1
    assert world.sweep() == 0
    assert world.job(job).state is JobState.PENDING
    assert world.queue.messages == []


def test_a_file_whose_event_was_lost_is_asked_for(world: World) -> None:
    world.lost = lambda seen: True
    job = world.open(b"one", b"two")
    assert world.queue.messages == []
    world.settle_down(minutes=6)
    assert world.job(job).state is JobState.COMPLETED


def test_a_run_whose_message_was_lost_is_asked_for(world: World) -> None:
    for pipeline in ("photos", "scans"):
        job = world.open(b"one", pipeline=pipeline)
        world.drain(f"inspect-{pipeline}")
        world.queue.messages.clear()
        world.settle_down(minutes=3)
        assert world.job(job).state is JobState.COMPLETED


def test_a_run_whose_worker_died_is_taken_up_once_its_lease_is_over(world: World) -> None:
    job = world.open(b"one")
    world.drain("inspect-photos")

    def die(step: str) -> None:
        world.photos.during = lambda step: None
        raise Crash

    world.photos.during = die
    world.deliver("run-photos")
    world.advance(60)
    world.sweep()
    world.drain()
    assert world.job(job).state is JobState.RUNNING
    world.advance(60)
    world.sweep()
    world.drain()
    assert world.job(job).state is JobState.COMPLETED


def test_files_that_never_come_fail_their_job_after_a_day(world: World) -> None:
    job = world.open(b"one", b"two", upload=False)
    world.advance(world.limits.upload_patience - 1)
    world.sweep()
    assert world.job(job).state is JobState.PENDING
    world.advance(301)
    world.sweep()
    failed = world.job(job)
    assert (failed.state, failed.error_code, failed.due_at) == (JobState.FAILED, "uploads_expired", None)
    assert world.states(job) == ["rejected", "rejected"]
    assert world.jobs.usage(OWNER).active_jobs == 0


def test_a_job_that_has_some_of_its_files_goes_on_without_the_others(world: World) -> None:
    job = world.open(b"one", b"two", upload=False)
    world.upload(job, 1, b"one")
    world.settle_down(minutes=25 * 60)
    assert world.job(job).state is JobState.COMPLETED
    assert [file.error_code for file in world.files(job)] == [None, "uploads_expired"]


def test_files_that_keep_coming_are_waited_for(world: World) -> None:
    job = world.open(b"one", b"two", b"three", upload=False)
    for number, content in enumerate((b"one", b"two", b"three"), 1):
        world.settle_down(minutes=20 * 60)
        assert not world.job(job).final
        world.upload(job, number, content)
    world.drain()
    assert world.job(job).state is JobState.COMPLETED


def test_an_open_job_without_files_ends_after_a_day(world: World) -> None:
    job = world.intake.create(OWNER, "photos", {})
    world.settle_down(minutes=25 * 60)
    assert (world.job(job).state, world.job(job).error_code) == (JobState.FAILED, "no_files")


def test_uploads_in_parts_are_ended_with_their_job(world: World) -> None:
    job, _ = world.intake.open_job(OWNER, "photos", {}, [Announced("1.txt", 10)])
    file = world.jobs.file(job.id, 1)
    upload = world.objects.start_parts(file.key, None)
    world.set_file(file, upload_id=upload)
    world.advance(world.limits.upload_patience)
    world.sweep()
    assert world.objects.uploads == {}


def test_who_died_while_giving_up_is_followed_by_one_who_does_not_wait_another_day(world: World) -> None:
    job = world.open(*[b"one"] * 30, upload=False)
    world.advance(world.limits.upload_patience)
    apply = world.jobs.apply

    def die_after_the_first(changes: Sequence[Change], *told: Any) -> Any:
        done = apply(changes, *told)
        if changes[0].sets.get("state") is FileState.REJECTED:
            raise Crash
        return done

    world.jobs.apply = die_after_the_first
    with pytest.raises(Crash):
        world.sweep()
    world.jobs.apply = apply
    assert world.states(job) == ["rejected"] * 25 + ["expected"] * 5
    world.settle_down(minutes=6)
    assert world.job(job).state is JobState.FAILED


def test_a_job_that_cant_be_mended_keeps_no_other_from_it(world: World) -> None:
    world.lost = lambda seen: True
    broken, other = world.open(b"one"), world.open(b"one")
    below = world.objects.below

    def fails(prefix: str) -> object:
        if broken.id in prefix:
            raise RuntimeError("a fault of ours")
        return below(prefix)

    world.objects.below = fails  # type: ignore[assignment,method-assign]
    world.settle_down(minutes=6)
    assert world.job(other).state is JobState.COMPLETED
    assert world.job(broken).state is JobState.PENDING
    assert (world.job(broken).due_at or world.now) > world.now


def test_a_job_with_very_many_files_takes_several_sweeps_and_keeps_no_other_waiting(world: World) -> None:
    large = world.open(*[b"one"] * 120, upload=False)
    small = world.open(b"one", upload=False)
    world.advance(world.limits.upload_patience)
    apply = world.jobs.apply

    def slow(changes: Sequence[Change], *told: Any) -> Any:
        if changes[0].sets.get("state") is FileState.REJECTED:
            world.advance(6)
        return apply(changes, *told)

    world.jobs.apply = slow
    begun = world.now
    world.sweep()
    assert (world.now - begun).total_seconds() < 30
    assert world.job(small).state is JobState.FAILED
    assert world.states(large) == ["rejected"] * 50 + ["expected"] * 70
    for _ in range(2):
        assert world.job(large).state is JobState.PENDING
        world.advance(60)
        world.sweep()
    assert (world.job(large).state, world.job(large).error_code) == (JobState.FAILED, "uploads_expired")


def test_uploads_in_parts_are_ended_over_several_sweeps(world: World) -> None:
    job = world.open(*[b"one"] * 12, upload=False)
    for file in world.files(job):
        world.set_file(file, upload_id=world.objects.start_parts(file.key, None))
    world.advance(world.limits.upload_patience)
    abort = world.objects.abort_parts

    def slow(key: str, upload_id: str) -> None:
        world.advance(3)
        abort(key, upload_id)

    world.objects.abort_parts = slow  # type: ignore[method-assign]
    world.sweep()
    assert len(world.objects.uploads) == 8
    for _ in range(2):
        world.advance(60)
        world.sweep()
    assert world.objects.uploads == {}
    assert world.job(job).state is JobState.FAILED


def test_messages_for_very_many_files_stop_with_the_sweeps_time(world: World) -> None:
    world.lost = lambda seen: True
    world.open(*[b"one"] * 250)
    world.advance(301)
    inspect = world.queue.inspect

    def slow(pipeline: str, messages: Any) -> None:
        world.advance(6)
        inspect(pipeline, messages)

    world.queue.inspect = slow  # type: ignore[method-assign]
    world.sweep()
    assert len(world.queue.messages) == 200
    world.settle_down(minutes=12)
    assert world.jobs_of(OWNER)[0].state is JobState.COMPLETED


def test_a_sweep_ends_before_its_function_does(world: World) -> None:
    world.open(b"one", upload=False)
    world.advance(301)
    assert world.sweeper.sweep(world.deadline(4)) == 0
    assert world.sweep() == 1


def test_a_crash_between_the_last_file_and_the_run_is_made_good(world: World) -> None:
    job = world.open(b"one")
    run, world.queue.run = world.queue.run, _dies
    with pytest.raises(Crash):
        world.handle("inspect-photos", world.queue.receive(world.queue.visible()))
    world.queue.run = run  # type: ignore[method-assign]
    world.queue.messages.clear()
    assert world.job(job).run_requested
    world.settle_down(minutes=3)
    assert world.job(job).state is JobState.COMPLETED


def _dies(pipeline: str, job_id: str, delay: int = 0) -> None:
    raise Crash


def test_nothing_of_a_cancelled_job_is_left_although_who_cancelled_it_died(world: World) -> None:
    job = world.open(b"one")
    world.drain("inspect-photos")
    world.objects.put(keys.result(job.id, "complete"), b"half", "x")
    delete, world.objects.delete_prefix = world.objects.delete_prefix, _cant
    with pytest.raises(Crash):
        world.control.act(OWNER, job.id, "cancel")
    world.objects.delete_prefix = delete  # type: ignore[method-assign]
    world.settle_down(minutes=3)
    assert not list(world.objects.below(keys.RESULTS))


def _cant(prefix: str) -> None:
    raise Crash
