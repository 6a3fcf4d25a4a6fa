"""Event source mappings on one machine: receives from every queue, calls its handler, deletes handled messages.

A message stays hidden while its worker lives, so a message that comes again has no worker: its handler failed, or
its worker died or overran its time. The queue itself moves it to the dead letters after three receives.
"""

from __future__ import annotations

import json
import logging
import signal
import sys
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from infra.aws.triggers import SWEEP_HANDLER, Trigger, triggers, undelivered
from infra.local.executors import CallFailed, Executors, Meanwhile
from infra.local.lifeline import hold_on
from infra.local.room import Room
from infra.local.settings import ACCOUNT, REGION, STACK, kept_free

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

log = logging.getLogger("triggers")

POLL_SECONDS = 2  # the longest wait of a stop for a receive
RETRY_SECONDS = 1.0
FINISH_SECONDS = 25.0
SWEEP_LIMIT_SECONDS = 60.0


def sqs_event(messages: Sequence[Any], queue: str) -> dict[str, Any]:
    """The event that Lambda makes from the result of ReceiveMessage."""
    return {"Records": [_record(message, f"arn:aws:sqs:{REGION}:{ACCOUNT}:{STACK}-{queue}") for message in messages]}


def _record(message: Any, arn: str) -> dict[str, Any]:
    record = {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": {
            name: {
                "stringValue": value.get("StringValue"),
                "stringListValues": [],
                "binaryListValues": [],
                "dataType": value["DataType"],
            }
            for name, value in message.get("MessageAttributes", {}).items()
        },
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": REGION,
    }
    if digest := message.get("MD5OfMessageAttributes"):
        record["md5OfMessageAttributes"] = digest
    return record


def failed_ids(result: object, sent: set[str]) -> set[str]:
    """The messages that must come again. As on Lambda, a malformed reply fails the whole batch."""
    if not result:
        return set()
    try:
        failures = result["batchItemFailures"] or []  # type: ignore[index]  # a TypeError is caught
        failed = {failure["itemIdentifier"] for failure in failures}
    except (KeyError, TypeError):
        return sent
    return failed if failed <= sent else sent


def is_slice(body: str) -> bool:
    """Whether a message is one slice of a run, and not the run."""
    try:
        return "slice" in json.loads(body)
    except (ValueError, TypeError):
        return False


def schedule_event() -> dict[str, Any]:
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:{ACCOUNT}:rule/{STACK}-sweep"],
        "detail": {},
    }


