"""Photos and videos: their kinds, times and duplicates, and one zip in order of time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from chalicelib.files.source import SourceFile
from chalicelib.pipelines.base import FileRules, Inspection, Step
from chalicelib.pipelines.listing import Column, Columns, Kind
from chalicelib.pipelines.media.inspecting import inspect
from chalicelib.pipelines.media.kinds import PHOTO_NAMES, VIDEO_NAMES
from chalicelib.pipelines.media.options import Options
from chalicelib.pipelines.media.run import STEPS
from chalicelib.pipelines.media.sidecars import NAMES as SIDECAR_NAMES
from chalicelib.pipelines.workers import Worker, Workers


class MediaPipeline:
    """The contract's Pipeline; `clock` gives the present, after which no photo can have been taken."""

    name = "media"
    title = "Photos and videos"
    description = (
        "Finds out when photos and videos were taken and which are duplicates, and puts them in order in a zip."
    )
    accepts = FileRules(extensions=PHOTO_NAMES + VIDEO_NAMES + SIDECAR_NAMES, max_bytes=5 * 1024**3, roles=("sidecar",))
    Options: type[BaseModel] = Options
    per_file = True
    steps: tuple[Step, ...] = STEPS
    # A 12 MP HEIC takes 125 MB and a core; a video's frame more. Zips hold two parts in memory.
    workers = Workers(
        inspect=Worker(memory=2048, seconds=300, batch=10, at_once=500, layers=("media",)),
        run=Worker(memory=2048, disk=2048, layers=("media",)),
    )
    listing = Columns(
        (
            Column("timestamp", "detected_timestamp"),
            Column("confidence", "confidence", ("high", "medium", "low", "none")),
        )
    )
    kind: Kind | None = None

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock

    def check(self, options: Any, models: Callable[[str], Sequence[str]]) -> None:
        """Every installation can serve every option."""

    def inspect(self, file: SourceFile, options: Any) -> Inspection:
        return inspect(file, options, self._clock())


MEDIA = MediaPipeline()
