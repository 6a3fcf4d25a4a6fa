"""Jobs of the scene catalogue as the scene system has them, as a list, and the syncs that begin there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.api.compat.scenes import worded
from chalicelib.api.compat.scenes_servers import NO_SERVER, connection_of
from chalicelib.api.framework.http import Call
from chalicelib.api.framework.routing import Dialect, Routes
from chalicelib.api.job_views import job_answer
from chalicelib.api.models.compat.scenes import (
    CatalogueJobStarted,
    CatalogueSyncQuery,
    SceneJob,
    SceneJobCancelled,
    SceneJobDetails,
    SceneJobList,
    SceneJobMessage,
    SceneJobsQuery,
    ScenesError,
    SyncAllQuery,
)
from chalicelib.catalogue.errors import ConnectionNotThere
from chalicelib.jobs.errors import (
    JobNotFound,
    NotAllowedInState,
    TooManyJobs,
)
from chalicelib.jobs.model import Job
from chalicelib.jobs.states import JobState
from chalicelib.wiring import services

STATUSES: Mapping[JobState, str] = {
    JobState.PENDING: "pending",
    JobState.QUEUED: "pending",
    JobState.RUNNING: "running",
    JobState.PAUSED: "running",
    JobState.COMPLETED: "completed",
    JobState.FAILED: "failed",
    JobState.CANCELLED: "cancelled",
}
TYPES = {"scenesync": "scene_sync", "sceneanalysis": "scene_analysis", "sceneapply": "apply_plan"}
WORKS = {"scene_sync": "scenesync", "sync_all": "scenesync", "scene_analysis": "sceneanalysis"}
WORKS |= {"batch_analysis": "sceneanalysis", "apply_plan": "sceneapply"}

routes = Routes(__name__, Dialect(ScenesError, worded))


@routes.route(
    "GET", "/compat/scenes/jobs", "Your jobs of the catalogue, as a list", query=SceneJobsQuery, answer=SceneJobList
)
def list_catalogue_jobs(call: Call) -> SceneJobList:
    query: SceneJobsQuery = call.query
    states = frozenset(state for state, status in STATUSES.items() if status in query.status)
    found: list[Job] = []
    for work in {WORKS[query.job_type]} if query.job_type else set(TYPES):
        some, _ = services().jobs.jobs_of(call.user.id, states=states, pipeline=work, limit=query.limit, before=None)
        found += some
    wanted = [job for job in found if query.job_type in (None, _type(job))]
    wanted.sort(key=lambda job: job.id, reverse=True)
    return SceneJobList([SceneJob(**_job_values(job)) for job in wanted[: query.limit]])


@routes.route("GET", "/compat/scenes/jobs/{job_id}", "A job of the catalogue", answer=SceneJobDetails)
def get_catalogue_job(call: Call, job_id: str) -> SceneJobDetails:
    job = _job(call, job_id)
    said = (job.result or {}).get("summary")
    return SceneJobDetails(**_job_values(job), logs=[said] if said else [], metadata={})


@routes.route(
    "DELETE",
    "/compat/scenes/jobs/{job_id}",
    "Cancel a job of the catalogue",
    answer=SceneJobCancelled,
    errors=(NotAllowedInState,),
)
def cancel_catalogue_job(call: Call, job_id: str) -> SceneJobCancelled:
    """The job stays in the list as cancelled."""
    services().control.act(call.user.id, _job(call, job_id).id, "cancel")
    return SceneJobCancelled(message=f"Job {job_id} cancelled successfully")


@routes.route(
    "GET",
    "/compat/scenes/jobs/{job_id}/ws",
    "The current message of a job's socket",
    answer=SceneJobMessage,
)
def get_catalogue_job_message(call: Call, job_id: str) -> SceneJobMessage:
    """One message, for clients that poll. Sockets have their own host, which `POST /live/ticket` names."""
    job = _job(call, job_id)
    values = _job_values(job)
    return SceneJobMessage(
        job_id=job.id,
        status=values["status"],
        progress=values["progress"],
        message=(job.result or {}).get("summary") or f"The job is {job.state}.",
        result=dict(job.result) if job.result else None,
        error=job.error_message,
    )


@routes.route(
    "POST",
    "/compat/scenes/scenes/sync",
    "Sync your library",
    query=CatalogueSyncQuery,
    answer=CatalogueJobStarted,
    creates=True,
    errors=(ConnectionNotThere, TooManyJobs),
)
def sync_catalogue(call: Call) -> CatalogueJobStarted:
    return CatalogueJobStarted(
        job_id=_synced(call, call.query.incremental).id, message="Scene sync job has been queued"
    )


@routes.route(
    "POST",
    "/compat/scenes/sync/all",
    "Sync your library, with all of its names",
    query=SyncAllQuery,
    answer=SceneJob,
    creates=True,
    errors=(ConnectionNotThere, TooManyJobs),
)
def sync_whole_catalogue(call: Call) -> SceneJob:
    return SceneJob(**_job_values(_synced(call, not call.query.force)))


def _job(call: Call, job_id: str) -> Job:
    job = services().owned.job(call.user.id, job_id)
    if job.pipeline not in TYPES:
        raise JobNotFound("There is no such job.")
    return job


def _type(job: Job) -> str:
    options = job.options
    whole = job.pipeline == "scenesync" and not options.get("incremental", True) and not options.get("scene_ids")
    return "sync_all" if whole else TYPES[job.pipeline]


def _job_values(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "type": _type(job),
        "status": STATUSES[job.state],
        "progress": job_answer(job).progress_percent,
        "parameters": dict(job.options),
        "result": dict(job.result or {}),
        "error": job.error_message,
        "created_at": job.created_at,
        "updated_at": job.completed_at or job.active_at or job.created_at,
        "completed_at": job.completed_at,
    }


def _synced(call: Call, incremental: bool) -> Job:
    stash = connection_of(call, "stash")
    if stash is None:
        raise ConnectionNotThere(NO_SERVER)
    return services().intake.start(
        call.user.id, "scenesync", {"connection": stash.id, "incremental": incremental}, call.made_id
    )
