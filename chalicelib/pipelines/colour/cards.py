"""The known cards: where their patches lie and which colour each has."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.colour import card_values as values
from chalicelib.pipelines.colour import layout
from chalicelib.pipelines.colour.spaces import lab_of_srgb

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Card:
    """One kind of card, in units of its own with x to the right and y down.

    centres: (n, 2), the middles of the patches in the published order. half: (2,), half a patch's width and height.
    outline: (4, 2), the card's corners from the top left clockwise. lattice: (24, 2), column and row of the patches
    `lattice_of`, a grid of 6 by 4 by which a card without markers is found. border: (m, 2), spots of its unprinted
    border. lab: (n, 3), CIELAB under D50; None where the maker has published none. grey: the neutral patches.
    """

    name: str
    title: str
    names: tuple[str, ...]
    lab: Floats | None
    centres: Floats
    half: Floats
    outline: Floats
    lattice: Floats
    lattice_of: tuple[int, ...]
    source: str
    markers: Floats | None = None
    border: Floats | None = None

    @property
    def grey(self) -> NDArray[np.intp]:
        """Indices of the patches that look neutral to the eye, lightest first."""
        lab = self.known_lab
        neutral = np.flatnonzero(np.hypot(lab[:, 1], lab[:, 2]) < 4)
        return np.asarray(neutral[np.argsort(-lab[neutral, 0], kind="stable")])

    @property
    def known_lab(self) -> Floats:
        if self.lab is None:
            raise LookupError(f"{self.title} has no published values")
        return self.lab

    def measured(self, lab: Floats, source: str) -> Card:
        """This card with a user's own measurement of it. Raises ValueError where the number of patches differs."""
        if lab.shape != (*self.centres.shape[:1], 3):
            raise ValueError(f"{self.title} has {len(self.centres)} patches, the values are for {len(lab)}")
        return replace(self, lab=lab, source=source)


def _outline(width: float, height: float) -> Floats:
    return np.array([[0.0, 0.0], [width, 0.0], [width, height], [0.0, height]])


def _grid(columns: int, rows: int) -> Floats:
    return np.array([(column, row) for row in range(rows) for column in range(columns)], np.float64)


def _aruco_markers() -> Floats:
    return np.array([_outline(layout.MARKER_SIDE, layout.MARKER_SIDE) + origin for origin in layout.marker_origins()])


def _aruco_border() -> Floats:
    along_x, along_y = np.arange(44, 257, 12.0), np.arange(44, 157, 12.0)
    spots = [(x, y) for y in (10, 24, 176, 190) for x in along_x] + [
        (x, y) for x in (10, 24, 276, 290) for y in along_y
    ]
    return np.array(spots, np.float64)


def _aruco() -> Card:
    cell = np.array(layout.CELL)
    grid = _grid(layout.COLUMNS, layout.ROWS)
    return Card(
        "aruco24",
        "Printed card with ArUco markers",
        values.CLASSIC_NAMES,
        lab_of_srgb(np.array(values.CLASSIC_SRGB) / 255),
        np.array(layout.PATCHES_FROM) + (grid + 0.5) * cell,
        cell / 2 - layout.PATCH_INSET,
        _outline(*layout.SIZE),
        grid,
        tuple(range(24)),
        "sRGB values of the card's own print file",
        markers=_aruco_markers(),
        border=_aruco_border(),
    )


def _classic(name: str, title: str, lab: tuple[tuple[float, float, float], ...], source: str) -> Card:
    # A patch of 46 at a pitch of 52.5, measured on the Classic; the Nano and Passport keep the proportions.
    grid = _grid(layout.COLUMNS, layout.ROWS)
    return Card(
        name,
        title,
        values.CLASSIC_NAMES,
        np.array(lab) if lab else None,
        (grid + 0.5) * 52.5 + (7.5, 9.0),
        np.array([23.0, 23.0]),
        _outline(330.0, 228.0),
        grid,
        tuple(range(24)),
        source,
    )


def _spyder_24() -> Card:
    # In landscape, with the greys below: A1 to A6 are the lowest row.
    grid = np.array([(number, 3 - letter) for letter in range(4) for number in range(6)], np.float64)
    return Card(
        "spyder24",
        "Datacolor SpyderCheckr 24",
        tuple(f"{letter}{number}" for letter in "ABCD" for number in range(1, 7)),
        np.array(values.SPYDER_24),
        (grid + 0.5) * 31 + (5.5, 5.5),
        np.array([13.0, 13.0]),
        _outline(197.0, 135.0),
        grid,
        tuple(range(24)),
        "Datacolor: SpyderCheckr 24, L*a*b* D50, from 2018 on",
    )


def _spyder_48() -> Card:
    # Two halves of four columns by six rows; the right one is a SpyderCheckr 24 in portrait.
    places = [(letter, number) for letter in range(8) for number in range(6)]
    centres = np.array(
        [(31.0 * letter + 21 + (38.0 if letter > 3 else 0), 31.0 * number + 21) for letter, number in places]
    )
    return Card(
        "spyder48",
        "Datacolor SpyderCheckr (48)",
        tuple(f"{'ABCDEFGH'[letter]}{number + 1}" for letter, number in places),
        np.array(values.SPYDER_48_LEFT + values.SPYDER_24),
        centres,
        np.array([13.0, 13.0]),
        _outline(297.0, 197.0),
        np.array([(number, 7 - letter) for letter, number in places if letter > 3], np.float64),
        tuple(range(24, 48)),
        "Datacolor: SpyderCheckr 48, L*a*b* D50, from 2018 on",
    )


@cache
def cards() -> dict[str, Card]:
    """Every kind of card by its name in the options."""
    known = (
        _aruco(),
        _classic("mcc24", "ColorChecker Classic", values.CLASSIC_POST_2014, "X-Rite: L*a*b* D50 after November 2014"),
        _classic(
            "mcc24_pre2014",
            "ColorChecker Classic before November 2014",
            values.CLASSIC_PRE_2014,
            "X-Rite: L*a*b* D50 before November 2014",
        ),
        _classic(
            "nano",
            "ColorChecker Classic Nano",
            values.CLASSIC_POST_2014,
            "X-Rite: L*a*b* D50 of the ColorChecker after November 2014, whose colours the Nano has",
        ),
        _spyder_24(),
        _spyder_48(),
        _classic("cameratrax24", "CameraTrax 24", (), "none published"),
    )
    return {card.name: card for card in known}
