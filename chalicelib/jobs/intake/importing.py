"""Imports: objects in a bucket become files of a job, in place and without a copy."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from chalicelib.jobs import keys
from chalicelib.jobs.core import Core
from chalicelib.jobs.errors import ImportNotAllowed, JobNotFound, ObjectMissing, StaleTransition
from chalicelib.jobs.intake.adding import AT_ONCE, add_files
from chalicelib.jobs.intake.closing import Closing
from chalicelib.jobs.intake.deliveries import deliveries
from chalicelib.jobs.intake.dropfolder import ignored, shown
from chalicelib.jobs.intake.uploads import Intake
from chalicelib.jobs.model import File, Job, StoredObject
from chalicelib.jobs.moves import COUNT_LISTING, JobFields
from chalicelib.jobs.moving import move
from chalicelib.jobs.ports.stores import ImportStore
from chalicelib.jobs.states import RECEIVING
from chalicelib.jobs.work.settling import Settling

log = logging.getLogger(__name__)

MOST_DEAD_LETTERS = 3
"""The most dead letters of a listing's message, after three receives each, without a page in between."""
USER = "{user_id}"
"""The placeholder of the importing user's id in a root."""


@dataclass(frozen=True)
class Root:
    """A place from which users may import. bucket None: our own. prefix: with a slash at its end, or empty."""

    bucket: str | None
    prefix: str

    @classmethod
    def parse(cls, text: str, own_bucket: str) -> Root:
        """Parses `s3://bucket/prefix/`, or `prefix/` in our own bucket. A prefix is a folder: `in` doesn't match
        `inside/`."""
        bucket, prefix = own_bucket, text
        if text.startswith("s3://"):
            bucket, _, prefix = text.removeprefix("s3://").partition("/")
        return cls(None if bucket == own_bucket else bucket, f"{prefix.rstrip('/')}/" if prefix else "")

    def of(self, owner_id: str) -> Root:
        """The part of the root that belongs to one user, if the root names users."""
        return replace(self, prefix=self.prefix.replace(USER, owner_id))

    def holds(self, place: Root) -> bool:
        return place.bucket == self.bucket and place.prefix.startswith(self.prefix)

    @property
    def ours(self) -> bool:
        """Whether the place holds users' uploads or results, which are never imported, regardless of the roots."""
        return self.bucket is None and (not self.prefix or self.prefix.startswith(keys.KEPT))


