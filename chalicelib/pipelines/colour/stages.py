"""The third and fourth steps of a colour job: measure the patches, fit the colours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.base import PipelineFailed, RunContext
from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.colour import (
    balance,
    cautions,
    fitting,
    matching,
    measuring,
    picture_report,
    saved,
    shadow,
)
from chalicelib.pipelines.colour.cards import Card
from chalicelib.pipelines.colour.correcting import Correction, unchanged
from chalicelib.pipelines.colour.embedded import lab_of_values, same_profile
from chalicelib.pipelines.colour.light import LightField
from chalicelib.pipelines.colour.matching import Unfit
from chalicelib.pipelines.colour.saved import Plan
from chalicelib.pipelines.colour.shadow import Lights
from chalicelib.pipelines.colour.spaces import SRGB

Floats = NDArray[np.float64]

_FIRST = "reference.json"
_NO_CARD_HELPS = ("grey_picture", cautions.FLAT_FIELD_OF_OTHER_KIND[0])
_LINEAR_WITHIN = 0.02


def measure(job: RunContext, index: int) -> None:
    """Measures the patches of a picture's card, which has been laid flat."""
    plan = Plan.of(job)
    number, _ = plan.pictures[index]
    kept = saved.get_card(job, number)
    if kept is None:
        return
    card = _card(job, plan, number)
    flat, field = kept
    sample = measuring.measured(flat, card)
    saved.put_sample(job, number, measuring.with_flat(sample, field))


def _card(job: RunContext, plan: Plan, number: int) -> Card:
    return saved.known_cards(job, plan)[saved.get(job, f"found-{number}.json")["cards"][0]["card"]]


def fit_reference(job: RunContext) -> None:
    """Fits the reference shot first, since all others follow it. Raises PipelineFailed where its card is of no use."""
    plan = Plan.of(job)
    if plan.reference is None or not job.options.needs_card:
        return
    fitted = _fitted(job, plan, plan.reference, None)
    if fitted["correction"] is None:
        code, message = fitted["reason"]
        raise PipelineFailed(f"reference_{code}", f"The reference shot can't be used. {message}")
    saved.put(job, _FIRST, fitted)


def fit(job: RunContext, index: int) -> None:
    """Fits a picture's colours, or judges the reference shot's fit by them."""
    plan = Plan.of(job)
    number, _ = plan.pictures[index]
    first = saved.get_or_none(job, _FIRST)
    fitted = first if first and number == plan.reference else _fitted(job, plan, number, first)
    saved.put(job, f"fit-{number}.json", fitted)


def _fitted(job: RunContext, plan: Plan, number: int, first: dict[str, Any] | None) -> dict[str, Any]:
    found = saved.get(job, f"found-{number}.json")
    told: dict[str, Any] = {"correction": None, "reason": found["reason"], "warnings": found["warnings"], "fit": None}
    if found.get("unreadable") or (found["reason"] and found["reason"][0] in _NO_CARD_HELPS):
        return told
    if not job.options.needs_card:
        return told | {"correction": unchanged(job.options.target).stored()}
    sample = saved.get_sample(job, number)
    if first:
        return _by_reference(job, plan, number, told, first, sample)
    if sample is None:
        return told
    card = _card(job, plan, number)
    try:
        match = matching.matched(sample, card, job.options.model)
        judged, applied = _corrections(job, match, card)
    except Unfit as reason:
        return told | {"reason": [reason.code, reason.message]}
    loo = match.loo if judged.model == match.model and job.options.operation != "white_balance" else None
    lit = match.lit if match.lights and match.lights.edge else ""
    lit_by = match.field, match.lights, match.doubts
    made = _told(job, number, sample, card, judged, match.linear, match.left_out, loo, *lit_by)
    made["correction"] = applied.stored()
    made["dcp"] = None if job.options.operation == "white_balance" else _camera_profile(match, card)
    made["fit"]["leave_one_out_by_model"] = {name: round(value, 4) for name, value in match.scores.items()}
    told["warnings"] = [
        *told["warnings"],
        *cautions.of_light(match.lights, lit, match.field, card),
        *cautions.of_doubts(match),
        *cautions.of_sample(sample, found["patch_pixels"]),
        *cautions.of_match(match, card),
        *_of_profile(job, number),
    ]
    return told | made


def _of_profile(job: RunContext, number: int) -> list[Caution]:
    icc = saved.profile(job, number)
    if icc is None or lab_of_values(np.zeros((1, 3)), icc)[1]:
        return []
    return [
        Caution(
            "profile_not_read",
            "The picture's ICC profile isn't of matrix and curves, or is damaged: the differences before the "
            "correction take its numbers for sRGB.",
        )
    ]


