"""Writes an edit to the server: one mutation for each scene, additions and removals as such, which keeps other people's
changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.catalogue.applying import Edit, called
from chalicelib.catalogue.model import Entity, Named
from chalicelib.catalogue.stash.client import Stash, StashError

CREATE = {"performers": "performer_create", "tags": "tag_create", "studio": "studio_create"}
ANSWER = {"performers": "performerCreate", "tags": "tagCreate", "studio": "studioCreate"}
IDS = {"performers": "performer_ids", "tags": "tag_ids"}


class Names:
    """The ids of names; a name that the server lacks is created, once."""

    def __init__(self, stash: Stash, known: Mapping[str, Sequence[Entity]]) -> None:
        self._stash = stash
        self._ids = {
            (kind, name): entity.id for kind, entities in known.items() for name, entity in called(entities).items()
        }

    def id_of(self, kind: str, named: Named) -> str:
        if named.id:
            return named.id
        key = (kind, named.name.casefold())
        if key not in self._ids:
            answer = self._stash.ask(CREATE[kind], input={"name": named.name})
            self._ids[key] = str(answer[ANSWER[kind]]["id"])
        return self._ids[key]


def write(stash: Stash, names: Names, scene_id: str, edit: Edit, marker_tag: Named | None = None) -> None:
    """Carries an edit out on one scene. Raises StashError; the next reading then shows what was written.

    marker_tag: the tag that the server wants for each marker.
    """
    wanted: dict[str, Any] = {"ids": [scene_id]}
    for mode, entries in (("ADD", edit.add), ("REMOVE", edit.remove)):
        for kind, named in entries.items():
            if IDS[kind] in wanted:
                # The server takes one mode for each field: the other needs a mutation of its own.
                stash.ask("bulk_scene_update", input=wanted)
                wanted = {"ids": [scene_id]}
            wanted[IDS[kind]] = {"ids": [names.id_of(kind, one) for one in named], "mode": mode}
    for name, value in edit.set.items():
        if name == "studio":
            wanted["studio_id"] = names.id_of("studio", value) if value and (value.id or value.name) else None
        else:
            wanted[name] = value
    if len(wanted) > 1:
        stash.ask("bulk_scene_update", input=wanted)
    for marker in edit.markers:
        if marker_tag is None:
            raise StashError("stash_refused", "A marker needs a tag: name one in the analysis.")
        tag_id = names.id_of("tags", marker_tag)
        stash.ask(
            "scene_marker_create",
            input={
                "scene_id": scene_id,
                "title": marker.title,
                "seconds": marker.seconds,
                "primary_tag_id": tag_id,
            },
        )
