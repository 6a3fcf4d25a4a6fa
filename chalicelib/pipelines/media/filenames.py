"""The times that cameras, phones, messengers and operating systems write into names."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta

from chalicelib.pipelines.media.timestamps import Found

_DATE = r"(?<!\d)(?P<y>(?:19|20|25)\d\d)(?P<d>[-_.]?)(?P<m>\d\d)(?P=d)(?P<day>\d\d)"
_HALF_BEFORE = "上午|下午|午前|午後|오전|오후|SA|CH"
_HALF_AFTER = r"[AP]\.?\s?M\b\.?|[πμ]\.?\s?μ\.?"
# IMG_20240115_120000, PXL_20240115_120000123, 2024-01-15_12-00-00, signal-2024-01-15-120000, 20240115120000.
_DATE_TIME = re.compile(
    _DATE + r"[-_. T]?(?P<H>\d\d)(?P<t>[-_.:]?)(?P<M>\d\d)(?P=t)(?P<S>\d\d)(?:[-_.]?(?P<ms>\d{3}))?(?!\d)",
    re.ASCII,
)
# "Screenshot 2024-01-15 at 1.05.09 PM", "Bildschirmfoto 2024-01-15 um 21.15.29", "截屏2024-01-15 下午1.05.09": a word
# in the machine's language stands between date and time.
_WORDED = re.compile(
    _DATE
    + rf"[^\d/\\]{{0,12}}?(?P<before>{_HALF_BEFORE})?\s?(?<!\d)(?P<H>\d{{1,2}})(?P<t>[.:])(?P<M>\d\d)(?P=t)(?P<S>\d\d)"
    rf"(?!\d)(?:\s?(?P<half>{_HALF_AFTER}))?",
    re.IGNORECASE,
)
_DATE_ONLY = re.compile(_DATE + r"(?!\d)", re.ASCII)
# Telegram Desktop's export: photo_5123@15-01-2024_12-00-00.jpg
_TELEGRAM = re.compile(r"@(?P<day>\d\d)-(?P<m>\d\d)-(?P<y>\d{4})_(?P<H>\d\d)-(?P<M>\d\d)-(?P<S>\d\d)(?!\d)", re.ASCII)
# Milliseconds since 1970: WeChat (mmexport, wx_camera_, microMsg.), Facebook (FB_IMG_).
_MILLISECONDS = re.compile(r"(?:mmexport|wx_camera_|microMsg\.|FB_IMG_)(1\d{12})(?!\d)", re.ASCII | re.IGNORECASE)
_PIXEL = re.compile(r"(?:^|[^A-Za-z])PXL_(?=20\d{6}_)", re.ASCII | re.IGNORECASE)
_BUDDHIST = 543


def from_name(filename: str) -> Found | None:
    """The time, or else the date (as its midnight), in a file's name; None where it has none. It is the wall clock of
    the place, except in forms that are known to count in UTC."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", filename)[-1])
    if match := _MILLISECONDS.search(name):
        return Found("filename_datetime", datetime.fromtimestamp(int(match[1]) / 1000, UTC), utc=True)
    for pattern in (_TELEGRAM, _DATE_TIME, _WORDED):
        for match in pattern.finditer(name):
            if (at := _time(match)) is not None:
                pixel = bool(_PIXEL.search(name[: match.start() + 9]))
                return Found("filename_datetime", at.replace(tzinfo=UTC) if pixel else at, utc=pixel)
    for match in _DATE_ONLY.finditer(name):
        if at := _date(match):
            return Found("filename_date", at, date_only=True)
    return None


def counter(filename: str) -> tuple[str, int | None]:
    """A camera's shot number: the name's last digits, and the name without them. None where it has none."""
    stem = re.split(r"[/\\]", filename)[-1].rpartition(".")[0]
    match = re.fullmatch(r"(.*?)(\d{3,6})(?:\D.*)?", stem, re.ASCII | re.DOTALL)
    return (match[1], int(match[2])) if match else (stem, None)


def _date(match: re.Match[str]) -> datetime | None:
    year = int(match["y"])
    if year >= 2400:  # Thailand's calendar
        year -= _BUDDHIST
    try:
        return datetime(year, int(match["m"]), int(match["day"]))  # noqa: DTZ001  # local: the zone comes later
    except ValueError:
        return None


def _time(match: re.Match[str]) -> datetime | None:
    said = match.groupdict()
    hour, minute, second = int(match["H"]), int(match["M"]), int(match["S"])
    half = said.get("half") or said.get("before")
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if _afternoon(half) else 0)
    elif len(match["H"]) == 1 and match.re is not _WORDED:
        return None
    date = _date(match)
    # Hour 24 is the day's first: some phones write half past midnight as 24:30.
    if date is None or hour > 24 or minute > 59 or second > 59:
        return None
    return date + timedelta(hours=hour % 24, minutes=minute, seconds=second, milliseconds=int(said.get("ms") or 0))


def _afternoon(half: str) -> bool:
    return half.upper() in ("下午", "午後", "오후", "CH") or half[0].upper() in ("P", "Μ")
