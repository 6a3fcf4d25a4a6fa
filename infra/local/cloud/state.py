"""ministack's memory as records: all of it for a snapshot, and its restoration from records at the start.

| record | means |
| --- | --- |
| `["tables" / "queues" / "buckets", JSON]` | all of them with their settings, without their contents |
| `["item", table, partition, sort, item]` | the present state of an item; None: gone |
| `["object", bucket, key, object, tags]` | the present state of an object, its bytes in the named blob; None: gone |
| `["sent", queue, message]`, `["gone", queue, [id, …]]` | messages arrived, or were handled |
| `["received", queue, [[id, count, first time], …]]` | messages were delivered |
| `["upload", id, upload]`, `["part", id, number, part]` | an upload in parts, and one of its parts; None: gone |
| `["token", token, answer]` | a transaction that must not be carried out again |
"""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from infra.local.cloud.journal import Record

COUNTED = frozenset({"ItemCount", "TableSizeBytes"})
APPROXIMATE = "Approximate"
WORN = "_worn"
"""Marks a queue with messages that are close to the limit of deliveries."""


class Objects(dict[str, Any]):
    """A bucket's objects; records the changed ones with their previous values."""

    def __init__(self, found: dict[str, Any]) -> None:
        super().__init__(found)
        self.changed: dict[str, Any] = {}

    def __setitem__(self, key: str, value: Any) -> None:
        self.changed.setdefault(key, self.get(key))
        super().__setitem__(key, value)

    def pop(self, key: str, *default: Any) -> Any:
        if key in self:
            self.changed.setdefault(key, self[key])
        return super().pop(key, *default)


