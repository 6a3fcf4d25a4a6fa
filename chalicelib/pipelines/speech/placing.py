"""Places one utterance in its sound: the words that were spoken, the place of each phone, and the confidence."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.speech.acoustic.chain import GARBAGE, GARBAGE_IN, WORD, Chain, Stretch
from chalicelib.pipelines.speech.acoustic.features import HOP, RATE, balanced_mean, cepstra
from chalicelib.pipelines.speech.acoustic.model_files import read_model
from chalicelib.pipelines.speech.acoustic.scoring import Scorer
from chalicelib.pipelines.speech.boundaries import CENTRE, Finder, borders
from chalicelib.pipelines.speech.placed import SURE, Phone, Placed, Word, confidence
from chalicelib.pipelines.speech.strays import rejoined
from chalicelib.pipelines.speech.two_pass import HeardPhone, TwoPass
from chalicelib.pipelines.speech.words import Token

Samples = NDArray[np.int16]
Floats = NDArray[np.float32]

PAD = 30  # frames of faint noise at both ends: the model wants silence around speech
PIECE_SECONDS = 20.0
SPLITS = 25  # frames of garbage that separate two pieces; a shorter one is a sound that the model doesn't know
STRETCHED = 10  # frames
MARGIN = 15  # frames of surroundings that a piece takes along
WORDS_TRIED = 6  # the most words whose other pronunciations are tried


class Aligner:
    """Places utterances with the Sphinx model in `folder`. finder: refines the borders of phones, None leaves them."""

    def __init__(self, folder: Path, tokens: Sequence[Token], finder: Finder | None = None) -> None:
        self.scorer = Scorer(read_model(folder))
        self._two_pass = TwoPass(folder, [token.pronunciations for token in tokens if can_be_placed(token)])
        self._finder = finder

    def chain(self, tokens: Sequence[Token], choice: Sequence[int] | None = None) -> Chain:
        model = self.scorer.model
        picked = choice or [0] * len(tokens)
        return Chain(
            self.scorer,
            [[model.number(p) for p in token.pronunciations[k]] for token, k in zip(tokens, picked, strict=True)],
        )

    def place(self, samples: Samples, given: Sequence[Token]) -> Placed:
        """samples: the utterance's sound, 16 kHz. Call within one_thread()."""
        tokens = [token for token in given if can_be_placed(token)]
        padded = with_faint_noise(samples, PAD)
        heard = cepstra(padded)
        mean = balanced_mean(heard, heard[:, 0])
        stretches, scores = self._stretches(heard, mean, tokens)
        placed = Placed()
        placed.unspoken = [tokens[i].label for i in sorted(set(range(len(tokens))) - {s.word for s in stretches})]
        phones: dict[int, list[HeardPhone]] = {}
        for piece in _pieces(stretches):
            found, coarse = self._piece(padded, stretches, piece, tokens)
            phones |= found
            placed.coarse += coarse
        edges = self._edges(padded, heard, mean, phones)
        for i in sorted(phones):
            placed.words.append(_word(tokens[i], phones[i], edges[i], scores, len(samples)))
        placed.words = _without_overlap(placed.words)
        garbage = [s for s in stretches if s.kind == GARBAGE]
        noises = _noises(given, tokens, stretches, placed, len(samples))
        placed.words = sorted([*placed.words, *noises], key=lambda word: word.start)
        explained = sum(noise.end - noise.start for noise in noises)
        # A breath or a click is garbage too; only garbage as long as a short word counts as speech.
        unexplained = sum(s.end - s.start for s in garbage if s.end - s.start >= SPLITS)
        placed.untranscribed = max(0.0, unexplained * HOP / RATE - explained)
        frames = [s for s in stretches if s.kind == WORD]
        count = sum(s.end - s.start for s in frames)
        placed.spoken = count * HOP / RATE
        placed.score = sum(s.score * (s.end - s.start) for s in frames) / count if count else 0.0
        return placed

    def _stretches(self, heard: Floats, mean: Floats, tokens: Sequence[Token]) -> tuple[list[Stretch], Floats]:
        """The chain's path; where a word fits badly, with that of its pronunciations that fits best."""
        if not tokens or not len(heard):
            return [], np.zeros(len(heard), np.float32)
        choice = [0] * len(tokens)
        best = self._run(heard, mean, tokens, choice)
        for i in _doubtful(best[0], tokens)[:WORDS_TRIED]:
            for k in range(1, len(tokens[i].pronunciations)):
                tried = self._run(heard, mean, tokens, [*choice[:i], k, *choice[i + 1 :]])
                if tried[2] > best[2]:
                    best, choice[i] = tried, k
        best = rejoined(lambda part, said: self._run(heard[part], mean, tokens, said), best, tokens, choice)
        return best[0], best[1]

    def _run(
        self, heard: Floats, mean: Floats, tokens: Sequence[Token], choice: Sequence[int]
    ) -> tuple[list[Stretch], Floats, float]:
        chain = self.chain(tokens, choice)
        path, scores = chain.path(heard, mean)
        stretches = list(chain.stretches(path, scores))
        left_out = float(chain.skip.sum()) - float(chain.skip[sorted({s.word for s in stretches} - {-1})].sum())
        garbage = sum(s.kind == GARBAGE for s in stretches)
        return stretches, scores, float(scores.sum()) - left_out - GARBAGE_IN * garbage

    def _piece(
        self, padded: Samples, stretches: Sequence[Stretch], piece: tuple[int, int], tokens: Sequence[Token]
    ) -> tuple[dict[int, list[HeardPhone]], int]:
        """The phones of the words of stretches piece[0] ≤ k < piece[1], in frames of the padded sound."""
        inside = [s for s in stretches[piece[0] : piece[1]] if s.kind == WORD]
        start = _reach(inside[0].start, stretches[: piece[0]][::-1], -1)
        end = _reach(inside[-1].end, stretches[piece[1] :], 1)
        sound = padded[start * HOP : end * HOP]
        words = [s.word for s in inside]
        found = self._two_pass.align(with_faint_noise(sound, PAD), [tokens[i].pronunciations for i in words])
        if found is not None:
            moved = [[replace(p, start=p.start - PAD + start, end=p.end - PAD + start) for p in ps] for ps in found]
            limit = len(padded) // HOP
            held = [[replace(p, start=max(0, p.start), end=min(limit, p.end)) for p in ps] for ps in moved]
            if all(p.end > p.start for ps in held for p in ps):
                return {s.word: _kept(ps, s, stretches) for s, ps in zip(inside, held, strict=True)}, 0
        return {s.word: _evenly(s, tokens[s.word].pronunciations[0]) for s in inside}, len(inside)

    def _edges(
        self, padded: Samples, heard: Floats, mean: Floats, phones: dict[int, list[HeardPhone]]
    ) -> dict[int, list[tuple[float, float]]]:
        """Start and end of each phone in seconds of the padded sound."""
        plain = {
            i: [(p.start * HOP / RATE + CENTRE, p.end * HOP / RATE + CENTRE) for p in row] for i, row in phones.items()
        }
        if self._finder is None or not phones:
            return plain
        return self._finder.refine(padded, borders(self.scorer, heard, mean, phones), plain)


