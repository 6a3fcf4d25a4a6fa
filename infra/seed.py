"""`python -m infra.seed`: a demo user with files and a job in every state, on the local stack.

Everything is made over the API, as a client would, except the job that waits in its queue: on a machine without load
none stays there, so this one is put there without the message that would start it. The sweeper sends that in a week.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import os
import secrets
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from chalicelib.jobs.moves import ENQUEUE
from chalicelib.jobs.moving import move
from chalicelib.jobs.states import JobState
from chalicelib.stores.dynamo.job_table import JobTable
from infra import connect
from infra.local.demo import running_stack
from infra.local.samples import jpeg, make_samples, scene
from infra.local.settings import HOST
from infra.local.supervisor import CannotStart

EMAIL, USERNAME = "demo@example.com", "demo"
PATIENCE_SECONDS = 120
HELD = timedelta(days=7)
Files = Mapping[str, bytes]


class Refused(Exception):
    """The API's answer was an error; carries its message, with the request's id for a search in the log."""

    def __init__(self, response: requests.Response) -> None:
        try:
            problem = response.json()
        except ValueError:
            problem = {}
        said = problem.get("detail") or f"{response.status_code} {response.reason}"
        super().__init__(f"{said} [request {problem.get('request_id') or 'none'}]")


@dataclass(frozen=True)
class Wanted:
    """A job to make. files: announced; sent: the number of them, from the first, to send. action: requested then."""

    name: str
    state: JobState
    files: Files
    sent: int
    pipeline: str = "media"
    open: bool = True
    action: str | None = None


class Demo:
    """The demo user at one address."""

    def __init__(self, address: str) -> None:
        self._api = f"{address}/api"
        self._session = requests.Session()
        self._session.trust_env = False

    def sign_in(self, password: str) -> None:
        """Signs in, with a new account where there is none. Raises Refused where the account has another password."""
        body = {"email": EMAIL, "username": USERNAME, "password": password}
        response = self._session.post(f"{self._api}/auth/register", json=body, timeout=30)
        if response.status_code not in {201, 409}:
            raise Refused(response)
        answer = self.call("POST", "/auth/login", {"email": EMAIL, "password": password})
        self._session.headers["Authorization"] = f"Bearer {answer['access_token']}"

    def call(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        response = self._session.request(method, self._api + path, json=body, timeout=30)
        if not response.ok:
            raise Refused(response)
        answer: dict[str, Any] = response.json()
        return answer

    def names(self) -> set[str]:
        return {job["name"] for job in self.call("GET", "/jobs?limit=100")["items"]}

    def make(self, wanted: Wanted) -> str:
        """Opens the job and sends files; returns its id once they have been inspected."""
        announced = [
            {"filename": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in wanted.files.items()
        ]
        body = {"pipeline": wanted.pipeline, "name": wanted.name, "files": announced, "more": wanted.open}
        opened = self.call("POST", "/upload", body)
        for upload, content in list(zip(opened["uploads"], wanted.files.values(), strict=True))[: wanted.sent]:
            if upload.get("url"):  # otherwise the store already has the bytes
                with requests.Session() as session:
                    session.trust_env = False
                    response = session.put(upload["url"], data=content, headers=upload["headers"], timeout=60)
                if not response.ok:
                    raise Refused(response)
        job_id: str = opened["job_id"]
        self._wait(job_id, "progress_current", wanted.sent)
        if wanted.action:
            self.call("POST", f"/jobs/{job_id}/control", {"action": wanted.action})
        return job_id

    def wait_for(self, job_id: str, state: JobState) -> None:
        self._wait(job_id, "status", state.value)

    def _wait(self, job_id: str, field: str, value: Any) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (found := self.call("GET", f"/jobs/{job_id}")[field]) != value:
            if time.monotonic() > deadline:
                raise TimeoutError(f"The job {job_id} has {field} {found}, not {value}, after {PATIENCE_SECONDS} s.")
            time.sleep(0.2)


def wanted_jobs(samples: Files) -> Sequence[Wanted]:
    """One job for each state; samples: those of make_samples()."""
    spoilt = {name: samples[name] for name in ("damaged.jpg", "not a photo.jpg")}
    return (
        Wanted("Photos and videos of a year", JobState.COMPLETED, samples, len(samples), open=False),
        Wanted("Nothing usable", JobState.FAILED, spoilt, len(spoilt), open=False),
        Wanted("Thought better of", JobState.CANCELLED, photos(10), 1, action="cancel"),
        Wanted("Holding still", JobState.PAUSED, photos(14), 2, action="pause"),
        Wanted("Still arriving", JobState.RUNNING, photos(18), 1),
        Wanted("Announced, nothing sent", JobState.PENDING, photos(22), 0),
        Wanted("Waits for its turn", JobState.QUEUED, {"ball.nii.gz": ball()}, 1, pipeline="volume"),
    )


def photos(first: int) -> Files:
    """Three photos, different for each number: the store would already have repeated ones."""
    return {f"IMG_202405{number}_120000.jpg": jpeg(scene(number)) for number in range(first, first + 3)}


def ball(size: int = 32) -> bytes:
    """A volume of `size`³ voxels of 1 mm with a bright ball in it."""
    import nibabel
    import numpy as np

    axes = np.indices((size, size, size)) - (size - 1) / 2
    values = np.where((axes**2).sum(axis=0) < (size / 3) ** 2, 900, 100).astype(np.int16)
    return gzip.compress(nibabel.Nifti1Image(values, np.eye(4)).to_bytes(), mtime=0)


def hold(jobs: JobTable, job_id: str) -> None:
    """Queues a job without a message."""
    job = jobs.job(job_id)
    ticket = jobs.queue_state(job.pipeline).tickets + 1
    move(jobs, job, ENQUEUE(ticket=ticket, due_at=datetime.now(UTC) + HELD, sealed=True))


def seed(address: str, data_dir: Path) -> list[tuple[Wanted, str | None]]:
    """The jobs made, each with its id; None for one that already existed. Safe to repeat."""
    demo = Demo(address)
    demo.sign_in(password(data_dir))
    there, made = demo.names(), []
    jobs = JobTable(connect.local(data_dir).table("jobs"))
    with tempfile.TemporaryDirectory() as folder:
        samples = {path.name: path.read_bytes() for path in make_samples(Path(folder))}
    for wanted in wanted_jobs(samples):
        job_id = None
        if wanted.name not in there:
            job_id = demo.make(wanted)
            if wanted.state is JobState.QUEUED:
                hold(jobs, job_id)
            demo.wait_for(job_id, wanted.state)
        made.append((wanted, job_id))
    return made


def password(data_dir: Path) -> str:
    """The demo user's; made once and stored where only this machine's user can read it."""
    path = data_dir / "demo-password"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(12))
    except FileExistsError:
        pass
    return path.read_text().strip()


def stack(port: int, data_dir: Path) -> AbstractContextManager[str]:
    """The address of the running stack, or of one that runs for the duration. Raises CannotStart."""
    address = f"http://{HOST}:{port}"
    with requests.Session() as session:
        session.trust_env = False
        try:
            if session.get(f"{address}/api/health", timeout=5).ok:
                return nullcontext(address)
        except requests.RequestException:
            pass
    data_dir.mkdir(parents=True, exist_ok=True)
    return running_stack(data_dir)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m infra.seed", description=__doc__)
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--data-dir", type=Path, default=Path(".millrace"))
    options = parser.parse_args()
    data_dir = options.data_dir.resolve()
    try:
        with stack(options.port, data_dir) as address:
            for wanted, job_id in seed(address, data_dir):
                print(f"{wanted.state:<10} {wanted.name} ({job_id or 'was there already'})")
    except (CannotStart, connect.CannotConnect, Refused, TimeoutError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Sign in as {EMAIL} with the password {password(data_dir)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
