"""Keys for programs: shown once, limited to their scopes, valid until they expire or are revoked."""

import json
from datetime import timedelta

import pytest

from chalicelib.accounts.people import User
from chalicelib.wiring import services
from tests.app.accounts.people_helpers import admin, audit, key, signed_in
from tests.app.api_world import Caller, World


def test_a_key_is_shown_once_and_kept_as_a_hash(world: World) -> None:
    user = signed_in(world)
    made = user.post("/auth/keys", {"name": "nightly", "scopes": ["upload", "read", "read"], "expires_in_days": 7})
    assert made.status == 201
    assert made["key"].startswith("mr_")
    assert len(made["key"]) == 43
    (listed,) = user.get("/auth/keys")["items"]
    assert listed == {name: value for name, value in made.json.items() if name != "key"}
    assert (listed["name"], listed["scopes"], listed["hint"]) == ("nightly", ["read", "upload"], made["key"][-4:])
    everything = world.dynamodb.scan(TableName="millrace-accounts")["Items"]
    assert made["key"] not in json.dumps(everything)


def test_a_key_does_what_its_owner_does_within_its_scopes(world: World) -> None:
    user = signed_in(world)
    job = user.announce({"a.jpg": 3})["job_id"]
    reader, sender = key(user, "read"), key(user, "upload")
    assert reader.get(f"/jobs/{job}").status == 200
    assert sender.get(f"/jobs/{job}").status == 403
    assert sender.announce({"b.jpg": 3}).status == 201
    refused = reader.announce({"b.jpg": 3})
    assert (refused.status, refused["code"]) == (403, "forbidden")
    assert "`upload`" in refused["detail"]
    assert len(user.get("/jobs")["items"]) == 2


def test_a_key_expires(world: World) -> None:
    user = signed_in(world)
    short, lasting = key(user, "read", days=1), key(user, "read", days=None)
    world.offset = timedelta(hours=23, minutes=59)
    assert short.get("/jobs").status == 200
    world.offset = timedelta(days=1, seconds=1)
    assert short.get("/jobs").status == 401
    world.offset = timedelta(days=4000)
    assert lasting.get("/jobs").status == 200


def test_a_revoked_key_is_good_for_nothing(world: World) -> None:
    user = signed_in(world)
    kept, gone = key(user, "read"), key(user, "read")
    first, second = user.get("/auth/keys")["items"]
    assert user.call("DELETE", f"/auth/keys/{second['id']}").status == 204
    assert gone.get("/jobs").status == 401
    assert kept.get("/jobs").status == 200
    assert user.get("/auth/keys")["items"][0]["id"] == first["id"]
    assert user.call("DELETE", f"/auth/keys/{second['id']}")["code"] == "key_not_found"


def test_another_users_key_is_neither_seen_nor_revoked(world: World) -> None:
    user, other = signed_in(world), signed_in(world, "bob@example.com")
    robot = key(user, "read")
    (listed,) = user.get("/auth/keys")["items"]
    assert other.get("/auth/keys")["items"] == []
    assert other.call("DELETE", f"/auth/keys/{listed['id']}").status == 404
    assert robot.get("/jobs").status == 200


@pytest.mark.parametrize("token", ["mr_", "mr_" + "0" * 40, "mr_" + "x" * 5000, "mr_\u00e9"])
def test_an_unknown_key_is_refused(world: World, token: str) -> None:
    answer = Caller(world, token).get("/jobs")
    assert (answer.status, answer["code"]) == (401, "unauthorized")


@pytest.mark.parametrize(
    "body",
    [
        {"name": "", "scopes": ["read"]},
        {"name": "x", "scopes": []},
        {"name": "x", "scopes": ["account"]},
        {"name": "x", "scopes": ["everything"]},
        {"name": "x", "scopes": ["read"], "expires_in_days": 0},
        {"name": "x", "scopes": ["read"], "expires_in_days": 3651},
    ],
    ids=str,
)
def test_a_key_out_of_bounds_is_not_made(world: World, body: dict[str, object]) -> None:
    user = signed_in(world)
    assert user.post("/auth/keys", body).status == 422
    assert user.get("/auth/keys")["items"] == []


def test_only_admins_give_the_scope_admin_and_it_ends_with_their_role(world: World) -> None:
    user, boss = signed_in(world), admin(world)
    refused = user.post("/auth/keys", {"name": "x", "scopes": ["admin"]})
    assert (refused.status, refused["code"]) == (403, "forbidden")
    robot = key(boss, "admin")
    assert robot.get("/settings").status == 200
    assert robot.get("/jobs").status == 403  # its scopes lack `read`
    assert key(boss, "read").get("/settings").status == 403
    account = services().users.account(boss.id)
    services().people.change_account(account, {"role": "user"}, None)
    assert robot.get("/settings").status == 403


def test_there_is_an_end_to_the_keys_of_one_user(world: World) -> None:
    user = signed_in(world)
    for number in range(50):
        services().keys.create(User(user.id, "user"), f"key {number}", ["read"], None)
    refused = user.post("/auth/keys", {"name": "x", "scopes": ["read"]})
    assert (refused.status, refused["code"]) == (429, "too_many_keys")
    assert len(user.get("/auth/keys")["items"]) == 50


def test_the_last_use_of_a_key_is_known_to_within_an_hour(world: World) -> None:
    user = signed_in(world)
    robot = key(user, "read")

    def last_used() -> str | None:
        return user.get("/auth/keys")["items"][0]["last_used_at"]

    assert last_used() is None
    robot.get("/jobs")
    first = last_used()
    assert first is not None
    world.offset = timedelta(minutes=30)
    robot.get("/jobs")
    assert last_used() == first
    world.offset = timedelta(minutes=61)
    assert Caller(world, robot.token).get("/jobs").status == 200
    world.offset = timedelta(minutes=59)  # the user's own token is still valid
    assert last_used() != first


def test_keys_made_and_revoked_are_in_the_audit_log(world: World) -> None:
    boss, user = admin(world), signed_in(world)
    robot = key(user, "read")
    (listed,) = user.get("/auth/keys")["items"]
    user.call("DELETE", f"/auth/keys/{listed['id']}")
    (made,) = audit(boss, "key.created")
    assert (made["actor_id"], made["target"]) == (user.id, listed["id"])
    assert made["details"] == {"name": "robot", "scopes": ["read"]}
    assert len(audit(boss, "key.revoked")) == 1
    assert robot.token is not None
    assert robot.token not in boss.get("/audit").text
