"""Values that a header omits, repeats or gives in another unit are refused or reported, never guessed silently."""

from __future__ import annotations

import struct
from collections.abc import Callable

import nibabel as nib
import numpy as np
import pytest
from dicom_world import LABELS, named, series_of, with_tags
from volume_world import FakeRun, zipped

from chalicelib.pipelines.base import UnreadableFile

AFFINE = np.diag([0.6, 0.8, 1.5, 1.0])
VOXEL = 0.6 * 0.8 * 1.5
META = ("ObjectType = Image", "NDims = 3", "DimSize = 24 26 28", "ElementType = MET_UCHAR")
NRRD = ("NRRD0004", "type: uchar", "dimension: 3", "sizes: 24 26 28", "encoding: raw")


def run(name: str, content: bytes) -> FakeRun:
    return FakeRun((name, content), segmentation_model="labels").run()


def codes(job: FakeRun) -> list[str]:
    return list(job.results["warning_codes"])


def volumes(job: FakeRun) -> list[float]:
    return [row["volume_mm3"] for row in job.results["measures"]]


def nifti_with(change: Callable[[bytearray], object]) -> bytes:
    content = bytearray(nib.Nifti1Image(LABELS, AFFINE).to_bytes())
    change(content)
    return bytes(content)


def metaimage(*fields: str) -> bytes:
    return "\n".join([*META, *fields, "ElementDataFile = LOCAL\n"]).encode() + LABELS.tobytes("F")


def nrrd(*fields: str) -> bytes:
    return "\n".join([*NRRD, *fields, "\n"]).encode() + LABELS.tobytes("F")


TRUTH = pytest.approx([np.count_nonzero(value == LABELS) * VOXEL for value in (1, 2)], rel=1e-5)
WITH_SPACE = ("space: RAS", "space origin: (0,0,0)")


def test_a_form_that_gives_no_size_is_refused() -> None:
    content = nifti_with(lambda b: (struct.pack_into("<hh", b, 252, 1, 1), struct.pack_into("<12f", b, 280, *[0] * 12)))
    with pytest.raises(UnreadableFile, match="lacks the voxels"):
        run("x.nii", content)


def test_a_nifti_without_any_form_says_that_its_place_is_a_guess() -> None:
    job = run("x.nii", nifti_with(lambda b: struct.pack_into("<hh", b, 252, 0, 0)))
    assert "assumed_orientation" in codes(job)
    assert volumes(job) == TRUTH


def test_sizes_that_disagree_with_the_form_in_use_are_said() -> None:
    job = run("x.nii", nifti_with(lambda b: (struct.pack_into("<h", b, 252, 0), struct.pack_into("<f", b, 80, 2.0))))
    assert "sizes_disagree" in codes(job)
    assert "2×0.8×1.5 mm by the first and 0.6×0.8×1.5 mm by the second" in job.results["warnings"][0]
    assert volumes(job) == TRUTH


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.mha", metaimage("ElementSpacing = 600 800 1500", "DistanceUnits = um")),
        (
            "x.nrrd",
            nrrd(*WITH_SPACE, "space directions: (600,0,0) (0,800,0) (0,0,1500)", 'space units: "um" "um" "um"'),
        ),
        ("x.nrrd", nrrd("spacings: 0.0006 0.0008 0.0015", 'units: "m" "m" "m"')),
    ],
)
def test_lengths_in_other_units_are_converted_and_said(name: str, content: bytes) -> None:
    job = run(name, content)
    assert "converted_lengths" in codes(job)
    assert volumes(job) == TRUTH


def test_a_unit_that_is_not_known_is_said() -> None:
    job = run(
        "x.nrrd", nrrd(*WITH_SPACE, "space directions: (0.6,0,0) (0,0.8,0) (0,0,1.5)", 'space units: "ell" "" ""')
    )
    assert "unknown_unit" in codes(job)
    assert "ell" not in " ".join(job.results["warnings"])
    assert volumes(job) == TRUTH


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.mha", metaimage("ElementSpacing = 0.0006 0.0008 0.0015"), True),
        ("x.nrrd", nrrd(*WITH_SPACE, "space directions: (600,0,0) (0,800,0) (0,0,1500)"), True),
        ("x.nii", nib.Nifti1Image(LABELS, np.diag([0.0006, 0.0008, 0.0015, 1.0])).to_bytes(), True),
        ("x.mha", metaimage("ElementSpacing = 0.05 0.05 0.05"), False),
    ],
)
def test_a_size_that_no_image_of_a_body_has_is_said(name: str, content: bytes, said: bool) -> None:
    assert ("implausible_size" in codes(run(name, content))) == said


SHEARED = np.array([[0.6, 0.1, 0, 0], [0, 0.8, 0, 0], [0, 0, 1.5, 0], [0, 0, 0, 1]])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.mha", metaimage("ElementSpacing = 0.6 0.8 1.5", "TransformMatrix = 1 0 0 0.125 1 0 0 0 1")),
        ("x.nrrd", nrrd(*WITH_SPACE, "space directions: (0.6,0,0) (0.1,0.8,0) (0,0,1.5)")),
        ("x.nii", nib.Nifti1Image(LABELS, SHEARED).to_bytes()),
    ],
)
def test_axes_that_are_not_at_right_angles_are_said(name: str, content: bytes) -> None:
    job = run(name, content)
    assert "sheared" in codes(job)
    assert volumes(job) == TRUTH


def test_a_metaimage_without_a_voxel_size_says_so() -> None:
    assert "assumed_spacing" in codes(run("x.mha", metaimage()))
    assert "assumed_spacing" not in codes(run("x.mha", metaimage("ElementSize = 0.6 0.8 1.5")))


def test_a_metaimage_of_text_is_refused() -> None:
    text = " ".join(map(str, LABELS.ravel("F")))
    content = "\n".join([*META, "BinaryData = False", "ElementDataFile = LOCAL", text]).encode()
    with pytest.raises(UnreadableFile, match="numbers as text"):
        run("x.mha", content)


def test_what_was_measured_goes_before_what_was_derived_from_it() -> None:
    slices = [
        content
        for values, kind in ((LABELS, "ORIGINAL"), ((LABELS > 0) * 9, "DERIVED"))
        for content in series_of(values, with_tags(ImageType=[kind, "PRIMARY", "M"]))
    ]
    for order in (slices, slices[::-1]):
        assert volumes(run("k.zip", zipped(named(order)))) == TRUTH
