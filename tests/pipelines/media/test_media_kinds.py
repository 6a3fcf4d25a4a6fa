"""Every kind of photo and film that comparable tools accept."""

import io
import warnings
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from chalicelib.files.sniffing import sniff
from chalicelib.pipelines.base import Inspection, UnreadableFile
from chalicelib.pipelines.media import MEDIA, MediaPipeline, avchd
from chalicelib.pipelines.media.kinds import KINDS, as_markdown
from chalicelib.pipelines.media.options import Options
from infra.local.samples import exif, jpeg, scene
from tests.pipelines.media import raw_makers as made
from tests.pipelines.media.makers import SMALL, heic, mutations, photo, source
from tests.pipelines.media.test_media_damage import outcome

PIPELINE = MediaPipeline(clock=lambda: datetime(2026, 6, 1, tzinfo=UTC))
RAWS = made.raws()
TYPES = {
    "a.dng": "image/x-adobe-dng",
    "a.nef": "image/x-nikon-nef",
    "a.arw": "image/x-sony-arw",
    "a.cr2": "image/x-canon-cr2",
    "a.orf": "image/x-olympus-orf",
    "a.rw2": "image/x-panasonic-rw2",
    "a.cr3": "image/x-canon-cr3",
    "a.raf": "image/x-fuji-raf",
}


def inspect(content: bytes, name: str) -> Inspection:
    return PIPELINE.inspect(source(content, name), Options())


def times(found: Inspection) -> list[tuple[str, str]]:
    return [(c["source"], c["time"]) for c in found.metadata.get("timestamp_candidates", [])]


def shown(found: Inspection) -> Image.Image:
    return Image.open(io.BytesIO(found.thumbnail or b"")).convert("RGB")


def like(found: Inspection, image: Image.Image) -> bool:
    first, second = (i.convert("L").resize((16, 16)).tobytes() for i in (shown(found), image))
    return sum(abs(a - b) for a, b in zip(first, second, strict=True)) / 256 < 8


def test_every_kind_is_in_the_docs_and_accepted_by_each_of_its_names() -> None:
    assert as_markdown() in (Path(__file__).parents[3] / "docs" / "media.md").read_text()
    for kind in KINDS:
        for name in kind.names:
            assert MEDIA.accepts.extension(f"A{name.upper()}") == name


@pytest.mark.parametrize("name", RAWS)
def test_of_a_raw_the_cameras_own_picture_is_shown_upright(name: str) -> None:
    found = inspect(RAWS[name], name)
    assert found.content_type == TYPES[name]
    assert times(found)[0] == ("exif_datetime_original", "2024-01-15T12:00:00Z")
    # The file asks for a quarter turn, and states a sensor of 6000 by 4000.
    assert shown(found).size == (240, 320)
    assert (found.metadata["width"], found.metadata["height"]) == (4000, 6000)
    assert like(found, scene(1, made.PREVIEW).rotate(-90, expand=True))
    assert len(found.metadata["phash"]) == 16


def test_a_raw_without_a_picture_is_taken_without_one() -> None:
    content = RAWS["a.dng"][:4096]
    found = inspect(content, "a.dng")
    assert found.thumbnail is None
    assert times(found) == [("exif_datetime_original", "2024-01-15T12:00:00Z")]


def test_a_makers_tiff_is_no_raw() -> None:
    tags = Image.Exif()
    tags[0x10F] = "NIKON CORPORATION"
    assert sniff(photo(scene(1, SMALL), "TIFF", tags)) == "image/tiff"


def test_sensor_data_in_a_lossless_jpeg_is_not_taken_for_a_picture() -> None:
    content = RAWS["a.dng"].replace(b"\xff\xc0\0\x11\x08", b"\xff\xc3\0\x11\x08")
    assert inspect(content, "a.dng").thumbnail is None


@pytest.mark.parametrize("name", RAWS)
def test_mutations_of_raws_never_crash_and_always_have_an_answer(name: str) -> None:
    for content in mutations(RAWS[name], seed=3, count=120):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            outcome(content, name)


