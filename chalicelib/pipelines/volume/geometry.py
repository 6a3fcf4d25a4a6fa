"""Where a volume's voxels lie in the world, and the way to the working orientation that is undone at the end."""

from __future__ import annotations

import itertools
import json
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
from nibabel.orientations import apply_orientation, inv_ornt_aff, io_orientation
from numpy.typing import NDArray

from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.volume.limits import unreadable

Array = NDArray[Any]

SHEAR = 0.01  # rounded directions of DICOM stay below
EXTENTS_MM = (1.0, 3000.0)
BLOCK = (64, 16, 64)
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
        # nibabel gives an axis no orientation where the others already account for all of its direction.
        if not np.isfinite(self.affine).all() or not np.isfinite(io_orientation(self.affine)).all():
            raise unreadable("The image's header lacks the voxels' size or direction.")

    @property
    def spacing(self) -> Array:
        """mm along each of the file's axes, (3,)."""
        return np.asarray(np.linalg.norm(self.affine[:3, :3], axis=0))

    @property
    def orientation(self) -> Array:
        """nibabel's orientation array (3, 2): which world axis each file axis follows, and in which direction."""
        return np.asarray(io_orientation(self.affine))

    def to_json(self) -> bytes:
        # repr() of a float, which json uses, gives back the same float: nothing is lost from one step to another.
        return json.dumps({**asdict(self), "affine": self.affine.tolist()}).encode()

    @classmethod
    def from_json(cls, content: bytes) -> Grid:
        values = json.loads(content)
        return cls(
            tuple(values["shape"]), np.array(values["affine"], dtype=np.float64), values["format"], values["native"]
        )


@dataclass(frozen=True)
class Volume:
    """data: (i, j, k) on `grid`. names: of label values, where the file has them."""

    data: Array
    grid: Grid
    warnings: tuple[Caution, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)


def to_working(data: Array, grid: Grid) -> Array:
    """The array with its axes turned to run nearest to right, anterior and superior. A view: no voxel is resampled."""
    return np.asarray(apply_orientation(data, grid.orientation))


def from_working(data: Array, grid: Grid) -> Array:
    """The inverse of to_working: exactly on the file's own grid."""
    orientation = grid.orientation
    order = np.argsort(orientation[:, 0])
    inverse = np.stack([order.astype(float), orientation[order, 1]], axis=1)
    return np.asarray(apply_orientation(data, inverse))


def doubts(grid: Grid) -> list[Caution]:
    """Cautions about a grid that is unlikely for the image of a body."""
    notes = []
    axes = grid.affine[:3, :3] / grid.spacing
    if float(np.abs(axes.T @ axes - np.eye(3)).max()) > SHEAR:
        notes.append(
            Caution("sheared", "The image's axes aren't at right angles: distances are measured along the given axes.")
        )
    largest = float((grid.spacing * grid.shape).max())
    if not EXTENTS_MM[0] <= largest <= EXTENTS_MM[1]:
        notes.append(
            Caution(
                "implausible_size",
                f"By its header the image is {largest:.4g} mm long: if its lengths are in another unit, every measure "
                "is wrong.",
                {"length": float(f"{largest:.4g}")},
            )
        )
    return notes


def copied(values: Array, order: Literal["C", "F"]) -> Array:
    """A copy of an array of three axes in the given memory order.

    It goes block by block: NumPy's own copy between the two orders misses the cache at every voxel.
    """
    result = np.empty(values.shape, values.dtype, order)
    sides = [range(0, side, block) for side, block in zip(values.shape, BLOCK, strict=True)]
    for i, j, k in itertools.product(*sides):
        block = slice(i, i + BLOCK[0]), slice(j, j + BLOCK[1]), slice(k, k + BLOCK[2])
        result[block] = values[block]
    return result


def working_affine(grid: Grid) -> Array:
    """4×4, working voxel index → world in mm (RAS+)."""
    return np.asarray(grid.affine @ inv_ornt_aff(grid.orientation, grid.shape))


def spacing_of(affine: Array) -> Array:
    """mm along each voxel axis, (3,)."""
    return np.asarray(np.linalg.norm(affine[:3, :3], axis=0))


def apart(one: Grid, other: Grid) -> float | None:
    """The largest distance between the corners of two grids, in voxels, once both are in working orientation; None
    where their numbers of voxels differ."""
    a, b = working_affine(one), working_affine(other)
    shapes = [tuple(to_working(np.broadcast_to(np.uint8(0), g.shape), g).shape) for g in (one, other)]
    if shapes[0] != shapes[1]:
        return None
    corners = np.array(np.meshgrid(*[(0, side - 1) for side in shapes[0]], [1.0])).reshape(4, -1)
    return float(np.abs(np.linalg.solve(a[:3, :3], ((a - b) @ corners)[:3])).max())


def embedded(labels: Array, own: Grid, target: Grid, tolerance: float) -> Array | None:
    """Labels of a part of `target`, from programs that cut off the empty surroundings, laid into the whole of it.

    labels: on `own`. Gives labels on `target`; None where the part's voxels don't fall on the target's to within
    `tolerance` voxels, or where a label would lie outside.
    """
    part = to_working(labels, own)
    across = np.linalg.solve(working_affine(target), working_affine(own))
    corners = np.array(np.meshgrid(*[(0, side - 1) for side in part.shape], [1.0])).reshape(4, -1)
    shift = np.rint(across[:3, 3]).astype(int)
    off = (across @ corners)[:3] - (corners[:3] + shift[:, None])
    if not np.isfinite(off).all() or float(np.abs(off).max()) > tolerance:
        return None
    whole = np.zeros(to_working(np.broadcast_to(np.uint8(0), target.shape), target).shape, labels.dtype)
    pairs = [
        (slice(max(0, s), max(0, min(n, s + m))), slice(max(0, -s), max(0, min(m, n - s))))
        for s, n, m in zip(shift.tolist(), whole.shape, part.shape, strict=True)
    ]
    inside = part[tuple(own_side for _, own_side in pairs)]
    if np.count_nonzero(inside) != np.count_nonzero(part):
        return None
    whole[tuple(target_side for target_side, _ in pairs)] = inside
    return from_working(whole, target)


def plain_numbers(data: Array, gap: float | None = None) -> Array:
    """The values in a native type that later steps can rely on: integers up to 32 bits, or float32 without gaps.

    gap: the value in place of NaN; infinities then stay, for the reader to judge. Without it the lowest finite value
    replaces both."""
    if data.dtype.kind == "b":
        return data.astype(np.uint8)
    if data.dtype.kind in "iu":
        if data.dtype.itemsize <= 4:
            return data.astype(data.dtype.newbyteorder("="), copy=False)
        low, high = int(data.min()), int(data.max())
        if np.iinfo(np.int32).min <= low and high <= np.iinfo(np.int32).max:
            return data.astype(np.int32)
    values = data.astype(np.float32, copy=False)
    if gap is not None:
        missing = np.isnan(values)
        return np.where(missing, np.float32(gap), values) if missing.any() else values
    finite = np.isfinite(values)
    if finite.all():
        return values
    if not finite.any():
        raise unreadable("The image holds no finite value.")
    # Scanners and scripts leave NaN outside the field of view: that is background.
    return np.where(finite, values, values[finite].min())


def counts_of(labels: Array) -> Array:
    """The count of each value, (highest value + 1,); slice by slice, since bincount makes 8 bytes of every voxel."""
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
