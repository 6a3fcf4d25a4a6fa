"""Jobs in the contract of jobs.ports.stores.

Each test runs against the in-memory store and DynamoDB (moto), so that tests of the core may rely on the former.
"""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.jobs.errors import JobNotFound, LimitReached, StaleTransition
from chalicelib.jobs.model import Usage
from chalicelib.jobs.moves import JobGuard
from chalicelib.jobs.states import RECEIVING, JobState
from tests.fakes.world import BEGIN
from tests.stores.made import (
    LATER,
    PENDING,
    RUNNING,
    changed,
    claimed,
    created,
    filled,
    new_job,
    requested,
)


def test_a_job_comes_back_as_it_was_put(jobs: Any) -> None:
    job = new_job(listing={"prefix": "a/", "after": None}, tags=("x", "y"), batch="drop/photos/b/", awaits=0)
    jobs.create_job(job, 100)
    assert replace(jobs.job(job.id), schema_version=job.schema_version) == job


def test_a_job_may_be_without_options(jobs: Any) -> None:
    assert created(jobs, options={}).options == {}


def test_a_job_that_isnt_there_is_not_found(jobs: Any) -> None:
    with pytest.raises(JobNotFound):
        jobs.job(f"{9:026d}")


def test_an_id_is_taken_once_and_counted_once(jobs: Any) -> None:
    job = created(jobs)
    with pytest.raises(StaleTransition):
        jobs.create_job(replace(job, name="Other"), 100)
    assert jobs.job(job.id).name == "Trip"
    assert jobs.usage("ann") == Usage(active_jobs=1, stored_bytes=0, jobs=1)


def test_active_jobs_are_limited_for_each_owner(jobs: Any) -> None:
    created(jobs, 1)
    with pytest.raises(LimitReached) as refused:
        jobs.create_job(new_job(2), 1)
    assert refused.value.code == "too_many_jobs"
    assert refused.value.retry_after
    with pytest.raises(JobNotFound):
        jobs.job(new_job(2).id)
    jobs.create_job(new_job(3, owner_id="bob"), 1)
    assert jobs.usage("ann").jobs == jobs.usage("bob").jobs == 1


def test_a_job_that_ended_makes_room_for_another(jobs: Any) -> None:
    job = created(jobs, 1)
    changed(jobs, job, {"state": JobState.CANCELLED}, allowed=PENDING)
    jobs.create_job(new_job(2), 1)
    assert jobs.usage("ann").active_jobs == 1


def test_jobs_are_listed_newest_first_page_by_page(jobs: Any) -> None:
    for number in range(1, 6):
        created(jobs, number, pipeline="scans" if number == 3 else "photos")
    created(jobs, 6, owner_id="bob")

    def page(**wanted: Any) -> tuple[list[int], str | None]:
        wanted = {"states": frozenset(), "pipeline": None, "limit": 2, "before": None} | wanted
        found, before = jobs.jobs_of("ann", **wanted)
        return [int(job.id) for job in found], before

    assert page() == ([5, 4], new_job(4).id)
    assert page(before=new_job(4).id) == ([3, 2], new_job(2).id)
    assert page(before=new_job(2).id) == ([1], None)
    assert page(pipeline="scans") == ([3], None)
    assert page(states=RUNNING) == ([], None)


def test_a_change_is_made_only_in_the_allowed_states(jobs: Any) -> None:
    job = created(jobs)
    with pytest.raises(StaleTransition):
        changed(jobs, job, {"step_percent": 5.0}, allowed=RUNNING)
    assert jobs.job(job.id).step_percent == 0.0
    assert changed(jobs, job, {"step_percent": 5.5}, allowed=PENDING).step_percent == 5.5


def test_a_change_may_depend_on_what_was_read(jobs: Any) -> None:
    job = requested(jobs, filled(jobs, 1))
    claimed(jobs, job, "m1", BEGIN, LATER)
    with pytest.raises(StaleTransition):
        changed(jobs, job, {"steps_done": 1}, allowed=RUNNING, guards=[JobGuard.SAME_CLAIM])
    now = jobs.job(job.id)
    assert changed(jobs, now, {"steps_done": 1}, allowed=RUNNING, guards=[JobGuard.SAME_CLAIM]).steps_done == 1


def test_a_change_may_be_made_once(jobs: Any) -> None:
    job = created(jobs)
    assert changed(jobs, job, {"sealed": True}, allowed=RECEIVING, guards=[JobGuard.NOT_SEALED]).sealed
    with pytest.raises(StaleTransition):
        changed(jobs, job, {"sealed": True}, allowed=RECEIVING, guards=[JobGuard.NOT_SEALED])


@pytest.mark.parametrize("name", ["error_code", "listing", "lease_until", "result", "due_at"])
def test_none_takes_a_field_back(jobs: Any, name: str) -> None:
    values = {"error_code": "x", "listing": {"a": 1}, "lease_until": LATER, "result": {"b": [2]}, "due_at": BEGIN}
    job = changed(jobs, created(jobs), values, allowed=PENDING)
    assert getattr(job, name) == values[name]
    assert getattr(changed(jobs, job, {name: None}, allowed=PENDING), name) is None
    assert getattr(jobs.job(job.id), name) is None
