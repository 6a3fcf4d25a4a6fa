"""API Gateway's WebSocket API on this machine: sockets call the handlers of app.py, and @connections sends to them.

As on AWS, a connection opens if $connect's handler agrees, receives messages posted for its id, and ends after two
hours, or ten minutes of silence. Posts must be signed as for AWS, with the credentials of the data folder.
"""

from __future__ import annotations

import asyncio
import base64
import hmac
import importlib
import json
import logging
import os
import re
import secrets
import signal
import socket
import sys
import time
import uuid
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qsl, unquote

from infra.local.lifeline import hold_on
from infra.local.origins import is_local, refusal
from infra.local.settings import ACCOUNT, HOST, REGION
from infra.local.worker import Context

log = logging.getLogger("sockets")

STAGE = "live"
PATH = f"/{STAGE}"
MANAGED = f"{PATH}/@connections/"
OF_ONE_JOB = re.compile(r"/api/compat/scenes/jobs/([^/]+)/ws")
"""An address of another system: a socket that watches this job, and closes with its end."""
SECONDS = 29.0
IDLE_SECONDS, LASTS_SECONDS = 600.0, 7200.0
MOST_CONNECTIONS = 4000
MOST_WAITING = 64
"""Frames that may wait for a reader; a reader with more is disconnected."""
LARGEST_FRAME = SEND_BUFFER = 32 * 1024
SKEW_SECONDS = 900
NORMAL, TRY_AGAIN, GOING_AWAY = 1000, 1013, 1001

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Handler = Callable[[dict[str, Any], Any], Any]


class Connection:
    """One socket: the frames waiting to be sent, and the time of its last frame in either direction."""

    def __init__(self, ends_with: str | None = None) -> None:
        """ends_with: the job whose end closes the socket."""
        self.waiting: asyncio.Queue[bytes | None] = asyncio.Queue(MOST_WAITING)
        self.began = self.active = time.monotonic()
        self.closing: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self.ends_with = ends_with

    def tell(self, content: bytes) -> bool:
        """False where the reader is too slow; the socket is then closed."""
        self.active = time.monotonic()
        try:
            self.waiting.put_nowait(content)
        except asyncio.QueueFull:
            self.close(TRY_AGAIN)
            return False
        return True

    def close(self, code: int) -> None:
        if not self.closing.done():
            self.closing.set_result(code)

    @property
    def left(self) -> float:
        """Seconds until it is closed for silence or age."""
        return min(self.active + IDLE_SECONDS, self.began + LASTS_SECONDS) - time.monotonic()


