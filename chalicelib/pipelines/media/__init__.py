"""Photos and videos: what each one is, when it was taken, which are the same, and one zip in order of time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from chalicelib.files.source import SourceFile
from chalicelib.pipelines.base import FileRules, Inspection, Step
from chalicelib.pipelines.media.inspecting import inspect
from chalicelib.pipelines.media.kinds import PHOTO_NAMES, VIDEO_NAMES
from chalicelib.pipelines.media.options import Options
from chalicelib.pipelines.media.run import STEPS
from chalicelib.pipelines.media.sidecars import NAMES as SIDECAR_NAMES


class MediaPipeline:
    """The contract's Pipeline; `clock` gives the time that no photo can have been taken after."""

    name = "media"
    title = "Photos and videos"
    description = (
        "Finds out when photos and videos were taken and which are duplicates, and puts them in order in a zip."
    )
    accepts = FileRules(extensions=PHOTO_NAMES + VIDEO_NAMES + SIDECAR_NAMES, max_bytes=5 * 1024**3, roles=("sidecar",))
    Options: type[BaseModel] = Options
    per_file = True
    steps: tuple[Step, ...] = STEPS

    def __init__(self, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._clock = clock

    def check(self, options: Any, models: Callable[[str], Sequence[str]]) -> None:
        """Nothing that an installation could lack."""

    def inspect(self, file: SourceFile, options: Any) -> Inspection:
        return inspect(file, options, self._clock())


MEDIA = MediaPipeline()
