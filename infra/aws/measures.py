"""Monitoring of the application's own metrics (chalicelib.jobs.observer): alarms on our faults, graphs of the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from chalicelib.jobs.observer import MEASURES, Name

NAMESPACE = "${AWS::StackName}"
PERIOD = 300


@dataclass(frozen=True)
class Watched:
    """An alarm that rings where the sum of five minutes is not zero."""

    name: str
    measure: Name
    description: str
    dimensions: dict[str, str] = field(default_factory=dict)


def watched(pipelines: Sequence[str]) -> list[Watched]:
    """Only faults that users can't cause: a bad file, or a job without a good one, is no concern of an operator."""
    found = [
        Watched("GivenUpAlarm", "GivenUp", "Messages came too often; see `Redriving` in docs/operations.md."),
        Watched(
            "UnmendedAlarm",
            "SweeperFindings",
            "The sweeper could not mend a job: its log says why.",
            {"Finding": "unmended"},
        ),
    ]
    for pipeline in pipelines:
        title = pipeline.capitalize()
        found += [
            Watched(
                f"{title}RunsAlarm",
                "JobsFailed",
                "A run broke off again and again.",
                {"Pipeline": pipeline, "Code": "run_failed"},
            ),
            Watched(
                f"{title}FilesAlarm",
                "FilesRejected",
                "A file could not be processed, and not for what is in it.",
                {"Pipeline": pipeline, "Code": "processing_failed"},
            ),
        ]
    return found


def graphs() -> list[tuple[str, list[Any], str]]:
    """Title, metrics and statistic of each graph: all metrics that exist by then, found by their dimensions."""
    return [
        ("Files taken", [_search("FilesInspected", "Sum")], "Sum"),
        ("Bytes taken", [_search("BytesInspected", "Sum")], "Sum"),
        ("Files rejected", [_search("FilesRejected", "Sum")], "Sum"),
        ("Jobs completed and failed", [_search("JobsCompleted", "Sum"), _search("JobsFailed", "Sum")], "Sum"),
        ("From start to end of a job, p90, s", [_search("JobSeconds", "p90")], "p90"),
        ("Steps of runs, p90, s", [_search("StepSeconds", "p90")], "p90"),
        ("Zips, bytes", [_search("ZipBytes", "Sum")], "Sum"),
        ("Requests by status", [_search("RequestTime", "SampleCount", "Status")], "SampleCount"),
        ("Requests by route, p90, ms", [_search("RequestTime", "p90", "Route")], "p90"),
        ("Repaired by the sweeper", [_search("SweeperFindings", "Sum")], "Sum"),
        ("Tries of webhooks", [_search("WebhookTime", "SampleCount")], "SampleCount"),
    ]


def _search(name: Name, statistic: str, dimension: str | None = None) -> list[Any]:
    """dimension: the one to choose where the measure has several sets."""
    names = next(names for names in MEASURES[name].dimensions if names and dimension in (None, *names))
    schema = ",".join([f'"{NAMESPACE}"', *names])
    return [{"expression": f"SEARCH('{{{schema}}} MetricName=\"{name}\"', '{statistic}', {PERIOD})"}]
