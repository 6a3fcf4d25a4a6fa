"""Requests to other servers, which may be slow, redirect, or lie about their address."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, urljoin

from chalicelib.outgoing.addresses import Addresses, Refused

CONNECT_SECONDS = 5.0
SECONDS = 10.0
MOST_REDIRECTS = 3
KEEPING_METHOD = frozenset({307, 308})
"""Redirects after which a POST is sent again unchanged; after others it would become a GET without a body."""


@dataclass(frozen=True)
class Answered:
    """status: None where no answer came; then error is a code for the reason. body: if requested. retry_after: seconds,
    if the server names them."""

    status: int | None
    error: str | None
    milliseconds: int
    body: bytes = b""
    retry_after: float | None = None

    @property
    def taken(self) -> bool:
        return self.error is None


@dataclass(frozen=True)
class Said:
    """An answer, which may be a redirect."""

    status: int
    location: str | None
    body: bytes
    retry_after: float | None


@dataclass
class Line:
    """A connection that another thread may end."""

    opened: socket.socket

    def cut(self) -> None:
        with suppress(OSError):
            self.opened.shutdown(socket.SHUT_RDWR)


class Poster:
    """redirects: the most that are followed; 0 where a header is a key, which is for the first address alone.
    most_bytes: the most of a wanted answer; 0: it isn't wanted."""

    def __init__(
        self,
        addresses: Addresses,
        seconds: float = SECONDS,
        *,
        redirects: int = MOST_REDIRECTS,
        most_bytes: int = 0,
    ) -> None:
        self._addresses = addresses
        self._seconds = seconds
        self._redirects = redirects
        self._most_bytes = most_bytes
        self._tls = ssl.create_default_context()

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """Sends and follows redirects, each checked like the first address, all within the given seconds. Never raises:
        whatever a receiver does is its answer."""
        return self._timed("POST", url, body, headers)

    def get(self, url: str, headers: Mapping[str, str]) -> Answered:
        """The same without a body."""
        return self._timed("GET", url, None, headers)

    def _timed(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answered:
        began = time.monotonic()
        answer = self._ask(method, url, body, headers, began + self._seconds)
        return replace(answer, milliseconds=round((time.monotonic() - began) * 1000))

    def _ask(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str], until: float) -> Answered:
        status: int | None = None
        for _ in range(self._redirects + 1):
            try:
                parts, addresses = self._addresses.check(url)
                said = self._send(parts, addresses, method, body, headers, until)
            except Refused as refused:
                return Answered(status, refused.code, 0)
            except TimeoutError:
                return Answered(None, "timeout", 0)
            except (OSError, http.client.HTTPException, ValueError) as error:
                if time.monotonic() >= until:
                    return Answered(None, "timeout", 0)
                return Answered(None, "tls_failed" if isinstance(error, ssl.SSLError) else "connection_failed", 0)
            status = said.status
            if len(said.body) > self._most_bytes:
                return Answered(None, "answer_too_large", 0)
            if status not in KEEPING_METHOD:
                error_code = None if 200 <= status < 300 else f"status_{status}"
                return Answered(status, error_code, 0, said.body, said.retry_after)
            url = urljoin(url, said.location or "")
        return Answered(status, "too_many_redirects", 0)

    def _send(
        self,
        parts: SplitResult,
        addresses: list[str],
        method: str,
        body: bytes | None,
        headers: Mapping[str, str],
        until: float,
    ) -> Said:
        host = str(parts.hostname)
        secure = parts.scheme == "https"
        connection = http.client.HTTPConnection(host, parts.port or (443 if secure else 80))
        connection.default_port = 443 if secure else 80  # the port that Host may omit
        # Never resolved again, so that the connection goes to the checked address.
        line = Line(_connect(addresses, connection.port, until))
        # A timeout applies to each read alone; this cuts off a server that sends a byte now and then.
        alarm = threading.Timer(max(0.0, until - time.monotonic()), line.cut)
        alarm.daemon = True
        alarm.start()
        try:
            if secure:
                line.opened = wrapped = self._tls.wrap_socket(
                    line.opened, server_hostname=host, do_handshake_on_connect=False
                )
                wrapped.do_handshake()
            connection.sock = line.opened
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(method, path, body, dict(headers))
            answer = connection.getresponse()
            content = answer.read(self._most_bytes + 1) if self._most_bytes else b""
            after = answer.getheader("Retry-After") or ""
            return Said(answer.status, answer.getheader("Location"), content, float(after) if after.isdigit() else None)
        finally:
            alarm.cancel()
            connection.close()
            line.opened.close()


def _connect(addresses: list[str], port: int, until: float) -> socket.socket:
    failed: OSError = TimeoutError()
    for address in addresses:
        left = until - time.monotonic()
        if left <= 0:
            break
        try:
            opened = socket.create_connection((address, port), timeout=min(CONNECT_SECONDS, left))
            opened.settimeout(left)
            return opened
        except OSError as error:
            failed = error
    raise failed
