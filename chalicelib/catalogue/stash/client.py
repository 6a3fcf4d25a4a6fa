"""Asks a Stash server, and tries again where that may help."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

TRIES = 3
FIRST_WAIT = 1.0
LONGEST_WAIT = 30.0
"""Seconds between tries: doubled each time, or what the server asks for."""
DOCUMENTS = Path(__file__).parent / "documents"


class StashError(Exception):
    """`code` is for programs: stash_unauthorized, stash_unreachable, stash_refused. The message is one sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True)
class Response:
    """status None: no answer came, and error says why. retry_after in seconds, where the server names it."""

    status: int | None
    body: bytes = b""
    error: str | None = None
    retry_after: float | None = None


class Send(Protocol):
    """POSTs a body to the connection's address, with its key; at most 30 s."""

    def __call__(self, body: bytes, headers: Mapping[str, str]) -> Response: ...


class Stash:
    """One server. sleep: takes seconds."""

    def __init__(self, send: Send, api_key: str, sleep: Callable[[float], None]) -> None:
        self._send = send
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if api_key:
            self._headers["ApiKey"] = api_key
        self._sleep = sleep
        self.requests = 0

    def ask(self, document: str, **variables: Any) -> Mapping[str, Any]:
        """The data that a document of this folder answers. A mutation is sent once: whether it was carried out is then
        for its caller to read back. Raises StashError."""
        text = document_text(document)
        body = json.dumps({"query": text, "variables": variables}).encode()
        tries = 1 if text.startswith("mutation") else TRIES
        wait = FIRST_WAIT
        for left in range(tries - 1, -1, -1):
            self.requests += 1
            response = self._send(body, self._headers)
            if response.status == 200:
                return _data(response.body)
            if response.status in {401, 403}:
                raise StashError("stash_unauthorized", "The server does not accept the API key.")
            if response.status is not None and response.status not in {429, 500, 502, 503, 504}:
                raise StashError("stash_refused", f"The server answered {response.status}.")
            if left:
                self._sleep(min(response.retry_after or wait, LONGEST_WAIT))
                wait *= 2
        what = f"answered {response.status}" if response.status else f"can't be reached ({response.error})"
        raise StashError("stash_unreachable", f"The server {what}.")


@cache
def document_text(name: str) -> str:
    """A document with the fragments that it uses."""
    text = (DOCUMENTS / f"{name}.graphql").read_text()
    if "...SceneParts" in text:
        text += (DOCUMENTS / "scene.graphql").read_text()
    return text


def _data(body: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(body)
    except ValueError:
        raise StashError("stash_refused", "The server's answer is no JSON: is this the address of /graphql?") from None
    if not isinstance(answer, dict):
        raise StashError("stash_refused", "The server's answer is no GraphQL answer.")
    errors = answer.get("errors")
    if errors:
        first = errors[0].get("message") if isinstance(errors, list) and isinstance(errors[0], dict) else None
        raise StashError("stash_refused", f"The server refused the request: {str(first)[:300]}")
    data = answer.get("data")
    if not isinstance(data, dict):
        raise StashError("stash_refused", "The server's answer holds no data.")
    return data
