"""HTTP around a service call: the caller, the request's input, and all errors in one form."""

from __future__ import annotations

import hashlib
import json
import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from chalice.app import Request, Response
from pydantic import BaseModel, ValidationError

from chalicelib.accounts.people import User, require
from chalicelib.api.framework import cors, idempotency
from chalicelib.api.framework.problems import PROBLEM, problem_content
from chalicelib.jobs.errors import (
    BodyTooLarge,
    InternalError,
    InvalidFields,
    InvalidJson,
    JobError,
    JobNotFound,
    UnsupportedMediaType,
    field_errors,
)
from chalicelib.jobs.ids import is_id, new_id
from chalicelib.observing.about import note
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.api.framework.routing import Route

log = logging.getLogger(__name__)

LARGEST_BODY = 2 * 1024 * 1024
JSON = "application/json"


@dataclass(frozen=True)
class Call:
    """A validated request: body and query are the route's models."""

    user: User
    body: Any
    query: Any
    headers: Mapping[str, str]
    request_id: str
    address: str
    made_id: str | None = None
    """The id of what the request creates: the same for all requests with one Idempotency-Key; None without a key."""


@dataclass(frozen=True)
class Reply:
    """An answer that needs more than its model: another status, further headers."""

    model: BaseModel | None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


ANYBODY = User("", "anonymous", frozenset())
NO_ID = "0" * 26


def respond(
    request: Request, route: Route, view: Callable[..., BaseModel | Reply], path_values: Mapping[str, str]
) -> Response:
    """Serves one request. In all cases the answer is the route's model, or a problem with the request's id."""
    headers = lower(request)
    request_id = id_of(request)
    try:
        response = serve(request, route, view, path_values, headers, request_id)
    except JobError as error:
        if error.status >= 500:
            log.error("%s %s answered %s, request %s", route.method, route.path, error.code, request_id)
        response = refusal(error, request_id, headers, route)
    except Exception:
        log.exception("%s %s failed, request %s", route.method, route.path, request_id)
        unknown = InternalError("Something went wrong on our side. The request's id helps to find out what.")
        response = refusal(unknown, request_id, headers, route)
    response.headers["X-Request-Id"] = request_id
    response.headers.update(cors.headers(headers, services().settings.cors_origins))
    return response


def serve(
    request: Request,
    route: Route,
    view: Callable[..., BaseModel | Reply],
    path_values: Mapping[str, str],
    headers: Mapping[str, str],
    request_id: str,
) -> Response:
    """Raises JobError for the caller's mistakes."""
    if guard := services().origin_guard:
        guard.check(headers)
    user = ANYBODY if route.open else services().authenticate(headers, route.scope)
    if user.id:
        note(user_id=user.id)
    if route.scope:
        require(user, route.scope)
    if not is_id(path_values.get("job_id", NO_ID)):
        raise JobNotFound("There is no such job.")
    call = Call(
        user,
        _sent(request, headers, route),
        parse_query(request, route.query, several=route.dialect is not None) if route.query else None,
        headers,
        request_id,
        address_of(request, headers),
    )

    def answer(made_id: str | None = None) -> Response:
        reply = view(replace(call, made_id=made_id), **path_values)
        if not isinstance(reply, Reply):
            reply = Reply(reply, route.status)
        return success(reply, headers.get("if-none-match") if route.conditional else None, route.conditional)

    key = headers.get("idempotency-key")
    if not route.creates or key is None:
        return answer()
    asked = idempotency.fingerprint(route.method, route.path, path_values, request.raw_body)
    by = user.id or idempotency.visitor(path_values)
    return idempotency.once(services().accounts, services().clock, new_id, by, key, asked, answer)


def lower(request: Request) -> dict[str, str]:
    return {name.lower(): value for name, value in (request.headers or {}).items()}


def id_of(request: Request) -> str:
    """API Gateway's id of a request, else Lambda's: never one that the caller supplied."""
    given = (request.context or {}).get("requestId") or getattr(request.lambda_context, "aws_request_id", None)
    return str(given or uuid.uuid4())


def address_of(request: Request, headers: Mapping[str, str]) -> str:
    """The caller's network address. CloudFront puts it before its own, which API Gateway appends; addresses that the
    caller supplied come before both."""
    forwarded = [part.strip() for part in headers.get("x-forwarded-for", "").split(",") if part.strip()]
    if len(forwarded) >= 2:
        return forwarded[-2]
    identity = (request.context or {}).get("identity") or {}
    return str(forwarded[0] if forwarded else identity.get("sourceIp") or "")


