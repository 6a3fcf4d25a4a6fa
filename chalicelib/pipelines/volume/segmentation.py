"""Bone and cartilage by thresholds and shapes alone: no trained model, no weights, the same answer every time.

It decides coarsely and draws finely. Bone, cartilage and the bone that each cartilage belongs to are decided on an
even, coarse copy of the image, where distance transforms are cheap. Each voxel of the image itself is then given to
that of the regions nearby whose mean is nearest to it, so that every border lies half-way between its two sides. (A
plain threshold can't achieve this: the blurred rim of a bright region passes through every value in between, and looks
like a thin layer.)
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from scipy import ndimage
from skimage.filters import threshold_multiotsu

from chalicelib.pipelines.base import PipelineFailed
from chalicelib.pipelines.volume.distances import to_outside, within
from chalicelib.pipelines.volume.geometry import Array, counts_of, resample, spacing_of
from chalicelib.pipelines.volume.regions import Region, Segmentation

STATEMENT = (
    "Labels come from thresholds and shapes (smoothing, multi-Otsu, largest components, hole filling, distances to "
    "bone). This is no trained model and knows no anatomy."
)
LOUD = (
    "These labels come from thresholds and shapes, not from a trained model: look at the overview before you use a "
    "number."
)
SMOOTHING_MM = 0.5  # standard deviation; well under half the thickness of cartilage, so that layers survive
COARSE_MM = (0.7, 1.5)
COARSE_VOXELS = 12_000_000
LAYER_MM = 1.1  # centre to nearest centre outside: a region that is nowhere deeper is a blurred rim, not a layer
LEAST_BONE_MM = 3.0  # noise makes blobs, but none as deep
DEEP_MM = 5.0  # deeper than any cartilage
CARTILAGE_REACH_MM = 6.0
MOST_BONES = 4
SMALLEST_BONE = 0.05  # of the largest one's volume
SLAB = 16


def classical(image: Array, affine: Array, progress: Callable[[float], None]) -> Segmentation:
    """image: (i, j, k) of numbers; affine: 4×4 to mm. Labels are uint8: bones 1, 3, 5, 7, their cartilage 2, 4, 6, 8.

    Raises PipelineFailed(nothing_to_segment) where the image shows no compact body.
    """
    spacing = spacing_of(affine)
    coarse, step = _coarse(image, spacing)
    progress(20)
    bones, cartilage = _decide(coarse, step)
    progress(45)
    owners = _split(bones, cartilage, step)
    coarse_labels = np.where(bones > 0, 2 * bones - 1, np.where(cartilage, 2 * owners, 0)).astype(np.uint8)
    progress(55)
    labels = _draw(image, spacing, coarse, coarse_labels, step, lambda part: progress(55 + 45 * part))
    present = [int(value) for value in np.flatnonzero(counts_of(labels)) if value]
    regions = tuple(
        Region(
            value, f"{'bone' if value % 2 else 'cartilage'}_{(value + 1) // 2}", "bone" if value % 2 else "cartilage"
        )
        for value in present
    )
    return Segmentation(labels, regions)


def _coarse(image: Array, spacing: Array) -> tuple[Array, Array]:
    """The image smoothed and resampled to nearly even voxels: (values float32, mm along each axis)."""
    extent = np.array(image.shape) * spacing
    even = float(np.clip(spacing.min(), *COARSE_MM))
    even = max(even, float((math.prod(extent.tolist()) / COARSE_VOXELS) ** (1 / 3)))
    shape = np.maximum(np.round(extent / even).astype(int), 4)
    step = extent / shape
    values = np.empty((image.shape[0], shape[1], shape[2]), np.float32)
    # In-plane first, slab by slab: the smoothed image never exists as a whole beside the original.
    sigma = _sigma(spacing)
    for start in range(0, image.shape[0], SLAB):
        part = image[start : start + SLAB].astype(np.float32)
        part = ndimage.gaussian_filter1d(part, sigma[1], axis=1)
        part = ndimage.gaussian_filter1d(part, sigma[2], axis=2)
        values[start : start + SLAB] = resample(resample(part, 1, shape[1]), 2, shape[2])
    values = ndimage.gaussian_filter1d(values, sigma[0], axis=0)
    return resample(values, 0, shape[0]), step


def _sigma(spacing: Array) -> Array:
    return np.asarray(SMOOTHING_MM / spacing)


def _decide(coarse: Array, step: Array) -> tuple[Array, Array]:
    """(bones: 0 or 1..n by volume, cartilage: bool) on the coarse grid."""
    classes, bone_class, depth, layer_class = _roles(coarse, step)
    bones = _bodies(classes == bone_class, step) if depth > LEAST_BONE_MM else np.zeros(coarse.shape, np.uint8)
    cartilage = np.zeros(coarse.shape, bool)
    if not bones.any():
        raise PipelineFailed("nothing_to_segment", "The image shows no compact body that could be bone.")
    if layer_class is None:
        return bones, cartilage
    box = _box(bones > 0, CARTILAGE_REACH_MM + LAYER_MM, step)
    near = to_outside(bones[box] == 0, step) <= CARTILAGE_REACH_MM
    layer = _opened((classes[box] == layer_class) & near & (bones[box] == 0), step)
    cartilage[box] = _touching(layer, bones[box] > 0)
    return bones, cartilage


def _roles(coarse: Array, step: Array) -> tuple[Array, int, float, int | None]:
    """(class of each voxel by brightness, the class that is bone, its depth, the class that may be cartilage).

    Bone is deep, cartilage is not. Three classes suffice where one of the two bright ones is deep; where both are,
    there is other tissue around, so a fourth class is needed, and bone is the deep one that lies furthest from the
    background.
    """
    low, high = np.percentile(coarse[::2, ::2, ::2], (0.1, 99.9))
    if not high > low:
        raise PipelineFailed("nothing_to_segment", "The image has the same value everywhere: nothing can be segmented.")
    within = np.clip(coarse, low, high)
    for count in (3, 4):
        try:
            thresholds = threshold_multiotsu(within, classes=count)
        except ValueError:  # fewer values than classes
            raise PipelineFailed("nothing_to_segment", "The image has too few shades to tell tissues apart.") from None
        classes = np.digitize(coarse, thresholds).astype(np.uint8)
        depths = {value: _deepest(classes == value, step) for value in range(1, count)}
        deep = [value for value, depth in depths.items() if depth > DEEP_MM]
        if len(deep) < 2:
            break
    if len(deep) > 1:
        bone = min(deep, key=lambda value: (_bordering(classes == value, classes == 0), value))
    else:
        bone = max(depths, key=lambda value: (depths[value], value))
    layers = [value for value in depths if value != bone and value not in deep]
    # Of several thin classes, the one with the most voxels; the others are blurred rims.
    layer = max(layers, key=lambda v: (int(np.count_nonzero(classes == v)), v), default=None)
    return classes, bone, depths[bone], layer


def _bordering(mask: Array, other: Array) -> float:
    """The share of the mask's border that lies next to the other mask."""
    border = mask & ndimage.binary_dilation(~mask)
    beside = border & ndimage.binary_dilation(other, iterations=2)
    return int(np.count_nonzero(beside)) / max(1, int(np.count_nonzero(border)))


