"""White balance: by the card, or by a picture as a whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.colour.cards import Card
from chalicelib.pipelines.colour.correcting import Correction
from chalicelib.pipelines.colour.matching import Match
from chalicelib.pipelines.colour.spaces import D50, bradford, xyz_of

Floats = NDArray[np.float64]


def by_card(match: Match, card: Card, correction: Correction) -> Correction:
    """Gains alone, from the card's neutral patches, which come out as neutral as they are on the card."""
    grey = [number for number in card.grey if match.weights[number] > 0]
    if not grey:
        raise LookupError("none of the card's neutral patches can be used")
    seen = correction.light(match.linear[grey])
    wanted = xyz_of(card.known_lab[grey]) @ correction.space.from_xyz.T
    gains = (wanted * seen).sum(0) / np.maximum((seen**2).sum(0), 1e-9)
    return correction.balanced(gains / gains[1])


def by_picture(upright: NDArray[Any], correction: Correction, kind: str) -> Correction:
    """kind: `gray_world` (the mean is grey) or `white_patch` (the brightest area that isn't clipped is white)."""
    step = max(1, int(np.sqrt(upright.shape[0] * upright.shape[1] / 250_000)))
    full = np.iinfo(upright.dtype).max
    values = upright[::step, ::step].reshape(-1, 3) / full
    values = values[(values < 0.99).all(1)]
    if not len(values):
        return correction
    light = np.clip(correction.light(correction.encoding.decoded(values)), 0, None)
    level = light.mean(0) if kind == "gray_world" else np.percentile(light, 99, axis=0)
    gains = level[1] / np.maximum(level, 1e-4)
    return correction.balanced(np.clip(gains, 0.1, 10))


def own_white_kept(match: Match, card: Card, correction: Correction, plain: Correction) -> Correction:
    """True colours under the picture's own light: a warm scene stays warm."""
    grey = [number for number in card.grey if match.weights[number] > 0]
    if not grey:
        return correction
    seen = match.linear[grey].sum(0) @ plain.matrix.T
    return replace(correction, matrix=bradford(D50, seen / seen[1]) @ correction.matrix)
