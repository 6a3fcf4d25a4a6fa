"""The moves of a slice: claimed by one worker at a time, finished once, and counted for its job."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.jobs.changes import Change, Is, JobRecord, Records, Refused, SliceRecord, There, lease_free
from chalicelib.jobs.errors import StaleTransition
from chalicelib.jobs.model import Job, Slice
from chalicelib.jobs.moves import COUNT_SLICE
from chalicelib.jobs.moving import job_conditions

FREED: Mapping[str, Any] = {"lease_until": None, "claimed_by": None}


def claim_slice(jobs: Records, job: Job, number: int, by: str, now: datetime, lease_until: datetime) -> Slice:
    """Claims a slice of the job's current step for the message `by`. StaleTransition where it is done or another
    message's lease is in force."""
    record = SliceRecord(job.id, job.division, job.steps_done, number)
    claim = {"lease_until": lease_until, "claimed_by": by}
    part: Slice = _apply(
        jobs, Change(record, claim, {"attempt": 1, "tries": 1}, (Is("done", None), lease_free(now, by)))
    )
    return part


def renew_slice(jobs: Records, part: Slice, lease_until: datetime) -> None:
    """Extends the lease. StaleTransition where the claim was lost or released."""
    _apply(jobs, _held(part, {"lease_until": lease_until}))


def release_slice(jobs: Records, part: Slice, tries: int | None = None) -> None:
    """Releases the lease, optionally with other `tries`. StaleTransition as above."""
    _apply(jobs, _held(part, {**FREED, **({} if tries is None else {"tries": tries})}))


def finish_slice(jobs: Records, job: Job, part: Slice, now: datetime) -> None:
    """Marks the slice as done and counts it for its job, in one transaction. job: as it was when the slice was claimed.
    StaleTransition where the claim is no longer the slice's, or the job is not at that step, running or paused."""
    count = Change(JobRecord(part.job_id), {"active_at": now}, {"slices_done": 1}, job_conditions(job, COUNT_SLICE()))
    _apply(jobs, _held(part, {**FREED, "done": True}), count)


def _held(part: Slice, sets: Mapping[str, Any]) -> Change:
    record = SliceRecord(part.job_id, part.division, part.step, part.number)
    return Change(record, sets, when=(There(), Is("attempt", part.attempt), Is("claimed_by", part.claimed_by)))


def _apply(jobs: Records, *changes: Change) -> Any:
    try:
        return jobs.apply(changes)
    except Refused:
        raise StaleTransition(str(changes[0].record)) from None
