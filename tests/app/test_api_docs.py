"""docs/api.md matches the application: its examples are real answers, and its table lists every route."""

import pytest

from chalicelib.api.framework import openapi
from tests.app.api_examples import BLOCK, DESCRIBED, DOCS, TABLE, Examples, described, record, table
from tests.app.api_world import World

ROUTES = openapi.OWN
"""docs/compat.md covers the other routes."""

WRITTEN = {match["name"]: match["text"] for match in BLOCK.finditer(DOCS.read_text())}


@pytest.fixture(scope="module")
def examples(shared_world: World) -> Examples:
    return record(shared_world)


@pytest.mark.parametrize("route", [f"{route.method} {route.path}" for route in ROUTES])
def test_every_route_has_an_example_that_is_what_it_answers(examples: Examples, route: str) -> None:
    assert WRITTEN[route] == examples.texts[route], "run python -m tests.app.api_examples"


def test_there_is_no_example_of_a_route_that_is_not_there() -> None:
    assert set(WRITTEN) == {f"{route.method} {route.path}" for route in ROUTES}


def test_the_list_of_routes_is_complete() -> None:
    found = TABLE.search(DOCS.read_text())
    assert found is not None
    assert found[0] == table()


def test_the_examples_of_the_openapi_document_are_what_is_answered(examples: Examples) -> None:
    assert DESCRIBED.read_text() == described(examples), "run python -m tests.app.api_examples"
