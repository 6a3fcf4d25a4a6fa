"""A status poll without the network: the packaged path from API Gateway's event to its answer, botocore included.

The store's answers are recorded once and replayed by botocore's own hook before a request is sent.
"""

from __future__ import annotations

import argparse
import io
import json
import statistics
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from moto import mock_aws

import app as millrace
from benchmarks.report import report
from chalicelib import wiring
from tests.app.api_world import Context, World, event


class Raw(io.BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        while chunk := self.read(65536):
            yield chunk


class Replay:
    """Answers each request with its recorded answer, and counts requests without one."""

    def __init__(self, session: Any) -> None:
        self.missed = 0
        self._known: dict[tuple[str, bytes], bytes] = {}
        self._asked: tuple[str, bytes] = ("", b"")
        session.events.register_first("before-send.dynamodb", self._answer)
        session.events.register("after-call.dynamodb", self._learn)

    def _answer(self, request: Any, **_: Any) -> AWSResponse | None:
        self._asked = (str(request.headers["X-Amz-Target"]), bytes(request.body))
        if self._asked not in self._known:
            self.missed += 1
            return None
        return AWSResponse(request.url, 200, {}, Raw(self._known[self._asked]))  # type: ignore[arg-type]  # all it reads of one

    def _learn(self, parsed: dict[str, Any], **_: Any) -> None:
        said = {name: value for name, value in parsed.items() if name != "ResponseMetadata"}
        self._known[self._asked] = json.dumps(said).encode()


def poll(job_id: str, token: str) -> dict[str, Any]:
    """The event that API Gateway sends to Lambda."""
    place, address = "/api/status/{job_id}", f"/api/status/{job_id}"
    asked: dict[str, Any] = event("api_request")
    asked |= {"resource": place, "path": address, "pathParameters": {"job_id": job_id}}
    asked["headers"] |= {"Authorization": f"Bearer {token}"}
    asked["requestContext"] |= {"resourcePath": place, "path": f"/live{address}"}
    return asked


def main(argv: Sequence[str] | None = None) -> dict[str, object]:
    parser = argparse.ArgumentParser(prog="benchmarks.aws_poll", description=__doc__)
    parser.add_argument("--polls", type=int, default=500)
    parser.add_argument("--json", type=Path, help="write the JSON here instead of printing it")
    options = parser.parse_args(argv)
    cloud = mock_aws()
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        cloud.start()
        try:
            user = World(patch).guest()
            job = user.announce({"a.jpg": 1000})["job_id"]
            # A separate client, made after the hook: clients copy the session's hooks when they are made.
            wiring.services.cache_clear()
            replay = Replay(wiring.services().clients.session)
            wiring.services().clients.__dict__.pop("dynamodb", None)
            asked = poll(job, str(user.token))
            assert millrace.app(asked, Context())["statusCode"] == 200
        finally:
            cloud.stop()  # botocore calls all hooks, even after one has answered: the emulator would be measured too
        for _ in range(20):
            assert json.loads(millrace.app(asked, Context())["body"])["status"] == "pending"
        replay.missed, times = 0, []
        for _ in range(options.polls):
            began = time.perf_counter()
            millrace.app(asked, Context())
            times.append(1000 * (time.perf_counter() - began))
    row = {"polls": len(times), "p50 ms": round(statistics.median(times), 2), "sent after all": replay.missed}
    return report("A status poll without the network", [row], options.json)


if __name__ == "__main__":
    main()
