"""Where the points of a flat card lie in a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def fitted(points: Floats, places: Floats) -> Floats:
    """The 3×3 that takes points (n, 2) of the card to places (n, 2) in the picture, least squares, n >= 4."""

    def normalised(values: Floats) -> tuple[Floats, Floats]:
        centre = values.mean(0)
        scale = np.sqrt(2) / max(float(np.sqrt(((values - centre) ** 2).sum(1)).mean()), 1e-9)
        return (values - centre) * scale, np.array(
            [[scale, 0, -scale * centre[0]], [0, scale, -scale * centre[1]], [0, 0, 1]]
        )

    source, from_points = normalised(np.asarray(points, np.float64))
    target, from_places = normalised(np.asarray(places, np.float64))
    x, y = source.T
    u, v = target.T
    one, none = np.ones_like(x), np.zeros_like(x)
    rows = np.concatenate(
        [
            np.stack([x, y, one, none, none, none, -u * x, -u * y, -u], 1),
            np.stack([none, none, none, x, y, one, -v * x, -v * y, -v], 1),
        ]
    )
    matrix = np.linalg.svd(rows)[2][-1].reshape(3, 3)
    matrix = np.linalg.solve(from_places, matrix @ from_points)
    return np.asarray(matrix / np.linalg.norm(matrix))


def mapped(matrix: Floats, points: Floats) -> Floats:
    """Points (..., 2) through a homography."""
    points = np.asarray(points, np.float64)
    moved = np.concatenate([points, np.ones((*points.shape[:-1], 1))], -1) @ matrix.T
    with np.errstate(divide="ignore", invalid="ignore"):  # points on the horizon have no place
        return np.asarray(moved[..., :2] / moved[..., 2:])


def in_front(matrix: Floats, points: Floats) -> bool:
    """Whether no point lies on or behind the horizon, where a homography turns inside out."""
    depth = np.concatenate([points, np.ones((len(points), 1))], -1) @ matrix[2]
    return bool((depth > 1e-6).all() or (depth < -1e-6).all())


def area(corners: Floats) -> float:
    """Signed area of a polygon (n, 2); negative where a card is seen mirrored (y runs down)."""
    x, y = corners.T
    return float((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() / 2)