def one_thread() -> AbstractContextManager[object]:
    """The products of matrices here are small: threads that wait for one another cost six times what they calculate."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)  # type: ignore[no-any-return]  # it has no types


def with_faint_noise(samples: Samples, frames: int) -> Samples:
    """The sound with `frames` × 10 ms of noise on both sides and a trace of it throughout, the same each time: models
    were not trained on digital silence. The noise lies 60 dB under the sound's own level."""
    level = float(np.sqrt(np.mean(samples.astype(np.float32) ** 2))) if len(samples) else 0.0
    noise = np.random.default_rng(20).normal(0, max(1.0, min(8.0, level / 200)), len(samples) + 2 * frames * HOP)
    noise[frames * HOP : frames * HOP + len(samples)] *= 0.25
    noise[frames * HOP : frames * HOP + len(samples)] += samples
    return np.clip(np.rint(noise), -32768, 32767).astype(np.int16)


def can_be_placed(token: Token) -> bool:
    """Noises are placed separately, where sound is left over, and words without phones not at all."""
    return token.kind != "noise" and bool(token.pronunciations)


def _doubtful(stretches: Sequence[Stretch], tokens: Sequence[Token]) -> list[int]:
    """Words with several pronunciations that the chain left out, that lie beside garbage or that fit badly."""
    placed = {s.word: s for s in stretches if s.kind == WORD}
    doubtful = {i for i in range(len(tokens)) if i not in placed or placed[i].score < SURE}
    for one, two in pairwise(stretches):
        if GARBAGE in (one.kind, two.kind):
            doubtful.update(s.word for s in (one, two) if s.kind == WORD)
            if two.kind == GARBAGE and one.kind == WORD and one.word + 1 < len(tokens):
                doubtful.add(one.word + 1)
    return [i for i in sorted(doubtful) if len(tokens[i].pronunciations) > 1]


def _pieces(stretches: Sequence[Stretch]) -> list[tuple[int, int]]:
    """Ranges of stretches that are aligned at once: cut where garbage lies between, or at a silence where a piece would
    grow too long."""
    found: list[tuple[int, int]] = []
    start: int | None = None
    silence: int | None = None
    limit = int(PIECE_SECONDS * RATE / HOP)
    for k, stretch in enumerate(stretches):
        parting = stretch.kind == GARBAGE and stretch.end - stretch.start >= SPLITS
        if start is not None and (parting or stretch.end - stretches[start].start > limit):
            cut = k if parting or silence is None else silence
            found.append((start, cut))
            start = None
            for j in range(cut, k):
                start = j if start is None and stretches[j].kind == WORD else start
            silence = None
        if stretch.kind == WORD and start is None:
            start = k
        elif stretch.kind != WORD and start is not None and not parting:
            silence = k
    if start is not None:
        found.append((start, len(stretches)))
    return [trimmed for piece in found if (trimmed := _trimmed(stretches, piece))]


