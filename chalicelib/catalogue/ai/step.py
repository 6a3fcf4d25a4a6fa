"""The step of an analysis that asks a language model: a few scenes at a time, with a checkpoint after each few."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from chalicelib.catalogue.ai.asking import STOPS, Asking, Found, Spent
from chalicelib.catalogue.ai.prompt import Prompt
from chalicelib.catalogue.model import Scene
from chalicelib.catalogue.plans import Plan, PlanStatus
from chalicelib.catalogue.ports import Entities
from chalicelib.pipelines.base import RunContext

if TYPE_CHECKING:
    from chalicelib.catalogue.catalogue import Catalogue
    from chalicelib.catalogue.works.analysis import AiOption, AnalyseOptions
    from chalicelib.catalogue.works.common import Tools

AT_ONCE = 4
"""Requests under way: as many as a server at home bears, and the most that a crash repeats."""
MOST_FAILURES = 8
"""Failures of the server in a row, after which it is taken for unreachable."""


def prompt_of(catalogue: Catalogue, owner_id: str, detect: Sequence[str]) -> Prompt:
    known: Entities = catalogue.entities(owner_id)
    used = {tag.id: catalogue.count(owner_id, "tag", tag.id) for tag in known.tags} if "tags" in detect else {}
    return Prompt(known, used, detect)


def ask(tools: Tools, context: RunContext, ai: AiOption, options: AnalyseOptions, ids: Sequence[str]) -> None:
    """Fills the plan with the model's proposals until all scenes are done, the budget of tokens would be exceeded, the
    plan is cancelled, or the server stops answering. The analysis continues without it in each case."""
    state: dict[str, Any] = dict(context.state or {})
    at, in_a_row, spent = int(state.get("at", 0)), int(state.get("in_a_row", 0)), Spent.read(state.get("spent"))
    try:
        server = tools.connections.models(context.owner_id, ai.connection)
    except KeyError:
        spent = replace(spent, stopped="connection_gone")
    else:
        prompt = prompt_of(tools.catalogue, context.owner_id, options.detect)
        frame = partial(tools.frame, context.owner_id) if ai.frames else None
        asking = Asking(server, ai.model, prompt, options.confidence_threshold, tools.clock().date(), frame)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while at < len(ids) and spent.stopped is None:
                some = ids[at : at + AT_ONCE]
                scenes = _wanted(tools, context.owner_id, some, options.include_organized)
                if spent.tokens + sum(map(asking.most, scenes)) > ai.token_budget:
                    spent = replace(spent, stopped="budget")
                    break
                for found in pool.map(asking.about, scenes):
                    spent = spent.plus(found)
                    in_a_row = in_a_row + 1 if _of_server(found) else 0
                    if found.failure and (found.failure[0] in STOPS or in_a_row >= MOST_FAILURES):
                        spent = replace(spent, stopped=found.failure[0])
                    if found.asked and found.failure is None:
                        tools.plans.add(options.plan_id, found.scene_id, found.proposals)
                at += len(some)
                context.checkpoint({"at": at, "in_a_row": in_a_row, "spent": spent.as_json()})
                plan = _note(tools, context.owner_id, options.plan_id, spent)
                if plan.status is PlanStatus.CANCELLED:
                    spent = replace(spent, stopped="cancelled")
                context.progress(100 * at / len(ids))
    _note(tools, context.owner_id, options.plan_id, replace(spent, unasked=len(ids) - at))


def _wanted(tools: Tools, owner_id: str, ids: Sequence[str], organized: bool) -> list[Scene]:
    scenes = tools.catalogue.scenes(owner_id, ids)
    return [scene for i in ids if (scene := scenes.get(i)) is not None and (organized or not scene.organized)]


def _of_server(found: Found) -> bool:
    return found.failure is not None and not found.asked


def _note(tools: Tools, owner_id: str, plan_id: str, spent: Spent) -> Plan:
    known = tools.plans.get(owner_id, plan_id).metadata.get("ai") or {}
    return tools.plans.note(owner_id, plan_id, ai={**known, "spent": spent.as_json()})
