"""The scene catalogue: searched, read, changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.paging import page_links, pages
from chalicelib.api.framework.preconditions import check_match, versioned
from chalicelib.api.framework.routing import Routes
from chalicelib.api.job_views import job_summary
from chalicelib.api.models.scenes import (
    BulkAnswer,
    BulkChanges,
    EntitiesPage,
    EntitiesQuery,
    EntityAnswer,
    JobStarted,
    ResyncOne,
    ResyncRequest,
    SceneAnswer,
    SceneChanges,
    SceneJobs,
    ScenesPage,
    ScenesQuery,
    SceneStats,
    SyncRequest,
    TagsOfScenes,
)
from chalicelib.api.scene_views import jobs_of_scenes, page_query, scene_answer
from chalicelib.catalogue.errors import ConnectionNotThere, SceneNotFound
from chalicelib.catalogue.model import Entity, Named, Scene
from chalicelib.catalogue.query import Query
from chalicelib.catalogue.words import spelled
from chalicelib.jobs.errors import FieldError, InvalidFields, PreconditionFailed, TooManyJobs
from chalicelib.jobs.states import NOT_FINAL
from chalicelib.wiring import services

routes = Routes(__name__)

NO_SCENE = "There is no such scene."


@routes.route("GET", "/scenes", "Your scenes", query=ScenesQuery, answer=ScenesPage, headers=("Link",))
def list_scenes(call: Call) -> Reply:
    """A search matches the beginnings of words: `wal` finds `walk`, `alk` doesn't."""
    query: ScenesQuery = call.query
    found = services().catalogue.search(call.user.id, page_query(call.user.id, query))
    if found.stale:
        _pack(call.user.id)
    answer = ScenesPage(
        items=[scene_answer(scene) for scene in found.scenes],
        total=found.total,
        page=query.page,
        per_page=query.per_page,
        pages=pages(found.total, query.per_page),
    )
    return Reply(answer, headers=page_links(call, found.total))


@routes.route("GET", "/scenes/stats", "Statistics of your catalogue", answer=SceneStats)
def get_scene_stats(call: Call) -> SceneStats:
    def total(query: Query) -> int:
        return services().catalogue.search(call.user.id, replace(query, per_page=1)).total

    entities = services().catalogue.entities(call.user.id)
    return SceneStats(
        total=total(Query()),
        organized=total(Query(organized=True)),
        analyzed=total(Query(analyzed=True)),
        absent=total(Query(absent=True)),
        performers=len(entities.performers),
        tags=len(entities.tags),
        studios=len(entities.studios),
    )


@routes.route("GET", "/scenes/{scene_id}", "A scene", answer=SceneAnswer, conditional=True, errors=(SceneNotFound,))
def get_scene(call: Call, scene_id: str) -> SceneAnswer:
    return scene_answer(owned_scene(call, scene_id))


@routes.route(
    "PATCH",
    "/scenes/{scene_id}",
    "Change a scene",
    body=SceneChanges,
    answer=SceneAnswer,
    errors=(SceneNotFound, PreconditionFailed),
)
def change_scene(call: Call, scene_id: str) -> Reply:
    changes = call.body.model_dump(exclude_unset=True)

    def edit(scene: Scene) -> Scene:
        check_match(call, scene_answer(scene))
        return replace(scene, **changes)

    scene = services().catalogue.change(call.user.id, scene_id, edit)
    if scene is None:
        raise SceneNotFound(NO_SCENE)
    return versioned(scene_answer(scene))


@routes.route("GET", "/scenes/{scene_id}/jobs", "Jobs that name a scene", answer=SceneJobs, errors=(SceneNotFound,))
def list_scene_jobs(call: Call, scene_id: str) -> SceneJobs:
    owned_scene(call, scene_id)
    found = jobs_of_scenes(call.user.id, frozenset())
    return SceneJobs(items=[job_summary(job) for job, scenes in found if scene_id in scenes])


@routes.route(
    "POST",
    "/scenes/sync",
    "Sync a library",
    body=SyncRequest,
    answer=JobStarted,
    status=202,
    creates=True,
    errors=(ConnectionNotThere, TooManyJobs),
    headers=("Location",),
)
def sync_scenes(call: Call) -> Reply:
    """Opens a job that reads the server of one of your connections, or the videos of your media jobs. Nothing is
    deleted: missing scenes are marked as absent."""
    if call.body.videos:
        return _sync(call, {"videos": True}, "Sync of videos")
    return _sync(call, {"connection": call.body.connection_id, "incremental": call.body.incremental})


@routes.route(
    "POST",
    "/scenes/resync",
    "Sync some scenes again",
    body=ResyncRequest,
    answer=JobStarted,
    status=202,
    creates=True,
    errors=(ConnectionNotThere, TooManyJobs),
    headers=("Location",),
)
def resync_scenes(call: Call) -> Reply:
    return _sync(call, {"connection": call.body.connection_id, "scene_ids": call.body.scene_ids})


@routes.route(
    "POST",
    "/scenes/{scene_id}/resync",
    "Sync a scene again",
    body=ResyncOne,
    answer=JobStarted,
    status=202,
    creates=True,
    errors=(SceneNotFound, ConnectionNotThere, TooManyJobs),
    headers=("Location",),
)
def resync_scene(call: Call, scene_id: str) -> Reply:
    owned_scene(call, scene_id)
    return _sync(call, {"connection": call.body.connection_id, "scene_ids": [scene_id]})


