"""Reads Praat's TextGrid: long and short text, from Praat and others."""

from __future__ import annotations

import math
import re

from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.speech.transcripts.model import (
    Tier,
    Transcript,
    UnreadableTranscript,
    Utterance,
    distinct,
    tier_of,
)

REST = r"|<(exists|absent)>|(?<![\w\[.,+-])([+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?)(?![\w\]])"
# A text in quotes (a quote inside is doubled), a flag, or a number that no name or bracket holds; decimal commas too.
STRICT = re.compile(r'"((?:[^"]|"")*)"' + REST)
# For programs that don't double quotes: a text ends with the quote that ends a line.
LENIENT = re.compile(r'"(.*?)"(?=[ \t]*(?:\n|\Z))' + REST, re.DOTALL)
SUFFIXES = (" - phone", " - syllable", " - word", " - trans")
MOST_INTERVALS = 500_000
UNNAMED = "speaker"


def read_textgrid(text: str) -> Transcript:
    """Interval tiers in their order. Point tiers are listed as left out; of the tiers that this pipeline writes for a
    speaker, only the utterances are taken. Raises UnreadableTranscript."""
    if text.startswith("ooBinaryFile"):
        raise UnreadableTranscript("The TextGrid is in Praat's binary form; save it as a text file.")
    if "chronological TextGrid" in text[:200]:
        raise UnreadableTranscript("The TextGrid is in Praat's chronological form; save it as a text file.")
    try:
        return _read(text, STRICT)
    except UnreadableTranscript as reason:
        try:
            return _read(text, LENIENT)
        except UnreadableTranscript:
            raise reason from None


def _read(text: str, form: re.Pattern[str]) -> Transcript:
    tokens = _Tokens(text, form)
    if "ooTextFile" not in text[:200] or not tokens.text().startswith("ooTextFile") or tokens.text() != "TextGrid":
        raise UnreadableTranscript("The file is not a TextGrid.")
    transcript = Transcript()
    tokens.number(), tokens.number()
    if tokens.flag() == "absent":
        return transcript
    tiers: list[Tier] = []
    for _ in range(tokens.count()):
        kind, name = tokens.text(), tokens.text() or UNNAMED
        tokens.number(), tokens.number()
        count = tokens.count()
        if kind == "IntervalTier":
            intervals = []
            for _ in range(count):
                start, end = tokens.number(), tokens.number()
                intervals.append(Utterance(tokens.text(), start, end))
            tiers.append(tier_of(name, (i for i in intervals if i.text.strip()), transcript.cautions))
        elif kind == "TextTier":
            for _ in range(count):
                tokens.number(), tokens.text()
            sentence = "Tier {tier} holds points, not intervals; it was left out."
            transcript.cautions.append(Caution.filled("tier_of_points", sentence, tier=name))
        else:
            raise UnreadableTranscript("The TextGrid holds a tier of an unknown class.")
    transcript.tiers = distinct(_speakers(tiers), transcript.cautions)
    return transcript


def _speakers(tiers: list[Tier]) -> list[Tier]:
    names = {tier.name for tier in tiers}
    kept = []
    for tier in tiers:
        stem, suffix = next(((tier.name[: -len(s)], s) for s in SUFFIXES if tier.name.endswith(s)), (tier.name, ""))
        if suffix == " - trans":
            kept.append(Tier(stem, tier.utterances))
        elif not suffix or f"{stem} - trans" not in names:
            kept.append(tier)
    return kept


class _Tokens:
    def __init__(self, text: str, form: re.Pattern[str]) -> None:
        self._found = form.finditer(text)

    def _next(self, what: str, group: int) -> str:
        for found in self._found:
            if (value := found.group(group)) is not None:
                return value
            raise UnreadableTranscript(f"The TextGrid is damaged: it should have {what} at character {found.start()}.")
        raise UnreadableTranscript("The TextGrid is cut off.")

    def text(self) -> str:
        return self._next("a text", 1).replace('""', '"')

    def flag(self) -> str:
        return self._next("a flag", 2)

    def number(self) -> float:
        number = float(self._next("a number", 3).replace(",", "."))
        if not math.isfinite(number):
            raise UnreadableTranscript("The TextGrid is damaged: a number in it is too large.")
        return number

    def count(self) -> int:
        number = self.number()
        if not 0 <= number <= MOST_INTERVALS or number != int(number):
            raise UnreadableTranscript("The TextGrid is damaged: a number of tiers or intervals is impossible.")
        return int(number)
