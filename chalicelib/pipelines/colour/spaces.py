"""Colour spaces: XYZ and CIELAB under D50, and the RGB spaces that a picture can be written in.

All colours meet in XYZ relative to D50, where Y = 1 is the perfect white: the cards' makers measure under D50, and
ICC's profile connection space has it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

D50 = np.array([0.9642, 1.0, 0.8249])  # as ICC writes it
D65 = np.array([0.95047, 1.0, 1.08883])

_CONE = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])
_EPSILON, _KAPPA = 216 / 24389, 24389 / 27


def bradford(white_from: Floats, white_to: Floats) -> Floats:
    """The 3×3 matrix that takes XYZ under one white to the look of it under another. Source: ICC.1:2022, annex E."""
    scale = (_CONE @ white_to) / (_CONE @ white_from)
    return np.asarray(np.linalg.solve(_CONE, scale[:, None] * _CONE))


def lab_of(xyz: Floats, white: Floats = D50) -> Floats:
    """CIELAB of XYZ, (..., 3) to (..., 3). Values below zero follow the line near black, so that they still compare."""
    t = np.asarray(xyz, np.float64) / white
    f = np.where(t > _EPSILON, np.cbrt(np.maximum(t, _EPSILON)), (_KAPPA * t + 16) / 116)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def xyz_of(lab: Floats, white: Floats = D50) -> Floats:
    """XYZ of CIELAB, the inverse of lab_of."""
    lightness, a, b = np.moveaxis(np.asarray(lab, np.float64), -1, 0)
    y = (lightness + 16) / 116
    f = np.stack([y + a / 500, y, y - b / 200], -1)
    return np.asarray(np.where(f**3 > _EPSILON, f**3, (116 * f - 16) / _KAPPA) * white)


def srgb_decoded(encoded: Floats) -> Floats:
    """Linear light of values in sRGB's encoding, 0..1. Source: IEC 61966-2-1."""
    v = np.asarray(encoded)
    return np.asarray(np.where(v <= 0.04045, v / 12.92, ((np.maximum(v, 0.04045) + 0.055) / 1.055) ** 2.4))


def srgb_encoded(linear: Floats) -> Floats:
    """Values in sRGB's encoding of linear light, 0..1."""
    v = np.asarray(linear)
    return np.asarray(np.where(v <= 0.0031308, v * 12.92, 1.055 * np.maximum(v, 0.0031308) ** (1 / 2.4) - 0.055))


def power_curve(exponent: float) -> tuple[Callable[[Floats], Floats], Callable[[Floats], Floats]]:
    """The functions decode and encode of a plain power."""
    return (
        lambda encoded: np.asarray(np.maximum(encoded, 0) ** exponent),
        lambda linear: np.asarray(np.maximum(linear, 0) ** (1 / exponent)),
    )


def _prophoto_decoded(encoded: Floats) -> Floats:
    return np.asarray(np.where(encoded < 16 / 512, encoded / 16, np.maximum(encoded, 0) ** 1.8))


def _prophoto_encoded(linear: Floats) -> Floats:
    return np.asarray(np.where(linear < 1 / 512, linear * 16, np.maximum(linear, 0) ** (1 / 1.8)))


@dataclass(frozen=True)
class RgbSpace:
    """A space that pictures are written in. primaries: x, y of red, green and blue. white: XYZ. icc: see profiles."""

    name: str
    title: str
    primaries: tuple[tuple[float, float], tuple[float, float], tuple[float, float]]
    white: Floats
    decoded: Callable[[Floats], Floats]
    encoded: Callable[[Floats], Floats]

    @cached_property
    def to_xyz(self) -> Floats:
        """3×3, linear RGB to XYZ under D50 (Bradford)."""
        columns = np.array([[x / y, 1.0, (1 - x - y) / y] for x, y in self.primaries]).T
        own = columns * np.linalg.solve(columns, self.white)
        return np.asarray(bradford(self.white, D50) @ own)

    @cached_property
    def from_xyz(self) -> Floats:
        return np.asarray(np.linalg.inv(self.to_xyz))


_GAMMA_ADOBE = power_curve(563 / 256)
SRGB = RgbSpace("srgb", "sRGB", ((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)), D65, srgb_decoded, srgb_encoded)
DISPLAY_P3 = RgbSpace(
    "display_p3", "Display P3", ((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)), D65, srgb_decoded, srgb_encoded
)
ADOBE_RGB = RgbSpace(
    "adobe_rgb", "Adobe RGB (1998) compatible", ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)), D65, *_GAMMA_ADOBE
)
PROPHOTO = RgbSpace(
    "prophoto",
    "ProPhoto RGB (ROMM)",
    ((0.734699, 0.265301), (0.159597, 0.840403), (0.036598, 0.000105)),
    D50,
    _prophoto_decoded,
    _prophoto_encoded,
)
SPACES = {space.name: space for space in (SRGB, DISPLAY_P3, ADOBE_RGB, PROPHOTO)}


def lab_of_srgb(values: Floats) -> Floats:
    """CIELAB (D50) of sRGB values from 0 to 1."""
    return lab_of(srgb_decoded(np.asarray(values, np.float64)) @ SRGB.to_xyz.T)
