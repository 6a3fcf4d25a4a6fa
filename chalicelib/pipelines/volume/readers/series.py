"""Slices put in order along their normal, with what is wrong about that order, and stacked to a volume."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.volume.geometry import LPS_TO_RAS, Array, Grid, Volume
from chalicelib.pipelines.volume.limits import check_shape
from chalicelib.pipelines.volume.readers import pixels
from chalicelib.pipelines.volume.readers.tilt import straightened
from chalicelib.pipelines.volume.readers.volumes import Slice, depths, positioned

EVEN = 0.02  # of the usual step: a rounded position isn't an uneven one
SAME = 0.01
MOST_EMPTY = 1 / 3
MOST_UNEVEN = 0.25  # standard deviation of the gaps over the usual one
TILT = 0.01  # step's sideways part over its length


@dataclass(frozen=True)
class Stack:
    """Slices in order of position. places: of each slice on the grid, from 0; count: places in all. step: LPS vector
    from one place to the next, mm; origin: LPS, of place 0. spacing: mm between rows, between columns.
    warnings: sentences about the order."""

    slices: tuple[Slice, ...]
    places: tuple[int, ...]
    count: int
    origin: Array
    step: Array
    directions: tuple[float, ...]
    spacing: tuple[float, float]
    warnings: tuple[str, ...]

    @property
    def grid(self) -> Grid:
        """Raises UnreadableFile where the stack is no volume."""
        first = self.slices[0]
        shape = check_shape((first.header.columns, first.header.rows, self.count))
        affine = np.eye(4)
        # DICOM's first direction runs along a row, that is over the columns: the array's first axis here.
        affine[:3, 0] = np.array(self.directions[:3]) * self.spacing[1]
        affine[:3, 1] = np.array(self.directions[3:]) * self.spacing[0]
        affine[:3, 2] = self.step
        affine[:3, 3] = self.origin
        return Grid(shape, LPS_TO_RAS @ affine, "dicom")

    @property
    def tilted(self) -> bool:
        normal = np.cross(self.directions[:3], self.directions[3:])
        sideways = self.step - np.dot(self.step, normal) * normal
        return bool(np.linalg.norm(sideways) > TILT * np.linalg.norm(self.step))


@dataclass
class _Order:
    slices: list[Slice]
    depth: list[float]
    warnings: list[str] = field(default_factory=list)


def stack(slices: Sequence[Slice], pixel_spacing: tuple[float, float] | None = None) -> Stack:
    """Sorts by position along the normal, leaves a place for each slice that is missing, and reports what isn't even.

    pixel_spacing: the user's own, mm between rows and between columns, for files that have none.
    Raises UnreadableFile: no_pixel_size, uneven_slices.
    """
    spacing, warnings = _spacing(slices, pixel_spacing)
    placed = [s for s in slices if positioned(s)]
    if not placed:
        return _by_number(slices, spacing, warnings)
    directions = placed[0].plane.directions or ()
    normal = np.cross(directions[:3], directions[3:])
    order = _ordered(placed)
    usual = _usual(order, placed[0].header.step)
    order = _without_duplicates(order, usual)
    if lost := [s for s in slices if not positioned(s)]:
        order = _with_lost(order, lost, usual)
    places, step_mm = _places(order, usual)
    known = [(s, p) for s, p in zip(order.slices, places, strict=True) if positioned(s)]
    (first, at_first), (last, at_last) = known[0], known[-1]
    origin = np.array(first.plane.position)
    step = normal * step_mm
    if at_last > at_first:
        # Along the line that the positions themselves make: with a tilted gantry that isn't the normal.
        line = np.array(last.plane.position) - origin
        step = line * (step_mm / float(np.dot(line, normal)))
    return Stack(
        tuple(order.slices),
        tuple(places),
        places[-1] + 1,
        origin - at_first * step,
        step,
        tuple(directions),
        spacing,
        (*warnings, *order.warnings),
    )


def load(
    stacked: Stack,
    open_source: Callable[[int], AbstractContextManager[BinaryIO]],
    name_of: Callable[[int], str],
    *,
    labels: bool = False,
    skip_broken: bool = False,
) -> Volume:
    """Reads the pixels of each file once, file by file. labels: values are names and must not be mixed.

    skip_broken: the slices of a file that can't be read stay empty, and a warning names it. Raises UnreadableFile.
    """
    grid = stacked.grid
    planes = [s.plane for s in stacked.slices]
    scaled = any(p.slope != 1 or p.intercept != int(p.intercept) for p in planes)
    dtype = np.dtype(np.float32) if scaled else _integer_type(stacked.slices)
    columns, rows, count = grid.shape
    data = np.empty((count, rows, columns), dtype)
    filled = np.zeros(count, bool)
    sources: dict[int, list[int]] = {}
    for index, one in enumerate(stacked.slices):
        sources.setdefault(one.source, []).append(index)
    warnings = list(stacked.warnings)
    for source, wanted in sources.items():
        try:
            with open_source(source) as stream:
                stored = pixels.pixels(stream)
            if stored.shape[1:] != (rows, columns) or max(planes[i].frame for i in wanted) >= len(stored):
                raise UnreadableFile("invalid_format", "The DICOM file's pixels don't fit to its header.")
        except UnreadableFile as reason:
            what = f"{name_of(source)} of the DICOM series can't be read: {reason.message}"
            if not skip_broken:
                raise UnreadableFile(reason.code, what) from None
            warnings.append(f"{what} Its slice(s) stay empty.")
            continue
        for index in wanted:
            place, plane = stacked.places[index], planes[index]
            values = stored[plane.frame]
            if scaled:
                data[place] = values * np.float32(plane.slope) + np.float32(plane.intercept)
            else:
                data[place] = values.astype(np.int64) + int(plane.intercept) if plane.intercept else values
            filled[place] = True
    if not filled.any():
        raise UnreadableFile("invalid_format", "No slice of the DICOM series can be read.")
    data[~filled] = 0 if labels else data[filled].min()
    found = Volume(data.transpose(2, 1, 0), grid, tuple(warnings))
    return straightened(found, labels=labels) if stacked.tilted else found


def _spacing(slices: Sequence[Slice], given: tuple[float, float] | None) -> tuple[tuple[float, float], list[str]]:
    if given is not None:
        return given, [f"Pixels are {given[1]:g}×{given[0]:g} mm by the option `pixel_spacing`."]
    plane = slices[0].plane
    if plane.spacing is None:
        raise UnreadableFile(
            "no_pixel_size",
            "The DICOM files don't say how large a pixel is; give it with the option `pixel_spacing` (mm between rows, "
            "mm between columns).",
        )
    if plane.spacing_from != "PixelSpacing":
        return plane.spacing, [
            f"The DICOM files have no PixelSpacing: {plane.spacing_from} is used, which is the size at the detector "
            "and not that in the body."
        ]
    return plane.spacing, []


def _by_number(slices: Sequence[Slice], spacing: tuple[float, float], warnings: list[str]) -> Stack:
    ordered = sorted(slices, key=lambda s: (s.plane.number, s.source, s.plane.frame))
    directions = next((s.plane.directions for s in ordered if s.plane.directions), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0))
    step = ordered[0].header.step
    warnings.append(
        "The DICOM slices carry no position: they are ordered by their number, and where they lie is unknown."
    )
    if step is None:
        warnings.append("The DICOM slices don't say how far apart they are: 1 mm is assumed, and measures are unsure.")
    normal = np.cross(directions[:3], directions[3:])
    return Stack(
        tuple(ordered),
        tuple(range(len(ordered))),
        len(ordered),
        np.zeros(3),
        normal * (step or 1.0),
        directions,
        spacing,
        tuple(warnings),
    )


def _ordered(placed: list[Slice]) -> _Order:
    along = dict(zip(map(id, placed), depths(placed), strict=True))
    ordered = sorted(placed, key=lambda s: (along[id(s)], s.plane.number, s.source, s.plane.frame))
    return _Order(ordered, [along[id(s)] for s in ordered])


def _usual(order: _Order, stated: float | None) -> float:
    gaps = np.diff(order.depth)
    apart = gaps[gaps > 1e-3]
    return float(np.median(apart)) if len(apart) else stated or 1.0


def _without_duplicates(order: _Order, usual: float) -> _Order:
    kept = [0]
    for index in range(1, len(order.slices)):
        if order.depth[index] - order.depth[kept[-1]] > SAME * usual:
            kept.append(index)
    if dropped := len(order.slices) - len(kept):
        order.warnings.append(
            f"{dropped} duplicate slice(s) at a position that is already taken: the first one is used."
        )
    return _Order([order.slices[i] for i in kept], [order.depth[i] for i in kept], order.warnings)


def _with_lost(order: _Order, lost: list[Slice], usual: float) -> _Order:
    """Slices without a position, put where their numbers say: the others' numbers and places lie on one line."""
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
                f"{len(lost)} slice(s) of the DICOM series carry no position, and their numbers don't tell it either.",
            )
        nearest = float(where[np.abs(where - at).argmin()])
        put.append((nearest + round((at - nearest) / usual) * usual, one))
    both = sorted([*zip(order.depth, order.slices, strict=True), *put], key=lambda pair: pair[0])
    order.warnings.append(f"{len(lost)} slice(s) carry no position: they are put where their numbers say.")
    return _Order([one for _, one in both], [at for at, _ in both], order.warnings)


def _places(order: _Order, usual: float) -> tuple[list[int], float]:
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
            f"{missing} slice(s) seem to be missing, between {'; '.join(holes[:6])} from the first: the step stays "
            f"{usual:.3f} mm, their places stay empty, and what lies there is not measured."
        )
    uneven = [gap for gap in single if abs(gap - usual) > EVEN * usual]
    if uneven:
        order.warnings.append(
            f"Slices are unevenly spaced: {single.min():.3f} to {single.max():.3f} mm; the mean is used."
        )
    return places, float(single.mean()) if len(single) else usual


def _integer_type(slices: Sequence[Slice]) -> np.dtype[Any]:
    low = min(int(s.plane.intercept) - (1 << (s.header.bits - 1) if s.header.signed else 0) for s in slices)
    high = max(int(s.plane.intercept) + (1 << (s.header.bits - int(s.header.signed))) - 1 for s in slices)
    for kind in (np.uint8, np.int16, np.uint16, np.int32):
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return np.dtype(kind)
    return np.dtype(np.float32)
