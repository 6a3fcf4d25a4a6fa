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
        "begin time - ss.msec",
        "anfang",
        "beginn",
        "début",
    ),
    "end": ("end", "stop", "offset", "to", "xmax", "tmax", "end time", "end time - ss.msec", "ende", "fin"),
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
Row = Sequence[str]


@dataclass(frozen=True)
class Record:
    """A row by its columns; file is "" in a table that belongs to one recording. number: its line, from 1."""

    number: int
    file: str
    speaker: str
    utterance: Utterance


def rows_of(name: str, content: bytes) -> list[Row]:
    """The table's cells as text. Raises UnreadableTranscript."""
    if name.lower().endswith(".xlsx"):
        return _sheet(content)
    text, _ = text_of(content)
    if told := re.match(r"sep=(.)\n", text):  # as Excel writes and reads it
        text, delimiter = text[told.end() :], told[1]
    elif name.lower().endswith(".tsv") or "\t" in text.split("\n", 1)[0]:
        delimiter = "\t"
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
    where, width = _headings(filled[0][1]), len(filled[0][1])
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
        start, end = number_of(cells.get("start", "")), number_of(cells.get("end", ""))
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
    tiers: dict[str, list[Utterance]] = {}
    for record in found:
        tiers.setdefault(record.speaker, []).append(record.utterance)
    transcript = Transcript(skipped=skipped)
    for name, utterances in tiers.items():
        # Several rows for the whole of one recording are one text.
        whole = utterances[0].start is None
        said = [Utterance(" ".join(u.text for u in utterances))] if whole else utterances
        transcript.tiers.append(tier_of(name, said, transcript.skipped))
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


def _headings(row: Row) -> dict[str, int] | None:
    where: dict[str, int] = {}
    for at, cell in enumerate(row):
        name = re.sub(r"[_\s]+", " ", re.sub(r"[\[(].*?[\])]", "", cell)).strip().lower()
        for column, names in COLUMNS.items():
            if name in names and column not in where:
                where[column] = at
    return where if "text" in where or len(where) >= 2 else None


def _by_order(row: Row, wanted: Sequence[str]) -> dict[str, int]:
    count = len(row)
    while count and not row[count - 1]:
        count -= 1
    if count == len(wanted):
        return {column: at for at, column in enumerate(wanted)}
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


def _sheet(content: bytes) -> list[Row]:
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MOST_UNPACKED:
                raise UnreadableTranscript("The workbook is too large once unpacked.")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        return _bounded([_cell(value) for value in row] for row in sheet.iter_rows(values_only=True))
    except UnreadableTranscript:
        raise
    except Exception:  # a stranger's workbook: openpyxl may raise anything
        raise UnreadableTranscript("The workbook can't be read.") from None


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()  # a cell with a date
    return unicodedata.normalize("NFC", str(value)).strip()
