"""Adds files to a job, all of a request or none.

A transaction holds 97 of them. With more, the later files are written first, beyond the job's count of files, where
they are invisible; the last transaction writes the first files and raises the count. If it never comes, the next
request overwrites them.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import batched

from chalicelib.jobs.changes import (
    AtMost,
    BatchKeyRecord,
    Change,
    Either,
    FileRecord,
    Is,
    Records,
    Refused,
    RequestRecord,
    UsageRecord,
)
from chalicelib.jobs.errors import StaleTransition
from chalicelib.jobs.model import File, Job
from chalicelib.jobs.moves import ADD_FILES, ADD_STAGED, STAGE_FILES, STAGE_MORE, JobFields, MovedJob
from chalicelib.jobs.moving import planned
from chalicelib.jobs.ports.stores import JoiningStore

AT_ONCE = 97
"""Files in a transaction of 100 writes: the job, its owner's usage and the request that adds them take one each."""


class NoRoom(Exception):
    """Other files of the same owner have used up the storage limit. Nothing was added."""


class ClaimRefused(Exception):
    """The record that the files were to be claimed from is gone, or has no room for them. Nothing was added."""


def add_files(
    jobs: Records,
    job: Job,
    files: Sequence[File],
    *,
    seal: bool,
    changes: JobFields | None = None,
    request_id: str | None = None,
    room: int | None = None,
    claim: Change | None = None,
) -> Job:
    """Adds files numbered on from `job.file_count`, all or none, and returns the job. request_id: recorded as the
    request that added them. room: the most bytes that their owner's open jobs may announce with them. claim: a change
    in the same transaction. NoRoom; ClaimRefused; StaleTransition where the job is sealed, takes no files, has got
    files since it was read, or has files of that request."""
    first, *more = list(batched(files, AT_ONCE - bool(claim))) or [()]
    token = secrets.token_hex(8)
    for number, some in enumerate(reversed(more)):
        job = _add(jobs, job, (STAGE_MORE if number else STAGE_FILES)(adding=token), some)
    fields: JobFields = {**(changes or {}), "file_count": job.file_count + len(files)}
    if seal:
        fields["sealed"] = True
    if more:
        fields["adding"] = None
    noted: list[Change] = []
    if request_id:
        place = {"first": job.file_count + 1, "count": len(files)}
        noted = [Change(RequestRecord(job.id, request_id), creates=place)]
    moved = (ADD_STAGED if more else ADD_FILES)(**fields)
    return _add(jobs, job, moved, first, noted, _announced(files), room, claim)


def join_batch(jobs: JoiningStore, job: Job, files: Sequence[File], now: datetime) -> dict[str, int]:
    """Adds up to 25 files of a drop folder and remembers their keys in its batch, in one transaction that also notes
    `now` as the job's last activity; returns the number of each key. StaleTransition as add_files, and where one of the
    keys has meanwhile been remembered for another file that its job still awaits."""
    batch = job.batch or ""
    known = jobs.batch_files(batch, [file.key for file in files])
    more = []
    for file in files:
        record, place = BatchKeyRecord(batch, file.key), {"job_id": job.id, "number": file.number}
        if file.key not in known:
            more.append(Change(record, creates=place))
            continue
        job_id, number = known[file.key]
        if job_id == job.id:
            raise StaleTransition(file.key)
        # The object came again after its earlier job was closed: from now on it belongs to this job.
        more.append(Change(record, place, when=(Is("job_id", job_id), Is("number", number))))
    moved = ADD_FILES(file_count=job.file_count + len(files), active_at=now)
    _add(jobs, job, moved, files, more, _announced(files))
    return {file.key: file.number for file in files}


def _announced(files: Sequence[File]) -> int:
    return sum(file.size for file in files if file.counts_bytes)


def _add(
    jobs: Records,
    job: Job,
    moved: MovedJob,
    files: Sequence[File],
    more: Sequence[Change] = (),
    size: int = 0,
    room: int | None = None,
    claim: Change | None = None,
) -> Job:
    """size: bytes to add to the job's announced bytes."""
    (own, *others), after = planned(job, moved)
    changes = [replace(own, adds={"announced_bytes": size}), *others]
    changes += [Change(FileRecord(file.job_id, file.number), replaces=file) for file in files]
    changes += [claim, *more] if claim else more
    if size:
        free = () if room is None else (Either((Is("announced_bytes", None), AtMost("announced_bytes", room - size))),)
        changes.append(Change(UsageRecord(job.owner_id), adds={"announced_bytes": size}, when=free))
    try:
        there: Job | None = jobs.apply(changes)
    except Refused as refused:
        if claim and refused.failed(changes.index(claim)):
            raise ClaimRefused(job.id) from None
        if size and refused.failed(len(changes) - 1):
            raise NoRoom(job.owner_id) from None
        raise StaleTransition(f"{job.id}: {moved.move.name}") from None
    if isinstance(there, Job):
        return replace(there, counts=job.counts)
    return replace(after, announced_bytes=job.announced_bytes + size)
