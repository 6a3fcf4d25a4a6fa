"""Files that describe a photo beside them: XMP, Apple's AAE, Google Takeout's JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from chalicelib.files.source import SourceFile
from chalicelib.pipelines.base import Inspection, UnreadableFile
from chalicelib.pipelines.media import xmp
from chalicelib.pipelines.media.facts import place, text
from chalicelib.pipelines.media.timestamps import Found

NAMES = (".xmp", ".aae", ".json")
LARGEST = 16 * 1024 * 1024
TYPES = {".xmp": "application/rdf+xml", ".aae": "application/x-apple-adjustments", ".json": "application/json"}


def is_sidecar(filename: str) -> bool:
    return filename.lower().endswith(NAMES)


def inspect(file: SourceFile) -> Inspection:
    """A sidecar's content, as metadata `sidecar`: {"kind": xmp, aae, takeout or album, …}. The run finds the photo that
    it belongs to.

    Raises UnreadableFile: too_large, unreadable, content_mismatch (a JSON that isn't Takeout's).
    """
    extension = next(name for name in NAMES if file.name.lower().endswith(name))
    if file.size > LARGEST:
        raise UnreadableFile("too_large", f"A sidecar may have at most {LARGEST // 1024 // 1024} MiB.")
    file.load()
    content = file.open().read()
    said = {".xmp": _xmp, ".aae": _aae, ".json": _takeout}[extension](content)
    return Inspection(TYPES[extension], {"sidecar": {key: value for key, value in said.items() if value}})


def found(said: Mapping[str, Any]) -> Found | None:
    """The time that a sidecar's metadata gives."""
    if "time" not in said:
        return None
    source = "takeout" if said["kind"] == "takeout" else "xmp_sidecar"
    at = datetime.fromisoformat(said["time"])
    return Found(source, at, bool(said.get("utc")), bool(said.get("date_only")), offset_source=source)


def _xmp(content: bytes) -> dict[str, Any]:
    try:
        said = xmp.read(content, LARGEST)
    except xmp.Unsound as why:
        raise UnreadableFile("unreadable", f"The XMP is damaged: {why}.") from None
    best = next(iter(said.times), None)
    return {
        "kind": "xmp",
        "time": best.at.isoformat() if best else None,
        "utc": bool(best and best.utc),
        "date_only": bool(best and best.date_only),
        "gps": said.gps,
        "title": said.title,
        "description": said.description,
        "tags": list(said.tags),
        "people": list(said.people),
    }


def _aae(content: bytes) -> dict[str, Any]:
    """A property list of edits, which only Apple's programs can use: it goes into the zip as it is."""
    if not content.lstrip().startswith((b"<?xml", b"bplist00")):
        raise UnreadableFile("content_mismatch", "The content isn't a property list, so this isn't an AAE file.")
    return {"kind": "aae"}


def _takeout(content: bytes) -> dict[str, Any]:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        raise UnreadableFile("unreadable", "The file isn't valid JSON.") from None
    if not isinstance(said, dict) or not isinstance(said.get("title"), str):
        raise UnreadableFile("content_mismatch", "The JSON isn't one that Google Takeout writes beside photos.")
    title, description = text(said["title"])[:200], text(said.get("description"))[:500]
    taken = said.get("photoTakenTime")
    if not isinstance(taken, dict):
        # The one of an album has a title, and neither a photo's time nor its address.
        if "url" in said or not title:
            raise UnreadableFile("content_mismatch", "The JSON isn't one that Google Takeout writes beside photos.")
        return {"kind": "album", "title": title}
    at = _epoch(taken.get("timestamp"))
    people = said.get("people")
    names = [text(p.get("name"))[:60] for p in people if isinstance(p, dict)] if isinstance(people, list) else []
    return {
        "kind": "takeout",
        "for": title,
        "time": at.isoformat() if at else None,
        "utc": True,
        "gps": _geo(said.get("geoDataExif")) or _geo(said.get("geoData")),
        "description": description,
        "people": [name for name in names if name][:20],
    }


def _epoch(value: object) -> datetime | None:
    try:
        seconds = int(value)  # type: ignore[call-overload]  # a TypeError is caught
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def _geo(value: object) -> dict[str, float] | None:
    if not isinstance(value, dict):
        return None
    numbers = [value.get(key) for key in ("latitude", "longitude", "altitude")]
    latitude, longitude, altitude = (
        float(n) if isinstance(n, int | float) and not isinstance(n, bool) and abs(n) < 1e6 else None for n in numbers
    )
    return place(latitude, longitude, altitude or None)
