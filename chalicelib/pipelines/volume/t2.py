"""T2 of each region from a multi-echo series: S(TE) = S0 · exp(−TE / T2), fitted in each labelled voxel.

The logarithm of the signal is fitted linearly, each echo weighted by its signal squared, the right weight where the
noise on the signal itself is the same at each echo. At least three echoes are needed to show whether a decay fits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from chalicelib.pipelines.volume.geometry import Array
from chalicelib.pipelines.volume.regions import Region

LEAST_ECHOES = 3
LEAST_R2 = 0.8
LONGEST_MS = 500.0
LEAST_FITTED = 0.5  # of a region's voxels: with fewer its mean would be that of an unknown part
CHUNK = 1_000_000
METHOD = (
    "log-linear fit weighted by the signal squared, in each voxel; voxels with R² under "
    f"{LEAST_R2} or T2 over {LONGEST_MS:g} ms are left out; the noise floor isn't subtracted"
)


@dataclass(frozen=True)
class Fit:
    """where: flat indices of the labelled voxels, (n,). t2: ms, r2: 0 to 1, both (n,) float32, 0 where nothing fits;
    r2 is None with too few echoes to tell. asks: the condition for a voxel to count, as the end of a sentence."""

    where: Array
    t2: Array
    r2: Array | None
    asks: str


def fitted(echoes: Sequence[Array], times: Sequence[float], labels: Array) -> Fit:
    """echoes: (i, j, k) each, on the labels' grid. times: ms, at least three different ones."""
    where = np.flatnonzero(labels)
    t2, r2 = np.zeros(len(where), np.float32), np.zeros(len(where), np.float32)
    te = np.asarray(times, np.float64)[:, None]
    for start in range(0, len(where), CHUNK):
        part = slice(start, start + CHUNK)
        signal = np.stack([echo.ravel()[where[part]] for echo in echoes]).astype(np.float64)
        t2[part], r2[part] = _decay(signal, te)
    return Fit(where, t2, r2, f"show a decay with R² of {LEAST_R2} or more")


def of_regions(fit: Fit, labels: Array, regions: Sequence[Region]) -> list[dict[str, Any]]:
    """A row for each region: mean, std and median over the fitted voxels, or the reason for none."""
    values = labels.ravel()[fit.where]
    rows = []
    for region in regions:
        inside = values == region.value
        good = inside & (fit.t2 > 0)
        count, fits = int(np.count_nonzero(inside)), int(np.count_nonzero(good))
        row: dict[str, Any] = {"label": region.value, "region": region.name, "voxels": count, "fitted_voxels": fits}
        if fits < LEAST_FITTED * max(count, 1):
            why = f"only {fits} of {count} voxels {fit.asks}"
            rows.append({**row, "status": "not computed", "reason": why})
            continue
        t2 = fit.t2[good].astype(np.float64)
        figures = {"mean_t2_ms": t2.mean(), "std_t2_ms": t2.std(), "median_t2_ms": np.median(t2)}
        rounded = {name: round(float(value), 4) for name, value in figures.items()}
        mean_r2 = None if fit.r2 is None else round(float(fit.r2[good].mean()), 4)
        rows.append({**row, "status": "computed", **rounded, "mean_r2": mean_r2})
    return rows


def mean_decay(echoes: Sequence[Array], labels: Array, regions: Sequence[Region]) -> Mapping[int, list[float]]:
    """The mean signal of each region in each echo, for the picture of the fit."""
    inside = {region.value: labels == region.value for region in regions}
    return {value: [float(echo[mask].mean()) for echo in echoes] for value, mask in inside.items()}


def as_volume(values: Array, fit: Fit, shape: tuple[int, ...]) -> Array:
    """(i, j, k) float32, 0 where no voxel is labelled or nothing fits."""
    volume = np.zeros(shape, np.float32)
    volume.ravel()[fit.where] = values
    return volume


def _decay(signal: Array, te: Array) -> tuple[Array, Array]:
    positive = (signal > 0).all(axis=0)
    safe = np.where(signal > 0, signal, 1.0)
    weight, log = safe**2, np.log(safe)
    total = weight.sum(axis=0)
    mean_te, mean_log = (weight * te).sum(axis=0) / total, (weight * log).sum(axis=0) / total
    spread = (weight * (te - mean_te) ** 2).sum(axis=0)
    slope = (weight * (te - mean_te) * (log - mean_log)).sum(axis=0) / np.where(spread > 0, spread, 1)
    t2 = -1 / np.where(slope < 0, slope, -np.inf)
    model = np.exp(np.clip(mean_log + slope * (te - mean_te), -700, 700))
    around = ((signal - signal.mean(axis=0)) ** 2).sum(axis=0)
    r2 = 1 - ((signal - model) ** 2).sum(axis=0) / np.where(around > 0, around, 1)
    good = positive & (spread > 0) & (around > 0) & (slope < 0) & (t2 <= LONGEST_MS) & (r2 >= LEAST_R2)
    return np.where(good, t2, 0), np.where(good, r2, 0)
