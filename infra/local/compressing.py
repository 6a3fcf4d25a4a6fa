"""Compresses answers as the network in front of a deployment does."""

from __future__ import annotations

import gzip
from functools import lru_cache

LEAST = 1000
"""Bytes below which the headers outweigh the savings."""
LEVEL = 5
TEXT = ("text/", "application/json", "application/problem+json", "application/manifest+json", "image/svg+xml")

Headers = list[tuple[str, str]]


def compressed(accepted: str, headers: Headers, body: bytes) -> tuple[Headers, bytes]:
    """Headers and body for a client whose Accept-Encoding is `accepted`."""
    names = {name.lower(): value for name, value in headers}
    if not names.get("content-type", "").startswith(TEXT) or "content-encoding" in names or len(body) < LEAST:
        return headers, body
    headers = [*headers, ("Vary", "Accept-Encoding")]
    if not _takes_gzip(accepted):
        return headers, body
    lasting = "immutable" in names.get("cache-control", "")
    packed = _remembered(body) if lasting else gzip.compress(body, LEVEL, mtime=0)
    return [*headers, ("Content-Encoding", "gzip")], packed


def _takes_gzip(accepted: str) -> bool:
    offers = [part.strip().split(";") for part in accepted.lower().split(",")]
    return any(
        name.strip() == "gzip" and not any(one.strip() in {"q=0", "q=0.0"} for one in rest) for name, *rest in offers
    )


@lru_cache(maxsize=256)
def _remembered(body: bytes) -> bytes:
    return gzip.compress(body, 9, mtime=0)
