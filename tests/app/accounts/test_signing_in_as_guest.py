"""Takeover: a guest signs in to an account, and the guest's jobs, files, results and user data move to it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest

import app as millrace
from chalicelib.catalogue.model import Scene
from chalicelib.jobs.library import takeover
from chalicelib.jobs.library.takeover import Takeover
from chalicelib.wiring import services
from infra.connect import Tables
from infra.recount import differences
from tests.app.accounts.people_helpers import EMAIL, PASSWORD, admin, audit, caller, key, registered, signed_in
from tests.app.api_world import STACK, Answer, Caller, Context, World, event

TAKEN: dict[str, Any] = {
    "jobs": 0,
    "user_data": 0,
    "webhooks": 0,
    "shares": 0,
    "connections": 0,
    "scenes_left": False,
    "complete": True,
}


def sign_in(world: World, guest_token: str | None, email: str = EMAIL, password: str = PASSWORD) -> Answer:
    body = {"email": email, "password": password, "guest_token": guest_token}
    return world.nobody.post("/auth/login", body)


def owners(world: World, partition: str) -> set[str]:
    return {item["owner_id"]["S"] for item in world.items("jobs", partition) if "owner_id" in item}


def usage(world: World, user_id: str) -> dict[str, int]:
    found = services().jobs.usage(user_id)
    names = ("jobs", "active_jobs", "announced_bytes", "stored_bytes")
    return {name: getattr(found, name) for name in names}


def settle(world: World) -> None:
    """Runs the work that follows once no worker knows the guest."""
    world.deliver()
    world.offset += takeover.SETTLED + timedelta(seconds=1)
    millrace.sweep(event("schedule"), Context())
    world.deliver()


def counts_right(world: World) -> bool:
    return differences(Tables(world.dynamodb, STACK)) == []


@pytest.fixture
def guest(world: World, photo: bytes) -> Caller:
    """A guest with a finished job, and a job that waits for its file."""
    guest = world.guest()
    guest.upload({"a.jpg": photo})
    world.deliver()
    guest.announce({"b.jpg": 20})
    guest.call("PUT", "/user-data/dictionary/mine", {"text": "one"})
    return guest


def test_what_the_guest_had_is_the_accounts(world: World, guest: Caller, photo: bytes) -> None:
    registered(world)
    waiting, done = [job["id"] for job in guest.get("/jobs")["items"]]
    before = usage(world, guest.id)
    answer = sign_in(world, guest.token)
    assert answer["taken_over"] == TAKEN | {"jobs": 2, "user_data": 1}
    ann = caller(world, answer)
    assert [job["id"] for job in ann.get("/jobs")["items"]] == [waiting, done]
    assert ann.get(f"/jobs/{done}/files").status == 200
    assert ann.get("/user-data/dictionary/mine")["text"] == "one"
    assert usage(world, ann.id) == before
    assert before["stored_bytes"] == len(photo)
    assert usage(world, guest.id) == dict.fromkeys(before, 0)
    settle(world)
    # Copies are found by hash under the new owner, and nothing of the old owner is left.
    assert ann.get("/results")["total"] == 0 or all(r["job_id"] == done for r in ann.get("/results")["items"])
    items = [item for job in (waiting, done) for item in world.items("jobs", f"JOB#{job}")]
    assert not [item for item in items if guest.id in str({**item, "begun_by": None})]
    assert world.objects(f"user-data/{guest.id}") == []
    left = {item["SK"]["S"] for item in world.items("jobs", f"USER#{guest.id}")}
    assert left <= {"USAGE"}, "the reminder is gone"
    assert counts_right(world)


def test_its_files_need_not_be_sent_again(world: World, guest: Caller, photo: bytes) -> None:
    registered(world)
    ann = caller(world, sign_in(world, guest.token))
    settle(world)
    done = ann.get("/jobs")["items"][1]["id"]
    announced = {"filename": "again.jpg", "size": len(photo), "sha256": hashlib.sha256(photo).hexdigest()}
    answer = ann.post("/upload", {"pipeline": "media", "files": [announced]})
    [known] = answer["uploads"]
    assert known["duplicate_of"] == f"{done}-00000001"
    assert "url" not in known


def test_a_job_goes_on_and_counts_for_the_account(world: World, photo: bytes) -> None:
    registered(world)
    guest = world.guest()
    upload = guest.announce({"a.jpg": len(photo)})
    ann = caller(world, sign_in(world, guest.token))
    world.send(upload["uploads"][0], photo)
    world.deliver()
    assert usage(world, guest.id) == dict.fromkeys(usage(world, guest.id), 0)
    settle(world)
    assert counts_right(world)
    assert ann.get(f"/status/{upload['job_id']}").status == 200


def test_the_guests_token_is_over(world: World, guest: Caller) -> None:
    registered(world)
    sign_in(world, guest.token)
    assert guest.get("/jobs").status == 401
    world.configure()  # in another container
    assert guest.get("/jobs").status == 401
    taken = [entry["target"] for entry in audit(admin(world), "guest.taken_over")]
    assert taken == [guest.id]


def test_the_same_again_is_no_harm(world: World, guest: Caller) -> None:
    """A client that missed the first answer repeats its request."""
    registered(world)
    ann = caller(world, sign_in(world, guest.token))
    assert sign_in(world, guest.token)["taken_over"] == TAKEN
    assert len(ann.get("/jobs")["items"]) == 2


def test_without_a_token_nothing_is_taken_over(world: World, guest: Caller) -> None:
    registered(world)
    assert sign_in(world, None)["taken_over"] is None
    assert len(guest.get("/jobs")["items"]) == 2


def test_what_is_no_guests_token_is_refused_before_the_password_is_looked_at(world: World, guest: Caller) -> None:
    registered(world)
    other = signed_in(world, "other@example.com")
    world.configure(GUEST_SECONDS="60")
    expired = world.guest()
    world.offset = timedelta(seconds=61)
    for token in (other.token, key(other, "read").token, expired.token, "no token"):
        answer = sign_in(world, token)
        assert (answer.status, answer["code"]) == (422, "guest_token_refused")
        assert [error["field"] for error in answer["errors"]] == ["guest_token"]


def test_an_expired_guests_jobs_stay_where_they_are(world: World, photo: bytes) -> None:
    registered(world)
    world.configure(GUEST_SECONDS="60")
    guest = world.guest()
    job = guest.announce({"b.jpg": 20})["job_id"]
    world.offset = timedelta(seconds=61)
    assert sign_in(world, guest.token).status == 422
    assert owners(world, f"JOB#{job}") == {guest.id}


def test_a_wrong_password_takes_nothing_over(world: World, guest: Caller) -> None:
    registered(world)
    assert sign_in(world, guest.token, password="four grey herons").status == 401
    assert len(guest.get("/jobs")["items"]) == 2


def test_another_account_comes_too_late(world: World, guest: Caller) -> None:
    registered(world)
    registered(world, "bob@example.com")
    ann = caller(world, sign_in(world, guest.token))
    late = sign_in(world, guest.token, "bob@example.com")
    assert (late.status, late["code"]) == (422, "guest_token_refused")
    assert len(ann.get("/jobs")["items"]) == 2


def test_a_guest_who_has_registered_has_nothing_to_give(world: World, guest: Caller) -> None:
    registered(world)
    assert (
        guest.post("/auth/register", {"email": "own@example.com", "username": "own", "password": PASSWORD}).status
        == 201
    )
    assert sign_in(world, guest.token).status == 422


@pytest.mark.parametrize("died_at", [0, 1])
def test_who_dies_half_way_leaves_the_rest_to_the_reminder(
    world: World, guest: Caller, monkeypatch: pytest.MonkeyPatch, died_at: int
) -> None:
    registered(world)
    give, done = Takeover._give, []

    def dying(self: Takeover, job: Any, account_id: str) -> bool:
        if len(done) == died_at:
            raise SystemExit
        done.append(job.id)
        return give(self, job, account_id)

    with monkeypatch.context() as patch:
        patch.setattr(Takeover, "_give", dying)
        with pytest.raises(SystemExit):
            sign_in(world, guest.token)
    world.drain()  # the message is lost
    assert counts_right(world)
    ann = caller(world, sign_in(world, None))
    assert len(ann.get("/jobs")["items"]) == died_at
    settle(world)
    assert len(ann.get("/jobs")["items"]) == 2
    assert ann.get("/user-data/dictionary/mine")["text"] == "one"
    assert counts_right(world)


def test_without_time_it_goes_on_in_the_background(
    world: World, guest: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    registered(world)
    monkeypatch.setattr("chalicelib.api.auth.TAKEOVER_FOR", timedelta())
    answer = sign_in(world, guest.token)
    assert answer["taken_over"] == TAKEN | {"jobs": 2, "complete": False}
    world.deliver()
    assert len(caller(world, answer).get("/jobs")["items"]) == 2


def test_the_end_of_the_guests_token_deletes_nothing_that_was_taken_over(world: World, guest: Caller) -> None:
    registered(world)
    ann = caller(world, sign_in(world, guest.token))
    world.drain()
    world.offset = timedelta(days=31)
    millrace.sweep(event("schedule"), Context())
    world.deliver()
    ann = caller(world, sign_in(world, None))
    assert len(ann.get("/jobs")["items"]) == 2


def test_both_keep_what_has_the_same_name(world: World, guest: Caller) -> None:
    ann = signed_in(world)
    ann.call("PUT", "/user-data/dictionary/mine", {"text": "ann's"})
    ann.call("PUT", "/user-data/dictionary/mine.guest", {"text": "and this"})
    sign_in(world, guest.token)
    found = {name: ann.get(f"/user-data/dictionary/{name}")["text"] for name in ("mine", "mine.guest", "mine.guest1")}
    assert found == {"mine": "ann's", "mine.guest": "and this", "mine.guest1": "one"}


def test_webhooks_shares_and_connections_come_along(world: World, guest: Caller) -> None:
    registered(world)
    job = guest.get("/jobs")["items"][1]["id"]
    hook = guest.post("/webhooks", {"url": "https://93.184.215.14/hook", "events": ["job.completed"]})
    share = guest.post("/shares", {"file_ids": [f"{job}-00000001"]})
    stash = {"name": "Home", "url": "https://93.184.215.14/graphql", "key": "0123456789abcdef"}
    connection = guest.post("/connections", stash)
    assert {answer.status for answer in (hook, share, connection)} == {201}
    answer = sign_in(world, guest.token)
    # A share of files has a job of its own.
    counts = {"jobs": 3, "user_data": 1, "webhooks": 1, "shares": 1, "connections": 1}
    assert answer["taken_over"] == TAKEN | counts
    ann = caller(world, answer)
    assert [one["id"] for one in ann.get("/webhooks")["items"]] == [hook["id"]]
    assert [one["id"] for one in ann.get("/shares")["items"]] == [share["id"]]
    [there] = ann.get("/connections")["items"]
    assert there == {**connection.json}
    kept = services().connection_table.connection(ann.id, there["id"])
    assert services().owners_connections.key(kept) == stash["key"]
    assert world.nobody.get(share["path"]).status == 200
    # Events in the guest's name are sent until no worker knows the guest.
    assert len(services().jobs.webhooks.endpoints(guest.id)) == 1
    settle(world)
    assert services().jobs.webhooks.endpoints(guest.id) == []
    assert len(ann.get("/webhooks")["items"]) == 1


def test_a_webhook_that_the_account_deletes_does_not_come_back(world: World, guest: Caller) -> None:
    registered(world)
    hook = guest.post("/webhooks", {"url": "https://93.184.215.14/hook", "events": ["job.completed"]})
    ann = caller(world, sign_in(world, guest.token))
    assert ann.call("DELETE", f"/webhooks/{hook['id']}").status == 204
    settle(world)
    assert ann.get("/webhooks")["items"] == []


def test_what_lies_in_the_bin_comes_along(world: World, guest: Caller) -> None:
    registered(world)
    job = guest.get("/jobs")["items"][1]["id"]
    assert guest.post(f"/jobs/{job}/bin").status == 200
    ann = caller(world, sign_in(world, guest.token))
    assert [one["id"] for one in ann.get("/bin")["items"]] == [job]
    assert ann.post(f"/jobs/{job}/restore").status == 200
    settle(world)
    assert counts_right(world)


def test_scenes_that_stay_are_told(world: World, guest: Caller) -> None:
    registered(world)
    services().catalogue.take_in(guest.id, [Scene("1", "home", title="One")])
    assert sign_in(world, guest.token)["taken_over"]["scenes_left"] is True
