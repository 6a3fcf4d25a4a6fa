"""The step that lets many workers make the parts of an archive, before the step that completes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from chalicelib.pipelines.base import Member, RunContext, Step, Strategy


def automatic(options: Any) -> Strategy:
    return "auto"


def archive_slices(
    title: str,
    name: str,
    members: Callable[[RunContext], Iterable[Member]],
    weight: float = 1.0,
    strategy: Callable[[Any], Strategy] = automatic,
) -> Step:
    """The step before the one that writes the archive `name` of those members: many workers make its parts ahead, where
    that is worth their start. strategy: given the job's options."""
    return Step(
        title,
        lambda context: context.progress(0),
        weight,
        slices=lambda context: context.share_archives([(name, members(context))], strategy(context.options)),
        work=lambda context, number: context.archive_slice(number),
        invoked=True,
    )
