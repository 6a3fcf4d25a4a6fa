"""The cost of asking a language model for a plan: estimated before, counted after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.api.framework.http import Call
from chalicelib.api.models.analysis import AiOptions, PlanCosts, Tokens, TokensCounted
from chalicelib.catalogue.errors import ConnectionNotThere, NoCosts, TooCostly
from chalicelib.catalogue.plans import Plan
from chalicelib.wiring import services

SAMPLE = 20
"""Scenes that an estimate looks at."""
MILLION = 1_000_000


def expected_tokens(call: Call, ai: AiOptions, detect: Sequence[str], ids: Sequence[str]) -> Tokens:
    """Raises ConnectionNotThere, and TooCostly above the budget."""
    from chalicelib.catalogue.ai.asking import estimate
    from chalicelib.catalogue.ai.step import prompt_of

    try:
        services().connections.models(call.user.id, ai.connection_id)
    except KeyError:
        message = f"You have no connection {ai.connection_id} to a language model."
        raise ConnectionNotThere(message) from None
    catalogue = services().catalogue
    step = max(1, len(ids) // SAMPLE)
    sample = list(catalogue.scenes(call.user.id, ids[::step][:SAMPLE]).values())
    found = estimate(prompt_of(catalogue, call.user.id, detect), sample, len(ids), with_frames=ai.frames)
    if found.tokens > ai.token_budget:
        raise TooCostly(f"It would take about {found.tokens:,} tokens, and {ai.token_budget:,} are allowed.")
    cost = _cost(found.prompt_tokens, found.completion_tokens, ai.model_dump())
    return Tokens(
        requests=found.requests,
        prompt_tokens=found.prompt_tokens,
        completion_tokens=found.completion_tokens,
        cost=cost,
    )


def costs_answer(plan: Plan) -> PlanCosts:
    """Raises NoCosts."""
    from chalicelib.catalogue.ai.asking import Spent

    ai = plan.metadata.get("ai")
    if not ai:
        raise NoCosts("No language model was asked for this plan.")
    spent = Spent.read(ai.get("spent"))
    return PlanCosts(
        model=ai["model"],
        token_budget=ai["token_budget"],
        estimate=Tokens.model_validate(ai["estimate"]),
        counted=TokensCounted(
            requests=spent.requests,
            prompt_tokens=spent.prompt_tokens,
            completion_tokens=spent.completion_tokens,
            cost=_cost(spent.prompt_tokens, spent.completion_tokens, ai),
            cached_tokens=spent.cached_tokens,
            unmetered_requests=spent.unmetered,
            frames=spent.frames,
        ),
        failed=spent.failed,
        unasked=spent.unasked,
        invented=spent.invented,
        stopped=spent.stopped,
        failures=list(spent.failures),
    )


def _cost(prompt: int, completion: int, prices: Mapping[str, Any]) -> float | None:
    if prices.get("prompt_price") is None or prices.get("completion_price") is None:
        return None
    return round((prompt * float(prices["prompt_price"]) + completion * float(prices["completion_price"])) / MILLION, 6)
