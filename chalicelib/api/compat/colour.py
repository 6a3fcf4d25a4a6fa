"""Pictures and colour jobs as the colour system has them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from chalicelib.accounts.errors import GuestQuotaReached
from chalicelib.accounts.people import ADMINISTER, require
from chalicelib.api import library
from chalicelib.api.compat.receiving import receive
from chalicelib.api.compat.wording import sentence_of
from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.routing import Dialect, Routes
from chalicelib.api.job_views import job_answer
from chalicelib.api.models.compat.colour import (
    ColourError,
    ColourImage,
    ColourImageChanges,
    ColourImageForm,
    ColourImageList,
    ColourImagePage,
    ColourImagesForm,
    ColourImagesQuery,
    ColourJob,
    ColourJobChanges,
    ColourJobList,
    ColourJobRequest,
    ColourJobsQuery,
)
from chalicelib.jobs.errors import (
    FileInUse,
    FileNotFound,
    FileNotReady,
    JobError,
    JobNotFound,
    NotAllowedInState,
    StaleTransition,
    StorageFull,
    TooLarge,
    TooManyJobs,
    TryAgain,
    UnsupportedType,
)
from chalicelib.jobs.intake.reuse import Chosen
from chalicelib.jobs.library.files import WantedFiles
from chalicelib.jobs.model import File, Job
from chalicelib.jobs.states import FINISHED, FileState, JobState
from chalicelib.wiring import services

PIPELINE, REFERENCE = "colour", "reference"
MOST_IN_A_PAGE = 100
WAIT_SECONDS, LOOK_EVERY = 10.0, 0.25
"""How long a request waits for its pictures' inspection: in that system they are ready at once."""
STATUSES: Mapping[JobState, str] = {
    JobState.PENDING: "pending",
    JobState.QUEUED: "pending",
    JobState.RUNNING: "running",
    JobState.PAUSED: "running",
    JobState.COMPLETED: "completed",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "cancelled",
}
OPERATIONS = {"color_correction": "correct", "detection": "detect"}
TARGETS = {"RGB": "srgb", "sRGB": "srgb", "Display P3": "display_p3", "Adobe RGB": "adobe_rgb"}
TARGETS |= {"ProPhoto RGB": "prophoto"}
SPACES = {target: space for space, target in TARGETS.items()}
FACTS = ("width", "height", "format", "color_space", "bit_depth", "camera")


def worded(error: JobError, request_id: str) -> ColourError:
    now = services().clock()
    detail, code = sentence_of(error), error.code
    return ColourError(detail=detail, status_code=error.status, timestamp=now, code=code, request_id=request_id)


routes = Routes(__name__, Dialect(ColourError, worded))


@routes.route(
    "POST",
    "/compat/colour/images",
    "Send a picture as a form",
    form=ColourImageForm,
    answer=ColourImage,
    status=201,
    creates=True,
    errors=(UnsupportedType, TooLarge, StorageFull, GuestQuotaReached, TooManyJobs, TryAgain),
)
def upload_colour_image(call: Call) -> Reply:
    """Up to 5 MiB; larger pictures go to the addresses that `POST /images` signs. The card is searched for at once."""
    job, _ = receive(call, PIPELINE, {"operation": "detect"}, [call.body.file])
    return Reply(_image(job, services().jobs.file(job.id, 1)), 201)


@routes.route(
    "POST",
    "/compat/colour/images/batch",
    "Send several pictures as a form",
    form=ColourImagesForm,
    answer=ColourImageList,
    status=201,
    creates=True,
    errors=(UnsupportedType, TooLarge, StorageFull, GuestQuotaReached, TooManyJobs, TryAgain),
)
def upload_colour_images(call: Call) -> Reply:
    """Leaves out files that the pipeline doesn't take."""
    job, _ = receive(call, PIPELINE, {"operation": "detect"}, call.body.files, skip_unsupported=True)
    return Reply(ColourImageList([_image(job, file) for file in services().jobs.files(job)]), 201)


