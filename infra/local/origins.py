"""The callers that a browser may act for: the names of this machine, and the pages that may call it.

A page of another origin can't read answers without CORS, but it can send; and a name of its own that points at
127.0.0.1 makes it the same origin (DNS rebinding). So the host must be one of ours, and the origin our own page's.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

FOREIGN = frozenset({"cross-site", "same-site"})  # the site ignores the port
NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})


def is_local(host: str) -> bool:
    """Whether a Host header names this machine, on any port: a tunnel's may differ from the server's."""
    name, colon, port = host.rpartition(":") if not host.endswith("]") else (host, "", "")
    return (name or host).lower() in NAMES if not colon or port.isdigit() else False


def refusal(host: str, origin: str | None, site: str | None, mode: str | None, origins: Collection[str]) -> str | None:
    """The reason for refusing a request, in one sentence; None where it may pass.

    origin, site, mode: its headers Origin, Sec-Fetch-Site and Sec-Fetch-Mode. origins: of pages besides the one served
    at that very host.
    """
    if not is_local(host):
        return "This address is not one of this machine's."
    if origin is not None:
        own = urlsplit(origin)
        if origin not in origins and (own.scheme, own.netloc) != ("http", host):
            return "Pages of other origins may not call this API."
    elif site in FOREIGN and mode != "navigate":
        return "Pages of other origins may not call this API."
    return None
