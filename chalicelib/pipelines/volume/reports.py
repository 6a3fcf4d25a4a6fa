"""Reports of a job: results as JSON and CSV, and their provenance."""

from __future__ import annotations

import csv
import io
import json
import platform
import re
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from chalicelib.pipelines.base import InspectedFile, RunContext
from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.volume.measuring import COLUMNS, Measure
from chalicelib.pipelines.volume.options import NOTICE, Options
from chalicelib.pipelines.volume.surfaces import TIE_SEED

LIBRARIES = ("numpy", "scipy", "scikit-image", "nibabel", "pydicom", "pynrrd", "pillow")
UNITS = {"volume": "mm³", "surface": "mm²", "thickness": "mm", "coordinates": "mm, RAS+ (nibabel's world)"}
METHOD = {
    "volume_mm3": "voxels of the label times the volume of a voxel",
    "surface_mm2": "area of the closed surface around the smoothed label",
    "thickness": "along the bone's normal at each corner of its surface under the cartilage: the integral of the "
    "layer's smoothed mask, divided beside a rim by the share of the neighbourhood that is covered; mean, std "
    "(population) and percentiles weighted by the area of bone that each corner stands for",
    "below_threshold_mm2": "area of bone under cartilage thinner than defect_threshold_mm, and bare bone that "
    "cartilage encloses",
}


def results(
    measures: Sequence[Measure],
    segmentation: dict[str, Any],
    image: dict[str, Any],
    options: Options,
    dice_note: str | None,
    cautions: Sequence[Caution],
    missed: Sequence[int],
    measured: dict[str, Any],
) -> dict[str, Any]:
    with_dice = any(m.dice is not None for m in measures)
    return {
        "notice": f"{NOTICE}.",
        "segmentation": segmentation,
        "input": image,
        "warnings": [one.message for one in cautions],
        "warning_codes": [one.code for one in cautions],
        "units": UNITS,
        "method": METHOD,
        "measures": [
            {
                "label": m.label,
                "kind": m.kind,
                **m.row(dice=with_dice),
                **({"thickness_note": m.thickness_note} if m.thickness_note else {}),
                **({"surface_note": m.surface_note} if m.surface_note else {}),
            }
            for m in measures
        ],
        "subregions": measured["subregions"],
        "defect_threshold_mm": options.defect_threshold_mm,
        "dice": dice_summary(measures, dice_note, missed),
        "shape_model": shape_model(options),
    }


def dice_summary(measures: Sequence[Measure], note: str | None, missed: Sequence[int]) -> dict[str, Any]:
    """missed: labels of the reference that the result doesn't have; each counts as 0."""
    found = {m.label: m.dice for m in measures if m.dice is not None} | dict.fromkeys(missed, 0.0)
    if note is not None or not found:
        return {"status": "not computed", "reason": note or "No reference label map was uploaded."}
    mean = round(sum(found.values()) / len(found), 6)
    return {"status": "computed", "mean": mean, "by_label": {str(label): found[label] for label in sorted(found)}}


def shape_model(options: Options) -> dict[str, Any]:
    """Scores are never made up: without a shape model there are none."""
    if not options.perform_shape_model or options.shape_model_type == "none":
        return {"status": "not computed", "reason": "Not asked for."}
    return {
        "status": "not computed",
        "requested": options.shape_model_type,
        "reason": "No shape model is installed: scores need a trained model of healthy shapes.",
    }


def table(measures: Sequence[Measure]) -> bytes:
    """The measures as CSV, in the columns' agreed order; a missing measure is an empty field."""
    with_dice = any(m.dice is not None for m in measures)
    text = io.StringIO()
    writer = csv.DictWriter(text, [*COLUMNS, *(["dice"] if with_dice else [])], lineterminator="\n")
    writer.writeheader()
    writer.writerows(m.row(dice=with_dice) for m in measures)
    return text.getvalue().encode()


def subregion_table(rows: Sequence[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def t2_table(rows: Sequence[dict[str, Any]]) -> bytes:
    columns = ("region", "mean_t2_ms", "std_t2_ms", "median_t2_ms", "mean_r2", "fitted_voxels", "voxels", "reason")
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def provenance(files: Sequence[InspectedFile], options: Options, model: dict[str, Any] | None) -> dict[str, Any]:
    """Where the results come from. It is the same for every run of one input on one installation.

    model: the known facts about a user's network; its `versions` are those of the function that it ran in, whose
    libraries this one lacks."""
    elsewhere = (model or {}).get("versions", {})
    asked = options.model_dump(mode="json", exclude={"email"})
    if "." in (asked["series"] or ""):
        asked["series"] = "by its UID"  # it would lead back to the patient
    here = {name: version(name) for name in LIBRARIES}
    return {
        "notice": f"{NOTICE}.",
        "pipeline": "volume",
        "versions": {"python": platform.python_version(), **here, **elsewhere},
        "platform": platform.machine(),
        "options": asked,
        "model": {name: value for name, value in model.items() if name != "versions"} if model else None,
        "inputs": [{"number": f.number, "role": f.role, "size": f.size, "sha256": f.sha256} for f in files],
        "seeds": {"surface_ties": TIE_SEED},
    }


def to_json(values: dict[str, Any]) -> bytes:
    return (json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def measures_to_json(measures: Sequence[Measure]) -> bytes:
    return json.dumps([asdict(m) for m in measures]).encode()


def measures_from_json(content: bytes) -> list[Measure]:
    return [Measure(**values) for values in json.loads(content)]


def load_measures(job: RunContext) -> list[Measure]:
    return measures_from_json(job.load("measures.json").read_bytes())


def slugs(measures: Sequence[Measure]) -> list[str]:
    """A name for each label's files: the region's, with the label's number where two would be the same."""
    slugs = [re.sub(r"[^a-z0-9_-]+", "_", m.region.lower()).strip("_") for m in measures]
    return [f"{s}_{m.label}" if slugs.count(s) > 1 else s for s, m in zip(slugs, measures, strict=True)]