def test_directories_that_lead_in_a_circle_end() -> None:
    content = bytearray(RAWS["a.nef"])
    at = content.index(b"\x4a\x01\x04\x00") + 8
    content[at : at + 4] = (8).to_bytes(4, "little")
    assert inspect(bytes(content), "a.nef").metadata["width"]


def test_a_heic_of_two_pictures_is_whole() -> None:
    one = heic(scene(1, SMALL), exif("2024:01:15 12:00:00"))
    two = with_second_picture(one)
    found = inspect(two, "two.heic")
    assert like(found, scene(1, SMALL))
    assert times(found)[0] == ("exif_datetime_original", "2024-01-15T12:00:00Z")


@pytest.mark.parametrize("name", ["a.jpe", "a.jfif"])
def test_a_jpeg_has_many_names(name: str) -> None:
    assert inspect(jpeg(scene(1, SMALL)), name).content_type == "image/jpeg"


def test_a_hif_is_a_heic() -> None:
    assert inspect(heic(scene(1, SMALL)), "a.hif").content_type == "image/heic"


@pytest.mark.parametrize(
    ("format", "name", "kind"),
    [("AVIF", "a.avif", "image/avif"), ("BMP", "a.bmp", "image/bmp"), ("JPEG2000", "a.jp2", "image/jp2")],
)
def test_avif_bmp_and_jp2_are_decoded(format: str, name: str, kind: str) -> None:
    tags = exif("2024:01:15 12:00:00") if format == "AVIF" else None
    found = inspect(photo(scene(1, SMALL), format, tags), name)
    assert found.content_type == kind
    assert (found.metadata["width"], found.metadata["height"]) == SMALL
    assert like(found, scene(1, SMALL))
    assert bool(times(found)) is bool(tags)


def test_an_avif_is_shown_upright() -> None:
    turned = scene(3, SMALL).transpose(Image.Transpose.ROTATE_90)
    found = inspect(photo(turned, "AVIF", exif(orientation=6)), "a.avif")
    assert (found.metadata["width"], found.metadata["height"]) == SMALL
    assert like(found, scene(3, SMALL))


def test_of_a_psd_the_preview_is_shown_and_its_size_is_the_wholes() -> None:
    tags = exif("2024:01:15 12:00:00").tobytes()[6:]
    found = inspect(made.psd((400, 300), jpeg(scene(1, (160, 120))), tags), "a.psd")
    assert like(found, scene(1, (160, 120)))
    assert (found.metadata["width"], found.metadata["height"]) == (400, 300)
    assert times(found)[0] == ("exif_datetime_original", "2024-01-15T12:00:00Z")


def test_of_a_psd_without_a_preview_the_flattened_picture_is_shown() -> None:
    found = inspect(made.psd((40, 30), None), "a.psd")
    assert shown(found).getpixel((20, 15)) == (128, 128, 128)


def test_of_a_jpeg_xl_size_and_metadata_are_read_and_no_picture() -> None:
    tags = exif("2024:01:15 12:00:00").tobytes()[6:]
    found = inspect(made.jxl(tags), "a.jxl")
    assert found.content_type == "image/jxl"
    assert found.thumbnail is None
    assert (found.metadata["width"], found.metadata["height"]) == (1000, 700)
    assert times(found)[0] == ("exif_datetime_original", "2024-01-15T12:00:00Z")


def test_a_jpeg_xl_without_a_picture_is_refused() -> None:
    with pytest.raises(UnreadableFile):
        inspect(made.jxl()[:40], "a.jxl")


@pytest.mark.parametrize(
    ("name", "container", "codec", "kind"),
    [
        ("a.webm", "webm", "libvpx", "video/webm"),
        ("a.3gp", "3gp", "h263", "video/mp4"),
        ("a.wmv", "asf", "wmv2", "video/x-ms-wmv"),
        ("a.mpg", "mpeg", "mpeg2video", "video/mpeg"),
        ("b.mpg", "mpeg1video", "mpeg1video", "video/mpeg"),
        ("a.mts", "mpegts", "mpeg2video", "video/mp2t"),
    ],
)
def test_films_that_peers_take_are_taken(name: str, container: str, codec: str, kind: str) -> None:
    found = inspect(made.film(container, codec, created="2024-01-15T12:00:00Z"), name)
    assert found.content_type == kind
    assert like(found, scene(1, (176, 144)))
    dated = {"a.webm": "container_date", "a.3gp": "mvhd", "a.wmv": "container_date"}
    assert times(found) == ([(dated[name], "2024-01-15T12:00:00Z")] if name in dated else [])


