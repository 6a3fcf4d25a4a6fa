"""The input of the acoustic model: thirteen cepstra for each frame of 10 ms, with their first and second
differences."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

RATE = 16_000
HOP = 160
WINDOW = 410
FFT = 512
CEPSTRA = 13
LIFTER = 22
QUIET_SHARE = 0.4


def cepstra(samples: NDArray[np.int16], low: float = 130, high: float = 6800, filters: int = 25) -> Floats:
    """samples: 16 kHz. Returns (frames, 13); frame t covers samples from 160 t on.

    Source: Sphinx's front end (`-transform dct`, `-lifter 22`), without its removal of noise.
    """
    signal = samples.astype(np.float32)
    emphasised = np.empty_like(signal)
    if len(signal):
        emphasised[0] = signal[0]
        np.subtract(signal[1:], np.float32(0.97) * signal[:-1], out=emphasised[1:])
    frames = max(0, (len(signal) - WINDOW) // HOP + 1)
    if not frames:
        return np.zeros((0, CEPSTRA), np.float32)
    pieces = np.lib.stride_tricks.sliding_window_view(emphasised, WINDOW)[::HOP][:frames]
    power = np.abs(np.fft.rfft(pieces * np.hamming(WINDOW).astype(np.float32), FFT, axis=1)) ** 2
    bands = np.log(np.maximum(power @ mel_filters(filters, low, high), 1e-4))
    return (bands @ _dct(filters)).astype(np.float32)


def balanced_mean(rows: Floats, level: Floats) -> Floats:
    """The mean of the rows, in which quiet ones count for QUIET_SHARE at most: a recording with long pauses then has
    nearly the mean of its speech, as the model expects. level: logarithm of each row's energy."""
    if not len(rows):
        return np.zeros(rows.shape[1], np.float32)
    low, high = np.percentile(level, (5, 99.5))
    quiet = level < (low + high) / 2
    share = float(quiet.mean())
    if share <= QUIET_SHARE:
        return np.asarray(rows.mean(axis=0))
    loud_mean, quiet_mean = rows[~quiet].mean(axis=0), rows[quiet].mean(axis=0)
    return np.asarray((1 - QUIET_SHARE) * loud_mean + QUIET_SHARE * quiet_mean, np.float32)


def with_differences(ceps: Floats, mean: Floats) -> Floats:
    """(frames, 3, 13): cepstra less their mean, first and second differences."""
    c = np.pad(ceps - mean, ((3, 3), (0, 0)), mode="edge")
    n = len(ceps)

    def at(offset: int) -> Floats:
        return np.asarray(c[3 + offset : 3 + offset + n])

    first = at(2) - at(-2)
    second = (at(3) - at(-1)) - (at(1) - at(-3))
    return np.stack([at(0), first, second], axis=1).astype(np.float32)


@cache
def mel_filters(filters: int, low: float, high: float, fft: int = FFT) -> Floats:
    """Triangles of unit area over the bins of a spectrum, (fft / 2 + 1, filters)."""

    def mel(hertz: float) -> float:
        return 2595 * float(np.log10(1 + hertz / 700))

    step = RATE / fft
    edges = 700 * (10 ** (np.linspace(mel(low), mel(high), filters + 2) / 2595) - 1)
    edges = np.round(edges / step) * step
    hertz = np.arange(fft // 2 + 1)[:, None] * step
    left, middle, right = edges[:-2], edges[1:-1], edges[2:]
    with np.errstate(divide="ignore", invalid="ignore"):
        rising = (hertz - left) / (middle - left)
        falling = (right - hertz) / (right - middle)
        shape = np.clip(np.minimum(rising, falling), 0, None) * 2 / (right - left)
    return np.asarray(np.nan_to_num(shape, nan=0.0, posinf=0.0, neginf=0.0), np.float32)


@cache
def _dct(filters: int) -> Floats:
    n, k = np.arange(filters)[:, None], np.arange(CEPSTRA)[None, :]
    basis = np.sqrt(2 / filters) * np.cos(np.pi * (n + 0.5) * k / filters)
    basis[:, 0] = np.sqrt(1 / filters)
    lift = 1 + LIFTER / 2 * np.sin(np.pi * np.arange(CEPSTRA) / LIFTER)
    return np.asarray(basis * lift, np.float32)
