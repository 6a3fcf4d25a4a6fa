"""Colour differences between CIELAB colours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def _pair(lab_a: Floats, lab_b: Floats) -> tuple[Floats, Floats]:
    a, b = np.asarray(lab_a, np.float64), np.asarray(lab_b, np.float64)
    if a.shape[-1:] != (3,) or b.shape[-1:] != (3,):
        raise ValueError("colours are L*, a*, b* along the last axis")
    try:
        np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        raise ValueError(f"shapes {a.shape} and {b.shape} differ") from None
    return a, b


def delta_e_76(lab_a: Floats, lab_b: Floats) -> Floats:
    """Colour difference of 1976: the distance in CIELAB. lab_a, lab_b: (..., 3). Returns (...), >= 0."""
    a, b = _pair(lab_a, lab_b)
    return np.asarray(np.sqrt(((a - b) ** 2).sum(-1)))


def delta_e_94(reference: Floats, sample: Floats) -> Floats:
    """Colour difference CIE94 with the constants for graphic arts (K1 0.045, K2 0.015).

    reference, sample: (..., 3). Not symmetric: the weights come from `reference`. Returns (...), >= 0.
    Source: CIE 116-1995.
    """
    a, b = _pair(reference, sample)
    chroma_a, chroma_b = np.hypot(a[..., 1], a[..., 2]), np.hypot(b[..., 1], b[..., 2])
    lightness, chroma = a[..., 0] - b[..., 0], chroma_a - chroma_b
    # Where the hues are equal, rounding may take the square of their difference below zero.
    hue_squared = np.maximum((a[..., 1] - b[..., 1]) ** 2 + (a[..., 2] - b[..., 2]) ** 2 - chroma**2, 0)
    weighted_chroma = chroma / (1 + 0.045 * chroma_a)
    return np.asarray(np.sqrt(lightness**2 + weighted_chroma**2 + hue_squared / (1 + 0.015 * chroma_a) ** 2))


def delta_e_2000(lab_a: Floats, lab_b: Floats) -> Floats:
    """Colour difference CIEDE2000 between two sets of CIELAB colours.

    lab_a, lab_b: (..., 3), L* in 0..100. Returns (...), unitless, >= 0. Raises ValueError where the shapes differ.
    Source: Sharma, Wu and Dalal 2005, checked against its table 1.
    """
    a, b = _pair(lab_a, lab_b)
    l_1, a_1, b_1 = np.moveaxis(a, -1, 0)
    l_2, a_2, b_2 = np.moveaxis(b, -1, 0)
    mean_chroma_7 = ((np.hypot(a_1, b_1) + np.hypot(a_2, b_2)) / 2) ** 7
    stretch = 1.5 - 0.5 * np.sqrt(mean_chroma_7 / (mean_chroma_7 + 25.0**7))
    a_1, a_2 = a_1 * stretch, a_2 * stretch
    c_1, c_2 = np.hypot(a_1, b_1), np.hypot(a_2, b_2)
    h_1, h_2 = np.degrees(np.arctan2(b_1, a_1)) % 360, np.degrees(np.arctan2(b_2, a_2)) % 360
    hueless = c_1 * c_2 == 0

    turn = h_2 - h_1
    turn = np.where(hueless, 0.0, np.where(turn > 180, turn - 360, np.where(turn < -180, turn + 360, turn)))
    hue = 2 * np.sqrt(c_1 * c_2) * np.sin(np.radians(turn / 2))
    mean_h = h_1 + h_2
    far = np.abs(h_1 - h_2) > 180
    mean_h = np.where(hueless, mean_h, np.where(far, np.where(mean_h < 360, mean_h + 360, mean_h - 360), mean_h) / 2)
    mean_l, mean_c = (l_1 + l_2) / 2, (c_1 + c_2) / 2

    weight_t = (
        1
        - 0.17 * np.cos(np.radians(mean_h - 30))
        + 0.24 * np.cos(np.radians(2 * mean_h))
        + 0.32 * np.cos(np.radians(3 * mean_h + 6))
        - 0.20 * np.cos(np.radians(4 * mean_h - 63))
    )
    off_50 = (mean_l - 50) ** 2
    lightness = (l_2 - l_1) / (1 + 0.015 * off_50 / np.sqrt(20 + off_50))
    chroma = (c_2 - c_1) / (1 + 0.045 * mean_c)
    hue = hue / (1 + 0.015 * mean_c * weight_t)
    rotation = -2 * np.sqrt(mean_c**7 / (mean_c**7 + 25.0**7))
    rotation = rotation * np.sin(np.radians(60 * np.exp(-(((mean_h - 275) / 25) ** 2))))
    squared = lightness**2 + chroma**2 + hue**2 + rotation * chroma * hue
    return np.asarray(np.sqrt(np.maximum(squared, 0)))
