"""Peaks and a picture of each sound. Importing this loads none of the libraries that read sounds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from chalicelib.files.source import SourceFile
from chalicelib.pipelines.base import FileRules, Inspection, RunContext, Step
from chalicelib.pipelines.listing import Column, Columns, Kind
from chalicelib.pipelines.workers import Worker, Workers


class Options(BaseModel):
    model_config = ConfigDict(extra="forbid")

    peaks_per_second: int = Field(50, ge=1, le=200, description="Pairs of lowest and highest values.")
    width: int = Field(1200, ge=200, le=4000, description="Of the picture, in pixels.")
    height: int = Field(240, ge=50, le=1000, description="Of the picture, in pixels.")
    colour: str = Field("#2f6f8f", pattern=r"^#[0-9a-fA-F]{6}$", description="Of the wave.")


def measure(job: RunContext) -> None:
    from millrace_waveform.steps import measure as work

    work(job)


def draw(job: RunContext) -> None:
    from millrace_waveform.steps import draw as work

    work(job)


def pack(job: RunContext) -> None:
    from millrace_waveform.steps import pack as work

    work(job)


class WaveformPipeline:
    name = "waveform"
    title = "Waveforms"
    description = "Measures the peaks of sounds and draws each as a wave."
    accepts = FileRules(extensions=(".wav", ".flac"), max_bytes=1024**3, max_files=500)
    Options: type[BaseModel] = Options
    per_file = False
    steps: tuple[Step, ...] = (Step("Measuring", measure, 8), Step("Drawing", draw, 1), Step("Packing", pack, 1))
    workers = Workers(
        inspect=Worker(memory=1024, seconds=120, batch=10, layers=("waveform",)),
        run=Worker(memory=1769, disk=2048, layers=("waveform",)),
    )
    listing = Columns((Column("duration", "duration_seconds"),))
    kind: Kind | None = "audio"

    def check(self, options: Any, models: Callable[[str], Sequence[str]]) -> None:
        """Every installation can serve every option."""

    def inspect(self, file: SourceFile, options: Any) -> Inspection:
        from millrace_waveform.reading import facts

        file.load()
        return facts(file.open())


WAVEFORM = WaveformPipeline()
