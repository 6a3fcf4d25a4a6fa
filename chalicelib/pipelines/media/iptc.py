"""IPTC-IIM 4.2, the metadata that news agencies and old editors write into JPEG and TIFF: here, a photo's date."""

from __future__ import annotations

import re
from collections.abc import Iterator

from chalicelib.pipelines.media.timestamps import Found
from chalicelib.pipelines.media.writing import written

RESOURCE = 0x0404  # of Photoshop's image resources
_DATE_CREATED, _TIME_CREATED = (2, 55), (2, 60)
_DATE = re.compile(r"(\d{4})[-:]?(\d\d)[-:]?(\d\d)", re.ASCII)
_TIME = re.compile(r"(\d\d):?(\d\d):?(\d\d)\s*(Z|[+-]\d\d:?\d\d)?", re.ASCII)


def date_created(records: object) -> Found | None:
    """DateCreated (CCYYMMDD) with TimeCreated (HHMMSS±HHMM) of these data sets; a day alone where there is no time."""
    if not isinstance(records, bytes):
        return None
    found = dict(_data_sets(records))
    date = _DATE.fullmatch(found.get(_DATE_CREATED, b"").decode("ascii", "replace").strip("\0 "))
    if not date:
        return None
    time = _TIME.fullmatch(found.get(_TIME_CREATED, b"").decode("ascii", "replace").strip("\0 "))
    clock = f" {time[1]}:{time[2]}:{time[3]}{time[4] or ''}" if time else ""
    at = written(f"{date[1]}-{date[2]}-{date[3]}{clock}")
    return Found("iptc_date_created", at, date_only=not time, offset_source="iptc_date_created") if at else None


def _data_sets(records: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    """(record, data set) and content, one after another; ends where they make no sense. Extended data sets are left
    out."""
    at = 0
    while records[at : at + 1] == b"\x1c" and at + 5 <= len(records):
        size = int.from_bytes(records[at + 3 : at + 5])
        if size & 0x8000:
            return
        yield (records[at + 1], records[at + 2]), records[at + 5 : at + 5 + size]
        at += 5 + size
