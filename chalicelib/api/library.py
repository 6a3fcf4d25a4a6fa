"""A user's files from all jobs: described, deleted, and used in new jobs."""

from __future__ import annotations

from chalicelib.api.file_views import file_answer, signed_thumbnail, whereabouts
from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.paging import page_links, pages
from chalicelib.api.framework.preconditions import check_match, is_conditional, versioned
from chalicelib.api.framework.routing import Routes
from chalicelib.api.job_views import callback_of, callback_secret, job_answer
from chalicelib.api.models.files import DownloadAnswer, OriginalQuery
from chalicelib.api.models.jobs import JobAnswer
from chalicelib.api.models.library import (
    FileChanges,
    JobChanges,
    JobRequest,
    LibraryFile,
    LibraryPage,
    LibraryQuery,
    NewJobAnswer,
)
from chalicelib.jobs.errors import (
    FileInUse,
    FileNotFound,
    FileNotReady,
    FileReplaced,
    JobNotFound,
    NotAllowedInState,
    ObjectMissing,
    PreconditionFailed,
    TooLarge,
    TooManyJobs,
    TryAgain,
    UnknownPipeline,
    UnsupportedType,
)
from chalicelib.jobs.ids import is_id
from chalicelib.jobs.intake.reuse import Chosen
from chalicelib.jobs.library.files import WantedFiles, kind_of
from chalicelib.jobs.model import File, Job, parse_file_id
from chalicelib.jobs.states import FINISHED, FileState
from chalicelib.jobs.work import thumbnails
from chalicelib.wiring import services

routes = Routes(__name__)

SHOWN = ("image/", "video/", "audio/")
"""Types that a browser shows without running anything. Types are sniffed, and sniffing never finds SVG."""


@routes.route("GET", "/files", "Your files from all jobs", query=LibraryQuery, answer=LibraryPage, headers=("Link",))
def list_library(call: Call) -> Reply:
    return page_of(call, call.query)


def page_of(call: Call, query: LibraryQuery) -> Reply:
    wanted = WantedFiles(
        kind=query.type,
        search=query.search,
        states=frozenset(query.status),
        sort_by=query.sort_by,
        descending=query.sort_order == "desc",
        page=query.page,
        per_page=query.per_page,
    )
    found, total = services().library.page(call.user.id, wanted)
    answer = LibraryPage(
        items=[library_file(job, file) for job, file in found],
        total=total,
        page=query.page,
        per_page=query.per_page,
        pages=pages(total, query.per_page),
    )
    return Reply(answer, headers=page_links(call, total))


@routes.route("GET", "/files/{file_id}", "One of your files", answer=LibraryFile, conditional=True)
def get_file(call: Call, file_id: str) -> LibraryFile:
    return library_file(*owned_file(call, file_id))


@routes.route(
    "GET",
    "/files/{file_id}/original",
    "A file's original bytes",
    query=OriginalQuery,
    answer=DownloadAnswer,
    others={302: None},
    errors=(FileNotReady, FileReplaced),
    headers=("Location",),
)
def get_original(call: Call, file_id: str) -> Reply:
    _, file = owned_file(call, file_id)
    if file.state is FileState.EXPECTED:
        raise FileNotReady("The file has not arrived yet.")
    try:
        found = services().objects.stat(file.key, file.bucket)
    except ObjectMissing:
        raise FileNotFound("The bytes of this file are no longer stored.") from None
    if file.state in FINISHED and file.etag and found.etag != file.etag:
        # An upload's address stays valid for a while after its file was inspected, and could overwrite it.
        raise FileReplaced("Other bytes were sent to this file's address after it was looked into.")
    # Before its inspection, a file's type is only the client's word: it could be a page with a script in it.
    known = file.state in {FileState.INSPECTED, FileState.DUPLICATE}
    shown = call.query.inline and known and (file.content_type or "").startswith(SHOWN)
    signed = services().objects.sign_get(
        file.key,
        bucket=file.bucket,
        filename=None if shown else file.filename.rpartition("/")[2],
        content_type=file.content_type if shown else "application/octet-stream",
        expires_in=services().settings.limits.download_url_seconds,
        now=services().clock(),
    )
    return whereabouts(call, signed, found.size)


