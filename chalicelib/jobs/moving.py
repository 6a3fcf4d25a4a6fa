"""The writes of a job's move: its own, and its counters elsewhere.

A job that leaves its queue is counted there. One that becomes final, or is taken back from a final state, changes its
owner's usage, its day's numbers and the installation's; becoming final is an event.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.jobs.changes import (
    Change,
    Condition,
    DayRecord,
    Is,
    JobEnded,
    JobRecord,
    OneOf,
    QueueRecord,
    Records,
    Refused,
    There,
    TotalRecord,
    UsageRecord,
    lease_free,
)
from chalicelib.jobs.errors import JobNotFound, StaleTransition
from chalicelib.jobs.model import Job
from chalicelib.jobs.moves import CLAIM_RUN, RECOUNT, JobGuard, MovedJob
from chalicelib.jobs.states import JobState
from chalicelib.jobs.statistics import end_of, seconds_of

AS_READ: Mapping[JobGuard, Sequence[str]] = {
    JobGuard.SAME_OWNER: ("owner_id",),
    JobGuard.SAME_STATE: ("state",),
    JobGuard.SAME_CLAIM: ("attempt",),
    JobGuard.SAME_HOLDER: ("claimed_by",),
    JobGuard.SAME_STEP: ("division", "steps_done", "slices"),
    JobGuard.SAME_RETRY: ("retries",),
    JobGuard.SAME_REQUEST: ("run_requested",),
    JobGuard.SAME_TRIES: ("tries",),
    JobGuard.SAME_FILES: ("recalled",),
    JobGuard.SAME_FILE_COUNT: ("file_count",),
    JobGuard.SAME_ADDING: ("adding",),
    JobGuard.SAME_KEPT: ("kept_bytes",),
    JobGuard.SAME_ANNOUNCED: ("announced_bytes",),
    JobGuard.SAME_BIN: ("bin_due_at",),
    JobGuard.SAME_DUE: ("due_at",),
    JobGuard.SAME_EDITS: ("edits",),
    JobGuard.SAME_DELETING: ("deleting",),
}
FIXED: Mapping[JobGuard, Condition] = {
    JobGuard.RUN_REQUESTED: Is("run_requested", True),
    JobGuard.RUN_NOT_REQUESTED: Is("run_requested", None),
    JobGuard.NOT_SEALED: Is("sealed", None),
    JobGuard.NOT_DELETING: Is("deleting", None),
    JobGuard.NOT_BINNED: Is("binned_at", None),
}


class Contended(Exception):
    """The job is unchanged, but another job changed a counter at the same time."""


def move(jobs: Records, job: Job, moved: MovedJob) -> Job:
    """Moves a job and returns it. StaleTransition where one of the move's conditions no longer holds, JobNotFound where
    the job is gone."""
    changes, after = planned(job, moved)
    try:
        there = jobs.apply(changes, [JobEnded(after)] if after.final and not job.final else [])
    except Refused as refused:
        if refused.failed(0) and refused.there(0) is None:
            raise JobNotFound("There is no such job.") from None
        if not refused.failed(0):
            raise Contended(job.id) from None
        if after.final != job.final and (owner := refused.there(0).owner_id) != job.owner_id:
            return move(jobs, replace(job, owner_id=owner), moved)  # the job's guest has signed in to an account
        raise StaleTransition(f"{job.id}: {moved.move.name}") from None
    return replace(there, counts=job.counts) if there else after


def recount(jobs: Records, job: Job) -> Job:
    """Corrects the bytes that a finished job counts for in its owner's usage: a file that was finished while the job
    ended may be missing from them. StaleTransition where the job has changed since it was read."""
    more = job.final_bytes - job.kept_bytes
    own = Change(JobRecord(job.id), {"kept_bytes": job.final_bytes}, when=job_conditions(job, RECOUNT()))
    stored = [Change(record, adds={"stored_bytes": more}) for record in (UsageRecord(job.owner_id), TotalRecord())]
    try:
        jobs.apply([own, *stored])
    except Refused:
        raise StaleTransition(f"{job.id}: {RECOUNT.name}") from None
    return replace(job, kept_bytes=job.final_bytes)


def claim_run(job: Job, by: str, now: datetime, lease_until: datetime) -> MovedJob:
    """The move that takes the lease of a job's run for the message `by`."""
    return CLAIM_RUN(
        now=now,
        attempt=job.attempt + 1,
        lease_until=lease_until,
        claimed_by=by,
        tries=job.tries + 1,
        started_at=job.started_at or now,
        due_at=lease_until,
    )


