"""Queues, runs and results in the contract of jobs.ports.stores.

Each test runs against the in-memory store and DynamoDB (moto), so that tests of the core may rely on the former.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.jobs.errors import ArtifactNotFound, StaleTransition
from chalicelib.jobs.library.results import result_of_file, run_name
from chalicelib.jobs.model import Artifact
from chalicelib.jobs.moves import RENEW
from chalicelib.jobs.moving import move
from chalicelib.jobs.states import JobState
from tests.fakes.world import BEGIN
from tests.stores.made import (
    ANY,
    LATER,
    MUCH_LATER,
    PENDING,
    RUNNING,
    changed,
    claimed,
    created,
    enqueued,
    filled,
    new_job,
    requested,
)


def test_due_jobs_come_longest_due_first_and_only_those(jobs: Any) -> None:
    created(jobs, 1, due_at=BEGIN + timedelta(seconds=2))
    created(jobs, 2, due_at=BEGIN + timedelta(seconds=1))
    created(jobs, 3, due_at=LATER)
    created(jobs, 4, due_at=None)
    at = BEGIN + timedelta(seconds=2)
    assert [int(job_id) for job_id in jobs.due_jobs(at, 10)] == [2, 1]
    assert [int(job_id) for job_id in jobs.due_jobs(at, 1)] == [2]
    changed(jobs, jobs.job(new_job(2).id), {"due_at": None}, allowed=ANY)
    assert [int(job_id) for job_id in jobs.due_jobs(at, 10)] == [1]


def test_tickets_are_given_in_order_and_once(jobs: Any) -> None:
    waiting = [enqueued(jobs, filled(jobs, 1, n, pipeline="scans"), LATER) for n in (1, 2, 3)]
    assert [job.ticket for job in waiting] == [1, 2, 3]
    assert {job.state for job in waiting} == {JobState.QUEUED}
    assert jobs.queue_state("scans").waiting == 3
    with pytest.raises(StaleTransition):
        enqueued(jobs, waiting[0], LATER)
    assert jobs.queue_state("scans").tickets == 3
    assert jobs.queue_state("photos").tickets == 0


def test_who_starts_or_is_cancelled_leaves_the_queue_once(jobs: Any) -> None:
    first, second = (enqueued(jobs, filled(jobs, 1, n, pipeline="scans"), LATER) for n in (1, 2))
    held = claimed(jobs, jobs.job(first.id), "m1", BEGIN, LATER)
    assert (held.state, held.attempt, held.started_at) == (JobState.RUNNING, 1, BEGIN)
    changed(jobs, second, {"state": JobState.CANCELLED}, allowed=frozenset({JobState.QUEUED}))
    claimed(jobs, jobs.job(first.id), "m1", BEGIN, LATER)
    assert jobs.queue_state("scans").left == 2


def test_a_run_is_one_workers_until_its_lease_ends(jobs: Any) -> None:
    job = requested(jobs, filled(jobs, 1))
    first = claimed(jobs, job, "m1", BEGIN, LATER)
    assert (first.lease_until, first.due_at, first.claimed_by, first.tries) == (LATER, LATER, "m1", 1)
    with pytest.raises(StaleTransition):
        claimed(jobs, jobs.job(job.id), "m2", BEGIN, LATER)
    assert claimed(jobs, jobs.job(job.id), "m2", LATER, MUCH_LATER).attempt == 2


def test_a_message_that_comes_again_takes_its_own_claim_over(jobs: Any) -> None:
    job = requested(jobs, filled(jobs, 1))
    claimed(jobs, job, "m1", BEGIN, LATER)
    assert claimed(jobs, jobs.job(job.id), "m1", BEGIN, LATER).attempt == 2


def test_a_run_that_nobody_asked_for_cant_be_claimed(jobs: Any) -> None:
    for job in (filled(jobs, 1, 1), changed(jobs, filled(jobs, 1, 2), {"state": JobState.RUNNING}, allowed=PENDING)):
        with pytest.raises(StaleTransition):
            claimed(jobs, job, "m1", BEGIN, LATER)


def test_of_two_claims_of_what_was_read_at_once_one_wins(jobs: Any) -> None:
    job = requested(jobs, filled(jobs, 1))
    claimed(jobs, job, "m1", BEGIN, LATER)
    with pytest.raises(StaleTransition):
        claimed(jobs, job, "m1", BEGIN, LATER)


def test_a_lease_is_renewed_only_while_it_is_held(jobs: Any) -> None:
    job = requested(jobs, filled(jobs, 1))
    held = claimed(jobs, job, "m1", BEGIN, LATER)
    move(jobs, held, RENEW(lease_until=MUCH_LATER))
    assert jobs.job(job.id).lease_until == MUCH_LATER
    changed(jobs, held, {"lease_until": None, "claimed_by": None}, allowed=RUNNING)
    with pytest.raises(StaleTransition):
        move(jobs, held, RENEW(lease_until=MUCH_LATER))
    assert jobs.job(job.id).lease_until is None


def test_the_last_twenty_durations_are_kept(jobs: Any) -> None:
    for seconds in range(25):
        jobs.record_duration("scans", seconds + 0.04)
    assert jobs.queue_state("scans").durations == tuple(float(seconds) for seconds in range(5, 25))


def test_the_results_of_one_run_are_taken_away(jobs: Any) -> None:
    job = created(jobs)
    again = replace(job, retries=1)
    for result in (
        result_of_file(job, 1, "a", None, {}, BEGIN),
        result_of_file(again, 1, "b", None, {}, BEGIN),
        result_of_file(again, 2, "c", 0.5, {"n": 1}, BEGIN),
    ):
        jobs.put_result(result)
    jobs.delete_results(job.id, run_name(again))
    assert jobs.results_of(job.id) == [result_of_file(job, 1, "a", None, {}, BEGIN)]


def test_an_artifact_replaces_the_one_of_its_name(jobs: Any) -> None:
    job = created(jobs)
    first = Artifact("complete", "results/x/complete", "a.zip", "application/zip", 5, BEGIN)
    for artifact in (first, replace(first, size=6), replace(first, name="list")):
        jobs.put_artifact(job.id, artifact)
    assert jobs.artifact(job.id, "complete").size == 6
    assert [artifact.name for artifact in jobs.artifacts(job.id)] == ["complete", "list"]
    jobs.delete_artifacts(job.id)
    assert jobs.artifacts(job.id) == []
    with pytest.raises(ArtifactNotFound):
        jobs.artifact(job.id, "complete")
