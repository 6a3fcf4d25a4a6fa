"""Volume, area and thickness of each label, and how well labels agree with a reference."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy import ndimage
from scipy.spatial import KDTree

from chalicelib.pipelines.volume.geometry import Array, counts_of, spacing_of
from chalicelib.pipelines.volume.regions import Region
from chalicelib.pipelines.volume.surfaces import BONE_SMOOTHING, Surface, surface_of

COLUMNS = (
    *("region", "volume_mm3", "surface_mm2", "mean_thickness_mm", "std_thickness_mm"),
    *("min_thickness_mm", "max_thickness_mm", "n_points"),
)
CARTILAGE = re.compile(r"cartilage|cart\b", re.IGNORECASE)
BONE = re.compile(r"bone|femur|tibia|patella|fibula|humerus|radius|ulna|pelvis|acetabulum", re.IGNORECASE)
THIN_MM = 6.0  # a layer is nowhere deeper than half of this
NEIGHBOUR = 0.75  # voxels to step from a surface to be on its other side for certain
MARGIN = 4  # voxels around a crop
DECIMALS = 6


@dataclass(frozen=True)
class Measure:
    """One label. Thickness is None where there is none to measure, and `thickness_note` says why."""

    label: int
    region: str
    kind: str
    volume_mm3: float
    surface_mm2: float
    mean_thickness_mm: float | None
    std_thickness_mm: float | None
    min_thickness_mm: float | None
    max_thickness_mm: float | None
    n_points: int
    voxels: int
    thickness_note: str | None = None
    dice: float | None = None

    def row(self, *, dice: bool) -> dict[str, Any]:
        """The columns of the table; JSON and CSV are both written from here, so that they can't disagree."""
        values = asdict(self)
        return {name: values[name] for name in (*COLUMNS, *(("dice",) if dice else ()))}


def kinds(labels: Array, affine: Array, regions: tuple[Region, ...]) -> tuple[Region, ...]:
    """The regions with their kind filled in: by their names, and where those say nothing, by their shapes.

    A label that is a thin layer upon a deeper one is cartilage, the deeper one is bone, anything else is "other".
    """
    known: dict[int, str | None] = {region.value: region.kind or _kind_by_name(region.name) for region in regions}
    unknown = [value for value, kind in known.items() if kind is None]
    boxes = ndimage.find_objects(labels)
    depths = {v: _depth(labels, boxes, v, affine) for v in known} if unknown else {}
    # A depth is taken between the middles of voxels, and so by up to half of one too large.
    thin = (THIN_MM + float(spacing_of(affine).max())) / 2
    for value in sorted(unknown, key=lambda v: depths[v]):
        beside = [v for v in _neighbours(labels, boxes, value) if known.get(v) != "cartilage" and v in depths]
        under = [v for v in beside if depths[v] > 2 * depths[value]]
        if depths[value] <= thin and under:
            known[value] = "cartilage"
            for v in under:
                known[v] = known[v] or "bone"
    return tuple(Region(r.value, r.name, known[r.value] or "other") for r in regions)


def measure(
    labels: Array, affine: Array, regions: tuple[Region, ...], smoothing: float, progress: Callable[[float], None]
) -> tuple[list[Measure], dict[int, Surface]]:
    """labels: (i, j, k), 0 outside; affine: 4×4 to mm; smoothing: variance for cartilage, mm².

    Volumes are exact: voxels times a voxel's volume. Areas and thickness come from smoothed surfaces.
    """
    boxes = ndimage.find_objects(labels)
    counts = counts_of(labels)
    bones = [r.value for r in regions if r.kind == "bone"]
    voxel = abs(float(np.linalg.det(affine[:3, :3])))
    measures, surfaces = [], {}
    for done, region in enumerate(regions):
        progress(100 * done / len(regions))
        box = boxes[region.value - 1]
        variance = smoothing if region.kind == "cartilage" else BONE_SMOOTHING
        surface = surface_of(labels[box] == region.value, _moved(affine, box), variance)
        surfaces[region.value] = surface
        thickness = None
        note: str | None = f"Not measured: only cartilage has a thickness here, this is {region.kind}."
        if region.kind == "cartilage":
            thickness = _thickness(labels, affine, box, region.value, bones, smoothing)
            note = None if thickness is not None else "Not measured: no bone lies next to this label."
        measures.append(
            Measure(
                label=region.value,
                region=region.name,
                kind=region.kind or "other",
                volume_mm3=_rounded(counts[region.value] * voxel),
                surface_mm2=_rounded(surface.area),
                mean_thickness_mm=None if thickness is None else _rounded(thickness.mean()),
                std_thickness_mm=None if thickness is None else _rounded(thickness.std()),
                min_thickness_mm=None if thickness is None else _rounded(thickness.min()),
                max_thickness_mm=None if thickness is None else _rounded(thickness.max()),
                n_points=0 if thickness is None else len(thickness),
                voxels=int(counts[region.value]),
                thickness_note=note,
            )
        )
    return measures, surfaces


