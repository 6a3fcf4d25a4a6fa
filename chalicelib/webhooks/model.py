"""Webhooks: their addresses, the events, and the deliveries with their outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal, Protocol

EventType = Literal["job.completed", "job.failed", "job.cancelled", "file.rejected"]
CALLBACK_EVENTS: tuple[EventType, ...] = ("job.completed", "job.failed", "job.cancelled")
"""The events that are sent to a job's own callback address."""
MOST_ENDPOINTS = 20


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True)
class Endpoint:
    """An address that receives events. A job's callback has the job's id, and no item of its own."""

    id: str
    owner_id: str
    url: str
    secret: str
    events: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True)
class Event:
    """Something that happened once, under an id that is the same for every sender. data: the event's content."""

    id: str
    type: str
    owner_id: str
    at: datetime
    data: Mapping[str, Any]
    callback: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Attempt:
    """One try at a delivery. status: the answer's, None without one. error: a code, None where the delivery was
    accepted."""

    at: datetime
    milliseconds: int
    status: int | None = None
    error: str | None = None


@dataclass(frozen=True)
class Delivery:
    """One event for one endpoint. tries: the number since it was last requested; claimed: the number ever begun.
    due_at: when the next try is due, None where none is."""

    endpoint_id: str
    event: Event
    url: str
    secret: str
    state: DeliveryState = DeliveryState.PENDING
    attempts: tuple[Attempt, ...] = ()
    tries: int = 0
    claimed: int = 0
    due_at: datetime | None = None

    @property
    def id(self) -> str:
        return self.event.id


@dataclass(frozen=True)
class Schedule:
    """The seconds to wait after each failed try; after the last of them the delivery has failed."""

    waits: tuple[int, ...] = (5, 30, 120, 600, 3600, 6 * 3600, 24 * 3600)
    lease: timedelta = timedelta(seconds=60)
    """The time after which an unfinished try counts as dead."""
    keep: timedelta = field(default=timedelta(days=30))
    """How long deliveries stay listed."""


class WebhookStore(Protocol):
    def add_endpoint(self, endpoint: Endpoint, most: int) -> Endpoint:
        """LimitReached where the owner has `most` of them."""

    def endpoint(self, owner_id: str, endpoint_id: str) -> Endpoint:
        """WebhookNotFound."""

    def endpoints(self, owner_id: str) -> list[Endpoint]:
        """The oldest first."""

    def change_endpoint(self, endpoint: Endpoint, changes: Mapping[str, Any]) -> Endpoint:
        """WebhookNotFound; StaleTransition where the stored one differs from the given one."""

    def delete_endpoint(self, endpoint: Endpoint) -> None: ...

    def event(self, event_id: str) -> Event | None:
        """An event that is still to be handed on; None where that is done."""

    def forget_event(self, event_id: str) -> None: ...
    def add_delivery(self, delivery: Delivery, keep_until: datetime) -> None:
        """Has no effect where the event has a delivery for that endpoint."""

    def delivery(self, endpoint_id: str, event_id: str) -> Delivery:
        """WebhookNotFound."""

    def deliveries(self, endpoint_id: str, limit: int, before: str | None) -> tuple[list[Delivery], str | None]:
        """The newest first, and the id to continue before, None at the end."""

    def claim_delivery(self, delivery: Delivery, now: datetime, until: datetime) -> Delivery:
        """Takes the right to try once. StaleTransition unless the delivery is pending, due and unchanged since it was
        read."""

    def finish_try(self, delivery: Delivery, changes: Mapping[str, Any]) -> Delivery:
        """Writes the outcome of a claimed try. StaleTransition where the claim was lost."""

    def ask_again(self, delivery: Delivery, now: datetime) -> Delivery:
        """Makes it pending and due now, whatever its state, as if it had never been tried. StaleTransition."""

    def due(self, now: datetime, limit: int) -> list[Mapping[str, str]]:
        """The messages for events and deliveries that are due: those without progress for too long."""


class WebhookQueue(Protocol):
    def webhook(self, message: Mapping[str, Any], delay: int = 0) -> None: ...
