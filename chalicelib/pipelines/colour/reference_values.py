"""A user's own measurement of a card: CGATS (.cie, .txt, .ti3) and CSV."""

from __future__ import annotations

import csv
import io
import re

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.colour.card_values import CLASSIC_NAMES
from chalicelib.pipelines.colour.cards import Card
from chalicelib.pipelines.colour.difference import delta_e_2000
from chalicelib.pipelines.colour.spaces import lab_of

Floats = NDArray[np.float64]

MAX_BYTES = 1_000_000
_LAB, _XYZ = ("LAB_L", "LAB_A", "LAB_B"), ("XYZ_X", "XYZ_Y", "XYZ_Z")
_NAMES = ("SAMPLE_NAME", "SAMPLE_LOC", "NAME", "PATCH", "SAMPLE_ID", "ID")
_ILLUMINANT = re.compile(r'ILLUMIN\w*[\s",:=]+(?:CIE\s*)?([ACE]|D\d\d|FL?\d\d?)\b', re.I)
_OBSERVER = re.compile(r'OBSERVER\w*[\s",:=]+(\d+)', re.I)
# The lightest patch of a card is its white. No paint or paper reflects all light, or has as much colour under D50.
_WHITE_L, _WHITE_CHROMA = (60.0, 99.0), 12.0
_ANOTHER_CARD = 15.0  # median CIEDE2000 from the maker's values; a print of the card differs by less
_SHORT = {"L": "LAB_L", "L*": "LAB_L", "A": "LAB_A", "A*": "LAB_A", "B": "LAB_B", "B*": "LAB_B"} | {
    "X": "XYZ_X",
    "Y": "XYZ_Y",
    "Z": "XYZ_Z",
}


def _refused(message: str) -> UnreadableFile:
    return UnreadableFile("reference_values_unreadable", message)


def read(content: bytes, name: str) -> tuple[list[list[str]], Floats]:
    """The columns that name a card's patches, the likeliest first, and their CIELAB (n, 3) under D50, in the file's
    order. XYZ has white at Y = 100. Decimal commas are points.

    Raises UnreadableFile, which names the missing or impossible parts.
    """
    text = "\n".join(_text(content).splitlines())
    columns, rows = _csv(text) if name.lower().endswith(".csv") else _cgats(text)
    columns = [_SHORT.get(column.upper(), column.upper()) for column in columns]
    wanted = next((fields for fields in (_LAB, _XYZ) if set(fields) <= set(columns)), None)
    if wanted is None:
        raise _refused("The reference values have neither LAB_L, LAB_A and LAB_B nor XYZ_X, XYZ_Y and XYZ_Z.")
    if not 1 <= len(rows) <= 1000 or any(len(row) != len(columns) for row in rows):
        raise _refused("The reference values have no rows, or rows with more or fewer fields than are named.")
    try:
        values = np.array([[float(row[columns.index(field)].replace(",", ".")) for field in wanted] for row in rows])
    except ValueError:
        raise _refused("The reference values contain something other than numbers.") from None
    if not np.isfinite(values).all():
        raise _refused("The reference values contain something other than numbers.")
    lab = lab_of(values / 100) if wanted is _XYZ else values
    _check(lab)
    return [[row[columns.index(field)] for row in rows] for field in _NAMES if field in columns], lab


def _text(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):  # as spreadsheets save "Unicode text"
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def _check(lab: Floats) -> None:
    """Values on another scale or under another white fit a card as well as true ones, and make all pictures wrong."""
    if (lab[:, 0] < -1).any() or (lab[:, 0] > 130).any() or (np.abs(lab[:, 1:]) > 200).any():
        raise _refused("The reference values are out of range: L* is 0 to 100, XYZ 100 for white.")
    lightness, a, b = lab[np.argmax(lab[:, 0])]
    if not _WHITE_L[0] <= lightness <= _WHITE_L[1]:
        raise _refused(
            f"The lightest reference value has an L* of {lightness:.1f}, which no card's white has: L* is 0 to 100, "
            "XYZ 100 for a surface that reflects all light, not for the card's own white."
        )
    if np.hypot(a, b) > _WHITE_CHROMA:
        raise _refused(
            f"The lightest reference value is tinted (a* {a:.0f}, b* {b:.0f}): the values must be for D50, and another "
            "light's are not."
        )


def _cgats(text: str) -> tuple[list[str], list[list[str]]]:
    fields = re.search(r"BEGIN_DATA_FORMAT\s(.*?)\sEND_DATA_FORMAT", text, re.S)
    data = re.search(r"BEGIN_DATA\s*\n(.*?)\n?END_DATA\s*$", text, re.S | re.M)
    if not fields or not data:
        raise _refused("This isn't a CGATS file: BEGIN_DATA_FORMAT or BEGIN_DATA is missing.")
    for stated, right in ((_ILLUMINANT, ("D50",)), (_OBSERVER, ("2", "1931"))):
        found = stated.search(text[: data.start()])
        if found and found[1].upper() not in right:
            raise _refused(
                f"The reference values are for {found[0].split()[-1].strip(chr(34))}: they must be for D50 and the "
                "observer of 2 degrees."
            )
    rows = [[a or b for a, b in re.findall(r'"([^"]*)"|(\S+)', line)] for line in data[1].splitlines() if line.strip()]
    return fields[1].split(), rows


def _csv(text: str) -> tuple[list[str], list[list[str]]]:
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    rows = [[cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=delimiter) if any(row)]
    if not rows:
        raise _refused("The reference values are empty.")
    return rows[0], rows[1:]


def _key(name: str) -> str:
    """A1, A01 and a-1 are one patch, and so are "dark skin" and "Dark_Skin"."""
    return re.sub(r"(?<!\d)0+(?=\d)", "", re.sub(r"[\W_]+", "", name.casefold()))


def _namings(card: Card) -> list[list[str]]:
    """The ways to name a card's patches, each in the card's order."""
    ways = [list(card.names), [str(number + 1) for number in range(len(card.names))]]
    if card.names == CLASSIC_NAMES:
        cells = card.lattice.astype(int).tolist()
        # X-Rite's own tables have a letter for each column, others one for each row.
        ways += [[f"{'ABCDEF'[x]}{y + 1}" for x, y in cells], [f"{'ABCD'[y]}{x + 1}" for x, y in cells]]
    return [[_key(name) for name in way] for way in ways]


def card_with(card: Card, names: list[list[str]], lab: Floats, source: str) -> Card:
    """The card with a user's values: assigned by the patches' names or numbers where a column of `names` has them, or
    else in the card's order.

    Raises UnreadableFile where the numbers of patches differ, or the values are not this card's at all.
    """
    if len(lab) != len(card.centres):
        raise _refused(f"The reference values are for {len(lab)} patches; {card.title} has {len(card.centres)}.")
    given = [[_key(name) for name in column] for column in names]
    known = next(((way, column) for column in given for way in _namings(card) if sorted(way) == sorted(column)), None)
    if known:
        lab = lab[[known[1].index(name) for name in known[0]]]
    if card.lab is not None and (apart := float(np.median(delta_e_2000(lab, card.lab)))) > _ANOTHER_CARD:
        raise _refused(
            f"Half of the reference values differ from those of {card.title} by a ΔE00 of {apart:.0f} and more: they "
            "are another card's or in another order, and their names aren't the patches'."
        )
    return card.measured(lab, source)
