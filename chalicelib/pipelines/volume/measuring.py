"""Volume, area and thickness of each label, and how well labels agree with a reference."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy import ndimage

from chalicelib.pipelines.cautions import Caution, counted
from chalicelib.pipelines.volume.distances import to_outside
from chalicelib.pipelines.volume.geometry import Array, counts_of, spacing_of
from chalicelib.pipelines.volume.regions import Region
from chalicelib.pipelines.volume.surfaces import BONE_SMOOTHING, LEAST_VARIANCE, Surface, surface_of
from chalicelib.pipelines.volume.thickness import Thickness, along_normals

COLUMNS = (
    *("region", "volume_mm3", "surface_mm2", "mean_thickness_mm", "std_thickness_mm"),
    *("min_thickness_mm", "max_thickness_mm", "n_points"),
    *("median_thickness_mm", "p5_thickness_mm", "p95_thickness_mm"),
)
CARTILAGE = re.compile(r"cartilage|cart\b", re.IGNORECASE)
BONE = re.compile(r"bone|femur|tibia|patella|fibula|humerus|radius|ulna|pelvis|acetabulum", re.IGNORECASE)
THIN_MM = 6.0  # a layer's depth is nowhere more than half of this
MESH_FITS = 0.25  # of the voxels' volume: a mesh that encloses less or more has lost the layer
DECIMALS = 6


@dataclass(frozen=True)
class Measure:
    """One label. Area or thickness is None where it can't be measured honestly, and its note says why."""

    label: int
    region: str
    kind: str
    volume_mm3: float
    surface_mm2: float | None
    mean_thickness_mm: float | None
    std_thickness_mm: float | None
    min_thickness_mm: float | None
    max_thickness_mm: float | None
    n_points: int
    voxels: int
    median_thickness_mm: float | None = None
    p5_thickness_mm: float | None = None
    p95_thickness_mm: float | None = None
    thickness_note: str | None = None
    surface_note: str | None = None
    dice: float | None = None

    def row(self, *, dice: bool) -> dict[str, Any]:
        """The columns of the table; JSON and CSV are both written from here, so that they can't disagree."""
        values = asdict(self)
        return {name: values[name] for name in (*COLUMNS, *(("dice",) if dice else ()))}


def kinds(labels: Array, affine: Array, regions: tuple[Region, ...]) -> tuple[Region, ...]:
    """The regions with their kind filled in: by their names, or by their shapes where names don't tell.

    A label that is a thin layer upon a deeper one is cartilage, the deeper one is bone, anything else is "other".
    """
    known: dict[int, str | None] = {region.value: region.kind or _kind_by_name(region.name) for region in regions}
    unknown = [value for value, kind in known.items() if kind is None]
    boxes = ndimage.find_objects(labels)
    depths = {v: _depth(labels, boxes, v, affine) for v in known} if unknown else {}
    # A depth is measured between the middles of voxels, and so too large by up to half a voxel.
    thin = (THIN_MM + float(spacing_of(affine).max())) / 2
    for value in sorted(unknown, key=lambda v: depths[v]):
        beside = [v for v in _neighbours(labels, boxes, value) if known.get(v) != "cartilage" and v in depths]
        under = [v for v in beside if depths[v] > 2 * depths[value]]
        if depths[value] <= thin and under:
            known[value] = "cartilage"
            for v in under:
                known[v] = known[v] or "bone"
    return tuple(Region(r.value, r.name, known[r.value] or "other") for r in regions)


@dataclass(frozen=True)
class Measured:
    """measures: one for each region. surfaces, layers: by label value; layers are those whose thickness was measured.
    warnings: about measures that were left out or not computed."""

    measures: list[Measure]
    surfaces: dict[int, Surface]
    layers: dict[int, Thickness]
    warnings: list[Caution]


