"""Stacks of a tilted gantry, whose slices lie askew upon one another: made straight, since a shear can't be stated by a
NIfTI's quaternion, and segmentation networks don't expect one."""

from __future__ import annotations

import math

import numpy as np

from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.volume.geometry import Array, Grid, Volume
from chalicelib.pipelines.volume.limits import check_shape


def straightened(volume: Volume, *, labels: bool) -> Volume:
    """The volume with each slice moved within its plane, so that the third axis stands upright on the other two.

    Images are interpolated linearly, labels take the nearest pixel. The grid grows by as much as the slices move.
    """
    affine = volume.grid.affine
    columns, rows, count = volume.grid.shape
    across, down = affine[:3, 0], affine[:3, 1]
    sizes = np.array([np.linalg.norm(across), np.linalg.norm(down)])
    units = np.stack([across / sizes[0], down / sizes[1]])
    sideways = units @ affine[:3, 2]  # mm per slice
    moved = np.arange(count)[:, None] * (sideways / sizes)  # pixels, (count, 2)
    lowest = np.floor(np.minimum(moved.min(axis=0), 0)).astype(int)
    grown = np.ceil(np.maximum(moved.max(axis=0), 0)).astype(int) - lowest
    shape = check_shape((columns + grown[0], rows + grown[1], count))
    fill = 0 if labels else volume.data.min()
    data = np.full(shape, fill, volume.data.dtype)
    for place in range(count):
        shift = moved[place] - lowest
        part = volume.data[:, :, place]
        for axis in range(2):
            part = _shifted(part, float(shift[axis]), axis, shape[axis], fill, labels=labels)
        data[:, :, place] = part
    straight = affine.copy()
    straight[:3, 2] = affine[:3, 2] - units.T @ sideways
    straight[:3, 3] = affine[:3, 3] + affine[:3, :2] @ lowest
    angle = math.degrees(math.atan2(float(np.linalg.norm(sideways)), float(np.linalg.norm(straight[:3, 2]))))
    how = "taking the nearest pixel" if labels else "interpolating"
    return Volume(
        data,
        Grid(shape, straight, volume.grid.format),
        (
            *volume.warnings,
            Caution(
                "tilted",
                f"The slices are tilted by {angle:.1f}°: each is shifted within its plane to make the stack upright, "
                f"{how}.",
                {"angle": round(angle, 1)},
            ),
        ),
        volume.details,
    )


def _shifted(part: Array, by: float, axis: int, length: int, fill: float, *, labels: bool) -> Array:
    """`part` laid into `length` pixels along `axis`, `by` pixels further on."""
    whole = round(by) if labels else math.floor(by)
    rest = 0.0 if labels else by - whole
    size = part.shape[axis]
    shape = list(part.shape)
    shape[axis] = length
    out = np.full(shape, fill, np.float64 if rest else part.dtype)
    at = [slice(None)] * 2
    at[axis] = slice(whole, whole + size)
    out[tuple(at)] = part
    if rest:
        before = np.roll(out, 1, axis)
        first = [slice(None)] * 2
        first[axis] = slice(0, 1)
        before[tuple(first)] = fill
        out = (1 - rest) * out + rest * before
        if part.dtype.kind in "iu":
            out = np.rint(out)
        out = out.astype(part.dtype)
    return out
