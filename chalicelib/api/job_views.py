"""Jobs and pipelines of the core as answers."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from chalicelib.api.models.jobs import (
    FileCounts,
    JobAnswer,
    JobSummary,
    ListingAnswer,
    OriginAnswer,
    PipelineAnswer,
    StatusAnswer,
    WaitingFor,
)
from chalicelib.jobs.library.listing import SORTS
from chalicelib.jobs.model import Job
from chalicelib.jobs.progress import closes, expected_seconds, poll_after, progress, queue_position, step_names
from chalicelib.jobs.states import RECEIVING, JobState
from chalicelib.pipelines.base import Pipeline
from chalicelib.wiring import services


class OptionsSchema(GenerateJsonSchema):
    """Tuples have `items` too: none lies behind their last one, but some readers of schemas insist on it."""

    def tuple_schema(self, schema: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().tuple_schema(schema)
        return {"items": found["prefixItems"][-1], **found} if found.get("prefixItems") else found


def job_answer(job: Job) -> JobAnswer:
    work = services().works[job.pipeline]
    percent = progress(job, work, services().queue_state(work), services().clock()).percent
    return JobAnswer(
        id=job.id,
        name=job.name,
        description=job.description,
        tags=list(job.tags),
        pipeline=job.pipeline,
        status=job.state,
        options=dict(job.options),
        progress_current=job.counts.finished - job.counts.gone,
        progress_total=job.file_count - job.counts.gone,
        progress_percent=percent,
        current_filename=job.current_filename,
        waiting_for=waiting_for(job),
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
        revision=job.revision,
        results_current=job.current,
    )


def waiting_for(job: Job) -> WaitingFor | None:
    return WaitingFor(**job.waiting_for) if job.waiting_for else None


def callback_of(url: str | None) -> dict[str, Any]:
    """The callback of a new job. InvalidFields where it may not be called."""
    return {"callback": services().webhooks.callback(url)} if url else {}


def callback_secret(job: Job) -> str | None:
    return str(job.callback["secret"]) if job.callback else None


def job_summary(job: Job) -> JobSummary:
    return JobSummary(
        id=job.id,
        name=job.name,
        pipeline=job.pipeline,
        status=job.state,
        file_count=job.file_count - job.files_gone,
        error_code=job.error_code,
        error_message=job.error_message,
        created_at=job.created_at,
        started_at=job.started_at,
        completed_at=job.completed_at,
        waiting_for=waiting_for(job),
        options=dict(job.options),
        result=dict(job.result) if job.result else None,
        size_bytes=job.kept_bytes if job.final else None,
        origin=origin_answer(job),
        collecting_until=job.collecting_until,
    )


def origin_answer(job: Job) -> OriginAnswer | None:
    if job.origin is None:
        return None
    waits = job.listing is None and job.state in RECEIVING
    closes_at = closes(job, services().settings.limits) if waits else None
    return OriginAnswer(
        kind=job.origin,
        path=f"s3://{services().settings.bucket}/{job.batch}" if job.batch else job.imported_from or "",
        stage="waiting" if closes_at else "taken" if job.listing is None or job.final else "listing",
        closes_at=closes_at,
    )


def status_answer(job: Job) -> StatusAnswer:
    """One small query for a media job; one more for a pipeline with a queue, whose past jobs give the time left."""
    work = services().works[job.pipeline]
    queue = services().queue_state(work)
    now = services().clock()
    how_far = progress(job, work, queue, now)
    remaining = how_far.remaining_seconds
    answer = StatusAnswer(job_id=job.id, status=job.state, poll_after_seconds=poll_after(job, remaining))
    answer.collecting_until = job.collecting_until
    match job.state:
        case JobState.PENDING:
            answer.files_expected, answer.files_received = job.file_count, services().arrivals.of(job)
            answer.files_inspected = job.counts.finished
            answer.files_intended = None if job.sealed else job.files_intended
        case JobState.QUEUED:
            answer.queue_position = queue_position(job, queue)
            answer.estimated_wait_seconds = round(answer.queue_position * expected_seconds(queue, job.counts.size))
        case JobState.RUNNING | JobState.PAUSED:
            answer.progress_percent = how_far.percent
            answer.current_step, answer.total_steps = how_far.step, how_far.steps
            answer.step_name, answer.current_filename = how_far.step_name, job.current_filename
            answer.elapsed_seconds = round(how_far.elapsed_seconds or 0.0, 1)
            answer.estimated_remaining_seconds = None if remaining is None else round(remaining)
            answer.files_expected, answer.files_received = job.file_count, services().arrivals.of(job)
            answer.files_inspected = job.counts.finished
            answer.waiting_for = waiting_for(job)
            answer.files_intended = None if job.sealed else job.files_intended
        case JobState.COMPLETED:
            answer.download_url = f"/api/download/{job.id}"
            answer.result_size_bytes = job.result_size
            answer.results_current = job.current
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
        bare_names=pipeline.accepts.bare or None,
        max_bytes=pipeline.accepts.max_bytes,
        roles=list(pipeline.accepts.roles),
        steps=step_names(pipeline),
        options=pipeline.Options.model_json_schema(schema_generator=OptionsSchema),
        kind=pipeline.kind,
        listing=ListingAnswer(sorts=[*SORTS, *pipeline.listing.sorts], groups=list(pipeline.listing.groups)),
    )