def _camera_profile(match: matching.Match, card: Card) -> list[list[float]] | None:
    """The 3×3 from linear light to XYZ (D50) of a camera profile, which holds no other model; None where the numbers
    weren't linear."""
    encoding = match.encoding
    if encoding.kind != "exponent" or abs(encoding.exponent - 1) > _LINEAR_WITHIN:
        return None
    problem = fitting.Problem(match.linear, card.known_lab, match.weights)
    return [[float(value) for value in row] for row in fitting.solve(problem, fitting.LINEAR)]


def _corrections(job: RunContext, match: matching.Match, card: Card) -> tuple[Correction, Correction]:
    """The correction by which a picture is judged, and the one that is applied. They differ where the user wants
    another white than the card's: colours can only be compared with the card under its own. Raises Unfit."""
    options = job.options
    full = Correction(match.encoding, match.model, match.matrix, options.target)
    if options.operation == "white_balance":
        plain = Correction(match.encoding, fitting.LINEAR, unchanged().matrix, options.target)
        try:
            balanced = balance.by_card(match, card, plain)
        except LookupError:
            raise Unfit("no_grey_patches", "None of the card's grey patches can be used for a white balance.") from None
        return balanced, balanced
    if options.white_balance == "none":
        return full, balance.own_white_kept(match, card, full, unchanged())
    return full, full


def _by_reference(
    job: RunContext,
    plan: Plan,
    number: int,
    told: dict[str, Any],
    first: dict[str, Any],
    sample: measuring.Sample | None,
) -> dict[str, Any]:
    """A picture under the reference shot's fit, judged by its own card where it shows one."""
    assert plan.reference is not None
    mine, theirs = (saved.get(job, f"found-{n}.json") for n in (number, plan.reference))
    profiles = [saved.profile(job, n) for n in (number, plan.reference)]
    if mine["linear"] != theirs["linear"] or not same_profile(*profiles):
        return told | {
            "reason": [
                "reference_other_kind",
                "The reference shot's numbers are of another kind: a raw, or of another colour profile. Correct this "
                "picture by a reference shot that was developed and saved as it was.",
            ]
        }
    correction, said, exposures = cautions.scaled(Correction.of(first["correction"]), theirs, mine)
    spread = [one for one in (Caution(*row) for row in first["warnings"]) if one.code in cautions.OF_LIGHT]
    said += [Caution("reference_light", f"In the reference shot: {one.message}", one.values) for one in spread]
    if sample is None:
        sentence = "No card in this picture: corrected by the reference shot, and not measured in it."
        said = [Caution("by_reference", sentence), *said, *([] if exposures else [cautions.exposure_unknown()])]
        return told | {
            "correction": correction.stored(),
            "reason": None,
            "warnings": [one for one in told["warnings"] if one[0] not in cautions.OF_NO_CARD] + said,
        }
    card = _card(job, plan, number)
    linear, weights, reasons, field = matching.freed(sample, card, correction.encoding)
    reasons = {i: reasons.get(i, "differs") for i in range(len(weights)) if weights[i] == 0}
    lights = shadow.lights_on(sample, card)
    told["warnings"] = [
        *told["warnings"],
        Caution("judged_by_card", "Corrected by the reference shot; its own card only judges."),
        *said,
        *cautions.by_its_card(correction, sample, card, weights),
        *cautions.of_light(lights, "between", field, card),
        *_of_profile(job, number),
    ]
    return told | _told(job, number, sample, card, correction, linear, reasons, None, field)


def _told(
    job: RunContext,
    number: int,
    sample: measuring.Sample,
    card: Card,
    correction: Correction,
    linear: Floats,
    left_out: dict[int, str],
    loo: Floats | None,
    field: LightField | None,
    lights: Lights | None = None,
    doubts: Sequence[float] = (),
) -> dict[str, Any]:
    before, _ = lab_of_values(sample.values, saved.profile(job, number))
    table = picture_report.patches(card, before, linear, correction, left_out, loo)
    as_it_is = picture_report.lab_in_picture(correction, linear, field, card)
    figures = picture_report.summary(table, card, job.options.threshold_delta_e, field, as_it_is, lights, doubts)
    return {
        "correction": correction.stored(),
        "fit": {
            "card": card.name,
            "reference_values": card.source,
            "encoding": correction.encoding.told(),
            "model": correction.model,
            "matrix_to_xyz_d50": correction.matrix.tolist(),
            "matrix_to_linear_srgb": (SRGB.from_xyz @ correction.matrix).tolist(),
            "light": None if field is None else {"unevenness": round(field.unevenness(card), 5)},
            "summary": figures,
            "patches": table,
        },
    }
