"""The six steps of a volume job: their names, their order, and how each is timed and fails. The work is in `stages` and
`segmenting`."""

from __future__ import annotations

import importlib
import json
import time
from collections.abc import Callable
from typing import Any

from chalicelib.pipelines.base import PipelineFailed, RunContext, Step, UnreadableFile
from chalicelib.pipelines.volume.options import is_builtin

PACKAGE = "chalicelib.pipelines.volume"


def _step(number: int, name: str, weight: float, module: str, function: str) -> Step:
    def run(job: RunContext) -> None:
        # Imported here: the API's process reads this list of steps and must not pay for what they need.
        work: Callable[[RunContext], None] = getattr(importlib.import_module(f"{PACKAGE}.{module}"), function)
        started = time.monotonic()
        try:
            work(job)
        except UnreadableFile as reason:
            # By now it is the job's only volume, so that the job fails with the file's reason.
            raise PipelineFailed(reason.code, reason.message) from None
        job.save(f"seconds-{number}.json", json.dumps({"step": name, "seconds": time.monotonic() - started}).encode())

    return Step(name, run, weight)


# Weights: shares of the time that the six take for 512×512×160 voxels, see benchmarks/volume.py.
STEPS = (
    _step(1, "Validating input", 8, "stages", "validate"),
    _step(2, "Preparing volume", 8, "stages", "prepare"),
    _step(3, "Running segmentation", 56, "segmenting", "segment"),
    _step(4, "Measuring", 14, "stages", "measure"),
    _step(5, "Building meshes", 3, "stages", "build_meshes"),
    _step(6, "Packaging results", 11, "stages", "package"),
)


def layer_of(step: Step, options: Any) -> str:
    """The layer whose libraries `step` needs: "onnx" where it runs a user's network, "volume" otherwise. Both together
    are larger than a Lambda function may be, so that the one step with a network runs in a function of its own."""
    return "onnx" if step.name == "Running segmentation" and not is_builtin(options.segmentation_model) else "volume"
