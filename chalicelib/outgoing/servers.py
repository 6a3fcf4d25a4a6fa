"""Servers that works call over an owner's connection: one class for each kind."""

from __future__ import annotations

import time
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from chalicelib.catalogue.ai.client import ModelServer
from chalicelib.catalogue.remote import TRIES, Response
from chalicelib.catalogue.stash.client import Stash
from chalicelib.jobs.errors import ConnectionNotFound
from chalicelib.outgoing.connections import Connections, ConnectionStore
from chalicelib.outgoing.posting import Answered, Poster
from chalicelib.outgoing.sealing import CannotOpen

GRAPHQL = "/graphql"


class Servers:
    """Fulfils chalicelib.catalogue.ports.Connections. tries: the most tries where a failure may pass."""

    def __init__(
        self, store: ConnectionStore, connections: Connections, poster: Poster, models: Poster, tries: int = TRIES
    ) -> None:
        self._store = store
        self._connections = connections
        self._poster = poster
        self._models = models
        self._tries = tries

    def stash(self, owner_id: str, connection_id: str) -> Stash:
        """KeyError where the owner has no such connection to a Stash server, or its key can't be opened any more."""
        return self.stash_at(*self._known(owner_id, connection_id, "stash"))

    def stash_at(self, url: str, key: str) -> Stash:
        def send(body: bytes, headers: Mapping[str, str]) -> Response:
            return _response(self._poster.post(url, body, headers))

        return Stash(send, key, time.sleep, self._tries)

    def screenshot(self, owner_id: str, connection_id: str, scene_id: str) -> bytes | None:
        """The picture that a Stash server shows of a scene, at `/scene/{id}/screenshot` beside its `/graphql`."""
        try:
            url, key = self._known(owner_id, connection_id, "stash")
        except KeyError:
            return None
        parts = urlsplit(url)
        if not parts.path.rstrip("/").endswith(GRAPHQL):
            return None
        path = f"{parts.path.rstrip('/').removesuffix(GRAPHQL)}/scene/{quote(scene_id, safe='')}/screenshot"
        there = parts._replace(path=path, query="").geturl()
        answer = self._poster.get(there, {"ApiKey": key} if key else {})
        return answer.body if answer.status == HTTPStatus.OK and answer.body else None

    def models(self, owner_id: str, connection_id: str) -> ModelServer:
        """KeyError as above, for a connection to a server of language models."""
        return self.models_at(*self._known(owner_id, connection_id, "openai"))

    def models_at(self, url: str, key: str) -> ModelServer:
        parts = urlsplit(url)

        def reach(method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Response:
            there = parts._replace(path=parts.path.rstrip("/") + path).geturl()
            said = self._models.get(there, headers) if body is None else self._models.post(there, body, headers)
            return _response(said)

        return ModelServer(reach, key, time.sleep, self._tries)

    def _known(self, owner_id: str, connection_id: str, kind: str) -> tuple[str, str]:
        try:
            connection = self._store.connection(owner_id, connection_id)
            if connection.kind != kind:
                raise KeyError(connection_id)
            return connection.url, self._connections.key(connection)
        except (ConnectionNotFound, CannotOpen):
            raise KeyError(connection_id) from None


def _response(answer: Answered) -> Response:
    return Response(answer.status, answer.body, answer.error if answer.status is None else None, answer.retry_after)
