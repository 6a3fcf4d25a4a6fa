"""One POST to somebody else's server, which may be slow, lie about where it is, or send on."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, urljoin

from chalicelib.webhooks.addresses import Addresses, Refused

CONNECT_SECONDS = 5.0
SECONDS = 10.0
MOST_REDIRECTS = 3
KEEPING_METHOD = frozenset({307, 308})
"""Redirects after which a POST is sent again as it is; after others it would become a GET without a body."""


@dataclass(frozen=True)
class Answered:
    """status: None where no answer came; then error says why, with a code."""

    status: int | None
    error: str | None
    milliseconds: int

    @property
    def taken(self) -> bool:
        return self.error is None


@dataclass
class Line:
    """A connection that another thread may end."""

    opened: socket.socket

    def cut(self) -> None:
        with suppress(OSError):
            self.opened.shutdown(socket.SHUT_RDWR)


class Poster:
    def __init__(self, addresses: Addresses, seconds: float = SECONDS) -> None:
        self._addresses = addresses
        self._seconds = seconds
        self._tls = ssl.create_default_context()

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """Sends and follows redirects, each checked as the first. All of it within the given seconds. Never raises:
        whatever a receiver does is its answer."""
        began = time.monotonic()
        status, error = self._post(url, body, headers, began + self._seconds)
        return Answered(status, error, round((time.monotonic() - began) * 1000))

    def _post(self, url: str, body: bytes, headers: Mapping[str, str], until: float) -> tuple[int | None, str | None]:
        status: int | None = None
        for _ in range(MOST_REDIRECTS + 1):
            try:
                parts, addresses = self._addresses.check(url)
                status, location = self._send(parts, addresses, body, headers, until)
            except Refused as refused:
                return status, refused.code
            except TimeoutError:
                return None, "timeout"
            except (OSError, http.client.HTTPException, ValueError) as error:
                if time.monotonic() >= until:
                    return None, "timeout"
                return None, "tls_failed" if isinstance(error, ssl.SSLError) else "connection_failed"
            if status not in KEEPING_METHOD:
                return status, None if 200 <= status < 300 else f"status_{status}"
            url = urljoin(url, location or "")
        return status, "too_many_redirects"

    def _send(
        self, parts: SplitResult, addresses: list[str], body: bytes, headers: Mapping[str, str], until: float
    ) -> tuple[int, str | None]:
        host = str(parts.hostname)
        secure = parts.scheme == "https"
        connection = http.client.HTTPConnection(host, parts.port or (443 if secure else 80))
        connection.default_port = 443 if secure else 80  # what Host need not say
        # Never resolved again: what was checked is what is connected to.
        line = Line(_connect(addresses, connection.port, until))
        # A timeout is for each read alone; who sends a byte now and then is cut off by this.
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
            connection.request("POST", path, body, dict(headers))
            answer = connection.getresponse()
            return answer.status, answer.getheader("Location")
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
