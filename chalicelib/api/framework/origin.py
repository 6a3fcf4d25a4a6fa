"""Only our own distribution may call the API: it adds a secret header, which the address of API Gateway alone lacks.

Without it a caller could bypass the firewall and forge the address for which limits are counted.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from chalicelib.jobs.errors import Forbidden
from chalicelib.jobs.ports.outside import Clock

HEADER = "X-Millrace-Origin"
LOOK_AFTER = timedelta(minutes=1)
"""The time between two reads of the secret: a forged header must not cause one each time."""


class OriginGuard:
    """look: reads the secret, and the previous one if any."""

    def __init__(self, look: Callable[[], Sequence[str]], clock: Clock) -> None:
        self._look = look
        self._clock = clock
        self._known: Sequence[str] = ()
        self._looked_at: datetime | None = None

    def check(self, headers: Mapping[str, str]) -> None:
        """headers: names in lower case. Forbidden."""
        given = headers.get(HEADER.lower(), "").encode()
        if self._is_known(given):
            return
        if self._looked_at is None or self._clock() - self._looked_at >= LOOK_AFTER:
            self._known, self._looked_at = self._look(), self._clock()
            if self._is_known(given):
                return
        raise Forbidden("Call Millrace at the address of its page.")

    def _is_known(self, given: bytes) -> bool:
        return any(hmac.compare_digest(known.encode(), given) for known in self._known if known)
