"""JPEG Lossless: every predictor, depth and oddity that the standard allows, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from dicom_world import LABELS, as_jpeg_lossless, changed, jpeg_lossless, named
from volume_world import FakeRun, dicom_slices, zipped

from chalicelib.pipelines.volume.readers import jpeg_lossless as reader


def picture(rows: int, columns: int, precision: int) -> np.ndarray:
    rng = np.random.default_rng(rows + precision)
    smooth = np.add.outer(np.arange(rows) * 7, np.arange(columns) * 3)
    return ((smooth + rng.integers(0, 1 << (precision - 2), (rows, columns))) % (1 << precision)).astype(np.uint16)


@pytest.mark.parametrize("predictor", range(1, 8))
@pytest.mark.parametrize("precision", [8, 12, 16])
def test_every_predictor_is_undone_bit_for_bit(predictor: int, precision: int) -> None:
    image = picture(37, 41, precision)
    content = jpeg_lossless(image, predictor=predictor, precision=precision)
    assert np.array_equal(reader.decode(content, 37, 41), image)


def test_the_widest_difference_has_a_category_of_its_own() -> None:
    image = np.array([[0, 32768, 0], [65535, 0, 32768]], np.uint16)
    assert np.array_equal(reader.decode(jpeg_lossless(image), 2, 3), image)


@pytest.mark.parametrize("predictor", [1, 4, 7])
def test_restart_markers_begin_anew(predictor: int) -> None:
    image = picture(20, 15, 12)
    content = jpeg_lossless(image, predictor=predictor, precision=12, restart=3)
    assert np.array_equal(reader.decode(content, 20, 15), image)


def test_a_point_transform_is_shifted_back() -> None:
    image = picture(12, 12, 12) & 0xFFFC
    assert np.array_equal(reader.decode(jpeg_lossless(image, precision=12, shift=2), 12, 12), image)


def test_more_than_one_block_of_packed_data_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "BLOCK", 64)
    image = picture(30, 31, 16)
    assert np.array_equal(reader.decode(jpeg_lossless(image), 30, 31), image)


@pytest.mark.parametrize("cut", [1, 40, 400, 900])
def test_what_is_cut_short_is_refused(cut: int) -> None:
    content = jpeg_lossless(picture(30, 31, 16))
    with pytest.raises((ValueError, IndexError)):
        reader.decode(content[: len(content) - cut - 4], 30, 31)


def test_a_frame_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="size"):
        reader.decode(jpeg_lossless(picture(30, 31, 16)), 31, 30)


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"])
def test_a_series_in_jpeg_lossless_is_the_same_volume(syntax: str) -> None:
    plain = dicom_slices(LABELS)
    packed = changed(plain, lambda dataset, number: as_jpeg_lossless(dataset, number, syntax))
    runs = [FakeRun(("k.zip", zipped(named(s))), segmentation_model="labels").run(1, 2) for s in (plain, packed)]
    assert runs[0].saved["labels-in.npy"] == runs[1].saved["labels-in.npy"]


def test_signed_values_of_twelve_bits_keep_their_sign() -> None:
    values = np.array([[-2048, -1, 0, 2047] * 4] * 16, np.int16)

    def packed(dataset, number: int) -> None:
        from pydicom.encaps import encapsulate

        dataset.BitsStored, dataset.HighBit = 12, 11
        dataset.PixelData = encapsulate([jpeg_lossless(values.view(np.uint16) & 0xFFF, precision=12)])
        dataset["PixelData"].VR = "OB"
        dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.70"

    import io

    from chalicelib.pipelines.volume.readers import pixels

    (content,) = changed(dicom_slices(np.zeros((16, 16, 1), np.int16)), packed)
    assert np.array_equal(pixels.pixels(io.BytesIO(content))[0], values)
