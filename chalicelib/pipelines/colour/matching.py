"""Fits a card's patches to their known colours: encoding, light, model and matrix, and the remaining differences."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.colour import fitting, glare, light, mixed, shadow
from chalicelib.pipelines.colour.cards import Card
from chalicelib.pipelines.colour.encoding import Encoding, recognised
from chalicelib.pipelines.colour.fitting import Problem
from chalicelib.pipelines.colour.glare import Glare
from chalicelib.pipelines.colour.light import LightField
from chalicelib.pipelines.colour.measuring import TOO_BLURRED, Sample, weights_of
from chalicelib.pipelines.colour.shadow import Lights
from chalicelib.pipelines.colour.spaces import xyz_of

Floats = NDArray[np.float64]

OTHER_LIGHT = "other_light"
_ENOUGH = 6  # patches without which nothing can be fitted
_DOUBTFUL = 2.0  # mean leave-one-out difference from which on the border is mistrusted
_WORST = 10.0  # mean leave-one-out difference beyond which a correction would do more harm than good


class Unfit(Exception):
    """The card is there but can't be used; `code` and one sentence for people that says what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


@dataclass(frozen=True)
class Match:
    """matrix: (3, k), a model's terms of linear light to XYZ (D50). linear: (n, 3), the patches freed of uneven light.
    left_out: index to reason. loo: (n,) CIEDE2000 of each patch under the fit of the others. scores: its mean by model.
    mixed: mean CIEDE2000 at the card's ends where light of two colours falls on it.
    """

    encoding: Encoding
    model: str
    matrix: Floats
    field: LightField | None
    linear: Floats
    weights: Floats
    left_out: dict[int, str]
    loo: Floats
    scores: dict[str, float]
    lights: Lights | None = None
    mixed: float | None = None
    glare: Glare | None = None

    @property
    def doubts(self) -> tuple[float, ...]:
        """Mean CIEDE2000 that the light on the card makes likely in the picture, beyond the patches' own. Whether the
        card's glare lies on the picture too isn't known: with and without it count equally."""
        with_and_without = None if self.glare is None else (_rest(self) + self.glare.delta_e) / 2
        return tuple(one for one in (self.mixed, with_and_without) if one is not None)

    @property
    def lit(self) -> str:
        """The light that the fit belongs to where a shadow's edge lies over the card: `bright`, `dark`, or
        `between`."""
        assert self.lights is not None
        used = self.weights > 0
        bright, dark = (bool((used & side).any()) for side in (self.lights.bright, self.lights.dark))
        return "between" if bright == dark else "bright" if bright else "dark"


def _disagrees() -> Unfit:
    return Unfit(
        "card_disagrees",
        "The colours don't match the expected card: uncover it, light it evenly, or choose another kind.",
    )


def _field_of_border(sample: Sample, encoding: Encoding, card: Card) -> LightField | None:
    if card.border is None:
        return None
    return light.from_border(encoding.decoded(sample.border), sample.border_usable, card)


def _problem(
    sample: Sample, encoding: Encoding, field: LightField | None, card: Card
) -> tuple[Problem, dict[int, str]]:
    linear = encoding.decoded(sample.values)
    weights, reasons = weights_of(sample, linear)
    if sample.flat is not None:
        flat = encoding.decoded(sample.flat)
        linear = linear * flat[-1] / np.maximum(flat[:-1], 1e-4)
    if field is not None:
        linear = linear / field.at(card.centres)[:, None]
    return Problem(linear, card.known_lab, weights), reasons


def _only(problem: Problem, kept: NDArray[np.bool_]) -> Problem:
    return replace(problem, weights=np.where(kept, problem.weights, 0))


def _left_over(problem: Problem, model: str) -> float:
    return float(fitting.leave_one_out(problem, model)[problem.weights > 0].mean())


def _freed_by_patches(problem: Problem, card: Card) -> tuple[Problem, LightField | None]:
    """The light of a card without a border, from the brightness of its own patches; used where it explains much."""
    best, best_field, least = problem, None, _left_over(problem, fitting.LINEAR)
    for degree in (1, 2):
        current, field = problem, None
        for _ in range(8):
            terms = fitting.features(current.rgb, fitting.LINEAR) @ fitting.solve(current, fitting.LINEAR).T
            wanted = xyz_of(problem.lab)
            gains = (terms * wanted).sum(1) / np.maximum((wanted**2).sum(1), 1e-9)
            if (gains[problem.weights > 0] <= 0).any():
                break
            step = light.from_patches(np.maximum(gains, 1e-6), problem.weights, card, degree)
            coefficients = step.coefficients + (field.coefficients if field is not None else 0)
            field = replace(step, coefficients=coefficients)
            current = replace(problem, rgb=problem.rgb / field.at(card.centres)[:, None])
        left = _left_over(current, fitting.LINEAR)
        if field is not None and field.unevenness(card) > 0.02 and left < 0.85 * least and left < least - 0.1:
            best, best_field, least = current, field, left
    return best, best_field


def matched(sample: Sample, card: Card, wanted_model: str = "auto") -> Match:
    """The fit of one card. Raises Unfit."""
    if sample.blur > TOO_BLURRED:
        raise Unfit(
            "too_blurred", "The card is too blurred: its patches run into each other. Focus on it and hold still."
        )
    lights = shadow.lights_on(sample, card)
    if lights and lights.edge:
        # No low-order field is as steep as the edge of a shadow: the larger part of the card alone is fitted.
        part = lights.bright if lights.bright.sum() >= lights.dark.sum() else lights.dark
        if part.sum() >= fitting.FEWEST_PATCHES:
            found, _ = _tried(sample, card, wanted_model, border=False, lit=part)
            if found and _rest(found) < 2 * _DOUBTFUL and (found.weights > 0).sum() >= fitting.FEWEST_PATCHES:
                return replace(found, lights=lights)
    found = _as_one(sample, card, wanted_model)
    lights = lights and lights.seen_from(found.weights > 0)
    return replace(found, lights=lights) if lights and lights.edge else _doubted(found, sample, card, lights)


