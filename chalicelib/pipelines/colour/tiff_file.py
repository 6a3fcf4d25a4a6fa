"""TIFF files written strip by strip, at 8 and 16 bits, with their profile and tags."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Tags that say how the picture is stored; all others are copied as they are.
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
_MAKER_NOTE = 0x927C  # its own offsets would point nowhere


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
    height, _, _ = shape
    count = -(-height // rows_per_strip)
    folder = _folder(shape, rows_per_strip, depth, icc, exif)
    with path.open("wb") as file:
        # The directory's length depends on the number of strips, not on their places.
        start = 8 + len(_packed(folder, [0] * count, [0] * count))
        file.seek(start)
        offsets, counts = [], []
        for strip in strips:
            packed = zlib.compress(np.ascontiguousarray(strip, strip.dtype.newbyteorder("<")).tobytes(), 4)
            offsets.append(file.tell() - start)
            counts.append(len(packed))
            file.write(packed + b"\0" * (len(packed) % 2))
        file.seek(0)
        file.write(b"II*\0" + struct.pack("<I", 8) + _packed(folder, offsets, counts))


def _packed(folder: Any, offsets: list[int], counts: list[int]) -> bytes:
    for tag, values in ((273, offsets), (279, counts)):
        folder.tagtype[tag] = 4
        folder[tag] = tuple(values)
    packed: bytes = folder.tobytes(8)  # which counts offsets from its own end
    return packed


def _folder(shape: tuple[int, int, int], rows_per_strip: int, depth: int, icc: bytes | None, exif: bytes | None) -> Any:
    from PIL import Image, TiffImagePlugin

    height, width, channels = shape
    folder: Any = TiffImagePlugin.ImageFileDirectory_v2(b"II*\0\0\0\0\0")
    kept = Image.Exif()
    if exif:
        kept.load(exif)
    for tag, value in kept.items():
        if tag not in _OWN and tag not in (_EXIF_FOLDER, _GPS_FOLDER):
            folder[tag] = value
    for tag in (_EXIF_FOLDER, _GPS_FOLDER):
        if tag in kept:
            folder[tag] = {key: value for key, value in kept.get_ifd(tag).items() if key != _MAKER_NOTE}
    own = {
        256: width,
        257: height,
        258: (8 * depth,) * channels,
        259: 8,
        262: 2,
        277: channels,
        278: rows_per_strip,
        284: 1,
    }
    for tag, value in own.items():
        folder[tag] = value
    if channels == 4:
        folder[338] = (2,)
    if icc:
        folder.tagtype[34675] = 7
        folder[34675] = icc
    return folder
