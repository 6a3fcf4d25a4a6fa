"""Sorts slices into volumes: which of a DICOM series belong together, and which volume of several is the scan.

A series is often more than one image: echoes, magnitude and phase, times, both knees. Each becomes a volume of its own,
with an id by which a user can ask for it. An id is a number and not a UID, which would lead back to the patient.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.volume.limits import SMALLEST_SIDE
from chalicelib.pipelines.volume.readers import dicom
from chalicelib.pipelines.volume.readers.frames import Fact
from chalicelib.pipelines.volume.readers.splitting import Slice, depths, positioned, split

THICK_MM = 4.0


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
    """The volume that is taken, and the others."""

    taken: Candidate
    others: tuple[Candidate, ...]
    warnings: tuple[Caution, ...]


def candidates(headers: Iterable[tuple[int, dicom.Header]]) -> list[Candidate]:
    """Every volume that the files hold, with ids s1, s2, … that don't depend on the order of the files."""
    by_series: dict[str, list[Slice]] = defaultdict(list)
    for source, header in headers:
        by_series[header.series] += [Slice(source, header, plane) for plane in header.planes]
    found = []
    for series, slices in by_series.items():
        for facts, part in split(_once(slices)):
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
            Caution(
                "several_images_in_series",
                f"The DICOM series holds {len(siblings) + 1} images{by}: {_in_words(taken)} is used; the option "
                f"`series` chooses another ({'; '.join(_in_words(one) for one in siblings[:8])}).",
                {"count": len(siblings) + 1, "used": taken.id},
            )
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
            Caution(
                "other_series",
                f"There {'is' if len(by_series) == 1 else 'are'} {len(by_series)} other series "
                f"({'; '.join(named[:8])}); the option `series` chooses another.",
                {"count": len(by_series)},
            )
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


def _sortable(value: str) -> tuple[float, str]:
    try:
        return float(value), ""
    except ValueError:
        return math.inf, value
