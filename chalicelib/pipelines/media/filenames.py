"""The times that cameras, phones and messengers write into names."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from chalicelib.pipelines.media.timestamps import Found

_DATE = r"(?<!\d)(?P<y>(?:19|20)\d\d)(?P<d>[-_.]?)(?P<m>\d\d)(?P=d)(?P<day>\d\d)"
# IMG_20240115_120000, PXL_20240115_120000123, 2024-01-15_12-00-00, signal-2024-01-15-120000,
# "Screenshot 2024-01-15 at 1.05.09 PM", "WhatsApp Image 2024-01-15 at 12.00.00".
_DATE_TIME = re.compile(
    _DATE + r"(?:[-_. T]|[ _]at[ _])?(?P<H>\d{1,2})(?P<t>[-_.:]?)(?P<M>\d\d)(?P=t)(?P<S>\d\d)(?:[-_.]?\d{3})?(?!\d)"
    r"(?:[ _\u202f]?(?P<half>[AP]M)\b)?",
    re.ASCII | re.IGNORECASE,
)
_DATE_ONLY = re.compile(_DATE + r"(?!\d)", re.ASCII)


def from_name(filename: str) -> Found | None:
    """The local time, or else the date (taken as its midnight), that a file's name tells; None where it tells none."""
    name = re.split(r"[/\\]", filename)[-1]
    for match in _DATE_TIME.finditer(name):
        if at := _time(match):
            return Found("filename_datetime", at)
    for match in _DATE_ONLY.finditer(name):
        if at := _date(match):
            return Found("filename_date", at)
    return None


def _date(match: re.Match[str]) -> datetime | None:
    try:
        return datetime(int(match["y"]), int(match["m"]), int(match["day"]))  # noqa: DTZ001  # local: the zone comes later
    except ValueError:
        return None


def _time(match: re.Match[str]) -> datetime | None:
    hour, minute, second = int(match["H"]), int(match["M"]), int(match["S"])
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"].upper() == "PM" else 0)
    elif len(match["H"]) == 1:
        return None  # a single digit is an hour only on a twelve-hour clock
    date = _date(match)
    if date is None or hour > 23 or minute > 59 or second > 59:
        return None
    return date + timedelta(hours=hour, minutes=minute, seconds=second)
