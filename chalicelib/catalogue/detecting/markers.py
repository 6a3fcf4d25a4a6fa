"""Moments that the details list: lines that begin with a time, `12:30 The bridge`."""

from __future__ import annotations

import re

from chalicelib.catalogue.detecting.details import plain_text
from chalicelib.catalogue.detecting.proposal import Proposal
from chalicelib.catalogue.model import Scene

CONFIDENCE = 0.9
NEAR = 1.0
"""Seconds within which an existing marker counts as the same."""
_LINE = re.compile(
    r"^[\s\-*•\[(]*(?:(?P<h>\d{1,2}):)?(?P<m>\d{1,3}):(?P<s>[0-5]\d)[\])]?\s*[-–—:]?\s+(?P<title>\S.{0,199})$",
    re.A | re.M,
)


def detect(scene: Scene) -> list[Proposal]:
    """Markers for the times that the details list. A list with times out of order or beyond the video's end doesn't
    count."""
    found: list[tuple[float, str]] = []
    for match in _LINE.finditer(plain_text(scene.details or "")):
        if match["h"] and int(match["m"]) > 59:
            return []
        seconds = int(match["h"] or 0) * 3600 + int(match["m"]) * 60 + int(match["s"])
        found.append((float(seconds), match["title"].strip()))
    file = scene.primary_file
    length = file.duration if file else None
    if len(found) < 2 or found != sorted(found) or (length and found[-1][0] >= length):
        return []
    there = [marker.seconds for marker in scene.markers]
    return [
        Proposal("markers", "add", {"seconds": seconds, "title": title}, CONFIDENCE, "the details list this time")
        for seconds, title in found
        if not any(abs(seconds - other) <= NEAR for other in there)
    ]
