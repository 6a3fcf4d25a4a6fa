"""The SDK's retries: the requests that it repeats, the waits between them, and the requests that it doesn't repeat."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from millrace_client import ApiError, AsyncClient, Client, JobEnded, NotReachable, operations
from millrace_client.models import ControlRequest, UploadRequest, WebhookRequest

JOB = "0" * 26
WEBHOOK = WebhookRequest(url="https://example.com", events=["job.failed"])
MADE = {"id": "1", "url": "https://example.com", "events": [], "created_at": "2026-01-01T00:00:00Z", "secret": "s"}

Answer = httpx.Response | type[httpx.TransportError]


def problem(status: int, code: str = "some_code", **headers: str) -> httpx.Response:
    content: dict[str, Any] = {"type": "x", "title": "T", "status": status, "detail": "It is so."}
    content |= {"code": code, "request_id": "r-1", "errors": []}
    return httpx.Response(status, json=content, headers={k.replace("_", "-"): v for k, v in headers.items()})


def status(state: str, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(200, json={"job_id": JOB, "status": state, "poll_after_seconds": 9}, headers=named)


class Server:
    """Gives its answers in turn; records the requests, and the client's sleeps."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = iter(answers)
        self.requests: list[httpx.Request] = []
        self.slept: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = next(self._answers)
        if isinstance(answer, httpx.Response):
            return answer
        raise answer("broken", request=request)

    def client(self, **more: Any) -> Client:
        client = Client("http://server", "token", sleep=self.slept.append, **more)
        client.http = httpx.Client(transport=httpx.MockTransport(self))
        return client


def test_a_broken_connection_is_tried_again_after_ever_longer_pauses() -> None:
    server = Server(httpx.ConnectError, httpx.ReadError, httpx.ConnectError, status("running"))
    assert server.client().job(JOB).status().status == "running"
    assert len(server.requests) == 4
    for least, slept in zip((0.125, 0.25, 0.5), server.slept, strict=True):
        assert least <= slept <= 2 * least


@pytest.mark.parametrize("code", [429, 503])
def test_what_is_busy_is_asked_again_no_sooner_than_it_says(code: int) -> None:
    server = Server(problem(code, Retry_After="3"), status("running"))
    server.client().job(JOB).status()
    assert 3 <= server.slept[0] <= 4


def test_a_pause_longer_than_the_patience_is_not_waited_for() -> None:
    server = Server(problem(429, "storage_full", Retry_After="3600"))
    with pytest.raises(ApiError, match="It is so") as refused:
        server.client().job(JOB).status()
    assert (refused.value.code, refused.value.request_id, server.slept) == ("storage_full", "r-1", [])


def test_patience_ends() -> None:
    server = Server(httpx.ConnectError)
    with pytest.raises(NotReachable, match="http://server/"):
        server.client(patience=0).job(JOB).status()


def test_what_creates_is_sent_again_with_the_same_key() -> None:
    server = Server(httpx.ReadError, problem(502), problem(409, "request_in_progress"), httpx.Response(201, json=MADE))
    server.client().send(operations.add_webhook(WEBHOOK))
    keys = [request.headers["Idempotency-Key"] for request in server.requests]
    assert len(keys) == 4
    assert len(set(keys)) == 1


def test_two_requests_have_two_keys() -> None:
    server = Server(httpx.Response(201, json=MADE), httpx.Response(201, json=MADE))
    client = server.client()
    client.send(operations.add_webhook(WEBHOOK))
    client.send(operations.add_webhook(WEBHOOK))
    assert len({request.headers["Idempotency-Key"] for request in server.requests}) == 2


def test_what_may_have_been_done_is_not_done_twice() -> None:
    server = Server(httpx.ReadError)
    with pytest.raises(NotReachable):
        server.client().send(operations.control_job(JOB, ControlRequest(action="pause")))
    assert len(server.requests) == 1


def test_what_was_never_sent_is_sent_again_whatever_it_is() -> None:
    server = Server(httpx.ConnectError, problem(400, "not_allowed_in_state"))
    with pytest.raises(ApiError):
        server.client().send(operations.control_job(JOB, ControlRequest(action="pause")))
    assert len(server.requests) == 2


