"""The run of a job: its steps in order, each once, by one worker at a time; a step in slices by many at once."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Unpack

from chalicelib.jobs import keys
from chalicelib.jobs.core import Core
from chalicelib.jobs.errors import JobNotFound, StaleTransition
from chalicelib.jobs.intake.deliveries import Delivery, deliveries
from chalicelib.jobs.library.results import result_of_run
from chalicelib.jobs.model import File, Job
from chalicelib.jobs.moves import COMPLETE, COUNT_TRY, FAIL_RUN, RUN_AGAIN, JobFields
from chalicelib.jobs.moving import claim_run, move
from chalicelib.jobs.ports.outside import ModelStore, UserData
from chalicelib.jobs.ports.stores import RunStore
from chalicelib.jobs.states import JobState
from chalicelib.jobs.work.claims import RUN_LEASE, Cancelled, FileGone, HandOn, Interrupted, Renewal, RunClaim
from chalicelib.jobs.work.cleaning import clean
from chalicelib.jobs.work.context import Context, Stores
from chalicelib.jobs.work.losing import run_again_without
from chalicelib.jobs.work.settling import Settling
from chalicelib.jobs.work.slice_work import SliceWorker
from chalicelib.jobs.work.slices import LOOK_AFTER, SliceMessage, Slices
from chalicelib.jobs.works import place_of
from chalicelib.pipelines.base import PipelineFailed, Step, Work

log = logging.getLogger(__name__)

MOST_TRIES = 10
"""The most claims of a run without progress: without a step, a checkpoint, or a part of a zip."""
TOO_OFTEN = "The run was interrupted several times; uploads are kept, and the job can be retried."
DEAD_LETTER_DELAY = 60


class Runner:
    def __init__(
        self, core: Core[RunStore], models: ModelStore, user_data: UserData, settling: Settling, slices: Slices
    ) -> None:
        self._stores = Stores(core.jobs, core.objects, models, user_data, core.clock, core.observer)
        self._jobs = core.jobs
        self._objects = core.objects
        self._clock = core.clock
        self._observer = core.observer
        self._queues = core.queues
        self._settling = settling
        self._slices = slices
        self._works = core.works
        self._worker = SliceWorker(core, self._stores, settling, slices)

    def receive(self, event: Mapping[str, Any], deadline: datetime, place: str | None = None) -> list[str]:
        """Runs the jobs and slices of a batch of messages; returns the ids of those to be delivered again.

        place: the pipeline or layer whose libraries this function has, None for all.
        """
        again = []
        for delivery, job_id, part in self._messages(event):
            with self._observer.span("run", job_id=job_id):
                try:
                    if part:
                        self._worker.work(part, delivery.id, deadline)
                    else:
                        self.run(job_id, delivery.id, deadline, place)
                except JobNotFound:
                    log.info("the job is gone")
                except Exception:
                    log.exception("a run broke off")
                    again.append(delivery.id)
        return again

    def undelivered(self, event: Mapping[str, Any]) -> None:
        """Handles messages that were delivered too often: a job with progress since, or with tries left, is requested
        once more. That counts as a try, so that a function which can't even start is given up too."""
        for delivery, job_id, part in self._messages(event):
            try:
                job = self._jobs.job(job_id)
                if part:
                    self._worker.undelivered(job, part, delivery.id)
                else:
                    self._undelivered(job, delivery.id)
            except (JobNotFound, StaleTransition):
                continue

    def run(self, job_id: str, by: str, deadline: datetime, place: str | None = None) -> None:
        """Runs the remaining steps of a job that belong to `place`. Does nothing where the job is over, paused, not
        ready, shared, or claimed by another worker: the sweeper requests it again once that lease has expired."""
        job, now = self._jobs.job(job_id), self._clock()
        if job.shared:
            return
        try:
            job = move(self._jobs, job, claim_run(job, by, now, now + RUN_LEASE))
        except StaleTransition:
            return
        if job.tries > MOST_TRIES:
            self._fail(job, "run_failed", TOO_OFTEN)
            return
        work = self._works[job.pipeline]
        scratch = Path(tempfile.mkdtemp(prefix="millrace-"))
        claim = RunClaim(self._jobs, job, deadline, self._clock)
        log.info("run claimed", extra={"attempt": job.attempt, "steps_done": job.steps_done})
        renewal = Renewal(claim)

        def release(**changes: Unpack[JobFields]) -> None:
            renewal.stop()
            claim.release(**changes)

        try:
            context = Context(work, claim, self._stores, scratch, deadline)
            self._go_through(work, context, place, release)
        except PipelineFailed as failed:
            renewal.stop()
            self._fail(claim.job, failed.code, failed.message)
        except HandOn as on:
            there = on.place or place_of(work, claim.job)
            log.info("run handed to another function", extra={"place": there})
            # A claim in the wrong function is no try of the step.
            release(tries=max(0, claim.job.tries - 1) if on.place else claim.job.tries)
            self._queues.run(there, job.id)
        except FileGone as gone:
            renewal.stop()
            self._go_on_without(claim.job, gone.file)
        except Cancelled:
            clean(self._objects, self._jobs, job)
        except Interrupted:
            log.info("run stopped at a clean point")
            release(tries=0)
        except StaleTransition:
            # The claim was lost, or the job paused or cancelled, between two clean points.
            if self._jobs.job(job.id).state is JobState.CANCELLED:
                clean(self._objects, self._jobs, job)
            release()
        except Exception:
            release()
            raise
        finally:
            renewal.stop()
            shutil.rmtree(scratch, ignore_errors=True)

    def _go_through(self, work: Work, context: Context, place: str | None, release: Callable[..., None]) -> None:
        """Runs the remaining steps, up to the end or to a divided step, whose slices' messages are then sent."""
        for step in work.steps[context.job.steps_done :]:
            there = step.layer(context.options) or work.name
            if place not in {None, there}:
                raise HandOn(there)
            with self._step(context.job, step):
                if context.job.slices is None:
                    context.begin(step)
                    step.run(context)
                    if step.slices and (count := step.slices(context)):
                        context.divide(count)
                        release(due_at=self._clock() + LOOK_AFTER)
                        self._slices.begin(context.job)
                        return
                context.finish_step()
        self._complete(context)

    def _go_on_without(self, job: Job, file: File) -> None:
        try:
            run_again_without(self._jobs, self._objects, job, file, RUN_AGAIN, self._clock)
        except StaleTransition:
            log.info("skipped: the job changed meanwhile", extra={"job_id": job.id})
            return
        self._settling.settle(job.id)

    def _messages(self, event: Mapping[str, Any]) -> Iterator[tuple[Delivery, str, SliceMessage | None]]:
        for delivery in deliveries(event):
            try:
                job_id, part = delivery.body.get("job_id"), SliceMessage.parse(delivery.body)
            except ValueError:
                job_id, part = None, None
            if isinstance(job_id, str):
                yield delivery, job_id, part
            else:
                log.error("message without a job", extra={"message_id": delivery.id})

    def _undelivered(self, job: Job, message_id: str) -> None:
        free = job.lease_until is None or job.lease_until <= self._clock() or job.claimed_by == message_id
        if not job.run_requested or job.shared or not free:
            return
        if job.tries >= MOST_TRIES:
            self._settling.fail(job, "run_failed", TOO_OFTEN, FAIL_RUN)
            return
        move(self._jobs, job, COUNT_TRY(tries=job.tries + 1))
        self._queues.run(place_of(self._works[job.pipeline], job), job.id, DEAD_LETTER_DELAY)

    @contextmanager
    def _step(self, job: Job, step: Step) -> Iterator[None]:
        began, outcome = self._clock(), "interrupted"
        try:
            with self._observer.span(step.name):
                yield
            outcome = "finished"
        finally:
            seconds = (self._clock() - began).total_seconds()
            self._observer.measure("StepSeconds", seconds, Pipeline=job.pipeline, Step=step.name)
            log.info("step %s", outcome, extra={"step": step.name, "seconds": round(seconds, 3)})

    def _fail(self, job: Job, code: str, text: str) -> None:
        """Fails the job, if this worker still holds it and it is neither paused nor cancelled."""
        try:
            self._settling.fail(job, code, text, FAIL_RUN)
        except StaleTransition:
            log.info("skipped: the job changed meanwhile", extra={"job_id": job.id})

    def _complete(self, context: Context) -> None:
        job, now = context.job, self._clock()
        if job.result:
            self._jobs.put_result(result_of_run(job, now))
        seconds = (now - (job.started_at or job.created_at)).total_seconds()
        move(self._jobs, job, COMPLETE(completed_at=now))
        self._observer.measure("JobsCompleted", Pipeline=job.pipeline)
        self._observer.measure("JobSeconds", seconds, Pipeline=job.pipeline)
        log.info("job completed", extra={"pipeline": job.pipeline, "seconds": round(seconds, 3)})
        self._jobs.record_duration(job.pipeline, seconds)
        if context.saved_anything:
            self._objects.delete_prefix(keys.below(keys.WORK, job.id))
        if any(step.slices for step in self._works[job.pipeline].steps):
            self._jobs.delete_slices(job.id)
