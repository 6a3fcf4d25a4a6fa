"""The layout of the printed card, in its units: 300 by 200, x to the right and y down."""

from __future__ import annotations

SIZE = (300.0, 200.0)
MARKER_SIDE, MARKER_INSET = 27.5, 2.5
COLUMNS, ROWS = 6, 4
PATCHES_FROM, PATCHES_TO, PATCH_INSET = (35.0, 35.0), (265.0, 165.0), 1.5
CELL = ((PATCHES_TO[0] - PATCHES_FROM[0]) / COLUMNS, (PATCHES_TO[1] - PATCHES_FROM[1]) / ROWS)


def marker_origins() -> list[tuple[float, float]]:
    """The top left corners of the markers 0 to 3, clockwise from the card's own top left."""
    far_x, far_y = (side - MARKER_INSET - MARKER_SIDE for side in SIZE)
    return [(MARKER_INSET, MARKER_INSET), (far_x, MARKER_INSET), (far_x, far_y), (MARKER_INSET, far_y)]
