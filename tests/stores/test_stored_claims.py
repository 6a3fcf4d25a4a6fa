"""Claims of files in the contract of jobs.ports.stores.

Each test runs against the in-memory store and DynamoDB (moto), so that tests of the core may rely on the former.
"""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.jobs.errors import Busy, FileNotFound, StaleTransition
from chalicelib.jobs.file_moves import DESCRIBE
from chalicelib.jobs.file_moving import claim_file, finish_files, move_file, reject_file
from chalicelib.jobs.model import Counts
from chalicelib.jobs.moves import JobGuard
from chalicelib.jobs.states import RECEIVING, FileState
from tests.fakes.world import BEGIN
from tests.stores.made import (
    LATER,
    MUCH_LATER,
    changed,
    claim,
    enqueued,
    filled,
    finished,
    outcome,
    requested,
    seen,
)


def test_a_file_is_one_workers_until_its_lease_ends(jobs: Any) -> None:
    job = filled(jobs, 1)
    file = claim(jobs, job, 1)
    assert (file.state, file.attempt, file.lease_until, file.etag) == (FileState.INSPECTING, 1, LATER, "e1")
    with pytest.raises(Busy):
        claim(jobs, job, 1, "m2")
    assert claim(jobs, job, 1, "m1").attempt == 2
    assert claim_file(jobs, job.id, 1, seen(job, 1), "m2", LATER, MUCH_LATER).attempt == 3


def test_a_file_that_isnt_there_cant_be_claimed(jobs: Any) -> None:
    job = filled(jobs, 1)
    with pytest.raises(FileNotFound):
        claim(jobs, job, 2)
    with pytest.raises(FileNotFound):
        jobs.file(job.id, 2)


def test_finishing_counts_once_and_only_for_the_last_claim(jobs: Any) -> None:
    job = filled(jobs, 2)
    lost = outcome(claim(jobs, job, 1))
    held = outcome(claim(jobs, job, 1))
    other = outcome(claim(jobs, job, 2), FileState.REJECTED, sha256=None, error_code="bad", error_message="It is bad.")
    assert finish_files(jobs, job.id, [lost, other], "ann", BEGIN) == {2}
    assert finish_files(jobs, job.id, [held], "ann", BEGIN) == {1}
    assert finish_files(jobs, job.id, [held, other], "ann", BEGIN) == set()
    assert jobs.job(job.id).counts == Counts(inspected=1, rejected=1, size=20), "both are in the store"
    file = jobs.file(job.id, 1)
    assert (file.state, file.sha256, file.crc32, file.metadata) == (
        FileState.INSPECTED,
        held.sha256,
        7,
        {"a": [1, 2.5]},
    )
    assert (file.lease_until, file.claimed_by) == (None, None)
    assert jobs.file(job.id, 2).error_code == "bad"


def test_metadata_of_any_length_comes_back_as_it_was(jobs: Any) -> None:
    job = filled(jobs, 2)
    long = {"times": [{"source": "exif", "time": f"2024-01-{day:02}T12:00:00Z"} for day in range(1, 32)], "camera": "é"}
    found = [outcome(claim(jobs, job, 1), metadata=long), outcome(claim(jobs, job, 2), metadata={"camera": "é"})]
    finish_files(jobs, job.id, found, "ann", BEGIN)
    assert [jobs.file(job.id, number).metadata for number in (1, 2)] == [long, {"camera": "é"}]
    described = {**long, "title": "Sea"}
    move_file(jobs, jobs.file(job.id, 1), DESCRIBE(metadata=described))
    assert jobs.file(job.id, 1).metadata == described
    with pytest.raises(StaleTransition):
        move_file(jobs, replace(jobs.file(job.id, 1), edits=3), DESCRIBE(metadata={}))


def test_a_rejected_file_is_still_measured_by_what_was_announced(jobs: Any) -> None:
    job = filled(jobs, 1)
    wrong = replace(outcome(claim(jobs, job, 1), FileState.REJECTED), size=3)
    finish_files(jobs, job.id, [wrong], "ann", BEGIN)
    assert jobs.file(job.id, 1).size == 10