def _deepest(mask: Array, step: Array) -> float:
    """mm from the innermost voxel to the outside, of the largest component after thin parts are cut off."""
    thick = ndimage.binary_erosion(mask, iterations=2)
    labelled, count = ndimage.label(thick)
    if not count:
        return 0.0
    sizes = np.bincount(labelled.ravel())
    sizes[0] = 0
    body = labelled == sizes.argmax()
    box = _box(body, 3.0, step)
    return float(to_outside(np.pad(body[box], 1), step).max())


def _bodies(mask: Array, step: Array) -> Array:
    """The largest components without their thin parts, holes filled, numbered by falling volume."""
    labelled, _ = ndimage.label(_opened(mask, step))
    sizes = np.bincount(labelled.ravel())
    sizes[0] = 0
    order = [int(n) for n in np.argsort(-sizes, kind="stable")[:MOST_BONES] if sizes[n] > SMALLEST_BONE * sizes.max()]
    bodies = np.zeros(mask.shape, np.uint8)
    for number, value in enumerate(order, 1):
        box = _box(labelled == value, 2.0, step)
        filled = ndimage.binary_fill_holes(labelled[box] == value)
        bodies[box][filled & (bodies[box] == 0)] = number
    return bodies


def _opened(mask: Array, step: Array) -> Array:
    """The mask without the parts that are nowhere deeper than LAYER_MM; the rest keeps its outline."""
    if not mask.any():
        return mask
    box = _box(mask, 2.0, step)
    inside = np.pad(mask[box], 1)
    core = ~within(~inside, step, LAYER_MM)
    if not core.any():
        return np.zeros(mask.shape, bool)
    reach = LAYER_MM + float(step.max())
    kept = inside & within(core, step, reach)
    result = np.zeros(mask.shape, bool)
    result[box] = kept[1:-1, 1:-1, 1:-1]
    return result


