"""Times besides EXIF's: in XMP, in IPTC, in PNG chunks, and in containers."""

import io
import struct
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from chalicelib.pipelines.base import Inspection
from chalicelib.pipelines.media import MediaPipeline, avi, xmp
from chalicelib.pipelines.media.options import Options
from infra.local.samples import jpeg, scene, video
from tests.pipelines.media.makers import SMALL, source, with_idit

PIPELINE = MediaPipeline(clock=lambda: datetime(2026, 6, 1, tzinfo=UTC))
PACKET = (
    "<?xpacket begin='\ufeff' id='W5M0MpCehiHzreSzNTczkc9d'?><x:xmpmeta xmlns:x='adobe:ns:meta/'>"
    "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><rdf:Description rdf:about=''"
    " xmlns:exif='http://ns.adobe.com/exif/1.0/' xmlns:xmp='http://ns.adobe.com/xap/1.0/'"
    " xmlns:photoshop='http://ns.adobe.com/photoshop/1.0/' xmlns:dc='http://purl.org/dc/elements/1.1/'"
    " xmlns:ext='http://iptc.org/std/Iptc4xmpExt/2008-02-29/' xmlns:g='http://ns.google.com/photos/1.0/camera/'{attributes}>"
    "{elements}</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
)


def packet(elements: str = "", attributes: str = "") -> bytes:
    return PACKET.format(elements=elements, attributes=attributes and " " + attributes).encode()


CREATED = packet("<photoshop:DateCreated>2018-01-12T21:19:13+03:00</photoshop:DateCreated>")


def inspect(content: bytes, name: str, **options: object) -> Inspection:
    return PIPELINE.inspect(source(content, name), Options(**options))


def times(content: bytes, name: str, **options: object) -> list[tuple[str, str]]:
    found = inspect(content, name, **options).metadata.get("timestamp_candidates", [])
    return [(c["source"], c["time"]) for c in found]


def saved(format: str, **more: Any) -> bytes:
    out = io.BytesIO()
    scene(1, SMALL).save(out, format, **more)
    return out.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def with_gif_packet(gif: bytes, xml: bytes) -> bytes:
    trailer = b"\x01" + bytes(range(255, -1, -1)) + b"\0"
    return gif[:-1] + b"\x21\xff\x0bXMP DataXMP" + xml + trailer + b";"


def test_xmp_is_read_in_each_kind_that_carries_it() -> None:
    text = PngInfo()
    text.add_itxt("XML:com.adobe.xmp", CREATED.decode())
    kinds = {
        "a.jpg": saved("JPEG", xmp=CREATED),
        "a.png": saved("PNG", pnginfo=text),
        "a.webp": saved("WEBP", xmp=CREATED),
        "a.gif": with_gif_packet(saved("GIF"), CREATED),
        "a.tif": saved("TIFF", tiffinfo={700: CREATED}),
    }
    for name, content in kinds.items():
        assert times(content, name) == [("xmp_date_created", "2018-01-12T18:19:13Z")], name


def test_xmp_is_read_in_a_film() -> None:
    film = video("mp4", scene(1), size=SMALL)
    kind = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
    box = struct.pack(">I", 24 + len(CREATED)) + b"uuid" + kind + CREATED
    assert times(film + box, "a.mp4") == [("xmp_date_created", "2018-01-12T18:19:13Z")]


@pytest.mark.parametrize(
    ("said", "source"),
    [
        (packet(attributes="exif:DateTimeOriginal='2018-01-12T21:19:13'"), "xmp_datetime_original"),
        (packet("<exif:DateTimeOriginal>2018-01-12T21:19:13.5</exif:DateTimeOriginal>"), "xmp_datetime_original"),
        (packet(attributes="photoshop:DateCreated='2018-01-12T21:19:13'"), "xmp_date_created"),
        (packet(attributes="xmp:CreateDate='2018-01-12T21:19:13Z'"), "xmp_create_date"),
    ],
)
def test_xmp_tells_times_as_attributes_and_as_elements(said: bytes, source: str) -> None:
    (found,) = xmp.read(said).times
    assert (found.source, found.at.replace(tzinfo=None, microsecond=0)) == (source, datetime(2018, 1, 12, 21, 19, 13))  # noqa: DTZ001


