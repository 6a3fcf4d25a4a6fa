"""The items of jobs, files and their belongings: keys and attributes, formatted here and nowhere else.

A job's partition holds `JOB` and `JOB#COUNT#{shard}` side by side, so that one small query reads both whatever the
job's size; then `FILE#{number}`, `ARTIFACT#{name}`, `REQUEST#{id}` for each request with an Idempotency-Key that added
files, and, while a step is shared, `SLICE#{division}#{step}#{number}`.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import datetime
from typing import Any, get_type_hints

from chalicelib.jobs.model import Artifact, Counts, File, Job, Result, Slice, Thumbnail
from chalicelib.jobs.states import FileState, JobState
from chalicelib.stores.dynamo.table import Item, Key

JOB, COUNT, FILE, ARTIFACT, SLICE, USE = "JOB", "JOB#COUNT#", "FILE#", "ARTIFACT#", "SLICE#", "USE#"
REQUEST, BIN = "REQUEST#", "BIN#"
STATISTICS, DAY = "STATISTICS", "DAY#"
SHARD_FROM = 256
SHARDS = 16
DUE = "due"
NO_COUNTS = Counts()
SCHEMA_VERSION = 2
"""The version of written items; infra/migrations brings older ones up to it."""
PACKED_FROM = 512
"""Characters of JSON from which a file's metadata is stored deflated: DynamoDB bills each write by the started KB."""


def job_key(job_id: str) -> Key:
    return f"JOB#{job_id}", JOB


def count_key(job_id: str, numbers: list[int]) -> Key:
    """The item that counts these files: one for a small job; larger jobs spread over shards, whose sum counts."""
    shard = 0 if max(numbers) <= SHARD_FROM else 1 + min(numbers) % SHARDS
    return f"JOB#{job_id}", f"{COUNT}{shard:02d}"


def file_key(job_id: str, number: int) -> Key:
    return f"JOB#{job_id}", f"{FILE}{number:08d}"


def artifact_key(job_id: str, name: str) -> Key:
    return f"JOB#{job_id}", f"{ARTIFACT}{name}"


def slices_below(division: int, step: int) -> str:
    return f"{SLICE}{division:06d}#{step:03d}#"


def slice_key(part: Slice) -> Key:
    return f"JOB#{part.job_id}", f"{slices_below(part.division, part.step)}{part.number:08d}"


def usage_key(owner_id: str) -> Key:
    return f"USER#{owner_id}", "USAGE"


def person_key(email: str) -> Key:
    """The key of the person behind a job, where that says more than the account: a hash, regardless of case, so that
    the email itself isn't stored."""
    return STATISTICS, f"PERSON#{_digest(email.strip().lower())}"


def queue_key(pipeline: str) -> Key:
    return f"QUEUE#{pipeline}", "QUEUE"


def statistics_key(shard: int) -> Key:
    return STATISTICS, f"TOTAL#{shard}"


def day_key(day: str, shard: int | None = None) -> Key:
    """The counters of that day (YYYY-MM-DD) on that shard; without a shard: before all of them."""
    return STATISTICS, f"{DAY}{day}" if shard is None else f"{DAY}{day}#{shard}"


def day_from(item: Item) -> str:
    return str(item["SK"]).removeprefix(DAY).partition("#")[0]


def use_key(source_job_id: str, source_number: int, job_id: str, number: int) -> Key:
    return f"JOB#{source_job_id}", f"{USE}{source_number:08d}#{job_id}#{number:08d}"


def request_key(job_id: str, request_id: str) -> Key:
    return f"JOB#{job_id}", f"{REQUEST}{request_id}"


def bin_key(job_id: str, number: int) -> Key:
    return f"JOB#{job_id}", f"{BIN}{number:08d}"


def share_key(digest: str) -> Key:
    return f"SHARE#{digest}", "SHARE"


def copy_key(owner_hash: str) -> Key:
    return f"HASH#{owner_hash}", "COPY"


def batch_key(batch: str) -> Key:
    return f"BATCH#{_digest(batch)}", "BATCH"


def batch_file_key(batch: str, key: str) -> Key:
    return f"BATCH#{_digest(batch)}", f"KEY#{_digest(key)}"


def _digest(text: str) -> str:
    # An object's key may be as long as DynamoDB allows for a sort key, which leaves no room for our prefix.
    return hashlib.sha256(text.encode()).hexdigest()


