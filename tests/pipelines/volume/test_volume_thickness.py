"""Thickness on phantoms with rims, thin layers that are left out, parts of a knee, and thickness in the outputs."""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import pytest
from volume_world import FakeRun, affine_of, ball_with_shell, nifti, turned

from benchmarks import volume_phantoms
from benchmarks.volume_phantoms import FINE, THICK, Phantom

NAMES = {"1": "femur", "2": "femoral cartilage"}


def measured(labels: np.ndarray, affine: np.ndarray, **options: Any) -> FakeRun:
    names = options.pop("region_names", NAMES)
    return FakeRun(
        ("k.nii.gz", nifti(labels, affine)), segmentation_model="labels", region_names=names, **options
    ).run()


def layer_of(run: FakeRun) -> dict[str, Any]:
    return dict(next(m for m in run.results["measures"] if m["kind"] == "cartilage"))


CASES: dict[str, Phantom] = {
    f"{phantom.name}, {phantom.spacing[2]} mm": phantom
    for spacing in (FINE, THICK)
    for phantom in (
        *(volume_phantoms.island(spacing, thick) for thick in (1.44, 2.52, 3.96)),
        *(volume_phantoms.island(spacing, thick, taper=3.0) for thick in (2.52, 3.96)),
        volume_phantoms.condyle(spacing, 2.16),
        volume_phantoms.worn(spacing, 2.52, 1.08, 5.0),
        volume_phantoms.worn(spacing, 2.52, 0.0, 5.0),
    )
}


@pytest.mark.parametrize("case", CASES)
def test_a_layer_with_a_rim_is_as_thick_as_it_is(case: str) -> None:
    phantom = CASES[case]
    found = layer_of(measured(phantom.labels, np.diag([*phantom.spacing, 1.0])))
    truth = phantom.truth_mm
    assert found["mean_thickness_mm"] == pytest.approx(truth, abs=max(0.05, 0.02 * truth))
    if phantom.uniform:
        assert found["std_thickness_mm"] < 0.1
        assert found["median_thickness_mm"] == pytest.approx(truth, abs=0.08)
        assert found["p5_thickness_mm"] > truth - 0.2
        assert found["p95_thickness_mm"] < truth + 0.2


def test_the_distance_to_the_nearest_surface_would_be_too_small() -> None:
    """The reason for the measure: on the same surfaces the usual definition loses a fifth."""
    phantom = volume_phantoms.island(FINE, 2.52)
    mean, std = volume_phantoms.by_nearest(phantom)
    assert mean < 0.85 * phantom.truth_mm
    assert std > 0.5


@pytest.mark.parametrize("rotation", [turned(0.5, 0.0), turned(0.3, -0.9)])
def test_where_the_patient_lies_makes_no_difference(rotation: np.ndarray) -> None:
    phantom = volume_phantoms.condyle(FINE, 2.16)
    straight = layer_of(measured(phantom.labels, np.diag([*FINE, 1.0])))
    oblique = layer_of(measured(phantom.labels, affine_of(FINE, rotation)))
    for name in ("mean_thickness_mm", "std_thickness_mm", "p95_thickness_mm"):
        assert oblique[name] == pytest.approx(straight[name], abs=2e-3)


def test_a_voxel_left_between_bone_and_layer_is_no_reason_not_to_measure() -> None:
    phantom = volume_phantoms.island(FINE, 2.52)
    first = int(np.argwhere((phantom.labels == 2).any(axis=(1, 2))).min())
    gap = phantom.labels.copy()
    gap[first][gap[first] == 2] = 0
    found = layer_of(measured(gap, np.diag([*FINE, 1.0])))
    assert found["mean_thickness_mm"] == pytest.approx(2.52 - 0.36, abs=0.03)
    assert found["std_thickness_mm"] < 0.05


def test_one_stray_voxel_changes_nothing_and_is_mentioned() -> None:
    phantom = volume_phantoms.island(FINE, 2.52)
    stray = phantom.labels.copy()
    top = int(np.argwhere(stray.any(axis=(1, 2))).max())
    stray[top - 1, 2, 2] = stray[2, 40, 20] = 2
    affine = np.diag([*FINE, 1.0])
    clean, found = layer_of(measured(phantom.labels, affine)), measured(stray, affine)
    assert layer_of(found)["max_thickness_mm"] == pytest.approx(clean["max_thickness_mm"], abs=0.01)
    assert found.results["warnings"][0].startswith("femoral cartilage: 2 separate voxels")


def test_a_layer_thinner_than_its_voxels_has_no_thickness_and_no_area_and_says_why() -> None:
    distance = ball_distance(0.5, 17.5)
    labels = np.where(distance < 15, 1, np.where(distance < 15.7, 2, 0)).astype(np.uint8)
    run = measured(labels, np.diag([0.5, 0.5, 0.5, 1]))
    found = layer_of(run)
    assert found["mean_thickness_mm"] is None
    assert found["surface_mm2"] is None
    assert found["thickness_note"].startswith("Not computed: the layer is 0.7")
    assert found["surface_note"].startswith("Area not computed: the label is too thin for its voxels")
    assert run.recorded is not None
    told = " ".join(run.recorded[2]["warnings"])
    assert "no thickness" in told
    assert "Area not computed" in told
    assert run.members["k_results.csv"].decode().splitlines()[2].startswith("femoral cartilage,2")
    assert "k_thickness.png" not in run.members


