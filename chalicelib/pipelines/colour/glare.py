"""Veiling glare: light that a card reflects or a lens scatters, which is added to every colour and not multiplied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.colour import fitting
from chalicelib.pipelines.colour.cards import Card
from chalicelib.pipelines.colour.difference import delta_e_2000
from chalicelib.pipelines.colour.encoding import Encoding
from chalicelib.pipelines.colour.fitting import LINEAR, Problem, predicted
from chalicelib.pipelines.colour.light import least_absolute
from chalicelib.pipelines.colour.spaces import D50, srgb_encoded, xyz_of

Floats = NDArray[np.float64]

_BETTER, _BY = 0.65, 0.2  # as a share of the remaining difference, and in CIEDE2000
_LEAST = 0.015  # of white: any glossy card has this much
_EVEN = (0.0, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1, 0.13)
_ROUNDS = 12


@dataclass(frozen=True)
class Glare:
    """share: the part of white that is added where the glare is strongest. delta_e: mean CIEDE2000 of the card's
    colours where they are corrected alike and have no glare."""

    share: float
    delta_e: float


def _encoded(encoding: Encoding) -> Callable[[Floats], Floats]:
    if encoding.kind == "exponent":
        return lambda linear: np.asarray(np.maximum(linear, 0) ** (1 / encoding.exponent))
    return srgb_encoded


def _left(linear: Floats, card: Card, weights: Floats) -> float:
    return float(fitting.leave_one_out(Problem(linear, card.known_lab, weights), LINEAR)[weights > 0].mean())


def _freed(linear: Floats, card: Card, weights: Floats) -> tuple[float, Floats, Floats]:
    """The mean difference of left-out patches under a 3×3 without the glare; the glare (n,) as a share of white; the
    light without it."""
    points = (card.centres - card.centres.mean(0)) / (np.ptp(card.centres[:, 0]) / 2)
    x, y = points.T
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], 1)
    metric = fitting.metric_of(card.known_lab)
    white = np.einsum("nij,j->ni", metric, D50)
    size = (white**2).sum(1)
    trust = weights * size / size.max()

    def taken_off(share: Floats, matrix: Floats) -> Floats:
        return np.maximum(linear - share[:, None] * np.linalg.solve(matrix, D50), 1e-5)

    def solved(freed: Floats) -> Floats:
        return fitting.solve(Problem(freed, card.known_lab, weights), LINEAR)

    none = np.zeros(len(linear))
    tried = [(none + share, taken_off(none + share, solved(linear))) for share in _EVEN]
    left, (share, freed) = min(((_left(one[1], card, weights), one) for one in tried), key=lambda found: found[0])
    best = left, share, freed
    for _ in range(_ROUNDS):
        matrix = solved(freed)
        rest = np.einsum("nij,nj->ni", metric, linear @ matrix.T - xyz_of(card.known_lab))
        seen = (white * rest).sum(1) / size
        share = np.maximum(terms @ least_absolute(terms, seen, trust), 0)
        # Halfway, since matrix and glare take each other's place.
        freed = (freed + taken_off(share, matrix)) / 2
        left = _left(freed, card, weights)
        if left < best[0]:
            best = left, share, freed
    return best


def over(
    values: Floats, weights: Floats, field: Floats | None, card: Card, left: float, fit: tuple[Encoding, str, Floats]
) -> Glare | None:
    """The glare over a card, None where there is no evidence of it. values: (n, 3) encoded. field: (n,) the light.
    left: mean difference of left-out patches under `fit`, which is encoding, model and matrix."""
    encoding, model, matrix = fit
    light = 1.0 if field is None else field[:, None]
    candidates = {Encoding(), Encoding("exponent", 1.0), *([encoding] if encoding.kind == "exponent" else [])}
    tried = [(one, *_freed(one.decoded(values) / light, card, weights)) for one in sorted(candidates, key=repr)]
    own, best, share, freed = min(tried, key=lambda found: found[1])
    strongest = float(share[weights > 0].max())
    if strongest < _LEAST or best > _BETTER * left or best > left - _BY:
        return None
    lab = predicted(matrix, encoding.decoded(np.clip(_encoded(own)(freed), 0, 1)), model)
    used = weights > 0
    return Glare(strongest, float(delta_e_2000(lab, card.known_lab)[used].mean()))
