"""Deletes files and jobs with their objects, counts and items, also after a crash in between.

A job is first marked, which hides it from its owner, and made due, so that the sweeper asks again until it is gone.
Then its objects are deleted and after them its items, in small transactions: each can be repeated.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import batched
from typing import Any

from chalicelib.jobs import keys
from chalicelib.jobs.core import Core
from chalicelib.jobs.errors import FileInUse, JobNotFound, NotAllowedInState, StaleTransition, TryAgain
from chalicelib.jobs.intake.deliveries import deliveries
from chalicelib.jobs.library.control import Control
from chalicelib.jobs.library.ownership import Owned
from chalicelib.jobs.library.removing import GOING, forget_kept, remove_files
from chalicelib.jobs.library.sharing import Holder, holders, source_of
from chalicelib.jobs.model import BIN_KEEPS, File, Job, Thumbnail, file_id
from chalicelib.jobs.moves import BIN, DELETE, LOOK_AGAIN, RESTORE
from chalicelib.jobs.moving import move
from chalicelib.jobs.ports.stores import DeletionStore, Use
from chalicelib.jobs.states import FileState, JobState
from chalicelib.jobs.work import thumbnails

log = logging.getLogger(__name__)

AT_ONCE = 12
"""Files in a transaction: each takes up to five of its 100 writes, and the counters some more."""
READ_AT_ONCE = 504
SMALL = 100
"""The most files of a job that is deleted before the answer."""
SMALL_SECONDS = 15
INSURANCE_SECONDS = 60
TRIES, SIDE_BY_SIDE = 5, 20
MOST_DEAD_LETTERS = 3


Clears = Callable[[str, datetime], None]


class Deletion:
    def __init__(self, core: Core[DeletionStore], owned: Owned, control: Control) -> None:
        self._jobs = core.jobs
        self._objects = core.objects
        self._queues = core.queues
        self._owned = owned
        self._control = control
        self._limits = core.limits
        self._clock = core.clock

    def delete_file(self, owner_id: str, job_id: str, number: int) -> None:
        """Deletes one file. FileInUse while a job that isn't over needs it. Its object stays while another file of the
        owner shares it."""
        insured = False
        for _ in range(SIDE_BY_SIDE):  # concurrent deletions in one job all change its counts
            job, file = self._owned.file(owner_id, job_id, number, binned=True)
            found = self._holders(file)
            if not job.final or any(holder.busy for holder in found):
                raise FileInUse("An unfinished job needs this file. Cancel it, or wait for its end.")
            if not insured:
                # Sent first, so that the object is deleted even after a crash right after the file's deletion.
                self._queues.clean_up({"file": _remains(job, file)}, INSURANCE_SECONDS)
                insured = True
            try:
                remove_files(self._jobs, job, [file], _heirs([file], {number: found}))
            except StaleTransition:
                continue
            self._release(_remains(job, file))
            return
        raise TryAgain("The file or its job is changing right now: try again.")

    def delete_job(self, owner_id: str, job_id: str) -> None:
        """Cancels a job that isn't over, and deletes it with all its data. Its owner no longer sees it; the data of a
        large job is deleted in the background."""
        job = self._cancelled(owner_id, job_id)
        now = self._clock()
        due_at = now + timedelta(seconds=INSURANCE_SECONDS)
        try:
            job = move(self._jobs, job, DELETE(due_at=due_at))
        except StaleTransition:
            raise TryAgain("The job is changing right now: try again.") from None
        if job.file_count > SMALL:
            self._queues.clean_up({"job_id": job.id})
        else:
            self.go_on(job.id, now + timedelta(seconds=SMALL_SECONDS))

    def bin_job(self, owner_id: str, job_id: str) -> Job:
        """Cancels a job that isn't over, and puts it with all its data into the bin: its owner sees it only there.
        The sweeper deletes it after BIN_KEEPS."""
        self._owned.job(owner_id, job_id)
        job, now = self._cancelled(owner_id, job_id), self._clock()
        # A cancelled job may still be due for its worker's leftovers.
        due_at = min(job.due_at or now + BIN_KEEPS, now + BIN_KEEPS)
        try:
            return move(self._jobs, job, BIN(binned_at=now, due_at=due_at))
        except StaleTransition:
            raise TryAgain("The job is changing right now: try again.") from None

    def restore_job(self, owner_id: str, job_id: str) -> Job:
        """Restores a job from the bin as it was. A job that isn't in the bin stays as it is."""
        job = self._owned.job(owner_id, job_id, binned=True)
        if not job.binned_at:
            return job
        end = job.binned_at + BIN_KEEPS
        due_at = job.due_at if job.due_at and job.due_at < end else replace(job, binned_at=None).due_when_over
        try:
            return move(self._jobs, job, RESTORE(due_at=due_at))
        except StaleTransition:
            raise JobNotFound("There is no such job.") from None

    def receive(
        self, event: Mapping[str, Any], deadline: datetime, others: Mapping[str, Clears] | None = None
    ) -> list[str]:
        """Continues cleanups; returns the ids of messages to be delivered again. others: handlers of messages with
        these fields."""
        again = []
        for delivery in deliveries(event):
            try:
                if known := [name for name in others or {} if name in delivery.body]:
                    (others or {})[known[0]](str(delivery.body[known[0]]), deadline)
                elif isinstance(file := delivery.body.get("file"), dict):
                    self._release(file)
                else:
                    self.go_on(
                        str(delivery.body.get("job_id")), deadline - timedelta(seconds=self._limits.lease_margin)
                    )
            except JobNotFound:
                log.info("the job is gone", extra=_ids(delivery.body))
            except Exception:
                log.exception("cleanup failed", extra=_ids(delivery.body))
                again.append(delivery.id)
        return again

    def undelivered(self, event: Mapping[str, Any]) -> None:
        """Handles dead letters. A job that is being deleted stays due, so the sweeper requests it again; the cleanup of
        a file is requested again here, a few times."""
        for delivery in deliveries(event):
            tries = delivery.body.get("tries", 0)
            if "file" in delivery.body and isinstance(tries, int) and tries < MOST_DEAD_LETTERS:
                self._queues.clean_up({**delivery.body, "tries": tries + 1}, INSURANCE_SECONDS)
            else:
                log.error("cleanup given up", extra=_ids(delivery.body))

    def go_on(self, job_id: str, deadline: datetime) -> None:
        """Removes the rest of a deleted job, or as much as time allows, then queues a message to continue."""
        job = self._jobs.job(job_id)
        if not job.deleting:
            return
        uses: dict[int, list[Use]] = defaultdict(list)
        for use in self._jobs.uses(job.id):
            if use.job_id != job.id:
                uses[use.source_number].append(use)
        for first in range(1, job.file_count + 1, READ_AT_ONCE):
            last = first + READ_AT_ONCE - 1
            files = list(self._jobs.files(job, first=first, last=last, binned=True))
            for some in batched(files, AT_ONCE):
                if self._clock() >= deadline:
                    self._queues.clean_up({"job_id": job.id})
                    return
                job = self._remove_as_it_is(job, some, uses)
        for root in (keys.RESULTS, keys.WORK, keys.THUMBNAILS):
            self._objects.delete_prefix(keys.below(root, job.id))
        self._remove_uploads(job, uses)
        self._jobs.forget_batch(job)
        # An unfinished job's uploads and a worker's objects may still arrive: then it is cleaned once more.
        over = (job.completed_at or job.created_at) + timedelta(seconds=self._limits.upload_url_seconds)
        if job.state is not JobState.COMPLETED and self._clock() < over:
            move(self._jobs, job, LOOK_AGAIN(due_at=over))
        else:
            self._jobs.remove_job(forget_kept(self._jobs, job))

    def _cancelled(self, owner_id: str, job_id: str) -> Job:
        job = self._owned.job(owner_id, job_id, binned=True)
        if job.final:
            return job
        try:
            return self._control.act(owner_id, job_id, "cancel")
        except NotAllowedInState:
            job = self._owned.job(owner_id, job_id)
            if job.final:
                return job
            raise

    def _remove_as_it_is(self, job: Job, files: Sequence[File], uses: Mapping[int, Sequence[Use]]) -> Job:
        """Removes files of a job; reads them again where they or the job have changed since they were read."""
        for _ in range(TRIES):
            try:
                return self._remove(job, files, uses)
            except StaleTransition:
                job = self._jobs.job(job.id)
                there = self._jobs.files_by_id([file.id for file in files], binned=True)
                files = [there[file.id] for file in files if file.id in there]
                if not files:
                    return job  # another worker has removed them
        raise StaleTransition(f"{job.id} changes faster than its files can be removed")

    def _remove(self, job: Job, files: Sequence[File], uses: Mapping[int, Sequence[Use]]) -> Job:
        found = {
            file.number: holders(self._jobs, list(uses[file.number]), self._clock()) if file.number in uses else []
            for file in files
        }
        own = [file for file in files if file.source is None and not found[file.number] and self._is_ours(job, file)]
        self._objects.delete([file.key for file in own])
        shared = [file for file in files if file.source]
        heirs = _heirs(files, found | {f.number: self._outside(job, f) for f in shared})
        job = remove_files(self._jobs, job, files, heirs)
        for file in shared:
            self._release(_remains(job, file) | {"thumbnail": None})  # all of the job's packs are deleted together
        return job

    def _remove_uploads(self, job: Job, uses: Mapping[int, Sequence[Use]]) -> None:
        """The objects under the job's upload prefix that aren't shared, whether or not a file names them."""
        prefix = keys.uploads_of(job.pipeline, job.id)
        if not uses:
            self._objects.delete_prefix(prefix)
            return
        shared = {number for number, some in uses.items() if holders(self._jobs, list(some), self._clock())}
        found = (thing.key for thing in self._objects.below(prefix))
        self._objects.delete(key for key in found if (keys.parse_upload(key) or ("", 0))[1] not in shared)

    def _release(self, remains: Mapping[str, Any]) -> None:
        """Deletes the thumbnail of a file that is gone, and its object unless another file shares it."""
        job_id, number = str(remains["job_id"]), int(remains["number"])
        source = str(remains["source_job_id"]), int(remains["source_number"])
        there = self._jobs.files_by_id([file_id(job_id, number), file_id(*source)], binned=True)
        if file_id(job_id, number) in there:
            return  # the file was not deleted after all
        if place := remains.get("thumbnail"):
            thumbnails.erase(self._objects, job_id, number, Thumbnail(*place))
        if there or holders(self._jobs, self._jobs.uses(*source), self._clock()):
            return
        if remains["key"] and not self._others(remains["owner_id"], remains["sha256"], remains["key"], set()):
            self._objects.delete([remains["key"]])

    def _holders(self, file: File) -> list[Holder]:
        """The other files that share the object of this one."""
        source = source_of(file)
        own = [use for use in self._jobs.uses(*source) if use.id != file.id]
        return holders(self._jobs, own, self._clock())

    def _outside(self, job: Job, file: File) -> list[Holder]:
        return [holder for holder in self._holders(file) if holder.use.job_id != job.id]

    def _is_ours(self, job: Job, file: File) -> bool:
        """Files imported in place stay where they are; uploads and dropped files are ours to delete."""
        return _deletable(file) and not self._others(job.owner_id, file.sha256, file.key, {file.id})

    def _others(self, owner_id: str, sha256: str | None, key: str, but: Iterable[str]) -> bool:
        """Whether an import in place took in the same dropped object."""
        if not sha256 or not key.startswith(keys.DROP):
            return False
        return any(file.key == key and file.id not in but for file in self._jobs.same_bytes(owner_id, sha256))


