"""Every accepted format: its values, its position in the world, and its peculiarities."""

from __future__ import annotations

import bz2
import gzip
import importlib.util
import io
import json
import math
from pathlib import Path

import nibabel as nib
import nrrd
import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file
from volume_world import (
    FakeRun,
    affine_of,
    dicom_slices,
    mha,
    nifti,
    nrrd_header,
    small_labels,
    source,
    turned,
    zipped,
)

from chalicelib.pipelines.base import PipelineFailed, UnreadableFile
from chalicelib.pipelines.volume import VOLUME
from chalicelib.pipelines.volume.geometry import (
    LPS_TO_RAS,
    Grid,
    from_working,
    plain_numbers,
    to_working,
    working_affine,
)
from chalicelib.pipelines.volume.readers import dicom, pixels, series, volumes
from chalicelib.pipelines.volume.readers import mha as mha_reader
from chalicelib.pipelines.volume.readers import nifti as nifti_reader
from chalicelib.pipelines.volume.readers import nrrd as nrrd_reader

NIBABEL = Path(nib.__file__).parent / "tests" / "data"
VALUES = np.arange(11 * 12 * 13, dtype=np.int16).reshape(11, 12, 13)
LPS = affine_of((0.7, 0.8, 1.9), turned(0.3, -0.8))


def prepared(run: FakeRun) -> tuple[np.ndarray, Grid, list[str]]:
    """The output of the second step: the image back on its own axes, its grid, the warnings."""
    run.run(1, 2)
    grid = Grid.from_json(run.saved["grid.json"])
    data = np.load(io.BytesIO(run.saved["image.npy"]))
    return from_working(data, grid), grid, run.warnings


@pytest.mark.parametrize(
    "kind", ["uint8", "int8", "int16", "uint16", "int32", "uint32", "int64", "float32", "float64", ">i2", ">f4"]
)
def test_every_type_of_number_in_nifti_is_read(tmp_path: Path, kind: str) -> None:
    data = (VALUES % 100).astype(kind)
    header = nib.Nifti1Header(endianness=">" if kind.startswith(">") else "<")
    header.set_data_dtype(data.dtype)
    path = tmp_path / "in"
    path.write_bytes(nib.Nifti1Image(data, LPS, header=header).to_bytes())
    found = plain_numbers(nifti_reader.load(path).data)
    assert np.array_equal(found, VALUES % 100)
    assert found.dtype.isnative


def test_scaled_nifti_values_are_scaled(tmp_path: Path) -> None:
    image = nib.Nifti1Image(VALUES, np.eye(4))
    content = bytearray(image.to_bytes())
    content[112:120] = np.array([0.5, -3], "<f4").tobytes()
    (tmp_path / "in").write_bytes(content)
    assert np.allclose(nifti_reader.load(tmp_path / "in").data, VALUES * 0.5 - 3)


def test_not_a_number_becomes_background(tmp_path: Path) -> None:
    data = VALUES.astype(np.float32) + 5
    data[0, 0, 0], data[1, 1, 1] = np.nan, np.inf
    (tmp_path / "in").write_bytes(nib.Nifti1Image(data, np.eye(4)).to_bytes())
    found = plain_numbers(nifti_reader.load(tmp_path / "in").data)
    assert found[0, 0, 0] == found[1, 1, 1] == 6


def test_gzip_of_several_members_is_one_file() -> None:
    """As written by bgzip and parallel packers: the last member's size says nothing about the whole."""
    content = nifti(VALUES, gzipped=False)
    packed = gzip.compress(content[:1000]) + gzip.compress(content[1000:]) + gzip.compress(b"")
    assert np.array_equal(prepared(FakeRun(("in.nii.gz", packed)))[0], VALUES)


def test_a_fourth_axis_of_one_voxel_is_no_axis() -> None:
    run = FakeRun(("in.nii.gz", nifti(VALUES[..., None])))
    data, grid, _ = prepared(run)
    assert grid.shape == VALUES.shape
    assert np.array_equal(data, VALUES)


