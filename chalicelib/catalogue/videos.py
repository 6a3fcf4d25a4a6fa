"""Uploaded videos as a source of scenes, beside a Stash server: their facts come from their job, and the owner's
changes in the catalogue stay."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import batched
from typing import Protocol

from chalicelib.catalogue.catalogue import Catalogue
from chalicelib.catalogue.model import Scene, SceneFile
from chalicelib.catalogue.syncing import Progress, mark_absent

SOURCE = "videos"
PAGE = 100


@dataclass(frozen=True)
class Video:
    """A video of a media job. id: the file's. taken: the day on which it was taken, where that is sure."""

    id: str
    job_id: str
    file: SceneFile
    title: str | None
    details: str | None
    taken: str | None
    sent_at: datetime


class Videos(Protocol):
    """An owner's videos."""

    def by_job(self, owner_id: str, before: str | None) -> Iterator[tuple[str, Iterator[Video]]]:
        """The ids of the jobs before the one of this id, the newest first, each with its videos."""

    def there(self, owner_id: str, ids: Sequence[str]) -> set[str]:
        """The videos among these that are not deleted."""

    def picture(self, owner_id: str, scene_id: str) -> bytes | None:
        """The thumbnail of a scene's video, a JPEG; None where it has none, is gone, or is another owner's."""


def scene_id(video_id: str) -> str:
    """An id that differs from the numbers of a Stash server."""
    return f"video-{video_id}"


def video_id(of_scene: str) -> str:
    return of_scene.removeprefix("video-")


def scene_of(video: Video, now: datetime) -> Scene:
    return Scene(
        id=scene_id(video.id),
        source=SOURCE,
        title=video.title,
        details=video.details,
        files=(video.file,),
        scene_date=video.taken,
        created_date=video.sent_at,
        last_synced=now,
    )


class VideoSync:
    """One pass over all videos of an owner. note: keeps a checkpoint, and may raise to stop here."""

    def __init__(
        self,
        catalogue: Catalogue,
        videos: Videos,
        owner_id: str,
        clock: Callable[[], datetime],
        note: Callable[[Progress], None],
    ) -> None:
        self._catalogue = catalogue
        self._videos = videos
        self._owner_id = owner_id
        self._clock = clock
        self._note = note

    def run(self, at: Progress) -> Progress:
        """Continues from a checkpoint, to the end. A repeated run changes nothing."""
        if at.stage != "missing":
            for job_id, videos in self._videos.by_job(self._owner_id, at.after):
                for page in batched(videos, PAGE):
                    at = self._taken_in(at, page)
                at = replace(at, stage="scenes", after=job_id)
                self._note(at)
            at = replace(at, stage="missing")
            self._note(at)
        return replace(self._missing(at), stage="done")

    def _taken_in(self, at: Progress, page: tuple[Video, ...]) -> Progress:
        there = self._catalogue.scenes(self._owner_id, [scene_id(video.id) for video in page])
        new = [scene_of(video, self._clock()) for video in page if scene_id(video.id) not in there]
        self._catalogue.take_in(self._owner_id, new)
        updated = 0
        for video in page:
            before = there.get(scene_id(video.id))
            if before is None or (before.files == (video.file,) and not before.absent):
                continue
            self._catalogue.change(self._owner_id, before.id, partial(_again, video.file))
            updated += 1
        return replace(
            at,
            created=at.created + len(new),
            updated=at.updated + updated,
            skipped=at.skipped + len(page) - len(new) - updated,
        )

    def _missing(self, at: Progress) -> Progress:
        """Scenes whose videos were deleted are marked, and kept."""
        here = (s for s in self._catalogue.every_scene(self._owner_id) if s.source == SOURCE and not s.absent)
        for page in batched(here, PAGE):
            there = self._videos.there(self._owner_id, [video_id(scene.id) for scene in page])
            for scene in page:
                if video_id(scene.id) not in there:
                    mark_absent(self._catalogue, self._owner_id, scene.id)
                    at = replace(at, absent=at.absent + 1)
        return at


def _again(file: SceneFile, scene: Scene) -> Scene:
    return replace(scene, files=(file,), absent=False)
