"""Where exactly one phone ends and the next begins: a small network looks at the sound around each border that the
aligner found and moves it, by at most 50 ms. Trained by training/speech/train.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.speech.acoustic.features import RATE, mel_filters
from chalicelib.pipelines.speech.arpabet import CLASSES
from chalicelib.pipelines.speech.options import BUILT_IN
from chalicelib.pipelines.speech.two_pass import HeardPhone

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Edges = list[tuple[float, float]]

WEIGHTS = Path(__file__).parent / "data" / "boundaries.npz"
HOP, WINDOW, BANDS = 80, 256, 24  # 5 ms, 16 ms
AROUND = 8  # frames on both sides of a candidate
REACH = 10  # candidates on both sides of where the aligner put the border: 50 ms
TRUST = 0.015  # seconds: how fast a candidate loses by its distance from the aligner's border
KINDS = 1 + max(CLASSES.values())
INPUTS = BANDS * (2 * AROUND + 1) + 2 * KINDS
STEP = HOP / RATE
SILENCE = 0


def bands(samples: NDArray[np.int16]) -> Floats:
    """Log energy in 24 bands less its mean over the sound, (frames, 24), in units of about one deviation; frame t is
    centred on sample 80 t. What lies 40 dB under the mean level counts as silence."""
    signal = np.pad(samples.astype(np.float32) / 32768, (WINDOW // 2, WINDOW // 2))
    pieces = np.lib.stride_tricks.sliding_window_view(signal, WINDOW)[::HOP]
    power = np.abs(np.fft.rfft(pieces * np.hanning(WINDOW).astype(np.float32), axis=1)) ** 2
    energy = power @ mel_filters(BANDS, 100, 7600, WINDOW)
    logs = np.log(energy + 1e-4 * energy.mean(axis=0) + 1e-10)
    return np.asarray((logs - logs.mean(axis=0)) / 3, np.float32)


def inputs(energy: Floats, centres: Ints, left: int, right: int) -> Floats:
    """What the network sees of candidates at frames `centres` between phones of two classes, (candidates, INPUTS)."""
    at = np.clip(centres[:, None] + np.arange(-AROUND, AROUND + 1), 0, len(energy) - 1)
    kinds = np.zeros((len(centres), 2 * KINDS), np.float32)
    kinds[:, left] = kinds[:, KINDS + right] = 1
    return np.concatenate([energy[at].reshape(len(centres), -1), kinds], axis=1)


class Finder:
    """nets: (weights in, bias in, weights out) of each; their scores are averaged."""

    def __init__(self, nets: Sequence[tuple[Floats, Floats, Floats]]) -> None:
        self._nets = nets

    def border(self, energy: Floats, second: float, left: int, right: int, room: tuple[float, float]) -> float:
        """The border near `second` between phones of two classes. room: how far it may go back and forth, seconds."""
        middle = round(second / STEP)
        centres = np.arange(middle - REACH, middle + REACH + 1)
        away = centres * STEP - second
        allowed = (away >= -room[0]) & (away <= room[1]) & (centres >= 0) & (centres < len(energy))
        if not allowed.any():
            return second
        seen = inputs(energy, centres, left, right)
        scores = np.mean([np.tanh(seen @ w + b) @ out for w, b, out in self._nets], axis=0)
        scores = np.where(allowed, scores - np.abs(away) / TRUST, -np.inf)
        share = np.exp(scores - scores.max())
        return float((share * centres).sum() / share.sum() * STEP)

    def refine(
        self, samples: NDArray[np.int16], phones: Mapping[int, Sequence[HeardPhone]], plain: Mapping[int, Edges]
    ) -> dict[int, Edges]:
        """Start and end of each phone of each word. phones: in frames; plain: their edges in seconds; both by word."""
        energy = bands(samples)
        row = [(word, k, phone) for word in sorted(phones) for k, phone in enumerate(phones[word])]
        edges = {word: [list(edge) for edge in plain[word]] for word in phones}
        for i, (word, k, phone) in enumerate(row):
            before = row[i - 1] if i else None
            joins = before is not None and before[2].end == phone.start
            here = phone.end - phone.start
            there = (before[2].end - before[2].start) if before and joins else 2 * here
            left = _kind(before[2].name) if before and joins else SILENCE
            start = self.border(energy, plain[word][k][0], left, _kind(phone.name), (there * 0.005, here * 0.005))
            edges[word][k][0] = start
            if before and joins:
                edges[before[0]][before[1]][1] = start
            elif before:
                self._end(energy, before, plain, edges, phone.start - before[2].end)
        if row:
            self._end(energy, row[-1], plain, edges, 20)
        return {word: [(start, max(start, end)) for start, end in found] for word, found in edges.items()}

    def _end(
        self,
        energy: Floats,
        row: tuple[int, int, HeardPhone],
        plain: Mapping[int, Edges],
        edges: dict[int, list[list[float]]],
        silence: int,
    ) -> None:
        """The end of a phone that silence follows, of so many frames."""
        word, k, phone = row
        room = ((phone.end - phone.start) * 0.005, silence * 0.005)
        edges[word][k][1] = self.border(energy, plain[word][k][1], _kind(phone.name), SILENCE, room)


def _kind(phone: str) -> int:
    return CLASSES.get(phone, SILENCE)


@cache
def trained() -> Finder:
    with np.load(WEIGHTS) as stored:
        nets = [
            [stored[f"{name}{n}"].astype(np.float32) for name in ("in", "bias", "out")]
            for n in range(int(stored["count"]))
        ]
    return Finder([(into, bias, out) for into, bias, out in nets])


def finder_for(language: str) -> Finder | None:
    """The network knows the phones of English; other models' borders stay where the aligner put them."""
    return trained() if language in BUILT_IN and WEIGHTS.exists() else None
