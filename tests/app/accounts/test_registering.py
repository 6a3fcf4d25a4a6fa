"""Registration: refusals, the stored account, and the guest's belongings that carry over."""

import json
import logging
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.wiring import services
from tests.app.accounts.people_helpers import EMAIL, PASSWORD, admin, audit, login, registered, signed_in
from tests.app.api_world import Caller, World

ANN = {"email": EMAIL, "username": "ann", "password": PASSWORD}


def register(world: World, **changes: Any) -> Any:
    return world.nobody.post("/auth/register", ANN | changes)


def test_an_account_is_made_and_says_nothing_of_its_password(world: World) -> None:
    answer = register(world)
    assert answer.status == 201
    assert {name: answer[name] for name in ("email", "username", "role")} == {
        "email": EMAIL,
        "username": "ann",
        "role": "user",
    }
    assert PASSWORD not in answer.text
    assert "argon2" not in answer.text
    kept = json.dumps(world.items("accounts", f"USER#{answer['id']}"))
    assert "$argon2id$v=19$m=19456,t=2,p=1$" in kept
    assert PASSWORD not in kept


def test_an_email_is_one_account_however_it_is_written(world: World) -> None:
    registered(world)
    again = register(world, email=" ANN@Example.COM ", username="somebody")
    assert (again.status, again["code"]) == (409, "email_taken")
    assert again["errors"] == [{"field": "email", "message": "is taken"}]
    assert login(world, "Ann@EXAMPLE.com").status == 200


@pytest.mark.parametrize("username", ["ann", "ANN", " Ann ", "\uff41\uff4e\uff4e"])
def test_a_username_is_one_account_however_it_is_written(world: World, username: str) -> None:
    registered(world)
    again = register(world, email="other@example.com", username=username)
    assert (again.status, again["code"]) == (409, "username_taken")
    # A refused registration leaves nothing behind: the address is still free.
    assert register(world, email="other@example.com", username="other").status == 201


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("password1", "most common"),
        ("Password1", "most common"),
        ("QWERTYUIOP", "most common"),
        ("correcthorsebatterystaple", "most common"),
        ("abababababab", "different characters"),
        ("ANN@example.com", "email or username"),
    ],
)
def test_a_password_that_is_guessed_first_is_refused(world: World, password: str, reason: str) -> None:
    answer = register(world, password=password)
    assert (answer.status, answer["code"]) == (422, "weak_password")
    assert [error["field"] for error in answer["errors"]] == ["password"]
    assert reason in answer["errors"][0]["message"]
    assert login(world, password=password).status == 401


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("password", "1234567"),
        ("password", "x1y2z3" * 22),
        ("password", 12345678),
        ("password", "\ud800 lone surrogate"),
        ("username", "an"),
        ("username", "a" * 51),
        ("username", "ann<script>"),
        ("username", "  .  "),
        ("email", "ann"),
        ("email", "ann@localhost"),
        ("email", "a" * 250 + "@example.com"),
        ("email", "ann@example.com\nBcc: all"),
        ("role", "admin"),
    ],
)
def test_a_field_out_of_its_bounds_is_named_and_not_repeated(world: World, field: str, value: Any) -> None:
    answer = register(world, **{field: value})
    assert (answer.status, answer["code"]) == (422, "invalid_fields")
    assert {error["field"] for error in answer["errors"]} == {field}
    if field == "password":
        assert str(value) not in answer.text


@pytest.mark.parametrize(
    ("field", "value"),
    [("password", "x1y2z3w4"), ("password", "8 chars " * 16), ("username", "a.n"), ("username", "n" * 50)],
)
def test_the_bounds_themselves_are_inside(world: World, field: str, value: str) -> None:
    assert register(world, **{field: value}).status == 201


def test_the_same_password_in_other_code_points_signs_in(world: World) -> None:
    registered(world, password="caf\u00e9 au lait")
    assert login(world, password="cafe\u0301 au lait").status == 200


def test_a_guest_who_registers_keeps_their_jobs(world: World) -> None:
    guest = world.guest()
    job = guest.announce({"a.jpg": 3})["job_id"]
    account = registered(world, Authorization=f"Bearer {guest.token}")
    assert account["id"] == guest.id
    user = Caller(world, login(world)["access_token"])
    assert [found["id"] for found in user.get("/jobs")["items"]] == [job]
    assert user.get(f"/jobs/{job}").status == 200
    assert user.get("/auth/me")["role"] == "user"


def test_the_guests_token_opens_nothing_once_there_is_a_password(world: World) -> None:
    guest, other = world.guest(), world.guest()
    registered(world, Authorization=f"Bearer {guest.token}")
    assert guest.get("/jobs").status == 401
    assert other.get("/jobs").status == 200


def test_a_container_that_knew_the_guest_finds_out_within_a_minute(world: World) -> None:
    guest = world.guest()
    assert guest.get("/jobs").status == 200
    services().users.register(EMAIL, "ann", PASSWORD, guest_id=guest.id)  # in another container
    assert guest.get("/jobs").status == 200
    world.offset = timedelta(seconds=61)
    assert guest.get("/jobs").status == 401


def test_a_guest_registers_once(world: World) -> None:
    guest = world.guest()
    bob = {"email": "b@example.com", "username": "bob", "password": PASSWORD}
    guest.get("/jobs")
    services().users.register(EMAIL, "ann", PASSWORD, guest_id=guest.id)  # in another container, unknown to this one
    again = guest.post("/auth/register", bob)
    assert (again.status, again["code"]) == (409, "already_registered")
    world.offset = timedelta(seconds=61)
    assert guest.post("/auth/register", bob).status == 401
    assert login(world, "b@example.com").status == 401


def test_a_token_that_is_no_good_is_not_overlooked_when_registering(world: World) -> None:
    answer = world.nobody.post("/auth/register", ANN, Authorization="Bearer nonsense")
    assert answer.status == 401
    assert login(world).status == 401


def test_a_user_who_registers_another_account_gets_another(world: World) -> None:
    ann = signed_in(world)
    answer = ann.post("/auth/register", {"email": "b@example.com", "username": "bob", "password": PASSWORD})
    assert answer.status == 201
    assert answer["id"] != ann.id


def test_of_two_who_register_at_once_one_gets_the_address(world: World) -> None:
    assert sorted(register(world, username=name).status for name in ("one", "two", "three")) == [201, 409, 409]


def test_no_password_reaches_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="chalicelib")
    register(world)
    register(world, password="password1", username="x")
    login(world, password="wrong but long enough")
    said = "".join(record.getMessage() + str(record.__dict__) for record in caplog.records)
    for secret in (PASSWORD, "password1", "wrong but long enough"):
        assert secret not in said


def test_registering_is_in_the_audit_log_of_admins(world: World) -> None:
    boss = admin(world)
    account = registered(world)
    entry = next(entry for entry in audit(boss, "account.registered") if entry["target"] == account["id"])
    assert (entry["actor_id"], entry["details"]) == (account["id"], {"role": "user", "was_guest": False})
