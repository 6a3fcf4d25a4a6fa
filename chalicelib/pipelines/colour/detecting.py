"""The cards that a picture shows, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.colour import homography, lattice, markers, refining
from chalicelib.pipelines.colour.cards import Card, cards
from chalicelib.pipelines.colour.pictures import reduced_to_8

Floats = NDArray[np.float64]
Pixels = NDArray[Any]
Reason = tuple[str, str]

AUTO = "auto"
_LONGEST_SEEN = 4200
_SHORTEST_SEEN = 32  # pixels; OpenCV fails on pictures of a few, and no card of that height can be measured
_LEAST_BY_HAND = 0.5
_LEAST_BY_MARKERS = 0.3  # a card half covered still has it
_MIRROR = np.diag([-1.0, 1.0, 1.0])
_NO_CARD = (
    "no_card",
    "No colour card is found: make it at least 200 pixels wide, uncovered and out of the shade, or set its corners "
    "by hand.",
)


@dataclass(frozen=True)
class FoundCard:
    """matrix: card units to pixels of the upright picture. method: `markers`, `patches` or `corners`. certainty: 0..1.
    cut: a part of it lies outside. markers: ids of those that were used."""

    card: Card
    matrix: Floats
    method: str
    certainty: float
    cut: bool = False
    markers: tuple[int, ...] = ()

    @property
    def corners(self) -> Floats:
        return homography.mapped(self.matrix, self.card.outline)

    @property
    def area(self) -> float:
        return abs(homography.area(self.corners))

    @property
    def mirrored(self) -> bool:
        return homography.area(self.corners) < 0

    @property
    def angle(self) -> float:
        """Degrees clockwise by which the card is turned; for a mirrored one, after flipping it left to right."""
        middle = self.card.outline.mean(0)
        right, left = homography.mapped(self.matrix, np.array([[1.0, 0.0], [-1.0, 0.0]]) + middle)
        right = right - left
        return float(np.degrees(np.arctan2(right[1], -right[0] if self.mirrored else right[0])) % 360)

    @property
    def rotation(self) -> int:
        return round(self.angle / 90) % 4 * 90

    def told(self) -> dict[str, Any]:
        """For reports. Corners from the card's own top left clockwise, in pixels of the upright picture."""
        return {
            "card": self.card.name,
            "corners": [[round(float(v), 1) for v in corner] for corner in self.corners],
            "mirrored": self.mirrored,
            "rotation": self.rotation,
            "method": self.method,
            "certainty": round(self.certainty, 3),
        }


@dataclass(frozen=True)
class Detection:
    """cards: the one to use first, then by size. reason: why there is none to use."""

    cards: list[FoundCard] = field(default_factory=list)
    reason: Reason | None = None
    warnings: list[Caution] = field(default_factory=list)


