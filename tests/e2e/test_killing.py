"""Workers die in the middle, then everything does: after a restart each file has been counted exactly once."""

import hashlib
import io
import os
import random
import signal
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.stack import Guest, Stack, eventually

FILES = 300
WORKERS = "infra.local.worker"


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    settings = {"MILLRACE_LIMIT_CHECK_EVERY": "3"}
    stack = Stack(tmp_path, settings, "--sweep", "1", "--visibility", "3", "--workers", "3")
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
    """Kills one worker after another, until it is told to stop."""

    def __init__(self, stack: Stack) -> None:
        self.killed = 0
        self._stack = stack
        self._random = random.Random(20240115)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._kill)

    def __enter__(self) -> "Killer":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _kill(self) -> None:
        while not self._stop.wait(self._random.uniform(0.3, 1.2)):
            if workers := self._stack.pids(WORKERS):
                try:
                    os.kill(self._random.choice(workers), signal.SIGKILL)
                    self.killed += 1
                except ProcessLookupError:
                    continue


def test_nothing_is_lost_or_doubled_when_workers_and_then_the_whole_stack_are_killed(stack: Stack) -> None:
    guest, files = Guest(stack.api), photos(FILES)
    with Killer(stack) as killer:
        job_id = guest.upload(files)
        eventually(lambda: guest.get(f"/jobs/{job_id}")["progress_current"] >= FILES // 3, 90)
    assert killer.killed > 3
    stack.kill()
    stack.start()
    with Killer(stack):
        eventually(lambda: guest.get(f"/jobs/{job_id}")["progress_current"] >= FILES * 2 // 3, 90)
    assert guest.wait(job_id, 120)["status"] == "completed"

    job = guest.get(f"/jobs/{job_id}")
    assert job["files"] == {"expected": 0, "inspected": FILES, "rejected": 0, "duplicate": 0}
    assert guest.get("/stats")["total_jobs_processed"] == 1
    with zipfile.ZipFile(io.BytesIO(guest.call("GET", f"/download/{job_id}").content)) as archive:
        assert archive.testzip() is None
        names = [name for name in archive.namelist() if not name.startswith("manifest.")]
        packed = [hashlib.sha256(archive.read(name)).hexdigest() for name in names]
    assert sorted(packed) == sorted(hashlib.sha256(content).hexdigest() for content in files.values())