def _deletable(file: File) -> bool:
    return file.bucket is None and file.key.startswith((keys.UPLOADS, keys.DROP))


def _heirs(files: Iterable[File], found: Mapping[int, Sequence[Holder]]) -> dict[int, tuple[File, Job | None]]:
    """For each file whose bytes count and stay, the file for which they count from now on, and that file's job if it is
    over."""
    heirs: dict[int, tuple[File, Job | None]] = {}
    for file in files:
        # An inspected file counts by itself; one that isn't inspected yet will do so then.
        holding = [h for h in found[file.number] if h.file and h.file.state is not FileState.REJECTED]
        users = [(h.file, None if h.busy else h.job) for h in holding if h.file]
        users.sort(key=lambda pair: pair[0].state not in GOING)
        # Where the previous version counted shared bytes for each file that shares them, there is nothing to hand on.
        if file.counts_bytes and users and not any(user.counted for user, _ in users):
            heirs[file.number] = users[0]
    return heirs


def _ids(message: Mapping[str, Any]) -> dict[str, Any]:
    """The loggable part of a message: the key of a dropped file has the name that its owner gave it."""
    file = message.get("file")
    if isinstance(file, dict):
        return {"job_id": file.get("job_id"), "file": file.get("number")}
    return {"job_id": message.get("job_id")}


def _remains(job: Job, file: File) -> dict[str, Any]:
    """The facts of a deleted file that its cleanup needs."""
    source_job_id, source_number = source_of(file)
    return {
        "job_id": job.id,
        "number": file.number,
        "key": file.key if _deletable(file) else None,
        "source_job_id": source_job_id,
        "source_number": source_number,
        "owner_id": job.owner_id,
        "sha256": file.sha256,
        "thumbnail": file.thumbnail,
    }
