"""HTTP around a service call: who calls, what they sent, and every error in one form."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from chalice.app import Blueprint, Request, Response
from pydantic import BaseModel, ValidationError

from chalicelib.accounts.tokens import User
from chalicelib.jobs.errors import BadRequest, InvalidFields, JobError
from chalicelib.jobs.intake import field_errors
from chalicelib.wiring import services

log = logging.getLogger(__name__)

ROOT = "/api"
LARGEST_BODY = 2 * 1024 * 1024
JSON = "application/json"
PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Call:
    """One request, checked: body and query are the route's models."""

    user: User
    body: Any
    query: Any
    headers: Mapping[str, str]
    request_id: str


@dataclass(frozen=True)
class Reply:
    """An answer with more to say than its model: another status, further headers."""

    model: BaseModel | None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Route:
    """What there is to know of a route, for serving it and for documenting it."""

    method: str
    path: str
    summary: str
    answer: type[BaseModel] | None
    status: int
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    open: bool
    conditional: bool


ANYBODY = User("", "anonymous", frozenset())
ROUTES: list[Route] = []


class Routes:
    """Routes of one subject. Registers views as a Chalice blueprint, each wrapped in what all of them need."""

    def __init__(self, name: str) -> None:
        self.blueprint = Blueprint(name)

    def route(
        self,
        method: str,
        path: str,
        summary: str,
        *,
        answer: type[BaseModel] | None = None,
        status: int = 200,
        body: type[BaseModel] | None = None,
        query: type[BaseModel] | None = None,
        open: bool = False,
        conditional: bool = False,
    ) -> Callable[[Callable[..., BaseModel | Reply]], Callable[..., Response]]:
        """open: needs no sign-in. conditional: answers with an ETag, and 304 to who has that already."""
        described = Route(method, path, summary, answer, status, body, query, open, conditional)
        ROUTES.append(described)

        def decorate(view: Callable[..., BaseModel | Reply]) -> Callable[..., Response]:
            def handle(**path_values: str) -> Response:
                return respond(self.blueprint.current_request, described, view, path_values)

            handle.__name__ = view.__name__
            handle.__doc__ = view.__doc__
            registered: Callable[..., Response] = self.blueprint.route(
                ROOT + path, methods=[method], name=view.__name__, cors=False
            )(handle)
            return registered

        return decorate


def respond(
    request: Request, route: Route, view: Callable[..., BaseModel | Reply], path_values: Mapping[str, str]
) -> Response:
    """Serves one request. Whatever happens, the answer is the route's model or a problem with the request's id."""
    headers = {name.lower(): value for name, value in (request.headers or {}).items()}
    request_id = str((request.context or {}).get("requestId") or headers.get("x-request-id") or "local")
    try:
        user = ANYBODY if route.open else services().authenticate(headers)
        call = Call(
            user,
            parse_body(request.raw_body, route.body) if route.body else None,
            parse_query(request, route.query) if route.query else None,
            headers,
            request_id,
        )
        reply = view(call, **path_values)
        if not isinstance(reply, Reply):
            reply = Reply(reply, route.status)
        return success(reply, headers.get("if-none-match") if route.conditional else None, route.conditional)
    except JobError as error:
        return problem(error, request_id)
    except Exception:
        log.exception("unexpected error", extra={"request_id": request_id, "path": route.path})
        unexpected = JobError("Something went wrong on our side. The request's id helps to find out what.")
        unexpected.code, unexpected.status, unexpected.title = "internal_error", 500, "Internal error"
        return problem(unexpected, request_id)


def success(reply: Reply, if_none_match: str | None, conditional: bool) -> Response:
    body = (
        reply.model.model_dump_json(exclude_none=getattr(reply.model, "sparse", False))
        if reply.model is not None
        else ""
    )
    headers = {"Cache-Control": "no-store", **reply.headers}
    if body:
        headers["Content-Type"] = JSON
    if conditional and body:
        etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
        headers |= {"ETag": etag, "Cache-Control": "private, no-cache"}
        if if_none_match and etag in {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}:
            return Response(body="", status_code=304, headers=headers)
    return Response(body=body, status_code=reply.status, headers=headers)


def problem(error: JobError, request_id: str) -> Response:
    content: dict[str, Any] = {
        "type": f"urn:millrace:error:{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
        "request_id": request_id,
        "errors": [{"field": wrong.field, "message": wrong.message} for wrong in error.errors],
    }
    headers = {"Content-Type": PROBLEM, "Cache-Control": "no-store"}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="millrace"'
    return Response(body=json.dumps(content), status_code=error.status, headers=headers)


def parse_body(raw: bytes | str, model: type[BaseModel]) -> BaseModel:
    """The body as its model: 400 where it is no JSON, 422 where it is of another shape."""
    content = raw.encode() if isinstance(raw, str) else raw
    if len(content) > LARGEST_BODY:
        too_large = BadRequest("The body is larger than 2 MiB.", code="body_too_large")
        too_large.status = 413
        raise too_large
    try:
        # json itself rather than pydantic's parser: it refuses what isn't UTF-8, and how deep it goes is bounded.
        parsed = json.loads(content.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise BadRequest("The body is no valid JSON in UTF-8.", code="invalid_json") from None
    if not isinstance(parsed, dict):
        raise BadRequest("The body must be a JSON object.", code="invalid_json")
    return _validated(model, parsed)


def parse_query(request: Request, model: type[BaseModel]) -> BaseModel:
    given = request.query_params or {}
    return _validated(model, {name: given[name] for name in given})


def _validated(model: type[BaseModel], values: Mapping[str, Any]) -> BaseModel:
    try:
        return model.model_validate(values)
    except ValidationError as invalid:
        raise InvalidFields("Some fields are not valid.", errors=field_errors(invalid)) from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
