"""Sorts slices into volumes: which of a DICOM series belong together, and which volume of several is the scan.

A series is often more than one image: echoes, magnitude and phase, times, both knees. Each becomes a volume of its own,
with an id by which a user can ask for it. An id is a number and not a UID, which would lead back to the patient.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.volume.limits import SMALLEST_SIDE
from chalicelib.pipelines.volume.readers import dicom
from chalicelib.pipelines.volume.readers.frames import Fact, Plane

SAME_DIRECTION = 5e-3
SAME_SPACING = 1e-3  # relative
SAME_PLACE = 0.01  # mm, and of the usual step
APART_STEPS, APART_MM = 5, 20.0  # a gap beyond both separates two volumes; a smaller one is a gap
MOMENTS = ("time", "inversion", "flip", "echo number", "trigger", "acquisition")
THICK_MM = 4.0


@dataclass(frozen=True)
class Slice:
    """source: by which the caller knows its file."""

    source: int
    header: dicom.Header
    plane: Plane


@dataclass(frozen=True)
class Candidate:
    """Slices that make one volume. facts: those that set it apart within its series ("echo": "10")."""

    id: str
    series: str
    facts: tuple[Fact, ...]
    slices: tuple[Slice, ...]

    def describe(self) -> dict[str, Any]:
        """Its public description, without anything that leads back to a patient."""
        header = self.slices[0].header
        facts = {_SPOKEN.get(name, name): value for name, value in self.facts}
        return {
            "series": self.id,
            "number": header.series_number,
            "modality": header.modality,
            "slices": len(self.slices),
            "size": [header.columns, header.rows],
            **facts,
        }


_SPOKEN = {"echo": "echo_time_ms", "type": "image_type", "b": "b_value"}


@dataclass(frozen=True)
class Choice:
    """The volume that is taken, and the others. warnings: sentences about the choice."""

    taken: Candidate
    others: tuple[Candidate, ...]
    warnings: tuple[str, ...]


def candidates(headers: Iterable[tuple[int, dicom.Header]]) -> list[Candidate]:
    """Every volume that the files hold, with ids s1, s2, … that don't depend on the order of the files."""
    by_series: dict[str, list[Slice]] = defaultdict(list)
    for source, header in headers:
        by_series[header.series] += [Slice(source, header, plane) for plane in header.planes]
    found = []
    for series, slices in by_series.items():
        for facts, part in _split(_once(slices)):
            number = part[0].header.series_number
            place = min((s.plane.position or (0.0, 0.0, 0.0)) for s in part)
            order = (number is None, number or 0, series, [(n, _sortable(v)) for n, v in facts], -len(part), place)
            found.append((order, series, facts, part))
    found.sort(key=lambda one: one[0])
    return [Candidate(f"s{n}", series, facts, tuple(part)) for n, (_, series, facts, part) in enumerate(found, 1)]


def choose(found: Sequence[Candidate], wanted: str | None) -> Choice:
    """The best volume, or the one that `wanted` names by its id or by its SeriesInstanceUID.

    A scan is better than a picture of one, even spacing than uneven, magnitude than phase, a measured volume than one
    derived from it; of equals, the one with the most voxels is the best. Raises UnreadableFile: series_not_found.
    """
    pool = list(found)
    if wanted is not None:
        pool = [one for one in found if wanted in (one.id, one.series)]
        if not pool:
            offered = "; ".join(_in_words(one) for one in found[:20])
            raise UnreadableFile("series_not_found", f"There is no series {wanted[:64]}. Expected one of: {offered}")
    taken = max(pool, key=_merit)
    others = tuple(one for one in found if one is not taken)
    warnings = []
    if siblings := [one for one in others if one.series == taken.series]:
        differ = sorted({name for one in (taken, *siblings) for name, _ in one.facts})
        by = f", told apart by {' and '.join(_SPOKEN.get(n, n) for n in differ)}" if differ else ""
        warnings.append(
            f"The DICOM series holds {len(siblings) + 1} images{by}: {_in_words(taken)} is used; the option `series` "
            f"chooses another ({'; '.join(_in_words(one) for one in siblings[:8])})."
        )
    if strangers := [one for one in others if one.series != taken.series]:
        # A cine with forty times is one line, not forty.
        by_series: dict[str, list[Candidate]] = defaultdict(list)
        for one in strangers:
            by_series[one.series].append(one)
        named = [
            _in_words(part[0]) + (f" and {len(part) - 1} more like it" if len(part) > 1 else "")
            for part in by_series.values()
        ]
        warnings.append(
            f"There are {len(by_series)} other series ({'; '.join(named[:8])}); the option `series` chooses one of "
            "them."
        )
    return Choice(taken, others, tuple(warnings))


