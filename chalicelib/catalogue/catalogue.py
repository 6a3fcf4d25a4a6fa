"""An owner's catalogue: scenes are found by packed columns and later changes, and read and written one by one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from chalicelib.catalogue.columns import Columns, pack
from chalicelib.catalogue.model import Scene
from chalicelib.catalogue.pending import Pending
from chalicelib.catalogue.ports import CatalogueStore, Change, Entities, Head, PackStore, StaleScene
from chalicelib.catalogue.query import Query

OVERLAP = timedelta(seconds=60)
"""Changes are read again from this long before the last one seen: clocks of writers differ."""
PACK_FROM = 2000
"""The most changed scenes that a search checks one by one; beyond that the columns are repacked."""
OPENED = 8
"""The most owners whose columns a container keeps."""

_entities = TypeAdapter(Entities)


@dataclass(frozen=True)
class Found:
    """A page of scenes. stale: so many scenes changed that the columns should be repacked."""

    scenes: tuple[Scene, ...]
    total: int
    stale: bool


@dataclass(frozen=True)
class Taken:
    """The numbers of created, updated and unchanged scenes. foreign: ids that scenes of another library have; these
    were left as they are."""

    created: int
    updated: int
    skipped: int
    foreign: tuple[str, ...] = ()


@dataclass
class _Opened:
    head: Head
    columns: Columns
    entities: Entities
    changed: Pending = field(default_factory=Pending)
    written: dict[str, datetime] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    newest: datetime | None = None

    def learn(self, change: Change) -> None:
        """Takes a change in, once, in any order."""
        if change.id in self.seen:
            return
        self.seen.add(change.id)
        self.newest = max(change.at, self.newest or change.at)
        for scene_id, scene in change.scenes.items():
            if change.at >= self.written.get(scene_id, change.at):
                self.written[scene_id] = change.at
                self.changed.put(scene_id, scene)


class Catalogue:
    """One for each container: keeps open columns, and reads only later changes."""

    def __init__(
        self, store: CatalogueStore, packs: PackStore, clock: Callable[[], datetime], new_id: Callable[[], str]
    ):
        self._store = store
        self._packs = packs
        self._clock = clock
        self._new_id = new_id
        self._opened: OrderedDict[str, _Opened] = OrderedDict()

    def search(self, owner_id: str, query: Query) -> Found:
        opened = self._open(owner_id)
        page = opened.columns.search(query, opened.changed)
        scenes = self._store.scenes(owner_id, page.ids)
        # A scene written between the two reads is shown as it is now.
        found = tuple(scene for i in page.ids if (scene := scenes.get(i)) is not None)
        return Found(found, page.total, len(opened.changed) > PACK_FROM)

    def ids(self, owner_id: str, query: Query) -> list[str]:
        """The ids of a page of scenes, without reading them."""
        opened = self._open(owner_id)
        return list(opened.columns.search(query, opened.changed).ids)

    def scene(self, owner_id: str, scene_id: str) -> Scene | None:
        return self._store.scene(owner_id, scene_id)

    def scenes(self, owner_id: str, scene_ids: Sequence[str]) -> dict[str, Scene]:
        return self._store.scenes(owner_id, scene_ids)

    def every_scene(self, owner_id: str) -> Iterator[Scene]:
        return self._store.every_scene(owner_id)

    def entities(self, owner_id: str) -> Entities:
        return self._open(owner_id).entities

    def count(self, owner_id: str, kind: str, entity_id: str) -> int:
        """How many scenes name a performer, tag or studio, by the columns and the changes since."""
        opened = self._open(owner_id)
        query = {
            "performer": Query(performer_ids=(entity_id,), per_page=1),
            "tag": Query(tag_ids=(entity_id,), per_page=1),
            "studio": Query(studio_id=entity_id, per_page=1),
        }[kind]
        if not opened.changed:
            return opened.columns.count(f"{kind}:{entity_id}")
        return opened.columns.search(query, opened.changed).total

    def change(self, owner_id: str, scene_id: str, edit: Callable[[Scene], Scene]) -> Scene | None:
        """Applies an edit to the present scene; None where there is none."""
        while (before := self._store.scene(owner_id, scene_id)) is not None:
            after = edit(before)
            if after == before:
                return before
            try:
                self._store.replace(owner_id, before, after, self._clock())
                return after
            except StaleScene:
                continue
        return None

    def change_many(self, owner_id: str, scenes: Sequence[Scene], edit: Callable[[Scene], Scene]) -> None:
        """The same for scenes that were just read; those that have changed since are read again."""
        pairs = [(scene, after) for scene in scenes if (after := edit(scene)) != scene]
        for scene_id in self._store.replace_many(owner_id, pairs, self._clock()) if pairs else ():
            self.change(owner_id, scene_id, edit)

    def take_in(self, owner_id: str, scenes: Sequence[Scene]) -> Taken:
        """Writes a source's scenes. Those with an unchanged digest are skipped. The owner's value that no source knows
        (`analyzed`) stays."""
        before = self._store.scenes(owner_id, [scene.id for scene in scenes])
        writes: list[Scene] = []
        created = skipped = 0
        foreign = []
        for scene in {scene.id: scene for scene in scenes}.values():
            there = before.get(scene.id)
            if there and not _same(there, scene):
                foreign.append(scene.id)
                continue
            if there and there.digest == scene.digest and not there.absent and there.source == scene.source:
                skipped += 1
                continue
            created += there is None
            writes.append(replace(scene, analyzed=there.analyzed if there else scene.analyzed))
        if writes:
            self._store.put(owner_id, writes, self._clock())
        return Taken(created, len(writes) - created, skipped, tuple(foreign))

    def newest_seen(self, owner_id: str, source: str) -> str | None:
        """The newest scene that the last whole sync of a source saw."""
        return self._store.newest_seen(owner_id, source)

    def note_seen(self, owner_id: str, source: str, newest: str | None) -> None:
        self._store.note_seen(owner_id, source, newest)

    def push(self, owner_id: str, source: str) -> Mapping[str, Any] | None:
        """The position of a source's push under way."""
        return self._store.push(owner_id, source)

    def note_push(self, owner_id: str, source: str, state: Mapping[str, Any] | None) -> None:
        self._store.note_push(owner_id, source, state)

    def set_entities(self, owner_id: str, entities: Entities) -> None:
        self.change_entities(owner_id, lambda known: entities)

    def change_entities(self, owner_id: str, change: Callable[[Entities], Entities]) -> None:
        while True:
            head = self._store.head(owner_id)
            known = self._read_entities(owner_id, head)
            if known is None:
                continue
            entities = change(known)
            if entities == known and head.entities:
                return
            name = f"{self._new_id()}.entities"
            self._packs.write(owner_id, name, _entities.dump_json(entities, exclude_defaults=True))
            if self._store.move_head(owner_id, replace(head, entities=name), head):
                if head.entities:
                    self._packs.remove(owner_id, head.entities)
                return

    def keep(self, owner_id: str, content: bytes) -> str:
        """Keeps content for a job; returns its name."""
        name = f"{self._new_id()}.kept"
        self._packs.write(owner_id, name, content)
        return name

    def kept(self, owner_id: str, name: str) -> bytes:
        """Raises KeyError where it is gone."""
        return self._packs.read(owner_id, name)

    def drop(self, owner_id: str, name: str) -> None:
        self._packs.remove(owner_id, name)

    def pack(self, owner_id: str) -> int:
        """Repacks all scenes; returns their number. Another packing that came first wins, and nothing is lost: changes
        are forgotten only where the columns in force contain them."""
        head = self._store.head(owner_id)
        until = self._clock() - OVERLAP  # scenes that are written during the reading stay changes
        scenes = list(self._store.every_scene(owner_id))
        name = f"{self._new_id()}.columns"
        self._packs.write(owner_id, name, pack(scenes))
        if not self._store.move_head(owner_id, replace(head, columns=name, packed_until=until), head):
            self._packs.remove(owner_id, name)
            return len(scenes)
        self._store.forget_changes(owner_id, until - OVERLAP)
        if head.columns:
            self._packs.remove(owner_id, head.columns)
        return len(scenes)

    def _read_entities(self, owner_id: str, head: Head) -> Entities | None:
        """None where they have just been replaced."""
        try:
            return _entities.validate_json(self._packs.read(owner_id, head.entities) if head.entities else b"{}")
        except KeyError:
            return None

    def _open(self, owner_id: str) -> _Opened:
        head = self._store.head(owner_id)
        opened = self._opened.pop(owner_id, None)
        if opened is None or opened.head != head:
            opened = self._read(owner_id, head)
        since = opened.newest - OVERLAP if opened.newest else head.packed_until
        for change in self._store.changes(owner_id, since):
            opened.learn(change)
        self._opened[owner_id] = opened
        while len(self._opened) > OPENED:
            self._opened.popitem(last=False)
        return opened

    def _read(self, owner_id: str, head: Head) -> _Opened:
        for _ in range(3):
            try:
                columns = self._packs.read(owner_id, head.columns) if head.columns else pack([])
                if (entities := self._read_entities(owner_id, head)) is not None:
                    return _Opened(head, Columns(columns), entities)
            except KeyError:  # just repacked
                pass
            head = self._store.head(owner_id)
        raise RuntimeError("the packed columns are gone")


def _same(there: Scene, scene: Scene) -> bool:
    """Whether both are one scene, even where its library is now read over another connection. Equal ids don't suffice:
    each library counts from 1."""
    if there.source == scene.source or (there.created_date and there.created_date == scene.created_date):
        return True
    return not set(there.paths).isdisjoint(scene.paths)
