"""The core's values as answers."""

from __future__ import annotations

from typing import Any

from chalicelib.api.http import JSON, Call, Reply
from chalicelib.api.models import (
    DownloadAnswer,
    FileAnswer,
    FileCounts,
    JobAnswer,
    JobSummary,
    PipelineAnswer,
    StatusAnswer,
    ThumbnailAnswer,
)
from chalicelib.jobs import thumbnails
from chalicelib.jobs.errors import FileNotFound
from chalicelib.jobs.model import File, Job, file_id, parse_file_id
from chalicelib.jobs.ports import SignedRequest
from chalicelib.jobs.progress import mean_seconds, poll_after, progress, queue_position, step_names
from chalicelib.jobs.states import JobState
from chalicelib.pipelines.base import Pipeline
from chalicelib.wiring import services

THUMBNAIL_SECONDS = 3600


def number_of(job_id: str, given: str) -> int:
    """The number of a file of that job, from its id. FileNotFound."""
    parsed = parse_file_id(given)
    if parsed is None or parsed[0] != job_id:
        raise FileNotFound("There is no such file.")
    return parsed[1]


def file_answer(file: File) -> FileAnswer:
    return FileAnswer(
        **{
            **file.metadata,
            "id": file.id,
            "job_id": file.job_id,
            "original_filename": file.filename,
            "status": file.state,
            "size_bytes": file.size,
            "role": file.role,
            "content_type": file.content_type,
            "file_hash_sha256": file.sha256,
            "thumbnail": thumbnail_answer(file),
            "thumbnail_url": f"/api/files/{file.id}/thumbnail" if file.thumbnail else None,
            "duplicate_of": file_id(file.job_id, file.duplicate_of) if file.duplicate_of else None,
            "error_code": file.error_code,
            "error_message": file.error_message,
        }
    )


def thumbnail_answer(file: File) -> ThumbnailAnswer | None:
    if file.thumbnail is None:
        return None
    key, start, end = thumbnails.place(file, file.thumbnail)
    signed = services().objects.sign_get(
        key, filename=None, content_type=None, expires_in=THUMBNAIL_SECONDS, now=services().clock()
    )
    return ThumbnailAnswer(url=signed.url, start=start, end=end)


def whereabouts(call: Call, signed: SignedRequest, size: int) -> Reply:
    """A redirect to where the bytes are; who asks for JSON gets the address instead, to hand it to something else."""
    if JSON in call.headers.get("accept", ""):
        return Reply(DownloadAnswer(url=signed.url, expires_at=signed.expires_at, size_bytes=size))
    return Reply(None, 302, {"Location": signed.url})


def job_answer(job: Job) -> JobAnswer:
    pipeline = services().pipelines[job.pipeline]
    percent = progress(job, pipeline, services().queue_state(pipeline), services().clock()).percent
    return JobAnswer(
        id=job.id,
        name=job.name,
        description=job.description,
        tags=list(job.tags),
        pipeline=job.pipeline,
        status=job.state,
        options=dict(job.options),
        progress_current=job.counts.finished,
        progress_total=job.file_count,
        progress_percent=percent,
        current_filename=job.current_filename,
        error_count=job.counts.rejected,
        error_code=job.error_code,
        error_message=job.error_message,
        created_at=job.created_at,
        started_at=job.started_at,
        completed_at=job.completed_at,
        files=FileCounts(
            expected=max(0, job.file_count - job.counts.finished),
            inspected=job.counts.inspected,
            rejected=job.counts.rejected,
            duplicate=job.counts.duplicate,
        ),
        sealed=job.sealed,
        follows=job.follows,
        result=dict(job.result) if job.result else None,
        callback_url=job.callback["url"] if job.callback else None,
    )


def callback_of(url: str | None) -> dict[str, Any]:
    """What a new job gets for its callback address. InvalidFields where it may not be called."""
    return {"callback": services().webhooks.callback(url)} if url else {}


def callback_secret(job: Job) -> str | None:
    return str(job.callback["secret"]) if job.callback else None


def job_summary(job: Job) -> JobSummary:
    return JobSummary(
        id=job.id,
        name=job.name,
        pipeline=job.pipeline,
        status=job.state,
        file_count=job.file_count,
        error_code=job.error_code,
        error_message=job.error_message,
        created_at=job.created_at,
        started_at=job.started_at,
        completed_at=job.completed_at,
    )


def status_answer(job: Job) -> StatusAnswer:
    """One small query for a media job; one more for a pipeline with a queue, whose past tells the time left."""
    pipeline = services().pipelines[job.pipeline]
    queue = services().queue_state(pipeline)
    now = services().clock()
    how_far = progress(job, pipeline, queue, now)
    remaining = how_far.remaining_seconds
    answer = StatusAnswer(job_id=job.id, status=job.state, poll_after_seconds=poll_after(job, remaining))
    match job.state:
        case JobState.PENDING:
            answer.files_expected, answer.files_received = job.file_count, job.counts.finished
        case JobState.QUEUED:
            answer.queue_position = queue_position(job, queue)
            answer.estimated_wait_seconds = round(answer.queue_position * mean_seconds(queue))
        case JobState.RUNNING | JobState.PAUSED:
            answer.progress_percent = how_far.percent
            answer.current_step, answer.total_steps = how_far.step, how_far.steps
            answer.step_name, answer.current_filename = how_far.step_name, job.current_filename
            answer.elapsed_seconds = round(how_far.elapsed_seconds or 0.0, 1)
            answer.estimated_remaining_seconds = None if remaining is None else round(remaining)
            answer.files_expected, answer.files_received = job.file_count, job.counts.finished
        case JobState.COMPLETED:
            answer.download_url = f"/api/download/{job.id}"
            answer.result_size_bytes = job.result_size
            answer.processing_time_seconds = round(how_far.elapsed_seconds or 0.0, 3)
        case JobState.FAILED:
            answer.error_code, answer.error_message = job.error_code, job.error_message
    return answer


def pipeline_answer(pipeline: Pipeline) -> PipelineAnswer:
    return PipelineAnswer(
        name=pipeline.name,
        title=pipeline.title,
        description=pipeline.description,
        extensions=list(pipeline.accepts.extensions),
        max_bytes=pipeline.accepts.max_bytes,
        roles=list(pipeline.accepts.roles),
        steps=step_names(pipeline),
        options=pipeline.Options.model_json_schema(),
    )
