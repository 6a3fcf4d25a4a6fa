"""Inspection of a file as it arrives: whether it is a recording that can be decoded, or a transcript that can be
read."""

from __future__ import annotations

from typing import Any

from chalicelib.files.source import SourceFile
from chalicelib.pipelines.base import Inspection, UnreadableFile
from chalicelib.pipelines.speech import audio, names
from chalicelib.pipelines.speech.transcripts.model import UnreadableTranscript
from chalicelib.pipelines.speech.transcripts.reading import MOST_BYTES, read

CONTENT_TYPES = {
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".aac": "audio/aac",
    ".ogg": "audio/ogg",
    ".oga": "audio/ogg",
    ".opus": "audio/ogg",
    ".aiff": "audio/aiff",
    ".aif": "audio/aiff",
    ".aifc": "audio/aiff",
    ".wma": "audio/x-ms-wma",
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".eaf": "application/xml",
    ".vtt": "text/vtt",
}


def inspect_file(file: SourceFile, options: Any) -> Inspection:
    """Reads only the header of a recording, and all of a transcript. Raises UnreadableFile."""
    extension = names.extension_of(file.name)
    content_type = CONTENT_TYPES.get(extension, "text/plain")
    if file.verified_sha256 is None:
        file.load()
    if names.is_ignored(file.name):
        return Inspection("application/octet-stream", {"kind": "ignored"})
    if names.is_audio(file.name):
        if file.size == 0:
            raise UnreadableFile("empty_file", "The file is empty.")
        return Inspection(content_type, {"kind": "audio", **audio.probe(file.open())})
    if file.size > MOST_BYTES:
        raise UnreadableFile("transcript_too_large", f"A transcript may have at most {MOST_BYTES // 1024**2} MiB.")
    try:
        found = read(file.name, file.open().read(), options.transcripts)
    except UnreadableTranscript as reason:
        raise UnreadableFile("unreadable_transcript", str(reason)) from None
    return Inspection(content_type, {"kind": "transcript", **found.facts()})
