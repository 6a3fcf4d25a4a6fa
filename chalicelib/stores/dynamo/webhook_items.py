"""Webhooks in DynamoDB: endpoints in their owner's partition, deliveries in their endpoint's, each event in its own.

An event is written by the transaction that causes it, and only where there is a subscriber. Waiting events are in the
index `due` under a shard of their own; their due time there is a minute late, so that the sweeper finds only those that
the queue has lost.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from chalicelib.jobs.changes import FileRejected, JobEnded, JobEvent
from chalicelib.jobs.errors import StaleTransition, TooManyWebhooks, WebhookNotFound
from chalicelib.jobs.model import Job
from chalicelib.jobs.ports.outside import Clock
from chalicelib.stores.dynamo.items import job_key
from chalicelib.stores.dynamo.table import ConditionFailed, Item, Key, NewItem, Table, Write, timestamp
from chalicelib.webhooks.events import REJECTED, file_rejected, job_ended
from chalicelib.webhooks.model import CALLBACK_EVENTS, Attempt, Delivery, DeliveryState, Endpoint, Event

ENDPOINT, DELIVERY, EVENT = "WEBHOOK#", "DELIVERY#", "EVENT"
DUE = "webhooks"
GRACE = timedelta(seconds=60)


def endpoint_key(owner_id: str, endpoint_id: str) -> Key:
    return f"USER#{owner_id}", f"{ENDPOINT}{endpoint_id}"


def delivery_key(endpoint_id: str, event_id: str) -> Key:
    return f"{ENDPOINT}{endpoint_id}", f"{DELIVERY}{event_id}"


def event_key(event_id: str) -> Key:
    return f"{EVENT}#{event_id}", EVENT


def unannounced(event_id: str) -> None:
    """Announces nothing: the sweeper finds what is due."""


class WebhookItems:
    """announce: receives the id of each written event; must not raise."""

    def __init__(self, table: Table, announce: Callable[[str], None], clock: Clock) -> None:
        self._table = table
        self._announce = announce
        self._clock = clock

    # -- events: for the transactions that make them true --------------------------------------------------------------

    def events(self, found: Sequence[JobEvent]) -> list[Event]:
        """The events of these changes that have subscribers."""
        ended = [self._ended(one.job) for one in found if isinstance(one, JobEnded)]
        return [event for some in ended for event in some] + self._rejected(
            [o for o in found if isinstance(o, FileRejected)]
        )

    def write_of(self, event: Event) -> Write:
        """The write that puts an event into a transaction."""
        content = {"type": event.type, "owner": event.owner_id, "at": event.at, "data": event.data}
        write = Write(event_key(event.id)).set(**content, callback=event.callback)
        return write.set(due_shard=DUE, due_at=event.at + GRACE)

    def announce(self, events: Iterable[Event]) -> None:
        for event in events:
            self._announce(event.id)

    def _listens(self, owner_id: str, kind: str, callback: Mapping[str, Any] | None = None) -> bool:
        """Whether such events have a subscriber. One read, which need not see a subscriber added just now."""
        if callback and kind in CALLBACK_EVENTS:
            return True
        found = self._table.query(
            f"USER#{owner_id}", "begins_with(#range, :kind)", {":kind": ENDPOINT}, consistent=False
        )
        return any(kind in json.loads(item["events"]) for item in found)

    def _ended(self, job: Job) -> list[Event]:
        event = job_ended(job, job.completed_at or self._clock())
        return [event] if self._listens(job.owner_id, event.type, job.callback) else []

    def _rejected(self, found: Sequence[FileRejected]) -> list[Event]:
        """The events of rejected files of one job."""
        if not found:
            return []
        owner_id = found[0].owner_id or str((self._table.get(job_key(found[0].job_id)) or {}).get("owner_id"))
        if not self._listens(owner_id, REJECTED):
            return []
        now = self._clock()
        return [file_rejected(o.job_id, owner_id, o.number, o.attempt, o.code, o.message, now) for o in found]

    # -- endpoints -----------------------------------------------------------------------------------------------------

    def add_endpoint(self, endpoint: Endpoint, most: int) -> Endpoint:
        there = self.endpoints(endpoint.owner_id)
        for one in there:
            if one.id == endpoint.id:
                return one
        if len(there) >= most:
            raise TooManyWebhooks(f"You have {most} webhooks. Delete one first.", retry_after=60)
        key = endpoint_key(endpoint.owner_id, endpoint.id)
        content = {"url": endpoint.url, "secret": endpoint.secret, "events": endpoint.events}
        new = NewItem(key, {"PK": key[0], "SK": key[1], "created_at": endpoint.created_at, **content})
        with suppress(ConditionFailed):
            self._table.write(new)
        return self.endpoint(endpoint.owner_id, endpoint.id)

    def endpoint(self, owner_id: str, endpoint_id: str) -> Endpoint:
        item = self._table.get(endpoint_key(owner_id, endpoint_id))
        if item is None:
            raise WebhookNotFound("There is no such webhook.")
        return _endpoint(item)

    def endpoints(self, owner_id: str) -> list[Endpoint]:
        found = self._table.query(f"USER#{owner_id}", "begins_with(#range, :kind)", {":kind": ENDPOINT})
        return [_endpoint(item) for item in found]

    def change_endpoint(self, endpoint: Endpoint, changes: Mapping[str, Any]) -> Endpoint:
        write = Write(endpoint_key(endpoint.owner_id, endpoint.id)).set(**changes)
        try:
            return _endpoint(self._table.write(write.where_equal(url=endpoint.url, events=endpoint.events)))
        except ConditionFailed as failed:
            if not failed.items[0]:
                raise WebhookNotFound("There is no such webhook.") from None
            raise StaleTransition(endpoint.id) from None

    def delete_endpoint(self, endpoint: Endpoint) -> None:
        self._table.delete(endpoint_key(endpoint.owner_id, endpoint.id))
        partition = f"{ENDPOINT}{endpoint.id}"
        self._table.delete_many([(item["PK"], item["SK"]) for item in self._table.query(partition)])

    # -- events and deliveries ---------------------------------------------------------------------------------------

    def event(self, event_id: str) -> Event | None:
        item = self._table.get(event_key(event_id))
        return _event(event_id, item) if item else None

    def forget_event(self, event_id: str) -> None:
        self._table.delete(event_key(event_id))

    def add_delivery(self, delivery: Delivery, keep_until: datetime) -> None:
        key, event = delivery_key(delivery.endpoint_id, delivery.event.id), delivery.event
        item: Item = {"PK": key[0], "SK": key[1], "type": event.type, "owner": event.owner_id, "at": event.at}
        item |= {"data": event.data, "url": delivery.url, "secret": delivery.secret, "state": str(delivery.state)}
        item |= _due(delivery.due_at) | {"expires_at_epoch": int(keep_until.timestamp())}
        try:
            self._table.write(NewItem(key, item))
        except ConditionFailed:
            return

    def delivery(self, endpoint_id: str, event_id: str) -> Delivery:
        item = self._table.get(delivery_key(endpoint_id, event_id))
        if item is None:
            raise WebhookNotFound("There is no such delivery.")
        return _delivery(item)

    def deliveries(self, endpoint_id: str, limit: int, before: str | None) -> tuple[list[Delivery], str | None]:
        last = f"{DELIVERY}{before}" if before else f"{DELIVERY}\U0010ffff"
        found = list(
            self._table.query(
                f"{ENDPOINT}{endpoint_id}", "#range < :last", {":last": last}, forward=False, limit=limit + 1
            )
        )
        shown = [_delivery(item) for item in found[:limit]]
        return shown, shown[-1].id if len(found) > limit else None

    def claim_delivery(self, delivery: Delivery, now: datetime, until: datetime) -> Delivery:
        if delivery.state is not DeliveryState.PENDING or delivery.due_at is None or delivery.due_at > now:
            raise StaleTransition(delivery.id)
        changes = {"claimed": delivery.claimed + 1, "tries": delivery.tries + 1}
        self._change(delivery, changes | _due(until))
        return replace(delivery, claimed=changes["claimed"], tries=changes["tries"], due_at=until)

    def finish_try(self, delivery: Delivery, changes: Mapping[str, Any]) -> Delivery:
        due_at = changes.get("due_at")
        rest = {name: value for name, value in changes.items() if name != "due_at"}
        return self._change(delivery, rest | _due(due_at))

    def ask_again(self, delivery: Delivery, now: datetime) -> Delivery:
        changes = {"state": DeliveryState.PENDING, "tries": None, "claimed": delivery.claimed + 1}
        return self._change(delivery, changes | _due(now))

    def due(self, now: datetime, limit: int) -> list[Mapping[str, str]]:
        found = self._table.query(
            DUE,
            "#range <= :now",
            {":now": timestamp(now)},
            index="due",
            hash_name="due_shard",
            range_name="due_at",
            limit=limit,
        )
        return [_message(item["PK"], item["SK"]) for item in found]

    def _change(self, delivery: Delivery, changes: Mapping[str, Any]) -> Delivery:
        write = Write(delivery_key(delivery.endpoint_id, delivery.event.id)).set(**changes).where_exists()
        try:
            return _delivery(self._table.write(write.where_equal(claimed=delivery.claimed or None)))
        except ConditionFailed:
            raise StaleTransition(delivery.id) from None


def _due(at: datetime | None) -> Item:
    """The attributes for when the next try is due, and when the sweeper asks for it if no message has."""
    waiting = at is not None
    return {"next_at": at, "due_at": at + GRACE if at else None, "due_shard": DUE if waiting else None}


def _message(partition: str, place: str) -> Mapping[str, str]:
    if place == EVENT:
        return {"event": partition.removeprefix(f"{EVENT}#")}
    return {"endpoint": partition.removeprefix(ENDPOINT), "delivery": place.removeprefix(DELIVERY)}


def _endpoint(item: Item) -> Endpoint:
    return Endpoint(
        id=item["SK"].removeprefix(ENDPOINT),
        owner_id=item["PK"].removeprefix("USER#"),
        url=item["url"],
        secret=item["secret"],
        events=tuple(json.loads(item["events"])),
        created_at=datetime.fromisoformat(item["created_at"]),
    )


def _event(event_id: str, item: Item) -> Event:
    return Event(
        id=event_id,
        type=item["type"],
        owner_id=item["owner"],
        at=datetime.fromisoformat(item["at"]),
        data=json.loads(item["data"]),
        callback=json.loads(item["callback"]) if "callback" in item else None,
    )


def _delivery(item: Item) -> Delivery:
    attempts = json.loads(item.get("attempts", "[]"))
    return Delivery(
        endpoint_id=item["PK"].removeprefix(ENDPOINT),
        event=_event(item["SK"].removeprefix(DELIVERY), item),
        url=item["url"],
        secret=item["secret"],
        state=DeliveryState(item["state"]),
        attempts=tuple(Attempt(**{**a, "at": datetime.fromisoformat(a["at"])}) for a in attempts),
        tries=int(item.get("tries", 0)),
        claimed=int(item.get("claimed", 0)),
        due_at=datetime.fromisoformat(item["next_at"]) if "next_at" in item else None,
    )
