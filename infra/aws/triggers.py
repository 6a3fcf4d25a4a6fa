"""Triggers: each queue, its handler in app.py, and the limits of both. AWS and the local stack read this list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from chalicelib.pipelines.functions import worker_functions

MAX_RECEIVES = 3
SWEEP_HANDLER, SWEEP_SECONDS = "sweep", 60


@dataclass(frozen=True)
class Trigger:
    """One queue that calls one handler.

    timeout_seconds: the function's. batch_size: messages a call, at most 10 (a larger one would need a batching window,
    which delays a single file). long: occupies its worker for minutes, so a machine keeps one worker free. apart:
    has a worker of its own on a single machine, so that no other queue delays it.
    """

    queue: str
    handler: str
    batch_size: int
    timeout_seconds: int
    long: bool = False
    apart: bool = False

    @property
    def dead_letter_queue(self) -> str:
        return f"{self.queue}-dlq"

    @property
    def visibility_seconds(self) -> int:
        """Six times the function's timeout, as AWS asks for a queue that feeds Lambda."""
        return 6 * self.timeout_seconds


def triggers(pipelines: Iterable[str]) -> Iterator[Trigger]:
    """Every work queue; undelivered() gives the consumer of messages that they give up on."""
    for function in worker_functions(pipelines):
        worker, long = function.worker, function.task == "run"
        yield Trigger(function.queue, function.handler, worker.batch, worker.seconds, long)
    yield Trigger("cleanup", "clean_up", batch_size=1, timeout_seconds=300)
    yield Trigger("webhooks", "deliver_webhooks", batch_size=5, timeout_seconds=120)
    yield Trigger("import", "list_objects", batch_size=1, timeout_seconds=900, long=True)
    yield Trigger("live", "watch_jobs", batch_size=1, timeout_seconds=30, apart=True)


def undelivered(trigger: Trigger) -> Trigger:
    """The consumer of a work queue's dead letters, which marks the file or job as failed."""
    return Trigger(trigger.dead_letter_queue, "undelivered", batch_size=10, timeout_seconds=60)
