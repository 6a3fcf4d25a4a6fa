"""Transcripts in tables (.xlsx, .tsv, .csv): one for each recording, or one for all of them."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from chalicelib.pipelines.speech.transcripts.encodings import text_of
from chalicelib.pipelines.speech.transcripts.model import Transcript, UnreadableTranscript, Utterance, tier_of

MOST_ROWS = 500_000
MOST_UNPACKED = 300 * 1024 * 1024
LEADING = 100  # rows of a sheet that show whether it is empty
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
Row = Sequence[str]


@dataclass(frozen=True)
class Record:
    """A row by its columns; file is "" in a table that belongs to one recording. number: its line, from 1."""

    number: int
    file: str
    speaker: str
    utterance: Utterance


def rows_of(name: str, content: bytes, skipped: list[str]) -> list[Row]:
    """The table's cells as text; of a workbook, its first sheet that isn't empty. Sheets behind it are listed.

    Raises UnreadableTranscript.
    """
    if name.lower().endswith(".xlsx"):
        return _sheet(content, skipped)
    text, _ = text_of(content)
    if told := re.match(r"sep=(.)\n", text):  # as Excel writes and reads it
        text, delimiter = text[told.end() :], told[1]
    elif name.lower().endswith(".tsv") or "\t" in text.split("\n", 1)[0]:
        delimiter = "\t"
    elif re.match(r"[^,;\n|]*\|", text):  # as LJSpeech has it, where quotes are part of the text
        return _bounded([cell.strip() for cell in line.split("|")] for line in text.split("\n"))
    else:
        delimiter = ";" if _semicolons(text) else ","
    unclosed = text.count('"') % 2 == 1
    if unclosed and delimiter == "\t":
        # Quotes don't separate cells here; an unclosed one would swallow the rows behind it.
        return _bounded([cell.strip().strip('"') for cell in line.split("\t")] for line in text.split("\n"))
    try:
        rows = _bounded([cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error:
        raise UnreadableTranscript("The table can't be read as comma- or tab-separated values.") from None
    if unclosed and rows and any("\n" in cell for cell in rows[-1]):
        raise UnreadableTranscript("A quote in the table is not closed.")
    return rows


def records(rows: Sequence[Row], *, timed: bool, master: bool, skipped: list[str]) -> list[Record]:
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
            skipped.append(f"Row {number} has more cells than the table has columns; they were left out.")
        cells = {column: row[at] if at < len(row) else "" for column, at in where.items()}
        start, end = (_scaled(cells.get(edge, ""), scales.get(edge, 1.0)) for edge in ("start", "end"))
        if not cells["text"]:
            skipped.append(f"Row {number} has no text and was left out.")
        elif timed and (start is None or end is None):
            skipped.append(f"Row {number} has no start or end that is a time; it was left out.")
        elif master and not cells["file"]:
            skipped.append(f"Row {number} names no file and was left out.")
        else:
            times = (start, end) if timed else (None, None)
            utterance = Utterance(cells["text"], *times)
            found.append(Record(number, cells.get("file", ""), cells.get("speaker") or UNNAMED, utterance))
    return found


def transcript_of(found: Iterable[Record], skipped: list[str]) -> Transcript:
    """The rows of one recording. Several rows without times are one text; equal ones count once."""
    tiers: dict[str, list[Record]] = {}
    for record in found:
        tiers.setdefault(record.speaker, []).append(record)
    transcript = Transcript(skipped=skipped)
    for name, rows in tiers.items():
        utterances = [record.utterance for record in rows]
        if len(rows) > 1 and utterances[0].start is None:
            texts = dict.fromkeys(utterance.text for utterance in utterances)
            numbers = ", ".join(str(record.number) for record in rows)
            done = "their texts were joined" if len(texts) > 1 else "their text is the same and counts once"
            skipped.append(f"Rows {numbers} are of one recording; {done}.")
            utterances = utterances[:1] if len(texts) == 1 else [Utterance(" ".join(u.text for u in utterances))]
        transcript.tiers.append(tier_of(name, utterances, transcript.skipped))
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
                if unit in NO_TIMES:
                    raise UnreadableTranscript(
                        f"The column {cell} is in {unit}; it must be in seconds or milliseconds."
                    )
                where[column] = at
                scales[column] = UNITS.get(unit, 1.0)
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


def _semicolons(text: str) -> bool:
    line = text.split("\n", 1)[0]
    return line.count(";") > line.count(",")


def _bounded(rows: Iterable[Row]) -> list[Row]:
    kept: list[Row] = []
    for row in rows:
        if len(kept) >= MOST_ROWS:
            raise UnreadableTranscript(f"The table has more than {MOST_ROWS:,} rows.")
        kept.append(row)
    return kept


def _sheet(content: bytes, skipped: list[str]) -> list[Row]:
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MOST_UNPACKED:
                raise UnreadableTranscript("The workbook is too large once unpacked.")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        filled = [sheet for sheet in book.worksheets if _has_cells(sheet.iter_rows(max_row=LEADING, values_only=True))]
        if len(filled) > 1:
            left = ", ".join(sheet.title for sheet in filled[1:])
            skipped.append(f"Only the sheet {filled[0].title} was read, and not {left}.")
        rows = filled[0].iter_rows(values_only=True) if filled else ()
        return _bounded([_cell(value) for value in row] for row in rows)
    except UnreadableTranscript:
        raise
    except Exception:  # a stranger's workbook: openpyxl may raise anything
        raise UnreadableTranscript("The workbook can't be read.") from None


def _has_cells(rows: Iterable[Sequence[object]]) -> bool:
    return any(value is not None for row in rows for value in row)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()  # a cell with a date
    return unicodedata.normalize("NFC", str(value)).strip()
