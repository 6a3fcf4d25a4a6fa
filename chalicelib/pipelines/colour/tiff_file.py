"""TIFF files written strip by strip, at 8 and 16 bits, with their profile and tags."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Tags that say how the picture is stored; all others are taken over as they are.
_OWN = {
    254,
    255,
    256,
    257,
    258,
    259,
    262,
    266,
    273,
    277,
    278,
    279,
    284,
    317,
    320,
    322,
    323,
    324,
    325,
    330,
    338,
    339,
    34675,
}
_OWN |= {347, 512, 513, 514, 515, 517, 518, 519, 520, 521, 529, 530, 531, 532}
_EXIF_FOLDER, _GPS_FOLDER = 34665, 34853


def write(
    path: Path,
    shape: tuple[int, int, int],
    strips: Iterable[NDArray[Any]],
    rows_per_strip: int,
    depth: int,
    icc: bytes | None = None,
    exif: bytes | None = None,
) -> None:
    """Writes strips of rows (rows, width, channels) as one picture of shape (h, w, c), `depth` bytes a number."""
    from PIL import Image, TiffImagePlugin

    height, width, channels = shape
    offsets, counts = [], []
    with path.open("wb") as file:
        file.write(b"II*\0" + struct.pack("<I", 0))
        for strip in strips:
            packed = zlib.compress(np.ascontiguousarray(strip, strip.dtype.newbyteorder("<")).tobytes(), 4)
            offsets.append(file.tell())
            counts.append(len(packed))
            file.write(packed + b"\0" * (len(packed) % 2))
        folder = TiffImagePlugin.ImageFileDirectory_v2(b"II*\0\0\0\0\0")
        kept = Image.Exif()
        if exif:
            kept.load(exif)
        for tag, value in kept.items():
            if tag not in _OWN and tag not in (_EXIF_FOLDER, _GPS_FOLDER):
                folder[tag] = value
        for tag in (_EXIF_FOLDER, _GPS_FOLDER):
            if tag in kept:
                folder[tag] = {key: value for key, value in kept.get_ifd(tag).items() if key != 0x927C}
        for tag, value in {
            256: width,
            257: height,
            258: (8 * depth,) * channels,
            259: 8,
            262: 2 if channels > 2 else 1,
            273: tuple(offsets),
            277: channels,
            278: rows_per_strip,
            279: tuple(counts),
            284: 1,
        }.items():
            folder[tag] = value
        for tag in (273, 279):
            folder.tagtype[tag] = 4
        if channels in (2, 4):
            folder[338] = (2,)
        if icc:
            folder.tagtype[34675] = 7
            folder[34675] = icc
        start = file.tell()
        file.write(folder.tobytes(start))
        file.seek(4)
        file.write(struct.pack("<I", start))
