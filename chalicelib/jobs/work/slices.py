"""The slices of a running step: their messages, and the replacement of lost ones.

A step is divided once its `run` has planned it. From then on the job has no worker of its own: each slice is a message,
its claim an item, and its completion one transaction with the job's count. The worker that finishes the last slice
requests the run, which continues with the next step.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chalicelib.jobs.core import Core
from chalicelib.jobs.model import Job, Slice
from chalicelib.jobs.moves import LOOK_AT_SLICES
from chalicelib.jobs.moving import move
from chalicelib.jobs.ports.outside import Invoker
from chalicelib.jobs.ports.stores import SliceStore
from chalicelib.jobs.work.claims import SliceClaim, is_of
from chalicelib.jobs.work.slice_claims import finish_slice
from chalicelib.jobs.works import place_of

log = logging.getLogger(__name__)

LOOK_AFTER = timedelta(seconds=60)
INVOKED_BEFORE = 20
"""Seconds until the queue delivers invoked slices too, in case their invocation was lost."""
RESENT_LOOK_AFTER = timedelta(seconds=300)
"""The time until the next look after slices were sent again: longer, so that a busy queue isn't filled with repeated
messages."""


@dataclass(frozen=True)
class SliceMessage:
    job_id: str
    step: int
    number: int
    division: int

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> SliceMessage | None:
        """None for a message of a run. Raises ValueError for a malformed one."""
        if "slice" not in body:
            return None
        numbers = [body.get(name) for name in ("step", "slice", "division")]
        if not isinstance(body.get("job_id"), str) or not all(type(n) is int and n >= 0 for n in numbers):
            raise ValueError("no message of a slice")
        return cls(body["job_id"], body["step"], body["slice"], body["division"])

    def is_of(self, job: Job) -> bool:
        """Whether the job is still at this slice's step, in the same division."""
        part = Slice(self.job_id, self.division, self.step, self.number)
        return is_of(part, job) and self.number < (job.slices or 0)


class Slices:
    def __init__(self, core: Core[SliceStore], invoker: Invoker | None = None) -> None:
        """invoker: None: every message goes by the queue."""
        self._jobs = core.jobs
        self._queues = core.queues
        self._works = core.works
        self._clock = core.clock
        self._invoker = invoker

    def begin(self, job: Job) -> None:
        """Sends all slices of a newly divided step. Where the step asks for it, workers are invoked directly, and the
        queue has the same messages for later: the second delivery finds its slice claimed or done."""
        work, numbers = self._works[job.pipeline], range(job.slices or 0)
        if self._invoker is None or not work.steps[job.steps_done].invoked:
            self.send(job, numbers)
            return
        # The queue first: a crash between the two then leaves nothing to the sweeper.
        self.send(job, numbers, INVOKED_BEFORE)
        self._invoker.invoke(place_of(work, job), _messages(job, numbers))

    def send(self, job: Job, numbers: Iterable[int], delay: int = 0) -> None:
        self._queues.slices(place_of(self._works[job.pipeline], job), _messages(job, numbers), delay)

    def send_all(self, job: Job) -> None:
        """Sends messages for all slices that are neither done nor claimed."""
        now = self._clock()
        kept = {part.number for part in self._jobs.slices(job) if part.done or _is_held(part, now)}
        self.send(job, [number for number in range(job.slices or 0) if number not in kept])

    def mend(self, job: Job) -> bool:
        """Sends messages of lost slices again; returns whether there were any, and schedules the next look.

        A slice whose lease has expired has lost its worker. An unclaimed slice may just wait in its queue: it counts as
        lost where no slice is claimed and none was finished since the last look.
        """
        now = self._clock()
        parts = {part.number: part for part in self._jobs.slices(job)}
        held = {part.number for part in parts.values() if not part.done and _is_held(part, now)}
        lost = [
            part.number for part in parts.values() if not part.done and part.lease_until and part.number not in held
        ]
        if not held and job.slices_done == job.slices_mark:
            lost = [n for n in range(job.slices or 0) if n not in parts or not parts[n].done]
        wait = RESENT_LOOK_AFTER if lost else LOOK_AFTER
        # Written first: after a crash between the two, the next look sends them.
        move(self._jobs, job, LOOK_AT_SLICES(slices_mark=job.slices_done, due_at=now + wait))
        self.send(job, lost)
        return bool(lost)

    def finish(self, claim: SliceClaim) -> bool:
        """Counts a slice as done; True for the last one, after which the caller requests the run."""
        finish_slice(self._jobs, claim.job, claim.part, self._clock())
        job = self._jobs.job(claim.job.id)
        return is_of(claim.part, job) and not job.shared


def _messages(job: Job, numbers: Iterable[int]) -> list[dict[str, Any]]:
    step = {"job_id": job.id, "step": job.steps_done, "division": job.division}
    return [step | {"slice": number} for number in numbers]


def _is_held(part: Slice, now: Any) -> bool:
    return part.lease_until is not None and part.lease_until > now
