"""Reports of the core to operators: metrics, and the spans of work that log lines belong to."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Literal, Protocol

Name = Literal[
    "RequestTime",
    "FilesInspected",
    "BytesInspected",
    "FilesRejected",
    "JobsCompleted",
    "JobSeconds",
    "JobsFailed",
    "StepSeconds",
    "ZipBytes",
    "SweeperFindings",
    "WebhookTime",
    "GivenUp",
]


@dataclass(frozen=True)
class Measure:
    """dimensions: the sets of dimensions that a value is counted under, an empty one for the total. Each set is paid
    for as often as it has values, so there are few, and none is anything that users make up."""

    unit: Literal["Count", "Bytes", "Seconds", "Milliseconds"]
    dimensions: tuple[tuple[str, ...], ...]
    meaning: str


MEASURES: Mapping[Name, Measure] = {
    "RequestTime": Measure(
        "Milliseconds", (("Route",), ("Status",)), "of a request, in the function; its samples are the requests"
    ),
    "FilesInspected": Measure("Count", (("Pipeline",),), "files that were taken"),
    "BytesInspected": Measure("Bytes", (("Pipeline",),), "their size"),
    "FilesRejected": Measure("Count", (("Pipeline", "Code"),), "files that were not, by error code"),
    "JobsCompleted": Measure("Count", (("Pipeline",),), "jobs that reached their end"),
    "JobSeconds": Measure("Seconds", (("Pipeline",),), "from their start to their end"),
    "JobsFailed": Measure("Count", (("Pipeline", "Code"),), "jobs that did not, by error code"),
    "StepSeconds": Measure("Seconds", (("Pipeline", "Step"),), "work on a step of a run, in one invocation"),
    "ZipBytes": Measure("Bytes", (("Pipeline",),), "size of a zip that was written"),
    "SweeperFindings": Measure("Count", (("Finding",),), "what the sweeper replaced or repaired"),
    "WebhookTime": Measure("Milliseconds", (("Outcome",),), "of a try to deliver; its samples are the tries"),
    "GivenUp": Measure("Count", ((), ("Queue",)), "messages that came too often, in all and by queue"),
}


class Observer(Protocol):
    def measure(self, name: Name, value: float = 1, **dimensions: str) -> None:
        """Counts a value. dimensions: all that MEASURES names for it. Never in the way of the work."""

    def span(self, name: str, **keys: str | int) -> AbstractContextManager[None]:
        """A part of the work: what is logged inside belongs to these keys (job_id, file), and a trace shows it."""


class Unobserved:
    """An Observer that discards everything."""

    def measure(self, name: Name, value: float = 1, **dimensions: str) -> None:
        return

    def span(self, name: str, **keys: str | int) -> AbstractContextManager[None]:
        return nullcontext()


UNOBSERVED = Unobserved()
