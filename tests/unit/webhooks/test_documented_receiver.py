"""The receiver that docs/webhooks.md prints, run unchanged, accepts the requests of Millrace and no others."""

import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any, get_args

import pytest

from chalicelib.outgoing import posting
from chalicelib.webhooks import events
from chalicelib.webhooks.model import MOST_ENDPOINTS, EventType, Schedule
from chalicelib.webhooks.sending import AGENT, payload
from chalicelib.webhooks.signing import headers, new_secret

DOC = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text()
EVENT = events.file_rejected("job", "owner", 1, 1, "unreadable", "It is bad – ä.", datetime(2026, 1, 15, tzinfo=UTC))
BODY = payload(EVENT)


class Running:
    def __init__(self, secret: str, patch: pytest.MonkeyPatch) -> None:
        patch.setenv("MILLRACE_WEBHOOK_SECRET", secret)
        found = re.search(r"```python\n(.*?)```", DOC, re.DOTALL)
        assert found
        self.names: dict[str, Any] = {"__name__": "receiver"}
        exec(compile(found[1], "receiver.py", "exec"), self.names)
        self.seen: list[Any] = []
        self.names["handle"] = self.seen.append
        self.names["Receiver"].log_message = lambda *_: None
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.names["Receiver"])
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def post(self, body: bytes, sent: dict[str, str]) -> int:
        address = f"http://127.0.0.1:{self.server.server_address[1]}/"
        request = urllib.request.Request(address, body, {"Content-Type": "application/json", **sent})
        try:
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code


@pytest.fixture
def secret() -> str:
    return new_secret()


@pytest.fixture
def running(secret: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    receiver = Running(secret, monkeypatch)
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


def test_what_we_send_is_taken_and_handled_once(running: Running, secret: str) -> None:
    sent = headers(secret, EVENT.id, int(time.time()), BODY)
    assert [running.post(BODY, sent) for _ in range(2)] == [204, 204]
    assert [event["data"]["error_message"] for event in running.seen] == ["It is bad – ä."]


@pytest.mark.parametrize("wrong", ["body", "secret", "time", "unsigned"])
def test_what_we_did_not_send_is_refused(running: Running, secret: str, wrong: str) -> None:
    at = int(time.time()) - (301 if wrong == "time" else 0)
    sent = headers(new_secret() if wrong == "secret" else secret, EVENT.id, at, BODY)
    body = BODY + b" " if wrong == "body" else BODY
    assert running.post(body, {} if wrong == "unsigned" else sent) == 400
    assert running.seen == []


def test_the_page_says_what_the_code_does() -> None:
    assert all(f"`{name}`" in DOC for name in get_args(EventType))
    waits = ("5 s", "30 s", "2 min", "10 min", "1 h", "6 h", "24 h")
    assert Schedule().waits == (5, 30, 120, 600, 3600, 6 * 3600, 24 * 3600)
    assert f"{', '.join(waits[:-1])} and {waits[-1]}" in DOC
    assert (posting.SECONDS, posting.CONNECT_SECONDS, posting.MOST_REDIRECTS) == (10, 5, 3)
    assert f"at most {MOST_ENDPOINTS}" in DOC
    assert AGENT.startswith("Millrace")
    assert Schedule().keep.days == 30
