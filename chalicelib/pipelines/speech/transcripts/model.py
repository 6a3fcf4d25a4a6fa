"""The content of a transcript: who says what, from when to when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from chalicelib.pipelines.cautions import Caution

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
    """tiers: in the order of the file. cautions: about each part that was left out or mended."""

    tiers: list[Tier] = field(default_factory=list)
    cautions: list[Caution] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        return not any(utterance.text.strip() for tier in self.tiers for utterance in tier.utterances)


class UnreadableTranscript(Exception):
    """The transcript can't be read; one sentence says why."""


def tier_of(name: str, utterances: Iterable[Utterance], cautions: list[Caution]) -> Tier:
    """A tier with its utterances in order. Those that end where or before they start are left out and listed; one that
    overlaps the one before begins where that one ends."""
    kept: list[Utterance] = []
    for number, given in enumerate(utterances, 1):
        if given.start is None or given.end is None:
            kept.append(given)
        elif given.end - given.start < TINY:
            if given.text.strip():
                cautions.append(
                    Caution.filled(
                        "interval_without_length",
                        "Tier {tier}: interval {number} ({start} to {end} s) ends where it starts or before and was "
                        "left out.",
                        tier=name,
                        number=number,
                        start=_told(given.start),
                        end=_told(given.end),
                    )
                )
        else:
            kept.append(given)
    kept.sort(key=lambda u: u.start or 0.0)
    out: list[Utterance] = []
    for utterance in kept:
        before = out[-1].end if out else None
        if before is not None and utterance.start is not None and utterance.end is not None:
            if utterance.end - before < TINY:
                sentence = "Tier {tier}: an interval up to {end} s lies inside another; left out."
                cautions.append(Caution.filled("interval_inside", sentence, tier=name, end=_told(utterance.end)))
                continue
            if before - utterance.start > TINY:
                cautions.append(
                    Caution.filled(
                        "interval_overlaps",
                        "Tier {tier}: an interval began at {start} s, before the one before it ended; it now begins at "
                        "{now} s.",
                        tier=name,
                        start=_told(utterance.start),
                        now=_told(before),
                    )
                )
            out.append(replace(utterance, start=max(before, utterance.start)))
        else:
            out.append(utterance)
    return Tier(name, tuple(out))


def distinct(tiers: Iterable[Tier], cautions: list[Caution]) -> list[Tier]:
    """The tiers with a name of its own for each, since results are named by them; a changed name is listed."""
    kept: dict[str, Tier] = {}
    for tier in tiers:
        name, number = tier.name, 2
        while name in kept:
            name, number = f"{tier.name} ({number})", number + 1
        if name != tier.name:
            sentence = "Two tiers are named {tier}; the second one is {name} here."
            cautions.append(Caution.filled("tier_renamed", sentence, tier=tier.name, name=name))
        kept[name] = replace(tier, name=name)
    return list(kept.values())


def within(transcript: Transcript, seconds: float) -> Transcript:
    """The same inside a recording of that length: utterances behind its end are left out and listed."""
    cautions = list(transcript.cautions)
    tiers = []
    for tier in transcript.tiers:
        kept = []
        for utterance in tier.utterances:
            start = 0.0 if utterance.start is None else max(0.0, utterance.start)
            end = seconds if utterance.end is None else min(seconds, utterance.end)
            if end - start < TINY:
                if utterance.text.strip():
                    sentence = "Tier {tier}: an interval at {start} s lies after the sound's end; left out."
                    cautions.append(Caution.filled("interval_after_end", sentence, tier=tier.name, start=_told(start)))
                continue
            outside = max((utterance.end or 0.0) - seconds, -(utterance.start or 0.0))
            if outside > BEYOND and utterance.text.strip():
                sentence = "Tier {tier}: the interval at {start} s reaches {beyond} s beyond the sound; cut."
                cautions.append(
                    Caution.filled("interval_cut", sentence, tier=tier.name, start=_told(start), beyond=_told(outside))
                )
            kept.append(Utterance(utterance.text, start, end))
        tiers.append(Tier(tier.name, tuple(kept)))
    return Transcript(tiers, cautions)


def _told(seconds: float) -> str:
    return f"{seconds:.3f}"
