"""A client of the scene catalogue system: it names its server, syncs, watches the jobs and searches."""

from __future__ import annotations

import time
from typing import Any

import requests

from tests.e2e.stack import PATIENCE


class ScenesClient:
    def __init__(self, base: str, session: requests.Session) -> None:
        self._base, self._session = base, session

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> requests.Response:
        return self._session.request(method, self._base + path, json=body, params=query, timeout=30)

    def get(self, path: str, **query: Any) -> Any:
        answer = self.call("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any = None, **query: Any) -> Any:
        answer = self.call("POST", path, body, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def wait(self, job_id: str, seconds: float) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE * seconds
        while time.monotonic() < deadline:
            job: dict[str, Any] = self.get(f"/jobs/{job_id}")
            if job["status"] not in ("pending", "running"):
                return job
            time.sleep(0.3)
        raise AssertionError(job)
