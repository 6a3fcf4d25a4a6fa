"""Sends events to their subscribers: each at least once, with retries until it is accepted or given up.

An event is written in the very transaction that causes it, then requested over the queue; the sweeper finds lost ones
by their due time. Handing an event on makes one delivery for each endpoint, under the event's own id, so that handing
it on twice changes nothing. A delivery's try is claimed, made, and recorded with its outcome. A worker that dies in
between makes the receiver see the event twice, with the same `webhook-id`.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from chalicelib.jobs.errors import (
    FieldError,
    InvalidFields,
    PreconditionFailed,
    StaleTransition,
    TryAgain,
    WebhookNotFound,
)
from chalicelib.jobs.intake.deliveries import deliveries
from chalicelib.jobs.observer import UNOBSERVED, Observer
from chalicelib.jobs.ports.outside import Clock, NewId
from chalicelib.outgoing.addresses import Addresses, Refused
from chalicelib.outgoing.posting import Poster
from chalicelib.webhooks.model import (
    CALLBACK_EVENTS,
    MOST_ENDPOINTS,
    Attempt,
    Delivery,
    DeliveryState,
    Endpoint,
    Event,
    Schedule,
    WebhookQueue,
    WebhookStore,
)
from chalicelib.webhooks.signing import headers, new_secret

log = logging.getLogger(__name__)

LONGEST_DELAY = 900
"""The seconds for which a queue can hold a message back; longer waits are the sweeper's."""
SWEEP_AT_ONCE = 200
MOST_ATTEMPTS_KEPT = 50
AGENT = "Millrace-Webhooks/1"


