"""API Gateway and the page's host in one server: `/api` goes to the Chalice app, anything else to the built page."""

from __future__ import annotations

import base64
import importlib
import json
import logging
import os
import signal
import sys
import uuid
from collections.abc import Callable, Collection, Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qs, quote, unquote, urlparse

import waitress
from chalice import local
from chalice.config import Config

from chalicelib.api.framework.problems import (
    PROBLEM,
    DiskFull,
    ForeignOrigin,
    MethodNotAllowed,
    RouteNotFound,
    problem_content,
)
from chalicelib.jobs.errors import BodyTooLarge, InternalError, JobError
from chalicelib.observing.lines import readable
from infra.local.compressing import compressed
from infra.local.lifeline import hold_on
from infra.local.origins import refusal
from infra.local.page import Page
from infra.local.room import SAID, Room
from infra.local.settings import HOST, kept_free

log = logging.getLogger("api")

LARGEST_BODY = 10 * 1024 * 1024
TOO_LARGE = (
    "A request's body may have 10 MB at most. Announce larger files with POST /api/upload: it answers with an address "
    "in the store for each, and the files go there."
)
THREADS = 16
HEALTH, SIGNING_IN = "/api/health", "/api/auth/"
CONNECTIONS = 4000
IDLE_SECONDS = 20
"""Seconds after which a connection without a complete request is closed."""

Headers = list[tuple[str, str]]
Reply = tuple[int, Headers, bytes]
StartResponse = Callable[[str, Headers], object]


class Routes(local.RouteMatcher):  # type: ignore[misc]  # Chalice is untyped
    """Like Chalice's, but decodes parameters, as API Gateway does, and keeps none from a route that didn't match."""

    def match_route(self, url: str) -> local.MatchResult:
        parsed = urlparse(url)
        parts = parsed.path.rstrip("/").split("/")
        for route in self.route_urls:
            names = route.rstrip("/").split("/")
            if len(names) == len(parts) and all(n.startswith("{") or n == p for n, p in zip(names, parts, strict=True)):
                captured = {n[1:-1]: unquote(p) for n, p in zip(names, parts, strict=True) if n.startswith("{")}
                return local.MatchResult(route, captured, parse_qs(parsed.query, keep_blank_values=True))
        raise ValueError(f"No route for {parsed.path}")


class Api:
    """A Chalice app behind Chalice's own LocalGateway, with the answers that API Gateway gives itself."""

    def __init__(self, app: Any) -> None:
        # As in chalice.local: the current request belongs to a thread, not to the app.
        app.__class__ = type("LocalApp", (local.LocalChalice, app.__class__), {})
        self._routes = app.routes
        self._matcher = Routes(list(app.routes))
        self._gateway = local.LocalGateway(app, Config())
        self._gateway.event_converter = local.LambdaEventConverter(self._matcher, app.api.binary_types)

    def answer(self, method: str, url: str, headers: dict[str, str], body: bytes) -> Reply:
        if len(body) > LARGEST_BODY:
            return problem(BodyTooLarge(TOO_LARGE))
        try:
            methods = set(self._routes[self._matcher.match_route(url).route])
        except ValueError:
            return problem(RouteNotFound("There is nothing at this address."))
        asked = "GET" if method == "HEAD" and "HEAD" not in methods else method
        if asked not in methods and asked != "OPTIONS":
            allowed = ", ".join(sorted(methods))
            status, found, content = problem(MethodNotAllowed(f"This address takes {allowed}."))
            return status, [*found, ("Allow", allowed)], content
        try:
            return _reply(self._gateway.handle_request(asked, url, headers, body))
        except local.LocalGatewayException as error:
            return error.CODE, list(error.headers.items()), error.body or b""


def _reply(response: dict[str, Any]) -> Reply:
    body = response.get("body") or b""
    if response.get("isBase64Encoded"):
        body = base64.b64decode(body)
    elif isinstance(body, str):
        body = body.encode()
    headers = [(name, str(value)) for name, value in response.get("headers", {}).items()]
    several = response.get("multiValueHeaders") or {}
    headers += [(name, str(value)) for name, values in several.items() for value in values]
    if body and not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    return response["statusCode"], headers, body


