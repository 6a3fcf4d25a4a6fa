"""SubRip and WebVTT in: one tier for each voice that they name."""

from __future__ import annotations

import html
import re

from chalicelib.pipelines.speech.transcripts.model import Transcript, UnreadableTranscript, Utterance, tier_of

TIMES = re.compile(
    r"^\s*(?:(\d+):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})\s*-->\s*(?:(\d+):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})", re.MULTILINE
)
VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]+)>")
TAG = re.compile(r"</?[a-zA-Z0-9.:_-][^<>]*>|\{\\[^}]*\}")
UNNAMED = "speaker"


def read_subtitles(text: str) -> Transcript:
    """Raises UnreadableTranscript where no cue has a time."""
    transcript = Transcript()
    voices: dict[str, list[Utterance]] = {}
    blocks = re.split(r"\n[ \t]*\n", text)
    for block in blocks:
        found = TIMES.search(block)
        if not found:
            if "-->" in block:
                transcript.skipped.append("A cue whose times can't be read was left out.")
            continue
        lines = block[found.end() :].split("\n", 1)
        spoken = lines[1] if len(lines) > 1 else ""
        voice = VOICE.search(spoken)
        name = html.unescape(voice.group(1)).strip() if voice else UNNAMED
        words = " ".join(html.unescape(TAG.sub(" ", spoken)).split())
        if words:
            parts = found.groups()
            voices.setdefault(name, []).append(Utterance(words, _seconds(parts[:4]), _seconds(parts[4:])))
    if not voices and "-->" not in text:
        raise UnreadableTranscript("The file holds no subtitles.")
    transcript.tiers = [tier_of(name, cues, transcript.skipped) for name, cues in voices.items()]
    return transcript


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = parts
    return float(
        int(hours or 0) * 3600
        + int(minutes or 0) * 60
        + int(seconds or 0)
        + int(fraction or 0) / 10 ** len(fraction or "0")
    )
