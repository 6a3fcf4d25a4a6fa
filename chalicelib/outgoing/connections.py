"""Connections: an owner's address and key of another server. The key can be stored and sent to that server, but never
read back."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from chalicelib.jobs.errors import FieldError, InvalidFields, PreconditionFailed, StaleTransition, TryAgain
from chalicelib.jobs.ports.outside import Clock, NewId
from chalicelib.outgoing.addresses import Addresses, Refused
from chalicelib.outgoing.sealing import CannotOpen, Seals

MOST = 20
SHOWN = 4
LONG_ENOUGH_TO_SHOW = 16
TRIES = 5


@dataclass(frozen=True)
class Connection:
    """kind: the server's, such as `stash`. sealed: the key, encrypted; empty without one. hint: the key's last four
    characters."""

    id: str
    owner_id: str
    name: str
    kind: str
    url: str
    sealed: bytes
    hint: str
    created_at: datetime
    version: int = 0


class ConnectionStore(Protocol):
    def add_connection(self, connection: Connection, most: int) -> Connection:
        """The stored connection: an existing one with the same id stays as it is. TooManyConnections."""

    def connection(self, owner_id: str, connection_id: str) -> Connection:
        """ConnectionNotFound."""

    def connections(self, owner_id: str) -> list[Connection]: ...
    def change_connection(self, before: Connection, after: Connection) -> Connection:
        """ConnectionNotFound, and StaleTransition where its version has changed."""

    def delete_connection(self, connection: Connection) -> None: ...


class Connections:
    def __init__(self, store: ConnectionStore, addresses: Addresses, seals: Seals, clock: Clock, new_id: NewId) -> None:
        self._store = store
        self._addresses = addresses
        self._seals = seals
        self._clock = clock
        self._new_id = new_id

    def add(self, owner_id: str, name: str, kind: str, url: str, key: str, id: str | None = None) -> Connection:
        """The same id twice is one connection. InvalidFields for an address that may not be called,
        TooManyConnections."""
        self.check(url)
        made = Connection(id or self._new_id(), owner_id, name, kind, url, b"", "", self._clock())
        made = self._with_key(made, key)
        return self._store.add_connection(made, MOST)

    def change(self, connection: Connection, changes: Mapping[str, Any], *, exactly: bool) -> Connection:
        """changes: name, url, key. InvalidFields for another address without the key: otherwise the holder of a stolen
        token could have the key sent anywhere. exactly: only the version that was read, else PreconditionFailed."""
        for _ in range(TRIES):
            if changes.get("url", connection.url) != connection.url and "key" not in changes:
                wrong = FieldError("key", "give it again with another address")
                raise InvalidFields("The key is not sent to another address without your consent.", errors=[wrong])
            if "url" in changes:
                self.check(changes["url"])
            after = replace(connection, **{name: changes[name] for name in ("name", "url") if name in changes})
            if "key" in changes:
                after = self._with_key(after, changes["key"])
            try:
                return self._store.change_connection(connection, after)
            except StaleTransition:
                if exactly:
                    raise PreconditionFailed("The connection was changed in the meantime.") from None
                connection = self._store.connection(connection.owner_id, connection.id)
        raise TryAgain("The connection is being changed by others: try again.")

    def hand_on(self, before: str, owner_id: str) -> int:
        """Gives the connections of one owner to another, also beyond the other's limit; returns their number. A key
        that can't be opened any more stays behind, and its connection goes without it. A repetition does no harm."""
        found = self._store.connections(before)
        for connection in found:
            with_owner = replace(connection, owner_id=owner_id, version=0)
            try:
                given = self._with_key(with_owner, self.key(connection))
            except CannotOpen:
                given = replace(with_owner, sealed=b"", hint="")
            self._store.add_connection(given, sys.maxsize)
            self._store.delete_connection(connection)
        return len(found)

    def key(self, connection: Connection) -> str:
        """The key itself, to be sent to the connection's address and nowhere else."""
        return self._seals.opened(connection.sealed, _about(connection)) if connection.sealed else ""

    def _with_key(self, connection: Connection, key: str) -> Connection:
        hint = key[-SHOWN:] if len(key) >= LONG_ENOUGH_TO_SHOW else ""
        return replace(connection, sealed=self._seals.sealed(key, _about(connection)) if key else b"", hint=hint)

    def check(self, url: str) -> None:
        """InvalidFields for an address that may not be called."""
        try:
            self._addresses.check(url)
        except Refused as refused:
            raise InvalidFields("This address can't be called.", errors=[FieldError("url", str(refused))]) from None


def _about(connection: Connection) -> str:
    """Ties an encrypted key to its connection: copied to another, the key can't be opened."""
    return f"{connection.owner_id}/{connection.id}"
