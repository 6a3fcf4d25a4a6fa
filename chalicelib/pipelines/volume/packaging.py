"""The last step: writes labels, tables and pictures, and puts everything into the zip."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chalicelib.pipelines.base import Member, RunContext
from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.volume import (
    label_files,
    meshes,
    pictures,
    pictures_of_t2,
    pictures_of_thickness,
    qdess,
    reports,
    t2,
)
from chalicelib.pipelines.volume.geometry import Array, Grid, copied, from_working, working_affine
from chalicelib.pipelines.volume.measuring import Measure
from chalicelib.pipelines.volume.options import CLASSICAL, LABELS, NOTICE
from chalicelib.pipelines.volume.plan import Plan
from chalicelib.pipelines.volume.saved import load_array, load_grid, load_json, load_plan


def package(job: RunContext) -> None:
    """Writes labels, tables and pictures, and puts everything into the zip."""
    started = time.monotonic()
    plan, grid, measures = load_plan(job), load_grid(job), reports.load_measures(job)
    stem, affine = plan.stem, working_affine(load_grid(job))
    labels = load_array(job, "labels")
    members = _write_labels(job, labels, grid, stem, measures)
    job.progress(40)
    prepared = load_json(job, "prepared")
    segmentation = load_json(job, "segmentation")
    measured = load_json(job, "measured")
    cautions = [Caution(*row) for saved in (segmentation, prepared, measured) for row in saved["warnings"]]
    try:
        grey: Array | None = load_array(job, "image")
    except KeyError:
        grey = None
    overview = pictures.overview(grey, labels, affine, measures, stem, _method(segmentation["about"]))
    job.progress(60)
    small = pictures.browser_volume(grey, labels, affine, measures)
    job.progress(80)
    if seg := _write_seg(job, labels, measures, job.options.segmentation_model):
        members[f"{stem}_labels.dcm"] = seg
    elif job.options.keep_dicom_ids:
        cautions.append(
            Caution("no_dicom_segmentation", "No DICOM segmentation is written: the image isn't a DICOM series.")
        )
    image, about = _image_facts(grid, plan, prepared["details"]), segmentation["about"]
    results = reports.results(
        measures, about, image, job.options, prepared["dice_note"], cautions, _missed(job), measured
    )
    members |= _t2_members(job, results, prepared["t2_note"], grid, stem)
    members |= {
        f"{stem}_results.json": reports.to_json(results),
        f"{stem}_results.csv": reports.table(measures),
        f"{stem}_overview.png": overview,
    }
    if measured["subregions"]:
        members[f"{stem}_subregions.csv"] = reports.subregion_table(measured["subregions"])
    if maps := _layers(job, measures):
        members[f"{stem}_thickness.png"] = pictures_of_thickness.maps(maps, stem, job.options.defect_threshold_mm)
    for artifact, name, kind in (
        ("labels", f"{stem}_labels.nii.gz", "application/gzip"),
        ("labels-nrrd", f"{stem}_labels.nrrd", "application/x-nrrd"),
        ("results", f"{stem}_results.json", "application/json"),
        ("measures", f"{stem}_results.csv", "text/csv"),
        ("overview", f"{stem}_overview.png", "image/png"),
        ("labels-dicom", f"{stem}_labels.dcm", "application/dicom"),
        ("thickness", f"{stem}_thickness.png", "image/png"),
        ("subregions", f"{stem}_subregions.csv", "text/csv"),
        ("t2", f"{stem}_t2.nii.gz", "application/gzip"),
        ("t2-fit", f"{stem}_t2.png", "image/png"),
        ("t2-table", f"{stem}_t2.csv", "text/csv"),
    ):
        if name not in members:
            continue
        job.artifact(artifact, members[name], name, kind)
    job.artifact("slices", small, f"{stem}_slices.bin.gz", "application/gzip")
    for one, slug in zip(measures, reports.slugs(measures), strict=True):
        for suffix in meshes.FORMATS:
            members[f"{stem}_{slug}.{suffix}"] = job.load(f"mesh-{one.label}.{suffix}")
    provenance = reports.provenance(list(job.files()), job.options, segmentation["model"])
    # Two runs of one input give the same zip, byte for byte. Their durations differ, so they stand in the artifact
    # `provenance` and not in the zip's copy.
    durations = {"artifact": "provenance", "why": "kept out of the zip, so that the same input gives the same bytes"}
    members["provenance.json"] = reports.to_json({**provenance, "durations_seconds": durations})
    job.archive("complete", f"{stem}_results.zip", [Member(path, content) for path, content in members.items()])
    timed = {**_durations(job), "Packaging results": round(time.monotonic() - started, 3)}
    job.artifact(
        "provenance",
        reports.to_json({**provenance, "durations_seconds": timed}),
        f"{stem}_provenance.json",
        "application/json",
    )
    job.result(
        _summary(measures, segmentation), _quality(results, segmentation), _result_metadata(results, cautions, timed)
    )


def _write_labels(
    job: RunContext, labels: Array, grid: Grid, stem: str, measures: Sequence[Measure]
) -> dict[str, bytes | Path]:
    on_grid = copied(from_working(labels, grid), "F")  # as both files have it
    # Plain local names: the user's own may be longer than a file system takes.
    nifti, nrrd = job.scratch / "labels-out.nii.gz", job.scratch / "labels-out.nrrd"
    label_files.write_nifti(on_grid, grid, nifti)
    named = [(m.label, m.region, pictures.colour_of(place)) for place, m in enumerate(measures)]
    label_files.write_nrrd(on_grid, grid, nrrd, named)
    return {f"{stem}_labels.nii.gz": nifti, f"{stem}_labels.nrrd": nrrd}


def _t2_members(
    job: RunContext, results: dict[str, Any], note: str | None, grid: Grid, stem: str
) -> dict[str, bytes | Path]:
    """T2 in the results, and its files: the map, how well it fits, the table, a picture of the fits."""
    if note is not None:
        results["t2"] = {"status": "not computed", "reason": note}
        return {}
    found = load_json(job, "t2")
    results["t2"] = {
        "status": "computed",
        "echo_times_ms": found["times_ms"],
        "method": qdess.METHOD if found.get("dess") else t2.METHOD,
        **({"sequence": found.get("dess")} if found["dess"] else {}),
        "regions": found["regions"],
    }
    members: dict[str, bytes | Path] = {}
    for name, suffix in (("t2", "t2"), ("t2-r2", "t2_r2"))[: 1 if found.get("dess") else 2]:
        path = job.scratch / f"{name}.nii.gz"
        label_files.write_nifti(from_working(load_array(job, name), grid), grid, path)
        members[f"{stem}_{suffix}.nii.gz"] = path
    signals = {int(value): means for value, means in found["signals"].items()}
    members[f"{stem}_t2.csv"] = reports.t2_table(found["regions"])
    if not found.get("dess"):
        members[f"{stem}_t2.png"] = pictures_of_t2.decays(found["regions"], signals, found["times_ms"], stem)
    return members


def _layers(job: RunContext, measures: Sequence[Measure]) -> list[tuple[str, dict[str, Array]]]:
    """(region, arrays of its thickness) of each label that has one."""
    found = []
    for m in measures:
        if m.mean_thickness_mm is not None:
            with np.load(job.load(f"layer-{m.label}.npz")) as saved:
                found.append((m.region, {name: saved[name] for name in pictures_of_thickness.ARRAYS}))
    return found


def _missed(job: RunContext) -> list[int]:
    try:
        return list(load_json(job, "missed")["labels"])
    except KeyError:
        return []


def _quality(results: dict[str, Any], segmentation: dict[str, Any]) -> float | None:
    """Agreement with the reference; without one, low where the segmentation isn't plausible, otherwise unknown."""
    mean: float | None = results["dice"].get("mean")
    return segmentation.get("quality") if mean is None else mean


