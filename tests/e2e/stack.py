"""Millrace as a user runs it: a listening process, and plain HTTP to talk to it."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import requests

from infra.local.settings import credentials, free_port

ROOT = Path(__file__).parents[2]
MARK = "MILLRACE_TEST_STACK"
PATIENCE = 4 if os.environ.get("CI") else 1
"""How much longer than usual a test waits before it fails, since others may be at work on CI's machine."""


def eventually[T](look: Callable[[], T], seconds: float) -> T:
    """The first true value of `look`; fails where there is none in time."""
    deadline = time.monotonic() + PATIENCE * seconds
    while time.monotonic() < deadline:
        if value := look():
            return value
        time.sleep(0.2)
    raise AssertionError(f"not within {PATIENCE * seconds} s")


class Stack:
    """One stack on a folder; start() after a kill is a restart."""

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None, *options: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder / "stack.log"
        self._settings = dict(settings or {})
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def api(self) -> str:
        return f"http://127.0.0.1:{self.port}/api"

    def start(self) -> None:
        command = [sys.executable, "-m", "infra.local", "serve", "--port", str(self.port)]
        command += ["--data-dir", str(self.folder / "data"), "--app", "tests.aws.recorded", *self._options]
        environment = os.environ | self._settings | {MARK: str(self.folder)}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        eventually(self._healthy, 60)

    def _healthy(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()
        try:
            return requests.get(f"{self.api}/health", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def stop(self) -> None:
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(timeout=60)

    def s3(self) -> Any:
        """The store, for tests that write into it directly."""
        port = (self.folder / "data" / "cloud-port").read_text().strip()
        return boto3.client(
            "s3",
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name="us-east-1",
            aws_access_key_id=credentials(self.folder / "data")[0],
            aws_secret_access_key=credentials(self.folder / "data")[1],
        )

    def pids(self, module: str = "") -> list[int]:
        """The stack's processes whose command line contains `module`."""
        mark, found = f"{MARK}={self.folder}".encode(), []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                ours = mark in (process / "environ").read_bytes().split(b"\0")
                if ours and module.encode() in (process / "cmdline").read_bytes():
                    found.append(int(process.name))
            except OSError:
                continue
        return found

    def kill(self, module: str = "") -> None:
        for pid in self.pids(module):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        if not module and self._process:
            self._process.wait(timeout=30)
            eventually(lambda: not self.pids(), 30)


class Guest:
    """A client with nothing but HTTP."""

    def __init__(self, api: str) -> None:
        self.api = api
        answer = requests.post(f"{api}/auth/guest", timeout=30).json()
        self.id, self.token = answer["user_id"], answer["access_token"]

    def register(self) -> None:
        """Registers an account and signs in to it, for requests that guests may not make."""
        account = {"email": f"{self.id}@example.com", "username": self.id, "password": "three grey herons"}
        assert self.call("POST", "/auth/register", account).status_code == 201
        who = {"email": account["email"], "password": account["password"]}
        signed_in = self.call("POST", "/auth/login", who).json()
        self.id, self.token = signed_in["user_id"], signed_in["access_token"]

    def call(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"} | more.pop("headers", {})
        return requests.request(method, self.api + path, json=body, headers=headers, timeout=30, **more)

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def upload(self, files: Mapping[str, bytes], pipeline: str = "media", **more: Any) -> str:
        """Announces files with their hashes and sends each to its signed address; returns the job's id."""
        announced = [
            {"filename": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        ]
        answer = self.call("POST", "/upload", {"pipeline": pipeline, "files": announced, **more})
        assert answer.status_code == 201, answer.text
        with ThreadPoolExecutor(8) as pool:
            sent = list(pool.map(put, answer.json()["uploads"], files.values()))
        assert set(sent) == {200}
        return str(answer.json()["job_id"])

    def thumbnail(self, file: Mapping[str, Any]) -> bytes:
        """The thumbnail of a file, cut from its pack; fetched by itself it must be the same."""
        place = file["thumbnail"]
        span = {"Range": f"bytes={place['start']}-{place['end'] - 1}"}
        cut = requests.get(place["url"], headers=span, timeout=30).content
        assert cut == self.call("GET", file["thumbnail_url"].removeprefix("/api")).content
        return cut

    def wait(self, job_id: str, seconds: float) -> Any:
        """The final status, polled at the pace that the server names."""
        deadline = time.monotonic() + PATIENCE * seconds
        while time.monotonic() < deadline:
            answer = self.call("GET", f"/status/{job_id}")
            status = answer.json()
            if status["status"] in {"completed", "failed", "cancelled"}:
                return status
            time.sleep(min(2.0, float(answer.headers["Retry-After"])))
        raise AssertionError(f"{status} after {PATIENCE * seconds} s")


def put(upload: Mapping[str, Any], content: bytes) -> int:
    if "duplicate_of" in upload:
        return 200  # the store already has the bytes
    return requests.request(
        upload["method"], upload["url"], data=content, headers=upload["headers"], timeout=60
    ).status_code
