"""Separates the slices of one series into volumes: echoes, magnitude and phase, times, both knees."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from chalicelib.pipelines.volume.readers import dicom
from chalicelib.pipelines.volume.readers.frames import Fact, Plane

SAME_DIRECTION = 5e-3
SAME_SPACING = 1e-3  # relative
SAME_PLACE = 0.01  # mm, and of the usual step
APART_STEPS, APART_MM = 5, 20.0  # a gap beyond both separates two volumes; a smaller one is a gap
MOMENTS = ("time", "inversion", "flip", "echo number", "trigger", "acquisition")


@dataclass(frozen=True)
class Slice:
    """source: by which the caller knows its file."""

    source: int
    header: dicom.Header
    plane: Plane


def split(slices: list[Slice]) -> list[tuple[tuple[Fact, ...], list[Slice]]]:
    """(the facts that set it apart, its slices) of each volume in one series."""
    parts: list[tuple[tuple[Fact, ...], list[Slice]]] = []
    for group in _alike(slices):
        kinds: dict[tuple[Fact, ...], list[Slice]] = defaultdict(list)
        for one in group:
            kinds[one.plane.kind].append(one)
        several = [name for name in ("type", "echo", "b") if len({dict(kind).get(name) for kind in kinds}) > 1]
        shown = several or ["type"]
        for kind, part in kinds.items():
            facts = tuple((name, value) for name, value in kind if name in shown and (several or value in ("P", "R")))
            parts += [((*facts, *more), block) for more, moment in _moments(part) for block in _blocks(moment)]
    return parts


def _alike(slices: list[Slice]) -> list[list[Slice]]:
    """Slices of one size, direction and pixel size. One without a direction joins the largest group of its size."""
    groups: list[list[Slice]] = []
    lost: list[Slice] = []
    for one in slices:
        if one.plane.directions is None:
            lost.append(one)
            continue
        for group in groups:
            if _fits(group[0], one):
                group.append(one)
                break
        else:
            groups.append([one])
    for one in lost:
        size = (one.header.rows, one.header.columns)
        fitting = [g for g in groups if (g[0].header.rows, g[0].header.columns) == size]
        if fitting:
            max(fitting, key=len).append(one)
        else:
            groups.append([one])
    return groups


def _fits(first: Slice, other: Slice) -> bool:
    a, b = first.plane, other.plane
    if (first.header.rows, first.header.columns) != (other.header.rows, other.header.columns):
        return False
    if (a.directions is None) != (b.directions is None) or (a.spacing is None) != (b.spacing is None):
        return False
    turned = a.directions and b.directions and not _close(a.directions, b.directions, SAME_DIRECTION)
    scaled = a.spacing and b.spacing and not _close(a.spacing, b.spacing, SAME_SPACING * max(a.spacing))
    return not turned and not scaled


def _close(one: Sequence[float], other: Sequence[float], tolerance: float) -> bool:
    # Plain Python: numpy costs fifty times as much on a few numbers, and a thousand directions are compared with one
    # another here.
    return all(abs(a - b) <= tolerance for a, b in zip(one, other, strict=True))


def _moments(slices: list[Slice]) -> list[tuple[tuple[Fact, ...], list[Slice]]]:
    """Separates times and repetitions where several slices claim one place: by the fact that explains it, else by
    order."""
    if not _collide(slices):
        return [((), slices)]
    names = [*MOMENTS, *sorted({n for s in slices for n, _ in s.plane.moment if n.startswith("dimension")})]
    for name in names:

        def fact(one: Slice, name: str = name) -> Hashable:
            return dict(one.plane.moment).get(name, "")

        if 1 < len({fact(s) for s in slices}) < len(slices) / 2 or len({fact(s) for s in slices}) == 2:
            parts = _grouped(slices, fact)
            if not any(_collide(part) for part in parts.values()):
                return [(((name, str(value)),), part) for value, part in parts.items()]
    placed = [s for s in slices if positioned(s)]
    at: dict[float, list[Slice]] = defaultdict(list)
    for one, depth in zip(placed, depths(placed), strict=True):
        at[round(depth, 2)].append(one)
    counts = Counter(len(part) for part in at.values())
    if len(counts) == 1 and len(placed) == len(slices):
        ordered = [sorted(part, key=lambda s: (_trigger(s), s.plane.number, s.source)) for part in at.values()]
        return [((("repetition", str(n + 1)),), list(part)) for n, part in enumerate(zip(*ordered, strict=True))]
    return [((), slices)]


def _trigger(one: Slice) -> float:
    return float(dict(one.plane.moment).get("trigger") or 0)


def _grouped(slices: Iterable[Slice], key: Callable[[Slice], Hashable]) -> dict[Hashable, list[Slice]]:
    parts: dict[Hashable, list[Slice]] = defaultdict(list)
    for one in slices:
        parts[key(one)].append(one)
    return parts


def _collide(slices: Sequence[Slice]) -> bool:
    placed = [s for s in slices if positioned(s)]
    if len(placed) < 2:
        return False
    gaps = np.diff(sorted(depths(placed)))
    return bool((gaps < SAME_PLACE).any())


def _blocks(slices: list[Slice]) -> list[list[Slice]]:
    """Separates both knees: a stack in two parts with a wide gap between them is two volumes."""
    placed = [s for s in slices if positioned(s)]
    if len(placed) < 3:
        return [slices]
    along = dict(zip(map(id, placed), depths(placed), strict=True))
    ordered = sorted(placed, key=lambda s: along[id(s)])
    gaps = np.diff([along[id(s)] for s in ordered])
    steps = gaps[gaps > SAME_PLACE]
    if not len(steps):
        return [slices]
    far = max(APART_STEPS * float(np.median(steps)), APART_MM)
    blocks: list[list[Slice]] = [[ordered[0]]]
    for one, gap in zip(ordered[1:], gaps, strict=True):
        if gap > far:
            blocks.append([])
        blocks[-1].append(one)
    max(blocks, key=len).extend(s for s in slices if not positioned(s))
    return blocks


def depths(slices: Sequence[Slice]) -> list[float]:
    """Each positioned slice's place along the stack's normal, mm."""
    directions = next(s.plane.directions for s in slices if s.plane.directions)
    normal = np.cross(directions[:3], directions[3:])
    return [float(np.dot(normal, s.plane.position or (0, 0, 0))) for s in slices]


def positioned(one: Slice) -> bool:
    return one.plane.position is not None and one.plane.directions is not None
