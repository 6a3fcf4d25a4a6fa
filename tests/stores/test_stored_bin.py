"""The bin in the contract of jobs.ports.stores, on both stores."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.jobs.binning import bin_files, restore_files
from chalicelib.jobs.errors import StaleTransition
from chalicelib.jobs.file_moving import mark_duplicates, reset_files
from chalicelib.jobs.library.removing import remove_files
from chalicelib.jobs.model import BIN_KEEPS, Counts, Job
from chalicelib.jobs.moves import BIN, LOOK_INTO_BIN
from chalicelib.jobs.moving import move
from chalicelib.jobs.states import FileState, JobState
from tests.fakes.world import BEGIN
from tests.stores.made import LATER, changed, filled, finished


def over(jobs: Any, files: int = 3) -> Job:
    job = filled(jobs, files)
    finished(jobs, job, *range(1, files + 1))
    return changed(jobs, jobs.job(job.id), {"state": JobState.COMPLETED, "completed_at": BEGIN, "due_at": None})


def numbers(jobs: Any, job: Job) -> list[int]:
    return [file.number for file in jobs.files(job)]


def test_a_file_in_the_bin_is_there_alone_and_comes_back_as_it_was(jobs: Any) -> None:
    job = over(jobs)
    files = list(jobs.files(job))
    jobs.note_copies("ann", {f"{1:064x}": (job.id, 1), f"{0:064x}": (job.id, 2)})
    assert bin_files(jobs, job, files[1:2], LATER) == files[1:2]
    there = jobs.job(job.id)
    assert numbers(jobs, there) == [1, 3]
    assert set(jobs.files_by_id([file.id for file in files])) == {files[0].id, files[2].id}
    assert jobs.stored_copies("ann", [f"{0:064x}"]) == {}
    assert jobs.stored_copies("ann", [f"{1:064x}"])[f"{1:064x}"].number == 1
    assert jobs.binned(job.id, 0, 10) == [2]
    assert jobs.binned(job.id, 2, 10) == []
    assert jobs.files_by_id([files[1].id], binned=True)[files[1].id].binned_at == LATER
    assert [file.number for file in jobs.files(there, binned=True)] == [1, 2, 3]
    assert (there.counts, there.counts.finished) == (Counts(inspected=2, size=30, binned=1), 3)
    assert (there.kept_bytes, jobs.usage("ann").stored_bytes) == (30, 30)
    assert (there.edits, there.revision, there.current) == (1, 1, False)
    assert there.bin_due_at == there.due_at == there.due_when_over == LATER + BIN_KEEPS

    binned = list(jobs.files_by_id([files[1].id], binned=True).values())
    assert restore_files(jobs, there, binned) == binned
    assert list(jobs.files(there)) == files
    assert jobs.binned(job.id, 0, 10) == []
    assert jobs.job(job.id).counts == Counts(inspected=3, size=30)


def test_each_is_done_once(jobs: Any) -> None:
    job = over(jobs, 60)
    files = list(jobs.files(job))
    assert len(bin_files(jobs, job, files, LATER)) == 60
    there = jobs.job(job.id)
    assert bin_files(jobs, there, files, LATER) == []
    assert jobs.job(job.id).counts == Counts(size=600, binned=60)
    assert jobs.binned(job.id, 10, 3) == [11, 12, 13]
    binned = list(jobs.files(there, binned=True))
    assert len(restore_files(jobs, there, binned)) == 60
    assert restore_files(jobs, there, binned) == []
    assert jobs.job(job.id).counts == Counts(inspected=60, size=600)


def test_the_second_file_leaves_the_job_due_for_the_first(jobs: Any) -> None:
    job = over(jobs)
    first, second, _ = jobs.files(job)
    bin_files(jobs, job, [first], BEGIN)
    with pytest.raises(StaleTransition):
        bin_files(jobs, job, [second], LATER)  # read before any file was in the bin
    bin_files(jobs, jobs.job(job.id), [second], LATER)
    assert jobs.job(job.id).due_at == BEGIN + BIN_KEEPS


def test_only_files_of_a_job_that_is_over_and_not_in_the_bin_itself(jobs: Any) -> None:
    running = filled(jobs, 1)
    finished(jobs, running, 1)
    with pytest.raises(StaleTransition):
        bin_files(jobs, jobs.job(running.id), list(jobs.files(running)), BEGIN)
    assert jobs.job(running.id).counts == Counts(inspected=1, size=10)
    ended = changed(jobs, jobs.job(running.id), {"state": JobState.FAILED, "completed_at": BEGIN})
    binned = move(jobs, ended, BIN(binned_at=BEGIN, due_at=LATER))
    for given in (ended, binned):
        with pytest.raises(StaleTransition):
            bin_files(jobs, given, list(jobs.files(running)), BEGIN)


def test_what_is_in_the_bin_is_neither_taken_back_nor_marked(jobs: Any) -> None:
    job = over(jobs)
    files = list(jobs.files(job))
    bin_files(jobs, job, files, BEGIN)
    assert reset_files(jobs, jobs.job(job.id), files) == 0
    mark_duplicates(jobs, job.id, {2: 1})
    assert jobs.job(job.id).counts == Counts(size=30, binned=3)
    assert {file.state for file in jobs.files(job, binned=True)} == {FileState.INSPECTED}


def test_what_is_deleted_from_the_bin_takes_its_bytes_along(jobs: Any) -> None:
    job = over(jobs)
    bin_files(jobs, job, list(jobs.files(job))[:1], BEGIN)
    there, file = jobs.job(job.id), jobs.file(job.id, 1)
    with pytest.raises(StaleTransition):
        remove_files(jobs, there, [replace(file, binned_at=None)], {})
    remove_files(jobs, there, [file], {})
    assert jobs.job(job.id).counts == Counts(inspected=2, size=20, removed=1)
    assert jobs.binned(job.id, 0, 10) == []
    assert jobs.usage("ann").stored_bytes == 20


def test_the_bin_is_not_forgotten_while_a_file_is_put_there(jobs: Any) -> None:
    job = over(jobs)
    first, second, _ = jobs.files(job)
    bin_files(jobs, job, [first], BEGIN)
    read = jobs.job(job.id)
    bin_files(jobs, read, [second], LATER)
    with pytest.raises(StaleTransition):
        move(jobs, read, LOOK_INTO_BIN(bin_due_at=None, due_at=None))
    assert jobs.job(job.id).bin_due_at == BEGIN + BIN_KEEPS
