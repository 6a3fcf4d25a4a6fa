"""A job's outputs: reports, LUTs and profiles, and the effects of roles and operations."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import numpy as np
import onnx
import pytest
from colour_world import CAST, OFF_CARD, FakeRun, Scene, file_of, off_card, opened, printed, scene, to_8, to_16
from onnx import TensorProto, helper
from PIL import Image, ImageCms, ImageFilter

from chalicelib.pipelines.base import PipelineFailed
from chalicelib.pipelines.colour import cube, pictures, profiles
from chalicelib.pipelines.colour.cards import cards
from chalicelib.pipelines.colour.correcting import Correction
from chalicelib.pipelines.colour.difference import delta_e_2000
from chalicelib.pipelines.colour.encoding import Encoding
from chalicelib.pipelines.colour.spaces import SRGB, lab_of_srgb, xyz_of

SCENE = printed()
PIXELS = to_8(SCENE.shot(noise=2))
SHOT = ("shot.jpg", file_of(PIXELS, "JPEG"))
BARE = Scene(np.full((450, 600, 3), 0.09), SCENE.boxes)
for _box, _colour in zip(SCENE.boxes, OFF_CARD, strict=True):
    BARE.light[_box[1] : _box[3], _box[0] : _box[2]] = SCENE.light[_box[1] + 5, _box[0] + 5]


@pytest.fixture(scope="module")
def run() -> FakeRun:
    return FakeRun(SHOT, ("more/shot.png", file_of(PIXELS))).run()


def test_a_picture_comes_back_right_with_a_row_of_its_own(run: FakeRun) -> None:
    summary, score, told = run.results[0]
    assert re.fullmatch(r"Corrected: ΔE00 \d\.\d before, 0\.\d\d after, excellent\.", summary)
    assert score is not None
    assert 0.9 < score < 1
    assert told["card"] == "aruco24"
    assert told["overall_delta_e"] < 0.6 < told["delta_e_before"]
    assert told["min_delta_e"] <= told["median_delta_e"] <= told["max_delta_e"]
    assert told["quality_rating"] == "excellent"
    assert told["fadgi_stars"] == 4
    assert np.abs(np.array(told["matrix_to_linear_srgb"]) @ CAST - np.eye(3)).max() < 0.02
    assert len(json.dumps(told)) < 1024
    assert run.verdicts[0][0] == "corrected"
    assert off_card(opened(run.output("corrected")), SCENE.boxes).mean() < 0.7
    assert run.results[None][2]["succeeded"] == 2


def test_all_that_is_promised_is_there_and_in_the_zip_under_names_of_its_own(run: FakeRun) -> None:
    made = {filename for filename, _, _ in run.artifacts.values()}
    wanted = {
        f"shot{end}" for end in ("_corrected.jpg", "_report.json", "_report.csv", "_swatches.png", ".cube", ".icc")
    }
    assert wanted < made
    members = run.members
    assert {"report.html", "report.pdf"} < set(members)
    assert {f"pictures/{name}" for name in wanted} < set(members)
    assert members["pictures/shot_2_corrected.png"] == run.output("corrected", 1)


def test_the_same_job_gives_the_same_bytes_in_whatever_order_its_slices_run(run: FakeRun) -> None:
    again = FakeRun(SHOT, ("more/shot.png", file_of(PIXELS))).run(backwards=True)
    assert again.artifacts == run.artifacts
    assert again.results == run.results


def test_the_report_has_every_patch_with_its_differences(run: FakeRun) -> None:
    report = run.report()
    table = report["fit"]["patches"]
    assert [one["index"] for one in table] == list(range(24))
    assert table[0]["name"] == "dark skin"
    assert np.abs(np.array([one["reference_lab"] for one in table]) - cards()["aruco24"].known_lab).max() < 1e-4
    for one in table:
        own = delta_e_2000(np.array(one["reference_lab"]), np.array(one["after_lab"]))
        assert one["delta_e_2000"] == pytest.approx(float(own), abs=1e-3)
        assert one["leave_one_out"] >= 0
    assert report["fit"]["summary"]["patches_used"] == 24
    rows = list(csv.DictReader(io.StringIO(run.output("patches").decode())))
    assert [float(row["delta_e_2000"]) for row in rows] == [one["delta_e_2000"] for one in table]


def test_the_printable_reports_and_the_swatches_can_be_opened(run: FakeRun) -> None:
    page = run.artifacts["report.html"][2].decode()
    assert page.count("<section>") == 2
    assert "<script" not in page
    assert page.count("data:image/jpeg;base64,") == 4
    pdf = run.artifacts["report.pdf"][2]
    assert pdf.startswith(b"%PDF-1.4")
    assert pdf.rstrip().endswith(b"%%EOF")
    start = int(re.findall(rb"startxref\n(\d+)", pdf)[0])
    places = [int(place) for place in re.findall(rb"(\d{10}) 00000 n", pdf[start:])]
    assert all(pdf[place:].startswith(f"{number} 0 obj".encode()) for number, place in enumerate(places, 1))
    assert pdf.count(b"/Type /Page ") == 3
    with Image.open(io.BytesIO(run.output("swatches"))) as image:
        shown = np.asarray(image)
    # The first patch's reference is in the upper half of the first cell.
    assert np.abs(shown[44 + 20, 10 + 70].astype(int) - (115, 82, 68)).max() <= 1


def test_names_that_would_be_markup_are_only_names() -> None:
    page = FakeRun(("<b>&.png", file_of(PIXELS))).run().artifacts["report.html"][2].decode()
    assert "<b>" not in page
    assert "&lt;b&gt;&amp;.png" in page


@pytest.mark.parametrize("model", ["linear3x3", "root_polynomial"])
@pytest.mark.parametrize("encoding", [Encoding(), Encoding("exponent", 1.8), Encoding("cubic", bend=0.3, twist=-0.2)])
def test_lut_and_profile_do_the_same_in_other_hands(model: str, encoding: Encoding) -> None:
    """littleCMS applies the profile, Pillow's filter the table, both within a difference of 1 of the correction."""
    undo = SRGB.to_xyz @ np.linalg.inv(CAST)
    matrix = (
        undo
        if model == "linear3x3"
        else np.concatenate([undo * 0.93, 0.07 * undo.sum(1, keepdims=True) / 3 * np.ones(3)], 1)
    )
    correction = Correction(encoding, model, matrix)
    numbers = np.random.default_rng(3).uniform(0.1, 0.9, (4000, 3))
    light = correction.light(encoding.decoded(numbers))
    numbers = np.rint(numbers[((light > 0.01) & (light < 0.95)).all(1)][:900].reshape(-1, 30, 3)[:30] * 255).astype(
        np.uint8
    )
    wanted = lab_of_srgb(correction.encoded(numbers / 255))
    image = Image.fromarray(numbers)
    profile = ImageCms.ImageCmsProfile(io.BytesIO(profiles.of_picture(correction, "a")))
    by_profile = np.asarray(ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), 1))
    assert delta_e_2000(lab_of_srgb(by_profile / 255), wanted).max() < 1
    lines = cube.written(correction, 'a "name"\n').decode().splitlines()
    assert lines[0] == 'TITLE "a  name  "'
    size = int(lines[1].split()[1])
    table = [float(value) for line in lines[4:] for value in line.split()]
    assert len(table) == 3 * size**3
    by_table = np.asarray(image.filter(ImageFilter.Color3DLUT(size, table)))
    assert delta_e_2000(lab_of_srgb(by_table / 255), wanted).max() < 1


