"""Access to the embedded cloud: for the stack itself, and for clients with an address that the stack has signed.

Any web page in the user's browser can send requests to this machine. So each request must name this machine as its host
(a name that an attacker's DNS points here is refused), come from our own page if from any, and be signed (SigV4) with
the credentials of this data folder. Only requests for S3, DynamoDB or SQS are answered.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import time
from collections.abc import Awaitable, Callable, Collection
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

from infra.local.cloud.services import SMALL, NoRoom, Request, Services
from infra.local.origins import is_local
from infra.local.room import SAID

log = logging.getLogger("cloud")

SERVICES = frozenset({"s3", "dynamodb", "sqs"})
HEALTH = "/health"
LONGEST_SIGNED = timedelta(days=7)
SKEW = timedelta(minutes=15)
CHUNK = 256 * 1024
UNSIGNED = "UNSIGNED-PAYLOAD"
STREAMED = "STREAMING-"
METHODS = "GET, HEAD, PUT"
ALWAYS = {"Cross-Origin-Resource-Policy": "same-site", "X-Content-Type-Options": "nosniff"}
MISMATCH = "The request signature we calculated does not match the signature you provided."

Scope = dict[str, Any]
Send = Callable[[Any], Awaitable[None]]
Reply = tuple[int, dict[str, str], Any]


class Refused(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


class Gate:
    """The ASGI application. origins: of the page."""

    def __init__(self, services: Services, key_id: str, secret: str, origins: Collection[str]) -> None:
        self._services = services
        self._key_id = key_id
        self._secret = secret
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Callable[[], Awaitable[Any]], send: Send) -> None:
        if scope["type"] != "http":
            return
        headers = _headers(scope)
        origin = headers.get("origin")
        service = _service(headers, scope["query_string"])
        try:
            if not is_local(headers.get("host", "")):
                raise Refused(403, "AccessDenied", "This address is not one of this machine's.")
            if origin is not None and origin not in self._origins:
                raise Refused(403, "AccessDenied", "Pages of other origins have nothing to do here.")
            if scope["method"] == "OPTIONS":
                reply: Reply = _preflight(headers)
            elif scope["path"] == HEALTH and scope["method"] == "GET":
                reply = 200, {"Content-Type": "application/json"}, b'{"status": "ok"}'
            else:
                reply = await self._signed(scope, headers, receive)
        except Refused as refused:
            reply = problem(service, refused.status, refused.code, str(refused))
        except NoRoom:
            reply = problem(service, 507, "InsufficientStorage", SAID)
        except Exception as error:
            log.exception("%s %s", scope["method"], scope["path"])
            reply = problem(service, 500, "InternalError", type(error).__name__)
        if origin in self._origins:
            reply[1].update({"Access-Control-Allow-Origin": str(origin), "Access-Control-Expose-Headers": "*"})
        await _respond(send, scope["method"], *reply)

    async def _signed(self, scope: Scope, headers: dict[str, str], receive: Callable[[], Awaitable[Any]]) -> Reply:
        query = parse_qs(scope["query_string"].decode(), keep_blank_values=True)
        presigned = "X-Amz-Signature" in query
        signature = self._claimed(headers, query, presigned)
        # A request without a signature by our key is refused before a byte of the body is read.
        body = await _body(receive)
        digest = await self._check_body(headers, body, signature.service, presigned)
        self._check_signature(signature, scope, headers, query, body, digest, presigned)
        if presigned:
            headers = headers | {"authorization": f"AWS4-HMAC-SHA256 Credential={signature.access_key_id}"}
            query = {name: value for name, value in query.items() if name not in PRESIGNED}
        if headers.get("x-amz-content-sha256", "").startswith(STREAMED):
            from ministack.app import _decode_aws_chunked_body

            body = _decode_aws_chunked_body(body, headers)
        status, answered, content = await self._services.answer(
            Request(signature.service, scope["method"], scope["path"], headers, query, body)
        )
        return status, answered, content

    def _claimed(self, headers: dict[str, str], query: dict[str, list[str]], presigned: bool) -> Any:
        """The signature's parts, once everything but the signature itself has been checked. Raises Refused."""
        from ministack.core import sigv4

        if not presigned and not headers.get("authorization", "").startswith("AWS4-HMAC-SHA256 "):
            raise Refused(403, "AccessDenied", "Requests have to be signed.")
        found = sigv4.parse_query_signature(query) if presigned else sigv4.parse_header_signature(headers)
        if isinstance(found, tuple):
            raise Refused(403, *found)
        if presigned and query.get("X-Amz-Algorithm") != ["AWS4-HMAC-SHA256"]:
            raise Refused(403, "AccessDenied", "Requests are signed with AWS4-HMAC-SHA256.")
        if not hmac.compare_digest(found.access_key_id.encode(), self._key_id.encode()):
            raise Refused(403, "InvalidAccessKeyId", "The access key is none of this store.")
        if found.service not in SERVICES or (presigned and found.service != "s3"):
            raise Refused(403, "AccessDenied", f"There is no {found.service[:40]} here.")
        _check_time(found.amz_date, query if presigned else None)
        signed = set(found.signed_headers.split(";"))
        wanted = {name for name in headers if name.startswith("x-amz-")} if found.service == "s3" else set()
        if "host" not in signed or (wanted - signed - ({"x-amz-content-sha256"} if presigned else set())):
            raise Refused(403, "AccessDenied", "There were headers present in the request which were not signed.")
        return found

    @staticmethod
    async def _check_body(headers: dict[str, str], body: bytes, service: str, presigned: bool) -> str:
        """The signed digest of the body, verified. Raises Refused."""
        said = headers.get("x-amz-content-sha256", "")
        if presigned or (service == "s3" and (said == UNSIGNED or said.startswith(STREAMED))):
            return said
        if len(body) <= SMALL:
            true = hashlib.sha256(body).hexdigest()
        else:
            true = (await asyncio.to_thread(hashlib.sha256, body)).hexdigest()
        if said and said != true:
            raise Refused(400, "XAmzContentSHA256Mismatch", "The body is not the one that was signed.")
        return true

    def _check_signature(
        self,
        signature: Any,
        scope: Scope,
        headers: dict[str, str],
        query: dict[str, list[str]],
        body: bytes,
        digest: str,
        presigned: bool,
    ) -> None:
        from ministack.core import sigv4

        path = sigv4.uri_encode(scope["path"], encode_slash=False) if signature.service == "s3" else scope["path"]
        signed = headers if presigned else headers | {"x-amz-content-sha256": digest}
        failure = sigv4.header_signature_failure(
            signature, self._secret, scope["method"], path, query, signed, body, presigned=presigned
        )
        if failure:
            raise Refused(403, failure[0], MISMATCH)


