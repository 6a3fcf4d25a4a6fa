"""The archives of a running step: shared among slices, and written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

from chalicelib.files.archive import Plan, SourceChanged
from chalicelib.jobs.model import Job
from chalicelib.jobs.ports.outside import ObjectStore
from chalicelib.jobs.work.archiving import Source, Watcher, plan_archive, share_archives, write_archive
from chalicelib.jobs.work.cleaning import abort_archives
from chalicelib.jobs.work.zip_estimate import Needs, estimate, needs, share_count
from chalicelib.pipelines.base import Member, Strategy

SHARES, UPLOADS = "zip-shares", "zip-uploads"
"""Names of the data kept for archives that many workers make: each slice's share, and the uploads in progress."""


class Run(Watcher, Protocol):
    """The part of a step's context that its archives need."""

    scratch: Path

    @property
    def job(self) -> Job: ...
    def save(self, name: str, content: bytes | Path) -> None: ...
    def load(self, name: str) -> Path: ...


class RunArchives:
    """tags: of the zips' objects."""

    def __init__(self, run: Run, objects: ObjectStore, tags: Mapping[str, str] | None) -> None:
        self._run = run
        self._objects = objects
        self._tags = tags
        self._unshared: dict[str, Plan] = {}

    def share(
        self, archives: Iterable[tuple[str, Iterable[Member]]], files: Mapping[int, Source], strategy: Strategy
    ) -> int:
        """The number of slices that the zips, given by the keys of their objects, are divided into; 0 where one worker
        makes them."""
        smallest = self._objects.smallest_part
        zips = {key: plan_archive(members, files, smallest) for key, members in archives}
        needed = sum(map(needs, zips.values()), Needs())
        count = share_count(estimate(needed, strategy), needed)
        if count < 2:  # this worker makes them: planning them again would read all files again
            self._unshared = zips
            return 0
        begun, written = self._begun(), self._run.scratch / SHARES
        if not begun:  # a worker may have died before it noted them
            self.abort()
        with written.open("wb") as out:
            shared = share_archives(self._objects, zips, self._tags, count, out, begun)
        if shared or self._run.job.division:
            self._run.save(UPLOADS, json.dumps(begun).encode())
        else:
            self.abort()
        if shared:
            self._run.save(SHARES, written)
        return shared

    def write(self, key: str, members: Iterable[Member], files: Mapping[int, Source]) -> int:
        """The zip's size in bytes. Raises SourceChanged, and leaves no parts."""
        if not self._run.upload and self._run.job.division and (begun := self._begun().get(key)):
            self._run.note_upload(begun)
        planned = self._unshared.pop(key, None) or plan_archive(members, files, self._objects.smallest_part)
        try:
            return write_archive(self._run, self._objects, key, planned, self._tags)
        except SourceChanged:
            self.abort()
            raise

    def abort(self) -> None:
        abort_archives(self._objects, self._run.job.id)

    def _begun(self) -> dict[str, Mapping[str, Any]]:
        """The uploads that slices put parts into, by the keys of their zips."""
        try:
            found: dict[str, Mapping[str, Any]] = json.loads(self._run.load(UPLOADS).read_bytes())
            return found
        except KeyError:
            return {}
