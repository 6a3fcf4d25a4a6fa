"""Measures a card's patches and border in a picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.colour import homography
from chalicelib.pipelines.colour.cards import Card

Floats = NDArray[np.float64]

WIDEST = 1200  # pixels of a card that has been laid flat
MIDDLE = 0.6  # share of a patch's width that is measured: its edges are blurred, and JPEG bleeds over them
_CLIPPED_SHARE = 0.2
TOO_BLURRED = 0.15
_TOO_DARK = 0.004  # linear light of which noise and flare are the larger part


@dataclass(frozen=True)
class FlatCard:
    """A card laid flat: pixels (h, w, 3) in the picture's own numbers, `scale` pixels to a unit of the card."""

    pixels: NDArray[Any]
    scale: float

    @property
    def full(self) -> float:
        return float(np.iinfo(self.pixels.dtype).max)


@dataclass(frozen=True)
class Sample:
    """values: (n, 3) medians, 0..1 encoded. spread: (n,) robust deviation of the noisiest channel. clipped: (n,) share
    of a patch at the end of the range. border, border_usable: the same for the spots of the card's border. flat: a flat
    field's values at the patches and its mean, (n + 1, 3) encoded. blur: how far the patches' edges reach into the
    measured area, as a share of the step from patch to surroundings."""

    values: Floats
    spread: Floats
    clipped: Floats
    border: Floats
    border_usable: NDArray[np.bool_]
    flat: Floats | None = None
    blur: float = 0.0


def laid_flat(pixels: NDArray[Any], matrix: Floats, card: Card) -> FlatCard:
    """A card cut out of a picture and seen from straight above, about as large as in the picture."""
    import cv2

    corners = homography.mapped(matrix, card.outline)
    unit = float(np.sqrt(abs(homography.area(corners) / homography.area(card.outline))))
    width, height = np.ptp(card.outline, axis=0)
    scale = min(unit, WIDEST / width)
    low = np.maximum(np.floor(corners.min(0)) - 8, 0).astype(int)
    high = np.minimum(np.ceil(corners.max(0)) + 9, (pixels.shape[1], pixels.shape[0])).astype(int)
    part = np.ascontiguousarray(pixels[low[1] : high[1], low[0] : high[0]])
    place = np.array([[1.0, 0, -low[0]], [0, 1.0, -low[1]], [0, 0, 1.0]]) @ matrix
    if unit > 1.3 * scale:
        # Averaged down first, or the noise of a large picture is sampled instead of the mean of it.
        size = (max(round(part.shape[1] * scale / unit), 1), max(round(part.shape[0] * scale / unit), 1))
        factor = np.array([size[0] / part.shape[1], size[1] / part.shape[0]])
        part = cv2.resize(part, size, interpolation=cv2.INTER_AREA)
        shrink = np.diag([*factor, 1.0])
        shrink[:2, 2] = 0.5 * factor - 0.5
        place = shrink @ place
    from_flat = np.diag([1 / scale, 1 / scale, 1.0])
    size = (round(width * scale), round(height * scale))
    flat = cv2.warpPerspective(
        part, place @ from_flat, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP, borderMode=cv2.BORDER_REPLICATE
    )
    return FlatCard(flat, scale)


def _spot(flat: FlatCard, centre: Floats, half: Floats) -> NDArray[Any]:
    low = np.floor((centre - half) * flat.scale).astype(int)
    high = np.maximum(np.ceil((centre + half) * flat.scale).astype(int), low + 1)
    low = np.clip(low, 0, None)
    return flat.pixels[low[1] : high[1], low[0] : high[0]].reshape(-1, 3)


def measured(flat: FlatCard, card: Card) -> Sample:
    """Medians of each patch's middle, and of the border's spots."""
    full = flat.full
    high, low = full * 252 / 255, full * 0.5 / 255

    def of(centres: Floats, half: Floats) -> tuple[Floats, Floats, Floats]:
        values, spreads, clipped = [], [], []
        for centre in centres:
            spot = _spot(flat, centre, half)
            median = np.median(spot, 0)
            values.append(median / full)
            spreads.append(1.4826 * float(np.median(np.abs(spot - median), 0).max()) / full)
            clipped.append(float(np.maximum((spot >= high).mean(0), (spot <= low).mean(0) - 0.3).max()))
        return np.array(values).reshape(-1, 3), np.array(spreads), np.array(clipped)

    values, spread, clipped = of(card.centres, card.half * MIDDLE)
    blur = _blur(flat, card)
    if card.border is None:
        return Sample(values, spread, clipped, np.empty((0, 3)), np.empty(0, bool), blur=blur)
    border, border_spread, border_clipped = of(card.border, np.array([3.0, 3.0]))
    usable = (border_clipped < _CLIPPED_SHARE) & (border_spread < 0.06)
    return Sample(values, spread, clipped, border, usable, blur=blur)


def _blur(flat: FlatCard, card: Card) -> float:
    """See Sample. Means over a patch's sides, so that noise doesn't count; the median patch, so that a leaf doesn't."""
    shares = []
    for centre in card.centres:
        middle, surroundings = _spot(flat, centre, card.half * 0.25).mean(0), []
        sides = []
        for axis in (np.array([1.0, 0.0]), np.array([0.0, 1.0])):
            for sign in (1, -1):
                thin = card.half * (0.4 - 0.33 * axis)
                sides.append(_spot(flat, centre + sign * axis * card.half * (MIDDLE - 0.05), thin).mean(0))
                surroundings.append(_spot(flat, centre + sign * axis * card.half * 1.1, thin).mean(0))
        step = np.abs(np.array(surroundings) - middle).max()
        if step > 0.08 * flat.full:
            shares.append(float(np.abs(np.array(sides) - middle).max() / step))
    return float(np.median(shares)) if shares else 0.0


def with_flat(sample: Sample, flat: Floats | None) -> Sample:
    """A sample with a flat field's values at its patches."""
    return replace(sample, flat=flat)


def weights_of(sample: Sample, linear: Floats) -> tuple[Floats, dict[int, str]]:
    """How far each patch can be trusted by its look alone, (n,), and why some can't be at all."""
    weights = np.ones(len(sample.values))
    reasons: dict[int, str] = {}
    usual = max(float(np.median(sample.spread)), 1 / 255)
    for number in range(len(weights)):
        if sample.clipped[number] > _CLIPPED_SHARE:
            weights[number] = 0
            reasons[number] = "clipped"
            continue
        if sample.spread[number] > 5 * usual:
            weights[number] *= 0.25  # gloss, a shadow's edge or dirt
        if linear[number].max() < _TOO_DARK:
            weights[number] *= 0.25
    return weights, reasons
