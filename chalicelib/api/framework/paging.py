"""Pages of lists, and the Link header (RFC 8288) that leads from one page to the others."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel

from chalicelib.api.framework.http import Call


def pages(total: int, per_page: int) -> int:
    return math.ceil(total / per_page)


def page_links(call: Call, total: int) -> dict[str, str]:
    """The header for a list with numbered pages."""
    page, last = call.query.page, pages(total, call.query.per_page)
    wanted = {"first": 1, "prev": page - 1, "next": page + 1, "last": last}
    return _header(call.query, {rel: {"page": n} for rel, n in wanted.items() if 1 <= n <= last})


def cursor_links(call: Call, cursor: str | None) -> dict[str, str]:
    """The header for a list that is read on from a cursor."""
    return _header(call.query, {"next": {"cursor": cursor}} if cursor else {})


def _header(query: BaseModel, links: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    # A reference that is only a query keeps the path (RFC 3986), so it is right wherever the API is served.
    given = query.model_dump(mode="json", exclude_defaults=True)
    given = {name: ",".join(value) if isinstance(value, list) else value for name, value in given.items()}
    found = [f'<?{urlencode({**given, **changes})}>; rel="{rel}"' for rel, changes in links.items()]
    return {"Link": ", ".join(found)} if found else {}
