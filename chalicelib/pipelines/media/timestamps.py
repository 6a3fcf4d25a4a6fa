"""When a photo or video was taken: wall clock, offset and instant; the believed source, and the confidence in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any

from chalicelib.pipelines.media.clocks import never_set
from chalicelib.pipelines.media.sources import BY_NAME, FILE_SYSTEM, FOLDER, MACHINES, NAME, PLACE, SATELLITES
from chalicelib.pipelines.media.writing import iso, iso_local, iso_offset
from chalicelib.pipelines.media.zones import offset_between, zone_at

AGREEMENT = timedelta(seconds=30)
# A camera's clock has no zone: read in the wrong zone, a photo just taken may seem up to 14 hours ahead.
AHEAD_WITHOUT_ZONE = timedelta(hours=14)
AHEAD = timedelta(minutes=5)
# More than a day, which no zone explains. A name with a date alone stands for the whole day.
CONTRADICTION = {SATELLITES: timedelta(hours=26), NAME: timedelta(hours=50), FOLDER: timedelta(hours=26)}
BETWEEN = "between"


@dataclass(frozen=True)
class Found:
    """A time as a source gives it.

    at: naive where the source names no zone. utc: the source gives an instant, and no clock of the place. date_only: a
    day, `at` its midnight. offset_source: the origin of an aware wall clock's offset.
    """

    source: str
    at: datetime
    utc: bool = False
    date_only: bool = False
    offset_source: str = "exif"


@dataclass(frozen=True)
class Whereabouts:
    """The clocks at the place. zone: the job's, in the absence of a better one. place: degrees."""

    zone: tzinfo
    place: Mapping[str, float] | None = None
    offset: timezone | None = None  # EXIF's, which counts for every time that the camera wrote


@dataclass(frozen=True)
class Candidate:
    """A time that a source gave. at: the instant, in UTC. local: the wall clock, to the microsecond, naive. weight: 0
    where `reason` says why it isn't believed: never_set, future, too_early. reason: contradicts (it takes `high` away).
    note: ambiguous or skipped (a change of the clocks), date_only; between (its neighbours' times)."""

    source: str
    at: datetime
    local: datetime
    offset: timedelta
    offset_source: str
    weight: int
    note: str | None = None
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        said = {key: value for key, value in (("note", self.note), ("reason", self.reason)) if value}
        return {"source": self.source, "time": iso(self.at), "weight": self.weight, **said}


@dataclass(frozen=True)
class Choice:
    """best: None where no time is believed. confidence: high, medium, low or none."""

    best: Candidate | None
    confidence: str
    candidates: tuple[Candidate, ...] = field(default=())


def choose(found: Iterable[Found], where: Whereabouts, earliest_year: int, now: datetime) -> Choice:
    """The heaviest of the believed times; of equals, the first in SOURCES.

    high: it weighs at least 8, another clock agrees within 30 s, and none contradicts. medium: it weighs at least 5, or
    another clock agrees. A clock that was never set is listed and not believed.
    """
    return ranked(candidates(found, where, earliest_year, now))


def candidates(found: Iterable[Found], where: Whereabouts, earliest_year: int, now: datetime) -> list[Candidate]:
    """The candidates, each with its instant, wall clock and offset, and the reason why it isn't believed, if any."""
    times = list(found)
    clocks = _Clocks(where, times)
    return [c for one in times if (c := _candidate(one, clocks, earliest_year, now))]


def ranked(listed: Iterable[Candidate]) -> Choice:
    """The choice among candidates whose own plausibility is settled."""
    ordered = sorted(listed, key=lambda c: (-c.weight, PLACE[c.source]))
    best = ordered[0] if ordered and ordered[0].weight else None
    if best is None:
        return Choice(None, "none", tuple(ordered))
    ordered = [replace(c, reason="contradicts") if _contradicts(c, best) else c for c in ordered]
    doubted = any(c.reason for c in ordered if BY_NAME[c.source].clock != FILE_SYSTEM and c.reason != "too_early")
    agreed = any(_agrees(c, best) for c in ordered)
    if best.weight >= 8 and agreed and not doubted:
        confidence = "high"
    elif best.weight >= 5 or agreed:
        confidence = "medium"
    else:
        confidence = "low"
    return Choice(best, confidence, tuple(ordered))


def times_as_json(choice: Choice) -> dict[str, Any]:
    """A choice as a file's metadata: instant, wall clock, offset and their sources; None where unknown."""
    best = choice.best
    return {
        "detected_timestamp": iso(best.at) if best else None,
        "taken_local": iso_local(best.local) if best else None,
        "utc_offset": iso_offset(best.offset) if best else None,
        "offset_source": best.offset_source if best else None,
        "subsecond": round(best.local.microsecond / 1_000_000, 6) if best and best.local.microsecond else None,
        "timestamp_source": best.source if best else None,
        "confidence": choice.confidence,
        "timestamp_candidates": [candidate.as_json() for candidate in choice.candidates] or None,
    }


