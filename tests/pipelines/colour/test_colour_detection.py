"""Cards found in rendered pictures: their pose, their number, and the reason when there is none."""

from __future__ import annotations

import numpy as np
import pytest
from colour_world import CAST, POSES, SIZE, Scene, printed, scene, to_8

from chalicelib.pipelines.colour import detecting, homography, lattice, markers
from chalicelib.pipelines.colour.cards import cards

CLASSIC = ("mcc24", POSES[0])


def seen(one: Scene, **settings: float) -> np.ndarray:
    return to_8(one.shot(**{"noise": 2.0, **settings}))


def names(found: detecting.Detection) -> list[str]:
    return [one.card.name for one in found.cards]


@pytest.mark.parametrize("pose", range(6))
def test_a_printed_card_is_found_to_a_pixel_in_every_pose(pose: int) -> None:
    found = detecting.found_in(seen(printed(pose)))
    assert names(found) == ["aruco24"]
    assert found.cards[0].method == "markers"
    assert np.abs(found.cards[0].corners - POSES[pose]).max() < 1.0


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("card", ["aruco24", "mcc24"])
def test_turned_and_mirrored_cards_are_found_and_named_so(card: str, quarters: int, mirrored: bool) -> None:
    pixels = seen(scene((card, POSES[0])))
    turned = np.rot90(pixels[:, ::-1] if mirrored else pixels, -quarters)
    found = detecting.found_in(turned)
    assert names(found) == [card]
    assert found.cards[0].mirrored is mirrored
    # For a mirrored picture, the rotation is that of the card after a left-right flip.
    assert found.cards[0].rotation == (-90 if mirrored else 90) * quarters % 360
    assert ("mirrored" in [code for code, *_ in found.warnings]) is mirrored
    colours = lattice.sampled(
        np.ascontiguousarray(turned),
        homography.mapped(found.cards[0].matrix, found.cards[0].card.centres),
        np.full(24, 3),
    )
    assert lattice.colour_score(colours, found.cards[0].card) > 0.9


@pytest.mark.parametrize("pose", range(6))
def test_a_card_without_markers_is_found_in_every_pose(pose: int) -> None:
    found = detecting.found_in(seen(scene(("mcc24", POSES[pose]))))
    assert names(found) == ["mcc24"]
    assert np.abs(found.cards[0].corners - POSES[pose]).max() < 2


def test_the_kind_of_a_card_without_markers_is_told_by_its_colours() -> None:
    pixels = seen(scene(("spyder24", POSES[0])))
    assert names(detecting.found_in(pixels)) == ["spyder24"]
    assert names(detecting.found_in(pixels, "mcc24")) == []
    assert names(detecting.found_in(seen(scene(CLASSIC)), "nano")) == ["nano"]
    whole = scene(("spyder48", ((60, 50), (560, 50), (560, 382), (60, 382))), size=(640, 500))
    found = detecting.found_in(seen(whole), "spyder48")
    assert names(found) == ["spyder48"]
    assert np.abs(found.cards[0].corners - ((60, 50), (560, 50), (560, 382), (60, 382))).max() < 5


@pytest.mark.parametrize(("hidden", "used"), [((0,), (1, 2, 3)), ((0, 2), (1, 3)), ((0, 1), (2, 3))])
def test_markers_may_be_missing_down_to_two(hidden: tuple[int, ...], used: tuple[int, ...]) -> None:
    pixels = seen(printed())
    cover(pixels, hidden)
    found = detecting.found_in(pixels)
    assert found.cards[0].markers == used
    assert np.abs(found.cards[0].corners - POSES[0]).max() < (1.5 if len(used) == 3 else 6)
    assert ("two_markers" in [code for code, *_ in found.warnings]) is (len(used) == 2)


def test_with_one_marker_the_patches_place_the_card_and_without_them_nothing_does() -> None:
    pixels = seen(printed())
    cover(pixels, (0, 1, 2))
    assert [(one.card.name, one.method) for one in detecting.found_in(pixels).cards] == [("aruco24", "patches")]
    matrix = homography.fitted(cards()["aruco24"].outline, np.array(POSES[0]))
    low, high = homography.mapped(matrix, np.array([[34.0, 34.0], [266.0, 166.0]])).astype(int)
    pixels[low[1] : high[1], low[0] : high[0]] = 90
    found = detecting.found_in(pixels)
    assert found.cards == []
    assert found.reason is not None
    assert found.reason[0] == "one_marker"


def cover(pixels: np.ndarray, hidden: tuple[int, ...]) -> None:
    card = cards()["aruco24"]
    assert card.markers is not None
    matrix = homography.fitted(card.outline, np.array(POSES[0]))
    for number in hidden:
        corners = homography.mapped(matrix, card.markers[number])
        low, high = corners.min(0).astype(int) - 1, corners.max(0).astype(int) + 2
        pixels[low[1] : high[1], low[0] : high[0]] = 120


@pytest.mark.parametrize("pose", [0, 3])
@pytest.mark.parametrize("blur", [1.5, 2.0, 2.5, 3.0, 4.0])
def test_blur_that_moves_a_marker_moves_no_card(pose: int, blur: float) -> None:
    """At a deviation of 2 pixels two markers are still read, but place the far corners 60 pixels off."""
    found = detecting.found_in(seen(printed(pose), blur=blur))
    assert names(found) == ["aruco24"]
    assert np.abs(found.cards[0].corners - POSES[pose]).max() < (2.5 if blur < 4 else 3.5)


