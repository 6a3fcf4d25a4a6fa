"""Trains the boundary finder, and writes chalicelib/pipelines/speech/data/boundaries.npz: the same bytes each time.

    nice python -m training.speech.train [--out FILE]

Data: 35 sentences by four of flite's voices (Debian's package `flite`), clean and with faint noise. flite tells where
each phone ends; the aligner without a finder tells where it would put it. Two networks of one hidden layer learn to
score the 21 candidates around the aligner's border, so that the true one wins against the aligner's own preference.
"""

from __future__ import annotations

import argparse
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.speech import boundaries as b
from chalicelib.pipelines.speech.arpabet import CLASSES
from chalicelib.pipelines.speech.placing import Aligner, Placed
from training.speech.sentences import TRAINING
from training.speech.setting import lexicon, model_folder
from training.speech.spoken import VOICES, Spoken, speak

Floats = NDArray[np.float32]

NOISES = (0.0, 1e-4, 7e-4, 5e-3)  # deviations, of full scale
HIDDEN, EPOCHS, BATCH, RATE, DECAY = 48, 24, 64, 2e-3, 3e-5
SHARP = 0.004  # seconds: how far from the truth a candidate still counts as right
NETS = 2


def edges(phones: list[tuple[str, float, float]]) -> list[tuple[str, str, float]]:
    """(left, right, second) of every border, silences included."""
    found = []
    before: tuple[str, float] | None = None
    for name, start, end in phones:
        if name != "SIL":
            joins = before is not None and start - before[1] < 0.001
            if before is not None and not joins:
                found.append((before[0], "SIL", before[1]))
            found.append((before[0] if before and joins else "SIL", name, start))
            before = (name, end)
    return [*found, (before[0], "SIL", before[1])] if before else found


def matched(placed: Placed, spoken: Spoken) -> list[tuple[int, int, float, float]]:
    """(class left, class right, aligner's second, true second) of the borders that both have."""
    got = edges([(p.name, p.start, p.end) for word in placed.words for p in word.phones])
    want = edges(list(spoken.phones))
    found = []
    pairs = [(left, right) for left, right, _ in got], [(left, right) for left, right, _ in want]
    for i, j, count in SequenceMatcher(None, *pairs, False).get_matching_blocks():
        for k in range(count):
            left, right, second = got[i + k]
            found.append((CLASSES[left], CLASSES[right], second, want[j + k][2]))
    return found


def examples() -> tuple[Floats, Floats]:
    """What the network sees of each candidate, (borders, 21, INPUTS), and (borders, 21, 2): how right each is, and what
    the aligner's preference adds to its score."""
    words = lexicon()
    seen, wanted = [], []
    for seed, (text, voice, noise) in enumerate((t, v, n) for t in TRAINING for v in VOICES for n in NOISES):
        spoken = speak(text, voice)
        rng = np.random.default_rng(seed)
        noisy = spoken.samples + rng.normal(0, noise * 32768, len(spoken.samples))
        samples = np.clip(np.rint(noisy), -32768, 32767).astype(np.int16)
        tokens = words.tokens(text)
        energy = b.bands(samples)
        for left, right, second, truth in matched(Aligner(model_folder(), tokens).place(samples, tokens), spoken):
            if abs(second - truth) > b.REACH * b.STEP:
                continue
            centres = np.arange(round(second / b.STEP) - b.REACH, round(second / b.STEP) + b.REACH + 1)
            seen.append(b.inputs(energy, centres, left, right).astype(np.float16))
            right_by = np.exp(-0.5 * ((centres * b.STEP - truth) / SHARP) ** 2)
            wanted.append(np.stack([right_by / right_by.sum(), -np.abs(centres * b.STEP - second) / b.TRUST], axis=1))
    return np.array(seen), np.array(wanted, np.float32)


def fit(seen: Floats, wanted: Floats, seed: int) -> tuple[Floats, Floats, Floats]:
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
        order = rng.permutation(len(seen))
        for start in range(0, len(order), BATCH):
            rows = order[start : start + BATCH]
            x, truth, prior = seen[rows].astype(np.float32), wanted[rows, :, 0], wanted[rows, :, 1]
            hidden = np.tanh(x @ weights[0] + weights[1])
            scores = hidden @ weights[2] + prior
            share = np.exp(scores - scores.max(axis=1, keepdims=True))
            share /= share.sum(axis=1, keepdims=True)
            error = (share - truth) / len(rows)
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
    seen, wanted = examples()
    print(f"{len(seen)} borders")
    kept: dict[str, NDArray[np.generic]] = {"count": np.array(NETS)}
    for n in range(NETS):
        net = fit(seen, wanted, seed=n)
        kept |= {
            f"{name}{n}": values.astype(np.float16) for name, values in zip(("in", "bias", "out"), net, strict=True)
        }
    np.savez(out, **kept)  # type: ignore[arg-type]
    print(f"{sum(v.size for v in kept.values()) - 1} weights in {out}, {out.stat().st_size} bytes")


if __name__ == "__main__":
    main()