def _write_seg(job: RunContext, labels: Array, measures: Sequence[Measure], model: str) -> bytes | None:
    """The labels as a DICOM segmentation of their images; None where the user didn't ask for it, or the images aren't
    DICOM."""
    if not job.options.keep_dicom_ids:
        return None
    try:
        sources = load_json(job, "dicom-ids")["sources"]
        grid = Grid.from_json(job.load("image-grid.json").read_bytes())
    except KeyError:
        return None
    from chalicelib.pipelines.volume.dicom_seg import Segment, written

    segments = [Segment(m.label, m.region, m.kind == "bone") for m in measures]
    return written(from_working(labels, grid), grid, segments, sources, None if model == LABELS else model)


def _image_facts(grid: Grid, plan: Plan, details: dict[str, Any]) -> dict[str, Any]:
    source = plan.image or plan.labels
    return {
        "format": source.format if source else grid.format,
        "shape": list(grid.shape),
        "spacing_mm": [round(float(mm), 6) for mm in grid.spacing],
        "affine": grid.affine.tolist(),
        **details,
    }


def _method(about: dict[str, Any]) -> str:
    kind = {
        CLASSICAL: "classical segmentation: no trained model",
        LABELS: "labels as uploaded",
    }.get(about["model"], f"model {about['model']}")
    return f"Most labelled slice of each plane · {kind}"


def _summary(measures: Sequence[Measure], segmentation: dict[str, Any]) -> str:
    parts = [f"{m.region} {m.volume_mm3 / 1000:.2f} cm³" for m in measures[:4]]
    more = f" and {len(measures) - 4} more" if len(measures) > 4 else ""
    how = ""
    if segmentation["about"]["model"] == CLASSICAL:
        how = " Not plausible, see the warnings." if segmentation["quality"] is not None else ""
        how = f" By thresholds, no trained model.{how}"
    return f"{', '.join(parts)}{more}.{how} {NOTICE}."


def _result_metadata(
    results: dict[str, Any], cautions: Sequence[Caution], durations: dict[str, float]
) -> dict[str, Any]:
    shown = ("region", "volume_mm3", "surface_mm2", "mean_thickness_mm", "median_thickness_mm")
    return {
        "notice": results["notice"],
        "statement": results["segmentation"]["statement"],
        "warnings": [one.message[:400] for one in cautions[:24]],
        "warning_codes": [one.code for one in cautions[:24]],
        "warning_values": [one.values for one in cautions[:24]],
        # The whole table is an artifact; a record of the job table stays small.
        "measures": [{name: m[name] for name in shown} for m in results["measures"][:16]],
        "subregions": [
            {name: row[name] for name in ("region", "subregion", "mean_thickness_mm")}
            for row in results["subregions"][:16]
        ],
        "dice": results["dice"] if len(results["measures"]) <= 16 else {"mean": results["dice"].get("mean")},
        "shape_model": results["shape_model"],
        "t2": {name: value for name, value in results["t2"].items() if name in ("status", "reason", "echo_times_ms")}
        | {"mean_t2_ms": {row["region"]: row.get("mean_t2_ms") for row in results["t2"].get("regions", [])[:16]}},
        "other_series": results["input"].get("other_series", [])[:16],
        "durations_seconds": durations,
    }


def _durations(job: RunContext) -> dict[str, float]:
    timed = [json.loads(job.load(f"seconds-{number}.json").read_bytes()) for number in range(1, 6)]
    return {one["step"]: round(one["seconds"], 3) for one in timed}
