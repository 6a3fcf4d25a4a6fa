"""The thickness of cartilage, along the normals of the bone under it.

The distance to the nearest outer surface is too small wherever cartilage has a rim: there the rim is nearest. Here the
layer is integrated along each normal, through the mask smoothed as pymskt smooths it. Smoothing keeps such integrals:
a layer thinner than the smoothing comes out as thick as it is. Beside a rim it mixes the layer with the tissue beyond;
the integral is divided by the share of the neighbourhood that is covered at all.
Sources: Maier et al. 2017, doi 10.1515/jib-2017-0015 (definitions compared); pymskt, meshTools (along bone normals).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from chalicelib.pipelines.volume.distances import signed
from chalicelib.pipelines.volume.geometry import Array, spacing_of
from chalicelib.pipelines.volume.surfaces import BONE_SMOOTHING, THICK_SLICES, Surface, surface_of

NEIGHBOUR = 0.75  # voxels to step from a surface to be certainly on its other side
FAINT = 0.02  # of a full mask: here a layer has ended
REACH_MM = 25.0
SPECK_MM3, SPECK_SHARE = 2.0, 0.02
SAME_OWNER = 0.2  # of the largest contact: a layer doesn't lie upon a bone that it touches less
WIDE = 2.5  # standard deviations within which a neighbourhood counts
LEAST_COVERED = 0.4
WORN = 0.25  # of the median: a place that looks uncovered and holds more than this is merely thin
SMALLEST_BARE_MM2 = 4.0
ENCLOSED = 0.25  # of the covered area: a larger gap is the layer's shape and no defect
CHUNK = 4096
ENOUGH = 20_000
HALF = 0.5
ENDS = 0.35  # of the height on the next slice: below it, the layer has ended between them


@dataclass(frozen=True)
class Thickness:
    """points: (n, 3) float64, mm, on the bone under the layer. normals: of the bone. values: (n,) mm. areas: (n,) mm²
    of bone that each stands for. bare: points of bone without cartilage, with cartilage all around, and their areas.
    voxel_extent: mm that a voxel measures along the normals, on average. specks: voxels left out."""

    points: Array
    normals: Array
    values: Array
    areas: Array
    bare_points: Array
    bare_areas: Array
    voxel_extent: float
    specks: int

    def at(self, vertices: Array) -> Array:
        """Each vertex's thickness, mm: that of the nearest point of bone. (n,) float32."""
        # Far from a dense cloud each look-up weighs hundreds of points; thickness changes more slowly than that.
        thinned = slice(None, None, max(1, len(self.points) // ENOUGH))
        _, nearest = KDTree(self.points[thinned]).query(vertices.astype(np.float64))
        return np.asarray(self.values[thinned][nearest], dtype=np.float32)

    def percentile(self, share: float, where: Array | None = None) -> float:
        """The thickness below which `share` (0 to 1) of the covered area lies."""
        values, areas = (self.values, self.areas) if where is None else (self.values[where], self.areas[where])
        order = np.argsort(values, kind="stable")
        reached = np.cumsum(areas[order]) - areas[order] / 2
        return float(np.interp(share * areas.sum(), reached, values[order]))

    def mean(self, where: Array | None = None) -> float:
        chosen = slice(None) if where is None else where
        return float(np.average(self.values[chosen], weights=self.areas[chosen]))

    def std(self, where: Array | None = None) -> float:
        chosen = slice(None) if where is None else where
        return math.sqrt(float(np.average((self.values[chosen] - self.mean(where)) ** 2, weights=self.areas[chosen])))


def along_normals(
    labels: Array, affine: Array, box: tuple[slice, ...], value: int, bones: list[int], variance: float
) -> Thickness | None:
    """The thickness of the label `value` upon the labels `bones`; None where none of them lies under it.

    labels: (i, j, k). affine: 4×4 to mm. box: where the label is. variance: of the Gaussian that smooths it, mm².
    """
    spacing = spacing_of(affine)
    sigma = math.sqrt(variance)
    margin = [math.ceil(4 * sigma / mm) + 3 for mm in spacing]
    crop = tuple(slice(max(0, s.start - m), s.stop + m) for s, m in zip(box, margin, strict=True))
    part = labels[crop]
    layer, specks = _without_specks(part == value, abs(float(np.linalg.det(affine[:3, :3]))))
    bone = _owners(part, layer, bones)
    if bone is None:
        return None
    local = affine.copy()
    local[:3, 3] += affine[:3, :3] @ [s.start for s in crop]
    layer, bone, local = _between_slices(layer, bone, local)
    spacing = spacing_of(local)
    surface = surface_of(bone, local, BONE_SMOOTHING)
    del bone
    points = surface.vertices.astype(np.float64)
    normals, areas = normals_of(surface)
    back = np.linalg.inv(local[:3, :3])
    covered = _facing(points, normals, layer, local, back)
    if not covered.any():
        return None
    field = np.ascontiguousarray(layer, dtype=np.float32)
    if sigma:
        field = ndimage.gaussian_filter(field, sigma / spacing, mode="constant")
    crossing = _Crossing(field, local, spacing, sigma)
    shares = _coverage(points, areas, covered, np.linalg.inv(_blur(local, spacing, sigma)))
    kept = shares >= min(LEAST_COVERED, float(shares.max()))  # beyond an outer corner little is left to divide by
    covered_at = np.flatnonzero(covered)[kept]
    values = crossing.integrals(points[covered_at], normals[covered_at]) / shares[kept]
    bare = _bare(surface, covered, areas)
    held = crossing.integrals(points[bare], normals[bare])
    bare = bare[held < WORN * float(np.median(values))]
    if float(areas[bare].sum()) < SMALLEST_BARE_MM2:
        bare = bare[:0]
    extent = float((np.abs(normals[covered_at] @ (affine[:3, :3] / spacing_of(affine))) @ spacing_of(affine)).mean())
    return Thickness(
        points[covered_at], normals[covered_at], values, areas[covered_at], points[bare], areas[bare], extent, specks
    )


def normals_of(surface: Surface) -> tuple[Array, Array]:
    """(unit normals, the mean over each corner's faces weighted by area; a third of the area of its faces)."""
    points = surface.vertices.astype(np.float64)
    a, b, c = (points[surface.faces[:, n]] for n in range(3))
    of_faces = np.cross(b - a, c - a)
    face_areas = np.linalg.norm(of_faces, axis=1) / 6
    normals, areas = np.zeros_like(points), np.zeros(len(points))
    for corner in range(3):
        index = surface.faces[:, corner]
        areas += np.bincount(index, face_areas, len(points))
        for axis in range(3):
            normals[:, axis] += np.bincount(index, of_faces[:, axis], len(points))
    lengths = np.linalg.norm(normals, axis=1, keepdims=True)
    return normals / np.where(lengths > 0, lengths, 1), areas


def _without_specks(layer: Array, voxel: float) -> tuple[Array, int]:
    """The layer without components too small to be cartilage, and how many voxels they were."""
    labelled, count = ndimage.label(layer, np.ones((3, 3, 3), bool))
    if count < 2:
        return layer, 0
    sizes = np.bincount(labelled.ravel())
    sizes[0] = 0
    kept = (sizes * voxel >= SPECK_MM3) | (sizes >= SPECK_SHARE * sizes.max())
    kept[0] = False
    return kept[labelled], int(sizes[~kept].sum())


def _owners(part: Array, layer: Array, bones: list[int]) -> Array | None:
    """The bones that the layer lies upon. One that merely touches it, as a neighbour does in a joint, doesn't count."""
    beside = part[ndimage.binary_dilation(layer, np.ones((3, 3, 3), bool), iterations=2) & ~layer]
    contacts = {bone: int(np.count_nonzero(beside == bone)) for bone in bones}
    most = max(contacts.values(), default=0)
    if not most:
        return None
    return np.isin(part, [bone for bone, contact in contacts.items() if contact >= SAME_OWNER * most])


def _between_slices(layer: Array, bone: Array, affine: Array) -> tuple[Array, Array, Array]:
    """Divides thick slices into thin ones.

    The bone's outline is interpolated by its distances, and so is the layer's height above it: a slanting layer would
    otherwise miss its continuation on the next slice. Where the layer ends between two slices it keeps the height of
    the one that has it, half-way to the other.
    """
    spacing = spacing_of(affine)
    axis = int(spacing.argmax())
    parts = math.ceil(float(spacing[axis] / np.median(spacing)))
    if spacing[axis] <= THICK_SLICES * np.median(spacing):
        return layer, bone, affine
    below = np.moveaxis(_signed(bone, spacing), axis, 0)
    height = np.moveaxis(_signed(layer | bone, spacing), axis, 0) - below
    count, last = len(below) * parts, len(below) - 1
    finer_layer, finer_bone = (np.zeros((count, *below.shape[1:]), bool) for _ in range(2))
    for place in range(count):
        at = min(max((place + 0.5) / parts - 0.5, 0), last)
        low, high, share = math.floor(at), min(math.floor(at) + 1, last), at - math.floor(at)
        distance = below[low] + np.float32(share) * (below[high] - below[low])
        a, b = height[low], height[high]
        ends = np.minimum(a, b) < ENDS * np.maximum(a, b)
        above = np.where(ends, a if share < HALF else b, a + np.float32(share) * (b - a))
        finer_bone[place] = distance > 0
        finer_layer[place] = (distance <= 0) & (distance + above > 0)
    finer = affine.copy()
    finer[:3, axis] /= parts
    finer[:3, 3] += finer[:3, axis] * (1 - parts) / 2
    return np.moveaxis(finer_layer, 0, axis), np.moveaxis(finer_bone, 0, axis), finer


def _signed(mask: Array, spacing: Array) -> Array:
    """mm to the mask's outline, positive inside."""
    return np.asarray(signed(np.pad(mask, 1), spacing)[1:-1, 1:-1, 1:-1])


def _facing(points: Array, normals: Array, layer: Array, affine: Array, back: Array) -> Array:
    """Which points have the layer just outside of them, or beyond a voxel that was left between."""
    along = normals @ back.T
    along *= NEIGHBOUR / np.maximum(np.abs(along).max(axis=1, keepdims=True), 1e-12)
    hit = np.zeros(len(points), bool)
    for steps in (1, 2):
        index = np.rint((points - affine[:3, 3]) @ back.T + steps * along).astype(int)
        inside = ((index >= 0) & (index < layer.shape)).all(axis=1)
        hit[inside] |= layer[tuple(index[inside].T)]
    return hit


@dataclass(frozen=True)
class _Crossing:
    """field: the layer's smoothed mask, 0 to 1, on `affine`. sigma: of its smoothing, mm."""

    field: Array
    affine: Array
    spacing: Array
    sigma: float

    def integrals(self, points: Array, normals: Array) -> Array:
        """The field's integral along each normal, mm, from well below the surface to where the layer ends first."""
        if not len(points):
            return np.zeros(0)
        back = np.linalg.inv(self.affine[:3, :3])
        step = float(self.spacing.min()) / 3
        voxel = np.abs(normals @ (self.affine[:3, :3] / self.spacing)) @ self.spacing
        below = 3 * self.sigma + voxel
        along = np.ascontiguousarray((normals @ back.T).T)
        starts = ((points - self.affine[:3, 3]) @ back.T).T - along * below
        total = np.zeros(len(points))
        active = np.arange(len(points))
        entered = below + NEIGHBOUR * voxel
        for count in range(math.ceil((REACH_MM + float(entered.max())) / step)):
            reached = (count + 0.5) * step
            at = starts + reached * along
            found = ndimage.map_coordinates(self.field, at, order=1, mode="constant", prefilter=False)
            total[active] += found * step
            going = (found > FAINT) | (reached < entered)
            if going.all():
                continue
            active, entered, starts, along = active[going], entered[going], starts[:, going], along[:, going]
            if not len(active):
                break
        return total


def _blur(affine: Array, spacing: Array, sigma: float) -> Array:
    """The lateral smoothing as a matrix, mm: the Gaussian, and the blur that linear interpolation adds along each voxel
    axis."""
    axes = affine[:3, :3] / spacing
    return np.asarray(axes @ np.diag(np.sqrt(sigma**2 + spacing**2 / 12)) @ np.linalg.inv(axes))


def _coverage(points: Array, areas: Array, covered: Array, scale: Array) -> Array:
    """For each covered point the share of its neighbourhood's area that is covered, weighted as the smoothing does."""
    scaled = points @ scale.T
    mine = scaled[covered]
    shares = np.ones(len(mine))
    if covered.all():
        return shares
    distances, _ = KDTree(scaled[~covered]).query(mine, distance_upper_bound=WIDE)
    rim = np.flatnonzero(np.isfinite(distances))
    if not len(rim):
        return shares
    close = np.zeros(len(points), bool)
    reach, _ = KDTree(mine[rim]).query(scaled, distance_upper_bound=WIDE)
    close[np.isfinite(reach)] = True
    near, weights, inside = scaled[close], areas[close], covered[close]
    tree = KDTree(near)
    for start in range(0, len(rim), CHUNK):
        chunk = rim[start : start + CHUNK]
        pairs = KDTree(mine[chunk]).sparse_distance_matrix(tree, WIDE, output_type="ndarray")
        weight = np.exp(-0.5 * pairs["v"] ** 2) * weights[pairs["j"]]
        whole = np.bincount(pairs["i"], weight, len(chunk))
        held = np.bincount(pairs["i"], weight * inside[pairs["j"]], len(chunk))
        shares[chunk] = held / np.where(whole > 0, whole, 1)
    return shares


def _bare(surface: Surface, covered: Array, areas: Array) -> Array:
    """Corners without cartilage in gaps that cartilage encloses: where it is worn to the bone."""
    edges = np.concatenate([surface.faces[:, [0, 1]], surface.faces[:, [1, 2]]])
    edges = edges[~covered[edges].any(axis=1)]
    count = len(covered)
    graph = coo_matrix((np.ones(len(edges), bool), (edges[:, 0], edges[:, 1])), (count, count))
    _, component = connected_components(graph, directed=False)
    size = np.bincount(component, np.where(covered, 0, areas))
    small = size < ENCLOSED * float(areas[covered].sum())
    small[size.argmax()] = False  # the area around the layer
    return np.flatnonzero(~covered & small[component])
