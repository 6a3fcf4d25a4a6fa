"""Slips in the drop folder: objects whose paths make them files of no batch, and batches of no user.

S3 sends events for the pipelines' folders alone, so this lists folders, but never their files.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from itertools import islice

from chalicelib.jobs.intake.dropfolder import ignored
from chalicelib.jobs.keys import DROP
from chalicelib.jobs.ports.outside import ObjectStore

log = logging.getLogger(__name__)

MOST = 100
LOOKED_AT = 200
"""The most folders of users that one search reads."""
SHAPE = "drop/PIPELINE/BATCH/FILE, or drop/PIPELINE/@USER/BATCH/FILE"


@dataclass(frozen=True)
class Slip:
    """path: an object's or a folder's (with a slash at its end). code, message: the reason."""

    path: str
    code: str
    message: str


class Slips:
    """owner_of: as in DropFolders."""

    def __init__(
        self, objects: ObjectStore, pipelines: Collection[str], owner_of: Callable[[str | None], str | None]
    ) -> None:
        self._objects = objects
        self._pipelines = pipelines
        self._owner_of = owner_of

    def find(self, most: int = MOST) -> list[Slip]:
        """The first slips, in the order of their folders. Costs a page of the bucket for each folder read."""
        return list(islice(self._found(), most))

    def report(self) -> int:
        """Logs a line for each, without names, which are private; returns how many."""
        found = self.find()
        for slip in found:
            digest = hashlib.sha256(slip.path.encode()).hexdigest()[:16]
            log.warning("dropped file belongs to no job", extra={"reason": slip.code, "path_sha256": digest})
        return len(found)

    def _found(self) -> Iterator[Slip]:
        beside, folders = self._objects.level(DROP)
        for key in beside:
            yield from _no_batch(key)
        known = ", ".join(sorted(self._pipelines))
        for folder in folders:
            name = _name(folder)
            if name in self._pipelines:
                yield from self._in_pipeline(folder)
            else:
                yield Slip(folder, "unknown_pipeline", f"There is no pipeline {name!r}. There are: {known}.")

    def _in_pipeline(self, root: str) -> Iterator[Slip]:
        beside, folders = self._objects.level(root)
        for key in beside:
            yield from _no_batch(key)
        of_users = [folder for folder in folders if _name(folder).startswith("@")]
        if len(folders) > len(of_users) and self._owner_of(None) is None:
            batches = next(folder for folder in folders if folder not in of_users)
            text = "The setting `drop_owner` names no user, and folders such as this one no other: they wait."
            yield Slip(batches, "no_owner", text)
        for folder in of_users[:LOOKED_AT]:
            named = _name(folder)[1:]
            if not named or self._owner_of(named) is None:
                yield Slip(folder, "unknown_user", "No user of this installation has that id or email.")
                continue
            for key in self._objects.level(folder)[0]:
                yield from _no_batch(key)


def _no_batch(key: str) -> Iterator[Slip]:
    if not key.endswith("/") and not ignored(key.rpartition("/")[2]):
        yield Slip(key, "no_batch", f"It is in no batch: the path must be {SHAPE}.")


def _name(folder: str) -> str:
    return folder.rstrip("/").rpartition("/")[2]
