"""The fit: from a camera's linear light to XYZ, robust against patches that are covered or wrong.

The error to be minimised is measured in CIELAB, each patch weighted by the CIEDE2000 of a small difference there: it is
linear in the unknowns, so that one solve suffices.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.colour.difference import delta_e_2000
from chalicelib.pipelines.colour.spaces import lab_of, xyz_of

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LINEAR, ROOT = "linear3x3", "root_polynomial"
FEWEST_PATCHES = 10  # a root-polynomial has six unknowns a channel, and more patches are needed to judge it
_SAMPLE, _DRAWS, _SEED = 6, 600, 20260
_SPARED = 9  # patches that may disagree while a start is chosen


def features(rgb: Floats, model: str) -> Floats:
    """The terms that a model is linear in, (..., 3) to (..., k). Root-polynomial: Finlayson et al. 2015."""
    if model == LINEAR:
        return np.asarray(rgb)
    r, g, b = np.moveaxis(np.maximum(rgb, 0), -1, 0)
    return np.concatenate([rgb, np.stack([np.sqrt(r * g), np.sqrt(g * b), np.sqrt(b * r)], -1)], -1)


def metric_of(lab: Floats) -> Floats:
    """(n, 3, 3): takes a small difference in XYZ at each colour (n, 3) to one whose length is about its CIEDE2000."""
    return _metric_of(np.ascontiguousarray(lab, np.float64).tobytes())


@lru_cache(maxsize=8)
def _metric_of(colours: bytes) -> Floats:
    lab = np.frombuffer(colours).reshape(-1, 3)
    step = 1e-5
    xyz = xyz_of(lab)
    jacobian = np.stack(
        [(lab_of(xyz + step * axis) - lab_of(xyz - step * axis)) / (2 * step) for axis in np.eye(3)], -1
    )
    # The metric in CIELAB from second differences of the squared CIEDE2000, which is flat there only to first order.
    size = 0.05
    squared = {}
    for i in range(3):
        for j in range(i, 3):
            move = size * (np.eye(3)[i] + (np.eye(3)[j] if i != j else 0))
            squared[i, j] = (delta_e_2000(lab, lab + move) ** 2 + delta_e_2000(lab, lab - move) ** 2) / 2 / size**2
    tensor = np.empty((len(lab), 3, 3))
    for i in range(3):
        tensor[:, i, i] = squared[i, i]
        for j in range(i + 1, 3):
            tensor[:, i, j] = tensor[:, j, i] = (squared[i, j] - squared[i, i] - squared[j, j]) / 2
    # CIEDE2000 alone forgives saturated colours too much, so that colours that no patch has come out worse.
    tensor = tensor + 0.1 * np.eye(3)
    # At neutral colours the rotation of blue may take an eigenvalue a little below zero.
    scale, axes = np.linalg.eigh(tensor)
    root = np.sqrt(np.maximum(scale, 0.05))[:, :, None] * np.swapaxes(axes, 1, 2)
    return np.asarray(root @ jacobian)


@dataclass(frozen=True)
class Problem:
    """The input of a fit: rgb (n, 3) in linear light, lab (n, 3) wanted, weights (n,), 0 for a patch left out."""

    rgb: Floats
    lab: Floats
    weights: Floats

    def equations(self, model: str) -> tuple[Floats, Floats]:
        """Normal equations of each patch: (n, 3k, 3k) and (n, 3k)."""
        terms = features(self.rgb, model)
        metric = metric_of(self.lab)
        square = np.einsum("nij,nik->njk", metric, metric)
        k = terms.shape[1]
        left = np.einsum("nij,na,nb->niajb", square, terms, terms).reshape(-1, 3 * k, 3 * k)
        right = np.einsum("nij,nj,na->nia", square, xyz_of(self.lab), terms).reshape(-1, 3 * k)
        return left * self.weights[:, None, None], right * self.weights[:, None]


def _solved(left: Floats, right: Floats) -> Floats:
    # A trace of ridge keeps a card whose colours don't span the terms from dividing by zero.
    size = left.shape[-1]
    ridge = 1e-9 * np.trace(left, axis1=-2, axis2=-1)[..., None, None] / size * np.eye(size)
    solution = np.linalg.solve(left + ridge, right[..., None])[..., 0]
    return np.asarray(solution.reshape(*solution.shape[:-1], 3, size // 3))


def solve(problem: Problem, model: str) -> Floats:
    """(3, k), terms to XYZ."""
    left, right = problem.equations(model)
    return _solved(left.sum(0), right.sum(0))


def predicted(matrix: Floats, rgb: Floats, model: str) -> Floats:
    """The CIELAB that a fit gives for linear light."""
    return lab_of(features(rgb, model) @ matrix.T)


def leave_one_out(problem: Problem, model: str) -> Floats:
    """CIEDE2000 of each patch under the fit of all others, (n,). Patches of weight 0 take part in none."""
    left, right = problem.equations(model)
    matrices = _solved(left.sum(0) - left, right.sum(0) - right)
    xyz = np.einsum("nik,nk->ni", matrices, features(problem.rgb, model))
    return delta_e_2000(lab_of(xyz), problem.lab)


def _trusted(usable: int) -> int:
    """How many of the usable patches are taken to be right, whatever covers the others."""
    return max(usable - _SPARED, usable * 3 // 5)


def closeness(problem: Problem, agrees: Bools) -> float:
    """The mean CIEDE2000 of the patches that agree best with a 3×3 of `agrees` (n,): of equally many, however many
    others were left out, so that starts can be compared."""
    usable = problem.weights > 0
    matrix = solve(Problem(problem.rgb, problem.lab, np.where(agrees, problem.weights, 0)), LINEAR)
    differences = delta_e_2000(predicted(matrix, problem.rgb[usable], LINEAR), problem.lab[usable])
    return float(np.sort(differences)[: _trusted(int(usable.sum()))].mean())


def robust_start(problem: Problem) -> Bools:
    """Which patches agree with each other, (n,): the others are covered, wrong, or unlike the card's values.

    Draws six patches at a time (the seed is fixed) and keeps the 3×3 under which all but a few patches differ least.
    """
    usable = np.flatnonzero(problem.weights > 0)
    if len(usable) < FEWEST_PATCHES:
        return np.asarray(problem.weights > 0)
    rng = np.random.default_rng(_SEED)
    draws = usable[np.argsort(rng.random((_DRAWS, len(usable))), axis=1)[:, :_SAMPLE]]
    left, right = problem.equations(LINEAR)
    kept = _trusted(len(usable))

    def differences(matrices: Floats) -> Floats:
        return delta_e_2000(lab_of(np.einsum("mij,nj->mni", matrices, problem.rgb[usable])), problem.lab[usable])

    found = differences(_solved(left[draws].sum(1), right[draws].sum(1)))
    best = found[np.argmin((np.sort(found, 1)[:, :kept] ** 2).sum(1))]
    agrees = np.zeros(len(problem.rgb), bool)
    # First the patches that agree best, as many as may be trusted; then every patch that agrees with those.
    for narrowing in [True] * 10 + [False] * 10:
        closest = np.argsort(best, kind="stable")[:kept]
        bound = max(3.0, 5 * 1.4826 * float(np.median(best[closest])))
        before = agrees.copy()
        agrees[:] = False
        agrees[usable[closest if narrowing else best < bound]] = True
        if not narrowing and (agrees == before).all():
            break
        best = differences(_solved(left[agrees].sum(0), right[agrees].sum(0))[None])[0]
    return _heard_again(problem, agrees)


def _heard_again(problem: Problem, agrees: Bools) -> Bools:
    """Takes back the patches that no 3×3 explains but a root-polynomial of the others does: honest patches differ where
    a sensor's response is no 3×3 of the eye's, but a leaf over a patch never agrees."""
    while agrees.sum() >= FEWEST_PATCHES + 6 and not agrees.all():
        others = Problem(problem.rgb, problem.lab, np.where(agrees, problem.weights, 0))
        usual = float(np.median(leave_one_out(others, ROOT)[agrees]))
        rest = delta_e_2000(predicted(solve(others, ROOT), problem.rgb, ROOT), problem.lab)
        more = agrees | ((problem.weights > 0) & (rest < max(3.0, 5 * 1.4826 * usual)))
        if (more == agrees).all():
            break
        agrees = np.asarray(more)
    return agrees


def chosen_model(problem: Problem, wanted: str) -> tuple[str, dict[str, float]]:
    """The model to use, and each one's mean leave-one-out difference. A root-polynomial must earn its unknowns: it is
    taken where it is better by a twentieth. Its third degree never is, with 24 patches."""
    used = problem.weights > 0
    scores = {model: float(leave_one_out(problem, model)[used].mean()) for model in (LINEAR, ROOT)}
    if wanted in scores:
        return wanted, scores
    enough = int(used.sum()) >= FEWEST_PATCHES + 6
    return (ROOT if enough and scores[ROOT] < 0.95 * scores[LINEAR] else LINEAR), scores
