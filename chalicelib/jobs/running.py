"""The run of a job: its steps in order, each once, by one worker at a time."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from chalicelib.jobs import keys
from chalicelib.jobs.context import RUN_LEASE, Cancelled, Context, HandOn, Interrupted
from chalicelib.jobs.deliveries import deliveries
from chalicelib.jobs.errors import JobNotFound, StaleTransition
from chalicelib.jobs.limits import Limits
from chalicelib.jobs.model import Job
from chalicelib.jobs.observer import UNOBSERVED, Observer
from chalicelib.jobs.ports import Clock, JobStore, ModelStore, ObjectStore, Queues
from chalicelib.jobs.results import result_of_run
from chalicelib.jobs.settling import Settling
from chalicelib.jobs.states import JobState
from chalicelib.pipelines.base import Pipeline, PipelineFailed, Step

log = logging.getLogger(__name__)

RUNNING = frozenset({JobState.RUNNING})
MOST_TRIES = 10
"""So often is a run taken up without getting on at all: neither a step nor a part of a zip."""
TOO_OFTEN = "The run broke off several times; what was uploaded is kept, and the job can be retried."


class Runner:
    def __init__(
        self,
        jobs: JobStore,
        objects: ObjectStore,
        queues: Queues,
        models: ModelStore,
        settling: Settling,
        pipelines: Mapping[str, Pipeline],
        limits: Limits,
        clock: Clock,
        observer: Observer = UNOBSERVED,
    ) -> None:
        self._jobs = jobs
        self._objects = objects
        self._queues = queues
        self._models = models
        self._settling = settling
        self._pipelines = pipelines
        self._limits = limits
        self._clock = clock
        self._observer = observer

    def receive(self, event: Mapping[str, Any], deadline: datetime, place: str | None = None) -> list[str]:
        """Runs the jobs of a batch of messages; returns the ids of those that must come again.

        place: the pipeline or layer whose libraries are here, None where all are.
        """
        again = []
        for delivery in deliveries(event):
            job_id = delivery.body.get("job_id")
            if not isinstance(job_id, str):
                log.error("a message without a job", extra={"message_id": delivery.id})
                continue
            with self._observer.span("run", job_id=job_id):
                try:
                    self.run(job_id, delivery.id, deadline, place)
                except JobNotFound:
                    log.info("the job is gone")
                except Exception:
                    log.exception("a run broke off")
                    again.append(delivery.id)
        return again

    def undelivered(self, event: Mapping[str, Any]) -> None:
        """Gives up on the jobs of messages that came too often."""
        for delivery in deliveries(event):
            try:
                job = self._jobs.job(str(delivery.body.get("job_id")))
                free = job.lease_until is None or job.lease_until <= self._clock() or job.claimed_by == delivery.id
                if job.run_requested and free:
                    self._settling.fail(job, "run_failed", TOO_OFTEN, same=("attempt",))
            except (JobNotFound, StaleTransition):
                continue

    def run(self, job_id: str, by: str, deadline: datetime, place: str | None = None) -> None:
        """Runs what is left of a job, as far as its steps belong `place`. Does nothing where it is over, paused, not
        ready, or in another worker's hands: the sweeper asks again once that worker's lease has expired."""
        job, now = self._jobs.job(job_id), self._clock()
        try:
            job = self._jobs.claim_run(job, by, now, now + RUN_LEASE)
        except StaleTransition:
            return
        if job.tries > MOST_TRIES:
            self._fail(job, "run_failed", TOO_OFTEN)
            return
        pipeline = self._pipelines[job.pipeline]
        scratch = Path(tempfile.mkdtemp(prefix="millrace-"))
        context = Context(
            job,
            pipeline,
            scratch,
            deadline,
            self._jobs,
            self._objects,
            self._models,
            self._limits,
            self._clock,
            self._observer,
        )
        log.info("a run goes on", extra={"attempt": job.attempt, "steps_done": job.steps_done})
        context.keep_claim()
        try:
            for step in pipeline.steps[job.steps_done :]:
                there = step.layer(context.options) or pipeline.name
                if place not in {None, there}:
                    raise HandOn(there)
                with self._step(job, step):
                    context.begin(step)
                    step.run(context)
                    context.finish_step()
            self._complete(context)
        except PipelineFailed as failed:
            context.stop()
            self._fail(context.job, failed.code, failed.message)
        except HandOn as on:
            log.info("another function goes on", extra={"place": on.place or place or job.pipeline})
            context.release()
            self._queues.run(on.place or place or job.pipeline, job.id)
        except Cancelled:
            clean(self._objects, self._jobs, job.id)
        except Interrupted:
            log.info("the run stopped at a clean point")
            context.release(tries=0)
        except StaleTransition:
            # The claim was lost, or the job paused or cancelled, between two looks.
            if self._jobs.job(job.id).state is JobState.CANCELLED:
                clean(self._objects, self._jobs, job.id)
            context.release()
        except Exception:
            context.release()
            raise
        finally:
            context.stop()
            shutil.rmtree(scratch, ignore_errors=True)

    @contextmanager
    def _step(self, job: Job, step: Step) -> Iterator[None]:
        began, outcome = self._clock(), "is not done yet"
        try:
            with self._observer.span(step.name):
                yield
            outcome = "is done"
        finally:
            seconds = (self._clock() - began).total_seconds()
            self._observer.measure("StepSeconds", seconds, Pipeline=job.pipeline, Step=step.name)
            log.info("a step %s", outcome, extra={"step": step.name, "seconds": round(seconds, 3)})

    def _fail(self, job: Job, code: str, text: str) -> None:
        """Fails the job, if it is still this worker's and not paused or cancelled by now."""
        try:
            self._settling.fail(job, code, text, same=("attempt",))
        except StaleTransition:
            log.info("the job moved on by itself", extra={"job_id": job.id})

    def _complete(self, context: Context) -> None:
        job, now = context.job, self._clock()
        if job.result:
            self._jobs.put_result(result_of_run(job, now))
        seconds = (now - (job.started_at or job.created_at)).total_seconds()
        changes = {
            "state": JobState.COMPLETED,
            "completed_at": now,
            "due_at": None,
            "lease_until": None,
            "claimed_by": None,
            "current_filename": None,
            "upload": None,
        }
        self._jobs.change_job(job, changes, allowed=RUNNING, same=("attempt",))
        self._observer.measure("JobsCompleted", Pipeline=job.pipeline)
        self._observer.measure("JobSeconds", seconds, Pipeline=job.pipeline)
        log.info("the job is completed", extra={"pipeline": job.pipeline, "seconds": round(seconds, 3)})
        self._jobs.record_duration(job.pipeline, seconds)
        if context.saved_anything:
            self._objects.delete_prefix(keys.below(keys.WORK, job.id))


def clean(objects: ObjectStore, jobs: JobStore, job_id: str) -> None:
    """Removes what a run had half made; what the user uploaded stays."""
    for root in (keys.WORK, keys.RESULTS):
        objects.delete_prefix(keys.below(root, job_id))
    jobs.delete_artifacts(job_id)
