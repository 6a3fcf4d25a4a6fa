"""Cards without markers: quadrilaterals, their lattice of 6 by 4, and a test of its colours in all eight orientations.

On real photographs it misses fewer cards than the available detectors do, and takes nothing else for one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.colour import homography
from chalicelib.pipelines.colour.cards import Card
from chalicelib.pipelines.colour.spaces import SRGB, xyz_of

Floats = NDArray[np.float64]
Pixels = NDArray[Any]

LONGEST = 1400
_MOST_QUADS = 900
_MOST_CONTOURS = 4000  # of one mask: one with more shows noise, or a lawn
FEWEST_CELLS = 9
_WHOLE = 18  # cells of a lattice whose quads begin no other
FEWEST_SEEN = 14  # patches within the picture that identify a card that is cut off
LEAST_SCORE = 0.62  # right cards score 0.78 to 0.96, the wrong orientation of one 0.37 at most
LEAST_LEAD = 0.15


@dataclass(frozen=True)
class LatticeCard:
    """A card by its patches. matrix: card units to pixels. score: how well its colours fit, 1 at most.
    cut: some of its patches lie outside the picture."""

    card: Card
    matrix: Floats
    score: float
    cells: int
    cut: bool = False


def _masks(pixels: Pixels) -> list[Pixels]:
    import cv2

    smooth = cv2.GaussianBlur(pixels, (0, 0), 1.0)
    lab = cv2.cvtColor(smooth, cv2.COLOR_RGB2LAB)
    grey = cv2.cvtColor(smooth, cv2.COLOR_RGB2GRAY)
    masks = []
    for channel in (grey, smooth[..., 0], smooth[..., 2], lab[..., 1], lab[..., 2]):
        for block in (0.03, 0.1):
            size = int(block * max(pixels.shape)) | 1
            for sign, kind in ((1, cv2.THRESH_BINARY), (-1, cv2.THRESH_BINARY_INV)):
                masks.append(cv2.adaptiveThreshold(channel, 255, cv2.ADAPTIVE_THRESH_MEAN_C, kind, size, -2 * sign))
    for channel in (grey, smooth[..., 1], lab[..., 1], lab[..., 2]):
        edges = cv2.dilate(cv2.Canny(channel, 12, 36), np.ones((3, 3), np.uint8))
        masks.append(255 - edges)
    for level in (40, 70, 110, 150, 190):
        masks.append(np.where(grey > level, 255, 0).astype(np.uint8))
    return masks


def quadrilaterals(pixels: Pixels) -> Floats:
    """(n, 4, 2): four-cornered shapes of about a patch's size, each once, corners in order around."""
    import cv2

    height, width = pixels.shape[:2]
    smallest, largest = 0.00012 * width * height, 0.03 * width * height
    found: list[tuple[float, Floats]] = []
    for mask in _masks(pixels):
        contours: Any = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)[0]
        for contour in contours if len(contours) <= _MOST_CONTOURS else sorted(contours, key=len)[-_MOST_CONTOURS:]:
            size = cv2.contourArea(contour)
            if not smallest < size < largest:
                continue
            hull = cv2.convexHull(contour)
            solid = size / max(cv2.contourArea(hull), 1e-9)
            if solid < 0.85:
                continue
            corners = cv2.approxPolyDP(hull, 0.06 * cv2.arcLength(hull, True), True).reshape(-1, 2).astype(np.float64)
            if len(corners) != 4:
                continue
            sides = np.linalg.norm(corners - np.roll(corners, -1, 0), axis=1)
            covers = size / max(abs(homography.area(corners)), 1e-9)
            if sides.max() < 4 * sides.min() and 0.8 < covers < 1.3:
                found.append((size, corners))
    # Many masks show the same patch; the largest quad stands for all whose middle it holds.
    found.sort(key=lambda one: -one[0])
    kept: list[Floats] = []
    middles = np.empty((0, 2))
    reach = np.empty(0)
    for size, corners in found:
        if len(kept) == _MOST_QUADS:
            break
        middle = corners.mean(0)
        near = np.linalg.norm(middles - middle, axis=1) < 0.35 * reach
        alike = near & (reach < 1.6 * np.sqrt(size))
        if not alike.any():
            kept.append(corners)
            middles, reach = np.vstack([middles, middle]), np.append(reach, np.sqrt(size))
    return np.array(kept).reshape(-1, 4, 2)


