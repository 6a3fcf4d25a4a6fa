"""A user's own segmentation network, run window by window on the CPU."""

from __future__ import annotations

import hashlib
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from chalicelib.pipelines.base import PipelineFailed
from chalicelib.pipelines.volume.geometry import Array, Grid, from_working, resample, spacing_of, to_working
from chalicelib.pipelines.volume.geometry import working_affine as affine_of
from chalicelib.pipelines.volume.networks import FixedScale, Network, Normalisation, network_of
from chalicelib.pipelines.volume.regions import Region, Segmentation

MOST_SCORES = 400_000_000  # classes times voxels: 1.6 GB of float32


def segment(
    images: Sequence[Array], grid: Grid, folder: Path, name: str, progress: Callable[[float], None]
) -> tuple[Segmentation, dict[str, Any]]:
    """images: (i, j, k) each, a channel each, in working orientation; grid: the file's; folder: with the network.
    Returns labels in working orientation, and the facts about the model for the result.

    Raises PipelineFailed: invalid_model, model_runtime_missing, volume_too_large, channels_missing.
    """
    network = network_of(folder, name)
    if len(images) != len(network.normalisations):
        raise PipelineFailed(
            "channels_missing",
            f"The model {name} takes {len(network.normalisations)} channels, the job has {len(images)}; name them as "
            "nnU-Net does (knee_0000.nii.gz, knee_0001.nii.gz).",
        )
    sessions = [_session(path, name) for path in network.files]
    turned = [_to_network(image, grid, network) for image in images]
    spacing = np.asarray(grid.spacing if network.axes == "stored" else spacing_of(affine_of(grid)))[_order(network)]
    box = _filled(turned) if network.cropped else tuple(slice(0, side) for side in turned[0].shape)
    extent = np.array([s.stop - s.start for s in box])
    shape = np.maximum(np.round(extent * spacing / np.array(network.spacing or spacing)), 1).astype(int)
    if math.prod(shape.tolist()) * network.classes > MOST_SCORES:
        raise PipelineFailed("volume_too_large", f"The model {name} has too many classes for a volume of this size.")
    channels = []
    for image, how in zip(turned, network.normalisations, strict=True):
        values = image[box].astype(np.float32)
        if network.cropped:  # as nnU-Net does: normalised at the image's own spacing
            values = _normalised(values, how)
        for axis in range(3):
            values = resample(values, axis, int(shape[axis]))
        channels.append(values if network.cropped else _normalised(values, how))
    scores = _scores(np.stack(channels), network, sessions, name, lambda part: progress(80 * part))
    labels = np.zeros(turned[0].shape, np.uint8)
    labels[box] = _carried_back(scores, tuple(extent.tolist()), progress)
    labels = np.ascontiguousarray(_from_network(labels, grid, network))
    regions = tuple(Region(value, network.labels.get(value, f"label_{value}"), None) for value in _present(labels))
    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in network.files]
    about = {
        "versions": {"onnxruntime": version("onnxruntime")},
        "sha256": hashes[0],
        "folds": hashes,
        "config": network.about,
    }
    return Segmentation(labels, regions), about


def _order(network: Network) -> list[int]:
    return list(network.transpose)


def _to_network(image: Array, grid: Grid, network: Network) -> Array:
    stored = from_working(image, grid) if network.axes == "stored" else image
    return np.asarray(stored.transpose(_order(network)))


def _from_network(labels: Array, grid: Grid, network: Network) -> Array:
    back = labels.transpose(np.argsort(_order(network)))
    return to_working(back, grid) if network.axes == "stored" else np.asarray(back)


def _filled(images: Sequence[Array]) -> tuple[slice, ...]:
    """The box around all voxels that aren't zero in some channel."""
    box = []
    for axis in range(3):
        others = tuple(a for a in range(3) if a != axis)
        some = np.flatnonzero(np.any([(image != 0).any(axis=others) for image in images], axis=0))
        box.append(slice(int(some[0]), int(some[-1]) + 1) if len(some) else slice(0, images[0].shape[axis]))
    return tuple(box)


