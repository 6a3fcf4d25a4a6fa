"""The third step, apart from the others: with a user's network it runs where onnxruntime fits and SciPy doesn't."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from chalicelib.pipelines.base import PipelineFailed, RunContext
from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.volume.geometry import working_affine
from chalicelib.pipelines.volume.options import CLASSICAL, LABELS, Options, is_builtin
from chalicelib.pipelines.volume.regions import Segmentation
from chalicelib.pipelines.volume.saved import load_array, load_grid, load_json, model_folder, save_array, save_json

IMPLAUSIBLE = 0.1


def segment(job: RunContext) -> None:
    """Gives each voxel a label, or takes the labels as they were uploaded."""
    options: Options = job.options
    found, statement, model = _segmentation(job, options)
    if not found.regions:
        raise PipelineFailed("nothing_to_segment", "The segmentation found nothing in the image.")
    save_array(job, "labels", found.labels)
    about = {
        "model": options.segmentation_model,
        "trained_model": not is_builtin(options.segmentation_model),
        "statement": statement,
    }
    regions = [
        {**dataclasses.asdict(region), "name": options.region_names.get(region.value, region.name)}
        for region in found.regions
    ]
    warnings, quality = _judged(job, options, found)
    kept = {"about": about, "regions": regions, "model": model, "warnings": warnings, "quality": quality}
    save_json(job, "segmentation", kept)


def _judged(job: RunContext, options: Options, found: Segmentation) -> tuple[list[Caution], float | None]:
    """(warnings, quality from 0 to 1 where the labels aren't plausible)."""
    if options.segmentation_model != CLASSICAL:
        return [], None
    from chalicelib.pipelines.volume.plausibility import doubts
    from chalicelib.pipelines.volume.segmentation import LOUD

    affine = working_affine(load_grid(job))
    against = doubts(load_array(job, "image"), found.labels, abs(float(np.linalg.det(affine[:3, :3]))))
    if not against:
        return [Caution("no_trained_model", LOUD)], None
    return [
        Caution(
            "not_plausible",
            f"The segmentation isn't plausible: {'; '.join(against)}. Don't use its measures. Thresholds can't tell "
            "bone from muscle where fat is suppressed: use a trained model, or your own labels.",
        ),
        Caution("no_trained_model", LOUD),
    ], IMPLAUSIBLE


def _segmentation(job: RunContext, options: Options) -> tuple[Segmentation, str, dict[str, Any] | None]:
    name = options.segmentation_model
    if name == LABELS:
        from chalicelib.pipelines.volume.label_map import regions_of

        labels = load_array(job, "labels-in")
        named = {int(value): name for value, name in load_json(job, "prepared")["names"].items()}
        regions = regions_of(labels, named | options.region_names)
        return Segmentation(labels, regions), "The labels are the uploaded ones; nothing was segmented here.", None
    affine = working_affine(load_grid(job))
    if name == CLASSICAL:
        from chalicelib.pipelines.volume.segmentation import STATEMENT, classical

        return classical(load_array(job, "image"), affine, job.progress), STATEMENT, None
    from chalicelib.pipelines.volume import onnx_model

    more = int(load_json(job, "prepared")["channels"])
    images = [load_array(job, "image"), *(load_array(job, f"channel-{number}") for number in range(1, more + 1))]
    found, model = onnx_model.segment(images, load_grid(job), model_folder(job), name, job.progress)
    return found, f"Labels come from the model {name}, which the operator of this installation added.", model
