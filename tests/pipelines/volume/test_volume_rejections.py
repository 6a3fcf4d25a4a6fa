"""Each refusal: its code, and a helpful sentence."""

from __future__ import annotations

import gzip
import io
import stat
import struct
import zipfile

import nibabel as nib
import numpy as np
import pytest
from test_volume_label_maps import dicom_seg
from volume_world import FakeRun, dicom_slices, mha, nifti, nrrd_header, small_labels, source, zipped

from chalicelib.pipelines.base import PipelineFailed, UnreadableFile
from chalicelib.pipelines.volume import MAX_BYTES, VOLUME, archives, limits

IMAGE = small_labels().astype(np.int16)
GOOD = nifti(IMAGE)
RAW = nifti(IMAGE, gzipped=False)
EYE = np.eye(4)


def refusal(name: str, content: bytes) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as refused:
        VOLUME.inspect(source(name, content), VOLUME.Options())
    return refused.value


def failure(run: FakeRun, last: int = 2) -> PipelineFailed:
    with pytest.raises(PipelineFailed) as failed:
        run.run(1, last)
    return failed.value


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Knee.NII.GZ", ".nii.gz"),
        ("knee.nii", ".nii"),
        ("a.NRRD", ".nrrd"),
        ("a.nhdr", ".nhdr"),
        ("a.Raw", ".raw"),
        ("a.mha", ".mha"),
        *(("a.mhd", ".mhd"), ("a.zraw", ".zraw"), ("a.raw.gz", ".raw.gz"), ("a.hdr", ".hdr"), ("a.img", ".img")),
        *(("a.mgz", ".mgz"), ("MR.1.3.12.IMA", ".ima"), ("IM000001", ""), ("1.3.12.2.1107", ""), ("MR.1.3.12.2", "")),
        ("a.dcm", ".dcm"),
        ("a.ZIP", ".zip"),
        *((name, None) for name in ("a.gz", "a.jpg", "a.nii.gz.txt", "a.tar", "a.7z")),
    ],
)
def test_the_extension_decides_at_upload(name: str, expected: str | None) -> None:
    assert VOLUME.accepts.extension(name) == expected


def test_600_megabytes_are_the_most() -> None:
    assert VOLUME.accepts.max_bytes == MAX_BYTES == 600 * 1024 * 1024


NOT_A_VOLUME = {
    "two axes": (nifti(np.ones((40, 50), np.int16)), "Image is 2D, expected a 3D volume"),
    "one slice": (nifti(np.ones((40, 50, 1), np.int16)), "Image is 2D, expected a 3D volume"),
    "four axes": (nifti(np.ones((12, 12, 12, 3), np.int16)), "Image is 4D, expected a 3D volume"),
}


@pytest.mark.parametrize("case", NOT_A_VOLUME)
def test_what_has_not_three_axes_is_not_a_volume(case: str) -> None:
    content, message = NOT_A_VOLUME[case]
    refused = refusal("a.nii.gz", content)
    assert (refused.code, refused.message) == ("not_a_volume", message)
    refused = refusal("a.zip", zipped({"a.nii.gz": content}))
    assert (refused.code, refused.message) == ("not_a_volume", message)


@pytest.mark.parametrize("kind", ["nii.gz", "nrrd", "mha", "dcm series", "zip of a series"])
def test_a_side_under_ten_voxels_is_too_small(kind: str) -> None:
    data = IMAGE[:, :, :9]
    message = "Volume is 24×26×9 voxels, expected at least 10 on each side"
    if kind == "dcm series":
        failed = failure(FakeRun(*[(f"{n}.dcm", content) for n, content in enumerate(dicom_slices(data))]))
        assert (failed.code, failed.message) == ("volume_too_small", message)
        return
    content = {
        "nii.gz": ("a.nii.gz", nifti(data)),
        "nrrd": ("a.nrrd", nrrd_header(data.shape, EYE, "encoding: raw") + b"\n" + data.tobytes("F")),
        "mha": ("a.mha", mha(data, EYE)),
        "zip of a series": ("a.zip", zipped({f"I{n}": c for n, c in enumerate(dicom_slices(data))})),
    }[kind]
    refused = refusal(*content)
    assert (refused.code, refused.message) == ("volume_too_small", message)


