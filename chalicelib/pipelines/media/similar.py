"""Near duplicates among photos, by perceptual hash, without comparing all pairs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

BITS = 64


def similar_groups(hashes: Iterable[tuple[int, int]], distance: int) -> list[list[int]]:
    """Groups of photos that look alike.

    hashes: (number of the file, 64-bit hash), the best photos first. Each photo joins the group whose leader (its
    first photo) is nearest to it, if within `distance` bits, or else leads a new one; so no chain of small steps ties
    photos together that don't look alike. Returns the groups of two and more, each led by its best, in the order given.

    Multi-index hashing: of `distance` + 1 pieces of two such hashes at least one is equal, so that only leaders that
    share a piece are compared. Source: Norouzi, Punjani and Fleet 2012.
    """
    pieces = _pieces(distance + 1)
    leaders: dict[int, list[int]] = {}  # hash of the leader → numbers of its group
    index: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    joined: dict[int, int] = {}  # equal hashes need no second search
    for number, value in hashes:
        if value not in joined:
            keys = [(at, value >> shift & mask) for at, (shift, mask) in enumerate(pieces)]
            near = _nearest(value, (leader for key in keys for leader in index[key]), distance)
            if near is None:
                near = value
                leaders[value] = []
                for key in keys:
                    index[key].append(value)
            joined[value] = near
        leaders[joined[value]].append(number)
    return [group for group in leaders.values() if len(group) > 1]


def _nearest(value: int, leaders: Iterator[int], distance: int) -> int | None:
    best, nearest = distance + 1, None
    for leader in leaders:
        apart = (value ^ leader).bit_count()
        if apart < best:
            best, nearest = apart, leader
    return nearest


def _pieces(count: int) -> list[tuple[int, int]]:
    """(shift, mask) of `count` pieces that cover 64 bits as evenly as possible."""
    edges = [BITS * at // count for at in range(count + 1)]
    return [(low, (1 << high - low) - 1) for low, high in pairwise(edges)]
