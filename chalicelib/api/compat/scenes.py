"""The scene catalogue as the scene system has it: scenes, their names, and statistics of both."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.api.compat.wording import sentence_of
from chalicelib.api.framework.http import Call
from chalicelib.api.framework.paging import pages
from chalicelib.api.framework.routing import Dialect, Routes
from chalicelib.api.models.compat.scenes import (
    CatalogueEntities,
    CatalogueEntity,
    CataloguePage,
    CatalogueQuery,
    CatalogueSummary,
    EntitySearch,
    ScenesError,
)
from chalicelib.api.models.scenes import SceneAnswer
from chalicelib.api.scene_views import page_query, scene_answer
from chalicelib.api.scenes import has_words, owned_scene
from chalicelib.catalogue.errors import SceneNotFound
from chalicelib.catalogue.model import Entity
from chalicelib.catalogue.query import Query
from chalicelib.catalogue.words import spelled
from chalicelib.jobs.errors import (
    JobError,
)
from chalicelib.wiring import services


def worded(error: JobError, request_id: str) -> ScenesError:
    return ScenesError(error=error.title, detail=sentence_of(error), request_id=request_id, code=error.code)


routes = Routes(__name__, Dialect(ScenesError, worded))


@routes.route("GET", "/compat/scenes/scenes", "Your scenes, by title", query=CatalogueQuery, answer=CataloguePage)
def list_catalogue(call: Call) -> CataloguePage:
    """A list of ids may be sent as one parameter for each id."""
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
