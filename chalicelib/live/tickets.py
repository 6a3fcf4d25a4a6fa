"""Tickets, which open a socket instead of a token: addresses are logged where headers are not."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from chalicelib.accounts.standing import Credential, Standing
from chalicelib.jobs.ports.outside import Clock
from chalicelib.live.model import TICKET_FOR
from chalicelib.live.ports import LiveStore


class Tickets:
    """Each is valid once, within a minute, with the rights of its owner's credentials. Kept as a hash."""

    def __init__(self, store: LiveStore, standing: Standing, clock: Clock) -> None:
        self._store = store
        self._standing = standing
        self._clock = clock

    def issue(self, credential: Credential) -> tuple[str, datetime]:
        """The ticket and when it expires."""
        ticket, expires_at = secrets.token_urlsafe(32), self._clock() + TICKET_FOR
        self._store.put_ticket(_digest(ticket), credential, expires_at)
        return ticket, expires_at

    def redeem(self, ticket: str) -> Credential | None:
        """The ticket's owner; None where it is no valid ticket, or the owner's credentials have ended meanwhile."""
        credential = self._store.take_ticket(_digest(ticket), self._clock())
        return credential if credential and self._standing.stands(credential) else None


def _digest(ticket: str) -> str:
    return hashlib.sha256(ticket.encode()).hexdigest()
