"""Writes SubRip and WebVTT: a cue for each utterance, long ones cut at their pauses."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.pipelines.speech.writing.model import Aligned, SpokenUtterance, WordInterval

LONGEST_CHARACTERS = 84  # two lines of 42
LONGEST_SECONDS = 7.0
PAUSE = 0.6


@dataclass(frozen=True)
class Cue:
    start: float
    end: float
    speaker: str
    text: str


def cues(aligned: Aligned) -> list[Cue]:
    """The cues in the order of time; words are spelled as in the transcript."""
    found = [
        cue
        for speaker in aligned.speakers
        for utterance in speaker.utterances
        for cue in _cues_of(utterance, speaker.name)
    ]
    return sorted(found, key=lambda cue: (cue.start, cue.end))


def _cues_of(utterance: SpokenUtterance, speaker: str) -> Iterator[Cue]:
    if not utterance.words:
        return
    whole = (utterance.words[0].start, utterance.words[-1].end)
    if len(utterance.label) <= LONGEST_CHARACTERS and whole[1] - whole[0] <= LONGEST_SECONDS and not utterance.unspoken:
        yield Cue(*whole, speaker, " ".join(utterance.label.split()))
        return
    group: list[WordInterval] = []
    for word in utterance.words:
        length = sum(len(w.label) + 1 for w in group) + len(word.label)
        if group and (
            length > LONGEST_CHARACTERS
            or word.end - group[0].start > LONGEST_SECONDS
            or word.start - group[-1].end > PAUSE
        ):
            yield _cue(group, speaker)
            group = []
        group.append(word)
    yield _cue(group, speaker)


def _cue(words: list[WordInterval], speaker: str) -> Cue:
    return Cue(words[0].start, words[-1].end, speaker, " ".join(word.label for word in words))


def srt(aligned: Aligned) -> bytes:
    several = len(aligned.speakers) > 1
    blocks = [
        f"{number}\n{_time(cue.start, ',')} --> {_time(cue.end, ',')}\n"
        f"{f'{cue.speaker}: ' if several else ''}{cue.text}\n"
        for number, cue in enumerate(cues(aligned), 1)
    ]
    return "\n".join(blocks).encode()


def vtt(aligned: Aligned) -> bytes:
    blocks = [
        f"{_time(cue.start, '.')} --> {_time(cue.end, '.')}\n"
        f"<v {html.escape(cue.speaker, quote=False)}>{html.escape(cue.text, quote=False)}\n"
        for cue in cues(aligned)
    ]
    return "\n".join(["WEBVTT\n", *blocks]).encode()


def _time(seconds: float, mark: str) -> str:
    milliseconds = round(seconds * 1000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}{mark}{milliseconds % 1000:03}"
