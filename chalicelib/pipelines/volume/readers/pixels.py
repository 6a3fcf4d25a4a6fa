"""Pixels of a DICOM file: the compressions that are decoded, and the checks before decoding."""

from __future__ import annotations

import struct
from typing import Any, BinaryIO

import numpy as np
import pydicom
from pydicom.encaps import generate_frames
from pydicom.pixels import get_decoder

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.volume.geometry import Array
from chalicelib.pipelines.volume.limits import unreadable
from chalicelib.pipelines.volume.readers import dicom_files, jpeg_lossless

TAGS = [
    *("Rows", "Columns", "NumberOfFrames", "SamplesPerPixel", "PixelRepresentation", "BitsAllocated"),
    *("PhotometricInterpretation", "PlanarConfiguration", "BitsStored", "HighBit", "PixelData"),
    *("FloatPixelData", "DoubleFloatPixelData", "ExtendedOffsetTable", "ExtendedOffsetTableLengths"),
]
LOSSLESS = {"1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"}
EXTENDED = "1.2.840.10008.1.2.4.51"
RLE = "1.2.840.10008.1.2.5"


def undecodable(syntax: str, bits_stored: int) -> str | None:
    """Why pixels of this transfer syntax can't be decoded here, as a sentence; None where they can."""
    uid = pydicom.uid.UID(syntax)
    if syntax in LOSSLESS or not uid.is_compressed:
        return None
    name = uid.name if uid.is_transfer_syntax else "an unknown transfer syntax"
    if syntax == EXTENDED and bits_stored > 8:
        name = "JPEG Extended with 12 bits"
    else:
        try:
            if get_decoder(uid).is_available:
                return None
        except NotImplementedError:
            pass
    return (
        f"The DICOM file is compressed as {name}, which can't be decoded here; save it uncompressed, as RLE, "
        "JPEG Lossless, JPEG-LS or JPEG 2000."
    )


def pixels(stream: BinaryIO) -> Array:
    """The stored values, (frames, rows, columns), not yet rescaled. Raises UnreadableFile."""
    dataset = dicom_files.read(stream, TAGS, pixels=True)
    try:
        with dicom_files.quiet():
            return _decoded(dataset)
    except UnreadableFile:
        raise
    except Exception:  # decoders may raise anything
        raise unreadable("The DICOM file's pixels are damaged or cut short.") from None


def _decoded(dataset: Any) -> Array:
    frames, rows, columns = int(dataset.get("NumberOfFrames", 1) or 1), int(dataset.Rows), int(dataset.Columns)
    syntax = str(dataset.file_meta.TransferSyntaxUID)
    if not pydicom.uid.UID(syntax).is_compressed:
        return _uncompressed(dataset).reshape(frames, rows, columns)
    packed = list(generate_frames(dataset.PixelData, number_of_frames=frames))
    if len(packed) < frames:
        raise unreadable("The DICOM file's pixels are damaged or cut short.")
    if syntax in LOSSLESS:
        signed = bool(dataset.get("PixelRepresentation", 0))
        bits = int(dataset.get("BitsStored") or dataset.get("BitsAllocated", 16))
        found = np.stack([jpeg_lossless.decode(frame, rows, columns) for frame in packed[:frames]])
        return _signed(found, bits) if signed else found
    for frame in packed:
        if syntax != RLE and _stated_size(frame) != (rows, columns):
            raise unreadable("The DICOM file's pixels don't fit its header.")
    return np.asarray(dataset.pixel_array).reshape(frames, rows, columns)


def _uncompressed(dataset: Any) -> Array:
    """The values. Files of the first years keep them in the upper bits, which pydicom doesn't look for."""
    allocated = int(dataset.get("BitsAllocated", 16))
    stored = int(dataset.get("BitsStored") or allocated)
    unused = int(dataset.get("HighBit", stored - 1)) + 1 - stored
    if allocated != 16 or not 0 < unused <= allocated - stored:
        return np.asarray(dataset.pixel_array)
    signed = bool(dataset.get("PixelRepresentation", 0))
    dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = allocated, allocated - 1, 0
    values = (np.asarray(dataset.pixel_array) >> unused) & np.uint16((1 << stored) - 1)
    return _signed(values, stored) if signed else values


def _signed(values: Array, bits: int) -> Array:
    """Two's complement of `bits` bits, as int16."""
    shift = 16 - bits
    return (values << shift).astype(np.uint16).view(np.int16) >> shift


def _stated_size(frame: bytes) -> tuple[int, int] | None:
    """(rows, columns) by the codestream itself, before a decoder takes memory for them; None where it doesn't state
    them."""
    start = frame.find(b"\xff\x4f\xff\x51")
    if 0 <= start < 4096:  # JPEG 2000, alone or in its boxes
        right, down, left, up = struct.unpack(">4L", frame[start + 8 : start + 24])
        return down - up, right - left
    at = 2
    while frame[:2] == b"\xff\xd8" and at + 9 < len(frame) and frame[at] == 0xFF:
        marker, length = frame[at + 1], int.from_bytes(frame[at + 2 : at + 4])
        if marker in (0xC0, 0xC1, 0xC2, 0xC3, 0xF7):
            return int.from_bytes(frame[at + 5 : at + 7]), int.from_bytes(frame[at + 7 : at + 9])
        at += 2 + length if marker != 0xFF else 1
    return None
