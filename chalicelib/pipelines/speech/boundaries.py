"""The exact border between one phone and the next: the acoustic model's probability of each of the 21 candidates within
50 ms, times the score that small networks give the sound there. training/speech/train.py trains them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.speech.acoustic import features
from chalicelib.pipelines.speech.acoustic.features import RATE, balanced_mean, mel_filters
from chalicelib.pipelines.speech.acoustic.posteriors import Piece, places, shares
from chalicelib.pipelines.speech.acoustic.scoring import Scorer
from chalicelib.pipelines.speech.arpabet import CLASSES
from chalicelib.pipelines.speech.options import BUILT_IN
from chalicelib.pipelines.speech.two_pass import HeardPhone

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Edges = list[tuple[float, float]]

WEIGHTS = Path(__file__).parent / "data" / "boundaries.npz"
HOP, WINDOW, BANDS = 80, 256, 24  # 5 ms, 16 ms
AROUND = 8  # frames on both sides of a candidate
REACH = 10  # candidates on both sides of the aligner's border: 50 ms
TRUST = 0.015  # seconds: how fast distance weakens a candidate, where the acoustic model has no path
KINDS = 1 + max(CLASSES.values())
INPUTS = BANDS * (2 * AROUND + 1) + 2 * KINDS
STEP = HOP / RATE
HOP_SECONDS = features.HOP / RATE
PAUSE = 20  # frames of 10 ms: how much of a pause a row keeps on each of its sides
FLOOR = 1e-3  # of a candidate's probability, since the acoustic model may be wrong
SHORTEST = 2  # frames of 5 ms: the least that a phone lasts
CENTRE = 0.0078  # seconds from a frame's start to where its window begins to outweigh the one before
SILENCE = 0
AT_ONCE = 64  # borders whose candidates are scored together


def bands(samples: NDArray[np.int16]) -> Floats:
    """Log energy in 24 bands less its mean over the sound, (frames, 24), in units of about one deviation; frame t is
    centred on sample 80 t. Energy 40 dB under the mean level counts as silence."""
    signal = np.pad(samples.astype(np.float32) / 32768, (WINDOW // 2, WINDOW // 2))
    pieces = np.lib.stride_tricks.sliding_window_view(signal, WINDOW)[::HOP]
    power = np.abs(np.fft.rfft(pieces * np.hanning(WINDOW).astype(np.float32), axis=1)) ** 2
    energy = power @ mel_filters(BANDS, 100, 7600, WINDOW)
    level = np.log(energy.sum(axis=1) + 1e-10)
    logs = np.log(energy + 1e-4 * balanced_mean(energy, level) + 1e-10)
    return np.asarray((logs - balanced_mean(logs, level)) / 3, np.float32)


def inputs(energy: Floats, centres: Ints, left: int, right: int) -> Floats:
    """The network's input for candidates at frames `centres` between phones of two classes, (candidates, INPUTS)."""
    at = np.clip(centres[:, None] + np.arange(-AROUND, AROUND + 1), 0, len(energy) - 1)
    kinds = np.zeros((len(centres), 2 * KINDS), np.float32)
    kinds[:, left] = kinds[:, KINDS + right] = 1
    return np.concatenate([energy[at].reshape(len(centres), -1), kinds], axis=1)


@dataclass(frozen=True)
class Border:
    """Between two phones; a name is "" where there is no word. before, after: (word, number in it) of the phones.
    centres: candidates, in frames of 5 ms. likely: the acoustic model's log probability of each."""

    left: str
    right: str
    before: tuple[int, int] | None
    after: tuple[int, int] | None
    centres: Ints
    likely: Floats


def borders(
    scorer: Scorer, cepstra: NDArray[np.float32], mean: NDArray[np.float32], phones: Mapping[int, Sequence[HeardPhone]]
) -> list[list[Border]]:
    """The borders of all words' phones, in rows that long pauses separate. phones: by word, in frames of 10 ms."""
    return [_row(scorer, cepstra, mean, pieces, owners) for pieces, owners in _rows(phones, len(cepstra))]


def _rows(
    phones: Mapping[int, Sequence[HeardPhone]], frames: int
) -> list[tuple[list[Piece], list[tuple[int, int] | None]]]:
    found: list[tuple[list[Piece], list[tuple[int, int] | None]]] = []
    end = 0
    for word in sorted(phones):
        said = phones[word]
        for k, (phone, where) in enumerate(zip(said, places(len(said)), strict=True)):
            gap = phone.start - end
            if not found or gap >= 2 * PAUSE:
                if found:
                    _add(found[-1], Piece("", end, end + PAUSE), None)
                found.append(([Piece("", max(end, phone.start - PAUSE), phone.start)], [None]))
            elif gap > 0:
                _add(found[-1], Piece("", end, phone.start), None)
            _add(found[-1], Piece(phone.name, phone.start, phone.end, where), (word, k))
            end = phone.end
    if found:
        _add(found[-1], Piece("", end, max(end, min(frames, end + PAUSE))), None)
    return found