def test_xmp_tells_place_texts_and_people() -> None:
    said = xmp.read(
        packet(
            "<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>Tea</rdf:li></rdf:Alt></dc:title>"
            "<dc:subject><rdf:Bag><rdf:li>tea</rdf:li><rdf:li>house</rdf:li></rdf:Bag></dc:subject>"
            "<ext:PersonInImage><rdf:Bag><rdf:li>Ann</rdf:li></rdf:Bag></ext:PersonInImage>",
            "exif:GPSLatitude='48,51.0N' exif:GPSLongitude='2,21,36W' g:MotionPhoto='1'",
        )
    )
    assert (said.title, said.tags, said.people, said.motion_photo) == ("Tea", ("tea", "house"), ("Ann",), True)
    assert said.gps == {"latitude": 48.85, "longitude": -2.36}


BOMB = (
    b"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;'>]>"
    b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>&b;</x:xmpmeta>"
)


@pytest.mark.parametrize(
    "bad",
    [
        BOMB,
        b"<!DOCTYPE x SYSTEM 'http://127.0.0.1/x'><x/>",
        b"<a>" * 100 + b"</a>" * 100,
        b"<a>" + b" " * xmp.LARGEST + b"</a>",
        b"<a",
        b"",
        b"\xff\xfe\0",
        b"<?xml version='1.0' encoding='nonsense'?><a/>",
    ],
)
def test_an_xmp_packet_that_could_be_a_bomb_says_nothing(bad: bytes) -> None:
    with pytest.raises(xmp.Unsound):
        xmp.read(bad)
    assert xmp.or_nothing(bad) == xmp.Said()


def iptc_resource(date: bytes, time: bytes = b"") -> bytes:
    sets = [(55, date), *([(60, time)] if time else [])]
    records = b"".join(b"\x1c\2" + bytes([number]) + struct.pack(">H", len(v)) + v for number, v in sets)
    body = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(records)) + records + b"\0" * (len(records) % 2)
    return b"\xff\xed" + struct.pack(">H", 2 + 14 + len(body)) + b"Photoshop 3.0\0" + body


@pytest.mark.parametrize(
    ("date", "time", "at"),
    [
        (b"20220110", b"151544-0400", "2022-01-10T19:15:44Z"),
        (b"20220110", b"151544", "2022-01-10T15:15:44Z"),
        (b"20220110", b"", "2022-01-10T00:00:00Z"),
    ],
)
def test_iptc_tells_when_a_photo_was_created(date: bytes, time: bytes, at: str) -> None:
    plain = jpeg(scene(1, SMALL))
    assert times(plain[:2] + iptc_resource(date, time) + plain[2:], "a.jpg") == [("iptc_date_created", at)]


@pytest.mark.parametrize("date", [b"", b"20221341", b"yesterda"])
def test_damaged_iptc_says_nothing(date: bytes) -> None:
    plain = jpeg(scene(1, SMALL))
    assert times(plain[:2] + iptc_resource(date) + plain[2:], "a.jpg") == []


def test_png_tells_its_creation_time_and_its_last_change() -> None:
    text = PngInfo()
    text.add_text("Creation Time", "2024:01:15 12:00:00-05:00")
    plain = saved("PNG", pnginfo=text)
    end = plain.index(b"IEND") - 4
    content = plain[:end] + chunk(b"tIME", struct.pack(">H5B", 2024, 2, 1, 10, 20, 30)) + plain[end:]
    assert times(content, "a.png") == [
        ("png_creation_time", "2024-01-15T17:00:00Z"),
        ("png_time", "2024-02-01T10:20:30Z"),
    ]


