"""What a photo's EXIF says: times, place, camera, orientation. Damaged or absurd tags are as if they weren't there."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from PIL.ExifTags import GPS, IFD, Base
from PIL.Image import Exif, Image

from chalicelib.pipelines.media.timestamps import Found, written

_TIMES = (
    ("exif_datetime_original", Base.DateTimeOriginal, Base.OffsetTimeOriginal),
    ("exif_datetime_digitized", Base.DateTimeDigitized, Base.OffsetTimeDigitized),
    ("exif_datetime", Base.DateTime, Base.OffsetTime),
)


class Tags:
    """The tags of one photo, from Pillow's reading of them."""

    def __init__(self, image: Image) -> None:
        exif = _sound(image.getexif) or Exif()
        self._gps: dict[int, Any] = _sound(lambda: dict(exif.get_ifd(IFD.GPSInfo))) or {}
        main: dict[int, Any] = _sound(lambda: dict(exif)) or {}
        self._tags = main | (_sound(lambda: dict(exif.get_ifd(IFD.Exif))) or {})

    @property
    def orientation(self) -> int:
        """1 to 8, as EXIF numbers them; 1 where it isn't said."""
        value = self._tags.get(Base.Orientation)
        return value if isinstance(value, int) and 1 <= value <= 8 else 1

    def times(self) -> list[Found]:
        found = []
        for source, tag, offset in _TIMES:
            if at := written(text(self._tags.get(tag)), text(self._tags.get(offset))):
                found.append(Found(source, at))
        if at := self._gps_time():
            found.append(Found("gps", at))
        return found

    def gps(self) -> dict[str, float] | None:
        """latitude and longitude in degrees (north and east positive), altitude in metres where it is known."""
        latitude = _degrees(self._gps.get(GPS.GPSLatitude), text(self._gps.get(GPS.GPSLatitudeRef)), "S", 90)
        longitude = _degrees(self._gps.get(GPS.GPSLongitude), text(self._gps.get(GPS.GPSLongitudeRef)), "W", 180)
        return place(latitude, longitude, self._altitude())

    def camera(self) -> str | None:
        return camera(text(self._tags.get(Base.Make)), text(self._tags.get(Base.Model)))

    def _altitude(self) -> float | None:
        altitude = _number(self._gps.get(GPS.GPSAltitude))
        below = self._gps.get(GPS.GPSAltitudeRef) in (1, b"\x01")
        return None if altitude is None else -altitude if below else altitude

    def _gps_time(self) -> datetime | None:
        """GPS time is UTC. Both halves are needed: receivers keep the time without knowing the date."""
        clock = _triple(self._gps.get(GPS.GPSTimeStamp))
        if clock is None:
            return None
        hours, minutes, seconds = (int(part) for part in clock)
        at = written(f"{text(self._gps.get(GPS.GPSDateStamp))} {hours:02}:{minutes:02}:{seconds:02}")
        return at.replace(tzinfo=UTC) if at else None


def place(latitude: float | None, longitude: float | None, altitude: float | None) -> dict[str, float] | None:
    """None where a coordinate is missing, out of range, or both are exactly 0 (a receiver without a fix)."""
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    if latitude == longitude == 0:
        return None
    known = {"altitude": round(altitude, 1)} if altitude is not None and abs(altitude) < 100_000 else {}
    return {"latitude": round(latitude, 6), "longitude": round(longitude, 6), **known}


def camera(make: str, model: str) -> str | None:
    """Maker and model as one name; makers like to repeat themselves in the model."""
    whole = model if make and model.lower().startswith(make.split()[0].lower()) else f"{make} {model}"
    return whole.strip()[:80] or None


def text(value: object) -> str:
    """A tag's text: printable, single-spaced; empty where it has none."""
    if isinstance(value, tuple) and value:
        value = value[0]
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if not isinstance(value, str):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in value.split("\0")[0]).split())


def _sound[T](read: Callable[[], T]) -> T | None:
    try:
        return read()
    except Exception:  # a damaged directory makes Pillow raise whatever comes up
        return None


def _number(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _triple(value: object) -> tuple[float, float, float] | None:
    if not isinstance(value, tuple) or len(value) != 3:
        return None
    first, second, third = (_number(part) for part in value)
    if first is None or second is None or third is None or min(first, second, third) < 0:
        return None
    return first, second, third


def _degrees(value: object, reference: str, negative: str, largest: float) -> float | None:
    parts = _triple(value)
    if parts is None:
        return None
    degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
    if degrees > largest:
        return None
    return -degrees if reference[:1].upper() == negative else degrees
