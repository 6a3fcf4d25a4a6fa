"""What works call over an owner's connection: one kind of server each."""

from __future__ import annotations

import time
from collections.abc import Mapping

from chalicelib.catalogue.stash.client import Response, Stash
from chalicelib.jobs.errors import ConnectionNotFound
from chalicelib.outgoing.connections import Connections, ConnectionStore
from chalicelib.outgoing.posting import Poster
from chalicelib.outgoing.sealing import CannotOpen


class Servers:
    """Fulfils chalicelib.catalogue.ports.Connections."""

    def __init__(self, store: ConnectionStore, connections: Connections, poster: Poster) -> None:
        self._store = store
        self._connections = connections
        self._poster = poster

    def stash(self, owner_id: str, connection_id: str) -> Stash:
        """KeyError where the owner has none of that id, or its key can't be read any more."""
        try:
            connection = self._store.connection(owner_id, connection_id)
            key = self._connections.key(connection)
        except (ConnectionNotFound, CannotOpen):
            raise KeyError(connection_id) from None

        def send(body: bytes, headers: Mapping[str, str]) -> Response:
            answer = self._poster.post(connection.url, body, headers)
            error = answer.error if answer.status is None else None
            return Response(answer.status, answer.body, error, answer.retry_after)

        return Stash(send, key, time.sleep)
