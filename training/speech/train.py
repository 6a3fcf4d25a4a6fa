"""Trains the boundary finder, and writes chalicelib/pipelines/speech/data/boundaries.npz: the same bytes each time.

    nice python -m training.speech.train [--out FILE]

Data: 120 sentences by four of flite's voices (Debian's package `flite`), each with two levels of faint noise. flite
reports the end of each phone; the aligner without a finder gives its own borders. Networks of one hidden layer
learn to score the 21 candidates around the aligner's border, so that the true one wins against the aligner's own
preference.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.speech import boundaries as b
from chalicelib.pipelines.speech.placing import PAD, Aligner, one_thread
from training.speech.sentences import TRAINING
from training.speech.setting import lexicon, model_folder
from training.speech.spoken import VOICES, Spoken, speak

Floats = NDArray[np.float32]

NOISES = ((0.0, 7e-4), (1e-4, 5e-3))  # deviations as a share of full scale, one pair for every other utterance
HIDDEN, EPOCHS, BATCH, RATE, DECAY = 48, 12, 64, 2e-3, 3e-5
SHARP = 0.004  # seconds: the distance from the truth within which a candidate counts as right
PREFERENCE = 0.03  # seconds: how fast a candidate loses by its distance from the aligner's border
NETS = 4
WIDTH = 2 * b.AROUND + 1


class Watcher(b.Finder):
    """Records the input of a finder, and moves nothing."""

    def __init__(self) -> None:
        super().__init__(())

    def refine(
        self, samples: NDArray[np.int16], rows: Sequence[Sequence[b.Border]], plain: Mapping[int, b.Edges]
    ) -> dict[int, b.Edges]:
        self.samples, self.borders = samples, [border for row in rows for border in row]
        self.seconds = []
        for border in self.borders:
            if border.after:
                self.seconds.append(plain[border.after[0]][border.after[1]][0])
            elif border.before:
                self.seconds.append(plain[border.before[0]][border.before[1]][1])
        return dict(plain)


@dataclass(frozen=True)
class Examples:
    """A row a border. sound: bands of all frames that its candidates see. kinds: classes of both sides. right: how
    right each candidate is; preference: the addition of the aligner's own border to its score."""

    sound: NDArray[np.float16]
    kinds: Floats
    right: Floats
    preference: Floats

    def inputs(self, rows: NDArray[np.int64]) -> Floats:
        """The network's input for the candidates in the form of boundaries.inputs(), (rows, candidates, INPUTS)."""
        seen = np.lib.stride_tricks.sliding_window_view(self.sound[rows].astype(np.float32), WIDTH, axis=1)
        seen = seen.transpose(0, 1, 3, 2).reshape(len(rows), self.right.shape[1], -1)
        kinds = np.broadcast_to(self.kinds[rows, None], (*seen.shape[:2], 2 * b.KINDS))
        return np.concatenate([seen, kinds], axis=2)


def edges(spoken: Spoken) -> Iterator[tuple[str, str, float]]:
    """(left, right, second) of every spoken border; a name is "" for silence."""
    before, at = "", 0.0
    for name, start, end in spoken.phones:
        named = "" if name == "SIL" else name
        if named or before:
            yield before, named, start
        before, at = named, end
    if before:
        yield before, "", at


