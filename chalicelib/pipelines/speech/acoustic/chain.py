"""A transcript as a chain of states, and its most likely path through a recording of any length.

Silence and garbage (speech that the transcript doesn't have) lie between two words, and a word may be left out (not
spoken). All scores are log likelihoods less those of garbage: the mean of the best eight phones of that frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.speech.acoustic.features import HOP, RATE
from chalicelib.pipelines.speech.acoustic.model_files import BEGINNING, END, INTERNAL, SINGLE
from chalicelib.pipelines.speech.acoustic.scoring import Scorer

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

# The cost of leaving a word out, by its phones. A maximum of 150 is too much where music or untranscribed passages lie
# between, and a short word that wasn't said would be squeezed in where leaving it out cost 60.
SKIP, SKIP_A_PHONE, SKIP_MOST = 12.0, 6.0, 60.0
SILENCE_IN = 3.0
GARBAGE_IN = 18.0
GARBAGE_BIAS = 0.3  # a frame: a word that fits as well as garbage is preferred
BEST_PHONES = 8
WINDOW_STATES = 2400
LOWEST = np.float32(-1e30)

SILENCE, GARBAGE, WORD = "silence", "garbage", "word"


@dataclass(frozen=True)
class Stretch:
    """Frames start ≤ t < end of one kind. word: its number, -1 for silence and garbage. score: mean over its frames."""

    kind: str
    word: int
    start: int
    end: int
    score: float


class Chain:
    """words: the phones of each by number, at least one. States of word i: silence and garbage before it, then three
    for each phone; silence and garbage once more at the end."""

    def __init__(self, scorer: Scorer, words: Sequence[Sequence[int]]) -> None:
        model = scorer.model
        self.scorer = scorer
        self.words = len(words)
        silence = model.number("SIL")
        senones: list[int] = []
        stay: list[float] = []
        onward: list[float] = []
        owner: list[int] = []
        first, last = [], []
        self.silence_senones = model.alone(silence)

        def junction(word: int) -> None:
            senones.extend((-1, -2))
            stay.extend((0.0, 0.0))
            onward.extend((0.0, 0.0))
            owner.extend((word, word))

        for i, phones in enumerate(words):
            junction(i)
            before = words[i - 1][-1] if i else silence
            after = words[i + 1][0] if i + 1 < self.words else silence
            first.append(len(senones))
            around = [before, *phones, after]
            for k, phone in enumerate(phones):
                single, at_start, at_end = len(phones) == 1, k == 0, k == len(phones) - 1
                where = SINGLE if single else BEGINNING if at_start else END if at_end else INTERNAL
                senones.extend(int(s) for s in model.senones(phone, around[k], around[k + 2], where))
                matrix = model.matrix(phone)
                stay.extend(float(matrix[s, s]) for s in range(3))
                onward.extend(float(matrix[s, s + 1]) for s in range(3))
                owner.extend((i, i, i))
            last.append(len(senones) - 1)
        junction(self.words)
        self.senones = np.array(senones, np.int64)
        self.stay = np.array(stay, np.float32)
        self.onward = np.array(onward, np.float32)
        self.owner = np.array(owner, np.int64)
        self.first = np.array([*first, len(senones)], np.int64)  # the state of silence before word i is first[i] - 2
        self.last = np.array(last, np.int64)
        self.skip = np.array([min(SKIP_MOST, SKIP + SKIP_A_PHONE * len(phones)) for phones in words], np.float32)

    @property
    def states(self) -> int:
        return len(self.senones)

    def path(self, cepstra: Floats, mean: Floats, state: int = -1, *, final: bool = True) -> tuple[Ints, Floats]:
        """The best sequence of states, one for each frame, and the score of each frame.

        state: that of the frame before these, -1 at a recording's start. final: whether the recording ends here; else
        the path ends where it is best, and its last seconds may still change with what follows. At most WINDOW_STATES
        states ahead of the best one are followed.
        """
        frames = len(cepstra)
        lo = self.first[self.owner[state]] - 2 if state >= 0 else 0
        reach = self._reach(lo, frames)
        emission, index = self._emission(cepstra, mean, int(lo), reach)
        return self._viterbi(emission, index, int(lo), reach, state, final, frames)

    def _reach(self, lo: int, frames: int) -> int:
        """The end of the states that can be reached from `lo` in that many frames, at a word's border."""
        furthest = min(self.states, lo + WINDOW_STATES + frames)
        word = int(self.owner[furthest - 1])
        return self.states if word >= self.words else int(self.first[word + 1] - 2)

    def _emission(self, cepstra: Floats, mean: Floats, lo: int, hi: int) -> tuple[Floats, Ints]:
        """Scores less garbage's, (frames, senones + 2), and the column of each state: the last two columns are silence
        and garbage."""
        model = self.scorer.model
        wanted = np.unique(self.senones[lo:hi][self.senones[lo:hi] >= 0])
        alone = np.arange(3 * len(model.phones))
        both = np.union1d(wanted, alone)
        scores = self.scorer.scores_again(cepstra, mean, both)
        phones = scores[:, np.searchsorted(both, alone)].reshape(len(scores), len(model.phones), 3).max(axis=2)
        garbage = np.sort(phones, axis=1)[:, -BEST_PHONES:].mean(axis=1, keepdims=True)
        silence = phones[:, model.number("SIL")][:, None]
        columns = np.concatenate([scores - garbage, silence - garbage, np.full_like(garbage, -GARBAGE_BIAS)], axis=1)
        index = np.searchsorted(both, np.maximum(self.senones[lo:hi], 0))
        index[self.senones[lo:hi] == -1] = len(both)
        index[self.senones[lo:hi] == -2] = len(both) + 1
        return columns.astype(np.float32), index.astype(np.int64)

    def _viterbi(
        self, emission: Floats, index: Ints, lo: int, hi: int, state: int, final: bool, frames: int
    ) -> tuple[Ints, Floats]:
        base_word = int(self.owner[lo])
        last_word = int(self.owner[hi - 1])
        first = self.first[base_word : last_word + 1] - lo
        if last_word == self.words:
            first = first.copy()
        last = self.last[base_word : min(last_word + 1, self.words)] - lo
        hubs = len(first)
        silence, garbage = first - 2, first - 1
        starts = first[first < hi - lo]
        cost = np.zeros(hubs, np.float32)
        np.cumsum(self.skip[base_word : base_word + hubs - 1], out=cost[1:])
        order = np.arange(hubs)
        value = np.full(hi - lo, LOWEST, np.float32)
        hub_value = np.full(hubs, LOWEST, np.float32)
        if state >= 0:
            value[state - lo] = 0
        else:
            hub_value[0] = 0
        came = np.zeros((frames, hi - lo), bool)
        from_hub = np.zeros((frames, hubs), np.int32)
        from_kind = np.zeros((frames, hubs), np.uint8)
        stay, onward = self.stay[lo:hi], self.onward[lo:hi]
        arrive = np.empty(hi - lo, np.float32)
        near = 0
        for t in range(frames):
            if t or state >= 0:
                near = int(value.argmax()) if t % 10 == 0 else near
                hub_value, kind = self._hubs(value, onward, silence, garbage, last)
                from_kind[t] = kind
            raised = hub_value + cost
            highest = np.maximum.accumulate(raised)
            from_hub[t] = np.maximum.accumulate(np.where(raised == highest, order, 0))
            entry = highest - cost
            arrive[0] = LOWEST
            np.add(value[:-1], onward[:-1], out=arrive[1:])
            arrive[silence] = entry - SILENCE_IN
            arrive[garbage] = entry - GARBAGE_IN
            arrive[starts] = entry[: len(starts)]
            held = value + stay
            np.greater(arrive, held, out=came[t])
            value = np.maximum(arrive, held) + emission[t, index]
            if t % 10 == 0 and near + WINDOW_STATES < len(value):
                value[near + WINDOW_STATES :] = LOWEST
            np.maximum(value, LOWEST, out=value)
        return self._back(value, came, from_hub, from_kind, first, emission, index, lo, onward, last, cost, final)

    @staticmethod
    def _hubs(
        value: Floats, onward: Floats, silence: Ints, garbage: Ints, last: Ints
    ) -> tuple[Floats, NDArray[np.uint8]]:
        """The best way into each word: from silence, garbage or the end of the word before."""
        out = np.full((3, len(silence)), LOWEST, np.float32)
        out[0], out[1] = value[silence], value[garbage]
        ends = value[last] + onward[last]
        count = min(len(ends), len(silence) - 1)
        out[2, 1 : count + 1] = ends[:count]
        kind = out.argmax(axis=0)
        return out[kind, np.arange(len(silence))], kind.astype(np.uint8)

    def _back(
        self,
        value: Floats,
        came: NDArray[np.bool_],
        from_hub: NDArray[np.int32],
        from_kind: NDArray[np.uint8],
        first: Ints,
        emission: Floats,
        index: Ints,
        lo: int,
        onward: Floats,
        last: Ints,
        cost: Floats,
        final: bool,
    ) -> tuple[Ints, Floats]:
        frames = len(came)
        at = int(value.argmax())
        if final:
            hub_value, kind = self._hubs(value, onward, first - 2, first - 1, last)
            left_out = cost[-1] - cost
            hub = int((hub_value - left_out).argmax())
            at = self._source(hub, int(kind[hub]), first, last)
        path = np.empty(frames, np.int64)
        scores = np.empty(frames, np.float32)
        entries = {int(s): (h, 0) for h, s in enumerate(first - 2)} | {int(s): (h, 1) for h, s in enumerate(first - 1)}
        entries |= {int(s): (h, 2) for h, s in enumerate(first)}
        for t in range(frames - 1, -1, -1):
            path[t] = at + lo
            scores[t] = emission[t, index[at]]
            if t and came[t, at]:
                if at in entries:
                    hub = int(from_hub[t, entries[at][0]])
                    at = self._source(hub, int(from_kind[t, hub]), first, last)
                else:
                    at -= 1
        return path, scores

    @staticmethod
    def _source(hub: int, kind: int, first: Ints, last: Ints) -> int:
        return int((first[hub] - 2, first[hub] - 1, last[hub - 1])[kind])

    def stretches(self, path: Ints, scores: Floats, start: int = 0) -> Iterator[Stretch]:
        """The path as silences, garbage and words, in order. start: the number of its first frame."""
        if not len(path):
            return
        kinds = np.where(self.senones[path] == -1, 0, np.where(self.senones[path] == -2, 1, 2))
        key = self.owner[path] * 3 + kinds
        borders = [0, *(np.flatnonzero(np.diff(key)) + 1).tolist(), len(path)]
        for begin, end in pairwise(borders):
            kind = (SILENCE, GARBAGE, WORD)[kinds[begin]]
            word = int(self.owner[path[begin]]) if kind == WORD else -1
            yield Stretch(kind, word, start + begin, start + end, float(scores[begin:end].mean()))


def seconds(frame: int) -> float:
    return frame * HOP / RATE
