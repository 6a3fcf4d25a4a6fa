"""The limits of a volume, and the refusals that several readers share."""

from __future__ import annotations

import math
from collections.abc import Sequence

from chalicelib.pipelines.base import UnreadableFile

SMALLEST_SIDE = 10
MAX_VOXELS = 200_000_000  # with 10 GB of memory, Lambda's most, this still fits with room to spare


def check_shape(shape: Sequence[int]) -> tuple[int, int, int]:
    """The three sides of a volume in voxels, sides of one voxel beyond the third dropped.

    Raises UnreadableFile: not_a_volume, volume_too_small, volume_too_large.
    """
    sides = [int(side) for side in shape]
    while len(sides) > 2 and sides[-1] == 1:
        sides.pop()
    if len(sides) != 3:
        raise UnreadableFile("not_a_volume", f"Image is {len(sides)}D, expected a 3D volume")
    size = "×".join(str(side) for side in sides)
    if min(sides) < SMALLEST_SIDE:
        raise UnreadableFile(
            "volume_too_small", f"Volume is {size} voxels, expected at least {SMALLEST_SIDE} on each side"
        )
    if math.prod(sides) > MAX_VOXELS:
        raise UnreadableFile(
            "volume_too_large", f"Volume is {size} voxels, more than the {MAX_VOXELS:,} that fit in memory"
        )
    return sides[0], sides[1], sides[2]


def unreadable(what: str) -> UnreadableFile:
    """The error for a file that can't be read. `what` is our own sentence: a library's may quote a header with a name
    in it."""
    return UnreadableFile("invalid_format", what)
