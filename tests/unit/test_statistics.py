"""The sums over days."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.jobs.model import Job
from chalicelib.jobs.states import JobState
from chalicelib.jobs.statistics import Fault, Processing, days, days_until, end_of, faults, processing, rejections

BEGIN = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)
JOB = Job("j", "ann", "Trip", "photos", {}, JobState.COMPLETED, BEGIN, started_at=BEGIN + timedelta(seconds=30))


def test_days_go_back_over_months_and_end_with_today() -> None:
    assert days_until(BEGIN, 3) == ["2026-02-27", "2026-02-28", "2026-03-01"]


@pytest.mark.parametrize(
    ("changes", "amounts"),
    [
        ({}, {"completed": 1, "done_photos": 1, "seconds_photos": 60}),
        ({"state": JobState.FAILED, "error_code": "no_files"}, {"failed": 1, "failed_no_files": 1}),
        ({"state": JobState.FAILED}, {"failed": 1, "failed_unknown": 1}),
        ({"state": JobState.CANCELLED}, {"cancelled": 1}),
    ],
    ids=str,
)
def test_a_job_counts_on_the_day_it_ended_and_not_when_it_was_opened(changes: Any, amounts: Any) -> None:
    job = replace(JOB, completed_at=BEGIN + timedelta(seconds=90), **changes)
    assert end_of(job) == ("2026-03-02", amounts)


def test_files_are_counted_by_their_reasons() -> None:
    assert rejections(["unreadable", None, "unreadable"]) == {"rejected_unreadable": 2, "rejected_unknown": 1}


def test_days_say_how_jobs_ended() -> None:
    [day] = days({"2026-03-01": {"jobs": 3, "completed": 2, "rejected_x": 5}})
    assert (day.date, day.opened) == (date(2026, 3, 1), 3)
    assert day.states == {JobState.COMPLETED: 2, JobState.FAILED: 0, JobState.CANCELLED: 0}


def test_what_was_taken_back_of_what_nobody_had_counted_is_none() -> None:
    counted = {"2026-03-01": {"completed": -1, "done_photos": -1, "seconds_photos": -9.5, "failed": -1, "failed_x": -1}}
    assert set(days(counted)[0].states.values()) == {0}
    assert processing(counted) == faults(counted) == []


def test_an_average_is_of_all_days_together() -> None:
    first = {"done_photos": 1, "seconds_photos": 10.0, "done_scans": 1, "seconds_scans": 5.0}
    second = {"done_photos": 3, "seconds_photos": 50.0}
    found = processing({"2026-03-01": first, "2026-03-02": second})
    assert found == [Processing("photos", 4, 15.0), Processing("scans", 1, 5.0)]


def test_errors_come_with_the_most_frequent_first() -> None:
    first = {"failed_no_files": 1, "failed": 1, "rejected_unreadable": 2}
    second = {"failed_unreadable": 1, "failed": 1, "rejected_too_large": 1}
    assert faults({"2026-03-01": first, "2026-03-02": second}) == [
        Fault("unreadable", 1, 2),
        Fault("no_files", 1, 0),
        Fault("too_large", 0, 1),
    ]
