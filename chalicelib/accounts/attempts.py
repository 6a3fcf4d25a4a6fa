"""Guessing has a limit: so many wrong passwords for one email, and it has to wait; whether there is such an account or
not, or the answer would tell."""

from __future__ import annotations

import hashlib
import math
from datetime import timedelta

from chalicelib.accounts.errors import TooManyAttempts
from chalicelib.accounts.ports import AttemptStore
from chalicelib.jobs.ports import Clock

LIMIT = 10
WINDOW = timedelta(minutes=15)


class Attempts:
    def __init__(self, store: AttemptStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def begin(self, email: str) -> None:
        """Before the password is looked at: counted afterwards, a thousand guesses at once would all be let through.
        TooManyAttempts."""
        now = self._clock()
        free_at = self._store.attempt(_name(email), now, WINDOW, LIMIT)
        if free_at is not None:
            raise TooManyAttempts(retry_after=max(1, math.ceil((free_at - now).total_seconds())))

    def succeeded(self, email: str) -> None:
        self._store.forget_attempts(_name(email))


def _name(email: str) -> str:
    return hashlib.sha256(email.encode()).hexdigest()
