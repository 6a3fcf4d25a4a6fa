"""Brings a server's library into the catalogue: resumable, and with the same outcome when repeated.

Stages: names, scenes by keyset, then, in a full sync, missing scenes. Each page is one checkpoint.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.catalogue.catalogue import Catalogue
from chalicelib.catalogue.ports import Entities
from chalicelib.catalogue.stash import pages
from chalicelib.catalogue.stash.client import Stash, StashError
from chalicelib.catalogue.stash.cursor import cursor, newest
from chalicelib.catalogue.stash.reading import scenes_from

FOREIGN = "Another library has a scene with this id: a catalogue holds one of each id."
LONGEST = timedelta(hours=1)
"""A sync that took no longer than this has missed nothing that the cursor's two hours don't cover."""
LOGGED, LONGEST_FAILURE = 50, 200
"""The most failures that the outcome names, and the letters of each; others are counted: a checkpoint is small."""


@dataclass(frozen=True)
class Progress:
    """The position of a sync; a checkpoint. began: by our clock. after: the last scene's id. newest_seen: the newest
    `updated_at`, as it came. since: the newest that an earlier sync saw; None for a full sync."""

    stage: str = "names"
    began: str | None = None
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

    def seen_by(self, now: datetime) -> str | None:
        """The time from which the next sync continues. A sync that was interrupted for long may have missed changes:
        then the next one begins where this one did."""
        long = self.began is None or now - datetime.fromisoformat(self.began) > LONGEST
        return self.since if long else self.newest_seen

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
        """Continues from a checkpoint, to the end."""
        if at.stage == "names":
            at = self._names(at)
        if at.stage == "scenes":
            at = self._scenes(at)
        if at.stage == "missing":
            at = self._missing(at)
        return at

    def only(self, scene_ids: list[str], at: Progress) -> Progress:
        """Reads some scenes again, each by itself; a failure is counted and does not stop the others."""
        for scene_id in scene_ids:
            try:
                said = pages.one_scene_said(self._stash, scene_id)
            except StashError as error:
                if error.code != "stash_refused":
                    raise
                at = failed(at, scene_id, error.message)
                continue
            if said is None:
                mark_absent(self._catalogue, self._owner_id, scene_id)
                at = replace(at, absent=at.absent + 1)
            else:
                at = taken_in(self._catalogue, self._owner_id, self._source, at, [said], self._clock())
            self._note(at)
        return at

    def _names(self, at: Progress) -> Progress:
        # Names have no cursor: a merge of tags touches no scenes, and not always the tag that stays. They are few.
        found = {kind: tuple(pages.entities(self._stash, kind)) for kind in pages.KINDS}
        self._catalogue.set_entities(self._owner_id, Entities(**found))
        return self._noted(replace(at, stage="scenes", began=self._clock().isoformat(), newest_seen=at.since))

    def _scenes(self, at: Progress) -> Progress:
        bound = cursor(at.since) if at.since else None
        while True:
            said = pages.scene_page(self._stash, at.after, bound)
            if said:
                at = taken_in(self._catalogue, self._owner_id, self._source, at, said, self._clock())
                at = self._noted(replace(at, after=str(said[-1]["id"])))
            if len(said) < pages.SCENES:
                return self._noted(replace(at, stage="done" if at.since else "missing"))

    def _missing(self, at: Progress) -> Progress:
        """Scenes that are here but were not listed are asked for once more, since the list may have moved during the
        reading, and then marked as absent. Nothing is deleted."""
        there = set(pages.scene_ids(self._stash))
        here = [
            scene.id
            for scene in self._catalogue.every_scene(self._owner_id)
            if scene.source == self._source and not scene.absent and scene.id not in there
        ]
        return self._noted(replace(self.only(here, at), stage="done"))

    def _noted(self, at: Progress) -> Progress:
        at = replace(at, requests=at.requests + self._stash.requests)
        self._stash.requests = 0
        self._note(at)
        return at


def taken_in(
    catalogue: Catalogue, owner_id: str, source: str, at: Progress, said: Sequence[Mapping[str, Any]], now: datetime
) -> Progress:
    """Takes in the scenes that a server gave; failures are counted and named."""
    scenes, wrong = scenes_from(said, source, now)
    taken = catalogue.take_in(owner_id, scenes)
    for scene_id, message in (*wrong, *((scene_id, FOREIGN) for scene_id in taken.foreign)):
        at = failed(at, scene_id, message)
    return replace(
        at,
        created=at.created + taken.created,
        updated=at.updated + taken.updated,
        skipped=at.skipped + taken.skipped,
        newest_seen=newest((scene.updated_at for scene in scenes), at.newest_seen),
    )


def mark_absent(catalogue: Catalogue, owner_id: str, scene_id: str) -> None:
    catalogue.change(owner_id, scene_id, lambda scene: replace(scene, absent=True))


def failed(at: Progress, scene_id: str, message: str) -> Progress:
    named = (*at.failures, f"{scene_id}: {message}"[:LONGEST_FAILURE])[:LOGGED]
    return replace(at, failed=at.failed + 1, failures=named)
