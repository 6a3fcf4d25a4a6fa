"""Cameras and colours by their spectra: a real sensor's view of a real card, which no 3×3 undoes completely."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np

from chalicelib.pipelines.colour.spaces import D50, bradford, lab_of

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # from matplotlib and other optional packages that we don't use
    import colour
    from colour.quality.cfi2017 import load_TCS_CIE2017

CAMERAS = ("Nikon 5100 (NPL)", "Sigma SDMerill (NPL)")
LIGHTS = ("D65", "A")
_SHAPE = colour.SpectralShape(400, 700, 5)
_EYE = colour.MSDS_CMFS["CIE 1931 2 Degree Standard Observer"].copy().align(_SHAPE).values
_CARD = np.array([one.copy().align(_SHAPE).values for one in colour.SDS_COLOURCHECKERS["BabelColor Average"].values()])


def _light(name: str) -> np.ndarray:
    return np.asarray(colour.SDS_ILLUMINANTS[name].copy().align(_SHAPE).values)


def _lab(reflectances: np.ndarray) -> np.ndarray:
    """CIELAB under D50 of the colours as they look under D65."""
    light = _light("D65")
    scale = 1 / (_EYE[:, 1] * light).sum()
    xyz, white = (reflectances * light) @ _EYE * scale, light @ _EYE * scale
    return lab_of(xyz @ bradford(white, D50).T)


@dataclass(frozen=True)
class Shot:
    """The card's 24 patches and 99 other colours (CIE 2017): the camera's linear RGB, and CIELAB under D50."""

    rgb: np.ndarray
    lab: np.ndarray
    other_rgb: np.ndarray
    other_lab: np.ndarray


def shot(camera: str, light: str) -> Shot:
    sensitivities = colour.MSDS_CAMERA_SENSITIVITIES[camera].copy().align(_SHAPE).values
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        others = load_TCS_CIE2017(_SHAPE).copy().align(_SHAPE).values.T
    spectrum = _light(light)

    def seen(reflectances: np.ndarray) -> np.ndarray:
        return (reflectances * spectrum) @ sensitivities / (spectrum @ sensitivities)

    return Shot(seen(_CARD), _lab(_CARD), seen(others), _lab(others))
