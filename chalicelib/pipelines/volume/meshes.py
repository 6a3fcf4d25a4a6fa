"""Surfaces as files: VTK legacy, STL, PLY and OBJ, in mm in the world of the input (RAS+, as nibabel has it)."""

from __future__ import annotations

import numpy as np

from chalicelib.pipelines.volume.colours import of_thickness
from chalicelib.pipelines.volume.geometry import Array
from chalicelib.pipelines.volume.options import NOTICE
from chalicelib.pipelines.volume.surfaces import Surface

ROWS = 50_000
FORMATS = ("vtk", "stl", "ply", "obj")
ARTIFACTS = {"stl": "model/stl", "ply": "application/octet-stream"}  # the others are in the zip


def all_formats(surface: Surface, name: str, thickness: Array | None) -> dict[str, bytes]:
    """The surface in each of FORMATS. thickness: (vertices,) mm, kept where a format has a place for it."""
    return {
        "vtk": vtk(surface, name, thickness),
        "stl": stl(surface, name),
        "ply": ply(surface, name, thickness),
        "obj": obj(surface, name),
    }


def vtk(surface: Surface, name: str, thickness: Array | None = None) -> bytes:
    """A polygonal dataset, with `thickness_mm` as data of its points where thickness is given; numbers are big-endian.

    Source: "VTK File Formats", simple legacy format 3.0.
    """
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
            _point_data(thickness),
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


def ply(surface: Surface, name: str, thickness: Array | None = None) -> bytes:
    """A binary PLY; a given thickness becomes `thickness_mm` of each vertex, and its colour on the pictures' scale."""
    fields: list[tuple[str, str]] = [("x", "<f4"), ("y", "<f4"), ("z", "<f4")]
    if thickness is not None:
        fields += [("red", "u1"), ("green", "u1"), ("blue", "u1"), ("thickness_mm", "<f4")]
    vertices = np.zeros(len(surface.vertices), fields)
    for axis, field in enumerate("xyz"):
        vertices[field] = surface.vertices[:, axis]
    if thickness is not None:
        for channel, field in enumerate(("red", "green", "blue")):
            vertices[field] = of_thickness(thickness)[:, channel]
        vertices["thickness_mm"] = thickness
    faces = np.zeros(len(surface.faces), [("count", "u1"), ("corners", "<i4", 3)])
    faces["count"], faces["corners"] = 3, surface.faces
    words = {"u1": "uchar", "<f4": "float"}
    header = [
        "ply",
        "format binary_little_endian 1.0",
        f"comment {_ascii(name)} | mm, RAS+ | {NOTICE}",
        f"element vertex {len(vertices)}",
        *(f"property {words[kind]} {field}" for field, kind in fields),
        f"element face {len(faces)}",
        "property list uchar int vertex_indices",
        "end_header\n",
    ]
    return "\n".join(header).encode() + vertices.tobytes() + faces.tobytes()


def obj(surface: Surface, name: str) -> bytes:
    """Wavefront OBJ; its corners count from 1."""
    head = f"# {_ascii(name)} | mm, RAS+ | {NOTICE}\n".encode()
    return head + _lines("v %.4f %.4f %.4f\n", surface.vertices) + _lines("f %d %d %d\n", surface.faces + 1)


def _lines(form: str, rows: Array) -> bytes:
    # One format for many rows: two or three times as fast as one for each, and a surface has millions.
    parts = (rows[start : start + ROWS] for start in range(0, len(rows), ROWS))
    return b"".join((form * len(part) % tuple(part.ravel().tolist())).encode() for part in parts)


def _point_data(thickness: Array | None) -> bytes:
    if thickness is None:
        return b""
    head = f"POINT_DATA {len(thickness)}\nSCALARS thickness_mm float 1\nLOOKUP_TABLE default\n"
    return head.encode() + thickness.astype(">f4").tobytes() + b"\n"


def _ascii(name: str) -> str:
    return name[:64].encode("ascii", "replace").decode()
