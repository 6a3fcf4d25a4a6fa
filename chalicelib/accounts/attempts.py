"""Limits of password guessing: wrong passwords for one email from one address, and from all. They apply to unknown
emails too, so that the answer doesn't reveal accounts.

A single limit for each email would let any stranger lock its owner out. So the limit for all addresses together is
larger, and doesn't apply to an address from which the right password came lately.
"""

from __future__ import annotations

import hashlib
import math
from datetime import datetime, timedelta

from chalicelib.accounts.errors import TooManyAttempts, TooManyGifts, TooManyGuests
from chalicelib.accounts.ports import AttemptStore
from chalicelib.jobs.ports.outside import Clock

LIMIT = 10
"""Wrong passwords from one address for one email."""
LIMIT_OF_ALL = 100
"""Wrong passwords for one email from all addresses together, except known ones."""
LIMIT_OF_GIFTS = 120
"""Requests from one address to give files by one share."""
WINDOW = timedelta(minutes=15)
HOUR = timedelta(hours=1)
KNOWN_FOR = timedelta(days=90)


class Attempts:
    def __init__(self, store: AttemptStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def begin(self, email: str, address: str) -> None:
        """Counts an attempt before the password is checked: counting afterwards would let a thousand concurrent guesses
        through. TooManyAttempts."""
        now = self._clock()
        self._count(_name(email, address), now, LIMIT)
        if not self._store.is_known(_name(email, address), now):
            self._count(_name(email), now, LIMIT_OF_ALL)

    def succeeded(self, email: str, address: str) -> None:
        self._store.forget_attempts(_name(email, address))
        self._store.remember(_name(email, address), self._clock() + KNOWN_FOR)

    def begin_guest(self, address: str, most: int) -> None:
        """Counts one more guest from the address. TooManyGuests where there were `most` within the hour."""
        now = self._clock()
        free_at = self._store.attempt(_name("guest", address), now, HOUR, most)
        if free_at is not None:
            raise TooManyGuests(retry_after=max(1, math.ceil((free_at - now).total_seconds())))

    def visit(self, name: str, address: str) -> None:
        """Counts one more gift from the address by a share. TooManyGifts."""
        now = self._clock()
        free_at = self._store.attempt(_name(name, address), now, WINDOW, LIMIT_OF_GIFTS)
        if free_at is not None:
            raise TooManyGifts(retry_after=max(1, math.ceil((free_at - now).total_seconds())))

    def _count(self, name: str, now: datetime, limit: int) -> None:
        free_at = self._store.attempt(name, now, WINDOW, limit)
        if free_at is not None:
            raise TooManyAttempts(retry_after=max(1, math.ceil((free_at - now).total_seconds())))


def _name(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
