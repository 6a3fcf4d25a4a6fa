"""The cells of a table (.xlsx, .tsv, .csv) as text."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime, time

from chalicelib.pipelines.cautions import Caution
from chalicelib.pipelines.speech.transcripts.encodings import text_of
from chalicelib.pipelines.speech.transcripts.model import UnreadableTranscript

MOST_ROWS = 500_000
MOST_UNPACKED = 300 * 1024 * 1024
LEADING = 100  # rows of a sheet that show whether it is empty
Row = Sequence[str]


def rows_of(name: str, content: bytes, cautions: list[Caution]) -> list[Row]:
    """The table's cells as text; of a workbook, its first sheet that isn't empty. Sheets behind it are listed.

    Raises UnreadableTranscript.
    """
    if name.lower().endswith(".xlsx"):
        return _sheet(content, cautions)
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


def _sheet(content: bytes, cautions: list[Caution]) -> list[Row]:
    import openpyxl

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MOST_UNPACKED:
                raise UnreadableTranscript("The workbook is too large once unpacked.")
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        filled = [sheet for sheet in book.worksheets if _has_cells(sheet.iter_rows(max_row=LEADING, values_only=True))]
        if len(filled) > 1:
            left = ", ".join(sheet.title for sheet in filled[1:])
            sentence = "Only the sheet {sheet} was read, and not {others}."
            cautions.append(Caution.filled("other_sheets", sentence, sheet=filled[0].title, others=left))
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