def _agrees(other: Candidate, best: Candidate) -> bool:
    if not other.weight or BY_NAME[other.source].clock == BY_NAME[best.source].clock:
        return False
    if "date_only" in (other.note, best.note):
        return False
    return other.note == BETWEEN or abs(other.at - best.at) <= AGREEMENT


def _contradicts(other: Candidate, best: Candidate) -> bool:
    clock = BY_NAME[other.source].clock
    if not other.weight or clock == BY_NAME[best.source].clock or clock not in CONTRADICTION:
        return False
    return abs(other.at - best.at) > CONTRADICTION[clock]


class _Clocks:
    """Finds the offset of a clock without one, by the file's other values."""

    def __init__(self, where: Whereabouts, found: Iterable[Found]) -> None:
        self._where = where
        times = list(found)
        self._satellites = next((f.at for f in times if f.source == "gps" and f.utc), None)
        self._named = next((f.at for f in times if f.source == "filename_datetime" and f.utc), None)
        self._walls = [f.at for f in times if f.source == "filename_datetime" and f.at.tzinfo is None]
        self._zone = zone_at(where.place) if any(f.at.tzinfo is None or f.utc for f in times) else None

    def of_wall(self, wall: datetime) -> tuple[tzinfo, str]:
        """The zone of a wall clock without one, and the source of the zone."""
        if self._where.offset is not None:
            return self._where.offset, "exif"
        by_time = offset_between(wall, self._satellites) if self._satellites else None
        # A camera that kept its home clock on a journey shows another offset than the place has.
        if self._zone is not None and by_time in (None, _offset(wall, self._zone)):
            return self._zone, "gps_position"
        if by_time is not None:
            return by_time, "gps_time"
        if self._named and (by_name := offset_between(wall, self._named)):
            return by_name, "name"
        return self._where.zone, "option"

    def of_instant(self, instant: datetime) -> tuple[tzinfo, str]:
        """The zone in which an instant is shown."""
        if self._where.offset is not None:
            return self._where.offset, "exif"
        if self._zone is not None:
            return self._zone, "gps_position"
        for wall in self._walls:
            offset = offset_between(wall, instant)
            if offset and offset.utcoffset(None):
                return offset, "name"
        return self._where.zone, "option"


def _offset(wall: datetime, zone: tzinfo) -> timezone:
    return timezone(wall.replace(tzinfo=zone).utcoffset() or timedelta())


def _candidate(found: Found, clocks: _Clocks, earliest_year: int, now: datetime) -> Candidate | None:
    note = "date_only" if found.date_only else None
    try:
        if found.at.tzinfo is None:
            zone, offset_source = clocks.of_wall(found.at)
            note = note or doubt(found.at, zone)
            local = found.at.replace(tzinfo=zone)
        elif found.utc:
            zone, offset_source = clocks.of_instant(found.at)
            local = found.at.astimezone(zone)
        else:
            local, offset_source = found.at, found.offset_source
        at, offset = local.astimezone(UTC), local.utcoffset() or timedelta()
        bare = local.replace(tzinfo=None, fold=0)
        reason = _implausible(found, bare, at, earliest_year, now)
    except (OverflowError, ValueError):  # within a day of year 1 or 9999
        return None
    weight = 0 if reason else BY_NAME[found.source].weight
    return Candidate(found.source, at.replace(microsecond=0), bare, offset, offset_source, weight, note, reason)


def _implausible(found: Found, local: datetime, at: datetime, earliest_year: int, now: datetime) -> str | None:
    source = BY_NAME[found.source]
    shown = at.replace(tzinfo=None) if found.utc else local
    if (
        source.clock != NAME
        and not found.date_only
        and never_set(shown, zone_known=not found.utc, machine=source.clock in MACHINES)
    ):
        return "never_set"
    if at > now + (AHEAD_WITHOUT_ZONE if found.at.tzinfo is None else AHEAD):
        return "future"
    return "too_early" if local.year < max(earliest_year, source.earliest or 0) else None


def doubt(local: datetime, zone: tzinfo) -> str | None:
    """The effect of a clock change on a local time: "ambiguous" where it came twice (the first is taken),
    "skipped" where it never came (the offset before the change is taken), else None."""
    first, second = local.replace(tzinfo=zone, fold=0), local.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return None
    returned = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    return "ambiguous" if returned == local.replace(tzinfo=None) else "skipped"
