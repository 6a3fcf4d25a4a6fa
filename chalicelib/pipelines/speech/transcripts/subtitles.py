"""Reads SubRip and WebVTT: one tier for each voice that they name."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import zip_longest

from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.speech.transcripts.model import Transcript, UnreadableTranscript, Utterance, tier_of

TIMES = re.compile(
    r"^\s*(?:(\d+):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})\s*-->\s*(?:(\d+):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})", re.MULTILINE
)
VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
TAG = re.compile(r"</?[a-zA-Z0-9.:_-][^<>]*>|\{\\[^}]*\}")
UNNAMED = "speaker"


def read_subtitles(text: str) -> Transcript:
    """A cue that several voices share belongs to each for all of its time. Raises UnreadableTranscript where no cue has
    a time."""
    transcript = Transcript()
    voices: dict[str, list[Utterance]] = {}
    for block in re.split(r"\n[ \t]*\n", text):
        if re.match(r"\s*(?:NOTE|STYLE|REGION)\b", block):
            continue
        found = list(TIMES.finditer(block))
        if not found and "-->" in block:
            transcript.cautions.append(Caution("cue_without_times", "A cue whose times can't be read was left out."))
        elif not found and not block.lstrip().startswith("WEBVTT") and re.search(r"[^\W\d]", block):
            words = " ".join(block.split())[:60]
            sentence = "A text outside any cue was left out: {text}"
            transcript.cautions.append(Caution.filled("text_outside_cues", sentence, text=words))
        for times, following in zip_longest(found, found[1:]):
            spoken = block[times.end() : following.start() if following else None].partition("\n")[2]
            if following:
                # Without a blank line between two cues the next one's number ends this one's text.
                spoken = re.sub(r"(?:^|\n)\s*\d+\s*$", "", spoken)
            start, end = _seconds(times.groups()[:4]), _seconds(times.groups()[4:])
            for name, words in _voices(spoken):
                voices.setdefault(name, []).append(Utterance(words, start, end))
    if not voices and "-->" not in text:
        raise UnreadableTranscript("The file holds no subtitles.")
    transcript.tiers = [tier_of(name, cues, transcript.cautions) for name, cues in voices.items()]
    return transcript


def _voices(spoken: str) -> Iterator[tuple[str, str]]:
    """Each speaker with the spoken text."""
    before, *rest = VOICE.split(spoken)
    for name, said in [(UNNAMED, before), *zip(rest[::2], rest[1::2], strict=True)]:
        if words := " ".join(html.unescape(TAG.sub(" ", said)).split()):
            yield html.unescape(name).strip() or UNNAMED, words


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = parts
    return float(
        int(hours or 0) * 3600
        + int(minutes or 0) * 60
        + int(seconds or 0)
        + int(fraction or 0) / 10 ** len(fraction or "0")
    )
