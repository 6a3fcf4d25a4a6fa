"""Slices put in order along their normal, with what is wrong about that order, and stacked to a volume."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.volume.geometry import LPS_TO_RAS, Array, Grid, Volume, plain_numbers
from chalicelib.pipelines.volume.limits import check_shape, unreadable
from chalicelib.pipelines.volume.readers import dicom

EVEN = 0.02  # of the usual step: a rounded position isn't an uneven one
SAME = 0.01


@dataclass(frozen=True)
class Slice:
    """source: whatever tells the caller which file it is."""

    source: int
    header: dicom.Header
    plane: dicom.Plane


@dataclass(frozen=True)
class Stack:
    """Slices in order of position. step: LPS vector from one to the next, mm; warnings: sentences about the order."""

    slices: tuple[Slice, ...]
    step: Array
    warnings: tuple[str, ...]

    @property
    def grid(self) -> Grid:
        """Raises UnreadableFile where the stack is no volume."""
        first = self.slices[0]
        shape = check_shape((first.header.columns, first.header.rows, len(self.slices)))
        directions = np.array(first.plane.directions or (1, 0, 0, 0, 1, 0), dtype=np.float64)
        affine = np.eye(4)
        # DICOM's first direction runs along a row, that is over the columns: the array's first axis here.
        affine[:3, 0] = directions[:3] * first.plane.spacing[1]
        affine[:3, 1] = directions[3:] * first.plane.spacing[0]
        affine[:3, 2] = self.step
        affine[:3, 3] = first.plane.position or (0.0, 0.0, 0.0)
        return Grid(shape, LPS_TO_RAS @ affine, "dicom")


@dataclass(frozen=True)
class Choice:
    """The series that is taken, and what else was there."""

    series: str
    slices: tuple[Slice, ...]
    others: tuple[dict[str, Any], ...]
    left_out: int  # slices of the series that don't fit to the rest: localisers, other sizes


def choose(headers: Iterable[tuple[int, dicom.Header]], wanted: str | None) -> Choice:
    """The largest series, or the one whose SeriesInstanceUID is `wanted`. headers: (source, header) of each file.

    Raises UnreadableFile: series_not_found.
    """
    by_series: dict[str, list[Slice]] = {}
    for source, header in headers:
        by_series.setdefault(header.series, []).extend(Slice(source, header, plane) for plane in header.planes)
    if wanted is not None and wanted not in by_series:
        raise UnreadableFile(
            "series_not_found", f"There is no series {wanted}. Expected one of: {', '.join(sorted(by_series))}"
        )
    groups = {series: _largest_group(slices) for series, slices in by_series.items()}
    # The UID decides between equals, so that the choice doesn't hang on the order of the upload.
    chosen = wanted or min(groups, key=lambda series: (-len(groups[series]), series))
    others = tuple(_describe(series, by_series[series]) for series in sorted(by_series) if series != chosen)
    slices = groups[chosen]
    return Choice(chosen, tuple(slices), others, len(by_series[chosen]) - len(slices))


def stack(slices: Sequence[Slice]) -> Stack:
    """Sorts by position along the normal, drops second slices at one place, and reports what isn't even."""
    warnings: list[str] = []
    if any(s.plane.position is None or s.plane.directions is None for s in slices):
        ordered = sorted(slices, key=lambda s: (s.plane.number, s.source, s.plane.frame))
        warnings.append("The DICOM slices carry no position: they are ordered by their number.")
        return Stack(tuple(ordered), np.array([0.0, 0.0, ordered[0].header.step]), tuple(warnings))
    directions = slices[0].plane.directions or ()
    normal = np.cross(directions[:3], directions[3:])
    depth = {id(s): float(np.dot(normal, s.plane.position or ())) for s in slices}
    ordered = sorted(slices, key=lambda s: (depth[id(s)], s.plane.number, s.source, s.plane.frame))
    gaps = np.diff([depth[id(s)] for s in ordered])
    apart = gaps[gaps > 1e-3]
    usual = float(np.median(apart)) if len(apart) else ordered[0].header.step
    kept = [ordered[0]]
    for one, gap in zip(ordered[1:], gaps, strict=True):
        if gap > SAME * usual:
            kept.append(one)
    if dropped := len(ordered) - len(kept):
        warnings.append(f"{dropped} duplicate slice(s) at a position that is already taken: the first one is used.")
    between = np.diff([depth[id(s)] for s in kept])
    if len(between):
        usual = float(np.median(between))
        missing = int(sum(round(gap / usual) - 1 for gap in between if gap > 1.5 * usual))
        if missing:
            warnings.append(
                f"{missing} slice(s) seem to be missing: gaps are up to {between.max():.3f} mm instead of "
                f"{usual:.3f} mm. Measures along that axis can't be trusted."
            )
        uneven = [gap for gap in between if abs(gap - usual) > EVEN * usual and gap <= 1.5 * usual]
        if uneven:
            warnings.append(
                f"Slices are unevenly spaced: {between.min():.3f} to {between.max():.3f} mm; the mean is used."
            )
        first, last = (np.array(s.plane.position) for s in (kept[0], kept[-1]))
        step = (last - first) / (len(kept) - 1)
    else:
        step = normal * kept[0].header.step
    return Stack(tuple(kept), step, tuple(warnings))


