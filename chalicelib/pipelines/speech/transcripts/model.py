"""The content of a transcript: who says what, from when to when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

BEYOND = 0.05  # seconds: less is rounding
TINY = 0.001  # seconds: anything shorter than a millisecond is no interval


@dataclass(frozen=True)
class Utterance:
    """start, end in seconds; None where the transcript doesn't state them: then it is the whole recording."""

    text: str
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True)
class Tier:
    """name: of the speaker. Utterances in order of time, none overlapping another."""

    name: str
    utterances: tuple[Utterance, ...]


@dataclass
class Transcript:
    """tiers: in the order of the file. skipped: a sentence for each part that was left out or mended."""

    tiers: list[Tier] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not any(utterance.text.strip() for tier in self.tiers for utterance in tier.utterances)


class UnreadableTranscript(Exception):
    """The transcript can't be read; one sentence says why."""


def tier_of(name: str, utterances: Iterable[Utterance], skipped: list[str]) -> Tier:
    """A tier with its utterances in order. Those that end where or before they start are left out and listed; one that
    overlaps the one before begins where that one ends."""
    kept: list[Utterance] = []
    for number, given in enumerate(utterances, 1):
        if given.start is None or given.end is None:
            kept.append(given)
        elif given.end - given.start < TINY:
            if given.text.strip():
                skipped.append(
                    f"Tier {name}: interval {number} ({given.start:.3f} to {given.end:.3f} s) ends where it starts "
                    "or before and was left out."
                )
        else:
            kept.append(given)
    kept.sort(key=lambda u: u.start or 0.0)
    out: list[Utterance] = []
    for utterance in kept:
        before = out[-1].end if out else None
        if before is not None and utterance.start is not None and utterance.end is not None:
            if utterance.end - before < TINY:
                skipped.append(f"Tier {name}: an interval up to {utterance.end:.3f} s lies inside another; left out.")
                continue
            if before - utterance.start > TINY:
                skipped.append(
                    f"Tier {name}: an interval began at {utterance.start:.3f} s, before the one before it ended; "
                    f"it now begins at {before:.3f} s."
                )
            out.append(replace(utterance, start=max(before, utterance.start)))
        else:
            out.append(utterance)
    return Tier(name, tuple(out))


def distinct(tiers: Iterable[Tier], skipped: list[str]) -> list[Tier]:
    """The tiers with a name of its own for each, since results are named by them; a changed name is listed."""
    kept: dict[str, Tier] = {}
    for tier in tiers:
        name, number = tier.name, 2
        while name in kept:
            name, number = f"{tier.name} ({number})", number + 1
        if name != tier.name:
            skipped.append(f"Two tiers are named {tier.name}; the second one is {name} here.")
        kept[name] = replace(tier, name=name)
    return list(kept.values())


def within(transcript: Transcript, seconds: float) -> Transcript:
    """The same inside a recording of that length: utterances behind its end are left out and listed."""
    skipped = list(transcript.skipped)
    tiers = []
    for tier in transcript.tiers:
        kept = []
        for utterance in tier.utterances:
            start = 0.0 if utterance.start is None else max(0.0, utterance.start)
            end = seconds if utterance.end is None else min(seconds, utterance.end)
            if end - start < TINY:
                if utterance.text.strip():
                    skipped.append(
                        f"Tier {tier.name}: an interval at {start:.3f} s lies after the sound's end; left out."
                    )
                continue
            outside = max((utterance.end or 0.0) - seconds, -(utterance.start or 0.0))
            if outside > BEYOND and utterance.text.strip():
                skipped.append(
                    f"Tier {tier.name}: the interval at {start:.3f} s reaches {outside:.3f} s beyond the sound; cut."
                )
            kept.append(Utterance(utterance.text, start, end))
        tiers.append(Tier(tier.name, tuple(kept)))
    return Transcript(tiers, skipped)
