"""JPEGs that end early, or whose tail an interrupted copy left as zeros."""

from __future__ import annotations

import re
from typing import BinaryIO

# A marker within or behind a scan: neither a stuffed byte, nor a restart, nor fill.
_MARKER = re.compile(rb"\xff([^\x00\xd0-\xd7\xff])")
_STANDALONE = frozenset({0x01, 0xD8})
END, SCAN = 0xD9, 0xDA
MOST_SEGMENTS = 100_000
LARGEST = 64 * 1024 * 1024


def jpeg_end(content: bytes) -> tuple[int, bool]:
    """(where the picture's data begins, whether the picture has its end marker). -1 where there is no data at all, as
    not even the headers are whole. Source: ITU-T T.81, B.1."""
    at, first = 2, -1
    for _ in range(MOST_SEGMENTS):
        marker = _MARKER.search(content, at)
        if not marker:
            return first, False
        kind, at = marker[1][0], marker.end()
        if kind == END:
            return first, True
        if kind in _STANDALONE:
            continue
        size = int.from_bytes(content[at : at + 2])
        if size < 2 or at + size > len(content):
            return first, False
        at += size
        if kind == SCAN and first < 0:
            first = at
    return first, False


def mended(stream: BinaryIO) -> bytes | None:
    """The JPEG with an end marker, where it lacks one and has some of its picture: the missing part decodes as grey.
    None for a whole JPEG, for one without any of its picture, and for one of more than 64 MiB, which isn't in
    memory."""
    if stream.seek(0, 2) > LARGEST:
        return None
    stream.seek(0)
    content = stream.read()
    first, whole = jpeg_end(content)
    if whole or first < 0 or not content[first:].strip(b"\0"):
        return None
    return content.rstrip(b"\0") + b"\xff\xd9"


def holds(stream: BinaryIO, mark: bytes) -> bool:
    """Whether the file has these bytes somewhere; False for one of more than 64 MiB."""
    if stream.seek(0, 2) > LARGEST:
        return False
    stream.seek(0)
    return mark in stream.read()
