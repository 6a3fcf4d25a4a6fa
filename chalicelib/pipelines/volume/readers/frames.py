"""Where each frame of a DICOM file lies, and its difference from others at the same place."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

TAGS = [
    *("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness", "SpacingBetweenSlices"),
    *("ImagerPixelSpacing", "NominalScannedPixelSpacing", "RescaleSlope", "RescaleIntercept", "GridFrameOffsetVector"),
    "SliceLocation",
    *("ImageType", "ComplexImageComponent", "EchoTime", "EchoNumbers", "TemporalPositionIdentifier", "TriggerTime"),
    *("DiffusionBValue", "InversionTime", "FlipAngle", "AcquisitionNumber", "MRAcquisitionType"),
    *("DimensionIndexSequence", "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"),
]
# Words of an image type that describe its processing, not its content.
PROCESSING = {"ORIGINAL", "PRIMARY", "ND", "NORM", "DIS2D", "DIS3D", "FM", "FIL", "MFSPLIT", "OTHER", "NONE", ""}
LONGER = {"MAGNITUDE": "M", "PHASE": "P", "REAL": "R", "IMAGINARY": "I", "PHASE MAP": "P"}
PLACES = {0x00209057, 0x00200032, 0x00209056, 0x00200037, 0x00209113, 0x00209116, 0x00201041}
Fact = tuple[str, str]


@dataclass(frozen=True)
class Plane:
    """One slice: a file, or a frame of one. Lengths in mm, world coordinates LPS as DICOM has them.

    spacing: between rows, between columns; None where the file has none. spacing_from: the tag that it comes from.
    position: of the centre of its first pixel; None where the file has none. number: its place by the file's own
    counting. location: mm along some line, from the tag that states only that. slope, intercept: stored value → value.
    scale_unusable: whether the file states a slope of 0, or a scale that isn't finite; slope and intercept are then 1
    and 0.
    kind: facts that always make it another image than one at the same place (echo, magnitude or phase, b-value).
    moment: facts that may do so (time, repetition), by name.
    """

    frame: int
    number: int
    position: tuple[float, float, float] | None
    directions: tuple[float, ...] | None
    spacing: tuple[float, float] | None
    spacing_from: str
    slope: float
    intercept: float
    kind: tuple[Fact, ...] = ()
    moment: tuple[Fact, ...] = ()
    location: float | None = None
    scale_unusable: bool = False


def planes_of(dataset: Any, count: int) -> Iterator[Plane]:
    shared, per_frame = dataset.get("SharedFunctionalGroupsSequence"), dataset.get("PerFrameFunctionalGroupsSequence")
    dimensions = _dimensions(dataset)
    for frame in range(count):
        groups = [per_frame[frame]] if per_frame and frame < len(per_frame) else []
        groups += [shared[0]] if shared else []
        yield _plane(dataset, groups, frame, count, dimensions)


def step_of(dataset: Any) -> float | None:
    """mm to the next slice, as the file states it."""
    groups = [
        items[0]
        for name in ("PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence")
        if (items := dataset.get(name))
    ]
    for name in ("SpacingBetweenSlices", "SliceThickness"):
        for value in (dataset.get(name), _first(groups, "PixelMeasuresSequence", name)):
            if value and abs(float(value)) > 0:
                return abs(float(value))
    return None


def _plane(dataset: Any, groups: list[Any], frame: int, count: int, dimensions: list[str]) -> Plane:
    position = _first(groups, "PlanePositionSequence", "ImagePositionPatient") or dataset.get("ImagePositionPatient")
    directions = _directions(
        _first(groups, "PlaneOrientationSequence", "ImageOrientationPatient") or dataset.get("ImageOrientationPatient")
    )
    spacing, spacing_from = _spacing(dataset, groups)
    slope, intercept = (
        float(_known(_first(groups, "PixelValueTransformationSequence", name), dataset.get(name), neutral))
        for name, neutral in (("RescaleSlope", 1), ("RescaleIntercept", 0))
    )
    usable = math.isfinite(slope) and math.isfinite(intercept) and slope != 0
    location = dataset.get("SliceLocation") if count == 1 else None
    return Plane(
        frame=frame,
        number=int(dataset.get("InstanceNumber") or 0) if count == 1 else frame,
        position=_position(dataset, position, directions, frame, count),
        directions=directions,
        spacing=spacing,
        spacing_from=spacing_from,
        slope=slope if usable else 1.0,
        intercept=intercept if usable else 0.0,
        kind=_kind(dataset, groups),
        moment=_moment(dataset, groups, dimensions),
        location=float(location) if location is not None and math.isfinite(float(location)) else None,
        scale_unusable=not usable,
    )


def _directions(values: Any) -> tuple[float, ...] | None:
    """Two unit vectors, made exactly perpendicular: files round them, and a stack of a hundred slices shows each lost
    digit."""
    if not values or len(values) != 6:
        return None
    given = np.array([float(n) for n in values])
    along, down = given[:3], given[3:]
    lengths = np.linalg.norm(along), np.linalg.norm(down)
    if not np.isfinite(given).all() or min(lengths) < 0.5 or abs(np.dot(along, down)) > 0.02 * lengths[0] * lengths[1]:
        return None
    along = along / lengths[0]
    down = down - np.dot(down, along) * along
    return (*along.tolist(), *(down / np.linalg.norm(down)).tolist())


def _spacing(dataset: Any, groups: list[Any]) -> tuple[tuple[float, float] | None, str]:
    given = (
        ("PixelSpacing", _first(groups, "PixelMeasuresSequence", "PixelSpacing")),
        *((name, dataset.get(name)) for name in ("PixelSpacing", "ImagerPixelSpacing", "NominalScannedPixelSpacing")),
    )
    for name, value in given:
        if value and len(value) == 2 and float(value[0]) > 0 and float(value[1]) > 0:
            return (float(value[0]), float(value[1])), name
    return None, ""


def _position(
    dataset: Any, position: Any, directions: tuple[float, ...] | None, frame: int, count: int
) -> tuple[float, float, float] | None:
    if not position or len(position) != 3:
        return None
    first = np.array([float(n) for n in position])
    if not np.isfinite(first).all():
        return None
    if count > 1 and "PerFrameFunctionalGroupsSequence" not in dataset:
        # One position for the whole stack: the frames follow along the normal, at stated offsets or even steps.
        if directions is None:
            return None
        offsets = dataset.get("GridFrameOffsetVector")
        step = step_of(dataset)
        if offsets and len(offsets) == count:
            at = float(offsets[frame]) - float(offsets[0])
        elif step is not None:
            at = frame * step
        else:
            return None
        first = first + np.cross(directions[:3], directions[3:]) * at
    return float(first[0]), float(first[1]), float(first[2])


def _kind(dataset: Any, groups: list[Any]) -> tuple[Fact, ...]:
    words = _first(groups, "MRImageFrameTypeSequence", "FrameType") or dataset.get("ImageType") or ()
    words = {str(word).upper() for word in ([words] if isinstance(words, str) else words)}
    component = _first(groups, "MRImageFrameTypeSequence", "ComplexImageComponent") or dataset.get(
        "ComplexImageComponent"
    )
    if component and str(component).upper() != "MIXED":
        words.add(str(component).upper())
    words = {LONGER.get(word, word) for word in words} - PROCESSING
    echo = _known(_first(groups, "MREchoSequence", "EffectiveEchoTime"), dataset.get("EchoTime"))
    b_value = _known(_first(groups, "MRDiffusionSequence", "DiffusionBValue"), dataset.get("DiffusionBValue"))
    facts = (("type", "/".join(sorted(words))), ("echo", _number(echo)), ("b", _number(b_value)))
    return tuple((name, value) for name, value in facts if value)


def _moment(dataset: Any, groups: list[Any], dimensions: list[str]) -> tuple[Fact, ...]:
    facts = [
        (
            "time",
            _known(
                _first(groups, "FrameContentSequence", "TemporalPositionIndex"),
                dataset.get("TemporalPositionIdentifier"),
            ),
        ),
        ("inversion", dataset.get("InversionTime")),
        ("flip", dataset.get("FlipAngle")),
        ("echo number", dataset.get("EchoNumbers")),
        ("trigger", dataset.get("TriggerTime")),
        ("acquisition", dataset.get("AcquisitionNumber")),
    ]
    values = _first(groups, "FrameContentSequence", "DimensionIndexValues")
    values = [] if values is None else [values] if isinstance(values, int) else list(values)
    facts += [(name, value) for name, value in zip(dimensions, values, strict=False) if name]
    return tuple((name, text) for name, value in facts if (text := _number(value)))


def _dimensions(dataset: Any) -> list[str]:
    """A name for each dimension that an enhanced file counts by; empty for those that only say where a frame lies."""
    names = []
    for item in dataset.get("DimensionIndexSequence") or ():
        pointer = int(item.get("DimensionIndexPointer", 0))
        names.append("" if pointer in PLACES else f"dimension {pointer:08x}")
    return names


def _number(value: Any) -> str:
    if value is None or (isinstance(value, str) and not value.strip()):
        return ""
    try:
        return f"{float(value):.4g}"
    except (TypeError, ValueError):
        return ""


def _known(*values: Any) -> Any:
    return next((value for value in values if value is not None and value != ""), None)


def _first(groups: list[Any], sequence: str, tag: str) -> Any:
    for group in groups:
        items = group.get(sequence)
        if items and items[0].get(tag) is not None:
            return items[0].get(tag)
    return None