def ball_distance(mm: float, radius: float) -> np.ndarray:
    n = round(2 * radius / mm) + 6
    side = ((np.arange(n) - (n - 1) / 2) * mm) ** 2
    return np.sqrt(side[:, None, None] + side[None, :, None] + side[None, None, :])


def test_a_layer_of_a_millimetre_is_measured_where_voxels_are_fine() -> None:
    distance = ball_distance(0.5, 17.5)
    labels = np.where(distance < 15, 1, np.where(distance < 16.2, 2, 0)).astype(np.uint8)
    assert layer_of(measured(labels, np.diag([0.5, 0.5, 0.5, 1])))["mean_thickness_mm"] == pytest.approx(1.2, abs=0.05)


def test_a_bone_that_merely_touches_a_layer_is_not_what_it_lies_upon() -> None:
    labels = ball_with_shell((1.0, 1.0, 1.0))
    alone = layer_of(measured(labels, np.eye(4)))
    touched = labels.copy()
    touched[24:30, 24:30, 50:] = np.where(touched[24:30, 24:30, 50:] == 0, 3, touched[24:30, 24:30, 50:])
    both = layer_of(measured(touched, np.eye(4), region_names={**NAMES, "3": "tibia"}))
    assert both["mean_thickness_mm"] == pytest.approx(alone["mean_thickness_mm"], abs=0.02)


# --- parts of a knee


def knee(mm: float = 0.8) -> np.ndarray:
    """Two condyles and a trochlea (1, 2), a plateau with two islands (3, 4). The femur's cartilage is worn to the bone
    in a disc at x = +14, and to 0.8 mm at x = -14."""
    n = round(88 / mm)
    x, y, z = (
        ((np.arange(n) - (n - 1) / 2) * mm).reshape([-1 if a == axis else 1 for a in range(3)]) for axis in range(3)
    )
    radius = np.hypot(y, z - 10) + 0 * x
    angle = np.degrees(np.arctan2(y, 10 - z)) + 0 * x  # from below, forward
    condyles = np.abs(np.abs(x) - 14) < 11
    trochlea = (np.abs(x) < 25) & (angle > 40)
    labels = np.zeros((n, n, n), np.uint8)
    labels[(radius < 22) & (condyles | trochlea)] = 1
    layer = (radius >= 22) & (radius < 24.4) & (np.abs(angle) < 110) & (condyles | trochlea)
    below = z < 0
    layer &= ~(below & (np.hypot(x - 14, y + 3) < 4))
    layer &= ~(below & (np.hypot(x + 14, y + 3) < 5) & (radius > 22.8))
    labels[layer] = 2
    labels[(z < -20) & (z > -38) & (np.abs(x) < 30) & (np.abs(y) < 20)] = 3
    for middle in (-14, 14):
        labels[(z >= -20) & (z < -17.6) & (((x - middle) / 10) ** 2 + (y / 14) ** 2 < 1)] = 4
    return labels


KNEE_NAMES = {"1": "femur", "2": "femoral cartilage", "3": "tibia", "4": "tibial cartilage"}


def parts(**options: Any) -> tuple[dict[str, dict[str, Any]], FakeRun]:
    run = measured(knee(), affine_of((0.8, 0.8, 0.8)), **{"region_names": KNEE_NAMES, **options})
    return {row["subregion"]: row for row in run.results["subregions"]}, run


def test_a_knees_cartilage_is_measured_in_its_parts() -> None:
    found, run = parts(side="right", defect_threshold_mm=1.4)
    assert set(found) == {
        "femur_anterior",
        *(f"femur_{side}_{zone}" for side in ("medial", "lateral") for zone in ("weight_bearing", "posterior")),
        "tibia_medial",
        "tibia_lateral",
    }
    # A right knee's lateral side is the patient's right, where x is positive: there the cartilage is worn to the bone.
    assert found["femur_lateral_weight_bearing"]["bare_mm2"] == pytest.approx(np.pi * 16, rel=0.35)
    assert found["femur_medial_weight_bearing"]["bare_mm2"] == 0
    assert found["femur_medial_weight_bearing"]["below_threshold_mm2"] == pytest.approx(np.pi * 25, rel=0.35)
    for name in ("femur_anterior", "femur_medial_posterior", "tibia_medial", "tibia_lateral"):
        assert found[name]["median_thickness_mm"] == pytest.approx(2.4, abs=0.12), name
    assert run.results["warnings"] == []
    rows = list(csv.DictReader(io.StringIO(run.members["k_subregions.csv"].decode())))
    assert [row["subregion"] for row in rows] == list(found)
    assert run.artifacts["subregions"][2] == run.members["k_subregions.csv"]
    areas = sum(row["area_mm2"] for row in found.values() if row["region"] == "femoral cartilage")
    assert areas == pytest.approx(4000, rel=0.15)


