"""The meaning of a picture's numbers by its embedded profile, to show how far off they were before the correction."""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.colour.difference import delta_e_2000
from chalicelib.pipelines.colour.spaces import lab_of, lab_of_srgb

Floats = NDArray[np.float64]


def lab_of_values(values: Floats, icc: bytes | None) -> tuple[Floats, bool]:
    """CIELAB (D50) of a picture's numbers (n, 3) from 0 to 1, and whether its profile was followed: without one, and
    with one that isn't of matrix and curves, the numbers are taken for sRGB."""
    if icc:
        try:
            tags = _tags(icc)
            columns = np.stack([_xyz(tags[name]) for name in (b"rXYZ", b"gXYZ", b"bXYZ")], 1)
            curves = [tags[name] for name in (b"rTRC", b"gTRC", b"bTRC")]
            light = np.stack([_decoded(curve, values[:, i]) for i, curve in enumerate(curves)], 1)
            return lab_of(light @ columns.T), True
        except (KeyError, struct.error, ValueError, IndexError):
            pass
    return lab_of_srgb(values), False


def same_profile(one: bytes | None, other: bytes | None) -> bool:
    """Whether two embedded profiles give numbers the same colours; no profile means sRGB."""
    if one == other:
        return True
    steps = np.linspace(0.1, 0.9, 4)
    numbers = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(-1, 3)
    (mine, followed), (theirs, too) = lab_of_values(numbers, one), lab_of_values(numbers, other)
    readable = (one is None or followed) and (other is None or too)
    return readable and float(delta_e_2000(mine, theirs).mean()) < 0.5


def _tags(icc: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", icc, 128)
    if count > 200:
        raise ValueError("no profile")
    entries = [struct.unpack_from(">4sII", icc, 132 + 12 * i) for i in range(count)]
    return {name: icc[at : at + size] for name, at, size in entries}


def _xyz(tag: bytes) -> Floats:
    return np.array(struct.unpack_from(">3i", tag, 8)) / 65536


def _decoded(tag: bytes, values: Floats) -> Floats:
    if tag[:4] == b"curv":
        (count,) = struct.unpack_from(">I", tag, 8)
        if count == 0:
            return values
        table = np.frombuffer(tag, ">u2", count, 12)
        if count == 1:
            return np.asarray(values ** (float(table[0]) / 256))
        return np.interp(values, np.linspace(0, 1, count), table / 65535)
    if tag[:4] != b"para":
        raise ValueError("no curve")
    (kind,) = struct.unpack_from(">H", tag, 8)
    if kind not in (0, 3):
        raise ValueError("no curve that is known here")
    g, *rest = (number / 65536 for number in struct.unpack_from(f">{5 if kind else 1}i", tag, 12))
    if not rest:
        return np.asarray(values**g)
    a, b, c, d = rest
    return np.asarray(np.where(values >= d, np.maximum(a * values + b, 0) ** g, c * values))