def test_ten_voxels_on_each_side_are_enough() -> None:
    facts = VOLUME.inspect(source("a.nii.gz", nifti(IMAGE[:10, :10, :10])), VOLUME.Options()).metadata
    assert facts["shape"] == [10, 10, 10]


def test_a_dicom_slice_of_few_pixels_is_too_small_at_once() -> None:
    assert refusal("a.dcm", dicom_slices(IMAGE[:9])[0]).code == "volume_too_small"


def test_more_voxels_than_memory_are_refused_by_the_header_alone() -> None:
    header = nrrd_header((600, 600, 600), EYE, "encoding: gzip") + b"\n" + gzip.compress(bytes(1000))
    assert refusal("a.nrrd", header).code == "volume_too_large"
    assert limits.MAX_VOXELS < 600**3


def with_bytes(content: bytes, at: int, value: bytes) -> bytes:
    return content[:at] + value + content[at + len(value) :]


FLAT = np.array([[1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1.0]])
COLOUR = np.zeros((12, 12, 12), [("R", "u1"), ("G", "u1"), ("B", "u1")])
UNREADABLE = {
    "text as nifti": ("a.nii", b"hello " * 200),
    "empty": ("a.nii", b""),
    "nrrd as nifti": ("a.nii", nrrd_header((12, 12, 12), EYE, "encoding: raw")),
    "gzip of text": ("a.nii.gz", gzip.compress(b"hello " * 200)),
    "gzip cut short": ("a.nii.gz", GOOD[: len(GOOD) // 2]),
    "gzip damaged inside": ("a.nii.gz", with_bytes(GOOD, len(GOOD) // 2, b"\xff" * 40)),
    "gzip whose checksum is wrong": ("a.nii.gz", with_bytes(GOOD, len(GOOD) - 8, b"\0\0\0\0")),
    "gzip cut in its header": ("a.nii.gz", GOOD[:9]),
    "voxels cut short": ("a.nii", RAW[:-10]),
    "voxels cut short before packing": ("a.nii.gz", gzip.compress(RAW[:-10])),
    "header of a pair": ("a.nii", with_bytes(RAW, 344, b"ni1\0")),
    "no such type": ("a.nii", with_bytes(RAW, 70, struct.pack("<h", 9999))),
    "complex": ("a.nii.gz", nifti(np.zeros((12, 12, 12), np.complex64))),
    "colour": ("a.nii.gz", gzip.compress(nib.Nifti1Image(COLOUR, EYE).to_bytes())),
    "axes that fall together": ("a.nrrd", nrrd_header(IMAGE.shape, FLAT, "encoding: raw") + b"\n" + IMAGE.tobytes("F")),
    "no size of a voxel": ("a.nii", with_bytes(RAW, 280, bytes(48))),
    "nifti as nrrd": ("a.nrrd", RAW),
    "nrrd with nothing": ("a.nrrd", b"NRRD0004\n"),
    "nrrd cut short": ("a.nrrd", nrrd_header(IMAGE.shape, EYE, "encoding: raw") + b"\n" + IMAGE.tobytes("F")[:-1]),
    "nrrd of blocks": ("a.nrrd", nrrd_header(IMAGE.shape, EYE, "encoding: raw", kind="block") + b"\n"),
    "nrrd as text": ("a.nrrd", nrrd_header(IMAGE.shape, EYE, "encoding: ascii") + b"\n1 2 3"),
    "data file elsewhere": ("a.nhdr", nrrd_header(IMAGE.shape, EYE, "encoding: raw", "data file: ../../etc/passwd")),
    "absolute data file": ("a.nhdr", nrrd_header(IMAGE.shape, EYE, "encoding: raw", "data file: /etc/passwd")),
    "many data files": ("a.nhdr", nrrd_header(IMAGE.shape, EYE, "encoding: raw", "data file: a%03d.raw 1 9 1")),
    "text as mha": ("a.mha", b"ObjectType = Image\nhello\n"),
    "mha cut short": ("a.mha", mha(IMAGE, EYE)[:-1]),
    "mha with its voxels elsewhere": ("a.mha", mha(IMAGE, EYE).replace(b"= LOCAL", b"= /etc/passwd")),
    "mha with numbers that are none": ("a.mha", mha(IMAGE, EYE).replace(b"DimSize = 24", b"DimSize = xx")),
    "mha of vectors": ("a.mha", b"ElementNumberOfChannels = 3\n".join(mha(IMAGE, EYE).split(b"CenterOfRotation", 1))),
    "text as dicom": ("a.dcm", b"hello " * 200),
    "dicom cut in its header": ("a.dcm", dicom_slices(IMAGE)[0][:400]),
    "nothing behind the preamble": ("a.dcm", bytes(128) + b"DICM"),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_file_that_cannot_be_read_is_an_invalid_format(case: str) -> None:
    refused = refusal(*UNREADABLE[case])
    assert refused.code == "invalid_format"
    assert refused.message.endswith((".", ")"))


PACKED_MHA = mha(IMAGE, EYE, compressed=True)
DAMAGED = {
    "nrrd gzip cut short": (
        "a.nrrd",
        nrrd_header(IMAGE.shape, EYE, "encoding: gzip") + b"\n" + gzip.compress(IMAGE.tobytes("F"))[:-40],
    ),
    "mha zlib damaged": ("a.mha", with_bytes(PACKED_MHA, PACKED_MHA.index(b"LOCAL") + 300, b"\xff" * 40)),
    "mha zlib with a wrong checksum": ("a.mha", with_bytes(PACKED_MHA, len(PACKED_MHA) - 4, b"\0\0\0\0")),
    "mha zlib cut short": ("a.mha", mha(IMAGE, EYE, compressed=True)[:-30]),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_damage_that_only_shows_when_all_is_read_fails_the_job(case: str) -> None:
    assert failure(FakeRun(DAMAGED[case])).code == "invalid_format"


def test_pixels_that_are_cut_short_are_refused_as_they_arrive() -> None:
    assert refusal("3.dcm", dicom_slices(IMAGE)[3][:-100]).message == "The DICOM file ends before its last pixel."


def test_what_is_not_a_zip_is_an_invalid_zip() -> None:
    for content in (b"hello" * 100, b"", b"PK\x03\x04" + bytes(100), zipped({"a.nii.gz": GOOD})[:-30]):
        refused = refusal("a.zip", content)
        assert (refused.code, refused.message) == ("invalid_zip", "The file isn't a zip, or is damaged.")


def test_a_zip_that_lost_bytes_in_front_is_an_invalid_zip() -> None:
    content = zipped({"a.nii.gz": GOOD})
    assert refusal("a.zip", content[:40] + content[60:]).code == "invalid_zip"


def test_a_member_that_is_damaged_is_an_invalid_zip() -> None:
    content = zipped({"a.nii": RAW})
    at = content.index(b"a.nii") + 40
    assert refusal("a.zip", with_bytes(content, at, b"\xff" * 20)).code in ("invalid_zip", "invalid_format")


@pytest.mark.parametrize("members", [{}, {"read.me": b"hello"}, {"a.jpg": b"\xff\xd8\xff" * 99}, {"folder/": b""}])
def test_a_zip_without_an_image_says_what_was_expected(members: dict[str, bytes]) -> None:
    refused = refusal("a.zip", zipped(members))
    assert refused.code == "no_image_in_zip"
    assert refused.message == (
        "No valid medical image found in zip file. "
        "Expected: .nii.gz, .nii, .nrrd, .nhdr with its .raw, .mha, .mhd with its .raw, .mgz, or a DICOM series"
    )


def test_a_zip_of_dicom_that_holds_no_image_says_why() -> None:
    from pathlib import Path

    from pydicom.data import get_testdata_file

    content = Path(str(get_testdata_file("rtplan.dcm"))).read_bytes()
    refused = refusal("a.zip", zipped({"plan": content}))
    assert (refused.code, refused.message) == ("not_an_image", "The DICOM file holds no image.")


def crafted(name: str, content: bytes = b"x", **changes: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        for field, value in changes.items():
            setattr(info, field, value)
        archive.writestr(info, content)
        archive.writestr("good.nii.gz", GOOD)
    return out.getvalue()


def encrypted() -> bytes:
    content = bytearray(zipped({"good.nii.gz": GOOD}))
    for signature, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(signature) + at] |= 1
    return bytes(content)


UNSAFE = {
    "upwards": (crafted("../out.nii.gz"), "zip_unsafe_path"),
    "upwards in between": (crafted("a/../../out.nii.gz"), "zip_unsafe_path"),
    "upwards with backslashes": (crafted("a\\..\\..\\out.nii.gz"), "zip_unsafe_path"),
    "absolute": (crafted("/etc/out.nii.gz"), "zip_unsafe_path"),
    "absolute with a drive": (crafted("C:/out.nii.gz"), "zip_unsafe_path"),
    "a link": (crafted("link", b"/etc/passwd", external_attr=(stat.S_IFLNK | 0o777) << 16), "zip_link"),
    "a device": (crafted("null", b"", external_attr=(stat.S_IFCHR | 0o666) << 16), "zip_link"),
    "encrypted": (encrypted(), "zip_encrypted"),
    "a bomb": (crafted("zeros", bytes(20_000_000)), "zip_bomb"),
    "too many files": (zipped({f"{n}": b"" for n in range(archives.MAX_MEMBERS + 1)}), "zip_too_many_files"),
}


@pytest.mark.parametrize("case", UNSAFE)
def test_an_unsafe_zip_is_refused_with_a_reason(case: str) -> None:
    content, code = UNSAFE[case]
    refused = refusal("a.zip", content)
    assert refused.code == code
    assert refused.message.startswith("The zip holds ")


def test_archives_within_a_zip_are_passed_over_unread_and_mentioned() -> None:
    """A CD from a hospital includes a viewer; no file of it is opened."""
    viewer = {"VIEWER/help.zip": b"no zip at all", "VIEWER/run.jar": b"PK", "more.tar.gz": b"x", "good.nii.gz": GOOD}
    run = FakeRun(("cd.zip", zipped(viewer))).run(1, 2)
    assert b"Skipped unread: 3 archives inside the zip." in run.saved["prepared.json"]
    assert refusal("a.zip", zipped({"a.zip": b"", "b.7z": b""})).code == "zip_nested"
    assert refusal("a.zip", zipped({"IM0001": zipped({"a": b"b"})})).code == "no_image_in_zip"


def test_a_zip_that_unpacks_to_too_much_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_TOTAL_BYTES", 2 * len(RAW) - 1)
    assert refusal("a.zip", zipped({"a.nii": RAW, "b.nii": RAW})).code == "zip_too_large"
    assert VOLUME.inspect(source("a.zip", zipped({"a.nii": RAW})), VOLUME.Options()).metadata["holds"] == "nifti"


def test_two_members_that_share_their_bytes_are_refused() -> None:
    """A bomb with a harmless ratio: each entry of the directory points at the same data."""
    content = bytearray(zipped({"a.nii": RAW, "b.nii": RAW}))
    second = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4)
    content[second + 42 : second + 46] = bytes(4)
    assert refusal("a.zip", bytes(content)).code == "zip_bomb"


def test_an_honest_label_map_that_packs_well_is_no_bomb() -> None:
    labels = np.zeros((256, 256, 160), np.uint8)
    labels[60:200, 50:200, 30:130] = 1
    labels[90:180, 80:170, 50:110] = 2
    facts = VOLUME.inspect(source("a.zip", zipped({"l.nii": nifti(labels, gzipped=False)})), VOLUME.Options()).metadata
    assert facts["shape"] == [256, 256, 160]


def test_a_job_of_two_images_is_refused() -> None:
    failed = failure(FakeRun(("a.nii.gz", GOOD), ("b.nii.gz", nifti(IMAGE + 1))))
    assert failed.code == "several_images"
    assert failed.message.startswith("A job takes one volume, this one has 2 files")


def test_a_job_without_an_image_is_refused() -> None:
    assert failure(FakeRun(("a.raw", b"x" * 999))).code == "no_image"
    assert failure(FakeRun(("a.nii.gz", GOOD, "reference"))).code == "no_image"
    assert failure(FakeRun(("a.nii.gz", GOOD, "labels"))).code == "no_image"


def test_a_header_without_its_data_file_is_refused() -> None:
    header = nrrd_header(IMAGE.shape, EYE, "encoding: raw", "data file: knee.raw")
    failed = failure(FakeRun(("knee.nhdr", header), ("other.raw", IMAGE.tobytes("F"))))
    assert (failed.code, failed.message) == (
        "missing_data_file",
        "knee.nhdr needs its data file knee.raw in the same job.",
    )
    assert refusal("a.zip", zipped({"knee.nhdr": header})).code == "missing_data_file"


def test_a_data_file_that_is_too_short_fails_the_job() -> None:
    for extra in ((), ("byte skip: -1",)):
        header = nrrd_header(IMAGE.shape, EYE, "encoding: raw", "data file: knee.raw", *extra)
        failed = failure(FakeRun(("knee.nhdr", header), ("knee.raw", IMAGE.tobytes("F")[:-2])))
        assert failed.code == "invalid_format"


NO_LABELS = {
    "negative": nifti(IMAGE - 2),
    "fractions": nifti(IMAGE * np.float32(0.3)),
    "too many": nifti(np.arange(24 * 26 * 28).reshape(24, 26, 28).astype(np.int32)),
    "nothing": nifti(IMAGE * 0),
    "too high": nifti(IMAGE.astype(np.int32) * 70000),
}


@pytest.mark.parametrize("case", NO_LABELS)
def test_what_is_no_label_map_is_refused(case: str) -> None:
    failed = failure(FakeRun(("a.nii.gz", NO_LABELS[case]), segmentation_model="labels"))
    assert failed.code == "not_a_label_map"


def test_labels_on_another_grid_than_their_image_are_refused() -> None:
    moved = np.eye(4)
    moved[1, 3] = 0.5
    run = FakeRun(("a.nii.gz", GOOD), ("l.nii.gz", nifti(IMAGE, moved), "labels"), segmentation_model="labels")
    assert failure(run).code == "grid_mismatch"


@pytest.mark.parametrize("values", [np.full((20, 20, 20), 7, np.int16), np.zeros((20, 20, 20), np.float32)])
def test_an_image_without_contrast_fails_and_says_so(values: np.ndarray) -> None:
    failed = failure(FakeRun(("a.nii.gz", nifti(values))), last=3)
    assert failed.code == "nothing_to_segment"


def test_noise_alone_gives_no_bones() -> None:
    noise = np.random.default_rng(0).normal(100, 20, (40, 40, 40)).astype(np.int16)
    assert failure(FakeRun(("a.nii.gz", nifti(noise))), last=3).code == "nothing_to_segment"


def test_a_model_that_is_not_there_fails_at_once() -> None:
    failed = failure(FakeRun(("a.nii.gz", GOOD), segmentation_model="kneenet"), last=1)
    assert (failed.code, failed.message) == ("unknown_model", "There is no segmentation model named kneenet.")


def test_labels_that_nobody_asked_for_are_mentioned() -> None:
    run = FakeRun(("a.nii.gz", GOOD), ("l.nii.gz", nifti(small_labels()), "labels")).run(1, 2)
    assert b"The uploaded labels are not used" in run.saved["prepared.json"]


def damaged(content: bytes, rng: np.random.Generator) -> bytes:
    """Some bytes changed, removed or inserted; half of the time among the first ones, where headers are."""
    altered = bytearray(content)
    for _ in range(rng.integers(1, 6)):
        at = int(rng.integers(min(len(altered), 700) if rng.random() < 0.5 else len(altered)))
        kind = rng.integers(3)
        if kind == 0:
            altered[at] = rng.integers(256)
        elif kind == 1:
            del altered[at : at + int(rng.integers(1, 20))]
        else:
            altered[at:at] = rng.bytes(int(rng.integers(1, 10)))
    return bytes(altered)


DAMAGEABLE = {
    "a.nii": RAW,
    "a.nii.gz": GOOD,
    "a.nrrd": nrrd_header(IMAGE.shape, EYE, "encoding: gzip") + b"\n" + gzip.compress(IMAGE.tobytes("F")),
    "a.mha": PACKED_MHA,
    "a.dcm": dicom_slices(IMAGE)[0],
    "a.zip": zipped({"a.nii.gz": GOOD}),
    "a.mgz": gzip.compress(nib.MGHImage(IMAGE, EYE).to_bytes()),
    "s.dcm": dicom_seg("BINARY"),
    "b.zip": zipped({f"I{n}": content for n, content in enumerate(dicom_slices(IMAGE[:12, :12, :10]))}),
}


@pytest.mark.parametrize("name", DAMAGEABLE)
def test_whatever_is_damaged_is_read_or_refused_and_never_a_fault(name: str) -> None:
    """A fault would be delivered again and again, and finally raise an operator's alarm."""
    rng = np.random.default_rng(20)
    codes = set()
    for _ in range(120):
        try:
            FakeRun((name, damaged(DAMAGEABLE[name], rng))).run(1, 2)
        except (UnreadableFile, PipelineFailed) as reason:
            codes.add(reason.code)
    assert codes & {"invalid_format", "invalid_zip"}
