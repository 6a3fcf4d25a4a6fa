"""Makes a record of each change in ministack's memory, and makes ministack walk its queues less often.

ministack's S3 announces each object from a separate thread: here an object's message is part of the same change.
"""

from __future__ import annotations

import asyncio
import json
import operator
import re
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from chalicelib.jobs.intake.deliveries import group_of
from infra.local.cloud.fairness import fair
from infra.local.cloud.journal import Record
from infra.local.cloud.state import WORN, State

NEARLY_WORN = 2
"""Receives after which a message may soon be a dead letter: no queue of ours gives up earlier."""


def install(state: State, append: Callable[[Record], None], loop: asyncio.AbstractEventLoop) -> None:
    """append: takes a record of a change that has just been made; called only on the loop's thread."""
    _tables(state.dynamodb, append, loop)
    _expressions(state.dynamodb)
    _queues(state.sqs, append)
    _events(state.s3, state.sqs, append)


def _tables(dynamodb: Any, append: Callable[[Record], None], loop: asyncio.AbstractEventLoop) -> None:
    set_item, remove_item, store_token = dynamodb._set_item, dynamodb._remove_item, dynamodb._txn_token_store
    own_thread = threading.get_ident()

    def setting(table: Any, partition: str, sort: str, item: Any) -> Any:
        old = set_item(table, partition, sort, item)
        append(["item", table["TableName"], partition, sort, item])
        return old

    def removing(table: Any, partition: str, sort: str) -> Any:
        if threading.get_ident() != own_thread:
            # ministack's reaper of expired items is a thread; the loop removes the item, unless it was written again.
            expired = table["items"].get(partition, {}).get(sort)
            loop.call_soon_threadsafe(reap, table, partition, sort, expired)
            return expired
        old = remove_item(table, partition, sort)
        if old is not None:
            append(["item", table["TableName"], partition, sort, None])
        return old

    def reap(table: Any, partition: str, sort: str, expired: Any) -> None:
        if expired is not None and table["items"].get(partition, {}).get(sort) is expired:
            removing(table, partition, sort)

    def storing(token: str, answer: Any) -> None:
        store_token(token, answer)
        append(["token", token, answer])

    dynamodb._set_item, dynamodb._remove_item, dynamodb._txn_token_store = setting, removing, storing


KEY = re.compile(
    r"#?\w+ = :\w+(?: AND (?:begins_with ?\((?P<prefixed>#?\w+), ?(?P<prefix>:\w+)\)"
    r"|(?P<name>#?\w+) (?P<compare><=|>=|<|>|=) (?P<value>:\w+)"
    r"|(?P<between>#?\w+) BETWEEN (?P<low>:\w+) AND (?P<high>:\w+)))?"
)
COMPARE: dict[str, Callable[[str, str], bool]] = {
    "=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge
}  # fmt: skip


def _expressions(dynamodb: Any) -> None:
    """ministack parses a query's condition again for each item of the partition: here once, in the form that we use."""
    evaluate, tokens = dynamodb._evaluate_condition, lru_cache(1024)(dynamodb._tokenize)
    match = lru_cache(1024)(KEY.fullmatch)

    def evaluating(expression: str, item: Any, values: Any, names: Any, slot: str = "ConditionExpression") -> Any:
        found = match(expression) if slot == "KeyConditionExpression" and expression else None
        if found is None:
            return evaluate(expression, item, values, names, slot=slot)
        name = found["prefixed"] or found["name"] or found["between"]
        if name is None:
            return True  # the candidates belong to the partition
        text = item.get(names.get(name, name), {}).get("S")
        asked = [values.get(found[group], {}).get("S") for group in ("prefix", "value", "low", "high") if found[group]]
        if text is None or None in asked:
            return evaluate(expression, item, values, names, slot=slot)
        if found["prefix"]:
            return text.startswith(asked[0])
        if found["value"]:
            return COMPARE[found["compare"]](text, asked[0])
        return asked[0] <= text <= asked[1]

    dynamodb._evaluate_condition = evaluating
    dynamodb._tokenize = lambda expression: list(tokens(expression))
    dynamodb._condition_syntax_error = lru_cache(1024)(dynamodb._condition_syntax_error)


