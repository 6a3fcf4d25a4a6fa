"""Opaque ids that sort by the time at which they were made: 48 bits of milliseconds, 80 random bits (as a ULID)."""

from __future__ import annotations

import hashlib
import secrets
import time
from datetime import datetime

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no letter looks like a digit
LENGTH = 26


def new_id() -> str:
    return _written((time.time_ns() // 1_000_000) << 80 | secrets.randbits(80))


def _written(value: int) -> str:
    return "".join(ALPHABET[value >> shift & 31] for shift in range((LENGTH - 1) * 5, -1, -5))


def id_of(moment: datetime, *parts: str) -> str:
    """The id of an event at that time, the same at each call. parts: what distinguishes it from others of that time."""
    digest = hashlib.sha256("\n".join(parts).encode()).digest()
    return _written(int(moment.timestamp() * 1000) << 80 | int.from_bytes(digest[:10]))


def is_id(value: str) -> bool:
    return len(value) == LENGTH and all(c in ALPHABET for c in value)
