"""Jobs: listed, watched, controlled."""

from __future__ import annotations

from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.paging import cursor_links
from chalicelib.api.framework.routing import Routes
from chalicelib.api.job_views import job_answer, job_summary, pipeline_answer, status_answer
from chalicelib.api.models.jobs import (
    ControlRequest,
    JobAnswer,
    JobsPage,
    JobsQuery,
    PipelineAnswer,
    PipelinesAnswer,
    StatusAnswer,
)
from chalicelib.jobs.errors import NotAllowedInState, PipelineNotFound
from chalicelib.jobs.progress import poll_list_after
from chalicelib.wiring import services

routes = Routes(__name__)


@routes.route(
    "GET", "/jobs", "Your jobs, newest first", query=JobsQuery, answer=JobsPage, headers=("Link", "Retry-After")
)
def list_jobs(call: Call) -> Reply:
    query: JobsQuery = call.query
    found, cursor = services().jobs.jobs_of(
        call.user.id,
        states=frozenset(query.status),
        pipeline=query.pipeline,
        limit=query.limit,
        before=query.cursor,
        origins=query.origin,
    )
    pace = poll_list_after(found)
    answer = JobsPage(items=[job_summary(job) for job in found], next_cursor=cursor, poll_after_seconds=pace)
    return Reply(answer, headers={**cursor_links(call, cursor), "Retry-After": str(pace)})


@routes.route("GET", "/jobs/{job_id}", "A job", answer=JobAnswer, conditional=True)
def get_job(call: Call, job_id: str) -> JobAnswer:
    return job_answer(services().owned.job(call.user.id, job_id))


@routes.route(
    "GET", "/status/{job_id}", "A job's progress", answer=StatusAnswer, conditional=True, headers=("Retry-After",)
)
def get_status(call: Call, job_id: str) -> Reply:
    answer = status_answer(services().owned.job(call.user.id, job_id))
    return Reply(answer, headers={"Retry-After": str(answer.poll_after_seconds)})


@routes.route(
    "POST",
    "/jobs/{job_id}/control",
    "Pause, resume or cancel",
    body=ControlRequest,
    answer=JobAnswer,
    errors=(NotAllowedInState,),
)
def control_job(call: Call, job_id: str) -> JobAnswer:
    return job_answer(services().control.act(call.user.id, job_id, call.body.action))


@routes.route("POST", "/jobs/{job_id}/retry", "Retry a job", answer=JobAnswer, errors=(NotAllowedInState,))
def retry_job(call: Call, job_id: str) -> JobAnswer:
    return job_answer(services().control.retry(call.user.id, job_id))


@routes.route("GET", "/pipelines", "Pipelines and the files that they accept", answer=PipelinesAnswer, conditional=True)
def list_pipelines(call: Call) -> PipelinesAnswer:
    return PipelinesAnswer(items=[pipeline_answer(pipeline) for pipeline in services().pipelines.values()])


@routes.route(
    "GET", "/pipelines/{name}", "One pipeline", answer=PipelineAnswer, conditional=True, errors=(PipelineNotFound,)
)
def get_pipeline(call: Call, name: str) -> PipelineAnswer:
    if name not in services().pipelines:
        raise PipelineNotFound("There is no pipeline of that name.")
    return pipeline_answer(services().pipelines[name])
