"""For receivers of webhooks: verifies that a request is Millrace's, and parses it.

Signatures follow Standard Webhooks: HMAC-SHA256 of `id.timestamp.body` with the webhook's secret.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

from millrace_client.errors import MillraceError

PREFIX = "whsec_"
TOLERANCE = 300.0


class NotSigned(MillraceError):
    """The request is not Millrace's, was changed on its way, or is a replay of an old one."""


def verify(
    body: bytes,
    headers: Mapping[str, str],
    secret: str,
    *,
    tolerance: float = TOLERANCE,
    now: float | None = None,
) -> dict[str, Any]:
    """The event of a webhook's request. Raises NotSigned.

    body: as received, before any parsing. secret: the webhook's, `whsec_…`. tolerance: seconds by which the request's
    time may be off. now: seconds since 1970, by default the current time.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        message_id, sent, signatures = (given[f"webhook-{name}"] for name in ("id", "timestamp", "signature"))
        timestamp = int(sent)
    except (KeyError, ValueError):
        raise NotSigned("The request has no webhook-id, webhook-timestamp and webhook-signature.") from None
    if abs((time.time() if now is None else now) - timestamp) > tolerance:
        raise NotSigned(f"The request is older than {tolerance:g} s, or this clock is wrong.")
    key = base64.b64decode(secret[len(PREFIX) :] if secret.startswith(PREFIX) else secret)
    digest = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    wanted = f"v1,{base64.b64encode(digest).decode()}".encode()
    if not any(hmac.compare_digest(wanted, one.encode()) for one in signatures.split()):
        raise NotSigned("The signature is not of this body and secret.")
    event: dict[str, Any] = json.loads(body)
    return event