class Sockets:
    """The ASGI application. origins: of pages that may open a socket."""

    def __init__(self, app: Any, origins: Collection[str], key_id: str, secret: str) -> None:
        self._handlers: Mapping[str, Handler | None] = {
            "$connect": getattr(app, "live_connect", None),
            "$default": getattr(app, "live_message", None),
            "$disconnect": getattr(app, "live_disconnect", None),
        }
        self._origins = frozenset(origins)
        self._key_id = key_id
        self._secret = secret
        self._open: dict[str, Connection] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        elif scope["type"] == "http":
            status, body = await self._answer(scope, receive)
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
            await send({"type": "http.response.start", "status": status, "headers": headers})
            await send({"type": "http.response.body", "body": body})

    # -- sockets ---------------------------------------------------------------------------------------------------

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = _headers(scope)
        await receive()  # websocket.connect
        job = OF_ONE_JOB.fullmatch(scope["path"])
        status = 404 if not job and scope["path"] != PATH else self._refused(headers)
        connection_id = base64.b64encode(secrets.token_bytes(11)).decode().replace("/", "_").replace("+", "-")
        if not status:
            query = dict(parse_qsl(scope["query_string"].decode("latin-1")))
            answer = await self._call("$connect", connection_id, headers=headers, queryStringParameters=query)
            status = int((answer or {}).get("statusCode", 500))
        if status != 200:
            await send({"type": "websocket.http.response.start", "status": status, "headers": []})
            await send({"type": "websocket.http.response.body", "body": b""})
            return
        connection = self._open[connection_id] = Connection(job[1] if job else None)
        await send({"type": "websocket.accept"})
        try:
            await self._talk(connection_id, connection, receive, send)
        finally:
            self._open.pop(connection_id, None)
            await self._call("$disconnect", connection_id)

    def _refused(self, headers: Mapping[str, str]) -> int:
        """0 where the socket may be opened, as far as the gateway knows."""
        site, mode = headers.get("sec-fetch-site"), headers.get("sec-fetch-mode")
        if refusal(headers.get("host", ""), headers.get("origin"), site, mode, self._origins):
            return 403
        return 503 if len(self._open) >= MOST_CONNECTIONS else 0

    async def _talk(self, connection_id: str, connection: Connection, receive: Receive, send: Send) -> None:
        writing = asyncio.create_task(_write(connection, send))
        hearing = asyncio.create_task(self._hear(connection_id, connection, receive))
        try:
            while (left := connection.left) > 0 and not (hearing.done() or writing.done() or connection.closing.done()):
                ends: set[asyncio.Future[Any]] = {hearing, writing, connection.closing}
                await asyncio.wait(ends, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if hearing.done():
                return  # the client has left
            code = connection.closing.result() if connection.closing.done() else GOING_AWAY
            if code != TRY_AGAIN and not writing.done():  # earlier frames arrive before the end
                with suppress(asyncio.QueueFull):
                    connection.waiting.put_nowait(None)
                await asyncio.wait({writing}, timeout=2)
            with suppress(Exception):
                await asyncio.wait_for(send({"type": "websocket.close", "code": code}), 1)
        finally:
            for task in (writing, hearing):
                task.cancel()
            await asyncio.gather(writing, hearing, return_exceptions=True)

    async def _hear(self, connection_id: str, connection: Connection, receive: Receive) -> None:
        if connection.ends_with:
            message = json.dumps({"type": "subscribe", "job_id": connection.ends_with})
            await self._call("$default", connection_id, body=message)
        while (event := await receive())["type"] == "websocket.receive":
            connection.active = time.monotonic()
            text = event.get("text")
            body = (event.get("bytes") or b"").decode("utf-8", "replace") if text is None else text
            await self._call("$default", connection_id, body=body)

    async def _call(self, route: str, connection_id: str, **event: Any) -> Any:
        """The handler's answer; None where there is none, or it failed."""
        handler = self._handlers[route]
        if handler is None:
            return {"statusCode": 404}
        about = {
            "routeKey": route,
            "eventType": {"$connect": "CONNECT", "$disconnect": "DISCONNECT"}.get(route, "MESSAGE"),
            "connectionId": connection_id,
            "requestId": str(uuid.uuid4()),
            "apiId": "local",
            "accountId": ACCOUNT,
            "domainName": HOST,
            "stage": STAGE,
        }
        given = {"requestContext": about, "isBase64Encoded": False, **event}
        try:
            return await asyncio.to_thread(handler, given, Context(route, SECONDS))
        except Exception:
            log.exception("%s failed", route)
            return None

    # -- @connections ----------------------------------------------------------------------------------------------

    async def _answer(self, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        headers, method, path = _headers(scope), scope["method"], scope["path"]
        if not is_local(headers.get("host", "")) or "origin" in headers:
            return 403, b"{}"
        if path == "/health" and method == "GET":
            return 200, b'{"status": "ok"}'
        if not path.startswith(MANAGED):
            return 404, b"{}"
        body = b""
        while True:
            event = await receive()
            body += event.get("body", b"")
            if len(body) > 4 * LARGEST_FRAME:
                return 413, b"{}"
            if not event.get("more_body"):
                break
        if not self._is_signed(method, scope["raw_path"].decode(), headers, body):
            return 403, b'{"message": "Forbidden"}'
        return self._manage(method, unquote(path.removeprefix(MANAGED)), body), b"{}"

    def _manage(self, method: str, connection_id: str, body: bytes) -> int:
        connection = self._open.get(connection_id)
        if connection is None or connection.closing.done():
            return 410
        match method:
            case "POST":
                if not connection.tell(body):
                    return 410
                if connection.ends_with and _ends(body):
                    connection.close(NORMAL)
                return 200
            case "DELETE":
                connection.close(NORMAL)
                return 204
            case "GET":
                return 200
        return 405

    def _is_signed(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> bool:
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        found = re.fullmatch(
            r"AWS4-HMAC-SHA256 Credential=([^/]+)/[^,]+, ?SignedHeaders=([^,]+), ?Signature=(\w+)",
            headers.get("authorization", ""),
        )
        date = headers.get("x-amz-date", "")
        if not found or "host" not in found[2].split(";") or not _is_now(date):
            return False
        signed = {name: headers.get(name, "") for name in found[2].split(";") if name != "host"}
        request = AWSRequest(method, f"http://{headers['host']}{path}", data=body, headers=signed)
        request.context["timestamp"] = date
        signer = SigV4Auth(Credentials(self._key_id, self._secret), "execute-api", REGION)
        wanted = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
        return hmac.compare_digest(wanted, found[3]) and hmac.compare_digest(found[1].encode(), self._key_id.encode())


async def _write(connection: Connection, send: Send) -> None:
    while (content := await connection.waiting.get()) is not None:
        await send({"type": "websocket.send", "text": content.decode()})


def _ends(content: bytes) -> bool:
    frame = json.loads(content)
    return bool(frame.get("final")) or frame.get("type") == "error"


def _is_now(date: str) -> bool:
    try:
        signed = time.mktime(time.strptime(date, "%Y%m%dT%H%M%SZ")) - time.timezone
    except ValueError:
        return False
    return abs(time.time() - signed) <= SKEW_SECONDS


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("utf-8", "replace") for name, value in scope["headers"]}


async def serve(app: Any, port: int) -> None:
    import uvicorn

    origins = os.environ.get("MILLRACE_CORS_ORIGINS", "").split(",")
    sockets = Sockets(app, origins, os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    config = uvicorn.Config(
        sockets,
        loop="uvloop",
        http="httptools",
        ws="wsproto",
        ws_max_size=LARGEST_FRAME,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=2,
        backlog=2048,
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]  # signals are ours
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, lambda: setattr(server, "should_exit", True))
    # The frames of a stalled reader must not fill the kernel's memory instead of ours.
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    listening.bind((HOST, port))
    await server._serve(sockets=[listening])


def main() -> None:
    import uvloop

    from chalicelib.observing.lines import readable

    readable()
    hold_on()
    app = importlib.import_module(sys.argv[1])
    uvloop.run(serve(app, int(sys.argv[2])))


if __name__ == "__main__":
    main()
