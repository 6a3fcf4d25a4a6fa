"""Messages to our own workers, over SQS, each in the group of its job: a fair queue lets none wait for another's.

IAM: sqs:SendMessage, GetQueueAttributes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from itertools import batched
from typing import TYPE_CHECKING, Any

from chalicelib.jobs.intake.deliveries import group_of

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

AT_ONCE = 10


class MessageRefused(Exception):
    """The queue did not take all of a batch."""


class SqsQueues:
    """Fulfils chalicelib.jobs.ports.outside.Queues. url_prefix: the part of a queue's URL before its name."""

    def __init__(self, client: Callable[[], SQSClient], url_prefix: str) -> None:
        self._client = client
        self._url_prefix = url_prefix

    def inspect(self, pipeline: str, messages: Iterable[Mapping[str, Any]]) -> None:
        self._send_many(f"inspect-{pipeline}", messages)

    def slices(self, place: str, messages: Iterable[Mapping[str, Any]], delay: int = 0) -> None:
        self._send_many(f"run-{place}", messages, delay)

    def run(self, place: str, job_id: str, delay: int = 0) -> None:
        body = json.dumps({"job_id": job_id})
        self._client().send_message(
            QueueUrl=self._url(f"run-{place}"), MessageBody=body, DelaySeconds=delay, MessageGroupId=job_id
        )

    def list_objects(self, job_id: str) -> None:
        self._client().send_message(QueueUrl=self._url("import"), MessageBody=json.dumps({"job_id": job_id}))

    def clean_up(self, message: Mapping[str, Any], delay: int = 0) -> None:
        self._send("cleanup", message, delay)

    def webhook(self, message: Mapping[str, Any], delay: int = 0) -> None:
        self._send("webhooks", message, delay)

    def live(self, message: Mapping[str, Any], delay: int = 0) -> None:
        self._send("live", message, delay)

    def _send_many(self, queue: str, messages: Iterable[Mapping[str, Any]], delay: int = 0) -> None:
        for some in batched(messages, AT_ONCE):
            entries: Any = [_entry(i, body, delay) for i, body in enumerate(some)]
            sent = self._client().send_message_batch(QueueUrl=self._url(queue), Entries=entries)
            if sent.get("Failed"):
                raise MessageRefused(f"{len(sent['Failed'])} of {len(entries)} messages")

    def _send(self, queue: str, message: Mapping[str, Any], delay: int) -> None:
        self._client().send_message(QueueUrl=self._url(queue), MessageBody=json.dumps(message), DelaySeconds=delay)

    def reachable(self) -> None:
        """Raises where the queues can't be reached."""
        self._client().get_queue_attributes(QueueUrl=self._url("import"), AttributeNames=["QueueArn"])

    def _url(self, name: str) -> str:
        return self._url_prefix + name


def _entry(number: int, body: Mapping[str, Any], delay: int) -> dict[str, Any]:
    group = group_of(body)
    entry: dict[str, Any] = {"Id": str(number), "MessageBody": json.dumps(body)}
    return entry | ({"MessageGroupId": group} if group else {}) | ({"DelaySeconds": delay} if delay else {})
