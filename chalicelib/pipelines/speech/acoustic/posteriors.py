"""The probability, by the acoustic model, that each frame begins the next phone.

The best path hides the frames that were nearly as good. The mean over all paths lies closer to the borders that people
set, and it can lie between two frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.speech.acoustic.chain import BEST_PHONES, GARBAGE_BIAS
from chalicelib.pipelines.speech.acoustic.model_files import BEGINNING, END, INTERNAL, SINGLE
from chalicelib.pipelines.speech.acoustic.scoring import Scorer

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

SCALE = 0.1
"""A factor of the log likelihoods: overlapping frames are weaker evidence than as many independent ones."""
REACH = 8  # frames by which a phone may begin earlier or end later than on the best path


@dataclass(frozen=True)
class Piece:
    """A phone in frames start ≤ t < end of the sound; where: its place in its word, as the model counts. name: "" for
    the sound between two words: silence, or speech that the transcript doesn't have."""

    name: str
    start: int
    end: int
    where: int = INTERNAL


def places(count: int) -> list[int]:
    """The places of a word's phones in it, for a word of `count` phones."""
    return [SINGLE] if count == 1 else [BEGINNING, *[INTERNAL] * (count - 2), END]


def shares(
    scorer: Scorer, cepstra: Floats, mean: Floats, row: Sequence[Piece]
) -> list[tuple[int, NDArray[np.float64]]] | None:
    """The probabilities of each border between two pieces: the first frame of the sound that may follow the border, and
    the probabilities of that frame and each one after it; they sum to 1. None where there is no path.

    row: without gaps between its pieces, with a nameless piece at both ends, which may have no frames.
    Source: Rabiner 1989, forward and backward recursions, over a band around the best path.
    """
    states = _States.of(scorer, row)
    frames = row[-1].end - row[0].start
    times = np.arange(frames)
    low = np.searchsorted(states.upper, times, "right")  # the first state of the band in each frame
    high = np.searchsorted(states.lower, times, "right")
    if not frames or (high <= low).any():
        return None
    width = max(2, int((high - low).max()))
    likely = _likelihoods(scorer, cepstra, mean, row, states, low, high, width)
    forward, totals = _forward(likely, states, low)
    backward = _backward(likely, states, low)
    if forward is None or backward is None:
        return None
    both = (forward * backward).sum(axis=1) * totals
    if not (both[1:] > 0).all():
        return None
    found = []
    for k, entry in enumerate(states.entry.tolist()):
        t = np.arange(max(1, states.lower[entry]), min(frames, states.upper[entry - 1] + 1, states.upper[entry]))
        crossed = forward[t - 1, entry - 1 - low[t - 1]] * states.onward[entry - 1]
        crossed = crossed * likely[t, entry - low[t]] * backward[t, entry - low[t]] / both[t]
        first = int(t[0]) if len(t) else frames
        # The row may begin within its first phone and end within its last.
        if k == 0:
            crossed = np.concatenate([[max(0.0, 1 - crossed.sum())], np.zeros(first - 1), crossed])
            first = 0
        if k == len(states.entry) - 1:
            left = max(0.0, 1 - crossed.sum())
            crossed = np.concatenate([crossed, np.zeros(frames - first - len(crossed)), [left]])
        total = crossed.sum()
        if total <= 0:
            return None
        found.append((row[0].start + first, np.asarray(crossed / total)))
    return found


@dataclass(frozen=True)
class _States:
    """Three states for each phone, one for the sound between words. senones: -1 for the latter. lower, upper: the
    frames of the row in which each may be. entry: the first state of each piece but the first."""

    senones: Ints
    lower: Ints
    upper: Ints
    stay: NDArray[np.float64]
    onward: NDArray[np.float64]
    entry: Ints

    @classmethod
    def of(cls, scorer: Scorer, row: Sequence[Piece]) -> _States:
        model = scorer.model
        silence = model.number("SIL")
        senones: list[int] = []
        stay: list[float] = []
        onward: list[float] = []
        entry: list[int] = []
        band: list[tuple[int, int]] = []
        for before, piece, after in zip([None, *row[:-1]], row, [*row[1:], None], strict=True):
            entry.append(len(senones))
            if piece.name:
                phone = model.number(piece.name)
                left, right = (model.number(p.name) if p and p.name else silence for p in (before, after))
                senones.extend(int(s) for s in model.senones(phone, left, right, piece.where))
                matrix = model.matrix(phone) * SCALE
                stay.extend(float(matrix[s, s]) for s in range(3))
                onward.extend(float(matrix[s, s + 1]) for s in range(3))
            else:
                senones.append(-1)
                stay.append(0.0)
                onward.append(0.0)
            reach = (piece.start - REACH - row[0].start, piece.end + REACH - row[0].start)
            band.extend([reach] * (len(senones) - entry[-1]))
        lower, upper = np.array(band, np.int64).T
        return cls(
            np.array(senones, np.int64),
            np.maximum.accumulate(lower),
            np.maximum.accumulate(upper),
            np.exp(stay),
            np.exp(onward),
            np.array(entry[1:], np.int64),
        )


