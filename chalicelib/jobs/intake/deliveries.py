"""The queues' deliveries, parsed: the envelope of SQS, and the object events inside."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from chalicelib.jobs import keys
from chalicelib.jobs.model import File, StoredObject


@dataclass(frozen=True)
class Delivery:
    """One message. receives: how often it has been delivered, this time included. queue: its ARN. sent_at,
    group: None where the queue doesn't say."""

    id: str
    body: Mapping[str, Any]
    receives: int
    queue: str
    sent_at: datetime | None = None
    group: str | None = None


@dataclass(frozen=True)
class ObjectEvent:
    """An object in the store. job_id and number are given where the sender knew which file it is."""

    seen: StoredObject
    job_id: str | None = None
    number: int | None = None


def deliveries(event: Mapping[str, Any]) -> Iterator[Delivery]:
    """The messages of an SQS event. A body that is no JSON object counts as empty."""
    for record in event.get("Records", ()):
        try:
            body = json.loads(record["body"])
        except ValueError:
            body = {}
        attributes = record.get("attributes", {})
        sent = attributes.get("SentTimestamp")
        yield Delivery(
            record["messageId"],
            body if isinstance(body, dict) else {},
            int(attributes.get("ApproximateReceiveCount", 1)),
            record.get("eventSourceARN", ""),
            datetime.fromtimestamp(int(sent) / 1000, UTC) if sent else None,
            attributes.get("MessageGroupId"),
        )


def object_events(body: Mapping[str, Any]) -> Iterator[ObjectEvent]:
    """The objects that an S3 notification, or a message of ours in that shape, names; none for S3's test event."""
    for record in body.get("Records", ()):
        if not str(record.get("eventName", "")).startswith("ObjectCreated"):
            continue
        thing, ours = record["s3"]["object"], record.get("millrace", {})
        seen = StoredObject(
            key=unquote_plus(thing["key"]),
            size=int(thing.get("size", 0)),
            etag=str(thing.get("eTag", "")).strip('"'),
            modified_at=datetime.fromisoformat(record["eventTime"]),
            bucket=ours.get("bucket"),
            sequencer=thing.get("sequencer"),
        )
        yield ObjectEvent(seen, ours.get("job_id"), ours.get("number"))


def message(file: File, seen: StoredObject) -> dict[str, Any]:
    """The message that asks for inspecting `file`, in the shape of S3's own notifications."""
    thing = {"key": quote_key(seen.key), "size": seen.size, "eTag": seen.etag, "sequencer": seen.sequencer}
    return {
        "Records": [
            {
                "eventName": "ObjectCreated:Requested",
                "eventTime": seen.modified_at.isoformat(),
                "s3": {"object": {name: value for name, value in thing.items() if value is not None}},
                "millrace": {"job_id": file.job_id, "number": file.number, "bucket": file.bucket},
            }
        ]
    }


def group_of(body: Mapping[str, Any]) -> str | None:
    """A message's group in a fair queue: its job, or the batch of a drop folder. None where it names neither."""
    if job_id := body.get("job_id"):
        return str(job_id)
    try:
        event = next(object_events(body), None)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None
    if event is None:
        return None
    if event.job_id:
        return event.job_id
    if upload := keys.parse_upload(event.seen.key):
        return upload[0]
    drop = keys.parse_drop(event.seen.key)
    return hashlib.sha256(drop.batch.encode()).hexdigest() if drop else None


def quote_key(key: str) -> str:
    """A key as S3 writes it into its notifications."""
    return quote_plus(key)


def is_newer(sequencer: str | None, than: str | None) -> bool:
    """Whether an event's sequencer says that it came after the other of the same key.

    Hexadecimal strings of unequal length compare with the shorter padded by zeros on the right. Where one is missing,
    the event counts as newer.
    """
    if not sequencer or not than:
        return True
    width = max(len(sequencer), len(than))
    return sequencer.ljust(width, "0").lower() > than.ljust(width, "0").lower()
