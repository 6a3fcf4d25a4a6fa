"""MetaImage in one file (`.mha`) or in two (`.mhd` and its `.raw` or `.zraw`), compressed or not.

Written here because the libraries that read it (SimpleITK, medpy) are larger than everything else together, or gone.
Source: the MetaIO reference, https://itk.org/Wiki/ITK/MetaIO/Documentation; MetaImage's world is LPS, in mm.
"""

from __future__ import annotations

import io
import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.volume.geometry import LPS_TO_RAS, Grid, Volume
from chalicelib.pipelines.volume.limits import check_shape, unreadable
from chalicelib.pipelines.volume.readers.lengths import in_millimetres
from chalicelib.pipelines.volume.readers.raw_data import read_voxels

HEADER_BYTES = 64 * 1024
TYPES = {
    "MET_CHAR": "i1",
    "MET_UCHAR": "u1",
    "MET_SHORT": "i2",
    "MET_USHORT": "u2",
    "MET_INT": "i4",
    "MET_UINT": "u4",
    "MET_LONG": "i4",
    "MET_ULONG": "u4",
    "MET_LONG_LONG": "i8",
    "MET_ULONG_LONG": "u8",
    "MET_FLOAT": "f4",
    "MET_DOUBLE": "f8",
}


@dataclass(frozen=True)
class Header:
    grid: Grid
    dtype: np.dtype[Any]
    compressed: bool
    data_at: int
    data_file: str | None
    skip: int
    warnings: tuple[Caution, ...] = ()

    @property
    def voxel_bytes(self) -> int:
        return math.prod(self.grid.shape) * self.dtype.itemsize


def looks_like(head: bytes) -> bool:
    """Whether a file that starts so may be a MetaImage: its first line is a field and one of the usual first ones."""
    first = head[:200].split(b"=")[0].strip()
    return first in {b"ObjectType", b"NDims", b"Comment"}


def header(stream: BinaryIO) -> Header:
    """The parsed header. Raises UnreadableFile."""
    stream.seek(0)
    fields, data_at = _fields(stream.read(HEADER_BYTES))
    try:
        dims = [int(n) for n in fields["DimSize"].split()]
        kind = TYPES[fields["ElementType"].upper()]
        shape = check_shape(dims)
        count = len(dims)
        spacing = _numbers(fields, ("ElementSpacing", "ElementSize"), [1.0] * count, count)[:3]
        origin = _numbers(fields, ("Offset", "Position", "Origin"), [0.0] * count, count)[:3]
        matrix = _numbers(fields, ("TransformMatrix", "Rotation", "Orientation"), np.eye(count), count * count)
        channels = int(fields.get("ElementNumberOfChannels", "1"))
    except (KeyError, ValueError):
        raise unreadable("The MetaImage header is damaged.") from None
    if fields.get("BinaryData", "True").lower() != "true":
        raise unreadable("The MetaImage holds its numbers as text, expected binary data.")
    if channels != 1:
        raise unreadable("The MetaImage holds colours or vectors, expected one number for each voxel.")
    try:
        skip = int(fields.get("HeaderSize", "0"))
    except ValueError:
        skip = -2
    named = fields["ElementDataFile"]
    data_file = None if named.upper() == "LOCAL" else named
    if skip < -1 or (data_file is None and skip):
        raise unreadable("The MetaImage header skips a part of its data that doesn't exist.")
    # A header may name any path of the machine that reads it: only a neighbour by its plain name is taken.
    if data_file and (re.search(r"[/\\%\s]", data_file) or data_file.startswith("..") or data_file.upper() == "LIST"):
        raise unreadable("The MetaImage header must name one data file that lies beside it.")
    affine = np.eye(4)
    # Each row of the matrix is the direction of one voxel axis.
    affine[:3, :3] = matrix.reshape(count, count)[:3, :3].T * spacing
    affine[:3, 3] = origin
    scale, warnings = in_millimetres([fields.get("DistanceUnits", "")] * 3, "MetaImage")
    affine[:3] *= scale[:, None]
    if not {"ElementSpacing", "ElementSize"} & fields.keys():
        warnings.append(Caution("assumed_spacing", "The MetaImage header gives no voxel size: 1 mm is assumed."))
    big = fields.get("BinaryDataByteOrderMSB", fields.get("ElementByteOrderMSB", "False")).lower() == "true"
    compressed = fields.get("CompressedData", "False").lower() == "true"
    grid = Grid(shape, LPS_TO_RAS @ affine, "mha")
    dtype = np.dtype((">" if big else "<") + kind)
    return Header(grid, dtype, compressed, data_at, data_file, skip, tuple(warnings))


def check(stream: BinaryIO, size: int) -> Header:
    """The header of a file of `size` bytes; refuses one that is cut short. Raises UnreadableFile."""
    found = header(stream)
    if found.data_file is None and not found.compressed and found.data_at + found.voxel_bytes > size:
        raise unreadable("The MetaImage ends before its last voxel.")
    return found


def load(path: Path, data_path: Path | None = None) -> Volume:
    """The volume of a `.mha`, or of a `.mhd` with its data file. Raises UnreadableFile."""
    with path.open("rb") as stream:
        found = header(stream)
        if found.data_file is None:
            stream.seek(found.data_at)
            return _volume(stream, found)
    if data_path is None:
        raise unreadable("The MetaImage header needs its data file.")
    with data_path.open("rb") as stream:
        if found.skip == -1:
            if stream.seek(0, io.SEEK_END) < found.voxel_bytes:
                raise unreadable("The data file is smaller than its header says.")
            stream.seek(-found.voxel_bytes, io.SEEK_END)
        else:
            stream.seek(found.skip)
        return _volume(stream, found)


def _volume(stream: BinaryIO, found: Header) -> Volume:
    data = read_voxels(stream, found.dtype, found.grid.shape, "zlib" if found.compressed else "raw")
    return Volume(data, found.grid, found.warnings)


def _fields(start: bytes) -> tuple[dict[str, str], int]:
    fields: dict[str, str] = {}
    at = 0
    while at < len(start):
        end = start.find(b"\n", at)
        line = start[at : end if end >= 0 else len(start)]
        at = end + 1 if end >= 0 else len(start)
        name, equals, value = line.decode("latin-1").partition("=")
        if not equals:
            break
        fields[name.strip()] = value.strip()
        if name.strip() == "ElementDataFile":
            return fields, at
    raise unreadable("The file isn't a MetaImage.")


def _numbers(fields: dict[str, str], names: tuple[str, ...], default: Any, count: int) -> Any:
    given = next((fields[name] for name in names if name in fields), None)
    values = np.asarray(default if given is None else [float(n) for n in given.split()], dtype=np.float64).ravel()
    if len(values) != count:
        raise ValueError(names[0])
    return values
