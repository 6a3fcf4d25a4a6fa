"""Analyses of scenes and their plans: reviewed, applied, cancelled, undone."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from typing import Any

from chalicelib.api.analysis_costs import costs_answer, expected_tokens
from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.paging import cursor_links, page_links, pages
from chalicelib.api.framework.preconditions import check_match, versioned
from chalicelib.api.framework.routing import Routes
from chalicelib.api.models.analysis import (
    AnalysisRequest,
    AnalysisStarted,
    ApplyRequest,
    BulkDecision,
    ChangeAnswer,
    ChangeDecision,
    PlanAnswer,
    PlanCosts,
    PlanPage,
    PlansPage,
    PlansQuery,
    SceneOfPlan,
)
from chalicelib.api.models.analysis import PlanQuery as PlanPageQuery
from chalicelib.api.models.scenes import JobStarted
from chalicelib.api.scene_views import change_answer, plan_answer, plan_values, query_of
from chalicelib.api.scenes import check_connection
from chalicelib.catalogue.errors import (
    ConnectionNotThere,
    DecisionIncomplete,
    NoCosts,
    NothingChosen,
    PlanClosed,
    PlanNotFound,
    TooCostly,
)
from chalicelib.catalogue.planning import IncompleteDecision
from chalicelib.catalogue.plans import ChangeStatus, Plan, PlanStatus, Rule
from chalicelib.catalogue.values import checked
from chalicelib.jobs.errors import FieldError, InvalidFields, PreconditionFailed, TooManyJobs
from chalicelib.wiring import services

routes = Routes(__name__)

MOST_SCENES = 100_000
"""The most scenes of one analysis."""
IN_OPTIONS = 5000
"""The most ids in a job's options, as an item of the table holds 400 kB. More are kept as an object."""
PAGE = 100
NO_PLAN = "There is no such plan."


@routes.route(
    "POST",
    "/analysis/generate",
    "Analyse scenes for missing metadata",
    body=AnalysisRequest,
    answer=AnalysisStarted,
    status=202,
    creates=True,
    errors=(NothingChosen, ConnectionNotThere, TooCostly, TooManyJobs),
    headers=("Location",),
)
def generate_plan(call: Call) -> Reply:
    """Makes a plan, which a job fills with proposed changes. Nothing changes before you approve it."""
    body: AnalysisRequest = call.body
    scene_ids = body.scene_ids or (_fitting(call) if body.filters is not None else [])
    if not scene_ids:
        raise NothingChosen("Name `scene_ids`, or `filters` that match some scenes.")
    name = body.plan_name or f"Analysis of {len(scene_ids)} scenes"
    ids = list(dict.fromkeys(scene_ids))
    options = body.options.model_dump(mode="json", exclude={"use_ai", "ai"})
    metadata: dict[str, Any] = {"options": options}
    ai = body.options.ai
    expected = expected_tokens(call, ai, body.options.detect, ids) if ai else None
    given: dict[str, Any] = {**options}
    if ai:
        values = ai.model_dump(exclude={"connection_id"})
        metadata["ai"] = {**values, "estimate": expected.model_dump() if expected else None}
        given["ai"] = {"connection": ai.connection_id, **values}
    plan = services().plans.open(call.user.id, name, metadata, call.made_id)
    given |= {"plan_id": plan.id} | _which(call, ids)
    job = services().intake.start(call.user.id, "sceneanalysis", given, call.made_id, name=name)
    answer = AnalysisStarted(plan_id=plan.id, job_id=job.id, scenes=len(ids), status=job.state, estimate=expected)
    return Reply(answer, 202, {"Location": f"/api/analysis/plans/{plan.id}"})


@routes.route("GET", "/analysis/plans", "Your plans", query=PlansQuery, answer=PlansPage, headers=("Link",))
def list_plans(call: Call) -> Reply:
    query: PlansQuery = call.query
    found = services().plans.all(call.user.id, PlanStatus(query.status) if query.status else None)
    if query.sort_order == "asc":
        found.reverse()
    start = (query.page - 1) * query.per_page
    answer = PlansPage(
        items=[plan_answer(plan) for plan in found[start : start + query.per_page]],
        total=len(found),
        page=query.page,
        per_page=query.per_page,
        pages=pages(len(found), query.per_page),
    )
    return Reply(answer, headers=page_links(call, len(found)))


@routes.route(
    "GET",
    "/analysis/plans/{plan_id}",
    "A plan with its changes, scene by scene",
    query=PlanPageQuery,
    answer=PlanPage,
    conditional=True,
    errors=(PlanNotFound,),
    headers=("Link",),
)
def get_plan(call: Call, plan_id: str) -> Reply:
    plan = _plan(call, plan_id)
    limit = call.query.limit
    found = list(islice(services().plans.scenes(plan, call.query.cursor), limit + 1))
    scenes = services().catalogue.scenes(call.user.id, [one.scene_id for one in found[:limit]])
    cursor = found[limit - 1].scene_id if len(found) > limit else None
    items = []
    for one in found[:limit]:
        scene = scenes.get(one.scene_id)
        items.append(
            SceneOfPlan(
                scene_id=one.scene_id,
                title=scene.shown_title if scene else one.scene_id,
                path=scene.paths[0] if scene and scene.paths else None,
                changes=[change_answer(plan, change, status) for change, status in one.changes],
            )
        )
    counts = services().plans.statistics(plan)["by_status"]
    return Reply(
        PlanPage(**plan_values(plan), counts=counts, items=items, next_cursor=cursor, cursor=cursor),
        200,
        cursor_links(call, cursor),
    )