def _add(row: tuple[list[Piece], list[tuple[int, int] | None]], piece: Piece, owner: tuple[int, int] | None) -> None:
    row[0].append(piece)
    row[1].append(owner)


def _row(
    scorer: Scorer, cepstra: Floats, mean: Floats, row: list[Piece], owners: list[tuple[int, int] | None]
) -> list[Border]:
    found = shares(scorer, cepstra, mean, row)
    out = []
    for k, (left, right) in enumerate(pairwise(row)):
        if found is None:
            second = right.start * HOP_SECONDS + CENTRE
            centres = round(second / STEP) + np.arange(-REACH, REACH + 1)
            likely = -np.abs(centres * STEP - second) / TRUST
        else:
            first, share = found[k]
            seconds = (first + np.arange(len(share))) * HOP_SECONDS + CENTRE
            centres = round(float(share @ seconds) / STEP) + np.arange(-REACH, REACH + 1)
            likely = np.log(np.interp(centres * STEP, seconds, share, 0, 0) + FLOOR)
        out.append(Border(left.name, right.name, owners[k], owners[k + 1], centres, likely.astype(np.float32)))
    return out


class Finder:
    """nets: (weights in, bias in, weights out) of each; their scores are averaged. Without any, the acoustic model
    decides alone."""

    def __init__(self, nets: Sequence[tuple[Floats, Floats, Floats]]) -> None:
        self._nets = len(nets)
        if nets:
            into, bias, out = zip(*nets, strict=True)
            self._into, self._bias = np.concatenate(into, axis=1), np.concatenate(bias)
            self._out = np.concatenate(out) / np.float32(len(nets))

    def refine(
        self,
        samples: NDArray[np.int16],
        rows: Sequence[Sequence[Border]],
        plain: Mapping[int, Edges],
    ) -> dict[int, Edges]:
        """Start and end of each phone of each word. plain: their edges in seconds, by word, as the aligner put them."""
        energy = bands(samples)
        edges = {word: [list(edge) for edge in found] for word, found in plain.items()}
        for row in rows:
            scores = np.array([border.likely for border in row])
            for start in range(0, len(row) if self._nets else 0, AT_ONCE):
                scores[start : start + AT_ONCE] += self._scores(energy, row[start : start + AT_ONCE])
            found = expected(np.array([border.centres for border in row]), scores) * STEP
            for border, second in zip(row, found.tolist(), strict=True):
                if border.before:
                    edges[border.before[0]][border.before[1]][1] = second
                if border.after:
                    edges[border.after[0]][border.after[1]][0] = second
        return {word: [(start, max(start, end)) for start, end in found] for word, found in edges.items()}

    def _scores(self, energy: Floats, row: Sequence[Border]) -> Floats:
        seen = np.concatenate([inputs(energy, b.centres, kind(b.left), kind(b.right)) for b in row])
        scores = np.tanh(seen @ self._into + self._bias) @ self._out
        return np.asarray(scores.reshape(len(row), -1), np.float32)


def expected(centres: Ints, scores: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """The expected place of each border of a row, in frames, if a phone lasts at least SHORTEST. centres, scores:
    (borders, candidates); scores: log, up to a constant a border."""
    share = np.exp(scores - scores.max(axis=1, keepdims=True)).astype(np.float64)
    count = len(share)
    ahead, behind = np.ones_like(share), np.ones_like(share)
    for k in range(1, count):
        follows = centres[k][:, None] - centres[k - 1] >= SHORTEST
        ahead[k] = follows @ (ahead[k - 1] * share[k - 1])
        behind[-k - 1] = (behind[-k] * share[-k]) @ (centres[-k][:, None] - centres[-k - 1] >= SHORTEST)
        ahead[k] /= ahead[k].max() or 1
        behind[-k - 1] /= behind[-k - 1].max() or 1
    joint = ahead * share * behind
    total = joint.sum(axis=1, keepdims=True)
    # Where the phones of a row don't have room, each border is decided by itself.
    joint = np.where((total > 0).all(), joint, share)
    return np.asarray((joint * centres).sum(axis=1) / joint.sum(axis=1))


def kind(phone: str) -> int:
    return CLASSES.get(phone, SILENCE)


@cache
def trained() -> Finder:
    with np.load(WEIGHTS) as stored:
        nets = [
            [stored[f"{name}{n}"].astype(np.float32) for name in ("in", "bias", "out")]
            for n in range(int(stored["count"]))
        ]
    return Finder([(into, bias, out) for into, bias, out in nets])


def finder_for(language: str) -> Finder:
    """The networks know the phones of English; other languages' borders are those that the acoustic model expects."""
    return trained() if language in BUILT_IN else Finder(())
