"""Data that steps save for one another: arrays, the grid, small JSON. It imports little, for the sake of the step with
a network."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from chalicelib.pipelines.base import PipelineFailed, RunContext
from chalicelib.pipelines.volume.geometry import Array, Grid, copied
from chalicelib.pipelines.volume.plan import Plan


def save_array(job: RunContext, name: str, values: Array) -> None:
    path = job.scratch / f"{name}.npy"
    np.save(path, values if values.flags.c_contiguous else copied(values, "C"))
    job.save(path.name, path)
    path.unlink()  # it is saved: a second copy would only fill the disk


def load_array(job: RunContext, name: str) -> Array:
    """Raises KeyError where nothing was saved under `name`."""
    # Mapped, not read: a step then reads only the parts that it works on.
    return np.asarray(np.load(job.load(f"{name}.npy"), mmap_mode="r"))


def save_json(job: RunContext, name: str, values: Mapping[str, Any]) -> None:
    job.save(f"{name}.json", json.dumps(values).encode())


def load_json(job: RunContext, name: str) -> dict[str, Any]:
    return dict(json.loads(job.load(f"{name}.json").read_bytes()))


def load_grid(job: RunContext) -> Grid:
    return Grid.from_json(job.load("grid.json").read_bytes())


def model_folder(job: RunContext) -> Path:
    name = job.options.segmentation_model
    try:
        return job.model(name)
    except KeyError:
        raise PipelineFailed("unknown_model", f"There is no segmentation model named {name}.") from None


def load_plan(job: RunContext) -> Plan:
    return Plan.from_json(job.load("plan.json").read_bytes())
