"""The offset of a place or of a clock from UTC."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

QUARTER = timedelta(minutes=15)
WEST, EAST = timedelta(hours=-12), timedelta(hours=14)
# A receiver's fix may be some seconds old, and a camera's clock some seconds off.
LEFT_OVER = timedelta(seconds=60)


def zone_at(place: Mapping[str, float] | None) -> ZoneInfo | None:
    """The IANA time zone of a place {"latitude", "longitude"} in degrees. None at sea, where a clock shows the ship's
    time, and without a place."""
    if not place:
        return None
    from tzfpy import get_tz

    name = get_tz(place["longitude"], place["latitude"])
    if not name or name.startswith("Etc/"):
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, KeyError):  # newer than this machine's database
        return None


def offset_between(wall: datetime, instant: datetime) -> timezone | None:
    """The offset of a clock that shows `wall` (naive) at `instant` (aware): the nearest quarter hour from -12 to +14 h,
    or None where it is more than a minute off one."""
    apart = wall.replace(tzinfo=UTC) - instant
    offset = round(apart / QUARTER) * QUARTER
    if abs(apart - offset) > LEFT_OVER or not WEST <= offset <= EAST:
        return None
    return timezone(offset)