def examples() -> Examples:
    words = lexicon()
    sound, kinds, right, preference = [], [], [], []
    for number, (text, voice) in enumerate((text, voice) for text in TRAINING for voice in VOICES):
        for noise in NOISES[number % 2]:
            spoken = speak(text, voice)
            added = np.random.default_rng(number).normal(0, noise * 32768, len(spoken.samples))
            samples = np.clip(np.rint(spoken.samples + added), -32768, 32767).astype(np.int16)
            tokens, watcher = words.tokens(text), Watcher()
            Aligner(model_folder(), tokens, watcher).place(samples, tokens)
            energy = b.bands(watcher.samples)
            for border, second, truth in matched(watcher, list(edges(spoken))):
                centres = np.arange(round(second / b.STEP) - b.REACH, round(second / b.STEP) + b.REACH + 1)
                around = np.arange(centres[0] - b.AROUND, centres[-1] + b.AROUND + 1)
                by = np.exp(-0.5 * ((centres * b.STEP - truth) / SHARP) ** 2)
                sound.append(energy[np.clip(around, 0, len(energy) - 1)].astype(np.float16))
                kinds.append(np.eye(b.KINDS)[[b.kind(border.left), b.kind(border.right)]].ravel())
                right.append(by / by.sum())
                preference.append(-np.abs(centres * b.STEP - second) / PREFERENCE)
    return Examples(
        np.array(sound),
        *(np.array(rows, np.float32) for rows in (kinds, right, preference)),
    )


def matched(watcher: Watcher, spoken: Sequence[tuple[str, str, float]]) -> Iterator[tuple[b.Border, float, float]]:
    """Borders both aligned and spoken, within reach, with the aligner's second and the true one."""
    got, want = [(x.left, x.right) for x in watcher.borders], [(left, right) for left, right, _ in spoken]
    for i, j, count in SequenceMatcher(None, got, want, False).get_matching_blocks():
        for k in range(count):
            second, truth = watcher.seconds[i + k], spoken[j + k][2] + PAD * b.HOP_SECONDS
            if abs(second - truth) <= b.REACH * b.STEP:
                yield watcher.borders[i + k], second, truth


def fit(data: Examples, seed: int) -> tuple[Floats, Floats, Floats]:
    """Adam on the cross-entropy between the truth and the softmax of scores plus the aligner's preference."""
    rng = np.random.default_rng(seed)
    weights = [
        rng.normal(0, b.INPUTS**-0.5, (b.INPUTS, HIDDEN)).astype(np.float32),
        np.zeros(HIDDEN, np.float32),
        rng.normal(0, HIDDEN**-0.5, HIDDEN).astype(np.float32),
    ]
    means, squares = ([np.zeros_like(w) for w in weights] for _ in range(2))
    step = 0
    for epoch in range(EPOCHS):
        rate = RATE * 0.5 * (1 + np.cos(np.pi * epoch / EPOCHS))
        order = rng.permutation(len(data.right))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            x = data.inputs(rows)
            hidden = np.tanh(x @ weights[0] + weights[1])
            scores = hidden @ weights[2] + data.preference[rows]
            share = np.exp(scores - scores.max(axis=1, keepdims=True))
            share /= share.sum(axis=1, keepdims=True)
            error = (share - data.right[rows]) / len(rows)
            back = error[..., None] * weights[2] * (1 - hidden**2)
            flat = back.reshape(-1, HIDDEN)
            gradients = [
                x.reshape(-1, b.INPUTS).T @ flat + DECAY * weights[0],
                flat.sum(axis=0),
                hidden.reshape(-1, HIDDEN).T @ error.ravel() + DECAY * weights[2],
            ]
            step += 1
            for k, g in enumerate(gradients):
                means[k] += 0.1 * (g - means[k])
                squares[k] += 0.001 * (g * g - squares[k])
                weights[k] -= rate * (means[k] / (1 - 0.9**step)) / (np.sqrt(squares[k] / (1 - 0.999**step)) + 1e-8)
    return weights[0], weights[1], weights[2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=b.WEIGHTS)
    out = parser.parse_args().out
    kept: dict[str, NDArray[np.generic]] = {"count": np.array(NETS)}
    with one_thread():
        data = examples()
        print(f"{len(data.right)} borders", flush=True)
        for n in range(NETS):
            net = fit(data, seed=n)
            kept |= {
                f"{name}{n}": values.astype(np.float16) for name, values in zip(("in", "bias", "out"), net, strict=True)
            }
    np.savez(out, **kept)  # type: ignore[arg-type]
    print(f"{sum(v.size for v in kept.values()) - 1} weights in {out}, {out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
