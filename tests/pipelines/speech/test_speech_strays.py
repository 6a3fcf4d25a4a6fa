"""The place of a short word at an utterance's end, with unwritten speech between it and the others."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest

from chalicelib.pipelines.speech.acoustic.chain import GARBAGE, SILENCE, WORD, Stretch
from chalicelib.pipelines.speech.strays import CLEAR, Path, rejoined
from chalicelib.pipelines.speech.words import Token

THE = Token("the", "the", "word", (("DH", "AH"), ("DH", "IY")), False)
YESTERDAY = Token("yesterday", "yesterday", "word", (("Y", "EH", "S", "T", "ER", "D", "EY"),), False)
HARBOR = Token("harbor", "harbor", "word", (("HH", "AA", "R", "B", "ER"),), False)


def path(*parts: tuple[str, int, int, float], total: float = 0.0) -> Path:
    """A path of consecutive (kind, word, frames, score of a frame)."""
    stretches, scores = [], []
    for kind, word, frames, score in parts:
        stretches.append(Stretch(kind, word, len(scores), len(scores) + frames, score))
        scores += [score] * frames
    return stretches, np.array(scores, np.float32), total or float(np.sum(scores))


def turned(one: Path, words: int) -> Path:
    """The path reversed in time."""
    length = len(one[1])
    row = [
        Stretch(s.kind, words - 1 - s.word if s.word >= 0 else -1, length - s.end, length - s.start, s.score)
        for s in one[0][::-1]
    ]
    return row, one[1][::-1].copy(), one[2]


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize(
    ("tokens", "behind", "better", "moved"),
    [
        ((THE, HARBOR), 90, CLEAR / 2, True),
        ((THE, HARBOR), 90, CLEAR * 2, False),
        ((THE, HARBOR), 20, CLEAR / 2, False),
        ((YESTERDAY, HARBOR), 90, CLEAR / 2, False),
    ],
)
def test_a_short_word_apart_is_moved_where_the_sound_is_not_clearly_against_it(
    tokens: tuple[Token, ...], behind: int, better: float, moved: bool, last: bool
) -> None:
    apart = path((SILENCE, -1, 40, 3.0), (WORD, 0, 15, 4.0), (GARBAGE, -1, behind, -0.3), (WORD, 1, 35, 4.0))
    beside = path((GARBAGE, -1, behind - 10, -0.3), (WORD, 0, 10, 5.0), (WORD, 1, 35, 4.0))
    # The cost of the other place beside this one: its word's frames are unwritten speech there.
    beside = (beside[0], beside[1], apart[2] - 120.0 + 15 * 0.3 - better)
    tried: list[tuple[slice, list[int]]] = []

    def run(part: slice, said: Sequence[int]) -> Path:
        tried.append((part, list(said)))
        return turned(beside, 2) if last else beside

    given = tokens[::-1] if last else tokens
    found = rejoined(run, turned(apart, 2) if last else apart, given, [0, 0])
    row, scores, total = turned(found, 2) if last else found
    assert len(scores) == len(apart[1])
    assert [s.kind for s in row] == [SILENCE, *([GARBAGE, WORD, WORD] if moved else [WORD, GARBAGE, WORD])]
    assert [(a.end, b.start) for a, b in pairwise(row)] == [(s.end, s.end) for s in row[:-1]]
    if moved:
        assert next(s for s in row if s.word == 0).start == 40 + 15 + behind - 10
        assert total == pytest.approx(apart[2] - better, abs=1e-3)
        assert len(tried) == len(THE.pronunciations)


def test_an_utterance_of_one_word_is_left_alone() -> None:
    alone = path((WORD, 0, 15, 4.0), (GARBAGE, -1, 90, -0.3))
    assert rejoined(lambda part, said: pytest.fail("nothing to try"), alone, [THE], [0]) is alone