class Importer:
    def __init__(
        self,
        core: Core[ImportStore],
        intake: Intake,
        settling: Settling,
        closing: Closing,
        roots: Sequence[Root],
        own_bucket: str,
    ) -> None:
        self._jobs = core.jobs
        self._objects = core.objects
        self._queues = core.queues
        self._intake = intake
        self._settling = settling
        self._closing = closing
        self._roots = roots
        self._own_bucket = own_bucket
        self._limits = core.limits
        self._clock = core.clock

    def start(
        self,
        owner_id: str,
        path: str,
        pipeline: str,
        options: Mapping[str, Any],
        *,
        name: str | None = None,
        recursive: bool = True,
        id: str | None = None,
        **fields: Any,
    ) -> Job:
        """Opens a job for everything below `path`, listed in the background; further fields of Job as keywords. A
        repeated id gives the same job. BadRequest outside the allowed roots."""
        place = self.check(path, owner_id)
        listing = {"bucket": place.bucket, "prefix": place.prefix, "after": None, "recursive": recursive}
        try:
            job = self._intake.create(
                owner_id,
                pipeline,
                options,
                name=name,
                id=id,
                listing=listing,
                imported_from=self.name(place),
                **fields,
            )
        except StaleTransition:
            if (known := self._intake.made(owner_id, pipeline, id)) is None:
                raise
            job = known
        if job.listing is not None:
            self._queues.list_objects(job.id)
        return job

    def check(self, path: str, owner_id: str) -> Root:
        """The place of that path. ImportNotAllowed where that user may not import from there."""
        place = Root.parse(path, self._own_bucket)
        roots = [root.of(owner_id) for root in self._roots]
        if place.ours or not any(root.holds(place) for root in roots):
            below = " or ".join(self.name(root) for root in roots)
            raise ImportNotAllowed(f"You may import from below {below or 'nowhere'} only.")
        return place

    def roots(self, owner_id: str) -> list[Root]:
        """The places from which that user may import."""
        return [own for root in self._roots if not (own := root.of(owner_id)).ours]

    def name(self, place: Root) -> str:
        """The full address of a place."""
        return f"s3://{place.bucket or self._own_bucket}/{place.prefix}"

    def count(self, place: Root, pages: int) -> int:
        """The number of objects that an import from there would take, counted over at most `pages` pages of 1,000."""
        found, after = 0, None
        for _ in range(pages):
            page, after = self._objects.list_page(place.prefix, bucket=place.bucket, after=after, recursive=True)
            paths = [seen.key.removeprefix(place.prefix) for seen in page]
            found += sum(1 for path in paths if path and not path.endswith("/") and not ignored(path))
            if after is None:
                break
        return found

    def receive(self, event: Mapping[str, Any], deadline: datetime) -> list[str]:
        """Continues listings for a batch of messages; returns the ids of those to be delivered again."""
        again = []
        for delivery in deliveries(event):
            job_id = str(delivery.body.get("job_id"))
            try:
                self.list_on(job_id, deadline)
            except (StaleTransition, JobNotFound):
                log.info("listing skipped: another lister has it, or it is done", extra={"job_id": job_id})
            except Exception:
                log.exception("listing broke off", extra={"job_id": job_id})
                again.append(delivery.id)
        return again

    def undelivered(self, event: Mapping[str, Any]) -> None:
        """Requests a listing again if it has progressed since its last dead letter; fails its job otherwise."""
        for delivery in deliveries(event):
            try:
                job = self._jobs.job(str(delivery.body.get("job_id")))
                if job.listing is None or job.state not in RECEIVING:
                    continue
                if job.tries >= MOST_DEAD_LETTERS:
                    self._settling.fail(job, "listing_failed", "The objects to import could not be listed. Try again.")
                    continue
                move(self._jobs, job, COUNT_LISTING(tries=job.tries + 1))
                self._queues.list_objects(job.id)
            except (JobNotFound, StaleTransition):
                continue

    def list_on(self, job_id: str, deadline: datetime) -> None:
        """Lists page by page until the end, or until the function's time is nearly up and a fresh invocation continues.

        Each page's files are written with the position to continue from, in one chain of conditional writes: of two
        workers that list the same job, one stops at its first write.
        """
        job = self._jobs.job(job_id)
        if job.batch:
            self._closing.go_on(job, deadline)
            return
        log.info("listing continued", extra={"job_id": job.id, "files": job.file_count})
        while job.listing is not None and job.state in RECEIVING:
            if self._clock() >= deadline - timedelta(seconds=self._limits.lease_margin):
                self._queues.list_objects(job.id)
                return
            job = self._list_page(job, job.listing)
        self._settling.settle(job.id)

    def _list_page(self, job: Job, listing: Mapping[str, Any]) -> Job:
        try:
            found, after = self._objects.list_page(
                listing["prefix"],
                bucket=listing["bucket"],
                after=listing["after"],
                recursive=listing["recursive"],
            )
        except ObjectMissing:
            return self._settling.fail(job, "import_not_found", "The bucket doesn't exist, or can't be read.")
        files = self._files(job, listing, found)
        most = self._intake.room(job.pipeline)
        if len(files) > most - job.file_count:
            return self._settling.fail(job, "too_many_files", f"There are more than the {most:,} files of one job.")
        for some in batched(files, AT_ONCE, strict=False):
            # Each transaction records the position, so that a crash between two neither skips nor doubles files.
            changes: JobFields = {"listing": {**listing, "after": some[-1].key}, "active_at": self._clock(), "tries": 0}
            job = add_files(self._jobs, job, some, seal=False, changes=changes)
            self._settling.ask_for(job, some)
        # Only while unchanged: an overtaken worker must not move the position back.
        listed: JobFields = {"listing": {**listing, "after": after} if after else None, "tries": 0}
        return add_files(self._jobs, job, [], seal=after is None, changes=listed)

    def _files(self, job: Job, listing: Mapping[str, Any], found: Sequence[StoredObject]) -> list[File]:
        files: list[File] = []
        for seen in found:
            path = seen.key.removeprefix(listing["prefix"])
            if not path or path.endswith("/") or ignored(path):
                continue
            files.append(
                File(
                    job_id=job.id,
                    number=job.file_count + len(files) + 1,
                    filename=shown(path),
                    key=seen.key,
                    size=seen.size,
                    bucket=listing["bucket"],
                    modified_at=seen.modified_at,
                    etag=seen.etag,
                )
            )
        return files
