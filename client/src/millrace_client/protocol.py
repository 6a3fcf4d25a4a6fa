"""Requests and answers of both clients, which differ only in how they wait."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any, Generic

import httpx
from pydantic import TypeAdapter

from millrace_client.calls import Call, T, T_co
from millrace_client.models import StatusAnswer

PATIENCE = 60.0
POLL = 2.0
TIMEOUT = httpx.Timeout(60.0, connect=10.0)
FINAL = frozenset({"completed", "failed", "cancelled"})


@dataclass(frozen=True)
class Received(Generic[T_co]):
    value: T_co
    response: httpx.Response


def outgoing(call: Call[Any], address: str, token: str | None) -> dict[str, Any]:
    """httpx's arguments; sent again, they make the same request, with the same Idempotency-Key."""
    headers = {name: value for name, value in call.headers.items() if value is not None}
    headers["Accept"] = "application/json"
    if token:
        headers["Authorization"] = f"Bearer {token}"
    if call.creates:
        headers.setdefault("Idempotency-Key", str(uuid.uuid4()))
    request: dict[str, Any] = {"method": call.method, "url": f"{address}/api{call.path}", "headers": headers}
    if query := call.parameters():
        request["params"] = query
    if call.body is not None:
        request["json"] = call.content()
    return request


def received(call: Call[T], response: httpx.Response) -> Received[T]:
    value: Any = None if call.answer is None else TypeAdapter(call.answer).validate_json(response.content)
    return Received(value, response)


def finished(status: StatusAnswer) -> bool:
    return status.status in FINAL
