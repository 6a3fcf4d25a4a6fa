"""Changes carried out in DynamoDB: the place of each record and the form of each condition. Their meaning belongs to
chalicelib.jobs.moves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, fields
from typing import Any, Protocol

from chalicelib.jobs.changes import (
    AtMost,
    BatchKeyRecord,
    BinRecord,
    Both,
    Change,
    Condition,
    CountsRecord,
    DayRecord,
    Either,
    FileRecord,
    Is,
    JobEvent,
    JobRecord,
    OneOf,
    QueueRecord,
    Record,
    Refused,
    RequestRecord,
    ShareRecord,
    SliceRecord,
    There,
    TotalRecord,
    UsageRecord,
    UseRecord,
)
from chalicelib.jobs.model import Counts, File, Job, QueueState, Slice, Usage
from chalicelib.stores.dynamo import items
from chalicelib.stores.dynamo.statistics_items import shard
from chalicelib.stores.dynamo.table import Check, ConditionFailed, Item, Key, NewItem, Removal, Table, Write
from chalicelib.webhooks.model import Event

KINDS: Mapping[type, type] = {
    JobRecord: Job,
    FileRecord: File,
    SliceRecord: Slice,
    CountsRecord: Counts,
    UsageRecord: Usage,
    QueueRecord: QueueState,
}


def _default(field: Any) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


DEFAULTS: Mapping[type, Mapping[str, Any]] = {
    # These are always set; a job's file_count because items of earlier versions have a 0 there.
    record: {field.name: _default(field) for field in fields(kind) if field.name not in ("file_count", "state")}
    for record, kind in KINDS.items()
}


class EventItems(Protocol):
    """The writers of events, each for its subscribers."""

    def events(self, found: Sequence[JobEvent]) -> list[Event]: ...
    def write_of(self, event: Event) -> Write: ...
    def announce(self, events: Iterable[Event]) -> None: ...


class DynamoRecords:
    """Fulfils chalicelib.jobs.changes.Records."""

    def __init__(self, table: Table, webhooks: EventItems) -> None:
        self._table = table
        self._webhooks = webhooks

    def apply(self, changes: Sequence[Change], events: Sequence[JobEvent] = ()) -> Any:
        found = self._webhooks.events(events)
        writes = [_write(change) for change in changes]
        try:
            if len(writes) == 1 and not found and not isinstance(writes[0], Removal | Check):
                return _value(changes[0].record, self._table.write(writes[0]))
            self._table.transact([*writes, *map(self._webhooks.write_of, found)])
        except ConditionFailed as failed:
            raise Refused(
                [
                    (there is not None, _value(change.record, there) if there else None)
                    for change, there in zip(changes, failed.items, strict=False)
                ]
            ) from None
        self._webhooks.announce(found)
        return None


def key_of(record: Record) -> Key:
    match record:
        case JobRecord(job_id):
            return items.job_key(job_id)
        case FileRecord(job_id, number):
            return items.file_key(job_id, number)
        case SliceRecord(job_id, division, step, number):
            return items.slice_key(Slice(job_id, division, step, number))
        case CountsRecord(job_id, numbers):
            return items.count_key(job_id, list(numbers))
        case UsageRecord(owner_id):
            return items.usage_key(owner_id)
        case QueueRecord(pipeline):
            return items.queue_key(pipeline)
        case DayRecord(day):
            return items.day_key(day, shard())
        case TotalRecord():
            return items.statistics_key(shard())
        case BatchKeyRecord(batch, key):
            return items.batch_file_key(batch, key)
        case UseRecord(source_job_id, source_number, job_id, number):
            return items.use_key(source_job_id, source_number, job_id, number)
        case BinRecord(job_id, number):
            return items.bin_key(job_id, number)
        case RequestRecord(job_id, request_id):
            return items.request_key(job_id, request_id)
        case ShareRecord(digest):
            return items.share_key(digest)


def _write(change: Change) -> Write:
    record = change.record
    key = key_of(record)
    if change.replaces is not None:
        return NewItem(key, items.created(key, change.replaces), over=True)
    if change.creates is not None:
        return NewItem(key, items.created(key, change.creates))
    if not change.sets and not any(change.adds.values()) and not change.removes:
        return _conditional(record, Check(key), change)
    write = Removal(key) if change.removes else Write(key)
    sets = {name: None if _unset(record, name, value) else value for name, value in change.sets.items()}
    if isinstance(record, FileRecord) and (metadata := sets.get("metadata")):
        sets["metadata"] = items.packed(metadata)
    if isinstance(record, JobRecord) and "due_at" in sets:
        sets["due_shard"] = items.DUE if sets["due_at"] else None
    write.set(**sets).add(**change.adds)
    return _conditional(record, write, change)


def _conditional(record: Record, write: Write, change: Change) -> Write:
    for condition in change.when:
        write.where(_condition(record, write, condition))
    return write


def _unset(record: Record, name: str, value: Any) -> bool:
    """Whether a field with this value isn't stored, because it is the default."""
    return value is None or DEFAULTS.get(type(record), {}).get(name, MISSING) == value


def _condition(record: Record, write: Write, condition: Condition) -> str:
    match condition:
        case There():
            return f"attribute_exists({write.name('PK')})"
        case Is(field, value):
            name = write.name(field)
            if not _unset(record, field, value):
                return f"{name} = {write.value(value)}"
            missing = f"attribute_not_exists({name})"
            # Earlier versions stored a number's default as well.
            return f"{missing} OR {name} = {write.value(value)}" if type(value) in (int, float) else missing
        case OneOf(field, values):
            return f"{write.name(field)} IN ({', '.join(write.value(value) for value in sorted(values))})"
        case AtMost(field, value):
            return f"{write.name(field)} <= {write.value(value)}"
        case Both(conditions):
            return " AND ".join(f"({_condition(record, write, one)})" for one in conditions)
        case Either(conditions):
            return " OR ".join(f"({_condition(record, write, one)})" for one in conditions)


def _value(record: Record, item: Item) -> Any:
    match record:
        case JobRecord():
            return items.job_from(item)
        case FileRecord():
            return items.file_from(item)
        case SliceRecord():
            return items.slice_from(item)
        case _:
            return item