PRESIGNED = frozenset(
    f"X-Amz-{name}" for name in ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")
)


def _headers(scope: Scope) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        key, text = name.decode("latin-1").lower(), value.decode("utf-8", "replace")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found


def _service(headers: dict[str, str], query: bytes) -> str:
    """The service that the caller means, for the form of a refusal."""
    target = headers.get("x-amz-target", "")
    return "s3" if not target else "sqs" if target.startswith("AmazonSQS") else "dynamodb"


def _check_time(date: str, presigned: dict[str, list[str]] | None) -> None:
    try:
        began = datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        lasts = timedelta(seconds=int(presigned["X-Amz-Expires"][0])) if presigned is not None else SKEW
    except (KeyError, ValueError, OverflowError):
        raise Refused(403, "AccessDenied", "The signature has no valid time.") from None
    now = datetime.now(UTC)
    if not timedelta(0) <= lasts <= LONGEST_SIGNED or began > now + SKEW:
        raise Refused(403, "AccessDenied", "The signature has no valid time.")
    if now > began + lasts:
        raise Refused(403, "AccessDenied" if presigned else "RequestTimeTooSkewed", "Request has expired")


async def _body(receive: Callable[[], Awaitable[Any]]) -> bytes:
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "RequestTimeout", "The request ended before its body did.")
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return parts[0] if len(parts) == 1 else b"".join(parts)


def _preflight(headers: dict[str, str]) -> Reply:
    asked = headers.get("access-control-request-method", "")
    if "origin" not in headers or asked not in METHODS.split(", "):
        raise Refused(403, "AccessForbidden", f"Pages may {METHODS} here.")
    return (
        200,
        {
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Allow-Headers": headers.get("access-control-request-headers", ""),
            "Access-Control-Max-Age": "3600",
        },
        b"",
    )


def problem(service: str, status: int, code: str, message: str) -> Reply:
    """An error in the form of the service."""
    if service == "s3":
        text = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
        content = f'<?xml version="1.0" encoding="UTF-8"?>\n<Error>{text}</Error>'.encode()
        return status, {"Content-Type": "application/xml"}, content
    said = json.dumps({"__type": code, "message": message}).encode()
    return status, {"Content-Type": "application/x-amz-json-1.0"}, said


@lru_cache(1)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)


async def _respond(send: Send, method: str, status: int, headers: dict[str, str], body: Any) -> None:
    content = body.encode() if isinstance(body, str) else body
    if method != "HEAD":
        headers["Content-Length"] = str(len(content))
    headers |= {"Date": _date(int(time.time())), **ALWAYS}
    raw = [(name.lower().encode("latin-1"), str(value).encode("latin-1", "replace")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    if method == "HEAD":
        content = b""
    for at in range(0, len(content) - CHUNK, CHUNK):
        await send({"type": "http.response.body", "body": bytes(content[at : at + CHUNK]), "more_body": True})
    rest = max(0, (len(content) - 1) // CHUNK * CHUNK)
    await send({"type": "http.response.body", "body": bytes(content[rest:])})
