"""The card to print, as a PDF in vectors: `python -m chalicelib.pipelines.colour.card_pdf` writes the guide anew.

A card from a printer is no reference: the colours of its inks are unknown. It shows how a card lies in a picture and
how detection works; to correct by it, measure it and send its values.
"""

from __future__ import annotations

from pathlib import Path

from chalicelib.pipelines.colour import card_values
from chalicelib.pipelines.colour.pdf_file import POINTS_PER_MM, Page, written

GUIDE = Path(__file__).parents[3] / "guides" / "colour-card.pdf"
_A4 = (297.0, 210.0)
_MM_PER_UNIT = 0.9
# ArUco's DICT_5X5_50, ids 0 to 3, row by row, 1 for white; around each lies a border of one black module.
MARKERS = (
    ("10100", "01011", "01100", "10101", "11100"),
    ("00001", "11000", "00001", "10111", "00110"),
    ("11010", "11110", "00011", "10110", "11101"),
    ("10000", "00111", "00101", "01111", "10111"),
)
_WARNING = (
    "A printer is no reference: measure this card and send its values as reference_values, or use a maker's card."
)


def card() -> bytes:
    """One page of A4 in landscape; the card's 300 by 200 units are 270 by 180 mm. The same bytes each time."""
    from chalicelib.pipelines.colour import layout

    unit = _MM_PER_UNIT * POINTS_PER_MM
    page = Page(_A4[0] * POINTS_PER_MM, _A4[1] * POINTS_PER_MM)
    left = (page.width - layout.SIZE[0] * unit) / 2
    top = (page.height - layout.SIZE[1] * unit) / 2 - 8

    def box(x: float, y: float, width: float, height: float, colour: tuple[float, float, float]) -> None:
        page.rectangle(left + x * unit, top + y * unit, width * unit, height * unit, colour)

    for number, (x, y) in enumerate(layout.marker_origins()):
        module = layout.MARKER_SIDE / 7
        box(x, y, layout.MARKER_SIDE, layout.MARKER_SIDE, (0, 0, 0))
        for row, bits in enumerate(MARKERS[number]):
            for column, bit in enumerate(bits):
                if bit == "1":
                    box(x + (column + 1) * module, y + (row + 1) * module, module, module, (1, 1, 1))
    width, height = layout.CELL
    for number, (red, green, blue) in enumerate(card_values.CLASSIC_SRGB):
        x = layout.PATCHES_FROM[0] + number % layout.COLUMNS * width + layout.PATCH_INSET
        y = layout.PATCHES_FROM[1] + number // layout.COLUMNS * height + layout.PATCH_INSET
        inset = 2 * layout.PATCH_INSET
        box(x, y, width - inset, height - inset, (red / 255, green / 255, blue / 255))
    page.text(left, page.height - 14, f"Millrace aruco24, 270 x 180 mm. {_WARNING}", 8, colour=(0.3, 0.3, 0.3))
    return written([page], "Colour card aruco24")


if __name__ == "__main__":
    GUIDE.write_bytes(card())
