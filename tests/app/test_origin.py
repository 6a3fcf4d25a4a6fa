"""On AWS the API answers only its own distribution, which adds a secret header."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import boto3
import pytest

from chalicelib.api.framework.routing import Route
from chalicelib.api.subjects import every_route
from chalicelib.jobs.ids import new_id
from chalicelib.wiring import services
from tests.app.api_world import World

FIRST, SECOND, THIRD = ("first " * 10, "second " * 10, "third " * 10)
Changes = Callable[[str], None]


@pytest.fixture
def change(world: World) -> Changes:
    """Sets the secret to another value."""
    client, name = boto3.client("secretsmanager"), new_id()
    client.create_secret(Name=name, SecretString=FIRST)
    world.configure(ORIGIN_SECRET=name)

    def put(value: str) -> None:
        client.put_secret_value(SecretId=name, SecretString=value)

    return put


def status(world: World, secret: str | None, method: str = "GET", path: str = "/health") -> int:
    headers = {} if secret is None else {"X-Millrace-Origin": secret}
    return int(world.client.http.request(method, f"/api{path}", headers=headers, body=b"").status_code)


def test_a_request_that_comes_another_way_is_refused(world: World, change: Changes) -> None:
    assert status(world, FIRST) == 200
    for wrong in (None, "", FIRST.upper(), f"{FIRST} ", "é" * 60):
        response = world.client.http.request(
            "GET", "/api/health", headers={} if wrong is None else {"x-millrace-origin": wrong}, body=b""
        )
        assert response.status_code == 403
        assert b"forbidden" in response.body
        assert FIRST.encode() not in response.body


@pytest.mark.parametrize("route", every_route(), ids=lambda route: f"{route.method} {route.path}")
def test_no_route_is_an_exception(world: World, change: Changes, route: Route) -> None:
    path = route.path.replace("{", "").replace("}", "")
    assert status(world, None, route.method, path) == 403


def test_a_new_secret_is_known_within_a_minute_and_the_one_before_it_stays_good(world: World, change: Changes) -> None:
    assert status(world, FIRST) == 200
    change(SECOND)
    world.offset = timedelta(seconds=61)
    assert (status(world, SECOND), status(world, FIRST)) == (200, 200)
    change(THIRD)
    world.offset = timedelta(seconds=122)
    assert (status(world, THIRD), status(world, SECOND), status(world, FIRST)) == (200, 200, 403)


def test_forged_headers_dont_have_the_secret_read_for_each(
    world: World, change: Changes, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: list[Any] = []
    real = services().secrets.versions
    monkeypatch.setattr(services().secrets, "versions", lambda secret: reads.append(secret) or real(secret))
    for number in range(20):
        assert status(world, f"forged {number}") == 403
    assert len(reads) == 1


def test_on_one_machine_there_is_no_such_header(world: World) -> None:
    assert status(world, None) == 200
