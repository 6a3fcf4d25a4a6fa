"""The edge of a shadow over a card, which leaves two lights on it: no single correction serves both."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.colour.cards import Card
from chalicelib.pipelines.colour.difference import delta_e_2000
from chalicelib.pipelines.colour.encoding import Encoding
from chalicelib.pipelines.colour.measuring import Sample, weights_of
from chalicelib.pipelines.colour.spaces import SRGB, lab_of, xyz_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_ENCODINGS = (Encoding(), *(Encoding("exponent", exponent) for exponent in (1.0, 1.8, 2.2)))
_WELL_EXPLAINED = 0.012  # mean residual of the logarithm of light below which no other encoding is tried
_ANGLES, _OFFSETS = 24, 25
_WIDTHS = (0.02, 0.15, 0.35, 0.7)  # of the penumbra, in halves of the card's width
_LEAST_STEP = 0.18  # logarithm of light: a fifth brighter
_BETTER, _BY = 0.55, 0.008  # an edge must explain the light this much better than a quadratic field
_CAP = 0.35  # of a residual, so that a covered patch counts no more than once
_SAME_HUE, _STRANGE = 0.05, 0.12  # radians


@dataclass(frozen=True)
class Lights:
    """How the light changes over a card. factor: the brightest light by the darkest. edge: whether a shadow's edge is
    the change. bright, dark: (n,) the patches that lie wholly in one light or the other."""

    factor: float
    edge: bool
    bright: Bools
    dark: Bools
    gains: Floats
    trust: Floats

    def seen_from(self, kept: Bools) -> Lights:
        """The lights as seen from the patches that a fit has kept: a left-out patch of the right hue that is brighter
        lies in more light, since neither dirt nor a leaf nor gloss has this effect."""
        if self.edge or not kept.any():
            return self
        own = float(np.median(self.gains[kept & (self.trust > 0)])) if (kept & (self.trust > 0)).any() else 0.0
        bright = (self.trust > 0) & ~kept & (self.gains - own > _LEAST_STEP)
        if not bright.any():
            return self
        return replace(
            self, factor=float(np.exp(self.gains[bright].max() - own)), edge=True, bright=np.asarray(bright), dark=kept
        )


def cost(factor: float, card: Card) -> float:
    """Mean CIEDE2000 of a card's colours in one light where they are corrected for the other."""
    xyz = xyz_of(card.known_lab)
    return float(np.mean([delta_e_2000(card.known_lab, lab_of(xyz * by)).mean() for by in (factor, 1 / factor)]))


def _gains(linear: Floats, xyz: Floats, weights: Floats) -> tuple[Floats, Floats] | None:
    """The logarithm of each patch's light, and how far each can be trusted; None where the hues aren't the card's.

    A 3×3 up to a factor for each patch (colour homography; Finlayson, Gong and Fisher 2017): the hues alone determine
    it, so it is the same in sun and in shadow.
    """
    wanted = xyz @ SRGB.from_xyz.T
    size = np.linalg.norm(linear, axis=1)
    seen = linear / np.maximum(size, 1e-6)[:, None]
    ideal = wanted / np.maximum(np.linalg.norm(wanted, axis=1), 1e-6)[:, None]
    x, y, z = seen.T
    none = np.zeros_like(x)
    # The cross product of the seen colour and the matrix's is zero: linear in the matrix.
    cross = np.stack([np.stack([none, -z, y], 1), np.stack([z, none, -x], 1), np.stack([-y, x, none], 1)], 1)
    rows = np.einsum("nij,nk->nijk", cross, ideal).reshape(-1, 3, 9)
    base = weights * size / (size + 0.02)
    if (base > 0).sum() < 10:
        return None
    w, rest, matrix = base, none, np.eye(3)
    for _ in range(12):
        matrix = np.linalg.svd((rows * np.sqrt(w)[:, None, None]).reshape(-1, 9))[2][-1].reshape(3, 3)
        made = ideal @ matrix.T
        cosine = (made * seen).sum(1) / np.maximum(np.linalg.norm(made, axis=1), 1e-9)
        if (cosine * base).sum() < 0:  # the sign of a singular vector is free
            matrix, cosine = -matrix, -cosine
        rest = np.arccos(np.clip(cosine, -1, 1))
        w = base / np.maximum(rest, 0.01)
    usual = float(np.median(rest[base > 0]))
    if usual > _STRANGE:
        return None
    made = wanted @ matrix.T
    light = (linear * made).sum(1) / np.maximum((made**2).sum(1), 1e-12)
    trusted = base * (rest < max(_SAME_HUE, 4 * usual)) * (light > 0)
    return np.log(np.maximum(light, 1e-9)), np.asarray(trusted)


def _border(rgb: Floats, usable: Bools) -> tuple[Floats, Bools]:
    """The logarithm of the border's light, and which of its spots are paper."""
    logs = np.log(np.maximum(rgb, 1e-6))
    if not usable.any():
        return logs.mean(1), usable
    hue = logs - logs.mean(1, keepdims=True)
    bright = usable & (logs.mean(1) > np.quantile(logs[usable].mean(1), 0.8) - 2.0)
    own = np.median(hue[bright], axis=0)
    return logs.mean(1), np.asarray(bright & (np.abs(hue - own).max(1) < 0.25))