def _session(path: Path, name: str) -> Any:
    try:
        import onnxruntime
    except ImportError:
        raise PipelineFailed("model_runtime_missing", "This installation has no onnxruntime to run models.") from None
    options = onnxruntime.SessionOptions()
    options.use_deterministic_compute = True
    options.log_severity_level = 3
    try:
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    except Exception:  # onnxruntime's own classes, which its modules don't export in a stable place
        raise PipelineFailed("invalid_model", f"{path.name} of the model {name} can't be loaded.") from None
    if len(session.get_inputs()) != 1:
        raise PipelineFailed("invalid_model", f"The model {name} must take one input.")
    return session


def _normalised(values: Array, how: Normalisation) -> Array:
    if isinstance(how, FixedScale):
        cut = values
        if how.lowest is not None or how.highest is not None:
            cut = np.clip(values, how.lowest, how.highest)
        return np.asarray((cut - np.float32(how.mean)) / np.float32(how.std))
    if how == "zscore":
        mean, std = float(values.mean(dtype=np.float64)), float(values.std(dtype=np.float64))
        return np.asarray((values - np.float32(mean)) / np.float32(std or 1.0))
    if how == "minmax":
        low, high = float(values.min()), float(values.max())
        return np.asarray((values - np.float32(low)) / np.float32((high - low) or 1.0))
    return values


def _scores(
    values: Array, network: Network, sessions: Sequence[Any], name: str, progress: Callable[[float], None]
) -> Array:
    """(classes, i, j, k): mean scores of windows, folds and mirrored views, each window weighted towards its middle.

    values: (channels, i, j, k)."""
    patch, sides, classes = network.patch_size, values.shape[1:], network.classes
    short = [max(0, p - n) for p, n in zip(patch, sides, strict=True)]
    padded = np.pad(values, [(0, 0), *((0, s) for s in short)], mode="edge")
    total = np.zeros((classes, *padded.shape[1:]), np.float32)
    weights = np.zeros(padded.shape[1:], np.float32)
    window = _window(patch)
    places = list(_places(padded.shape[1:], patch, network.overlap))
    views = [
        tuple(axis + 2 for axis in chosen)
        for count in range(len(network.mirror) + 1)
        for chosen in itertools.combinations(network.mirror, count)
    ]
    for done, at in enumerate(places):
        box = tuple(slice(a, a + p) for a, p in zip(at, patch, strict=True))
        fed = padded[(slice(None), *box)][None]
        for step, (session, view) in enumerate(itertools.product(sessions, views)):
            progress((done + step / (len(sessions) * len(views))) / len(places))
            found = np.flip(_run(session, np.flip(fed, view), name, (1, classes, *patch)), view)
            total[(slice(None), *box)] += found[0].astype(np.float32) * window
        weights[box] += window
    total /= weights * (len(sessions) * len(views))
    return np.asarray(total[:, : sides[0], : sides[1], : sides[2]])


def _run(session: Any, fed: Array, name: str, expected: tuple[int, ...]) -> Array:
    try:
        found = np.asarray(session.run(None, {session.get_inputs()[0].name: np.ascontiguousarray(fed)})[0])
    except Exception:
        raise PipelineFailed("invalid_model", f"The model {name} doesn't take windows of its patch size.") from None
    if found.shape != expected:
        raise PipelineFailed(
            "invalid_model",
            f"The model {name} gives {list(found.shape)}, expected {list(expected)} according to its config.json.",
        )
    return found


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
            score = resample(score, axis, shape[axis])  # noqa: PLW2901  # one axis after the other
        better = score > best
        best[better] = score[better]
        labels[better] = value
    return labels


def _present(labels: Array) -> list[int]:
    return [int(value) for value in np.unique(labels) if value]
