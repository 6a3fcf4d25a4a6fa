"""Closed surfaces of label masks, smoother than their voxels and in the world's coordinates."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from skimage.measure import marching_cubes

from chalicelib.pipelines.volume.distances import signed
from chalicelib.pipelines.volume.geometry import Array, spacing_of

BONE_SMOOTHING = 0.3125  # mm², as the default for cartilage
LEAST_VARIANCE = 1e-6  # so small that LEAST_SIGMA alone smooths
LEAST_SIGMA = 0.7  # voxels: a smaller one leaves the steps of the voxels in the surface, and its area 5 % too large
PAD = 2  # voxels outside around the mask, so that every surface closes
THICK_SLICES = 2.0  # largest over smallest voxel side, from where on distances are smoothed instead of the mask
TIE_SEED = 0
TIE = 1e-3


@dataclass(frozen=True)
class Surface:
    """vertices: (n, 3) float32, mm, RAS+. faces: (m, 3) int32, corners counter-clockwise seen from outside."""

    vertices: Array
    faces: Array

    @property
    def area(self) -> float:
        """mm²."""
        a, b, c = self._corners()
        return float(np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2)

    @property
    def volume(self) -> float:
        """mm³ enclosed; positive where the normals point outward."""
        a, b, c = self._corners()
        return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6)

    def _corners(self) -> tuple[Array, Array, Array]:
        # From the surface's own middle: far from the world's origin the differences would drown.
        points = self.vertices.astype(np.float64) - self.vertices.mean(axis=0, dtype=np.float64)
        return points[self.faces[:, 0]], points[self.faces[:, 1]], points[self.faces[:, 2]]


def surface_of(mask: Array, affine: Array, variance: float) -> Surface:
    """The closed surface of a mask that isn't empty.

    mask: bool (i, j, k). affine: 4×4, voxel index of `mask` → mm. variance: of the Gaussian, mm².
    Where smoothing leaves nothing of a thin or tiny mask, it is halved until something remains.
    Source: marching cubes of Lewiner et al. 2003, as scikit-image has it.
    """
    field = None
    while field is None:
        field = _field(mask, spacing_of(affine), variance)
        if not (field > 0).any():
            field, variance = None, (variance / 2 if variance > 0.01 else 0.0)
    vertices, faces, _, _ = marching_cubes(field, 0.0)
    del field
    vertices = (vertices - PAD) @ affine[:3, :3].T + affine[:3, 3]
    surface = Surface(vertices.astype(np.float32), faces.astype(np.int32))
    if surface.volume < 0:
        surface = Surface(surface.vertices, np.ascontiguousarray(surface.faces[:, ::-1]))
    return surface


def _field(mask: Array, spacing: Array, variance: float) -> Array:
    """Positive inside, negative outside, never zero at a voxel; with a border that is outside."""
    sigma = math.sqrt(variance) / spacing
    padded = np.pad(mask, PAD)
    if variance > 0 and spacing.max() > THICK_SLICES * spacing.min():
        # Across thick slices a smoothed mask keeps its steps; the distance to the outline leads from slice to slice.
        field = ndimage.gaussian_filter(signed(padded, spacing), sigma)
    else:
        field = padded.astype(np.float32)
        if variance > 0:
            field = ndimage.gaussian_filter(field, np.maximum(sigma, LEAST_SIGMA))
        field -= np.float32(0.5)
    # Equal values in a chequered patch leave the course of its surface open, and neighbouring cubes may decide
    # differently, which tears it. A fixed trace of noise decides; keeping off zero keeps corners from falling together.
    noise = np.random.default_rng(TIE_SEED).random(field.shape, dtype=np.float32)
    noise -= np.float32(0.5)
    field += np.float32(2 * TIE) * noise
    field[np.abs(field) < TIE] = TIE
    for axis in range(3):
        for border in (0, -1):
            face = np.moveaxis(field, axis, 0)[border]
            np.minimum(face, np.float32(-TIE), out=face)
    return np.asarray(field)
