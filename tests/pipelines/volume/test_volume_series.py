"""The volumes of a DICOM series, the choice of the scan among them, and the warnings about an incomplete series."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pytest
from dicom_world import LABELS, LenientRun, changed, named, series_of, with_tags, without_preamble
from pydicom.dataset import Dataset
from volume_world import SECRETS, FakeRun, dicom_slices, zipped

from chalicelib.pipelines.base import PipelineFailed, UnreadableFile
from chalicelib.pipelines.volume import VOLUME
from chalicelib.pipelines.volume.geometry import Grid, from_working

IMAGE = LABELS.astype(np.int16) * 100
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)


def taken(*files: Any, **options: Any) -> tuple[np.ndarray, Grid, list[str], dict[str, Any]]:
    """(the image on its own axes, its grid, the warnings, the details) after the first two steps."""
    run = LenientRun(*files, **options).run(1, 2)
    grid = Grid.from_json(run.saved["grid.json"])
    prepared = json.loads(run.saved["prepared.json"])
    return (
        from_working(np.load(io.BytesIO(run.saved["image.npy"])), grid),
        grid,
        run.warnings,
        prepared["details"],
    )


def zip_of(*series: list[bytes]) -> tuple[str, bytes]:
    return "k.zip", zipped(named([content for one in series for content in one]))


def refusal(*files: Any, **options: Any) -> PipelineFailed:
    with pytest.raises(PipelineFailed) as failed:
        LenientRun(*files, **options).run(1, 2)
    return failed.value


SPLIT: dict[str, tuple[dict[str, Any], dict[str, Any], str]] = {
    "echoes": ({"EchoTime": 10}, {"EchoTime": 40}, "echo_time_ms 10"),
    "magnitude and phase": (
        {"ImageType": ["ORIGINAL", "PRIMARY", "M", "ND"]},
        {"ImageType": ["ORIGINAL", "PRIMARY", "P", "ND"]},
        "image_type M",
    ),
    "Philips' components": (
        {"ComplexImageComponent": "MAGNITUDE"},
        {"ComplexImageComponent": "PHASE"},
        "image_type M",
    ),
    "times": ({"TemporalPositionIdentifier": 1}, {"TemporalPositionIdentifier": 2}, "time 1"),
    "b-values": ({"DiffusionBValue": 0.0}, {"DiffusionBValue": 800.0}, "b_value 0"),
    "water and fat": (
        {"ImageType": ["DERIVED", "PRIMARY", "W"]},
        {"ImageType": ["DERIVED", "PRIMARY", "F"]},
        "image_type",
    ),
    "repetitions that nothing tells apart": (
        {"InstanceNumber": lambda n: n},
        {"InstanceNumber": lambda n: 100 + n},
        "1",
    ),
}


@pytest.mark.parametrize("case", SPLIT)
@pytest.mark.parametrize("mixed", [False, True])
def test_several_images_in_one_series_are_told_apart_and_offered(case: str, mixed: bool) -> None:
    first, second, words = SPLIT[case]
    one, other = series_of(IMAGE, with_tags(**first)), series_of(IMAGE + 7, with_tags(**second))
    files = [s for pair in zip(other, one, strict=True) for s in pair] if mixed else [*other, *one]
    data, grid, warnings, details = taken(zip_of(files))
    values = {"first": IMAGE, "second": IMAGE + 7}
    found = next(name for name, image in values.items() if np.array_equal(data, image))
    assert found == "first" or case == "water and fat"
    assert grid.spacing[2] == pytest.approx(1.5)
    assert len(warnings) == 1
    assert warnings[0].startswith("The DICOM series holds 2 images")
    assert words in warnings[0]
    (offered,) = details["other_series"]
    again, _, _, _ = taken(zip_of(files), series=offered["series"])
    assert np.array_equal(again, values["second" if found == "first" else "first"])


def test_echoes_of_different_lengths_are_not_filled_up_with_one_another() -> None:
    """Half of the second echo is missing: its positions must not be filled from the first."""
    one, other = series_of(IMAGE, with_tags(EchoTime=10)), series_of(IMAGE + 7, with_tags(EchoTime=40))
    data, _, _, _ = taken(zip_of(other[:12], one))
    assert np.array_equal(data, IMAGE)


def enhanced(dimension: bool) -> bytes:
    """An enhanced MR of two echoes, distinguished by its functional groups or only by its dimension indices."""
    dataset = series_dataset()
    count = IMAGE.shape[2]
    frames = []
    for echo, k in ((echo, k) for k in range(count) for echo in (1, 0)):
        group, position, content = Dataset(), Dataset(), Dataset()
        position.ImagePositionPatient = [10, -20, 30 + 1.5 * k]
        group.PlanePositionSequence = [position]
        if dimension:
            content.DimensionIndexValues = [k + 1, echo + 1]
            group.FrameContentSequence = [content]
        else:
            timing = Dataset()
            timing.EffectiveEchoTime = 10.0 + 30 * echo
            group.MREchoSequence = [timing]
        frames.append(group)
    dataset.PerFrameFunctionalGroupsSequence = frames
    if dimension:
        pointers = []
        for tag in (0x00209057, 0x00189082):
            pointer = Dataset()
            pointer.DimensionIndexPointer = tag
            pointers.append(pointer)
        dataset.DimensionIndexSequence = pointers
    dataset.NumberOfFrames = len(frames)
    both = np.stack([IMAGE + 7, IMAGE], axis=-1).transpose(2, 3, 1, 0)
    dataset.PixelData = np.ascontiguousarray(both).tobytes()
    dataset["PixelData"].VR = "OW"
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    return out.getvalue()


def series_dataset() -> Dataset:
    import pydicom

    dataset = pydicom.dcmread(io.BytesIO(dicom_slices(IMAGE)[0]))
    for name in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness", "InstanceNumber"):
        delattr(dataset, name)
    shared, measures, orientation = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = [0.8, 0.6], 1.5
    orientation.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [orientation]
    dataset.SharedFunctionalGroupsSequence = [shared]
    return dataset


@pytest.mark.parametrize("dimension", [False, True])
def test_echoes_within_one_enhanced_file_are_told_apart(dimension: bool) -> None:
    data, grid, warnings, _ = taken(("e.dcm", enhanced(dimension)))
    assert grid.shape == IMAGE.shape
    assert np.array_equal(data, IMAGE)
    assert warnings[0].startswith("The DICOM series holds 2 images")


def test_both_knees_in_one_series_are_two_volumes() -> None:
    at = [k * 1.5 if k < 12 else 60 + k * 1.5 for k in range(28)]
    data, grid, warnings, details = taken(zip_of(dicom_slices(IMAGE, at=at, directions=SAGITTAL)))
    assert grid.spacing[2] == pytest.approx(1.5)
    assert np.array_equal(data, IMAGE[:, :, 12:])
    assert "holds 2 images" in warnings[0]
    assert [one["slices"] for one in details["other_series"]] == [12]


def cine() -> list[bytes]:
    """One slice at forty times, larger than the scan and with more images."""
    frames = np.random.default_rng(4).integers(0, 900, (64, 64, 40)).astype(np.int16)
    return series_of(frames, with_tags(TriggerTime=lambda n: 20.0 * n), series="1.2.9", at=[0.0] * 40)


BESIDE: dict[str, list[bytes]] = {
    "a cine": cine(),
    "a scout of three planes": [
        content
        for n, directions in enumerate(((1, 0, 0, 0, 1, 0), SAGITTAL, (1.0, 0, 0, 0, 0, -1.0)))
        for content in series_of(
            np.full((60, 60, 12), n, np.int16), series="1.2.8", step=8.0, directions=tuple(map(float, directions))
        )
    ],
    "a localiser": series_of(
        np.zeros((70, 70, 40), np.int16), with_tags(ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"]), series="1.2.7"
    ),
    "screenshots": series_of(
        np.zeros((90, 90, 50), np.int16),
        with_tags(SOPClassUID="1.2.840.10008.5.1.4.1.1.7", Modality="OT"),
        series="1.2.6",
    ),
}


@pytest.mark.parametrize("case", BESIDE)
def test_what_is_no_scan_does_not_beat_the_scan(case: str) -> None:
    data, _, warnings, details = taken(zip_of(BESIDE[case], dicom_slices(IMAGE)))
    assert np.array_equal(data, IMAGE)
    assert warnings[0].startswith("There is 1 other series")
    assert details["other_series"]


def test_pictures_in_colour_beside_a_scan_are_passed_over() -> None:
    def coloured(dataset: Dataset, number: int) -> None:
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation, dataset.PlanarConfiguration = 3, "RGB", 0
        dataset.BitsAllocated = dataset.BitsStored = 8
        dataset.HighBit, dataset.PixelRepresentation, dataset.PixelData = (
            7,
            0,
            bytes(dataset.Rows * dataset.Columns * 3),
        )

    pictures = changed(dicom_slices(IMAGE[:, :, :3], series="1.2.5"), coloured)
    data, _, warnings, _ = taken(zip_of(pictures, dicom_slices(IMAGE)))
    assert np.array_equal(data, IMAGE)
    assert warnings == []


def broken(slices: list[bytes], how: str) -> list[bytes]:
    out = list(slices)
    for n in (4, 20):
        out[n] = {
            "garbage": bytes(128) + b"DICM" + b"\xff" * 300,
            "noise": np.random.default_rng(n).bytes(900),
            "cut short": slices[n][:-50],
            "cut in its header": slices[n][:420],
            "empty": b"",
        }[how]
    return out


@pytest.mark.parametrize("how", ["garbage", "noise", "cut short", "cut in its header", "empty"])
@pytest.mark.parametrize("packed", [False, True])
def test_slices_that_cannot_be_read_fail_the_job_and_are_named(how: str, packed: bool) -> None:
    slices = broken(dicom_slices(IMAGE), how)
    files = [zip_of(slices)] if packed else [(f"IM{n:04}.dcm", content) for n, content in enumerate(slices, 1)]
    if packed:
        with pytest.raises(UnreadableFile) as refused:
            FakeRun(*files)
        failed: Any = refused.value
    else:
        failed = refusal(*files)
    assert failed.code == "incomplete_series"
    assert "2 DICOM files could not be read" in failed.message
    assert all(name in failed.message for name in ("IM0005", "IM0021"))
    assert "`allow_incomplete`" in failed.message


@pytest.mark.parametrize("how", ["garbage", "noise", "cut short"])
@pytest.mark.parametrize("packed", [False, True])
def test_where_it_is_allowed_the_rest_is_measured_and_everything_says_so(how: str, packed: bool) -> None:
    slices = broken(dicom_slices(LABELS), how)
    files = [zip_of(slices)] if packed else [(f"IM{n:04}.dcm", content) for n, content in enumerate(slices, 1)]
    run = LenientRun(*files, segmentation_model="labels", allow_incomplete=True).run()
    counted = {m["label"]: round(m["volume_mm3"] / (0.6 * 0.8 * 1.5)) for m in run.results["measures"]}
    present = [k for k in range(LABELS.shape[2]) if k not in (4, 20)]
    assert counted == {v: int(np.count_nonzero(LABELS[:, :, present] == v)) for v in (1, 2)}
    assert run.results["input"]["shape"] == list(LABELS.shape)
    assert run.recorded is not None
    for told in (run.results["warnings"], run.recorded[2]["warnings"]):
        assert any("2 DICOM files could not be read" in warning and "IM0005" in warning for warning in told)
        assert any("2 slices seem to be missing" in warning for warning in told)


def test_a_compressed_slice_whose_pixels_are_damaged_is_named_as_it_is_read() -> None:
    slices = dicom_slices(IMAGE, syntax="1.2.840.10008.1.2.5")
    slices[6] = slices[6][:-120] + bytes(120)
    failed = refusal(zip_of(slices))
    assert failed.code == "invalid_format"
    assert "IM0007" in failed.message
    _, grid, warnings, _ = taken(zip_of(slices), allow_incomplete=True)
    assert grid.shape == IMAGE.shape
    assert any("IM0007" in warning for warning in warnings)


def test_slices_in_a_compression_without_a_decoder_are_no_smaller_series() -> None:
    def twelve_bits(dataset: Dataset, number: int) -> None:
        from pydicom.encaps import encapsulate

        if number > 21:
            dataset.PixelData = encapsulate([b"\xff\xd8\xff\xd9"])
            dataset["PixelData"].VR = "OB"
            dataset.BitsStored, dataset.HighBit = 12, 11
            dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.51"

    slices = changed(dicom_slices(IMAGE), twelve_bits)
    with pytest.raises(UnreadableFile) as refused:
        FakeRun(zip_of(slices))
    assert refused.value.code == "incomplete_series"
    assert refused.value.message.startswith("6 DICOM files")
    data, _, warnings, _ = taken(zip_of(slices), allow_incomplete=True)
    assert np.array_equal(data, IMAGE[:, :, :22])
    assert any("6 DICOM files" in warning for warning in warnings)


@pytest.mark.parametrize("meta", [True, False])
@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("all_of_them", [False, True])
def test_files_without_a_preamble_are_slices_like_any_other(meta: bool, packed: bool, all_of_them: bool) -> None:
    slices = [
        without_preamble(content, meta=meta) if all_of_them or n > 20 else content
        for n, content in enumerate(dicom_slices(IMAGE))
    ]
    files = [zip_of(slices)] if packed else [(f"IM{n:04}", content) for n, content in enumerate(slices)]
    data, grid, warnings, _ = taken(*files)
    assert np.array_equal(data, IMAGE)
    assert grid.spacing == pytest.approx([0.6, 0.8, 1.5])
    assert warnings == []


@pytest.mark.parametrize("directions", [(1.0, 0.0, 0.0, 0.0, 1.0, 0.0), SAGITTAL])
@pytest.mark.parametrize("which", [0, 13, 27])
def test_one_slice_without_a_position_goes_where_its_number_says(directions: tuple[float, ...], which: int) -> None:
    def lost(dataset: Dataset, number: int) -> None:
        if number == which:
            del dataset.ImagePositionPatient

    data, grid, warnings, _ = taken(zip_of(changed(dicom_slices(IMAGE, directions=directions), lost)))
    assert np.array_equal(data, IMAGE)
    assert grid.spacing == pytest.approx([0.6, 0.8, 1.5])
    origin = np.array([10.0, -20.0, 30.0]) * (-1, -1, 1)
    assert np.allclose(grid.affine[:3, 3], origin)
    assert warnings == ["1 slice without a position, placed by the slice numbers."]


def test_a_sagittal_stack_without_any_position_is_read_all_the_same() -> None:
    def lost(dataset: Dataset, number: int) -> None:
        del dataset.ImagePositionPatient

    data, grid, warnings, _ = taken(zip_of(changed(dicom_slices(IMAGE, directions=SAGITTAL), lost)))
    assert np.array_equal(data, IMAGE[:, :, ::-1])
    assert grid.spacing == pytest.approx([0.6, 0.8, 1.5])
    assert "have no position" in warnings[0]


def unspaced(**tags: Any) -> list[bytes]:
    def without(dataset: Dataset, number: int) -> None:
        del dataset.PixelSpacing
        for name, value in tags.items():
            setattr(dataset, name, value)

    return changed(dicom_slices(IMAGE), without)


def test_the_size_at_the_detector_stands_in_for_a_pixels_size_and_is_named() -> None:
    _, grid, warnings, _ = taken(zip_of(unspaced(ImagerPixelSpacing=[0.9, 0.7])))
    assert grid.spacing == pytest.approx([0.7, 0.9, 1.5])
    assert "ImagerPixelSpacing is used" in warnings[0]


def test_without_any_size_of_a_pixel_a_series_is_refused_until_the_user_gives_one() -> None:
    files = [(f"{n}.dcm", content) for n, content in enumerate(unspaced())]
    assert refusal(*files).code == "no_pixel_size"
    _, grid, warnings, _ = taken(*files, pixel_spacing=[0.5, 0.4])
    assert grid.spacing == pytest.approx([0.4, 0.5, 1.5])
    assert warnings == ["Pixels are 0.4×0.5 mm by the option `pixel_spacing`."]


def test_slices_of_another_pixel_size_are_another_image() -> None:
    def larger(dataset: Dataset, number: int) -> None:
        if number < 10:
            dataset.PixelSpacing = [1.6, 1.2]

    _, grid, warnings, _ = taken(zip_of(changed(dicom_slices(IMAGE), larger)))
    assert grid.shape[2] == 18
    assert grid.spacing == pytest.approx([0.6, 0.8, 1.5])
    assert "holds 2 images" in warnings[0]


def test_slices_that_are_spaced_at_random_are_no_volume() -> None:
    at = np.cumsum([1.5, *np.random.default_rng(3).uniform(1, 8, 27)]).tolist()
    failed = refusal(*[(f"{n}.dcm", content) for n, content in enumerate(dicom_slices(IMAGE, at=at))])
    assert failed.code == "uneven_slices"


@pytest.mark.parametrize("model", ["classical", "labels"])
def test_a_tilted_stack_is_made_straight_and_says_so(model: str) -> None:
    from dicom_world import changed as rewritten

    def tilted(dataset: Dataset, number: int) -> None:
        dataset.ImagePositionPatient = [10, -20 + 0.8 * number, 30 + 1.5 * number]

    slices = rewritten(dicom_slices(LABELS), tilted)
    run = LenientRun(zip_of(slices), segmentation_model=model).run(1, 2)
    grid = Grid.from_json(run.saved["grid.json"])
    axes = grid.affine[:3, :3] / grid.spacing
    assert np.allclose(axes.T @ axes, np.eye(3), atol=1e-9)
    assert grid.spacing == pytest.approx([0.6, 0.8, 1.5])
    assert grid.shape == (24, 26 + 27, 28)
    found = from_working(np.load(io.BytesIO(run.saved["labels-in.npy" if model == "labels" else "image.npy"])), grid)
    for k in range(28):  # 0.8 mm a slice is one pixel a slice
        assert np.array_equal(found[:, k : k + 26, k], LABELS[:, :, k])
    assert any("tilted by 28.1°" in warning for warning in run.warnings)


def test_half_a_pixel_of_tilt_is_interpolated_in_images_and_not_in_labels() -> None:
    from chalicelib.pipelines.volume.geometry import Volume
    from chalicelib.pipelines.volume.readers.tilt import straightened

    data = np.zeros((12, 12, 12), np.int16)
    data[4:8, 4:8] = 100
    affine = np.eye(4)
    affine[0, 2] = 0.5
    image = straightened(Volume(data, Grid(data.shape, affine, "dicom")), labels=False).data
    assert image[4, 5, 1] == 50
    assert image[5, 5, 1] == 100
    assert set(np.unique(straightened(Volume(data, Grid(data.shape, affine, "dicom")), labels=True).data)) == {0, 100}


def test_no_uid_and_no_members_path_comes_out() -> None:
    slices = dicom_slices(LABELS, series="1.2.826.0.1.4711")
    members = {f"Zeppelin_Ottilie_19560229/IM{n:04}": content for n, content in enumerate(slices)}
    run = FakeRun(("k.zip", zipped(members)), segmentation_model="labels").run()
    told = [*run.members.values(), *(data for _, _, data in run.artifacts.values())]
    told += [json.dumps(run.recorded).encode(), json.dumps([dict(f.metadata) for f in run.files()]).encode()]
    for secret in (b"1.2.826.0.1.4711", b"Zeppelin", b"IM0001", SECRETS["PatientID"].encode()):
        assert not any(secret in content for content in told)


def test_a_uid_that_was_asked_for_stays_out_of_the_results() -> None:
    slices = dicom_slices(LABELS, series="1.2.826.0.1.4711")
    run = FakeRun(zip_of(slices), segmentation_model="labels", series="1.2.826.0.1.4711").run()
    assert not any(b"1.2.826.0.1.4711" in content for content in run.members.values())
    assert b"1.2.826.0.1.4711" not in run.artifacts["provenance"][2]


def test_a_single_slices_inspection_tells_no_uid() -> None:
    from volume_world import source

    found = VOLUME.inspect(source("a.dcm", dicom_slices(IMAGE)[0]), VOLUME.Options())
    assert found.metadata == {"format": "dicom", "frames": 1, "rows": 26, "columns": 24}


@pytest.mark.parametrize("packed", [False, True])
def test_what_a_cd_brings_besides_slices_is_no_missing_slice(packed: bool) -> None:
    """A README, a viewer, a directory, a report: none of them has a slice's name, or it is sound DICOM."""
    from pathlib import Path

    from pydicom.data import get_testdata_file

    report = Path(str(get_testdata_file("test-SR.dcm"))).read_bytes()
    others = {"README": b"hello " * 99, "AUTORUN": b"MZ" + bytes(400), "DICOMDIR": b"x" * 500, "study/IM9001": report}
    members = {**named(dicom_slices(IMAGE)), **others}
    files: list[Any] = [("cd.zip", zipped(members))] if packed else list(members.items())
    data, _, warnings, _ = taken(*files)
    assert np.array_equal(data, IMAGE)
    assert warnings == []
