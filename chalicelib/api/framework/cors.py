"""The other origins whose pages may call the API from a browser: those of the setting `cors_origins`, and no others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

ALLOWED_HEADERS = "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match"
EXPOSED_HEADERS = "ETag, Idempotency-Replayed, Link, Location, Retry-After, WWW-Authenticate, X-Request-Id"
MAX_AGE = 600


def headers(request: Mapping[str, str], origins: Collection[str]) -> dict[str, str]:
    """Headers of every answer, errors included: without them a page couldn't even read the error."""
    if not origins:
        return {}
    origin = request.get("origin")
    if origin is None or origin not in origins:
        return {"Vary": "Origin"}
    return {
        "Vary": "Origin",
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": EXPOSED_HEADERS,
    }


def preflight_headers(request: Mapping[str, str], origins: Collection[str], methods: Sequence[str]) -> dict[str, str]:
    """The headers that answer a preflight for those methods; none for an unlisted origin."""
    allowed = headers(request, origins)
    if "Access-Control-Allow-Origin" not in allowed:
        return allowed
    return allowed | {
        "Access-Control-Allow-Methods": ", ".join([*methods, "OPTIONS"]),
        "Access-Control-Allow-Headers": ALLOWED_HEADERS,
        "Access-Control-Max-Age": str(MAX_AGE),
    }