def lattices(quads: Floats) -> list[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """The grids that quads form: indices of quads (m,) and their columns and rows (m, 2)."""
    middles = quads.mean(1)
    sides = np.sqrt(np.abs([homography.area(quad) for quad in quads]))
    grown: list[dict[int, tuple[int, int]]] = []
    settled: set[int] = set()
    for seed in np.argsort(-sides, kind="stable"):
        if int(seed) not in settled:
            cells = _grown(int(seed), quads, middles, sides)
            if len(cells) >= FEWEST_CELLS:
                grown.append(cells)
            if len(cells) >= _WHOLE:
                settled.update(cells)
    # The fullest first: a shape that stands on its corner reaches every other patch only.
    taken: set[int] = set()
    found = []
    for cells in sorted(grown, key=len, reverse=True):
        if len(taken & cells.keys()) * 2 < len(cells):
            taken.update(cells)
            numbers = np.array(list(cells), np.intp)
            found.append((numbers, np.array([cells[int(n)] for n in numbers], np.intp)))
    return found


def _grown(seed: int, quads: Floats, middles: Floats, sides: Floats) -> dict[int, tuple[int, int]]:
    """Quads reached from one by steps of about its own size: number to (column, row)."""
    corners = quads[seed]
    edges = np.roll(corners, -1, 0) - corners
    right, down = (edges[0] - edges[2]) / 2, (edges[1] - edges[3]) / 2
    cells = {seed: (0, 0)}
    steps = {seed: (right, down)}
    taken = {(0, 0)}
    queue = [seed]
    while queue:
        at = queue.pop(0)
        for axis, sign in ((0, 1), (0, -1), (1, 1), (1, -1)):
            place = (cells[at][0] + (sign if axis == 0 else 0), cells[at][1] + (sign if axis == 1 else 0))
            if place in taken:
                continue
            step = sign * steps[at][axis]
            offset = middles - middles[at]
            length = float(np.linalg.norm(step))
            along, across = offset @ step / length**2, np.abs(offset @ np.array([-step[1], step[0]])) / length**2
            alike = (sides > 0.72 * sides[at]) & (sides < 1.4 * sides[at])
            # A neighbour is one side and a gap away; the first one found shows the width of the gap.
            near = alike & (along > 0.7) & (along < 1.6) & (across < 0.3)
            near[list(cells)] = False
            if not near.any():
                continue
            nearest = int(np.flatnonzero(near)[np.argmin(along[near] + across[near])])
            cells[nearest] = place
            taken.add(place)
            # Steps shrink with the distance: the step just seen is taken, the other axis's is inherited.
            seen = offset[nearest] * sign
            steps[nearest] = (seen, steps[at][1]) if axis == 0 else (steps[at][0], seen)
            queue.append(nearest)
    return cells


def colour_score(rgb: Floats, card: Card) -> float:
    """How similar the colours of a lattice, (24, 3) encoded, in its order, NaN where not seen, are to the card's.

    The correlation of lightness and opponent colours in roots of light, free of each channel's brightness and contrast.
    """
    order = np.array(card.lattice_of)
    inside = ~np.isnan(rgb).any(1)
    wanted = np.cbrt(np.clip(xyz_of(card.known_lab[order[inside]]) @ SRGB.from_xyz.T, 0.002, None))
    seen = np.asarray(rgb)[inside]

    def parts(values: Floats) -> Floats:
        values = (values - values.mean(0)) / np.maximum(values.std(0), 1e-6)
        lightness = values.mean(1)
        opponent = np.stack([values[:, 0] - values[:, 1], (values[:, 0] + values[:, 1]) / 2 - values[:, 2]], 1)
        return np.concatenate([lightness[:, None], opponent / np.maximum(opponent.std(0), 1e-6)], 1)

    a, b = parts(seen), parts(wanted)
    each = [(a[:, i] * b[:, i]).mean() / max(a[:, i].std() * b[:, i].std(), 1e-9) for i in range(3)]
    return float(np.mean(each))


def _orientations() -> list[Floats]:
    """Eight 3×3 that take a card's lattice onto itself, turned or mirrored, up to a shift."""
    turns = []
    for mirrored in (1, -1):
        for quarter in range(4):
            turn = np.array([[0.0, -1.0], [1.0, 0.0]])
            turns.append(np.linalg.matrix_power(turn, quarter) @ np.diag([mirrored, 1.0]))
    return turns


def sampled(pixels: Pixels, places: Floats, radius: Floats) -> Floats:
    """Median colours around places (n, 2), 0..1; not a number where a place lies outside."""
    height, width = pixels.shape[:2]
    colours = np.full((len(places), 3), np.nan)
    for number, (x, y) in enumerate(places):
        r = max(1, int(radius[number]))
        column, row = round(float(x)), round(float(y))
        if 0 <= column < width and 0 <= row < height:
            spot = pixels[max(row - r, 0) : row + r + 1, max(column - r, 0) : column + r + 1].reshape(-1, 3)
            colours[number] = np.median(spot, 0) / 255
    return colours


def identified(
    pixels: Pixels, middles: Floats, cells: NDArray[np.intp], kinds: list[Card], sides: Floats
) -> LatticeCard | None:
    """The card that a lattice belongs to, tried over kinds, orientations and shifts. middles: (m, 2) of the quads."""
    matrix = homography.fitted(cells.astype(np.float64), middles)
    spread = np.linalg.norm(homography.mapped(matrix, cells.astype(np.float64)) - middles, axis=1)
    good = spread < 0.25 * sides
    if good.sum() < FEWEST_CELLS:
        return None
    if not good.all():
        return identified(pixels, middles[good], cells[good], kinds, sides[good])
    low, high = cells.min(0), cells.max(0)
    radius = float(np.median(sides)) * 0.2
    colours: dict[tuple[int, int], Floats] = {}

    def colour_at(place: tuple[int, int]) -> Floats:
        if place not in colours:
            spot = homography.mapped(matrix, np.array([place], np.float64))
            colours[place] = sampled(pixels, spot, np.array([radius]))[0]
        return colours[place]

    tried: list[tuple[float, int, Card, Floats, bool]] = []
    for kind in kinds:
        for number, turn in enumerate(_orientations()):
            turned = np.rint(kind.lattice @ turn.T).astype(int)
            turned_low, turned_high = turned.min(0), turned.max(0)
            spare = (turned_high - turned_low) - (high - low)
            if (spare < 0).any():
                continue
            for across in range(spare[0] + 1):
                for down in range(spare[1] + 1):
                    shift = low - turned_low - (across, down)
                    rgb = np.array([colour_at((int(x), int(y))) for x, y in turned + shift])
                    outside = int(np.isnan(rgb).any(1).sum())
                    if len(rgb) - outside < FEWEST_SEEN:
                        continue
                    to_lattice = np.eye(3)
                    to_lattice[:2, :2], to_lattice[:2, 2] = turn, shift
                    # A few colours match more easily, so patches outside the picture lower the score.
                    score = colour_score(rgb, kind) - 0.02 * outside
                    tried.append((score, number, kind, matrix @ to_lattice, outside > 0))
    if not tried:
        return None
    tried.sort(key=lambda one: (-one[0], one[1]))
    score, number, kind, to_places, cut = tried[0]
    others = [one[0] for one in tried if one[1] != number]
    if score < LEAST_SCORE or (others and score - max(others) < LEAST_LEAD):
        return None
    order = np.array(kind.lattice_of)
    places = homography.mapped(to_places, kind.lattice)
    return LatticeCard(kind, homography.fitted(kind.centres[order], places), score, len(cells), cut)


def find(pixels: Pixels, kinds: list[Card], longest: int = LONGEST) -> list[LatticeCard]:
    """Every card of these kinds in an RGB picture, the most certain first; pixel coordinates as in markers.find."""
    import cv2

    factor = max(1.0, max(pixels.shape[:2]) / longest)
    small = pixels
    if factor > 1:
        size = (round(pixels.shape[1] / factor), round(pixels.shape[0] / factor))
        small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    quads = quadrilaterals(small)
    if len(quads) < FEWEST_CELLS:
        return []
    scale = np.array([pixels.shape[1] / small.shape[1], pixels.shape[0] / small.shape[0]])
    sides = np.sqrt(np.abs([homography.area(quad) for quad in quads]))
    cards = []
    for numbers, cells in lattices(quads):
        card = identified(small, quads[numbers].mean(1), cells, kinds, sides[numbers])
        if card is not None:
            to_full = np.diag([*scale, 1.0])
            to_full[:2, 2] = 0.5 * scale - 0.5
            cards.append(replace(card, matrix=to_full @ card.matrix))
    return sorted(cards, key=lambda one: -one.score)
