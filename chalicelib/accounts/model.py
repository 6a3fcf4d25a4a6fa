"""Users, tokens and keys as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Claimed:
    """The right to carry out a request. made_id: the id of the object that it makes, the same at every try."""

    made_id: str


@dataclass(frozen=True)
class KeptRequest:
    """A request that came with an Idempotency-Key. status None: it is still being carried out."""

    fingerprint: str
    status: int | None = None
    body: str = ""
