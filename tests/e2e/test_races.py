"""Many hands on the same jobs at once. In any order: no answer is a server fault, each job comes to an end,
its zip holds its files, and its counts are right.

Each hand performs the same actions in every run; their interleaving varies. MILLRACE_RACES sets the number of races.
"""

import hashlib
import io
import os
import random
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from tests.e2e.stack import Guest, Stack, eventually

ACTIONS = int(os.environ.get("MILLRACE_RACES", "300"))
HANDS = 6
MOTIFS = 40
ENDED = {"completed", "failed", "cancelled"}
REFUSALS = {400, 404, 409, 410, 412, 422}
FREE = {"MILLRACE_RATE_LIMIT": "off"}


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(tmp_path, FREE, "--sweep", "1")
    stack.start()
    yield stack
    stack.kill()


def photo(number: int) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (64, 48), (number % 256, number // 256 * 40, 90)).save(content, "JPEG")
    return content.getvalue()


class Hand:
    """Performs one action after the other on jobs that other hands act on too."""

    def __init__(self, guest: Guest, jobs: list[str], seed: int) -> None:
        self._guest = guest
        self._jobs = jobs
        self._random = random.Random(seed)
        self.answered: Counter[int] = Counter()

    def run(self, times: int) -> None:
        actions: list[Callable[[str], None]] = [
            self.open, self.open, self.pause, self.resume, self.resume, self.cancel, self.retry, self.discard,
            self.restore, self.restore, self.delete, self.leave_out, self.again, self.again, self.remake, self.pack,
            self.describe, self.look, self.fetch,
        ]  # fmt: skip
        self.open("")
        for _ in range(times - 1):
            self._random.choice(actions)(self._random.choice(self._jobs[-8:]))

    def _ask(self, method: str, path: str, body: object = None) -> None:
        answer = self._guest.call(method, path, body)
        assert answer.status_code < 400 or answer.status_code in REFUSALS, f"{method} {path}: {answer.text}"
        self.answered[answer.status_code] += 1

    def open(self, _: str) -> None:
        # Some bytes are shared with other jobs.
        numbers = [self._random.randrange(MOTIFS) for _ in range(5)]
        self._jobs.append(self._guest.upload({f"{n}-{at}.jpg": photo(n) for at, n in enumerate(numbers)}))
        self.answered[201] += 1

    def pause(self, job: str) -> None:
        self._ask("POST", f"/jobs/{job}/control", {"action": "pause"})

    def resume(self, job: str) -> None:
        self._ask("POST", f"/jobs/{job}/control", {"action": "resume"})

    def cancel(self, job: str) -> None:
        self._ask("POST", f"/jobs/{job}/control", {"action": "cancel"})

    def retry(self, job: str) -> None:
        self._ask("POST", f"/jobs/{job}/retry")

    def discard(self, job: str) -> None:
        self._ask("POST", f"/jobs/{job}/bin")

    def restore(self, job: str) -> None:
        self._ask("POST", f"/jobs/{job}/restore")

    def delete(self, job: str) -> None:
        self._ask("DELETE", f"/jobs/{job}")

    def leave_out(self, job: str) -> None:
        self._ask("DELETE", f"/jobs/{job}/files/{job}-{self._random.randint(1, 5):08d}")

    def again(self, job: str) -> None:
        files = [f"{job}-{number:08d}" for number in self._random.sample(range(1, 6), 2)]
        answer = self._guest.call("POST", "/jobs", {"pipeline": "media", "file_ids": files})
        assert answer.status_code == 201 or answer.status_code in REFUSALS, answer.text
        self.answered[answer.status_code] += 1
        if answer.status_code == 201:
            self._jobs.append(answer.json()["id"])

    def remake(self, job: str) -> None:
        self._ask("POST", f"/jobs/{job}/remake", {})

    def pack(self, job: str) -> None:
        self._ask("POST", "/archives", {"job_ids": [job], "name": "raced"})

    def describe(self, job: str) -> None:
        self._ask("PATCH", f"/jobs/{job}", {"name": f"named {self._random.randrange(100)}"})

    def look(self, job: str) -> None:
        self._ask("GET", f"/jobs/{job}/files")

    def fetch(self, job: str) -> None:
        self._ask("GET", f"/download/{job}")


def test_whatever_meets_each_job_ends_and_what_is_counted_is_there(stack: Stack) -> None:
    guest = Guest(stack.api)
    guest.register()
    jobs: list[str] = []
    hands = [Hand(guest, jobs, seed) for seed in range(HANDS)]
    with ThreadPoolExecutor(HANDS) as pool:
        for done in [pool.submit(hand.run, ACTIONS // HANDS) for hand in hands]:
            done.result()
    answered = sum((hand.answered for hand in hands), Counter())
    print(f"{sum(answered.values())} actions on {len(jobs)} jobs, answered {dict(sorted(answered.items()))}")
    assert sum(n for status, n in answered.items() if status < 300) > ACTIONS // 3

    def all_have_ended() -> bool:
        going = [job for job in guest.get("/jobs?limit=100")["items"] if job["status"] not in ENDED]
        for job in going:
            if job["status"] == "paused":
                guest.call("POST", f"/jobs/{job['id']}/control", {"action": "resume"})
        return not going

    eventually(all_have_ended, 300)
    completed = [job["id"] for job in guest.get("/jobs?limit=100&status=completed&pipeline=media")["items"]]
    assert completed
    known = {hashlib.sha256(photo(number)).hexdigest() for number in range(MOTIFS)}
    for job in completed:
        kept = [file for file in guest.get(f"/jobs/{job}/files")["items"] if file["status"] == "inspected"]
        with zipfile.ZipFile(io.BytesIO(guest.call("GET", f"/download/{job}").content)) as archive:
            assert archive.testzip() is None
            names = [name for name in archive.namelist() if not name.startswith("manifest.")]
            packed = [hashlib.sha256(archive.read(name)).hexdigest() for name in names]
        assert len(packed) == len(kept), job
        assert set(packed) <= known

    # Deletions and archives are carried out after their answers: the counters have to agree in the end, and stay so.
    doctor = [sys.executable, "-m", "infra.doctor", "--data-dir", str(stack.folder / "data")]

    def is_well() -> bool:
        said = subprocess.run(doctor, capture_output=True, text=True, timeout=60, check=False)
        return "All is well." in said.stdout

    eventually(is_well, 120)