def measure(
    labels: Array, affine: Array, regions: tuple[Region, ...], smoothing: float, progress: Callable[[float], None]
) -> Measured:
    """labels: (i, j, k), 0 outside; affine: 4×4 to mm; smoothing: variance for cartilage, mm².

    Volumes are exact: voxels times a voxel's volume. Areas come from smoothed surfaces, thickness along bone normals.
    """
    boxes = ndimage.find_objects(labels)
    counts = counts_of(labels)
    bones = [r.value for r in regions if r.kind == "bone"]
    voxel = abs(float(np.linalg.det(affine[:3, :3])))
    found = Measured([], {}, {}, [])
    for done, region in enumerate(regions):
        progress(100 * done / len(regions))
        box, name = boxes[region.value - 1], region.name
        variance = smoothing if region.kind == "cartilage" else BONE_SMOOTHING
        volume = float(counts[region.value]) * voxel
        surface, area, area_note = _surface(labels[box] == region.value, _moved(affine, box), variance, volume)
        found.surfaces[region.value] = surface
        layer, note = _layer(labels, affine, box, region, bones, smoothing)
        if layer is not None:
            found.layers[region.value] = layer
            if layer.specks:
                found.warnings.append(
                    Caution(
                        "specks",
                        f"{name}: {counted(layer.specks, 'separate voxel')} counted in the volume, and left out of the "
                        "thickness.",
                        {"region": name, "count": layer.specks},
                    )
                )
        elif region.kind == "cartilage":
            found.warnings.append(Caution("thickness_not_computed", f"{name}: no thickness. {note}", {"region": name}))
        if area_note:
            found.warnings.append(Caution("area_not_computed", f"{name}: no area. {area_note}", {"region": name}))
        found.measures.append(
            Measure(
                label=region.value,
                region=name,
                kind=region.kind or "other",
                volume_mm3=_rounded(volume),
                surface_mm2=None if area is None else _rounded(area),
                voxels=int(counts[region.value]),
                thickness_note=note,
                surface_note=area_note,
                **_figures(layer),
            )
        )
    return found


def _surface(mask: Array, affine: Array, variance: float, volume: float) -> tuple[Surface, float | None, str | None]:
    """(surface, its area or None, the reason for None). Where the mesh doesn't enclose its voxels' volume, smoothing
    has eaten the label and the area would mean nothing: the mesh is then smoothed less."""
    surface = surface_of(mask, affine, variance)
    if abs(surface.volume - volume) <= MESH_FITS * volume:
        return surface, surface.area, None
    note = (
        "Area not computed: the label is too thin for its voxels; its smoothed mesh encloses "
        f"{surface.volume:.1f} mm³ and its voxels {volume:.1f} mm³."
    )
    less = surface_of(mask, affine, LEAST_VARIANCE) if variance else surface
    return min(surface, less, key=lambda one: abs(one.volume - volume)), None, note


def _layer(
    labels: Array, affine: Array, box: tuple[slice, ...], region: Region, bones: list[int], smoothing: float
) -> tuple[Thickness | None, str | None]:
    """(the layer's thickness or None, the reason for None)."""
    if region.kind != "cartilage":
        return None, f"Not measured: only cartilage has a thickness here, this is {region.kind}."
    layer = along_normals(labels, affine, box, region.value, bones, smoothing)
    if layer is None:
        return None, "Not measured: no bone lies next to this label."
    if layer.mean() < layer.voxel_extent:
        return None, (
            f"Not computed: the layer is {layer.mean():.2f} mm thick, and a voxel measures {layer.voxel_extent:.2f} mm "
            "along the bone's normals."
        )
    return layer, None


def _figures(layer: Thickness | None) -> dict[str, Any]:
    if layer is None:
        names = ("mean", "std", "min", "max", "median", "p5", "p95")
        return {**{f"{name}_thickness_mm": None for name in names}, "n_points": 0}
    values = {
        "mean": layer.mean(),
        "std": layer.std(),
        "min": layer.values.min(),
        "max": layer.values.max(),
        "median": layer.percentile(0.5),
        "p5": layer.percentile(0.05),
        "p95": layer.percentile(0.95),
    }
    return {
        **{f"{name}_thickness_mm": _rounded(value) for name, value in values.items()},
        "n_points": len(layer.values),
    }


def dice_of(labels: Array, reference: Array, value: int) -> float:
    """Dice's coefficient of one label, 0 to 1: twice the common voxels over the sum of both."""
    one, other = labels == value, reference == value
    both = int(np.count_nonzero(one)) + int(np.count_nonzero(other))
    return _rounded(2 * int(np.count_nonzero(one & other)) / both) if both else 0.0


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
    return float(to_outside(coarse, spacing * stride).max())


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
