"""Statistics in the contract of jobs.ports.stores.

Each test runs against the in-memory store and DynamoDB (moto), so that tests of the core may rely on the former.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.jobs.errors import StaleTransition
from chalicelib.jobs.file_moving import finish_files, reject_file
from chalicelib.jobs.model import Usage
from chalicelib.jobs.states import FileState, JobState
from tests.fakes.world import BEGIN
from tests.stores.made import (
    LATER,
    PENDING,
    RUNNING,
    changed,
    claim,
    counted,
    created,
    filled,
    finished,
    outcome,
    requested,
)


def test_the_end_counts_for_owner_and_statistics_once(jobs: Any) -> None:
    job = filled(jobs, 3)
    finished(jobs, job, 1, 2)
    job = requested(jobs, jobs.job(job.id))
    end = {"state": JobState.COMPLETED, "completed_at": BEGIN + timedelta(seconds=30)}
    changed(jobs, job, end, allowed=RUNNING)
    with pytest.raises(StaleTransition):
        changed(jobs, job, end, allowed=RUNNING)
    assert jobs.usage("ann") == Usage(active_jobs=0, stored_bytes=20, jobs=1)
    statistics = jobs.statistics()
    assert (statistics["jobs_processed"], statistics["processing_seconds"]) == (1, 30)
    assert (statistics["unique_users"], statistics["stored_bytes"]) == (1, 20)
    assert statistics["since"] == BEGIN.timestamp()
    assert counted(jobs, "2026-03-01") == {"jobs": 1, "completed": 1, "done_photos": 1, "seconds_photos": 30}


def test_a_retry_takes_back_what_the_end_had_counted(jobs: Any) -> None:
    job = filled(jobs, 2)
    late = claim(jobs, job, 2)
    finished(jobs, job, 1)
    job = requested(jobs, jobs.job(job.id))
    end = {"state": JobState.COMPLETED, "completed_at": LATER}
    changed(jobs, jobs.job(job.id), end, allowed=RUNNING)
    finish_files(jobs, job.id, [outcome(late)], "ann", BEGIN)  # counted for the job, but too late for its owner's usage
    done = jobs.job(job.id)
    assert (done.kept_bytes, done.counts.size) == (10, 20)
    changed(jobs, done, {"state": JobState.PENDING, "completed_at": None}, allowed=frozenset({JobState.COMPLETED}))
    assert jobs.usage("ann") == Usage(active_jobs=1, stored_bytes=0, jobs=1, announced_bytes=20)
    statistics = jobs.statistics()
    assert [statistics[name] for name in ("jobs_processed", "processing_seconds", "stored_bytes")] == [0, 0, 0]
    assert counted(jobs, "2026-03-01") == {"jobs": 1}


def test_a_retry_on_another_day_takes_back_what_was_counted_on_the_day_of_the_end(jobs: Any) -> None:
    job = filled(jobs, 1)
    failed = {"state": JobState.FAILED, "error_code": "no_usable_file", "completed_at": BEGIN}
    job = changed(jobs, job, failed, allowed=PENDING)
    assert counted(jobs, "2026-03-01") == {"jobs": 1, "failed": 1, "failed_no_usable_file": 1}
    again = {"state": JobState.PENDING, "completed_at": None, "error_code": None}
    job = changed(jobs, job, again, allowed=frozenset({JobState.FAILED}))
    end = {"state": JobState.CANCELLED, "completed_at": BEGIN + timedelta(days=3)}
    changed(jobs, job, end, allowed=PENDING)
    assert counted(jobs, "2026-03-01") == {"jobs": 1}
    assert counted(jobs, "2026-03-04") == {"cancelled": 1}
    assert set(jobs.counted(["2026-03-02", "2026-03-03"])) == {"2026-03-02", "2026-03-03"}


def test_files_count_for_the_day_whenever_they_are_rejected(jobs: Any) -> None:
    job = filled(jobs, 3)
    first, second = (outcome(claim(jobs, job, n), FileState.REJECTED, error_code="unreadable") for n in (1, 2))
    lost = replace(second, attempt=7)
    assert finish_files(jobs, job.id, [first, lost], "ann", BEGIN) == {1}
    assert finish_files(jobs, job.id, [first, second], "ann", BEGIN) == {2}
    assert reject_file(jobs, jobs.file(job.id, 3), "uploads_expired", "It did not come.", BEGIN)
    assert not reject_file(jobs, jobs.file(job.id, 3), "uploads_expired", "It did not come.", BEGIN)
    assert counted(jobs, "2026-03-01") == {"jobs": 1, "rejected_unreadable": 2, "rejected_uploads_expired": 1}


def test_numbers_of_other_days_and_kinds_are_left_out(jobs: Any) -> None:
    for number, day in enumerate((-1, 0, 1, 2), 1):
        created(jobs, number, created_at=BEGIN + timedelta(days=day), options={"email": f"{number}@example.org"})
    found = jobs.counted(["2026-03-01", "2026-03-02"])
    assert {day: amounts["jobs"] for day, amounts in found.items()} == {"2026-03-01": 1, "2026-03-02": 1}


def test_users_are_counted_once(jobs: Any) -> None:
    created(jobs, 1)
    created(jobs, 2)
    created(jobs, 3, owner_id="bob")
    assert jobs.statistics()["unique_users"] == 2
    assert (counted(jobs, "2026-03-01"), counted(jobs, "2026-03-02")) == ({"jobs": 3}, {})


def test_a_person_who_names_an_address_is_counted_once_whatever_its_case(jobs: Any) -> None:
    created(jobs, 1, options={"email": "ann@example.org"})
    created(jobs, 2, options={"email": "Ann@Example.org"}, owner_id="a guest")
    created(jobs, 3, options={"email": "bob@example.org"}, owner_id="another guest")
    assert jobs.statistics()["unique_users"] == 2
