"""Transcripts in tables (.xlsx, .tsv, .csv): one for each recording, or one for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.speech.transcripts.cells import Row
from chalicelib.pipelines.speech.transcripts.model import Transcript, UnreadableTranscript, Utterance, tier_of

UNNAMED = "speaker"

COLUMNS = {
    "file": ("file", "filename", "file name", "name", "audio", "recording", "path", "wav", "sound", "datei", "fichier"),
    "speaker": ("speaker", "tier", "participant", "voice", "sprecher", "locuteur"),
    "start": (
        "start",
        "begin",
        "onset",
        "from",
        "xmin",
        "tmin",
        "start time",
        "begin time",
        "anfang",
        "beginn",
        "début",
    ),
    "end": ("end", "stop", "offset", "to", "xmax", "tmax", "end time", "ende", "fin"),
    "text": (
        "text",
        "transcript",
        "transcription",
        "utterance",
        "sentence",
        "orthography",
        "annotation",
        "label",
        "trans",
        "texte",
    ),
}
UNITS = {
    "ms": 0.001, "msec": 0.001, "msecs": 0.001, "millis": 0.001, "milliseconds": 0.001, "s": 1.0, "sec": 1.0,
    "secs": 1.0, "seconds": 1.0, "ss.msec": 1.0, "min": 60.0, "minutes": 60.0, "us": 1e-6, "µs": 1e-6,
}  # fmt: skip
"""Units that a heading may state, in seconds."""
NO_TIMES = ("sample", "samples", "frame", "frames", "ticks")


@dataclass(frozen=True)
class Record:
    """A row by its columns; file is "" in a table that belongs to one recording. number: its line, from 1."""

    number: int
    file: str
    speaker: str
    utterance: Utterance


def records(rows: Sequence[Row], *, timed: bool, master: bool, cautions: list[Caution]) -> list[Record]:
    """The rows as utterances. timed: whether they have starts and ends. master: whether they name their file. Columns
    are found by their headings, or without headings by their order: [file] [speaker] [start end] text. Rows that can't
    be used are listed.

    Raises UnreadableTranscript where a column is missing.
    """
    filled = [(number, row) for number, row in enumerate(rows, 1) if any(row)]
    if not filled:
        return []
    (where, scales), width = _headings(filled[0][1]), len(filled[0][1])
    wanted = [*(["file"] if master else []), *(["start", "end"] if timed else []), "text"]
    if where is not None:
        filled = filled[1:]
        if missing := [column for column in wanted if column not in where]:
            raise UnreadableTranscript(f"The table has no column named {' or '.join(missing)}.")
    else:
        where = _by_order(filled[0][1], wanted)
    found = []
    for number, given in filled:
        row = given
        if len(row) > width and where["text"] == width - 1:
            # Commas in a text without quotes.
            row = [*row[: width - 1], ", ".join(cell for cell in row[width - 1 :] if cell)]
        elif any(row[width:]):
            cautions.append(
                Caution.filled(
                    "row_too_wide",
                    "Row {row} has more cells than the table has columns; they were left out.",
                    row=number,
                )
            )
        cells = {column: row[at] if at < len(row) else "" for column, at in where.items()}
        start, end = (_scaled(cells.get(edge, ""), scales.get(edge, 1.0)) for edge in ("start", "end"))
        if not cells["text"]:
            cautions.append(Caution.filled("row_without_text", "Row {row} has no text and was left out.", row=number))
        elif timed and (start is None or end is None):
            cautions.append(
                Caution.filled(
                    "row_without_times", "Row {row} has no start or end that is a time; it was left out.", row=number
                )
            )
        elif master and not cells["file"]:
            cautions.append(Caution.filled("row_without_file", "Row {row} names no file and was left out.", row=number))
        else:
            times = (start, end) if timed else (None, None)
            utterance = Utterance(cells["text"], *times)
            found.append(Record(number, cells.get("file", ""), cells.get("speaker") or UNNAMED, utterance))
    return found


def transcript_of(found: Iterable[Record], cautions: list[Caution]) -> Transcript:
    """The rows of one recording. Several rows without times are one text; equal ones count once."""
    tiers: dict[str, list[Record]] = {}
    for record in found:
        tiers.setdefault(record.speaker, []).append(record)
    transcript = Transcript(cautions=cautions)
    for name, rows in tiers.items():
        utterances = [record.utterance for record in rows]
        if len(rows) > 1 and utterances[0].start is None:
            texts = dict.fromkeys(utterance.text for utterance in utterances)
            numbers = ", ".join(str(record.number) for record in rows)
            cautions.append(
                Caution.filled(
                    "rows_joined", "Rows {rows} are of one recording; their texts were joined.", rows=numbers
                )
                if len(texts) > 1
                else Caution.filled(
                    "rows_equal",
                    "Rows {rows} are of one recording; their text is the same and counts once.",
                    rows=numbers,
                )
            )
            utterances = utterances[:1] if len(texts) == 1 else [Utterance(" ".join(u.text for u in utterances))]
        transcript.tiers.append(tier_of(name, utterances, transcript.cautions))
    return transcript


def number_of(cell: str) -> float | None:
    """Seconds: 1.5, 1,5, 0:01.5 or 0:00:01,5."""
    cell = cell.strip().replace(",", ".")
    if not re.fullmatch(r"(?:\d+:){0,2}\d+(?:\.\d+)?|\.\d+", cell):
        return None
    seconds = 0.0
    for part in cell.split(":"):
        seconds = seconds * 60 + float(part)
    return seconds


def _scaled(cell: str, seconds: float) -> float | None:
    """A time in a unit of that many seconds. One that is written with colons is in hours, minutes and seconds."""
    number = number_of(cell)
    return number if number is None or ":" in cell else number * seconds


def _headings(row: Row) -> tuple[dict[str, int] | None, dict[str, float]]:
    """(the columns' places, the units of those that state one, in seconds); no places where the row is no heading."""
    where: dict[str, int] = {}
    scales: dict[str, float] = {}
    for at, cell in enumerate(row):
        name, unit = _named(cell)
        for column, names in COLUMNS.items():
            if name in names and column not in where:
                if column in ("start", "end") and unit in NO_TIMES:
                    raise UnreadableTranscript(
                        f"The column {cell} is in {unit}; it must be in seconds or milliseconds."
                    )
                where[column] = at
                if column in ("start", "end") and unit in UNITS:
                    scales[column] = UNITS[unit]
    if len(scales) == 1:  # stated once, meant for both
        scales = dict.fromkeys(("start", "end"), next(iter(scales.values())))
    return (where if "text" in where or len(where) >= 2 else None), scales


def _named(heading: str) -> tuple[str, str]:
    """(name, unit) of a heading: "Start (ms)", "start_ms", "Begin Time - msec"."""
    heading = re.sub(r"[_\s]+", " ", heading).strip().lower()
    if bracketed := re.fullmatch(r"(.*?) ?[\[(](.*?)[\])]", heading):
        return bracketed[1], bracketed[2]
    apart = re.fullmatch(r"(.*?)(?: -| in)? (\S+)", heading)
    known = apart and (apart[2] in UNITS or apart[2] in NO_TIMES or ":" in apart[2])
    return (apart[1], apart[2]) if apart and known else (heading, "")


def _by_order(row: Row, wanted: Sequence[str]) -> dict[str, int]:
    count = len(row)
    while count and not row[count - 1]:
        count -= 1
    if count == len(wanted):
        return {column: at for at, column in enumerate(wanted)}
    if count == len(wanted) + 1 and wanted == ["file", "text"]:
        return {"file": 0, "text": 2}  # LJSpeech: the text as written, then as spoken
    if count == len(wanted) + 1 and "start" in wanted:
        order = [*wanted[: wanted.index("start")], "speaker", *wanted[wanted.index("start") :]]
        return {column: at for at, column in enumerate(order)}
    raise UnreadableTranscript(
        f"The table has no headings and {count} columns; it should have {len(wanted)}: {', '.join(wanted)}."
    )
