"""Lengths in the units that a header states, as millimetres."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chalicelib.pipelines.cautions import Caution, counted
from chalicelib.pipelines.volume.geometry import Array

MILLIMETRES = {
    **dict.fromkeys(("", "mm", "millimeter", "millimeters", "millimetre", "millimetres"), 1.0),
    **dict.fromkeys(("um", "µm", "μm", "micron", "microns", "micrometer", "micrometers", "micrometre"), 1e-3),
    **dict.fromkeys(("nm", "nanometer", "nanometers", "nanometre"), 1e-6),
    **dict.fromkeys(("cm", "centimeter", "centimeters", "centimetre"), 10.0),
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), 1000.0),
}


def in_millimetres(units: Sequence[str], what: str) -> tuple[Array, list[Caution]]:
    """(mm in one unit of each of three axes, (3,); a warning where a unit isn't mm). units: the last three count."""
    words = [unit.strip().lower() for unit in units][-3:]
    words += [""] * (3 - len(words))
    scale = np.array([MILLIMETRES.get(word, 1.0) for word in words])
    if unknown := [word for word in words if word not in MILLIMETRES]:
        return scale, [
            Caution(
                "unknown_unit",
                f"The {what} states lengths in {counted(len(unknown), 'unknown unit')}: mm is assumed.",
            )
        ]
    if (scale != 1).any():
        return scale, [
            Caution("converted_lengths", f"The {what} states lengths in {words[0] or 'mm'}: they are converted to mm.")
        ]
    return scale, []
