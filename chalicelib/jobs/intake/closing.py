"""Closing a drop folder: its objects are compared with its job's files, then the job is sealed.

A batch may hold as many files as a job: a worker reads it page by page, records its position with each page, and hands
on to a fresh invocation before its time is up. Two workers on the same batch do nothing twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import batched

from chalicelib.jobs import keys
from chalicelib.jobs.core import Core
from chalicelib.jobs.file_moving import reset_files
from chalicelib.jobs.intake.dropfolder import JOIN_AT_ONCE, DropFolders, is_file
from chalicelib.jobs.keys import DropKey
from chalicelib.jobs.model import Job, StoredObject
from chalicelib.jobs.moves import CLOSE, SEAL
from chalicelib.jobs.moving import move
from chalicelib.jobs.ports.stores import DropStore
from chalicelib.jobs.states import FINISHED, RECEIVING
from chalicelib.jobs.work.settling import RUN_PATIENCE, Settling

LOOK_AT_ONCE = 100

Landed = tuple[DropKey, StoredObject]


class Closing:
    def __init__(self, core: Core[DropStore], drops: DropFolders, settling: Settling) -> None:
        self._jobs = core.jobs
        self._objects = core.objects
        self._queues = core.queues
        self._drops = drops
        self._settling = settling
        self._limits = core.limits
        self._clock = core.clock

    def go_on(self, job: Job, deadline: datetime) -> None:
        """Closes the job's batch, or as much of it as there is time for. StaleTransition where it is closed already."""
        if job.listing is None or job.state not in RECEIVING:
            self._settling.settle(job.id)
            return
        # Read once for all pages, and only the compared fields: a few MB for a hundred thousand files.
        own = {
            file.key: (file.number, file.etag, file.state in FINISHED) for file in self._jobs.files(job, binned=True)
        }
        listing = job.listing
        while True:
            page, after = self._objects.list_page(job.batch or "", bucket=None, after=listing["after"], recursive=True)
            landed = [(place, seen) for seen in page if (place := keys.parse_drop(seen.key)) and is_file(place)]
            ours = ((seen, own[seen.key]) for _, seen in landed if seen.key in own)
            replaced = [(number, seen) for seen, (number, etag, done) in ours if done and etag and etag != seen.etag]
            self._look_again(job, replaced)
            came_to = self._join([(place, seen) for place, seen in landed if seen.key not in own], deadline)
            if came_to is None and after is None:
                break
            listing = {**listing, "after": came_to or after}
            job = move(self._jobs, job, CLOSE(listing=listing, tries=0, due_at=self._clock() + RUN_PATIENCE))
            if came_to is not None or self._is_late(deadline):
                self._queues.list_objects(job.id)
                return
        move(self._jobs, job, SEAL(tries=0))
        self._settling.settle(job.id)

    def _look_again(self, job: Job, replaced: Sequence[tuple[int, StoredObject]]) -> None:
        """Takes back files whose objects are no longer the inspected version."""
        pairs = [(self._jobs.file(job.id, number), seen) for number, seen in replaced]
        stale = [(file, seen) for file, seen in pairs if file.state in FINISHED and file.etag != seen.etag]
        if reset_files(self._jobs, job, [file for file, _ in stale]):
            self._settling.ask(job, stale)

    def _join(self, landed: Sequence[Landed], deadline: datetime) -> str | None:
        """Takes in objects that no message has announced. Returns None when done, else the last key of this pass."""
        came_to = None
        for some in batched(landed, LOOK_AT_ONCE):
            _, new = self._drops.news(some[0][0].batch, some)
            for few in batched(new, JOIN_AT_ONCE):
                if came_to is not None and self._is_late(deadline):
                    return came_to
                self._drops.join_files(few[0][0], few)
                came_to = few[-1][1].key
        return None

    def _is_late(self, deadline: datetime) -> bool:
        return self._clock() >= deadline - timedelta(seconds=self._limits.lease_margin)
