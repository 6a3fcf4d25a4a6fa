"""The values of live updates: topics, connections, watchers, frames."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from chalicelib.accounts.standing import Credential

TICKET_FOR = timedelta(seconds=60)
LASTS = timedelta(hours=2)
"""API Gateway's limit for a connection; its items expire after it."""
UPDATE_EVERY = timedelta(seconds=2)
CHECK_EVERY = timedelta(seconds=5)
LEASE = timedelta(seconds=20)
"""Longer than a look takes and the next one takes to begin."""
BUSY_PACE, CALM_PACE = 1, 5
"""Seconds between two looks at a job, and at a list without an active job."""
MOST_TOPICS = 20
MOST_WATCHERS = 2000
MOST_LISTED, MOST_FOLLOWED = 50, 12
"""The most jobs of a user: the newest that are listed, and the newest active ones whose progress is read."""
LARGEST_MESSAGE = 4096
MOST_TRIES = 3

Frame = Mapping[str, Any]


@dataclass(frozen=True)
class Topic:
    """One job, or without its id all jobs of a user."""

    owner_id: str
    job_id: str | None = None

    @property
    def key(self) -> str:
        return self.job_id or f"@{self.owner_id}"


@dataclass(frozen=True)
class Connection:
    """One socket. until: when its credentials or its two hours end."""

    id: str
    credential: Credential
    until: datetime


@dataclass(frozen=True)
class Head:
    """A watched topic. chain, turn: the message that looks at it next. touched: the number of watchers added so far.
    watchers: as found by the last look."""

    chain: str = ""
    turn: int = 0
    lease_until: datetime | None = None
    touched: int = 0
    watchers: int = 0


@dataclass(frozen=True)
class Turn:
    """The message that looks at a topic once. sent: by job, a digest of the state last sent to the watchers; told_at,
    checked_at: when progress was last sent, and credentials last checked; missed: looks in a row that didn't reach all
    watchers."""

    topic: Topic
    chain: str
    number: int
    sent: Mapping[str, str] = field(default_factory=dict)
    told_at: float = 0.0
    checked_at: float = 0.0
    watchers: int = 0
    missed: int = 0

    def message(self) -> dict[str, Any]:
        return {
            "owner_id": self.topic.owner_id,
            "job_id": self.topic.job_id,
            "chain": self.chain,
            "number": self.number,
            "sent": dict(self.sent),
            "told_at": self.told_at,
            "checked_at": self.checked_at,
            "watchers": self.watchers,
            "missed": self.missed,
        }

    @classmethod
    def of(cls, message: Mapping[str, Any]) -> Turn:
        values = dict(message)
        return cls(Topic(values.pop("owner_id"), values.pop("job_id")), **values)


@dataclass(frozen=True)
class State:
    """The state of a job. frame: without type; None for one that is listed but not read. digest: of the fields that
    don't change by themselves, as the remaining time does."""

    job_id: str
    final: bool
    digest: str
    frame: Frame | None
