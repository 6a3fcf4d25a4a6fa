"""Parts of a knee's cartilage as KneePipeline names them, found by geometry in the patient's own axes.

Femur: anterior of the intercondylar notch (trochlea); behind it, up to 60 % of the way to the condyles' end, the
weight-bearing parts; then the posterior parts; medial and lateral of the middle. Tibia: medial and lateral. Patella:
one part. Source: Eckstein et al. 2006, doi 10.1016/j.joca.2006.03.005 (names); pymskt, femur subregions (60 %).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chalicelib.pipelines.volume.geometry import Array
from chalicelib.pipelines.volume.thickness import Thickness

BONES = {
    "femur": re.compile(r"femor|femur|condyl|trochlea", re.IGNORECASE),
    "tibia": re.compile(r"tibia", re.IGNORECASE),
    "patella": re.compile(r"patell", re.IGNORECASE),
}
MEDIAL, LATERAL = (re.compile(rf"\b{word}|_{word}|{word}_", re.IGNORECASE) for word in ("medial", "lateral"))
LEFT, RIGHT = (re.compile(rf"(^|[^a-z]){word}([^a-z]|$)", re.IGNORECASE) for word in ("left", "right"))
CENTRAL = 0.05  # of the width, to each side of the middle: where the notch is
POSTERIOR = 0.6  # of the way from the notch to the condyles' end
NOTCH = 0.2  # of the depth: a notch takes at least this much away


@dataclass(frozen=True)
class Part:
    """covered, bare: which of a layer's covered and bare points belong to it."""

    name: str
    covered: Array
    bare: Array


def bone_of(name: str, mapped: str | None) -> str | None:
    """ "femur", "tibia" or "patella": by the user's statement about a label, or else by its name."""
    if mapped:
        return mapped
    return next((bone for bone, words in BONES.items() if words.search(name)), None)


def side_of(names: Sequence[str], stated: str | None) -> str | None:
    """ "left" or "right": as the user states it, or as all names with a side agree."""
    if stated:
        return stated
    found = {side for side, words in (("left", LEFT), ("right", RIGHT)) for name in names if words.search(name)}
    return found.pop() if len(found) == 1 else None


def parts_of(bone: str, name: str, layer: Thickness, side: str | None) -> tuple[list[Part], str | None]:
    """The parts of the layer upon `bone`, and the reason where they can't be told apart. points: mm, RAS+."""
    everything = np.ones(len(layer.points), bool), np.ones(len(layer.bare_points), bool)
    if bone == "patella":
        return [Part("patella", *everything)], None
    one = next((word for word, words in (("medial", MEDIAL), ("lateral", LATERAL)) if words.search(name)), None)
    if bone == "tibia":
        if one:
            return [Part(f"tibia_{one}", *everything)], None
        return _halves("tibia", layer, _middle(layer.points), everything, side), None
    middle, points = _middle(layer.points), layer.points
    low, high = np.percentile(points[:, 1], (2, 98))
    width = float(np.ptp(np.percentile(points[:, 0], (2, 98))))
    central = points[np.abs(points[:, 0] - middle) < CENTRAL * width]
    if one:
        return [], "a label of one side alone shows no notch"
    notch = float(np.percentile(central[:, 1], 5)) if len(central) else float(high)
    if notch - low < NOTCH * (high - low):
        return [], "the cartilage shows no notch between two condyles"
    behind = notch - POSTERIOR * (notch - float(low))
    zones = {
        "anterior": (points[:, 1] > notch, layer.bare_points[:, 1] > notch),
        "weight_bearing": tuple((p[:, 1] <= notch) & (p[:, 1] > behind) for p in (points, layer.bare_points)),
        "posterior": (points[:, 1] <= behind, layer.bare_points[:, 1] <= behind),
    }
    parts = [Part("femur_anterior", *zones["anterior"])]
    for zone in ("weight_bearing", "posterior"):
        parts += [
            Part(f"{part.name}_{zone}", part.covered, part.bare)
            for part in _halves("femur", layer, middle, zones[zone], side)
        ]
    return parts, None


def described(part: Part, layer: Thickness, threshold: float) -> dict[str, Any]:
    """A part's figures. below_threshold_mm2: the defect map in one number, bare bone included."""
    chosen = part.covered
    thin = chosen & (layer.values < threshold)
    bare = float(layer.bare_areas[part.bare].sum())
    figures: dict[str, Any] = dict.fromkeys(("mean_thickness_mm", "std_thickness_mm", "median_thickness_mm"))
    if chosen.any():
        values = layer.mean(chosen), layer.std(chosen), layer.percentile(0.5, chosen)
        figures = {name: round(value, 6) for name, value in zip(figures, values, strict=True)}
    return {
        "subregion": part.name,
        "area_mm2": round(float(layer.areas[chosen].sum()), 6),
        **figures,
        "below_threshold_mm2": round(float(layer.areas[thin].sum()) + bare, 6),
        "bare_mm2": round(bare, 6),
        "n_points": int(np.count_nonzero(chosen)),
    }


def _middle(points: Array) -> float:
    return float(np.percentile(points[:, 0], (2, 98)).mean())


def _halves(bone: str, layer: Thickness, middle: float, zone: Any, side: str | None) -> list[Part]:
    """Medial and lateral; without the knee's side, the patient's right and left, since either could be medial."""
    to_right = {"right": "lateral", "left": "medial", None: "right_half"}[side]
    to_left = {"right": "medial", "left": "lateral", None: "left_half"}[side]
    covered, bare = zone
    right, bare_right = layer.points[:, 0] > middle, layer.bare_points[:, 0] > middle
    return [
        Part(f"{bone}_{to_right}", covered & right, bare & bare_right),
        Part(f"{bone}_{to_left}", covered & ~right, bare & ~bare_right),
    ]
