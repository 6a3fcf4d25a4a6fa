"""Labels as a DICOM segmentation of their images: written only on request, and readable by other programs."""

from __future__ import annotations

import io
from typing import Any

import nrrd
import numpy as np
import pydicom
import pytest
from dicom_world import LABELS, changed, named
from volume_world import SECRETS, FakeRun, dicom_slices, nifti, zipped

from chalicelib.pipelines.volume.geometry import LPS_TO_RAS

GREY = LABELS.astype(np.int16) * 300
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)


def study(data: np.ndarray = LABELS, **how: Any) -> list[bytes]:
    def belong(dataset: pydicom.Dataset, number: int) -> None:
        dataset.StudyInstanceUID, dataset.FrameOfReferenceUID = "1.2.77.1", "1.2.77.2"

    return changed(dicom_slices(data, **how), belong)


def made(*files: Any, **options: Any) -> FakeRun:
    return FakeRun(*files, segmentation_model="labels", keep_dicom_ids=True, **options).run()


@pytest.mark.parametrize("directions", [(1.0, 0.0, 0.0, 0.0, 1.0, 0.0), SAGITTAL])
def test_a_segmentation_carries_its_images_uids_and_reads_back_as_the_same_labels(
    directions: tuple[float, ...],
) -> None:
    run = made(("k.zip", zipped(named(study(directions=directions)))), region_names={"1": "Femur", "2": "Cartilage"})
    content = run.artifacts["labels-dicom"][2]
    assert content == run.members["k_labels.dcm"]
    dataset = pydicom.dcmread(io.BytesIO(content))
    assert dataset.SOPClassUID == pydicom.uid.SegmentationStorage
    assert (dataset.StudyInstanceUID, dataset.FrameOfReferenceUID) == ("1.2.77.1", "1.2.77.2")
    (series,) = dataset.ReferencedSeriesSequence
    referenced = {one.ReferencedSOPInstanceUID for one in series.ReferencedInstanceSequence}
    assert referenced == {f"1.2.826.0.1.1.{k + 1}" for k in range(LABELS.shape[2])}
    assert series.SeriesInstanceUID == "1.2.826.0.1.1" != dataset.SeriesInstanceUID
    assert [one.SegmentLabel for one in dataset.SegmentSequence] == ["Femur", "Cartilage"]
    assert dataset.SegmentSequence[0].SegmentedPropertyTypeCodeSequence[0].CodeMeaning in ("Femur", "Tissue")
    assert dataset.pixel_array.sum() == np.count_nonzero(LABELS)
    again = FakeRun(("s.dcm", content), segmentation_model="labels").run()
    assert [(m["region"], m["volume_mm3"]) for m in again.results["measures"]] == [
        (m["region"], m["volume_mm3"]) for m in run.results["measures"]
    ]
    onto = FakeRun(
        ("k.zip", zipped(named(study(GREY, directions=directions)))),
        ("s.dcm", content, "labels"),
        ("r.zip", zipped(named(study(directions=directions))), "reference"),
        segmentation_model="labels",
    ).run()
    assert onto.results["dice"]["mean"] == 1.0


def test_labels_from_another_format_are_turned_onto_the_images_own_slices() -> None:
    lps = np.eye(4)
    lps[:3, :3] = np.diag([0.6, 0.8, 1.5])
    lps[:3, 3] = 10, -20, 30
    turned = LPS_TO_RAS @ lps
    flipped = turned.copy()
    flipped[:3, 3] += flipped[:3, 0] * (LABELS.shape[0] - 1)
    flipped[:3, 0] *= -1
    files = (("k.zip", zipped(named(study(GREY)))), ("l.nii.gz", nifti(LABELS[::-1], flipped), "labels"))
    dataset = pydicom.dcmread(io.BytesIO(made(*files).artifacts["labels-dicom"][2]))
    frame = int(
        np.argmax(
            [
                group.FrameContentSequence[0].DimensionIndexValues == [1, 14]
                for group in dataset.PerFrameFunctionalGroupsSequence
            ]
        )
    )
    assert np.array_equal(dataset.pixel_array[frame], LABELS[:, :, 13].T == 1)


def test_nothing_but_uids_and_the_studys_date_comes_with_it() -> None:
    content = made(("k.zip", zipped(named(study())))).artifacts["labels-dicom"][2]
    kept = {SECRETS["StudyDate"]}
    for secret in set(SECRETS.values()) - kept:
        assert not any(part.encode() in content for part in secret.split("^"))


def test_two_runs_give_the_same_segmentation() -> None:
    first, second = (made(("k.zip", zipped(named(study())))).artifacts["labels-dicom"][2] for _ in range(2))
    assert first == second


def test_without_the_option_no_uid_leaves() -> None:
    run = FakeRun(("k.zip", zipped(named(study()))), segmentation_model="labels").run()
    assert "labels-dicom" not in run.artifacts
    assert not any(b"1.2.77" in content for content in [*run.members.values(), *run.saved.values()])


def test_an_image_that_is_no_dicom_has_no_study_and_the_result_says_so() -> None:
    run = made(("k.nii.gz", nifti(LABELS)))
    assert "labels-dicom" not in run.artifacts
    assert run.results["warnings"][-1] == "No DICOM segmentation is written: the image isn't a DICOM series."


def test_the_nrrd_names_its_segments_as_slicer_does() -> None:
    run = FakeRun(("k.nii.gz", nifti(LABELS)), segmentation_model="labels", region_names={"1": "Femur"}).run()
    header = nrrd.read_header(io.BytesIO(run.members["k_labels.nrrd"]))
    assert (header["Segment0_Name"], header["Segment0_LabelValue"]) == ("Femur", "1")
    assert header["Segment1_ID"] == "Segment_2"
    again = FakeRun(("k.seg.nrrd", run.members["k_labels.nrrd"]), segmentation_model="labels").run()
    assert [m["region"] for m in again.results["measures"]] == ["Femur", "label_2"]