@pytest.mark.parametrize("sample", ["anatomical.nii", "standard.nii.gz", "reoriented_anat_moved.nii"])
def test_nibabels_own_samples_are_read_as_nibabel_reads_them(sample: str) -> None:
    image = nib.load(NIBABEL / sample)
    content = (NIBABEL / sample).read_bytes()
    if min(image.shape[:3]) < 10:
        with pytest.raises(UnreadableFile) as refused:
            VOLUME.inspect(source(sample, content), VOLUME.Options())
        assert refused.value.code == "volume_too_small"
        return
    data, grid, _ = prepared(FakeRun((sample, content)))
    assert np.allclose(data, np.asarray(image.dataobj), rtol=1e-6)
    assert np.array_equal(grid.affine, image.affine)


@pytest.mark.parametrize("sample", ["example4d.nii.gz", "functional.nii", "example_nifti2.nii.gz"])
def test_nibabels_samples_with_time_are_refused(sample: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        VOLUME.inspect(source(sample, (NIBABEL / sample).read_bytes()), VOLUME.Options())
    assert (refused.value.code, refused.value.message) == ("not_a_volume", "Image is 4D, expected a 3D volume")


@pytest.mark.parametrize("encoding", ["raw", "gzip", "bzip2"])
def test_nrrd_as_pynrrd_writes_it(encoding: str) -> None:
    content = io.BytesIO()
    header = {"space": "left-posterior-superior", "space directions": LPS[:3, :3].T, "space origin": LPS[:3, 3]}
    nrrd.write(content, VALUES, {**header, "encoding": encoding})
    data, grid, warnings = prepared(FakeRun(("in.nrrd", content.getvalue())))
    assert np.array_equal(data, VALUES)
    assert np.array_equal(grid.affine, LPS_TO_RAS @ LPS)
    assert warnings == []


def test_nrrd_in_other_spaces_ends_up_in_the_same_place() -> None:
    grids = []
    for space, signs in (("right-anterior-superior", (1, 1, 1)), ("LAS", (-1, 1, 1)), ("LPS", (-1, -1, 1))):
        affine = np.diag([*signs, 1]) @ LPS
        content = nrrd_header(VALUES.shape, affine, "encoding: raw").replace(b"left-posterior-superior", space.encode())
        grids.append(prepared(FakeRun(("in.nrrd", content + b"\n" + VALUES.tobytes("F"))))[1])
    assert all(np.array_equal(grid.affine, LPS) for grid in grids)


def test_nrrd_without_a_space_is_taken_as_it_stands_and_says_so() -> None:
    content = (
        b"NRRD0004\ntype: short\ndimension: 3\nsizes: 11 12 13\nspacings: 1 2 3\nendian: little\nencoding: raw\n\n"
    )
    _, grid, warnings = prepared(FakeRun(("in.nrrd", content + VALUES.tobytes("F"))))
    assert grid.spacing.tolist() == [1, 2, 3]
    assert len(warnings) == 1
    assert "right, anterior, superior is assumed" in warnings[0]


@pytest.mark.parametrize(
    ("extra", "raw"),
    [
        (("encoding: raw",), VALUES.tobytes("F")),
        (("encoding: raw", "byte skip: -1"), b"header of a scanner" + VALUES.tobytes("F")),
        (("encoding: raw", "line skip: 1"), b"a line\n" + VALUES.tobytes("F")),
        (("encoding: gzip",), gzip.compress(VALUES.tobytes("F"))),
        (("encoding: bzip2",), bz2.compress(VALUES.tobytes("F"))),
    ],
)
def test_a_header_and_its_data_file_are_one_volume(extra: tuple[str, ...], raw: bytes) -> None:
    header = nrrd_header(VALUES.shape, LPS, *extra, "data file: knee.raw")
    run = FakeRun(("study/Knee.nhdr", header), ("study/KNEE.raw", raw))
    data, grid, _ = prepared(run)
    assert np.array_equal(data, VALUES)
    assert np.array_equal(grid.affine, LPS_TO_RAS @ LPS)


def test_a_header_and_its_data_file_may_come_in_a_zip() -> None:
    header = nrrd_header(VALUES.shape, LPS, "encoding: raw", "data file: knee.raw")
    run = FakeRun(("s.zip", zipped({"a/knee.nhdr": header, "a/knee.raw": VALUES.tobytes("F")})))
    assert np.array_equal(prepared(run)[0], VALUES)


@pytest.mark.parametrize("compressed", [False, True])
def test_metaimage_is_read_and_placed(compressed: bool) -> None:
    data, grid, _ = prepared(FakeRun(("in.MHA", mha(VALUES, LPS, compressed=compressed))))
    assert np.array_equal(data, VALUES)
    assert np.allclose(grid.affine, LPS_TO_RAS @ LPS, atol=1e-12)


def test_a_metaimage_in_big_endian_is_read(tmp_path: Path) -> None:
    content = mha(VALUES, LPS).replace(b"BinaryDataByteOrderMSB = False", b"BinaryDataByteOrderMSB = True")
    swapped = content[: -VALUES.nbytes] + VALUES.astype(">i2").tobytes("F")
    (tmp_path / "in").write_bytes(swapped)
    assert np.array_equal(mha_reader.load(tmp_path / "in").data, VALUES)


def test_compressed_voxels_that_unpack_to_more_than_stated_are_cut_there(tmp_path: Path) -> None:
    header = nrrd_header(VALUES.shape, LPS, "encoding: gzip")
    (tmp_path / "in").write_bytes(header + b"\n" + gzip.compress(VALUES.tobytes("F") + bytes(50_000_000)))
    assert np.array_equal(nrrd_reader.load(tmp_path / "in").data, VALUES)


def test_slices_are_ordered_by_position_and_not_by_name_or_number() -> None:
    slices = dicom_slices(VALUES, directions=(0, 1, 0, 0, 0, -1), step=1.25)
    shuffled = [slices[n] for n in np.random.default_rng(2).permutation(len(slices))]
    data, grid, warnings = prepared(FakeRun(*[(f"{n:03}.dcm", content) for n, content in enumerate(shuffled)]))
    assert np.array_equal(data, VALUES)
    assert warnings == []
    assert grid.spacing == pytest.approx([0.6, 0.8, 1.25])
    # The centre of the first pixel, in RAS.
    assert np.allclose(grid.affine[:3, 3], [-10, 20, 30])


@pytest.mark.parametrize(
    "syntax",
    ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.90"],
    ids=["plain", "RLE", "JPEG-LS", "JPEG 2000"],
)
def test_compressed_series_are_read_without_loss(syntax: str) -> None:
    values = np.random.default_rng(1).integers(-500, 3000, (70, 64, 12)).astype(np.int16)
    slices = dicom_slices(values, syntax=syntax)
    data, _, _ = prepared(FakeRun(*[(f"{n}.dcm", content) for n, content in enumerate(slices)]))
    assert np.array_equal(data, values)


def test_missing_slices_leave_their_places_empty_and_the_step_as_it_is() -> None:
    present = [k for k in range(16) if k not in (5, 9, 10)]
    at = [k * 1.5 for k in present]
    data, grid, warnings = prepared(
        FakeRun(*[(f"{n}.dcm", content) for n, content in enumerate(dicom_slices(VALUES + 1, at=at))])
    )
    assert grid.shape == (11, 12, 16)
    assert grid.spacing[2] == pytest.approx(1.5)
    assert np.array_equal(data[:, :, present], VALUES + 1)
    assert (data[:, :, [5, 9, 10]] == 1).all()
    assert warnings == [
        "3 slices seem to be missing, between 6.0 and 9.0 mm; 12.0 and 16.5 mm from the first: the step stays "
        "1.500 mm, the gap stays empty, and nothing is measured there."
    ]


def test_duplicate_slices_are_reported_and_left_out() -> None:
    data = np.concatenate([VALUES, VALUES[:, :, :2] + 1], axis=2)
    slices = dicom_slices(data, at=[*(k * 1.5 for k in range(13)), 0.0, 1.5])
    found, _, warnings = prepared(FakeRun(*[(f"{n:02}.dcm", content) for n, content in enumerate(slices)]))
    assert found.shape == VALUES.shape
    assert warnings == ["2 duplicate slices at a position that is already taken: the first one is used."]


def test_the_very_same_file_twice_is_one_slice() -> None:
    slices = dicom_slices(VALUES)
    found, _, warnings = prepared(FakeRun(*[(f"{n}.dcm", content) for n, content in enumerate([*slices, slices[3]])]))
    assert np.array_equal(found, VALUES)
    assert warnings == []


@pytest.mark.parametrize("packed", [False, True])
def test_two_files_that_claim_to_be_one_instance_and_differ_are_reported(packed: bool) -> None:
    slices = dicom_slices(VALUES)
    files = [(f"{n:02}.dcm", content) for n, content in enumerate([*slices, dicom_slices(VALUES + 1)[3]])]
    run = FakeRun(("s.zip", zipped(dict(files)))) if packed else FakeRun(*files)
    found, _, warnings = prepared(run)
    assert np.array_equal(found, VALUES)
    assert warnings == ["1 duplicate slice at a position that is already taken: the first one is used."]


def test_unevenly_spaced_slices_are_reported() -> None:
    at = [k * 1.5 + (0.3 if k == 6 else 0) for k in range(13)]
    _, grid, warnings = prepared(
        FakeRun(*[(f"{n}.dcm", content) for n, content in enumerate(dicom_slices(VALUES, at=at))])
    )
    assert warnings == ["Slices are unevenly spaced: 1.200 to 1.800 mm; the mean is used."]
    assert grid.spacing[2] == pytest.approx(1.5)


def two_series() -> dict[str, bytes]:
    small, large = dicom_slices(VALUES[:, :, :11], series="1.2.3"), dicom_slices(VALUES + 1, series="1.2.4")
    return {f"deep/in/IM{n}": content for n, content in enumerate([*small, *large])}


def test_of_several_series_the_largest_is_taken_and_the_others_are_named() -> None:
    run = FakeRun(("s.zip", zipped({**two_series(), "DICOMDIR": b"x" * 500, "read.me": b"hello"})))
    data, _, warnings = prepared(run)
    assert np.array_equal(data, VALUES + 1)
    assert warnings == ["There is 1 other series (s1: MR, 11 slices of 11×12); the option `series` chooses another."]
    details = json.loads(run.saved["prepared.json"])["details"]
    assert [one["series"] for one in details["other_series"]] == ["s1"]


@pytest.mark.parametrize("name", ["1.2.3", "s1"])
def test_the_series_option_chooses_one(name: str) -> None:
    data, _, _ = prepared(FakeRun(("s.zip", zipped(two_series())), series=name))
    assert np.array_equal(data, VALUES[:, :, :11])
    loose = [(f"{n}.dcm", content) for n, content in enumerate(two_series().values())]
    assert np.array_equal(prepared(FakeRun(*loose, series=name))[0], VALUES[:, :, :11])


def test_a_series_that_is_not_there_fails_and_names_those_that_are() -> None:
    with pytest.raises(UnreadableFile) as refused:
        FakeRun(("s.zip", zipped(two_series())), series="9.9")
    assert refused.value.code == "series_not_found"
    assert "s1: MR, 11 slices of 11×12; s2: MR, 13 slices of 11×12" in refused.value.message
    loose = [(f"{n}.dcm", content) for n, content in enumerate(two_series().values())]
    with pytest.raises(PipelineFailed) as failed:
        FakeRun(*loose, series="9.9").run(1, 1)
    assert failed.value.code == "series_not_found"


def test_localisers_of_the_same_series_are_left_out() -> None:
    crosswise = dicom_slices(VALUES[:, :, :2], directions=(0, 1, 0, 0, 0, -1))
    slices = [*crosswise, *dicom_slices(VALUES)]
    data, _, warnings = prepared(FakeRun(*[(f"{n}.dcm", content) for n, content in enumerate(slices)]))
    assert np.array_equal(data, VALUES)
    assert warnings == [
        "The DICOM series holds 2 images: s1: MR, 13 slices of 11×12 is used; the option `series` chooses another "
        "(s2: MR, 2 slices of 11×12)."
    ]


def test_rescaled_slices_hold_what_they_mean() -> None:
    slices = []
    for content in dicom_slices(VALUES):
        dataset = pydicom.dcmread(io.BytesIO(content))
        dataset.RescaleSlope, dataset.RescaleIntercept = 1, -1024
        out = io.BytesIO()
        dataset.save_as(out)
        slices.append(out.getvalue())
    data, _, _ = prepared(FakeRun(*[(f"{n}.dcm", content) for n, content in enumerate(slices)]))
    assert np.array_equal(data, VALUES.astype(int) - 1024)
    assert data.dtype.kind == "i"


def multiframe() -> bytes:
    """An enhanced MR: positions, orientation and spacing in its functional groups, frames in descending order."""
    from pydicom.dataset import Dataset

    dataset = pydicom.dcmread(io.BytesIO(dicom_slices(VALUES)[0]))
    for name in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness", "InstanceNumber"):
        delattr(dataset, name)
    shared, measures, orientation = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = [0.8, 0.6], 1.5
    orientation.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [orientation]
    dataset.SharedFunctionalGroupsSequence = [shared]
    frames = []
    for k in reversed(range(VALUES.shape[2])):
        group, position = Dataset(), Dataset()
        position.ImagePositionPatient = [10, -20, 30 + 1.5 * k]
        group.PlanePositionSequence = [position]
        frames.append(group)
    dataset.PerFrameFunctionalGroupsSequence = frames
    dataset.NumberOfFrames = len(frames)
    dataset.PixelData = np.ascontiguousarray(VALUES[:, :, ::-1].transpose(2, 1, 0)).tobytes()
    dataset["PixelData"].VR = "OW"
    content = io.BytesIO()
    dataset.save_as(content)
    return content.getvalue()


@pytest.mark.parametrize("packed", [False, True])
def test_one_file_of_many_frames_is_a_volume(packed: bool) -> None:
    run = FakeRun(("e.zip", zipped({"e": multiframe()})) if packed else ("e.dcm", multiframe()))
    data, grid, warnings = prepared(run)
    assert np.array_equal(data, VALUES)
    assert grid.spacing == pytest.approx([0.6, 0.8, 1.5])
    assert warnings == []


def test_frames_with_offsets_alone_are_a_volume() -> None:
    """pydicom's radiation dose: 15 frames placed by GridFrameOffsetVector."""
    content = Path(str(get_testdata_file("rtdose.dcm"))).read_bytes()
    run = FakeRun(("dose.dcm", content))
    data, grid, _ = prepared(run)
    truth = pydicom.dcmread(io.BytesIO(content))
    assert grid.shape == (10, 10, 15)
    assert np.allclose(data, truth.pixel_array.transpose(2, 1, 0), rtol=1e-6)
    assert grid.spacing[2] == pytest.approx(abs(truth.GridFrameOffsetVector[1] - truth.GridFrameOffsetVector[0]))


PYDICOM = {
    "MR_small.dcm": None,
    "MR_small_RLE.dcm": None,
    "MR_small_bigendian.dcm": None,
    "MR_small_implicit.dcm": None,
    "MR_small_jp2klossless.dcm": None,
    "MR_small_jpeg_ls_lossless.dcm": None,
    "MR_small_padded.dcm": None,
    "CT_small.dcm": None,
    "JPEG2000.dcm": None,
    "693_J2KI.dcm": None,
    "ExplVR_LitEndNoMeta.dcm": "not_an_image",
    "rtplan.dcm": "not_an_image",
    "rtstruct.dcm": "not_an_image",
    "test-SR.dcm": "not_an_image",
    "waveform_ecg.dcm": "not_an_image",
    "SC_rgb_jpeg_dcmtk.dcm": "not_an_image",
    "examples_palette.dcm": None,
}


@pytest.mark.parametrize("name", PYDICOM)
def test_pydicoms_own_samples_are_taken_or_refused_with_a_code(name: str) -> None:
    content = Path(str(get_testdata_file(name))).read_bytes()
    if PYDICOM[name] is None:
        assert VOLUME.inspect(source(name, content), VOLUME.Options()).metadata["frames"] == 1
        stored = pixels.pixels(io.BytesIO(content))
        assert np.array_equal(stored[0], pydicom.dcmread(io.BytesIO(content), force=True).pixel_array)
    else:
        with pytest.raises(UnreadableFile) as refused:
            VOLUME.inspect(source(name, content), VOLUME.Options())
        assert refused.value.code == PYDICOM[name]


@pytest.mark.parametrize("name", ["MR_small.dcm", "MR_small_jp2klossless.dcm", "MR_small_jpeg_ls_lossless.dcm"])
def test_a_single_slice_is_no_volume_once_the_job_is_complete(name: str) -> None:
    run = FakeRun((name, Path(str(get_testdata_file(name))).read_bytes()))
    with pytest.raises(PipelineFailed) as failed:
        run.run(1, 1)
    assert (failed.value.code, failed.value.message) == ("not_a_volume", "Image is 2D, expected a 3D volume")


@pytest.mark.parametrize("bits", [12, 16])
def test_twelve_bit_jpeg_is_refused_by_name_at_once(bits: int) -> None:
    assert importlib.util.find_spec("libjpeg") is None
    dataset = pydicom.dcmread(io.BytesIO(dicom_slices(VALUES)[0]))
    dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.51"
    dataset.BitsStored = bits
    dataset.PixelData = pydicom.encaps.encapsulate([b"\xff\xd8\xff\xd9"])
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    with pytest.raises(UnreadableFile) as refused:
        VOLUME.inspect(source("a.dcm", out.getvalue()), VOLUME.Options())
    assert refused.value.code == "unsupported_transfer_syntax"
    assert "JPEG Extended with 12 bits" in refused.value.message


def test_the_zip_is_searched_in_the_stated_order() -> None:
    members = {
        "z.nrrd": nrrd_header(VALUES.shape, LPS, "encoding: raw") + b"\n" + (VALUES + 2).tobytes("F"),
        "b.nii": nifti(VALUES + 1, gzipped=False),
        "deep/a.NII.GZ": nifti(VALUES),
        "IM1": dicom_slices(VALUES)[0],
        "__MACOSX/._a.nii.gz": b"litter",
    }
    for expected, first in ((VALUES, "deep/a.NII.GZ"), (VALUES + 1, "b.nii"), (VALUES + 2, "z.nrrd")):
        data, _, warnings = prepared(FakeRun(("s.zip", zipped(members))))
        assert np.array_equal(data, expected)
        assert bool(warnings) == (first != "z.nrrd")
        del members[first]


def test_a_zip_that_holds_image_and_labels_is_measured_with_both() -> None:
    grey = small_labels().astype(np.int16) * 300
    members = {"knee.nii.gz": nifti(grey), "knee_seg.nii.gz": nifti(small_labels())}
    run = FakeRun(("s.zip", zipped(members)), segmentation_model="labels").run()
    assert [m["label"] for m in run.results["measures"]] == [1, 2]
    assert "image.npy" in run.saved


def test_labels_with_a_role_are_drawn_over_their_image() -> None:
    grey = small_labels().astype(np.int16) * 300
    run = FakeRun(
        ("knee.nii.gz", nifti(grey)), ("whatever.nii.gz", nifti(small_labels()), "labels"), segmentation_model="labels"
    ).run()
    assert run.artifacts["complete"][0] == "knee_results.zip"
    assert [m["label"] for m in run.results["measures"]] == [1, 2]
    assert np.load(io.BytesIO(run.saved["image.npy"])).max() == 600


def test_turning_to_the_working_orientation_is_undone_exactly() -> None:
    for axes in ((0, 1, 2), (2, 0, 1), (1, 0, 2)):
        for signs in ((1, 1, 1), (-1, 1, -1), (-1, -1, -1)):
            affine = np.eye(4)
            affine[:3, :3] = np.diag(signs)[:, axes] * [0.5, 0.6, 0.7]
            grid = Grid(VALUES.shape, affine, "nifti")
            working = to_working(VALUES, grid)
            assert np.array_equal(from_working(working, grid), VALUES)
            turned_back = working_affine(grid)
            assert (np.diag(turned_back)[:3] > 0).all()
            index = np.array([1, 2, 3])
            at = np.linalg.inv(affine) @ turned_back @ [*index, 1]
            assert working[tuple(index)] == VALUES[tuple(np.rint(at[:3]).astype(int))]


def test_positions_that_are_missing_leave_the_slices_in_the_order_of_their_numbers() -> None:
    slices = []
    for content in dicom_slices(VALUES):
        dataset = pydicom.dcmread(io.BytesIO(content))
        del dataset.ImagePositionPatient
        out = io.BytesIO()
        dataset.save_as(out)
        slices.append(out.getvalue())
    data, grid, warnings = prepared(FakeRun(*[(f"{n}.dcm", content) for n, content in enumerate(slices)]))
    assert np.array_equal(data, VALUES[:, :, ::-1])
    assert warnings == ["The DICOM slices have no position: they are ordered by number, and their place is unknown."]
    assert grid.spacing[2] == pytest.approx(1.5)


def test_a_tilted_stack_keeps_its_shear() -> None:
    headers = []
    for n, content in enumerate(dicom_slices(VALUES)):
        dataset = pydicom.dcmread(io.BytesIO(content))
        dataset.ImagePositionPatient = [10, -20 + 0.4 * n, 30 + 1.5 * n]
        out = io.BytesIO()
        dataset.save_as(out)
        headers.append((n, dicom.header(out)))
    stacked = series.stack(volumes.choose(volumes.candidates(headers), None).taken.slices)
    assert np.allclose(stacked.step, [0, 0.4, 1.5])
    assert stacked.grid.spacing[2] == pytest.approx(math.hypot(0.4, 1.5))
