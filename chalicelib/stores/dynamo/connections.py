"""Connections in DynamoDB, each in its owner's partition; a server's key is stored only encrypted.

IAM: as chalicelib.stores.dynamo.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from chalicelib.jobs.errors import ConnectionNotFound, StaleTransition, TooManyConnections
from chalicelib.outgoing.connections import Connection
from chalicelib.stores.dynamo.table import ConditionFailed, Item, Key, NewItem, Table, Write

CONNECTION = "CONNECTION#"


class ConnectionTable:
    """Fulfils chalicelib.outgoing.connections.ConnectionStore."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def add_connection(self, connection: Connection, most: int) -> Connection:
        there = self.connections(connection.owner_id)
        for one in there:
            if one.id == connection.id:
                return one
        if len(there) >= most:
            raise TooManyConnections(f"You have {most} connections. Delete one first.", retry_after=60)
        key = _key(connection.owner_id, connection.id)
        item: Item = {"PK": key[0], "SK": key[1], "kind": connection.kind, "created_at": connection.created_at}
        with suppress(ConditionFailed):
            self._table.write(NewItem(key, item | _content(connection)))
        return self.connection(connection.owner_id, connection.id)

    def connection(self, owner_id: str, connection_id: str) -> Connection:
        item = self._table.get(_key(owner_id, connection_id))
        if item is None:
            raise ConnectionNotFound("There is no such connection.")
        return _connection(item)

    def connections(self, owner_id: str) -> list[Connection]:
        found = self._table.query(f"USER#{owner_id}", "begins_with(#range, :kind)", {":kind": CONNECTION})
        return [_connection(item) for item in found]

    def change_connection(self, before: Connection, after: Connection) -> Connection:
        write = Write(_key(before.owner_id, before.id)).where_exists().where_equal(version=before.version or None)
        try:
            return _connection(self._table.write(write.set(**_content(after), version=before.version + 1)))
        except ConditionFailed as failed:
            if not failed.items[0]:
                raise ConnectionNotFound("There is no such connection.") from None
            raise StaleTransition(before.id) from None

    def delete_connection(self, connection: Connection) -> None:
        self._table.delete(_key(connection.owner_id, connection.id))


def _key(owner_id: str, connection_id: str) -> Key:
    return f"USER#{owner_id}", f"{CONNECTION}{connection_id}"


def _content(connection: Connection) -> Item:
    sealed, hint = connection.sealed or None, connection.hint or None
    return {"name": connection.name, "url": connection.url, "sealed": sealed, "hint": hint}


def _connection(item: Item) -> Connection:
    return Connection(
        id=item["SK"].removeprefix(CONNECTION),
        owner_id=item["PK"].removeprefix("USER#"),
        name=item["name"],
        kind=item["kind"],
        url=item["url"],
        sealed=item.get("sealed", b""),
        hint=item.get("hint", ""),
        created_at=datetime.fromisoformat(item["created_at"]),
        version=item.get("version", 0),
    )
