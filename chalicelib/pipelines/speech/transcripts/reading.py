"""Reads a transcript's file of any form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.speech.names import MASTER, TABLES, extension_of
from chalicelib.pipelines.speech.transcripts import cells, elan, subtitles, tables, textgrids
from chalicelib.pipelines.speech.transcripts.encodings import is_binary, text_of
from chalicelib.pipelines.speech.transcripts.model import Tier, Transcript, UnreadableTranscript, Utterance

MOST_BYTES = 64 * 1024 * 1024
UNNAMED = tables.UNNAMED


@dataclass
class Reading:
    """transcript: of one recording. master: the records of a table that holds several."""

    transcript: Transcript | None = None
    master: list[tables.Record] | None = None
    cautions: list[Caution] = field(default_factory=list)
    encoding: str | None = None

    def facts(self) -> dict[str, Any]:
        """What the inspection reports about the file."""
        found: dict[str, Any] = {"encoding": self.encoding} if self.encoding else {}
        if self.master is not None:
            return {**found, "rows": len(self.master)}
        tiers = self.transcript.tiers if self.transcript else []
        return {**found, "tiers": len(tiers), "utterances": sum(len(tier.utterances) for tier in tiers)}


def read(name: str, content: bytes, transcripts: str) -> Reading:
    """transcripts: the option of that name. Raises UnreadableTranscript."""
    extension = extension_of(name)
    if extension in TABLES:
        cautions: list[Caution] = []
        timed, master = transcripts.startswith("tiers"), transcripts in MASTER
        found = tables.records(cells.rows_of(name, content, cautions), timed=timed, master=master, cautions=cautions)
        if master:
            return Reading(master=found, cautions=cautions)
        return Reading(tables.transcript_of(found, cautions), cautions=cautions)
    if extension == ".eaf":
        return _of(elan.read_eaf(content), "utf-8")
    text, encoding = text_of(content)
    if text.startswith("{\\rtf") or content.startswith(b"PK\x03\x04") or is_binary(text):
        raise UnreadableTranscript("The file is not plain text; save it as text first.")
    if extension == ".textgrid":
        return _of(textgrids.read_textgrid(text), encoding)
    if extension in (".srt", ".vtt"):
        return _of(subtitles.read_subtitles(text), encoding)
    words = " ".join(text.split())
    return _of(Transcript([Tier(UNNAMED, (Utterance(words),) if words else ())]), encoding)


def _of(transcript: Transcript, encoding: str) -> Reading:
    return Reading(transcript, cautions=transcript.cautions, encoding=encoding)
