"""What each step does. Everything that outlives one is saved, so that any of them can begin on another machine."""

from __future__ import annotations

import dataclasses
import json
import re
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from chalicelib.pipelines.base import Member, PipelineFailed, RunContext, UnreadableFile
from chalicelib.pipelines.volume import (
    label_files,
    label_map,
    measuring,
    meshes,
    pictures,
    pictures_of_thickness,
    reports,
    subregions,
)
from chalicelib.pipelines.volume.geometry import (
    Array,
    Grid,
    apart,
    counts_of,
    embedded,
    from_working,
    to_working,
    working_affine,
)
from chalicelib.pipelines.volume.measuring import Measure
from chalicelib.pipelines.volume.options import CLASSICAL, LABELS, NOTICE, is_builtin
from chalicelib.pipelines.volume.plan import Plan, Source
from chalicelib.pipelines.volume.planning import Planner
from chalicelib.pipelines.volume.reading import read
from chalicelib.pipelines.volume.regions import Region
from chalicelib.pipelines.volume.saved import load_array, load_grid, load_json, model_folder, save_array, save_json
from chalicelib.pipelines.volume.surfaces import Surface
from chalicelib.pipelines.volume.thickness import Thickness

GRIDS_SAME, GRIDS_APART = 1e-3, 0.2  # voxels, at the far corner


def validate(job: RunContext) -> None:
    """Decides which files are image, labels and reference, and refuses what is no volume."""
    if not is_builtin(job.options.segmentation_model):
        model_folder(job)  # an unknown model fails here and not after minutes
    job.save("plan.json", Planner(job).plan().to_json())


def prepare(job: RunContext) -> None:
    """Reads the volumes and turns them to the working orientation."""
    plan = _plan(job)
    warnings = list(plan.warnings)
    grid: Grid | None = None
    details = dict(plan.details)
    names: dict[int, str] = {}
    if plan.image is not None:
        volume = read(job, plan.image)
        grid, details = volume.grid, details | volume.details
        warnings += volume.warnings
        save_array(job, "image", to_working(volume.data, grid))
        del volume
        job.progress(50)
    if plan.labels is not None:
        volume = read(job, plan.labels, labels=True)
        values, notes = label_map.label_values(volume.data)
        warnings += [*volume.warnings, *notes]
        names = volume.names
        if grid is None:
            grid = volume.grid
        else:
            values, grid, fitting = _fitted(values, volume.grid, grid)
            warnings += fitting
        save_array(job, "labels-in", to_working(values, grid))
        del volume, values
    if grid is None:
        raise PipelineFailed("no_image", "None of the job's files is an image.")
    job.progress(80)
    note = plan.reference_note and f"The reference can't be used: {plan.reference_note}"
    if plan.reference is not None:
        found = _prepare_reference(job, plan.reference, grid)
        note, warnings = found[0], warnings + found[1]
    if note:
        warnings.append(note)
    job.save("grid.json", grid.to_json())
    prepared = {
        "warnings": list(dict.fromkeys(warnings)),
        "details": details,
        "dice_note": note,
        "names": {str(value): name for value, name in names.items()},
    }
    save_json(job, "prepared", prepared)


def _fitted(values: Array, own: Grid, image: Grid) -> tuple[Array, Grid, list[str]]:
    """Labels and the grid that they lie on beside their image: their own where both are the same to a fraction of a
    voxel, the image's where they are a part of it. Raises UnreadableFile(grid_mismatch)."""
    off = apart(image, own)
    if off is None or off > GRIDS_APART:
        whole = embedded(values, own, image, GRIDS_APART)
        if whole is None:
            raise UnreadableFile("grid_mismatch", "The labels and the image don't lie on the same grid.")
        return whole, image, ["The labels cover a part of the image: what lies around them is background."]
    # Results go back onto the grid of the labels themselves: that is the map that is measured.
    near = f"The grids of labels and image differ by up to {off:.3f} voxels: they are taken as one."
    return values, own, [near] if off > GRIDS_SAME else []


