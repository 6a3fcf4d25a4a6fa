"""Writes a label map onto the input's own grid, as exactly as each format can state it."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

import nibabel as nib
import numpy as np

from chalicelib.pipelines.volume.geometry import LPS_TO_RAS, Array, Grid


def write_nifti(labels: Array, grid: Grid, path: Path) -> None:
    """Gzipped NIfTI. labels: on `grid`, uint8, uint16, or float32 for a map of another kind.

    The header's geometry is the input's own where that was NIfTI (NIfTI-2 stays NIfTI-2). From another format it is
    the affine as float32, which is all that NIfTI-1 holds; the NRRD beside it has all 64 bits.
    """
    if "nifti" in grid.native:
        two = grid.native["nifti"] == "Nifti2Header"
        image_class, header_class = (nib.Nifti2Image, nib.Nifti2Header) if two else (nib.Nifti1Image, nib.Nifti1Header)
        header = header_class(base64.b64decode(grid.native["header"]))
        header.set_data_dtype(labels.dtype)
        image = image_class(labels, None, header=header)
    else:
        image = nib.Nifti1Image(labels, grid.affine)
        image.header.set_xyzt_units("mm")
        image.header.set_sform(grid.affine, "scanner")
        # A quaternion can't state a shear: it is left out then, since two forms that differ would mean two places.
        image.header.set_qform(grid.affine, "scanner" if _upright(grid) else "unknown")
    # Neither a name nor a time in the gzip header: the same labels are the same bytes.
    with path.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
        image.to_stream(cast(Any, packed))


def write_nrrd(labels: Array, grid: Grid, path: Path, named: Sequence[tuple[int, str, str]] = ()) -> None:
    """Gzip-encoded NRRD. An NRRD input's own space, directions and origin are repeated; else LPS, as most tools expect.

    named: (value, name, colour as #rrggbb) of each region, as 3D Slicer keeps segments: renamed to `.seg.nrrd` it opens
    as a segmentation.

    Written here because pynrrd puts the time of day into each file.
    """
    native = grid.native
    if grid.format == "nrrd":
        space = f"space: {native['space']}" if "space" in native else "space dimension: 3"
        directions, origin = np.array(native["directions"]), np.array(native["origin"])
    else:
        lps = LPS_TO_RAS @ grid.affine
        space, directions, origin = "space: left-posterior-superior", lps[:3, :3].T, lps[:3, 3]
    lines = [
        "NRRD0004",
        f"type: {labels.dtype.name}",
        "dimension: 3",
        space,
        f"sizes: {' '.join(str(side) for side in labels.shape)}",
        f"space directions: {' '.join(_vector(row) for row in directions)}",
        "kinds: domain domain domain",
        "endian: little",
        "encoding: gzip",
        f"space origin: {_vector(origin)}",
    ]
    for place, (value, name, colour) in enumerate(named):
        shade = " ".join(f"{int(colour[n : n + 2], 16) / 255:.4f}" for n in (1, 3, 5))
        about = {"ID": f"Segment_{value}", "Name": name, "Color": shade, "LabelValue": value, "Layer": 0}
        lines += [f"Segment{place}_{key}:={text}" for key, text in about.items()]
    with path.open("wb") as raw:
        raw.write("\n".join(lines).encode() + b"\n\n")
        with gzip.GzipFile("", "wb", 6, raw, mtime=0) as packed:
            packed.write(labels.astype(labels.dtype.newbyteorder("<"), copy=False).tobytes("F"))


def _upright(grid: Grid) -> bool:
    axes = grid.affine[:3, :3] / grid.spacing
    return float(np.abs(axes.T @ axes - np.eye(3)).max()) < 1e-4


def _vector(values: Array) -> str:
    # repr is the shortest text that reads back as the same 64 bits; -0.0 would only look odd.
    return f"({','.join(repr(float(value) + 0.0) for value in values)})"
