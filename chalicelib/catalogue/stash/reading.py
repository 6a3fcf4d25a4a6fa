"""A Stash server's answers as scenes and entities."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from chalicelib.catalogue.dates import period
from chalicelib.catalogue.model import Entity, Marker, Named, Scene, SceneFile

NUMBER = re.compile(r"\d{1,18}", re.ASCII)
LARGEST = 250_000
"""Bytes of a scene as JSON: an item of the table holds 400 kB."""

_scene = TypeAdapter(Scene)


def scenes_from(said: Iterable[Any], source: str, now: datetime) -> tuple[list[Scene], list[tuple[str, str]]]:
    """The scenes of a page, and the ids of those that can't be taken in, each with the reason."""
    found, failed = [], []
    for one in said:
        try:
            found.append(scene_from(one, source, now))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            number = str(one.get("id"))[:64] if isinstance(one, dict) else "?"
            failed.append((number, str(error) if type(error) is ValueError else "It doesn't have the form of a scene."))
    return found, failed


def scene_from(said: Mapping[str, Any], source: str, now: datetime) -> Scene:
    """A scene as the server has it. An invalid date is left out. Lists whose order means nothing are sorted, which
    keeps the digest as long as the scene is the same. Raises ValueError, KeyError, TypeError or AttributeError for data
    that is no scene."""
    if not NUMBER.fullmatch(str(said["id"])):
        raise ValueError("Its id is not a number.")
    scene = Scene(
        id=str(said["id"]),
        source=source,
        title=said.get("title") or None,
        details=said.get("details") or None,
        files=tuple(_file(file, i == 0) for i, file in enumerate(said.get("files") or ())),
        code=said.get("code") or None,
        director=said.get("director") or None,
        urls=tuple(said.get("urls") or ()),
        organized=bool(said.get("organized")),
        rating100=said.get("rating100"),
        scene_date=_date(said.get("date")),
        created_date=_time(said.get("created_at")),
        updated_at=said.get("updated_at"),
        studio=_named(said["studio"]) if said.get("studio") else None,
        performers=_sorted(said.get("performers")),
        tags=_sorted(said.get("tags")),
        groups=_sorted(entry["group"] for entry in said.get("groups") or ()),
        galleries=_sorted({"id": g["id"], "name": g.get("title") or ""} for g in said.get("galleries") or ()),
        markers=tuple(sorted((_marker(m) for m in said.get("scene_markers") or ()), key=lambda m: m.seconds)),
        stash_ids=tuple({"endpoint": i["endpoint"], "stash_id": i["stash_id"]} for i in said.get("stash_ids") or ()),
    )
    return replace(scene, digest=digest(scene), last_synced=now)


def digest(scene: Scene) -> str:
    """A digest of the server's data, without `updated_at`. Raises ValueError where a scene is too large or
    malformed."""
    said = replace(scene, updated_at=None, digest=None, last_synced=None, analyzed=False, absent=False)
    content = _scene.dump_json(said, exclude_defaults=True, warnings=False)
    _scene.validate_json(content)
    if len(content) > LARGEST:
        raise ValueError(f"It has more than {LARGEST:,} bytes of text.")
    return hashlib.sha256(content).hexdigest()[:32]


def performer_from(said: Mapping[str, Any]) -> Entity:
    return Entity(
        str(said["id"]),
        said["name"],
        tuple(said.get("alias_list") or ()),
        said.get("disambiguation") or None,
        ignore_auto_tag=bool(said.get("ignore_auto_tag")),
    )


def tag_from(said: Mapping[str, Any]) -> Entity:
    return Entity(
        str(said["id"]),
        said["name"],
        tuple(said.get("aliases") or ()),
        parents=tuple(str(parent["id"]) for parent in said.get("parents") or ()),
        ignore_auto_tag=bool(said.get("ignore_auto_tag")),
    )


def studio_from(said: Mapping[str, Any]) -> Entity:
    parent = said.get("parent_studio")
    return Entity(
        str(said["id"]),
        said["name"],
        tuple(said.get("aliases") or ()),
        parents=(str(parent["id"]),) if parent else (),
        ignore_auto_tag=bool(said.get("ignore_auto_tag")),
    )


def _file(said: Mapping[str, Any], primary: bool) -> SceneFile:
    prints = {p["type"]: p["value"] for p in said.get("fingerprints") or () if p["type"] in {"oshash", "phash"}}
    return SceneFile(
        path=said["path"],
        primary=primary,
        duration=said.get("duration"),
        width=said.get("width"),
        height=said.get("height"),
        frame_rate=said.get("frame_rate"),
        codec=said.get("video_codec"),
        size=int(said["size"]) if said.get("size") is not None else None,
        fingerprints=prints,
    )


def _marker(said: Mapping[str, Any]) -> Marker:
    tag = said.get("primary_tag")
    return Marker(
        said.get("title") or "", float(said["seconds"]), said.get("end_seconds"), tag["name"] if tag else None
    )


def _named(said: Mapping[str, Any]) -> Named:
    return Named(str(said["id"]), said["name"])


def _sorted(said: Any) -> tuple[Named, ...]:
    return tuple(sorted((_named(one) for one in said or ()), key=lambda named: named.id))


def _date(text: str | None) -> str | None:
    try:
        period(text or "")
    except ValueError:
        return None
    return text


def _time(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
