"""Tickets, sockets and their watched topics, as items of the jobs table that expire.

IAM: dynamodb:GetItem, PutItem, UpdateItem, DeleteItem, Query, BatchWriteItem. `TICKET#{hash}` holds a ticket,
`SOCKET#{id}` a connection and its topics, `WATCH#{topic}` the head of a topic and its watchers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from chalicelib.accounts.standing import Credential
from chalicelib.live.model import Connection, Head, Topic
from chalicelib.live.ports import Stale, Taken
from chalicelib.stores.dynamo.table import ConditionFailed, Item, Key, NewItem, Removal, Table, Write

HEAD, SOCKET, TOPIC, WATCHER = "HEAD", "SOCKET", "TOPIC#", "WATCHER#"
HEAD_FOR = timedelta(hours=3)


def ticket_key(digest: str) -> Key:
    return f"TICKET#{digest}", "TICKET"


def socket_partition(connection_id: str) -> str:
    return f"SOCKET#{connection_id}"


def topic_partition(topic: Topic) -> str:
    return f"WATCH#{topic.key}"


class LiveTable:
    """Fulfils chalicelib.live.ports.LiveStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put_ticket(self, digest: str, credential: Credential, expires_at: datetime) -> None:
        key = ticket_key(digest)
        self._table.write(NewItem(key, _item(key, expires_at) | _of_credential(credential) | {"until": expires_at}))

    def take_ticket(self, digest: str, now: datetime) -> Credential | None:
        write = Write(ticket_key(digest)).set(taken=True).where_exists().where_equal(taken=None)
        write.where(f"{write.name('until')} > {write.value(now)}")
        try:
            return _credential(self._table.write(write))
        except ConditionFailed:
            return None

    def put_connection(self, connection: Connection) -> None:
        self._table.put(_of_connection((socket_partition(connection.id), SOCKET), connection))

    def connection(self, connection_id: str) -> tuple[Connection, list[Topic]] | None:
        found = {item["SK"]: item for item in self._table.query(socket_partition(connection_id))}
        if SOCKET not in found:
            return None
        topics = [Topic(i["owner_id"], i.get("job_id")) for name, i in found.items() if name.startswith(TOPIC)]
        return _connection(connection_id, found[SOCKET]), topics

    def delete_connection(self, connection_id: str, topics: Iterable[Topic]) -> None:
        keys = [key for topic in topics for key in _keys_of(topic, connection_id)]
        self._table.delete_many([*keys, (socket_partition(connection_id), SOCKET)])

    def watch(self, connection: Connection, topic: Topic) -> None:
        watcher, subscription = _keys_of(topic, connection.id)
        about = {"owner_id": topic.owner_id, "job_id": topic.job_id}
        self._table.put_many([_of_connection(watcher, connection), _item(subscription, connection.until) | about])

    def unwatch(self, topic: Topic, connection_ids: Iterable[str]) -> None:
        self._table.delete_many([key for one in connection_ids for key in _keys_of(topic, one)])

    def watchers(self, topic: Topic) -> list[Connection]:
        found = self._table.query(topic_partition(topic), "begins_with(#range, :kind)", {":kind": WATCHER})
        return [_connection(item["SK"].removeprefix(WATCHER), item) for item in found]

    def touch(self, topic: Topic, expires_at: datetime) -> Head:
        expiry = int((expires_at + HEAD_FOR).timestamp())
        return _head(self._table.write(Write(_head_key(topic)).add(touched=1).set(expires_at_epoch=expiry)))

    def begin(self, topic: Topic, chain: str, now: datetime, lease: timedelta) -> bool:
        write = Write(_head_key(topic))
        until = write.name("lease_until")
        write.where(f"attribute_not_exists({until}) OR {until} < {write.value(now)}")
        write.set(chain=chain, turn=0, lease_until=now + lease, expires_at_epoch=int((now + HEAD_FOR).timestamp()))
        try:
            self._table.write(write)
        except ConditionFailed:
            return False
        return True

    def claim(self, topic: Topic, chain: str, number: int, watchers: int, now: datetime, lease: timedelta) -> Head:
        write = Write(_head_key(topic))
        turn, until = write.name("turn"), write.name("lease_until")
        first = f"{turn} = {write.value(number)}"
        again = f"{turn} = {write.value(number + 1)} AND {until} < {write.value(now)}"
        write.where_equal(chain=chain).where(f"({first}) OR ({again})")
        write.set(turn=number + 1, watchers=watchers, lease_until=now + lease)
        write.set(expires_at_epoch=int((now + HEAD_FOR).timestamp()))
        try:
            return _head(self._table.write(write))
        except ConditionFailed as failed:
            there = _head(failed.items[0] or {})
        if there.chain == chain and there.turn == number + 1:
            raise Taken
        raise Stale

    def end(self, topic: Topic, chain: str, touched: int | None) -> bool:
        removal = Removal(_head_key(topic)).where_equal(chain=chain)
        if touched is not None:
            removal.where_equal(touched=touched or None)
        try:
            self._table.transact([removal])
        except ConditionFailed:
            return False
        return True


def _head_key(topic: Topic) -> Key:
    return topic_partition(topic), HEAD


def _keys_of(topic: Topic, connection_id: str) -> tuple[Key, Key]:
    """The keys of a topic's watcher and of a connection's topic."""
    return (
        (topic_partition(topic), f"{WATCHER}{connection_id}"),
        (socket_partition(connection_id), f"{TOPIC}{topic.key}"),
    )


def _item(key: Key, expires_at: datetime) -> Item:
    return {"PK": key[0], "SK": key[1], "schema_version": 1, "expires_at_epoch": int(expires_at.timestamp())}


def _of_credential(credential: Credential) -> Item:
    return {
        "owner_id": credential.user_id,
        "kind": credential.kind,
        "credential": credential.name,
        "credential_until": credential.expires_at,
    }


def _credential(item: Mapping[str, Any]) -> Credential:
    until = item.get("credential_until")
    return Credential(
        item["owner_id"], item["kind"], item.get("credential", ""), datetime.fromisoformat(until) if until else None
    )


def _of_connection(key: Key, connection: Connection) -> Item:
    return _item(key, connection.until) | _of_credential(connection.credential) | {"until": connection.until}


def _connection(connection_id: str, item: Mapping[str, Any]) -> Connection:
    return Connection(connection_id, _credential(item), datetime.fromisoformat(item["until"]))


def _head(item: Mapping[str, Any]) -> Head:
    until = item.get("lease_until")
    return Head(
        item.get("chain", ""),
        int(item.get("turn", 0)),
        datetime.fromisoformat(until) if until else None,
        int(item.get("touched", 0)),
        int(item.get("watchers", 0)),
    )
