"""A photo as 8 by 8 brightnesses and 4 by 4 colours: small enough to keep, enough to find look-alikes."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

SIDE, COLOURS = 8, 4
MIDDLE = 0.92
"""The middle's share of each side: the remainder of a photo cropped by 8 %."""
LENGTH = 2 * SIDE * SIDE + 2 * COLOURS * COLOURS


def layout(image: Image.Image) -> str:
    """Brightness of 64 cells of the whole, then of 64 of its middle, then blue and red difference of 16 (YCbCr, 0 to
    255, row by row), as base64."""
    from PIL.Image import Resampling

    whole = image.convert("YCbCr")
    width, height = whole.size
    left, top = width * (1 - MIDDLE) / 2, height * (1 - MIDDLE) / 2
    grid, box = (SIDE, SIDE), Resampling.BOX
    bright = whole.getchannel("Y")
    middle = bright.resize(grid, box, (left, top, width - left, height - top))
    small = whole.resize((COLOURS, COLOURS), box)
    content = bright.resize(grid, box).tobytes() + middle.tobytes()
    content += small.getchannel("Cb").tobytes() + small.getchannel("Cr").tobytes()
    return base64.b64encode(content).decode()


FRAMES, LEAST = 4, 2
FILM_LENGTH = FRAMES * SIDE * SIDE + 2 * COLOURS * COLOURS


def film_layout(frames: Sequence[Image.Image | None]) -> str | None:
    """Brightness of the 64 cells of four frames (the first, those at half a second and at one, the middle one), zeros
    for an unknown one, then the colours of the third; as above. None where fewer than LEAST are known."""
    known = [frame for frame in frames if frame]
    if len(known) < LEAST:
        return None
    from PIL.Image import Resampling

    grid, box = (SIDE, SIDE), Resampling.BOX
    content = b"".join(f.convert("L").resize(grid, box).tobytes() if f else bytes(SIDE * SIDE) for f in frames)
    small = (frames[2] or known[0]).convert("YCbCr").resize((COLOURS, COLOURS), box)
    return base64.b64encode(content + small.getchannel("Cb").tobytes() + small.getchannel("Cr").tobytes()).decode()


def cells(text: object, length: int = LENGTH) -> bytes | None:
    """Reads what `layout`, or with FILM_LENGTH `film_layout`, has written; None for anything else."""
    try:
        content = base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        return None
    return content if len(content) == length else None
