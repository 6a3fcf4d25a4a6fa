"""NIfTI-1 and NIfTI-2 in one file, gzipped or not."""

from __future__ import annotations

import base64
import gzip
import io
import math
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import nibabel as nib
import numpy as np

from chalicelib.pipelines.volume.geometry import Grid, Volume, plain_numbers
from chalicelib.pipelines.volume.limits import check_shape, unreadable

HEADER_BYTES = 544
GZIP = b"\x1f\x8b"
MILLIMETRES = {"meter": 1000.0, "micron": 0.001}
# What says where the voxels lie. Everything else of a header (description, names, extensions) may name the patient.
GEOMETRY = (
    *("pixdim", "qform_code", "sform_code", "quatern_b", "quatern_c", "quatern_d"),
    *("qoffset_x", "qoffset_y", "qoffset_z", "srow_x", "srow_y", "srow_z"),
)


def grid_of(start: bytes) -> tuple[Grid, int, str]:
    """The grid, the uncompressed file's size in bytes, and the values' type, by the file's first 544 bytes.

    Raises UnreadableFile.
    """
    header = _header(start)
    shape = check_shape(header.get_data_shape())
    dtype = header.get_data_dtype()
    if dtype.kind not in "iuf":
        raise unreadable("The NIfTI file holds colours or complex numbers, expected one number for each voxel.")
    unit = MILLIMETRES.get(_unit(header), 1.0)
    affine = np.diag([unit, unit, unit, 1.0]) @ np.asarray(header.get_best_affine(), dtype=np.float64)
    kept = _geometry_only(header, shape)
    native = {
        "nifti": type(kept).__name__,
        "header": base64.b64encode(kept.binaryblock).decode(),
    }
    size = int(header.get_data_offset()) + math.prod(shape) * dtype.itemsize
    return Grid(shape, affine, "nifti", native), size, dtype.name


def check(stream: BinaryIO, size: int) -> tuple[Grid, str]:
    """Grid and type of the values of a NIfTI file of `size` bytes; refuses one cut short. Raises UnreadableFile."""
    with decompressed(stream) as content:
        grid, expected, dtype = grid_of(content.read(HEADER_BYTES))
        if content is stream:
            held = size
        else:
            # Only unpacking tells whether a gzip file is whole: its last bytes state a size, but any bytes do so.
            content.seek(0)
            held = _length(content, expected)
    if held < expected:
        raise unreadable("The NIfTI file ends before its last voxel.")
    return grid, dtype


def load(path: Path) -> Volume:
    """The volume of a `.nii` or `.nii.gz`. Raises UnreadableFile."""
    with path.open("rb") as stream, decompressed(stream) as content:
        start = content.read(HEADER_BYTES)
        grid, _, _ = grid_of(start)
        image_class = nib.Nifti2Image if isinstance(_header(start), nib.Nifti2Header) else nib.Nifti1Image
        content.seek(0)
        try:
            image = image_class.from_stream(content)
            proxy = image.dataobj
            whole = proxy.slope == 1 and proxy.inter == 0
            data = np.asanyarray(proxy) if whole else image.get_fdata(dtype=np.float32, caching="unchanged")
            content.read(1 << 20)  # to the end of what is packed, where its checksum is compared
        except Exception:  # whatever a damaged file makes the library trip over
            raise unreadable("The NIfTI file is damaged or ends before its last voxel.") from None
    return Volume(plain_numbers(data.reshape(grid.shape, order="F")), grid)


@contextmanager
def decompressed(stream: BinaryIO) -> Iterator[BinaryIO]:
    """The stream itself, or what it unpacks to where it is gzip."""
    stream.seek(0)
    gzipped = stream.read(2) == GZIP
    stream.seek(0)
    try:
        yield cast(BinaryIO, gzip.GzipFile(fileobj=stream, mode="rb")) if gzipped else stream
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise unreadable("The gzip file is damaged or cut short.") from None


def _length(content: BinaryIO, expected: int) -> int:
    """Bytes up to `expected`, and a little beyond: to where a sound file ends and its checksum is compared."""
    held = 0
    while held <= expected and (piece := content.read(4 << 20)):
        held += len(piece)
    return held


def _header(start: bytes) -> Any:
    sizes = {int.from_bytes(start[:4], "little"), int.from_bytes(start[:4], "big")}
    if 348 in sizes and start[344:348] == b"n+1\0":
        kind, length = nib.Nifti1Header, 348
    elif 540 in sizes and start[4:8] == b"n+2\0":
        kind, length = nib.Nifti2Header, 540
    else:
        raise unreadable("The file isn't a NIfTI file.")
    try:
        return kind.from_fileobj(io.BytesIO(start[:length]))
    except Exception:  # HeaderDataError and whatever nonsense values lead to
        raise unreadable("The NIfTI header is damaged.") from None


def _unit(header: Any) -> str:
    try:
        return str(header.get_xyzt_units()[0])
    except KeyError:  # a code that no unit has
        return "unknown"


def _geometry_only(header: Any, shape: tuple[int, int, int]) -> Any:
    clean = type(header)()
    clean.set_data_shape(shape)
    for name in GEOMETRY:
        clean[name] = header[name]
    clean["pixdim"][4:] = 0
    clean.set_xyzt_units(_unit(header))
    return clean
