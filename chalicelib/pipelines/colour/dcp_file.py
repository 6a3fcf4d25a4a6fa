"""A DNG camera profile (DCP) from the card in a raw: raw converters interpret a camera's colours by it.

Source: the DNG specification 1.7, chapters 2 ("Camera profiles") and 6 ("Mapping camera colour space to CIE XYZ").
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.colour.spaces import D50

Floats = NDArray[np.float64]

_ASCII, _SHORT, _LONG, _SRATIONAL, _FLOAT = 2, 3, 4, 10, 11
_MODEL, _COLOR_MATRIX, _ILLUMINANT, _NAME, _CURVE, _POLICY, _FORWARD_MATRIX, _BLACK_RENDER = (
    *(50708, 50721, 50778, 50936, 50940, 50941, 50964, 51110),
)
_AS_D50 = 23
_PARTS = 1_000_000


@dataclass(frozen=True)
class RawCamera:
    """model: the name by which converters know the camera (UniqueCameraModel). multipliers: of red, green and blue,
    which balanced the raw's numbers before the fit."""

    model: str
    multipliers: tuple[float, float, float]


def matrices(balanced_to_xyz: Floats, camera: RawCamera) -> tuple[Floats, Floats] | None:
    """(ColorMatrix1, ForwardMatrix1) of a 3×3 from balanced linear light to XYZ (D50); None where it has no white.

    The light in which the card was shot counts as D50: its white is the profile's, whatever its name.
    """
    try:
        white = np.linalg.solve(balanced_to_xyz, D50)
        native = np.linalg.inv(balanced_to_xyz @ np.diag(camera.multipliers))
    except np.linalg.LinAlgError:
        return None
    neutral = native @ D50
    if not (np.isfinite(native).all() and (white > 0).all() and (neutral > 0).all()):
        return None
    # Exposure belongs to a picture and not to a camera: neither matrix carries it.
    return native / neutral.max(), balanced_to_xyz @ np.diag(white)


def written(color_matrix: Floats, forward_matrix: Floats, camera: RawCamera, name: str) -> bytes:
    """The file: a TIFF directory under the magic number of camera profiles, without an image."""
    entries = [
        (_MODEL, _ASCII, camera.model.encode("ascii", "replace") + b"\0"),
        (_COLOR_MATRIX, _SRATIONAL, _ratios(color_matrix)),
        (_ILLUMINANT, _SHORT, struct.pack("<H", _AS_D50)),
        (_NAME, _ASCII, name.encode("ascii", "replace") + b"\0"),
        (_CURVE, _FLOAT, struct.pack("<4f", 0, 0, 1, 1)),  # else a converter's own tone curve changes the colours
        (_POLICY, _LONG, struct.pack("<L", 0)),
        (_FORWARD_MATRIX, _SRATIONAL, _ratios(forward_matrix)),
        (_BLACK_RENDER, _LONG, struct.pack("<L", 1)),
    ]
    size = {_ASCII: 1, _SHORT: 2, _LONG: 4, _SRATIONAL: 8, _FLOAT: 4}
    directory, values = struct.pack("<H", len(entries)), b""
    at = 8 + 2 + 12 * len(entries) + 4
    for tag, kind, content in entries:
        directory += struct.pack("<HHL", tag, kind, len(content) // size[kind])
        if len(content) <= 4:
            directory += content.ljust(4, b"\0")
        else:
            directory += struct.pack("<L", at + len(values))
            values += content + b"\0" * (len(content) % 2)
    return b"IIRC" + struct.pack("<L", 8) + directory + struct.pack("<L", 0) + values


def _ratios(matrix: Floats) -> bytes:
    return b"".join(struct.pack("<ll", round(float(value) * _PARTS), _PARTS) for value in matrix.ravel())