def test_a_transport_stream_is_known_with_four_bytes_before_each_packet_too() -> None:
    content = made.as_m2ts(made.film("mpegts", "mpeg2video"))
    assert inspect(content, "a.m2ts").content_type == "video/mp2t"


MOMENT = [(0x18, bytes.fromhex("00202401")), (0x19, bytes.fromhex("15120005"))]


def test_an_avchd_film_tells_when_it_was_recorded() -> None:
    content = made.film("mpegts", "libx264", before=made.recorded_at(MOMENT))
    assert times(inspect(content, "a.mts")) == [("container_date", "2024-01-15T12:00:05Z")]


@pytest.mark.parametrize(
    ("zone", "at"),
    [(0x12, "2024-01-15T12:00:05+09:00"), (0x2A, "2024-01-15T12:00:05-05:00"), (0x0B, "2024-01-15T12:00:05+05:30"),
     (0x00, "2024-01-15T12:00:05"), (0x42, "2024-01-15T12:00:05")],
)  # fmt: skip
def test_an_avchd_clocks_offset_counts_where_it_is_certain(zone: int, at: str) -> None:
    entries = [(0x18, bytes([zone]) + MOMENT[0][1][1:]), MOMENT[1]]
    (found,) = avchd.times(made.recorded_at(entries))
    assert found.at.isoformat() == at


@pytest.mark.parametrize(
    "entries", [[], MOMENT[:1], [(0x18, b"\0\x20\xff\x01"), MOMENT[1]], [(0x18, bytes(4)), MOMENT[1]]]
)
def test_an_avchd_clock_that_makes_no_sense_is_none(entries: list[tuple[int, bytes]]) -> None:
    assert avchd.times(made.recorded_at(entries)) == []


def with_second_picture(content: bytes) -> bytes:
    """The HEIC with a second top-level picture, of the same bytes: item 3."""
    boxes: dict[bytes, Any] = {}
    at = content.index(b"meta") - 4
    size = int.from_bytes(content[at : at + 4])
    inner = at + 12
    while inner < at + size:
        length = int.from_bytes(content[inner : inner + 4])
        boxes[content[inner + 4 : inner + 8]] = content[inner + 8 : inner + length]
        inner += length
    places = boxes[b"iloc"][8:]
    entries = [places[n : n + 14] for n in range(0, len(places), 14)]
    boxes[b"iloc"] = boxes[b"iloc"][:6] + b"\0\3" + b"".join(entries) + entries[0]  # its final length
    boxes[b"iinf"] = bytes(4) + b"\0\3" + boxes[b"iinf"][6:] + made.box(b"infe", b"\2\0\0\0\0\3\0\0hvc1\0")
    old = boxes[b"iprp"]
    start = old.index(b"ipma") - 4
    association = old[start + 8 :]
    grown = association[:4] + (2).to_bytes(4) + association[8:] + b"\0\3" + association[10:13]
    boxes[b"iprp"] = old[:start] + made.box(b"ipma", grown)
    meta = made.box(b"meta", bytes(4), *(made.box(kind, body) for kind, body in boxes.items()))
    difference = len(meta) - size
    fixed = [entry[:6] + (int.from_bytes(entry[6:10]) + difference).to_bytes(4) + entry[10:] for entry in entries]
    boxes[b"iloc"] = boxes[b"iloc"][:8] + b"".join(fixed) + b"\0\3" + fixed[0][2:]
    meta = made.box(b"meta", bytes(4), *(made.box(kind, body) for kind, body in boxes.items()))
    return content[:at] + meta + content[at + size :]
