"""Pushes: a library that is read elsewhere, where its server can be reached, and sent here page by page.

The rules are those of a sync: unchanged scenes are skipped, nothing is deleted, and scenes that a complete push didn't
list are marked as absent at its end. A push's position is stored here, so that any machine can resume it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from chalicelib.catalogue.catalogue import Catalogue
from chalicelib.catalogue.model import Entity
from chalicelib.catalogue.ports import Entities
from chalicelib.catalogue.stash.cursor import cursor
from chalicelib.catalogue.stash.pages import KINDS
from chalicelib.catalogue.stash.reading import NUMBER
from chalicelib.catalogue.syncing import Progress, mark_absent, taken_in

MOST_NAMES = 100_000
_form = TypeAdapter(Entity)
_SPANS = re.compile(r"(?:\d{1,18}(?:-\d{1,18})?(?:,\d{1,18}(?:-\d{1,18})?)*)?", re.ASCII)


class NoSuchPush(Exception):
    """No push of this source is under way."""


class Ids:
    """Numbers of a library as text: `1-5000,5002`. Raises ValueError for anything else."""

    def __init__(self, text: str) -> None:
        if not _SPANS.fullmatch(text):
            raise ValueError("ids are written like 1-5000,5002")
        ends = [part.partition("-") for part in text.split(",") if part]
        spans = sorted((int(first), int(last or first)) for first, _, last in ends)
        self._firsts = [first for first, _ in spans]
        self._lasts: list[int] = []
        for _, last in spans:
            self._lasts.append(max(last, self._lasts[-1] if self._lasts else last))

    def __contains__(self, number: str) -> bool:
        if not (number.isascii() and number.isdigit()):
            return False
        i = bisect_right(self._firsts, int(number)) - 1
        return i >= 0 and int(number) <= self._lasts[i]


class Pushing:
    """Pushes of one owner each, one of a source at a time."""

    def __init__(self, catalogue: Catalogue, clock: Callable[[], datetime]) -> None:
        self._catalogue = catalogue
        self._clock = clock

    def under_way(self, owner_id: str, source: str) -> Progress:
        """Raises NoSuchPush."""
        state = self._catalogue.push(owner_id, source)
        if state is None:
            raise NoSuchPush(source)
        return Progress.read(state)

    def begin(self, owner_id: str, source: str, *, incremental: bool) -> Progress:
        """The push of this kind that is under way, or else a new one. The first is always whole."""
        state = self._catalogue.push(owner_id, source)
        there = Progress.read(state) if state else None
        since = self._catalogue.newest_seen(owner_id, source) if incremental else None
        if there is not None and (there.since is None) == (since is None):
            return there
        new = Progress(stage="scenes", began=self._clock().isoformat(), since=since, newest_seen=since)
        self._catalogue.note_push(owner_id, source, new.as_json())
        return new

    def bound(self, at: Progress) -> str | None:
        """The moment from which an incremental push asks its server for updates."""
        return cursor(at.since) if at.since else None

    def page(
        self,
        owner_id: str,
        source: str,
        behind: str | None,
        scenes: Sequence[Mapping[str, Any]],
        names: Mapping[str, Sequence[Mapping[str, Any]]],
    ) -> Progress:
        """Takes a page in: scenes in the order of their ids, all behind one id. A page that comes again changes
        nothing, and isn't counted. Raises NoSuchPush; ValueError for invalid names."""
        at = self.under_way(owner_id, source)
        if any(names.values()):
            self._learn(owner_id, names)
        if not scenes:
            return at
        after = taken_in(self._catalogue, owner_id, source, at, scenes, self._clock())
        if at.after != behind:
            return at
        numbers = [number for scene in scenes if NUMBER.fullmatch(number := str(scene.get("id")))]
        after = replace(after, after=numbers[-1] if numbers else at.after, requests=at.requests + 1)
        self._catalogue.note_push(owner_id, source, after.as_json())
        return after

    def _learn(self, owner_id: str, names: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        read = {kind: [_entity(KINDS[kind][3], said) for said in some] for kind, some in names.items()}

        def merged(known: Entities) -> Entities:
            found = {}
            for kind, some in read.items():
                by_id = {entity.id: entity for entity in (*getattr(known, kind), *some)}
                if len(by_id) > MOST_NAMES:
                    raise ValueError(f"a library has at most {MOST_NAMES:,} {kind}")
                found[kind] = tuple(by_id.values())
            return Entities(**found)

        self._catalogue.change_entities(owner_id, merged)

    def finish(self, owner_id: str, source: str, listed: str | None, names: Mapping[str, str]) -> Progress:
        """Forgets the names that the library no longer has, marks the scenes of a whole push that it didn't list, and
        returns the outcome of the push; packing is left to the caller. A repeated call changes nothing. Raises
        NoSuchPush."""
        at = self.under_way(owner_id, source)
        kept = {kind: Ids(text) for kind, text in names.items()}
        self._catalogue.change_entities(
            owner_id,
            lambda known: Entities(**{k: tuple(e for e in getattr(known, k) if e.id in kept[k]) for k in KINDS}),
        )
        if listed is not None and at.since is None:
            there = Ids(listed)
            for scene in self._catalogue.every_scene(owner_id):
                if scene.source == source and not scene.absent and scene.id not in there:
                    mark_absent(self._catalogue, owner_id, scene.id)
                    at = replace(at, absent=at.absent + 1)
        return replace(at, stage="done")

    def close(self, owner_id: str, source: str, at: Progress) -> None:
        self._catalogue.note_seen(owner_id, source, at.seen_by(self._clock()))
        self._catalogue.note_push(owner_id, source, None)


def _entity(read: Callable[[Mapping[str, Any]], Entity], said: Mapping[str, Any]) -> Entity:
    try:
        return _form.validate_json(_form.dump_json(read(said), warnings=False))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ValueError("a name is not in the form that its server gives it") from None