def test_the_other_knee_has_its_sides_the_other_way_round() -> None:
    found, _ = parts(side="left")
    assert found["femur_medial_weight_bearing"]["bare_mm2"] > 0
    assert found["femur_lateral_weight_bearing"]["bare_mm2"] == 0


def test_names_tell_the_side_and_the_bone_as_well() -> None:
    named = {"1": "femur_left", "2": "femoral_cartilage_left", "3": "tibia_left", "4": "tibial_cartilage_left"}
    found, run = parts(region_names=named)
    assert "femur_medial_weight_bearing" in found
    assert run.results["warnings"] == []


def test_dicom_says_which_knee_it_is() -> None:
    from dicom_world import named, series_of, with_tags
    from volume_world import zipped

    slices = series_of(knee(1.6)[:, :, 8:30], with_tags(Laterality="L", PixelSpacing=[1.6, 1.6]), step=1.6)
    run = FakeRun(("k.zip", zipped(named(slices))), segmentation_model="labels", region_names=KNEE_NAMES).run(1, 2)
    assert b'"side": "left"' in run.saved["prepared.json"]


def test_without_a_side_halves_are_called_what_they_are() -> None:
    found, run = parts()
    assert {"tibia_right_half", "tibia_left_half", "femur_right_half_posterior"} <= set(found)
    assert any("option `side`" in warning for warning in run.results["warnings"])


def test_a_mapping_stands_above_names() -> None:
    named = {"1": "bone a", "2": "cartilage a", "3": "bone b", "4": "cartilage b"}
    assert parts(region_names=named)[0] == {}
    found, _ = parts(region_names=named, subregions={"2": "femur", "4": "patella"})
    assert {"femur_anterior", "patella"} <= set(found)


def test_cartilage_without_a_notch_is_not_divided_and_says_so() -> None:
    run = measured(ball_with_shell((1.0, 1.0, 1.0)), np.eye(4))
    assert run.results["subregions"] == []
    assert any("no notch between two condyles" in warning for warning in run.results["warnings"])


def test_the_threshold_of_the_defect_map_is_the_users() -> None:
    few, many = (parts(side="right", defect_threshold_mm=mm)[0]["femur_anterior"] for mm in (0.5, 4.0))
    assert few["below_threshold_mm2"] < 0.01 * many["below_threshold_mm2"]
    assert many["below_threshold_mm2"] == pytest.approx(many["area_mm2"])


# --- thickness in the outputs


def test_meshes_carry_the_thickness_of_each_corner() -> None:
    from test_volume_outputs import read_vtk

    run = measured(ball_with_shell((1.0, 1.0, 1.0)), np.eye(4))
    content = run.members["k_femoral_cartilage.vtk"]
    points, _, _ = read_vtk(content)
    head, data = content.split(b"SCALARS thickness_mm float 1\nLOOKUP_TABLE default\n")
    assert head.endswith(f"POINT_DATA {len(points)}\n".encode())
    values = np.frombuffer(data[: 4 * len(points)], ">f4")
    assert float(np.median(values)) == pytest.approx(2.5, abs=0.1)
    assert b"POINT_DATA" not in run.members["k_femur.vtk"]
    ply = run.members["k_femoral_cartilage.ply"]
    header, body = ply.split(b"end_header\n", 1)
    assert b"property float thickness_mm" in header
    kind = [("at", "<f4", 3), ("colour", "u1", 3), ("mm", "<f4")]
    vertices = np.frombuffer(body, kind, count=len(points))
    assert np.array_equal(vertices["mm"], values.astype("<f4"))
    assert np.array_equal(vertices["at"], points.astype("<f4"))
    faces = np.frombuffer(body[vertices.nbytes :], [("n", "u1"), ("corners", "<i4", 3)])
    assert (faces["n"] == 3).all()
    obj = run.members["k_femoral_cartilage.obj"].decode().splitlines()
    assert sum(line.startswith("v ") for line in obj) == len(points)
    assert sum(line.startswith("f ") for line in obj) == len(faces)
    assert min(int(n) for line in obj if line.startswith("f ") for n in line.split()[1:]) == 1


def test_the_map_shows_thick_thin_and_bare_in_their_colours() -> None:
    from PIL import Image

    from chalicelib.pipelines.volume.colours import BARE, of_thickness

    _, run = parts(side="right")
    picture = np.asarray(Image.open(io.BytesIO(run.artifacts["thickness"][2])).convert("RGB"))[96:520]
    bare = [int(BARE[n : n + 2], 16) for n in (1, 3, 5)]
    assert (picture == bare).all(axis=-1).sum() > 300
    thin, usual = of_thickness(np.array([0.8])), of_thickness(np.array([2.4]))
    near = [(np.abs(picture.astype(int) - colour).max(axis=-1) < 12).sum() for colour in (thin, usual)]
    assert near[0] > 300
    assert near[1] > 10 * near[0]
