"""Media jobs as the media import system has them: files sent as a form or imported, watched, listed by confidence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import get_args

from chalicelib.accounts.errors import GuestQuotaReached
from chalicelib.accounts.people import GUEST
from chalicelib.api.compat.receiving import receive
from chalicelib.api.compat.wording import sentence_of
from chalicelib.api.files import duplicates_found
from chalicelib.api.framework.http import Call
from chalicelib.api.framework.routing import Dialect, Routes
from chalicelib.api.job_views import job_answer
from chalicelib.api.models.compat.media import (
    Level,
    MediaControl,
    MediaControlled,
    MediaDuplicate,
    MediaDuplicateGroup,
    MediaDuplicates,
    MediaError,
    MediaFile,
    MediaFiles,
    MediaFilesGroups,
    MediaFilesPage,
    MediaFilesQuery,
    MediaForm,
    MediaImport,
    MediaJob,
    MediaQueued,
    times_of,
)
from chalicelib.jobs.errors import (
    GuestMayNot,
    ImportNotAllowed,
    JobError,
    JobNotFound,
    NotAllowedInState,
    StorageFull,
    TooLarge,
    TooManyFiles,
    TooManyJobs,
    TryAgain,
    UnsupportedType,
)
from chalicelib.jobs.library.listing import DuplicateGroup, Wanted, WantedGroups, confidence
from chalicelib.jobs.model import File, Job
from chalicelib.jobs.states import JobState
from chalicelib.wiring import services

PIPELINE = "media"
LEVELS: tuple[Level, ...] = get_args(Level)
MOST_PER_PAGE, MOST_IN_A_GROUP, MOST_GROUPS, COUNTED_PAGES = 200, 1000, 1000, 10


def _worded(error: JobError, request_id: str) -> MediaError:
    return MediaError(error=sentence_of(error), code=error.code, request_id=request_id)


routes = Routes(__name__, Dialect(MediaError, _worded, {422: 400}))


@routes.route(
    "POST",
    "/compat/media/upload",
    "Send photos and videos as a form",
    form=MediaForm,
    answer=MediaQueued,
    creates=True,
    errors=(UnsupportedType, TooLarge, StorageFull, GuestQuotaReached, TooManyJobs, TooManyFiles, TryAgain),
)
def upload_media(call: Call) -> MediaQueued:
    """Several `files`, up to 5 MiB together; larger files go to the addresses that `POST /upload` signs."""
    form: MediaForm = call.body
    times = times_of(form.timestamps) if form.timestamps else []
    job, chosen = receive(call, PIPELINE, {}, form.files, times=times, skip_unsupported=True)
    left_out = [one.file.filename for one in chosen.left_out]
    return MediaQueued(job_id=job.id, file_count=job.file_count, left_out=left_out or None)


@routes.route(
    "POST",
    "/compat/media/import-path",
    "Import photos and videos in place",
    body=MediaImport,
    answer=MediaQueued,
    creates=True,
    errors=(ImportNotAllowed, GuestMayNot, TooManyJobs),
)
def import_media(call: Call) -> MediaQueued:
    body: MediaImport = call.body
    if call.user.role == GUEST:
        raise GuestMayNot("Guests can't import. Register, and import from your own place.")
    path = body.path.removeprefix("/")  # there, a path is on the server, and absolute
    place = services().importer.check(path, call.user.id)
    # Only the worker that lists another bucket may see its objects.
    found = services().importer.count(place, COUNTED_PAGES) if place.bucket is None else None
    if found == 0:
        raise ImportNotAllowed(f"No media files found in {body.path}.")
    job = services().importer.start(call.user.id, path, PIPELINE, {}, id=call.made_id)
    return MediaQueued(job_id=job.id, file_count=found or 0)


@routes.route("GET", "/compat/media/jobs/{job_id}", "A media job with its progress", answer=MediaJob)
def get_media_job(call: Call, job_id: str) -> MediaJob:
    found = job_answer(_job(call, job_id))
    return MediaJob(
        id=found.id,
        status=_status(found.status),
        progress_current=found.progress_current,
        progress_total=found.progress_total,
        progress_percent=int(found.progress_percent),
        current_filename=found.current_filename,
        error_count=found.error_count,
        error_message=found.error_message,
        created_at=found.created_at,
        started_at=found.started_at,
        completed_at=found.completed_at,
    )


@routes.route(
    "POST",
    "/compat/media/jobs/{job_id}/control",
    "Pause, resume or cancel a media job",
    body=MediaControl,
    answer=MediaControlled,
    errors=(NotAllowedInState,),
)
def control_media_job(call: Call, job_id: str) -> MediaControlled:
    action = call.body.action
    job = services().control.act(call.user.id, _job(call, job_id).id, action)
    return MediaControlled(id=job.id, status=_status(job.state), action=action)


@routes.route(
    "GET",
    "/compat/media/jobs/{job_id}/files",
    "The files of a media job, by page or by confidence",
    query=MediaFilesQuery,
    answer=MediaFiles,
)
def list_media_files(call: Call, job_id: str) -> MediaFiles:
    query: MediaFilesQuery = call.query
    job = _job(call, job_id)
    levels = frozenset[str](query.confidence)
    if query.group_by:
        return _grouped(job, levels)
    per_page = min(query.per_page, MOST_PER_PAGE)
    found, total = services().listing.page(job, Wanted(confidences=levels, page=query.page, per_page=per_page))
    return MediaFiles(
        MediaFilesPage(
            job_id=job.id,
            files=[_file(file) for file in found],
            page=query.page,
            per_page=per_page,
            total=total,
            pages=math.ceil(total / per_page),
        )
    )


@routes.route(
    "GET",
    "/compat/media/jobs/{job_id}/duplicates",
    "Files of a media job with the same bytes",
    answer=MediaDuplicates,
)
def list_media_duplicates(call: Call, job_id: str) -> MediaDuplicates:
    job = _job(call, job_id)
    found = duplicates_found(job)
    groups, total = services().listing.duplicates(job, WantedGroups(per_page=MOST_GROUPS), found)
    sizes = [len(group["files"]) for group in found or () if group["kind"] == "exact"]
    return MediaDuplicates(
        job_id=job.id,
        duplicate_groups=[_group(group) for group in groups],
        group_count=total,
        total_duplicates=sum(sizes) if found is not None else sum(group.size for group in groups),
    )


def _job(call: Call, job_id: str) -> Job:
    job = services().owned.job(call.user.id, job_id)
    if job.pipeline != PIPELINE:
        raise JobNotFound("There is no such job.")
    return job


def _status(state: str) -> str:
    return "pending" if state == JobState.QUEUED else str(state)


def _grouped(job: Job, levels: frozenset[str]) -> MediaFiles:
    found, total = services().listing.page(job, Wanted(confidences=levels, per_page=job.file_count or 1))
    groups: Mapping[Level, Sequence[File]] = {
        level: [file for file in found if confidence(file) == level] for level in LEVELS
    }
    return MediaFiles(
        MediaFilesGroups(
            job_id=job.id,
            groups={level: [_file(file) for file in files[:MOST_IN_A_GROUP]] for level, files in groups.items()},
            group_sizes={level: len(files) for level, files in groups.items()},
            total_files=total,
        )
    )


def _thumbnail(file: File) -> str | None:
    return f"/api/files/{file.id}/thumbnail" if file.thumbnail else None


def _file(file: File) -> MediaFile:
    return MediaFile(
        id=file.id,
        original_filename=file.filename,
        detected_timestamp=file.metadata.get("detected_timestamp"),
        timestamp_source=file.metadata.get("timestamp_source"),
        confidence=confidence(file),
        file_hash_sha256=file.sha256,
        thumbnail_path=_thumbnail(file),
    )


def _group(group: DuplicateGroup) -> MediaDuplicateGroup:
    return MediaDuplicateGroup(
        hash=str(group.files[0].sha256),
        files=[
            MediaDuplicate(
                id=file.id,
                original_filename=file.filename,
                file_size_bytes=file.size,
                detected_timestamp=file.metadata.get("detected_timestamp"),
                storage_path=f"/api/files/{file.id}/original",
                thumbnail_path=_thumbnail(file),
            )
            for file in group.files
        ],
    )
