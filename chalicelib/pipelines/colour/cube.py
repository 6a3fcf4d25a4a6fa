"""A correction as a table that film and photo software reads (.cube): a picture's numbers to those of the target."""

from __future__ import annotations

import numpy as np

from chalicelib.pipelines.colour.correcting import Correction


def size_for(correction: Correction) -> int:
    """Points to a side. Numbers in linear light crowd near black, so they need more."""
    crowded = correction.encoding.kind == "exponent" and correction.encoding.exponent < 1.5
    return 65 if crowded else 33


def written(correction: Correction, title: str) -> bytes:
    """Adobe's .cube, red fastest."""
    size = size_for(correction)
    axis = np.linspace(0, 1, size)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    values = correction.encoded(np.stack([red, green, blue], -1).reshape(-1, 3))
    safe = "".join(letter if letter.isprintable() and letter != '"' else " " for letter in title)
    lines = [f'TITLE "{safe}"', f"LUT_3D_SIZE {size}", "DOMAIN_MIN 0 0 0", "DOMAIN_MAX 1 1 1"]
    lines += [f"{r:.5f} {g:.5f} {b:.5f}" for r, g, b in values.tolist()]
    return ("\n".join(lines) + "\n").encode()
