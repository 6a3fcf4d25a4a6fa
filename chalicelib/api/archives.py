"""Archives: zips of chosen files from one job, several jobs, or the whole library."""

from __future__ import annotations

from dataclasses import asdict

from chalicelib.accounts.people import READ
from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.paging import cursor_links
from chalicelib.api.framework.routing import Routes
from chalicelib.api.models.archives import (
    ArchiveAnswer,
    ArchiveEstimate,
    ArchivePlan,
    ArchiveRequest,
    ArchivesPage,
    ArchivesQuery,
    ArchiveZip,
    Chosen,
)
from chalicelib.archives.work import Options, zip_names
from chalicelib.jobs.errors import (
    FileNotFound,
    JobNotFound,
    NothingChosen,
    StorageFull,
    TooManyFiles,
    TooManyJobs,
    TryAgain,
)
from chalicelib.jobs.library.archives import Choice, Wanted
from chalicelib.jobs.library.files import WantedFiles
from chalicelib.jobs.model import Job
from chalicelib.jobs.progress import progress
from chalicelib.jobs.states import JobState
from chalicelib.wiring import services

routes = Routes(__name__)


@routes.route(
    "POST",
    "/archives",
    "Make a zip of chosen files",
    body=ArchiveRequest,
    answer=ArchiveAnswer,
    status=202,
    creates=True,
    errors=(NothingChosen, FileNotFound, JobNotFound, TooManyFiles, StorageFull, TooManyJobs),
    headers=("Location",),
)
def create_archive(call: Call) -> Reply:
    """The size is exact at once, and counts towards your storage until the archive is deleted automatically after some
    days."""
    body: ArchiveRequest = call.body
    job = services().archives.open(call.user.id, _wanted(body), call.made_id)
    return Reply(archive_answer(job), 202, {"Location": f"/api/archives/{job.id}"})


@routes.route(
    "POST",
    "/archives/estimate",
    "Size, time and cost of an archive",
    body=ArchiveRequest,
    answer=ArchivePlan,
    scope=READ,
    errors=(NothingChosen, FileNotFound, JobNotFound, TooManyFiles),
)
def estimate_archive(call: Call) -> ArchivePlan:
    """Accepts the body of `POST /archives`, and makes nothing."""
    planning = services().archives.plan(call.user.id, _wanted(call.body))
    return ArchivePlan(
        size_bytes=sum(planning.sizes),
        file_count=len(planning.members),
        zip_count=len(planning.counts),
        **asdict(planning.estimates),
    )


@routes.route("GET", "/archives", "Your archives", query=ArchivesQuery, answer=ArchivesPage, headers=("Link",))
def list_archives(call: Call) -> Reply:
    query: ArchivesQuery = call.query
    found, cursor = services().archives.page(call.user.id, frozenset(query.status), query.limit, query.cursor)
    answer = ArchivesPage(items=[archive_answer(job) for job in found], next_cursor=cursor)
    return Reply(answer, headers=cursor_links(call, cursor))


@routes.route("GET", "/archives/{archive_id}", "An archive", answer=ArchiveAnswer, conditional=True)
def get_archive(call: Call, archive_id: str) -> ArchiveAnswer:
    return archive_answer(services().archives.get(call.user.id, archive_id))


@routes.route("DELETE", "/archives/{archive_id}", "Delete an archive", status=204, errors=(TryAgain,))
def delete_archive(call: Call, archive_id: str) -> Reply:
    """Also stops an archive that is being made. The source files stay."""
    job = services().archives.get(call.user.id, archive_id)
    services().deletion.delete_job(call.user.id, job.id)
    return Reply(None, 204)


def _wanted(body: ArchiveRequest) -> Wanted:
    choice = choice_of(body, artifacts=body.artifacts)
    return Wanted(choice, body.layout, body.name, body.split_bytes, strategy=body.strategy)


def choice_of(body: Chosen, *, artifacts: bool = False) -> Choice:
    found = None
    if body.filter is not None:
        states: frozenset[str] = frozenset(body.filter.status)
        found = WantedFiles(kind=body.filter.type, search=body.filter.search, states=states)
    return Choice(tuple(body.file_ids), found, tuple(body.job_ids), artifacts)


def archive_answer(job: Job) -> ArchiveAnswer:
    work = services().works[job.pipeline]
    percent = progress(job, work, services().queue_state(work), services().clock()).percent
    planned = Options.model_validate(job.options)
    ready = job.state is JobState.COMPLETED
    zips = [
        ArchiveZip(
            name=name,
            filename=filename,
            size_bytes=size,
            file_count=count,
            download_url=f"/api/download/{job.id}/{name}" if ready else None,
        )
        for (name, filename), size, count in zip(
            zip_names(planned.filename, len(planned.sizes)), planned.sizes, planned.counts, strict=True
        )
    ]
    return ArchiveAnswer(
        archive_id=job.id,
        name=job.name,
        status=job.state,
        progress_percent=percent,
        size_bytes=planned.size_bytes,
        file_count=planned.file_count,
        layout=planned.layout,
        estimate=ArchiveEstimate(**planned.estimate.model_dump()) if planned.estimate else None,
        zips=zips,
        download_url=zips[0].download_url if len(zips) == 1 else None,
        created_at=job.created_at,
        completed_at=job.completed_at,
        expires_at=job.expires_at,
        error_code=job.error_code,
        error_message=job.error_message,
    )
