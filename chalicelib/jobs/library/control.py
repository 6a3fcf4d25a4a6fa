"""A user's control of a job: pause, resume, cancel, retry, rebuild its results."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from chalicelib.jobs.core import Core
from chalicelib.jobs.errors import (
    FieldError,
    FileNotAwaited,
    InvalidFields,
    NotAllowedInState,
    ObjectMissing,
    StaleTransition,
)
from chalicelib.jobs.file_moves import END_PARTS
from chalicelib.jobs.file_moving import move_file, reject_file, reset_files
from chalicelib.jobs.library.ownership import Owned, is_upload
from chalicelib.jobs.model import File, Job
from chalicelib.jobs.moves import ACTIONS, CANCEL, REMAKE, RESUME, RETRY, JobFields, JobMove
from chalicelib.jobs.moving import move
from chalicelib.jobs.ports.stores import ControlStore
from chalicelib.jobs.states import FINISHED, FileState, JobState
from chalicelib.jobs.work.claims import RUN_LEASE
from chalicelib.jobs.work.cleaning import clean
from chalicelib.jobs.work.settling import RUN_PATIENCE, Settling
from chalicelib.jobs.work.slices import Slices
from chalicelib.jobs.works import takes_files

log = logging.getLogger(__name__)

LEFT_OUT = "given_up"


class Control:
    def __init__(self, core: Core[ControlStore], owned: Owned, settling: Settling, slices: Slices) -> None:
        self._jobs = core.jobs
        self._objects = core.objects
        self._queues = core.queues
        self._owned = owned
        self._settling = settling
        self._slices = slices
        self._works = core.works
        self._limits = core.limits
        self._clock = core.clock

    def act(self, owner_id: str, job_id: str, action: str) -> Job:
        """Pauses, resumes or cancels. NotAllowedInState names the states that would allow it."""
        if action not in ACTIONS:
            raise InvalidFields(
                f"The action must be one of {', '.join(ACTIONS)}.", errors=[FieldError("action", "unknown")]
            )
        kind = ACTIONS[action]
        job = self._owned.job(owner_id, job_id)
        # The job may move between the read and the write: then the second round reads its new state.
        for _ in range(2):
            if job.state not in kind.allowed:
                states = ", ".join(sorted(kind.allowed))
                raise NotAllowedInState(f"Can't {action} a {job.state} job: it must be one of {states}.")
            try:
                job = move(self._jobs, job, kind(**self._changes(job, kind)))
                break
            except StaleTransition:
                job = self._owned.job(owner_id, job_id)
        else:
            raise NotAllowedInState("The job is changing its state right now: try again.")
        log.info("%s requested", action, extra={"job_id": job.id})
        if action == "resume":
            self._go_on(job)
        if action == "cancel":
            self.clean(job)
            self._settling.settle(job.id)
        return job

    def retry(self, owner_id: str, job_id: str) -> Job:
        """Inspects rejected files again, or repeats the run from its failed step; finished work is not repeated."""
        job = self._owned.job(owner_id, job_id)
        if job.state not in RETRY.allowed:
            raise NotAllowedInState(f"Can't retry a {job.state} job: it must be completed or failed.")
        again = self._to_look_at_again(job)
        # A crashed retry may have taken its files back but not its job: this one continues from there.
        unfinished = job.counts.finished < job.file_count
        if not again and not unfinished and job.state is JobState.COMPLETED:
            raise NotAllowedInState("The job is completed, and none of its files failed.")
        usable = job.counts.inspected + job.counts.duplicate or not takes_files(self._works[job.pipeline])
        if not again and not unfinished and not usable and job.listing is None:
            raise NotAllowedInState("None of the job's files has arrived: begin a new job.")
        return self._open_again(job, RETRY, again)

    def remake(self, owner_id: str, job_id: str, options: Mapping[str, Any]) -> Job:
        """Rebuilds a completed job's results from its owner's corrections and these options, which are complete and
        valid. NotAllowedInState where neither has changed."""
        job = self._owned.job(owner_id, job_id)
        if job.state not in REMAKE.allowed:
            raise NotAllowedInState(f"Can't rebuild a {job.state} job: it must be completed.")
        if job.current and options == job.options:
            raise NotAllowedInState("The job's results already include all corrections.")
        return self._open_again(job, REMAKE, [], {"options": options})

    def _open_again(self, job: Job, kind: JobMove, again: Sequence[File], more: JobFields | None = None) -> Job:
        """again: finished files to be inspected once more."""
        now = self._clock()
        fields: JobFields = {
            "sealed": job.listing is None,
            "active_at": now,
            "due_at": now + timedelta(seconds=self._limits.check_every),
            "retries": job.retries + 1,
            "made_revision": job.revision,
            **(more or {}),
        }
        try:
            # The files first: a job that is over gets no run, so none can begin without them.
            reset_files(self._jobs, job, again)
            job = move(self._jobs, job, kind(**fields))
        except StaleTransition:
            raise NotAllowedInState("The job is changing its state right now: try again.") from None
        log.info("%s requested", kind.name, extra={"job_id": job.id, "files": len(again)})
        self._go_on(job)
        return self._jobs.job(job.id)

    def leave_out(self, owner_id: str, job_id: str, number: int) -> None:
        """Rejects a file that can't be sent, so that the job no longer waits for it. A repetition changes
        nothing. FileNotAwaited once the file has arrived, even before it is inspected."""
        job, file = self._owned.file(owner_id, job_id, number)
        if not _left_out(file):
            awaited = file.state is FileState.EXPECTED and not job.final and is_upload(job, file)
            if not awaited or self._has_arrived(file):
                raise FileNotAwaited(f"The file is not awaited: it is {file.state}, in a job that is {job.state}.")
            if not reject_file(self._jobs, file, LEFT_OUT, "It was left out and never arrived.", self._clock()):
                file = self._jobs.file(job.id, number)
                if not _left_out(file):
                    raise FileNotAwaited(f"The file has just arrived: it is {file.state}.")
            log.info("file left out by its owner", extra={"job_id": job.id, "file": number})
        # Repeated deliberately: an earlier call may have died before this.
        if file.upload_id:
            self._objects.abort_parts(file.key, file.upload_id)
        self._settling.settle(job.id)

    def clean(self, job: Job, until: datetime | None = None) -> bool:
        """Removes a cancelled job's leftovers, and aborts its uploads. False where the time was too short."""
        clean(self._objects, self._jobs, job)
        return self.abort_uploads(job, until)

    def abort_uploads(self, job: Job, until: datetime | None = None) -> bool:
        """Aborts uploads in parts; False where the time was too short for all of them."""
        for file in self._jobs.files(job):
            if file.upload_id and file.state in END_PARTS.allowed:
                if until and self._clock() >= until:
                    return False
                self._objects.abort_parts(file.key, file.upload_id)
                with suppress(StaleTransition):
                    move_file(self._jobs, file, END_PARTS())  # so that a later pass skips it
        return True

    def _go_on(self, job: Job) -> None:
        job = self._settling.settle(job.id)
        if job.run_requested:
            if job.shared:
                self._slices.send_all(job)
            return
        if job.listing is not None:
            self._queues.list_objects(job.id)
        self._settling.ask_again(job)

    def _has_arrived(self, file: File) -> bool:
        try:
            self._objects.stat(file.key)
        except ObjectMissing:
            return False
        return True

    def _to_look_at_again(self, job: Job) -> list[File]:
        """The rejected files that are in the store and, after a failure by replaced files, those files."""
        again = []
        for file in self._jobs.files(job):
            replaced = job.error_code == "file_changed" and file.state in FINISHED
            if not replaced and file.state is not FileState.REJECTED:
                continue
            try:
                etag = self._objects.stat(file.key, file.bucket).etag
            except ObjectMissing:
                continue
            if file.state is FileState.REJECTED or etag != file.etag:
                again.append(file)
        return again

    def _changes(self, job: Job, kind: JobMove) -> JobFields:
        now = self._clock()
        if kind is CANCEL:
            # A worker may still be running until its lease ends: then the sweeper cleans up after both.
            at_work_until = max(now, job.lease_until or now, now + RUN_LEASE if job.shared else now)
            return {"completed_at": now, "due_at": at_work_until + RUN_PATIENCE}
        if kind is RESUME:
            # Files awaited before a pause are awaited again after it.
            wait = RUN_PATIENCE if job.run_requested else timedelta(seconds=self._limits.check_every)
            return {"active_at": now, "due_at": now + wait}
        return {}


def _left_out(file: File) -> bool:
    return file.state is FileState.REJECTED and file.error_code == LEFT_OUT
