"""Signing in and staying signed in: rotation, reuse, the end of sessions, and the limit on guesses."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.accounts import attempts, passwords
from chalicelib.accounts.errors import TooManyAttempts
from chalicelib.accounts.passwords import Passwords
from chalicelib.wiring import services
from tests.app.accounts.people_helpers import (
    EMAIL,
    PASSWORD,
    admin,
    audit,
    caller,
    key,
    login,
    registered,
    signed_in,
)
from tests.app.api_world import Answer, Caller, World

OTHER = "another fine day"


def refresh(world: World, token: str) -> Answer:
    return world.nobody.post("/auth/refresh", {"refresh_token": token})


def test_signing_in_gives_a_pair_of_tokens(world: World) -> None:
    account = registered(world)
    answer = login(world)
    tokens = {"access_token", "refresh_token", "token_type", "expires_in"}
    assert set(answer.json) == {*tokens, "user_id", "taken_over"}
    assert answer["taken_over"] is None
    assert (answer["token_type"], answer["expires_in"], answer["user_id"]) == ("bearer", 3600, account["id"])
    assert answer.headers["cache-control"] == "no-store"
    assert caller(world, answer).get("/auth/me")["email"] == EMAIL


def test_an_access_token_is_good_for_an_hour(world: World) -> None:
    user = signed_in(world)
    world.offset = timedelta(minutes=59)
    assert user.get("/auth/me").status == 200
    world.offset = timedelta(minutes=61)
    assert user.get("/auth/me").status == 401


def test_a_refresh_token_brings_a_new_pair(world: World) -> None:
    registered(world)
    first = login(world)
    world.offset = timedelta(days=6)
    second = refresh(world, first["refresh_token"])
    assert second.status == 200
    assert second["refresh_token"] != first["refresh_token"]
    assert caller(world, second).get("/auth/me")["email"] == EMAIL
    world.offset = timedelta(days=12)  # each token is valid for seven days from its issue
    assert refresh(world, second["refresh_token"]).status == 200


def test_a_refresh_token_expires_after_seven_days(world: World) -> None:
    registered(world)
    token = login(world)["refresh_token"]
    world.offset = timedelta(days=7, seconds=1)
    assert refresh(world, token)["code"] == "session_ended"


def test_a_refresh_token_used_twice_ends_its_whole_family_and_no_other(world: World) -> None:
    boss = admin(world)
    registered(world)
    other, first = login(world), login(world)
    second = refresh(world, first["refresh_token"])
    third = refresh(world, second["refresh_token"])
    again = refresh(world, first["refresh_token"])
    assert (again.status, again["code"]) == (401, "session_ended")
    assert refresh(world, third["refresh_token"]).status == 401
    assert refresh(world, other["refresh_token"]).status == 200
    assert [entry["actor_id"] for entry in audit(boss, "session.reused")] == [first["user_id"]]


def test_each_kind_of_token_is_good_for_its_own_use_alone(world: World) -> None:
    registered(world)
    pair = login(world)
    assert Caller(world, pair["refresh_token"]).get("/auth/me").status == 401
    assert refresh(world, pair["access_token"]).status == 401
    assert refresh(world, pair["refresh_token"]).status == 200  # neither attempt ended the session


@pytest.mark.parametrize("token", ["x", "a.b.c", "mr_" + "0" * 40])
def test_what_is_no_refresh_token_is_refused(world: World, token: str) -> None:
    answer = refresh(world, token)
    assert (answer.status, answer["code"]) == (401, "session_ended")


def test_signing_out_ends_this_session_and_no_other(world: World) -> None:
    registered(world)
    here, there = login(world), login(world)
    answer = caller(world, here).call("POST", "/auth/logout")
    assert (answer.status, answer.text) == (204, "")
    assert refresh(world, here["refresh_token"]).status == 401
    assert refresh(world, there["refresh_token"]).status == 200


def test_signing_out_without_a_session_changes_nothing(world: World) -> None:
    user = signed_in(world)
    robot = key(user, "read")
    for who in (world.guest(), robot):
        assert who.call("POST", "/auth/logout").status == 204
    assert robot.get("/jobs").status == 200


def test_a_new_password_ends_every_session_and_begins_one(world: World) -> None:
    registered(world)
    here, there = login(world), login(world)
    body = {"current_password": PASSWORD, "new_password": OTHER}
    answer = caller(world, here).post("/auth/password", body)
    assert answer.status == 200
    for old in (here, there):
        assert refresh(world, old["refresh_token"]).status == 401
    assert refresh(world, answer["refresh_token"]).status == 200
    assert login(world).status == 401
    assert login(world, password=OTHER).status == 200


def test_a_new_password_needs_the_old_one_and_some_strength(world: World) -> None:
    user = signed_in(world)
    wrong = user.post("/auth/password", {"current_password": OTHER, "new_password": OTHER})
    assert (wrong.status, wrong["code"]) == (403, "wrong_password")
    weak = user.post("/auth/password", {"current_password": PASSWORD, "new_password": "password1"})
    assert (weak.status, weak["errors"][0]["field"]) == (422, "new_password")
    assert login(world).status == 200


class Counted(Passwords):
    def __init__(self) -> None:
        super().__init__()
        self.verified: list[str] = []

    @property
    def _hasher(self) -> Any:
        real, seen = super()._hasher, self.verified

        class Hasher:
            def __getattr__(self, name: str) -> Any:
                return getattr(real, name)

            def verify(self, password_hash: str, password: str) -> bool:
                seen.append(password_hash)
                return bool(real.verify(password_hash, password))

        return Hasher()


def test_an_unknown_account_costs_the_work_of_a_known_one_and_gets_its_answer(world: World) -> None:
    registered(world)
    counted = services().passwords = Counted()
    known, unknown = login(world, password=OTHER), login(world, "nobody@example.com", OTHER)
    assert known.status == unknown.status == 401
    for answer in (known, unknown):
        answer.json.pop("request_id")
    assert known.json == unknown.json
    assert len(counted.verified) == 2
    # Equal parameters mean equal work: `$argon2id$v=19$m=…,t=…,p=…$salt$hash`, salt and hash of equal length.
    first, second = (text.split("$") for text in counted.verified)
    assert first[:4] == second[:4] == ["", "argon2id", "v=19", "m=19456,t=2,p=1"]
    assert [len(part) for part in first] == [len(part) for part in second]


def test_nobodys_hash_matches_no_password(world: World) -> None:
    assert not Passwords().outdated(passwords.NOBODY)
    for password in ("", PASSWORD, passwords.NOBODY):
        assert not Passwords().verify(None, password)


def test_a_hash_of_weaker_parameters_is_made_anew_at_the_next_signing_in(world: World) -> None:
    from argon2 import PasswordHasher

    account = registered(world)
    weak = PasswordHasher(1, 8 * 1024, 1).hash(PASSWORD)
    found = services().users.account(account["id"])
    services().people.change_account(found, {"password_hash": weak}, None)
    assert login(world).status == 200
    now = services().users.account(account["id"]).password_hash
    assert now.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert login(world).status == 200


@pytest.mark.parametrize("exists", [True, False])
def test_ten_wrong_passwords_in_a_quarter_of_an_hour_are_the_last(world: World, exists: bool) -> None:
    if exists:
        registered(world)
    counted = services().passwords = Counted()
    assert [login(world, password=OTHER).status for _ in range(10)] == [401] * 10
    refused = login(world)
    assert (refused.status, refused["code"]) == (429, "too_many_attempts")
    assert 0 < int(refused.headers["retry-after"]) <= 900
    assert len(counted.verified) == 10
    assert login(world, "other@example.com").status == 401


def at(address: str) -> dict[str, str]:
    """Headers as API Gateway passes them on behind CloudFront."""
    return {"x_forwarded_for": f"6.6.6.6, {address}, 130.176.0.1"}


def test_who_guesses_locks_out_nobody_at_another_address(world: World) -> None:
    registered(world)
    services().passwords = Counted()
    for _ in range(11):
        last = login(world, password=OTHER, **at("203.0.113.9"))
    assert last.status == 429
    assert login(world, **at("198.51.100.1")).status == 200


def test_guesses_from_many_addresses_have_an_end_and_the_owners_own_address_is_let_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "LIMIT_OF_ALL", 12)
    registered(world)
    assert login(world, **at("198.51.100.1")).status == 200
    services().passwords = Counted()
    guesses = [login(world, password=OTHER, **at(f"203.0.113.{number}")).status for number in range(13)]
    assert (guesses.count(401), guesses[-1]) == (11, 429)  # the sign-in of the owner counted too
    assert login(world, **at("198.51.100.2")).status == 429
    assert login(world, **at("198.51.100.1")).status == 200
    # The owner's address has a limit too.
    own = [login(world, password=OTHER, **at("198.51.100.1")).status for _ in range(11)]
    assert own == [401] * 10 + [429]


def test_after_the_wait_that_was_asked_for_it_goes_on(world: World) -> None:
    registered(world)
    for _ in range(5):
        login(world, password=OTHER)
    world.offset = timedelta(minutes=10)
    for _ in range(5):
        login(world, password=OTHER)
    wait = int(login(world).headers["retry-after"])
    assert wait <= 300  # an attempt counts for a quarter of an hour
    world.offset = timedelta(minutes=10, seconds=wait)
    assert login(world).status == 200


def test_a_right_password_forgets_the_wrong_ones(world: World) -> None:
    registered(world)
    for _ in range(3):
        assert [login(world, password=OTHER).status for _ in range(9)] == [401] * 9
        assert login(world).status == 200


def test_the_current_password_has_as_many_guesses_as_signing_in(world: World) -> None:
    user = signed_in(world)
    body = {"current_password": OTHER, "new_password": OTHER}
    assert [user.post("/auth/password", body).status for _ in range(10)] == [403] * 10
    assert user.post("/auth/password", body | {"current_password": PASSWORD}).status == 429
    assert login(world).status == 429


def test_tokens_of_the_key_before_are_good_and_new_ones_are_signed_with_the_new_key(world: World) -> None:
    registered(world)
    world.configure(TOKEN_KEY="k" * 40, PREVIOUS_TOKEN_KEYS="")
    first = login(world)
    world.configure(TOKEN_KEY="n" * 40, PREVIOUS_TOKEN_KEYS=f"{'k' * 40},{'o' * 40}")
    assert caller(world, first).get("/auth/me").status == 200
    second = refresh(world, first["refresh_token"])
    assert second.status == 200
    world.configure(TOKEN_KEY="n" * 40, PREVIOUS_TOKEN_KEYS="")
    assert caller(world, first).get("/auth/me").status == 401
    assert caller(world, second).get("/auth/me").status == 200


def test_two_containers_share_the_sessions(world: World) -> None:
    registered(world)
    first = login(world)
    world.configure()  # a cold start
    second = refresh(world, first["refresh_token"])
    world.configure()
    assert refresh(world, first["refresh_token"]).status == 401
    assert refresh(world, second["refresh_token"]).status == 401


def test_guesses_at_the_same_time_are_all_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    table = services().people._table
    real = table.get
    others = iter([None, None])

    def get(key: Any, **options: Any) -> Any:
        found = real(key, **options)
        if key[1] == "ATTEMPTS" and next(others, "no more") is None:
            services().attempts.begin(EMAIL, "198.51.100.1")  # between the read and the write of this attempt
        return found

    monkeypatch.setattr(table, "get", get)
    services().attempts.begin(EMAIL, "198.51.100.1")
    for _ in range(7):
        services().attempts.begin(EMAIL, "198.51.100.1")
    with pytest.raises(TooManyAttempts):
        services().attempts.begin(EMAIL, "198.51.100.1")


def test_signing_out_ends_the_access_token_too(world: World) -> None:
    registered(world)
    first, second = (caller(world, login(world)) for _ in range(2))
    assert first.get("/auth/me").status == second.get("/auth/me").status == 200
    assert first.post("/auth/logout").status == 204
    assert first.get("/auth/me").status == 401
    assert second.get("/auth/me").status == 200


def test_a_changed_password_puts_out_who_has_an_older_token(world: World) -> None:
    registered(world)
    owner, thief = (caller(world, login(world)) for _ in range(2))
    assert thief.get("/auth/me").status == 200
    change = {"current_password": PASSWORD, "new_password": OTHER}
    assert owner.post("/auth/password", change).status == 200
    # Changes to the account or the installation are refused at once, even by a container that has not noticed yet.
    body = {"name": "robot", "scopes": ["read"], "expires_in_days": 365}
    assert thief.post("/auth/keys", body).status == 401
    assert thief.call("PATCH", "/auth/me", {"username": "thief"}).status == 401
    assert thief.post("/auth/password", {"current_password": OTHER, "new_password": PASSWORD}).status == 401


def test_elsewhere_an_ended_session_is_believed_for_seconds_at_most(world: World) -> None:
    registered(world)
    user = caller(world, login(world))
    assert user.get("/jobs").status == 200
    sessions = [item["SK"]["S"] for item in world.items("accounts", f"USER#{user.id}") if "SESSION#" in str(item["SK"])]
    for session in sessions:
        services().people.delete_session(user.id, session.removeprefix("SESSION#"))  # in another container
    assert user.get("/jobs").status == 200
    world.offset = timedelta(seconds=6)
    assert user.get("/jobs").status == 401


def test_a_token_without_a_session_is_nobodys(world: World) -> None:
    account = registered(world)
    token = services().tokens.issue(account["id"], "user", 3600)
    assert Caller(world, token, account["id"]).get("/jobs").status == 401
