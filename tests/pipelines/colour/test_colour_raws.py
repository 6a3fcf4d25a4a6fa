"""Raws: developed, corrected, and given a camera profile."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
import tifffile
from colour_world import CAST, OFF_CARD, FakeRun, Scene, off_card, opened, printed

from chalicelib.pipelines.colour.difference import delta_e_2000
from chalicelib.pipelines.colour.spaces import D50, SRGB, lab_of

SCENE = printed()
BARE = Scene(np.full_like(SCENE.light, 0.09), SCENE.boxes)
for _box in SCENE.boxes:
    BARE.light[_box[1] : _box[3], _box[0] : _box[2]] = SCENE.light[_box[1] + 5, _box[0] + 5]


def dng(light: np.ndarray, neutral: tuple[float, float, float] = (1, 1, 1), model: str = "Test camera") -> bytes:
    """A Bayer mosaic (RGGB) of a camera's linear values 0..1, black at 1,000 and white at 61,000, as a DNG.

    neutral: the camera's response to white."""
    values = np.rint(np.clip(light, 0, 1) * 60000 + 1000).astype(np.uint16)
    mosaic = values[..., 1].copy()
    mosaic[0::2, 0::2], mosaic[1::2, 1::2] = values[0::2, 0::2, 0], values[1::2, 1::2, 2]

    def ratios(*numbers: float) -> tuple[int, ...]:
        return tuple(part for number in numbers for part in (round(number * 10000), 10000))

    tags: list[tuple[int, str, int, object, bool]] = [
        (33421, "H", 2, (2, 2), True),
        (33422, "B", 4, b"\0\1\1\2", True),
        (50706, "B", 4, b"\1\4\0\0", True),
        (50707, "B", 4, b"\1\1\0\0", True),
        (50708, "s", 0, model, True),
        (50714, "I", 1, 1000, True),
        (50717, "I", 1, 61000, True),
        (50721, "2i", 9, ratios(0.9, -0.2, -0.1, -0.4, 1.2, 0.2, -0.05, 0.1, 0.7), True),
        (50728, "2I", 3, ratios(*neutral), True),
        (50778, "H", 1, 21, True),
    ]
    out = io.BytesIO()
    with tifffile.TiffWriter(out, byteorder="<") as made:
        made.write(mosaic, photometric=32803, planarconfig=1, extratags=tags, metadata=None, software=None)
    return out.getvalue()


def test_a_raw_is_developed_in_a_step_of_its_own_and_comes_back_at_sixteen_bits() -> None:
    run = FakeRun(("a.DNG", dng(SCENE.light @ CAST.T)))
    run.run(1, 1)
    assert "developed-0" in run.saved
    run.run(2, 6)
    told = run.results[0][2]
    assert (told["left_out"], told["encoding"]["exponent"]) == ([], pytest.approx(1, abs=0.01))
    assert "raw_developed" in told["warnings"]
    filename, _, content = run.artifacts["corrected-0"]
    assert filename == "a_corrected.tif"
    assert opened(content).dtype == np.uint16
    assert off_card(opened(content), SCENE.boxes).mean() < 0.2
    broken = FakeRun(("a.dng", dng(SCENE.light)[:4000])).run()
    assert broken.results[0][2]["reason"] == "damaged_raw"


def test_a_dng_leaves_a_camera_profile_that_gives_its_colours_by_the_specifications_own_rules() -> None:
    neutral = (0.52, 1.0, 0.71)
    native = SCENE.light @ CAST.T * neutral
    run = FakeRun(("a.dng", dng(native, neutral))).run()
    filename, content_type, content = run.artifacts["dcp-0"]
    assert (filename, content_type) == ("a.dcp", "application/octet-stream")
    tags = camera_profile(content)
    assert tags[50708] == "Test camera"
    assert (tags[50778], tags[50940], tags[50941], tags[51110]) == (23, (0, 0, 1, 1), 0, 1)
    color, forward = (ratio_matrix(tags[tag]) for tag in (50721, 50964))
    # A forward matrix takes the camera's white to that of D50; a colour matrix states that white.
    assert np.abs(forward.sum(1) - D50).max() < 1e-5
    white = color @ D50
    assert white.max() == pytest.approx(1, abs=1e-5)
    # DNG 1.7, chapter 6: ForwardMatrix · inverse of the reference neutral · camera.
    xyz = native / white @ forward.T
    truth = SCENE.light @ SRGB.to_xyz.T
    middle = [
        (slice(y0 + (y1 - y0) // 4, y1 - (y1 - y0) // 4), slice(x0 + (x1 - x0) // 4, x1 - (x1 - x0) // 4))
        for x0, y0, x1, y1 in SCENE.boxes
    ]
    seen, wanted = (np.array([np.median(light[box].reshape(-1, 3), 0) for box in middle]) for light in (xyz, truth))
    # Exposure isn't part of a profile.
    scale = wanted[:, 1].sum() / seen[:, 1].sum()
    assert delta_e_2000(lab_of(seen * scale), lab_of(wanted)).mean() < 0.3


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (dng(SCENE.light @ CAST.T, model=""), {}),
        (dng(SCENE.light @ CAST.T), {"operation": "white_balance"}),
        (dng(np.full_like(SCENE.light, 0.4)), {}),
    ],
)
def test_without_a_name_a_fit_or_a_card_there_is_no_camera_profile(content: bytes, options: dict[str, Any]) -> None:
    run = FakeRun(("a.dng", content), **options).run()
    assert "dcp-0" not in run.artifacts


def camera_profile(content: bytes) -> dict[int, Any]:
    """Tags as read by tifffile, which knows the magic number of camera profiles."""
    with tifffile.TiffFile(io.BytesIO(content)) as read:
        return {tag.code: tag.value for tag in read.pages.first.tags}


def ratio_matrix(values: tuple[int, ...]) -> np.ndarray:
    return (np.array(values[0::2]) / np.array(values[1::2])).reshape(3, 3)


@pytest.mark.parametrize("neutral", [(0.52, 1.0, 0.71), (0.9, 1.0, 0.4)])
def test_another_white_balance_of_a_raw_is_undone_under_a_reference_shot(neutral: tuple[float, float, float]) -> None:
    """The same sensor in the same light; only the camera's white differs."""
    native = CAST.T * 0.5
    files = (("a.dng", dng(BARE.light @ native, neutral)), ("card.dng", dng(SCENE.light @ native), "reference"))
    run = FakeRun(*files).run(1, 5)
    assert off_card(opened(run.output("corrected")), BARE.boxes, OFF_CARD).mean() < 0.3
    assert "auto_white_balance" not in [one["code"] for one in run.report()["warnings"]]