def success(reply: Reply, if_none_match: str | None, conditional: bool) -> Response:
    body = rendered(reply.model) if reply.model is not None else ""
    headers = {"Cache-Control": "no-store", **reply.headers}
    if body:
        headers["Content-Type"] = JSON
    if conditional and reply.model is not None:
        etag = reply.headers.get("ETag") or etag_of(reply.model, body)
        headers |= {"ETag": etag, "Cache-Control": "private, no-cache"}
        if if_none_match and etag in {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}:
            return Response(body="", status_code=304, headers=headers)
    return Response(body=body, status_code=reply.status, headers=headers)


def rendered(model: BaseModel) -> str:
    return model.model_dump_json(exclude_none=getattr(model, "sparse", False))


def tag(body: str) -> str:
    return f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'


def etag_of(model: BaseModel, body: str | None = None) -> str:
    """The ETag of a model for conditional GETs. body: the model as sent, if it is at hand.

    For a model with fleeting fields (Answer.fleeting) it has two parts: the first, of all other fields, is the one that
    an If-Match compares.
    """
    whole = tag(rendered(model) if body is None else body)
    fleeting = getattr(model, "fleeting", None)
    return f"{tag(model.model_dump_json(exclude=fleeting))[:-1]}-{whole[1:]}" if fleeting else whole


def refusal(error: JobError, request_id: str, headers: Mapping[str, str], route: Route) -> Response:
    """An error in the route's form, or as problem+json where the caller accepts that."""
    if route.dialect is None:
        return problem(error, request_id)
    status = route.dialect.status(error)
    response = problem(error, request_id, status)
    if PROBLEM not in headers.get("accept", ""):
        response.headers["Content-Type"] = JSON
        response.body = rendered(route.dialect.worded(error, request_id))
    return response


def problem(error: JobError, request_id: str, status: int | None = None) -> Response:
    """status: where it is another than the error's own."""
    content = problem_content(error, request_id, status)
    headers = {"Content-Type": PROBLEM, "Cache-Control": "no-store"}
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="millrace"'
    return Response(body=json.dumps(content), status_code=content["status"], headers=headers)


def _sent(request: Request, headers: Mapping[str, str], route: Route) -> BaseModel | None:
    """The request's body or form, validated."""
    if route.form:
        from chalicelib.api.framework.forms import parse_form

        return parse_form(request.raw_body, headers.get("content-type", ""), route.form)
    if not route.body:
        return None
    # Other systems' clients may leave out an empty body.
    if route.dialect and not request.raw_body:
        return validated(route.body, {})
    return parse_body(request.raw_body, headers.get("content-type", JSON), route.body)


def parse_body(raw: bytes | str, content_type: str, model: type[BaseModel]) -> BaseModel:
    """The body as its model: 415 for another declared type than JSON, 400 for invalid JSON, 422 for another shape."""
    if content_type.partition(";")[0].strip().lower() != JSON:
        raise UnsupportedMediaType(f"The body must be {JSON}.")
    content = raw.encode() if isinstance(raw, str) else raw
    if len(content) > LARGEST_BODY:
        raise BodyTooLarge("The body is larger than 2 MiB.")
    try:
        # json instead of pydantic's parser: it refuses invalid UTF-8, and its depth is bounded.
        parsed = json.loads(content.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise InvalidJson("The body is no valid JSON in UTF-8.") from None
    if not isinstance(parsed, dict):
        raise InvalidJson("The body must be a JSON object.")
    return validated(model, parsed)


def parse_query(request: Request, model: type[BaseModel], *, several: bool = False) -> BaseModel:
    """several: a list may also come as one parameter for each value, as in other systems."""
    given = request.query_params
    if given is None:
        return validated(model, {})
    return validated(model, {name: ",".join(given.getlist(name)) if several else given[name] for name in given})


def validated(model: type[BaseModel], values: Mapping[str, Any]) -> BaseModel:
    """Raises InvalidFields."""
    try:
        return model.model_validate(values)
    except ValidationError as invalid:
        raise InvalidFields("Some fields are not valid.", errors=field_errors(invalid)) from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
