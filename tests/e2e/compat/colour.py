"""A client of the colour system: it registers and signs in, sends pictures, opens jobs over them, reads the results."""

from __future__ import annotations

import time
from typing import Any

import requests

from tests.e2e.stack import PATIENCE


class ColourClient:
    def __init__(self, base: str) -> None:
        self._base = base
        self._session = requests.Session()

    def sign_up(self, email: str, password: str, full_name: str) -> dict[str, Any]:
        given = {"email": email, "password": password, "full_name": full_name}
        return self.call("POST", "/auth/signup", 201, json=given)

    def sign_in(self, email: str, password: str) -> None:
        tokens = self.call("POST", "/auth/signin", 200, data={"username": email, "password": password})
        assert tokens["token_type"] == "bearer"
        self._session.headers["Authorization"] = f"Bearer {tokens['access_token']}"

    def upload(self, filename: str, content: bytes) -> dict[str, Any]:
        return self.call("POST", "/images", 201, files={"file": (filename, content, "image/jpeg")})

    def wait(self, job_id: str, seconds: float) -> dict[str, Any]:
        deadline = time.monotonic() + PATIENCE * seconds
        while time.monotonic() < deadline:
            job: dict[str, Any] = self.call("GET", f"/jobs/{job_id}", 200)
            if job["status"] not in ("pending", "running"):
                return job
            time.sleep(0.3)
        raise AssertionError(job)

    def call(self, method: str, path: str, status: int, **more: Any) -> Any:
        answer = self._session.request(method, self._base + path, timeout=60, **more)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.text else None
