"""Removes the belongings of expired guests: after the end of a guest's token they can't be reached any more. Guests who
have registered keep everything; those of guests who have signed in to an account are handed to it."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Protocol

from chalicelib.jobs.errors import JobNotFound, TryAgain
from chalicelib.jobs.library.deletion import Deletion
from chalicelib.jobs.library.takeover import Taken, Takeover
from chalicelib.jobs.ports.outside import Clock, Queues
from chalicelib.jobs.ports.stores import JobLists

log = logging.getLogger(__name__)

AT_ONCE = 100
AGAIN = timedelta(hours=1)
"""The time after which a guest is requested again, in case a message was lost."""
PAGE = 50


class GuestStore(Protocol):
    def note_guest(self, user_id: str, until: datetime) -> None:
        """Remembers when a guest is due; the latest call counts."""

    def due_guests(self, now: datetime, limit: int) -> list[str]:
        """The longest due first."""

    def forget_guest(self, user_id: str) -> None: ...


class Registered(Protocol):
    def __call__(self, user_id: str) -> bool:
        """Whether the guest has an account, strongly consistent."""


class TakenBy(Protocol):
    def __call__(self, guest_id: str, /) -> Taken | None:
        """The account to which the guest has signed in, strongly consistent."""


class Keeps(Protocol):
    def clear(self, owner_id: str) -> None: ...


class Guests:
    """keeps: what users keep beside their jobs."""

    def __init__(
        self,
        store: GuestStore,
        jobs: JobLists,
        deletion: Deletion,
        keeps: Keeps,
        queues: Queues,
        registered: Registered,
        taken: TakenBy,
        takeover: Takeover,
        clock: Clock,
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._deletion = deletion
        self._keeps = keeps
        self._queues = queues
        self._registered = registered
        self._taken = taken
        self._takeover = takeover
        self._clock = clock

    def note(self, user_id: str, until: datetime) -> None:
        """Notes a guest before the first files. until: the end of the token, which is the only way to them."""
        self._store.note_guest(user_id, until)

    def sweep(self) -> int:
        """Asks for the removal of expired guests' belongings; returns how many guests there were."""
        now = self._clock()
        due = self._store.due_guests(now, AT_ONCE)
        for user_id in due:
            self._store.note_guest(user_id, now + AGAIN)
            self._queues.clean_up({"guest": user_id})
        return len(due)

    def clear(self, user_id: str, deadline: datetime) -> None:
        """Removes all data of an expired guest, or hands it to the account that the guest has signed in to. Does as
        much as time allows, then queues a message to continue."""
        if self._registered(user_id):
            self._store.forget_guest(user_id)
            return
        if taken := self._taken(user_id):
            if self._takeover.go_on(user_id, taken, deadline):
                self._store.forget_guest(user_id)
            return
        before: str | None = None
        while True:
            found, before = self._jobs.jobs_of(
                user_id, states=frozenset(), pipeline=None, limit=PAGE, before=before, binned=None
            )
            for job in found:
                if self._clock() >= deadline:
                    self._queues.clean_up({"guest": user_id})
                    return
                try:
                    self._deletion.delete_job(user_id, job.id)
                except JobNotFound:
                    continue
                except TryAgain:
                    log.info("a guest's job is changing: it is looked at again", extra={"job_id": job.id})
                    return
            if before is None:
                break
        self._keeps.clear(user_id)
        self._store.forget_guest(user_id)