def to_item(key: Key, value: Job | File | Artifact | Result) -> Item:
    """The item of a value, without the fields that are part of its key or at their default."""
    item: Item = {"PK": key[0], "SK": key[1]}
    for field in fields(value):
        content = getattr(value, field.name)
        empty = field.default_factory is not MISSING and not content
        if field.name in _IN_KEY[type(value)] or content is None or content == field.default or empty:
            continue
        item[field.name] = packed(content) if field.name == "metadata" else content
    item["schema_version"] = SCHEMA_VERSION
    if isinstance(value, File):
        item["state"] = value.state
    if isinstance(value, Job):
        item |= job_changes({"due_at": value.due_at}) | {"job_id": value.id, "file_count": value.file_count}
    return item


def packed(metadata: Mapping[str, Any]) -> Mapping[str, Any] | bytes:
    """A file's or result's metadata as it is stored."""
    text = json.dumps(metadata, separators=(",", ":"), ensure_ascii=False)
    return metadata if len(text) < PACKED_FROM else zlib.compress(text.encode())


def _unpacked(stored: Any) -> Any:
    if isinstance(stored, bytes):
        stored = zlib.decompress(stored)
    return json.loads(stored) if isinstance(stored, str | bytes) else stored


def created(key: Key, value: Any) -> Item:
    """The item of a new record: a value of the core, or plain fields."""
    return {"PK": key[0], "SK": key[1], **value} if isinstance(value, Mapping) else to_item(key, value)


def job_changes(changes: Mapping[str, Any]) -> Item:
    """Changes of a job as attributes: a due job is in the sparse index; a field at its default is not set, so that a
    condition on it need not tell the two apart."""
    item = {name: None if name in _DEFAULTS and value == _DEFAULTS[name] else value for name, value in changes.items()}
    if "due_at" in changes:
        item["due_shard"] = DUE if changes["due_at"] else None
    return item


def from_item[T: (Job, File, Artifact, Result, Slice)](kind: type[T], item: Mapping[str, Any], **known: Any) -> T:
    values = dict(known)
    for name, convert in _FIELDS[kind].items():
        if name in item:
            values[name] = convert(item[name])
    return kind(**values)


def job_from(item: Mapping[str, Any], counts: Counts = NO_COUNTS) -> Job:
    return from_item(Job, item, id=item["PK"].removeprefix("JOB#"), counts=counts)


def file_from(item: Mapping[str, Any]) -> File:
    return from_item(File, item, job_id=item["PK"].removeprefix("JOB#"), number=int(item["SK"].removeprefix(FILE)))


def artifact_from(item: Mapping[str, Any]) -> Artifact:
    return from_item(Artifact, item, name=item["SK"].removeprefix(ARTIFACT))


def slice_from(item: Mapping[str, Any]) -> Slice:
    division, step, number = map(int, item["SK"].removeprefix(SLICE).split("#"))
    return from_item(Slice, item, job_id=item["PK"].removeprefix("JOB#"), division=division, step=step, number=number)


def counts_from(items: list[Item]) -> Counts:
    return Counts(*(sum(int(item.get(field.name, 0)) for item in items) for field in fields(Counts)))


def _converter(hint: Any) -> Any:
    text = str(hint)
    if "datetime" in text:
        return datetime.fromisoformat
    if "Thumbnail" in text:
        # True: one from before packs existed.
        return lambda value: Thumbnail() if value is True else Thumbnail(*json.loads(value))
    if "tuple" in text:
        return lambda value: tuple(json.loads(value))
    if "Mapping" in text:
        return _unpacked
    for kind in (JobState, FileState, float):
        if hint is kind:
            return kind
    if hint == float | None:
        return float
    return lambda value: value


_IN_KEY: dict[type, frozenset[str]] = {
    Job: frozenset({"id", "counts"}),
    File: frozenset({"job_id", "number"}),
    Artifact: frozenset({"name"}),
    Result: frozenset({"id", "job_id", "owner_id"}),
    Slice: frozenset({"job_id", "division", "step", "number"}),
}
_DEFAULTS = {field.name: field.default for field in fields(Job) if field.name != "file_count"}
_FIELDS: dict[type, dict[str, Any]] = {
    kind: {name: _converter(hint) for name, hint in get_type_hints(kind).items() if name not in _IN_KEY[kind]}
    for kind in _IN_KEY
}
