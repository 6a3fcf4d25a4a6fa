"""Cards found by their ArUco markers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.colour import homography
from chalicelib.pipelines.colour.cards import Card
from chalicelib.pipelines.colour.layout import MARKER_SIDE

Floats = NDArray[np.float64]
Grey = NDArray[Any]

LONGEST = 2400  # pixels of the longer side in which markers are searched
# Root mean square of the corners' distances from where the card has them, in units of the card (a marker has 27.5).
LARGEST_ERROR = 1.3
_SMALLEST_PERIMETER = 56
_MOST_SHAPES = 2500  # the most outlines of a picture that the detector, which compares all with all, is given


@dataclass(frozen=True)
class MarkedCard:
    """A card by its markers. matrix: card units to pixels. used: the markers' ids. error: see LARGEST_ERROR."""

    matrix: Floats
    used: tuple[int, ...]
    error: float


@dataclass(frozen=True)
class MarkersFound:
    """cards: those that could be placed. single: cards with only one marker in sight. torn: cards whose markers
    contradict each other, as blur makes them do."""

    cards: tuple[MarkedCard, ...]
    single: int
    torn: int


def _detector(longest: int) -> Any:
    import cv2

    settings = cv2.aruco.DetectorParameters()
    settings.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    settings.cornerRefinementWinSize = 5
    # Seven modules to a side, and two pixels to a module: smaller shapes can't be read, and noise is full of them.
    settings.minMarkerPerimeterRate = _SMALLEST_PERIMETER / longest
    settings.adaptiveThreshWinSizeMax = 53
    return cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_5X5_50), settings)


def _shapes(grey: Grey) -> int:
    """The number of outlines in the picture that are as long as a marker's: noise has thousands."""
    import cv2

    mask = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 23, 7)
    contours = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)[0]
    return sum(len(contour) >= _SMALLEST_PERIMETER for contour in contours)


def _seen(grey: Grey) -> list[tuple[int, Floats]]:
    """Ids and corners, (4, 2) in pixels with the middle of the first pixel at (0, 0)."""
    if _shapes(grey) > _MOST_SHAPES:
        return []
    corners, ids, _ = _detector(max(grey.shape)).detectMarkers(grey)
    if ids is None:
        return []
    return [
        (int(i), np.asarray(c, np.float64).reshape(4, 2)) for i, c in zip(ids.ravel(), corners, strict=True) if i < 4
    ]


def _groups(seen: list[tuple[int, Floats]], card: Card) -> list[dict[int, Floats]]:
    """Markers sorted into cards. Each shows roughly where the other three must be."""
    assert card.markers is not None
    middles = card.markers.mean(1)
    left = dict(enumerate(seen))
    groups = []
    while left:
        best: dict[int, int] = {}
        for number, (marker, corners) in left.items():
            matrix = homography.fitted(card.markers[marker], corners)
            side = np.sqrt(abs(homography.area(corners)))
            group = {marker: number}
            for other in set(range(4)) - {marker}:
                expected = homography.mapped(matrix, middles[other])
                far = np.linalg.norm(middles[other] - middles[marker]) / MARKER_SIDE * side
                candidates = [
                    (float(np.linalg.norm(places.mean(0) - expected)), key)
                    for key, (found, places) in left.items()
                    if found == other and 0.33 < np.sqrt(abs(homography.area(places))) / side < 3
                ]
                if candidates and min(candidates)[0] < 0.35 * far:
                    group[other] = min(candidates)[1]
            if len(group) > len(best):
                best = group
        groups.append({marker: seen[number][1] for marker, number in best.items()})
        for number in best.values():
            del left[number]
    return groups


def _placed(group: dict[int, Floats], card: Card) -> MarkedCard | None:
    """The card of a group of two markers or more; a marker that contradicts three others is left out."""
    assert card.markers is not None

    def of(used: tuple[int, ...]) -> MarkedCard:
        points = np.concatenate([card.markers[i] for i in used])  # type: ignore[index]  # asserted above
        places = np.concatenate([group[i] for i in used])
        matrix = homography.fitted(points, places)
        back = homography.mapped(np.linalg.inv(matrix), places)
        return MarkedCard(matrix, used, float(np.sqrt(((back - points) ** 2).sum(1).mean())))

    used = tuple(sorted(group))
    placed = of(used)
    if placed.error > LARGEST_ERROR and len(used) == 4:
        placed = min((of(tuple(i for i in used if i != out)) for out in used), key=lambda one: one.error)
    good = placed.error <= LARGEST_ERROR and homography.in_front(placed.matrix, card.outline)
    return placed if good else None


def find(grey: Grey, card: Card, longest: int) -> MarkersFound:
    """Every card with markers in a picture that is made smaller or larger to be `longest` pixels long.

    Its matrices are for the picture as it came, with the middle of the first pixel at (0, 0).
    """
    import cv2

    factor = max(grey.shape) / longest
    small = grey
    if factor != 1:
        size = (round(grey.shape[1] / factor), round(grey.shape[0] / factor))
        small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if factor > 1 else cv2.INTER_CUBIC)
    seen = _seen(small)
    scale = np.array([grey.shape[1] / small.shape[1], grey.shape[0] / small.shape[0]])
    seen = [(marker, (corners + 0.5) * scale - 0.5) for marker, corners in seen]
    found, single, torn = [], 0, 0
    for group in _groups(seen, card):
        placed = _placed(group, card) if len(group) > 1 else None
        if placed is not None:
            found.append(placed)
        elif len(group) > 1:
            torn += 1
        else:
            single += 1
    return MarkersFound(tuple(found), single, torn)
