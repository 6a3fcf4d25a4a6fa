"""Finds the words of a long recording roughly: the chain follows it block by block, in constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.speech.acoustic.chain import GARBAGE, SILENCE, WORD, Chain, Stretch
from chalicelib.pipelines.speech.acoustic.features import HOP, WINDOW, balanced_mean, cepstra
from chalicelib.pipelines.speech.placing import PIECE_SECONDS, with_faint_noise

Samples = NDArray[np.int16]

BLOCK, FORESIGHT = 2000, 1000  # frames of 10 ms
LIMIT = int(PIECE_SECONDS * 100)
LONGEST = 2 * LIMIT  # frames; a piece without any silence is cut between two words
GAP = 60  # frames of untranscribed sound that separate two pieces; each piece makes sense of shorter ones by itself
PAUSE = 12  # frames of silence that a piece may be cut at
MARGIN = 20


@dataclass(frozen=True)
class Position:
    """A place between two blocks: the next frame, and the state of the last one; -1 at the start."""

    frame: int = 0
    state: int = -1


def follow(
    chain: Chain, read: Callable[[int, int], Samples], samples: int, start: Position
) -> Iterator[tuple[list[Stretch], Position]]:
    """The stretches of each block and its end. read: samples from ≤ i < to of the recording, `samples` in all. A word
    across two blocks comes in two stretches."""
    frames = max(0, (samples - WINDOW) // HOP + 1)
    at = start
    while at.frame < frames:
        final = at.frame + BLOCK + FORESIGHT >= frames
        last = frames if final else at.frame + BLOCK + FORESIGHT
        sound = read(at.frame * HOP, (last - 1) * HOP + WINDOW)
        heard = cepstra(with_faint_noise(sound, 0))
        path, scores = chain.path(heard, balanced_mean(heard, heard[:, 0]), at.state, final=final)
        kept = len(path) if final else BLOCK
        stretches = list(chain.stretches(path[:kept], scores[:kept], at.frame))
        at = Position(at.frame + kept, int(path[kept - 1]))
        yield stretches, at


def joined(stretches: Sequence[Stretch]) -> list[Stretch]:
    """The stretches, with those that a block's end had cut in two joined again."""
    out: list[Stretch] = []
    for s in stretches:
        if out and out[-1].kind == s.kind and out[-1].word == s.word:
            before = out[-1]
            length = s.end - before.start
            score = (before.score * (before.end - before.start) + s.score * (s.end - s.start)) / length
            out[-1] = Stretch(s.kind, s.word, before.start, s.end, score)
        else:
            out.append(s)
    return out


@dataclass(frozen=True)
class Piece:
    """Words first ≤ i < last of the chain, in frames start ≤ t < end of the recording."""

    first: int
    last: int
    start: int
    end: int


def pieces(stretches: Sequence[Stretch], frames: int) -> list[Piece]:
    """Cut where untranscribed sound lies between words, else at the pause nearest to 20 s."""
    found: list[Piece] = []
    group: list[int] = []  # stretches that hold words

    def close(until: int) -> None:
        kept = [k for k in group if k <= until]
        if kept:
            found.append(_piece(stretches, kept, frames))
        group[:] = [k for k in group if k > until]

    for k, stretch in enumerate(stretches):
        if stretch.kind == GARBAGE and stretch.end - stretch.start >= GAP:
            close(k)
        if stretch.kind != WORD:
            continue
        if group and stretch.end - stretches[group[0]].start > LIMIT:
            pause = _last_pause(stretches, group)
            if pause is not None:
                close(pause)
            elif stretch.end - stretches[group[0]].start > LONGEST:
                close(k - 1)
        group.append(k)
    close(len(stretches))
    return found


def _last_pause(stretches: Sequence[Stretch], group: Sequence[int]) -> int | None:
    """The stretch of the longest pause in the second half of the group, else in all of it."""
    pauses = [
        k for k in range(group[0], group[-1] + 2)
        if k < len(stretches) and stretches[k].kind == SILENCE and stretches[k].end - stretches[k].start >= PAUSE
    ]  # fmt: skip
    half = (stretches[group[0]].start + stretches[group[-1]].end) / 2
    late = [k for k in pauses if stretches[k].start >= half] or pauses
    return max(late, key=lambda k: stretches[k].end - stretches[k].start, default=None)


def _piece(stretches: Sequence[Stretch], group: Sequence[int], frames: int) -> Piece:
    before = stretches[group[0] - 1] if group[0] else None
    after = stretches[group[-1] + 1] if group[-1] + 1 < len(stretches) else None
    start = stretches[group[0]].start - _room(before)
    end = stretches[group[-1]].end + _room(after)
    return Piece(stretches[group[0]].word, stretches[group[-1]].word + 1, max(0, start), min(frames, end))


def _room(neighbour: Stretch | None) -> int:
    if neighbour is None or neighbour.kind == WORD:
        return 0
    length = neighbour.end - neighbour.start
    return min(3, length) if neighbour.kind == GARBAGE else min(MARGIN * 2, max(length // 2, min(MARGIN, length)))
