"""Assumptions of a reference shot: exposure, camera, white, flash and kind, reported or undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from colour_world import OFF_CARD, FakeRun, Scene, file_of, off_card, opened, printed, to_8, to_16
from PIL import Image

from chalicelib.pipelines.colour import profiles, taken
from chalicelib.pipelines.colour.taken import Taken

SCENE = printed()
BARE = Scene(np.full((450, 600, 3), 0.09), SCENE.boxes)
for _box, _colour in zip(SCENE.boxes, OFF_CARD, strict=True):
    BARE.light[_box[1] : _box[3], _box[0] : _box[2]] = SCENE.light[_box[1] + 5, _box[0] + 5]


def exif(seconds: float = 1 / 60, iso: int = 100, model: str = "R5", auto: bool = False, flash: int = 0) -> Image.Exif:
    made = Image.Exif()
    made[0x010F], made[0x0110] = "Canon", model
    made.get_ifd(0x8769).update(
        {0x829A: seconds, 0x829D: 8.0, 0x8827: iso, 0xA403: 0 if auto else 1, 0x9209: flash, 0xA434: "RF 50"}
    )
    return made


def picture(one: Scene, told: Image.Exif | None, **how: Any) -> bytes:
    return file_of(to_8(one.shot(noise=2, **how)), "JPEG", **({} if told is None else {"exif": told}))


REFERENCE = ("card.jpg", picture(SCENE, exif()), "reference")


def codes(run: FakeRun) -> list[str]:
    return [warning["code"] for warning in run.report(0)["warnings"]]


def test_the_same_settings_need_no_word_but_that_nothing_was_measured() -> None:
    run = FakeRun(("a.jpg", picture(BARE, exif())), REFERENCE).run()
    assert codes(run) == ["by_reference"]
    assert off_card(opened(run.output("corrected")), BARE.boxes).mean() < 1


@pytest.mark.parametrize(
    ("seconds", "iso", "exposure"), [(1 / 100, 100, 0.6), (1 / 60, 80, 0.8), (1 / 120, 240, 1.2), (1 / 60, 50, 0.5)]
)
def test_another_exposure_is_undone_and_told(seconds: float, iso: int, exposure: float) -> None:
    run = FakeRun(("a.jpg", picture(BARE, exif(seconds, iso), exposure=exposure)), REFERENCE).run()
    assert codes(run) == ["by_reference", "exposure_undone"]
    assert run.report(0)["warnings"][1]["factor"] == f"{exposure:.2f}"
    assert off_card(opened(run.output("corrected")), BARE.boxes).mean() < 1


def test_without_exif_the_same_exposure_is_said_to_be_taken_for_granted() -> None:
    for told, reference in ((None, exif()), (exif(), None), (None, None)):
        shots = (("a.jpg", picture(BARE, told)), ("card.jpg", picture(SCENE, reference), "reference"))
        run = FakeRun(*shots).run()
        assert "exposure_unknown" in codes(run)
        page = run.members["report.html"].decode()
        assert "the same light and the same exposure are assumed" in page


def test_a_card_in_the_picture_says_that_the_reference_shot_does_not_hold() -> None:
    darker = FakeRun(("a.jpg", picture(SCENE, None, exposure=0.6)), REFERENCE).run()
    assert "brightness_differs" in codes(darker)
    assert darker.report(0)["warnings"][1]["factor"] == "0.60"
    tinted = FakeRun(("a.jpg", picture(SCENE, exif(), matrix=np.diag([1, 0.8, 0.6]))), REFERENCE).run()
    assert "light_differs" in codes(tinted)
    same = FakeRun(("a.jpg", picture(SCENE, exif())), REFERENCE).run()
    assert codes(same) == ["judged_by_card"]


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"model": "R6"}, "other_camera"),
        ({"auto": True}, "auto_white_balance"),
        ({"flash": 1}, "other_flash"),
        ({"iso": 3200}, "exposure_differs"),
    ],
)
def test_what_differs_by_exif_is_told(told: dict[str, Any], code: str) -> None:
    run = FakeRun(("a.jpg", picture(BARE, exif(**told))), REFERENCE).run()
    assert codes(run) == ["by_reference", code]


def test_another_lens_is_told() -> None:
    other = exif()
    other.get_ifd(0x8769)[0xA434] = "RF 35"
    assert codes(FakeRun(("a.jpg", picture(BARE, other)), REFERENCE).run()) == ["by_reference", "other_lens"]


def test_a_reference_shot_in_two_lights_is_told_with_every_picture() -> None:
    shaded = picture(SCENE, exif(), shade=lambda x, y: np.where(x > 0.25, 1.0, 0.4))
    run = FakeRun(("a.jpg", picture(BARE, exif())), ("card.jpg", shaded, "reference")).run()
    assert codes(run)[:2] == ["by_reference", "reference_light"]


def test_a_picture_in_another_colour_space_is_refused_and_not_corrected_wrongly() -> None:
    wide = file_of(to_8(BARE.shot(noise=2)), "PNG", icc_profile=profiles.of_space("adobe_rgb"))
    run = FakeRun(("a.png", wide), REFERENCE).run()
    assert run.results[0][2]["reason"] == "reference_other_kind"
    assert "corrected-0" not in run.artifacts
    tagged = file_of(to_8(BARE.shot(noise=2)), "PNG", icc_profile=profiles.of_space("srgb"))
    assert FakeRun(("a.png", tagged), REFERENCE).run().results[0][2]["success"]


def test_a_flat_field_of_another_shape_is_refused_and_of_another_size_told() -> None:
    shot = ("a.png", file_of(to_8(SCENE.shot(noise=2))))

    def wall(height: int, width: int) -> tuple[str, bytes, str]:
        return "wall.png", file_of(np.full((height, width, 3), 150, np.uint8)), "flat_field"

    refused = FakeRun(shot, wall(600, 450)).run()
    assert refused.results[0][2]["reason"] == "flat_field_other_kind"
    assert codes(FakeRun(shot, wall(225, 300)).run()) == ["flat_field_other_size"]
    assert codes(FakeRun(shot, wall(450, 600)).run()) == []


def test_a_flat_field_by_another_camera_is_told() -> None:
    wall = Scene(np.full((450, 600, 3), 0.4), [])
    shot = ("a.jpg", picture(SCENE, exif()))
    for told, wanted in ((exif(), []), (exif(model="R6"), ["flat_field_other_camera"])):
        assert codes(FakeRun(shot, ("wall.jpg", picture(wall, told), "flat_field")).run()) == wanted


def test_exif_of_nonsense_says_nothing(tmp_path: Path) -> None:
    strange = Image.Exif()
    strange[0x010F] = b"\xff\xfe"
    strange.get_ifd(0x8769).update({0x829A: "x", 0x829D: float("nan"), 0x8827: (), 0x9209: "y"})
    assert taken.of_exif(strange).exposure is None
    assert taken.of_exif(object()) == Taken()
    assert taken.brightness(Taken(seconds=1, iso=100), Taken(seconds=1, iso=100, aperture=8)) is None
    assert Taken(seconds=2, aperture=2.8, iso=64).settings == "2 s, f/2.8, ISO 64"


def test_sixteen_bits_are_scaled_too() -> None:
    reference = ("card.png", file_of(to_16(SCENE.shot())), "reference")
    run = FakeRun(("a.png", file_of(to_16(BARE.shot()))), reference).run()
    assert off_card(opened(run.output("corrected")), BARE.boxes).mean() < 0.5
