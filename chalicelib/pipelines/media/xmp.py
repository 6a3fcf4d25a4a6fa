"""The content of an XMP packet: times, place, texts, people. A packet that isn't sound XML counts as empty."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from chalicelib.pipelines.media.facts import place, text
from chalicelib.pipelines.media.timestamps import Found
from chalicelib.pipelines.media.writing import is_date, written

LARGEST = 1024 * 1024
DEEPEST = 64
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns# "
_EXIF, _XMP = "http://ns.adobe.com/exif/1.0/ ", "http://ns.adobe.com/xap/1.0/ "
_PHOTOSHOP, _DC = "http://ns.adobe.com/photoshop/1.0/ ", "http://purl.org/dc/elements/1.1/ "
_IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/ "
_REGIONS = "http://www.metadataworkinggroup.com/schemas/regions/ "
_CAMERA = "http://ns.google.com/photos/1.0/camera/ "
_TIMES = (
    ("xmp_datetime_original", _EXIF + "DateTimeOriginal"),
    ("xmp_date_created", _PHOTOSHOP + "DateCreated"),
    ("xmp_create_date", _XMP + "CreateDate"),
)
_COORDINATE = re.compile(r"(\d{1,3}),(\d{1,2}(?:\.\d+)?)(?:,(\d{1,2}(?:\.\d+)?))?([NSEW])", re.ASCII)


class Unsound(Exception):
    """No XMP, or XMP with parts that it has no use for and that could keep a parser busy without end."""


@dataclass(frozen=True)
class Said:
    """gps: degrees and metres. texts are cut to the length that a listing can hold."""

    times: list[Found] = field(default_factory=list)
    gps: dict[str, float] | None = None
    title: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    motion_photo: bool = False


def read(packet: bytes, largest: int = LARGEST) -> Said:
    """The content of the packet, of at most `largest` bytes. Raises Unsound."""
    values = properties(packet, largest)

    def first(name: str) -> str:
        return text(next(iter(values.get(name, ())), ""))

    return Said(
        times=[found for source, name in _TIMES if (found := _time(source, first(name)))],
        gps=place(_degrees(first(_EXIF + "GPSLatitude")), _degrees(first(_EXIF + "GPSLongitude")), None),
        title=first(_DC + "title")[:200] or None,
        description=first(_DC + "description")[:500] or None,
        tags=_texts(values.get(_DC + "subject", ())),
        people=_texts([*values.get(_IPTC + "PersonInImage", ()), *values.get(_REGIONS + "Name", ())]),
        motion_photo=first(_CAMERA + "MotionPhoto") == "1" or first(_CAMERA + "MicroVideo") == "1",
    )


def or_nothing(packet: object) -> Said:
    """For a packet inside a file, where a damaged one counts as missing."""
    if not isinstance(packet, (bytes, str)):
        return Said()
    try:
        return read(packet.encode("utf-8", "replace") if isinstance(packet, str) else packet)
    except Unsound:
        return Said()


def properties(packet: bytes, largest: int = LARGEST) -> dict[str, list[str]]:
    """Every property with its values in order, by namespace and name with a space between them: of attributes, of
    elements, and of lists, whose items count for the property. Raises Unsound.

    Entities and document types are refused, so that no packet grows while it is read (XML 1.0, 4.4).
    """
    packet = packet.strip(b"\0 \r\n\t")
    if len(packet) > largest:
        raise Unsound(f"it is larger than {largest:,} bytes")
    found: defaultdict[str, list[str]] = defaultdict(list)
    open_names: list[str] = []
    said: list[str] = []

    def begin(name: str, attributes: dict[str, str]) -> None:
        if len(open_names) >= DEEPEST:
            raise Unsound("it is nested too deeply")
        open_names.append(name)
        said.clear()
        for key, value in attributes.items():
            if not key.startswith(_RDF):
                found[key].append(value)

    def end(name: str) -> None:
        open_names.pop()
        value = "".join(said).strip()
        said.clear()
        if not value:
            return
        if name.startswith(_RDF):  # li: of the property around it
            name = next((n for n in reversed(open_names) if not n.startswith(_RDF)), name)
        found[name].append(value)

    def refuse(*_: object) -> NoReturn:
        raise Unsound("it declares a document type or entities")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = begin, end, said.append
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(packet, True)
    except (expat.ExpatError, ValueError, LookupError):
        raise Unsound("its markup is damaged") from None
    return dict(found)


def _time(source: str, said: str) -> Found | None:
    """ "Z" gives the instant alone: programs that know no zone write it too."""
    at = written(said)
    return Found(source, at, utc=said.endswith("Z"), date_only=is_date(said), offset_source=source) if at else None


def _degrees(said: str) -> float | None:
    match = _COORDINATE.fullmatch(said)
    if not match:
        return None
    degrees = int(match[1]) + float(match[2]) / 60 + float(match[3] or 0) / 3600
    return -degrees if match[4] in "SW" else degrees


def _texts(values: list[str] | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(short for value in values if (short := text(value)[:60])))[:20]