def _doubted(found: Match, sample: Sample, card: Card, lights: Lights | None) -> Match:
    """The match with other faults of the light on a card, where no shadow's edge explains them."""
    problem, _ = _problem(sample, found.encoding, None, card)
    # A tint over an end of the card may have excluded its patches from the fit: both those patches and all are tried.
    looked = [
        mixed.over(problem.rgb, weights, card, found.model, found.matrix)
        for weights in (found.weights, problem.weights)
    ]
    tint = max((one for one in looked if one is not None), default=None)
    field = None if found.field is None else found.field.at(card.centres)
    veil = None
    if sample.flat is None:
        fit = found.encoding, found.model, found.matrix
        veil = glare.over(sample.values, found.weights, field, card, _rest(found), fit)
    return replace(found, lights=lights, mixed=tint, glare=veil)


def _as_one(sample: Sample, card: Card, wanted_model: str) -> Match:
    """The fit of a card that lies in one light, however uneven."""
    if sample.flat is not None or card.border is None:
        return _matched(sample, card, wanted_model, border=False)
    found, doubt = _tried(sample, card, wanted_model, border=True)
    if found is None or _rest(found) > _DOUBTFUL:
        # A border that is dirty or half covered misleads the fit.
        other, _ = _tried(sample, card, wanted_model, border=False)
        if other and (found is None or _rest(other) < 0.5 * _rest(found)):
            return other
    if found is None:
        assert doubt is not None
        raise doubt
    return found


def _tried(
    sample: Sample, card: Card, wanted_model: str, *, border: bool, lit: NDArray[np.bool_] | None = None
) -> tuple[Match | None, Unfit | None]:
    try:
        return _matched(sample, card, wanted_model, border=border, lit=lit), None
    except Unfit as reason:
        return None, reason


def _rest(match: Match) -> float:
    return float(match.loo[match.weights > 0].mean())


def _matched(
    sample: Sample, card: Card, wanted_model: str, *, border: bool, lit: NDArray[np.bool_] | None = None
) -> Match:
    """border: whether the light is read from the card's white border. lit: the patches to use where others lie in
    another light."""
    field_given = sample.flat is not None

    def prepared(encoding: Encoding) -> tuple[Problem, dict[int, str], LightField | None]:
        field = _field_of_border(sample, encoding, card) if border else None
        problem, reasons = _problem(sample, encoding, field, card)
        if lit is not None:
            reasons = {int(number): OTHER_LIGHT for number in np.flatnonzero(~lit & (problem.weights > 0))} | reasons
            problem = _only(problem, lit)
        return problem, reasons, field

    kept_by: dict[Encoding, NDArray[np.bool_]] = {}

    def kept(encoding: Encoding) -> NDArray[np.bool_]:
        if encoding not in kept_by:
            kept_by[encoding] = fitting.robust_start(prepared(encoding)[0])
        return kept_by[encoding]

    plain, reasons, _ = prepared(Encoding())
    usable = int((plain.weights > 0).sum())
    if usable < _ENOUGH:
        clipped = sum(reason == "clipped" for reason in reasons.values())
        raise Unfit(
            "overexposed" if clipped else "too_few_patches",
            f"Only {usable} of {len(card.centres)} patches of the card can be used"
            + (
                f", since {clipped} are at the end of the range: expose less and photograph it again."
                if clipped
                else "."
            ),
        )
    # All encodings are judged by the same patches: those that agree under the best of a few encodings. Their number
    # says nothing: under a wrong encoding all differ so much that none stands out.
    starts = [Encoding(), *(Encoding("exponent", exponent) for exponent in (1.0, 1.5, 2.4))]
    best = min(starts, key=lambda start: fitting.closeness(prepared(start)[0], kept(start)))
    voters = kept(best)

    def cost(encoding: Encoding) -> float:
        return _left_over(_only(prepared(encoding)[0], voters), fitting.LINEAR)

    encoding = recognised(cost)
    problem, reasons, field = prepared(encoding)
    agrees = fitting.robust_start(problem)
    if field is None and not field_given and lit is None:
        freed, patch_field = _freed_by_patches(_only(problem, agrees), card)
        if patch_field is not None:
            field = patch_field
            problem = replace(problem, rgb=freed.rgb)
            agrees = fitting.robust_start(problem)
    for number in np.flatnonzero((problem.weights > 0) & ~agrees):
        reasons[int(number)] = "differs"
    problem = _only(problem, agrees)
    if int(agrees.sum()) < _ENOUGH:
        raise _disagrees()
    model, scores = fitting.chosen_model(problem, wanted_model)
    matrix = fitting.solve(problem, model)
    loo = fitting.leave_one_out(problem, model)
    if loo[problem.weights > 0].mean() > _WORST:
        raise _disagrees()
    return Match(
        encoding, model, matrix, field, problem.rgb, problem.weights, dict(sorted(reasons.items())), loo, scores
    )


def freed(sample: Sample, card: Card, encoding: Encoding) -> tuple[Floats, Floats, dict[int, str], LightField | None]:
    """A card's patches in linear light under another fit: linear (n, 3), weights, the patches left out, the light."""
    field = None if sample.flat is not None else _field_of_border(sample, encoding, card)
    problem, reasons = _problem(sample, encoding, field, card)
    return problem.rgb, problem.weights, reasons, field
