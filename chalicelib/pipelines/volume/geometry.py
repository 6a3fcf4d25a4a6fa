"""Where a volume's voxels lie in the world, and the way to the working orientation that is undone at the end."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from nibabel.orientations import apply_orientation, inv_ornt_aff, io_orientation
from numpy.typing import NDArray

from chalicelib.pipelines.volume.limits import unreadable

Array = NDArray[Any]

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@dataclass(frozen=True)
class Grid:
    """A voxel grid as its file gives it.

    shape: voxels along the file's three axes. affine: 4×4, voxel index → world in mm, RAS+ as nibabel has it.
    format: "nifti", "nrrd", "mha" or "dicom". native: the format's own words for the same grid, so that it can be
    written back to the last bit.
    """

    shape: tuple[int, int, int]
    affine: Array
    format: str
    native: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # nibabel gives an axis no orientation where the others already account for all of it.
        if not np.isfinite(self.affine).all() or not np.isfinite(io_orientation(self.affine)).all():
            raise unreadable("The image's header gives its voxels no size or no direction.")

    @property
    def spacing(self) -> Array:
        """mm along each of the file's axes, (3,)."""
        return np.asarray(np.linalg.norm(self.affine[:3, :3], axis=0))

    @property
    def orientation(self) -> Array:
        """nibabel's orientation array (3, 2): which world axis each file axis follows, and in which direction."""
        return np.asarray(io_orientation(self.affine))

    def to_json(self) -> bytes:
        # repr() of a float, which json uses, gives back the same float: nothing is lost on the way through a step.
        return json.dumps({**asdict(self), "affine": self.affine.tolist()}).encode()

    @classmethod
    def from_json(cls, content: bytes) -> Grid:
        values = json.loads(content)
        return cls(
            tuple(values["shape"]), np.array(values["affine"], dtype=np.float64), values["format"], values["native"]
        )


@dataclass(frozen=True)
class Volume:
    """data: (i, j, k) on `grid`, of a native integer type or float32. warnings: sentences for the user."""

    data: Array
    grid: Grid
    warnings: tuple[str, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)


def to_working(data: Array, grid: Grid) -> Array:
    """The array with its axes turned to run nearest to right, anterior and superior. A view: no voxel is resampled."""
    return np.asarray(apply_orientation(data, grid.orientation))


def from_working(data: Array, grid: Grid) -> Array:
    """The inverse of to_working: exactly on the file's own grid."""
    orientation = grid.orientation
    order = np.argsort(orientation[:, 0])
    inverse = np.stack([order.astype(float), orientation[order, 1]], axis=1)
    return np.asarray(apply_orientation(data, inverse))


def working_affine(grid: Grid) -> Array:
    """4×4, working voxel index → world in mm (RAS+)."""
    return np.asarray(grid.affine @ inv_ornt_aff(grid.orientation, grid.shape))


def spacing_of(affine: Array) -> Array:
    """mm along each voxel axis, (3,)."""
    return np.asarray(np.linalg.norm(affine[:3, :3], axis=0))


def same_place(one: Grid, other: Grid) -> bool:
    """Whether two grids, once both are in working orientation, cover the same voxels to a thousandth of a voxel."""
    a, b = working_affine(one), working_affine(other)
    shapes = [tuple(to_working(np.broadcast_to(np.uint8(0), g.shape), g).shape) for g in (one, other)]
    if shapes[0] != shapes[1]:
        return False
    corners = np.array(np.meshgrid(*[(0, side - 1) for side in shapes[0]], [1.0])).reshape(4, -1)
    return bool(np.abs((a - b) @ corners).max() < 1e-3 * max(1.0, float(spacing_of(a).min())))


def plain_numbers(data: Array) -> Array:
    """The values in a native type that later steps can rely on: integers up to 32 bits, or float32 without gaps."""
    if data.dtype.kind == "b":
        return data.astype(np.uint8)
    if data.dtype.kind in "iu":
        if data.dtype.itemsize <= 4:
            return data.astype(data.dtype.newbyteorder("="), copy=False)
        low, high = int(data.min()), int(data.max())
        if np.iinfo(np.int32).min <= low and high <= np.iinfo(np.int32).max:
            return data.astype(np.int32)
    values = data.astype(np.float32, copy=False)
    finite = np.isfinite(values)
    if finite.all():
        return values
    if not finite.any():
        raise unreadable("The image holds no finite value.")
    # Scanners and scripts leave NaN outside the field of view: that is background.
    return np.where(finite, values, values[finite].min())


def counts_of(labels: Array) -> Array:
    """How often each value occurs, (highest value + 1,); slice by slice, for bincount makes 8 bytes of every voxel."""
    highest = int(labels.max(initial=0))
    counts = np.zeros(highest + 1, np.int64)
    for part in labels:
        counts += np.bincount(part.ravel(), minlength=highest + 1)
    return counts


def resample(values: Array, axis: int, count: int) -> Array:
    """Linear interpolation along one axis at the centres of `count` even cells that share the whole extent."""
    size = values.shape[axis]
    if size == count:
        return values
    at = np.clip((np.arange(count) + 0.5) * size / count - 0.5, 0, size - 1)
    low = np.minimum(at.astype(int), max(size - 2, 0))
    weight = (at - low).astype(np.float32).reshape([-1 if a == axis else 1 for a in range(values.ndim)])
    lower, upper = np.take(values, low, axis), np.take(values, np.minimum(low + 1, size - 1), axis)
    return np.asarray(lower + (upper - lower) * weight)
