"""JPEG XL without a decoder: its size, and the EXIF and XMP beside the picture.

Pillow's plugin for it is under the GPL, and other decoders need NumPy; so there is no thumbnail.
Source: ISO/IEC 18181-1 (SizeHeader) and 18181-2 (boxes).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import BinaryIO

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.media import boxes

LARGEST_BOX = 16 * 1024 * 1024
_RATIOS = ((1, 1), (12, 10), (4, 3), (3, 2), (16, 9), (5, 4), (2, 1))


@dataclass(frozen=True)
class Beside:
    """width, height: as stored, in pixels. exif: a TIFF. packet: XMP. None where there is none, or only compressed."""

    width: int
    height: int
    exif: bytes | None
    packet: bytes | None


def read(stream: BinaryIO) -> Beside:
    """Raises UnreadableFile where there is no codestream."""
    stream.seek(0)
    if stream.read(2) == b"\xff\x0a":
        return Beside(*_size(stream.read(12)), None, None)
    exif = packet = size = None
    for kind, start, length in boxes.of_file(stream):
        stream.seek(start)
        if kind in (b"jxlc", b"jxlp"):
            head = stream.read(18)[4 if kind == b"jxlp" else 0 :]
            if size is None and head[:2] == b"\xff\x0a":
                size = _size(head[2:14])
        elif kind == b"Exif" and 4 < length <= LARGEST_BOX:
            body = stream.read(length)
            exif = body[4 + int.from_bytes(body[:4]) :]
        elif kind == b"xml " and 0 < length <= LARGEST_BOX:
            packet = stream.read(length)
    if size is None:
        raise UnreadableFile("unreadable", "The file is damaged: there is no picture in it.")
    return Beside(*size, exif, packet)


def _size(header: bytes) -> tuple[int, int]:
    bits = int.from_bytes(header, "little")

    def take(count: int) -> int:
        nonlocal bits
        value = bits & ((1 << count) - 1)
        bits >>= count
        return value

    def length(small: int) -> int:
        return (take(5) + 1) * 8 if small else take((9, 13, 18, 30)[take(2)]) + 1

    small = take(1)
    height = length(small)
    ratio = take(3)
    if ratio:
        over, under = _RATIOS[ratio - 1]
        return height * over // under, height
    return length(small), height
