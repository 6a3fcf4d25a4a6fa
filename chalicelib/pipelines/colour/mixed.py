"""Mixed light: light of one colour at one end of a card, and of another at the other end."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.colour import fitting
from chalicelib.pipelines.colour.cards import Card
from chalicelib.pipelines.colour.difference import delta_e_2000
from chalicelib.pipelines.colour.fitting import LINEAR, Problem, predicted
from chalicelib.pipelines.colour.light import least_absolute
from chalicelib.pipelines.colour.spaces import xyz_of

Floats = NDArray[np.float64]

_BETTER, _BY = 0.75, 0.2  # as a share of the remaining difference, and in CIEDE2000
_LEAST = 0.03  # logarithm of a channel from end to end
_DARK = 0.01  # linear light below which a patch's hue is noise
_ROUNDS = 10


def _cameras(linear: Floats, xyz: Floats, weights: Floats) -> Floats:
    """The 3×3 from XYZ to a camera's light by relative differences, since logarithms are compared."""
    rows = []
    for channel in linear.T:
        scale = np.sqrt(weights) / (channel + 0.03)
        rows.append(np.linalg.lstsq(xyz * scale[:, None], channel * scale, rcond=None)[0])
    return np.array(rows)


def _slopes(linear: Floats, card: Card, weights: Floats, points: Floats) -> Floats | None:
    """(3, 2): how the logarithm of each channel's light rises over the card. None where too few patches show it."""
    xyz = xyz_of(card.known_lab)
    terms = np.concatenate([np.ones((len(points), 1)), points], 1)
    slopes = np.zeros((3, 2))
    for _ in range(_ROUNDS):
        freed = linear / np.exp(points @ slopes.T)
        made = xyz @ _cameras(freed, xyz, weights).T
        told = (made > _DARK).all(1) & (freed > 1e-4).all(1) & (weights > 0)
        if told.sum() < fitting.FEWEST_PATCHES:
            return None
        gains = np.log(np.maximum(freed, 1e-4) / np.maximum(made, 1e-4))
        for channel in range(3):
            trust = weights * told * made[:, channel].clip(0) / (made[:, channel].clip(0) + 0.05)
            slopes[channel] += least_absolute(terms, gains[:, channel], trust)[1:]
    return slopes


def over(linear: Floats, weights: Floats, card: Card, model: str, matrix: Floats) -> float | None:
    """Mean CIEDE2000 of the card's colours in the light of its ends where they are corrected for its middle; None where
    the light has one colour. linear: (n, 3) as the camera saw it, uneven light included."""
    points = (card.centres - card.centres.mean(0)) / (np.ptp(card.centres[:, 0]) / 2)
    slopes = _slopes(linear, card, weights, points)
    if slopes is None:
        return None
    tint = points @ (slopes - slopes.mean(0)).T
    if np.ptp(tint, axis=0).max() < _LEAST:
        return None

    def left(light: Floats) -> float:
        freed = Problem(linear / np.exp(light), card.known_lab, weights)
        return float(fitting.leave_one_out(freed, LINEAR)[weights > 0].mean())

    plain, tinted = left((points @ slopes.mean(0))[:, None]), left(points @ slopes.T)
    if tinted > _BETTER * plain or tinted > plain - _BY:
        return None
    channel = int(np.ptp(tint, axis=0).argmax())
    freed, used = linear / np.exp(points @ slopes.T), weights > 0
    ends = (tint[tint[:, channel].argmin()], tint[tint[:, channel].argmax()])
    return float(
        np.mean(
            [delta_e_2000(predicted(matrix, freed * np.exp(end), model), card.known_lab)[used].mean() for end in ends]
        )
    )
