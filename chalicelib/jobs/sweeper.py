"""The sweeper: checks all due jobs once a minute, and repairs the effects of crashes and lost messages."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from itertools import batched

from chalicelib.jobs.core import Core
from chalicelib.jobs.errors import JobNotFound, StaleTransition
from chalicelib.jobs.file_moving import AT_ONCE as REJECTED_AT_ONCE
from chalicelib.jobs.file_moving import reject_files
from chalicelib.jobs.intake.dropfolder import DropFolders
from chalicelib.jobs.library.control import Control
from chalicelib.jobs.model import BIN_KEEPS, Job
from chalicelib.jobs.moves import AWAIT_END, DELETE, GIVE_UP, LOOK_AGAIN, NOTE_ARRIVALS, SEAL
from chalicelib.jobs.moving import move
from chalicelib.jobs.ports.stores import SweeperStore
from chalicelib.jobs.states import FINISHED, RECEIVING, JobState
from chalicelib.jobs.work.settling import RUN_PATIENCE, Settling
from chalicelib.jobs.work.slices import Slices
from chalicelib.jobs.works import place_of

log = logging.getLogger(__name__)

AT_ONCE = 500
SHARE = timedelta(seconds=10)
"""The most time of a sweep for one job; later sweeps do the rest, after the jobs that were due with it."""
NEXT_SWEEP = timedelta(seconds=30)


class OutOfTime(Exception):
    """A job's share of the sweep is used up; what is done stays done."""


class Sweeper:
    def __init__(
        self, core: Core[SweeperStore], control: Control, settling: Settling, drops: DropFolders, slices: Slices
    ) -> None:
        self._jobs = core.jobs
        self._queues = core.queues
        self._control = control
        self._settling = settling
        self._drops = drops
        self._slices = slices
        self._works = core.works
        self._limits = core.limits
        self._clock = core.clock
        self._observer = core.observer

    def sweep(self, deadline: datetime) -> int:
        """Looks at every job that is due; returns how many. One that can't be mended doesn't hold up the others."""
        seen = 0
        for job_id in self._jobs.due_jobs(self._clock(), AT_ONCE):
            until = min(self._clock() + SHARE, deadline - timedelta(seconds=self._limits.lease_margin))
            if self._clock() >= until:
                break
            with self._observer.span("mend", job_id=job_id):
                try:
                    self.mend(self._jobs.job(job_id), until)
                except (StaleTransition, JobNotFound):
                    log.info("skipped: the job changed meanwhile")
                except OutOfTime:
                    log.info("the job takes more than one sweep", extra={"job_id": job_id})
                    self._postpone(job_id, NEXT_SWEEP)
                except Exception:
                    log.exception("a job could not be mended")
                    self._observer.measure("SweeperFindings", Finding="unmended")
                    self._postpone(job_id, timedelta(seconds=self._limits.check_every))
            seen += 1
        return seen

    def _postpone(self, job_id: str, wait: timedelta) -> None:
        """Makes room for the jobs that are due after this one."""
        try:
            self._look_again(self._jobs.job(job_id), self._clock() + wait)
        except Exception:
            log.exception("a job could not be postponed")

    def mend(self, job: Job, until: datetime) -> None:
        """OutOfTime where not all could be done by then."""
        now = self._clock()
        if job.deleting:
            self._found("deletion broke off")
            self._queues.clean_up({"job_id": job.id})
            self._look_again(job, now + RUN_PATIENCE)
        elif job.binned_at and now >= job.binned_at + BIN_KEEPS:
            move(self._jobs, job, DELETE(due_at=now + RUN_PATIENCE))
            self._queues.clean_up({"job_id": job.id})
        elif job.final or job.state is JobState.PAUSED:
            if job.state is JobState.CANCELLED:
                self._in_time(self._control.clean(job, until))
            if job.final and job.expires_at and job.expires_at <= now:
                self._expire(job, now)
            elif job.final and not job.binned_at and job.bin_due_at and job.bin_due_at <= now:
                self._queues.clean_up({"bin": job.id})
                self._look_again(job, now + RUN_PATIENCE)
            else:
                move(self._jobs, job, AWAIT_END(due_at=job.due_when_over if job.final else None))
        elif job.shared:
            if self._slices.mend(job):
                self._found("slices without a worker")
        elif job.run_requested or job.state is JobState.QUEUED:
            free = job.lease_until is None or job.lease_until <= now
            if free:
                self._found("run without a worker")
                self._queues.run(place_of(self._works[job.pipeline], job), job.id)
            self._look_again(job, now + RUN_PATIENCE if free else job.lease_until)
        elif job.listing is not None:
            self._found("listing broke off")
            self._queues.list_objects(job.id)
            self._look_again(job, now + RUN_PATIENCE)
        else:
            self._mend_arrivals(job, now, until)

    def _expire(self, job: Job, now: datetime) -> None:
        """Hides the job from its owner; its data is deleted in the background, and requested again until it is gone."""
        move(self._jobs, job, DELETE(due_at=now + RUN_PATIENCE))
        self._queues.clean_up({"job_id": job.id})

    def _mend_arrivals(self, job: Job, now: datetime, until: datetime) -> None:
        job = self._drops.close_if_quiet(job)
        if job.listing is not None:
            return
        if job.given_up:
            self._give_up(job, until)
            return
        job = self._settling.settle(job.id)
        if job.run_requested or job.state not in RECEIVING:
            return
        active_at = job.active_at or job.created_at
        if job.counts.finished != job.mark:
            active_at = now
        elif job.open_until and not job.sealed:
            if job.open_until <= now:
                self._settling.settle(move(self._jobs, job, SEAL(active_at=now)).id)
                return
        elif now - active_at >= timedelta(seconds=self._limits.upload_patience):
            # Recorded first, so that files given up before a crash aren't taken for a sign of life after it.
            self._give_up(move(self._jobs, job, GIVE_UP()), until)
            return
        elif self._settling.ask_again(job, until):
            self._found("file not looked at")
        wait = self._limits.quiet_seconds if job.batch and not job.sealed else self._limits.check_every
        due_at = now + timedelta(seconds=wait)
        move(self._jobs, job, NOTE_ARRIVALS(active_at=active_at, mark=job.counts.finished, due_at=due_at))

    def _give_up(self, job: Job, until: datetime) -> None:
        """Closes a job whose last files never came. It fails if it has no file, and continues with the others
        otherwise."""
        self._found("upload never came")
        hours = self._limits.upload_patience / 3600
        text = f"The file did not arrive within {hours:g} hours. Upload it in a new job."
        for files in batched((f for f in self._jobs.files(job) if f.state not in FINISHED), REJECTED_AT_ONCE):
            self._in_time(self._clock() < until)
            rejected = reject_files(self._jobs, job, files, "uploads_expired", text, self._clock())
            if rejected:
                self._observer.measure("FilesRejected", rejected, Pipeline=job.pipeline, Code="uploads_expired")
        self._in_time(self._control.abort_uploads(job, until))
        self._settling.settle(job.id)

    def _in_time(self, done: bool) -> None:
        if not done:
            raise OutOfTime

    def _found(self, what: str) -> None:
        log.warning("recovered: %s", what)
        self._observer.measure("SweeperFindings", Finding=what)

    def _look_again(self, job: Job, due_at: datetime | None) -> None:
        move(self._jobs, job, LOOK_AGAIN(due_at=due_at))
