"""The operator's commands on the real local stack: seed, admin, migrate."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from chalicelib.jobs.states import JobState
from tests.e2e.stack import ROOT, Stack


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("commands"))
    stack.start()
    yield stack
    stack.stop()


def run(stack: Stack, command: str, *arguments: str) -> str:
    whole = [sys.executable, "-m", f"infra.{command}", *arguments, "--data-dir", str(stack.folder / "data")]
    ended = subprocess.run(whole, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


def sign_in(stack: Stack) -> dict[str, str]:
    password = (stack.folder / "data" / "demo-password").read_text()
    body = {"email": "demo@example.com", "password": password}
    answer = requests.post(f"{stack.api}/auth/login", json=body, timeout=30).json()
    return {"Authorization": f"Bearer {answer['access_token']}"}


def get(stack: Stack, path: str) -> Any:
    return requests.get(stack.api + path, headers=sign_in(stack), timeout=30)


def test_seed_admin_and_migrate_on_a_stack_that_runs(stack: Stack) -> None:
    said = run(stack, "seed", "--port", str(stack.port))
    password_file: Path = stack.folder / "data" / "demo-password"
    assert password_file.stat().st_mode & 0o777 == 0o600
    assert said.endswith(f"demo@example.com with the password {password_file.read_text()}\n")
    jobs = get(stack, "/jobs").json()["items"]
    assert sorted(job["status"] for job in jobs) == sorted(state.value for state in JobState)
    completed = next(job["id"] for job in jobs if job["status"] == "completed")
    assert get(stack, f"/jobs/{completed}/files").json()["total"] == 13

    again = run(stack, "seed", "--port", str(stack.port))
    assert again.count("was there already") == len(JobState)
    assert get(stack, "/jobs").json()["items"] == jobs

    assert get(stack, "/settings").status_code == 403
    run(stack, "admin", "demo@example.com")
    assert get(stack, "/settings").status_code == 200

    assert " 0 of " in run(stack, "migrate", "--dry-run")  # items written by this version need no migration
    assert " 0 of " in run(stack, "migrate")
    assert "done before" in run(stack, "migrate")