def _touching(layer: Array, bone: Array) -> Array:
    labelled, count = ndimage.label(layer)
    beside = np.unique(labelled[ndimage.binary_dilation(bone, iterations=2)])
    wanted = np.zeros(count + 1, bool)
    wanted[beside] = True
    wanted[0] = False
    return np.asarray(wanted[labelled])


def _split(bones: Array, cartilage: Array, step: Array) -> Array:
    """The number of the nearest bone for every voxel around the cartilage."""
    count = int(bones.max())
    if count == 1 or not cartilage.any():
        return np.ones(bones.shape, np.uint8)
    box = _box(cartilage, CARTILAGE_REACH_MM, step)
    owners = np.ones(bones.shape, np.uint8)
    nearest = np.full(bones[box].shape, np.inf, np.float32)
    for number in range(1, count + 1):
        if not (bones[box] == number).any():
            continue
        distance = to_outside(bones[box] != number, step, np.float32)
        closer = distance < nearest
        nearest[closer] = distance[closer]
        owners[box][closer] = number
    return owners


def _draw(
    image: Array, spacing: Array, coarse: Array, regions: Array, step: Array, progress: Callable[[float], None]
) -> Array:
    """Labels on the image's own grid: each voxel to the nearby region with the nearest mean."""
    values = [int(value) for value in np.unique(regions)]
    cores = {value: ndimage.binary_erosion(regions == value, border_value=1) for value in values}
    means = {
        v: float(coarse[core].mean()) if (core := cores[v]).any() else float(coarse[regions == v].mean())
        for v in values
    }
    cross = ndimage.generate_binary_structure(3, 3)
    nearby = {value: ndimage.binary_dilation(regions == value, cross) for value in values}
    index = [
        np.minimum((np.arange(n) + 0.5) * c / n, c - 1).astype(int)
        for n, c in zip(image.shape, coarse.shape, strict=True)
    ]
    if len(values) > 1:
        wanted = _box(regions > 0, 2.0, step)
        bounds = [
            (int(np.searchsorted(i, s.start)), int(np.searchsorted(i, s.stop)))
            for i, s in zip(index, wanted, strict=True)
        ]
    else:
        bounds = [(0, 0)] * 3
    labels = np.zeros(image.shape, np.uint8)
    sigma = _sigma(spacing)
    (low, high), rows, columns = bounds
    halo = math.ceil(4 * sigma[0])
    grid = np.ix_(index[0][low:high], index[1][slice(*rows)], index[2][slice(*columns)])
    for start in range(low, high, SLAB):
        stop = min(start + SLAB, high)
        first = max(0, start - halo)
        part = image[first : min(stop + halo, len(image)), slice(*rows), slice(*columns)].astype(np.float32)
        smooth = ndimage.gaussian_filter(part, sigma)[start - first : start - first + stop - start]
        where = (grid[0][start - low : stop - low], grid[1], grid[2])
        best = np.full(smooth.shape, np.inf, np.float32)
        slab = labels[start:stop, slice(*rows), slice(*columns)]
        for value in values:
            far = np.where(nearby[value][where], np.abs(smooth - np.float32(means[value])), np.float32(np.inf))
            closer = far < best
            best[closer] = far[closer]
            slab[closer] = value
        progress((stop - low) / (high - low))
    return _without_crumbs(labels, [value for value in values if value])


def _without_crumbs(labels: Array, values: list[int]) -> Array:
    """Keeps each bone's largest component, and drops specks of cartilage: noise leaves crumbs of both at the
    borders."""
    boxes = ndimage.find_objects(labels)
    for value in values:
        if value > len(boxes) or boxes[value - 1] is None:
            continue
        part = labels[boxes[value - 1]]
        labelled, count = ndimage.label(part == value)
        if count < 2:
            continue
        sizes = np.bincount(labelled.ravel())
        sizes[0] = 0
        kept = sizes >= (sizes.max() if value % 2 else 0.02 * sizes.max())
        kept[0] = True
        part[~kept[labelled]] = 0
    return labels


def _box(mask: Array, margin: float, step: Array) -> tuple[slice, ...]:
    """The box around the set voxels, wider by `margin` mm; the whole array where none is set."""
    found = ndimage.find_objects(mask.astype(np.uint8))
    if not found:
        return tuple(slice(0, side) for side in mask.shape)
    wider = [math.ceil(margin / mm) for mm in step]
    return tuple(
        slice(max(0, s.start - w), min(side, s.stop + w))
        for s, w, side in zip(found[0], wider, mask.shape, strict=True)
    )
