"""A receiver on this machine that gives set answers, and records its requests."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """answers: a status for each request in turn, or a function that answers; the last one repeats."""

    port: int = 0
    answers: list[int | Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=lambda: [200])
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def handle(self, request: BaseHTTPRequestHandler) -> None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        body = request.rfile.read(int(headers.get("content-length", 0)))
        answer = self.answers[min(len(self.received), len(self.answers) - 1)]
        self.received.append(Received(request.path, headers, body))
        if callable(answer):
            answer(request)
        else:
            request.send_response(answer)
            request.end_headers()


@contextmanager
def receiving(*answers: int | Callable[[BaseHTTPRequestHandler], None]) -> Iterator[Receiver]:
    receiver = Receiver(answers=list(answers) or [200])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            receiver.handle(self)

        def do_GET(self) -> None:
            receiver.handle(self)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def redirect(location: str, status: int = 307) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        request.send_header("Location", location)
        request.end_headers()

    return answer


def drip(request: BaseHTTPRequestHandler) -> None:
    """Sends a byte now and then, for longer than any client should wait."""
    try:
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200:
            request.wfile.write(bytes([byte]))
            time.sleep(0.05)
    except OSError:
        return
