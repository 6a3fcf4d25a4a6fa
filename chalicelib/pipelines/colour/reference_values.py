"""A user's own measurement of a card: CGATS (.cie, .txt, .ti3) and CSV."""

from __future__ import annotations

import csv
import io
import re

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.colour.cards import Card
from chalicelib.pipelines.colour.spaces import lab_of

Floats = NDArray[np.float64]

MAX_BYTES = 1_000_000
_LAB, _XYZ = ("LAB_L", "LAB_A", "LAB_B"), ("XYZ_X", "XYZ_Y", "XYZ_Z")
_NAMES = ("SAMPLE_ID", "SAMPLE_NAME", "SAMPLE_LOC", "NAME", "ID", "PATCH")
_SHORT = {"L": "LAB_L", "L*": "LAB_L", "A": "LAB_A", "A*": "LAB_A", "B": "LAB_B", "B*": "LAB_B"} | {
    "X": "XYZ_X",
    "Y": "XYZ_Y",
    "Z": "XYZ_Z",
}


def _refused(message: str) -> UnreadableFile:
    return UnreadableFile("reference_values_unreadable", message)


def read(content: bytes, name: str) -> tuple[list[str], Floats]:
    """Names and CIELAB (n, 3) under D50 of a card's patches, in the file's order. XYZ has white at Y = 100.

    Raises UnreadableFile, which names the missing parts.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    columns, rows = _csv(text) if name.lower().endswith(".csv") else _cgats(text)
    columns = [_SHORT.get(column.upper(), column.upper()) for column in columns]
    wanted = next((fields for fields in (_LAB, _XYZ) if set(fields) <= set(columns)), None)
    if wanted is None:
        raise _refused("The reference values have neither LAB_L, LAB_A and LAB_B nor XYZ_X, XYZ_Y and XYZ_Z.")
    if not 1 <= len(rows) <= 1000 or any(len(row) != len(columns) for row in rows):
        raise _refused("The reference values have no rows, or rows with more or fewer fields than are named.")
    try:
        values = np.array([[float(row[columns.index(field)]) for field in wanted] for row in rows])
    except ValueError:
        raise _refused("The reference values hold something that is no number.") from None
    if not np.isfinite(values).all():
        raise _refused("The reference values hold something that is no number.")
    lab = lab_of(values / 100) if wanted is _XYZ else values
    if (lab[:, 0] < -1).any() or (lab[:, 0] > 130).any() or (np.abs(lab[:, 1:]) > 200).any():
        raise _refused("The reference values are out of range: L* is 0 to 100, XYZ 100 for white.")
    named = next((columns.index(field) for field in _NAMES if field in columns), None)
    return [row[named] if named is not None else str(i + 1) for i, row in enumerate(rows)], lab


def _cgats(text: str) -> tuple[list[str], list[list[str]]]:
    fields = re.search(r"BEGIN_DATA_FORMAT\s(.*?)\sEND_DATA_FORMAT", text, re.S)
    data = re.search(r"BEGIN_DATA\s*\n(.*?)\n?END_DATA\s*$", text, re.S | re.M)
    if not fields or not data:
        raise _refused("This is no CGATS file: BEGIN_DATA_FORMAT or BEGIN_DATA is missing.")
    rows = [[a or b for a, b in re.findall(r'"([^"]*)"|(\S+)', line)] for line in data[1].splitlines() if line.strip()]
    return fields[1].split(), rows


def _csv(text: str) -> tuple[list[str], list[list[str]]]:
    delimiter = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(row)]
    if not rows:
        raise _refused("The reference values are empty.")
    if delimiter == ";":
        rows[1:] = [[cell.replace(",", ".") for cell in row] for row in rows[1:]]
    return rows[0], rows[1:]


def _key(name: str) -> str:
    """A1, A01 and a1 are one patch."""
    return re.sub(r"(?<=\D)0+(?=\d)", "", name.strip().casefold())


def card_with(card: Card, names: list[str], lab: Floats, source: str) -> Card:
    """The card with a user's values: assigned by the patches' names where they are the card's own, or else in its
    order.

    Raises UnreadableFile where the numbers of patches differ.
    """
    if len(lab) != len(card.centres):
        raise _refused(f"The reference values are for {len(lab)} patches; {card.title} has {len(card.centres)}.")
    own, given = [_key(name) for name in card.names], [_key(name) for name in names]
    if sorted(own) == sorted(given):
        lab = lab[[given.index(name) for name in own]]
    return card.measured(lab, source)