@routes.route(
    "GET",
    "/files/{file_id}/thumbnail",
    "A file's thumbnail",
    answer=DownloadAnswer,
    others={302: None},
    headers=("Location",),
)
def get_thumbnail(call: Call, file_id: str) -> Reply:
    """A JPEG. For many thumbnails, use the addresses in the files' `thumbnail` fields."""
    _, file = owned_file(call, file_id)
    try:
        found = thumbnails.by_itself(services().objects, file)
    except ObjectMissing:
        raise FileNotFound("This file has no thumbnail.") from None
    return whereabouts(call, signed_thumbnail(found.key), found.size)


@routes.route(
    "PATCH",
    "/files/{file_id}",
    "Describe a file",
    body=FileChanges,
    answer=LibraryFile,
    errors=(PreconditionFailed, TryAgain),
)
def change_file(call: Call, file_id: str) -> Reply:
    return changed_file(call, file_id)


def changed_file(call: Call, file_id: str) -> Reply:
    job, file = owned_file(call, file_id)
    check_match(call, library_file(job, file))
    changes = call.body.model_dump(exclude_unset=True)
    file = services().library.edit_file(call.user.id, file, changes, exactly=is_conditional(call))
    return versioned(library_file(job, file))


@routes.route("DELETE", "/files/{file_id}", "Delete a file", status=204, errors=(FileInUse, TryAgain))
def delete_file(call: Call, file_id: str) -> Reply:
    """Also deletes files in the bin. `POST /bin/files` leaves 30 days to restore a file."""
    return deleted_file(call, file_id)


def deleted_file(call: Call, file_id: str) -> Reply:
    job, file = owned_file(call, file_id, binned=True)
    services().deletion.delete_file(call.user.id, job.id, file.number)
    return Reply(None, 204)


@routes.route(
    "POST",
    "/jobs",
    "Open a job over stored files",
    body=JobRequest,
    answer=NewJobAnswer,
    status=201,
    creates=True,
    errors=(UnknownPipeline, FileNotFound, FileNotReady, UnsupportedType, TooLarge, TooManyJobs),
    headers=("Location",),
)
def open_job_over_files(call: Call) -> Reply:
    body: JobRequest = call.body
    job = services().reuse.open_job(
        call.user.id,
        body.pipeline,
        chosen_files(body),
        body.options,
        name=body.name,
        description=body.description or None,
        tags=tuple(body.tags),
        id=call.made_id,
        **callback_of(body.callback_url),
    )
    answer = NewJobAnswer(**job_answer(job).model_dump(), callback_secret=callback_secret(job))
    return Reply(answer, 201, {"Location": f"/api/jobs/{job.id}"})


def chosen_files(body: JobRequest) -> list[Chosen]:
    if body.files:
        return [Chosen(one.file_id, one.role, f"files[{i}]") for i, one in enumerate(body.files)]
    return [Chosen(given, field=f"file_ids[{i}]") for i, given in enumerate(body.file_ids)]


@routes.route(
    "PATCH",
    "/jobs/{job_id}",
    "Describe a job",
    body=JobChanges,
    answer=JobAnswer,
    errors=(PreconditionFailed, TryAgain),
)
def change_job(call: Call, job_id: str) -> Reply:
    job = services().owned.job(call.user.id, job_id)
    check_match(call, job_answer(job))
    changes = call.body.model_dump(exclude_unset=True)
    job = services().library.edit_job(call.user.id, job, changes, exactly=is_conditional(call))
    return versioned(job_answer(job))


@routes.route(
    "DELETE", "/jobs/{job_id}", "Delete a job and all of its data", status=204, errors=(NotAllowedInState, TryAgain)
)
def delete_job(call: Call, job_id: str) -> Reply:
    services().deletion.delete_job(call.user.id, job_id)
    return Reply(None, 204)


def owned_file(call: Call, given: str, *, binned: bool = False) -> tuple[Job, File]:
    place = parse_file_id(given)
    if place is None or not is_id(place[0]):
        raise FileNotFound("There is no such file.")
    try:
        return services().owned.file(call.user.id, *place, binned=binned)
    except JobNotFound:
        raise FileNotFound("There is no such file.") from None


def library_file(job: Job, file: File) -> LibraryFile:
    return LibraryFile(
        **{
            **file_answer(file, job).model_dump(),
            "type": kind_of(services().pipelines.get(job.pipeline), file.filename, file.content_type),
            "title": file.title,
            "description": file.description,
            "tags": list(file.tags),
            "pipeline": job.pipeline,
            "created_at": job.created_at,
        }
    )
