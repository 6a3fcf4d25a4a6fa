"""Pages of other origins: the listed ones may call, and may read what went wrong; the others may not."""

import re

import pytest

from chalicelib.api.subjects import every_route
from tests.app.api_world import PAGE, Caller, World

ROUTES = every_route()


@pytest.mark.parametrize("path", sorted({route.path for route in ROUTES}))
def test_every_route_answers_a_preflight(world: World, path: str) -> None:
    answer = world.nobody.call("OPTIONS", re.sub("{.*?}", "x", path), origin=PAGE, access_control_request_method="GET")
    assert (answer.status, answer.text) == (204, "")
    assert answer.headers["access-control-allow-origin"] == PAGE
    allowed = set(answer.headers["access-control-allow-methods"].split(", "))
    assert allowed == {route.method for route in ROUTES if route.path == path} | {"OPTIONS"}
    headers = {name.strip().lower() for name in answer.headers["access-control-allow-headers"].split(",")}
    assert headers == {"authorization", "content-type", "idempotency-key", "if-match", "if-none-match"}
    assert int(answer.headers["access-control-max-age"]) > 0
    assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/jobs", 401), ("GET", "/health", 200), ("POST", "/auth/guest", 201)]
)
def test_answers_and_errors_may_be_read_by_listed_origins(world: World, method: str, path: str, status: int) -> None:
    answer = world.nobody.call(method, path, origin="https://other.example")
    assert answer.status == status
    assert answer.headers["access-control-allow-origin"] == "https://other.example"
    exposed = {name.strip().lower() for name in answer.headers["access-control-expose-headers"].split(",")}
    assert exposed >= {"etag", "location", "link", "retry-after", "x-request-id"}
    assert answer.headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in answer.headers


def test_a_failure_of_ours_may_be_read_too(world: World, user: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.api.jobs.job_summary", lambda job: 1 / 0)
    user.announce({"a.jpg": 1})
    answer = user.get("/jobs", origin=PAGE)
    assert answer.status == 500
    assert answer.headers["access-control-allow-origin"] == PAGE


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "", f"{PAGE}.evil.example", PAGE.upper(), f"{PAGE}/", "http://page.example"],
)
def test_other_origins_are_told_nothing(world: World, origin: str) -> None:
    for method in ("OPTIONS", "GET"):
        answer = world.nobody.call(method, "/health", origin=origin)
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert answer.headers["vary"] == "Origin"


def test_without_listed_origins_nothing_is_said_at_all(world: World) -> None:
    world.configure(CORS_ORIGINS="")
    answer = world.nobody.call("GET", "/health", origin=PAGE)
    assert answer.status == 200
    assert not {"vary", "access-control-allow-origin"} & set(answer.headers)
