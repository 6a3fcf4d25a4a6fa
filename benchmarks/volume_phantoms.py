"""Cartilage with a known thickness, with the rims that real cartilage has, and three ways to measure it.

Each phantom is a label map: 1 is bone, 2 the layer. Truth is the mean over the bone that the layer covers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any
FINE, THICK = (0.36, 0.36, 0.7), (0.36, 0.36, 3.0)
HALF = 10.08  # mm from the centre of an island to its rim: a whole number of voxels


@dataclass(frozen=True)
class Phantom:
    """uniform: whether the layer has one thickness, so that any variation comes from the method."""

    name: str
    labels: Array
    spacing: tuple[float, float, float]
    truth_mm: float
    uniform: bool


def axes(spacing: Sequence[float], extent: Sequence[float]) -> list[Array]:
    """mm from the centre along each axis, shaped to be broadcast."""
    sides = [round(mm / step) for mm, step in zip(extent, spacing, strict=True)]
    return [
        ((np.arange(n) - (n - 1) / 2) * step).reshape([-1 if axis == a else 1 for a in range(3)])
        for axis, (n, step) in enumerate(zip(sides, spacing, strict=True))
    ]


def island(spacing: tuple[float, float, float], thick: float, taper: float = 0.0) -> Phantom:
    """A plate on a block, its normal along the first axis; its rim steep, or tapering over `taper` mm."""
    x, y, z = axes(spacing, (25.2, 30.24, 33.0))
    edge = np.minimum(HALF - np.abs(y), HALF - np.abs(z))
    height = np.where(edge > 0, np.minimum(thick, thick * edge / taper) if taper else thick, 0)
    base = -3.6
    labels = np.zeros(np.broadcast_shapes(x.shape, height.shape), np.uint8)
    labels[(x > base) & (x < base + height)] = 2
    labels[(x <= base) & (x > base - 7) & (np.abs(y) < HALF + 3) & (np.abs(z) < HALF + 3)] = 1
    # A label map resolves the layer to a voxel: the truth is the mean of its own columns that aren't empty.
    columns = np.count_nonzero(labels == 2, axis=0) * spacing[0]
    truth = float(columns[columns > 0].mean())
    rim = f"tapering over {taper:g} mm" if taper else "steep"
    return Phantom(f"island {thick:g} mm, rim {rim}", labels, spacing, truth, uniform=not taper)


def condyle(spacing: tuple[float, float, float], thick: float) -> Phantom:
    """A layer around 200° of a rod along the last axis, with a steep rim on every side."""
    x, y, z = axes(spacing, (61.2, 61.2, 33.0))
    radius, angle = np.hypot(x, y) + 0 * z, np.degrees(np.arctan2(x, y)) + 0 * z
    labels = np.zeros(radius.shape, np.uint8)
    labels[(radius < 20 + thick) & (np.abs(angle) < 100) & (np.abs(z) < 12)] = 2
    labels[(radius < 20) & (np.abs(z) < 15)] = 1
    return Phantom(f"condyle of 200°, {thick:g} mm", labels, spacing, thick, uniform=True)


def worn(spacing: tuple[float, float, float], thick: float, left: float, radius: float) -> Phantom:
    """An island worn to `left` mm in a disc of `radius` mm; to the bone where that is 0."""
    whole = island(spacing, thick)
    x, y, z = axes(spacing, (25.2, 30.24, 33.0))
    labels = whole.labels.copy()
    labels[(np.hypot(y, z) < radius) & (x > -3.6 + left) & (labels == 2)] = 0
    columns = np.count_nonzero(labels == 2, axis=0) * spacing[0]
    truth = float(columns[columns > 0].mean())
    return Phantom(f"island {thick:g} mm, worn to {left:g} mm", labels, spacing, truth, uniform=not left)


def shell(spacing: tuple[float, float, float], thick: float) -> Phantom:
    x, y, z = axes(spacing, (54.0, 54.0, 54.0))
    distance = np.sqrt((x - 0.13) ** 2 + (y - 0.21) ** 2 + (z - 0.09) ** 2)
    labels = np.where(distance < 20, 1, np.where(distance < 20 + thick, 2, 0)).astype(np.uint8)
    return Phantom(f"closed shell {thick:g} mm", labels, spacing, thick, uniform=True)


def phantoms() -> Iterator[Phantom]:
    for spacing in (FINE, THICK):
        for thick in (1.44, 2.52, 3.96):  # whole voxels next to 1.5, 2.5 and 4.0 mm
            yield island(spacing, thick)
            yield island(spacing, thick, taper=3.0)
            yield condyle(spacing, thick)
        yield worn(spacing, 2.52, 1.08, 5.0)
        yield worn(spacing, 2.52, 0.0, 5.0)
        yield shell(spacing, 2.5)


def by_normals(phantom: Phantom) -> tuple[float, float]:
    """(mean, std) as the pipeline measures."""
    from scipy import ndimage

    from chalicelib.pipelines.volume.thickness import along_normals

    box = ndimage.find_objects(phantom.labels)[1]
    found = along_normals(phantom.labels, np.diag([*phantom.spacing, 1.0]), box, 2, [1], 0.3125)
    assert found is not None
    return found.mean(), found.std()


def by_nearest(phantom: Phantom) -> tuple[float, float]:
    """From each corner of the bone's surface under the layer to the nearest corner of the outer surface."""
    from scipy.spatial import KDTree

    from chalicelib.pipelines.volume.surfaces import surface_of

    affine = np.diag([*phantom.spacing, 1.0])
    inner = _beside(surface_of(phantom.labels == 1, affine, 0.3125).vertices, phantom)
    outer = _beside(surface_of(phantom.labels > 0, affine, 0.3125).vertices, phantom)
    distances, _ = KDTree(outer).query(inner)
    return float(distances.mean()), float(distances.std())


