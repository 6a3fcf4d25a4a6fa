"""The scene catalogue as the scene system has it: jobs as a list, settings as an object, tests of servers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from chalicelib.api.compat.wording import sentence_of
from chalicelib.api.connections import tested_models, tested_stash
from chalicelib.api.framework.http import Call
from chalicelib.api.framework.paging import pages
from chalicelib.api.framework.routing import Dialect, Routes
from chalicelib.api.job_views import job_answer
from chalicelib.api.models.compat.scenes import (
    CatalogueEntities,
    CatalogueEntity,
    CatalogueJobStarted,
    CataloguePage,
    CatalogueQuery,
    CatalogueSummary,
    CatalogueSyncQuery,
    EntitySearch,
    OpenAiTrial,
    SceneJob,
    SceneJobCancelled,
    SceneJobDetails,
    SceneJobList,
    SceneJobMessage,
    SceneJobsQuery,
    ScenesError,
    SceneSettings,
    SceneSettingsChanged,
    SceneSettingsChanges,
    ServiceTested,
    StashTrial,
    SyncAllQuery,
)
from chalicelib.api.models.scenes import SceneAnswer
from chalicelib.api.scene_views import page_query, scene_answer
from chalicelib.api.scenes import has_words, owned_scene
from chalicelib.catalogue.errors import ConnectionNotThere, SceneNotFound
from chalicelib.catalogue.model import Entity
from chalicelib.catalogue.query import Query
from chalicelib.catalogue.words import spelled
from chalicelib.jobs.errors import (
    FieldError,
    InvalidFields,
    JobError,
    JobNotFound,
    NotAllowedInState,
    TooManyConnections,
    TooManyJobs,
    TryAgain,
)
from chalicelib.jobs.model import Job
from chalicelib.jobs.states import JobState
from chalicelib.outgoing.connections import Connection
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
MASK = "********"
OPENAI = "https://api.openai.com/v1"
THRESHOLD, INCREMENTAL = 0.7, True
"""What an analysis and a sync begin with here unless they name something else."""
NO_SERVER = "There is no Stash server yet: give its address with PUT /settings."


def _worded(error: JobError, request_id: str) -> ScenesError:
    return ScenesError(error=error.title, detail=sentence_of(error), request_id=request_id, code=error.code)


routes = Routes(__name__, Dialect(ScenesError, _worded))


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
    """It stays in the list, as cancelled."""
    services().control.act(call.user.id, _job(call, job_id).id, "cancel")
    return SceneJobCancelled(message=f"Job {job_id} cancelled successfully")


@routes.route(
    "GET",
    "/compat/scenes/jobs/{job_id}/ws",
    "What the socket of a job would say now",
    answer=SceneJobMessage,
)
def get_catalogue_job_message(call: Call, job_id: str) -> SceneJobMessage:
    """One message, for who polls: there is no socket at this address."""
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


@routes.route("GET", "/compat/scenes/settings", "Where your catalogue's servers are", answer=SceneSettings)
def get_catalogue_settings(call: Call) -> SceneSettings:
    stash, models = _connection(call, "stash"), _connection(call, "openai")
    return SceneSettings(
        stash_url=stash.url if stash else None,
        stash_api_key=MASK if stash and stash.sealed else None,
        openai_base_url=models.url if models else None,
        openai_api_key=MASK if models and models.sealed else None,
        analysis_confidence_threshold=THRESHOLD,
        sync_incremental=INCREMENTAL,
    )


@routes.route(
    "PUT",
    "/compat/scenes/settings",
    "Say where your catalogue's servers are",
    body=SceneSettingsChanges,
    answer=SceneSettingsChanged,
    errors=(TooManyConnections, TryAgain),
)
def change_catalogue_settings(call: Call) -> SceneSettingsChanged:
    """Kept as connections of yours: the oldest of each kind, or a new one."""
    body: SceneSettingsChanges = call.body
    _check_unkept(body)
    given = {
        "stash": {"url": ("stash_url", body.stash_url), "key": ("stash_api_key", body.stash_api_key)},
        "openai": {"url": ("openai_base_url", body.openai_base_url), "key": ("openai_api_key", body.openai_api_key)},
    }
    for fields in given.values():  # all of them first: half of the changes would be none that was asked for
        name, url = fields["url"]
        if url:
            _check_address(name, url)
    updated = []
    for kind, fields in given.items():
        there = _connection(call, kind)
        changes = {part: value for part, (_, value) in fields.items() if value not in (None, MASK)}
        if there and changes.get("url") == there.url:
            del changes["url"]
        if changes and there:
            services().owners_connections.change(there, changes, exactly=False)
        elif changes:
            address = {"url": OPENAI if kind == "openai" else "", "key": ""}
            services().owners_connections.add(call.user.id, name=kind.title(), kind=kind, **{**address, **changes})
        updated += [fields[part][0] for part in changes]
    return SceneSettingsChanged(message="Settings updated successfully", updated_fields=updated)


@routes.route(
    "POST",
    "/compat/scenes/settings/test-stash",
    "Whether your Stash server can be read",
    body=StashTrial,
    answer=ServiceTested,
)
def try_catalogue_stash(call: Call) -> ServiceTested:
    """Of the address that is given, else of yours. What goes wrong there is the answer, not an error."""
    body: StashTrial = call.body
    servers = services().tested_connections
    there = _connection(call, "stash")
    if body.url:
        server = servers.stash_at(body.url, body.api_key)
    elif there:
        server = servers.stash(call.user.id, there.id)
    else:
        return ServiceTested(service="stash", success=False, message=NO_SERVER, details={})
    found = tested_stash(server)
    return ServiceTested(
        service="stash",
        success=found.ok,
        message=found.message or "Successfully connected to Stash server",
        details={"server_version": found.version} if found.ok else {"code": found.code},
    )


@routes.route(
    "POST",
    "/compat/scenes/settings/test-openai",
    "Whether a server of language models can be asked",
    body=OpenAiTrial,
    answer=ServiceTested,
)
def try_catalogue_models(call: Call) -> ServiceTested:
    """The same; it lists the models and asks none."""
    body: OpenAiTrial = call.body
    servers = services().tested_connections
    there = _connection(call, "openai")
    if body.api_key or body.base_url or not there:
        server = servers.models_at(body.base_url or (there.url if there else OPENAI), body.api_key)
    else:
        server = servers.models(call.user.id, there.id)
    found = tested_models(server)
    unknown = found.ok and body.model is not None and body.model not in found.models
    listed = {"model": body.model, "available_models": found.models, "total_models": len(found.models)}
    return ServiceTested(
        service="openai",
        success=found.ok and not unknown,
        message=f"The server has no model {body.model}."
        if unknown
        else found.message or "Successfully connected to OpenAI API",
        details=listed if found.ok else {"code": found.code},
    )


@routes.route("GET", "/compat/scenes/scenes", "Your scenes, by title", query=CatalogueQuery, answer=CataloguePage)
def list_catalogue(call: Call) -> CataloguePage:
    """Lists of ids may come as one parameter each."""
    query: CatalogueQuery = call.query
    found = services().catalogue.search(call.user.id, page_query(call.user.id, query))
    return CataloguePage(
        items=[scene_answer(scene) for scene in found.scenes],
        total=found.total,
        page=query.page,
        per_page=query.per_page,
        pages=pages(found.total, query.per_page),
    )


@routes.route(
    "GET", "/compat/scenes/scenes/stats/summary", "Numbers of your catalogue, by studio", answer=CatalogueSummary
)
def get_catalogue_summary(call: Call) -> CatalogueSummary:
    def total(query: Query) -> int:
        return services().catalogue.search(call.user.id, replace(query, per_page=1)).total

    entities = services().catalogue.entities(call.user.id)
    scenes, organized = total(Query()), total(Query(organized=True))
    return CatalogueSummary(
        total_scenes=scenes,
        organized_scenes=organized,
        organization_percentage=round(100 * organized / scenes, 1) if scenes else 0.0,
        total_tags=len(entities.tags),
        total_performers=len(entities.performers),
        total_studios=len(entities.studios),
        scenes_by_studio={
            studio.name: services().catalogue.count(call.user.id, "studio", studio.id) for studio in entities.studios
        },
    )


@routes.route(
    "GET", "/compat/scenes/scenes/{scene_id}", "A scene of your catalogue", answer=SceneAnswer, errors=(SceneNotFound,)
)
def get_catalogue_scene(call: Call, scene_id: str) -> SceneAnswer:
    return scene_answer(owned_scene(call, scene_id))


@routes.route(
    "POST",
    "/compat/scenes/scenes/sync",
    "Bring your library in",
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
    "Bring your library in, with all its names",
    query=SyncAllQuery,
    answer=SceneJob,
    creates=True,
    errors=(ConnectionNotThere, TooManyJobs),
)
def sync_whole_catalogue(call: Call) -> SceneJob:
    return SceneJob(**_job_values(_synced(call, not call.query.force)))


@routes.route(
    "GET",
    "/compat/scenes/entities/performers",
    "Performers of your catalogue, as a list",
    query=EntitySearch,
    answer=CatalogueEntities,
)
def list_catalogue_performers(call: Call) -> CatalogueEntities:
    return _entities(call, "performer", services().catalogue.entities(call.user.id).performers)


@routes.route(
    "GET",
    "/compat/scenes/entities/tags",
    "Tags of your catalogue, as a list",
    query=EntitySearch,
    answer=CatalogueEntities,
)
def list_catalogue_tags(call: Call) -> CatalogueEntities:
    return _entities(call, "tag", services().catalogue.entities(call.user.id).tags)


@routes.route(
    "GET",
    "/compat/scenes/entities/studios",
    "Studios of your catalogue, as a list",
    query=EntitySearch,
    answer=CatalogueEntities,
)
def list_catalogue_studios(call: Call) -> CatalogueEntities:
    return _entities(call, "studio", services().catalogue.entities(call.user.id).studios)


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


def _connection(call: Call, kind: str) -> Connection | None:
    """The oldest of that kind: that system knows one of each."""
    known = services().connection_table.connections(call.user.id)
    return min((one for one in known if one.kind == kind), key=lambda one: one.id, default=None)


def _check_address(field: str, url: str) -> None:
    try:
        services().owners_connections.check(url)
    except InvalidFields as refused:
        wrong = [FieldError(field, one.message) for one in refused.errors]
        raise InvalidFields(refused.detail, errors=wrong) from None


def _check_unkept(body: SceneSettingsChanges) -> None:
    """InvalidFields for what is no setting here, unless it is sent as it was read."""
    wrong = [
        FieldError(name, "is not kept: each analysis and each sync names its own")
        for name, known in (
            ("openai_model", None),
            ("analysis_confidence_threshold", THRESHOLD),
            ("sync_incremental", INCREMENTAL),
            ("sync_batch_size", None),
        )
        if getattr(body, name) not in (None, known)
    ]
    if wrong:
        raise InvalidFields("Some settings are not kept here.", errors=wrong)


def _synced(call: Call, incremental: bool) -> Job:
    stash = _connection(call, "stash")
    if stash is None:
        raise ConnectionNotThere(NO_SERVER)
    return services().intake.start(
        call.user.id, "scenesync", {"connection": stash.id, "incremental": incremental}, call.made_id
    )


def _entities(call: Call, kind: str, entities: tuple[Entity, ...]) -> CatalogueEntities:
    wanted = spelled(call.query.search)
    found = sorted(
        (entity for entity in entities if has_words(entity, wanted)), key=lambda one: (one.name.casefold(), one.id)
    )
    return CatalogueEntities(
        [
            CatalogueEntity(
                id=one.id, name=one.name, scene_count=services().catalogue.count(call.user.id, kind, one.id)
            )
            for one in found
        ]
    )