def test_markers_that_contradict_each_other_place_nothing() -> None:
    card = cards()["aruco24"]
    assert card.markers is not None
    off = np.random.default_rng(2).uniform(-9, 9, (4, 2))
    assert (
        markers._placed({number: corners + off * (number > 1) for number, corners in enumerate(card.markers)}, card)
        is None
    )
    right = {number: corners + off * (number == 2) for number, corners in enumerate(card.markers)}
    kept = markers._placed(right, card)
    assert kept is not None
    assert kept.used == (0, 1, 3)


def test_every_card_is_told_and_the_largest_is_the_first() -> None:
    small, large = ((20, 20), (180, 20), (180, 126), (20, 126)), ((230, 60), (580, 60), (580, 293), (230, 293))
    found = detecting.found_in(seen(scene(("aruco24", small), ("aruco24", large))))
    assert names(found) == ["aruco24", "aruco24"]
    assert np.abs(found.cards[0].corners - large).max() < 2
    assert np.abs(found.cards[1].corners - small).max() < 2
    assert "several_cards" in [code for code, *_ in found.warnings]
    mixed = detecting.found_in(seen(scene(("aruco24", small), ("mcc24", large))))
    assert names(mixed) == ["mcc24", "aruco24"]


@pytest.mark.parametrize(("card", "left"), [("aruco24", 200), ("mcc24", 250)])
def test_a_card_that_is_cut_off_is_told_and_not_used(card: str, left: int) -> None:
    found = detecting.found_in(np.ascontiguousarray(seen(scene((card, POSES[0])))[:, left:]))
    assert found.reason is not None
    assert found.reason[0] == "cut_off"
    assert "photograph all of it" in found.reason[1]


@pytest.mark.parametrize("kind", ["noise", "flat", "stripes", "bricks", "white"])
def test_nothing_else_is_taken_for_a_card(kind: str) -> None:
    rng = np.random.default_rng(5)
    y, x = np.mgrid[: SIZE[1], : SIZE[0]]
    pixels = {
        "noise": rng.integers(0, 256, (*SIZE[::-1], 3)),
        "flat": np.full((*SIZE[::-1], 3), 120) + y[..., None] // 9,
        "stripes": np.stack(
            [128 + 100 * np.sin(x / 9), 128 + 100 * np.sin(y / 11), 128 + 90 * np.sin((x + y) / 13)], -1
        ),
        # Grids of six by four patches and more that are no card.
        "bricks": np.kron(rng.integers(20, 235, (9, 12, 3)), np.ones((50, 50, 1)))
        * ((x % 50 > 5) & (y % 50 > 5))[..., None],
        "white": np.full((*SIZE[::-1], 3), 255),
    }[kind].astype(np.uint8)
    found = detecting.found_in(pixels)
    assert found.cards == []
    assert found.reason is not None
    assert found.reason[0] in (("overexposed",) if kind == "white" else ("no_card", "too_blurred"))


def test_a_card_of_200_pixels_and_one_tilted_by_60_degrees_are_found() -> None:
    small = ((200, 150), (400, 150), (400, 283), (200, 283))
    tilted = ((470, 120), (730, 60), (730, 840), (470, 780))
    for corners, size in ((small, SIZE), (tilted, (1200, 900))):
        found = detecting.found_in(seen(scene(("aruco24", corners), size=size)))
        assert names(found) == ["aruco24"]
        assert np.abs(found.cards[0].corners - corners).max() < 5


@pytest.mark.parametrize("card", ["aruco24", "mcc24", "spyder24"])
@pytest.mark.parametrize("turn", [0, 2])
def test_corners_set_by_hand_place_a_card_from_whichever_corner_they_start(card: str, turn: int) -> None:
    pixels = seen(scene((card, POSES[0])), blur=3.0)
    rough = np.array([(3, -2), (-2, 2), (1, 3), (-3, 1)])
    corners = np.roll(np.array(POSES[0], float), turn, axis=0) + rough
    found = detecting.by_hand(pixels, corners, "auto")
    assert names(found) == [card]
    assert found.cards[0].rotation == 0
    # Corners set roughly are refined by the patches themselves.
    assert np.abs(found.cards[0].corners - POSES[0]).max() < 2.5


def test_corners_that_hold_no_card_are_refused_with_a_reason() -> None:
    pixels = seen(Scene(printed().light, []), noise=8.0)
    elsewhere = np.array([(20, 340), (580, 340), (580, 440), (20, 440)], float)
    found = detecting.by_hand(pixels, elsewhere, "auto")
    assert found.reason is not None
    assert found.reason[0] == "corners_off"
    outside = detecting.by_hand(pixels, elsewhere + 2000, "auto")
    assert outside.reason is not None
    assert outside.reason[0] == "cut_off"


def test_a_dark_linear_picture_shows_its_card() -> None:
    pixels = to_8(printed().shot(encode=lambda light: light, exposure=0.4))
    assert names(detecting.found_in(pixels)) == ["aruco24"]
    assert CAST.shape == (3, 3)


def test_a_printed_card_is_not_taken_for_the_classic_one_that_is_asked_for() -> None:
    classic, printed_one = ((20, 40), (220, 40), (220, 178), (20, 178)), ((250, 40), (580, 40), (580, 260), (250, 260))
    pixels = seen(scene(("mcc24", classic), ("aruco24", printed_one)))
    assert names(detecting.found_in(pixels, "mcc24")) == ["mcc24"]
    assert np.abs(detecting.found_in(pixels, "mcc24").cards[0].corners - classic).max() < 2
    assert names(detecting.found_in(seen(printed()), "mcc24")) == []
