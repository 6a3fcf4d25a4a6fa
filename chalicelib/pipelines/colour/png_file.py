"""PNG files written row by row, at 8 and 16 bits, with their profile and EXIF: Pillow keeps 8 bits of 16."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_COLOUR_TYPE = {1: 0, 2: 4, 3: 2, 4: 6}
_LEVEL = 4


def _chunk(file: BinaryIO, kind: bytes, content: bytes) -> None:
    file.write(struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content)))


def write(
    path: Path,
    shape: tuple[int, int, int],
    strips: Iterable[NDArray[Any]],
    icc: bytes | None = None,
    exif: bytes | None = None,
) -> None:
    """Writes strips of rows (rows, width, channels), all of them uint8 or uint16, as one picture of shape (h, w, c)."""
    height, width, channels = shape
    with path.open("wb") as file:
        deflate = zlib.compressobj(_LEVEL)
        begun = False
        above = np.zeros((1, 0), np.uint8)
        for strip in strips:
            depth = strip.dtype.itemsize
            if not begun:
                file.write(_SIGNATURE)
                _chunk(
                    file, b"IHDR", struct.pack(">IIBBBBB", width, height, 8 * depth, _COLOUR_TYPE[channels], 0, 0, 0)
                )
                if icc:
                    _chunk(file, b"iCCP", b"profile\0\0" + zlib.compress(icc, 9))
                if exif:
                    _chunk(file, b"eXIf", exif.removeprefix(b"Exif\0\0"))
                above = np.zeros((1, width * channels * depth), np.uint8)
                begun = True
            raw = np.ascontiguousarray(strip, strip.dtype.newbyteorder(">")).view(np.uint8).reshape(len(strip), -1)
            rows = np.empty((len(raw), raw.shape[1] + 1), np.uint8)
            rows[:, 0] = 2  # the filter "up": the difference from the row above
            np.subtract(raw, np.concatenate([above, raw[:-1]]), out=rows[:, 1:])
            above = raw[-1:].copy()
            packed = deflate.compress(rows.tobytes())
            if packed:
                _chunk(file, b"IDAT", packed)
        _chunk(file, b"IDAT", deflate.flush())
        _chunk(file, b"IEND", b"")