def _likelihoods(
    scorer: Scorer,
    cepstra: Floats,
    mean: Floats,
    row: Sequence[Piece],
    states: _States,
    low: Ints,
    high: Ints,
    width: int,
) -> NDArray[np.float64]:
    """Scaled likelihoods of each frame in the states from low[t] on, (frames, width), up to a factor per frame; 0
    outside the band."""
    model = scorer.model
    start, end = row[0].start, row[-1].end
    alone = np.arange(3 * len(model.phones))
    wanted = np.union1d(states.senones[states.senones >= 0], alone)
    scores = scorer.scores_again(cepstra, mean, wanted)[start:end]
    scores = np.pad(scores, ((0, end - start - len(scores)), (0, 0)), mode="edge")
    phones = scores[:, np.searchsorted(wanted, alone)].reshape(len(scores), len(model.phones), 3).max(axis=2)
    garbage = np.sort(phones, axis=1)[:, -BEST_PHONES:].mean(axis=1) - GARBAGE_BIAS
    between = np.maximum(phones[:, model.number("SIL")], garbage)
    columns = np.where(states.senones < 0, len(wanted), np.searchsorted(wanted, states.senones))
    scores = np.concatenate([scores, between[:, None]], axis=1)
    state = low[:, None] + np.arange(width)
    inside = state < high[:, None]
    scaled = SCALE * scores[np.arange(len(scores))[:, None], columns[np.minimum(state, len(columns) - 1)]]
    scaled = np.where(inside, scaled, -np.inf)
    return np.asarray(np.exp(scaled - scaled.max(axis=1, keepdims=True)), np.float64)


def _forward(
    likely: NDArray[np.float64], states: _States, low: Ints
) -> tuple[NDArray[np.float64] | None, NDArray[np.float64]]:
    """Forward scores, (frames, width), normalised in each frame, and the sums that they were divided by."""
    frames, width = likely.shape
    stay, onward = (np.pad(p, (0, width)) for p in (states.stay, states.onward))
    found, totals = np.zeros_like(likely), np.ones(frames)
    found[0, :2] = likely[0, :2]
    reached = np.zeros(2 * width + 1)
    for t in range(1, frames):
        at, step = low[t - 1], low[t] - low[t - 1]
        reached[:width] = found[t - 1] * stay[at : at + width]
        reached[width:] = 0
        reached[1 : width + 1] += found[t - 1] * onward[at : at + width]
        found[t] = reached[min(step, width) :][:width] * likely[t]
        totals[t] = found[t].sum()
        if totals[t] <= 0:
            return None, totals
        found[t] /= totals[t]
    return found, totals


def _backward(likely: NDArray[np.float64], states: _States, low: Ints) -> NDArray[np.float64] | None:
    """Backward scores, (frames, width), normalised in each frame."""
    frames, width = likely.shape
    stay, onward = (np.pad(p, (0, width)) for p in (states.stay, states.onward))
    found = np.zeros_like(likely)
    ends = np.array([len(states.senones) - 2, len(states.senones) - 1]) - low[-1]
    found[-1, ends[(ends >= 0) & (ends < width)]] = 1
    for t in range(frames - 2, -1, -1):
        at, step = low[t], low[t + 1] - low[t]
        following = np.zeros(width + 1)
        if step <= width:
            following[step : step + width] = (found[t + 1] * likely[t + 1])[: width + 1 - step]
        found[t] = following[:width] * stay[at : at + width] + following[1:] * onward[at : at + width]
        total = found[t].sum()
        if total <= 0:
            return None
        found[t] /= total
    return found