def measure(job: RunContext) -> None:
    """Measures each label, and keeps the surfaces that the measures come from for the meshes."""
    labels = load_array(job, "labels")
    affine = working_affine(load_grid(job))
    regions = tuple(Region(**region) for region in load_json(job, "segmentation")["regions"])
    regions = measuring.kinds(labels, affine, regions)
    found = measuring.measure(labels, affine, regions, job.options.cartilage_smoothing, job.progress)
    measures = found.measures
    try:
        reference = load_array(job, "reference")
    except KeyError:
        pass
    else:
        measures = [dataclasses.replace(m, dice=measuring.dice_of(labels, reference, m.label)) for m in measures]
        present = {m.label for m in measures}
        # A label that the result lacks altogether has a Dice of 0, and belongs into the mean.
        missed = [int(v) for v in np.flatnonzero(counts_of(reference)) if v and int(v) not in present]
        save_json(job, "missed", {"labels": missed})
    for label, surface in found.surfaces.items():
        layer = found.layers.get(label)
        thick = None if layer is None else layer.at(surface.vertices)
        _save_arrays(job, f"surface-{label}", vertices=surface.vertices, faces=surface.faces, thickness=thick)
    for label, layer in found.layers.items():
        _save_arrays(
            job,
            f"layer-{label}",
            **{name: getattr(layer, name).astype(np.float32) for name in pictures_of_thickness.ARRAYS},
        )
    parts, notes = _subregions(job, measures, found.layers)
    save_json(job, "measured", {"warnings": [*found.warnings, *notes], "subregions": parts})
    job.save("measures.json", reports.measures_to_json(measures))


def _subregions(
    job: RunContext, measures: Sequence[Measure], layers: Mapping[int, Thickness]
) -> tuple[list[dict[str, Any]], list[str]]:
    """(the figures of each part of each knee's cartilage, why some have none)."""
    options = job.options
    side = subregions.side_of([m.region for m in measures], options.side)
    rows, notes = [], []
    for m in measures:
        bone = subregions.bone_of(m.region, options.subregions.get(m.label))
        if m.label not in layers or bone is None:
            continue
        parts, why = subregions.parts_of(bone, m.region, layers[m.label], side)
        if why:
            notes.append(f"{m.region}: parts not computed: {why}.")
        for part in parts:
            figures = subregions.described(part, layers[m.label], options.defect_threshold_mm)
            rows.append({"region": m.region, **figures})
    if side is None and any(row["subregion"].endswith("_half") or "_half_" in row["subregion"] for row in rows):
        notes.append("Which knee it is isn't known: parts are called right_half and left_half (option `side`).")
    return rows, notes


def _save_arrays(job: RunContext, name: str, **arrays: Array | None) -> None:
    path = job.scratch / f"{name}.npz"
    np.savez(path, allow_pickle=False, **{key: values for key, values in arrays.items() if values is not None})
    job.save(path.name, path)
    path.unlink()


def build_meshes(job: RunContext) -> None:
    """Writes each surface in every format of meshes."""
    measures = _measures(job)
    stem = _plan(job).stem
    for done, (measure_, slug) in enumerate(zip(measures, _slugs(measures), strict=True)):
        job.progress(100 * done / len(measures))
        with np.load(job.load(f"surface-{measure_.label}.npz")) as saved:
            surface = Surface(saved["vertices"], saved["faces"])
            thickness = saved.get("thickness")
        for suffix, content in meshes.all_formats(surface, measure_.region, thickness).items():
            job.save(f"mesh-{measure_.label}.{suffix}", content)
            if kind := meshes.ARTIFACTS.get(suffix):
                name = f"mesh-{slug}" if suffix == "stl" else f"mesh-{slug}-{suffix}"
                job.artifact(name, content, f"{stem}_{slug}.{suffix}", kind)


def package(job: RunContext) -> None:
    """Writes labels, tables and pictures, and puts everything into the zip."""
    started = time.monotonic()
    plan, grid, measures = _plan(job), load_grid(job), _measures(job)
    stem, affine = plan.stem, working_affine(load_grid(job))
    labels = load_array(job, "labels")
    members = _write_labels(job, labels, grid, stem)
    job.progress(40)
    prepared = load_json(job, "prepared")
    segmentation = load_json(job, "segmentation")
    measured = load_json(job, "measured")
    warnings = [*segmentation.get("warnings", []), *prepared["warnings"], *measured["warnings"]]
    image = _image_facts(grid, plan, prepared["details"])
    results = reports.results(
        measures, segmentation["about"], image, job.options, prepared["dice_note"], warnings, _missed(job), measured
    )
    try:
        grey: Array | None = load_array(job, "image")
    except KeyError:
        grey = None
    overview = pictures.overview(grey, labels, affine, measures, stem, _method(segmentation["about"]))
    job.progress(60)
    small = pictures.browser_volume(grey, labels, affine, measures)
    job.progress(80)
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
        ("thickness", f"{stem}_thickness.png", "image/png"),
        ("subregions", f"{stem}_subregions.csv", "text/csv"),
    ):
        if name not in members:
            continue
        job.artifact(artifact, members[name], name, kind)
    job.artifact("slices", small, f"{stem}_slices.bin.gz", "application/gzip")
    for one, slug in zip(measures, _slugs(measures), strict=True):
        for suffix in meshes.FORMATS:
            members[f"{stem}_{slug}.{suffix}"] = job.load(f"mesh-{one.label}.{suffix}")
    provenance = reports.provenance(list(job.files()), job.options, segmentation["model"])
    # Two runs of one input give the same zip, byte for byte. How long they took differs, so that it stands in the
    # artifact `provenance` and not in the zip's copy.
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
    job.result(_summary(measures, segmentation), _quality(results, segmentation), _result_metadata(results, timed))