@pytest.mark.parametrize("code", [400, 401, 403, 404, 409, 412, 422])
def test_a_refusal_is_final(code: int) -> None:
    server = Server(problem(code))
    with pytest.raises(ApiError) as refused:
        server.client().job(JOB).status()
    assert refused.value.status == code


def test_an_answer_that_is_no_problem_is_told_all_the_same() -> None:
    server = Server(httpx.Response(404, text="<html>"))
    with pytest.raises(ApiError, match="404"):
        server.client().job(JOB).status()


def test_waiting_asks_at_the_pace_of_the_server_and_tells_each_status() -> None:
    server = Server(status("running", Retry_After="7"), status("running", Retry_After="0"), status("completed"))
    seen: list[str] = []
    end = server.client().job(JOB).wait(lambda s: seen.append(s.status))
    assert (end.status, seen, server.slept) == ("completed", ["running", "running", "completed"], [7.0, 0.0])


def test_waiting_for_a_job_that_fails_says_so() -> None:
    with pytest.raises(JobEnded, match="failed"):
        Server(status("failed")).client().job(JOB).wait()


def test_waiting_ends_in_time() -> None:
    with pytest.raises(TimeoutError):
        Server(status("running", Retry_After="7")).client().job(JOB).wait(timeout=5)


def test_the_asynchronous_client_does_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(httpx.ConnectError, status("running", Retry_After="7"), status("completed"))

    async def sleep(seconds: float) -> None:
        server.slept.append(seconds)

    async def run() -> str:
        client = AsyncClient("http://server", "token")
        client.http = httpx.AsyncClient(transport=httpx.MockTransport(server))
        async with client:
            return (await client.job(JOB).wait()).status

    monkeypatch.setattr(asyncio, "sleep", sleep)
    assert asyncio.run(run()) == "completed"
    assert server.slept[1] == 7


def test_only_what_was_given_is_sent() -> None:
    body = UploadRequest(pipeline="media", files=[], more=True)
    assert operations.open_job(body).content() == {"pipeline": "media", "files": [], "more": True}


class Store:
    """Serves ranges of bytes, and breaks off; changed: the bytes differ from the second request on."""

    def __init__(self, content: bytes, changed: bytes | None = None) -> None:
        self.content = content
        self._changed = changed
        self.ranges: list[str | None] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "server":
            answer = {"url": "http://store/zip", "expires_at": "2026-01-01T00:00:00Z", "size_bytes": len(self.content)}
            return httpx.Response(200, json=answer)
        wanted = request.headers.get("Range")
        self.ranges.append(wanted)
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        if wanted and request.headers["If-Match"] != self._etag():
            return httpx.Response(412)
        headers = {"ETag": self._etag()}
        content = self._broken(self.content[start:]) if not self.ranges[1:] else iter([self.content[start:]])
        if self._changed and not self.ranges[1:]:
            self.content = self._changed
        return httpx.Response(206 if wanted else 200, content=content, headers=headers)

    def _etag(self) -> str:
        return f'"{hash(self.content)}"'

    def _broken(self, content: bytes) -> Iterator[bytes]:
        yield content[: len(content) // 2]
        raise httpx.ReadError("broken")


@pytest.fixture
def fetched(tmp_path: Path) -> Callable[[Store], bytes]:
    def fetch(store: Store) -> bytes:
        client = Client("http://server", "token", sleep=lambda _: None)
        client.http = httpx.Client(transport=httpx.MockTransport(store))
        path = client.job(JOB).download(tmp_path / "out.zip")
        assert list(tmp_path.iterdir()) == [path]
        return path.read_bytes()

    return fetch


def test_a_download_goes_on_where_it_broke_off(fetched: Callable[[Store], bytes]) -> None:
    store = Store(bytes(range(250)) * 4)
    assert fetched(store) == store.content
    assert store.ranges == [None, "bytes=500-"]


def test_a_download_never_joins_two_versions(fetched: Callable[[Store], bytes]) -> None:
    store = Store(b"a" * 1000, changed=b"b" * 1000)
    assert fetched(store) == b"b" * 1000
    assert store.ranges == [None, "bytes=500-", None]
