"""The videos of a user's media jobs, as the scene catalogue takes them in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from chalicelib.catalogue.model import SceneFile
from chalicelib.catalogue.videos import Video, video_id
from chalicelib.jobs.errors import ObjectMissing
from chalicelib.jobs.model import File, Job
from chalicelib.jobs.ports.outside import ObjectStore
from chalicelib.jobs.states import FileState, JobState
from chalicelib.jobs.work import thumbnails

JOBS_AT_ONCE = 50
PIPELINE = "media"
TAKEN = frozenset({FileState.INSPECTED})
"""A duplicate is another scene's video, and no scene of its own."""


class Reads(Protocol):
    def jobs_of(
        self, owner_id: str, *, states: frozenset[JobState], pipeline: str | None, limit: int, before: str | None
    ) -> tuple[list[Job], str | None]: ...

    def job(self, job_id: str) -> Job: ...

    def files(self, job: Job) -> Iterator[File]: ...

    def files_by_id(self, ids: Sequence[str]) -> dict[str, File]: ...


class OwnVideos:
    """Fulfils chalicelib.catalogue.videos.Videos."""

    def __init__(self, jobs: Reads, objects: Callable[[], ObjectStore]) -> None:
        self._jobs = jobs
        self._objects = objects

    def by_job(self, owner_id: str, before: str | None) -> Iterator[tuple[str, Iterator[Video]]]:
        while True:
            jobs, before = self._jobs.jobs_of(
                owner_id, states=frozenset(), pipeline=PIPELINE, limit=JOBS_AT_ONCE, before=before
            )
            for job in jobs:
                yield job.id, (_video(job, file) for file in self._jobs.files(job) if _is_video(file))
            if before is None:
                return

    def there(self, owner_id: str, ids: Sequence[str]) -> set[str]:
        return {file.id for file in self._jobs.files_by_id(ids).values() if _is_video(file)}

    def picture(self, owner_id: str, scene_id: str) -> bytes | None:
        file = self._jobs.files_by_id([video_id(scene_id)]).get(video_id(scene_id))
        if file is None or file.thumbnail is None or self._jobs.job(file.job_id).owner_id != owner_id:
            return None
        key, start, end = thumbnails.place(file, file.thumbnail)
        try:
            objects = self._objects()
            return b"".join(objects.stream(key, start, objects.stat(key).size if end is None else end))
        except ObjectMissing:
            return None


def _is_video(file: File) -> bool:
    return file.state in TAKEN and (file.content_type or "").startswith("video/")


def _video(job: Job, file: File) -> Video:
    found = file.metadata
    sure = found.get("confidence") == "high" and found.get("taken_local")
    return Video(
        id=file.id,
        job_id=job.id,
        file=SceneFile(
            path=file.filename,
            duration=found.get("duration_seconds"),
            width=found.get("width"),
            height=found.get("height"),
            frame_rate=found.get("frame_rate"),
            codec=found.get("codec"),
            size=file.size,
            fingerprints={"sha256": file.sha256} if file.sha256 else {},
        ),
        title=file.title,
        details=file.description,
        taken=str(found["taken_local"])[:10] if sure else None,
        sent_at=job.created_at,
    )