def planned(job: Job, moved: MovedJob) -> tuple[list[Change], Job]:
    """All changes of a move, the job's first, and the job after them."""
    target = moved.move.to or job.state
    sets: dict[str, Any] = {**moved.sets, **({"state": target} if moved.move.to else {})}
    after = replace(job, **sets)
    crosses = after.final != job.final
    leaves_queue = job.state is JobState.QUEUED and target is not JobState.QUEUED
    conditions = list(job_conditions(job, moved))
    if crosses or leaves_queue:
        # The counters depend on the state that the job leaves.
        if job.state not in moved.move.allowed:
            raise StaleTransition(f"{job.id}: {moved.move.name}")
        conditions.append(Is("state", job.state))
    if crosses:
        # A worker may still finish a file, so the counted bytes are recorded for a retry.
        sets["kept_bytes"] = after.final_bytes if after.final else 0
        # An earlier due time takes precedence.
        if after.final and after.due_at is None and after.due_when_over:
            sets["due_at"] = after.due_when_over
        after = replace(after, kept_bytes=sets["kept_bytes"], due_at=sets.get("due_at", after.due_at))
        as_counted = [Is(name, getattr(job, name)) for name in ("kept_bytes", "announced_bytes", "owner_id")]
        conditions += [FIXED[JobGuard.NOT_DELETING], *as_counted]
    changes = [Change(JobRecord(job.id), sets, when=tuple(conditions))]
    if moved.move.to is JobState.QUEUED and after.ticket:
        before = after.ticket - 1
        changes.append(Change(QueueRecord(job.pipeline), {"tickets": after.ticket}, when=(Is("tickets", before),)))
    if leaves_queue:
        changes.append(Change(QueueRecord(job.pipeline), adds={"left": 1}))
    return changes + (_counted(job, after) if crosses else []), after


def job_conditions(job: Job | None, moved: MovedJob) -> tuple[Condition, ...]:
    """job: as it was read; None for moves that don't look at that."""
    move = moved.move
    # A write without conditions would recreate a deleted job.
    found: list[Condition] = [There() if move.allowed == frozenset(JobState) else OneOf("state", move.allowed)]
    for guard in sorted(move.guards, key=lambda guard: guard.name):
        found += [Is(name, getattr(job, name)) for name in AS_READ.get(guard, ())] if job else []
        if guard in FIXED:
            found.append(FIXED[guard])
        if guard is JobGuard.LEASE_FREE:
            if moved.now is None:
                raise ValueError(f"{move.name}: no time is given to look at the lease")
            found.append(lease_free(moved.now, moved.sets.get("claimed_by") or ""))
    return tuple(found)


def _counted(before: Job, after: Job) -> list[Change]:
    """The counters that a move into or out of the final states changes."""
    ends = after.final
    stored = after.kept_bytes - before.kept_bytes
    ended, way = (after, 1) if ends else (before, -1)
    day, amounts = end_of(ended)
    usage = {"active_jobs": -way, "stored_bytes": stored, "announced_bytes": -way * after.announced_bytes}
    total: dict[str, float] = {"stored_bytes": stored}
    if ended.state is JobState.COMPLETED:
        total |= {"jobs_processed": way, "processing_seconds": way * seconds_of(ended)}
    changes = [
        Change(UsageRecord(after.owner_id), adds=usage),
        Change(DayRecord(day), adds={name: way * amount for name, amount in amounts.items()}),
    ]
    return changes + ([Change(TotalRecord(), adds=total)] if any(total.values()) else [])
