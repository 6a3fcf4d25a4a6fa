"""The second step of a colour job: finds each picture's cards, and cuts out the one that is used."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from chalicelib.pipelines.base import PipelineFailed, RunContext, UnreadableFile
from chalicelib.pipelines.colour import cautions, detecting, homography, measuring, saved
from chalicelib.pipelines.colour.correcting import flat_at, flat_map
from chalicelib.pipelines.colour.saved import Plan

_FLAT = "flat-field.json"


def prepare(job: RunContext) -> None:
    """Reads the flat field, which all pictures share."""
    plan = Plan.of(job)
    if plan.flat is None:
        return
    try:
        picture = saved.picture(job, plan, plan.flat)
    except (UnreadableFile, KeyError) as reason:
        why = reason.message if isinstance(reason, UnreadableFile) else "It could not be developed."
        raise PipelineFailed("flat_field_unreadable", f"The flat field can't be used. {why}") from None
    field = flat_map(picture.upright)
    if (field >= 0.985).any() or (field <= 0.02).any():
        raise PipelineFailed(
            "flat_field_clipped", "The flat field is over- or underexposed somewhere: expose it so that it is mid-grey."
        )
    out = io.BytesIO()
    np.save(out, field)
    job.save("flat-field.npy", out.getvalue())
    height, width = picture.upright.shape[:2]
    told = {"width": width, "height": height, "linear": picture.linear, "taken": vars(picture.taken)}
    saved.put(job, _FLAT, told)


def find(job: RunContext, index: int) -> None:
    """Finds a picture's cards and cuts out the one that is used."""
    plan = Plan.of(job)
    number, _ = plan.pictures[index]
    found = _found(job, plan, number)
    saved.put(job, f"found-{number}.json", found)


def _found(job: RunContext, plan: Plan, number: int) -> dict[str, Any]:
    failed = saved.get_or_none(job, f"failed-{number}.json")
    try:
        if failed:
            raise UnreadableFile(*failed)
        picture = saved.picture(job, plan, number)
    except UnreadableFile as reason:
        return {"unreadable": True, "reason": [reason.code, reason.message], "warnings": [], "cards": []}
    upright = picture.upright
    told: dict[str, Any] = {
        "width": upright.shape[1],
        "height": upright.shape[0],
        "bits": 8 * upright.dtype.itemsize,
        "taken": vars(picture.taken),
        "multipliers": picture.multipliers,
        "linear": picture.linear,
        "warnings": [*picture.notes],
        "cards": [],
        "reason": None,
    }
    if picture.icc:
        job.save(f"icc-{number}", picture.icc)
    if picture.grey and job.options.operation != "remove_background":
        return told | {"reason": ["grey_picture", "The picture has no colours: it is grey."]}
    even = saved.get_or_none(job, _FLAT)
    if even and cautions.unlike_flat_field(told, even):
        return told | {"reason": list(cautions.FLAT_FIELD_OF_OTHER_KIND)}
    told["warnings"] += cautions.of_flat_field(told, even) if even else []
    if not job.options.needs_card:
        return told
    known = saved.known_cards(job, plan)
    if job.options.corners and number != plan.reference:
        looked = detecting.by_hand(upright, np.array(job.options.corners), job.options.card, known)
    else:
        looked = detecting.found_in(upright, job.options.card, known)
    told["cards"] = [{**card.told(), "used": looked.reason is None and i == 0} for i, card in enumerate(looked.cards)]
    told["warnings"] += looked.warnings
    if looked.reason:
        return told | {"reason": list(looked.reason)}
    used = looked.cards[0]
    field = saved.flat_field(job)
    places = homography.mapped(used.matrix, used.card.centres)
    flat = None if field is None else flat_at(field, upright.shape, places)
    saved.put_card(job, number, measuring.laid_flat(upright, used.matrix, used.card), flat)
    sides = homography.mapped(used.matrix, used.card.centres[0] + used.card.half * [[-1, -1], [1, -1], [1, 1], [-1, 1]])
    shortest = float(np.linalg.norm(sides - np.roll(sides, 1, 0), axis=1).min())
    return told | {
        "patch_places": [[round(float(v), 1) for v in place] for place in places],
        "patch_pixels": round(shortest, 1),
    }
