"""The ports of live updates; fulfilled by stores, and by fakes in tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from chalicelib.accounts.standing import Credential
from chalicelib.live.model import Connection, Head, Topic


class Taken(Exception):
    """Another delivery of the same message is being handled."""


class Stale(Exception):
    """The topic has moved on without this message."""


class LiveStore(Protocol):
    """All of its items expire."""

    def put_ticket(self, digest: str, credential: Credential, expires_at: datetime) -> None: ...
    def take_ticket(self, digest: str, now: datetime) -> Credential | None:
        """Takes a ticket; None for one that doesn't exist, was taken before or has expired."""

    def put_connection(self, connection: Connection) -> None: ...
    def connection(self, connection_id: str) -> tuple[Connection, list[Topic]] | None:
        """The connection with all topics that it watches."""

    def delete_connection(self, connection_id: str, topics: Iterable[Topic]) -> None: ...
    def watch(self, connection: Connection, topic: Topic) -> None: ...
    def unwatch(self, topic: Topic, connection_ids: Iterable[str]) -> None: ...
    def watchers(self, topic: Topic) -> list[Connection]: ...
    def touch(self, topic: Topic, expires_at: datetime) -> Head:
        """Notes that a watcher was added; returns the head after that."""

    def begin(self, topic: Topic, chain: str, now: datetime, lease: timedelta) -> bool:
        """Takes the right to look at the topic; False where another's lease holds."""

    def claim(self, topic: Topic, chain: str, number: int, watchers: int, now: datetime, lease: timedelta) -> Head:
        """Takes one turn. Taken, Stale."""

    def end(self, topic: Topic, chain: str, touched: int | None) -> bool:
        """Ends the looks at the topic. touched: only if no watcher was added since."""


@dataclass(frozen=True)
class Told:
    """The outcome of sending to several sockets: those that are gone, and those that couldn't be reached this time."""

    gone: frozenset[str] = frozenset()
    missed: frozenset[str] = field(default_factory=frozenset)


class Sockets(Protocol):
    """The open connections."""

    def tell(self, connection_ids: Sequence[str], contents: Sequence[bytes]) -> Told:
        """Sends each content to each connection, in order."""

    def close(self, connection_ids: Iterable[str]) -> None:
        """Closes sockets; ignores those that are gone."""


class LiveQueue(Protocol):
    def live(self, message: Mapping[str, Any], delay: int = 0) -> None: ...