def echoes(taken: Candidate, others: Sequence[Candidate]) -> list[tuple[float, Candidate]]:
    """(echo time in ms, volume) of the images that differ from `taken` only in their echo, including itself: the first
    echo first. Where files give all echoes the same time, their numbers distinguish them."""

    def rest(one: Candidate) -> object:
        header = one.slices[0].header
        facts = [fact for fact in one.facts if fact[0] not in ("echo", "echo number")]
        return one.series, facts, len(one.slices), header.rows, header.columns

    def order(one: Candidate) -> tuple[float, float]:
        return float(dict(one.slices[0].plane.kind)["echo"]), float(dict(one.facts).get("echo number", 0))

    alike = [
        one
        for one in (taken, *others)
        if {"echo", "echo number"} & dict(one.facts).keys()
        and "echo" in dict(one.slices[0].plane.kind)
        and rest(one) == rest(taken)
    ]
    return [(order(one)[0], one) for one in sorted(alike, key=order)]


def depths(slices: Sequence[Slice]) -> list[float]:
    """Each positioned slice's place along the stack's normal, mm."""
    directions = next(s.plane.directions for s in slices if s.plane.directions)
    normal = np.cross(directions[:3], directions[3:])
    return [float(np.dot(normal, s.plane.position or (0, 0, 0))) for s in slices]


def positioned(one: Slice) -> bool:
    return one.plane.position is not None and one.plane.directions is not None


def _in_words(one: Candidate) -> str:
    header = one.slices[0].header
    facts = ", ".join(f"{_SPOKEN.get(name, name)} {value}" for name, value in one.facts)
    size = f"{len(one.slices)} slices of {header.columns}×{header.rows}"
    return f"{one.id}: {header.modality or 'image'}, {size}{', ' + facts if facts else ''}"


def _merit(one: Candidate) -> tuple[Any, ...]:
    header = one.slices[0].header
    placed = [s for s in one.slices if positioned(s)]
    places = sorted(set(np.round(depths(placed), 2))) if placed else []
    steps = np.diff(places)
    even = len(steps) > 0 and float(steps.max()) <= 1.5 * float(np.median(steps))
    count = len(places) or len(one.slices)
    kinds = dict(one.facts).get("type", "").split("/")
    echo = dict(one.facts).get("echo", "0")
    return (
        min(count, header.rows, header.columns) >= SMALLEST_SIDE,
        header.scan,
        bool(placed),
        even,
        not {"P", "R", "I"} & set(kinds),
        not {"DERIVED", "SECONDARY"} & set(kinds),
        header.modality not in ("OT", "SC", "PR", "RTDOSE", "SEG"),
        len(steps) > 0 and float(np.median(steps)) <= THICK_MM,
        count * header.rows * header.columns,
        header.three_d,
        -float(echo),
        -int(one.id[1:]),
    )


def _once(slices: list[Slice]) -> list[Slice]:
    """The slices without repeats of the very same instance, with the same bytes."""
    seen: set[Hashable] = set()
    kept = []
    for one in slices:
        key = (one.header.instance, one.header.content, one.plane)
        if not one.header.instance or key not in seen:
            kept.append(one)
        seen.add(key)
    return kept


def _split(slices: list[Slice]) -> list[tuple[tuple[Fact, ...], list[Slice]]]:
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


def _sortable(value: str) -> tuple[float, str]:
    try:
        return float(value), ""
    except ValueError:
        return math.inf, value
