"""Small files that would take much memory or time are refused by their headers, before either is spent."""

from __future__ import annotations

import bz2
import gzip
import io
import struct
import tracemalloc
import zipfile
import zlib

import numpy as np
import pydicom
import pytest
from volume_world import FakeRun, dicom_slices, nifti, nrrd_header, small_labels, source, zipped

from chalicelib.pipelines.base import PipelineFailed, UnreadableFile
from chalicelib.pipelines.volume import VOLUME
from chalicelib.pipelines.volume.readers import decompression, dicom, dicom_files, pixels

IMAGE = small_labels().astype(np.int16)


def refusal(name: str, content: bytes) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as refused:
        VOLUME.inspect(source(name, content), VOLUME.Options())
    return refused.value


def peak_of(work) -> int:
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def deflated(more: int = 0, *, preamble: bool = True) -> bytes:
    """A deflated slice with `more` zeros after its pixels, within the deflated part."""
    dataset = pydicom.dcmread(io.BytesIO(dicom_slices(IMAGE)[0]))
    dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.1.99"
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    content = out.getvalue()
    at = content.index(b"1.2.840.10008.1.2.1.99") + 22
    length = struct.unpack("<L", content[140:144])[0]
    begin = 144 + length
    assert at <= begin
    body = zlib.decompress(content[begin:], -15)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(body)
    for _ in range(more >> 20):
        packed += packer.compress(bytes(1 << 20))
    return content[0 if preamble else 132 : begin] + packed + packer.flush()


@pytest.mark.parametrize("preamble", [True, False])
def test_an_honest_deflated_slice_is_read(preamble: bool) -> None:
    content = deflated(preamble=preamble)
    assert dicom.header(io.BytesIO(content)).rows == 26
    assert np.array_equal(pixels.pixels(io.BytesIO(content))[0], IMAGE[:, :, 0].T)


@pytest.mark.parametrize("preamble", [True, False])
def test_a_deflated_bomb_is_not_unpacked_beyond_what_its_header_promises(preamble: bool) -> None:
    content = deflated(200 << 20, preamble=preamble)
    assert len(content) < 400_000

    def read() -> None:
        dicom.header(io.BytesIO(content))
        with pytest.raises(UnreadableFile) as refused:
            pixels.pixels(io.BytesIO(content))
        assert refused.value.code == "decompression_bomb"

    assert peak_of(read) < 100 << 20


def members(count: int, empty: bytes) -> bytes:
    return gzip.compress(nifti(IMAGE, gzipped=False)[:400]) + empty * count


@pytest.mark.parametrize("name", ["a.nii.gz", "a.nrrd"])
def test_thousands_of_empty_gzip_members_are_refused(name: str) -> None:
    packed = members(200_000, gzip.compress(b"", mtime=0))
    if name == "a.nrrd":
        packed = nrrd_header(IMAGE.shape, np.eye(4), "encoding: gzip") + b"\n" + packed
        with pytest.raises(PipelineFailed) as failed:
            FakeRun((name, packed)).run(1, 2)
        assert failed.value.code == "decompression_bomb"
    else:
        assert refusal(name, packed).code == "decompression_bomb"


def test_thousands_of_empty_bzip2_streams_are_refused() -> None:
    packed = bz2.compress(b"x") + bz2.compress(b"") * 50_000
    stream = decompression.unpacked(io.BytesIO(packed), "bzip2")
    assert stream.read(1) == b"x"
    with pytest.raises(UnreadableFile) as refused:
        stream.read(1)
    assert refused.value.code == "decompression_bomb"


def test_members_as_bgzip_writes_them_are_read() -> None:
    raw = np.random.default_rng(1).bytes(1 << 20)
    packed = b"".join(gzip.compress(raw[n : n + 65_280], 1) for n in range(0, len(raw), 65_280)) + gzip.compress(b"")
    stream, found = decompression.unpacked(io.BytesIO(packed), "gzip"), bytearray()
    while piece := stream.read(100_000):
        found += piece
    assert bytes(found) == raw


