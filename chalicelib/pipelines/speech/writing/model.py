"""An aligned recording, as all writers take it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chalicelib.pipelines.cautions import Caution


@dataclass(frozen=True)
class Interval:
    """start, end: seconds. confidence: 0 to 1, None where there is none."""

    label: str
    start: float
    end: float
    confidence: float | None = None


@dataclass(frozen=True)
class WordInterval(Interval):
    """kind: "word", "fragment" or "noise". guessed: pronounced by its letters."""

    kind: str = "word"
    guessed: bool = False
    phones: tuple[Interval, ...] = ()
    syllables: tuple[Interval, ...] = ()


@dataclass(frozen=True)
class SpokenUtterance(Interval):
    """label: its text as given. unspoken: words of it that were not heard, as spelled."""

    words: tuple[WordInterval, ...] = ()
    unspoken: tuple[str, ...] = ()


@dataclass(frozen=True)
class Speaker:
    name: str
    utterances: tuple[SpokenUtterance, ...]

    @property
    def words(self) -> list[WordInterval]:
        return [word for utterance in self.utterances for word in utterance.words]

    @property
    def phones(self) -> list[Interval]:
        return [phone for word in self.words for phone in word.phones]

    @property
    def syllables(self) -> list[Interval]:
        return [syllable for word in self.words for syllable in word.syllables]


@dataclass
class Aligned:
    """One pair. recording, transcript: file names. stem: of the names of its results. seconds: the sound's length.
    message: why it isn't aligned, or the reasons of the verdict in one text."""

    recording: str
    transcript: str | None
    stem: str
    seconds: float
    verdict: str
    message: str | None
    speakers: list[Speaker] = field(default_factory=list)
    warnings: list[Caution] = field(default_factory=list)
    reasons: list[Caution] = field(default_factory=list)
    words: int = 0

    def as_json(self) -> dict[str, Any]:
        return {
            "recording": self.recording,
            "transcript": self.transcript,
            "seconds": self.seconds,
            "verdict": self.verdict,
            "message": self.message,
            "reasons": [one.answered() for one in self.reasons],
            "warnings": [one.answered() for one in self.warnings],
            "speakers": [{"name": s.name, "utterances": [_utterance(u) for u in s.utterances]} for s in self.speakers],
        }


def _utterance(u: SpokenUtterance) -> dict[str, Any]:
    words = []
    for w in u.words:
        word = {**_times(w), "kind": w.kind, "guessed": w.guessed, "phones": [_times(p) for p in w.phones]}
        words.append(word | ({"syllables": [_times(s) for s in w.syllables]} if w.syllables else {}))
    return {"text": u.label, "start": u.start, "end": u.end, "unspoken": list(u.unspoken), "words": words}


def _times(interval: Interval) -> dict[str, Any]:
    return {
        "label": interval.label,
        "start": interval.start,
        "end": interval.end,
        "confidence": interval.confidence,
    }
