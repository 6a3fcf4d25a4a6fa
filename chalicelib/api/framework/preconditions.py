"""If-Match: a change applies only to the version that its caller has seen."""

from __future__ import annotations

from pydantic import BaseModel

from chalicelib.api.framework.http import Call, Reply, etag_of
from chalicelib.jobs.errors import PreconditionFailed


def is_conditional(call: Call) -> bool:
    """Whether the caller names a version."""
    return call.headers.get("if-match", "*").strip() != "*"


def check_match(call: Call, current: BaseModel) -> None:
    """PreconditionFailed where the caller names another version than GET would answer now. Fleeting fields, such as a
    job's progress, may differ."""
    tags = {_steady(tag) for tag in call.headers.get("if-match", "*").split(",")}
    if "*" not in tags and _steady(etag_of(current)) not in tags:
        raise PreconditionFailed("It has changed since you read it. Read it again, then decide.")


def _steady(etag: str) -> str:
    return etag.strip().strip('"').partition("-")[0]


def versioned(model: BaseModel, status: int = 200) -> Reply:
    """An answer with the version that the next If-Match may name."""
    return Reply(model, status, {"ETag": etag_of(model)})
