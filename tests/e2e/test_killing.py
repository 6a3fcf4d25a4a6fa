"""Single workers are killed, then the whole stack: after a restart each file has been counted exactly once."""

import hashlib
import io
import os
import random
import signal
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.stack import PATIENCE, Guest, Stack

FILES = 120
WORKERS = "infra.local.worker"


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    # A claim that the kill left without its message is free once its function's time has run out.
    settings = {"MILLRACE_LIMIT_CHECK_EVERY": "3"}
    stack = Stack(tmp_path, settings, "--sweep", "1", "--visibility", "3", "--workers", "3", "--time-limit", "15")
    stack.start()
    yield stack
    stack.kill()


def photos(count: int) -> dict[str, bytes]:
    found = {}
    for number in range(count):
        image = Image.new("RGB", (64, 48), (number % 256, number // 256 * 40, 90))
        image.putpixel((number % 64, number % 48), (255, 255, 255))
        content = io.BytesIO()
        image.save(content, "JPEG")
        found[f"IMG_20240115_{number // 60:02d}{number % 60:02d}00.jpg"] = content.getvalue()
    assert len({hashlib.sha256(content).digest() for content in found.values()}) == count
    return found


class Killer:
    """Kills a worker after every few files, so that a slow machine suffers no more kills than a fast one."""

    def __init__(self, stack: Stack, done: Callable[[], int]) -> None:
        self.killed = 0
        self._stack = stack
        self._done = done
        self._random = random.Random(20240115)

    def until(self, enough: int, seconds: float) -> None:
        """Continues until this many files are done."""
        next_at = self._done()
        deadline = time.monotonic() + PATIENCE * seconds
        while (done := self._done()) < enough:
            assert time.monotonic() < deadline, f"{done} files after {PATIENCE * seconds} s"
            if done >= next_at and (workers := self._stack.pids(WORKERS)):
                os.kill(self._random.choice(workers), signal.SIGKILL)
                self.killed += 1
                next_at = done + self._random.randint(10, 25)
            time.sleep(0.05)


def test_nothing_is_lost_or_doubled_when_workers_and_then_the_whole_stack_are_killed(stack: Stack) -> None:
    guest, files = Guest(stack.api), photos(FILES)
    job_id = guest.upload(files)
    killer = Killer(stack, lambda: guest.get(f"/jobs/{job_id}")["progress_current"])
    killer.until(FILES // 3, 120)
    stack.kill()
    stack.start()
    killer.until(FILES * 2 // 3, 120)
    assert killer.killed >= 3
    assert guest.wait(job_id, 120)["status"] == "completed"

    job = guest.get(f"/jobs/{job_id}")
    assert job["files"] == {"expected": 0, "inspected": FILES, "rejected": 0, "duplicate": 0}
    assert guest.get("/stats")["total_jobs_processed"] == 1
    with zipfile.ZipFile(io.BytesIO(guest.call("GET", f"/download/{job_id}").content)) as archive:
        assert archive.testzip() is None
        names = [name for name in archive.namelist() if not name.startswith("manifest.")]
        packed = [hashlib.sha256(archive.read(name)).hexdigest() for name in names]
    assert sorted(packed) == sorted(hashlib.sha256(content).hexdigest() for content in files.values())
