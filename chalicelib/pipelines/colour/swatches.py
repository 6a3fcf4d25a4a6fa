"""A card's patches side by side: the reference, before and after."""

from __future__ import annotations

import io
from typing import Any

import numpy as np

from chalicelib.pipelines.colour.colours import shown

_CELL, _GAP, _COLUMNS, _HEAD = 150, 10, 6, 44
_INK, _PAPER = (30, 30, 30), (250, 250, 250)


def drawn(patches: list[dict[str, Any]], title: str) -> bytes:
    """A PNG. Each cell: the reference above, before at the lower left, after at the lower right."""
    from PIL import Image, ImageDraw, ImageFont

    rows = -(-len(patches) // _COLUMNS)
    size = (_COLUMNS * (_CELL + _GAP) + _GAP, _HEAD + rows * (_CELL + _GAP + 34) + _GAP)
    image = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(image)
    font, large = ImageFont.load_default(12), ImageFont.load_default(15)
    draw.text((_GAP, 6), title, _INK, large)
    draw.text(
        (_GAP, 25), "above: reference   below left: before   below right: after   dE00 before > after", _INK, font
    )
    reference, before, after = (
        shown(np.array([patch[key] for patch in patches])) for key in ("reference_lab", "before_lab", "after_lab")
    )
    for number, patch in enumerate(patches):
        x = _GAP + number % _COLUMNS * (_CELL + _GAP)
        y = _HEAD + number // _COLUMNS * (_CELL + _GAP + 34)
        half = _CELL // 2
        draw.rectangle((x, y, x + _CELL - 1, y + half - 1), reference[number])
        draw.rectangle((x, y + half, x + half - 1, y + _CELL - 1), before[number])
        draw.rectangle((x + half, y + half, x + _CELL - 1, y + _CELL - 1), after[number])
        told = f"{patch['delta_e_2000_before']:.1f} > {patch['delta_e_2000']:.2f}"
        if patch["left_out"]:
            draw.line((x, y, x + _CELL - 1, y + _CELL - 1), (220, 0, 0), 3)
            told = f"left out: {patch['left_out']}"
        draw.text((x, y + _CELL + 2), f"{patch['index']} {patch['name']}", _INK, font)
        draw.text((x, y + _CELL + 16), told, _INK, font)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
