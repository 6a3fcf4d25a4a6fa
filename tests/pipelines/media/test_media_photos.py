"""The inspection of photos: EXIF, upright thumbnails, hashes, a single read."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from chalicelib.pipelines.base import Inspection, UnreadableFile
from chalicelib.pipelines.media import MediaPipeline
from chalicelib.pipelines.media.images import MAX_PIXELS, difference_hash, flattened
from chalicelib.pipelines.media.options import Options
from infra.local.samples import exif, jpeg, scene
from tests.pipelines.media.makers import Reads, each_kind, heic, photo, source

SAMPLES = Path(__file__).parents[4] / "shared" / "samples" / "photos"
PIPELINE = MediaPipeline(clock=lambda: datetime(2026, 6, 1, tzinfo=UTC))
TURNED_BACK = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def inspect(content: bytes, name: str = "photo.jpg", **options: object) -> Inspection:
    return PIPELINE.inspect(source(content, name), Options(**options))


def refusal(content: bytes, name: str = "photo.jpg") -> str:
    with pytest.raises(UnreadableFile) as refused:
        inspect(content, name)
    assert refused.value.message.endswith(".")
    return refused.value.code


def thumbnail(inspection: Inspection) -> Image.Image:
    assert inspection.thumbnail is not None
    image = Image.open(io.BytesIO(inspection.thumbnail))
    assert image.format == "JPEG"
    assert "exif" not in image.info
    return image.convert("RGB")


def distance(first: Image.Image, second: Image.Image) -> float:
    """Mean difference of two images scaled to 16 by 16, out of 255."""
    pair = [list(image.convert("L").resize((16, 16)).tobytes()) for image in (first, second)]
    return sum(abs(a - b) for a, b in zip(*pair, strict=True)) / 256


def test_a_photo_tells_time_place_and_camera() -> None:
    tags = exif("2024:01:15 12:00:00", offset="+01:00", place=(-33.8568, -151.2153, 12.3))
    assert inspect(jpeg(scene(1), tags)).metadata == {
        "detected_timestamp": "2024-01-15T11:00:00Z",
        "timestamp_source": "exif_datetime_original",
        "taken_local": "2024-01-15T12:00:00",
        "utc_offset": "+01:00",
        "offset_source": "exif",
        "confidence": "medium",
        "timestamp_candidates": [
            {"source": "exif_datetime_original", "time": "2024-01-15T11:00:00Z", "weight": 10},
            {"source": "exif_datetime_digitized", "time": "2024-01-15T11:00:00Z", "weight": 8},
        ],
        "width": 960,
        "height": 720,
        "gps": {"latitude": -33.8568, "longitude": -151.2153, "altitude": 12.3},
        "camera": "Millrace Sample 1",
        "phash": difference_hash(thumbnail(inspect(jpeg(scene(1))))),
        "layout": inspect(jpeg(scene(1))).metadata["layout"],
    }


@pytest.mark.parametrize("offset", ["+0100", "+01:00"])
def test_offsets_with_and_without_colon_are_honoured(offset: str) -> None:
    found = inspect(jpeg(scene(1), exif("2024:01:15 12:00:00", offset=offset)), timezone="Asia/Tokyo").metadata
    assert found["detected_timestamp"] == "2024-01-15T11:00:00Z"


def test_without_an_offset_the_jobs_zone_counts() -> None:
    found = inspect(jpeg(scene(1), exif("2024:01:15 12:00:00")), timezone="Asia/Tokyo").metadata
    assert found["detected_timestamp"] == "2024-01-15T03:00:00Z"


def test_gps_time_is_utc_whatever_the_zone() -> None:
    tags = exif()
    tags.get_ifd(IFD.GPSInfo).update({GPS.GPSDateStamp: "2024:01:15", GPS.GPSTimeStamp: (12.0, 30.0, 5.25)})
    found = inspect(jpeg(scene(1), tags), timezone="Asia/Tokyo").metadata
    assert (found["detected_timestamp"], found["timestamp_source"]) == ("2024-01-15T12:30:05Z", "gps")


def test_name_and_modification_time_are_candidates_too() -> None:
    file = source(jpeg(scene(1)), "IMG_20240115_120000.jpg", modified_at=datetime(2024, 1, 15, 12, 0, 20, tzinfo=UTC))
    found = PIPELINE.inspect(file, Options()).metadata
    assert [c["source"] for c in found["timestamp_candidates"]] == ["filename_datetime", "modified_at"]
    assert found["confidence"] == "medium"


def test_a_photo_without_any_time_has_none() -> None:
    found = inspect(jpeg(scene(1))).metadata
    assert found["confidence"] == "none"
    assert "detected_timestamp" not in found
    assert "timestamp_candidates" not in found


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({GPS.GPSLatitude: (0.0, 0.0, 0.0), GPS.GPSLongitude: (0.0, 0.0, 0.0)}, None),
        ({GPS.GPSLatitude: (91.0, 0.0, 0.0), GPS.GPSLongitude: (7.0, 0.0, 0.0)}, None),
        ({GPS.GPSLatitude: (46.0, 30.0, 0.0)}, None),
        (
            {GPS.GPSLatitude: (46.0, 30.0, 0.0), GPS.GPSLongitude: (7.0, 0.0, 36.0)},
            {"latitude": 46.5, "longitude": 7.01},
        ),
        (
            {
                GPS.GPSLatitude: (46.0, 0.0, 0.0),
                GPS.GPSLongitude: (7.0, 0.0, 0.0),
                GPS.GPSAltitude: 430.0,
                GPS.GPSAltitudeRef: b"\x01",
            },
            {"latitude": 46.0, "longitude": 7.0, "altitude": -430.0},
        ),
    ],
)
def test_a_place_is_told_where_it_can_be_one(values: dict[int, object], expected: dict[str, float] | None) -> None:
    tags = exif()
    tags.get_ifd(IFD.GPSInfo).update(values)
    assert inspect(jpeg(scene(1), tags)).metadata.get("gps") == expected


@pytest.mark.parametrize(
    ("make", "model", "camera"),
    [
        ("Canon", "Canon EOS 40D", "Canon EOS 40D"),
        ("NIKON CORPORATION", "NIKON D70", "NIKON D70"),
        ("Apple", "iPhone 15", "Apple iPhone 15"),
        ("", "X100", "X100"),
        ("PENTAX  ", "K10D\0junk", "PENTAX K10D"),
        ("a" * 60, "b" * 60, "a" * 60 + " " + "b" * 19),
    ],
)
def test_a_camera_is_named_once(make: str, model: str, camera: str) -> None:
    tags = Image.Exif()
    tags[Base.Make], tags[Base.Model] = make, model
    assert inspect(jpeg(scene(1), tags)).metadata["camera"] == camera


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_thumbnails_are_upright_whatever_the_orientation(orientation: int, format: str) -> None:
    upright = scene(3)
    turn = TURNED_BACK[orientation]
    stored = upright.transpose(turn) if turn is not None else upright
    found = inspect(photo(stored, format, exif("2024:01:15 12:00:00", orientation=orientation)))
    small = thumbnail(found)
    assert small.size == (320, 240)
    assert distance(small, upright) < 4
    assert (found.metadata["width"], found.metadata["height"]) == (960, 720)


@pytest.mark.parametrize(("size", "small"), [((960, 720), (320, 240)), ((300, 900), (107, 320)), ((90, 40), (90, 40))])
def test_the_longest_side_of_a_thumbnail_is_320_at_most(size: tuple[int, int], small: tuple[int, int]) -> None:
    assert thumbnail(inspect(jpeg(scene(1, size)))).size == small


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "I", "I;16", "F"])
def test_every_kind_of_pixel_gives_a_thumbnail(mode: str) -> None:
    grey = scene(2).convert("L")
    wide = {"I;16": ("I", 257), "I": ("I", 257), "F": ("F", 1)}
    if mode in wide:
        base, scale = wide[mode]
        image = grey.convert(base).point(lambda value: value * scale).convert(mode)
    else:
        image = scene(2).convert("RGBA" if mode == "PA" else "RGB").convert(mode)
    found = inspect(photo(image, "TIFF" if mode in ("CMYK", "F", "I", "PA", "LA") else "PNG"), "photo.png")
    assert distance(thumbnail(found), scene(2)) < (40 if mode == "1" else 6)


def test_what_is_transparent_is_shown_white() -> None:
    clear = Image.new("RGBA", (40, 40), (255, 0, 0, 0))
    assert flattened(clear).getpixel((20, 20)) == (255, 255, 255)
    assert min(thumbnail(inspect(photo(clear, "PNG"))).getpixel((20, 20))) > 250  # type: ignore[type-var]


def test_near_copies_have_near_hashes_and_others_have_not() -> None:
    image = scene(4)
    hashes = [
        int(inspect(content).metadata["phash"], 16)
        for content in (
            jpeg(image),
            jpeg(image.resize((480, 360)), quality=60),
            jpeg(image.transpose(Image.Transpose.ROTATE_90), exif(orientation=6)),
            photo(image, "PNG"),
            heic(image),
            jpeg(scene(5)),
        )
    ]
    apart = [(value ^ hashes[0]).bit_count() for value in hashes]
    assert max(apart[:5]) <= 4
    assert apart[5] > 12


def test_a_blank_image_has_no_hash() -> None:
    assert "phash" not in inspect(jpeg(Image.new("RGB", (200, 100), "white"))).metadata
    assert len(inspect(jpeg(scene(1))).metadata["phash"]) == 16


def test_each_kind_is_known_by_its_bytes() -> None:
    types = {name: inspect(content, name).content_type for name, content in each_kind().items()}
    assert types == {
        "a.jpg": "image/jpeg",
        "a.png": "image/png",
        "a.gif": "image/gif",
        "a.webp": "image/webp",
        "a.tiff": "image/tiff",
        "a.heic": "image/heic",
        "a.mp4": "video/mp4",
        "a.mov": "video/quicktime",
        "a.mkv": "video/x-matroska",
        "a.avi": "video/x-msvideo",
    }


def test_heic_tells_the_same_as_jpeg() -> None:
    tags = exif("2024:01:15 12:00:00", offset="+01:00", place=(46.5, 7.25, 100.0))
    small = (320, 240)
    from_heic, from_jpeg = inspect(heic(scene(1, small), tags), "a.heic"), inspect(jpeg(scene(1, small), tags))
    apart = {"phash": "", "layout": ""}
    assert {**from_heic.metadata, **apart} == {**from_jpeg.metadata, **apart}
    assert distance(thumbnail(from_heic), thumbnail(from_jpeg)) < 6


def test_a_photo_under_another_photos_name_is_taken_as_what_it_is() -> None:
    assert inspect(photo(scene(1), "PNG"), "photo.jpg").content_type == "image/png"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"This is no photo.\n" * 50, "photo.jpg"),
        (b"%PDF-1.7\n" + bytes(2000), "photo.jpg"),
        (bytes(5000), "video.mp4"),
        (b"x", "photo.png"),
        (each_kind()["a.mp4"], "photo.jpg"),
        (each_kind()["a.jpg"], "video.mov"),
    ],
)
def test_content_of_another_family_than_the_name_is_refused(content: bytes, name: str) -> None:
    assert refusal(content, name) == "content_mismatch"


def test_an_empty_file_is_refused() -> None:
    assert refusal(b"") == "empty_file"


def test_a_photo_of_which_only_the_header_is_left_is_refused() -> None:
    content = jpeg(scene(1))
    assert refusal(content[: content.index(b"\xff\xda") + 14]) == "unreadable"
    assert refusal(content[:100]) == "unreadable"


def test_a_motion_photo_is_one_file_and_marked() -> None:
    plain = jpeg(scene(1))
    found = inspect(plain + b"MotionPhoto_Data" + each_kind()["a.mp4"])
    assert found.metadata["motion_photo"] is True
    assert "damaged" not in found.metadata
    assert "motion_photo" not in inspect(plain).metadata


def test_a_png_cut_off_is_refused() -> None:
    assert refusal(photo(scene(1), "PNG")[:5000]) == "unreadable"


@pytest.mark.parametrize("left", [-2, -1, 5000, -20_000])
def test_a_jpeg_that_ends_early_is_taken_and_marked_damaged(left: int) -> None:
    content = jpeg(scene(1), exif("2024:01:15 12:00:00"), quality=95)
    found = inspect(content[:left])
    assert found.metadata["damaged"] is True
    assert found.metadata["detected_timestamp"] == "2024-01-15T12:00:00Z"
    assert distance(thumbnail(found), scene(1)) < (3 if left in (-1, -2) else 90)


def test_a_jpeg_whose_tail_is_zero_is_taken_and_marked_damaged() -> None:
    content = jpeg(scene(1), quality=95)
    found = inspect(content[: len(content) // 2] + bytes(len(content) - len(content) // 2))
    assert found.metadata["damaged"] is True
    top = (0, 0, 320, 90)
    assert distance(thumbnail(found).crop(top), scene(1).resize((320, 240)).crop(top)) < 3


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
@pytest.mark.parametrize("behind", [b"", bytes(4096), b"\0\0\0\x1cftypmp42" + bytes(500)])
def test_a_whole_jpeg_is_not_marked_whatever_stands_behind_it(options: dict[str, Any], behind: bytes) -> None:
    out = io.BytesIO()
    scene(1).save(out, "JPEG", **options)
    assert "damaged" not in inspect(out.getvalue() + behind).metadata


def claims(width: int, height: int) -> bytes:
    """A JPEG of a few hundred bytes whose header claims the given size, padded to 10 KB."""
    content = bytearray(jpeg(Image.new("RGB", (16, 16))))
    at = content.index(b"\xff\xc0") + 5
    content[at : at + 4] = height.to_bytes(2) + width.to_bytes(2)
    return bytes(content).ljust(10_000, b"\0")


def test_a_jpeg_that_claims_30000_by_30000_in_10_kb_is_refused_unopened() -> None:
    assert refusal(claims(30_000, 30_000)) == "too_many_pixels"


def test_a_gif_that_claims_65535_by_65535_is_refused_unopened() -> None:
    content = bytearray(each_kind()["a.gif"])
    content[6:10] = b"\xff\xff\xff\xff"
    assert refusal(bytes(content), "a.gif") == "too_many_pixels"


def test_the_largest_phone_cameras_are_within_the_limit() -> None:
    assert MAX_PIXELS >= 16_320 * 12_240


@pytest.mark.filterwarnings("ignore:.*(Tag data|Corrupt EXIF)")
def test_damaged_exif_leaves_the_photo_readable() -> None:
    content = jpeg(scene(1), exif("2024:01:15 12:00:00", place=(46.5, 7.25, 1.0)))
    at = content.index(b"Exif\0\0") + 14
    found = inspect(content[:at] + b"\xff" * 60 + content[at + 60 :])
    assert found.metadata["width"] == 960
    assert found.metadata["confidence"] == "none"


def test_metadata_is_json_and_compact() -> None:
    tags = exif("2024:01:15 12:00:00", offset="+01:00", place=(46.5763, 7.9904, 2061.0))
    tags.get_ifd(IFD.GPSInfo).update({GPS.GPSDateStamp: "2024:01:15", GPS.GPSTimeStamp: (11.0, 0.0, 0.0)})
    file = source(jpeg(scene(1), tags), "IMG_20240115_120000.jpg", modified_at=datetime(2024, 2, 1, tzinfo=UTC))
    text = json.dumps(PIPELINE.inspect(file, Options()).metadata, separators=(",", ":"), allow_nan=False)
    assert len(text) < 1000


@pytest.mark.parametrize("verified", [None, "0" * 64])
def test_a_photo_is_read_once_in_whole(verified: str | None) -> None:
    content = jpeg(scene(1, (3000, 2000)), exif("2024:01:15 12:00:00"), quality=95)
    reads = Reads(content)
    file = source(content, "photo.jpg", verified_sha256=verified, stream=reads.stream)
    PIPELINE.inspect(file, Options())
    assert len(content) > 200_000
    assert reads.bytes == len(content)
    assert file.digests is not None
    assert file.digests.crc32


def test_a_fault_of_the_store_is_no_fault_of_the_file() -> None:
    content = jpeg(scene(1))

    def broken(start: int, end: int) -> Iterator[bytes]:
        yield content[:1000]
        raise ConnectionResetError("the line went dead")

    with pytest.raises(ConnectionResetError):
        PIPELINE.inspect(source(content, "photo.jpg", stream=broken), Options())


@pytest.mark.skipif(not SAMPLES.exists(), reason="the collection of real photos isn't here")
def test_real_photos_are_read() -> None:
    found = {p.name: inspect(p.read_bytes(), p.name) for p in sorted(SAMPLES.iterdir())}
    times = {name: f.metadata.get("detected_timestamp") for name, f in found.items()}
    assert times["IMG_5195.HEIC"] == "2021-04-11T20:47:53Z"
    assert times["Canon_40D.jpg"] == "2008-05-30T15:56:01Z"
    assert times["DSCN0010.jpg"] == "2008-10-22T14:28:39Z"  # 16:28 in Italy, by its position
    assert times["67-0_length_string.jpg"] == "2016-09-12T08:05:31Z"  # 10:05 in Germany
    assert times["landscape_6.jpg"] is None
    assert found["DSCN0010.jpg"].metadata["gps"] == {"latitude": 43.467448, "longitude": 11.885127}
    assert found["IMG_5195.HEIC"].metadata["gps"]["longitude"] == -94.288772
    assert found["samplefilehub.heif"].content_type == "image/heic"
    landscapes = [found[f"landscape_{n}.jpg"] for n in (3, 6, 8)]
    assert {(f.metadata["width"], f.metadata["height"]) for f in landscapes} == {(600, 450)}
    hashes = [int(f.metadata["phash"], 16) for f in landscapes]
    assert max((a ^ b).bit_count() for a in hashes for b in hashes) <= 6