def _trimmed(stretches: Sequence[Stretch], piece: tuple[int, int]) -> tuple[int, int] | None:
    words = [k for k in range(*piece) if stretches[k].kind == WORD]
    return (words[0], words[-1] + 1) if words else None


def _reach(frame: int, beside: Sequence[Stretch], direction: int) -> int:
    """How far a piece goes beyond its words: far into a silence, a little into garbage, not into a word. Where garbage
    lies behind a silence, half of the silence is left to it."""
    if not beside or beside[0].kind == WORD:
        return frame
    length = beside[0].end - beside[0].start
    if beside[0].kind == GARBAGE:
        most = min(3, length)
    elif len(beside) > 1 and beside[1].kind == GARBAGE:
        most = min(MARGIN, length // 2)
    else:
        most = min(MARGIN * 2, max(length // 2, min(MARGIN, length)))
    return max(0, frame + direction * most)


def _kept(heard: list[HeardPhone], stretch: Stretch, stretches: Sequence[Stretch]) -> list[HeardPhone]:
    """The phones with the chain's edge where pocketsphinx stretches a word over the silence beside it, as it sometimes
    does."""
    at = stretches.index(stretch)
    free_before = at == 0 or stretches[at - 1].kind != WORD
    free_after = at + 1 == len(stretches) or stretches[at + 1].kind != WORD
    out = list(heard)
    if free_before and stretch.start - out[0].start > STRETCHED and out[0].end - stretch.start >= 2:
        out[0] = replace(out[0], start=stretch.start)
    if free_after and out[-1].end - stretch.end > STRETCHED and stretch.end - out[-1].start >= 2:
        out[-1] = replace(out[-1], end=stretch.end)
    return out


def _evenly(stretch: Stretch, phones: Sequence[str]) -> list[HeardPhone]:
    edges = np.linspace(stretch.start, stretch.end, len(phones) + 1).round().astype(int)
    return [HeardPhone(p, int(a), int(b)) for p, a, b in zip(phones, edges, edges[1:], strict=False)]


def _word(
    token: Token, heard: Sequence[HeardPhone], edges: Sequence[tuple[float, float]], scores: Floats, samples: int
) -> Word:
    def moved(second: float) -> float:
        return float(min(max(second - PAD * HOP / RATE, 0.0), samples / RATE))

    phones = tuple(
        Phone(p.name, moved(a), moved(b), confidence(_mean(scores, p.start, p.end)))
        for p, (a, b) in zip(heard, edges, strict=True)
    )
    sure = confidence(_mean(scores, heard[0].start, heard[-1].end))
    return Word(token.label, token.word, token.kind, phones[0].start, phones[-1].end, sure, token.guessed, phones)


def _mean(scores: Floats, start: int, end: int) -> float:
    part = scores[max(0, start) : max(end, start + 1)]
    return float(part.mean()) if len(part) else -1.0


def _without_overlap(words: list[Word]) -> list[Word]:
    """The words without those of no length at the sound's very edge; none begins before the end of the last one."""
    kept: list[Word] = []
    for word in words:
        phones = [p for p in word.phones if p.end - p.start > 1e-6]
        if kept and phones and phones[0].start < kept[-1].end:
            phones = [replace(p, start=max(p.start, kept[-1].end)) for p in phones]
            phones = [p for p in phones if p.end - p.start > 1e-6]
        if phones:
            kept.append(replace(word, phones=tuple(phones), start=phones[0].start, end=phones[-1].end))
    return kept


def _noises(
    given: Sequence[Token], tokens: Sequence[Token], stretches: Sequence[Stretch], placed: Placed, samples: int
) -> list[Word]:
    """The noises that the transcript names, placed where unexplained sound lies between the same two words."""
    found: list[Word] = []
    at = 0  # words so far
    used: set[int] = set()
    for token in given:
        if token.kind != "noise":
            at += can_be_placed(token)
            continue
        before = max((s.end for s in stretches if 0 <= s.word < at), default=0)
        after = min((s.start for s in stretches if s.word >= at), default=stretches[-1].end if stretches else 0)
        free = [
            k
            for k, s in enumerate(stretches)
            if s.kind == GARBAGE and before <= s.start and s.end <= after and k not in used
        ]
        if not free:
            placed.unheard_noises.append(token.label)
            continue
        used.add(free[0])
        stretch = stretches[free[0]]
        lower = max((w.end for w in placed.words if w.start <= (stretch.start - PAD) * HOP / RATE), default=0.0)
        upper = min((w.start for w in placed.words if w.start >= lower and w.end > lower), default=samples / RATE)
        start = max((stretch.start - PAD) * HOP / RATE, lower, 0.0)
        end = min((stretch.end - PAD) * HOP / RATE, upper, samples / RATE)
        if end - start > 0.01:
            found.append(Word(token.label, token.word, "noise", start, end, 0.5, False, ()))
        else:
            placed.unheard_noises.append(token.label)
    return found
