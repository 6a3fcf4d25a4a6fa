"""NIfTI-1 and NIfTI-2, gzipped or not, in one file or in a header and its image."""

from __future__ import annotations

import base64
import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import nibabel as nib
import numpy as np
from nibabel.spatialimages import HeaderDataError

from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.volume.geometry import Grid, Volume
from chalicelib.pipelines.volume.limits import check_shape, unreadable
from chalicelib.pipelines.volume.readers.decompression import check_promise, unpacked
from chalicelib.pipelines.volume.readers.raw_data import read_voxels

HEADER_BYTES = 544
GZIP = b"\x1f\x8b"
FORMS_AGREE = 0.01  # voxels, at the far corner
SIZES_AGREE = 0.01
MILLIMETRES = {"meter": 1000.0, "micron": 0.001}
# The fields that place the voxels. All others of a header (description, names, extensions) may name the patient.
GEOMETRY = (
    *("pixdim", "qform_code", "sform_code", "quatern_b", "quatern_c", "quatern_d"),
    *("qoffset_x", "qoffset_y", "qoffset_z", "srow_x", "srow_y", "srow_z"),
)


@dataclass(frozen=True)
class Header:
    """data_at: where the voxels begin; apart: whether they lie in another file. slope, inter: stored → value."""

    grid: Grid
    dtype: np.dtype[Any]
    data_at: int
    apart: bool
    slope: float
    inter: float
    warnings: tuple[Caution, ...]

    @property
    def voxel_bytes(self) -> int:
        return math.prod(self.grid.shape) * self.dtype.itemsize


def header(start: bytes) -> Header:
    """The header of a file that begins with these (at least 544) unpacked bytes. Raises UnreadableFile."""
    found, apart = _header(start)
    analyze = isinstance(found, nib.AnalyzeHeader) and not isinstance(found, nib.Nifti1Header)
    shape = check_shape(found.get_data_shape())
    try:
        dtype = found.get_data_dtype()
    except KeyError:  # an unknown type code
        raise unreadable("The NIfTI header is damaged.") from None
    if dtype.kind not in "iuf":
        raise unreadable("The NIfTI file holds colours or complex numbers, expected one number for each voxel.")
    if analyze:
        found = _from_analyze(found, shape)
    unit = MILLIMETRES.get(_unit(found), 1.0)
    affine = np.diag([unit, unit, unit, 1.0]) @ np.asarray(found.get_best_affine(), dtype=np.float64)
    kept = _geometry_only(found, shape)
    native: dict[str, str] = {"nifti": type(kept).__name__}
    grid = Grid(shape, affine, "nifti", native)  # refuses a header that gives no size or direction
    warnings = _two_forms(kept, shape)
    if analyze:
        warnings.append(
            Caution(
                "assumed_orientation",
                "The Analyze header doesn't state which side is left: the first axis is assumed to run to the left.",
            )
        )
    native["header"] = base64.b64encode(kept.binaryblock).decode()
    try:
        slope, inter = found.get_slope_inter()
    except HeaderDataError:
        raise unreadable("The NIfTI header's scale is damaged.") from None
    return Header(
        grid,
        dtype,
        0 if apart else _offset(found),
        apart,
        1.0 if slope is None else float(slope),
        0.0 if inter is None else float(inter),
        tuple(warnings),
    )


def _offset(header: Any) -> int:
    """Where the voxels begin: a float in the header, which may be anything. Raises UnreadableFile."""
    try:
        offset = int(header.get_data_offset())
    except (OverflowError, ValueError):  # infinite, or no number
        offset = -1
    if offset < 0:
        raise unreadable("The NIfTI header doesn't state where its voxels begin.")
    return offset


def check(stream: BinaryIO, size: int) -> Header:
    """The header of a NIfTI file of `size` bytes; refuses one cut short. Raises UnreadableFile."""
    content, gzipped = decompressed(stream)
    found = header(_start(content))
    if found.apart:
        return found
    expected = found.data_at + found.voxel_bytes
    if gzipped:
        # Only unpacking shows whether a gzip file is whole: its last bytes state a size, but so would any other bytes.
        check_promise(expected, size)
        content.seek(0)
        held = _length(content, expected)
    else:
        held = size
    if held < expected:
        raise unreadable("The NIfTI file ends before its last voxel.")
    return found


def load(path: Path, image: Path | None = None) -> Volume:
    """The volume of a `.nii` or `.nii.gz`, or of a `.hdr` with its `image`. Raises UnreadableFile."""
    with path.open("rb") as stream:
        found = header(_start(decompressed(stream)[0]))
    if found.apart and image is None:
        raise unreadable("The NIfTI header needs its image file (.img) beside it.")
    with (image or path).open("rb") as stream:
        content, gzipped = decompressed(stream)
        if gzipped:
            check_promise(found.voxel_bytes, path.stat().st_size if image is None else image.stat().st_size)
        content.seek(found.data_at)
        data = read_voxels(content, found.dtype, found.grid.shape, "raw")
        content.read(1)  # to the end of the packed data, where its checksum is compared
    if found.slope != 1 or found.inter != 0:
        scaled = np.empty(data.shape, np.float32, order="F")
        for place in range(data.shape[2]):
            scaled[:, :, place] = data[:, :, place] * found.slope + found.inter
        data = scaled
    return Volume(data, found.grid, found.warnings)


