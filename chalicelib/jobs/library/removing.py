"""Removes files with their counts, in one transaction; and finally their job's own counts.

A user's stored bytes are the sum of what their jobs keep counted (`kept_bytes`) at all times: each change of one is a
change of both, on condition that the job's is the one that was read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from chalicelib.jobs.changes import (
    BatchKeyRecord,
    BinRecord,
    Change,
    CountsRecord,
    FileRecord,
    Is,
    JobRecord,
    Record,
    Records,
    Refused,
    There,
    TotalRecord,
    UsageRecord,
    UseRecord,
)
from chalicelib.jobs.errors import StaleTransition
from chalicelib.jobs.file_moving import counted
from chalicelib.jobs.model import File, Job, parse_file_id
from chalicelib.jobs.moves import FORGET, REMOVE_FILES
from chalicelib.jobs.moving import job_conditions
from chalicelib.jobs.states import FINISHED, FileState

GOING = frozenset({FileState.INSPECTED, FileState.DUPLICATE})


def remove_files(jobs: Records, job: Job, files: Sequence[File], heirs: Mapping[int, tuple[File, Job | None]]) -> Job:
    """Deletes up to 12 files of a job that is over, with all their counts; returns the job.

    heirs: for a file whose object stays, by its number, the file that its bytes count for from now on, and the job of
    that one where it is over. StaleTransition where one of them, or the job, has changed since it was read.
    """
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    kept: dict[str, int] = defaultdict(int)
    numbers: dict[str, list[int]] = defaultdict(list)
    changes: list[Change] = []
    owners = {job.id: job.owner_id}
    freed = 0
    for file in files:
        as_read = (There(), Is("state", file.state), Is("attempt", file.attempt), Is("binned_at", file.binned_at))
        changes.append(Change(FileRecord(job.id, file.number), when=as_read, removes=True))
        changes += [Change(record, removes=True) for record in _beside(job, file)]
        numbers[job.id].append(file.number)
        counts[job.id]["removed"] += 1
        if file.state in FINISHED:
            counts[job.id]["binned" if file.binned_at else file.state.value] -= 1
        if file.state not in FINISHED or not (size := counted(file)):
            continue
        counts[job.id]["size"] -= size
        freed += size
        if file.number in heirs:
            heir, over = heirs[file.number]
            changes.append(Change(FileRecord(heir.job_id, heir.number), {"counted": True}, when=(There(),)))
            if heir.state in GOING:
                numbers[heir.job_id].append(heir.number)
                counts[heir.job_id]["size"] += size
                if over:
                    kept[over.id] += size
                    owners[over.id] = over.owner_id
    # A file that was finished after its job's end had not been added to its owner's usage.
    kept[job.id] -= min(freed, job.kept_bytes)
    changes += [Change(CountsRecord(name, tuple(numbers[name])), adds=dict(adds)) for name, adds in counts.items()]
    changes += [
        Change(JobRecord(name), adds={"kept_bytes": size}, when=(There(), Is("owner_id", owners[name])))
        for name, size in kept.items()
        if size and name != job.id
    ]
    gone = sum(file.binned_at is None for file in files)
    own = {"edits": 1, "kept_bytes": kept[job.id], "files_gone": gone}
    changes.append(Change(JobRecord(job.id), adds=own, when=job_conditions(job, REMOVE_FILES())))
    changes += _stored((owners[name], size) for name, size in kept.items())
    _apply(jobs, job, changes)
    return replace(job, edits=job.edits + 1, kept_bytes=job.kept_bytes + kept[job.id], files_gone=job.files_gone + gone)


def forget_kept(jobs: Records, job: Job) -> Job:
    """Takes the bytes of a job that is being deleted from its owner's usage. StaleTransition."""
    if not job.kept_bytes:
        return job
    own = Change(JobRecord(job.id), {"kept_bytes": 0}, when=job_conditions(job, FORGET()))
    _apply(jobs, job, [own, *_stored([(job.owner_id, -job.kept_bytes)])])
    return replace(job, kept_bytes=0)


def _beside(job: Job, file: File) -> list[UseRecord | BatchKeyRecord | BinRecord]:
    """The records of a file besides its own."""
    found: list[UseRecord | BatchKeyRecord | BinRecord] = []
    if file.source and (place := parse_file_id(file.source)):
        found.append(UseRecord(*place, job.id, file.number))
    if job.batch:
        found.append(BatchKeyRecord(job.batch, file.key))
    if file.binned_at:
        found.append(BinRecord(job.id, file.number))
    return found


def _stored(sizes: Iterable[tuple[str, int]]) -> list[Change]:
    """sizes: bytes to add, by owner; a job and the jobs that share its files may have two owners while a takeover is
    under way."""
    owners: dict[str, int] = defaultdict(int)
    for owner_id, size in sizes:
        owners[owner_id] += size
    of_owners = [(UsageRecord(owner_id), size) for owner_id, size in owners.items()]
    found: list[tuple[Record, int]] = [*of_owners, (TotalRecord(), sum(owners.values()))]
    return [Change(record, adds={"stored_bytes": size}) for record, size in found if size]


def _apply(jobs: Records, job: Job, changes: Sequence[Change]) -> None:
    try:
        jobs.apply(changes)
    except Refused:
        raise StaleTransition(job.id) from None
