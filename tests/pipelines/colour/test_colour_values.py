"""A user's own values of a card: how tables name and write them, and which can't be those of a card."""

from __future__ import annotations

import numpy as np
import pytest
from colour_world import FakeRun, file_of, scene, to_8

from chalicelib.pipelines.base import PipelineFailed, UnreadableFile
from chalicelib.pipelines.colour import reference_values
from chalicelib.pipelines.colour.cards import cards
from chalicelib.pipelines.colour.spaces import D50, D65, bradford, xyz_of

CARD = cards()["mcc24"]
LAB = CARD.known_lab
XYZ = 100 * xyz_of(LAB)
NUMBERS = [str(number + 1) for number in range(24)]
COLUMNS = [f"{letter}{number}" for number in range(1, 5) for letter in "ABCDEF"]
BY_COLUMN = [COLUMNS.index(f"{letter}{number}") for letter in "ABCDEF" for number in range(1, 5)]


def cgats(names: list[str], values: np.ndarray, fields: str = "SAMPLE_ID LAB_L LAB_A LAB_B", more: str = "") -> str:
    rows = "".join(
        f"{name}\t" + "\t".join(f"{x:.4f}" for x in row) + "\n" for name, row in zip(names, values, strict=True)
    )
    return f"CGATS.17\n{more}BEGIN_DATA_FORMAT\n{fields}\nEND_DATA_FORMAT\nBEGIN_DATA\n{rows}END_DATA\n"


def table(names: list[str], values: np.ndarray, between: str = ",", fields: str = "name L a b") -> str:
    rows = [fields.split(), *([name, *(f"{x:.4f}" for x in row)] for name, row in zip(names, values, strict=True))]
    return "".join(between.join(row) + "\n" for row in rows)


def assigned(content: str | bytes, name: str) -> np.ndarray:
    data = content if isinstance(content, bytes) else content.encode()
    return reference_values.card_with(CARD, *reference_values.read(data, name), "mine").known_lab


MAKERS = cgats([COLUMNS[i] for i in BY_COLUMN], LAB[BY_COLUMN], "SAMPLE_NAME Lab_L Lab_a Lab_b")
ROWS = [f"{letter}{number}" for letter in "ABCD" for number in range(1, 7)]
WITH_BOTH = cgats([f"{i + 1}\t{COLUMNS[j]}" for i, j in enumerate(BY_COLUMN)], LAB[BY_COLUMN], "ID SAMPLE_LOC L A B")


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (MAKERS, "ColorChecker24_After_Nov2014.txt"),
        (MAKERS.replace(".", ",").replace("\n", "\r\n"), "commas.txt"),
        (MAKERS.replace("\n", "\r"), "mac.txt"),
        (WITH_BOTH, "both.ti3"),
        (cgats(ROWS[::-1], LAB[::-1]), "rows.cie"),
        (cgats(NUMBERS[::-1], LAB[::-1]), "numbers.txt"),
        (table([f"{int(n):02d}" for n in NUMBERS][::-1], LAB[::-1]), "numbers.csv"),
        (table([n.title().replace(" ", "_") for n in CARD.names][::-1], LAB[::-1]), "names.csv"),
        (table(NUMBERS, LAB, "\t"), "tabs.csv"),
        (table(NUMBERS, LAB, ";").replace(".", ","), "semicolons.csv"),
        (table(NUMBERS, LAB, "\t").replace(".", ",").encode("utf-16"), "unicode.csv"),
        (table(NUMBERS, XYZ, fields="name X Y Z"), "xyz.csv"),
        (cgats(NUMBERS, LAB, more='WEIGHTING_FUNCTION "ILLUMINANT, D50"\nOBSERVER_ANGLE "2"\n'), "stated.txt"),
        (cgats(NUMBERS, LAB, more='ILLUMINATION "M1"\nOBSERVER "1931"\n'), "condition.txt"),
    ],
)
def test_each_value_finds_its_patch(content: str | bytes, name: str) -> None:
    assert np.abs(assigned(content, name) - LAB).max() < 0.01


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (table(NUMBERS, XYZ / 100, fields="name X Y Z"), "L\\* of 8"),
        (table(NUMBERS, LAB / 100), "L\\* of 1"),
        (table(NUMBERS, XYZ / XYZ[18, 1] * 100, fields="name X Y Z"), "L\\* of 100"),
        (table(NUMBERS, XYZ @ bradford(D50, D65).T, fields="name X Y Z"), "tinted"),
        (table([f"x{n}" for n in NUMBERS], LAB[::-1]), "another card's or in another order"),
        (table(NUMBERS, cards()["spyder24"].known_lab), "another card's or in another order"),
    ],
)
def test_values_that_cannot_be_the_cards_are_refused(content: str, said: str) -> None:
    """All of these fit a card's picture well, and would make every other colour wrong."""
    with pytest.raises(UnreadableFile, match=said):
        assigned(content, "a.csv")


@pytest.mark.parametrize(
    "stated",
    ['WEIGHTING_FUNCTION "ILLUMINANT, D65"', 'ILLUMINATION_NAME "A"', 'WEIGHTING_FUNCTION "OBSERVER, 10 degree"'],
)
def test_values_that_state_another_light_or_observer_are_refused(stated: str) -> None:
    with pytest.raises(UnreadableFile, match="D50 and the observer of 2 degrees"):
        assigned(cgats(NUMBERS, LAB, more=stated + "\n"), "a.txt")


def test_only_the_cards_that_values_fit_take_them_where_none_is_named() -> None:
    shot = ("a.png", file_of(to_8(scene(("spyder24", ((115, 60), (490, 45), (505, 310), (100, 320)))).shot(noise=1))))
    values = ("mine.csv", table(NUMBERS, LAB).encode(), "reference_values")
    assert "Datacolor" in FakeRun(shot, values).run(1, 5).report()["fit"]["reference_values"]
    turned = table([*"abcdefghijklmnopqrstuvwx"], np.roll(LAB, 5, 0)).encode()
    with pytest.raises(PipelineFailed, match="another order"):
        FakeRun(shot, ("mine.csv", turned, "reference_values")).run(1, 1)
