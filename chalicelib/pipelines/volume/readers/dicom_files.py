"""Opens DICOM files within bounds: with or without their preamble, deflated or not, never for longer than an honest
header takes."""

from __future__ import annotations

import io
import logging
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

import pydicom
from pydicom import config
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.volume.limits import unreadable
from chalicelib.pipelines.volume.readers.decompression import PIECE, bomb, unpacked

PREAMBLE = 132
MAGIC = b"DICM"
# pydicom reads each element in one or two calls, a few microseconds each. A thousand frames with a hundred elements
# each stay below this; 20 MB of empty elements don't.
MOST_READS = 500_000
DEFLATED_HEADER = 16 << 20
TRANSFER_SYNTAX = 0x0010
LONG_VRS = {b"OB", b"OW", b"UN", b"SQ", b"UT"}
VRS = {bytes(vr, "ascii") for vr in pydicom.valuerep.STANDARD_VR}


def looks_like(head: bytes) -> bool:
    """Whether a file that begins so is DICOM: by its preamble, or by its first element where there is none."""
    return head[128:PREAMBLE] == MAGIC or _bare(head)


@dataclass
class Budget:
    """Calls that reading headers may still take, over all files of a job."""

    left: int = 3_000_000

    def check(self) -> None:
        if self.left <= 0:
            raise UnreadableFile("too_many_elements", "The DICOM headers hold more elements than any images need.")


def read(stream: BinaryIO, tags: list[str], *, pixels: bool, budget: Budget | None = None) -> Any:
    """A pydicom dataset with these tags alone, and a transfer syntax in any case. Raises UnreadableFile."""
    budget = budget or Budget()
    budget.check()
    stream.seek(0)
    head = stream.read(PREAMBLE + 12)
    # Old files begin without the preamble; they are taken only if they then turn out to hold an image.
    bare = head[128:PREAMBLE] != MAGIC
    stream.seek(0)
    counted = _Counted(stream, budget)
    try:
        with quiet():
            syntax, begin = _meta(cast(BinaryIO, counted), bare)
            deflated = syntax == DeflatedExplicitVRLittleEndian
            if deflated:
                counted, bare = _Counted(_inflated(cast(BinaryIO, counted), begin, pixels), budget), True
            counted.seek(0)
            found = pydicom.dcmread(
                cast(BinaryIO, counted), force=bare, specific_tags=list(tags), stop_before_pixels=not pixels
            )
            if not found.file_meta.get("TransferSyntaxUID"):
                found.file_meta.TransferSyntaxUID = _syntax(found)
            found.bytes_after = None if pixels or deflated else counted.left()
            return found
    except UnreadableFile:
        raise
    except Exception:  # InvalidDicomError, or any error that nonsense bytes cause
        raise unreadable("The file isn't a DICOM file, or is damaged.") from None


@contextmanager
def quiet() -> Iterator[None]:
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


class _Counted(io.RawIOBase):
    """The stream, which raises after too many calls."""

    def __init__(self, stream: BinaryIO, budget: Budget) -> None:
        self._stream = stream
        self._reads = 0
        self._budget = budget
        self.name = ""

    def read(self, size: int = -1, /) -> bytes:
        self._reads += 1
        self._budget.left -= 1
        if self._reads > MOST_READS or self._budget.left < 0:
            raise UnreadableFile("too_many_elements", "The DICOM header holds more elements than any image needs.")
        return self._stream.read(size)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def left(self) -> int:
        at = self._stream.tell()
        return self._stream.seek(0, io.SEEK_END) - at


def _bare(head: bytes) -> bool:
    """Whether the first element is one that begins a dataset: of group 2 or 8, little-endian, of a plausible length."""
    if len(head) < PREAMBLE:
        return False
    group, element, length = struct.unpack("<HHL", head[:8])
    if group not in (2, 8) or element > 0x0070:
        return False
    return head[4:6] in VRS or 0 < length <= 256


def _syntax(dataset: Any) -> str:
    implicit, little = dataset.original_encoding
    if implicit:
        return str(ImplicitVRLittleEndian)
    return str(ExplicitVRLittleEndian if little else ExplicitVRBigEndian)


def _meta(stream: BinaryIO, bare: bool) -> tuple[str, int]:
    """(transfer syntax, where the dataset begins): the elements of group 2, which are explicit and little-endian."""
    at = 0 if bare else PREAMBLE
    syntax = ""
    while True:
        stream.seek(at)
        start = stream.read(8)
        if len(start) < 8 or start[:2] != b"\x02\x00":
            return syntax, at
        element, vr, length = struct.unpack("<xxH2sH", start)
        if vr in LONG_VRS:
            (length,) = struct.unpack("<L", stream.read(4))
            at += 4
        if element == TRANSFER_SYNTAX:
            syntax = stream.read(min(length, 64)).rstrip(b"\0 ").decode("latin-1")
        at += 8 + length


def _inflated(stream: BinaryIO, begin: int, pixels: bool) -> BinaryIO:
    """A deflated dataset, unpacked as far as needed: first the size of a header, then the size of the pixels that it
    states."""
    stream.seek(begin)
    packed = unpacked(stream, "deflate")
    body = _up_to(packed, DEFLATED_HEADER)
    if pixels:
        body += _up_to(packed, max(0, _promised(body) - len(body)))
        if packed.read(1):
            raise bomb("The DICOM file")
    return io.BytesIO(body)


def _promised(start: bytes) -> int:
    """Bytes that a header and the pixels that it states take at most."""
    tags = ["Rows", "Columns", "NumberOfFrames", "BitsAllocated", "SamplesPerPixel"]
    found = pydicom.dcmread(io.BytesIO(start), force=True, specific_tags=list(tags), stop_before_pixels=True)
    values = int(found.get("Rows", 0)) * int(found.get("Columns", 0)) * int(found.get("NumberOfFrames", 1) or 1)
    bits = values * int(found.get("SamplesPerPixel", 1)) * int(found.get("BitsAllocated", 16))
    return DEFLATED_HEADER + bits // 8 + 1


def _up_to(stream: BinaryIO, most: int) -> bytes:
    held = bytearray()
    while len(held) < most and (piece := stream.read(min(PIECE, most - len(held)))):
        held += piece
    return bytes(held)
