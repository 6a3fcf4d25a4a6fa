"""The moves that follow once all files of a job are in."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import batched

from chalicelib.jobs.core import Core
from chalicelib.jobs.errors import StaleTransition
from chalicelib.jobs.intake.deliveries import message
from chalicelib.jobs.keys import uploads_of
from chalicelib.jobs.model import File, Job, StoredObject
from chalicelib.jobs.moves import ENQUEUE, FAIL, FAIL_ARRIVALS, REQUEST_RUN, JobMove
from chalicelib.jobs.moving import Contended, move, recount
from chalicelib.jobs.ports.stores import SettlingStore
from chalicelib.jobs.states import FINISHED, FileState, JobState
from chalicelib.jobs.work.cleaning import abort_archives
from chalicelib.jobs.works import place_of, takes_files, works_per_file

log = logging.getLogger(__name__)

RUN_PATIENCE = timedelta(seconds=60)
TICKET_TRIES = 50
RECOUNT_TRIES = 5
ASKED_AT_ONCE = 100


class Settling:
    def __init__(self, core: Core[SettlingStore]) -> None:
        self._jobs = core.jobs
        self._objects = core.objects
        self._queues = core.queues
        self._works = core.works
        self._clock = core.clock
        self._observer = core.observer

    def settle(self, job_id: str) -> Job:
        """Requests the run, or fails a job without a usable file, if all files are in; corrects the bytes of one that
        ended meanwhile. Safe to call at any time: the worker that finishes the last file, or ends the job, sees all
        counts, because each writes before it reads."""
        job = self._jobs.job(job_id)
        if job.final:
            return self._recounted(job)
        if job.state not in {JobState.PENDING, JobState.RUNNING} or not job.all_in:
            return job
        try:
            if job.counts.inspected + job.counts.duplicate == 0 and takes_files(self._works[job.pipeline]):
                return self._fail_without_files(job)
            if not job.run_requested:
                job = self._request_run(job)
                log.info("all files received, run requested", extra={"job_id": job.id, "files": job.file_count})
        except StaleTransition:
            return self._jobs.job(job_id)
        if job.lease_until is None or job.lease_until <= self._clock():
            # A pipeline has a function of its own, which hands on to those of its layers: this one may send only to the
            # pipeline's.
            work = self._works[job.pipeline]
            self._queues.run(work.name if takes_files(work) else place_of(work, job), job.id)
        return job

    def _recounted(self, job: Job) -> Job:
        for _ in range(RECOUNT_TRIES):
            if job.deleting or job.kept_bytes == job.final_bytes:
                break
            try:
                return recount(self._jobs, job)
            except StaleTransition:
                job = self._jobs.job(job.id)
        return job

    def _request_run(self, job: Job) -> Job:
        now = self._clock()
        due_at = now + RUN_PATIENCE
        if works_per_file(self._works[job.pipeline]):
            return move(self._jobs, job, REQUEST_RUN(due_at=due_at, started_at=job.started_at or now))
        for _ in range(TICKET_TRIES):
            ticket = self._jobs.queue_state(job.pipeline).tickets + 1
            try:
                return move(self._jobs, job, ENQUEUE(ticket=ticket, due_at=due_at))
            except Contended:
                continue
        raise StaleTransition(f"{job.id}: too many take tickets")

    def _fail_without_files(self, job: Job) -> Job:
        rejected = [f for f in self._jobs.files(job, last=50) if f.state is FileState.REJECTED]
        codes = {f.error_code for f in rejected}
        if not job.file_count:
            code, text = "no_files", "The job was closed without a file."
        elif len(codes) == 1 and rejected[0].error_code:
            code, text = rejected[0].error_code, rejected[0].error_message or ""
        else:
            code, text = (
                "no_usable_file",
                f"None of the {job.file_count} files could be used; each states its reason.",
            )
        return self.fail(job, code, text, FAIL_ARRIVALS)

    def fail(self, job: Job, code: str, text: str, kind: JobMove = FAIL) -> Job:
        """Fails a job that is not paused or over, by one of the moves that fail one. StaleTransition."""
        failed = move(self._jobs, job, kind(error_code=code, error_message=text, completed_at=self._clock()))
        if failed.steps_done or failed.upload or failed.slices:  # a retry begins its zips anew
            abort_archives(self._objects, job.id)
        log.warning("job failed", extra={"job_id": job.id, "pipeline": job.pipeline, "code": code})
        self._observer.measure("JobsFailed", Pipeline=job.pipeline, Code=code)
        self.settle(job.id)
        return failed

    def ask_again(self, job: Job, until: datetime | None = None) -> int:
        """Sends a message for every unfinished file whose object is there; returns how many. Replaces lost messages; a
        duplicate is harmless. Sends none after `until`: the files requested so far are finished by the next call."""
        now = self._clock()
        waiting = [
            file
            for file in self._jobs.files(job)
            if file.state not in FINISHED and not (file.lease_until and file.lease_until > now)
        ]
        if not waiting:
            return 0
        prefix = uploads_of(job.pipeline, job.id)
        there: dict[str, StoredObject] = {}
        if any(file.bucket is None and file.key.startswith(prefix) for file in waiting):
            there = {found.key: found for found in self._objects.below(prefix)}
        found = [(file, seen) for file in waiting if (seen := self._seen(file, there, prefix))]
        for some in batched(found, ASKED_AT_ONCE):
            if until and self._clock() >= until:
                break
            self.ask(job, some)
        return len(found)

    def ask_for(self, job: Job, files: Iterable[File]) -> None:
        """Sends the first message for files whose objects existed before the job."""
        self.ask(job, [(file, as_stored(file)) for file in files])

    def ask(self, job: Job, found: Iterable[tuple[File, StoredObject]]) -> None:
        """Sends a message for each file, about the object that was seen for it."""
        self._queues.inspect(job.pipeline, [message(file, seen) for file, seen in found])

    def _seen(self, file: File, there: Mapping[str, StoredObject], prefix: str) -> StoredObject | None:
        if file.bucket is None and file.key.startswith(prefix):
            return there.get(file.key)
        return as_stored(file)


def as_stored(file: File) -> StoredObject:
    """The stored object of a file as it was when it was found in the store."""
    if file.modified_at is None and file.source is None:
        raise ValueError(f"file {file.id} was never seen in the store")
    # A copy of a file whose own time is unknown: a message needs a time, but nothing reads it.
    at = file.modified_at or datetime.fromtimestamp(0, UTC)
    return StoredObject(file.key, file.size, file.etag or "", at, file.bucket, file.sequencer)
