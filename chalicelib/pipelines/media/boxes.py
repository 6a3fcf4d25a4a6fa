"""Boxes of ISO base media files and of the formats that are built like them (HEIF, CR3, JPEG 2000, JPEG XL).

Source: ISO/IEC 14496-12, 4.2.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

MOST = 10_000


def inside(content: bytes, start: int, stop: int) -> Iterator[tuple[bytes, range]]:
    """(kind, where its body lies) of the boxes one after another; ends where they make no sense."""
    at = start
    while at + 8 <= stop:
        size, header = int.from_bytes(content[at : at + 4]), 8
        if size == 1:
            size, header = int.from_bytes(content[at + 8 : at + 16]), 16
        elif size == 0:
            size = stop - at
        if size < header or at + size > stop:
            size = stop - at  # a box that is cut off counts as far as it goes
        yield content[at + 4 : at + 8], range(min(at + header, stop), at + size)
        at += size


def of_file(stream: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """(kind, start of its body, size of its body or -1 to the file's end) of the outermost boxes, by their headers."""
    at = 0
    for _ in range(MOST):
        stream.seek(at)
        header = stream.read(16)
        if len(header) < 8:
            return
        size, head = int.from_bytes(header[:4]), 8
        if size == 1:
            size, head = int.from_bytes(header[8:16]), 16
        if size == 0:
            yield header[4:8], at + head, -1
            return
        if size < head:
            return
        yield header[4:8], at + head, size - head
        at += size