@routes.route(
    "GET", "/compat/colour/images", "Your pictures from all jobs", query=ColourImagesQuery, answer=ColourImagePage
)
def list_colour_images(call: Call) -> ColourImagePage:
    query: ColourImagesQuery = call.query
    size = min(query.page_size, MOST_IN_A_PAGE)
    wanted = WantedFiles(kind="image", page=query.page, per_page=size)
    found, total = services().library.page(call.user.id, wanted)
    return ColourImagePage(
        images=[_image(job, file) for job, file in found], total=total, page=query.page, page_size=size
    )


@routes.route("GET", "/compat/colour/images/{image_id}", "A picture", answer=ColourImage)
def get_colour_image(call: Call, image_id: str) -> ColourImage:
    return _image(*library.owned_file(call, image_id))


@routes.route(
    "PATCH",
    "/compat/colour/images/{image_id}",
    "Name a picture",
    body=ColourImageChanges,
    answer=ColourImage,
    errors=(TryAgain,),
)
def change_colour_image(call: Call, image_id: str) -> ColourImage:
    """Leaves the picture's own metadata as it is."""
    job, file = library.owned_file(call, image_id)
    return _image(job, services().library.edit_file(call.user.id, file, {"title": call.body.filename}, exactly=False))


@routes.route(
    "DELETE", "/compat/colour/images/{image_id}", "Delete a picture", status=204, errors=(FileInUse, TryAgain)
)
def delete_colour_image(call: Call, image_id: str) -> Reply:
    return library.deleted_file(call, image_id)


@routes.route(
    "POST",
    "/compat/colour/jobs",
    "Open a colour job over a picture",
    body=ColourJobRequest,
    answer=ColourJob,
    status=201,
    creates=True,
    errors=(FileNotFound, FileNotReady, UnsupportedType, TooLarge, TooManyJobs),
)
def open_colour_job(call: Call) -> Reply:
    """Waits some seconds for a picture that has just been sent."""
    body: ColourJobRequest = call.body
    chosen = [Chosen(body.image_id, field="image_id")]
    if body.reference_image_id:
        chosen.append(Chosen(body.reference_image_id, REFERENCE, "reference_image_id"))
    for one in chosen:
        _await(call, one.file_id)
    options = {"operation": OPERATIONS.get(body.job_type, body.job_type), "target": TARGETS[body.color_space]}
    job = services().reuse.open_job(
        call.user.id,
        PIPELINE,
        chosen,
        options,
        name=body.job_name,
        description=body.description or None,
        id=call.made_id,
    )
    return Reply(_colour_job(job), 201)


@routes.route("GET", "/compat/colour/jobs", "Your colour jobs", query=ColourJobsQuery, answer=ColourJobList)
def list_colour_jobs(call: Call) -> ColourJobList:
    query: ColourJobsQuery = call.query
    states = frozenset(state for state, status in STATUSES.items() if status == query.status)
    most = query.skip + query.limit
    found, _ = services().jobs.jobs_of(call.user.id, states=states, pipeline=PIPELINE, limit=most, before=None)
    return ColourJobList([_colour_job(job) for job in found[query.skip :]])


@routes.route("GET", "/compat/colour/jobs/{job_id}", "A colour job", answer=ColourJob)
def get_colour_job(call: Call, job_id: str) -> ColourJob:
    return _colour_job(_job(call, job_id))


@routes.route(
    "PATCH",
    "/compat/colour/jobs/{job_id}",
    "Describe a colour job, or report its outcome",
    body=ColourJobChanges,
    answer=ColourJob,
    errors=(NotAllowedInState, TryAgain),
)
def change_colour_job(call: Call, job_id: str) -> ColourJob:
    """The owner changes name and description. `status` and `progress` are for trusted workers, on any user's job: they
    may fail, cancel or resume it. The installation's own workers run the job and count its progress, so that no other
    worker can complete it, and a worker's own figure for progress changes nothing."""
    body: ColourJobChanges = call.body
    if body.status is not None or body.progress is not None:
        require(call.user, ADMINISTER)
        job = _any_job(job_id)
        job = _moved(job, body) if body.status is not None else job
    else:
        job = _job(call, job_id)
    changes = {"name": body.job_name, "description": body.description}
    changes = {name: value for name, value in changes.items() if value is not None}
    if changes:
        job = services().library.edit_job(job.owner_id, job, changes, exactly=False)
    return _colour_job(job)


