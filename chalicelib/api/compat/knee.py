"""Volume jobs as the knee MRI system has them: sent as a form, polled in its terms, downloaded as a zip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.accounts.errors import GuestQuotaReached
from chalicelib.api.compat.receiving import receive
from chalicelib.api.compat.wording import sentence_of
from chalicelib.api.files import COMPLETE, signed_artifact
from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.routing import Dialect, Routes
from chalicelib.api.models.compat.knee import KneeError, KneeForm, KneeHealth, KneeStats, KneeStatus, KneeUpload
from chalicelib.api.stats import health, numbers
from chalicelib.jobs.errors import (
    ArtifactGone,
    ArtifactNotFound,
    InvalidForm,
    JobError,
    JobNotFound,
    NotAllowedInState,
    StorageFull,
    TooManyJobs,
    TryAgain,
    UnsupportedType,
)
from chalicelib.jobs.model import Job, QueueState
from chalicelib.jobs.progress import expected_seconds, progress, queue_position
from chalicelib.jobs.states import JobState
from chalicelib.pipelines.volume import VOLUME
from chalicelib.wiring import services

STATUSES: Mapping[JobState, str] = {
    JobState.PENDING: "queued",
    JobState.QUEUED: "queued",
    JobState.RUNNING: "processing",
    JobState.PAUSED: "processing",
    JobState.COMPLETED: "complete",
    JobState.FAILED: "error",
    JobState.CANCELLED: "error",
}
OPTIONS = {"perform_nsm": "perform_shape_model", "nsm_type": "shape_model_type"}
NSM_TYPES = {"bone_and_cart": "bone_and_cartilage"}
CODES = {
    "not_a_volume": "INVALID_DIMENSIONS",
    "several_images": "MULTI_SERIES",
    "nothing_to_segment": "SEGMENTATION_FAILED",
    "run_failed": "PIPELINE_ERROR",
}
"""Our codes with another name in that system; all others are ours in upper case."""


def _worded(error: JobError, request_id: str) -> KneeError:
    return KneeError(detail=sentence_of(error), code=error.code, request_id=request_id)


routes = Routes(__name__, Dialect(KneeError, _worded))


@routes.route(
    "POST",
    "/compat/knee/upload",
    "Send a knee MRI as a form",
    form=KneeForm,
    answer=KneeUpload,
    status=201,
    creates=True,
    errors=(UnsupportedType, StorageFull, GuestQuotaReached, TooManyJobs, TryAgain),
)
def upload_knee(call: Call) -> Reply:
    """Up to 5 MiB; larger files go to the addresses that `POST /upload` signs."""
    form: KneeForm = call.body
    if not form.file.content:
        raise InvalidForm("Uploaded file is empty.")
    given = form.model_dump(exclude={"file"}, exclude_none=True)
    options: dict[str, Any] = {OPTIONS.get(name, name): value for name, value in given.items()}
    if "nsm_type" in given:
        options["shape_model_type"] = NSM_TYPES.get(given["nsm_type"], given["nsm_type"])
    queue = services().queue_state(VOLUME)
    job, _ = receive(call, VOLUME.name, options, [form.file])
    position = queue.waiting + 1
    answer = KneeUpload(
        job_id=job.id,
        queue_position=position,
        estimated_wait_seconds=round(position * expected_seconds(queue, len(form.file.content))),
        message=f"File uploaded successfully. You are #{position} in queue.",
    )
    return Reply(answer, 201)


@routes.route("GET", "/compat/knee/status/{job_id}", "A knee MRI's progress", answer=KneeStatus)
def get_knee_status(call: Call, job_id: str) -> KneeStatus:
    job = _job(call, job_id)
    queue = services().queue_state(VOLUME)
    answer = KneeStatus(job_id=job.id, status=STATUSES[job.state])
    match answer.status:
        case "queued":
            answer.queue_position = queue.waiting + 1 if job.ticket is None else queue_position(job, queue)
            wait = answer.queue_position * expected_seconds(queue, job.counts.size)
            answer.estimated_wait_seconds = round(wait)
        case "processing":
            _processing(answer, job, queue)
        case "complete":
            answer.download_url = f"/download/{job.id}"
            answer.result_size_bytes = job.result_size or 0
            answer.processing_time_seconds = round(_seconds(job))
        case "error":
            cancelled = job.state is JobState.CANCELLED
            code = "cancelled" if cancelled else job.error_code or "run_failed"
            answer.error_code = CODES.get(code, code.upper())
            answer.error_message = "The job was cancelled." if cancelled else job.error_message or "It failed."
    return answer


@routes.route(
    "GET",
    "/compat/knee/download/{job_id}",
    "Download the results of a knee MRI",
    status=302,
    errors=(NotAllowedInState, ArtifactNotFound, ArtifactGone),
    headers=("Location",),
)
def download_knee_results(call: Call, job_id: str) -> Reply:
    """Redirects to the zip."""
    job = _job(call, job_id)
    if job.state is not JobState.COMPLETED:
        raise NotAllowedInState(f"Job not complete. Current status: {STATUSES[job.state]}")
    signed, _ = signed_artifact(job, COMPLETE)
    return Reply(None, 302, {"Location": signed.url})


@routes.route("GET", "/compat/knee/stats", "Statistics of the installation, as whole numbers", answer=KneeStats)
def get_knee_stats(call: Call) -> KneeStats:
    """Covers all pipelines."""
    found = numbers()
    return KneeStats(
        total_jobs_processed=found.total_jobs_processed,
        total_jobs_today=found.total_jobs_today,
        unique_users=found.unique_users,
        average_processing_time_seconds=round(found.average_processing_time_seconds or 0),
        jobs_in_queue=found.jobs_in_queue,
        uptime_hours=int(found.uptime_hours),
    )


@routes.route(
    "GET",
    "/compat/knee/health",
    "The health of the parts that the knee MRI system has",
    answer=KneeHealth,
    open=True,
    others={503: KneeHealth},
)
def get_knee_health(call: Call) -> Reply:
    found = health(call.request_id).dependencies
    stored, queued = found["dynamodb"].ok and found["s3"].ok, found["sqs"].ok
    answer = KneeHealth(
        status="healthy" if stored and queued else "unhealthy",
        redis="connected" if stored else "disconnected",
        worker="available" if queued else "unavailable",
        gpu="unavailable",
        timestamp=services().clock(),
        error=None if stored and queued else "Not reachable: " + ", ".join(n for n, one in found.items() if not one.ok),
    )
    return Reply(answer, 200 if answer.status == "healthy" else 503)


def _job(call: Call, job_id: str) -> Job:
    job = services().owned.job(call.user.id, job_id)
    if job.pipeline != VOLUME.name:
        raise JobNotFound("There is no such job.")
    return job


def _seconds(job: Job) -> float:
    return (job.completed_at - job.started_at).total_seconds() if job.completed_at and job.started_at else 0.0


def _processing(answer: KneeStatus, job: Job, queue: QueueState) -> None:
    how_far = progress(job, VOLUME, queue, services().clock())
    elapsed = how_far.elapsed_seconds or 0.0
    remaining = how_far.remaining_seconds
    if remaining is None:
        remaining = max(0.0, expected_seconds(queue, job.counts.size) - elapsed)
    answer.progress_percent = int(how_far.percent)
    answer.current_step, answer.total_steps, answer.step_name = how_far.step, how_far.steps, how_far.step_name
    answer.elapsed_seconds, answer.estimated_remaining_seconds = round(elapsed), round(remaining)
