"""The order of slices along their normal, and its faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.cautions import Caution, counted
from chalicelib.pipelines.volume.readers.splitting import Slice

EVEN = 0.02  # of the usual step: a rounded position isn't an uneven one
SAME = 0.01
MOST_EMPTY = 1 / 3
MOST_UNEVEN = 0.25  # standard deviation of the gaps over the usual one


@dataclass
class Order:
    slices: list[Slice]
    depth: list[float]
    warnings: list[Caution] = field(default_factory=list)


def along_a_line(slices: Sequence[Slice]) -> list[float] | None:
    """Where each slice lies on the line that their positions make, or their locations, mm; None where they have
    neither."""
    if all(s.plane.position is not None for s in slices):
        at = np.array([s.plane.position for s in slices])
        line = at[np.linalg.norm(at - at[0], axis=1).argmax()] - at[0]
        if float(np.linalg.norm(line)) > 0:
            return [float(n) for n in (at - at[0]) @ (line / np.linalg.norm(line))]
    locations = [s.plane.location for s in slices]
    known = [one for one in locations if one is not None]
    return known if len(known) == len(slices) and len(set(known)) > 1 else None


def ordered(placed: Sequence[Slice], depth: Sequence[float]) -> Order:
    along = dict(zip(map(id, placed), depth, strict=True))
    ordered = sorted(placed, key=lambda s: (along[id(s)], s.plane.number, s.source, s.plane.frame))
    return Order(ordered, [along[id(s)] for s in ordered])


def usual_step(order: Order, stated: float | None) -> float:
    gaps = np.diff(order.depth)
    apart = gaps[gaps > 1e-3]
    return float(np.median(apart)) if len(apart) else stated or 1.0


def without_duplicates(order: Order, usual: float) -> Order:
    kept = [0]
    for index in range(1, len(order.slices)):
        if order.depth[index] - order.depth[kept[-1]] > SAME * usual:
            kept.append(index)
    if dropped := len(order.slices) - len(kept):
        order.warnings.append(
            Caution(
                "duplicate_slices",
                f"{counted(dropped, 'duplicate slice')} at a position that is already taken: the first one is used.",
                {"count": dropped},
            )
        )
    return Order([order.slices[i] for i in kept], [order.depth[i] for i in kept], order.warnings)


def with_lost(order: Order, lost: list[Slice], usual: float) -> Order:
    """The order with slices without a position, placed by their numbers, where the others' numbers and places lie on
    one line."""
    numbers = np.array([s.plane.number for s in order.slices], float)
    where = np.array(order.depth)
    fits = len(set(numbers)) == len(numbers) > 2
    slope, start = np.polyfit(numbers, where, 1) if fits else (0.0, 0.0)
    fits = fits and float(np.abs(np.polyval((slope, start), numbers) - where).max()) < 0.5 * usual
    put = []
    for one in sorted(lost, key=lambda s: s.plane.number):
        at = float(np.polyval((slope, start), one.plane.number))
        if not fits or np.abs(where - at).min() < 0.5 * usual:
            raise UnreadableFile(
                "incomplete_series",
                f"{counted(len(lost), 'slice')} of the DICOM series without a position, and the slice numbers don't "
                "give one either.",
            )
        nearest = float(where[np.abs(where - at).argmin()])
        put.append((nearest + round((at - nearest) / usual) * usual, one))
    both = sorted([*zip(order.depth, order.slices, strict=True), *put], key=lambda pair: pair[0])
    order.warnings.append(
        Caution(
            "no_position",
            f"{counted(len(lost), 'slice')} without a position, placed by the slice numbers.",
            {"count": len(lost)},
        )
    )
    return Order([one for _, one in both], [at for at, _ in both], order.warnings)


def places_of(order: Order, usual: float) -> tuple[list[int], float]:
    """(each slice's place on an even grid, mm from one place to the next)."""
    gaps = np.diff(order.depth)
    if not len(gaps):
        return [0], usual
    steps = np.maximum(np.rint(gaps / usual), 1).astype(int)
    steps[gaps <= 1.5 * usual] = 1
    places = [0, *np.cumsum(steps).tolist()]
    missing = places[-1] + 1 - len(places)
    single = gaps[steps == 1]
    if missing > MOST_EMPTY * len(places) or (len(single) and float(single.std()) > MOST_UNEVEN * usual):
        raise UnreadableFile(
            "uneven_slices",
            f"The slices are too unevenly spaced for a volume: {gaps.min():.3f} to {gaps.max():.3f} mm.",
        )
    if missing:
        first = order.depth[0]
        holes = [
            f"{a - first:.1f} and {b - first:.1f} mm"
            for a, b, s in zip(order.depth[:-1], order.depth[1:], steps, strict=True)
            if s > 1
        ]
        order.warnings.append(
            Caution(
                "missing_slices",
                f"{counted(missing, 'slice')} seem{'s' if missing == 1 else ''} to be missing, between "
                f"{'; '.join(holes[:6])} from the first: the step stays {usual:.3f} mm, the gap stays empty, and "
                "nothing is measured there.",
                {"count": missing, "step": round(usual, 3)},
            )
        )
    uneven = [gap for gap in single if abs(gap - usual) > EVEN * usual]
    if uneven:
        order.warnings.append(
            Caution(
                "uneven_slices",
                f"Slices are unevenly spaced: {single.min():.3f} to {single.max():.3f} mm; the mean is used.",
                {"least": round(float(single.min()), 3), "most": round(float(single.max()), 3)},
            )
        )
    return places, float(single.mean()) if len(single) else usual
