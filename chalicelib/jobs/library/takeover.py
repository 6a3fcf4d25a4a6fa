"""Hands a guest's belongings to an account: jobs with their files and results, user data, webhooks and shares.

Each job changes hands in one transaction with its usage, so that it belongs to one of the two at all times.
After a crash the guest's own reminder continues until the guest has nothing left. Workers that
read a job before may still write the guest's id beside their findings: it is replaced once they are done.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from typing import Protocol

from chalicelib.jobs.changes import Change, FileRecord, Is, Refused, UsageRecord
from chalicelib.jobs.errors import JobNotFound, StaleTransition
from chalicelib.jobs.file_moves import HAND_ON
from chalicelib.jobs.model import File, Job, owner_hash
from chalicelib.jobs.moves import HAND_OVER
from chalicelib.jobs.moving import planned
from chalicelib.jobs.ports.outside import Clock, Queues
from chalicelib.jobs.ports.stores import TakeoverStore

log = logging.getLogger(__name__)

PAGE, FILES_AT_ONCE = 1000, 50
TRIES = 5
SETTLED = timedelta(minutes=16)
"""A function lives for 15 minutes: after this time no worker still holds a job as the guest's."""


@dataclass(frozen=True)
class Taken:
    """The account that took over a guest's belongings, and when."""

    account_id: str
    at: datetime


@dataclass(frozen=True)
class TakenOver:
    """jobs, user_data, webhooks, shares: how many there were. scenes_left: whether there are scenes, which stay.
    complete: whether all have changed hands; else they do so in the background."""

    jobs: int
    user_data: int
    webhooks: int
    shares: int
    scenes_left: bool
    complete: bool


class Reminders(Protocol):
    def note_guest(self, user_id: str, until: datetime) -> None: ...


class Keeps(Protocol):
    def hand_on(self, before: str, owner_id: str, deadline: datetime) -> int | None:
        """Gives everything that one owner keeps to another, and returns the number of entries; None where the time ran
        out. An entry of the other's with the same name stays; the given one then gets `.guest` after its name."""


class Belongings(Protocol):
    def hand_on(self, before: str, owner_id: str) -> tuple[int, int]:
        """Gives the webhooks and shares of one owner to another, also beyond the other's limit; returns how many there
        were. A repetition gives the rest. A webhook receives both owners' events until `forget`."""

    def has_scenes(self, owner_id: str) -> bool: ...
    def forget(self, before: str) -> None:
        """Removes the records kept for events in the old owner's name."""


class Takeover:
    """keeps: what users keep beside their jobs."""

    def __init__(
        self,
        reminders: Reminders,
        jobs: TakeoverStore,
        keeps: Keeps,
        belongings: Belongings,
        queues: Queues,
        clock: Clock,
    ) -> None:
        self._reminders = reminders
        self._jobs = jobs
        self._keeps = keeps
        self._belongings = belongings
        self._queues = queues
        self._clock = clock

    def begin(self, guest_id: str, taken: Taken, deadline: datetime) -> TakenOver:
        """Moves as much as time allows. The guest's token must no longer be valid."""
        self._reminders.note_guest(guest_id, taken.at + SETTLED)
        jobs = self._jobs_of(guest_id)
        self._queues.clean_up({"guest": guest_id})
        webhooks, shares = self._belongings.hand_on(guest_id, taken.account_id)
        moved = self._hand_over(jobs, taken.account_id, deadline)
        kept = self._keeps.hand_on(guest_id, taken.account_id, deadline)
        scenes = self._belongings.has_scenes(guest_id)
        return TakenOver(len(jobs), kept or 0, webhooks, shares, scenes, moved and kept is not None)

    def go_on(self, guest_id: str, taken: Taken, deadline: datetime) -> bool:
        """Moves the rest, or as much as time allows, then queues a message to continue. True once nothing is left."""
        settled = self._clock() >= taken.at + SETTLED
        self._belongings.hand_on(guest_id, taken.account_id)
        in_time = (
            self._hand_over(self._jobs_of(guest_id), taken.account_id, deadline)
            and self._keeps.hand_on(guest_id, taken.account_id, deadline) is not None
            and all(
                self._hand_on(job, guest_id, deadline)
                for job in self._jobs_of(taken.account_id)
                if job.begun_by == guest_id
            )
        )
        if not in_time:
            self._queues.clean_up({"guest": guest_id})
        elif settled:
            self._belongings.forget(guest_id)
        return in_time and settled

    def _jobs_of(self, owner_id: str) -> list[Job]:
        found: list[Job] = []
        before: str | None = None
        while True:
            some, before = self._jobs.jobs_of(
                owner_id, states=frozenset(), pipeline=None, limit=PAGE, before=before, binned=None
            )
            found += some
            if before is None:
                return found

    def _hand_over(self, jobs: Sequence[Job], account_id: str, deadline: datetime) -> bool:
        """Whether all belong to the account now, or are gone."""
        complete = True
        for job in jobs:
            if self._clock() >= deadline:
                return False
            complete = self._give(job, account_id) and complete
        return complete

    def _give(self, job: Job, account_id: str) -> bool:
        guest_id = job.owner_id
        for _ in range(TRIES):
            try:
                changes, _ = planned(job, HAND_OVER(owner_id=account_id, begun_by=guest_id))
                self._jobs.apply([*changes, *_counting(job, account_id)])
            except (Refused, StaleTransition):
                pass
            else:
                return True
            try:
                job = self._jobs.job(job.id)
            except JobNotFound:
                return True
            if job.owner_id != guest_id or job.deleting:
                return True
        log.info("a guest's job is changing: it is handed over later", extra={"job_id": job.id})
        return False

    def _hand_on(self, job: Job, guest_id: str, deadline: datetime) -> bool:
        """Replaces the guest's id beside files and results of a job that has changed hands."""
        for some in batched(self._jobs.files(job, binned=True), FILES_AT_ONCE):
            if self._clock() >= deadline:
                return False
            known = [f for f in some if f.sha256 and f.owner_hash == owner_hash(guest_id, f.sha256)]
            if known and not self._rename(known, job.owner_id):
                for file in known:
                    self._rename([file], job.owner_id)
            # A file that shares another's object is found through that one.
            copies = {f.sha256: (f.job_id, f.number) for f in known if f.sha256 and f.source is None}
            self._jobs.note_copies(job.owner_id, copies)
        self._jobs.hand_on_results(job.id, job.owner_id)
        return True

    def _rename(self, files: Sequence[File], owner_id: str) -> bool:
        try:
            self._jobs.apply(
                [
                    Change(
                        FileRecord(file.job_id, file.number),
                        {**HAND_ON(owner_hash=owner_hash(owner_id, file.sha256 or "")).sets},
                        when=(Is("owner_hash", file.owner_hash),),
                    )
                    for file in files
                ]
            )
        except Refused:
            return False  # one was deleted, or is being inspected again
        return True


def _counting(job: Job, account_id: str) -> list[Change]:
    """Moves a job's usage from its owner to the account."""
    counts = {
        "jobs": 1,
        "active_jobs": 0 if job.final else 1,
        "announced_bytes": 0 if job.final else job.announced_bytes,
        "stored_bytes": job.kept_bytes,
    }
    return [
        Change(UsageRecord(job.owner_id), adds={name: -amount for name, amount in counts.items()}),
        Change(UsageRecord(account_id), adds=counts),
    ]
