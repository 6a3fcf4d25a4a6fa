"""NRRD with its voxels attached (`.nrrd`) or beside it (`.nhdr` and `.raw` or `.raw.gz`); 3D Slicer's segmentations
(`.seg.nrrd`) with their names and layers."""

from __future__ import annotations

import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import nrrd
import numpy as np

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.cautions import Caution, counted
from chalicelib.pipelines.volume.formats import region_name
from chalicelib.pipelines.volume.geometry import Array, Grid, Volume
from chalicelib.pipelines.volume.limits import MAX_VOXELS, check_shape, unreadable
from chalicelib.pipelines.volume.readers.lengths import in_millimetres
from chalicelib.pipelines.volume.readers.raw_data import read_voxels

MAGIC = b"NRRD000"
HEADER_BYTES = 256 * 1024  # Slicer's segments come with whole terminologies
MOST_LAYERS, MOST_SEGMENTS = 64, 256
ENCODINGS = {"raw": "raw", "gzip": "gzip", "gz": "gzip", "bzip2": "bzip2", "bz2": "bzip2"}
TYPES = {
    **dict.fromkeys(("signed char", "int8", "int8_t"), "i1"),
    **dict.fromkeys(("uchar", "unsigned char", "uint8", "uint8_t"), "u1"),
    **dict.fromkeys(("short", "short int", "signed short", "signed short int", "int16", "int16_t"), "i2"),
    **dict.fromkeys(("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"), "u2"),
    **dict.fromkeys(("int", "signed int", "int32", "int32_t"), "i4"),
    **dict.fromkeys(("uint", "unsigned int", "uint32", "uint32_t"), "u4"),
    **dict.fromkeys(("longlong", "long long", "long long int", "signed long long", "int64", "int64_t"), "i8"),
    **dict.fromkeys(("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"), "u8"),
    "float": "f4",
    "double": "f8",
}
# Which world axes must change sign to become right, anterior, superior.
SPACES = {
    **dict.fromkeys(("right-anterior-superior", "ras"), (1.0, 1.0, 1.0)),
    **dict.fromkeys(("left-anterior-superior", "las"), (-1.0, 1.0, 1.0)),
    **dict.fromkeys(("left-posterior-superior", "lps"), (-1.0, -1.0, 1.0)),
}


@dataclass(frozen=True)
class Segment:
    """One of Slicer's segments: the value `label` in the layer `layer`."""

    name: str | None
    layer: int
    label: int


@dataclass(frozen=True)
class Header:
    """data_file: the name of the file that holds the voxels, or None where they follow the header at `data_at`."""

    grid: Grid
    dtype: np.dtype[Any]
    encoding: str
    data_file: str | None
    data_at: int
    line_skip: int
    byte_skip: int
    warnings: tuple[Caution, ...]
    layers: int = 1
    segments: tuple[Segment, ...] = ()

    @property
    def voxel_bytes(self) -> int:
        return self.layers * math.prod(self.grid.shape) * self.dtype.itemsize


def header(stream: BinaryIO) -> Header:
    """The parsed header. Raises UnreadableFile."""
    stream.seek(0)
    start = io.BytesIO(stream.read(HEADER_BYTES))
    try:
        fields = nrrd.read_header(start)
        return _header(fields, start.tell())
    except UnreadableFile:
        raise
    except Exception:  # pynrrd passes on its parsers' errors
        raise unreadable("The NRRD header is damaged.") from None


def check(stream: BinaryIO, size: int) -> Header:
    """The header of a file of `size` bytes; refuses one that is cut short. Raises UnreadableFile."""
    found = header(stream)
    if found.data_file is None and found.encoding == "raw" and found.data_at + found.voxel_bytes > size:
        raise unreadable("The NRRD file ends before its last voxel.")
    return found


def load(path: Path, data_path: Path | None = None) -> Volume:
    """The volume; `data_path` is the header's data file, where it names one. Raises UnreadableFile."""
    with path.open("rb") as stream:
        found = header(stream)
        if found.data_file is None:
            stream.seek(found.data_at)
            data = _voxels(stream, found)
        elif data_path is None:
            raise unreadable("The NRRD header needs its data file.")
        else:
            with data_path.open("rb") as raw:
                data = _voxels(raw, found)
    if not found.segments:
        return Volume(data, found.grid, found.warnings)
    return _segmented(data, found)


def _segmented(data: Array, found: Header) -> Volume:
    """Slicer's segments as one label map: with their own values where all lie in one layer, else numbered."""
    if found.layers == 1:
        names = {one.label: one.name for one in found.segments if one.name}
        return Volume(data, found.grid, found.warnings, names=names)
    labels = np.zeros(found.grid.shape, np.uint16)
    names = {}
    overlaps = 0
    for number, one in enumerate(found.segments, 1):
        if not 0 <= one.layer < found.layers:
            raise unreadable("The NRRD header names a layer that doesn't exist.")
        inside = data[one.layer] == one.label
        overlaps += int(np.count_nonzero(inside & (labels > 0)))
        labels[inside & (labels == 0)] = number
        if one.name:
            names[number] = one.name
    warnings = list(found.warnings)
    if overlaps:
        warnings.append(
            Caution(
                "overlapping_labels",
                f"Segments of the file overlap in {counted(overlaps, 'voxel')}: the first segment keeps them.",
                {"count": overlaps},
            )
        )
    return Volume(labels, found.grid, tuple(warnings), names=names)


