"""Guests: the quota of their network, and the fate of their files after their token expires."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

import app as millrace
from chalicelib.accounts.guest_quota import range_of
from tests.app.accounts.people_helpers import PASSWORD, member, signed_in
from tests.app.api_world import Answer, Caller, Context, World, event

MANY = 700


def bring(
    caller: Caller, size: int = MANY, *, address: str = "198.51.100.7", path: str = "/upload", **more: Any
) -> Answer:
    body = {"files": [{"filename": "a.jpg", "size": size}]} | ({"pipeline": "media"} if path == "/upload" else {})
    return caller.post(path, body | more, x_forwarded_for=f"{address}, 203.0.113.1")


@pytest.fixture
def small(world: World) -> World:
    world.configure(LIMIT_GUEST_BYTES="1000")
    world.dynamodb.scan(TableName="millrace-accounts")
    for item in world.dynamodb.scan(TableName="millrace-accounts")["Items"]:
        if item["SK"]["S"] == "GUESTS":
            key = {name: item[name] for name in ("PK", "SK")}
            world.dynamodb.delete_item(TableName="millrace-accounts", Key=key)
    return world


def test_by_default_they_bring_a_gibibyte(world: World) -> None:
    world.configure(LIMIT_GUEST_BYTES="")
    address = "192.0.2.1"
    assert bring(world.guest(), 2**29, address=address, name="half").status == 201
    assert bring(world.guest(), 2**29, address=address).status == 201
    refused = bring(world.guest(), 1, address=address)
    assert (refused.status, refused["code"]) == (429, "guest_quota_reached")
    assert "1.0 GiB" in refused["detail"]


def test_another_token_brings_no_more_from_the_same_range(small: World) -> None:
    assert bring(small.guest()).status == 201
    refused = bring(small.guest(), address="198.51.100.250")
    assert refused["code"] == "guest_quota_reached"
    assert 0 < int(refused.headers["retry-after"]) <= 24 * 3600
    assert bring(small.guest(), 300).status == 201, "the rest of the quota"
    assert bring(small.guest(), address="198.51.101.7").status == 201, "another network has its own quota"


def test_a_day_later_it_begins_anew(small: World) -> None:
    guest = small.guest()
    assert bring(guest).status == 201
    small.offset = timedelta(hours=23, minutes=59)
    assert bring(guest).status == 429
    small.offset = timedelta(hours=24, seconds=1)
    assert bring(guest).status == 201
    assert bring(guest).status == 429


@pytest.mark.parametrize("path", ["/upload", "/images", "/jobs/{job_id}/files"])
def test_it_counts_wherever_files_are_announced(small: World, path: str) -> None:
    guest = small.guest()
    job = bring(guest, 400, more=True)
    assert bring(guest, path=path.format(job_id=job["job_id"])).status == 429
    assert bring(guest, 600, path=path.format(job_id=job["job_id"])).status == 201
    assert bring(guest, 1).status == 429


def test_a_job_is_sealed_even_where_nothing_is_left(small: World) -> None:
    guest = small.guest()
    opened = bring(guest, 1000, more=True)
    assert bring(guest, 1).status == 429
    assert guest.post(f"/jobs/{opened['job_id']}/files", {"files": []}).status == 201


def test_what_is_refused_counts_nothing(small: World) -> None:
    guest = small.guest()
    for wrong in ({"pipeline": "alchemy"}, {"options": {"layout": 7}}):
        assert bring(guest, **wrong).status in (400, 422)
    assert bring(guest, 1001).status == 429, "more than the whole quota"
    assert bring(guest, 1000).status == 201


def test_who_has_an_account_is_not_counted_here(small: World) -> None:
    user = member(small)
    assert [bring(user).status for _ in range(3)] == [201, 201, 201]


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.0/24"),
        ("::ffff:198.51.100.7", "198.51.100.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("", "unknown"),
        ("not an address", "unknown"),
    ],
)
def test_an_address_stands_for_its_network(address: str, network: str) -> None:
    assert range_of(address) == network


def sweep(world: World) -> None:
    given = event("schedule")
    millrace.sweep(given, Context())
    world.deliver()


def test_what_a_guest_has_left_goes_when_the_token_ends(world: World, photo: bytes) -> None:
    world.configure(GUEST_SECONDS="3600")
    guest, other = world.guest(), signed_in(world, "keeps@example.com")
    kept = other.upload({"a.jpg": photo})
    done, waiting = guest.upload({"a.jpg": photo}), guest.announce({"b.jpg": 20})["job_id"]
    world.deliver()
    guest.call("PUT", "/user-data/dictionary/mine", {"text": "one"})
    world.offset = timedelta(minutes=59)
    sweep(world)
    assert guest.get(f"/jobs/{done}").status == 200
    world.offset = timedelta(minutes=61)
    assert guest.get(f"/jobs/{done}").status == 401
    sweep(world)
    assert world.objects(f"uploads/media/{done}") == world.objects(f"results/{done}") == []
    assert world.items("jobs", f"JOB#{done}") == []
    assert world.objects(f"user-data/{guest.id}") == []
    assert {item["SK"]["S"] for item in world.items("jobs", f"USER#{guest.id}")} <= {"USAGE"}
    # The waiting job is cancelled, and deleted once its upload's address has expired.
    assert all(item.get("deleting") for item in world.items("jobs", f"JOB#{waiting}") if item["SK"]["S"] == "JOB")
    assert world.objects(f"uploads/media/{kept}")
    sweep(world)
    assert world.waiting("cleanup") == 0


def test_who_has_registered_keeps_everything(world: World, photo: bytes) -> None:
    world.configure(GUEST_SECONDS="3600")
    guest = world.guest()
    done = guest.upload({"a.jpg": photo})
    world.deliver()
    body = {"email": "stays@example.com", "username": "stays", "password": PASSWORD}
    assert guest.post("/auth/register", body).status == 201
    world.offset = timedelta(hours=2)
    sweep(world)
    assert world.objects(f"uploads/media/{done}")
    assert not [item for item in world.items("jobs", f"USER#{guest.id}") if item["SK"]["S"] == "GUEST"]


def test_a_lost_message_is_sent_again(world: World, photo: bytes) -> None:
    world.configure(GUEST_SECONDS="3600")
    guest = world.guest()
    done = guest.upload({"a.jpg": photo})
    world.deliver()
    world.offset = timedelta(minutes=61)
    millrace.sweep(event("schedule"), Context())
    world.drain()
    sweep(world)
    assert world.objects(f"uploads/media/{done}"), "not requested again at once"
    world.offset = timedelta(minutes=125)
    sweep(world)
    assert world.objects(f"uploads/media/{done}") == []
