"""T2 from the two echoes of a double echo in steady state (qDESS): from their ratio, by a closed formula.

Sveinsson, Chaudhari, Gold and Hargreaves 2017, A simple analytic method for estimating T2 in the knee from DESS, Magn
Reson Imaging 38:63–70; the same as DOSMA's `QDess.generate_t2_map`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.volume.geometry import Array
from chalicelib.pipelines.volume.t2 import CHUNK, Fit

GAMMA = 2 * math.pi * 4258  # rad/(G·s), of the proton
DIFFUSIVITY = 1.25e-9  # m²/s, of cartilage
ASSUMED_T1_MS = 1200.0  # of cartilage at 3 T
LONGEST_MS = 100.0  # beyond it the ratio hardly depends on T2
FITS = f"have signal in both echoes and a T2 of {LONGEST_MS:g} ms or less"
METHOD = (
    "ratio of the two echoes of a qDESS by the formula of Sveinsson et al. 2017; voxels without signal in both echoes "
    f"or with T2 over {LONGEST_MS:g} ms are left out; two echoes can't show whether a decay fits, so there is no R²; "
    "for T2 up to 50 ms the formula is up to 2 % high at a flip angle of 30°, 6 % at 20°, 13 % at 15°"
)
TIMING = 0.1  # of the repetition time


@dataclass(frozen=True)
class Dess:
    """repetition_ms, echo_ms (of the first echo), t1_ms: ms. flip_degrees: degrees. gl_area: area of the spoiler
    between the echoes, G/cm·µs. tg_us: its duration, µs."""

    repetition_ms: float
    echo_ms: float
    flip_degrees: float
    gl_area: float
    tg_us: float
    t1_ms: float


def sequence_of(stated: dict[str, Any], times: list[float], options: Any) -> tuple[Dess | None, str, list[Caution]]:
    """(the sequence or None, the reason for None, warnings about its assumptions).

    stated: the values in the first echo's file (`readers.steady_state.SteadyState` as a dictionary). times: ms of both
    echoes, the first one first. options: the user's `gl_area`, `tg` and `t1` override the file's."""
    why = "Two echoes can't show whether a decay fits"
    if stated.get("spin_echo"):
        return None, f"{why}, and those of a spin echo aren't those of a qDESS.", []
    gl_area, tg = options.gl_area or stated.get("gl_area"), options.tg or stated.get("tg_us")
    if not gl_area or not tg:
        lacking = " and ".join(f"`{name}`" for name, value in (("gl_area", gl_area), ("tg", tg)) if not value)
        return (
            None,
            f"{why}; for qDESS the spoiler's area and duration are needed, which the files don't state in full: give "
            f"them with the option(s) {lacking}.",
            [],
        )
    repetition, flip = stated.get("repetition_ms"), stated.get("flip_degrees")
    if not repetition or not flip or flip >= 180:
        return None, f"{why}; for qDESS the repetition time and the flip angle are needed, which the files lack.", []
    if not 0 < times[0] < repetition:
        return None, "The first echo of a qDESS comes within the repetition time, and here it doesn't.", []
    diffusivity = DIFFUSIVITY * 1e9
    warnings = [
        Caution(
            "t2_assumed_diffusivity",
            f"T2 of qDESS assumes a diffusivity of {diffusivity:g} µm²/ms.",
            {"diffusivity": round(diffusivity, 3)},
        )
    ]
    if not options.t1:
        warnings.append(
            Caution(
                "t2_assumed_t1",
                f"T2 of qDESS assumes a T1 of {ASSUMED_T1_MS:g} ms, that of cartilage (option `t1`).",
                {"t1": ASSUMED_T1_MS},
            )
        )
    if times[1] != times[0] and abs(times[1] - (2 * repetition - times[0])) > TIMING * repetition:
        warnings.append(
            Caution(
                "t2_unsure",
                f"T2 is uncertain: echo times of {times[0]:g} and {times[1]:g} ms don't fit a qDESS with a repetition "
                f"time of {repetition:g} ms.",
            )
        )
    return Dess(repetition, times[0], flip, gl_area, tg, options.t1 or ASSUMED_T1_MS), "", warnings


def fitted(first: Array, second: Array, dess: Dess, labels: Array) -> Fit:
    """first, second: the echoes, (i, j, k), on the labels' grid; their scale must be one."""
    where = np.flatnonzero(labels)
    t2 = np.zeros(len(where), np.float32)
    log_k, diffusion = _terms(dess)
    for start in range(0, len(where), CHUNK):
        part = where[start : start + CHUNK]
        one, two = (echo.ravel()[part].astype(np.float64) for echo in (first, second))
        signal = (one > 0) & (two > 0)
        ratio = np.where(signal, two, 1.0) / np.where(signal, one, 1.0)
        loss = np.log(ratio) - log_k + diffusion
        found = -2 * (dess.repetition_ms - dess.echo_ms) / np.where(loss < 0, loss, -np.inf)
        t2[start : start + CHUNK] = np.where(signal & (found <= LONGEST_MS), found, 0)
    return Fit(where, t2, None, FITS)


def _terms(dess: Dess) -> tuple[float, float]:
    """(logarithm of the ratio without decay, the loss by diffusion under the spoiler), both without a unit."""
    repetition, duration, t1 = dess.repetition_ms / 1e3, dess.tg_us / 1e6, dess.t1_ms / 1e3
    # G/cm to G/m: the spoiler's moment in rad/m.
    moment = GAMMA * dess.gl_area / dess.tg_us * 100 * duration
    flip = math.radians(dess.flip_degrees)
    kept = math.exp(-repetition / t1 - repetition * moment**2 * DIFFUSIVITY)
    ratio = math.sin(flip / 2) ** 2 * (1 + kept) / (1 - math.cos(flip) * kept)
    return math.log(ratio), (repetition - duration / 3) * moment**2 * DIFFUSIVITY
