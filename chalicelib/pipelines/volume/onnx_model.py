"""A user's own segmentation network, run window by window on the CPU."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from chalicelib.pipelines.base import PipelineFailed
from chalicelib.pipelines.volume.geometry import Array, resample, spacing_of
from chalicelib.pipelines.volume.options import RegionName
from chalicelib.pipelines.volume.regions import Region, Segmentation

MOST_SCORES = 400_000_000  # classes times voxels: 1.6 GB of float32
Positive = Annotated[float, Field(gt=0, le=50)]
Side = Annotated[int, Field(ge=1, le=1024)]


class FixedScale(BaseModel):
    """Values become (value - mean) / std."""

    model_config = ConfigDict(extra="forbid")
    mean: float
    std: float = Field(gt=0)


class Config(BaseModel):
    """`config.json` beside `model.onnx`.

    The network takes float32 (1, 1, x, y, z), x to the right, y to the front, z upward, and gives scores
    (1, classes, x, y, z); class 0 is background.
    """

    model_config = ConfigDict(extra="forbid")
    spacing: tuple[Positive, Positive, Positive] | None = Field(
        default=None, description="mm along x, y, z that the network was trained at; without it the image's own."
    )
    patch_size: tuple[Side, Side, Side]
    overlap: float = Field(default=0.5, ge=0, le=0.9)
    normalisation: Literal["none", "zscore", "minmax"] | FixedScale = "zscore"
    labels: dict[Annotated[int, Field(ge=1, le=255)], RegionName] = Field(min_length=1, max_length=255)


def segment(
    image: Array, affine: Array, folder: Path, name: str, progress: Callable[[float], None]
) -> tuple[Segmentation, dict[str, Any]]:
    """image: (i, j, k), working orientation; folder: with model.onnx and config.json. Gives labels on the image's own
    grid, and what to tell of the model. Raises PipelineFailed: invalid_model, model_runtime_missing, volume_too_large.
    """
    config = _config(folder, name)
    session = _session(folder, name)
    spacing = spacing_of(affine)
    extent = np.array(image.shape) * spacing
    shape = np.maximum(np.round(extent / np.array(config.spacing or spacing)), 1).astype(int)
    classes = max(config.labels) + 1
    if math.prod(shape.tolist()) * classes > MOST_SCORES:
        raise PipelineFailed("volume_too_large", f"The model {name} has too many classes for a volume of this size.")
    values = image.astype(np.float32)
    for axis in range(3):
        values = resample(values, axis, int(shape[axis]))
    scores = _scores(_normalised(values, config), config, session, name, classes, lambda part: progress(80 * part))
    labels = _carried_back(scores, image.shape, progress)
    regions = tuple(Region(value, config.labels.get(value, f"label_{value}"), None) for value in _present(labels))
    about = {
        "versions": {"onnxruntime": version("onnxruntime")},
        "sha256": hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest(),
        "config": json.loads(config.model_dump_json()),
    }
    return Segmentation(labels, regions), about


def _config(folder: Path, name: str) -> Config:
    try:
        return Config.model_validate_json((folder / "config.json").read_bytes())
    except OSError:
        raise PipelineFailed("invalid_model", f"The model {name} has no config.json.") from None
    except ValidationError as errors:
        first = errors.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PipelineFailed("invalid_model", f"config.json of the model {name}: {where}: {first['msg']}.") from None


def _session(folder: Path, name: str) -> Any:
    try:
        import onnxruntime
    except ImportError:
        raise PipelineFailed("model_runtime_missing", "This installation has no onnxruntime to run models.") from None
    options = onnxruntime.SessionOptions()
    options.use_deterministic_compute = True
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(folder / "model.onnx", options, providers=["CPUExecutionProvider"])
    except Exception:  # onnxruntime's own classes, which its modules don't export in a stable place
        raise PipelineFailed("invalid_model", f"model.onnx of the model {name} can't be loaded.") from None
    if len(session.get_inputs()) != 1:
        raise PipelineFailed("invalid_model", f"The model {name} must take one input.")
    return session


def _normalised(values: Array, config: Config) -> Array:
    how = config.normalisation
    if isinstance(how, FixedScale):
        return np.asarray((values - np.float32(how.mean)) / np.float32(how.std))
    if how == "zscore":
        mean, std = float(values.mean(dtype=np.float64)), float(values.std(dtype=np.float64))
        return np.asarray((values - np.float32(mean)) / np.float32(std or 1.0))
    if how == "minmax":
        low, high = float(values.min()), float(values.max())
        return np.asarray((values - np.float32(low)) / np.float32((high - low) or 1.0))
    return values


def _scores(
    values: Array, config: Config, session: Any, name: str, classes: int, progress: Callable[[float], None]
) -> Array:
    """(classes, i, j, k): scores summed over the windows, each weighted towards its middle."""
    patch = config.patch_size
    short = [max(0, p - n) for p, n in zip(patch, values.shape, strict=True)]
    padded = np.pad(values, [(0, s) for s in short], mode="edge")
    total = np.zeros((classes, *padded.shape), np.float32)
    weights = np.zeros(padded.shape, np.float32)
    window = _window(patch)
    places = list(_places(padded.shape, patch, config.overlap))
    fed = session.get_inputs()[0].name
    for done, at in enumerate(places):
        progress(done / len(places))
        box = tuple(slice(a, a + p) for a, p in zip(at, patch, strict=True))
        try:
            found = np.asarray(session.run(None, {fed: np.ascontiguousarray(padded[box])[None, None]})[0])
        except Exception:
            raise PipelineFailed("invalid_model", f"The model {name} doesn't take windows of its patch size.") from None
        if found.shape != (1, classes, *patch):
            raise PipelineFailed(
                "invalid_model",
                f"The model {name} gives {list(found.shape)}, expected {[1, classes, *patch]} by its config.json.",
            )
        total[(slice(None), *box)] += found[0].astype(np.float32) * window
        weights[box] += window
    total /= weights
    return np.asarray(total[:, : values.shape[0], : values.shape[1], : values.shape[2]])


def _places(shape: tuple[int, ...], patch: tuple[int, int, int], overlap: float) -> Iterator[tuple[int, ...]]:
    axes = []
    for side, length in zip(shape, patch, strict=True):
        step = max(1, round(length * (1 - overlap)))
        axes.append([*range(0, side - length, step), side - length])
    yield from itertools.product(*axes)


def _window(patch: tuple[int, int, int]) -> Array:
    """A Gaussian over the window, never zero: its borders, where the network sees least, count least."""
    sides = [np.exp(-0.5 * ((np.arange(n) - (n - 1) / 2) / max(n / 8, 1e-6)) ** 2) for n in patch]
    window = sides[0][:, None, None] * sides[1][None, :, None] * sides[2][None, None, :]
    return np.asarray(np.maximum(window / window.max(), 1e-4), dtype=np.float32)


def _carried_back(scores: Array, shape: tuple[int, ...], progress: Callable[[float], None]) -> Array:
    best = np.full(shape, -np.inf, np.float32)
    labels = np.zeros(shape, np.uint8)
    for value, score in enumerate(scores):
        progress(80 + 20 * value / len(scores))
        for axis in range(3):
            score = resample(score, axis, shape[axis])  # noqa: PLW2901
        better = score > best
        best[better] = score[better]
        labels[better] = value
    return labels


def _present(labels: Array) -> list[int]:
    return [int(value) for value in np.unique(labels) if value]
