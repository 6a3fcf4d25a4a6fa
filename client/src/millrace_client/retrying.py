"""Retries of requests, and the waits before them: the same for both clients."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import httpx

from millrace_client.calls import Call
from millrace_client.errors import ApiError, NotReachable

FIRST, LONGEST = 0.25, 10.0
BUSY = frozenset({429, 503})
"""Statuses of requests that were refused before anything was done."""
BROKEN = frozenset({500, 502, 504})
IN_PROGRESS = "request_in_progress"


class Attempts:
    """The attempts of one request. patience: the seconds after the first failure in which it is retried."""

    def __init__(
        self,
        patience: float,
        repeatable: bool,
        clock: Callable[[], float] = time.monotonic,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self._repeatable = repeatable
        self._clock = clock
        self._draw = draw
        self._patience = patience
        self._until: float | None = None
        self._count = 0

    @classmethod
    def of(cls, call: Call[object], patience: float) -> Attempts:
        return cls(patience, call.repeatable)

    def after_failure(self, error: httpx.TransportError) -> float:
        """Seconds until the next attempt. Raises NotReachable where there is none."""
        never_sent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
        delay = self._delay() if self._repeatable or never_sent else None
        if delay is None:
            address = error.request.url.copy_with(path="/", query=None)
            raise NotReachable(f"There is no answer from {address} ({type(error).__name__}).") from error
        return delay

    def after_answer(self, response: httpx.Response) -> float:
        """Seconds until the next attempt. Raises ApiError where another attempt would have the same answer, or come too
        late."""
        error = ApiError.of(response)
        status = response.status_code
        again = status in BUSY or error.code == IN_PROGRESS or (status in BROKEN and self._repeatable)
        delay = self._delay(retry_after(response)) if again else None
        if delay is None:
            raise error
        return delay

    def _delay(self, least: float | None = None) -> float | None:
        """A delay that doubles with each attempt, with jitter, so that many clients don't come back at once."""
        now = self._clock()
        self._until = now + self._patience if self._until is None else self._until
        delay = min(LONGEST, FIRST * 2**self._count) * (0.5 + self._draw() / 2)
        self._count += 1
        if least is not None:
            delay = least + self._draw() * min(1.0, least)
        return delay if now + delay <= self._until else None


def retry_after(response: httpx.Response) -> float | None:
    """The seconds that the server asks the client to wait."""
    try:
        return max(0.0, float(response.headers["Retry-After"]))
    except (KeyError, ValueError):
        return None