class Webhooks:
    def __init__(
        self,
        store: WebhookStore,
        queue: WebhookQueue,
        addresses: Addresses,
        poster: Poster,
        clock: Clock,
        new_id: NewId,
        schedule: Schedule = Schedule(),  # noqa: B008 - a value that nothing changes
        observer: Observer = UNOBSERVED,
    ) -> None:
        self._store = store
        self._queue = queue
        self._addresses = addresses
        self._poster = poster
        self._clock = clock
        self._new_id = new_id
        self._schedule = schedule
        self._observer = observer

    # -- what users do -----------------------------------------------------------------------------------------------

    def add(self, owner_id: str, url: str, events: Iterable[str], id: str | None = None) -> Endpoint:
        """The same id twice is one endpoint. InvalidFields for an address that may not be called, LimitReached."""
        self.check_url(url, "url")
        chosen = tuple(dict.fromkeys(events))
        endpoint = Endpoint(id or self._new_id(), owner_id, url, new_secret(), chosen, self._clock())
        return self._store.add_endpoint(endpoint, MOST_ENDPOINTS)

    def change(self, endpoint: Endpoint, changes: Mapping[str, Any], *, exactly: bool) -> Endpoint:
        """exactly: only the version that was read, else PreconditionFailed."""
        if "url" in changes:
            self.check_url(changes["url"], "url")
        for _ in range(5):
            try:
                return self._store.change_endpoint(endpoint, changes)
            except StaleTransition:
                if exactly:
                    raise PreconditionFailed("The webhook was changed in the meantime.") from None
                endpoint = self._store.endpoint(endpoint.owner_id, endpoint.id)
        raise TryAgain("The webhook is being changed by others: try again.")

    def callback(self, url: str) -> dict[str, str]:
        """A callback as a job stores it. InvalidFields."""
        self.check_url(url, "callback_url")
        return {"url": url, "secret": new_secret()}

    def check_url(self, url: str, field: str) -> None:
        try:
            self._addresses.check(url)
        except Refused as refused:
            raise InvalidFields("This address can't be called.", errors=[FieldError(field, str(refused))]) from None

    def redeliver(self, endpoint_id: str, event_id: str) -> Delivery:
        """Sends it once more, whether or not it was accepted. The event keeps its id."""
        for _ in range(3):
            delivery = self._store.delivery(endpoint_id, event_id)
            try:
                delivery = self._store.ask_again(delivery, self._clock())
            except StaleTransition:
                continue
            self._queue.webhook(_message(delivery))
            return delivery
        raise TryAgain("The delivery is changing right now: try again.")

    # -- what workers do ---------------------------------------------------------------------------------------------

    def receive(self, event: Mapping[str, Any], deadline: datetime) -> list[str]:
        """Handles a batch of messages; returns the ids of those to be delivered again."""
        again = []
        for message in deliveries(event):
            try:
                if "event" in message.body:
                    self.hand_on(str(message.body["event"]))
                elif self._clock() + self._schedule.lease / 2 >= deadline:
                    again.append(message.id)
                else:
                    self.attempt(str(message.body.get("endpoint")), str(message.body.get("delivery")))
            except WebhookNotFound:
                log.info("the delivery is gone", extra={"body": message.body})
            except Exception:
                log.exception("a webhook broke off", extra={"body": message.body})
                again.append(message.id)
        return again

    def undelivered(self, event: Mapping[str, Any]) -> None:
        """An event that was delivered too often stays due: the sweeper asks for it once more."""
        for message in deliveries(event):
            log.error("a webhook's message was given up", extra={"body": message.body})

    def sweep(self) -> int:
        """Requests overdue events and deliveries; returns how many there are."""
        messages = self._store.due(self._clock(), SWEEP_AT_ONCE)
        for message in messages:
            self._queue.webhook(message)
        return len(messages)

    def hand_on(self, event_id: str) -> None:
        """Makes the deliveries of an event."""
        event = self._store.event(event_id)
        if event is None:
            return
        now = self._clock()
        for endpoint in self._listeners(event):
            delivery = Delivery(endpoint.id, event, endpoint.url, endpoint.secret, due_at=now)
            self._store.add_delivery(delivery, now + self._schedule.keep)
            self._queue.webhook(_message(delivery))
        self._store.forget_event(event.id)

    def attempt(self, endpoint_id: str, event_id: str) -> None:
        """Tries a delivery once, if it is due and no other worker does."""
        delivery, now = self._store.delivery(endpoint_id, event_id), self._clock()
        try:
            delivery = self._store.claim_delivery(delivery, now, now + self._schedule.lease)
        except StaleTransition:
            return
        body = payload(delivery.event)
        signed = headers(delivery.secret, delivery.event.id, int(now.timestamp()), body)
        answer = self._poster.post(
            delivery.url, body, {"Content-Type": "application/json", "User-Agent": AGENT, **signed}
        )
        attempt = Attempt(now, answer.milliseconds, answer.status, answer.error)
        wait = None if answer.taken else self._wait(delivery.tries)
        changes: dict[str, Any] = {
            "attempts": [*map(_plain, delivery.attempts), _plain(attempt)][-MOST_ATTEMPTS_KEPT:],
            "state": DeliveryState.DELIVERED if answer.taken else DeliveryState.FAILED,
            "due_at": None,
        }
        if wait is not None:
            changes |= {"state": DeliveryState.PENDING, "due_at": self._clock() + timedelta(seconds=wait)}
        outcome = "delivered" if answer.taken else "given_up" if wait is None else "tried_again"
        self._observer.measure("WebhookTime", answer.milliseconds, Outcome=outcome)
        log.info(
            "a webhook was tried",
            extra={
                "endpoint": endpoint_id,
                "event": event_id,
                "event_type": delivery.event.type,
                "job_id": delivery.event.data.get("job_id"),
                "outcome": outcome,
                "status": answer.status,
                "code": answer.error,
                "milliseconds": answer.milliseconds,
                "tries": delivery.tries,
            },
        )
        try:
            self._store.finish_try(delivery, changes)
        except StaleTransition:
            return  # requested again in the meantime
        if wait is not None and wait <= LONGEST_DELAY:
            self._queue.webhook(_message(delivery), wait + 1)  # not a moment before it is due

    def _wait(self, tries: int) -> int | None:
        return self._schedule.waits[tries - 1] if tries <= len(self._schedule.waits) else None

    def _listeners(self, event: Event) -> list[Endpoint]:
        found = [endpoint for endpoint in self._store.endpoints(event.owner_id) if event.type in endpoint.events]
        if event.callback and event.type in CALLBACK_EVENTS:
            callback, job_id = event.callback, str(event.data["job_id"])
            found.append(
                Endpoint(job_id, event.owner_id, callback["url"], callback["secret"], CALLBACK_EVENTS, event.at)
            )
        return found


def payload(event: Event) -> bytes:
    """The request's body: the same bytes at every try."""
    at = event.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    content = {"id": event.id, "type": event.type, "timestamp": at, "data": event.data}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _message(delivery: Delivery) -> dict[str, str]:
    return {"endpoint": delivery.endpoint_id, "delivery": delivery.event.id}


def _plain(attempt: Attempt) -> dict[str, Any]:
    return asdict(attempt) | {"at": attempt.at.isoformat()}
