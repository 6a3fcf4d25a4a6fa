"""Cautions about a picture's figures appear where the figures begin to be wrong, and not earlier."""

from __future__ import annotations

import numpy as np
import pytest
from colour_world import POSES, FakeRun, Scene, file_of, off_card, opened, printed, scene, to_8

from chalicelib.pipelines.colour import profiles
from chalicelib.pipelines.colour.correcting import Correction
from chalicelib.pipelines.colour.encoding import Encoding
from chalicelib.pipelines.colour.spaces import SRGB

SCENE = printed()


def told(run: FakeRun) -> dict[str, dict[str, object]]:
    return {one["code"]: one for one in run.report()["warnings"]}


def corrected(one: Scene, **how: float) -> tuple[FakeRun, float]:
    """A run on a picture as saved by a camera, and the mean CIEDE2000 of the colours beside the card."""
    run = FakeRun(("a.jpg", file_of(to_8(one.shot(noise=2, **how)), "JPEG", quality=85))).run(1, 5)
    return run, float(off_card(opened(run.output("corrected")), one.boxes).mean()) if run.results[0][1] else np.inf


@pytest.mark.parametrize(("blur", "tells", "most"), [(3.0, False, 0.7), (4.0, False, 0.7), (5.0, True, 1.2)])
def test_blur_is_told_once_neighbours_reach_into_the_patches(blur: float, tells: bool, most: float) -> None:
    run, off = corrected(SCENE, blur=blur)
    assert ("card_blurred" in told(run)) is tells
    assert off < most


def test_blur_that_the_left_out_patches_no_longer_show_is_refused() -> None:
    """At a deviation of 8 pixels, colours beside the card would be off by 5 while leave-one-out stays under 2."""
    card = ((115, 60), (490, 45), (505, 310), (100, 320))
    shot = ("a.png", file_of(to_8(SCENE.shot(noise=2, blur=8.0))))
    run = FakeRun(shot, corners=[list(map(float, corner)) for corner in card]).run(1, 5)
    assert run.results[0][2]["reason"] == "too_blurred"
    assert "corrected-0" not in run.artifacts


@pytest.mark.parametrize(("width", "tells", "most"), [(80, True, 2.0), (130, False, 1.0)])
def test_a_small_card_is_told_with_the_size_of_its_patches(width: int, tells: bool, most: float) -> None:
    right, below = 200 + width, 100 + width * 2 / 3
    run, off = corrected(scene(("aruco24", ((200, 100), (right, 100), (right, below), (200, below)))))
    codes = told(run)
    assert ("small_card" in codes) is tells
    if tells:
        assert codes["small_card"]["pixels"] == 8
    assert off < most


@pytest.mark.parametrize("icc", ["table", "damaged"])
def test_a_profile_that_is_not_read_is_told_and_the_numbers_are_taken_for_srgb(icc: str) -> None:
    pixels = to_8(SCENE.shot(noise=1))
    table = Correction(Encoding(), "root_polynomial", np.concatenate([SRGB.to_xyz * 0.9, np.full((3, 3), 0.03)], 1))
    given = profiles.of_picture(table, "a") if icc == "table" else b"no profile at all" * 20
    tagged = FakeRun(("a.png", file_of(pixels, icc_profile=given))).run(1, 5)
    plain = FakeRun(("a.png", file_of(pixels))).run(1, 5)
    assert "profile_not_read" in told(tagged)
    assert "profile_not_read" not in told(plain)
    before = [run.report()["fit"]["summary"]["delta_e_before"] for run in (tagged, plain)]
    assert before[0] == before[1]


def test_a_profile_of_matrix_and_curves_is_read_in_silence() -> None:
    run = FakeRun(("a.png", file_of(to_8(SCENE.shot()), icc_profile=profiles.of_space("display_p3")))).run(1, 5)
    assert told(run) == {}


def test_every_pose_is_even_to_all_of_them() -> None:
    for pose in range(len(POSES)):
        assert told(FakeRun(("a.png", file_of(to_8(printed(pose).shot(noise=2))))).run(1, 5)) == {}, pose
