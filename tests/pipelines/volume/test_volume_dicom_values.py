"""The order and values of DICOM slices where their tags are unusual or missing."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pydicom
import pytest
from dicom_world import LABELS, Change, LenientRun, named, series_of, with_tags
from pydicom.dataset import Dataset
from volume_world import dicom_slices, zipped

from chalicelib.pipelines.base import PipelineFailed
from chalicelib.pipelines.volume.geometry import Grid, from_working

IMAGE = LABELS.astype(np.int16) * 100 + np.arange(28, dtype=np.int16)
NUMBERS = (np.random.default_rng(5).permutation(28) + 1).tolist()


def taken(slices: list[bytes], **options: Any) -> tuple[np.ndarray, Grid, list[str]]:
    """(the image on its own axes, its grid, the codes of its warnings) after the first two steps."""
    run = LenientRun(("k.zip", zipped(named(slices))), **options).run(1, 2)
    grid = Grid.from_json(run.saved["grid.json"])
    name = "labels-in.npy" if options else "image.npy"
    values = from_working(np.load(io.BytesIO(run.saved[name])), grid)
    return values, grid, [code for code, *_ in json.loads(run.saved["prepared.json"])["warnings"]]


def lost(*names: str, numbers: list[int] | None = None, **tags: Any) -> Change:
    """Removes these tags of a slice, and gives it a number that is unrelated to its position."""

    def change(dataset: Dataset, number: int) -> None:
        for name in names:
            delattr(dataset, name)
        dataset.InstanceNumber = (numbers or NUMBERS)[number]
        with_tags(**tags)(dataset, number)

    return change


PLACE = ("ImagePositionPatient", "ImageOrientationPatient")


@pytest.mark.parametrize("missing", [PLACE[:1], PLACE, ("ImagePositionPatient", "SliceThickness")])
def test_slices_without_a_position_are_ordered_and_spaced_by_their_location(missing: tuple[str, ...]) -> None:
    data, grid, codes = taken(series_of(IMAGE, lost(*missing, SliceLocation=lambda n: 4.0 + 2.25 * n)))
    assert np.array_equal(data, IMAGE)
    assert grid.spacing[2] == pytest.approx(2.25)
    assert codes == ["no_positions_but_locations"]


def test_slices_that_are_missing_are_found_by_the_location_as_well() -> None:
    slices = series_of(IMAGE, lost("ImagePositionPatient", SliceLocation=lambda n: 2.25 * n))
    data, grid, codes = taken(slices[:9] + slices[11:])
    assert data.shape == IMAGE.shape
    assert grid.spacing[2] == pytest.approx(2.25)
    assert codes == ["missing_slices", "no_positions_but_locations"]


def test_positions_without_a_direction_still_tell_the_order() -> None:
    data, grid, codes = taken(series_of(IMAGE, lost("ImageOrientationPatient")))
    assert np.array_equal(data, IMAGE) or np.array_equal(data, IMAGE[:, :, ::-1])
    assert grid.spacing[2] == pytest.approx(1.5)
    assert codes == ["no_positions_but_locations"]


def test_slices_that_nothing_puts_in_order_are_refused() -> None:
    with pytest.raises(PipelineFailed, match="numbers don't give an order"):
        taken(series_of(IMAGE, lost("ImagePositionPatient", numbers=[0] * 28)))


def test_a_stack_in_one_file_that_states_no_step_says_that_one_is_assumed() -> None:
    dataset = pydicom.dcmread(io.BytesIO(dicom_slices(IMAGE)[0]))
    del dataset.SliceThickness
    dataset.NumberOfFrames = 28
    dataset.PixelData = np.ascontiguousarray(IMAGE.transpose(2, 1, 0)).tobytes()
    out = io.BytesIO()
    dataset.save_as(out)
    data, grid, codes = taken([out.getvalue()])
    assert np.array_equal(data, IMAGE)
    assert grid.spacing[2] == pytest.approx(1.0)
    assert codes == ["no_positions", "assumed_step"]


def test_slices_of_another_direction_are_another_image() -> None:
    def turned(dataset: Dataset, number: int) -> None:
        if number >= 20:
            dataset.ImageOrientationPatient = [-1, 0, 0, 0, 1, 0]

    data, _, codes = taken(series_of(IMAGE, turned))
    assert np.array_equal(data, IMAGE[:, :, :20])
    assert codes == ["several_images_in_series"]


def test_low_values_that_are_meant_bright_stay_as_they_are_and_are_said() -> None:
    slices = series_of(IMAGE, with_tags(PhotometricInterpretation="MONOCHROME1"))
    data, _, codes = taken(slices)
    assert np.array_equal(data, IMAGE)
    assert codes == ["inverted"]


def test_a_label_map_has_no_bright_and_dark() -> None:
    slices = series_of(LABELS, with_tags(PhotometricInterpretation="MONOCHROME1"))
    data, _, codes = taken(slices, segmentation_model="labels")
    assert np.array_equal(data, LABELS)
    assert codes == []


def test_each_slice_has_a_scale_of_its_own() -> None:
    def scaled(dataset: Dataset, number: int) -> None:
        slope, intercept = 1 + number % 3, -number
        dataset.PixelData = ((dataset.pixel_array.astype(int) * 6 - intercept) // slope).astype("<i2").tobytes()
        dataset.RescaleSlope, dataset.RescaleIntercept = slope, intercept

    data, _, codes = taken(series_of(IMAGE, scaled))
    assert np.abs(data - IMAGE * 6.0).max() < 3  # the part that the division above drops
    assert codes == []


def test_a_scale_of_nothing_is_not_used_and_is_said() -> None:
    data, _, codes = taken(series_of(IMAGE, with_tags(RescaleSlope=0, RescaleIntercept=0)))
    assert np.array_equal(data, IMAGE)
    assert codes == ["unusable_scale"]


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("high", [11, 15])
@pytest.mark.parametrize("junk", [False, True])
def test_twelve_bits_of_sixteen_are_read_wherever_they_lie(signed: bool, high: int, junk: bool) -> None:
    """Old scanners keep an overlay in the remaining bits."""
    values = IMAGE - 150 * signed

    def stored(dataset: Dataset, number: int) -> None:
        bits = (dataset.pixel_array.astype(int) & 0xFFF) << (high - 11)
        bits |= (0xA000 if high == 11 else 0x5) * junk
        dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 12, high, int(signed)
        dataset.PixelData = bits.astype("<u2").tobytes()

    data, _, codes = taken(series_of(values, stored))
    assert np.array_equal(data, values)
    assert codes == []


def test_signed_and_unsigned_slices_of_one_series_keep_their_values() -> None:
    def unsigned(dataset: Dataset, number: int) -> None:
        if number % 2:
            dataset.PixelRepresentation = 0
            dataset.PixelData = (dataset.pixel_array.astype(int) + 40_000).astype("<u2").tobytes()

    data, _, _ = taken(series_of(IMAGE - 150, unsigned))
    assert np.array_equal(data, IMAGE - 150 + 40_000 * (np.arange(28) % 2))


@pytest.mark.parametrize("preamble", [True, False])
def test_big_endian_slices_are_read(preamble: bool) -> None:
    slices = []
    for content in dicom_slices(IMAGE):
        dataset = pydicom.dcmread(io.BytesIO(content))
        dataset.PixelData = dataset.pixel_array.astype(">i2").tobytes()
        dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.2"
        out = io.BytesIO()
        pydicom.dcmwrite(out, dataset, little_endian=False, implicit_vr=False, enforce_file_format=True)
        slices.append(out.getvalue()[0 if preamble else 132 :])
    data, _, codes = taken(slices)
    assert np.array_equal(data, IMAGE)
    assert codes == []