@routes.route("POST", "/scenes/bulk-update", "Change many scenes", body=BulkChanges, answer=BulkAnswer)
def change_scenes(call: Call) -> BulkAnswer:
    changes = call.body.changes.model_dump(exclude_unset=True)
    return _each(call, call.body.scene_ids, lambda scene: replace(scene, **changes))


@routes.route("POST", "/scenes/add-tags", "Add tags to scenes", body=TagsOfScenes, answer=BulkAnswer)
def add_tags(call: Call) -> BulkAnswer:
    tags = _tags(call)

    def edit(scene: Scene) -> Scene:
        there = {tag.id for tag in scene.tags}
        return replace(scene, tags=(*scene.tags, *(tag for tag in tags if tag.id not in there)))

    return _each(call, call.body.scene_ids, edit)


@routes.route("POST", "/scenes/remove-tags", "Remove tags from scenes", body=TagsOfScenes, answer=BulkAnswer)
def remove_tags(call: Call) -> BulkAnswer:
    gone = set(call.body.tag_ids)
    return _each(
        call, call.body.scene_ids, lambda scene: replace(scene, tags=tuple(t for t in scene.tags if t.id not in gone))
    )


@routes.route(
    "GET", "/performers", "Performers of your catalogue", query=EntitiesQuery, answer=EntitiesPage, headers=("Link",)
)
def list_performers(call: Call) -> Reply:
    return _entities(call, "performer", services().catalogue.entities(call.user.id).performers)


@routes.route("GET", "/tags", "Tags of your catalogue", query=EntitiesQuery, answer=EntitiesPage, headers=("Link",))
def list_tags(call: Call) -> Reply:
    return _entities(call, "tag", services().catalogue.entities(call.user.id).tags)


@routes.route(
    "GET", "/studios", "Studios of your catalogue", query=EntitiesQuery, answer=EntitiesPage, headers=("Link",)
)
def list_studios(call: Call) -> Reply:
    return _entities(call, "studio", services().catalogue.entities(call.user.id).studios)


def owned_scene(call: Call, scene_id: str) -> Scene:
    scene = services().catalogue.scene(call.user.id, scene_id)
    if scene is None:
        raise SceneNotFound(NO_SCENE)
    return scene


def check_connection(call: Call, connection_id: str) -> None:
    """Raises ConnectionNotThere now, so that no job fails later."""
    try:
        services().connections.stash(call.user.id, connection_id)
    except KeyError:
        raise ConnectionNotThere(f"You have no connection {connection_id}.") from None


def _sync(call: Call, options: dict[str, Any], name: str | None = None) -> Reply:
    if "connection" in options:
        check_connection(call, options["connection"])
    job = services().intake.start(call.user.id, "scenesync", options, call.made_id, name=name)
    return Reply(JobStarted(job_id=job.id, status=job.state), 202, {"Location": f"/api/jobs/{job.id}"})


def _pack(owner_id: str) -> None:
    """Starts a job that repacks the catalogue, unless an active one will."""
    jobs, _ = services().jobs.jobs_of(owner_id, states=NOT_FINAL, pipeline="scenesync", limit=1, before=None)
    if not jobs:
        services().intake.start(owner_id, "scenesync", {}, name="Packing of the catalogue", limited=False)


def _each(call: Call, scene_ids: list[str], edit: Callable[[Scene], Scene]) -> BulkAnswer:
    wanted = list(dict.fromkeys(scene_ids))
    missing = [i for i in wanted if services().catalogue.change(call.user.id, i, edit) is None]
    return BulkAnswer(updated=len(wanted) - len(missing), missing=missing)


def _tags(call: Call) -> list[Named]:
    known: Mapping[str, Entity] = {tag.id: tag for tag in services().catalogue.entities(call.user.id).tags}
    unknown = [tag_id for tag_id in call.body.tag_ids if tag_id not in known]
    if unknown:
        named = ", ".join(unknown)
        raise InvalidFields("Some tags do not exist.", errors=[FieldError("tag_ids", f"There is no tag {named}.")])
    return [Named(tag_id, known[tag_id].name) for tag_id in dict.fromkeys(call.body.tag_ids)]


def _entities(call: Call, kind: str, entities: tuple[Entity, ...]) -> Reply:
    query: EntitiesQuery = call.query
    wanted = spelled(query.search)
    found = sorted(
        (entity for entity in entities if has_words(entity, wanted)),
        key=lambda entity: (entity.name.casefold(), entity.id),
        reverse=query.sort_order == "desc",
    )
    start = (query.page - 1) * query.per_page
    answer = EntitiesPage(
        items=[_entity_answer(call, kind, entity) for entity in found[start : start + query.per_page]],
        total=len(found),
        page=query.page,
        per_page=query.per_page,
        pages=pages(len(found), query.per_page),
    )
    return Reply(answer, headers=page_links(call, len(found)))


def has_words(entity: Entity, wanted: tuple[str, ...]) -> bool:
    has: Any = [word for name in (entity.name, *entity.aliases) for word in spelled(name)]
    return all(any(word.startswith(start) for word in has) for start in wanted)


def _entity_answer(call: Call, kind: str, entity: Entity) -> EntityAnswer:
    return EntityAnswer(
        id=entity.id,
        name=entity.name,
        aliases=list(entity.aliases),
        disambiguation=entity.disambiguation,
        parents=list(entity.parents),
        ignore_auto_tag=entity.ignore_auto_tag,
        scene_count=services().catalogue.count(call.user.id, kind, entity.id),
    )
