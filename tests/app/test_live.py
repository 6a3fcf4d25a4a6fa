"""Live updates as AWS calls app.py: events of API Gateway and messages of the queue in, frames out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

import pytest

import app as millrace
from chalicelib.live.ports import Told
from chalicelib.stores.sockets import ManagedSockets
from tests.app.accounts.people_helpers import signed_in
from tests.app.api_world import Caller, Context, World, event


class Frames:
    """The frames that open sockets receive."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.told: list[dict[str, Any]] = []
        self.closed: list[str] = []
        patch.setattr(ManagedSockets, "tell", self._tell)
        patch.setattr(ManagedSockets, "close", self._close)

    def _tell(self, connection_ids: Sequence[str], contents: Sequence[bytes]) -> Told:
        self.told += [json.loads(content) for _ in connection_ids for content in contents]
        return Told()

    def _close(self, connection_ids: Iterable[str]) -> None:
        self.closed += connection_ids


@pytest.fixture
def frames(world: World) -> Frames:
    return Frames(world.patch)


def happens(handler: Any, connection_id: str, ticket: str = "", **message: Any) -> int:
    """Makes one call of API Gateway; returns the status of the answer."""
    given = event("websocket")
    given["requestContext"]["connectionId"] = connection_id
    given["queryStringParameters"] = {"ticket": ticket} if ticket else None
    given["body"] = json.dumps(message)
    return int(handler(given, Context())["statusCode"])


def opened(caller: Caller, connection_id: str) -> str:
    answer = caller.call("POST", "/live/ticket")
    assert answer.status == 201, answer.text
    assert happens(millrace.live_connect, connection_id, answer["ticket"]) == 200
    return connection_id


def test_a_job_is_told_through_the_handlers_of_aws(world: World, frames: Frames) -> None:
    user = world.guest()
    job_id = user.announce({"a.jpg": 10})["job_id"]
    opened(user, "one")
    assert happens(millrace.live_message, "one", type="subscribe", job_id=job_id) == 200
    assert user.post(f"/jobs/{job_id}/control", {"action": "cancel"}).status == 200
    sent = world.sqs.receive_message(QueueUrl=world._url("live"), WaitTimeSeconds=3)["Messages"]
    world.offset += timedelta(seconds=3)
    record = event("sqs_record") | {"body": sent[0]["Body"]}
    assert millrace.watch_jobs({"Records": [record]}, Context()) == {"batchItemFailures": []}
    first, last = frames.told
    assert (first["type"], first["status"], last["type"], last["status"]) == (
        "job_status",
        "pending",
        "job_update",
        "cancelled",
    )
    assert happens(millrace.live_disconnect, "one") == 200
    assert world.items("jobs", "SOCKET#one") == []


def test_the_frames_details_are_what_a_poll_answers(world: World, frames: Frames) -> None:
    user = world.guest()
    job_id = user.announce({"a.jpg": 10, "b.jpg": 20})["job_id"]
    opened(user, "two")
    happens(millrace.live_message, "two", type="subscribe", job_id=job_id)
    assert frames.told[0]["details"] == user.get(f"/status/{job_id}").json


def test_a_socket_opens_with_no_other_ticket(world: World) -> None:
    for ticket in ("", "none", str(world.guest().token)):
        assert happens(millrace.live_connect, "three", ticket) == 401


def test_all_jobs_are_listed_by_the_handlers_too(world: World, frames: Frames) -> None:
    user = world.guest()
    job_id = user.announce({"a.jpg": 10})["job_id"]
    opened(user, "four")
    happens(millrace.live_message, "four", type="subscribe", jobs="mine")
    assert [frame["job_id"] for frame in frames.told] == [job_id]


@pytest.mark.parametrize("ends", ["session", "key", "guest"])
def test_what_ends_credentials_closes_their_socket(world: World, frames: Frames, ends: str) -> None:
    user = world.guest() if ends == "guest" else signed_in(world, f"{ends}@example.com")
    caller, made = user, None
    if ends == "key":
        made = user.post("/auth/keys", {"name": "robot", "scopes": ["read"]})
        caller = Caller(world, made["key"], user.id)
    opened(caller, ends)
    happens(millrace.live_message, ends, type="ping")
    assert frames.told[-1] == {"type": "pong"}
    if ends == "session":
        assert user.post("/auth/logout").status == 204
    elif ends == "key":
        assert made is not None
        assert user.call("DELETE", f"/auth/keys/{made['id']}").status == 204
    else:
        account = {"email": f"{user.id}@example.com", "username": user.id, "password": "three grey herons"}
        assert user.post("/auth/register", account).status == 201
    world.offset += timedelta(seconds=6)
    happens(millrace.live_message, ends, type="ping")
    assert frames.told[-1]["code"] == "unauthorized"
    assert frames.closed == [ends]


def test_an_installation_without_sockets_says_so(world: World) -> None:
    world.configure(LIVE_URL="", LIVE_ENDPOINT="")
    answer = world.guest().call("POST", "/live/ticket")
    assert (answer.status, answer["code"]) == (404, "no_live_updates")
