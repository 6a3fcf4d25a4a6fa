"""The unevenness of the light over a card, so that the fit of the colours is free of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.colour.cards import Card

Floats = NDArray[np.float64]

_FEWEST_SPOTS = 30
# Brightest by darkest over the patches: FADGI's bound for two stars. Even light comes to 1.01, noise included.
_UNEVEN = 1.05
_SAME_COLOUR = 0.08  # how far a spot's colour may be from the border's own, as a share of a channel


def _terms(points: Floats, degree: int) -> Floats:
    x, y = points.T
    columns = [np.ones_like(x), x, y]
    if degree > 1:
        columns += [x * x, x * y, y * y]
    return np.stack(columns, 1)


@dataclass(frozen=True)
class LightField:
    """Light over a card, its logarithm a polynomial; 1 on average over the patches, and valid on the card alone."""

    coefficients: Floats
    centre: Floats
    scale: float
    degree: int

    def at(self, points: Floats) -> Floats:
        """The share of the light at points (n, 2) in the card's units."""
        return np.asarray(np.exp(_terms((points - self.centre) / self.scale, self.degree) @ self.coefficients))

    def ratio(self, card: Card) -> float:
        """Brightest by darkest over the patches."""
        light = self.at(card.centres)
        return float(light.max() / light.min())

    def uneven(self, card: Card) -> bool:
        """Whether the ends of the card show that one correction doesn't serve all of the picture."""
        return self.ratio(card) > _UNEVEN

    def unevenness(self, card: Card) -> float:
        """Brightest less darkest over the patches, as a share of their mean."""
        light = self.at(card.centres)
        return float((light.max() - light.min()) / light.mean())


def least_absolute(terms: Floats, values: Floats, weights: Floats) -> Floats:
    """(k,): coefficients of terms (n, k) that leave the least absolute residuals of values (n,)."""
    solution, w = np.zeros(terms.shape[1]), weights
    for _ in range(12):
        root = np.sqrt(w)
        solution = np.linalg.lstsq(terms * root[:, None], values * root, rcond=None)[0]
        w = weights / np.maximum(np.abs(values - terms @ solution), 0.01)
    return solution


def _robust(terms: Floats, values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Least squares under Tukey's weights; returns coefficients and the weights at the end."""
    w = weights
    # It begins with the plane of least absolute deviations: covered spots are many at once and all on one side.
    for _ in range(15):
        solution = np.linalg.lstsq(terms[:, :3] * np.sqrt(w)[:, None], values * np.sqrt(w), rcond=None)[0]
        w = weights / np.maximum(np.abs(values - terms[:, :3] @ solution), 1e-3)
    rest = values - terms[:, :3] @ solution
    for _ in range(8):
        reach = max(4.685 * 1.4826 * float(np.median(np.abs(rest))), 0.01)
        w = weights * np.where(np.abs(rest) < reach, (1 - (rest / reach) ** 2) ** 2, 0)
        solution = np.linalg.lstsq(terms * np.sqrt(w)[:, None], values * np.sqrt(w), rcond=None)[0]
        rest = values - terms @ solution
    return solution, w


def _field(points: Floats, values: Floats, weights: Floats, card: Card, degree: int) -> tuple[LightField, Floats]:
    centre, scale = card.centres.mean(0), float(np.ptp(card.centres, axis=0).max() / 2)
    solution, kept = _robust(_terms((points - centre) / scale, degree), values, weights)
    field = LightField(solution, centre, scale, degree)
    solution = solution.copy()
    solution[0] -= np.log(field.at(card.centres)).mean()
    return LightField(solution, centre, scale, degree), kept


def from_border(rgb: Floats, usable: NDArray[np.bool_], card: Card) -> LightField | None:
    """The field that a card's unprinted border shows. rgb: (m, 3) linear light of `card.border`. None where too little
    of it is seen."""
    if card.border is None or usable.sum() < _FEWEST_SPOTS:
        return None
    logs = np.log(np.maximum(rgb, 1e-6))
    hue = logs - logs.mean(1, keepdims=True)
    bright = usable & (logs.mean(1) > np.quantile(logs[usable].mean(1), 0.8) - 0.9)
    own = np.median(hue[bright], axis=0)
    white = bright & (np.abs(hue - own).max(1) < _SAME_COLOUR)
    if white.sum() < _FEWEST_SPOTS:
        return None
    field, kept = _field(card.border[white], logs[white].mean(1), np.ones(int(white.sum())), card, 2)
    # Three sides at least: a field that is seen along one edge says nothing about the other.
    seen = card.border[white][kept > 0.1]
    middle = card.outline.mean(0)
    far = (seen - middle) / (card.outline.max(0) - middle)
    sides = sum(bool(((far[:, axis] * sign) > 0.7).sum() >= 4) for axis in (0, 1) for sign in (1, -1))
    return field if sides >= 3 else None


def from_patches(gains: Floats, weights: Floats, card: Card, degree: int) -> LightField:
    """The field that the patches' own brightness shows: gains (n,), the factor by which each is brighter than it should
    be."""
    used = weights > 0
    return _field(card.centres[used], np.log(gains[used]), weights[used], card, degree)[0]