def _queues(sqs: Any, append: Callable[[Record], None]) -> None:
    send, sweep, expire = sqs._act_send_message, sqs._dlq_sweep, sqs._expire_retained

    def sending(data: dict[str, Any], url: str) -> Any:
        queue = sqs._get_q(data.get("QueueUrl", url))
        before = len(queue["messages"])
        answer = send(data, url)
        for message in queue["messages"][before:]:
            append(["sent", queue["name"], message])
        return answer

    def collecting(queue: Any, most: int, visibility: int) -> list[Any]:
        now = time.time()
        found = fair(queue["messages"], now, most)
        for message in found:
            message["receipt_handle"] = sqs.new_uuid()
            message["visible_at"] = now + visibility
            message["receive_count"] += 1
            message["first_receive_at"] = message["first_receive_at"] or now
            if message["receive_count"] >= NEARLY_WORN:
                queue[WORN] = True
        if found:
            times = [[m["id"], m["receive_count"], m["first_receive_at"]] for m in found]
            append(["received", queue["name"], times])
        return found

    def sweeping(queue: Any) -> None:
        if not queue.get(WORN, True):
            return
        before = queue["messages"]
        ends = {other["name"]: len(other["messages"]) for other in sqs._queues.values()}
        sweep(queue)
        _gone(queue, before)
        for other in sqs._queues.values():
            for message in other["messages"][ends[other["name"]] :]:
                append(["sent", other["name"], message])
        queue[WORN] = any(message["receive_count"] >= NEARLY_WORN for message in queue["messages"])

    def expiring(queue: Any) -> None:
        if queue["messages"]:  # the first is the oldest
            kept = float(queue["attributes"].get("MessageRetentionPeriod", "345600"))
            if queue["messages"][0]["sent_at"] <= time.time() - kept:
                before = queue["messages"]
                expire(queue)
                _gone(queue, before)

    def _gone(queue: Any, before: list[Any]) -> None:
        if len(before) > len(queue["messages"]):
            left = {message["id"] for message in queue["messages"]}
            append(["gone", queue["name"], [m["id"] for m in before if m["id"] not in left]])

    def take(queue: Any, handles: set[str]) -> set[str]:
        """Removes the messages of those receipts; returns the receipts that existed."""
        gone = [message for message in queue["messages"] if message["receipt_handle"] in handles]
        if gone:
            ids = [message["id"] for message in gone]
            queue["messages"] = [m for m in queue["messages"] if m["receipt_handle"] not in handles]
            append(["gone", queue["name"], ids])
        return {message["receipt_handle"] for message in gone}

    def deleting(data: dict[str, Any], url: str) -> dict[str, Any]:
        queue = sqs._get_q(data.get("QueueUrl", url))
        if not take(queue, {data.get("ReceiptHandle") or ""}):
            raise sqs._Err("ReceiptHandleIsInvalid", "The input receipt handle is invalid.")
        return {}

    def deleting_batch(data: dict[str, Any], url: str) -> dict[str, Any]:
        queue, entries = sqs._get_q(data.get("QueueUrl", url)), data.get("Entries", [])
        sqs._validate_batch_entries(entries, "DeleteMessageBatchRequestEntry")
        gone = take(queue, {entry["ReceiptHandle"] for entry in entries})
        failed = {"Code": "ReceiptHandleIsInvalid", "Message": "The receipt handle is invalid.", "SenderFault": True}
        return {
            "Successful": [{"Id": entry["Id"]} for entry in entries if entry["ReceiptHandle"] in gone],
            "Failed": [{"Id": entry["Id"], **failed} for entry in entries if entry["ReceiptHandle"] not in gone],
        }

    def purging(data: dict[str, Any], url: str) -> dict[str, Any]:
        queue = sqs._get_q(data.get("QueueUrl", url))
        before, queue["messages"] = queue["messages"], []
        _gone(queue, before)
        return {}

    sqs._act_send_message, sqs._collect_msgs, sqs._dlq_sweep, sqs._expire_retained = (
        sending,
        collecting,
        sweeping,
        expiring,
    )
    sqs._HANDLERS |= {
        "SendMessage": sending,
        "DeleteMessage": deleting,
        "DeleteMessageBatch": deleting_batch,
        "PurgeQueue": purging,
    }


def _events(s3: Any, sqs: Any, append: Callable[[Record], None]) -> None:
    deliver, fire, parse = s3._deliver_event_to_sqs, s3._fire_s3_event, s3._parse_notification_config_raw
    known: dict[str, Any] = {}

    def delivering(arn: str, *arguments: Any, **more: Any) -> None:
        queue = sqs._queue_by_arn(arn)
        before = len(queue["messages"]) if queue else 0
        deliver(arn, *arguments, **more)
        for message in queue["messages"][before:] if queue else ():
            message["group_id"] = group_of(json.loads(message["body"]))  # no SQS groups it here
            append(["sent", queue["name"], message])

    def firing(bucket: str, key: str, event: str, **more: Any) -> None:
        if bucket in s3._bucket_notifications:
            fire(bucket, key, event, sequencer=s3._next_event_sequencer(event), **more)

    def parsing(raw: str | None) -> Any:
        if raw is None:
            return parse(raw)
        if raw not in known:
            known.clear()
            known[raw] = parse(raw)
        return known[raw]

    s3._deliver_event_to_sqs, s3._fire_s3_event_async, s3._parse_notification_config_raw = delivering, firing, parsing
