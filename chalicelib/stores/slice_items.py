"""Slice items: claimed as they come, done once."""

from __future__ import annotations

from datetime import datetime

from chalicelib.jobs.errors import StaleTransition
from chalicelib.jobs.model import Job, Slice
from chalicelib.jobs.states import JobState
from chalicelib.stores import items
from chalicelib.stores.dynamo import ConditionFailed, Table, Write

WORKED_ON = frozenset({JobState.RUNNING, JobState.PAUSED})


class SliceItems:
    _table: Table

    def slices(self, job: Job) -> list[Slice]:
        bounds = {":step": items.slices_below(job.retries, job.steps_done)}
        found = self._table.query(items.job_key(job.id)[0], "begins_with(#range, :step)", bounds)
        return [items.slice_from(item) for item in found]

    def claim_slice(self, job: Job, number: int, by: str, now: datetime, lease_until: datetime) -> Slice:
        part = Slice(job.id, job.retries, job.steps_done, number)
        write = Write(items.slice_key(part)).set(lease_until=lease_until, claimed_by=by).add(attempt=1, tries=1)
        write.where_equal(done=None)
        lease, holder = write.name("lease_until"), write.name("claimed_by")
        expired = f"attribute_not_exists({lease}) OR {lease} <= {write.value(now)}"
        write.where(f"{expired} OR {holder} = {write.value(by)}")
        try:
            return items.slice_from(self._table.write(write))
        except ConditionFailed:
            raise StaleTransition(job.id) from None

    def renew_slice(self, part: Slice, lease_until: datetime) -> None:
        self._write_slice(self._held(part).set(lease_until=lease_until))

    def release_slice(self, part: Slice, tries: int | None = None) -> None:
        write = self._held(part).set(lease_until=None, claimed_by=None)
        self._write_slice(write if tries is None else write.set(tries=tries or None))

    def finish_slice(self, part: Slice, now: datetime) -> None:
        done = self._held(part).set(done=True, lease_until=None, claimed_by=None)
        count = Write(items.job_key(part.job_id)).add(slices_done=1).set(active_at=now)
        count.where_in("state", WORKED_ON).where(f"attribute_exists({count.name('slices')})")
        count.where_equal(retries=part.run or None, steps_done=part.step or None)
        try:
            self._table.transact([done, count])
        except ConditionFailed:
            raise StaleTransition(part.job_id) from None

    def delete_slices(self, job_id: str) -> None:
        found = self._table.query(items.job_key(job_id)[0], "begins_with(#range, :kind)", {":kind": items.SLICE})
        for item in found:
            self._table.delete((item["PK"], item["SK"]))

    def _held(self, part: Slice) -> Write:
        """A write on condition that the claim is still as given: neither lost nor given back."""
        return Write(items.slice_key(part)).where_equal(attempt=part.attempt, claimed_by=part.claimed_by)

    def _write_slice(self, write: Write) -> None:
        try:
            self._table.write(write)
        except ConditionFailed:
            raise StaleTransition(str(write.key)) from None
