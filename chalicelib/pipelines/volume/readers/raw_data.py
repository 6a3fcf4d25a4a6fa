"""Voxels behind a header: a stated number of bytes out of a plain or compressed stream, and not one more."""

from __future__ import annotations

import bz2
import gzip
import math
import zlib
from typing import BinaryIO, cast

import numpy as np

from chalicelib.pipelines.volume.geometry import Array
from chalicelib.pipelines.volume.limits import unreadable


def read_voxels(stream: BinaryIO, dtype: np.dtype[np.generic], shape: tuple[int, ...], encoding: str) -> Array:
    """`shape` values (first axis fastest) from where `stream` stands; encoding: "raw", "gzip", "bzip2" or "zlib".

    What unpacks to more than was stated is cut there, so that a few bytes can't fill the memory. Raises UnreadableFile.
    """
    wanted = math.prod(shape) * dtype.itemsize
    values = bytearray(wanted)
    source = _opened(stream, encoding)
    view, at = memoryview(values), 0
    try:
        while at < wanted:
            piece = source.read(min(wanted - at, 8 << 20))
            if not piece:
                raise unreadable("The file ends before its last voxel.")
            view[at : at + len(piece)] = piece
            at += len(piece)
        if source is not stream:
            source.read(1)  # to the end of what is packed, where its checksum is compared
    except (OSError, EOFError, zlib.error):
        raise unreadable("The compressed voxels are damaged.") from None
    return np.frombuffer(values, dtype).reshape(shape, order="F")


def _opened(stream: BinaryIO, encoding: str) -> BinaryIO:
    if encoding == "gzip":
        return cast(BinaryIO, gzip.GzipFile(fileobj=stream, mode="rb"))
    if encoding == "bzip2":
        return cast(BinaryIO, bz2.BZ2File(stream))
    if encoding == "zlib":
        return cast(BinaryIO, _Zlib(stream))
    return stream


class _Zlib:
    """Reads a zlib stream in bounded pieces."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._inflate = zlib.decompressobj()

    def read(self, size: int) -> bytes:
        while not self._inflate.eof:
            packed = self._inflate.unconsumed_tail or self._stream.read(1 << 20)
            # Without input too: zlib may still hold output that the last call had no room for.
            if piece := self._inflate.decompress(packed, size):
                return piece
            if not packed:
                break
        return b""
