"""Brings a server's library into the catalogue: resumable, and the same however often it runs.

Stages: names, scenes by keyset, then, of a full sync, what is missing. Each page is one checkpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.catalogue.catalogue import Catalogue
from chalicelib.catalogue.ports import Entities
from chalicelib.catalogue.stash import pages
from chalicelib.catalogue.stash.client import Stash, StashError
from chalicelib.catalogue.stash.cursor import cursor, newest

LOGGED = 200
"""Scenes whose failure is named in the outcome; the others are counted."""


@dataclass(frozen=True)
class Progress:
    """How far a sync is; a checkpoint. after: the last scene's id. newest_seen: the newest `updated_at`, as it came.
    since: the newest that an earlier sync saw; None for a full sync."""

    stage: str = "names"
    since: str | None = None
    after: str | None = None
    newest_seen: str | None = None
    requests: int = 0
    created: int = 0
    updated: int = 0
    skipped: int = 0
    absent: int = 0
    failed: int = 0
    failures: tuple[str, ...] = ()

    @property
    def outcome(self) -> str:
        """success, or partial where scenes failed."""
        return "partial" if self.failed else "success"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def read(state: Mapping[str, Any] | None) -> Progress:
        state = dict(state or {})
        return Progress(**{**state, "failures": tuple(state.get("failures", ()))})


class Sync:
    """One sync of one connection. note: keeps a checkpoint, and may raise to stop here."""

    def __init__(
        self,
        catalogue: Catalogue,
        stash: Stash,
        owner_id: str,
        source: str,
        clock: Callable[[], datetime],
        note: Callable[[Progress], None],
    ) -> None:
        self._catalogue = catalogue
        self._stash = stash
        self._owner_id = owner_id
        self._source = source
        self._clock = clock
        self._note = note

    def run(self, at: Progress) -> Progress:
        """Goes on from a checkpoint, to the end."""
        if at.stage == "names":
            at = self._names(at)
        if at.stage == "scenes":
            at = self._scenes(at)
        if at.stage == "missing":
            at = self._missing(at)
        return at

    def only(self, scene_ids: list[str], at: Progress) -> Progress:
        """Reads some scenes again, each by itself; one that fails is counted and does not stop the others."""
        for scene_id in scene_ids:
            try:
                scene = pages.one_scene(self._stash, self._source, scene_id, self._clock())
            except StashError as error:
                if error.code != "stash_refused":
                    raise
                at = failed(at, scene_id, error.message)
                continue
            if scene is None:
                self._mark_absent(scene_id)
                at = replace(at, absent=at.absent + 1)
            else:
                at = self._taken_in(at, [scene])
            self._note(at)
        return at

    def _names(self, at: Progress) -> Progress:
        # Names have no cursor: a merge of tags touches neither scenes nor, always, the tag that stays. They are few.
        found = {kind: tuple(pages.entities(self._stash, kind)) for kind in pages.KINDS}
        self._catalogue.set_entities(self._owner_id, Entities(**found))
        return self._noted(replace(at, stage="scenes", newest_seen=at.since))

    def _scenes(self, at: Progress) -> Progress:
        bound = cursor(at.since) if at.since else None
        while True:
            scenes = pages.scene_page(self._stash, self._source, at.after, bound, self._clock())
            if scenes:
                at = self._taken_in(at, scenes)
                seen = newest((scene.updated_at for scene in scenes), at.newest_seen)
                at = self._noted(replace(at, after=scenes[-1].id, newest_seen=seen))
            if len(scenes) < pages.SCENES:
                return self._noted(replace(at, stage="done" if at.since else "missing"))

    def _missing(self, at: Progress) -> Progress:
        """Scenes that are here and were not listed: asked for once more, since the list may have moved while it was
        read, then marked absent. Nothing is deleted."""
        there = set(pages.scene_ids(self._stash))
        here = [
            scene.id
            for scene in self._catalogue.every_scene(self._owner_id)
            if scene.source == self._source and not scene.absent and scene.id not in there
        ]
        return self._noted(replace(self.only(here, at), stage="done"))

    def _taken_in(self, at: Progress, scenes: list[Any]) -> Progress:
        counted = self._catalogue.take_in(self._owner_id, scenes)
        return replace(
            at,
            created=at.created + counted["created"],
            updated=at.updated + counted["updated"],
            skipped=at.skipped + counted["skipped"],
        )

    def _mark_absent(self, scene_id: str) -> None:
        self._catalogue.change(self._owner_id, scene_id, lambda scene: replace(scene, absent=True))

    def _noted(self, at: Progress) -> Progress:
        at = replace(at, requests=at.requests + self._stash.requests)
        self._stash.requests = 0
        self._note(at)
        return at


def failed(at: Progress, scene_id: str, message: str) -> Progress:
    named = (*at.failures, f"{scene_id}: {message}")[:LOGGED]
    return replace(at, failed=at.failed + 1, failures=named)
