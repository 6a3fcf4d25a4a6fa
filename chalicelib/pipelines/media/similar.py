"""Photos that look alike: resized, recompressed, grey, brighter, stamped, cropped a little, turned or mirrored.

Each is brought into one position. Those that agree about which of a few cells are brighter are candidates, and these
are laid over each other. A picture without structure (a wall, a blank page) matches none: nothing in it tells it apart.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sumprod

from chalicelib.pipelines.media.layout import COLOURS, FRAMES, LEAST, SIDE
from chalicelib.pipelines.media.turning import COLOUR_TURNS, TURNS, upright

# All found with `make bench ARGS=similar`, which prints how many are found, and how many of these are right.
FLAT = 2.0  # deviation of brightness, of 255
CORRELATION = 0.9
# The more detail, the larger a difference may be. Root mean squares, of 255: (least, most, share of detail)
RESIDUE, RESIDUE_GREY, COLOUR = (1.1, 4.0, 0.25), (0.5, 2.5, 0.1), (1.8, 7.5, 0.45)
LEFT_OUT = 6  # cells: as much as a stamp or a date covers
COLOURS_LEFT_OUT = 2
GREY = 1.5
BURNT = 248
LOOK_CLOSER = 0.85
USUAL_DISTANCE = 6
TABLES, COMPARED = 16, 13
_CELLS = SIDE * SIDE
_BLOCKS = [
    [(2 * y + dy) * SIDE + 2 * x + dx for dy in (0, 1) for dx in (0, 1)]
    for y in range(SIDE // 2)
    for x in range(SIDE // 2)
]


def _comparisons() -> list[list[tuple[int, int]]]:
    """For each table the pairs of blocks whose order is its key: always the same ones."""
    rng = random.Random(20160108)  # noqa: S311  # any pairs will do
    pairs = [(a, b) for a in range(len(_BLOCKS)) for b in range(a)]
    return [rng.sample(pairs, COMPARED) for _ in range(TABLES)]


_TABLES = _comparisons()


class Look:
    """A photo for comparing, as it lies. number: of the file. cells: what layout.cells gives."""

    def __init__(self, number: int, cells: bytes) -> None:
        self.number = number
        self._whole, self._middle = cells[:_CELLS], cells[_CELLS : 2 * _CELLS]
        half = COLOURS * COLOURS
        self._blue = [c - 128 for c in cells[2 * _CELLS : 2 * _CELLS + half]]
        self._red = [c - 128 for c in cells[2 * _CELLS + half :]]
        self._normed, self.deviation = _normed(self._whole)
        self.colourful = sum(map(abs, self._blue + self._red)) / (2 * half) >= GREY

    @property
    def is_flat(self) -> bool:
        return self.deviation < FLAT

    def positions(self) -> list[Position]:
        return [self._position(turn) for turn in upright(self._normed)]

    def _position(self, turn: int) -> Position:
        order, colours = TURNS[turn], COLOUR_TURNS[turn]
        return Position(
            self.number,
            bytes(self._whole[at] for at in order),
            bytes(self._middle[at] for at in order),
            [self._blue[at] for at in colours],
            [self._red[at] for at in colours],
            self.colourful,
        )


@dataclass
class Position:
    """A photo in one position: brightness of its whole and of its middle, and its colours."""

    number: int
    whole: bytes
    middle: bytes
    blue: list[int]
    red: list[int]
    colourful: bool

    @cached_property
    def normed(self) -> list[float]:
        return _normed(self.whole)[0]

    @cached_property
    def normed_middle(self) -> list[float]:
        return _normed(self.middle)[0]

    @cached_property
    def detail(self) -> float:
        """Deviation that its rows and columns alone don't explain: hardly any for a sea under a sky."""
        rows = [sum(self.whole[at : at + SIDE]) / SIDE for at in range(0, _CELLS, SIDE)]
        columns = [sum(self.whole[at::SIDE]) / SIDE for at in range(SIDE)]
        mean = sum(rows) / SIDE
        left = (self.whole[at] - rows[at // SIDE] - columns[at % SIDE] + mean for at in range(_CELLS))
        return math.sqrt(sum(value**2 for value in left) / _CELLS)

    def table_keys(self) -> list[int]:
        """One for each table: which of two blocks is the brighter one, for all its pairs."""
        blocks = [sum(self.whole[at] for at in block) for block in _BLOCKS]
        return [
            table << COMPARED | sum((blocks[a] > blocks[b]) << at for at, (a, b) in enumerate(pairs))
            for table, pairs in enumerate(_TABLES)
        ]


def similar_groups(looks: Iterable[Look], distance: int) -> list[list[int]]:
    """Groups of photos that look alike, as numbers of files.

    looks: the best photos first. Each photo joins the first group whose leader, its best photo, looks like it, or else
    leads a new one; so no chain of small steps ties photos together that don't look alike. distance: 0 to 10, the
    tolerance between a photo and its leader. Returns the groups of two and more, each led by its best, in the order
    given.
    """
    tables: defaultdict[int, list[tuple[int, Position]]] = defaultdict(list)
    groups: list[list[int]] = []
    tolerance = max(distance, 0.1) / USUAL_DISTANCE
    for look in looks:
        if look.is_flat:
            continue
        found = len(groups)
        positions = look.positions()
        for position in positions:
            near = {place: leader for key in position.table_keys() for place, leader in tables.get(key, ())}
            for place in sorted(near):
                if place >= found:
                    break
                if alike(position, near[place], tolerance):
                    found = place
        if found < len(groups):
            groups[found].append(look.number)
            continue
        groups.append([look.number])
        for key in positions[0].table_keys():
            tables[key].append((found, positions[0]))
    return [group for group in groups if len(group) > 1]


def alike(one: Position, other: Position, tolerance: float) -> bool:
    """Whether two pictures look alike. Whole is laid over whole, and whole over middle, for one that was cropped.
    tolerance: 1 for the usual one."""
    laid = [
        (sumprod(one.normed, other.normed), one.whole, other.whole),
        (sumprod(one.normed_middle, other.normed), one.middle, other.whole),
        (sumprod(one.normed, other.normed_middle), one.whole, other.middle),
    ]
    best = max(agreement for agreement, *_ in laid)
    if best < LOOK_CLOSER:
        return False
    in_colour = one.colourful and other.colourful
    detail = min(one.detail, other.detail)
    if in_colour and _colours_apart(one, other) > _most(COLOUR, detail) * tolerance:
        return False
    most = _most(RESIDUE if in_colour else RESIDUE_GREY, detail) * tolerance
    fits = (_fit(first, second) for agreement, first, second in laid if agreement > best - 0.03)
    return any(residue <= most and correlation >= CORRELATION for residue, correlation in fits)


@dataclass(frozen=True)
class Film:
    """duration: seconds. cells: what layout.cells gives of FILM_LENGTH."""

    number: int
    duration: float
    cells: bytes

    def frames(self) -> list[bytes]:
        return [self.cells[at * _CELLS : (at + 1) * _CELLS] for at in range(FRAMES)]

    def colours(self) -> Position:
        colours = [c - 128 for c in self.cells[FRAMES * _CELLS :]]
        half = len(colours) // 2
        whole = self.frames()[2]
        return Position(self.number, whole, whole, colours[:half], colours[half:], True)


def similar_films(films: Iterable[Film], distance: int) -> list[list[int]]:
    """Groups of films that look alike, as similar_groups: of about the same length, with frames and colours that
    agree."""
    leaders: defaultdict[int, list[tuple[int, Film]]] = defaultdict(list)
    groups: list[list[int]] = []
    tolerance = max(distance, 0.1) / USUAL_DISTANCE
    for film in films:
        second = round(film.duration)
        seconds = (second - 1, second, second + 1)
        near = sorted(((at, leader) for s in seconds for at, leader in leaders.get(s, ())), key=lambda pair: pair[0])
        found = next((at for at, leader in near if _films_alike(film, leader, tolerance)), len(groups))
        if found < len(groups):
            groups[found].append(film.number)
        else:
            leaders[second].append((found, film))
            groups.append([film.number])
    return [group for group in groups if len(group) > 1]


def _films_alike(one: Film, other: Film, tolerance: float) -> bool:
    if abs(one.duration - other.duration) > max(0.5, 0.02 * other.duration):
        return False
    pairs = [(a, b) for a, b in zip(one.frames(), other.frames(), strict=True) if any(a) and any(b)]
    if len(pairs) < LEAST or _colours_apart(one.colours(), other.colours()) > COLOUR[1] * tolerance:
        return False
    told = False
    for first, second in pairs:
        residue, correlation = _fit(first, second)
        structure = min(_normed(first)[1], _normed(second)[1]) >= FLAT
        told = told or structure
        if residue > RESIDUE[1] * tolerance or (structure and correlation < CORRELATION):
            return False
    return told


def _most(limits: tuple[float, float, float], detail: float) -> float:
    least, most, share = limits
    return min(most, least + share * detail)


def _normed(cells: Sequence[int]) -> tuple[list[float], float]:
    """(cells as a vector of length 1, their deviation), by all but the cells that a stamp could cover, which stay
    within 2.5 deviations."""
    middle = sorted(cells)[_CELLS // 2]
    kept = sorted(cells, key=lambda cell: abs(cell - middle))[: _CELLS - LEFT_OUT]
    mean = sum(kept) / len(kept)
    deviation = math.sqrt(sum((cell - mean) ** 2 for cell in kept) / len(kept))
    scale = deviation or 1.0
    clipped = [min(2.5, max(-2.5, (cell - mean) / scale)) for cell in cells]
    length = math.hypot(*clipped) or 1.0
    return [value / length for value in clipped], deviation


def _fit(one: Sequence[int], other: Sequence[int]) -> tuple[float, float]:
    """(residue, correlation) of the best straight line between both, without burnt cells, and without those that fit
    worst."""
    pairs = [(a, b) for a, b in zip(one, other, strict=True) if a < BURNT and b < BURNT]
    if len(pairs) < _CELLS // 2:
        pairs = list(zip(one, other, strict=True))
    kept = pairs
    for _ in range(2):
        gain, shift, _ = _line(kept)
        pairs.sort(key=lambda pair: abs(pair[1] - gain * pair[0] - shift))
        kept = pairs[: len(pairs) - LEFT_OUT]
    gain, shift, correlation = _line(kept)
    return math.sqrt(sum((b - gain * a - shift) ** 2 for a, b in kept) / len(kept)), correlation


def _line(pairs: Sequence[tuple[int, int]]) -> tuple[float, float, float]:
    """(gain, shift, correlation) by least squares."""
    count = len(pairs)
    x, y = sum(a for a, _ in pairs) / count, sum(b for _, b in pairs) / count
    xx, yy = sum((a - x) ** 2 for a, _ in pairs) / count, sum((b - y) ** 2 for _, b in pairs) / count
    xy = sum((a - x) * (b - y) for a, b in pairs) / count
    gain = min(2.0, max(0.5, xy / (xx + 1)))
    return gain, y - gain * x, xy / (math.sqrt(xx * yy) + 1e-6)


def _colours_apart(one: Position, other: Position) -> float:
    """Root mean square difference of their colours, with or without brightness made equal, without those that fit
    worst."""
    best = math.inf
    gain = sum(other.whole) / max(sum(one.whole), 1)
    for scale in (1.0, min(2.0, max(0.5, gain))):
        squares = sorted(
            (b - scale * a) ** 2 + (d - scale * c) ** 2
            for a, b, c, d in zip(one.blue, other.blue, one.red, other.red, strict=True)
        )
        kept = squares[: len(squares) - COLOURS_LEFT_OUT]
        best = min(best, sum(kept) / (2 * len(kept)))
    return math.sqrt(best)
