"""schemathesis over its own stack: `python -m tests.e2e.fuzzing --seconds 600` runs longer than the tests do."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from infra.local.samples import make_samples
from tests.e2e.stack import ROOT, Guest, Stack, put

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
)
# Small parts, room for the many jobs that the fuzzer opens, and one place to import from.
SETTINGS = {
    "MILLRACE_LIMIT_MULTIPART_FROM": "6000000",
    "MILLRACE_LIMIT_ACTIVE_JOBS": "2000",
    "MILLRACE_IMPORT_ROOTS": "s3://millrace/import/",
}
EMAIL, PASSWORD = "fuzz@example.com", "nine brown otters"
DOOMED = 12


class Admin(Guest):
    """An administrator, whose requests get furthest."""

    def __init__(self, stack: Stack) -> None:
        command = [sys.executable, "-m", "infra.admin", EMAIL, "--password-stdin"]
        command += ["--data-dir", str(stack.folder / "data")]
        subprocess.run(command, input=f"{PASSWORD}\n", text=True, check=True, cwd=ROOT, capture_output=True)
        super().__init__(stack.api)
        answer = self.call("POST", "/auth/login", {"email": EMAIL, "password": PASSWORD}).json()
        self.id, self.token = answer["user_id"], answer["access_token"]


def things(admin: Admin, samples: Sequence[Path]) -> dict[str, dict[str, list[str]]]:
    """Ids of one existing thing of each kind, and of some to delete."""
    found = {}
    for purpose, count in (("kept", 3), ("doomed", DOOMED)):
        # Different bytes for each job: bytes that the store already has need no upload.
        mark = purpose.encode()
        jobs = [admin.upload({p.name: p.read_bytes() + mark * n for p in samples[:4]}) for n in range(1, count + 1)]
        jobs += [_in_parts(admin), _empty(admin)]
        webhook = {"url": "https://93.184.215.14/hook", "events": ["job.completed"]}
        results = [_made(admin, "/results", {"job_id": job, "summary": "Fine."}) for job in jobs[:count]]
        found[purpose] = {
            "job_id": jobs,
            "task_id": jobs,
            "file_id": [f"{job}-00000001" for job in jobs],
            "image_id": [f"{job}-00000001" for job in jobs],
            "result_id": results,
            "webhook_id": [_made(admin, "/webhooks", webhook) for _ in range(3)],
            "key_id": [_made(admin, "/auth/keys", {"name": "robot", "scopes": ["read"]}) for _ in range(3)],
            "artifact": ["complete", "nothing"],
            "filename": ["first-steps.html"],
            "name": ["media", "volume", "guest_seconds", "token_key"],
        }
    return found


def _made(admin: Admin, path: str, body: object) -> str:
    answer = admin.call("POST", path, body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def _empty(admin: Admin) -> str:
    """A job without files."""
    answer = admin.call("POST", "/import-path", {"pipeline": "media", "path": "import/nothing/"})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["job_id"])


def _in_parts(admin: Admin) -> str:
    """A job with an upload in parts in progress."""
    file = {"filename": "film.mp4", "size": 7_000_000}
    job = admin.call("POST", "/upload", {"pipeline": "media", "files": [file], "more": True}).json()
    parts = f"/jobs/{job['job_id']}/files/{job['uploads'][0]['file_id']}/parts"
    [part] = admin.call("POST", parts, {"part_numbers": [1]}).json()["parts"]
    assert put({"method": "PUT", **part}, bytes(int(part["headers"]["Content-Length"]))) == 200
    return str(job["job_id"])


def fuzz(stack: Stack, folder: Path, *options: str, seconds: int) -> tuple[int, str]:
    """The exit code of schemathesis and its output, after at most this many seconds."""
    admin = Admin(stack)
    known = things(admin, make_samples(folder / "samples"))
    environment = os.environ | {
        "SCHEMATHESIS_HOOKS": "tests.e2e.fuzz_hooks",
        "MILLRACE_FUZZ_THINGS": json.dumps(known),
        "PYTHONPATH": str(ROOT),
        "NO_COLOR": "1",
    }
    command = [str(Path(sys.executable).with_name("schemathesis")), "run", f"{stack.api}/openapi.json"]
    command += ["--header", f"Authorization: Bearer {admin.token}", "--checks", ",".join(CHECKS)]
    command += ["--max-redirects", "0", "--request-timeout", "20", "--generation-database", "none"]
    command += ["--continue-on-failure", "--warnings", "off", "--workers", "2", *options]
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=seconds, check=False
    )
    return done.returncode, done.stdout + done.stderr


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.fuzzing", description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="millrace-fuzz-") as name:
        folder = Path(name)
        stack = Stack(folder, SETTINGS)
        stack.start()
        try:
            limits = ("--seed", str(options.seed), "--max-time", str(options.seconds))
            code, said = fuzz(stack, folder, *limits, seconds=2 * options.seconds + 120)
        finally:
            stack.stop()
    print(said)
    return code


if __name__ == "__main__":
    sys.exit(main())
