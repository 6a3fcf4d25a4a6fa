"""Words and phones of recordings, placed in time. Importing this loads none of its heavy libraries."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel

from chalicelib.files.source import SourceFile
from chalicelib.pipelines.base import FileRules, Inspection, Step
from chalicelib.pipelines.listing import Column, Columns, Kind
from chalicelib.pipelines.speech.names import EXTENSIONS
from chalicelib.pipelines.speech.options import Options
from chalicelib.pipelines.speech.steps import STEPS
from chalicelib.pipelines.workers import Worker, Workers

MAX_BYTES = 750 * 1024 * 1024


class SpeechPipeline:
    """Recordings and their transcripts: each word and phone placed, for Praat, ELAN, tables and subtitles."""

    name = "speech"
    title = "Speech alignment"
    description = (
        "Takes recordings with their transcripts and gives back where each word and phone lies, for Praat, ELAN and "
        "subtitles, with how sure each is and which transcripts don't fit their recordings."
    )
    accepts = FileRules(extensions=EXTENSIONS, max_bytes=MAX_BYTES)
    Options: type[BaseModel] = Options
    per_file = False
    steps: tuple[Step, ...] = STEPS
    # The chain of an hour's words and its sound take 300 MB; the sound is fetched in blocks of five minutes.
    workers = Workers(
        inspect=Worker(memory=1769, seconds=300, batch=10, layers=("speech",)),
        run=Worker(memory=2048, disk=4096, at_once=100, layers=("speech",)),
    )
    listing = Columns((Column("seconds", "seconds"),))
    kind: Kind | None = "audio"

    def check(self, options: Any, models: Callable[[str], Sequence[str]]) -> None:
        from chalicelib.pipelines.speech.languages import check_language

        check_language(options.language, models)

    def inspect(self, file: SourceFile, options: Any) -> Inspection:
        from chalicelib.pipelines.speech.inspecting import inspect_file

        return inspect_file(file, options)


SPEECH = SpeechPipeline()
