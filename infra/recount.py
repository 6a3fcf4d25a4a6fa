"""Counters against items: the counts of jobs and owners, beside the items that they count.

Items change while they are read, so a difference counts only if two readings find the same. It is corrected by
an addition, so that concurrent counts are not lost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from chalicelib.jobs.changes import Change, CountsRecord, JobRecord, Record, Refused, There, TotalRecord, UsageRecord
from chalicelib.jobs.file_moving import counted
from chalicelib.jobs.model import Counts, Job
from chalicelib.jobs.states import FINISHED
from chalicelib.stores.dynamo import items
from chalicelib.stores.dynamo.records import DynamoRecords
from chalicelib.stores.dynamo.table import plain
from chalicelib.stores.dynamo.webhook_items import WebhookItems
from infra.connect import Tables

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FIRST = (1,)
"""Counts are sums over shards: an addition to the first shard is an addition to the sum."""


@dataclass(frozen=True)
class Difference:
    """record: the one with wrong counts. by: the amounts to add to its counters."""

    record: Record
    by: tuple[tuple[str, int], ...]

    def __str__(self) -> str:
        wrong = ", ".join(f"{name} {-size:+,}" for name, size in self.by)
        match self.record:
            case JobRecord(job_id) | CountsRecord(job_id, _):
                return f"job {job_id} ({wrong})"
            case UsageRecord(owner_id):
                return f"user {owner_id} ({wrong})"
            case _:
                return f"the installation ({wrong})"


@dataclass
class _Seen:
    """A job as it was read."""

    job: Job | None = None
    counts: list[Mapping[str, Any]] = field(default_factory=list)
    states: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    size: int = 0
    awaited: list[int] = field(default_factory=list)

    def there(self, file_count: int) -> Counts:
        # Files beyond the count are only being added.
        present = sum(self.states.values()) + sum(number <= file_count for number in self.awaited)
        tally = (self.states["inspected"], self.states["rejected"], self.states["duplicate"])
        return Counts(*tally, self.size, file_count - present, self.states["binned"])


def differences(tables: Tables) -> list[Difference]:
    """Lasting differences: found twice, with the same amounts."""
    first = _look(tables)
    return [one for one in _look(tables) if one in first] if first else []


def mend(tables: Tables, found: list[Difference]) -> Iterator[str]:
    """Adds the differences, which may be negative; yields a sentence for each."""
    table = tables.table("jobs")
    records = DynamoRecords(table, WebhookItems(table, lambda event_id: None, _no_clock))
    for one in found:
        exists = (There(),) if isinstance(one.record, JobRecord) else ()
        try:
            records.apply([Change(one.record, adds=dict(one.by), when=exists)])
        except Refused:
            continue  # it was deleted in the meantime
        yield f"put right: {one}"


def _look(tables: Tables) -> list[Difference]:
    jobs: dict[str, _Seen] = defaultdict(_Seen)
    usages: dict[str, Mapping[str, Any]] = {}
    total = 0
    for item in _all(tables.client, tables.table("jobs").name):
        kind, _, name = item["PK"].partition("#")
        if kind == "JOB":
            _note(jobs[name], item)
        elif kind == "USER" and item["SK"] == "USAGE":
            usages[name] = item
        elif item["PK"] == items.STATISTICS and item["SK"].startswith("TOTAL#"):
            total += int(item.get("stored_bytes", 0))
    found = [one for seen in jobs.values() if seen.job for one in _of_job(seen, seen.job)]
    owners = _owners(jobs)
    for owner_id in sorted(owners.keys() | usages.keys()):
        usage = usages.get(owner_id, {})
        wanted = owners.get(owner_id, {})
        names = ("active_jobs", "stored_bytes", "announced_bytes")
        found += _differs(UsageRecord(owner_id), {n: wanted.get(n, 0) - int(usage.get(n, 0)) for n in names})
    whole = sum(wanted["stored_bytes"] for wanted in owners.values())
    return found + _differs(TotalRecord(), {"stored_bytes": whole - total})


def _note(seen: _Seen, item: Mapping[str, Any]) -> None:
    if item["SK"] == items.JOB:
        seen.job = items.job_from(item)
    elif item["SK"].startswith(items.COUNT):
        seen.counts.append(item)
    elif item["SK"].startswith(items.FILE):
        file = items.file_from(item)
        if file.state in FINISHED:
            seen.states["binned" if file.binned_at else file.state.value] += 1
            seen.size += counted(file)
        else:
            seen.awaited.append(file.number)


def _of_job(seen: _Seen, job: Job) -> list[Difference]:
    if job.deleting:
        return []  # it counts down, in small steps
    there, known = seen.there(job.file_count), items.counts_from([dict(item) for item in seen.counts])
    names = ("inspected", "rejected", "duplicate", "size", "removed", "binned")
    by = {name: getattr(there, name) - getattr(known, name) for name in names}
    found = _differs(CountsRecord(job.id, FIRST), by)
    own = {"files_gone": there.gone - job.files_gone}
    if job.final:
        own["kept_bytes"] = _final(seen, job) - job.kept_bytes
    return found + _differs(JobRecord(job.id), own)


def _final(seen: _Seen, job: Job) -> int:
    return replace(job, counts=Counts(size=seen.size)).final_bytes


def _owners(jobs: Mapping[str, _Seen]) -> dict[str, dict[str, int]]:
    """The correct usage of each owner, once their jobs' counts are right."""
    owners: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for seen in jobs.values():
        if (job := seen.job) is None:
            continue
        owner = owners[job.owner_id]
        owner["active_jobs"] += not job.final
        owner["announced_bytes"] += 0 if job.final else job.announced_bytes
        owner["stored_bytes"] += job.kept_bytes if job.deleting or not job.final else _final(seen, job)
    return owners


def _differs(record: Record, by: Mapping[str, int]) -> list[Difference]:
    wrong = tuple((name, amount) for name, amount in by.items() if amount)
    return [Difference(record, wrong)] if wrong else []


def _all(client: DynamoDBClient, name: str) -> Iterator[dict[str, Any]]:
    for page in client.get_paginator("scan").paginate(TableName=name, ConsistentRead=True):
        yield from map(plain, page["Items"])


def _no_clock() -> Any:
    raise AssertionError("a recount sends no events")
