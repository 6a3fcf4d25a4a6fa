"""The bin: jobs that their owner has thrown away, kept for 30 days."""

from __future__ import annotations

from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.paging import cursor_links
from chalicelib.api.framework.routing import Routes
from chalicelib.api.job_views import job_answer, job_summary
from chalicelib.api.models.bin import BinnedJob, BinPage, BinQuery
from chalicelib.api.models.jobs import JobAnswer
from chalicelib.jobs.errors import NotAllowedInState, TryAgain
from chalicelib.jobs.library.deletion import BIN_KEEPS
from chalicelib.jobs.model import Job
from chalicelib.wiring import services

routes = Routes(__name__)


@routes.route("GET", "/bin", "Jobs in your bin", query=BinQuery, answer=BinPage, headers=("Link",))
def list_bin(call: Call) -> Reply:
    """The newest jobs first. They count for your storage until they are gone."""
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
    """It is deleted after 30 days, or at once by `DELETE /jobs/{job_id}`; until then `restore` has it as it was."""
    return _binned(services().deletion.bin_job(call.user.id, job_id))


@routes.route("POST", "/jobs/{job_id}/restore", "Take a job out of the bin", answer=JobAnswer)
def restore_job(call: Call, job_id: str) -> JobAnswer:
    services().deletion.restore_job(call.user.id, job_id)
    return job_answer(services().owned.job(call.user.id, job_id))


def _binned(job: Job) -> BinnedJob:
    assert job.binned_at
    summary = job_summary(job).model_dump()
    return BinnedJob(**summary, binned_at=job.binned_at, gone_at=job.binned_at + BIN_KEEPS)