def _voxels(stream: BinaryIO, found: Header) -> Array:
    for _ in range(found.line_skip):
        stream.readline()
    if found.byte_skip == -1:
        if stream.seek(0, io.SEEK_END) < found.voxel_bytes:
            raise unreadable("The data file is smaller than its header says.")
        stream.seek(-found.voxel_bytes, io.SEEK_END)
    else:
        stream.seek(found.byte_skip, io.SEEK_CUR)
    shape = found.grid.shape if found.layers == 1 else (found.layers, *found.grid.shape)
    return read_voxels(stream, found.dtype, shape, found.encoding)


def _header(fields: Any, data_at: int) -> Header:
    directions, origin, warnings = _directions(fields)
    sides, segments = [int(side) for side in fields["sizes"]], _segments(fields)
    # Slicer puts segments that overlap into layers, which are the first axis and have no direction.
    layers = sides.pop(0) if segments and len(sides) == 4 and _no_direction(fields) else 1
    if not 1 <= layers <= MOST_LAYERS:
        raise unreadable("The NRRD file has too many layers.")
    shape = check_shape(sides)
    if layers * math.prod(shape) > 2 * MAX_VOXELS:
        raise UnreadableFile("volume_too_large", f"The NRRD file holds {layers} layers, more than fit in memory")
    if directions.shape != (3, 3):
        raise unreadable("The NRRD header doesn't give a direction for each of its three axes.")
    signs = _signs(fields)
    if signs is None:
        warnings.append(
            Caution(
                "assumed_orientation",
                "The NRRD file doesn't state its axes in the body: right, anterior, superior is assumed.",
            )
        )
    affine = np.eye(4)
    affine[:3, :3] = directions.T
    affine[:3, 3] = origin
    affine = np.diag([*(signs or (1.0, 1.0, 1.0)), 1.0]) @ affine
    native: dict[str, Any] = {"directions": directions.tolist(), "origin": origin.tolist()}
    if signs is not None:
        native["space"] = str(fields["space"])
    encoding = ENCODINGS.get(str(fields["encoding"]).lower())
    kind = TYPES.get(str(fields["type"]).lower())
    if encoding is None or kind is None:
        raise unreadable("The NRRD file's type or encoding isn't supported (expected raw, gzip or bzip2 numbers).")
    order = {"big": ">", "little": "<"}.get(str(fields.get("endian", "little")).lower(), "<")
    byte_skip = int(fields.get("byte skip", fields.get("byteskip", 0)))
    line_skip = int(fields.get("line skip", fields.get("lineskip", 0)))
    if byte_skip < -1 or line_skip < 0 or (byte_skip == -1 and encoding != "raw"):
        raise unreadable("The NRRD header skips a part of its data file that doesn't exist.")
    return Header(
        Grid(shape, affine, "nrrd", native),
        np.dtype(order + kind),
        encoding,
        _data_file(fields),
        data_at,
        line_skip,
        byte_skip,
        tuple(warnings),
        layers,
        segments,
    )


def _data_file(fields: Any) -> str | None:
    named = fields.get("data file", fields.get("datafile"))
    if named is None or str(named).upper() == "LOCAL":
        return None
    name = str(named).removeprefix("./")
    # A header may name any path of the machine that reads it: only a neighbour by its plain name is taken.
    if "/" in name or "\\" in name or name.startswith("..") or "%" in name or name.upper().startswith("LIST"):
        raise unreadable("The NRRD header must name one data file that lies beside it.")
    return name


def _no_direction(fields: Any) -> bool:
    first = (fields.get("space directions") if fields.get("space directions") is not None else [None])[0]
    return first is None or not np.isfinite(np.asarray(first, float)).any()


def _segments(fields: Any) -> tuple[Segment, ...]:
    found = []
    for number in range(MOST_SEGMENTS):
        if f"Segment{number}_ID" not in fields and f"Segment{number}_Name" not in fields:
            break
        label = int(fields.get(f"Segment{number}_LabelValue", number + 1))
        name = region_name(str(fields.get(f"Segment{number}_Name", "")))
        found.append(Segment(name, int(fields.get(f"Segment{number}_Layer", 0)), label))
    return tuple(found)


def _signs(fields: Any) -> tuple[float, float, float] | None:
    return SPACES.get(str(fields.get("space", "")).lower())


def _directions(fields: Any) -> tuple[Array, Array, list[Caution]]:
    warnings: list[Caution] = []
    given = fields.get("space directions")
    units = fields.get("space units" if given is not None else "units") or []
    scale, notes = in_millimetres([str(unit) for unit in units if unit is not None], "NRRD file")
    warnings += notes
    if given is not None:
        rows = np.array([[np.nan] * 3 if row is None else row for row in given], dtype=np.float64)
        directions = rows[np.isfinite(rows).all(axis=1)]
    else:
        spacings = np.asarray(fields.get("spacings", [1.0] * len(fields["sizes"])), dtype=np.float64)
        directions = np.diag(spacings[:3])
        if "spacings" not in fields:
            warnings.append(Caution("assumed_spacing", "The NRRD file gives no voxel size: 1 mm is assumed."))
    origin = np.asarray(fields.get("space origin", [0.0, 0.0, 0.0]), dtype=np.float64)
    if given is None:  # units belong to the axes of the array, which run along the world's
        return directions * scale[: len(directions), None], origin * scale, warnings
    return directions * scale, origin * scale, warnings
