"""The outcome of an utterance: its words and phones in time, and the parts that don't fit."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

SURE, SPREAD = 0.6, 0.7  # of a word's mean score: where right and wrong are equally likely, and how fast that changes


@dataclass(frozen=True)
class Phone:
    """start, end: seconds from the utterance's sound's start. confidence: 0 to 1."""

    name: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True)
class Word:
    """label: as the transcript spells it. kind: as Token's. phones: () for a noise."""

    label: str
    word: str
    kind: str
    start: float
    end: float
    confidence: float
    guessed: bool
    phones: tuple[Phone, ...]


@dataclass
class Placed:
    """The outcome of an utterance. unspoken: labels that weren't heard. untranscribed: seconds of speech that no word
    accounts for. spoken: seconds that words take. score: mean of the words' frames. coarse: words that only the chain
    placed."""

    words: list[Word] = field(default_factory=list)
    unspoken: list[str] = field(default_factory=list)
    unheard_noises: list[str] = field(default_factory=list)
    untranscribed: float = 0.0
    spoken: float = 0.0
    score: float = 0.0
    coarse: int = 0


def confidence(score: float) -> float:
    """From a mean score to a share of certainty, 0 to 1."""
    return round(float(1 / (1 + np.exp(-(score - SURE) / SPREAD))), 3)
