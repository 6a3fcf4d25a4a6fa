"""The six steps of a volume job: their names, their order, and how each is timed and fails. The work is in `preparing`,
`segmenting`, `stages` and `packaging`."""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Callable
from typing import Any

from chalicelib.pipelines.base import PipelineFailed, RunContext, Step, UnreadableFile, own_layer
from chalicelib.pipelines.volume.options import is_builtin

PACKAGE = "chalicelib.pipelines.volume"


def network_layer(options: Any) -> str | None:
    """A user's network runs on onnxruntime, which does not fit into one function with all the others."""
    return None if is_builtin(options.segmentation_model) else "onnx"


def _step(
    number: int,
    name: str,
    weight: float,
    module: str,
    function: str,
    layer: Callable[[Any], str | None] = own_layer,
) -> Step:
    def run(job: RunContext) -> None:
        # Imported here: the API's process reads this list of steps and must not pay for the libraries that they need.
        work: Callable[[RunContext], None] = getattr(importlib.import_module(f"{PACKAGE}.{module}"), function)
        started = time.monotonic()
        try:
            work(job)
        except UnreadableFile as reason:
            # By now it is the job's only volume, so the job fails with the file's reason.
            raise PipelineFailed(reason.code, reason.message) from None
        job.save(f"seconds-{number}.json", json.dumps({"step": name, "seconds": time.monotonic() - started}).encode())

    return Step(name, run, weight, layer)


# Weights: shares of the time that the six take for 512×512×160 voxels, see benchmarks/volume.py.
STEPS = (
    _step(1, "Validating input", 8, "preparing", "validate"),
    _step(2, "Preparing volume", 8, "preparing", "prepare"),
    _step(3, "Running segmentation", 56, "segmenting", "segment", network_layer),
    _step(4, "Measuring", 14, "stages", "measure"),
    _step(5, "Building meshes", 3, "stages", "build_meshes"),
    _step(6, "Packaging results", 11, "packaging", "package"),
)
