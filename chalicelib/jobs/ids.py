"""Opaque ids that sort by the time at which they were made: 48 bits of milliseconds, 80 random bits (as a ULID)."""

from __future__ import annotations

import secrets
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no letter is taken for a digit
LENGTH = 26


def new_id() -> str:
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    return "".join(ALPHABET[value >> shift & 31] for shift in range((LENGTH - 1) * 5, -1, -5))


def is_id(value: str) -> bool:
    return len(value) == LENGTH and all(c in ALPHABET for c in value)
