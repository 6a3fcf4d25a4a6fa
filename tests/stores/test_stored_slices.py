"""Slices and verdicts in the contract of jobs.ports.stores.

Each test runs against the in-memory store and DynamoDB (moto), so that tests of the core may rely on the former.
"""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.jobs.errors import FileNotFound, StaleTransition
from chalicelib.jobs.file_moving import judge_file
from chalicelib.jobs.model import Job, Slice
from chalicelib.jobs.moves import JobGuard
from chalicelib.jobs.states import FileState, JobState
from chalicelib.jobs.work.slice_claims import claim_slice, finish_slice, release_slice, renew_slice
from tests.fakes.world import BEGIN
from tests.stores.made import ANY, LATER, MUCH_LATER, RUNNING, changed, filled, finished, requested


def divided(jobs: Any, slices: int = 3, **fields: Any) -> Job:
    job = requested(jobs, filled(jobs, 1))
    return changed(jobs, job, {"slices": slices, **fields}, allowed=RUNNING)


def claim(jobs: Any, job: Job, number: int, by: str = "m1") -> Slice:
    return claim_slice(jobs, job, number, by, BEGIN, LATER)


def test_a_slice_is_one_workers_until_its_lease_ends(jobs: Any) -> None:
    job = divided(jobs)
    part = claim(jobs, job, 1)
    assert part == Slice(job.id, 0, 0, 1, attempt=1, lease_until=LATER, claimed_by="m1", tries=1)
    with pytest.raises(StaleTransition):
        claim(jobs, job, 1, "m2")
    assert claim(jobs, job, 1, "m1").attempt == 2
    assert claim_slice(jobs, job, 1, "m2", LATER, MUCH_LATER).attempt == 3
    assert [found.number for found in jobs.slices(job)] == [1]


def test_a_slice_is_done_once_and_counted_with_it(jobs: Any) -> None:
    job = divided(jobs)
    lost = claim(jobs, job, 0)
    part = claim(jobs, job, 0)
    with pytest.raises(StaleTransition):
        finish_slice(jobs, job, lost, BEGIN)
    finish_slice(jobs, job, part, LATER)
    for again in (part, lost):
        with pytest.raises(StaleTransition):
            finish_slice(jobs, job, again, BEGIN)
    with pytest.raises(StaleTransition):
        claim(jobs, job, 0)
    now = jobs.job(job.id)
    assert (now.slices, now.slices_done, now.active_at, now.shared) == (3, 1, LATER, True)
    assert [(found.number, found.done, found.lease_until) for found in jobs.slices(now)] == [(0, True, None)]


def test_a_slice_that_ends_while_its_job_is_paused_counts(jobs: Any) -> None:
    job = divided(jobs, slices=1)
    part = claim(jobs, job, 0)
    changed(jobs, job, {"state": JobState.PAUSED}, allowed=RUNNING)
    finish_slice(jobs, job, part, BEGIN)
    assert not jobs.job(job.id).shared


@pytest.mark.parametrize(
    "changes",
    [{"steps_done": 1}, {"division": 1}, {"slices": None}, {"state": JobState.FAILED}, {"state": JobState.CANCELLED}],
)
def test_a_slice_of_a_step_that_is_over_counts_no_more(jobs: Any, changes: dict[str, Any]) -> None:
    job = divided(jobs)
    part = claim(jobs, job, 0)
    changed(jobs, job, changes, allowed=RUNNING)
    with pytest.raises(StaleTransition):
        finish_slice(jobs, job, part, BEGIN)
    assert jobs.job(job.id).slices_done == 0


def test_each_step_and_each_run_has_slices_of_its_own(jobs: Any) -> None:
    job = divided(jobs)
    finish_slice(jobs, job, claim(jobs, job, 0), BEGIN)
    for changes in ({"steps_done": 1, "slices_done": 0}, {"steps_done": 0, "division": 1}):
        job = changed(jobs, jobs.job(job.id), changes, allowed=RUNNING)
        assert jobs.slices(job) == []
        finish_slice(jobs, job, claim(jobs, job, 0), BEGIN)
    assert jobs.job(job.id).slices_done == 2
    jobs.delete_slices(job.id)
    assert jobs.slices(job) == []
    assert claim(jobs, job, 0).attempt == 1


def test_a_lease_is_renewed_and_given_back_only_while_it_is_held(jobs: Any) -> None:
    job = divided(jobs)
    part = claim(jobs, job, 2)
    renew_slice(jobs, part, MUCH_LATER)
    assert jobs.slices(job)[0].lease_until == MUCH_LATER
    release_slice(jobs, part, tries=0)
    assert jobs.slices(job) == [replace(part, lease_until=None, claimed_by=None, tries=0)]
    for call in (lambda: renew_slice(jobs, part, LATER), lambda: release_slice(jobs, part)):
        with pytest.raises(StaleTransition):
            call()
    again = claim(jobs, job, 2, "m2")
    release_slice(jobs, again)
    assert jobs.slices(job)[0].tries == 1


def test_what_a_job_records_of_its_step_is_read_as_it_was_written(jobs: Any) -> None:
    job = divided(jobs, checkpoint={"done": 3, "deep": [1, None]}, waiting_for={"code": "c", "message": "m"})
    assert jobs.job(job.id).checkpoint == {"done": 3, "deep": [1, None]}
    assert jobs.job(job.id).waiting_for == {"code": "c", "message": "m"}
    nothing = {"checkpoint": None, "waiting_for": None, "slices": None, "slices_done": 0, "steps_done": 0, "tries": 0}
    changed(jobs, job, nothing, allowed=ANY)
    # A condition on a default value holds, whether the value was reset or never set.
    changed(jobs, jobs.job(job.id), {"tries": 1}, guards=[JobGuard.SAME_STEP, JobGuard.SAME_TRIES])


def test_the_last_runs_verdict_on_a_finished_file_counts(jobs: Any) -> None:
    job = filled(jobs, 2)
    finished(jobs, job, 1)
    judge_file(jobs, job.id, 1, 0, "suspect", "Two faces.", {"faces": 2})
    judge_file(jobs, job.id, 1, 1, "good", None, {})
    judge_file(jobs, job.id, 1, 0, "late", None, {})
    file = jobs.file(job.id, 1)
    assert (file.verdict, file.verdict_message, file.verdict_details, file.verdict_run) == ("good", None, {}, 1)
    assert file.state is FileState.INSPECTED
    judge_file(jobs, job.id, 2, 0, "early", None, {})
    assert jobs.file(job.id, 2).verdict is None
    with pytest.raises(FileNotFound):
        judge_file(jobs, job.id, 3, 0, "none", None, {})
