"""A Stash server in memory, with the traps of the real one: times compared as text, no order unless requested,
pages of 25 by default, no versions."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from graphql import build_schema, graphql_sync

from chalicelib.catalogue.remote import Response

SCHEMA = build_schema((Path(__file__).parent / "stash_schema.graphql").read_text())
KEY = "secret-key"


class StashServer:
    def __init__(self, zone: str = "America/Los_Angeles") -> None:
        self.zone = ZoneInfo(zone)
        self.now = datetime(2025, 12, 28, 8, 0, tzinfo=self.zone)
        self.scenes: dict[str, dict[str, Any]] = {}
        self.kinds: dict[str, dict[str, dict[str, Any]]] = {"performers": {}, "tags": {}, "studios": {}}
        self.requests: list[Mapping[str, Any]] = []
        self.answers: list[Response] = []
        """Replacements for the next answers."""
        self._shuffle = random.Random(5)

    # -- a person's edits

    def add_scene(self, **said: Any) -> str:
        scene_id = str(len(self.scenes) + 1)
        self.scenes[scene_id] = {
            "id": scene_id, "title": f"walk {scene_id}", "code": None, "details": None, "director": None, "urls": [],
            "date": None, "rating100": None, "organized": False, "created_at": self.stamp(), "files": [],
            "studio": None, "performers": [], "tags": [], "groups": [], "galleries": [], "scene_markers": [],
            "stash_ids": [], "updated_at": self.stamp(), **said,
        }  # fmt: skip
        return scene_id

    def touch(self, scene_id: str, **said: Any) -> None:
        self.scenes[scene_id].update(said, updated_at=self.stamp())

    def add(self, kind: str, name: str, **said: Any) -> dict[str, Any]:
        found = self.kinds[kind]
        entity = {
            "id": str(len(found) + 1), "name": name, "aliases": [], "alias_list": [], "disambiguation": None,
            "ignore_auto_tag": False, "updated_at": self.stamp(), "parents": [], "parent_studio": None, **said,
        }  # fmt: skip
        found[entity["id"]] = entity
        return entity

    def stamp(self) -> str:
        return self.now.isoformat()

    def later(self, **by: float) -> None:
        self.now += timedelta(**by)

    # -- requests

    def send(self, body: bytes, headers: Mapping[str, str]) -> Response:
        asked = json.loads(body)
        self.requests.append(asked)
        if self.answers:
            return self.answers.pop(0)
        if headers.get("ApiKey") != KEY:
            return Response(401)
        result = graphql_sync(SCHEMA, asked["query"], root_value=_Root(self), variable_values=asked["variables"])
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = [{"message": error.message} for error in result.errors]
        return Response(200, json.dumps(answer).encode())

    def page(self, rows: list[dict[str, Any]], wanted: Mapping[str, Any] | None) -> list[dict[str, Any]]:
        wanted = wanted or {}
        if "sort" in wanted:
            rows.sort(key=lambda row: int(row["id"]), reverse=wanted.get("direction") == "DESC")
        else:
            self._shuffle.shuffle(rows)
        size = wanted.get("per_page", 25)
        start = (wanted.get("page", 1) - 1) * size
        return rows[start : start + size]


class _Root:
    """Resolvers, named as in the schema."""

    def __init__(self, server: StashServer) -> None:
        self._server = server

    def version(self, _info: Any) -> dict[str, Any]:
        return {"version": "v0.30.0"}

    def findScene(self, _info: Any, id: str) -> dict[str, Any] | None:  # noqa: N802
        return self._server.scenes.get(id)

    def findScenes(self, _info: Any, filter: Any = None, scene_filter: Any = None) -> dict[str, Any]:  # noqa: N802
        wanted = scene_filter or {}
        rows = [
            row
            for row in self._server.scenes.values()
            if ("id" not in wanted or int(row["id"]) > wanted["id"]["value"])
            and ("updated_at" not in wanted or row["updated_at"] > wanted["updated_at"]["value"])  # compared as text
        ]
        return {"count": len(rows), "scenes": self._server.page(rows, filter)}

    def _find(self, kind: str, filter: Any) -> dict[str, Any]:
        rows = list(self._server.kinds[kind].values())
        return {"count": len(rows), kind: self._server.page(rows, filter)}

    def findPerformers(self, _info: Any, filter: Any = None) -> dict[str, Any]:  # noqa: N802
        return self._find("performers", filter)

    def findTags(self, _info: Any, filter: Any = None) -> dict[str, Any]:  # noqa: N802
        return self._find("tags", filter)

    def findStudios(self, _info: Any, filter: Any = None) -> dict[str, Any]:  # noqa: N802
        return self._find("studios", filter)

    def bulkSceneUpdate(self, _info: Any, input: dict[str, Any]) -> list[dict[str, Any]]:  # noqa: N802
        changed = []
        for scene_id in input["ids"]:
            scene = self._server.scenes[scene_id]
            for field, kind in (("performer_ids", "performers"), ("tag_ids", "tags")):
                if field in input:
                    scene[kind] = self._merged(kind, scene[kind], input[field])
            if "studio_id" in input:
                scene["studio"] = self._server.kinds["studios"].get(input["studio_id"])
            for name in ("date", "details", "title", "organized"):
                if name in input:
                    scene[name] = input[name]
            scene["updated_at"] = self._server.stamp()
            changed.append(scene)
        return changed

    def _merged(self, kind: str, there: list[dict[str, Any]], wanted: dict[str, Any]) -> list[dict[str, Any]]:
        named = [self._server.kinds[kind][entity_id] for entity_id in wanted["ids"]]
        match wanted["mode"]:
            case "ADD":
                return there + [one for one in named if one not in there]
            case "REMOVE":
                return [one for one in there if one not in named]
            case _:
                return named

    def sceneMarkerCreate(self, _info: Any, input: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        marker = {"id": "1", "title": input["title"], "seconds": input["seconds"], "end_seconds": None}
        marker["primary_tag"] = self._server.kinds["tags"][input["primary_tag_id"]]
        self._server.scenes[input["scene_id"]]["scene_markers"].append(marker)
        return marker

    def performerCreate(self, _info: Any, input: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return self._server.add("performers", input["name"])

    def tagCreate(self, _info: Any, input: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return self._server.add("tags", input["name"])

    def studioCreate(self, _info: Any, input: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        return self._server.add("studios", input["name"])