def _fitted(terms: Floats, values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Fits of least absolute residuals for terms (h, s, k) of h hypotheses: (h, k) coefficients, (h,) mean rest."""
    w = np.broadcast_to(weights, terms.shape[:2])
    solution = rest = np.empty(0)
    for _ in range(8):
        weighted = terms * w[..., None]
        left = np.swapaxes(weighted, 1, 2) @ terms + 1e-9 * np.eye(terms.shape[2])
        right = np.swapaxes(weighted, 1, 2) @ values
        solution = np.linalg.solve(left, right[..., None])[..., 0]
        rest = np.abs(values - (terms @ solution[..., None])[..., 0])
        w = weights / np.maximum(rest, 0.01)
    return solution, (np.minimum(rest, _CAP) * weights).sum(1) / weights.sum()


@lru_cache(maxsize=8)
def _edges(places: bytes) -> Floats:
    """(h, s) shadows' edges over places in all directions, sharp and soft: 0 in one light, 1 in the other."""
    points = np.frombuffer(places).reshape(-1, 2)
    made = []
    for angle in np.arange(_ANGLES) * np.pi / _ANGLES:
        along = points @ (np.cos(angle), np.sin(angle))
        for offset in np.linspace(along.min(), along.max(), _OFFSETS + 2)[1:-1]:
            for width in _WIDTHS:
                s = np.clip((along - offset) / width + 0.5, 0, 1)
                made.append(s * s * (3 - 2 * s))
    return np.array(made)


def lights_on(sample: Sample, card: Card) -> Lights | None:
    """How the light changes over a card; None where its colours don't show it."""
    patches = len(card.centres)
    with_border = card.border is not None and sample.flat is None
    spots = np.concatenate([card.centres, card.border]) if card.border is not None and with_border else card.centres
    points = (spots - card.centres.mean(0)) / (np.ptp(card.outline[:, 0]) / 2)
    edges = _edges(np.ascontiguousarray(points).tobytes())
    x, y = points.T
    is_patch = np.arange(len(spots)) < patches
    # Paper and patches have a level each, since the lightness of the paper isn't known.
    levels = np.stack([is_patch * 1.0, ~is_patch * 1.0], 1) if with_border else np.ones((patches, 1))
    slow = np.concatenate([levels, np.stack([x, y, x * x, x * y, y * y], 1)], 1)
    sharp = np.concatenate([np.broadcast_to(levels, (len(edges), *levels.shape)), edges[..., None]], 2)
    # The rest that a field leaves; the rest that an edge leaves, and its shape.
    least_slow = least_sharp = np.inf
    found: Lights | None = None
    for encoding in _ENCODINGS:
        linear = encoding.decoded(sample.values)
        weights, _ = weights_of(sample, linear)
        if sample.flat is not None:
            flat = encoding.decoded(sample.flat)
            linear = linear * flat[-1] / np.maximum(flat[:-1], 1e-4)
        told = _gains(linear, xyz_of(card.known_lab), weights)
        if told is None:
            continue
        values, trust = gains, trusted = told
        if with_border:
            logs, white = _border(encoding.decoded(sample.border), sample.border_usable)
            values = np.concatenate([gains, logs])
            # The spots count as much as the patches in all: neighbours on one strip of paper show much the same.
            trust = np.concatenate([trusted, white * min(1.0, patches / max(1, int(white.sum())))])
        solution, rest = _fitted(slow[None], values, trust)
        field = slow[trust > 0, levels.shape[1] :] @ solution[0, levels.shape[1] :]
        steps, rests = _fitted(sharp, values, trust)
        at = int(rests.argmin())
        shape, step = edges[at], float(steps[at, -1])
        seen = shape[trust > 0]
        size = abs(step) * float(np.ptp(seen))
        explained = min(float(rest[0]), float(rests[at]))
        if explained < 0.85 * min(least_slow, least_sharp):
            high = (shape if step > 0 else 1 - shape)[:patches]
            enough = min(int((seen > 0.5).sum()), int((seen < 0.5).sum())) >= 2
            # The best field and the best edge are compared, each under the encoding that suits it.
            slow_rest = min(least_slow, float(rest[0]))
            edge = enough and size > _LEAST_STEP and rests[at] < _BETTER * slow_rest and rests[at] < slow_rest - _BY
            factor = float(np.exp(size if edge else np.ptp(field)))
            found = Lights(factor, edge, high > 0.97, high < 0.03, gains, trusted)
        least_slow, least_sharp = min(least_slow, float(rest[0])), min(least_sharp, float(rests[at]))
        if min(least_slow, least_sharp) < _WELL_EXPLAINED:
            break
    if found is not None and found.edge and least_sharp >= _BETTER * least_slow:
        return replace(found, edge=False)
    return found
