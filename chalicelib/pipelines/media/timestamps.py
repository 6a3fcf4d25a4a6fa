"""When a photo or video was taken: candidates, what they weigh, and which one is believed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

WEIGHTS = {
    "exif_datetime_original": 10,
    "exif_datetime_digitized": 8,
    "gps": 8,
    "quicktime_creationdate": 8,
    "mvhd": 7,
    "container_date": 7,  # what Matroska and AVI have in place of mvhd
    "exif_datetime": 5,
    "filename_datetime": 3,
    "filename_date": 2,
    "modified_at": 1,
}
AGREEMENT = timedelta(seconds=30)
# A camera's clock has no zone: read in the wrong one, a photo just taken may seem to come from up to 14 hours ahead.
AHEAD_WITHOUT_ZONE = timedelta(hours=14)
AHEAD = timedelta(minutes=5)

_WRITTEN = re.compile(
    r"\s*(\d{4})[:/.-](\d\d)[:/.-](\d\d)[ T]+(\d\d):(\d\d):(\d\d)(?:[.,]\d+)?\s*(Z|[+-]\d\d(?::?\d\d)?)?\s*", re.ASCII
)
_OFFSET = re.compile(r"\s*([+-])(\d\d):?(\d\d)?\s*", re.ASCII)


@dataclass(frozen=True)
class Found:
    """A time as a source gives it. `at` is naive where the source names no zone."""

    source: str
    at: datetime


@dataclass(frozen=True)
class Candidate:
    """A plausible time, in UTC to the second. note: what is doubtful about it."""

    source: str
    at: datetime
    weight: int
    note: str | None = None

    def as_json(self) -> dict[str, Any]:
        noted = {"note": self.note} if self.note else {}
        return {"source": self.source, "time": iso(self.at), "weight": self.weight, **noted}


@dataclass(frozen=True)
class Choice:
    """best: None where there is no candidate. confidence: high, medium, low or none."""

    best: Candidate | None
    confidence: str
    candidates: tuple[Candidate, ...]


def choose(found: Iterable[Found], zone: tzinfo, earliest_year: int, now: datetime) -> Choice:
    """The heaviest of the plausible times, the first of equals.

    high: it weighs at least 8 and another agrees with it within 30 s. medium: it weighs at least 5, or another agrees.
    """
    candidates = [c for f in found if (c := _candidate(f, zone, earliest_year, now))]
    candidates.sort(key=lambda c: -c.weight)
    if not candidates:
        return Choice(None, "none", ())
    best = candidates[0]
    agreed = any(abs(other.at - best.at) <= AGREEMENT for other in candidates[1:])
    if best.weight >= 8 and agreed:
        confidence = "high"
    elif best.weight >= 5 or agreed:
        confidence = "medium"
    else:
        confidence = "low"
    return Choice(best, confidence, tuple(candidates))


def _candidate(found: Found, zone: tzinfo, earliest_year: int, now: datetime) -> Candidate | None:
    try:
        note = None if found.at.tzinfo else doubt(found.at, zone)
        at = (found.at if found.at.tzinfo else found.at.replace(tzinfo=zone)).astimezone(UTC).replace(microsecond=0)
        year = at.astimezone(zone).year
    except (OverflowError, ValueError):  # within a day of year 1 or 9999
        return None
    ahead = AHEAD if found.at.tzinfo else AHEAD_WITHOUT_ZONE
    if year < earliest_year or at > now + ahead:
        return None
    return Candidate(found.source, at, WEIGHTS[found.source], note)


def doubt(local: datetime, zone: tzinfo) -> str | None:
    """What a change of the clocks does to a local time: "ambiguous" where it came twice (the first is taken),
    "skipped" where it never came (the offset before the change is taken), else None."""
    first, second = local.replace(tzinfo=zone, fold=0), local.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return None
    returned = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    return "ambiguous" if returned == local.replace(tzinfo=None) else "skipped"


def written(text: str, offset: str = "") -> datetime | None:
    """The time that EXIF, QuickTime and containers write ("2024:01:15 12:00:00"), or None where it is no time.

    A zone within `text` counts, else `offset` ("+02:00", "+0200", "Z"); naive where neither gives one.
    """
    match = _WRITTEN.fullmatch(text.replace("\0", " "))
    if not match:
        return None
    try:
        naive = datetime(*(int(part) for part in match.groups()[:6]))  # type: ignore[arg-type]  # noqa: DTZ001
    except ValueError:
        return None
    return naive.replace(tzinfo=utc_offset(match[7] or offset))


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
