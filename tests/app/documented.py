"""Checks answers against the API's description: status, body and headers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs

from chalicelib.api.framework import openapi

EVERYWHERE = {"content-type", "cache-control", "vary"}
"""HTTP's own headers, which the API does not describe; nor does it describe CORS headers."""


def check(method: str, path: str, status: int, headers: Mapping[str, str], text: str) -> None:
    """Raises AssertionError unless the description permits this answer to the request. path: below /api; a path that
    the description lacks is ignored. headers: by lower-case name."""
    operation = _operation(method, urlsplit(path).path)
    if operation is None:
        return
    asked = f"{method} {path}"
    responses = operation["responses"]
    assert str(status) in responses, f"{asked} answered {status}, which is not described: {text}"
    described = _resolved(responses[str(status)])
    declared = {name.lower() for name in described.get("headers", ())}
    others = {name for name in headers if name not in EVERYWHERE and not name.startswith("access-control-")}
    assert others <= declared, f"{asked} answered {status} with headers that are not described: {others - declared}"
    content = described.get("content", {})
    if not content:
        assert text == "", f"{asked} answered {status} with a body that is not described"
        return
    kind = headers["content-type"].partition(";")[0]
    assert kind in content, f"{asked} answered {status} as {kind}"
    [wrong] = [*_validator(json.dumps(content[kind]["schema"])).iter_errors(json.loads(text))][:1] or [None]
    assert wrong is None, f"{asked} answered {status} in another shape: {wrong}\n{text}"


@cache
def _document() -> Any:
    return openapi.document({})


@cache
def _places() -> list[tuple[re.Pattern[str], str]]:
    """Paths without variables come first, so that the name of another route is not taken for a {job_id}."""
    paths = sorted(_document()["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"{\w+}", "[^/]+", path)), path) for path in paths]


@cache
def _operation(method: str, path: str) -> Any:
    for pattern, place in _places():
        if pattern.fullmatch(path) and method.lower() in _document()["paths"][place]:
            return _document()["paths"][place][method.lower()]
    return None


def _resolved(described: Any) -> Any:
    name = described.get("$ref", "").rpartition("/")[2]
    return _document()["components"]["responses"][name] if name else described


@cache
def _validator(schema: str) -> Any:
    whole = {"components": _document()["components"], **json.loads(schema)}
    return jsonschema_rs.validator_for(whole, validate_formats=True)