def by_spheres(phantom: Phantom) -> tuple[float, float]:
    """Local thickness (Hildebrand and Rüegsegger 1997): the largest sphere within the layer that holds each voxel."""
    from scipy import ndimage

    from chalicelib.pipelines.volume.geometry import resample

    # Spheres need isotropic voxels.
    even = phantom.labels == 2
    count = round(even.shape[2] * phantom.spacing[2] / 0.36)
    layer = np.pad(resample(even.astype(np.float32), 2, count) > 0.5, 1)
    depth = ndimage.distance_transform_edt(layer, sampling=0.36)
    local = np.zeros(layer.shape)
    for radius in np.arange(0.18, float(depth.max()) + 0.18, 0.18):
        core = depth >= radius
        if core.any():
            local[ndimage.distance_transform_edt(~core, sampling=0.36) < radius] = 2 * radius - 0.36 / 2
    return float(local[layer].mean()), float(local[layer].std())


METHODS: dict[str, Callable[[Phantom], tuple[float, float]]] = {
    "along normals": by_normals,
    "nearest": by_nearest,
    "local thickness": by_spheres,
}


def compared() -> list[dict[str, Any]]:
    rows = []
    for phantom in phantoms():
        row: dict[str, Any] = {"phantom": phantom.name, "spacing_mm": phantom.spacing, "truth_mm": phantom.truth_mm}
        for name, method in METHODS.items():
            mean, std = method(phantom)
            row[name] = {"mean_mm": round(mean, 3), "std_mm": round(std, 3)}
        rows.append(row)
    return rows


def table(rows: Sequence[dict[str, Any]]) -> str:
    lines = [f"{'thickness, mm (mean ± std)':<56}{'truth':>7}" + "".join(f"{name:>18}" for name in METHODS)]
    for row in rows:
        name = f"{row['phantom']}, {row['spacing_mm'][2]:g} mm slices"
        cells = "".join(f"{row[m]['mean_mm']:>11.2f} ± {row[m]['std_mm']:.2f}" for m in METHODS)
        lines.append(f"{name:<56}{row['truth_mm']:>7.2f}{cells}")
    return "\n".join(lines)


def _beside(points: Array, phantom: Phantom) -> Array:
    """The points within a voxel of the layer."""
    from scipy import ndimage

    near = ndimage.binary_dilation(phantom.labels == 2, iterations=1)
    index = np.rint(points / phantom.spacing).astype(int)
    index = np.clip(index, 0, np.array(near.shape) - 1)
    return points[near[tuple(index.T)]].astype(np.float64)
