"""The time from which an incremental sync continues.

The server compares the text that it stores, in its own zone, with the text that it is sent. So the cursor is the newest
`updated_at` that was seen, in the server's own form, less two hours. That covers the hour that comes twice in autumn;
scenes that come again are skipped by their digests.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

OVERLAP = timedelta(hours=2)


def newest(seen: Iterable[str | None], before: str | None = None) -> str | None:
    """The newest of some times in the server's own form, in the order of text, which is the server's."""
    return max((time for time in (before, *seen) if time), default=None)


def cursor(newest_seen: str) -> str:
    """The bound to send: the same wall clock and offset, two hours earlier."""
    return (datetime.fromisoformat(newest_seen) - OVERLAP).isoformat()
