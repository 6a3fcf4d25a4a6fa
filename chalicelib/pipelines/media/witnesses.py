"""A photo's time by its neighbours: those that its camera numbered before and after it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.pipelines.media.filenames import counter
from chalicelib.pipelines.media.sources import BY_NAME
from chalicelib.pipelines.media.timestamps import AGREEMENT, BETWEEN, Candidate

SOURCE = "folder"
NEAR = 50
"""The largest gap between the camera's numbers: beyond it, the counter may have restarted."""
SPAN = timedelta(days=1)
"""The longest time between two neighbours, so that a time between them still identifies the day."""
OFF = timedelta(hours=26)
LEAST_WEIGHT = 5


@dataclass(frozen=True, slots=True)
class Shot:
    """A photo or film as its camera numbered it. sure: its time has high confidence without neighbours."""

    number: int
    series: tuple[str, str, str]
    count: int
    at: datetime
    sure: bool


def shot(number: int, filename: str, metadata: Mapping[str, Any]) -> Shot | None:
    """None without a camera, its counter or a time of its own, as with files from messengers and editors."""
    source, camera = metadata.get("timestamp_source"), metadata.get("camera")
    prefix, count = counter(filename)
    if not camera or count is None or source is None or BY_NAME[source].weight < LEAST_WEIGHT:
        return None
    folder = filename.replace("\\", "/").rpartition("/")[0]
    at = datetime.fromisoformat(metadata["detected_timestamp"])
    return Shot(number, (folder, prefix, camera), count, at, metadata.get("confidence") == "high")


def witnesses(shots: Iterable[Shot]) -> dict[int, Candidate]:
    """By number, the neighbours' evidence about each unsure shot: its time lies between theirs, which confirms it, or
    is more than a day off. Neighbours days apart, or out of order, are no evidence."""
    series: defaultdict[tuple[str, str, str], list[Shot]] = defaultdict(list)
    for one in shots:
        series[one.series].append(one)
    found: dict[int, Candidate] = {}
    for members in series.values():
        for before, one, after in _between_sure(sorted(members, key=lambda shot: (shot.count, shot.number))):
            if not timedelta(0) <= after.at - before.at <= SPAN:
                continue
            nearer = min(before.at, after.at, key=lambda at: abs(at - one.at))
            if before.at - AGREEMENT <= one.at <= after.at + AGREEMENT:
                found[one.number] = _said(nearer, BETWEEN)
            elif abs(nearer - one.at) > OFF:
                found[one.number] = _said(nearer, None)
    return found


def _between_sure(members: list[Shot]) -> Iterator[tuple[Shot, Shot, Shot]]:
    """Each shot that isn't sure, with the nearest sure ones on both sides."""
    after: list[Shot | None] = []
    last: Shot | None = None
    for one in reversed(members):
        after.append(last)
        last = one if one.sure else last
    before: Shot | None = None
    for one, following in zip(members, reversed(after), strict=True):
        if one.sure:
            before = one
        elif before and following and one.count - before.count <= NEAR and following.count - one.count <= NEAR:
            yield before, one, following


def _said(at: datetime, note: str | None) -> Candidate:
    return Candidate(SOURCE, at, at.astimezone(UTC).replace(tzinfo=None), timedelta(), "", BY_NAME[SOURCE].weight, note)
