"""A client of the media import system: it sends photos as a form, watches the job, and lists the results."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import requests

from tests.e2e.stack import PATIENCE


class MediaClient:
    def __init__(self, base: str, session: requests.Session) -> None:
        self._base, self._session = base, session

    def upload(self, files: Mapping[str, bytes]) -> dict[str, Any]:
        sent = [("files", (name, content)) for name, content in files.items()]
        answer = self._session.post(f"{self._base}/upload", files=sent, timeout=60)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def import_path(self, path: str) -> requests.Response:
        return self._session.post(f"{self._base}/import-path", json={"path": path}, timeout=30)

    def job(self, job_id: str) -> dict[str, Any]:
        return self.get(f"/jobs/{job_id}")

    def wait(self, job_id: str, seconds: float) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE * seconds
        while time.monotonic() < deadline:
            job = self.job(job_id)
            assert 0 <= job["progress_percent"] <= 100
            if job["status"] in ("completed", "failed", "cancelled"):
                return job
            time.sleep(0.3)
        raise AssertionError(job)

    def control(self, job_id: str, action: str) -> requests.Response:
        return self._session.post(f"{self._base}/jobs/{job_id}/control", json={"action": action}, timeout=30)

    def get(self, path: str, **query: str) -> dict[str, Any]:
        answer = self._session.get(self._base + path, params=query, timeout=30)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found
