"""DICOM headers: the content of one file, without anything that identifies the patient.

Only the tags that are listed here are ever read: names, dates and descriptions don't enter the process's memory as
values, so they can't reach a result, a log or an error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO

import pydicom

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.volume.limits import MAX_VOXELS, unreadable
from chalicelib.pipelines.volume.readers import dicom_files, frames, steady_state
from chalicelib.pipelines.volume.readers.frames import Plane
from chalicelib.pipelines.volume.readers.pixels import undecodable
from chalicelib.pipelines.volume.readers.steady_state import SteadyState

PREAMBLE = dicom_files.PREAMBLE
looks_like = dicom_files.looks_like
HEADER_TAGS = [
    *("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "SeriesNumber", "Modality", "InstanceNumber"),
    *("Rows", "Columns", "NumberOfFrames", "SamplesPerPixel", "PixelRepresentation", "BitsAllocated", "BitsStored"),
    *("ImageLaterality", "Laterality", "PhotometricInterpretation"),
    *frames.TAGS,
    *steady_state.TAGS,
]
SEGMENTATIONS = {"1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7"}
# Secondary captures and presentation states: pictures of a scan, not the scan.
CAPTURES = "1.2.840.10008.5.1.4.1.1.7"
NO_SCAN = {"LOCALIZER", "SCREEN SAVE", "SCREENSHOT", "SECONDARY CAPTURE", "PROJECTION IMAGE", "MIP", "REPORT"}
# Reports, documents, plans, structures, waveforms, presentation states; and the directory of a CD.
STORAGE = "1.2.840.10008.5.1.4.1.1."
OTHERS = tuple(
    STORAGE + kind for kind in ("88.", "104.", "11.", "9.", "481.3", "481.4", "481.5", "481.8", "67", "78.", "79.")
)
RAW = {STORAGE + kind for kind in ("66", "66.1", "66.2", "66.3", "66.5", "66.6")}
DIRECTORY = "1.2.840.10008.1.3.10"
MOST_FRAMES = 20_000


@dataclass(frozen=True)
class Header:
    """The image of one file: `planes`, all of `rows` × `columns`.

    step: mm to the next slice as the file states it, None where it doesn't. scan: False for pictures of scans
    (localisers, screenshots, captures). inverted: whether low values are to be shown bright. undecodable: why its
    pixels can't be decoded here; None where they can. side: "left" or "right" where the file says which of a pair it
    shows. content: a checksum of the file, where the caller has one: two files may claim to be one instance and differ.
    """

    series: str
    series_number: int | None
    modality: str
    instance: str
    transfer_syntax: str
    rows: int
    columns: int
    signed: bool
    bits: int
    step: float | None
    three_d: bool
    scan: bool
    inverted: bool
    segmentation: bool
    undecodable: str | None
    side: str | None
    steady_state: SteadyState
    planes: tuple[Plane, ...]
    content: str = ""


def header(stream: BinaryIO, budget: dicom_files.Budget | None = None) -> Header:
    """The file's description of its image. UnreadableFile: invalid_format, volume_too_large, too_many_elements."""
    dataset = dicom_files.read(stream, HEADER_TAGS, pixels=False, budget=budget)
    try:
        with dicom_files.quiet():
            return _header(dataset)
    except UnreadableFile:
        raise
    except Exception:  # a value of another type than its tag promises
        raise unreadable("The DICOM file's image tags are damaged.") from None


def check_decodable(found: Header) -> None:
    """Raises UnreadableFile: unsupported_transfer_syntax."""
    if found.undecodable:
        raise UnreadableFile("unsupported_transfer_syntax", found.undecodable)


def _header(dataset: Any) -> Header:
    if "SOPClassUID" not in dataset and "SeriesInstanceUID" not in dataset:
        raise unreadable("The file isn't a DICOM file, or is damaged.")
    if not dataset.get("Rows") or not dataset.get("Columns"):
        if _is_other(dataset):
            raise NoImage("The DICOM file holds no image.")
        # The file of an image that ends before it states its size: a missing slice, and not a file of another kind.
        raise unreadable("The DICOM file holds no image, or is cut short.")
    if int(dataset.get("SamplesPerPixel", 1)) != 1:
        raise NoImage("The DICOM image is in colour, expected one number for each pixel.")
    syntax = str(dataset.file_meta.TransferSyntaxUID)
    count = int(dataset.get("NumberOfFrames", 1) or 1)
    rows, columns = int(dataset.Rows), int(dataset.Columns)
    if count > MOST_FRAMES or count * rows * columns > 2 * MAX_VOXELS:
        raise UnreadableFile("volume_too_large", f"The DICOM file states {count} frames of {columns}×{rows} pixels.")
    bits = int(dataset.get("BitsAllocated", 16))
    after = dataset.bytes_after
    plain = not pydicom.uid.UID(syntax).is_compressed
    if plain and after is not None and after < count * rows * columns * bits // 8:
        raise unreadable("The DICOM file ends before its last pixel.")
    number = dataset.get("SeriesNumber")
    segmentation = str(dataset.get("SOPClassUID", "")) in SEGMENTATIONS
    kinds = {str(part).upper() for part in dataset.get("ImageType") or ()}
    capture = str(dataset.get("SOPClassUID", "")).startswith(CAPTURES)
    return Header(
        series=str(dataset.get("SeriesInstanceUID", "")),
        series_number=None if number is None else int(number),
        modality=str(dataset.get("Modality", ""))[:16],
        instance=str(dataset.get("SOPInstanceUID", "")),
        transfer_syntax=syntax,
        rows=rows,
        columns=columns,
        signed=bool(dataset.get("PixelRepresentation", 0)),
        bits=bits,
        step=frames.step_of(dataset),
        three_d=str(dataset.get("MRAcquisitionType", "")) == "3D",
        scan=not (capture or segmentation or kinds & NO_SCAN),
        inverted=str(dataset.get("PhotometricInterpretation", "")) == "MONOCHROME1",
        segmentation=segmentation,
        undecodable=undecodable(syntax, int(dataset.get("BitsStored") or bits)),
        side={"L": "left", "R": "right"}.get(
            str(dataset.get("ImageLaterality") or dataset.get("Laterality") or "").strip().upper()
        ),
        steady_state=steady_state.stated(dataset),
        planes=tuple(frames.planes_of(dataset, count)),
    )


def _is_other(dataset: Any) -> bool:
    kinds = (str(dataset.get("SOPClassUID") or ""), str(dataset.file_meta.get("MediaStorageSOPClassUID") or ""))
    return any(kind == DIRECTORY or kind.startswith(OTHERS) or kind in RAW for kind in kinds)


class NoImage(UnreadableFile):
    """Sound DICOM that is no greyscale image: a report, a plan, a picture in colour."""

    def __init__(self, message: str) -> None:
        super().__init__("not_an_image", message)
