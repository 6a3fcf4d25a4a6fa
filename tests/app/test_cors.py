"""Pages of other origins: listed origins may call and read errors, all others may not."""

import re

import pytest

import app as millrace
from chalicelib.api.subjects import every_route
from tests.app.api_world import PAGE, Caller, World

ROUTES = every_route()


@pytest.mark.parametrize("path", sorted({route.path for route in ROUTES}))
def test_every_route_answers_a_preflight(world: World, path: str) -> None:
    answer = world.nobody.call("OPTIONS", re.sub("{.*?}", "x", path), origin=PAGE, access_control_request_method="GET")
    assert (answer.status, answer.text) == (204, "")
    assert answer.headers["access-control-allow-origin"] == PAGE
    allowed = set(answer.headers["access-control-allow-methods"].split(", "))
    methods = {route.method for route in ROUTES if route.path == path}
    assert allowed == methods | {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
    assert set(answer.headers["allow"].split(", ")) == allowed
    headers = {name.strip().lower() for name in answer.headers["access-control-allow-headers"].split(",")}
    assert headers == {"authorization", "content-type", "idempotency-key", "if-match", "if-none-match"}
    assert int(answer.headers["access-control-max-age"]) > 0
    assert answer.headers["vary"] == "Origin"


def test_every_address_tells_its_methods_and_answers_heads() -> None:
    for path, methods in millrace.app.routes.items():
        assert "OPTIONS" in methods, path
        assert ("HEAD" in methods) == ("GET" in methods), path


@pytest.mark.parametrize("path", ["/health", "/openapi.json", "/docs", "/docs/start.js"])
def test_a_head_is_answered_as_its_get(world: World, path: str) -> None:
    head, get = world.nobody.call("HEAD", path), world.nobody.get(path)
    assert (head.status, head.headers["content-type"]) == (200, get.headers["content-type"])
    assert world.nobody.call("OPTIONS", path).headers["allow"] == "GET, HEAD, OPTIONS"


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