@pytest.mark.parametrize(
    "said", ["15 Jan 2024 12:00:00 GMT", "Mon, 15 Jan 2024 13:00:00 +0100", "2024-01-15T12:00:00Z"]
)
def test_pngs_creation_time_is_read_as_the_standard_suggests_it(said: str) -> None:
    text = PngInfo()
    text.add_text("Creation Time", said)
    assert times(saved("PNG", pnginfo=text), "a.png") == [("png_creation_time", "2024-01-15T12:00:00Z")]


def test_exif_is_read_in_png_and_webp() -> None:
    tags = Image.Exif()
    tags.get_ifd(0x8769)[0x9003] = "2024:01:15 12:00:00"
    for name, format in (("a.png", "PNG"), ("a.webp", "WEBP")):
        assert times(saved(format, exif=tags.tobytes()), name) == [("exif_datetime_original", "2024-01-15T12:00:00Z")]


@pytest.mark.parametrize(
    "said",
    [
        "Mon Jan 15 12:00:05 2024\n\0",
        "MON JAN 15 12:00:05 2024",
        "2024:01:15 12:00:05",
        "2024-01-15  12:00:05\0\0",
        "2024/ 1/15 12:00:05",
        "20240115 120005",
    ],
)
def test_an_avis_time_is_read_in_each_spelling(said: str) -> None:
    assert avi.written(said) == datetime(2024, 1, 15, 12, 0, 5)  # noqa: DTZ001


def test_an_avis_time_may_have_no_seconds_and_twelve_hours() -> None:
    assert avi.written("2001/ 1/27  1:42PM") == datetime(2001, 1, 27, 13, 42)  # noqa: DTZ001
    assert avi.written("2005/11/28/ 09:19") == datetime(2005, 11, 28, 9, 19)  # noqa: DTZ001
    assert avi.written("no time at all") is None


def test_an_avis_own_time_is_the_cameras_clock() -> None:
    content = with_idit(video("avi", scene(1), size=SMALL), b"2005-08-17  11:42:43\0\0")
    assert times(content, "a.avi", timezone="Asia/Tokyo") == [("container_date", "2005-08-17T02:42:43Z")]


def test_the_content_date_of_a_film_is_more_than_that_of_its_making() -> None:
    content = video("mp4", scene(1), "2020-02-03T04:05:06Z", size=SMALL)
    day = b"2012-05-06T07:08:09+0200"
    content = with_user_data(content, b"\xa9day", struct.pack(">HH", len(day), 0x55C4) + day)
    assert times(content, "a.mp4") == [
        ("quicktime_content_date", "2012-05-06T05:08:09Z"),
        ("mvhd", "2020-02-03T04:05:06Z"),
    ]


def test_where_mvhd_is_zero_mdhd_counts() -> None:
    content = bytearray(video("mp4", scene(1), "2024-01-15T17:00:00Z", size=SMALL))
    at = content.index(b"mvhd") + 8
    content[at : at + 4] = bytes(4)
    assert times(bytes(content), "a.mp4") == [("mdhd", "2024-01-15T17:00:00Z")]


@pytest.mark.parametrize(("maker", "local"), [("NIKON", True), ("GoPro", True), ("Canon", True), ("Apple", False)])
def test_makers_that_write_local_time_into_mvhd_are_read_so(maker: str, local: bool) -> None:
    content = video("mov", scene(1), "2024-01-15T12:00:00Z", size=SMALL)
    name = maker.encode()
    content = with_user_data(content, b"\xa9mak", struct.pack(">HH", len(name), 0x55C4) + name)
    (found,) = times(content, "a.mov", timezone="Asia/Shanghai")
    assert found == ("mvhd", "2024-01-15T04:00:00Z" if local else "2024-01-15T12:00:00Z")


def with_user_data(film: bytes, kind: bytes, body: bytes) -> bytes:
    """The film with one more entry in `moov/udta`, which the muxer puts at the file's end."""
    entry = struct.pack(">I", 8 + len(body)) + kind + body
    data = struct.pack(">I", 8 + len(entry)) + b"udta" + entry
    at = film.index(b"moov") - 4
    size = int.from_bytes(film[at : at + 4])
    assert at + size == len(film)
    return film[:at] + struct.pack(">I", size + len(data)) + film[at + 4 :] + data
