"""Admission: settings turn guests and registration off, and the number of guests per address is limited."""

from datetime import timedelta

import pytest

from tests.app.accounts.people_helpers import PASSWORD, admin, login, registered
from tests.app.api_world import Caller, World

ANN = {"email": "ann@example.com", "username": "ann", "password": PASSWORD}


@pytest.fixture
def boss(world: World) -> Caller:
    return admin(world)


def test_without_guests_none_begins_and_those_that_there_are_stay(world: World, boss: Caller) -> None:
    guest = world.guest()
    boss.call("PUT", "/settings", {"allow_guests": 0})
    answer = world.nobody.post("/auth/guest", None)
    assert (answer.status, answer["code"]) == (403, "guests_off")
    assert guest.get("/jobs").status == 200
    registered(world, "bob@example.com")
    boss.call("PUT", "/settings", {"allow_guests": 1})
    assert world.guest().get("/jobs").status == 200


def test_without_registration_nobody_registers_and_accounts_sign_in(world: World, boss: Caller) -> None:
    registered(world, "bob@example.com")
    boss.call("PUT", "/settings", {"allow_registration": 0})
    for caller in (world.nobody, world.guest()):
        answer = caller.post("/auth/register", ANN)
        assert (answer.status, answer["code"]) == (403, "registration_off")
    assert login(world, "bob@example.com").status == 200


def test_guests_of_one_address_are_limited_for_an_hour(world: World, boss: Caller) -> None:
    boss.call("PUT", "/settings", {"guests_per_hour": 2})
    world.offset = timedelta(hours=5)  # the guests of other tests no longer count
    assert [world.nobody.post("/auth/guest", None).status for _ in range(3)] == [201, 201, 429]
    refused = world.nobody.post("/auth/guest", None)
    assert refused["code"] == "too_many_guests"
    assert 3500 < int(refused.headers["retry-after"]) <= 3600
    world.offset = timedelta(hours=6, seconds=1)
    assert world.nobody.post("/auth/guest", None).status == 201
