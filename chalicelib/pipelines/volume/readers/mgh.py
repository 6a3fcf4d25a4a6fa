"""FreeSurfer's MGH and MGZ. nibabel knows the header; the voxels are read within bounds here."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from nibabel.freesurfer.mghformat import MGHHeader

from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.volume.geometry import Grid, Volume
from chalicelib.pipelines.volume.limits import check_shape, unreadable
from chalicelib.pipelines.volume.readers.nifti import decompressed
from chalicelib.pipelines.volume.readers.raw_data import read_voxels

DATA_AT = 284


ASSUMED = Caution(
    "assumed_orientation", "The MGH file doesn't state its orientation: FreeSurfer's default, coronal, is assumed."
)


@dataclass(frozen=True)
class Header:
    grid: Grid
    dtype: np.dtype[Any]
    warnings: tuple[Caution, ...]

    @property
    def voxel_bytes(self) -> int:
        return math.prod(self.grid.shape) * self.dtype.itemsize


def check(stream: BinaryIO, size: int) -> Header:
    """The header of a file of `size` bytes; refuses an unpacked one that is cut short. Raises UnreadableFile."""
    content, packed = decompressed(stream)
    found = _header(content)
    if not packed and DATA_AT + found.voxel_bytes > size:
        raise unreadable("The MGH file ends before its last voxel.")
    return found


def load(path: Path) -> Volume:
    """The volume of a `.mgh` or `.mgz`. Raises UnreadableFile."""
    with path.open("rb") as stream:
        content, _ = decompressed(stream)
        found = _header(content)
        content.seek(DATA_AT)
        return Volume(read_voxels(content, found.dtype, found.grid.shape, "raw"), found.grid, found.warnings)


def _header(content: BinaryIO) -> Header:
    start = b""
    while len(start) < DATA_AT and (piece := content.read(DATA_AT - len(start))):
        start += piece
    try:
        header = MGHHeader.from_fileobj(io.BytesIO(start))
        shape = header.get_data_shape()
        affine, dtype = np.asarray(header.get_affine(), np.float64), header.get_data_dtype()
        stated = int(header["goodRASFlag"]) == 1
    except Exception:  # over a damaged header the library may raise anything
        raise unreadable("The file isn't an MGH file.") from None
    warnings = () if stated else (ASSUMED,)
    return Header(Grid(check_shape(shape), affine, "mgh"), dtype.newbyteorder(">"), warnings)