def test_bytes_that_another_file_counts_are_not_counted_again(jobs: Any) -> None:
    job = filled(jobs, 1)
    finish_files(jobs, job.id, [outcome(claim(jobs, job, 1), counts_bytes=False)], "ann", BEGIN)
    assert jobs.job(job.id).counts == Counts(inspected=1, size=0)


def test_counters_of_a_large_job_add_up(jobs: Any) -> None:
    job = filled(jobs, 300)
    finished(jobs, job, *range(1, 301, 7))
    assert jobs.job(job.id).counts.finished == len(range(1, 301, 7))


def test_a_newer_version_is_claimed_and_its_count_taken_back(jobs: Any) -> None:
    job = filled(jobs, 1)
    finished(jobs, job, 1)
    again = claim(jobs, job, 1, etag="e2", sequencer="02")
    assert (again.state, again.attempt, again.etag, again.sequencer) == (FileState.INSPECTING, 2, "e2", "02")
    now = jobs.job(job.id)
    assert (now.counts, now.recalled) == (Counts(), 1)
    jobs.note_copies("ann", {f"{1:064x}": (job.id, 1)})
    assert jobs.stored_copies("ann", [f"{1:064x}"]) == {}
    with pytest.raises(StaleTransition):
        enqueued(jobs, job, LATER)
    with pytest.raises(StaleTransition):
        changed(jobs, job, {"run_requested": True}, allowed=RECEIVING, guards=[JobGuard.SAME_FILES])


@pytest.mark.parametrize(("etag", "sequencer"), [("e1", "02"), ("e2", "00"), ("e2", "01")])
def test_the_same_or_an_older_version_changes_nothing(jobs: Any, etag: str, sequencer: str) -> None:
    job = filled(jobs, 1)
    finished(jobs, job, 1)
    with pytest.raises(StaleTransition):
        claim(jobs, job, 1, etag=etag, sequencer=sequencer)
    assert jobs.job(job.id).counts.inspected == 1


def test_a_newer_version_comes_too_late_for_a_run_that_was_asked_for(jobs: Any) -> None:
    job = filled(jobs, 1)
    finished(jobs, job, 1)
    requested(jobs, jobs.job(job.id))
    with pytest.raises(StaleTransition):
        claim(jobs, job, 1, etag="e2", sequencer="02")
    assert jobs.file(job.id, 1).etag == "e1"


def test_a_file_is_given_up_once_and_only_as_it_was_read(jobs: Any) -> None:
    job = filled(jobs, 2)
    before = jobs.file(job.id, 1)
    claim(jobs, job, 1)
    assert not reject_file(jobs, before, "x", "X.", BEGIN)
    assert reject_file(jobs, jobs.file(job.id, 1), "x", "X.", BEGIN)
    assert not reject_file(jobs, jobs.file(job.id, 1), "y", "Y.", BEGIN)
    finished(jobs, job, 2)
    assert not reject_file(jobs, jobs.file(job.id, 2), "y", "Y.", BEGIN)
    assert jobs.job(job.id).counts == Counts(inspected=1, rejected=1, size=20)
    assert jobs.file(job.id, 1).error_code == "x"


def test_a_file_that_never_came_counts_no_bytes(jobs: Any) -> None:
    job = filled(jobs, 1)
    assert reject_file(jobs, jobs.file(job.id, 1), "uploads_expired", "It did not come.", BEGIN)
    assert jobs.job(job.id).counts == Counts(rejected=1, size=0)


def test_a_rejected_file_that_shares_anothers_bytes_counts_none(jobs: Any) -> None:
    job = filled(jobs, 1)
    shared = outcome(claim(jobs, job, 1), FileState.REJECTED, counts_bytes=False)
    finish_files(jobs, job.id, [shared], "ann", BEGIN)
    assert jobs.job(job.id).counts == Counts(rejected=1, size=0)
