"""The progress of a job: its percentage, its place in the queue, and the remaining time where it is known."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.jobs.limits import MiB
from chalicelib.jobs.model import Counts, Job, QueueState
from chalicelib.jobs.progress import (
    ARRIVING,
    expected_seconds,
    poll_after,
    poll_list_after,
    progress,
    queue_position,
    step_names,
)
from chalicelib.jobs.states import JobState
from tests.fakes import World
from tests.fakes.world import BEGIN, OWNER, Toy

PHOTOS, SCANS = Toy("photos", True), Toy("scans", False)
NOW = BEGIN + timedelta(seconds=100)


def job(**fields: Any) -> Job:
    given: dict[str, Any] = {"state": JobState.RUNNING, "started_at": BEGIN, "file_count": 10, "sealed": True} | fields
    return Job("j", OWNER, "n", "photos", {}, created_at=BEGIN, **given)


@pytest.mark.parametrize(
    ("fields", "percent", "step"),
    [
        ({"counts": Counts()}, 0.0, 1),
        ({"counts": Counts(inspected=3, rejected=1, duplicate=1)}, 37.5, 1),
        ({"counts": Counts(inspected=10), "run_requested": True}, 75.0, 2),
        ({"counts": Counts(inspected=10), "run_requested": True, "step_percent": 50.0}, 78.1, 2),
        ({"counts": Counts(inspected=10), "run_requested": True, "steps_done": 1}, 81.2, 3),
        ({"counts": Counts(inspected=10), "run_requested": True, "steps_done": 2}, 100.0, 3),
        ({"file_count": 0}, 0.0, 1),
        # While more files are promised, the announced ones are not all; once sealed, the promise no longer counts.
        ({"counts": Counts(inspected=5), "sealed": False, "files_intended": 100}, 3.8, 1),
        ({"counts": Counts(inspected=5), "sealed": False, "files_intended": 4}, 37.5, 1),
        ({"counts": Counts(inspected=5), "files_intended": 100}, 37.5, 1),
        ({"state": JobState.COMPLETED, "steps_done": 2, "run_requested": True}, 100.0, 3),
    ],
)
def test_work_per_file_counts_for_three_quarters(fields: dict[str, Any], percent: float, step: int) -> None:
    found = progress(job(**fields), PHOTOS, QueueState(), NOW)
    assert (found.percent, found.step, found.steps) == (percent, step, 3)
    assert found.step_name == [ARRIVING, "Pair", "Zip"][step - 1]


def test_steps_count_by_their_weight_where_the_work_is_the_run() -> None:
    found = progress(job(steps_done=1, step_percent=20.0, run_requested=True), SCANS, QueueState(), NOW)
    assert (found.percent, found.step, found.steps, found.step_name) == (40.0, 2, 2, "Zip")
    assert step_names(SCANS) == ["Pair", "Zip"]


def test_time_is_counted_to_the_end_of_a_job_that_is_over() -> None:
    over = job(state=JobState.COMPLETED, completed_at=BEGIN + timedelta(seconds=30))
    assert progress(over, PHOTOS, QueueState(), NOW).elapsed_seconds == 30
    assert progress(job(started_at=None), PHOTOS, QueueState(), NOW).elapsed_seconds is None


def test_what_is_left_is_guessed_from_the_pace_once_there_is_one() -> None:
    half = replace(job(), counts=Counts(inspected=8))
    assert progress(half, PHOTOS, QueueState(), NOW).remaining_seconds == pytest.approx(100 * 40 / 60)
    assert progress(job(), PHOTOS, QueueState(), NOW).remaining_seconds is None
    assert progress(replace(half, sealed=False), PHOTOS, QueueState(), NOW).remaining_seconds is None
    assert progress(replace(half, state=JobState.PAUSED), PHOTOS, QueueState(), NOW).remaining_seconds is None


def test_what_is_left_of_a_run_is_the_mean_of_the_last_ones_until_it_takes_longer() -> None:
    runs = QueueState(durations=(100.0, 140.0))
    assert progress(job(steps_done=1), SCANS, runs, BEGIN + timedelta(seconds=50)).remaining_seconds == 70
    longer = progress(job(steps_done=1), SCANS, runs, BEGIN + timedelta(seconds=200))
    assert longer.remaining_seconds == pytest.approx(200 * 75 / 25)


def test_before_any_run_what_a_job_takes_is_told_by_its_size() -> None:
    assert [expected_seconds(QueueState(), size * MiB) for size in (0, 10)] == [15, 45]
    assert expected_seconds(QueueState(durations=(100.0, 140.0)), 10 * MiB) == 120
    ten = job(counts=Counts(inspected=1, size=10 * MiB))
    assert progress(ten, SCANS, QueueState(), BEGIN + timedelta(seconds=5)).remaining_seconds == 40


def test_three_waiting_jobs_are_at_one_two_and_three(world: World) -> None:
    waiting = [world.open(b"one", pipeline="scans") for _ in range(3)]
    world.drain("inspect-scans")

    def positions() -> list[int]:
        queue = world.jobs.queue_state("scans")
        jobs = (world.job(one) for one in waiting)
        return [queue_position(one, queue) for one in jobs if one.state is JobState.QUEUED]

    assert positions() == [1, 2, 3]
    world.deliver("run-scans")
    assert positions() == [1, 2]
    world.control.act(OWNER, waiting[1].id, "cancel")
    assert positions() == [1]


def test_who_waits_is_told_to_ask_less_often() -> None:
    assert poll_after(job(state=JobState.COMPLETED), None) == 60
    assert [poll_after(job(), remaining) for remaining in (None, 1, 60, 3600)] == [2, 1, 6, 15]
    assert poll_after(job(state=JobState.QUEUED), 1000) == 5
    assert poll_after(job(sealed=False, open_until=NOW), None) == 5


def test_a_list_is_asked_for_again_once_one_of_its_jobs_may_have_moved() -> None:
    over, waiting, running = (job(state=state) for state in (JobState.COMPLETED, JobState.QUEUED, JobState.RUNNING))
    assert [poll_list_after(jobs) for jobs in ([], [over], [over, waiting], [over, waiting, running])] == [30, 30, 5, 3]
