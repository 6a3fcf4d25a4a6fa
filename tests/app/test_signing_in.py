"""Callers: guests, and every kind of foreign token."""

import base64
import json
from datetime import timedelta
from typing import Any

import jwt
import pytest

from chalicelib.accounts.tokens import Tokens, key_id
from chalicelib.jobs.ids import is_id
from tests.app.api_world import SETTINGS, Caller, World

KEY = SETTINGS["TOKEN_KEY"]
KEY_ID = key_id(KEY)


def test_a_guest_gets_a_token_that_works(world: World) -> None:
    answer = world.nobody.call("POST", "/auth/guest")
    assert answer.status == 201
    assert set(answer.json) == {"access_token", "token_type", "expires_in", "user_id"}
    assert (answer["token_type"], answer["expires_in"]) == ("bearer", 30 * 24 * 3600)
    assert is_id(answer["user_id"])
    assert answer.headers["cache-control"] == "no-store"
    assert Caller(world, answer["access_token"]).get("/jobs").status == 200


def test_each_guest_is_another_user(world: World) -> None:
    assert world.guest().id != world.guest().id


def test_a_token_expires(world: World, user: Caller) -> None:
    world.offset = timedelta(days=30, seconds=-5)
    assert user.get("/jobs").status == 200
    world.offset = timedelta(days=30, seconds=1)
    assert user.get("/jobs").status == 401


def claims(world: World, user: Caller, **changes: Any) -> dict[str, Any]:
    now = int(world.clock().timestamp())
    good = {
        "sub": user.id,
        "role": "guest",
        "typ": "access",
        "iss": "millrace",
        "aud": "millrace-api",
        "iat": now,
        "exp": now + 60,
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def signed(content: dict[str, Any], *, key: str = KEY, kid: Any = KEY_ID, algorithm: str = "HS256") -> str:
    return jwt.encode(content, key, algorithm, headers={"kid": kid} if kid else {})


def test_a_token_made_by_hand_with_all_that_is_right_works(world: World, user: Caller) -> None:
    assert Caller(world, signed(claims(world, user))).get("/jobs").status == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"typ": "refresh"},
        {"typ": None},
        {"aud": "another-api"},
        {"aud": None},
        {"iss": "somebody"},
        {"iss": None},
        {"sub": None},
        {"role": None},
        {"exp": None},
        {"exp": 1},
        {"exp": "soon"},
        {"exp": float("inf")},
    ],
    ids=str,
)
def test_a_token_with_a_wrong_or_missing_claim_is_refused(world: World, user: Caller, changes: dict[str, Any]) -> None:
    answer = Caller(world, signed(claims(world, user, **changes))).get("/jobs")
    assert (answer.status, answer["code"]) == (401, "unauthorized")


def test_a_token_of_another_key_is_refused(world: World, user: Caller) -> None:
    other = "another key, and just as long as it must be"
    content = claims(world, user)
    for token in (
        Tokens(other, world.clock).issue(user.id, "guest", 60),
        signed(content, key=other),
        signed(content, kid=None),
        signed(content, kid="unknown"),
        signed(content, algorithm="HS512"),
    ):
        assert Caller(world, token).get("/jobs").status == 401


def test_a_token_that_says_it_needs_no_signature_is_refused(world: World, user: Caller) -> None:
    def part(content: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")

    for algorithm in ("none", "None", "NONE"):
        for kid in ({}, {"kid": key_id(KEY)}):
            unsigned = f"{part({'alg': algorithm, 'typ': 'JWT', **kid})}.{part(claims(world, user))}."
            assert Caller(world, unsigned).get("/jobs").status == 401


def test_a_key_id_of_a_strange_type_is_refused_like_any_other(world: World, user: Caller) -> None:
    head = base64.urlsafe_b64encode(b'{"alg":"HS256","kid":["a"]}').decode().rstrip("=")
    body = signed(claims(world, user)).split(".", 1)[1]
    assert Caller(world, f"{head}.{body}").get("/jobs").status == 401


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic dTpw", "Bearer a.b.c", "Bearer " + "a" * 9000])
def test_anything_else_in_the_header_is_refused(world: World, header: str) -> None:
    answer = world.nobody.get("/jobs", Authorization=header)
    assert answer.status == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="millrace"'


def test_a_changed_token_is_refused_and_the_scheme_may_be_in_any_case(world: World, user: Caller) -> None:
    assert user.token is not None
    head, body, signature = user.token.split(".")
    forged = json.loads(base64.urlsafe_b64decode(body + "==")) | {"sub": world.guest().id}
    other = base64.urlsafe_b64encode(json.dumps(forged).encode()).decode().rstrip("=")
    assert Caller(world, f"{head}.{other}.{signature}").get("/jobs").status == 401
    assert world.nobody.get("/jobs", authorization=f"bearer {user.token}").status == 200