def decompressed(stream: BinaryIO) -> tuple[BinaryIO, bool]:
    """The stream itself, or its unpacked content where it is gzip; and whether it is."""
    stream.seek(0)
    gzipped = stream.read(2) == GZIP
    stream.seek(0)
    return (unpacked(stream, "gzip"), True) if gzipped else (stream, False)


def _start(content: BinaryIO) -> bytes:
    start = b""
    while len(start) < HEADER_BYTES and (piece := content.read(HEADER_BYTES - len(start))):
        start += piece
    return start


def _length(content: BinaryIO, expected: int) -> int:
    """Bytes up to `expected`, and a little beyond: to where a sound file ends and its checksum is compared."""
    held = 0
    while held <= expected and (piece := content.read(1 << 20)):
        held += len(piece)
    return held


def _two_forms(kept: Any, shape: tuple[int, int, int]) -> list[Caution]:
    """A header may place its voxels twice. Where both disagree, `kept` is changed to hold only the one that is used."""
    used = kept.get_best_affine()
    corner = np.array([*(side - 1 for side in shape), 1.0])
    allowed = FORMS_AGREE * float(np.linalg.norm(used[:3, :3], axis=0).min())

    def off() -> float:
        return float(np.abs((kept.get_qform() - used) @ corner).max())

    warnings = []
    if int(kept["sform_code"]) > 0 and int(kept["qform_code"]) > 0 and off() > allowed:
        warnings.append(
            Caution(
                "forms_disagree",
                f"The NIfTI header's sform and qform disagree by up to {off():.2f} mm: the sform is used, as in most "
                "programs.",
                {"off": round(off(), 2)},
            )
        )
        kept.set_qform(used, int(kept["qform_code"]), strip_shears=True)
        if off() > allowed:
            kept["qform_code"] = 0
    sides = np.linalg.norm(used[:3, :3], axis=0)
    stated = np.abs(np.asarray(kept["pixdim"][1:4], np.float64))
    if int(kept["sform_code"]) > 0 and (stated > 0).all() and not np.allclose(stated, sides, rtol=SIZES_AGREE):
        warnings.append(
            Caution(
                "sizes_disagree",
                f"The NIfTI header's pixdim and sform disagree: voxels are {_sides(stated)} mm by the first and "
                f"{_sides(sides)} mm by the second, which is used.",
            )
        )
    if int(kept["sform_code"]) <= 0 and int(kept["qform_code"]) <= 0:
        warnings.append(
            Caution(
                "assumed_orientation",
                "The NIfTI header doesn't state its axes in the body: left, anterior, superior is assumed, as in "
                "Analyze.",
            )
        )
    return warnings


def _sides(values: Any) -> str:
    return "×".join(f"{side:.4g}" for side in values)


def _header(start: bytes) -> tuple[Any, bool]:
    sizes = {int.from_bytes(start[:4], "little"), int.from_bytes(start[:4], "big")}
    apart = False
    if 348 in sizes and start[344:348] in (b"n+1\0", b"ni1\0"):
        kind, length, apart = nib.Nifti1Header, 348, start[344:347] == b"ni1"
    elif 348 in sizes and len(start) >= 348 and start[344:348] == bytes(4):
        kind, length, apart = nib.AnalyzeHeader, 348, True
    elif 540 in sizes and start[4:8] == b"n+2\0":
        kind, length = nib.Nifti2Header, 540
    else:
        raise unreadable("The file isn't a NIfTI file.")
    try:
        return kind.from_fileobj(io.BytesIO(start[:length]), check=not apart), apart
    except Exception:  # HeaderDataError, and any error that nonsense values cause
        raise unreadable("The NIfTI header is damaged.") from None


def _from_analyze(found: Any, shape: tuple[int, int, int]) -> Any:
    """The same grid as a NIfTI header, in the orientation that readers of Analyze agree on."""
    affine = np.asarray(found.get_best_affine(), dtype=np.float64)
    header = nib.Nifti1Header()
    header.set_data_shape(shape)
    header.set_sform(affine, 1)
    header["pixdim"][1:4] = np.abs(np.diag(affine)[:3])
    header.set_xyzt_units("mm")
    return header


def _unit(header: Any) -> str:
    try:
        return str(header.get_xyzt_units()[0])
    except KeyError:  # an unknown unit code
        return "unknown"


def _geometry_only(header: Any, shape: tuple[int, int, int]) -> Any:
    clean = type(header)()
    clean.set_data_shape(shape)
    for name in GEOMETRY:
        clean[name] = header[name]
    clean["pixdim"][4:] = 0
    clean.set_xyzt_units(_unit(header))
    return clean
