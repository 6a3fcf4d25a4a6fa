"""Errors as application/problem+json (RFC 9457): the one form for the API, API Gateway, the firewall and the local
gateway. Also the errors that are answered before any route is reached."""

from __future__ import annotations

from typing import Any

from chalicelib.jobs.errors import Forbidden, JobError, NotFound

PROBLEM = "application/problem+json"


class RouteNotFound(NotFound):
    """Check the address: `GET /api/openapi.json` lists all of them."""

    code = "route_not_found"


class MethodNotAllowed(JobError):
    """Use one of the methods that the header `Allow` names."""

    code, status, title = "method_not_allowed", 405, "The address does not take this method"


class TooManyRequests(JobError):
    """Send the request again after `Retry-After` seconds."""

    code, status, title = "too_many_requests", 429, "Too many requests"


class AnswerTimeout(JobError):
    """Send the request again."""

    code, status, title = "timeout", 504, "No answer in time"


class ForeignOrigin(Forbidden):
    """Call the API from its own page, or list the page's origin in `MILLRACE_CORS_ORIGINS`."""

    code, title = "foreign_origin", "Not allowed from this page or address"


class DiskFull(JobError):
    """Delete something, or give the data folder more room."""

    code, status, title = "disk_full", 507, "The disk is full"


BEFORE_ROUTES: tuple[type[JobError], ...] = (
    ForeignOrigin,
    RouteNotFound,
    MethodNotAllowed,
    TooManyRequests,
    AnswerTimeout,
    DiskFull,
)
"""Errors that a gateway answers before any route, by status."""


def problem_content(error: JobError, request_id: str | None, status: int | None = None) -> dict[str, Any]:
    """The body. request_id: None only where the answer is fixed text, as the firewall's is. status: if it differs from
    the error's own."""
    content: dict[str, Any] = {
        "type": f"urn:millrace:error:{error.code}",
        "title": error.title,
        "status": status or error.status,
        "detail": error.detail,
        "code": error.code,
        "request_id": request_id,
        "errors": [{"field": wrong.field, "message": wrong.message} for wrong in error.errors],
    }
    if request_id is None:
        del content["request_id"]
    return content
