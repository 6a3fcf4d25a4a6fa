"""The quota of guests: bytes a day from one range of addresses. Guests' tokens are free, so a limit for each guest
would limit nothing."""

from __future__ import annotations

import hashlib
import ipaddress
import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Protocol

from chalicelib.accounts.errors import GuestQuotaReached
from chalicelib.jobs.errors import JobError
from chalicelib.jobs.ports.outside import Clock

WINDOW = timedelta(hours=24)
"""The time from a window's first bytes until the count starts again."""
IPV4_PREFIX, IPV6_PREFIX = 24, 48
"""Prefix lengths of the ranges in which one subscriber may have many addresses."""


class QuotaStore(Protocol):
    def take_bytes(self, name: str, size: int, limit: int, now: datetime, window: timedelta) -> datetime | None:
        """Counts these bytes and returns None; where they would exceed `limit`, counts nothing and returns when the
        count starts again."""

    def give_back_bytes(self, name: str, size: int) -> None: ...


class GuestQuota:
    """limit: bytes within a window; 0: guests may bring nothing."""

    def __init__(self, store: QuotaStore, limit: int, clock: Clock) -> None:
        self._store = store
        self._limit = limit
        self._clock = clock

    @contextmanager
    def taken(self, address: str, size: int) -> Iterator[None]:
        """Counts these bytes for the work inside the block, and takes them back where that is refused.
        GuestQuotaReached."""
        if not size:  # a job that is opened before its files are known
            yield
            return
        name, now = _name(address), self._clock()
        free_at = self._store.take_bytes(name, size, self._limit, now, WINDOW)
        if free_at is not None:
            raise GuestQuotaReached(self._limit, max(1, math.ceil((free_at - now).total_seconds())))
        try:
            yield
        except JobError:
            self._store.give_back_bytes(name, size)
            raise


def range_of(address: str) -> str:
    """The network of an address; one and the same for all invalid addresses."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    known = getattr(known, "ipv4_mapped", None) or known
    return str(ipaddress.ip_network((known, IPV4_PREFIX if known.version == 4 else IPV6_PREFIX), strict=False))


def _name(address: str) -> str:
    # The table need not reveal addresses.
    return hashlib.sha256(range_of(address).encode()).hexdigest()
