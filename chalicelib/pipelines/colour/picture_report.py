"""The report of one picture: card, patches, differences, rating."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.colour import fitting, scoring
from chalicelib.pipelines.colour.cards import Card
from chalicelib.pipelines.colour.correcting import Correction
from chalicelib.pipelines.colour.difference import delta_e_76, delta_e_94, delta_e_2000
from chalicelib.pipelines.colour.light import LightField
from chalicelib.pipelines.colour.shadow import Lights
from chalicelib.pipelines.colour.spaces import SRGB, xyz_of

Floats = NDArray[np.float64]

WHY_LEFT_OUT = {
    "clipped": "at the end of the range: over- or underexposed",
    "differs": "covered, dirty or not what the card says",
    "other_light": "in another light than the rest of the card",
}


def _rounded(values: Floats, digits: int = 4) -> list[float]:
    return [round(float(value), digits) for value in values]


def patches(
    card: Card,
    before: Floats,
    linear: Floats,
    correction: Correction,
    left_out: dict[int, str],
    loo: Floats | None,
) -> list[dict[str, Any]]:
    """A record for each patch. before: CIELAB in the picture as it came. linear: light freed of unevenness. loo:
    CIEDE2000 of each under the fit of the others, None where the fit is not of this picture."""
    wanted = card.known_lab
    after = fitting.predicted(correction.matrix, linear, correction.model)
    table = []
    for number, name in enumerate(card.names):
        lab, was, now = wanted[number], before[number], after[number]
        table.append(
            {
                "index": number,
                "name": name,
                "reference_lab": _rounded(lab),
                "before_lab": _rounded(was),
                "after_lab": _rounded(now),
                "delta_e_2000_before": round(float(delta_e_2000(lab, was)), 4),
                "delta_e_2000": round(float(delta_e_2000(lab, now)), 4),
                "delta_e_94": round(float(delta_e_94(lab, now)), 4),
                "delta_e_76": round(float(delta_e_76(lab, now)), 4),
                "leave_one_out": None if loo is None or number in left_out else round(float(loo[number]), 4),
                "left_out": left_out.get(number),
            }
        )
    return table


def summary(
    table: list[dict[str, Any]],
    card: Card,
    threshold: float,
    field: LightField | None,
    in_picture: Floats,
    lights: Lights | None = None,
    doubts: Sequence[float] = (),
) -> dict[str, Any]:
    """The figures of a picture, over the patches that were not left out. in_picture: CIELAB of the patches in the
    corrected picture as it is, uneven light included."""
    used = [one for one in table if not one["left_out"]]
    after = np.array([one["delta_e_2000"] for one in used])
    before = np.array([one["delta_e_2000_before"] for one in used])
    predicted = [one["leave_one_out"] for one in used if one["leave_one_out"] is not None]
    loo = float(np.mean(predicted)) if predicted else None
    spread = scoring.spread(after, threshold)
    indices = [one["index"] for one in used]
    unevenness = None if field is None else 100 * field.unevenness(card)
    if lights and lights.edge:
        unevenness = 200 * (lights.factor - 1) / (lights.factor + 1)
    as_it_is = delta_e_2000(in_picture[indices], card.known_lab[indices])
    rated = None if loo is None else scoring.rated(lights, field, card, loo, float(as_it_is.mean()), doubts)
    return {
        "overall_delta_e": spread["mean"],
        "max_delta_e": spread["max"],
        "min_delta_e": spread["min"],
        "median_delta_e": spread["median"],
        "patches_above_threshold": spread["above_threshold"],
        "threshold_delta_e": threshold,
        "patches_used": len(used),
        "delta_e_before": scoring.spread(before, threshold),
        "delta_e_in_picture": scoring.spread(as_it_is, threshold),
        "leave_one_out_delta_e": None if loo is None else round(loo, 4),
        "rated_delta_e": None if rated is None else round(rated, 4),
        "quality_rating": None if rated is None else scoring.rating(rated),
        "quality_score": None if rated is None else scoring.score(rated),
        "fadgi": scoring.stars(float(after.mean()), unevenness, _white_balance(table, card)),
    }


def _white_balance(table: list[dict[str, Any]], card: Card) -> float | None:
    """Counts of 8 bits by which the channels of the worst grey patch stray, less the card's own tint."""
    grey = [number for number in card.grey if not table[number]["left_out"]]
    if not grey:
        return None

    def counts(lab: Floats) -> Floats:
        return np.asarray(SRGB.encoded(np.clip(xyz_of(lab) @ SRGB.from_xyz.T, 0, 1)) * 255)

    stray = counts(np.array([table[n]["after_lab"] for n in grey])) - counts(card.known_lab[grey])
    return float(np.ptp(stray, axis=1).max())


def lab_in_picture(correction: Correction, linear: Floats, field: LightField | None, card: Card) -> Floats:
    """CIELAB of the patches in the corrected picture. linear: light freed of unevenness, which only a flat field
    removes from the picture too."""
    light = linear if field is None else linear * field.at(card.centres)[:, None]
    return fitting.predicted(correction.matrix, light, correction.model)


def as_csv(table: list[dict[str, Any]]) -> bytes:
    """The patches as CSV, a row for each."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    labs = ("reference_lab", "before_lab", "after_lab")
    plain = ("delta_e_2000_before", "delta_e_2000", "delta_e_94", "delta_e_76", "leave_one_out", "left_out")
    rows.writerow(["index", "name", *(f"{lab[:-4]}_{axis}" for lab in labs for axis in "Lab"), *plain])
    for one in table:
        rows.writerow(
            [one["index"], one["name"], *(value for lab in labs for value in one[lab]), *(one[key] for key in plain)]
        )
    return out.getvalue().encode()
