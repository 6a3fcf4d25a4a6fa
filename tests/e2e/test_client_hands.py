"""The rest of what users and scripts expect of a command line: whoami, profiles, listings, quiet exits."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from millrace_client import Client
from millrace_client.cli.exits import Exit

from infra.local.samples import make_samples
from tests.e2e.stack import ROOT, Guest, Stack
from tests.e2e.test_client import PASSWORD, Terminal


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("stack"))
    stack.start()
    yield stack
    stack.stop()


@pytest.fixture
def terminal(stack: Stack, tmp_path: Path) -> Terminal:
    return Terminal(stack, tmp_path)


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    make_samples(folder)
    return folder


def test_the_version_is_named(terminal: Terminal) -> None:
    said = terminal.run("--version")
    assert (said.returncode, said.stdout.split()[0]) == (Exit.DONE, "millrace")


def test_pipelines_are_listed_with_what_they_take(terminal: Terminal) -> None:
    found = json.loads(terminal.run("pipelines", "--json").stdout)
    assert "media" in [pipeline["name"] for pipeline in found]
    assert ".jpg" in terminal.run("pipelines").stdout


def test_a_job_is_watched_its_artifacts_named_and_deleted(terminal: Terminal, photos: Path) -> None:
    job = terminal.run("upload", photos / "harbour.jpg").stdout.strip()
    watched = terminal.run("watch", job)
    assert (watched.returncode, "completed" in watched.stdout) == (Exit.DONE, True)
    assert terminal.run("artifacts", job).stdout.startswith("complete\t")
    refused = terminal.run("delete", job)
    assert (refused.returncode, "--yes" in refused.stderr) == (Exit.USAGE, True)
    assert terminal.run("delete", job, "--yes").stdout == f"{job}\n"
    gone = terminal.run("status", job)
    assert gone.returncode == Exit.NOT_FOUND


def test_files_are_chosen_by_name(terminal: Terminal, photos: Path) -> None:
    chosen = terminal.run("upload", photos, "--include", "*.jpg", "--exclude", "har*", "--wait", "--json")
    names = json.loads(terminal.run("files", json.loads(chosen.stdout)["job_id"], "--json").stdout)
    found = {file["original_filename"] for file in names}
    assert found == {p.name for p in photos.rglob("*.jpg") if not p.name.startswith("har")}
    nothing = terminal.run("upload", photos, "--include", "*.nothing")
    assert nothing.returncode == Exit.NOTHING


def test_a_role_that_the_pipeline_does_not_know_is_refused_without_repeating_the_command(
    terminal: Terminal, photos: Path
) -> None:
    refused = terminal.run("upload", photos / "harbour.jpg", "--role", "labels")
    assert (refused.returncode, "role" in refused.stderr) == (Exit.REFUSED, True)
    assert "Next:" not in refused.stderr


def test_a_guest_registers_and_keeps_the_jobs(terminal: Terminal, photos: Path) -> None:
    job = terminal.run("upload", photos / "harbour.jpg").stdout.strip()
    assert "guest" in terminal.run("whoami").stdout
    who = ("--email", "new@example.com", "--username", "newcomer", "--password", PASSWORD)
    assert "with the jobs that you had as a guest" in terminal.run("register", *who).stderr
    assert terminal.run("whoami").stdout.startswith("new@example.com\tuser\t")
    assert job in terminal.run("list").stdout


def test_signing_in_takes_the_guests_jobs_over(stack: Stack, terminal: Terminal, photos: Path) -> None:
    account = {"email": "old@example.com", "username": "oldtimer", "password": PASSWORD}
    assert Guest(stack.api).call("POST", "/auth/register", account).status_code == 201
    job = terminal.run("upload", photos / "harbour.jpg").stdout.strip()
    said = terminal.run("login", "--email", account["email"], "--password", PASSWORD)
    assert "Now the account's, of what you had as a guest: 1 job." in said.stderr
    assert job in terminal.run("list").stdout
    assert terminal.run("whoami").stdout.startswith("old@example.com\tuser\t")


def test_profiles_are_different_people(terminal: Terminal, stack: Stack) -> None:
    with Client(stack.api.removesuffix("/api"), "") as client:
        token = client.begin_as_guest()
    signed_in = subprocess.run(
        [sys.executable, "-m", "millrace_client", "--profile", "studio", "login", "--with-token"],
        input=token + "\n",
        env=terminal.environment,
        cwd=terminal.home,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert signed_in.returncode == Exit.DONE, signed_in.stderr
    assert "guest" in terminal.run("--profile", "studio", "whoami").stdout
    nobody = terminal.run("whoami")
    assert (nobody.returncode, "Next: millrace login" in nobody.stderr) == (Exit.NOT_ALLOWED, True)
    assert terminal.run("--profile", "../x", "whoami").returncode == Exit.USAGE


def test_a_reader_that_leaves_ends_a_command_quietly(terminal: Terminal) -> None:
    script = f"{sys.executable} -m millrace_client pipelines --json | true; echo ${{PIPESTATUS[0]}}"
    ended = subprocess.run(
        ["bash", "-c", script],
        env=os.environ | terminal.environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.stdout, "Traceback" in ended.stderr, "Broken" in ended.stderr) == ("0\n", False, False)
