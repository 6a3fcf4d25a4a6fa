"""How `watch` handles frames, and how it works without a socket."""

import json
from typing import Any

import httpx
import pytest
from millrace_client import ApiError
from millrace_client.models import LiveTicket
from millrace_client.watching import BREAKS, Broken, Heard, address_of

from tests.client.test_asking import JOB, Server, problem, status

TICKET = {"ticket": "t", "url": "ws://127.0.0.1:1/live", "expires_at": "2026-01-01T00:00:00Z"}


def frame(at: str, state: str = "running", **more: Any) -> str:
    details = {"job_id": JOB, "status": state, "poll_after_seconds": 2}
    return json.dumps({"type": "job_update", "job_id": JOB, "at": at, "details": details} | more)


def test_a_frame_that_was_overtaken_is_not_given_on() -> None:
    heard = Heard(JOB)
    given = [
        heard.news(frame(at, state)) for at, state in (("2", "running"), ("1", "queued"), ("2", "x"), ("3", "failed"))
    ]
    assert [one.status if one else None for one in given] == ["running", None, None, "failed"]


def test_pongs_and_other_jobs_are_no_news() -> None:
    assert Heard(JOB).news('{"type": "pong"}') is None
    assert Heard(JOB).news(frame("1", job_id="another")) is None


def test_a_refusal_breaks_the_socket() -> None:
    with pytest.raises(Broken, match="job_not_found"):
        Heard(JOB).news('{"type": "error", "code": "job_not_found"}')


@pytest.mark.parametrize(
    ("url", "found"),
    [("/live", "wss://a.example/live?ticket=t"), ("ws://127.0.0.1:9/live", "ws://127.0.0.1:9/live?ticket=t")],
)
def test_the_socket_is_on_the_servers_own_host_where_its_address_is_a_path(url: str, found: str) -> None:
    assert address_of(LiveTicket.model_validate(TICKET | {"url": url}), "https://a.example") == found


def test_a_server_without_sockets_is_asked() -> None:
    server = Server(problem(404, "no_live_updates"), status("running", retry_after="7"), status("completed"))
    assert [one.status for one in server.client().job(JOB).watch()] == ["running", "completed"]
    assert server.slept == [7.0]


def test_a_server_whose_socket_does_not_open_is_asked_after_some_tries() -> None:
    server = Server(*[httpx.Response(201, json=TICKET)] * BREAKS, status("completed"))
    assert [one.status for one in server.client().job(JOB).watch()] == ["completed"]


def test_another_refusal_is_raised() -> None:
    server = Server(problem(401, "unauthorized"))
    with pytest.raises(ApiError):
        list(server.client().job(JOB).watch())
