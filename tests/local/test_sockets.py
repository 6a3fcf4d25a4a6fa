"""The local gateway of sockets, at the level of ASGI: its refusals, and the sockets that it closes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from infra.local import sockets as gateway
from infra.local.sockets import MOST_WAITING, Sockets

HEADERS = [(b"host", b"127.0.0.1:9000")]
SOCKET = {"type": "websocket", "path": "/live", "query_string": b"ticket=t", "headers": HEADERS}


class Client:
    """The client's end of one socket. reads: if False, it never receives a message."""

    def __init__(self, *, reads: bool = True) -> None:
        self.sent: list[Any] = []
        self.events: list[tuple[str, Any]] = []
        self._reads = reads
        self._says: asyncio.Queue[Any] = asyncio.Queue()
        self._says.put_nowait({"type": "websocket.connect"})
        app = SimpleNamespace(
            live_connect=lambda event, _: self._note("connect", event) or {"statusCode": 200},
            live_message=lambda event, _: self._note("message", event),
            live_disconnect=lambda event, _: self._note("disconnect", event),
        )
        self.sockets = Sockets(app, ("http://page.example",), "KEY", "SECRET")

    def _note(self, kind: str, event: Any) -> None:
        self.events.append((kind, event))

    async def send(self, event: Any) -> None:
        if event["type"] == "websocket.send" and not self._reads:
            await asyncio.Event().wait()
        self.sent.append(event)

    async def run(self, meanwhile: Callable[[str], Any]) -> None:
        """meanwhile: called with the connection's id once it is open."""
        serving = asyncio.create_task(self.sockets(SOCKET, self._says.get, self.send))
        while not self.sockets._open:
            await asyncio.sleep(0)
        await asyncio.to_thread(meanwhile, next(iter(self.sockets._open)))
        await asyncio.wait_for(serving, 30)

    def closed_with(self) -> list[int]:
        return [event["code"] for event in self.sent if event["type"] == "websocket.close"]


def test_a_reader_that_is_too_slow_is_closed_and_gone() -> None:
    async def scene() -> None:
        client = Client(reads=False)
        loop, answers = asyncio.get_running_loop(), []

        async def post(connection_id: str) -> int:
            return client.sockets._manage("POST", connection_id, b"{}")

        def meanwhile(connection_id: str) -> None:
            for _ in range(MOST_WAITING + 3):
                answers.append(asyncio.run_coroutine_threadsafe(post(connection_id), loop).result())

        await client.run(meanwhile)
        assert answers[:MOST_WAITING] == [200] * MOST_WAITING
        assert answers[-1] == 410
        assert client.closed_with() == [gateway.TRY_AGAIN]
        assert [kind for kind, _ in client.events] == ["connect", "disconnect"]
        assert client.sockets._open == {}

    asyncio.run(scene())


def test_what_was_said_before_the_end_is_heard() -> None:
    async def scene() -> None:
        client = Client()
        loop = asyncio.get_running_loop()

        async def end(connection_id: str) -> None:
            client.sockets._manage("POST", connection_id, b'{"n": 1}')
            client.sockets._manage("DELETE", connection_id, b"")

        await client.run(lambda one: asyncio.run_coroutine_threadsafe(end(one), loop).result())
        assert [event["type"] for event in client.sent] == ["websocket.accept", "websocket.send", "websocket.close"]

    asyncio.run(scene())


@pytest.mark.parametrize("limit", ["IDLE_SECONDS", "LASTS_SECONDS"])
def test_silence_and_age_end_a_socket(monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(gateway, limit, 0.05)

    async def scene() -> None:
        client = Client()
        await client.run(lambda _: None)
        assert client.closed_with() == [gateway.GOING_AWAY]

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("headers", "path", "status"),
    [
        ([(b"host", b"evil.example")], "/live", 403),
        ([*HEADERS, (b"origin", b"http://evil.example")], "/live", 403),
        ([*HEADERS, (b"sec-fetch-site", b"cross-site")], "/live", 403),
        (HEADERS, "/elsewhere", 404),
    ],
)
def test_what_may_not_open_a_socket_reaches_no_handler(headers: list[Any], path: str, status: int) -> None:
    async def scene() -> None:
        client = Client()
        await client.sockets(SOCKET | {"headers": headers, "path": path}, client._says.get, client.send)
        assert client.sent[0] == {"type": "websocket.http.response.start", "status": status, "headers": []}
        assert client.events == []

    asyncio.run(scene())


def test_the_page_may_open_one() -> None:
    async def scene() -> None:
        client = Client()
        scope = SOCKET | {"headers": [*HEADERS, (b"origin", b"http://page.example")]}
        client._says.put_nowait({"type": "websocket.disconnect"})
        await client.sockets(scope, client._says.get, client.send)
        assert client.sent == [{"type": "websocket.accept"}]

    asyncio.run(scene())


def asked(secret: str = "SECRET", key: str = "KEY", body: bytes = b"{}", **more: str) -> int:
    """The status of a POST to a closed connection, whose body was signed as `{}`."""
    url = "http://127.0.0.1:9000/live/@connections/a%3D"
    request = AWSRequest("POST", url, data=b"{}", headers={"Content-Type": "application/json"})
    SigV4Auth(Credentials(key, secret), "execute-api", "us-east-1").add_auth(request)
    headers = {"host": "127.0.0.1:9000", **{n.lower(): v for n, v in request.headers.items()}, **more}
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/live/@connections/a=",
        "raw_path": b"/live/@connections/a%3D",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(event: Any) -> None:
        sent.append(event)

    asyncio.run(Sockets(SimpleNamespace(), (), "KEY", "SECRET")(scope, receive, send))
    return int(sent[0]["status"])


def test_only_what_is_signed_reaches_a_socket() -> None:
    assert asked() == 410
    assert asked(secret="another") == 403
    assert asked(key="ANOTHER") == 403
    assert asked(body=b'{"type": "forged"}') == 403
    assert asked(authorization="") == 403
    assert asked(origin="http://page.example") == 403
    assert asked(host="evil.example") == 403
    assert asked(**{"x-amz-date": "20200101T000000Z"}) == 403
