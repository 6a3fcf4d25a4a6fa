"""Square grids, turned and mirrored: the eight ways in which a picture may lie."""

from __future__ import annotations

import math
from collections.abc import Sequence

from chalicelib.pipelines.media.layout import COLOURS, SIDE

# Correlation with a slope. A crop or a stamp changes a picture's slopes by as much; nearer ones count as both.
DOUBT = 0.12


def turns(side: int) -> list[tuple[int, ...]]:
    """The eight ways to turn and mirror a square grid: for each place, where its cell comes from."""
    found = []
    for mirrored in (False, True):
        for turn in range(4):
            order = []
            for y in range(side):
                for x in range(side):
                    at = (x, y)
                    for _ in range(turn):
                        at = (at[1], side - 1 - at[0])
                    order.append(at[1] * side + (side - 1 - at[0] if mirrored else at[0]))
            found.append(tuple(order))
    return found


TURNS, COLOUR_TURNS = turns(SIDE), turns(COLOURS)
_SLOPE = [(2 * x + 1 - SIDE) / math.sqrt((SIDE * SIDE - 1) / 3) / SIDE for _ in range(SIDE) for x in range(SIDE)]
_RISE = [_SLOPE[x * SIDE + y] for y in range(SIDE) for x in range(SIDE)]


def upright(normed: Sequence[float]) -> list[int]:
    """The turns, as places in TURNS, that bring a picture into one position however it lies: brighter to the right and
    downwards, and more so to the right. More than one where that is not clear; the clearest first.

    normed: brightness of the cells, as a vector of mean 0 and length 1.
    """
    found = []
    for turn, order in enumerate(TURNS):
        moved = [normed[at] for at in order]
        right = sum(a * b for a, b in zip(moved, _SLOPE, strict=True))
        down = sum(a * b for a, b in zip(moved, _RISE, strict=True))
        lacking = max(-right, -down, down - right)
        if lacking <= DOUBT:
            found.append((lacking, turn))
    return [turn for _, turn in sorted(found)]
