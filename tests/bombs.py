"""Small files that ask a decoder for minutes or gigabytes, each made of what its format allows."""

from __future__ import annotations

import gzip
import io
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pydicom
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

MiB = 1 << 20
DEFLATED = "1.2.840.10008.1.2.1.99"


@dataclass(frozen=True)
class Bomb:
    """pipeline: which one it is sent to. codes: with which of them it may be rejected."""

    name: str
    pipeline: str
    make: Callable[[], bytes]
    codes: frozenset[str]


def progressive_jpeg(scans: int = 9000, side: int = 6000) -> bytes:
    """A photo of one colour whose scans come again and again: each is a pass over all of its blocks."""
    out = io.BytesIO()
    Image.new("L", (side, side), 128).save(out, "JPEG", progressive=True, quality=50)
    content = out.getvalue()
    starts = [at for at in range(len(content) - 1) if content[at : at + 2] == b"\xff\xda"]
    last = content[starts[-1] : content.rindex(b"\xff\xd9")]
    return content[: content.rindex(b"\xff\xd9")] + last * scans + b"\xff\xd9"


def png(side: int = 60_000) -> bytes:
    """Promises gigapixels, in a few hundred kilobytes of zeros."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer, rows = zlib.compressobj(9), bytearray()
    for _ in range(200):
        rows += packer.compress(bytes(MiB))
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", bytes(rows) + packer.flush()) + chunk(b"IEND", b"")
    )


def gif(frames: int = 40_000) -> bytes:
    """As many frames as fit, each of the whole size."""
    out = io.BytesIO()
    Image.new("P", (8, 8)).save(out, "GIF")
    content = bytearray(out.getvalue())
    content[6:10] = struct.pack("<HH", 16_000, 16_000)
    frame = bytes(content[content.index(b"\x2c") : -1])
    return bytes(content[:-1]) + frame * frames + b"\x3b"


def tiff(side: int = 100_000) -> bytes:
    """One strip of nothing for ten gigapixels."""
    tags = [(256, 4, side), (257, 4, side), (258, 3, 8), (259, 3, 8), (262, 3, 1), (273, 4, 200), (277, 3, 1)]
    tags += [(278, 4, side), (279, 4, 1000)]
    entries = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    head = b"II*\0" + struct.pack("<IH", 8, len(tags)) + entries + bytes(4)
    return head.ljust(200, b"\0") + zlib.compress(bytes(MiB), 9)


def _dicom() -> bytes:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.4"
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["bomb"])
    made = FileDataset("a.dcm", {}, file_meta=meta, preamble=bytes(128))
    made.SOPClassUID, made.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    made.SeriesInstanceUID = generate_uid(entropy_srcs=["series"])
    made.PatientName, made.Modality = "A", "MR"
    made.Rows = made.Columns = 32
    made.BitsAllocated = made.BitsStored = 16
    made.HighBit, made.PixelRepresentation, made.SamplesPerPixel = 15, 0, 1
    made.PhotometricInterpretation = "MONOCHROME2"
    made.PixelSpacing, made.ImageOrientationPatient = [1, 1], [1, 0, 0, 0, 1, 0]
    made.ImagePositionPatient = [0, 0, 0]
    made.PixelData = np.zeros((32, 32), np.uint16).tobytes()
    out = io.BytesIO()
    made.save_as(out, enforce_file_format=True)
    return out.getvalue()


def deflated_dicom(more: int = 1 << 30) -> bytes:
    """A megabyte that unpacks to a gigabyte behind its header."""
    dataset = pydicom.dcmread(io.BytesIO(_dicom()))
    dataset.file_meta.TransferSyntaxUID = DEFLATED
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    content = out.getvalue()
    begin = 144 + struct.unpack("<L", content[140:144])[0]
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    # Before the pixels, in a private element of undefined use: whoever wants the header has to pass it.
    body = zlib.decompress(content[begin:], -15)
    packed = packer.compress(struct.pack("<HH2sHL", 0x0007, 0x1010, b"OB", 0, more))
    for _ in range(more >> 20):
        packed += packer.compress(bytes(MiB))
    return content[:begin] + packed + packer.compress(body) + packer.flush()


def tiny_elements(count: int = 2_500_000) -> bytes:
    """20 MB of elements without a value."""
    content = _dicom()
    at = content.index(struct.pack("<HH2s", 0x0010, 0x0010, b"PN"))
    return content[:at] + struct.pack("<HH2sH", 0x0009, 0x1010, b"LO", 0) * count + content[at:]


def _nifti(shape: tuple[int, ...] = (16, 16, 16), offset: float = 352.0) -> bytes:
    header = bytearray(352)
    struct.pack_into("<i", header, 0, 348)
    struct.pack_into(f"<{1 + len(shape)}h", header, 40, len(shape), *shape)
    struct.pack_into("<hh", header, 70, 4, 16)
    struct.pack_into("<8f", header, 76, *([1.0] * 8))
    struct.pack_into("<f", header, 108, offset)
    header[344:348] = b"n+1\0"
    return bytes(header)


def infinite_offset() -> bytes:
    return _nifti(offset=float("inf")) + bytes(16**3 * 2)


def gzip_members(count: int = 200_000) -> bytes:
    """Empty members, one after the other, in the middle of a header."""
    return gzip.compress(_nifti()[:300], mtime=0) + gzip.compress(b"", mtime=0) * count


def promised_volume() -> bytes:
    return gzip.compress(_nifti((32_000, 32_000, 32_000)) + bytes(1000), mtime=0)


REFUSED = frozenset({"too_expensive", "unreadable", "invalid_format", "decompression_bomb", "content_mismatch"})
REFUSED |= {"too_many_pixels", "too_many_elements", "volume_too_large"}
BOMBS = (
    Bomb("progressive.jpg", "media", progressive_jpeg, frozenset({"too_expensive"})),
    Bomb("huge.png", "media", png, REFUSED),
    Bomb("frames.gif", "media", gif, REFUSED),
    Bomb("strip.tif", "media", tiff, REFUSED),
    Bomb("deflated.dcm", "volume", deflated_dicom, REFUSED),
    Bomb("elements.dcm", "volume", tiny_elements, REFUSED),
    Bomb("infinite.nii", "volume", infinite_offset, REFUSED),
    Bomb("members.nii.gz", "volume", gzip_members, REFUSED),
    Bomb("promised.nii.gz", "volume", promised_volume, REFUSED),
    Bomb("long.jpg", "media", lambda: progressive_jpeg(3000, 10_000), frozenset({"too_expensive"})),
)
