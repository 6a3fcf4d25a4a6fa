"""Job items: opened, changed by the table of moves, claimed, found when due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.jobs.errors import JobNotFound, StaleTransition, TooManyJobs
from chalicelib.jobs.model import Job, QueueState, Usage
from chalicelib.jobs.states import FINAL, JobState, sources
from chalicelib.jobs.statistics import OPENED, day_of, end_of, seconds_of
from chalicelib.stores import items
from chalicelib.stores.dynamo import ConditionFailed, NewItem, Table, Write, timestamp
from chalicelib.stores.statistics_items import StatisticsItems, on_day, total
from chalicelib.stores.webhook_items import WebhookItems

DURATIONS = 20


class JobItems(StatisticsItems, WebhookItems):
    _table: Table

    def create_job(self, job: Job, active_limit: int) -> None:
        first = not self.usage(job.owner_id).jobs
        usage = Write(items.usage_key(job.owner_id)).add(active_jobs=1, jobs=1)
        active = usage.name("active_jobs")
        usage.where(f"attribute_not_exists({active}) OR {active} < {usage.value(active_limit)}")
        if first:
            usage.where_equal(jobs=None)
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
            if (first or new) and (failed.items[1] or {}).get("active_jobs", 0) < active_limit:
                # Another first job of theirs came in between; who that was is counted by now.
                return self.create_job(job, active_limit)
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
            if not job.deleting and (not states or job.state in states) and pipeline in {None, job.pipeline}:
                found.append(job)
            if len(found) > limit:
                return found[:limit], found[limit - 1].id
        return found, None

    def change_job(
        self,
        job: Job,
        changes: Mapping[str, Any],
        *,
        allowed: frozenset[JobState],
        same: Sequence[str] = (),
        unless: str | None = None,
    ) -> Job:
        target = changes.get("state", job.state)
        if "state" in changes and target not in allowed and not allowed <= sources(target):
            raise ValueError(f"{sorted(allowed - sources(target))} can't become {target}")
        if (target in FINAL) != job.final:
            return self._cross(job, target, changes, allowed, same)
        write = Write(items.job_key(job.id)).set(**items.job_changes(changes)).where_in("state", allowed)
        return self._changed(job, self._guarded(write, job, same, unless))

    def enqueue_job(self, job: Job, due_at: datetime) -> Job:
        changes: dict[str, Any] = {"state": JobState.QUEUED, "run_requested": True, "due_at": due_at}
        for _ in range(50):
            tickets = self.queue_state(job.pipeline).tickets
            queue = Write(items.queue_key(job.pipeline)).set(tickets=tickets + 1).where_equal(tickets=tickets or None)
            changes["ticket"] = tickets + 1
            write = Write(items.job_key(job.id)).set(**items.job_changes(changes)).where_equal(state=JobState.PENDING)
            self._guarded(write, job, ("recalled",), None)
            try:
                self._table.transact([write, queue])
                return replace(job, **changes)
            except ConditionFailed as failed:
                if failed.items[0] is not None:
                    raise StaleTransition(job.id) from None
        raise StaleTransition(f"{job.id}: too many take tickets")

    def claim_run(self, job: Job, by: str, now: datetime, lease_until: datetime) -> Job:
        changes: dict[str, Any] = {
            "state": JobState.RUNNING,
            "attempt": job.attempt + 1,
            "lease_until": lease_until,
            "claimed_by": by,
            "tries": job.tries + 1,
            "started_at": job.started_at or now,
            "due_at": lease_until,
        }
        write = Write(items.job_key(job.id)).set(**items.job_changes(changes))
        write.where_equal(state=job.state, run_requested=True, attempt=job.attempt or None)
        lease, holder = write.name("lease_until"), write.name("claimed_by")
        lease_expired = f"{lease} <= {write.value(now)}"
        write.where(f"attribute_not_exists({lease}) OR {lease_expired} OR {holder} = {write.value(by)}")
        if job.state not in {JobState.QUEUED, JobState.RUNNING}:
            raise StaleTransition(job.id)
        if job.state is JobState.RUNNING:
            return self._changed(job, write)
        try:
            self._table.transact([write, Write(items.queue_key(job.pipeline)).add(left=1)])
        except ConditionFailed:
            raise StaleTransition(job.id) from None
        return replace(job, **changes)

    def renew_run(self, job: Job, lease_until: datetime) -> None:
        write = Write(items.job_key(job.id)).set(lease_until=lease_until)
        try:
            # Not only the attempt: a lease that was given back must not come alive again.
            self._table.write(write.where_equal(state=JobState.RUNNING, attempt=job.attempt, claimed_by=job.claimed_by))
        except ConditionFailed:
            raise StaleTransition(job.id) from None

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
        # Of two at once one may be forgotten: it is a mean of the last ones, and no count.
        self._table.write(Write(items.queue_key(pipeline)).set(durations=" ".join(map(str, durations))))

    def usage(self, owner_id: str) -> Usage:
        item = self._table.get(items.usage_key(owner_id)) or {}
        return Usage(int(item.get("active_jobs", 0)), int(item.get("stored_bytes", 0)), int(item.get("jobs", 0)))

    # -- inside ----------------------------------------------------------------------------------------------------

    def _cross(
        self, job: Job, target: JobState, changes: Mapping[str, Any], allowed: frozenset[JobState], same: Sequence[str]
    ) -> Job:
        """A move into or out of the final states, with all that counts such jobs."""
        if job.state not in allowed:
            raise StaleTransition(job.id)
        ends = target in FINAL
        # Whoever was at work on a file may still finish it, so what was counted is written down for the way back.
        changes = {**changes, "kept_bytes": job.counts.size if ends else 0}
        stored = changes["kept_bytes"] - job.kept_bytes
        write = (
            Write(items.job_key(job.id)).set(**items.job_changes(changes)).where_equal(state=job.state, deleting=None)
        )
        writes = [
            self._guarded(write, job, same, None),
            Write(items.usage_key(job.owner_id)).add(active_jobs=-1 if ends else 1, stored_bytes=stored),
        ]
        if job.state is JobState.QUEUED:
            writes.append(Write(items.queue_key(job.pipeline)).add(left=1))
        moved = replace(job, **changes)
        ended, way = (moved, 1) if ends else (job, -1)
        writes.append(on_day(*end_of(ended), way))
        if ended.state is JobState.COMPLETED:
            amounts = {"jobs_processed": way, "processing_seconds": way * seconds_of(ended), "stored_bytes": stored}
            writes.append(total().add(**amounts))
        elif stored:
            writes.append(total().add(stored_bytes=stored))
        told = self._ended(moved) if ends else []
        try:
            self._table.transact([*writes, *map(self._telling, told)])
        except ConditionFailed:
            raise StaleTransition(job.id) from None
        self._told(told)
        return moved

    def _guarded(self, write: Write, job: Job, same: Sequence[str], unless: str | None) -> Write:
        # What stands at its default is not set.
        write.where_equal(**{name: getattr(job, name) or None for name in same})
        if unless:
            write.where_equal(**{unless: None})
        return write

    def _changed(self, job: Job, write: Write) -> Job:
        try:
            return items.job_from(self._table.write(write), job.counts)
        except ConditionFailed as failed:
            if not failed.items[0]:
                raise JobNotFound("There is no such job.") from None
            raise StaleTransition(job.id) from None
