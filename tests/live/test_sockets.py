"""The client of @connections, against a server that answers as API Gateway does."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import unquote

import boto3
import pytest

from chalicelib.stores.sockets import ManagedSockets


class Gateway(BaseHTTPRequestHandler):
    """Connections named gone-… are gone, tired-… answer at the third try, broken-… never."""

    asked: ClassVar[list[tuple[str, str, bytes, str]]] = []
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        connection = unquote(self.path.rpartition("/")[2])
        self.asked.append((self.command, connection, body, self.headers.get("Authorization", "")))
        tries = sum(1 for one in self.asked if one[1] == connection)
        kind = connection.partition("-")[0]
        status = {"gone": 410, "broken": 503, "tired": 503 if tries < 3 else 200}.get(kind, 200)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_DELETE = do_POST  # noqa: N815 -- as the library calls it

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def sockets(monkeypatch: pytest.MonkeyPatch) -> Iterator[ManagedSockets]:
    monkeypatch.setattr(Gateway, "asked", [])
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    Thread(target=server.serve_forever, daemon=True).start()
    session = boto3.session.Session("KEY", "SECRET", region_name="eu-central-1")
    yield ManagedSockets(f"http://127.0.0.1:{server.server_port}/live", lambda: session)
    server.shutdown()
    server.server_close()


def test_each_is_told_everything_in_order_and_signed(sockets: ManagedSockets) -> None:
    told = sockets.tell(["a=", "b"], [b"1", b"2"])
    assert told.gone == told.missed == frozenset()
    assert [body for _, one, body, _ in Gateway.asked if one == "a="] == [b"1", b"2"]
    assert [body for _, one, body, _ in Gateway.asked if one == "b"] == [b"1", b"2"]
    for _, _, _, authorization in Gateway.asked:
        assert authorization.startswith("AWS4-HMAC-SHA256 Credential=KEY/")
        assert "/eu-central-1/execute-api/aws4_request" in authorization


def test_who_is_gone_and_who_is_not_reached_are_told_apart(sockets: ManagedSockets) -> None:
    told = sockets.tell(["gone-1", "a", "broken-1", "tired-1"], [b"x", b"y"])
    assert told.gone == {"gone-1"}
    assert told.missed == {"broken-1"}
    assert [body for _, one, body, _ in Gateway.asked if one == "gone-1"] == [b"x"]


def test_closing_who_is_gone_is_no_error(sockets: ManagedSockets) -> None:
    sockets.close(["gone-1", "a"])
    assert [(method, one) for method, one, _, _ in Gateway.asked] == [("DELETE", "gone-1"), ("DELETE", "a")]


def test_a_gateway_that_does_not_answer_is_no_exception() -> None:
    session = boto3.session.Session("KEY", "SECRET", region_name="eu-central-1")
    told = ManagedSockets("http://127.0.0.1:1/live", lambda: session).tell(["a"], [b"x"])
    assert told.missed == {"a"}
