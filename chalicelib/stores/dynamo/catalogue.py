"""Scenes in DynamoDB, and the packed columns in S3.

`CAT#{owner}#{shard}` / `SCENE#{id}` is the truth; `CAT#{owner}` holds `HEAD`, `SOURCE#{source}` and
`CHANGED#{time}#{id}`, which goes with the next packing but one.
A page of 100 scenes costs their own writes and one change row.

IAM: as chalicelib.stores.dynamo, s3:GetObject, s3:PutObject, s3:DeleteObject on catalogue/.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from pydantic import TypeAdapter

from chalicelib.catalogue.model import Scene
from chalicelib.catalogue.ports import Change, Head, StaleScene
from chalicelib.jobs.errors import ObjectMissing
from chalicelib.jobs.ports.outside import NewId, ObjectStore
from chalicelib.stores.dynamo.table import ConditionFailed, Item, Key, NewItem, Table, Write, timestamp

SHARDS = 16
READ_AT_ONCE = 100
CHANGE_SCENES, CHANGE_BYTES = 100, 300_000
KEPT = timedelta(days=2)
"""The time for which a change outlives its packing, for searches with older columns."""
ROOT = "catalogue/"

_scene = TypeAdapter(Scene)
_scenes = TypeAdapter(dict[str, Scene | None])


class CatalogueTable:
    """Fulfils chalicelib.catalogue.ports.CatalogueStore."""

    def __init__(self, table: Table, new_id: NewId) -> None:
        self._table = table
        self._new_id = new_id

    def scene(self, owner_id: str, scene_id: str) -> Scene | None:
        item = self._table.get(scene_key(owner_id, scene_id))
        return _scene_from(item) if item else None

    def scenes(self, owner_id: str, scene_ids: Sequence[str]) -> dict[str, Scene]:
        found: dict[str, Scene] = {}
        for some in batched(dict.fromkeys(scene_ids), READ_AT_ONCE):
            for item in self._table.get_many([scene_key(owner_id, scene_id) for scene_id in some]):
                scene = _scene_from(item)
                found[scene.id] = scene
        return found

    def every_scene(self, owner_id: str) -> Iterator[Scene]:
        for shard in range(SHARDS):
            for item in self._table.query(f"CAT#{owner_id}#{shard:x}", consistent=False):
                yield _scene_from(item)

    def put(self, owner_id: str, scenes: Sequence[Scene], now: datetime) -> None:
        for some in _batches(scenes):
            self._table.put(self._change(owner_id, some, now))
            self._table.put_many([_item(owner_id, scene) for scene in some])

    def replace(self, owner_id: str, before: Scene, after: Scene, now: datetime) -> None:
        write = Write(scene_key(owner_id, after.id)).set(scene=_packed(after)).where_equal(scene=_packed(before))
        change = self._change(owner_id, [after], now)
        try:
            self._table.transact([write, NewItem((change["PK"], change["SK"]), change)])
        except ConditionFailed:
            raise StaleScene(after.id) from None

    def replace_many(self, owner_id: str, scenes: Sequence[tuple[Scene, Scene]], now: datetime) -> list[str]:
        before = {after.id: _packed(earlier) for earlier, after in scenes}
        stale: list[str] = []
        for some in _batches([after for _, after in scenes]):
            self._table.put(self._change(owner_id, some, now))
            for after in some:
                write = Write(scene_key(owner_id, after.id)).set(scene=_packed(after))
                try:
                    self._table.write(write.where_equal(scene=before[after.id]))
                except ConditionFailed:
                    stale.append(after.id)
        if stale:
            # The change is wrong about them: a later one has their state.
            there = self.scenes(owner_id, stale)
            for some in _batches(list(there.values())):
                self._table.put(self._change(owner_id, some, now + timedelta(microseconds=1)))
        return stale

    def head(self, owner_id: str) -> Head:
        item = self._table.get(head_key(owner_id)) or {}
        until = item.get("packed_until")
        return Head(
            version=int(item.get("version", 0)),
            columns=item.get("columns"),
            entities=item.get("entities"),
            packed_until=datetime.fromisoformat(until) if until else None,
        )

    def move_head(self, owner_id: str, head: Head, instead_of: Head) -> bool:
        write = Write(head_key(owner_id)).set(
            version=instead_of.version + 1,
            columns=head.columns,
            entities=head.entities,
            packed_until=head.packed_until,
        )
        try:
            self._table.write(write.where_equal(version=instead_of.version or None))
        except ConditionFailed:
            return False
        return True

    def changes(self, owner_id: str, since: datetime | None) -> list[Change]:
        first = f"CHANGED#{timestamp(since)}" if since else "CHANGED#"
        found = []
        for item in self._table.query(
            f"CAT#{owner_id}",
            "#range BETWEEN :first AND :last",
            {":first": first, ":last": "CHANGED#~"},
            consistent=False,
        ):
            _, at, change_id = item["SK"].split("#")
            scenes = _scenes.validate_json(zlib.decompress(item["scenes"]))
            found.append(Change(datetime.fromisoformat(at), change_id, scenes))
        return found

    def forget_changes(self, owner_id: str, until: datetime) -> None:
        bounds = {":first": "CHANGED#", ":last": f"CHANGED#{timestamp(until)}"}
        found = self._table.query(f"CAT#{owner_id}", "#range BETWEEN :first AND :last", bounds)
        self._table.delete_many([(item["PK"], item["SK"]) for item in found])

    def newest_seen(self, owner_id: str, source: str) -> str | None:
        found = (self._table.get(source_key(owner_id, source)) or {}).get("newest_seen")
        return str(found) if found else None

    def note_seen(self, owner_id: str, source: str, newest: str | None) -> None:
        self._table.write(Write(source_key(owner_id, source)).set(newest_seen=newest))

    def push(self, owner_id: str, source: str) -> Mapping[str, Any] | None:
        found = (self._table.get(source_key(owner_id, source)) or {}).get("push")
        state: Mapping[str, Any] | None = json.loads(found) if found else None
        return state

    def note_push(self, owner_id: str, source: str, state: Mapping[str, Any] | None) -> None:
        text = json.dumps(state) if state is not None else None
        self._table.write(Write(source_key(owner_id, source)).set(push=text))

    def _change(self, owner_id: str, scenes: Sequence[Scene], now: datetime) -> Item:
        packed = zlib.compress(_scenes.dump_json({scene.id: scene for scene in scenes}, exclude_defaults=True), 6)
        return {"PK": f"CAT#{owner_id}", "SK": f"CHANGED#{timestamp(now)}#{self._new_id()}", "scenes": packed}


class CatalogueObjects:
    """Fulfils chalicelib.catalogue.ports.PackStore."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    def read(self, owner_id: str, name: str) -> bytes:
        key = f"{ROOT}{owner_id}/{name}"
        try:
            size = self._objects.stat(key).size
            return b"".join(self._objects.stream(key, 0, size)) if size else b""
        except ObjectMissing:
            raise KeyError(name) from None

    def write(self, owner_id: str, name: str, content: bytes) -> None:
        self._objects.put(f"{ROOT}{owner_id}/{name}", content, "application/octet-stream")

    def remove(self, owner_id: str, name: str) -> None:
        self._objects.delete([f"{ROOT}{owner_id}/{name}"])


def _batches(scenes: Sequence[Scene]) -> Iterator[list[Scene]]:
    """Scenes of one change: bounded in number, and in bytes even where nothing can be compressed."""
    batch: list[Scene] = []
    size = 0
    for scene in scenes:
        length = len(_packed(scene).encode())
        if batch and (len(batch) == CHANGE_SCENES or size + length > CHANGE_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(scene)
        size += length
    if batch:
        yield batch


def scene_key(owner_id: str, scene_id: str) -> Key:
    return f"CAT#{owner_id}#{zlib.crc32(scene_id.encode()) % SHARDS:x}", f"SCENE#{scene_id}"


def head_key(owner_id: str) -> Key:
    return f"CAT#{owner_id}", "HEAD"


def source_key(owner_id: str, source: str) -> Key:
    return f"CAT#{owner_id}", f"SOURCE#{source}"


def _item(owner_id: str, scene: Scene) -> Item:
    partition, sort = scene_key(owner_id, scene.id)
    return {"PK": partition, "SK": sort, "scene": _packed(scene)}


def _packed(scene: Scene) -> str:
    return _scene.dump_json(scene, exclude_defaults=True).decode()


def _scene_from(item: Item) -> Scene:
    return _scene.validate_json(item["scene"])
