"""Metadata embedded in a photo: EXIF, XMP, IPTC, PNG's own texts."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timezone
from typing import Any, BinaryIO

from PIL.Image import Image

from chalicelib.pipelines.media import iptc, xmp
from chalicelib.pipelines.media.exif import Tags
from chalicelib.pipelines.media.facts import text
from chalicelib.pipelines.media.timestamps import Found
from chalicelib.pipelines.media.writing import is_date, written

MOST_CHUNKS = 100_000


@dataclass(frozen=True)
class Embedded:
    """times: all that were found. offset: EXIF's. gps: degrees and metres. content_identifier: of a Live Photo."""

    times: list[Found] = field(default_factory=list)
    offset: timezone | None = None
    gps: dict[str, float] | None = None
    camera: str | None = None
    content_identifier: str | None = None
    motion_photo: bool = False

    @classmethod
    def of(cls, image: Image, tags: Tags, stream: BinaryIO) -> Embedded:
        """The metadata of `image`, which Pillow has read from `stream`; the stream is searched for the parts that
        Pillow leaves out."""
        said = xmp.or_nothing(_packet(image, stream))
        times = [*tags.times(), *said.times, *_png_text_times(image.info)]
        if image.format == "PNG" and (changed := png_time(stream)):
            times.append(Found("png_time", changed, utc=True))
        resources = image.info.get("photoshop")
        records = resources.get(iptc.RESOURCE) if isinstance(resources, dict) else image.info.get("iptc")
        if found := iptc.date_created(records or _tiff_iptc(image)):
            times.append(found)
        return cls(
            times,
            tags.offset(),
            tags.gps() or said.gps,
            tags.camera(),
            tags.content_identifier(),
            said.motion_photo,
        )

    @classmethod
    def beside(cls, tags: Tags, packet: object) -> Embedded:
        """The facts of a photo whose EXIF and XMP are stored apart from its picture."""
        said = xmp.or_nothing(packet)
        times = [*tags.times(), *said.times]
        place = tags.gps() or said.gps
        return cls(times, tags.offset(), place, tags.camera(), tags.content_identifier(), said.motion_photo)


def _packet(image: Image, stream: BinaryIO) -> object:
    if image.format == "GIF":
        return _gif_packet(stream)
    return image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")


def _gif_packet(stream: BinaryIO) -> bytes | None:
    """A GIF holds its XMP as plain bytes, between the name of the block and a trailer that begins with 01 FF FE (XMP
    specification, part 3, 1.1.2)."""
    stream.seek(0)
    _, name, rest = stream.read(xmp.LARGEST).partition(b"XMP DataXMP")
    packet, _, end = rest.partition(b"\x01\xff\xfe")
    return packet if name and end else None


def _tiff_iptc(image: Image) -> object:
    """TIFF's tag 33723."""
    tags = getattr(image, "tag_v2", None)
    value = tags.get(33723) if tags is not None else None
    return value[0] if isinstance(value, tuple) and value else value


def _png_text_times(info: dict[Any, Any]) -> list[Found]:
    found = []
    said = text(info.get("Creation Time") or info.get("creation time") or info.get("date:create"))
    if at := written(said) or _rfc_1123(said):
        found.append(Found("png_creation_time", at, date_only=is_date(said), offset_source="png_creation_time"))
    return found


def _rfc_1123(said: str) -> datetime | None:
    """A date as the PNG standard suggests it: "15 Jan 2024 12:00:00 GMT", with or without the day of the week."""
    from email.utils import parsedate_to_datetime

    try:
        at = parsedate_to_datetime(said)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None and "GMT" in said else at


def png_time(stream: BinaryIO) -> datetime | None:
    """The moment in a `tIME` chunk: year, month, day, hour, minute, second in UTC (PNG 3rd edition, 11.3.6.1)."""
    stream.seek(8)
    for _ in range(MOST_CHUNKS):
        header = stream.read(8)
        size = int.from_bytes(header[:4])
        if len(header) < 8 or header[4:] == b"IEND":
            return None
        if header[4:] == b"tIME" and size == 7:
            body = stream.read(7)
            try:
                year, month, day, hour, minute, second = struct.unpack(">H5B", body)
                return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
            except (ValueError, struct.error):
                return None
        stream.seek(size + 4, 1)
    return None
