"""DICOM headers: what one file holds, without anything that says whose it is.

Only the tags that are listed here are ever read: names, dates and descriptions don't enter the process's memory as
values, so they can't reach a result, a log or an error.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import pydicom
from pydicom import config
from pydicom.pixels import get_decoder

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.volume.limits import unreadable

PREAMBLE = 132
MAGIC = b"DICM"
HEADER_TAGS = [
    *("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "SeriesNumber", "Modality", "InstanceNumber"),
    *("Rows", "Columns", "NumberOfFrames", "SamplesPerPixel", "PixelRepresentation", "BitsAllocated"),
    *("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness", "SpacingBetweenSlices"),
    *("RescaleSlope", "RescaleIntercept", "GridFrameOffsetVector"),
    *("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"),
]
PIXEL_TAGS = [
    *("PhotometricInterpretation", "PlanarConfiguration", "BitsStored", "HighBit", "PixelData"),
    *("FloatPixelData", "DoubleFloatPixelData", "ExtendedOffsetTable", "ExtendedOffsetTableLengths"),
]


@dataclass(frozen=True)
class Plane:
    """One slice: a file, or a frame of one. Lengths in mm, world coordinates LPS as DICOM has them.

    spacing: between rows, between columns. position: of the centre of its first pixel; None where the file has none.
    number: its place by the file's own counting. slope, intercept: stored value → value.
    """

    frame: int
    number: int
    position: tuple[float, float, float] | None
    directions: tuple[float, ...] | None
    spacing: tuple[float, float]
    slope: float
    intercept: float


@dataclass(frozen=True)
class Header:
    """What one file holds: `planes`, all of `rows` × `columns`. step: mm to the next slice as the file states it."""

    series: str
    series_number: int | None
    modality: str
    transfer_syntax: str
    rows: int
    columns: int
    signed: bool
    bits: int
    step: float
    planes: tuple[Plane, ...]


def looks_like(head: bytes) -> bool:
    return head[128:PREAMBLE] == MAGIC


def header(stream: BinaryIO) -> Header:
    """What the file says of its image. Raises UnreadableFile: invalid_format, unsupported_transfer_syntax."""
    dataset = _read(stream, HEADER_TAGS, pixels=False)
    try:
        return _header(dataset)
    except UnreadableFile:
        raise
    except Exception:  # a value that isn't what its tag promises
        raise unreadable("The DICOM file's image tags are damaged.") from None


def pixels(stream: BinaryIO) -> Any:
    """The stored values, (frames, rows, columns), not yet rescaled. Raises UnreadableFile."""
    dataset = _read(stream, HEADER_TAGS + PIXEL_TAGS, pixels=True)
    try:
        with _quiet():
            values = np.asarray(dataset.pixel_array)
        frames = int(dataset.get("NumberOfFrames", 1) or 1)
        return values.reshape(frames, int(dataset.Rows), int(dataset.Columns))
    except Exception:  # decoders raise what they like
        raise unreadable("The DICOM file's pixels are damaged or cut short.") from None


def _read(stream: BinaryIO, tags: list[str], *, pixels: bool) -> Any:
    stream.seek(0)
    # Old files begin without the preamble; they are taken only if they then turn out to hold an image.
    bare = not looks_like(stream.read(PREAMBLE))
    stream.seek(0)
    try:
        with _quiet():
            return pydicom.dcmread(stream, force=bare, specific_tags=list(tags), stop_before_pixels=not pixels)
    except Exception:  # InvalidDicomError, or anything that nonsense bytes lead to
        raise unreadable("The file isn't a DICOM file, or is damaged.") from None


@contextmanager
def _quiet() -> Iterator[None]:
    # pydicom quotes values that it finds odd in warnings and in its log; a name may be among them.
    logger = logging.getLogger("pydicom")
    disabled, mode = logger.disabled, config.settings.reading_validation_mode
    logger.disabled, config.settings.reading_validation_mode = True, config.IGNORE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.disabled, config.settings.reading_validation_mode = disabled, mode


def _header(dataset: Any) -> Header:
    if "SOPClassUID" not in dataset and "SeriesInstanceUID" not in dataset:
        raise unreadable("The file isn't a DICOM file, or is damaged.")
    if not dataset.get("Rows") or not dataset.get("Columns"):
        raise unreadable("The DICOM file holds no image.")
    if int(dataset.get("SamplesPerPixel", 1)) != 1:
        raise unreadable("The DICOM image is in colour, expected one number for each pixel.")
    syntax = str(dataset.file_meta.get("TransferSyntaxUID", "") or pydicom.uid.ImplicitVRLittleEndian)
    _check_decodable(syntax)
    frames = int(dataset.get("NumberOfFrames", 1) or 1)
    number = dataset.get("SeriesNumber")
    return Header(
        series=str(dataset.get("SeriesInstanceUID", "")),
        series_number=None if number is None else int(number),
        modality=str(dataset.get("Modality", "")),
        transfer_syntax=syntax,
        rows=int(dataset.Rows),
        columns=int(dataset.Columns),
        signed=bool(dataset.get("PixelRepresentation", 0)),
        bits=int(dataset.get("BitsAllocated", 16)),
        step=_step(dataset),
        planes=tuple(_plane(dataset, frame, frames) for frame in range(frames)),
    )


def _check_decodable(syntax: str) -> None:
    uid = pydicom.uid.UID(syntax)
    if not uid.is_compressed:
        return
    try:
        available = get_decoder(uid).is_available
    except NotImplementedError:
        available = False
    if not available:
        name = uid.name if uid.is_transfer_syntax else "an unknown transfer syntax"
        raise UnreadableFile(
            "unsupported_transfer_syntax",
            f"The DICOM file is compressed as {name}, which can't be decoded here; save it uncompressed, as RLE, "
            "JPEG-LS or JPEG 2000.",
        )


def _plane(dataset: Any, frame: int, frames: int) -> Plane:
    groups = _groups(dataset, frame)
    position = _first(groups, "PlanePositionSequence", "ImagePositionPatient") or dataset.get("ImagePositionPatient")
    directions = _first(groups, "PlaneOrientationSequence", "ImageOrientationPatient") or dataset.get(
        "ImageOrientationPatient"
    )
    spacing = _first(groups, "PixelMeasuresSequence", "PixelSpacing") or dataset.get("PixelSpacing") or (1.0, 1.0)
    slope = _first(groups, "PixelValueTransformationSequence", "RescaleSlope")
    intercept = _first(groups, "PixelValueTransformationSequence", "RescaleIntercept")
    number = int(dataset.get("InstanceNumber") or 0) if frames == 1 else frame
    return Plane(
        frame=frame,
        number=number,
        position=_position(dataset, position, directions, frame, frames),
        directions=tuple(float(n) for n in directions) if directions and len(directions) == 6 else None,
        spacing=(float(spacing[0]), float(spacing[1])),
        slope=float(dataset.get("RescaleSlope", 1) if slope is None else slope),
        intercept=float(dataset.get("RescaleIntercept", 0) if intercept is None else intercept),
    )


def _position(
    dataset: Any, position: Any, directions: Any, frame: int, frames: int
) -> tuple[float, float, float] | None:
    if not position or len(position) != 3:
        return None
    first = np.array([float(n) for n in position])
    if frames > 1 and "PerFrameFunctionalGroupsSequence" not in dataset:
        # One position for the whole stack: the frames follow along the normal, at stated offsets or even steps.
        if not directions or len(directions) != 6:
            return None
        offsets = dataset.get("GridFrameOffsetVector")
        at = float(offsets[frame]) - float(offsets[0]) if offsets and len(offsets) == frames else frame * _step(dataset)
        values = [float(n) for n in directions]
        first = first + np.cross(values[:3], values[3:]) * at
    return float(first[0]), float(first[1]), float(first[2])


def _step(dataset: Any) -> float:
    groups = _groups(dataset, 0)
    for value in (
        dataset.get("SpacingBetweenSlices"),
        _first(groups, "PixelMeasuresSequence", "SpacingBetweenSlices"),
        dataset.get("SliceThickness"),
        _first(groups, "PixelMeasuresSequence", "SliceThickness"),
    ):
        if value and abs(float(value)) > 0:
            return abs(float(value))
    return 1.0


def _groups(dataset: Any, frame: int) -> list[Any]:
    found = []
    per_frame = dataset.get("PerFrameFunctionalGroupsSequence")
    if per_frame and frame < len(per_frame):
        found.append(per_frame[frame])
    if shared := dataset.get("SharedFunctionalGroupsSequence"):
        found.append(shared[0])
    return found


def _first(groups: list[Any], sequence: str, tag: str) -> Any:
    for group in groups:
        items = group.get(sequence)
        if items and items[0].get(tag) is not None:
            return items[0].get(tag)
    return None
