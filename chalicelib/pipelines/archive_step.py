"""The step that lets many workers make the parts of an archive, before the step that completes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any

from pydantic import Field

from chalicelib.pipelines.base import Member, RunContext, Step, Strategy

StrategyOption = Annotated[
    Strategy,
    Field(
        description="The workers that make the zip. `fast`: many whenever they help; `cheap`: one; `auto`: many if "
        "one would need over a minute."
    ),
]
"""The option `strategy` of pipelines whose zip many workers can make."""


def strategy_of(options: Any) -> Strategy:
    found: Strategy = getattr(options, "strategy", "auto")
    return found


def archive_slices(
    title: str,
    name: str,
    members: Callable[[RunContext], Iterable[Member]],
    weight: float = 1.0,
) -> Step:
    """The step before the one that writes the archive `name` of those members: many workers make its parts ahead, where
    that is worth starting them, or as the job's option `strategy` says."""
    return Step(
        title,
        lambda context: context.progress(0),
        weight,
        slices=lambda context: context.share_archives([(name, members(context))], strategy_of(context.options)),
        work=lambda context, number: context.archive_slice(number),
        invoked=True,
    )
