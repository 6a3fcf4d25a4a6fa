"""Clocks that were never set: the times from which they count."""

from __future__ import annotations

from datetime import datetime, timedelta

# A camera whose battery ran out begins again at its maker's first moment, and the first photos follow within minutes.
RUNNING = timedelta(minutes=10)
# (first moment, whether the clock runs on from there); a camera's clock has no zone (DTZ001)
_STARTS = (
    # Epochs of file formats and operating systems: never measured. ISO/IEC 14496-12 (1904), POSIX (1970),
    # MS-DOS and FAT (1980), Matroska (2001, RFC 9559 section 11.2), NTP (1900), Windows FILETIME (1601).
    (datetime(1601, 1, 1), True),  # noqa: DTZ001
    (datetime(1900, 1, 1), True),  # noqa: DTZ001
    (datetime(1904, 1, 1), True),  # noqa: DTZ001
    (datetime(1970, 1, 1), True),  # noqa: DTZ001
    (datetime(1980, 1, 1), True),  # noqa: DTZ001
    (datetime(2001, 1, 1), False),  # noqa: DTZ001
    # GPS receivers without a fix: the system's first day, and its first two rollovers of 1024 weeks.
    (datetime(1980, 1, 6), True),  # noqa: DTZ001
    (datetime(1999, 8, 22), False),  # noqa: DTZ001
    (datetime(2019, 4, 7), False),  # noqa: DTZ001
    # Cameras after a lost battery (photoprism #3105, immich #6184, exiftool's forum on "0000" and reset clocks).
    (datetime(1990, 1, 1), False),  # noqa: DTZ001
    (datetime(1998, 1, 1), False),  # noqa: DTZ001
    (datetime(1999, 1, 1), False),  # noqa: DTZ001
    (datetime(2000, 1, 1), True),  # noqa: DTZ001
    # The software of phones, which wrote a constant (photoprism #3105).
    (datetime(2002, 12, 8, 12), False),  # noqa: DTZ001
)
_YEARLY = range(2002, 2031)
_ZONES = timedelta(hours=14)


def never_set(local: datetime, *, zone_known: bool = True, machine: bool = True) -> bool:
    """Whether a clock that shows `local` (without zone) was never set, by the times at which such clocks begin.

    zone_known: False for a time that may have been shifted by an unknown zone: the epochs of 1904 and 1970 then count
    in each zone. machine: whether the clock is a device's, and not a date written by hand; the first second of a year
    (2005-01-01 00:00:00) then counts too.
    """
    for start, runs in _STARTS:
        since = local - start
        if timedelta(0) <= since < (RUNNING if runs else timedelta(seconds=1)):
            return True
        if not zone_known and start.year in (1904, 1970) and abs(since) <= _ZONES and not since % timedelta(minutes=15):
            return True
    first = local.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
    return machine and local.year in _YEARLY and local.replace(microsecond=0) == first
