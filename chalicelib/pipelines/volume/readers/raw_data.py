"""Voxels behind a header: a stated number of bytes out of a plain or compressed stream, and not one more."""

from __future__ import annotations

import io
import math
from typing import BinaryIO

import numpy as np

from chalicelib.pipelines.volume.geometry import Array
from chalicelib.pipelines.volume.limits import unreadable
from chalicelib.pipelines.volume.readers.decompression import check_promise, unpacked


def read_voxels(stream: BinaryIO, dtype: np.dtype[np.generic], shape: tuple[int, ...], encoding: str) -> Array:
    """`shape` values (first axis fastest) from where `stream` stands; encoding: "raw", "gzip", "bzip2" or "zlib".

    Data that unpacks to more than the stated size is cut there, so that a few bytes can't fill the memory. Raises
    UnreadableFile.
    """
    wanted = math.prod(shape) * dtype.itemsize
    held = bytes_left(stream)
    if encoding == "raw" and held is not None and held < wanted:
        raise unreadable("The file ends before its last voxel.")
    if encoding in ("gzip", "zlib") and held is not None:
        check_promise(wanted, held)
    source = stream if encoding == "raw" else unpacked(stream, encoding)
    values = bytearray(wanted)
    view, at = memoryview(values), 0
    while at < wanted:
        piece = source.read(min(wanted - at, 8 << 20))
        if not piece:
            raise unreadable("The file ends before its last voxel.")
        view[at : at + len(piece)] = piece
        at += len(piece)
    if source is not stream:
        source.read(1)  # to the end of the packed data, where its checksum is compared
    return np.frombuffer(values, dtype).reshape(shape, order="F")


def bytes_left(stream: BinaryIO) -> int | None:
    """Bytes from here to the end; None where only unpacking tells."""
    at = stream.tell()
    try:
        end = stream.seek(0, io.SEEK_END)
    except (OSError, ValueError):
        return None
    stream.seek(at)
    return end - at
