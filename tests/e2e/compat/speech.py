"""A client of the speech system: it polls its tasks and fetches their results."""

from __future__ import annotations

import time
from typing import Any

import requests

from tests.e2e.stack import PATIENCE


class SpeechClient:
    """base: the address below which `/upload/status` lies."""

    def __init__(self, base: str, host: str, session: requests.Session) -> None:
        self._base, self._host, self._session = base, host, session

    def tasks(self, **query: str) -> list[dict[str, Any]]:
        answer = self._session.get(f"{self._base}/upload/status", params=query, timeout=30)
        assert answer.status_code == 200, answer.text
        envelope = answer.json()
        assert envelope["status"] == "success"
        tasks: list[dict[str, Any]] = envelope["data"]["tasks"]
        assert envelope["data"]["total_count"] == len(tasks)
        return tasks

    def task(self, task_id: str) -> dict[str, Any]:
        answer = self._session.get(f"{self._base}/tasks/{task_id}/status", timeout=30)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["data"]
        return found

    def wait_for(self, task_id: str, statuses: set[str], seconds: float) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE * seconds
        while time.monotonic() < deadline:
            task = self.task(task_id)
            if task["task_status"] in statuses:
                return task
            time.sleep(0.5)
        raise AssertionError(task)

    def missing_words(self, task_id: str) -> dict[str, Any]:
        answer = self._session.get(f"{self._base}/tasks/{task_id}/missing-words", timeout=30)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()["data"]
        return found

    def download(self, address: str) -> tuple[str, bytes]:
        """The server's name for the file, and its bytes. address: as in a task."""
        answer = self._session.get(self._host + address, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.headers["Content-Disposition"], answer.content

    def guide(self, filename: str) -> bytes:
        return self.download_guide(filename).content

    def download_guide(self, filename: str) -> requests.Response:
        return self._session.get(f"{self._base}/static/guides/{filename}", timeout=30)
