"""The writes by which files of a job that is over go into the bin and come out of it, with their counters.

Their bytes count as before. The job's downloads were made with the files, or without them, so each move is a
correction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from chalicelib.jobs.changes import BinRecord, Change, JobRecord, Records
from chalicelib.jobs.file_changes import change
from chalicelib.jobs.file_moves import BIN_FILE, RESTORE_FILE, MovedFile
from chalicelib.jobs.file_moving import Plan, counts_of, each
from chalicelib.jobs.model import BIN_KEEPS, File, Job
from chalicelib.jobs.moves import BIN_FILES, OPEN_BIN, RESTORE_FILES, MovedJob
from chalicelib.jobs.moving import job_conditions, move


def bin_files(jobs: Records, job: Job, files: Sequence[File], now: datetime) -> list[File]:
    """Puts finished files of a job that is over into the bin; returns those that were unchanged since they were read.
    StaleTransition where the job has changed."""
    # Due first: a file in the bin of a job that is due for nothing would stay there.
    due_at = job.bin_due_at or now + BIN_KEEPS
    if job.bin_due_at is None or job.due_at is None or job.due_at > due_at:
        job = move(jobs, job, OPEN_BIN(bin_due_at=due_at, due_at=min(job.due_at or due_at, due_at)))

    def plan(some: Sequence[File]) -> Plan:
        listed = [Change(BinRecord(job.id, file.number), replaces={"binned_at": now}) for file in some]
        return _plan(job, some, BIN_FILE(binned_at=now), BIN_FILES(), 1, listed)

    return each(jobs, files, plan)


def restore_files(jobs: Records, job: Job, files: Sequence[File]) -> list[File]:
    """Takes files out of the bin, as they were; returns those that were unchanged since they were read.
    StaleTransition."""

    def plan(some: Sequence[File]) -> Plan:
        listed = [Change(BinRecord(job.id, file.number), removes=True) for file in some]
        return _plan(job, some, RESTORE_FILE(), RESTORE_FILES(), -1, listed)

    return each(jobs, files, plan)


def _plan(
    job: Job, files: Sequence[File], moved: MovedFile, of_job: MovedJob, way: int, listed: Sequence[Change]
) -> Plan:
    """way: 1 into the bin, -1 out of it."""
    amounts: dict[str, float] = {state.value: -way * n for state, n in Counter(file.state for file in files).items()}
    edited: dict[str, float] = {"edits": 1, "revision": 1, "files_gone": way * len(files)}
    revised = Change(JobRecord(job.id), adds=edited, when=job_conditions(job, of_job))
    counts = counts_of(job.id, files, amounts | {"binned": way * len(files)})
    return [change(file, moved) for file in files], [revised, counts, *listed], []
