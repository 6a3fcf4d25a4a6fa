"""A client of the knee MRI system: it sends a scan as a form, polls, and saves the zip."""

from __future__ import annotations

import time
from typing import Any

import requests

from tests.e2e.stack import PATIENCE

STATUSES = {
    "queued": {"job_id", "status", "queue_position", "estimated_wait_seconds"},
    "processing": {
        "job_id",
        "status",
        "progress_percent",
        "current_step",
        "total_steps",
        "step_name",
        "elapsed_seconds",
        "estimated_remaining_seconds",
    },
    "complete": {"job_id", "status", "download_url", "result_size_bytes", "processing_time_seconds"},
    "error": {"job_id", "status", "error_message", "error_code"},
}


class KneeClient:
    def __init__(self, base: str, session: requests.Session) -> None:
        self._base, self._session = base, session

    def upload(self, filename: str, content: bytes, **options: str) -> requests.Response:
        return self._session.post(f"{self._base}/upload", files={"file": (filename, content)}, data=options, timeout=60)

    def status(self, job_id: str) -> dict[str, Any]:
        answer = self._session.get(f"{self._base}/status/{job_id}", timeout=30)
        assert answer.status_code == 200, answer.text
        status: dict[str, Any] = answer.json()
        assert set(status) == STATUSES[status["status"]]
        numbers = {name: value for name, value in status.items() if name.endswith(("seconds", "percent", "position"))}
        assert all(isinstance(value, int) for value in numbers.values()), numbers
        return status

    def wait(self, job_id: str, seconds: float) -> tuple[dict[str, Any], set[str]]:
        """The last status, and the set of all statuses seen."""
        seen = set()
        deadline = time.monotonic() + PATIENCE * seconds
        while time.monotonic() < deadline:
            status = self.status(job_id)
            seen.add(status["status"])
            if status["status"] in ("complete", "error"):
                return status, seen
            time.sleep(0.2)
        raise AssertionError(status)

    def download(self, address: str) -> requests.Response:
        return self._session.get(self._base + address, timeout=60)

    def get(self, path: str) -> dict[str, Any]:
        answer = self._session.get(self._base + path, timeout=30)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found