def problem(error: JobError, status: int | None = None) -> Reply:
    content = problem_content(error, str(uuid.uuid4()), status)
    return content["status"], [("Content-Type", PROBLEM)], json.dumps(content).encode()


class Server:
    """The WSGI application."""

    def __init__(self, api: Api, page: Page, room: Room, origins: Collection[str] = ()) -> None:
        self._api = api
        self._page = page
        self._room = room
        self._origins = frozenset(origins)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        try:
            if why := self._refusal(environ):
                status, headers, body = problem(ForeignOrigin(why))
            elif self._is_too_full_for(method, path):
                status, headers, body = problem(DiskFull(SAID), 503 if path == HEALTH else None)
            elif path == "/api" or path.startswith("/api/"):
                status, headers, body = self._api.answer(method, _url(environ), _headers(environ), _body(environ))
            elif method in ("GET", "HEAD"):
                status, headers, body = self._page.answer(path, environ.get("HTTP_IF_NONE_MATCH"))
            else:
                status, headers, body = problem(MethodNotAllowed("This address takes GET, HEAD."))
                headers.append(("Allow", "GET, HEAD"))
        except Exception:
            status, headers, body = problem(InternalError("Something went wrong here; the log says what."))
            log.exception("%s %s: %s", method, path, body.decode())
        headers = [(name, value) for name, value in headers if name.lower() != "content-length"]
        headers, body = compressed(environ.get("HTTP_ACCEPT_ENCODING", ""), headers, body)
        bodiless = status < 200 or status in (204, 304)
        if not bodiless:
            headers.append(("Content-Length", str(len(body))))
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [] if bodiless or method == "HEAD" else [body]

    def _is_too_full_for(self, method: str, path: str) -> bool:
        brings = method in ("POST", "PUT", "PATCH") and path.startswith("/api/") and not path.startswith(SIGNING_IN)
        return (brings or path == HEALTH) and not self._room.has()

    def _refusal(self, environ: dict[str, Any]) -> str | None:
        return refusal(
            environ.get("HTTP_HOST", ""),
            environ.get("HTTP_ORIGIN"),
            environ.get("HTTP_SEC_FETCH_SITE"),
            environ.get("HTTP_SEC_FETCH_MODE"),
            self._origins,
        )


def _url(environ: dict[str, Any]) -> str:
    # WSGI has decoded the path; encoded again, a parameter with a slash is still lost, as WSGI defines it.
    path = quote(environ["PATH_INFO"].encode("latin-1"), safe="/!$&'()*+,;=:@~-._")
    return f"{path}?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else path


def _headers(environ: dict[str, Any]) -> dict[str, str]:
    headers = {k[5:].replace("_", "-").lower(): str(v) for k, v in environ.items() if k.startswith("HTTP_")}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = str(environ[name])
    return headers


def _body(environ: dict[str, Any]) -> bytes:
    # One byte over the limit is enough to refuse it.
    return cast(bytes, environ["wsgi.input"].read(LARGEST_BODY + 1))


def main() -> None:
    module, port, page = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    readable()
    hold_on()
    origins = os.environ.get("MILLRACE_CORS_ORIGINS", "").split(",")
    app, room = importlib.import_module(module).app, Room(Path(sys.argv[4]), kept_free())
    sockets = os.environ.get("MILLRACE_LIVE_URL", "").removesuffix("/live")
    shown = Page(page, os.environ.get("AWS_ENDPOINT_URL", ""), sockets)
    server = Server(Api(app), shown, room, origins)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    waitress.serve(
        server,
        host=HOST,
        port=port,
        threads=THREADS,
        ident="",
        max_request_body_size=64 * 1024 * 1024,
        backlog=1024,
        connection_limit=CONNECTIONS,
        channel_timeout=IDLE_SECONDS,
        cleanup_interval=2,
        asyncore_use_poll=True,
    )


if __name__ == "__main__":
    main()