def _prepare_reference(job: RunContext, source: Source, grid: Grid) -> tuple[str | None, list[str]]:
    """Saves the reference; (the reason where it can't be compared with, warnings)."""
    try:
        volume = read(job, source, labels=True)
        values, notes = label_map.label_values(volume.data, "reference")
    except UnreadableFile as reason:
        return f"The reference can't be used: {reason.message}", []
    off = apart(grid, volume.grid)
    if off is None or off > GRIDS_APART:
        whole = embedded(values, volume.grid, grid, GRIDS_APART)
        if whole is None:
            return "The reference doesn't lie on the input's grid.", []
        save_array(job, "reference", to_working(whole, grid))
        return None, notes
    if off > GRIDS_SAME:
        notes.append(f"The reference's grid differs by up to {off:.3f} voxels from the input's: they are taken as one.")
    save_array(job, "reference", to_working(values, volume.grid))
    return None, notes


def _write_labels(job: RunContext, labels: Array, grid: Grid, stem: str) -> dict[str, bytes | Path]:
    on_grid = from_working(labels, grid)
    members: dict[str, bytes | Path] = {}
    for suffix, write in (("nii.gz", label_files.write_nifti), ("nrrd", label_files.write_nrrd)):
        # A plain local name: the user's own may be longer than a file system takes.
        path = job.scratch / f"labels-out.{suffix}"
        write(on_grid, grid, path)
        members[f"{stem}_labels.{suffix}"] = path
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
    """Agreement with the reference; without one, low where the segmentation isn't plausible, and else unknown."""
    mean: float | None = results["dice"].get("mean")
    return segmentation.get("quality") if mean is None else mean


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


def _result_metadata(results: dict[str, Any], durations: dict[str, float]) -> dict[str, Any]:
    shown = ("region", "volume_mm3", "surface_mm2", "mean_thickness_mm", "median_thickness_mm")
    return {
        "notice": results["notice"],
        "statement": results["segmentation"]["statement"],
        "warnings": [warning[:400] for warning in results["warnings"][:24]],
        # The whole table is an artifact; a record of the job table stays small.
        "measures": [{name: m[name] for name in shown} for m in results["measures"][:16]],
        "subregions": [
            {name: row[name] for name in ("region", "subregion", "mean_thickness_mm")}
            for row in results["subregions"][:16]
        ],
        "dice": results["dice"] if len(results["measures"]) <= 16 else {"mean": results["dice"].get("mean")},
        "shape_model": results["shape_model"],
        "other_series": results["input"].get("other_series", [])[:16],
        "durations_seconds": durations,
    }


def _slugs(measures: Sequence[Measure]) -> list[str]:
    """A name for each label's files: the region's, with the label's number where two would be the same."""
    slugs = [re.sub(r"[^a-z0-9_-]+", "_", m.region.lower()).strip("_") for m in measures]
    return [f"{s}_{m.label}" if slugs.count(s) > 1 else s for s, m in zip(slugs, measures, strict=True)]


def _plan(job: RunContext) -> Plan:
    return Plan.from_json(job.load("plan.json").read_bytes())


def _measures(job: RunContext) -> list[Measure]:
    return reports.measures_from_json(job.load("measures.json").read_bytes())


def _durations(job: RunContext) -> dict[str, float]:
    timed = [json.loads(job.load(f"seconds-{number}.json").read_bytes()) for number in range(1, 6)]
    return {one["step"]: round(one["seconds"], 3) for one in timed}
