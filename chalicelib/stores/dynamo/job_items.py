"""Job items: opened, read, found when due; and the numbers of queues and users."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime

from chalicelib.jobs.errors import JobNotFound, StaleTransition, TooManyJobs
from chalicelib.jobs.intake.adding import NoRoom
from chalicelib.jobs.model import Job, Origin, QueueState, Usage
from chalicelib.jobs.states import JobState
from chalicelib.jobs.statistics import OPENED, day_of
from chalicelib.stores.dynamo import items
from chalicelib.stores.dynamo.statistics_items import on_day, total
from chalicelib.stores.dynamo.table import ConditionFailed, NewItem, Table, Write, timestamp

DURATIONS = 20


class JobItems:
    def __init__(self, table: Table) -> None:
        self._table = table

    def create_job(self, job: Job, active_limit: int, most_bytes: int | None = None) -> None:
        before = self.usage(job.owner_id)
        first = not before.jobs
        announced = {"announced_bytes": job.announced_bytes} if job.announced_bytes else {}
        usage = Write(items.usage_key(job.owner_id)).add(active_jobs=1, jobs=1, **announced)
        active = usage.name("active_jobs")
        usage.where(f"attribute_not_exists({active}) OR {active} < {usage.value(active_limit)}")
        if first:
            usage.where_equal(jobs=None)
        if most_bytes is not None:
            room = most_bytes - before.stored_bytes - job.announced_bytes
            if before.announced_bytes > room:
                raise NoRoom(job.owner_id)
            bytes_announced, stored = usage.name("announced_bytes"), usage.name("stored_bytes")
            usage.where(f"attribute_not_exists({bytes_announced}) OR {bytes_announced} <= {usage.value(room)}")
            as_read = f"{stored} = {usage.value(before.stored_bytes)}"
            usage.where(as_read if before.stored_bytes else f"attribute_not_exists({stored}) OR {as_read}")
        email = str(job.options.get("email") or "")
        person = items.person_key(email)
        new = [NewItem(person, {"PK": person[0], "SK": person[1]})] if email and not self._table.get(person) else []
        installation = total().add(unique_users=len(new) if email else int(first))
        installation.set_if_missing(since=job.created_at.timestamp())
        day = on_day(day_of(job.created_at), {OPENED: 1})
        key = items.job_key(job.id)
        try:
            self._table.transact([NewItem(key, items.to_item(key, job)), usage, installation, day, *new])
        except ConditionFailed as failed:
            if failed.items[0] is not None:
                raise StaleTransition(job.id) from None
            changes = first or new or most_bytes is not None
            if changes and (failed.items[1] or {}).get("active_jobs", 0) < active_limit:
                # Another job of the user came in between; it is counted now.
                return self.create_job(job, active_limit, most_bytes)
            raise TooManyJobs(
                f"You have {active_limit} jobs that are not finished. Wait for one, or cancel one.",
                retry_after=60,
            ) from None

    def job(self, job_id: str) -> Job:
        found = list(self._table.query(f"JOB#{job_id}", "begins_with(#range, :job)", {":job": items.JOB}))
        if not found or found[0]["SK"] != items.JOB:
            raise JobNotFound("There is no such job.")
        return items.job_from(found[0], items.counts_from(found[1:]))

    def jobs_of(
        self,
        owner_id: str,
        *,
        states: frozenset[JobState],
        pipeline: str | None,
        limit: int,
        before: str | None,
        binned: bool | None = False,
        origins: Collection[Origin] = (),
    ) -> tuple[list[Job], str | None]:
        found: list[Job] = []
        for item in self._table.query(
            owner_id,
            "#range < :before" if before else "",
            {":before": before} if before else {},
            index="by_owner",
            hash_name="owner_id",
            range_name="job_id",
            forward=False,
        ):
            job = items.job_from(item)
            there = not job.deleting and binned in {None, job.binned_at is not None}
            fits = (not states or job.state in states) and (not origins or job.origin in origins)
            if there and fits and pipeline in {None, job.pipeline}:
                found.append(job)
            if len(found) > limit:
                return found[:limit], found[limit - 1].id
        return found, None

    def added(self, job_id: str, request_id: str) -> tuple[int, int] | None:
        item = self._table.get(items.request_key(job_id, request_id))
        return (int(item["first"]), int(item["count"])) if item else None

    def due_jobs(self, now: datetime, limit: int) -> list[str]:
        found = self._table.query(
            items.DUE,
            "#range <= :now",
            {":now": timestamp(now)},
            index="due",
            hash_name="due_shard",
            range_name="due_at",
            limit=limit,
        )
        return [item["PK"].removeprefix("JOB#") for item in found]

    # -- numbers ---------------------------------------------------------------------------------------------------

    def queue_state(self, pipeline: str) -> QueueState:
        item = self._table.get(items.queue_key(pipeline)) or {}
        durations = [float(seconds) for seconds in str(item.get("durations", "")).split()]
        return QueueState(int(item.get("tickets", 0)), int(item.get("left", 0)), tuple(durations))

    def record_duration(self, pipeline: str, seconds: float) -> None:
        durations = [*self.queue_state(pipeline).durations, round(seconds, 1)][-DURATIONS:]
        # One of two concurrent writes may be lost: the value is only a mean of the last ones.
        self._table.write(Write(items.queue_key(pipeline)).set(durations=" ".join(map(str, durations))))

    def usage(self, owner_id: str) -> Usage:
        item = self._table.get(items.usage_key(owner_id)) or {}
        return Usage(*(int(item.get(field.name, 0)) for field in fields(Usage)))
