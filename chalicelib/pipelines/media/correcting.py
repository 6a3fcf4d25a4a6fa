"""An owner's corrections of a photo: when it was taken, and whether it belongs in the zip. The findings are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from chalicelib.pipelines.media.sources import BY_NAME, USER
from chalicelib.pipelines.media.writing import iso, iso_local, iso_offset, utc_offset

CHOICE, CORRECTED, FOUND = "choice", "corrected", "found"
Choice = Literal["keep", "drop"]
EARLIEST, LATEST = 1826, 2100
"""Years that a correction may lead to: the oldest surviving photo is of 1826."""
TIMES = (
    "detected_timestamp", "taken_local", "utc_offset", "offset_source", "subsecond", "timestamp_source", "confidence",
)  # fmt: skip


class OutOfRange(ValueError):
    """A correction leads out of the accepted years."""


@dataclass(frozen=True)
class UserTime:
    """A wall clock, to the microsecond, naive, and its offset from UTC, as the owner states them."""

    local: datetime
    offset: timedelta


@dataclass(frozen=True)
class Correction:
    """shift: added to the wall clock. local: another wall clock. day: the same time of another day. zone: the wall
    clock's, from which its offset follows; offset: the wall clock's, where it is known directly. Any of these, applied
    in this order; none of them takes the owner's earlier correction back."""

    shift: timedelta | None = None
    local: datetime | None = None
    day: date | None = None
    zone: ZoneInfo | None = None
    offset: timedelta | None = None

    @property
    def clears(self) -> bool:
        return self == Correction()


def choice_of(metadata: Mapping[str, Any]) -> Choice | None:
    found: Choice | None = metadata.get(CHOICE)
    return found


def chosen(metadata: Mapping[str, Any], choice: Choice | None) -> dict[str, Any]:
    """The metadata with its owner's decision: `keep` and `drop` override the run's own, None leaves it."""
    others = {key: value for key, value in metadata.items() if key != CHOICE}
    return others | ({CHOICE: choice} if choice else {})


def user_time(metadata: Mapping[str, Any]) -> UserTime | None:
    """The owner's earlier correction; None where there is none."""
    return _time(metadata) if CORRECTED in metadata else None


def without_user(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata as it was found, without the owner's correction of its time."""
    if CORRECTED not in metadata:
        return dict(metadata)
    found = {key: value for key, value in metadata.items() if key not in (*TIMES, CORRECTED)}
    listed = [one for one in metadata.get("timestamp_candidates", ()) if one["source"] != USER]
    found.pop("timestamp_candidates", None)
    return found | dict(metadata[CORRECTED][FOUND]) | ({"timestamp_candidates": listed} if listed else {})


def with_user(metadata: Mapping[str, Any], said: UserTime) -> dict[str, Any]:
    """The metadata with the owner's time, which is believed before any other; what was found stays in `corrected`.
    Raises OutOfRange where it leads out of the accepted years."""
    base = without_user(metadata)
    at = _instant(said)
    told: dict[str, Any] = {
        "detected_timestamp": iso(at),
        "taken_local": iso_local(said.local),
        "utc_offset": iso_offset(said.offset),
        "offset_source": USER,
        "timestamp_source": USER,
        "confidence": "high",
    }
    if said.local.microsecond:
        told["subsecond"] = round(said.local.microsecond / 1_000_000, 6)
    candidate = {"source": USER, "time": iso(at), "weight": BY_NAME[USER].weight}
    return {
        **{key: value for key, value in base.items() if key not in TIMES},
        **told,
        "timestamp_candidates": [candidate, *base.get("timestamp_candidates", ())],
        CORRECTED: {FOUND: {key: base[key] for key in TIMES if key in base}},
    }


def redated(metadata: Mapping[str, Any], correction: Correction, zone: ZoneInfo) -> dict[str, Any] | None:
    """The metadata with a correction of its time, on top of an earlier one; None where it has no time to correct.

    zone: for a wall clock without a known offset. Raises OutOfRange as above.
    """
    if correction.clears:
        return without_user(metadata)
    now = _time(metadata)
    local, offset = (now.local, now.offset) if now else (None, None)
    try:
        if correction.shift is not None and local:
            local += correction.shift
        if correction.local is not None:
            local = correction.local
        if correction.day is not None and local:
            local = datetime.combine(correction.day, local.time())
        elif correction.day is not None:
            local = datetime.combine(correction.day, datetime.min.time())
        if local is None:
            return None
        if correction.offset is not None:
            offset = correction.offset
        elif correction.zone is not None or offset is None:
            offset = _offset(local, correction.zone or zone)
        return with_user(metadata, UserTime(local, offset))
    except OverflowError as error:
        raise OutOfRange from error


def moved_along(metadata: Mapping[str, Any], before: UserTime | None, after: UserTime) -> dict[str, Any]:
    """The metadata of a photo's companion (film, RAW, edit), moved along with the photo. before: the photo's time as it
    was found; without it, or without a time of its own, a companion gets the photo's."""
    own = _time(metadata)
    if own is None or before is None:
        return with_user(metadata, after)
    return with_user(metadata, UserTime(own.local + (after.local - before.local), after.offset))


def found_time(metadata: Mapping[str, Any]) -> UserTime | None:
    """The time as it was found, without the owner's correction."""
    return _time(without_user(metadata))


def _time(metadata: Mapping[str, Any]) -> UserTime | None:
    if not metadata.get("taken_local"):
        return None
    part = min(round(metadata.get("subsecond", 0) * 1_000_000), 999_999)
    local = datetime.fromisoformat(metadata["taken_local"]).replace(microsecond=part)
    zone = utc_offset(metadata.get("utc_offset", "Z"))
    return UserTime(local, (zone.utcoffset(None) if zone else None) or timedelta())


def _offset(local: datetime, zone: ZoneInfo) -> timedelta:
    return local.replace(tzinfo=zone).utcoffset() or timedelta()


def _instant(said: UserTime) -> datetime:
    if not EARLIEST <= said.local.year <= LATEST:
        raise OutOfRange
    return (said.local - said.offset).replace(tzinfo=UTC, microsecond=0)