def load(stacked: Stack, open_source: Callable[[int], AbstractContextManager[BinaryIO]]) -> Volume:
    """Reads the pixels of each file once, file by file. Raises UnreadableFile."""
    grid = stacked.grid
    planes = [s.plane for s in stacked.slices]
    scaled = any(p.slope != 1 or p.intercept != int(p.intercept) for p in planes)
    dtype = np.dtype(np.float32) if scaled else _integer_type(stacked.slices)
    columns, rows, count = grid.shape
    data = np.empty((count, rows, columns), dtype)
    places: dict[int, list[int]] = {}
    for place, one in enumerate(stacked.slices):
        places.setdefault(one.source, []).append(place)
    for source, wanted in places.items():
        with open_source(source) as stream:
            stored = dicom.pixels(stream)
        for place in wanted:
            plane = stacked.slices[place].plane
            if stored.shape[1:] != (rows, columns) or plane.frame >= len(stored):
                raise unreadable("The DICOM file's pixels don't fit to its header.")
            values = stored[plane.frame]
            if scaled:
                data[place] = values * np.float32(plane.slope) + np.float32(plane.intercept)
            else:
                data[place] = values.astype(np.int64) + int(plane.intercept) if plane.intercept else values
    return Volume(plain_numbers(data.transpose(2, 1, 0)), grid, stacked.warnings)


def _integer_type(slices: Sequence[Slice]) -> np.dtype[Any]:
    low = min(int(s.plane.intercept) - (1 << (s.header.bits - 1) if s.header.signed else 0) for s in slices)
    high = max(int(s.plane.intercept) + (1 << (s.header.bits - int(s.header.signed))) - 1 for s in slices)
    for kind in (np.uint8, np.int16, np.uint16, np.int32):
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return np.dtype(kind)
    return np.dtype(np.float32)


def _largest_group(slices: list[Slice]) -> list[Slice]:
    groups: dict[tuple[object, ...], list[Slice]] = {}
    for one in slices:
        directions = one.plane.directions
        # Rounded, for scanners write the same direction with a different last digit.
        turned = tuple(round(n, 3) + 0.0 for n in directions) if directions else None
        groups.setdefault((one.header.rows, one.header.columns, turned), []).append(one)
    return max(groups.values(), key=len)


def _describe(series: str, slices: list[Slice]) -> dict[str, Any]:
    header = slices[0].header
    return {"series": series, "number": header.series_number, "modality": header.modality, "slices": len(slices)}
