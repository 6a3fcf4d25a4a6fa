"""DICOM segmentations (SEG): BINARY, FRACTIONAL and LABELMAP, as a label map with the segments' names."""

from __future__ import annotations

from typing import Any, BinaryIO

import numpy as np

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.cautions import Caution, counted
from chalicelib.pipelines.volume.formats import region_name
from chalicelib.pipelines.volume.geometry import LPS_TO_RAS, Grid, Volume
from chalicelib.pipelines.volume.limits import SMALLEST_SIDE, check_shape, unreadable
from chalicelib.pipelines.volume.readers import dicom, dicom_files, pixels

TAGS = ["SegmentSequence", "SegmentationType", "MaximumFractionalValue", "PerFrameFunctionalGroupsSequence"]
HALF = 0.5
ON_GRID = 0.2  # of a step


def grid_of(header: dicom.Header) -> Grid:
    """The grid that a segmentation's frames lie on. Only frames that show something need be stored, so it may be
    smaller than the image's. Raises UnreadableFile."""
    return _layout(header)[0]


def load(stream: BinaryIO) -> Volume:
    """The label map, segment numbers as values; where segments overlap, the first keeps the voxel. Raises
    UnreadableFile."""
    header = dicom.header(stream)
    dicom.check_decodable(header)
    grid, places = _layout(header)
    dataset = dicom_files.read(stream, TAGS, pixels=False)
    try:
        with dicom_files.quiet():
            kind = str(dataset.get("SegmentationType", "BINARY"))
            highest = float(dataset.get("MaximumFractionalValue", 255) or 255)
            names = _names(dataset)
            numbers = [] if kind == "LABELMAP" else _numbers(dataset, len(header.planes))
    except Exception:  # a value of another type than its tag promises
        raise unreadable("The DICOM segmentation's tags are damaged.") from None
    stored = pixels.pixels(stream)
    labels = np.zeros(grid.shape, np.uint16)
    overlaps = 0
    order = sorted(range(len(stored)), key=lambda frame: numbers[frame] if numbers else 0)
    for frame in order:
        part = labels[:, :, places[frame]]
        values = stored[frame].T
        if kind == "LABELMAP":
            part[values > 0] = values[values > 0]
            continue
        inside = values > HALF * highest if kind == "FRACTIONAL" else values > 0
        overlaps += int(np.count_nonzero(inside & (part > 0)))
        part[inside & (part == 0)] = numbers[frame]
    warnings = []
    if kind == "FRACTIONAL":
        warnings.append(
            Caution(
                "fractional_labels",
                "The DICOM segmentation holds fractions: a voxel belongs to a segment from one half on.",
            )
        )
    if overlaps:
        warnings.append(
            Caution(
                "overlapping_labels",
                f"Segments of the DICOM segmentation overlap in {counted(overlaps, 'voxel')}: the first segment keeps "
                "them.",
                {"count": overlaps},
            )
        )
    return Volume(labels, grid, tuple(warnings), names=names)


def _layout(header: dicom.Header) -> tuple[Grid, list[int]]:
    planes = header.planes
    first = planes[0]
    if any(p.position is None or p.directions is None for p in planes) or first.directions is None:
        raise unreadable("The DICOM segmentation doesn't state the position of its frames.")
    if first.spacing is None:
        raise UnreadableFile("no_pixel_size", "The DICOM segmentation doesn't state its pixel size.")
    normal = np.cross(first.directions[:3], first.directions[3:])
    depths = np.array([float(np.dot(normal, p.position or ())) for p in planes])
    steps = np.diff(np.unique(np.round(depths, 3)))
    step = float(steps.min()) if len(steps) else header.step or 1.0
    where = (depths - depths.min()) / step
    places = np.rint(where).astype(int)
    if float(np.abs(where - places).max()) > ON_GRID:
        raise UnreadableFile("uneven_slices", "The DICOM segmentation's frames are unevenly spaced.")
    # A flat one gets empty slices around it: it is part of a larger volume.
    count = int(places.max()) + 1
    before = max(0, SMALLEST_SIDE - count) // 2
    count = max(count, SMALLEST_SIDE)
    lowest = planes[int(depths.argmin())]
    affine = np.eye(4)
    affine[:3, 0] = np.array(first.directions[:3]) * first.spacing[1]
    affine[:3, 1] = np.array(first.directions[3:]) * first.spacing[0]
    affine[:3, 2] = normal * step
    affine[:3, 3] = np.array(lowest.position) - before * normal * step
    shape = check_shape((header.columns, header.rows, count))
    return Grid(shape, LPS_TO_RAS @ affine, "dicom"), (places + before).tolist()


def _names(dataset: Any) -> dict[int, str]:
    found = {}
    for item in dataset.get("SegmentSequence") or ():
        if name := region_name(str(item.get("SegmentLabel", ""))):
            found[int(item.get("SegmentNumber", 0))] = name
    return found


def _numbers(dataset: Any, count: int) -> list[int]:
    frames = dataset.get("PerFrameFunctionalGroupsSequence") or ()
    numbers = [int(f.SegmentIdentificationSequence[0].ReferencedSegmentNumber) for f in frames]
    if len(numbers) != count:
        raise ValueError("frames")
    return numbers