def dice_of(labels: Array, reference: Array, value: int) -> float:
    """Dice's coefficient of one label, 0 to 1: twice the common voxels over the sum of both."""
    one, other = labels == value, reference == value
    both = int(np.count_nonzero(one)) + int(np.count_nonzero(other))
    return _rounded(2 * int(np.count_nonzero(one & other)) / both) if both else 0.0


def _thickness(
    labels: Array, affine: Array, box: tuple[slice, ...], value: int, bones: list[int], variance: float
) -> Array | None:
    """mm from each corner of the bone's surface under the cartilage to the nearest corner of its outer surface.

    The outer surface is that of bone and cartilage taken as one, so that both surfaces are smoothed alike and what the
    smoothing moves cancels out.
    """
    crop = tuple(slice(max(0, s.start - MARGIN), s.stop + MARGIN) for s in box)
    part = labels[crop]
    layer = part == value
    bone = np.isin(part, bones)
    if not bone.any():
        return None
    local = _moved(affine, crop)
    spacing = spacing_of(affine)
    inner = _facing(surface_of(bone, local, variance), layer, local, spacing, outward=True)
    outer = _facing(surface_of(bone | layer, local, variance), layer, local, spacing, outward=False)
    if not len(inner) or not len(outer):
        return None
    distances, _ = KDTree(outer).query(inner)
    return np.asarray(distances)


def _facing(surface: Surface, layer: Array, affine: Array, spacing: Array, *, outward: bool) -> Array:
    """The corners that have the layer just outside of them, or just inside; (n, 3) float64, mm."""
    points = surface.vertices.astype(np.float64)
    steps = _normals(surface) * (1 if outward else -1)
    back = np.linalg.inv(affine[:3, :3]).T
    along = steps @ back
    largest = np.abs(along).max(axis=1, keepdims=True)
    along *= NEIGHBOUR / np.where(largest > 0, largest, 1)
    index = np.rint((points - affine[:3, 3]) @ back + along).astype(int)
    inside = ((index >= 0) & (index < layer.shape)).all(axis=1)
    hit = np.zeros(len(points), bool)
    hit[inside] = layer[tuple(index[inside].T)]
    return points[hit]


def _normals(surface: Surface) -> Array:
    """A normal at each corner, not of unit length: the mean over its faces, weighted by their area."""
    points = surface.vertices.astype(np.float64)
    a, b, c = (points[surface.faces[:, n]] for n in range(3))
    of_faces = np.cross(b - a, c - a)
    normals = np.zeros_like(points)
    for corner in range(3):
        for axis in range(3):
            normals[:, axis] += np.bincount(surface.faces[:, corner], of_faces[:, axis], len(points))
    return normals


def _kind_by_name(name: str) -> str | None:
    if CARTILAGE.search(name):
        return "cartilage"
    return "bone" if BONE.search(name) else None


def _depth(labels: Array, boxes: list[Any], value: int, affine: Array) -> float:
    """mm from the innermost voxel to the outside, to half a voxel."""
    spacing = spacing_of(affine)
    mask = labels[boxes[value - 1]] == value
    # A coarser look is enough to tell a layer from a body, and keeps the transform of a large bone cheap.
    stride = [max(1, math.floor(1.0 / mm)) for mm in spacing]
    coarse = np.pad(mask[tuple(slice(None, None, s) for s in stride)], 1)
    return float(ndimage.distance_transform_edt(coarse, sampling=spacing * stride).max())


def _neighbours(labels: Array, boxes: list[Any], value: int) -> list[int]:
    box = tuple(slice(max(0, s.start - 2), s.stop + 2) for s in boxes[value - 1])
    around = ndimage.binary_dilation(labels[box] == value)
    return [int(v) for v in np.unique(labels[box][around]) if v not in (0, value)]


def _moved(affine: Array, box: tuple[slice, ...]) -> Array:
    """The affine of the part of an array that `box` cuts out."""
    moved = affine.copy()
    moved[:3, 3] += affine[:3, :3] @ [s.start for s in box]
    return moved


def _rounded(value: float) -> float:
    return round(float(value), DECIMALS)
