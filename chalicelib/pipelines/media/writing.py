"""Times and offsets in the forms of EXIF, XMP, containers and this project."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

_WRITTEN = re.compile(
    r"\s*(\d{4})[:/.-](\d\d?)[:/.-](\d\d?)"
    r"(?:[ T]+(\d\d?):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?)?\s*",
    re.ASCII,
)
_OFFSET = re.compile(r"\s*([+-])(\d\d):?(\d\d)?\s*", re.ASCII)


def written(text: str, offset: str = "", fraction: str = "") -> datetime | None:
    """The time that EXIF, XMP, QuickTime and containers write ("2024:01:15 12:00:00"), or None where it is no time.

    A zone within `text` counts, else `offset` ("+02:00", "+0200", "Z"); naive where neither gives one. fraction: the
    digits behind the second where they stand apart, as EXIF has them. Hour 24 is the day's first: phones write half
    past midnight as 24:30 (immich #5714). A day alone is its midnight: see `is_date`.
    """
    match = _WRITTEN.fullmatch(text.replace("\0", " "))
    if not match:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    digits = match[7] or (fraction.strip() if re.fullmatch(r"\s*[0-9]{1,9}\s*", fraction) else "")
    try:
        # A wall clock: its zone stands elsewhere.
        naive = datetime(year, month, day, hour % 24 if hour <= 24 else hour, minute, second)  # noqa: DTZ001
    except ValueError:
        return None
    naive = naive.replace(microsecond=int(digits[:6].ljust(6, "0")) if digits else 0)
    return naive.replace(tzinfo=utc_offset(match[8] or offset))


def is_date(text: str) -> bool:
    """Whether a time that `written` reads is a day without a time of day."""
    match = _WRITTEN.fullmatch(text.replace("\0", " "))
    return bool(match and match[4] is None)


@lru_cache(maxsize=256)  # a job's files have few offsets, and each keeps its zone's object
def utc_offset(text: str) -> timezone | None:
    """ "+02:00", "+0200", "+02" or "Z" as a zone; None for anything else, or more than 14 hours."""
    if text.strip() == "Z":
        return UTC
    match = _OFFSET.fullmatch(text.replace("\0", " "))
    if not match or int(match[3] or 0) > 59:
        return None
    offset = timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    return timezone(-offset if match[1] == "-" else offset) if offset <= timedelta(hours=14) else None


def iso(at: datetime) -> str:
    """ISO 8601 in UTC, to the second, with Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")


def iso_local(at: datetime) -> str:
    """ISO 8601 of a wall clock, to the second, without a zone."""
    return at.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0")


def iso_offset(offset: timedelta) -> str:
    """ "+02:00"."""
    minutes = round(offset.total_seconds() / 60)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
