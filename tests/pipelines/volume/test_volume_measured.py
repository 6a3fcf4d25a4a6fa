"""The accuracy of the measures, on phantoms with a known truth."""

from __future__ import annotations

import numpy as np
import pytest
from volume_world import (
    BALL_MM2,
    BALL_MM3,
    KNEE,
    SHELL,
    SHELL_MM3,
    FakeRun,
    affine_of,
    ball_with_shell,
    grey_of,
    nifti,
    turned,
)

OUTER_AND_INNER_MM2 = BALL_MM2 * (1 + (22.5 / 20) ** 2)

CASES = {
    "straight": (KNEE, None, ()),
    "oblique": (KNEE, turned(0.4, 0.7), ()),
    "flipped": (KNEE, None, (0, 2)),
    "oblique and flipped": (KNEE, turned(-0.3, 0.2), (1,)),
    "thick slices": ((0.4, 0.4, 1.5), None, ()),
    "very thick slices": ((0.4, 0.4, 3.0), turned(0.2, 0.1), ()),
    "slices along the first axis": ((0.7, 0.36, 0.36), None, ()),
    "a millimetre each way": ((1.0, 1.0, 1.0), None, ()),
}


def flipped(labels: np.ndarray, affine: np.ndarray, axes: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """The same voxels at the same places, stored in reverse along `axes`."""
    affine = affine.copy()
    for axis in axes:
        affine[:3, 3] += affine[:3, axis] * (labels.shape[axis] - 1)
        affine[:3, axis] *= -1
    return np.flip(labels, axes), affine


@pytest.mark.parametrize("case", CASES)
def test_a_ball_in_a_shell_measures_as_geometry_says(case: str) -> None:
    spacing, rotation, axes = CASES[case]
    labels, affine = flipped(ball_with_shell(spacing), affine_of(spacing, rotation), axes)
    # Very thick slices make no exact ball: the measures follow the count of the label map's voxels.
    allowed = 0.01 if spacing[2] < 2 else 0.015
    ball, shell = (
        FakeRun(("phantom.nii.gz", nifti(labels, affine)), segmentation_model="labels").run().results["measures"]
    )
    assert ball["volume_mm3"] == pytest.approx(BALL_MM3, rel=allowed)
    assert shell["volume_mm3"] == pytest.approx(SHELL_MM3, rel=allowed)
    assert ball["surface_mm2"] == pytest.approx(BALL_MM2, rel=0.03)
    assert shell["surface_mm2"] == pytest.approx(OUTER_AND_INNER_MM2, rel=0.03)
    assert shell["mean_thickness_mm"] == pytest.approx(SHELL, abs=0.1)
    assert (ball["kind"], shell["kind"]) == ("bone", "cartilage")
    assert shell["n_points"] > 5000


def test_the_knees_own_spacing_is_measured_ten_times_better_than_asked() -> None:
    labels = ball_with_shell()
    ball, shell = (
        FakeRun(("p.nii", nifti(labels, affine_of(KNEE), gzipped=False)), segmentation_model="labels")
        .run()
        .results["measures"]
    )
    assert ball["volume_mm3"] == pytest.approx(np.count_nonzero(labels == 1) * 0.36 * 0.36 * 0.7, abs=0.01)
    assert ball["surface_mm2"] == pytest.approx(BALL_MM2, rel=0.003)
    assert shell["mean_thickness_mm"] == pytest.approx(SHELL, abs=0.01)
    assert shell["std_thickness_mm"] < 0.06
    assert shell["min_thickness_mm"] > 2.0
    assert shell["max_thickness_mm"] < 2.9


@pytest.mark.parametrize(
    ("levels", "noise"),
    [((60, 420, 900), 60.0), ((60, 900, 420), 60.0), ((0, 400, 800), 120.0), ((50, 1000, 700), 60.0)],
)
@pytest.mark.parametrize("spacing", [KNEE, (0.4, 0.4, 1.5)])
def test_a_noisy_grey_image_is_segmented_to_a_dice_of_095(
    spacing: tuple[float, float, float], levels: tuple[int, ...], noise: float
) -> None:
    labels, affine = ball_with_shell(spacing), affine_of(spacing, turned(0.2, 0.3))
    run = FakeRun(
        ("grey.nii.gz", nifti(grey_of(labels, levels, noise), affine)),
        ("truth.nii.gz", nifti(labels, affine), "reference"),
    ).run()
    dice = run.results["dice"]["by_label"]
    assert min(dice.values()) >= 0.97
    assert run.recorded is not None
    assert run.recorded[1] == pytest.approx(sum(dice.values()) / 2, abs=1e-6)


def test_two_bones_in_muscle_get_a_cartilage_each() -> None:
    axes = np.ix_(*[(np.arange(n) - (n - 1) / 2) * 0.8 for n in (90, 90, 110)])
    labels = np.zeros((90, 90, 110), np.uint8)
    for number, middle in enumerate((-17.0, 20.0)):
        distance = np.sqrt(axes[0] ** 2 + axes[1] ** 2 + (axes[2] - middle) ** 2)
        radius = 14.0 - 2 * number
        labels[distance < radius + 2.6] = 2 * number + 2
        labels[distance < radius] = 2 * number + 1
    muscle = np.sqrt(axes[0] ** 2 + axes[1] ** 2) + 0 * axes[2] < 34
    grey = np.array((0, 900, 600, 900, 600))[labels] + np.where((labels == 0) & muscle, 300, 0)
    grey = grey + np.random.default_rng(3).normal(0, 30, grey.shape)
    affine = np.diag([0.8, 0.8, 0.8, 1.0])
    run = FakeRun(
        ("knee.nii.gz", nifti(grey.astype(np.int16), affine)), ("truth.nii.gz", nifti(labels, affine), "reference")
    ).run()
    found = {m["region"]: m for m in run.results["measures"]}
    assert list(found) == ["bone_1", "cartilage_1", "bone_2", "cartilage_2"]
    assert min(m["dice"] for m in found.values()) > 0.95
    assert found["cartilage_1"]["mean_thickness_mm"] == pytest.approx(2.6, abs=0.15)


def test_names_decide_what_is_cartilage_where_they_are_given() -> None:
    labels = ball_with_shell((1.0, 1.0, 1.0))
    named = {"1": "soft part", "2": "femur shell"}
    run = FakeRun(("p.nii.gz", nifti(labels)), segmentation_model="labels", region_names=named).run()
    assert [(m["region"], m["kind"], m["n_points"]) for m in run.results["measures"]] == [
        ("soft part", "other", 0),
        ("femur shell", "bone", 0),
    ]
    assert "p_soft_part.stl" in run.members


def test_cartilage_without_a_bone_has_no_thickness_and_says_why() -> None:
    labels = (ball_with_shell((1.0, 1.0, 1.0)) == 2).astype(np.uint8)
    run = FakeRun(("p.nii.gz", nifti(labels)), segmentation_model="labels", region_names={"1": "cartilage"}).run()
    (only,) = run.results["measures"]
    assert only["mean_thickness_mm"] is None
    assert only["thickness_note"] == "Not measured: no bone lies next to this label."


def test_dice_counts_voxels_exactly() -> None:
    labels = np.zeros((12, 12, 12), np.uint8)
    labels[2:8, 2:8, 2:8] = 1
    reference = np.zeros_like(labels)
    reference[4:10, 2:8, 2:8] = 1
    run = FakeRun(
        ("a.nii", nifti(labels, gzipped=False)),
        ("b.nii", nifti(reference, gzipped=False), "reference"),
        segmentation_model="labels",
    ).run()
    assert run.results["dice"] == {"status": "computed", "mean": 0.666667, "by_label": {"1": 0.666667}}


def test_a_reference_that_is_stored_the_other_way_round_compares_all_the_same() -> None:
    labels, affine = ball_with_shell((1.0, 1.0, 1.0)), affine_of((1.0, 1.0, 1.0))
    other = nifti(*flipped(labels, affine, (0, 1)))
    run = FakeRun(
        ("a.nii.gz", nifti(labels, affine)), ("b.nii.gz", other, "reference"), segmentation_model="labels"
    ).run()
    assert run.results["dice"]["mean"] == 1.0


def test_a_reference_elsewhere_is_not_compared_and_says_why() -> None:
    labels = ball_with_shell((1.0, 1.0, 1.0))
    moved = np.eye(4)
    moved[0, 3] = 5
    run = FakeRun(
        ("a.nii.gz", nifti(labels)), ("b.nii.gz", nifti(labels, moved), "reference"), segmentation_model="labels"
    ).run()
    assert run.results["dice"] == {"status": "not computed", "reason": "The reference isn't on the input's grid."}
    assert "dice" not in run.results["measures"][0]


def test_shape_scores_are_never_made_up() -> None:
    files = ("a.nii.gz", nifti(ball_with_shell((1.0, 1.0, 1.0))))
    asked = FakeRun(files, segmentation_model="labels").run().results["shape_model"]
    assert asked["status"] == "not computed"
    assert asked["reason"].startswith("No shape model is installed")
    not_asked = FakeRun(files, segmentation_model="labels", perform_shape_model=False).run().results["shape_model"]
    assert not_asked == {"status": "not computed", "reason": "Not asked for."}


def leg(bone: int, muscle: int, fat: int, cartilage: int) -> np.ndarray:
    """A knee's two bones in a leg: muscle and a rim of fat all around."""
    axes = np.ix_(*[(np.arange(n) - (n - 1) / 2) * 1.0 for n in (90, 90, 100)])
    radius = np.sqrt(axes[0] ** 2 + axes[1] ** 2) + 0 * axes[2]
    grey = np.where(radius < 43, muscle, 10).astype(float)
    grey[(radius < 43) & (radius > 38)] = fat
    for middle in (-20.0, 20.0):
        distance = np.sqrt(axes[0] ** 2 + axes[1] ** 2 + (axes[2] - middle) ** 2)
        grey[distance < 18.5] = cartilage
        grey[distance < 16] = bone
    return (grey + np.random.default_rng(8).normal(0, 15, grey.shape)).astype(np.int16)


@pytest.mark.parametrize(("bone", "muscle", "fat", "cartilage"), [(80, 300, 60, 600), (60, 250, 40, 700)])
def test_muscle_taken_for_bone_is_said_not_to_be_plausible(bone: int, muscle: int, fat: int, cartilage: int) -> None:
    """Fat-suppressed: bone is dark, and muscle is even and deep."""
    run = FakeRun(("k.nii.gz", nifti(leg(bone, muscle, fat, cartilage)))).run()
    assert run.recorded is not None
    summary, quality, metadata = run.recorded
    assert quality == 0.1
    assert "Not plausible, see the warnings." in summary
    assert metadata["warnings"][0].startswith("The segmentation isn't plausible: bone reaches")
    assert run.results["warnings"] == metadata["warnings"]


def test_a_plausible_segmentation_says_all_the_same_that_no_model_was_trained() -> None:
    run = FakeRun(("k.nii.gz", nifti(leg(900, 300, 320, 620)))).run()
    assert run.recorded is not None
    summary, quality, metadata = run.recorded
    assert quality is None
    assert "By thresholds, no trained model." in summary
    assert len(metadata["warnings"]) == 1
    assert "not from a trained model" in metadata["warnings"][0]
