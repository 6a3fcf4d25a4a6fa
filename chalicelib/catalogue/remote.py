"""Answers of other servers, and how long to wait before they are asked again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

TRIES = 3
FIRST_WAIT = 1.0
LONGEST_WAIT = 30.0
"""Seconds between tries: doubled each time, or as long as the server asks for."""
MAY_PASS = frozenset({429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Response:
    """status None: no answer came; error gives the reason. retry_after in seconds, where the server names it."""

    status: int | None
    body: bytes = b""
    error: str | None = None
    retry_after: float | None = None

    @property
    def may_pass(self) -> bool:
        """Whether asking again may help."""
        return self.status is None or self.status in MAY_PASS

    @property
    def said(self) -> str:
        return f"answered {self.status}" if self.status else f"can't be reached ({self.error})"


class Send(Protocol):
    """POSTs a body to the connection's address, with its key; at most 30 s."""

    def __call__(self, body: bytes, headers: Mapping[str, str]) -> Response: ...


def tried(ask: Callable[[], Response], tries: int, sleep: Callable[[float], None]) -> Response:
    """The first answer that another try would not improve, or the last one."""
    wait = FIRST_WAIT
    for _ in range(tries - 1):
        response = ask()
        if not response.may_pass:
            return response
        sleep(min(response.retry_after or wait, LONGEST_WAIT))
        wait *= 2
    return ask()
