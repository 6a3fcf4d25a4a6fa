"""The files and artifacts of a job."""

from __future__ import annotations

import json
import math
from typing import Any

from chalicelib.api.file_views import file_answer, number_of, whereabouts
from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.paging import page_links
from chalicelib.api.framework.routing import Routes
from chalicelib.api.models.files import (
    ArtifactAnswer,
    ArtifactsAnswer,
    DownloadAnswer,
    DuplicateGroupAnswer,
    DuplicatesAnswer,
    DuplicatesQuery,
    FilesPage,
    FilesQuery,
)
from chalicelib.jobs.errors import ArtifactGone, ArtifactNotFound, FileNotFound, NotAllowedInState, ObjectMissing
from chalicelib.jobs.library.listing import Wanted, WantedGroups
from chalicelib.jobs.model import Artifact, Job, file_id
from chalicelib.jobs.ports.outside import SignedRequest
from chalicelib.jobs.states import JobState
from chalicelib.wiring import services

routes = Routes(__name__)

COMPLETE, DUPLICATES = "complete", "duplicates"
LONGEST_NAME = 200


@routes.route(
    "GET", "/jobs/{job_id}/files", "The files of a job", query=FilesQuery, answer=FilesPage, headers=("Link",)
)
def list_files(call: Call, job_id: str) -> Reply:
    query: FilesQuery = call.query
    job = services().owned.job(call.user.id, job_id)
    states: frozenset[str] = frozenset(query.status)
    services().listing.check(job, query.order, query.group_by)
    sort = query.group_by if query.group_by and query.order == "number" else query.order
    wanted = Wanted(frozenset(query.confidence), states, sort, query.page, query.per_page)
    found, total = services().listing.page(job, wanted)
    answer = FilesPage(
        items=[file_answer(file, job, slim=query.slim) for file in found],
        total=total,
        page=query.page,
        per_page=query.per_page,
        pages=math.ceil(total / query.per_page),
        groups=services().listing.groups(job, wanted, query.group_by) if query.group_by else None,
    )
    return Reply(answer, headers=page_links(call, total))


@routes.route(
    "GET",
    "/jobs/{job_id}/duplicates",
    "Duplicate and similar files",
    query=DuplicatesQuery,
    answer=DuplicatesAnswer,
    errors=(FileNotFound,),
    headers=("Link",),
)
def list_duplicates(call: Call, job_id: str) -> Reply:
    query: DuplicatesQuery = call.query
    job = services().owned.job(call.user.id, job_id)
    found = duplicates_found(job)
    of = number_of(job.id, query.file) if query.file else None
    groups, total = services().listing.duplicates(job, WantedGroups(query.kind, query.page, query.per_page, of), found)
    answer = DuplicatesAnswer(
        items=[
            DuplicateGroupAnswer(
                kind=group.kind,
                kept=file_id(job.id, group.kept),
                files=[file_answer(file, job) for file in group.files],
                size=group.size,
            )
            for group in groups
        ],
        final=found is not None,
        total=total,
        page=query.page,
        per_page=query.per_page,
        pages=math.ceil(total / query.per_page),
    )
    return Reply(answer, headers=page_links(call, total))


@routes.route(
    "GET",
    "/download/{job_id}",
    "Download the zip",
    answer=DownloadAnswer,
    others={302: None},
    errors=(NotAllowedInState, ArtifactNotFound, ArtifactGone),
    headers=("Location",),
)
def download(call: Call, job_id: str) -> Reply:
    return _download(call, job_id, COMPLETE)


@routes.route(
    "GET",
    "/download/{job_id}/{artifact}",
    "Download one artifact",
    answer=DownloadAnswer,
    others={302: None},
    errors=(NotAllowedInState, ArtifactGone),
    headers=("Location",),
)
def download_artifact(call: Call, job_id: str, artifact: str) -> Reply:
    return _download(call, job_id, artifact)


@routes.route("GET", "/jobs/{job_id}/artifacts", "A job's downloads", answer=ArtifactsAnswer)
def list_artifacts(call: Call, job_id: str) -> ArtifactsAnswer:
    job = services().owned.job(call.user.id, job_id)
    return ArtifactsAnswer(
        items=[
            ArtifactAnswer(
                name=artifact.name,
                filename=artifact.filename,
                content_type=artifact.content_type,
                size_bytes=artifact.size,
                created_at=artifact.created_at,
                download_url=f"/api/download/{job.id}/{artifact.name}",
            )
            for artifact in services().jobs.artifacts(job.id)
        ]
    )


def _download(call: Call, job_id: str, name: str) -> Reply:
    return whereabouts(call, *signed_artifact(services().owned.job(call.user.id, job_id), name))


def signed_artifact(job: Job, name: str) -> tuple[SignedRequest, int]:
    """An address from which an artifact can be fetched for a while, and its size in bytes. NotAllowedInState,
    ArtifactNotFound, ArtifactGone."""
    if len(name) > LONGEST_NAME:
        raise ArtifactNotFound("There is no such artifact.")
    # A job that waits for its user may have left what the user needs for an answer.
    if job.state is not JobState.COMPLETED and not (job.state is JobState.PAUSED and job.waiting_for):
        raise NotAllowedInState(f"The job is {job.state}; there is something to download once it is completed.")
    artifact = services().jobs.artifact(job.id, name)
    try:
        services().objects.stat(artifact.key)
    except ObjectMissing:
        raise ArtifactGone("It has expired.") from None
    signed = services().objects.sign_get(
        artifact.key,
        filename=_filename(job, artifact),
        content_type=artifact.content_type,
        expires_in=services().settings.limits.download_url_seconds,
        now=services().clock(),
    )
    return signed, artifact.size


def _filename(job: Job, artifact: Artifact) -> str:
    return artifact.filename or f"{job.name}_results.zip"


def duplicates_found(job: Job) -> list[dict[str, Any]] | None:
    """The run's own record of it, once there is one."""
    try:
        artifact = services().jobs.artifact(job.id, DUPLICATES)
        content = b"".join(services().objects.stream(artifact.key, 0, artifact.size))
    except (ArtifactNotFound, ObjectMissing):
        return None
    groups: list[dict[str, Any]] = json.loads(content)["groups"]
    return groups
