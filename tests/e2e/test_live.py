"""Live updates on the real stack: sockets as clients open them, with every kind of disturbance."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from millrace_client import AsyncClient, Client
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from chalicelib.jobs.ids import new_id
from tests.e2e.stack import Guest, Stack, eventually

SECONDS = 60.0


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("live"))
    stack.start()
    yield stack
    stack.stop()


@pytest.fixture
def guest(stack: Stack) -> Guest:
    guest = Guest(stack.api)
    eventually(lambda: _opens(guest), 30)
    return guest


def _opens(guest: Guest) -> bool:
    try:
        with opened(guest):
            return True
    except OSError:
        return False


def address(guest: Guest) -> str:
    answer = guest.call("POST", "/live/ticket")
    assert answer.status_code == 201, answer.text
    return f"{answer.json()['url']}?ticket={answer.json()['ticket']}"


@contextmanager
def opened(guest: Guest, **more: Any) -> Iterator[ClientConnection]:
    with connect(address(guest), open_timeout=30, proxy=None, **more) as line:
        assert isinstance(line, ClientConnection)
        yield line


def hear(line: ClientConnection, seconds: float = SECONDS) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(line.recv(timeout=seconds))
    return found


def until(line: ClientConnection, **wanted: Any) -> list[dict[str, Any]]:
    """All frames up to the first that has these values."""
    found = [hear(line)]
    while any(found[-1].get(name) != value for name, value in wanted.items()):
        found.append(hear(line))
    return found


def say(line: ClientConnection, **message: Any) -> None:
    line.send(json.dumps(message))


def announced(guest: Guest, number: int = 2) -> str:
    """A job whose files never come, so that only requests move it."""
    files = [{"filename": f"{n}.jpg", "size": 10} for n in range(number)]
    answer = guest.call("POST", "/upload", {"pipeline": "media", "files": files})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["job_id"])


def cancel(guest: Guest, job_id: str) -> None:
    assert guest.call("POST", f"/jobs/{job_id}/control", {"action": "cancel"}).status_code == 200


def test_a_job_is_told_from_its_state_to_its_end(guest: Guest) -> None:
    job_id = announced(guest)
    with opened(guest) as line:
        say(line, type="subscribe", job_id=job_id)
        first = hear(line)
        assert (first["type"], first["status"], first["final"]) == ("job_status", "pending", False)
        assert first["details"]["files_expected"] == 2
        cancel(guest, job_id)
        last = until(line, final=True)[-1]
        assert (last["type"], last["job_id"], last["status"]) == ("job_update", job_id, "cancelled")
        say(line, type="ping")
        assert hear(line) == {"type": "pong"}


def test_two_connections_are_told_the_same(guest: Guest) -> None:
    job_id = announced(guest)
    with opened(guest) as one, opened(guest) as two:
        for line in (one, two):
            say(line, type="subscribe", job_id=job_id)
            assert hear(line)["type"] == "job_status"
        cancel(guest, job_id)
        ends = [until(line, final=True)[-1] for line in (one, two)]
        assert ends[0] == ends[1]


def test_frames_name_the_time_of_their_state_in_order(guest: Guest) -> None:
    job_id = announced(guest, 1)
    with opened(guest) as line:
        say(line, type="subscribe", job_id=job_id)
        say(line, type="subscribe", job_id=job_id)
        cancel(guest, job_id)
        frames = until(line, final=True)
    times = [frame["at"] for frame in frames]
    assert max(times) == times[-1]


def test_all_of_ones_own_jobs_are_told_and_nobody_elses(stack: Stack, guest: Guest) -> None:
    other = Guest(stack.api)
    with opened(guest) as line:
        say(line, type="subscribe", jobs="mine")
        announced(other)
        job_id = announced(guest)
        assert {frame["job_id"] for frame in until(line, type="job_update")} == {job_id}


def test_a_ticket_opens_one_socket(guest: Guest) -> None:
    ticket = address(guest)
    with connect(ticket, proxy=None):
        pass
    with pytest.raises(InvalidStatus) as refused, connect(ticket, proxy=None):
        pass
    assert refused.value.response.status_code == 401


def test_a_token_is_no_ticket(guest: Guest) -> None:
    url = address(guest).partition("?")[0]
    for given in (f"?ticket={guest.token}", "?ticket=", ""):
        with pytest.raises(InvalidStatus) as refused, connect(url + given, proxy=None):
            pass
        assert refused.value.response.status_code == 401


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_pages_of_others_open_no_socket(guest: Guest, headers: dict[str, str]) -> None:
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(address(guest), proxy=None, additional_headers=headers) as line,
    ):
        line.recv(timeout=1)
    assert refused.value.response.status_code in (400, 403)


def test_anothers_job_is_as_one_that_is_not_there(stack: Stack, guest: Guest) -> None:
    job_id = announced(Guest(stack.api))
    with opened(guest) as line:
        for wanted in (job_id, new_id()):
            say(line, type="subscribe", job_id=wanted)
            said = {"code": "job_not_found", "message": "There is no such job."}
            assert hear(line) == {"type": "error", "job_id": wanted, **said}


def test_what_happened_meanwhile_is_the_first_message_after_a_break(guest: Guest) -> None:
    job_id = announced(guest)
    with opened(guest) as line:
        say(line, type="subscribe", job_id=job_id)
        assert hear(line)["status"] == "pending"
    cancel(guest, job_id)
    with opened(guest) as line:
        say(line, type="subscribe", job_id=job_id)
        again = hear(line)
        assert (again["type"], again["status"], again["final"]) == ("job_status", "cancelled", True)


def test_a_session_that_ends_closes_the_socket(stack: Stack) -> None:
    guest = Guest(stack.api)
    guest.register()
    job_id = announced(guest)
    with opened(guest) as line:
        say(line, type="subscribe", job_id=job_id)
        assert hear(line)["type"] == "job_status"
        assert guest.call("POST", "/auth/logout", {}).status_code == 204
        assert until(line, type="error")[-1]["code"] == "unauthorized"
        with pytest.raises(ConnectionClosed):
            line.recv(timeout=SECONDS)


def test_another_systems_address_is_a_socket_of_one_job(guest: Guest) -> None:
    job_id = announced(guest)
    base, _, ticket = address(guest).partition("/live")
    with connect(f"{base}/api/compat/scenes/jobs/{job_id}/ws{ticket}", proxy=None) as line:
        assert isinstance(line, ClientConnection)
        first = hear(line)
        assert {"type", "job_id", "status", "progress", "message", "result", "error"} <= first.keys()
        assert first["type"] == "job_status"
        cancel(guest, job_id)
        assert until(line, final=True)[-1]["status"] == "cancelled"
        with pytest.raises(ConnectionClosed) as closed:
            line.recv(timeout=SECONDS)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1000


def test_twenty_that_vanish_are_forgotten_and_the_others_are_told(stack: Stack, guest: Guest) -> None:
    job_id = announced(guest)
    lost = [connect(address(guest), proxy=None) for _ in range(20)]
    for line in lost:
        say(line, type="subscribe", job_id=job_id)
        assert hear(line)["type"] == "job_status"
    with opened(guest) as stays:
        say(stays, type="subscribe", job_id=job_id)
        assert hear(stays)["type"] == "job_status"
        for line in lost:
            line.socket.shutdown(socket.SHUT_RDWR)  # without a WebSocket close
        cancel(guest, job_id)
        assert until(stays, final=True)[-1]["status"] == "cancelled"


def test_a_server_that_was_killed_is_back_and_nothing_is_missed(stack: Stack, guest: Guest) -> None:
    job_id = announced(guest)
    with opened(guest) as line:
        say(line, type="subscribe", job_id=job_id)
        assert hear(line)["type"] == "job_status"
        url = address(guest).partition("?")[0]
        stack.kill("infra.local.sockets")
        with pytest.raises(ConnectionClosed):
            line.recv(timeout=SECONDS)
    cancel(guest, job_id)
    eventually(lambda: _opens(guest), 60)
    assert address(guest).partition("?")[0] == url
    with opened(guest) as line:
        say(line, type="subscribe", job_id=job_id)
        assert hear(line)["status"] == "cancelled"


def test_the_sdk_is_told_of_every_step_and_asks_for_none(stack: Stack, guest: Guest) -> None:
    job_id = announced(guest)
    with Client(stack.api.removesuffix("/api"), guest.token) as client:
        found = client.job(job_id).watch()
        assert next(found).status == "pending"
        asked: list[str] = []
        client.http.event_hooks["request"] = [lambda request: asked.append(request.url.path)]
        cancel(guest, job_id)
        assert [status.status for status in found][-1] == "cancelled"
        assert asked == []


def test_the_asynchronous_sdk_is_told_too(stack: Stack, guest: Guest) -> None:
    async def watch() -> list[str]:
        async with AsyncClient(stack.api.removesuffix("/api"), guest.token) as client:
            found: list[str] = []
            async for status in client.job(job_id).watch():
                found.append(status.status)
                if len(found) == 1:
                    await asyncio.to_thread(cancel, guest, job_id)
            return found

    job_id = announced(guest)
    found = asyncio.run(watch())
    assert (found[0], found[-1]) == ("pending", "cancelled")
