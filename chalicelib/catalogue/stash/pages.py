"""Reads a server's lists page by page. Scenes are read by keyset, since pages without an order may repeat and skip."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from chalicelib.catalogue.model import Entity, Scene
from chalicelib.catalogue.stash.client import Stash
from chalicelib.catalogue.stash.reading import performer_from, scene_from, studio_from, tag_from

SCENES = 200
IDS = 1000
ENTITIES = 500
"""Scenes of a page: the server's default is 25."""

KINDS: Mapping[str, tuple[str, str, str, Callable[[Mapping[str, Any]], Entity]]] = {
    "performers": ("find_performers", "findPerformers", "performer_filter", performer_from),
    "tags": ("find_tags", "findTags", "tag_filter", tag_from),
    "studios": ("find_studios", "findStudios", "studio_filter", studio_from),
}


def scene_page(stash: Stash, after_id: str | None, since: str | None) -> list[Mapping[str, Any]]:
    """The next scenes by id as the server has them, at most SCENES; none at the end. since: only those updated after
    this cursor."""
    wanted: dict[str, Any] = _above(after_id)
    if since:
        wanted["updated_at"] = {"value": since, "modifier": "GREATER_THAN"}
    found: list[Mapping[str, Any]] = stash.ask("find_scenes", filter=_by_id(SCENES), scene_filter=wanted)["findScenes"][
        "scenes"
    ]
    return found


def scene_ids(stash: Stash) -> Iterator[str]:
    """The ids of all scenes that the server has."""
    last: str | None = None
    while True:
        answer = stash.ask("find_scene_ids", filter=_by_id(IDS), scene_filter=_above(last))
        found = [str(said["id"]) for said in answer["findScenes"]["scenes"]]
        yield from found
        if len(found) < IDS:
            return
        last = found[-1]


def one_scene_said(stash: Stash, scene_id: str) -> Mapping[str, Any] | None:
    """The scene as the server has it; None where it is gone."""
    said: Mapping[str, Any] | None = stash.ask("find_scene", id=scene_id)["findScene"]
    return said or None


def one_scene(stash: Stash, source: str, scene_id: str, now: datetime) -> Scene | None:
    said = one_scene_said(stash, scene_id)
    return scene_from(said, source, now) if said else None


def entities(stash: Stash, kind: str) -> Iterator[Entity]:
    """All performers, tags or studios, in the order of their ids."""
    document, answer_name, _, read = KINDS[kind]
    page, given = 1, 0
    while True:
        ordered = {"per_page": ENTITIES, "page": page, "sort": "id", "direction": "ASC"}
        answer = stash.ask(document, filter=ordered)[answer_name]
        for said in answer[kind]:
            given += 1
            yield read(said)
        if not answer[kind] or given >= answer["count"]:
            return
        page += 1


def _by_id(per_page: int) -> dict[str, Any]:
    return {"per_page": per_page, "page": 1, "sort": "id", "direction": "ASC"}


def _above(scene_id: str | None) -> dict[str, Any]:
    return {} if scene_id is None else {"id": {"value": int(scene_id), "modifier": "GREATER_THAN"}}