@routes.route("DELETE", "/compat/colour/jobs/{job_id}", "Cancel a colour job", status=204, errors=(NotAllowedInState,))
def cancel_colour_job(call: Call, job_id: str) -> Reply:
    """A job that has ended stays as it is."""
    job = _job(call, job_id)
    if not job.final:
        services().control.act(call.user.id, job.id, "cancel")
    return Reply(None, 204)


def _job(call: Call, job_id: str) -> Job:
    return _of_colour(services().owned.job(call.user.id, job_id))


def _any_job(job_id: str) -> Job:
    job = services().jobs.job(job_id)
    return _of_colour(services().owned.job(job.owner_id, job_id))


def _of_colour(job: Job) -> Job:
    if job.pipeline != PIPELINE:
        raise JobNotFound("There is no such job.")
    return job


def _moved(job: Job, body: ColourJobChanges) -> Job:
    """The outcome of a job, as a trusted worker reports it."""
    if body.status == STATUSES[job.state] and job.state is not JobState.PAUSED:
        return job
    if body.status == "cancelled":
        return services().control.act(job.owner_id, job.id, "cancel")
    if body.status == "running":
        return services().control.act(job.owner_id, job.id, "resume")
    if body.status == "failed" and not job.final and job.state is not JobState.PAUSED:
        try:
            return services().settling.fail(job, "worker_failed", body.error_message or "A worker says that it failed.")
        except StaleTransition:
            raise TryAgain("The job is changing its state right now.") from None
    raise NotAllowedInState(f"A job that is {job.state} can't become {body.status} by a worker's word.")


def _await(call: Call, image_id: str) -> None:
    """Waits until the picture is inspected, or WAIT_SECONDS are over."""
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        try:
            _, file = library.owned_file(call, image_id)
        except FileNotFound:
            return  # said with the field's name further on
        if file.state in FINISHED:
            return
        time.sleep(LOOK_EVERY)


def _image(job: Job, file: File) -> ColourImage:
    facts: dict[str, Any] = {name: file.metadata[name] for name in FACTS if name in file.metadata}
    return ColourImage(
        id=file.id,
        filename=file.title or file.filename,
        original_filename=file.filename,
        file_size=file.size,
        mime_type=file.content_type or "application/octet-stream",
        upload_date=job.created_at,
        user_id=job.owner_id,
        metadata=facts,
        storage_path=f"/api/files/{file.id}/original",
        thumbnail_url=f"/api/files/{file.id}/thumbnail" if file.thumbnail else None,
        status="rejected" if file.state is FileState.REJECTED else "uploaded",
    )


def _colour_job(job: Job) -> ColourJob:
    files = list(services().jobs.files(job, first=1, last=2))
    images = [file.source or file.id for file in files if file.role != REFERENCE]
    references = [file.source or file.id for file in files if file.role == REFERENCE]
    return ColourJob(
        id=job.id,
        user_id=job.owner_id,
        image_id=images[0] if images else None,
        job_type=str(job.options.get("operation")),
        job_name=job.name,
        description=job.description,
        status=STATUSES[job.state],
        progress=job_answer(job).progress_percent,
        color_space=SPACES[str(job.options.get("target", "srgb"))],
        reference_image_id=references[0] if references else None,
        error_message=job.error_message,
        created_at=job.created_at,
        updated_at=job.completed_at or job.active_at or job.created_at,
        completed_at=job.completed_at,
    )
