"""The data that the steps of a colour job save for one another."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.base import InspectedFile, RunContext, UnreadableFile
from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.colour import pictures, reference_values
from chalicelib.pipelines.colour.cards import Card, cards
from chalicelib.pipelines.colour.dcp_file import RawCamera
from chalicelib.pipelines.colour.measuring import FlatCard, Sample
from chalicelib.pipelines.colour.taken import Taken

Floats = NDArray[np.float64]

PLAN = "plan.json"


def put(job: RunContext, name: str, value: Any) -> None:
    job.save(name, json.dumps(value, ensure_ascii=False, allow_nan=False).encode())


def get(job: RunContext, name: str) -> Any:
    return json.loads(job.load(name).read_bytes())


def get_or_none(job: RunContext, name: str) -> Any:
    try:
        return get(job, name)
    except KeyError:
        return None


@dataclass(frozen=True)
class Plan:
    """pictures: number and stem of each, the reference shot first where there is one. developed: numbers of those
    decoded in the first step. flat: the flat field. values: name of the user's reference values."""

    pictures: list[tuple[int, str]]
    reference: int | None
    developed: list[int]
    flat: int | None
    values: str | None

    def stored(self) -> dict[str, Any]:
        return {**vars(self), "pictures": [list(one) for one in self.pictures]}

    @classmethod
    def of(cls, job: RunContext) -> Plan:
        stored = get(job, PLAN)
        return cls(**{**stored, "pictures": [(int(number), stem) for number, stem in stored["pictures"]]})


def all_pictures(job: RunContext) -> int:
    return len(Plan.of(job).pictures)


def file(job: RunContext, number: int) -> InspectedFile:
    return next(one for one in job.files() if one.number == number)


def known_cards(job: RunContext, plan: Plan) -> dict[str, Card]:
    """Every card, with the user's own values in the one that the options name, or in each that they fit."""
    known = dict(cards())
    if plan.values is None:
        return known
    stored = get(job, "values.json")
    source = f"measured by the user: {plan.values}"
    return known | measured_cards(job.options.card, stored["names"], np.array(stored["lab"]), source)


def measured_cards(wanted: str, names: list[list[str]], lab: Floats, source: str) -> dict[str, Card]:
    """The cards that take a user's values. wanted: a card's name, or `auto`. Raises UnreadableFile where none does."""
    known = cards()
    if wanted != "auto":
        return {wanted: reference_values.card_with(known[wanted], names, lab, source)}
    taken: dict[str, Card] = {}
    refusal: UnreadableFile | None = None
    for name, card in known.items():
        try:
            taken[name] = reference_values.card_with(card, names, lab, source)
        except UnreadableFile as reason:
            if refusal is None or len(card.centres) == len(lab):
                refusal = reason
    if all(card.lab is None for card in (known[name] for name in taken)) and refusal:
        raise refusal
    return taken


def picture(job: RunContext, plan: Plan, number: int) -> pictures.Picture:
    """A picture of the job, decoded. Raises UnreadableFile."""
    one = file(job, number)
    if number not in plan.developed:
        return pictures.read(job.fetch(one), one.filename)
    told = get(job, f"developed-{number}.json")
    found = pictures.read(job.load(f"developed-{number}"), "developed.png")
    found.form, found.linear, found.notes = told["form"], told["linear"], [Caution(*note) for note in told["notes"]]
    found.taken, found.multipliers = Taken(**told["taken"]), told["multipliers"] and tuple(told["multipliers"])
    return found


def put_developed(job: RunContext, number: int, found: pictures.Picture) -> None:
    camera = found.camera and {"model": found.camera.model, "multipliers": found.camera.multipliers}
    told = {
        "form": found.form,
        "linear": found.linear,
        "notes": found.notes,
        "camera": camera,
        "taken": vars(found.taken),
        "multipliers": found.multipliers,
    }
    form, found.form = found.form, "PNG"
    path = job.scratch / f"developed-{number}.png"
    pictures.write(found, path)
    found.form = form
    job.save(f"developed-{number}", path)
    put(job, f"developed-{number}.json", told)


def camera_of(job: RunContext, number: int) -> RawCamera | None:
    """The camera of a raw that names it."""
    told = (get_or_none(job, f"developed-{number}.json") or {}).get("camera")
    return RawCamera(told["model"], tuple(told["multipliers"])) if told else None


def put_card(job: RunContext, number: int, flat: FlatCard, field: Floats | None) -> None:
    out = io.BytesIO()
    np.savez(out, pixels=flat.pixels, scale=flat.scale, field=np.empty((0, 3)) if field is None else field)
    job.save(f"card-{number}.npz", out.getvalue())


def get_card(job: RunContext, number: int) -> tuple[FlatCard, Floats | None] | None:
    try:
        path: Path = job.load(f"card-{number}.npz")
    except KeyError:
        return None
    with np.load(path, allow_pickle=False) as stored:
        field = stored["field"]
        return FlatCard(stored["pixels"], float(stored["scale"])), field if len(field) else None


def put_sample(job: RunContext, number: int, sample: Sample) -> None:
    stored = {name: None if value is None else np.asarray(value).tolist() for name, value in vars(sample).items()}
    put(job, f"sample-{number}.json", stored)


def get_sample(job: RunContext, number: int) -> Sample | None:
    stored = get_or_none(job, f"sample-{number}.json")
    if stored is None:
        return None
    border = np.array(stored["border"]).reshape(-1, 3)
    return Sample(
        np.array(stored["values"]),
        np.array(stored["spread"]),
        np.array(stored["clipped"]),
        border,
        np.array(stored["border_usable"], bool),
        None if stored["flat"] is None else np.array(stored["flat"]),
        stored["blur"],
    )


def flat_field(job: RunContext) -> Floats | None:
    try:
        field: Floats = np.load(job.load("flat-field.npy"), allow_pickle=False)
    except KeyError:
        return None
    return field


def profile(job: RunContext, number: int) -> bytes | None:
    """The ICC profile that came in a picture."""
    try:
        return job.load(f"icc-{number}").read_bytes()
    except KeyError:
        return None
