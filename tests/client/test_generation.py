"""The client's types are those of the API."""

import inspect
import re

import pytest
from millrace_client import operations
from millrace_client.calls import Call

from chalicelib.api.framework import openapi
from chalicelib.api.framework.routing import Route
from client.generate import written

ROUTES = openapi.OWN


def test_the_committed_client_is_what_would_be_generated_now() -> None:
    for path, text in written().items():
        assert path.read_text() == text, "python -m client.generate regenerates it"


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_every_route_is_an_operation(route: Route) -> None:
    operation = getattr(operations, route.name)
    wanted = [p for p in inspect.signature(operation).parameters.values() if p.kind is not p.KEYWORD_ONLY]
    call: Call[object] = operation(*(None if p.name == "body" else "x" for p in wanted))
    assert (call.method, call.creates) == (route.method, route.creates)
    assert call.path == re.sub(r"{\w+}", "x", route.path)
    assert getattr(call.answer, "__name__", None) == getattr(route.answer, "__name__", None)
