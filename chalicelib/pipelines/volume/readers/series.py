"""Orders slices along their normal, with warnings about that order, and stacks them into a volume."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.cautions import Caution, counted
from chalicelib.pipelines.volume.geometry import LPS_TO_RAS, Array, Grid, Volume
from chalicelib.pipelines.volume.limits import check_shape
from chalicelib.pipelines.volume.readers import pixels
from chalicelib.pipelines.volume.readers.frames import Plane
from chalicelib.pipelines.volume.readers.slice_order import (
    along_a_line,
    ordered,
    places_of,
    usual_step,
    with_lost,
    without_duplicates,
)
from chalicelib.pipelines.volume.readers.splitting import Slice, depths, positioned
from chalicelib.pipelines.volume.readers.tilt import straightened

TILT = 0.01  # step's sideways part over its length


@dataclass(frozen=True)
class Stack:
    """Slices in order of position. places: of each slice on the grid, from 0; count: places in all. step: LPS vector
    from one place to the next, mm; origin: LPS, of place 0. spacing: mm between rows, between columns.
    warnings: about the order."""

    slices: tuple[Slice, ...]
    places: tuple[int, ...]
    count: int
    origin: Array
    step: Array
    directions: tuple[float, ...]
    spacing: tuple[float, float]
    warnings: tuple[Caution, ...]

    @property
    def grid(self) -> Grid:
        """Raises UnreadableFile where the stack is no volume."""
        first = self.slices[0]
        shape = check_shape((first.header.columns, first.header.rows, self.count))
        affine = np.eye(4)
        # DICOM's first direction runs along a row, that is, over the columns: the array's first axis here.
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


def stack(slices: Sequence[Slice], pixel_spacing: tuple[float, float] | None = None) -> Stack:
    """Sorts by position along the normal, leaves a place for each slice that is missing, and reports uneven gaps.

    pixel_spacing: the user's own, mm between rows and between columns, for files that have none.
    Raises UnreadableFile: no_pixel_size, uneven_slices.
    """
    spacing, warnings = _spacing(slices, pixel_spacing)
    placed = [s for s in slices if positioned(s)]
    if not placed:
        return _unplaced(slices, spacing, warnings)
    directions = placed[0].plane.directions or ()
    normal = np.cross(directions[:3], directions[3:])
    order = ordered(placed, depths(placed))
    usual = usual_step(order, placed[0].header.step)
    order = without_duplicates(order, usual)
    if lost := [s for s in slices if not positioned(s)]:
        order = with_lost(order, lost, usual)
    places, step_mm = places_of(order, usual)
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
    warnings = [*stacked.warnings, *([] if labels else _inverted(stacked.slices)), *_unscaled(planes)]
    for source, wanted in sources.items():
        try:
            with open_source(source) as stream:
                stored = pixels.pixels(stream)
            if stored.shape[1:] != (rows, columns) or max(planes[i].frame for i in wanted) >= len(stored):
                raise UnreadableFile("invalid_format", "The DICOM file's pixels don't fit its header.")
        except UnreadableFile as reason:
            what = f"{name_of(source)} of the DICOM series can't be read: {reason.message}"
            if not skip_broken:
                raise UnreadableFile(reason.code, what) from None
            warnings.append(Caution("unreadable_slices", f"{what} Its slices stay empty."))
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


def _spacing(slices: Sequence[Slice], given: tuple[float, float] | None) -> tuple[tuple[float, float], list[Caution]]:
    if given is not None:
        return given, [
            Caution("given_spacing", f"Pixels are {given[1]:g}×{given[0]:g} mm by the option `pixel_spacing`.")
        ]
    plane = slices[0].plane
    if plane.spacing is None:
        raise UnreadableFile(
            "no_pixel_size",
            "The DICOM files don't state the pixel size; give it with the option `pixel_spacing` (mm between rows, mm "
            "between columns).",
        )
    if plane.spacing_from != "PixelSpacing":
        return plane.spacing, [
            Caution(
                "detector_spacing",
                f"The DICOM files have no PixelSpacing: {plane.spacing_from} is used, which is the size at the "
                "detector, not in the body.",
            )
        ]
    return plane.spacing, []


def _inverted(slices: Sequence[Slice]) -> list[Caution]:
    if not any(one.header.inverted for one in slices):
        return []
    return [
        Caution(
            "inverted",
            "The DICOM files are MONOCHROME1 (low values are shown bright): values are used as stored, and pictures "
            "look inverted.",
        )
    ]


def _unscaled(planes: Sequence[Plane]) -> list[Caution]:
    count = sum(plane.scale_unusable for plane in planes)
    if not count:
        return []
    what = f"{counted(count, 'slice')} with a scale of 0, or without a valid one: the values are used as stored."
    return [Caution("unusable_scale", what, {"count": count})]


def _unplaced(slices: Sequence[Slice], spacing: tuple[float, float], warnings: list[Caution]) -> Stack:
    """Slices without a position and a direction: by their locations along a line, else by their numbers."""
    directions = next((s.plane.directions for s in slices if s.plane.directions), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0))
    along = along_a_line(slices)
    if along is not None:
        order = ordered(slices, along)
        usual = usual_step(order, slices[0].header.step)
        order = without_duplicates(order, usual)
        places, step = places_of(order, usual)
        order.warnings.append(
            Caution(
                "no_positions_but_locations",
                "The DICOM slices have no position: they are ordered by slice location; their place and direction are "
                "unknown.",
            )
        )
    else:
        order = ordered(slices, [float(s.plane.number) for s in slices])
        if len(slices) > 1 and len(set(order.depth)) < len(slices):
            raise UnreadableFile(
                "incomplete_series",
                "The slices of the DICOM series have no position, and their numbers don't give an order either.",
            )
        places, step = list(range(len(slices))), slices[0].header.step or 1.0
        order.warnings.append(
            Caution(
                "no_positions",
                "The DICOM slices have no position: they are ordered by number, and their place is unknown.",
            )
        )
        if slices[0].header.step is None:
            order.warnings.append(
                Caution(
                    "assumed_step",
                    "The DICOM slices don't state their spacing: 1 mm is assumed, and measures are uncertain.",
                )
            )
    return Stack(
        tuple(order.slices),
        tuple(places),
        places[-1] + 1,
        np.zeros(3),
        np.cross(directions[:3], directions[3:]) * step,
        directions,
        spacing,
        (*warnings, *order.warnings),
    )


def _integer_type(slices: Sequence[Slice]) -> np.dtype[Any]:
    low = min(int(s.plane.intercept) - (1 << (s.header.bits - 1) if s.header.signed else 0) for s in slices)
    high = max(int(s.plane.intercept) + (1 << (s.header.bits - int(s.header.signed))) - 1 for s in slices)
    for kind in (np.uint8, np.int16, np.uint16, np.int32):
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return np.dtype(kind)
    return np.dtype(np.float32)