def test_a_header_that_promises_what_no_packer_reaches_is_refused_before_memory_is_taken() -> None:
    header = nifti(np.zeros((10, 10, 10), np.float64), gzipped=False)[:352]
    shape = struct.pack("<8h", 3, 580, 580, 580, 1, 1, 1, 1)
    content = gzip.compress(header[:40] + shape + header[56:] + bytes(1000))
    assert peak_of(lambda: refusal("a.nii.gz", content)) < 20 << 20
    nrrd = nrrd_header((580, 580, 580), np.eye(4), "encoding: gzip", kind="double") + b"\n" + gzip.compress(bytes(1000))

    def run() -> None:
        with pytest.raises(PipelineFailed) as failed:
            FakeRun(("a.nrrd", nrrd)).run(1, 2)
        assert failed.value.code == "invalid_format"

    assert peak_of(run) < 20 << 20


def tiny_elements(count: int) -> bytes:
    content = dicom_slices(IMAGE)[0]
    element = struct.pack("<HH2sH", 0x0009, 0x1010, b"LO", 0)
    at = content.index(struct.pack("<HH2s", 0x0010, 0x0010, b"PN"))
    return content[:at] + element * count + content[at:]


def test_a_header_of_a_million_empty_elements_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dicom_files, "MOST_READS", 5_000)
    assert dicom.header(io.BytesIO(tiny_elements(2_000))).rows == 26
    assert refusal("a.dcm", tiny_elements(20_000)).code == "too_many_elements"


def test_thousands_of_members_share_one_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    class Small(dicom_files.Budget):
        def __init__(self) -> None:
            super().__init__(left=20_000)

    monkeypatch.setattr(dicom_files, "Budget", Small)
    content = zipped({f"IM{n:04}": tiny_elements(2_000) for n in range(40)})
    assert refusal("a.zip", content).code == "too_many_elements"


def test_a_frame_that_says_it_is_larger_than_its_header_is_not_decoded() -> None:
    for syntax in ("1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.80"):
        wide = np.arange(70 * 64, dtype=np.int16).reshape(70, 64, 1)
        dataset = pydicom.dcmread(io.BytesIO(dicom_slices(wide, syntax=syntax)[0]))
        dataset.Rows = 32
        out = io.BytesIO()
        dataset.save_as(out, enforce_file_format=True)
        with pytest.raises(UnreadableFile) as refused:
            pixels.pixels(io.BytesIO(out.getvalue()))
        assert refused.value.message == "The DICOM file's pixels don't fit its header."


def test_a_file_that_states_a_billion_frames_is_refused_by_its_header() -> None:
    dataset = pydicom.dcmread(io.BytesIO(dicom_slices(IMAGE)[0]))
    dataset.NumberOfFrames = 1_000_000_000
    out = io.BytesIO()
    dataset.save_as(out, enforce_file_format=True)
    assert refusal("a.dcm", out.getvalue()).code == "volume_too_large"


def test_a_zip_of_thousands_of_files_that_are_no_images_is_passed_over() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for n in range(4_900):
            archive.writestr(f"IM{n:05}", b"x" * 200)
    assert refusal("a.zip", out.getvalue()).code == "no_image_in_zip"


@pytest.mark.parametrize("offset", [float("inf"), float("-inf"), float("nan"), -1.0, -1e30, 1e30])
@pytest.mark.parametrize("gzipped", [False, True])
def test_voxels_that_begin_nowhere_are_refused(offset: float, gzipped: bool) -> None:
    content = bytearray(nifti(IMAGE, gzipped=False))
    struct.pack_into("<f", content, 108, offset)
    made = gzip.compress(bytes(content)) if gzipped else bytes(content)
    assert refusal("a.nii.gz" if gzipped else "a.nii", made).code in {"unreadable", "invalid_format"}