class Dispatcher:
    """One thread receives from each queue; each batch is delivered on a separate thread."""

    def __init__(
        self,
        sqs: SQSClient,
        executors: Executors,
        apart: Executors,
        *,
        queue_url_prefix: str,
        workers: int,
        time_limit: int,
        visibility_seconds: int,
        sweep_seconds: float,
        room: Room,
    ) -> None:
        self._sqs = sqs
        self._executors = executors
        self._apart = apart
        self._prefix = queue_url_prefix
        self._workers = workers
        self._time_limit = time_limit
        self._visibility = visibility_seconds
        self._sweep_seconds = sweep_seconds
        self._room = room
        # Runs take minutes: one worker is kept free to inspect new files, unless there is only one. Slices of a run are
        # short, and are meant to occupy every worker.
        self._long = threading.Semaphore(max(1, workers - 1))
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []

    def start(self, work: Sequence[Trigger]) -> None:
        for trigger in work:
            self._spawn(self._poll, trigger, self._workers)
            self._spawn(self._poll, undelivered(trigger), 1)
        self._spawn(self._sweep)

    def stop(self) -> None:
        """Stops receiving, and waits up to 25 s for messages being handled; the others are delivered again."""
        self._stopping.set()
        deadline = time.monotonic() + FINISH_SECONDS
        while self._threads and (left := deadline - time.monotonic()) > 0:  # a receive in progress may still add one
            self._threads[0].join(left)
            with self._lock:
                self._threads = [t for t in self._threads if t.is_alive()]

    def _seconds(self, trigger: Trigger) -> int:
        return min(trigger.timeout_seconds, self._time_limit)

    def _spawn(self, target: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        thread.start()
        with self._lock:
            self._threads = [t for t in self._threads if t.is_alive()] + [thread]

    def _poll(self, trigger: Trigger, concurrency: int) -> None:
        slots = threading.Semaphore(concurrency)
        while not self._stopping.is_set():
            if not self._room.has():  # work would fail for lack of it, and be given up
                self._stopping.wait(RETRY_SECONDS)
                continue
            if not slots.acquire(timeout=RETRY_SECONDS):
                continue
            messages = self._receive(trigger)
            if not messages:
                slots.release()
                continue
            self._spawn(self._deliver, trigger, messages, slots)

    def _receive(self, trigger: Trigger) -> list[Any]:
        try:
            return list(
                self._sqs.receive_message(
                    QueueUrl=self._prefix + trigger.queue,
                    MaxNumberOfMessages=trigger.batch_size,
                    WaitTimeSeconds=POLL_SECONDS,
                    VisibilityTimeout=self._visibility,
                    MessageSystemAttributeNames=["All"],
                    MessageAttributeNames=["All"],
                ).get("Messages", [])
            )
        except (BotoCoreError, ClientError) as error:
            log.warning("Receiving from %s: %s", trigger.queue, error)
            self._stopping.wait(RETRY_SECONDS)
            return []

    def _deliver(self, trigger: Trigger, messages: list[Any], slots: threading.Semaphore) -> None:
        url = self._prefix + trigger.queue

        def keep_hidden() -> None:
            self._quietly(
                self._sqs.change_message_visibility_batch,
                QueueUrl=url,
                Entries=[
                    {
                        "Id": str(i),
                        "ReceiptHandle": m["ReceiptHandle"],
                        "VisibilityTimeout": self._visibility,
                    }
                    for i, m in enumerate(messages)
                ],
            )

        hiding = Meanwhile(self._visibility / 3, keep_hidden)
        holds_slot = True

        def release_slot() -> None:
            nonlocal holds_slot
            if holds_slot:
                holds_slot = False
                slots.release()

        sent = {message["MessageId"] for message in messages}
        long = trigger.long and not all(is_slice(message["Body"]) for message in messages)
        try:
            if long:
                while not self._long.acquire(timeout=hiding.every):
                    if self._stopping.is_set():
                        return  # no worker has begun these: they come again
                    hiding.do()
            try:
                event = sqs_event(messages, trigger.queue)
                executors = self._apart if trigger.apart else self._executors
                relieved = None if trigger.long or trigger.apart else release_slot
                result = executors.call(trigger.handler, event, self._seconds(trigger), hiding, relieved)
                failed = failed_ids(result, sent)
            except CallFailed as failure:
                log.warning("%s: %s", trigger.handler, failure)
                failed = sent
            finally:
                if long:
                    self._long.release()
            done = [
                {"Id": str(i), "ReceiptHandle": m["ReceiptHandle"]}
                for i, m in enumerate(messages)
                if m["MessageId"] not in failed
            ]
            if done:
                self._quietly(self._sqs.delete_message_batch, QueueUrl=url, Entries=done)
        finally:
            release_slot()

    def _quietly(self, operation: Callable[..., Any], **arguments: Any) -> None:
        """A failure here makes the message come again, which every handler must bear anyway."""
        try:
            operation(**arguments)
        except (BotoCoreError, ClientError) as error:
            log.warning("%s", error)

    def _sweep(self) -> None:
        nothing = Meanwhile(1.0, lambda: None)
        while not self._stopping.wait(self._sweep_seconds):
            try:
                self._executors.call(SWEEP_HANDLER, schedule_event(), SWEEP_LIMIT_SECONDS, nothing)
            except CallFailed as failure:
                log.warning("%s: %s", SWEEP_HANDLER, failure)


def main() -> None:
    options = json.loads(sys.argv[1])
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    hold_on()
    work = list(triggers(options["pipelines"]))
    config = Config(max_pool_connections=4 * len(work) + 10, retries={"total_max_attempts": 2})
    executors, apart = Executors(options["app"], options["workers"]), Executors(options["app"], 1, at_need=True)
    dispatcher = Dispatcher(
        boto3.client("sqs", config=config),
        executors,
        apart,
        queue_url_prefix=options["queue_url_prefix"],
        workers=options["workers"],
        time_limit=options["time_limit"],
        visibility_seconds=options["visibility_seconds"],
        sweep_seconds=options["sweep_seconds"],
        room=Room(Path(options["data_dir"]), kept_free()),
    )
    dispatcher.start(work)
    stopped.wait()
    dispatcher.stop()
    executors.stop()
    apart.stop()


if __name__ == "__main__":
    main()
