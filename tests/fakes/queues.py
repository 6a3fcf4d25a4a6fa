"""SQS in memory: at least once, hidden while a worker has them, and to the dead letters after three receives."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from chalicelib.jobs.ports.outside import Clock

MAX_RECEIVES = 3
VISIBILITY = timedelta(minutes=30)


@dataclass
class Message:
    queue: str
    id: str
    body: str
    visible_at: Any
    receives: int = 0


class Queue:
    """Fulfils chalicelib.jobs.ports.outside.Queues: all queues in one list."""

    def __init__(self, clock: Clock) -> None:
        self.messages: list[Message] = []
        self._clock = clock
        self._numbers = count(1)

    def send(self, queue: str, body: Mapping[str, Any], delay: int = 0) -> None:
        visible_at = self._clock() + timedelta(seconds=delay)
        self.messages.append(Message(queue, f"m{next(self._numbers)}", json.dumps(body), visible_at))

    def inspect(self, pipeline: str, messages: Iterable[Mapping[str, Any]]) -> None:
        for body in messages:
            self.send(f"inspect-{pipeline}", body)

    def run(self, pipeline: str, job_id: str, delay: int = 0) -> None:
        self.send(f"run-{pipeline}", {"job_id": job_id}, delay)

    def slices(self, place: str, messages: Iterable[Mapping[str, Any]], delay: int = 0) -> None:
        for body in messages:
            self.send(f"run-{place}", body, delay)

    def list_objects(self, job_id: str) -> None:
        self.send("import", {"job_id": job_id})

    def clean_up(self, message: Mapping[str, Any], delay: int = 0) -> None:
        self.send("clean-up", message, delay)

    def webhook(self, message: Mapping[str, Any], delay: int = 0) -> None:
        self.send("webhook", message, delay)

    # -- the receivers' side -----------------------------------------------------------------------------------------

    def bodies(self, queue: str) -> list[Any]:
        return [json.loads(message.body) for message in self.messages if message.queue == queue]

    def visible(self, queue: str | None = None) -> list[Message]:
        now = self._clock()
        return [m for m in self.messages if m.visible_at <= now and queue in {None, m.queue}]

    def receive(self, messages: list[Message]) -> dict[str, Any]:
        """The event for these messages of one queue; messages over the limit of receives go to the dead letters."""
        records = []
        for message in messages:
            if message.receives >= MAX_RECEIVES and not message.queue.endswith("-dlq"):
                message.queue, message.receives = f"{message.queue}-dlq", 0
                continue
            message.receives += 1
            message.visible_at = self._clock() + VISIBILITY
            records.append(record(message))
        return {"Records": records}

    def answer(self, event: Mapping[str, Any], again: Iterable[str]) -> None:
        """Deletes the handled messages."""
        done = {one["messageId"] for one in event["Records"]} - set(again)
        self.messages = [message for message in self.messages if message.id not in done]


def record(message: Message) -> dict[str, Any]:
    return {
        "messageId": message.id,
        "body": message.body,
        "attributes": {"ApproximateReceiveCount": str(message.receives)},
        "eventSourceARN": f"arn:aws:sqs:us-east-1:000000000000:millrace-{message.queue}",
    }
