"""Claims on a run or on one slice of it: a lease that is renewed beside the work, and the clean points at which a step
stops."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from contextvars import copy_context
from datetime import datetime, timedelta
from typing import Any, Protocol, Unpack

from chalicelib.jobs.errors import JobNotFound, StaleTransition
from chalicelib.jobs.model import File, Job, Slice
from chalicelib.jobs.moves import ASK_USER, ASK_USER_IN_SLICE, GET_ON, RELEASE, RENEW, JobFields, MovedJob
from chalicelib.jobs.moving import move
from chalicelib.jobs.ports.outside import Clock
from chalicelib.jobs.ports.stores import RunStore
from chalicelib.jobs.states import JobState
from chalicelib.jobs.work.slice_claims import release_slice, renew_slice

log = logging.getLogger(__name__)

RUN_LEASE = timedelta(seconds=90)
"""Short, and renewed as long as the process lives: after any crash another worker continues within two minutes."""
RENEW_SECONDS = 25.0


class Interrupted(BaseException):
    """Stops a step at a clean point. A BaseException, so that a pipeline's `except Exception` lets it pass."""


class Cancelled(Interrupted):
    pass


class FileGone(Interrupted):
    """A file's object has gone since its inspection: the run begins again without the file."""

    def __init__(self, file: File) -> None:
        super().__init__(file.id)
        self.file = file


class HandOn(Interrupted):
    """Another invocation continues from the saved state: because this one's time is nearly up, or in the function
    `place`."""

    def __init__(self, place: str | None = None) -> None:
        super().__init__(place)
        self.place = place


class Claim(Protocol):
    """job: as last read or written."""

    job: Job

    def write(self, **changes: Unpack[JobFields]) -> None:
        """The clean point: renews the lease and writes changes to the job. Raises HandOn where the time is up, and
        Interrupted where the claim is lost or the job is no longer running."""

    def renew(self) -> None:
        """Renews the lease alone. StaleTransition where the claim is lost."""

    def pause(self, waiting_for: Mapping[str, Any]) -> None:
        """running → paused. Raises as write()."""


class RunClaim:
    """The claim on a job's run, whose lease is a condition of all its writes."""

    def __init__(self, jobs: RunStore, job: Job, deadline: datetime, clock: Clock) -> None:
        self.job = job
        self._claimed = job
        self._jobs = jobs
        self._deadline = deadline
        self._clock = clock

    def write(self, **changes: Unpack[JobFields]) -> None:
        now = self._clock()
        if now >= self._deadline:
            raise HandOn
        fields: JobFields = {**changes, "active_at": now, "lease_until": now + RUN_LEASE}
        self._move(GET_ON(**fields))

    def renew(self) -> None:
        move(self._jobs, self._claimed, RENEW(lease_until=self._clock() + RUN_LEASE))

    def pause(self, waiting_for: Mapping[str, Any]) -> None:
        self._move(ASK_USER(waiting_for=dict(waiting_for)))

    def release(self, **changes: Unpack[JobFields]) -> None:
        """Releases the claim, so that the next worker need not wait for the lease."""
        try:
            self.job = move(self._jobs, self.job, RELEASE(**changes))
        except (JobNotFound, StaleTransition):
            return

    def _move(self, moved: MovedJob) -> None:
        try:
            self.job = move(self._jobs, self.job, moved)
        except (JobNotFound, StaleTransition):
            raise stopped(self._jobs, self.job.id) from None


class SliceClaim:
    """The claim on one slice. As many workers share the job, a clean point reads the job and writes the slice."""

    def __init__(self, jobs: RunStore, job: Job, part: Slice, deadline: datetime, clock: Clock) -> None:
        self.job = job
        self.part = part
        self._jobs = jobs
        self._deadline = deadline
        self._clock = clock

    def write(self, **changes: Unpack[JobFields]) -> None:
        if changes:
            raise TypeError(f"a slice can't change its job: {sorted(changes)}")
        if self._clock() >= self._deadline:
            raise HandOn
        try:
            self.job = self._jobs.job(self.job.id)
            if self.job.state is JobState.CANCELLED:
                raise Cancelled
            if self.job.state is not JobState.RUNNING or not is_of(self.part, self.job):
                raise Interrupted
            self.renew()
        except (JobNotFound, StaleTransition):
            raise Interrupted from None

    def renew(self) -> None:
        renew_slice(self._jobs, self.part, self._clock() + RUN_LEASE)

    def pause(self, waiting_for: Mapping[str, Any]) -> None:
        try:
            self.job = move(self._jobs, self.job, ASK_USER_IN_SLICE(waiting_for=dict(waiting_for)))
        except (JobNotFound, StaleTransition):
            raise stopped(self._jobs, self.job.id) from None

    def release(self, tries: int | None = None) -> None:
        """Releases the claim, optionally with other `tries`."""
        try:
            release_slice(self._jobs, self.part, tries)
        except StaleTransition:
            return


def is_of(part: Slice, job: Job) -> bool:
    """Whether the slice belongs to the job's current step and division."""
    return job.slices is not None and (part.division, part.step) == (job.division, job.steps_done)


class Renewal:
    """Renews a claim's lease beside the work, until stop(): a step may be silent for minutes."""

    def __init__(self, claim: Claim) -> None:
        self._claim = claim
        self._stopped = threading.Event()
        renew = copy_context().run  # its log lines belong to this run too
        name = f"lease of {claim.job.id}"
        threading.Thread(target=renew, args=(self._renew,), name=name, daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def _renew(self) -> None:
        while not self._stopped.wait(RENEW_SECONDS):
            try:
                self._claim.renew()
            except StaleTransition:
                return  # paused, cancelled or lost: the next clean point tells which
            except Exception:
                log.exception("the lease could not be renewed", extra={"job_id": self._claim.job.id})


def stopped(jobs: RunStore, job_id: str) -> Interrupted:
    try:
        state = jobs.job(job_id).state
    except JobNotFound:
        return Interrupted()
    return Cancelled() if state is JobState.CANCELLED else Interrupted()
