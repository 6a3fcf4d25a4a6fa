"""API callers with accounts."""

from __future__ import annotations

from typing import Any

from chalicelib.jobs.ids import new_id
from chalicelib.wiring import services
from tests.app.api_world import Answer, Caller, World

PASSWORD = "three grey herons"
EMAIL = "ann@example.com"


def registered(world: World, email: str = EMAIL, password: str = PASSWORD, **headers: str) -> dict[str, Any]:
    username = email.partition("@")[0]
    answer = world.nobody.post(
        "/auth/register", {"email": email, "username": username, "password": password}, **headers
    )
    assert answer.status == 201, answer.text
    return dict(answer.json)


def login(world: World, email: str = EMAIL, password: str = PASSWORD, **headers: str) -> Answer:
    return world.nobody.post("/auth/login", {"email": email, "password": password}, **headers)


def signed_in(world: World, email: str = EMAIL) -> Caller:
    """A new user, signed in."""
    registered(world, email)
    return caller(world, login(world, email))


def member(world: World) -> Caller:
    """A registered user that no other test uses."""
    return signed_in(world, f"{new_id().lower()}@example.com")


def caller(world: World, answer: Answer) -> Caller:
    assert answer.status == 200, answer.text
    return Caller(world, answer["access_token"], answer["user_id"])


def admin(world: World, email: str = "admin@example.com") -> Caller:
    registered(world, email)
    assert services().users.make_admin(email, None, "command") is not None
    return caller(world, login(world, email))


def key(user: Caller, *scopes: str, days: int | None = 30) -> Caller:
    answer = user.post("/auth/keys", {"name": "robot", "scopes": list(scopes), "expires_in_days": days})
    assert answer.status == 201, answer.text
    return Caller(user.world, answer["key"], user.id)


def audit(by: Caller, action: str) -> list[dict[str, Any]]:
    return [entry for entry in by.get("/audit")["items"] if entry["action"] == action]
