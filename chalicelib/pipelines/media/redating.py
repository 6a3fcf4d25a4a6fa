"""Metadata that sidecars and neighbours add to a photo's own, once the run knows which photos they belong to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.pipelines.media.correcting import without_user
from chalicelib.pipelines.media.options import Options
from chalicelib.pipelines.media.sidecars import found
from chalicelib.pipelines.media.sources import RUN_SOURCES
from chalicelib.pipelines.media.timestamps import Candidate, Whereabouts, candidates, ranked, times_as_json
from chalicelib.pipelines.media.writing import utc_offset
from chalicelib.pipelines.media.zones import zone_at

INSPECTED = "inspected"
ADDED = ("group", "group_role", "group_roles", "people", "albums", "title", "description", INSPECTED)
# A camera's wall clock; the other times for which the option's zone was used are instants, shown in it.
_WALL = ("exif_", "xmp_", "iptc_", "filename_date")
_ANY_TIME = datetime(9999, 1, 1, tzinfo=UTC)


def as_inspected(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The metadata before a run added to it and its owner corrected it, so that a step that runs again starts from the
    same."""
    metadata = without_user(metadata)
    own = {key: value for key, value in metadata.items() if key not in ADDED}
    before = metadata.get(INSPECTED)
    if not before:
        return own
    own = {key: value for key, value in own.items() if key not in _CHANGING} | before
    return {key: value for key, value in own.items() if value is not None}


_CHANGING = (
    "detected_timestamp", "taken_local", "utc_offset", "offset_source", "subsecond", "timestamp_source", "confidence",
    "timestamp_candidates", "gps",
)  # fmt: skip


def redated(
    metadata: Mapping[str, Any],
    said: Sequence[Mapping[str, Any]],
    options: Options,
    witness: Candidate | None = None,
) -> dict[str, Any]:
    """The metadata with times, place, people and texts of its sidecars, and the evidence of its folder's other photos
    about its time; the findings of inspection stay in `inspected`."""
    own = as_inspected(metadata)
    place = own.get("gps") or next((s["gps"] for s in said if s.get("gps")), None)
    texts = {
        "title": next((s["title"] for s in said if s.get("title")), None),
        "description": next((s["description"] for s in said if s.get("description")), None),
        "people": list(dict.fromkeys(name for s in said for name in s.get("people", ())))[:20] or None,
    }
    before = _candidates(own)
    if place and "gps" not in own:
        before = [_moved(c, place) if c.offset_source == "option" else c for c in before]
    times = [one for s in said if (one := found(s))]
    where = Whereabouts(
        options.zone, place, utc_offset(own["utc_offset"]) if own.get("offset_source") == "exif" else None
    )
    added = candidates(times, where, options.earliest_year, _ANY_TIME)
    if witness:
        added.append(witness)
    changed = {**own, "gps": place, **texts}
    if added or before != _candidates(own):
        changed |= times_as_json(ranked([*before, *added]))
    kept = {key: own.get(key) for key in _CHANGING if own.get(key) != changed.get(key)}
    changed = {key: value for key, value in changed.items() if value is not None}
    return changed | ({INSPECTED: kept} if kept else {})


def tags_of(said: Iterable[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(tag for words in said for tag in words.get("tags", ())))


def _candidates(own: Mapping[str, Any]) -> list[Candidate]:
    """The candidates of inspection. Of all but the believed one only the instant is known; they can't be chosen."""
    listed = []
    for said in own.get("timestamp_candidates", ()):
        if said["source"] in RUN_SOURCES:
            continue
        at = datetime.fromisoformat(said["time"])
        best = said["source"] == own.get("timestamp_source") and said["time"] == own.get("detected_timestamp")
        local, offset = at.replace(tzinfo=None), timedelta()
        if best:
            local = datetime.fromisoformat(own["taken_local"]).replace(
                microsecond=min(round(own.get("subsecond", 0) * 1_000_000), 999_999)
            )
            zone = utc_offset(own["utc_offset"])
            offset = (zone.utcoffset(None) if zone else None) or timedelta()
        known_from = own["offset_source"] if best else ""
        reason = said.get("reason")
        reason = None if reason == "contradicts" else reason
        listed.append(
            Candidate(said["source"], at, local, offset, known_from, said["weight"], said.get("note"), reason)
        )
    return listed


def _moved(candidate: Candidate, place: Mapping[str, float]) -> Candidate:
    """The same clock, or the same instant, in the zone of a place that only a sidecar knows."""
    zone = zone_at(place)
    if zone is None:
        return candidate
    if candidate.source.startswith(_WALL):
        local = candidate.local.replace(tzinfo=zone)
        at = local.astimezone(UTC)
    else:
        at = candidate.at
        local = at.astimezone(zone).replace(microsecond=candidate.local.microsecond)
    offset = local.utcoffset() or timedelta()
    return Candidate(
        candidate.source,
        at.replace(microsecond=0),
        local.replace(tzinfo=None),
        offset,
        "gps_position",
        candidate.weight,
        candidate.note,
        candidate.reason,
    )
