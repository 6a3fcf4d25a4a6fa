"""Ratings of a correction: a word, a score and stars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.colour import shadow
from chalicelib.pipelines.colour.cards import Card
from chalicelib.pipelines.colour.light import LightField
from chalicelib.pipelines.colour.shadow import Lights

Floats = NDArray[np.float64]

_RATINGS = ((2.0, "excellent"), (3.0, "very good"), (5.0, "good"), (7.0, "fair"))
# FADGI 2016, general collections: below these bounds there are one, two, three and four stars.
_FADGI = {
    "mean_delta_e": (10.0, 8.0, 5.0, 4.0),
    "unevenness_percent": (8.0, 5.0, 3.0, 1.0),
    "white_balance_counts": (8.0, 6.0, 4.0, 3.0),
}


def rated(
    lights: Lights | None,
    field: LightField | None,
    card: Card,
    leave_one_out: float,
    in_picture: float,
    doubts: Sequence[float] = (),
) -> float:
    """The mean CIEDE2000 that a rating is based on: that of patches that took no part in their own fit, raised where no
    single correction serves all of the card.

    Two lights count equally, since their shares of the picture aren't known; in uneven light the ends of the card
    count. in_picture: mean difference of the patches in the corrected picture, uneven light included. doubts: other
    known differences.
    """
    found = [leave_one_out, *doubts]
    if lights and lights.edge:
        found.append((leave_one_out + shadow.cost(lights.factor, card)) / 2)
    elif field is not None and field.uneven(card):
        found += [in_picture, at_ends(field, card)]
    return max(found)


def at_ends(field: LightField, card: Card) -> float:
    """Mean CIEDE2000 of colours in the light of a card's ends where they are corrected for that of its middle."""
    return shadow.cost(float(np.sqrt(field.ratio(card))), card)


def rating(delta_e: float) -> str:
    """A word for a mean CIEDE2000."""
    return next((word for bound, word in _RATINGS if delta_e < bound), "poor")


def score(delta_e: float) -> float:
    """1 for a perfect match, 0 from a mean CIEDE2000 of 10 on, where stars end too."""
    return round(max(0.0, 1 - delta_e / 10), 4)


def stars(mean_delta_e: float, unevenness: float | None, white_balance: float | None) -> dict[str, Any]:
    """Stars of FADGI 2016, 0 to 4, by the measures that a card allows: the guidelines also cover resolution, noise and
    more.

    unevenness: in per cent. white_balance: in counts of 8 bits. None: not measured; the others then decide.
    """
    measured = {"mean_delta_e": mean_delta_e, "unevenness_percent": unevenness, "white_balance_counts": white_balance}
    criteria = {
        name: None
        if value is None
        else {"value": round(value, 3), "stars": sum(value < bound for bound in _FADGI[name])}
        for name, value in measured.items()
    }
    known = [one["stars"] for one in criteria.values() if one is not None]
    return {
        "stars": min(known),
        "label": "card only",
        "guideline": "FADGI 2016, general collections",
        "criteria": criteria,
    }


def spread(differences: Floats, threshold: float) -> dict[str, Any]:
    """Mean, extremes and median of patches' differences, and how many are above a threshold."""
    return {
        "mean": round(float(differences.mean()), 4),
        "max": round(float(differences.max()), 4),
        "min": round(float(differences.min()), 4),
        "median": round(float(np.median(differences)), 4),
        "above_threshold": int((differences > threshold).sum()),
    }
