"""The real local stack, started as a user starts it, with tinyapp in place of Millrace's own app."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config

from infra.local.settings import credentials, free_port

TESTS = Path(__file__).parent
LIMIT_SECONDS = 40.0


def eventually(condition: Callable[[], Any], seconds: float = LIMIT_SECONDS) -> Any:
    """The first true value of `condition`; fails the test where there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.1)
    raise AssertionError(f"not within {seconds} s")


def parent_of(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


class Stack:
    """One stack on a folder; start() after a stop or a kill is a restart."""

    def __init__(
        self, folder: Path, *, visibility: int = 2, time_limit: int = 7, sweep: float = 60.0, workers: int = 2
    ) -> None:
        self.seen_file = folder / "seen"
        self.data_dir = folder / "data"
        self.port = free_port()
        self.options = [
            "--visibility",
            str(visibility),
            "--time-limit",
            str(time_limit),
            "--sweep",
            str(sweep),
            "--workers",
            str(workers),
        ]
        self.process: subprocess.Popen[str] | None = None

    def start(self, *, wait: bool = True) -> None:
        command = [sys.executable, "-m", "infra.local", "serve", "--app", "tests.local.tinyapp", "--pipelines", "a,b"]
        command += ["--port", str(self.port), "--data-dir", str(self.data_dir), *self.options]
        self.process = subprocess.Popen(
            command,
            env=os.environ | {"TINY_SEEN": str(self.seen_file)},
            cwd=TESTS.parents[1],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        if wait:
            assert self.process.stdout is not None
            lines = iter(self.process.stdout.readline, "")
            said = next((line for line in lines if line.startswith("Millrace is at")), None)
            assert said == f"Millrace is at {self.address}\n"
            # Up to the last line of the startup output: the rest is for the tests.
            assert next((line for line in lines if line.startswith("Logs: ")), "").endswith("\n")

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=LIMIT_SECONDS)
        return self.process.returncode

    def pids(self, module: str = "") -> list[int]:
        """The live processes of this stack that run `module`, recognised by a mark in their environment."""
        mark = f"TINY_SEEN={self.seen_file}".encode()
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            try:
                running = mark in (process / "environ").read_bytes().split(b"\0")
                if running and module.encode() in (process / "cmdline").read_bytes():
                    found.append(int(process.name))
            except OSError:
                continue
        return found

    def only_pid(self, module: str) -> int:
        """The only process that runs `module`. While it saves, the cloud's is joined by its own fork."""
        found = self.pids(module)
        (only,) = [pid for pid in found if parent_of(pid) not in found]
        return only

    def kill(self) -> None:
        """SIGKILL for all processes at once."""
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        assert self.process is not None
        self.process.communicate(timeout=10)
        eventually(lambda: not self.pids())

    def client(self, service: str) -> Any:
        port = (self.data_dir / "cloud-port").read_text().strip()
        return boto3.client(
            service,
            endpoint_url=f"http://127.0.0.1:{port}",
            region_name="us-east-1",
            aws_access_key_id=credentials(self.data_dir)[0],
            aws_secret_access_key=credentials(self.data_dir)[1],
            config=Config(signature_version="s3v4") if service == "s3" else None,
        )

    def queue_url(self, queue: str) -> str:
        return self.client("sqs").get_queue_url(QueueName=f"millrace-{queue}")["QueueUrl"]

    def send(self, queue: str, *bodies: str) -> None:
        entries = [{"Id": str(i), "MessageBody": body} for i, body in enumerate(bodies)]
        self.client("sqs").send_message_batch(QueueUrl=self.queue_url(queue), Entries=entries)

    def waiting(self, queue: str) -> int:
        """Messages in the queue, including hidden ones."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.client("sqs").get_queue_attributes(QueueUrl=self.queue_url(queue), AttributeNames=names)
        return sum(int(found["Attributes"][name]) for name in names)

    def seen(self, kind: str | None = None, word: str | None = None) -> list[dict[str, Any]]:
        if not self.seen_file.exists():
            return []
        notes = [json.loads(line) for line in self.seen_file.read_text().splitlines()]
        return [n for n in notes if kind in (None, n["kind"]) and word in (None, n.get("word"))]

    def health(self) -> int:
        try:
            return requests.get(f"{self.address}/api/health", timeout=5).status_code
        except requests.ConnectionError:
            return 0


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One stack for all tests of a module, which keep their words apart."""
    stack = Stack(tmp_path_factory.mktemp("stack"), sweep=1.0)
    stack.start()
    yield stack
    assert stack.stop() == 0


@pytest.fixture
def own_stack(tmp_path: Path) -> Iterator[Stack]:
    """A stack that the test starts itself and may kill."""
    stack = Stack(tmp_path)
    yield stack
    for pid in stack.pids():
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
