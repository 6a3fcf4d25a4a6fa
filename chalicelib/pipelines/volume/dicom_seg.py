"""Labels as a DICOM segmentation (SEG, BINARY) that belongs to its images' study: it carries their UIDs, and is made
only where the user asks for it.

Source: DICOM PS3.3 A.51 and C.8.20. Names, numbers and birth dates of patients stay empty, which type 2 allows.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset

from chalicelib.pipelines.volume.geometry import LPS_TO_RAS, Array, Grid
from chalicelib.pipelines.volume.options import NOTICE
from chalicelib.pipelines.volume.readers import dicom_files

SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "SOPClassUID", "SOPInstanceUID")
DATES = ("StudyDate", "StudyTime", "StudyID")
EMPTY = (
    *("PatientName", "PatientID", "PatientBirthDate", "PatientSex", "ReferringPhysicianName", "AccessionNumber"),
    "StudyID",
)
CODES = {
    "femur": ("71341001", "Femur"),
    "tibia": ("12611008", "Tibia"),
    "patella": ("64234005", "Patella"),
}
TISSUE = ("85756007", "Tissue")


@dataclass(frozen=True)
class Segment:
    """value: in the label map. bone: whether its name can stand for the whole bone."""

    value: int
    name: str
    bone: bool


def identity(stream: BinaryIO) -> dict[str, str]:
    """The UIDs and date of an image's study, read for this alone. Raises UnreadableFile."""
    dataset = dicom_files.read(stream, [*UIDS, *DATES], pixels=False)
    return {name: str(dataset.get(name) or "") for name in (*UIDS, *DATES)}


def written(
    labels: Array, grid: Grid, segments: Sequence[Segment], sources: Sequence[dict[str, str]], automatic: str | None
) -> bytes:
    """The file's bytes, the same for the same labels.

    labels: (columns, rows, slices) on `grid`. sources: identity() of every image, of one or of all slices.
    automatic: the name of the program that made the labels, None where a person did.
    """
    first = sources[0]
    stacked, frames = _frames(labels, grid, segments)
    dataset = Dataset()
    for name in EMPTY:
        setattr(dataset, name, "")
    for name in ("StudyInstanceUID", "FrameOfReferenceUID"):
        setattr(dataset, name, first[name] or _uid(first["SeriesInstanceUID"], name))
    dataset.StudyDate, dataset.StudyTime, dataset.StudyID = (first[name] for name in DATES)
    dataset.SOPClassUID, dataset.Modality = SEGMENTATION, "SEG"
    digest = hashlib.sha256(stacked.tobytes()).hexdigest()
    dataset.SeriesInstanceUID = _uid(first["SeriesInstanceUID"], digest, "series")
    dataset.SOPInstanceUID = _uid(first["SeriesInstanceUID"], digest, "instance")
    dataset.SeriesNumber, dataset.InstanceNumber = 9001, 1
    dataset.Manufacturer, dataset.ManufacturerModelName = "Millrace", "volume"
    dataset.DeviceSerialNumber, dataset.SoftwareVersions = "0", "1"
    dataset.PositionReferenceIndicator = ""
    dataset.ImageType = ["DERIVED", "PRIMARY"]
    # The study's own time: the time of day would make two runs differ.
    dataset.ContentDate, dataset.ContentTime = first["StudyDate"] or "19000101", first["StudyTime"] or "000000"
    dataset.ContentLabel, dataset.ContentDescription = "SEGMENTATION", NOTICE
    dataset.ContentCreatorName = ""
    dataset.SegmentationType, dataset.SegmentsOverlap, dataset.LossyImageCompression = "BINARY", "NO", "00"
    dataset.Rows, dataset.Columns = labels.shape[1], labels.shape[0]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PixelRepresentation = 1, "MONOCHROME2", 0
    dataset.BitsAllocated = dataset.BitsStored = 1
    dataset.HighBit, dataset.NumberOfFrames = 0, len(frames)
    dataset.SegmentSequence = [_segment(number, one, automatic) for number, one in enumerate(segments, 1)]
    dataset.SharedFunctionalGroupsSequence = [_shared(grid)]
    dataset.PerFrameFunctionalGroupsSequence = frames
    _dimensions(dataset, _uid(first["SeriesInstanceUID"], digest, "dimensions"))
    dataset.ReferencedSeriesSequence = [_references(sources)]
    packed = np.packbits(stacked.ravel(), bitorder="little").tobytes()
    dataset.PixelData = packed + bytes(len(packed) % 2)
    dataset["PixelData"].VR = "OB"
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    content = io.BytesIO()
    dataset.save_as(content, enforce_file_format=True)
    return content.getvalue()