@routes.route(
    "PATCH",
    "/analysis/changes/{change_id}",
    "Decide on a change",
    body=ChangeDecision,
    answer=ChangeAnswer,
    errors=(PlanNotFound, PlanClosed, PreconditionFailed),
)
def decide_change(call: Call, change_id: str) -> Reply:
    plan_id, _, own_id = change_id.partition(".")
    try:
        plan, change = services().plans.change(call.user.id, plan_id, own_id)
    except KeyError:
        raise PlanNotFound("There is no such change.") from None
    check_match(call, change_answer(plan, change, plan.status_of(change)))
    status = ChangeStatus(call.body.status) if call.body.status else plan.status_of(change)
    if change.outcome is not None:
        raise PlanClosed(f"The change is {change.outcome}: there is nothing to decide.")
    value = call.body.proposed_value
    if value is not None:
        try:
            value = checked(change.field, value)
        except ValueError as error:
            wrong = FieldError("proposed_value", str(error))
            raise InvalidFields("The value is not valid.", errors=[wrong]) from None
    rule = Rule(status, change_id=change.id, value=value)
    plan = _allowed(lambda: services().plans.decide(call.user.id, plan_id, rule))
    return versioned(change_answer(plan, change, plan.status_of(change)))


@routes.route(
    "POST",
    "/analysis/plans/{plan_id}/bulk-update",
    "Decide on many changes",
    body=BulkDecision,
    answer=PlanAnswer,
    errors=(PlanNotFound, PlanClosed, DecisionIncomplete),
)
def decide_changes(call: Call, plan_id: str) -> PlanAnswer:
    body: BulkDecision = call.body
    plans = services().plans
    return plan_answer(
        _allowed(lambda: plans.decide_all(call.user.id, plan_id, body.action, body.field, body.confidence))
    )


@routes.route(
    "POST",
    "/analysis/plans/{plan_id}/apply",
    "Apply the approved changes",
    body=ApplyRequest,
    answer=JobStarted,
    status=202,
    creates=True,
    errors=(PlanNotFound, PlanClosed, ConnectionNotThere, TooManyJobs),
    headers=("Location",),
)
def apply_plan(call: Call, plan_id: str) -> Reply:
    """A value that has changed since the analysis is kept, and its change becomes a `conflict`."""
    body: ApplyRequest = call.body
    plan = _plan(call, plan_id)
    begun = services().intake.made(call.user.id, "sceneapply", call.made_id)
    if plan.status not in {PlanStatus.DRAFT, PlanStatus.REVIEWING} and not begun:
        raise PlanClosed(f"The plan is {plan.status}: nothing can be applied.")
    if body.connection_id:
        check_connection(call, body.connection_id)
    others = [change_id for change_id in body.change_ids if change_id.partition(".")[0] != plan.id]
    if others:
        wrong = FieldError("change_ids", f"{others[0]} belongs to another plan")
        raise InvalidFields("Some changes belong to another plan.", errors=[wrong])
    given = {
        "plan_id": plan.id,
        "connection": body.connection_id,
        "change_ids": [change_id.partition(".")[2] for change_id in body.change_ids],
        "scene_ids": body.scene_ids,
    }
    job = services().intake.start(call.user.id, "sceneapply", given, call.made_id, name=f"Apply {plan.name}"[:200])
    return Reply(JobStarted(job_id=job.id, status=job.state), 202, {"Location": f"/api/jobs/{job.id}"})


@routes.route(
    "POST",
    "/analysis/plans/{plan_id}/cancel",
    "Cancel a plan",
    answer=PlanAnswer,
    errors=(PlanNotFound, PlanClosed),
)
def cancel_plan(call: Call, plan_id: str) -> PlanAnswer:
    return plan_answer(_allowed(lambda: services().plans.cancel(call.user.id, plan_id)))


@routes.route(
    "POST",
    "/analysis/plans/{plan_id}/undo",
    "Make a plan that undoes another",
    answer=PlanAnswer,
    status=201,
    creates=True,
    errors=(PlanNotFound, PlanClosed),
    headers=("Location",),
)
def undo_plan(call: Call, plan_id: str) -> Reply:
    plan = _allowed(lambda: services().plans.undo(call.user.id, plan_id))
    return Reply(plan_answer(plan), 201, {"Location": f"/api/analysis/plans/{plan.id}"})


@routes.route(
    "GET",
    "/analysis/plans/{plan_id}/costs",
    "The cost of a plan's language model",
    answer=PlanCosts,
    errors=(PlanNotFound, NoCosts),
)
def get_plan_costs(call: Call, plan_id: str) -> PlanCosts:
    """While the analysis runs, the cost so far."""
    return costs_answer(_plan(call, plan_id))


def _which(call: Call, ids: list[str]) -> dict[str, Any]:
    if len(ids) <= IN_OPTIONS:
        return {"scene_ids": ids}
    return {"kept": services().catalogue.keep(call.user.id, json.dumps(ids).encode())}


def _plan(call: Call, plan_id: str) -> Plan:
    try:
        return services().plans.get(call.user.id, plan_id)
    except KeyError:
        raise PlanNotFound(NO_PLAN) from None


def _allowed(act: Callable[[], Plan]) -> Plan:
    try:
        return act()
    except KeyError:
        raise PlanNotFound(NO_PLAN) from None
    except IncompleteDecision as error:
        raise DecisionIncomplete(str(error)) from None
    except ValueError as error:
        raise PlanClosed(str(error)) from None


def _fitting(call: Call) -> list[str]:
    """The ids of all scenes that fit the filters."""
    query = replace(query_of(call.user.id, call.body.filters), sort_by="id", descending=False)
    ids = services().catalogue.ids(call.user.id, replace(query, per_page=MOST_SCENES + 1))
    if len(ids) > MOST_SCENES:
        raise NothingChosen(f"More than {MOST_SCENES:,} scenes match: name fewer, such as by dates.")
    return ids
