"""The colour scale of thickness, the same in meshes and pictures, so that two knees can be compared by eye."""

from __future__ import annotations

import numpy as np

from chalicelib.pipelines.volume.geometry import Array

LOWEST_MM, HIGHEST_MM = 0.0, 4.0
# Viridis: even to the eye, and distinguishable with any kind of colour vision. Source: Smith and van der Walt 2015.
VIRIDIS = ("#440154", "#482878", "#3E4989", "#31688E", "#26828E", "#1F9E89", "#35B779", "#6ECE58", "#B5DE2B", "#FDE725")
BARE = "#D55E00"


def of_thickness(values: Array) -> Array:
    """(n, 3) uint8 for (n,) mm; values beyond the scale get its ends."""
    stops = np.array([[int(colour[n : n + 2], 16) for n in (1, 3, 5)] for colour in VIRIDIS], np.float64)
    at = np.clip((np.asarray(values, np.float64) - LOWEST_MM) / (HIGHEST_MM - LOWEST_MM), 0, 1) * (len(stops) - 1)
    return (
        np.stack([np.interp(at, np.arange(len(stops)), stops[:, n]) for n in range(3)], axis=-1)
        .round()
        .astype(np.uint8)
    )
