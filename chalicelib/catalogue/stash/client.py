"""Asks a Stash server, and tries again where that may help."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.catalogue.remote import TRIES, Response, Send, tried

DOCUMENTS = Path(__file__).parent / "documents"


class StashError(Exception):
    """`code` is for programs: stash_unauthorized, stash_unreachable, stash_refused. The message is one sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Stash:
    """One server. sleep: takes seconds. tries: the most requests of a query that another try may help."""

    def __init__(self, send: Send, api_key: str, sleep: Callable[[float], None], tries: int = TRIES) -> None:
        self._send = send
        self._key = api_key
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if api_key:
            self._headers["ApiKey"] = api_key
        self._sleep = sleep
        self._tries = tries
        self.requests = 0

    def ask(self, document: str, **variables: Any) -> Mapping[str, Any]:
        """The data that a document of this folder answers. A mutation is sent once: its caller reads back whether it
        was carried out. Raises StashError."""
        text = document_text(document)
        body = json.dumps({"query": text, "variables": variables}).encode()

        def send() -> Response:
            self.requests += 1
            return self._send(body, self._headers)

        response = tried(send, 1 if text.startswith("mutation") else self._tries, self._sleep)
        if response.status == 200:
            return self._data(response.body)
        if response.status in {401, 403}:
            raise StashError("stash_unauthorized", "The server does not accept the API key.")
        if not response.may_pass:
            raise StashError("stash_refused", f"The server {response.said}.")
        raise StashError("stash_unreachable", f"The server {response.said}.")

    def _data(self, body: bytes) -> Mapping[str, Any]:
        try:
            answer = json.loads(body)
        except ValueError:
            raise StashError(
                "stash_refused", "The server's answer is not JSON: is this the address of /graphql?"
            ) from None
        if not isinstance(answer, dict):
            raise StashError("stash_refused", "The server's answer is not a GraphQL answer.")
        errors = answer.get("errors")
        if errors:
            first = errors[0].get("message") if isinstance(errors, list) and isinstance(errors[0], dict) else None
            said = str(first)[:300].replace(self._key, "********") if self._key else str(first)[:300]
            raise StashError("stash_refused", f"The server refused the request: {said}")
        data = answer.get("data")
        if not isinstance(data, dict):
            raise StashError("stash_refused", "The server's answer holds no data.")
        return data


@cache
def document_text(name: str) -> str:
    """A document with the fragments that it uses."""
    text = (DOCUMENTS / f"{name}.graphql").read_text()
    if "...SceneParts" in text:
        text += (DOCUMENTS / "scene.graphql").read_text()
    return text
