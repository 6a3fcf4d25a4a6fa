"""The fourth and fifth steps: measures, and the surfaces behind them as meshes."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chalicelib.pipelines.base import RunContext
from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.volume import (
    measuring,
    meshes,
    pictures_of_thickness,
    qdess,
    reports,
    subregions,
    t2,
)
from chalicelib.pipelines.volume.geometry import Array, counts_of, working_affine
from chalicelib.pipelines.volume.measuring import Measure
from chalicelib.pipelines.volume.regions import Region
from chalicelib.pipelines.volume.saved import (
    load_array,
    load_grid,
    load_json,
    load_plan,
    save_array,
    save_json,
)
from chalicelib.pipelines.volume.surfaces import Surface
from chalicelib.pipelines.volume.thickness import Thickness


def measure(job: RunContext) -> None:
    """Measures each label, and keeps the measured surfaces for the meshes."""
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
        # A label that the result lacks altogether has a Dice of 0, and belongs in the mean.
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
    if load_json(job, "prepared")["t2_note"] is None:
        _fit_t2(job, labels, regions)
    job.save("measures.json", reports.measures_to_json(measures))


def _fit_t2(job: RunContext, labels: Array, regions: Sequence[Region]) -> None:
    found = load_json(job, "echoes")
    times = [float(time) for time in found["times_ms"]]
    echoes = [load_array(job, f"echo-{number}") for number in range(len(times))]
    if dess := found.get("dess"):
        fit = qdess.fitted(echoes[0], echoes[1], qdess.Dess(**dess), labels)
    else:
        fit = t2.fitted(echoes, times, labels)
    for name, values in (("t2", fit.t2), ("t2-r2", fit.r2)):
        if values is not None:
            save_array(job, name, t2.as_volume(values, fit, labels.shape))
    signals = {str(value): means for value, means in t2.mean_decay(echoes, labels, regions).items()}
    save_json(job, "t2", {**found, "regions": t2.of_regions(fit, labels, regions), "signals": signals})


def _subregions(
    job: RunContext, measures: Sequence[Measure], layers: Mapping[int, Thickness]
) -> tuple[list[dict[str, Any]], list[Caution]]:
    """(the figures of each part of each knee's cartilage, the reasons why some have none)."""
    options = job.options
    stated = options.side or load_json(job, "prepared")["details"].get("side")
    side = subregions.side_of([m.region for m in measures], stated)
    rows: list[dict[str, Any]] = []
    notes: list[Caution] = []
    for m in measures:
        bone = subregions.bone_of(m.region, options.subregions.get(m.label))
        if m.label not in layers or bone is None:
            continue
        parts, why = subregions.parts_of(bone, m.region, layers[m.label], side)
        if why:
            notes.append(Caution("parts_not_computed", f"{m.region}: parts not computed: {why}.", {"region": m.region}))
        for part in parts:
            figures = subregions.described(part, layers[m.label], options.defect_threshold_mm)
            rows.append({"region": m.region, **figures})
    if side is None and any(row["subregion"].endswith("_half") or "_half_" in row["subregion"] for row in rows):
        notes.append(
            Caution(
                "side_unknown",
                "The knee's side is unknown: parts are called right_half and left_half (option `side`).",
            )
        )
    return rows, notes


def _save_arrays(job: RunContext, name: str, **arrays: Array | None) -> None:
    path = job.scratch / f"{name}.npz"
    np.savez(path, allow_pickle=False, **{key: values for key, values in arrays.items() if values is not None})
    job.save(path.name, path)
    path.unlink()


def build_meshes(job: RunContext) -> None:
    """Writes each surface in every format of meshes."""
    measures = reports.load_measures(job)
    stem = load_plan(job).stem
    for done, (measure_, slug) in enumerate(zip(measures, reports.slugs(measures), strict=True)):
        job.progress(100 * done / len(measures))
        with np.load(job.load(f"surface-{measure_.label}.npz")) as saved:
            surface = Surface(saved["vertices"], saved["faces"])
            thickness = saved.get("thickness")
        for suffix, content in meshes.all_formats(surface, measure_.region, thickness).items():
            job.save(f"mesh-{measure_.label}.{suffix}", content)
            if kind := meshes.ARTIFACTS.get(suffix):
                name = f"mesh-{slug}" if suffix == "stl" else f"mesh-{slug}-{suffix}"
                job.artifact(name, content, f"{stem}_{slug}.{suffix}", kind)
