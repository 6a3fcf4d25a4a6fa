"""Long recordings for the speech benchmarks, made of flite's sentences, with the start of each word in seconds."""

from __future__ import annotations

from difflib import SequenceMatcher

import numpy as np

from training.speech.sentences import HELD_OUT
from training.speech.setting import lexicon
from training.speech.spoken import HELD_OUT_VOICE, Spoken, speak

RATE = 16_000
VOICES = ("kal16", "awb", "slt", HELD_OUT_VOICE)


def long_recording(minutes: float, *, music: bool) -> tuple[np.ndarray, list[tuple[str, float]]]:
    """Sentences with pauses; with music, also passages of chords and of speech without text.

    Returns samples, and each word that has text with its start in seconds, -1 where flite's pronunciation differs from
    the dictionary's.
    """
    rng = np.random.default_rng(3)
    parts: list[np.ndarray] = []
    words: list[tuple[str, float]] = []
    at = 0
    while at < minutes * 60 * RATE:
        n = int(rng.integers(len(HELD_OUT)))
        spoken = speak(HELD_OUT[n], VOICES[int(rng.integers(len(VOICES)))])
        if not (music and rng.random() < 0.08):
            words += [(word, at / RATE + second if second >= 0 else -1.0) for word, second in _word_starts(spoken)]
        parts.append(spoken.samples)
        parts.append(rng.normal(0, 5, int(rng.uniform(0.3, 2.0) * RATE)))
        if music and rng.random() < 0.08:
            t = np.arange(int(rng.uniform(3, 9) * RATE)) / RATE
            tones = 110 * 2 ** (rng.integers(0, 24, 4) / 12)
            chord = np.sum([np.sin(2 * np.pi * tone * t) for tone in tones], axis=0)
            parts.append(1500 * chord * (1 + 0.3 * np.sin(2 * np.pi * 3 * t)))
        at = sum(map(len, parts))
    return np.clip(np.concatenate(parts), -32768, 32767).astype(np.int16), words


def _word_starts(spoken: Spoken) -> list[tuple[str, float]]:
    """Each word with the start of its first phone, -1 where flite pronounces it differently."""
    tokens = lexicon().tokens(spoken.text)
    row = [(phone, i, k) for i, t in enumerate(tokens) for k, phone in enumerate(t.pronunciations[0])]
    want = [(name, start) for name, start, _ in spoken.phones if name != "SIL"]
    found: dict[int, float] = {}
    for a, b, n in SequenceMatcher(None, [p for p, *_ in row], [w for w, _ in want], False).get_matching_blocks():
        for j in range(n):
            if row[a + j][2] == 0:
                found[row[a + j][1]] = want[b + j][1]
    return [(token.label, found.get(i, -1.0)) for i, token in enumerate(tokens)]
