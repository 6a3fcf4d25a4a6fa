"""Surfaces as files: VTK legacy and STL, both binary, in mm in the world of the input (RAS+, as nibabel has it)."""

from __future__ import annotations

import numpy as np

from chalicelib.pipelines.volume.options import NOTICE
from chalicelib.pipelines.volume.surfaces import Surface


def vtk(surface: Surface, name: str) -> bytes:
    """A polygonal dataset. Source: "VTK File Formats", simple legacy format 3.0; numbers are big-endian."""
    title = f"{name[:64]} | mm, RAS+ | {NOTICE}".encode("ascii", "replace")
    corners = np.empty((len(surface.faces), 4), ">i4")
    corners[:, 0] = 3
    corners[:, 1:] = surface.faces
    return b"".join(
        (
            b"# vtk DataFile Version 3.0\n" + title + b"\nBINARY\nDATASET POLYDATA\n",
            f"POINTS {len(surface.vertices)} float\n".encode(),
            surface.vertices.astype(">f4").tobytes(),
            f"\nPOLYGONS {len(corners)} {corners.size}\n".encode(),
            corners.tobytes(),
            b"\n",
        )
    )


def stl(surface: Surface, name: str) -> bytes:
    """A binary STL. Its 80 bytes of header mustn't begin with "solid", or readers take it for text."""
    records = np.zeros(
        len(surface.faces), dtype=[("normal", "<f4", 3), ("corners", "<f4", (3, 3)), ("attribute", "<u2")]
    )
    corners = surface.vertices[surface.faces]
    records["corners"] = corners
    a, b, c = (corners[:, n].astype(np.float64) for n in range(3))
    normals = np.cross(b - a, c - a)
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    records["normal"] = normals / np.where(lengths > 0, lengths, 1)
    header = f"mm, RAS+ | {NOTICE} | {name}".encode("ascii", "replace")[:80].ljust(80)
    return header + np.uint32(len(records)).tobytes() + records.tobytes()
