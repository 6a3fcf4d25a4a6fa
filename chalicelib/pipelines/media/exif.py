"""A photo's EXIF: times, place, camera, orientation. Damaged or absurd tags count as missing."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timezone
from typing import Any

from PIL.ExifTags import GPS, IFD, Base
from PIL.Image import Exif, Image

from chalicelib.pipelines.media.facts import camera, place, text
from chalicelib.pipelines.media.timestamps import Found
from chalicelib.pipelines.media.writing import is_date, utc_offset, written

_TIMES = (
    ("exif_datetime_original", Base.DateTimeOriginal, Base.OffsetTimeOriginal, Base.SubsecTimeOriginal),
    ("exif_datetime_digitized", Base.DateTimeDigitized, Base.OffsetTimeDigitized, Base.SubsecTimeDigitized),
    ("exif_datetime", Base.DateTime, Base.OffsetTime, Base.SubsecTime),
)
_APPLE = b"Apple iOS\0\0\1MM"
_CONTENT_IDENTIFIER = 0x11


class Tags:
    """The tags of one photo, from Pillow's reading of them."""

    @classmethod
    def of(cls, image: Image) -> Tags:
        return cls(_sound(image.getexif) or Exif())

    def __init__(self, exif: Exif, *directories: Mapping[int, Any]) -> None:
        """directories: for files that keep them apart, in place of `exif`: main, EXIF's own, GPS."""
        self._gps: dict[int, Any] = _sound(lambda: dict(exif.get_ifd(IFD.GPSInfo))) or {}
        main: dict[int, Any] = _sound(lambda: dict(exif)) or {}
        self._tags = main | (_sound(lambda: dict(exif.get_ifd(IFD.Exif))) or {})
        if directories:
            self._tags, self._gps = {**directories[0], **directories[1]}, dict(directories[2])

    @property
    def orientation(self) -> int:
        """1 to 8, as EXIF numbers them; 1 where it isn't stated."""
        value = self._tags.get(Base.Orientation)
        return value if isinstance(value, int) and 1 <= value <= 8 else 1

    def pixels(self) -> tuple[int, int]:
        """Width and height as the camera counts them, as stored; zeros where it doesn't state them."""
        width, height = self._tags.get(Base.ExifImageWidth), self._tags.get(Base.ExifImageHeight)
        return (width, height) if isinstance(width, int) and isinstance(height, int) else (0, 0)

    def offset(self) -> timezone | None:
        """The camera's offset: the one of the original, else of the digitized time, else that of DateTime, which is the
        only one that editors keep."""
        return next((zone for _, _, tag, _ in _TIMES if (zone := utc_offset(text(self._tags.get(tag))))), None)

    def times(self) -> list[Found]:
        """The times as the camera wrote them: those without an offset of their own are naive."""
        found = []
        for source, tag, offset, fraction in _TIMES:
            said = text(self._tags.get(tag))
            if at := written(said, text(self._tags.get(offset)), text(self._tags.get(fraction))):
                found.append(Found(source, at, date_only=is_date(said)))
        if at := self._gps_time():
            found.append(Found("gps", at, utc=True))
        return found

    def content_identifier(self) -> str | None:
        """The identifier that the still and the film of a Live Photo share, from Apple's maker note."""
        return _sound(lambda: _apple_text(self._tags.get(Base.MakerNote), _CONTENT_IDENTIFIER))

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


def _apple_text(note: object, wanted: int) -> str | None:
    """A text of Apple's maker note: an EXIF directory, big-endian, with offsets from the note's own start."""
    if not isinstance(note, bytes) or not note.startswith(_APPLE):
        return None
    at = len(_APPLE)
    for entry in range(at + 2, at + 2 + 12 * min(int.from_bytes(note[at : at + 2]), 100), 12):
        tag, kind, count = struct.unpack_from(">HHI", note, entry)
        if tag == wanted and kind == 2 and count <= 64:
            start = int.from_bytes(note[entry + 8 : entry + 12]) if count > 4 else entry + 8
            return text(note[start : start + count]) or None
    return None


def _sound[T](read: Callable[[], T]) -> T | None:
    try:
        return read()
    except Exception:  # over a damaged directory Pillow may raise anything
        return None


def _number(value: object) -> float | None:
    try:
        number = float(value)  # type: ignore[arg-type]  # a TypeError is caught
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