def _seen(pixels: Pixels) -> tuple[NDArray[np.uint8], int]:
    """A copy at 8 bits to search, every n-th pixel of it, made brighter where it is dark (as linear pictures are)."""
    step = max(1, -(-max(pixels.shape[:2]) // _LONGEST_SEEN))
    seen = np.ascontiguousarray(reduced_to_8(pixels[::step, ::step]))
    bright, usual = np.percentile(seen[::8, ::8], (99.5, 50))
    if usual < 50 or bright < 128:
        scale = 255 / max(float(bright), 1)
        curve = 255 * np.clip(np.arange(256) / 255 * scale, 0, 1) ** (1 / 2.2 if usual * scale < 70 else 1)
        seen = np.rint(curve).astype(np.uint8)[seen]
    return seen, step


def _within(found: FoundCard, shape: tuple[int, ...]) -> bool:
    places = homography.mapped(found.matrix, found.card.centres)
    return bool((places >= 0).all() and (places < (shape[1], shape[0])).all())


def _with_markers(seen: NDArray[np.uint8], card: Card) -> tuple[list[FoundCard], int, int]:
    import cv2

    grey = cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY)
    found: list[FoundCard] = []
    single = torn = 0
    longest = max(grey.shape)
    # Once as it is, and once so that small markers in a small picture have enough pixels, or a large picture has fewer.
    for size in (min(longest, markers.LONGEST), longest if longest > markers.LONGEST else min(2 * longest, 2400)):
        for mirrored in (False, True):
            looked = markers.find(np.ascontiguousarray(grey[:, ::-1]) if mirrored else grey, card, size)
            flip = _MIRROR.copy()
            flip[0, 2] = grey.shape[1] - 1
            for one in looked.cards:
                matrix = flip @ one.matrix if mirrored else one.matrix
                placed = FoundCard(
                    card, matrix, "markers", 1 - one.error / (2 * markers.LARGEST_ERROR), markers=one.used
                )
                if not _looks_right(seen, placed):
                    torn += 1
                elif not any(_same(other, placed) for other in found):
                    found.append(placed)
            single, torn = max(single, looked.single), torn + looked.torn
            if found:
                break
    return found, single, torn


def _refined(seen: NDArray[np.uint8], cards_seen: list[FoundCard]) -> tuple[list[FoundCard], list[FoundCard]]:
    """Cards placed by their own patches as well, and those that are placed by two markers alone."""
    sure: list[FoundCard] = []
    unsure: list[FoundCard] = []
    for one in cards_seen:
        matrix = one.matrix if one.cut else refining.refined(seen, one.matrix, one.card)
        doubtful = len(one.markers) == 2 and matrix is one.matrix
        (unsure if doubtful else sure).append(replace(one, matrix=matrix))
    return sure, unsure


def _same(card: FoundCard, other: FoundCard) -> bool:
    return _holds(card, homography.mapped(other.matrix, other.card.centres.mean(0)[None])[0])


def _looks_right(seen: NDArray[np.uint8], card: FoundCard, least: float = _LEAST_BY_MARKERS) -> bool:
    """Whether the colours are roughly where the markers say: blur may put a corner dozens of pixels off."""
    places = homography.mapped(card.matrix, card.card.centres)
    radius = np.full(len(places), max(1.0, 0.1 * np.sqrt(card.area / 24)))
    colours = lattice.sampled(seen, places, radius)
    if np.isnan(colours).any(1).sum() > 10:
        return True  # cut off, which is reported elsewhere
    return lattice.colour_score(colours, card.card) > least


def _printed_on_white(seen: NDArray[np.uint8], card: lattice.LatticeCard) -> bool:
    """Whether the gaps between the patches are as bright as the white patch: then it is the printed card."""
    if card.cut:
        return False
    gaps = card.card.centres[0] + np.array([(x + 0.5, y + 0.5) for x in range(5) for y in range(3)]) * 52.5
    around = lattice.sampled(seen, homography.mapped(card.matrix, gaps), np.ones(len(gaps)))
    white = lattice.sampled(seen, homography.mapped(card.matrix, card.card.centres[18:19]), np.ones(1))
    return bool(np.nanmedian(around.mean(1)) > 0.75 * np.nanmean(white))


def _as_printed(card: lattice.LatticeCard, printed: Card) -> Floats:
    return homography.fitted(printed.centres, homography.mapped(card.matrix, card.card.centres))


def _by_patches(
    seen: NDArray[np.uint8], wanted: str, marked: list[FoundCard], known: Mapping[str, Card]
) -> list[FoundCard]:
    printed = known["aruco24"]
    kinds = [known["mcc24"], known["spyder24"]] if wanted in (AUTO, printed.name) else [known[wanted]]
    if wanted == printed.name:
        kinds = kinds[:1]
    looked = lattice.find(seen, kinds)
    # Small cards in a large picture, and blurred ones, which are sharper when smaller.
    for longest in (2000, 600, 400):
        if not looked and not marked and max(seen.shape) > longest * 1.15:
            looked = lattice.find(seen, kinds, longest)
    found: list[FoundCard] = []
    for one in looked:
        card = FoundCard(one.card, one.matrix, "patches", one.score, one.cut)
        if one.card.name == "mcc24" and wanted in (AUTO, printed.name):
            if _printed_on_white(seen, one):
                card = FoundCard(printed, _as_printed(one, printed), "patches", one.score, one.cut)
            elif wanted == printed.name:
                continue
        middle = homography.mapped(card.matrix, card.card.centres.mean(0)[None])[0]
        if not any(_holds(other, middle) for other in (*marked, *found)):
            found.append(card)
    return found


def _holds(card: FoundCard, point: Floats) -> bool:
    inside = homography.mapped(np.linalg.inv(card.matrix), point[None])[0]
    return bool((inside > 0).all() and (inside < card.card.outline.max(0)).all())


def _why_none(seen: NDArray[np.uint8], single: int, torn: int) -> Reason:
    import cv2

    if torn:
        return (
            "too_blurred",
            "The card's markers contradict each other, probably from blur: focus on the card and hold still.",
        )
    if single:
        return (
            "one_marker",
            "Only one of the card's four markers is visible; two are needed, better all: uncover and light them.",
        )
    if float((seen.min(2) >= 252).mean()) > 0.4:
        return (
            "overexposed",
            "Most of the picture is overexposed: expose less, so that the white patch isn't clipped.",
        )
    grey = cv2.cvtColor(seen, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, None, fx=min(1, 1000 / max(grey.shape)), fy=min(1, 1000 / max(grey.shape)))
    steepest = float(np.percentile(np.abs(cv2.Laplacian(small, cv2.CV_32F)), 99.8))
    if steepest < 12 < float(small.std()):
        return "too_blurred", "The picture is too blurred to find a card in it: focus on the card and hold still."
    return _NO_CARD


def by_hand(pixels: Pixels, corners: Floats, wanted: str, known: Mapping[str, Card] | None = None) -> Detection:
    """The card whose corners (4, 2) a user set, from its top left clockwise, in pixels of the upright picture.

    known: all cards, some of them with a user's own values.
    """
    known = known or cards()
    kinds = [known[name] for name in ("aruco24", "mcc24", "spyder24")] if wanted == AUTO else [known[wanted]]
    seen, step = _seen(pixels)
    tried: list[tuple[float, int, Card, Floats]] = []
    for kind in kinds:
        low, high = (kind.centres - kind.half).min(0), (kind.centres + kind.half).max(0)
        grid = np.array([low, (high[0], low[1]), high, (low[0], high[1])])
        for outline in (kind.outline, grid) if kind.markers is None else (kind.outline,):
            # The corners may come in any order: the colours show where the top left is.
            for number in range(8):
                turned = np.roll(corners if number < 4 else corners[::-1], number % 4, 0)
                matrix = homography.fitted(outline, turned)
                places = homography.mapped(matrix, kind.centres[np.array(kind.lattice_of)]) / step
                radius = np.full(len(places), max(1.0, 0.15 * np.sqrt(abs(homography.area(corners)) / 24) / step))
                if (places >= 0).all() and (places < (seen.shape[1], seen.shape[0])).all():
                    tried.append(
                        (lattice.colour_score(lattice.sampled(seen, places, radius), kind), number, kind, matrix)
                    )
    if not tried:
        return Detection(reason=("cut_off", "A part of the card lies outside the picture: photograph all of it."))
    score, _, kind, matrix = max(tried, key=lambda one: one[0])
    to_full = np.diag([float(step), float(step), 1.0])
    matrix = to_full @ refining.refined(seen, np.linalg.inv(to_full) @ matrix, kind)
    found = FoundCard(kind, matrix, "corners", max(score, 0))
    if score < _LEAST_BY_HAND:
        return Detection(
            reason=("corners_off", "There is no card between these corners: place them on the card's corners.")
        )
    return Detection([found])


def found_in(pixels: Pixels, wanted: str = AUTO, known: Mapping[str, Card] | None = None) -> Detection:
    """Every card in an upright picture (h, w, 3). wanted: a card's name, or `auto`. known: see by_hand."""
    if min(pixels.shape[:2]) < _SHORTEST_SEEN:
        return Detection(reason=_NO_CARD)
    known = known or cards()
    seen, step = _seen(pixels)
    # Searched in any case: the printed card's patches are a classic card's too.
    marked, single, torn = _with_markers(seen, known["aruco24"])
    sure, unsure = _refined(seen, marked)
    found, _ = _refined(seen, _by_patches(seen, wanted, sure, known))
    # Two markers that blur has moved may put the far corners anywhere: the patches are more exact.
    kept = [one for one in unsure if not any(_same(one, other) for other in found)]
    torn += len(kept)
    kept = [one for one in kept if _looks_right(seen, one, _LEAST_BY_HAND)]
    torn -= len(kept)
    if wanted in (AUTO, "aruco24"):
        found = sure + kept + found
    else:
        single = torn = 0
    to_full = np.diag([float(step), float(step), 1.0])
    found = [replace(one, matrix=to_full @ one.matrix) for one in found]
    whole = sorted((one for one in found if not one.cut and _within(one, pixels.shape)), key=lambda one: -one.area)
    cut = [one for one in found if one.cut or not _within(one, pixels.shape)]
    warnings: list[Caution] = []
    if len(whole) + len(cut) > 1:
        count = len(whole) + len(cut)
        warnings.append(
            Caution("several_cards", f"{count} cards are in the picture; the largest is used.", {"count": count})
        )
    if not whole and cut:
        return Detection(
            cut, ("cut_off", "A part of the card lies outside the picture: photograph all of it."), warnings
        )
    if not whole:
        return Detection([], _why_none(seen, single, torn))
    if whole[0].method == "markers" and len(whole[0].markers) == 2:
        warnings.append(
            Caution("two_markers", "Only two of the card's four markers are seen: its place is known less exactly.")
        )
    if whole[0].mirrored:
        warnings.append(Caution("mirrored", "The picture is mirrored: the card is seen the wrong way round."))
    return Detection(whole + cut, None, warnings)
