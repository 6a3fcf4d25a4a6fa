"""Colours as screens show them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.colour.spaces import SRGB, xyz_of

Floats = NDArray[np.float64]


def shown(lab: Floats) -> list[tuple[int, int, int]]:
    """8-bit sRGB of CIELAB (n, 3), cut to the colours that sRGB can show."""
    light = np.clip(xyz_of(np.asarray(lab)) @ SRGB.from_xyz.T, 0, 1)
    return [(int(r), int(g), int(b)) for r, g, b in np.rint(SRGB.encoded(light) * 255)]
