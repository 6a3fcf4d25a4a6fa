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
    """dimensions: the sets of dimensions under which a value is counted, an empty one for the total. Each set costs by
    the number of its values, so there are few, and users can't make up any value."""

    unit: Literal["Count", "Bytes", "Seconds", "Milliseconds"]
    dimensions: tuple[tuple[str, ...], ...]
    meaning: str


MEASURES: Mapping[Name, Measure] = {
    "RequestTime": Measure(
        "Milliseconds", (("Route",), ("Status",)), "time of a request in the function; its samples count the requests"
    ),
    "FilesInspected": Measure("Count", (("Pipeline",),), "accepted files"),
    "BytesInspected": Measure("Bytes", (("Pipeline",),), "their size"),
    "FilesRejected": Measure("Count", (("Pipeline", "Code"),), "rejected files, by error code"),
    "JobsCompleted": Measure("Count", (("Pipeline",),), "completed jobs"),
    "JobSeconds": Measure("Seconds", (("Pipeline",),), "their time from start to end"),
    "JobsFailed": Measure("Count", (("Pipeline", "Code"),), "failed jobs, by error code"),
    "StepSeconds": Measure("Seconds", (("Pipeline", "Step"),), "time of a step within one invocation"),
    "ZipBytes": Measure("Bytes", (("Pipeline",),), "size of a finished zip"),
    "SweeperFindings": Measure("Count", (("Finding",),), "messages replaced and jobs repaired by the sweeper"),
    "WebhookTime": Measure(
        "Milliseconds", (("Outcome",),), "time of a delivery attempt; its samples count the attempts"
    ),
    "GivenUp": Measure("Count", ((), ("Queue",)), "messages that exceeded their deliveries, in all and by queue"),
}


class Observer(Protocol):
    def measure(self, name: Name, value: float = 1, **dimensions: str) -> None:
        """Counts a value. dimensions: all that MEASURES names for it. It must not raise."""

    def span(self, name: str, **keys: str | int) -> AbstractContextManager[None]:
        """A part of the work: log lines inside it carry these keys (job_id, file), and traces show it."""


class Unobserved:
    """An Observer that discards everything."""

    def measure(self, name: Name, value: float = 1, **dimensions: str) -> None:
        return

    def span(self, name: str, **keys: str | int) -> AbstractContextManager[None]:
        return nullcontext()


UNOBSERVED = Unobserved()
