"""A user's own account: reading and changing it."""

from typing import Any

import pytest

from tests.app.accounts.people_helpers import EMAIL, PASSWORD, admin, audit, key, login, registered, signed_in
from tests.app.api_world import World


def test_me_says_who_and_what_for(world: World) -> None:
    guest, user, boss = world.guest(), signed_in(world), admin(world)
    assert guest.get("/auth/me").json | {"scopes": 0} == {
        "id": guest.id,
        "email": None,
        "username": None,
        "role": "guest",
        "scopes": 0,
        "created_at": None,
    }
    assert guest.get("/auth/me")["scopes"] == ["read", "upload"]
    assert user.get("/auth/me")["scopes"] == ["account", "read", "upload"]
    assert boss.get("/auth/me")["scopes"] == ["account", "admin", "read", "upload"]
    assert key(boss, "read").get("/auth/me")["scopes"] == ["read"]


def test_me_is_not_sent_again_while_it_is_the_same(world: World) -> None:
    user = signed_in(world)
    etag = user.get("/auth/me").headers["etag"]
    assert user.get("/auth/me", If_None_Match=etag).status == 304
    user.call("PATCH", "/auth/me", {"username": "anna"})
    assert user.get("/auth/me", If_None_Match=etag).status == 200


def test_a_change_is_made_to_what_was_seen(world: World) -> None:
    user = signed_in(world)
    seen = user.get("/auth/me").headers["etag"]
    changed = user.call("PATCH", "/auth/me", {"username": "anna"}, If_Match=seen)
    assert changed.status == 200
    assert changed.headers["etag"] == user.get("/auth/me").headers["etag"]
    assert user.call("PATCH", "/auth/me", {"username": "anne"}, If_Match=seen).status == 412
    assert user.get("/auth/me")["username"] == "anna"


def test_a_username_is_changed_and_the_old_one_is_free(world: World) -> None:
    user = signed_in(world)
    assert user.call("PATCH", "/auth/me", {"username": "Anna"})["username"] == "Anna"
    assert user.get("/auth/me")["username"] == "Anna"
    other = signed_in(world, "bob@example.com")
    assert other.call("PATCH", "/auth/me", {"username": "anna"})["code"] == "username_taken"
    assert other.call("PATCH", "/auth/me", {"username": "ann"})["username"] == "ann"


def test_a_username_may_change_its_case_alone(world: World) -> None:
    user = signed_in(world)
    assert user.call("PATCH", "/auth/me", {"username": "ANN"})["username"] == "ANN"
    assert user.call("PATCH", "/auth/me", {"username": "ANN"}).status == 200


def test_the_email_takes_the_password_with_it(world: World) -> None:
    user = signed_in(world)
    registered(world, "taken@example.com")
    without = user.call("PATCH", "/auth/me", {"email": "new@example.com"})
    assert (without.status, without["errors"][0]["field"]) == (422, "current_password")
    wrong = user.call("PATCH", "/auth/me", {"email": "new@example.com", "current_password": "not this one"})
    assert (wrong.status, wrong["code"]) == (403, "wrong_password")
    taken = user.call("PATCH", "/auth/me", {"email": "taken@example.com", "current_password": PASSWORD})
    assert (taken.status, taken["code"]) == (409, "email_taken")
    assert user.get("/auth/me")["email"] == EMAIL
    changed = user.call("PATCH", "/auth/me", {"email": "new@example.com", "current_password": PASSWORD})
    assert changed["email"] == "new@example.com"
    assert login(world).status == 401
    assert login(world, "new@example.com").status == 200
    other = signed_in(world, "bob@example.com")
    assert other.call("PATCH", "/auth/me", {"email": EMAIL, "current_password": PASSWORD}).status == 200  # now free


@pytest.mark.parametrize("body", [{}, {"username": None}, {"username": "ann"}, {"email": EMAIL}])
def test_a_change_of_nothing_changes_nothing(world: World, body: dict[str, Any]) -> None:
    boss, user = admin(world), signed_in(world)
    before = user.get("/auth/me").json
    assert user.call("PATCH", "/auth/me", body).json == before
    assert audit(boss, "account.changed") == []


@pytest.mark.parametrize("body", [{"role": "admin"}, {"id": "x"}, {"username": "a"}, {"email": "nowhere"}])
def test_what_is_not_ones_to_change_is_refused(world: World, body: dict[str, Any]) -> None:
    user = signed_in(world)
    assert user.call("PATCH", "/auth/me", body).status == 422
    assert user.get("/auth/me")["role"] == "user"


def test_guests_and_keys_change_no_account(world: World) -> None:
    user = signed_in(world)
    for who in (world.guest(), key(user, "read", "upload")):
        for method, path, body in (
            ("PATCH", "/auth/me", {"username": "anna"}),
            ("POST", "/auth/password", {"current_password": PASSWORD, "new_password": "another fine day"}),
            ("POST", "/auth/keys", {"name": "more", "scopes": ["read"]}),
            ("GET", "/auth/keys", None),
        ):
            answer = who.call(method, path, body)
            assert (answer.status, answer["code"]) == (403, "forbidden")
    assert user.get("/auth/me")["username"] == "ann"


def test_the_audit_log_says_what_was_changed_and_not_to_what(world: World) -> None:
    boss, user = admin(world), signed_in(world)
    user.call("PATCH", "/auth/me", {"username": "anna"})
    user.post("/auth/password", {"current_password": PASSWORD, "new_password": "another fine day"})
    assert [entry["details"] for entry in audit(boss, "account.changed")] == [{"changed": ["username"]}]
    assert [entry["details"] for entry in audit(boss, "password.changed")] == [{}]
