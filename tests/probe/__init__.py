"""Two small pipelines for test_adding_a_pipeline, which copies them into chalicelib/pipelines of a copy of the tree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from chalicelib.files.source import SourceFile
from chalicelib.pipelines.base import FileRules, Inspection, RunContext, Step
from chalicelib.pipelines.listing import Column, Columns, Kind
from chalicelib.pipelines.workers import LayerWorker, Worker, Workers


class Options(BaseModel):
    model_config = ConfigDict(extra="forbid")

    shout: bool = Field(False, description="In capitals.")


def count(job: RunContext) -> None:
    job.save("lengths", str(sum(file.metadata["length"] for file in job.files() if file.state == "inspected")).encode())


def tell(job: RunContext) -> None:
    text = f"{job.load('lengths').read_text()} bytes"
    job.artifact("report", text.encode(), "report.txt", "text/plain")
    job.result(text.upper() if job.options.shout else text, 1.0, {})


def apart(options: Any) -> str | None:
    return "probeheavy"


class Probe:
    title = "Probe"
    description = "Counts bytes."
    Options: type[BaseModel] = Options
    per_file = False
    listing = Columns((Column("length", "length"), Column("size_class", "size_class", ("large", "small"))))
    kind: Kind | None = "audio"

    def __init__(self, name: str, steps: tuple[Step, ...], workers: Workers) -> None:
        self.name = name
        self.steps = steps
        self.workers = workers
        self.accepts = FileRules((f".{name}",), 1024)

    def check(self, options: Any, models: Callable[[str], Sequence[str]]) -> None:
        """Takes everything."""

    def inspect(self, file: SourceFile, options: Any) -> Inspection:
        file.load()
        return Inspection("text/plain", {"length": file.size, "size_class": "large" if file.size > 9 else "small"})


PROBE = Probe(
    "probe",
    (Step("Count", count, layer=apart), Step("Tell", tell)),
    Workers(
        inspect=Worker(memory=640, seconds=30, batch=3, layers=("probe",)),
        run=Worker(memory=768, seconds=120, disk=1024, at_once=7, layers=("probe",)),
        layers={"probeheavy": LayerWorker(Worker(memory=896, layers=("probeheavy",)), (__name__,), __name__)},
    ),
)
PLAIN = Probe("plain", (Step("Count", count), Step("Tell", tell)), Workers())
