"""Brings back a short first or last word that lies apart from its utterance, with unwritten speech between.

Two or three phones fit many places. Where the transcript lacks the beginning of the speech, "the" may fit somewhere in
that beginning a little better than where it was spoken. People write down words that were said one after another, so
the place beside its neighbour is preferred unless the sound is clearly against it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.speech.acoustic.chain import GARBAGE, GARBAGE_BIAS, GARBAGE_IN, WORD, Stretch
from chalicelib.pipelines.speech.words import Token

Path = tuple[list[Stretch], NDArray[np.float32], float]
Run = Callable[[slice, Sequence[int]], Path]

SHORT = 3  # phones
FAR = 25  # frames of unwritten speech
CLEAR = 20.0  # log likelihood, close to the cost of entering garbage: a smaller difference isn't clear


def rejoined(run: Run, best: Path, tokens: Sequence[Token], choice: Sequence[int]) -> Path:
    """The path, with its first and last word beside their neighbours where that is nearly as likely.

    run: the most likely path through a part of the sound with a pronunciation for each word. choice: those of `best`.
    """
    if len(tokens) > 1:
        for last in (False, True):
            best = _with_end(run, best, tokens, choice, last=last)
    return best


def _with_end(run: Run, best: Path, tokens: Sequence[Token], choice: Sequence[int], *, last: bool) -> Path:
    stretches, scores, total = best
    row = stretches[::-1] if last else stretches
    words = [k for k, s in enumerate(row) if s.kind == WORD]
    index = len(tokens) - 1 if last else 0
    said = tokens[index].pronunciations
    if len(words) < 2 or row[words[0]].word != index or len(said[choice[index]]) > SHORT:
        return best
    between = [s for s in row[words[0] + 1 : words[1]] if s.kind == GARBAGE]
    if sum(s.end - s.start for s in between) < FAR:
        return best
    word = row[words[0]]
    # The word's own frames become unwritten speech, and the frames beyond them stay.
    part = slice(0, word.start) if last else slice(word.end, len(scores))
    beyond = scores[word.end :] if last else scores[: word.start]
    filler = np.full(word.end - word.start, -GARBAGE_BIAS, np.float32)
    kept = float(beyond.sum()) + float(filler.sum())
    found = best
    most = total - CLEAR
    for k in range(len(said)):
        tried = run(part, [*choice[:index], k, *choice[index + 1 :]])
        moved = [Stretch(s.kind, s.word, s.start + part.start, s.end + part.start, s.score) for s in tried[0]]
        if not moved or not any(s.word == index for s in moved):
            continue
        edge = moved[-1 if last else 0]
        value = tried[2] + kept - (0 if edge.kind == GARBAGE else GARBAGE_IN)
        if value > most:
            most = value
            gap = Stretch(GARBAGE, -1, word.start, word.end, -GARBAGE_BIAS)
            found = (_joined(row, words[0], moved, gap, last), _in_order(beyond, filler, tried[1], last), value)
    return found


def _joined(row: Sequence[Stretch], at: int, moved: list[Stretch], gap: Stretch, last: bool) -> list[Stretch]:
    outside = list(row[:at])
    if last:
        if moved[-1].kind == GARBAGE:
            gap = Stretch(GARBAGE, -1, moved.pop().start, gap.end, gap.score)
        return [*moved, gap, *outside[::-1]]
    if moved[0].kind == GARBAGE:
        gap = Stretch(GARBAGE, -1, gap.start, moved.pop(0).end, gap.score)
    return [*outside, gap, *moved]


def _in_order(
    beyond: NDArray[np.float32], filler: NDArray[np.float32], inner: NDArray[np.float32], last: bool
) -> NDArray[np.float32]:
    return np.concatenate([inner, filler, beyond] if last else [beyond, filler, inner])
