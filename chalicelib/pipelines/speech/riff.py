"""The length of sound that a wav's header declares."""

from __future__ import annotations

from typing import BinaryIO

RIFF_HEAD = 64 * 1024
UNKNOWN_SIZE = 0xFFFF_FF00  # written by programs that don't know the length of the sound in advance


def riff_seconds(stream: BinaryIO) -> tuple[float | None, float]:
    """The length that a wav's own header promises: FFmpeg goes by the file's length and never misses a part. Also the
    seconds behind the declared sound that aren't another chunk, as where a recorder died before it wrote the size."""
    head = stream.read(RIFF_HEAD)
    length = stream.seek(0, 2)
    stream.seek(0)
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return None, 0.0
    at, rate = 12, 0
    while at + 8 <= len(head):
        name, size = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        if name == b"fmt ":
            rate = int.from_bytes(head[at + 16 : at + 20], "little")
        if name == b"data":
            if not rate or not 0 < size < UNKNOWN_SIZE:
                return None, 0.0
            end = at + 8 + size + size % 2
            stream.seek(end)
            name, size_behind = stream.read(4), int.from_bytes(stream.read(4), "little")
            stream.seek(0)
            is_chunk = name.isascii() and name.decode().isprintable() and end + 8 + size_behind <= length
            return size / rate, 0.0 if is_chunk else max(0, length - end) / rate
        at += 8 + size + size % 2
    return None, 0.0
