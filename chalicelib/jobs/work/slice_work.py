"""The work on one slice of a step, by any worker that has the step's libraries."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from chalicelib.files.archive import SourceChanged
from chalicelib.jobs import keys
from chalicelib.jobs.core import Core
from chalicelib.jobs.errors import ObjectMissing, StaleTransition
from chalicelib.jobs.model import Job, Slice
from chalicelib.jobs.moves import FAIL_SLICE, RUN_AGAIN_FROM_SLICE
from chalicelib.jobs.ports.stores import RunStore
from chalicelib.jobs.states import JobState
from chalicelib.jobs.work.archiving import make_share
from chalicelib.jobs.work.claims import RUN_LEASE, Cancelled, FileGone, HandOn, Interrupted, Renewal, SliceClaim
from chalicelib.jobs.work.cleaning import clean
from chalicelib.jobs.work.context import Context, Stores
from chalicelib.jobs.work.losing import run_again_without
from chalicelib.jobs.work.run_archives import SHARES
from chalicelib.jobs.work.settling import Settling
from chalicelib.jobs.work.slice_claims import claim_slice
from chalicelib.jobs.work.slices import SliceMessage, Slices
from chalicelib.jobs.work.zip_slices import read_share
from chalicelib.jobs.works import place_of
from chalicelib.pipelines.base import InspectedFile, Member, PipelineFailed, Step, Strategy

log = logging.getLogger(__name__)

MOST_SLICE_TRIES = 10
TOO_OFTEN = "A part of the run was interrupted several times; uploads are kept, and the job can be retried."


class SliceContext(Context):
    """The context of a slice: without the calls that belong to its job as a whole."""

    _claim: SliceClaim

    def begin(self, step: Step) -> None:
        """The claim has just read the job and written the slice."""
        self._written_at = self._clock()
        self.progress(0.0)

    def checkpoint(self, state: Mapping[str, Any]) -> None:
        raise TypeError("a slice has no checkpoint: it runs again from its start")

    def archive(self, name: str, filename: str, members: Iterable[Member]) -> None:
        raise TypeError("a slice makes no archive: that is for the next step's run")

    def share_archives(self, archives: Iterable[tuple[str, Iterable[Member]]], strategy: Strategy = "auto") -> int:
        raise TypeError("a slice shares nothing: that is for a step's run")

    def archive_slice(self, number: int) -> None:
        try:
            several = read_share(self._objects, keys.work(self.job_id, SHARES), number)
        except ObjectMissing:
            self._check()  # cancelled meanwhile
            raise
        try:
            make_share(self, self._objects, several, again=self._claim.part.attempt > 1)
        except SourceChanged as replaced:
            # Their parts would cost until they expire; other workers find them gone and stop.
            self._archives.abort()
            raise self._replaced(replaced) from None

    def result(
        self,
        summary: str,
        quality_score: float | None,
        metadata: Mapping[str, Any],
        file: InspectedFile | None = None,
    ) -> None:
        if file is None:
            raise TypeError("a slice has results of files only: that of the job is for the next step's run")
        super().result(summary, quality_score, metadata, file)

    def _note_progress(self, percent: float, filename: str | None) -> None:
        self._check()


class SliceWorker:
    def __init__(self, core: Core[RunStore], stores: Stores, settling: Settling, slices: Slices) -> None:
        self._stores = stores
        self._jobs = core.jobs
        self._clock = core.clock
        self._observer = core.observer
        self._queues = core.queues
        self._settling = settling
        self._slices = slices
        self._works = core.works

    def work(self, message: SliceMessage, by: str, deadline: datetime) -> None:
        """Does one slice, unless it is done, claimed by another worker, or part of a finished step."""
        job, now = self._jobs.job(message.job_id), self._clock()
        if not message.is_of(job):
            return
        if not job.shared:
            # All are done, but the worker that finished the last one may have died before it asked for the run.
            self._ask_for_run(job)
            return
        if job.state is not JobState.RUNNING:
            return
        try:
            part = claim_slice(self._jobs, job, message.number, by, now, now + RUN_LEASE)
        except StaleTransition:
            return
        if part.tries > MOST_SLICE_TRIES:
            self._fail(job, "run_failed", TOO_OFTEN)
            return
        work = self._works[job.pipeline]
        step = work.steps[job.steps_done]
        claim = SliceClaim(self._jobs, job, part, deadline, self._clock)
        scratch = Path(tempfile.mkdtemp(prefix="millrace-"))
        renewal, began = Renewal(claim), now
        try:
            if step.work is None:
                raise RuntimeError(f"the step {step.name} has slices and no work")
            context = SliceContext(work, claim, self._stores, scratch, deadline)
            with self._observer.span(step.name, slice=message.number):
                context.begin(step)
                step.work(context, message.number)
            renewal.stop()
            if self._slices.finish(claim):
                self._ask_for_run(job)
        except PipelineFailed as failed:
            self._fail(job, failed.code, failed.message)
        except HandOn:
            renewal.stop()
            claim.release()
            self._slices.send(job, [message.number])
        except FileGone as gone:
            try:
                stores = self._stores
                run_again_without(self._jobs, stores.objects, job, gone.file, RUN_AGAIN_FROM_SLICE, self._clock)
                self._settling.settle(job.id)
            except StaleTransition:
                log.info("skipped: the job changed meanwhile", extra={"job_id": job.id})
        except Cancelled:
            clean(self._stores.objects, self._jobs, job)
        except Interrupted:
            log.info("a slice stopped at a clean point", extra={"slice": message.number})
            renewal.stop()
            claim.release(tries=0)
        except StaleTransition:
            # The claim was lost, or the job cancelled, between two clean points.
            if self._jobs.job(job.id).state is JobState.CANCELLED:
                clean(self._stores.objects, self._jobs, job)
        except Exception:
            renewal.stop()
            claim.release()
            raise
        finally:
            renewal.stop()
            shutil.rmtree(scratch, ignore_errors=True)
            seconds = (self._clock() - began).total_seconds()
            self._observer.measure("StepSeconds", seconds, Pipeline=job.pipeline, Step=step.name)

    def undelivered(self, job: Job, message: SliceMessage, message_id: str) -> None:
        """As Runner.undelivered, for one slice."""
        if job.state is not JobState.RUNNING or not job.shared or not message.is_of(job):
            return
        found = {part.number: part for part in self._jobs.slices(job)}
        part = found.get(message.number) or Slice(job.id, message.division, message.step, message.number)
        held = part.lease_until and part.lease_until > self._clock() and part.claimed_by != message_id
        if part.done or held:
            return
        if part.tries >= MOST_SLICE_TRIES:
            self._fail(job, "run_failed", TOO_OFTEN)
            return
        # A claim that ends at once counts as a try, even if no worker has ever claimed the slice.
        now = self._clock()
        claim_slice(self._jobs, job, message.number, message_id, now, now)
        self._slices.send(job, [message.number])

    def _ask_for_run(self, job: Job) -> None:
        self._queues.run(place_of(self._works[job.pipeline], job), job.id)

    def _fail(self, job: Job, code: str, text: str) -> None:
        try:
            self._settling.fail(job, code, text, FAIL_SLICE)
        except StaleTransition:
            log.info("skipped: the job changed meanwhile", extra={"job_id": job.id})