def _frames(labels: Array, grid: Grid, segments: Sequence[Segment]) -> tuple[Array, list[Dataset]]:
    """(frames, rows, columns) bool of every slice that a segment shows in, and the attributes of each."""
    lps = LPS_TO_RAS @ grid.affine
    planes, groups = [], []
    for number, one in enumerate(segments, 1):
        inside = labels == one.value
        for place in np.flatnonzero(inside.any(axis=(0, 1))).tolist():
            planes.append(inside[:, :, place].T)
            group, position, content, which = Dataset(), Dataset(), Dataset(), Dataset()
            position.ImagePositionPatient = _decimal(lps @ [0, 0, place, 1])[:3]
            content.DimensionIndexValues = [number, place + 1]
            which.ReferencedSegmentNumber = number
            group.PlanePositionSequence, group.FrameContentSequence = [position], [content]
            group.SegmentIdentificationSequence = [which]
            groups.append(group)
    return np.stack(planes), groups


def _segment(number: int, one: Segment, automatic: str | None) -> Dataset:
    segment = Dataset()
    segment.SegmentNumber, segment.SegmentLabel = number, one.name
    segment.SegmentAlgorithmType = "AUTOMATIC" if automatic else "MANUAL"
    if automatic:
        segment.SegmentAlgorithmName = automatic[:64]
    known = next((code for word, code in CODES.items() if one.bone and word in one.name.lower()), TISSUE)
    category = _code("123037004", "Anatomical Structure") if known is not TISSUE else _code(*TISSUE)
    segment.SegmentedPropertyCategoryCodeSequence = [category]
    segment.SegmentedPropertyTypeCodeSequence = [_code(*known)]
    return segment


def _code(value: str, meaning: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, "SCT", meaning
    return code


def _shared(grid: Grid) -> Dataset:
    lps, spacing = LPS_TO_RAS @ grid.affine, grid.spacing
    shared, measures, orientation = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing = _decimal([spacing[1], spacing[0]])
    measures.SliceThickness = measures.SpacingBetweenSlices = _decimal([spacing[2]])[0]
    orientation.ImageOrientationPatient = _decimal([*(lps[:3, 0] / spacing[0]), *(lps[:3, 1] / spacing[1])])
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [orientation]
    return shared


def _dimensions(dataset: Dataset, uid: str) -> None:
    organization = Dataset()
    organization.DimensionOrganizationUID = uid
    dataset.DimensionOrganizationSequence = [organization]
    pointers = []
    for index, group in ((0x0062000B, 0x0062000A), (0x00200032, 0x00209113)):
        pointer = Dataset()
        pointer.DimensionOrganizationUID = uid
        pointer.DimensionIndexPointer, pointer.FunctionalGroupPointer = index, group
        pointers.append(pointer)
    dataset.DimensionIndexSequence = pointers


def _references(sources: Sequence[dict[str, str]]) -> Dataset:
    series = Dataset()
    series.SeriesInstanceUID = sources[0]["SeriesInstanceUID"]
    instances = []
    for one in sources:
        instance = Dataset()
        instance.ReferencedSOPClassUID, instance.ReferencedSOPInstanceUID = one["SOPClassUID"], one["SOPInstanceUID"]
        instances.append(instance)
    series.ReferencedInstanceSequence = instances
    return series


def _decimal(values: Any) -> list[str]:
    """Numbers in the sixteen characters that a decimal string has."""
    return [str(pydicom.valuerep.DSfloat(float(value) + 0.0, auto_format=True)) for value in values]


def _uid(*parts: str) -> str:
    return f"2.25.{int.from_bytes(hashlib.sha256(chr(0).join(parts).encode()).digest()[:16])}"
