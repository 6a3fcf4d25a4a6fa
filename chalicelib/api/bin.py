"""The bin: jobs and single files that their owner has discarded, kept for 30 days."""

from __future__ import annotations

from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.paging import cursor_links
from chalicelib.api.framework.routing import Routes
from chalicelib.api.job_views import job_answer, job_summary
from chalicelib.api.library import library_file
from chalicelib.api.models.bin import (
    BinFilesQuery,
    BinMoved,
    BinnedFile,
    BinnedFilesPage,
    BinnedJob,
    BinPage,
    BinQuery,
    FilesGiven,
)
from chalicelib.api.models.jobs import JobAnswer
from chalicelib.jobs.errors import FileNotFound, NotAllowedInState, TryAgain
from chalicelib.jobs.file_moving import counted
from chalicelib.jobs.library.filebin import Binned
from chalicelib.jobs.model import BIN_KEEPS, File, Job
from chalicelib.wiring import services

routes = Routes(__name__)


@routes.route("GET", "/bin", "Jobs in your bin", query=BinQuery, answer=BinPage, headers=("Link",))
def list_bin(call: Call) -> Reply:
    """Newest jobs first. They count towards your storage until their deletion."""
    query: BinQuery = call.query
    found, cursor = services().jobs.jobs_of(
        call.user.id, states=frozenset(), pipeline=None, limit=query.limit, before=query.cursor, binned=True
    )
    items = [_binned(job) for job in found]
    size = sum(item.size_bytes or 0 for item in items)
    return Reply(BinPage(items=items, next_cursor=cursor, size_bytes=size), headers=cursor_links(call, cursor))


@routes.route(
    "POST",
    "/jobs/{job_id}/bin",
    "Put a job into the bin",
    answer=BinnedJob,
    errors=(NotAllowedInState, TryAgain),
)
def bin_job(call: Call, job_id: str) -> BinnedJob:
    """The job is deleted after 30 days, or at once by `DELETE /jobs/{job_id}`; until then, `restore` brings it back
    unchanged."""
    return _binned(services().deletion.bin_job(call.user.id, job_id))


@routes.route("POST", "/jobs/{job_id}/restore", "Take a job out of the bin", answer=JobAnswer)
def restore_job(call: Call, job_id: str) -> JobAnswer:
    services().deletion.restore_job(call.user.id, job_id)
    return job_answer(services().owned.job(call.user.id, job_id))


@routes.route(
    "GET",
    "/bin/files",
    "Single files in your bin",
    query=BinFilesQuery,
    answer=BinnedFilesPage,
    headers=("Link",),
)
def list_binned_files(call: Call) -> Reply:
    """Files of the newest jobs first; jobs in the bin are listed only by `GET /bin`. The files count towards your
    storage until their deletion."""
    query: BinFilesQuery = call.query
    found, cursor = services().file_bin.page(call.user.id, query.limit, query.cursor)
    items = [_binned_file(job, file) for job, file in found]
    size = sum(counted(file) for _, file in found)
    return Reply(BinnedFilesPage(items=items, next_cursor=cursor, size_bytes=size), headers=cursor_links(call, cursor))


@routes.route(
    "POST", "/bin/files", "Put files into the bin", body=FilesGiven, answer=BinMoved, errors=(FileNotFound, TryAgain)
)
def bin_files(call: Call) -> BinMoved:
    """The files leave their jobs, your library, archives and shares at once, and are deleted after 30 days, or at once
    by `DELETE /files/{file_id}`. The zip of a media job contains them until `POST /jobs/{job_id}/remake` rebuilds
    it."""
    return _moved(services().file_bin.put(call.user.id, call.body.file_ids))


@routes.route(
    "POST",
    "/bin/files/restore",
    "Take files out of the bin",
    body=FilesGiven,
    answer=BinMoved,
    errors=(FileNotFound, TryAgain),
)
def restore_files(call: Call) -> BinMoved:
    return _moved(services().file_bin.restore(call.user.id, call.body.file_ids))


def _moved(moved: Binned) -> BinMoved:
    return BinMoved(done=list(moved.done), missed=list(moved.missed))


def _binned_file(job: Job, file: File) -> BinnedFile:
    assert file.binned_at
    shown = library_file(job, file).model_dump()
    return BinnedFile(**shown, binned_at=file.binned_at, gone_at=file.binned_at + BIN_KEEPS)


def _binned(job: Job) -> BinnedJob:
    assert job.binned_at
    summary = job_summary(job).model_dump()
    return BinnedJob(**summary, binned_at=job.binned_at, gone_at=job.binned_at + BIN_KEEPS)
