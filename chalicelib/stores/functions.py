"""Our own functions, invoked without waiting for an answer.

IAM: lambda:InvokeFunction.
"""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.jobs.intake.deliveries import group_of

log = logging.getLogger(__name__)

AT_ONCE = 16


class LambdaInvoker:
    """Fulfils chalicelib.jobs.ports.outside.Invoker. prefix: of functions' names."""

    def __init__(self, client: Callable[[], Any], prefix: str) -> None:
        self._client = client
        self._prefix = prefix

    def invoke(self, place: str, messages: Iterable[Mapping[str, Any]]) -> None:
        self._client()  # made once, before threads ask for it
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="invoke") as pool:
            for message in messages:
                pool.submit(copy_context().run, self._invoke, f"run-{place}", message)

    def _invoke(self, function: str, message: Mapping[str, Any]) -> None:
        event = json.dumps({"Records": [_record(function, message)]}).encode()
        try:
            self._client().invoke(FunctionName=self._prefix + function, InvocationType="Event", Payload=event)
        except (BotoCoreError, ClientError) as error:
            log.warning("a worker could not be invoked: its message waits in the queue", extra={"why": str(error)})


def _record(queue: str, message: Mapping[str, Any]) -> dict[str, Any]:
    """A record like the one that Lambda makes of a queue's message."""
    group = group_of(message)
    return {
        "messageId": f"invoked-{uuid.uuid4()}",
        "body": json.dumps(message),
        "attributes": {"ApproximateReceiveCount": "1"} | ({"MessageGroupId": group} if group else {}),
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:::{queue}",
    }
