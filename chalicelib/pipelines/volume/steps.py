"""The six steps of a volume job: their names, their order, and how each is timed and fails. The work is in `stages`."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from chalicelib.pipelines.base import PipelineFailed, RunContext, Step, UnreadableFile


def _step(number: int, name: str, stage: str, weight: float) -> Step:
    def run(job: RunContext) -> None:
        # Imported here: the API's process reads this list of steps and must not pay for what they need.
        from chalicelib.pipelines.volume import stages

        work: Callable[[RunContext], None] = getattr(stages, stage)
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
    _step(1, "Validating input", "validate", 2),
    _step(2, "Preparing volume", "prepare", 10),
    _step(3, "Running segmentation", "segment", 35),
    _step(4, "Measuring", "measure", 35),
    _step(5, "Building meshes", "build_meshes", 5),
    _step(6, "Packaging results", "package", 13),
)
