"""Every value of every option, and its effect on the output."""

from __future__ import annotations

import io
from typing import Any, get_args

import numpy as np
import pytest
from colour_world import POSES, FakeRun, file_of, off_card, opened, printed, scene, to_8
from PIL import Image, ImageCms

from chalicelib.pipelines.colour import COLOUR, profiles
from chalicelib.pipelines.colour.cards import cards
from chalicelib.pipelines.colour.spaces import SPACES, SRGB

SCENE = printed()
PIXELS = to_8(SCENE.shot(noise=2))
SHOT = ("a.png", file_of(PIXELS))
LARGE = ((60, 50), (560, 50), (560, 382), (60, 382))
VALUES = (
    "values.csv",
    b"name,L,a,b\n"
    + "".join(
        f"{name},{lab[0]},{lab[1]},{lab[2]}\n"
        for name, lab in zip(cards()["mcc24"].names, cards()["mcc24"].known_lab, strict=True)
    ).encode(),
    "reference_values",
)


def values_of(option: str) -> set[str]:
    return set(get_args(COLOUR.Options.model_fields[option].annotation))


def in_srgb(content: bytes) -> np.ndarray:
    """A picture's colours as littleCMS reads them through its embedded profile."""
    with Image.open(io.BytesIO(content)) as image:
        own = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        return np.asarray(ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), 1))


def test_the_tables_below_name_every_value() -> None:
    assert values_of("target") == set(SPACES)
    assert values_of("card") == {"auto", *cards()}
    assert values_of("card") == set(CARDS)
    assert values_of("operation") == set(OPERATIONS)
    assert values_of("white_balance") == set(WHITES)
    assert values_of("model") == set(MODELS)


@pytest.mark.parametrize("target", sorted(SPACES))
def test_each_target_holds_the_same_colours_under_its_profile(target: str) -> None:
    content = FakeRun(SHOT, target=target).run(1, 5).output("corrected")
    with Image.open(io.BytesIO(content)) as image:
        assert image.info["icc_profile"] == profiles.of_space(target)
    assert off_card(in_srgb(content), SCENE.boxes).mean() < 0.9


# The drawing for each card, and the name reported for it.
CARDS: dict[str, tuple[str, tuple[Any, ...], str]] = {
    "auto": ("aruco24", POSES[0], "aruco24"),
    "aruco24": ("aruco24", POSES[0], "aruco24"),
    "mcc24": ("mcc24", POSES[0], "mcc24"),
    "mcc24_pre2014": ("mcc24_pre2014", POSES[0], "mcc24_pre2014"),
    "nano": ("nano", POSES[0], "nano"),
    "spyder24": ("spyder24", POSES[0], "spyder24"),
    "spyder48": ("spyder48", LARGE, "spyder48"),
    "cameratrax24": ("mcc24", POSES[0], "cameratrax24"),  # its colours come from the user's own table
}


@pytest.mark.parametrize("card", list(CARDS))
def test_each_card_is_measured_by_its_own_values(card: str) -> None:
    drawn, corners, reported = CARDS[card]
    size = (640, 500) if drawn == "spyder48" else (600, 450)
    shot = ("a.png", file_of(to_8(scene((drawn, corners), size=size).shot(noise=1))))
    files = (shot, VALUES) if card == "cameratrax24" else (shot,)
    report = FakeRun(*files, card=card).run(1, 5).report()
    assert report["fit"]["card"] == reported
    assert len(report["fit"]["patches"]) == len(cards()[reported].centres)
    assert report["fit"]["summary"]["quality_rating"] == "excellent"


OPERATIONS = {
    "detect": ("measured", False),
    "correct": ("corrected", True),
    "detect_and_correct": ("corrected", True),
    "white_balance": ("corrected", True),
    "remove_background": ("corrected", True),
}


@pytest.mark.parametrize("operation", list(OPERATIONS))
def test_each_operation_leaves_its_picture_and_says_so(operation: str) -> None:
    run = FakeRun(SHOT, operation=operation).run(1, 5)
    verdict, has_picture = OPERATIONS[operation]
    assert run.verdicts[0][0] == verdict
    assert ("corrected-0" in run.artifacts) is has_picture
    assert run.report()["operation"] == operation


# Channels of a neutral table, and of the brightest spots, once they are white.
WHITES = {"card": "table", "gray_world": "mean", "white_patch": "brightest", "none": "cast"}


@pytest.mark.parametrize("white", list(WHITES))
def test_each_white_makes_white_what_it_says(white: str) -> None:
    light = SRGB.decoded(opened(FakeRun(SHOT, white_balance=white).run(1, 5).output("corrected")) / 255)
    seen = {
        "table": light[5:30, 5:60].reshape(-1, 3).mean(0),
        "mean": light.mean((0, 1)),
        "brightest": np.percentile(light.reshape(-1, 3), 99, axis=0),
    }
    spread = {name: float(np.ptp(value) / value.mean()) for name, value in seen.items()}
    if white == "none":
        assert spread["table"] > 0.1
    else:
        assert spread[WHITES[white]] < 0.05


MODELS = {"auto": 3, "linear3x3": 3, "root_polynomial": 6}


@pytest.mark.parametrize("model", list(MODELS))
def test_each_model_is_the_one_that_is_used(model: str) -> None:
    fit = FakeRun(SHOT, model=model).run(1, 4).saved
    assert b'"linear3x3"' in fit["fit-0.json"] or model == "root_polynomial"
    report = FakeRun(SHOT, model=model).run(1, 5).report()["fit"]
    assert len(report["matrix_to_xyz_d50"][0]) == MODELS[model]
    assert report["summary"]["overall_delta_e"] < 0.6


@pytest.mark.parametrize("threshold", [0.05, 0.3, 3.0])
def test_patches_above_the_threshold_are_counted(threshold: float) -> None:
    fit = FakeRun(SHOT, threshold_delta_e=threshold).run(1, 5).report()["fit"]
    above = sum(one["delta_e_2000"] > threshold for one in fit["patches"])
    assert fit["summary"]["patches_above_threshold"] == above
    assert above > 20 if threshold == 0.05 else above < 24