class State:
    """ministack's services must be configured before this is made: it imports them."""

    def __init__(self) -> None:
        from ministack.core import persistence
        from ministack.services import dynamodb, s3, sqs

        self.dynamodb: Any = dynamodb
        self.s3: Any = s3
        self.sqs: Any = sqs
        self._persistence: Any = persistence
        self._messages: dict[str, dict[str, Any]] = {}

    # -- settings --------------------------------------------------------------------------------------------------

    def tables(self) -> Record:
        index = self.dynamodb._INDEX_MEMBERS
        left_out = COUNTED | {"items", index}
        tables = {name: _without(table, left_out) for name, table in self.dynamodb._tables.items()}
        more = {name: dict(getattr(self.dynamodb, name).items()) for name in ("_ttl_settings", "_pitr_settings")}
        return ["tables", self._text({"tables": tables, **more})]

    def queues(self) -> Record:
        queues = {}
        for queue in self.sqs._queues.values():
            attributes = {k: v for k, v in queue["attributes"].items() if not k.startswith(APPROXIMATE)}
            queues[queue["name"]] = _without(queue, {"messages", "url", WORN}) | {"attributes": attributes}
        return ["queues", self._text(queues)]

    def buckets(self) -> Record:
        buckets = {name: _without(bucket, {"objects"}) for name, bucket in self.s3._buckets.items()}
        more = {name: dict(kept.items()) for name, kept in self.s3._PERSISTED_BUCKET_DICTS.items()}
        return ["buckets", self._text({"buckets": buckets, "more": more})]

    def _text(self, value: Any) -> str:
        return json.dumps(value, default=self._persistence._json_default)

    # -- everything ------------------------------------------------------------------------------------------------

    def records(self) -> Iterator[Record]:
        yield self.tables()
        yield self.queues()
        yield self.buckets()
        for name, table in self.dynamodb._tables.items():
            for partition, found in table["items"].items():
                for sort, item in found.items():
                    yield ["item", name, partition, sort, item]
        for queue in self.sqs._queues.values():
            for message in queue["messages"]:
                yield ["sent", queue["name"], message]
        for bucket in self.s3._buckets:
            for key in self.s3._buckets[bucket]["objects"]:
                yield self.object(bucket, key)
        for upload_id in self.s3._multipart_uploads:
            yield self.upload(upload_id)
            for number in self.s3._multipart_uploads[upload_id]["parts"]:
                yield self.part(upload_id, number)
        for token, answer in self.dynamodb._txn_idempotency.items():
            yield ["token", token, answer]

    def object(self, bucket: str, key: str) -> Record:
        tags = self.s3._object_tags.get((bucket, key, None))
        return ["object", bucket, key, self.s3._buckets[bucket]["objects"].get(key), tags]

    def upload(self, upload_id: str) -> Record:
        found = self.s3._multipart_uploads.get(upload_id)
        return ["upload", upload_id, found and _without(found, {"parts"})]

    def part(self, upload_id: str, number: int) -> Record:
        return ["part", upload_id, number, _without(self.s3._multipart_uploads[upload_id]["parts"][number], {"body"})]

    def blobs(self) -> set[str]:
        """Names of all blobs in use."""
        objects = {o["blob"] for bucket in self.s3._buckets for o in self.s3._buckets[bucket]["objects"].values()}
        uploads = self.s3._multipart_uploads
        return objects | {part["blob"] for upload in uploads for part in uploads[upload]["parts"].values()}

    # -- back ------------------------------------------------------------------------------------------------------

    def apply(self, record: Record) -> None:
        kind, *values = record
        take: Callable[..., None] = getattr(self, f"_take_{kind}")
        take(*values)

    def finish(self, view: Callable[[str], Any]) -> None:
        """Called after the last record. view: returns the bytes of a blob."""
        for table in self.dynamodb._tables.values():
            self.dynamodb._update_counts(table)
        for queue in self.sqs._queues.values():
            queue["messages"] = list(self._messages.get(queue["name"], {}).values())
            for message in queue["messages"]:
                # Its receiver ended with the last run.
                if message["receive_count"]:
                    message["receipt_handle"], message["visible_at"] = None, min(message["visible_at"], time.time())
            queue[WORN] = True
        self._messages.clear()
        for upload_id in self.s3._multipart_uploads:
            for part in self.s3._multipart_uploads[upload_id]["parts"].values():
                part["body"] = view(part["blob"])
        self.watch_buckets()

    def watch_buckets(self) -> None:
        for name in self.s3._buckets:
            bucket = self.s3._buckets[name]
            if not isinstance(bucket["objects"], Objects):
                bucket["objects"] = Objects(bucket["objects"])

    def _take_tables(self, text: str) -> None:
        found = json.loads(text, object_hook=self._persistence._json_object_hook)
        tables = self.dynamodb._tables
        for name in set(tables) - set(found["tables"]):
            del tables[name]
        for name, table in found["tables"].items():
            items = tables[name]["items"] if name in tables else defaultdict(dict)
            tables[name] = table | {"items": items}
        for kept in ("_ttl_settings", "_pitr_settings"):
            getattr(self.dynamodb, kept).update(found[kept])

    def _take_queues(self, text: str) -> None:
        found = json.loads(text, object_hook=self._persistence._json_object_hook)
        self.sqs._queues.clear()
        self._messages = {name: messages for name, messages in self._messages.items() if name in found}
        for name, queue in found.items():
            url = self.sqs._queue_url(name)  # with the port of this run
            self.sqs._queues[url] = queue | {"url": url, "messages": []}
        self.sqs._queue_name_to_url.clear()
        self.sqs._rebuild_queue_name_index()

    def _take_buckets(self, text: str) -> None:
        found = json.loads(text, object_hook=self._persistence._json_object_hook)
        buckets = self.s3._buckets
        for name in set(buckets) - set(found["buckets"]):
            del buckets[name]
        for name, bucket in found["buckets"].items():
            objects = buckets[name]["objects"] if name in buckets else {}
            buckets[name] = bucket | {"objects": objects}
        for name, kept in self.s3._PERSISTED_BUCKET_DICTS.items():
            kept.clear()
            kept.update(found["more"].get(name, {}))

    def _take_item(self, table: str, partition: str, sort: str, item: Any) -> None:
        items = self.dynamodb._tables[table]["items"]
        if item is not None:
            items[partition][sort] = item
        elif partition in items:
            items[partition].pop(sort, None)
            if not items[partition]:
                del items[partition]

    def _take_object(self, bucket: str, key: str, found: Any, tags: Any) -> None:
        objects = self.s3._buckets[bucket]["objects"]
        if found is None:
            objects.pop(key, None)
        else:
            objects[key] = found
        if tags is None:
            self.s3._object_tags.pop((bucket, key, None), None)
        else:
            self.s3._object_tags[bucket, key, None] = tags

    def _take_sent(self, queue: str, message: Any) -> None:
        self._messages.setdefault(queue, {})[message["id"]] = message

    def _take_gone(self, queue: str, ids: list[str]) -> None:
        for message_id in ids:
            self._messages.get(queue, {}).pop(message_id, None)

    def _take_received(self, queue: str, received: list[tuple[str, int, float]]) -> None:
        for message_id, count, first in received:
            if message := self._messages.get(queue, {}).get(message_id):
                message["receive_count"], message["first_receive_at"] = count, first

    def _take_upload(self, upload_id: str, upload: Any) -> None:
        if upload is None:
            self.s3._multipart_uploads.pop(upload_id, None)
        else:
            self.s3._multipart_uploads[upload_id] = upload | {"parts": {}}

    def _take_part(self, upload_id: str, number: int, part: Any) -> None:
        if upload_id in self.s3._multipart_uploads:
            self.s3._multipart_uploads[upload_id]["parts"][number] = part

    def _take_token(self, token: str, answer: Any) -> None:
        self.dynamodb._txn_idempotency[token] = answer


def _without(found: dict[str, Any], names: frozenset[str] | set[str]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name not in names}
