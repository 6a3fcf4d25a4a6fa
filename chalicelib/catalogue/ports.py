"""The ports of the catalogue; fulfilled by stores, and by fakes in tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from chalicelib.catalogue.ai.client import ModelServer
from chalicelib.catalogue.model import Entity, Scene
from chalicelib.catalogue.plans import Change as PlannedChange
from chalicelib.catalogue.plans import Plan, PlanStatus
from chalicelib.catalogue.stash.client import Stash


class StaleScene(Exception):
    """The scene has been written by another writer since it was read."""


@dataclass(frozen=True)
class Head:
    """The packed columns in force. columns, entities: the names of objects, None before the first. packed_until:
    changes up to then are in the columns. version: of the head itself."""

    version: int = 0
    columns: str | None = None
    entities: str | None = None
    packed_until: datetime | None = None


@dataclass(frozen=True)
class Change:
    """Scenes that were written together, as they were then; None: removed."""

    at: datetime
    id: str
    scenes: Mapping[str, Scene | None]


@dataclass(frozen=True)
class Entities:
    """The names of a library."""

    performers: tuple[Entity, ...] = ()
    tags: tuple[Entity, ...] = ()
    studios: tuple[Entity, ...] = field(default=())


class CatalogueStore(Protocol):
    """One owner's scenes. Every write leaves a change, so that a search sees it at once."""

    def scene(self, owner_id: str, scene_id: str) -> Scene | None: ...

    def scenes(self, owner_id: str, scene_ids: Sequence[str]) -> dict[str, Scene]:
        """The existing scenes among any number of ids."""

    def every_scene(self, owner_id: str) -> Iterator[Scene]:
        """All scenes, in no order."""

    def put(self, owner_id: str, scenes: Sequence[Scene], now: datetime) -> None:
        """Writes a source's scenes over any earlier ones. The change is written first, so that an interrupted page
        still differs, and is written again with its next push."""

    def replace(self, owner_id: str, before: Scene, after: Scene, now: datetime) -> None:
        """Writes a scene and its change in one transaction. Raises StaleScene unless the scene still is as in
        `before`."""

    def replace_many(self, owner_id: str, scenes: Sequence[tuple[Scene, Scene]], now: datetime) -> list[str]:
        """The same for many, (before, after) each, with a change for about a hundred of them. Returns the ids of scenes
        that were no longer as before, which stay as they are."""

    def head(self, owner_id: str) -> Head: ...

    def move_head(self, owner_id: str, head: Head, instead_of: Head) -> bool:
        """False where another move came first."""

    def changes(self, owner_id: str, since: datetime | None) -> list[Change]:
        """Changes after `since`, in order."""

    def forget_changes(self, owner_id: str, until: datetime) -> None: ...

    def newest_seen(self, owner_id: str, source: str) -> str | None: ...

    def note_seen(self, owner_id: str, source: str, newest: str | None) -> None: ...

    def push(self, owner_id: str, source: str) -> Mapping[str, Any] | None:
        """The position of this source's push; None where none is under way."""

    def note_push(self, owner_id: str, source: str, state: Mapping[str, Any] | None) -> None: ...


class PackStore(Protocol):
    """Objects of the catalogue."""

    def read(self, owner_id: str, name: str) -> bytes:
        """KeyError where it is gone."""

    def write(self, owner_id: str, name: str, content: bytes) -> None: ...

    def remove(self, owner_id: str, name: str) -> None: ...


class PlanStore(Protocol):
    """Plans and their changes; those of one scene are written together."""

    def create(self, plan: Plan) -> bool:
        """False where there is a plan of that id."""

    def plan(self, owner_id: str, plan_id: str) -> Plan | None: ...

    def plans(self, owner_id: str, status: PlanStatus | None) -> list[Plan]:
        """Newest first."""

    def replace(self, before: Plan, after: Plan) -> Plan | None:
        """None where the plan is no longer as in `before`."""

    def put_changes(self, plan_id: str, changes: Sequence[tuple[str, Sequence[PlannedChange]]]) -> None:
        """Stores changes by scenes, and replaces earlier ones of the same scenes."""

    def changes(self, plan_id: str, after: str | None = None) -> Iterator[tuple[str, tuple[PlannedChange, ...]]]:
        """Changes scene by scene, in the order of the scenes' ids, after `after`."""

    def changes_of_scene(self, plan_id: str, scene_id: str) -> tuple[PlannedChange, ...]: ...


class Connections(Protocol):
    """The owner's connections to other servers."""

    def stash(self, owner_id: str, connection_id: str) -> Stash:
        """A client of one of them. Raises KeyError where the owner has none of that id."""

    def models(self, owner_id: str, connection_id: str) -> ModelServer:
        """The same for a server of language models."""

    def screenshot(self, owner_id: str, connection_id: str, scene_id: str) -> bytes | None:
        """The picture that a Stash server shows of a scene; None where there is none."""