def test_a_reference_shot_corrects_pictures_without_a_card_and_judges_those_with_one() -> None:
    files = (("bare.png", file_of(to_8(BARE.shot(noise=2)))), SHOT, ("card.jpg", SHOT[1], "reference"))
    run = FakeRun(*files).run()
    assert run.results[0][1] is None
    assert "not measured" in run.results[0][0]
    assert off_card(opened(run.output("corrected", 0)), BARE.boxes).mean() < 1
    report = run.report(1)
    assert report["fit"]["summary"]["leave_one_out_delta_e"] is None
    assert report["fit"]["summary"]["overall_delta_e"] < 0.7
    assert off_card(opened(run.output("corrected", 1)), SCENE.boxes).mean() < 1
    assert "corrected-2" not in run.artifacts
    assert run.report(2)["fit"]["summary"]["quality_rating"] == "excellent"


def test_a_reference_shot_without_a_card_fails_the_job_with_the_reason() -> None:
    with pytest.raises(PipelineFailed) as reason:
        FakeRun(SHOT, ("bare.png", file_of(to_8(BARE.shot())), "reference")).run()
    assert reason.value.code == "reference_no_card"


def test_a_flat_field_frees_the_whole_picture_of_uneven_light() -> None:
    def shade(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return 0.95 - 0.35 * (x**2 + y**2) / 2 - 0.1 * x

    wall = Scene(np.full((450, 600, 3), 0.4), [])
    flat = ("wall.png", file_of(to_8(wall.shot(noise=2, shade=shade))), "flat_field")
    shot = ("a.png", file_of(to_8(SCENE.shot(noise=2, shade=shade))))
    without, corrected = FakeRun(shot).run(), FakeRun(shot, flat).run()
    assert off_card(opened(without.output("corrected")), SCENE.boxes).mean() > 2
    assert off_card(opened(corrected.output("corrected")), SCENE.boxes).mean() < 0.8
    clipped = ("wall.png", file_of(np.full((450, 600, 3), 255, np.uint8)), "flat_field")
    with pytest.raises(PipelineFailed) as reason:
        FakeRun(shot, clipped).run()
    assert reason.value.code == "flat_field_clipped"


def values_file(lab: np.ndarray, form: str) -> tuple[str, bytes]:
    names = cards()["mcc24"].names
    if form == "csv":
        return "mine.csv", (
            "name,L,a,b\n" + "".join(f"{n},{x[0]},{x[1]},{x[2]}\n" for n, x in zip(names, lab, strict=True))
        ).encode()
    # XYZ in percent, rows in reverse order, columns named as in scanners' files.
    rows = [f'"{n}" {x[0]:.6f} {x[1]:.6f} {x[2]:.6f}' for n, x in zip(names, 100 * xyz_of(lab), strict=True)][::-1]
    text = "CTI3\n\nNUMBER_OF_FIELDS 4\nBEGIN_DATA_FORMAT\nSAMPLE_ID XYZ_X XYZ_Y XYZ_Z\nEND_DATA_FORMAT\n"
    return "mine.ti3", (text + "NUMBER_OF_SETS 24\nBEGIN_DATA\n" + "\n".join(rows) + "\nEND_DATA\n").encode()


@pytest.mark.parametrize("form", ["csv", "ti3"])
def test_a_users_own_values_take_the_place_of_the_makers(form: str) -> None:
    one = scene(("mcc24", ((115, 60), (490, 45), (505, 310), (100, 320))))
    lab = cards()["mcc24_pre2014"].known_lab
    shot = ("a.png", file_of(to_8(one.shot(noise=1))))
    name, content = values_file(lab, form)
    report = FakeRun(shot, (name, content, "reference_values"), card="mcc24").run().report()
    assert report["fit"]["reference_values"] == f"measured by the user: {name}"
    given = np.array([patch["reference_lab"] for patch in report["fit"]["patches"]])
    assert np.abs(given - lab).max() < 2e-4
    theirs = FakeRun(shot, card="mcc24_pre2014").run().report()
    assert report["fit"]["summary"]["overall_delta_e"] == pytest.approx(
        theirs["fit"]["summary"]["overall_delta_e"], abs=2e-3
    )


def test_values_that_are_missing_or_wrong_fail_the_job_with_a_sentence() -> None:
    with pytest.raises(PipelineFailed) as reason:
        FakeRun(SHOT, card="cameratrax24").run()
    assert reason.value.code == "no_reference_values"
    with pytest.raises(PipelineFailed, match="23 patches"):
        FakeRun(SHOT, ("m.csv", b"L,a,b\n" + b"90,1,1\n" * 23, "reference_values"), card="mcc24").run()


def test_detecting_measures_and_changes_nothing() -> None:
    run = FakeRun(SHOT, operation="detect").run()
    assert "corrected-0" not in run.artifacts
    assert run.verdicts[0][0] == "measured"
    assert run.report()["fit"]["summary"]["overall_delta_e"] < 0.6
    assert "cube-0" in run.artifacts


def test_a_white_balance_makes_greys_grey_and_leaves_the_rest_to_itself() -> None:
    run = FakeRun(("a.png", file_of(PIXELS)), operation="white_balance").run()
    report = run.report()
    greys = np.array([one["after_lab"] for one in report["fit"]["patches"][18:]])
    assert np.abs(greys[:, 1:]).max() < 1.5
    assert report["fit"]["summary"]["quality_rating"] is None
    assert 1 < report["fit"]["summary"]["overall_delta_e"] < report["fit"]["summary"]["delta_e_before"]["mean"]
    world = FakeRun(("a.png", file_of(to_8(BARE.shot()))), operation="white_balance", white_balance="gray_world").run()
    assert world.report()["fit"] is None
    mean = SRGB.decoded(opened(world.output("corrected")) / 255).mean((0, 1))
    assert np.ptp(mean) / mean.mean() < 0.03


def test_other_whites_are_applied_and_the_figures_stay_those_of_the_card() -> None:
    shot = ("a.png", file_of(PIXELS))
    kept = FakeRun(shot, white_balance="none").run()
    by_card = FakeRun(shot).run()
    assert kept.report()["fit"] == by_card.report()["fit"]
    grey = opened(kept.output("corrected"))[5:30, 5:60].reshape(-1, 3).mean(0)
    was = PIXELS[5:30, 5:60].reshape(-1, 3).mean(0)
    neutral = opened(by_card.output("corrected"))[5:30, 5:60].reshape(-1, 3).mean(0)
    assert np.ptp(neutral) < 2
    assert np.sign(grey[0] - grey[2]) == np.sign(was[0] - was[2])
    assert abs((grey[0] - grey[2]) - (was[0] - was[2])) < 3


def test_a_picture_without_a_card_says_what_to_do_and_is_no_fault() -> None:
    run = FakeRun(("bare.png", file_of(to_8(BARE.shot())))).run()
    message, score, told = run.results[0]
    assert (score, told["success"], told["reason"]) == (None, False, "no_card")
    assert "set its corners by hand" in message
    assert run.verdicts[0] == ("failed", message, {"code": "no_card"})
    assert run.report()["success"] is False
    assert "before-0" in run.artifacts


def test_corners_by_hand_help_where_detection_fails() -> None:
    pixels = to_8(SCENE.shot(noise=2))
    pixels[:50] = pixels[330:380]  # the upper markers are gone, and part of the border
    given = ((115, 60), (490, 45), (505, 310), (100, 320))
    run = FakeRun(("a.png", file_of(pixels)), corners=" ".join(f"{x},{y}" for x, y in given)).run()
    assert run.results[0][2]["method"] == "corners"
    assert run.results[0][2]["overall_delta_e"] < 0.7


def test_the_background_is_cut_out_by_grabcut_and_it_says_so() -> None:
    y, x = np.mgrid[:240, :320]
    disc = (x - 160) ** 2 + (y - 120) ** 2 < 70**2
    pixels = np.where(disc[..., None], (180, 60, 40), (90, 110, 120)) + np.random.default_rng(1).normal(
        0, 4, (240, 320, 3)
    )
    run = FakeRun(
        ("a.jpg", file_of(np.clip(pixels, 0, 255).astype(np.uint8), "JPEG")), operation="remove_background"
    ).run()
    assert run.results[0][2]["background_by"] == "GrabCut, without a trained model"
    with Image.open(io.BytesIO(run.output("corrected"))) as image:
        assert image.mode == "RGBA"
        mask = np.asarray(image)[..., 3] > 127
    assert (mask & disc).sum() / (mask | disc).sum() > 0.97
    nothing = FakeRun(("a.png", file_of(np.full((200, 200, 3), 90, np.uint8))), operation="remove_background").run()
    assert nothing.results[0][2]["reason"] == "no_subject"


def test_a_users_network_cuts_out_the_background_and_is_named(tmp_path: Path) -> None:
    """A network of one convolution: red is the subject."""
    weights = helper.make_tensor("w", TensorProto.FLOAT, (1, 3, 1, 1), [1.0, -0.5, -0.5])
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "w"], ["y"])],
        "red",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, 3, 64, 64))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, (1, 1, 64, 64))],
        [weights],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    folder = tmp_path / "background" / "red"
    folder.mkdir(parents=True)
    onnx.save(model, str(folder / "red.onnx"))
    pixels = np.full((120, 160, 3), 100, np.uint8)
    pixels[40:80, 50:110] = (220, 30, 30)
    options = {"operation": "remove_background", "background_model": "red"}
    run = FakeRun(("a.png", file_of(pixels)), models=tmp_path, **options).run()
    assert run.results[0][2]["background_by"] == "the model red"
    with Image.open(io.BytesIO(run.output("corrected"))) as image:
        mask = np.asarray(image)[..., 3] > 127
    assert abs(int(mask.sum()) - 2400) < 250


def test_a_linear_picture_of_16_bits_comes_back_in_srgb_and_says_what_it_was() -> None:
    run = FakeRun(("a.tif", file_of(to_16(SCENE.shot(encode=lambda light: light)), "TIFF"))).run()
    told = run.results[0][2]
    assert told["encoding"] == {"kind": "exponent", "exponent": pytest.approx(1.0, abs=0.01)}
    assert "other_encoding" in told["warnings"]
    assert off_card(opened(run.output("corrected")), SCENE.boxes).mean() < 0.3


def test_a_wide_target_holds_what_srgb_cannot() -> None:
    assert pictures.MAX_PIXELS > 100_000_000
    wide = FakeRun(("a.png", file_of(PIXELS)), target="adobe_rgb").run()
    with Image.open(io.BytesIO(wide.output("corrected"))) as image:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        srgb = np.asarray(ImageCms.profileToProfile(image, profile, ImageCms.createProfile("sRGB"), 1))
    assert off_card(srgb, SCENE.boxes).mean() < 0.8
