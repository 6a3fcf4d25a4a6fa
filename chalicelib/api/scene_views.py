"""Scenes and plans as the API shows them, and its filters as the catalogue takes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from chalicelib.api.models.analysis import ChangeAnswer, PlanAnswer
from chalicelib.api.models.scenes import SceneAnswer, SceneFilters, ScenesQuery
from chalicelib.catalogue.model import Scene
from chalicelib.catalogue.plans import Change, ChangeStatus, Plan
from chalicelib.catalogue.query import Query
from chalicelib.catalogue.works import CATALOGUE_WORKS
from chalicelib.jobs.states import NOT_FINAL, JobState
from chalicelib.wiring import services

ACTIVE_LOOKED_AT = 50
"""The number of active jobs that are read; a user can't have more."""


def scene_answer(scene: Scene) -> SceneAnswer:
    return SceneAnswer(**{**asdict(scene), "title": scene.shown_title, "paths": list(scene.paths)})


def query_of(owner_id: str, given: SceneFilters) -> Query:
    """The filters alone; order and page are the caller's."""
    return Query(
        search=given.search or None,
        studio_id=given.studio_id,
        performer_ids=tuple(given.performer_ids),
        tag_ids=tuple(given.tag_ids),
        exclude_tag_ids=tuple(given.exclude_tag_ids),
        scene_ids=tuple(given.scene_ids),
        organized=given.organized,
        analyzed=given.analyzed,
        absent=given.absent,
        has_active_jobs=given.has_active_jobs,
        active=_active(owner_id) if given.has_active_jobs is not None else frozenset(),
        date_from=given.date_from,
        date_to=given.date_to,
    )


def page_query(owner_id: str, given: ScenesQuery) -> Query:
    """The filters, in the order and of the page that are asked for."""
    return replace(
        query_of(owner_id, given),
        sort_by=given.sort_by,
        descending=given.sort_order == "desc",
        page=given.page,
        per_page=given.per_page,
    )


def jobs_of_scenes(owner_id: str, states: frozenset[JobState]) -> list[tuple[Any, frozenset[str]]]:
    """The owner's latest jobs of the catalogue, each with the scenes that it names."""
    found = []
    for work in CATALOGUE_WORKS:
        jobs, _ = services().jobs.jobs_of(
            owner_id, states=states, pipeline=work.name, limit=ACTIVE_LOOKED_AT, before=None
        )
        found += [(job, _named_by(owner_id, job.options)) for job in jobs]
    return sorted(found, key=lambda entry: str(entry[0].id), reverse=True)


def _named_by(owner_id: str, options: Mapping[str, Any]) -> frozenset[str]:
    if kept := options.get("kept"):
        try:
            return frozenset(json.loads(services().catalogue.kept(owner_id, kept)))
        except KeyError:
            return frozenset()
    return frozenset(options.get("scene_ids") or ())


def _active(owner_id: str) -> frozenset[str]:
    return frozenset().union(*(scenes for _, scenes in jobs_of_scenes(owner_id, NOT_FINAL)))


def plan_answer(plan: Plan) -> PlanAnswer:
    return PlanAnswer(**plan_values(plan))


def plan_values(plan: Plan) -> dict[str, Any]:
    return {
        "id": plan.id,
        "name": plan.name,
        "status": plan.status.value,
        "created_at": plan.created_at,
        "applied_at": plan.applied_at,
        "scenes": plan.scenes,
        "changes": dict(plan.counted),
        "metadata": dict(plan.metadata),
    }


def change_answer(plan: Plan, change: Change, status: ChangeStatus) -> ChangeAnswer:
    return ChangeAnswer(
        id=f"{plan.id}.{change.id}",
        scene_id=change.scene_id,
        field=change.field,
        action=change.action,
        current_value=change.current_value,
        proposed_value=plan.value_of(change),
        confidence=change.confidence,
        reason=change.reason,
        status=status.value,
        message=change.message,
        source=change.source,
    )
