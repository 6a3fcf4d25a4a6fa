"""The command line and the SDK against the real local stack, including kills of the stack during commands."""

import asyncio
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from millrace_client import AsyncClient, Client
from millrace_client.cli.exits import Exit

from infra.local.samples import make_samples
from infra.local.settings import free_port
from tests.e2e.stack import ROOT, Stack

SETTINGS = {"MILLRACE_LIMIT_MULTIPART_FROM": "12000000"}
SLOWLY = ("--limit-rate", "10M")
"""280 MB take half a minute, so that even a slow test finds the upload still sending."""
MB = 1_000_000
PASSWORD = "seven red foxes"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("stack"), SETTINGS)
    stack.start()
    yield stack
    stack.stop()
    assert stack.pids() == []


def heeding_ctrl_c() -> None:
    """As at a prompt: a shell makes its background processes, and all their children, ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """A user at a prompt, with a home of their own."""

    def __init__(self, stack: Stack, home: Path) -> None:
        self.home = home
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("MILLRACE_")}
        self.environment |= {
            "MILLRACE_ADDRESS": stack.api.removesuffix("/api"),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_STATE_HOME": str(home / "state"),
            "PYTHONPATH": str(ROOT / "client" / "src"),
            "NO_COLOR": "1",
        }

    def start(self, *arguments: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "millrace_client", *map(str, arguments)],
            cwd=self.home,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=heeding_ctrl_c,  # noqa: PLW1509 - it takes no lock
        )

    def run(self, *arguments: object) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        try:
            out, err = process.communicate(timeout=120)
        finally:
            process.kill()
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    def ask(self, *arguments: object) -> Any:
        """The JSON output of a command that must succeed."""
        done = self.run(*arguments, "--json")
        assert done.returncode == Exit.DONE, done.stderr
        return json.loads(done.stdout)

    def facts(self, name: str) -> list[Any]:
        """The facts of that name in the journal of the upload in progress."""
        journals = list((self.home / "state" / "millrace" / "uploads").glob("*.jsonl"))
        lines = [line for path in journals for line in path.read_text().splitlines(keepends=True)]
        facts = [json.loads(line) for line in lines if line.endswith("\n")]
        return [fact for fact in facts if name in fact]


@pytest.fixture
def terminal(stack: Stack, tmp_path: Path) -> Terminal:
    return Terminal(stack, tmp_path)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    make_samples(tmp_path / "photos")
    return tmp_path / "photos"


@pytest.fixture
def heavy(photos: Path) -> Path:
    """Photos, and many files that are sent and then rejected, one of them in parts."""
    block = os.urandom(MB)
    for number in range(60):
        (photos / f"noise{number:02d}.jpg").write_bytes(number.to_bytes(4, "big") + block * 4)
    (photos / "noise.mp4").write_bytes(block * 40)
    return photos


def digests(folder: Path) -> set[str]:
    return {hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def in_zip(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {
            hashlib.sha256(archive.read(name)).hexdigest()
            for name in archive.namelist()
            if not name.startswith("manifest.")
        }


def test_a_folder_goes_in_and_its_zip_comes_out(terminal: Terminal, photos: Path) -> None:
    done = terminal.run("upload", photos, "--pipeline", "media", "--wait", "--out", "results.zip")
    assert done.returncode == Exit.DONE, done.stderr
    assert done.stdout == "results.zip\n"
    assert "You are a guest" in done.stderr
    found = in_zip(terminal.home / "results.zip")
    assert found
    assert found <= digests(photos)
    assert not list(terminal.home.rglob("*.jsonl"))
    assert not list(terminal.home.rglob("*.part"))
    assert "\x1b" not in done.stdout + done.stderr


def test_programs_get_json(terminal: Terminal, photos: Path) -> None:
    status = terminal.ask("upload", f"{photos}/*.*", "--wait", "--name", "Trip")
    job_id = status["job_id"]
    assert status["status"] == "completed"
    assert [job["id"] for job in terminal.ask("list", "--status", "completed,failed")] == [job_id]
    assert terminal.ask("status", job_id)["status"] == "completed"
    assert len(terminal.ask("files", job_id)) == len(list(photos.iterdir()))
    assert all(len(group["files"]) > 1 for group in terminal.ask("duplicates", job_id))
    first = terminal.ask("files", job_id)[0]["id"]
    assert terminal.ask("redate", job_id, first, "--taken", "1987-06-05T04:03:02")["changed"] == 1
    looked = terminal.ask("tree", job_id, "--layout", "original", "--names", "original", "--strategy", "cheap")
    assert looked["files"] >= len(looked["items"]) > 0
    assert looked["estimates"]["estimate"] == looked["estimates"]["cheap"]
    remade = terminal.ask("remake", job_id, "--layout", "year", "--strategy", "fast")["options"]
    assert (remade["layout"], remade["strategy"]) == ("year", "fast")
    status = terminal.ask("status", job_id, "--wait")
    assert (status["status"], status["results_current"]) == ("completed", True)
    assert terminal.ask("files", job_id)[0]["timestamp_source"] == "user"
    path = terminal.ask("download", job_id)["path"]
    assert path == "Trip_results.zip"
    assert (terminal.home / path).stat().st_size == status["result_size_bytes"]


def test_people_get_lines_and_the_next_command(terminal: Terminal, photos: Path) -> None:
    begun = terminal.run("upload", photos)
    job_id = begun.stdout.strip()
    assert begun.stderr.endswith(f"Next: millrace status {job_id} --wait\n")
    waited = terminal.run("status", job_id, "--wait")
    assert waited.stderr.endswith(f"Next: millrace download {job_id}\n")
    assert "status\tcompleted\n" in waited.stdout
    listed = terminal.run("list").stdout.splitlines()
    assert [line.split("\t")[:2] for line in listed] == [[job_id, "completed"]]


def test_what_is_left_out_is_named(terminal: Terminal, photos: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    (folder / "__MACOSX").mkdir(parents=True)
    for name in ("harbour.jpg", "__MACOSX/harbour.jpg"):
        (folder / name).write_bytes((photos / "harbour.jpg").read_bytes())
    (folder / "notes.txt").write_text("no photo")
    done = terminal.run("upload", folder, "--wait")
    assert done.returncode == Exit.DONE, done.stderr
    assert "Left out: notes.txt: media takes no such files." in done.stderr
    assert "Left out: __MACOSX/harbour.jpg: an operating system's own." in done.stderr
    told = terminal.ask("upload", folder, "--wait")
    assert set(told["left_out"]) == {"notes.txt", "__MACOSX/harbour.jpg"}
    assert [file["original_filename"] for file in terminal.ask("files", told["job_id"])] == ["harbour.jpg"]


def test_what_is_there_already_is_not_sent_again(terminal: Terminal, photos: Path) -> None:
    terminal.ask("upload", photos, "--wait")
    again = terminal.ask("upload", photos, "--wait")
    files = terminal.ask("files", again["job_id"])
    assert again["status"] == "completed"
    assert {file["status"] for file in files} >= {"inspected"}


def test_exit_codes_tell_what_was_wrong(terminal: Terminal, photos: Path) -> None:
    job_id = terminal.ask("upload", photos, "--wait")["job_id"]
    refused = terminal.run("pause", job_id)
    assert refused.returncode == Exit.REFUSED
    assert "[request " in refused.stderr
    assert terminal.run("status", "0" * 26).returncode == Exit.NOT_FOUND
    assert terminal.run("upload", "nothing.jpg").returncode == Exit.LOCAL
    assert terminal.run("upload", __file__).returncode == Exit.NOTHING
    assert terminal.run("upload").returncode == Exit.USAGE
    terminal.environment["MILLRACE_TOKEN"] = "nonsense"
    denied = terminal.run("list", "--json")
    assert denied.returncode == Exit.NOT_ALLOWED
    assert json.loads(denied.stderr)["error"]["request_id"]
    terminal.environment |= {"MILLRACE_ADDRESS": f"http://127.0.0.1:{free_port()}", "MILLRACE_PATIENCE": "0.5"}
    assert terminal.run("list").returncode == Exit.UNAVAILABLE


def test_a_job_of_nothing_good_fails_and_says_so(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "no.jpg").write_bytes(b"no photo")
    done = terminal.run("upload", "no.jpg", "--wait")
    assert done.returncode == Exit.JOB_ENDED
    assert "failed" in done.stderr


def test_jobs_are_steered(terminal: Terminal, stack: Stack) -> None:
    terminal.run("upload", "nothing.jpg")  # does not even sign in
    with Client(stack.api.removesuffix("/api")) as client:
        terminal.environment["MILLRACE_TOKEN"] = client.begin_as_guest()
    opened = requests.post(
        f"{stack.api}/upload",
        json={"pipeline": "media", "files": [{"filename": "a.jpg", "size": 1}, {"filename": "b.jpg", "size": 1}]},
        headers={"Authorization": f"Bearer {terminal.environment['MILLRACE_TOKEN']}"},
        timeout=30,
    ).json()
    assert terminal.ask("cancel", opened["job_id"])["status"] == "cancelled"
    assert terminal.run("retry", opened["job_id"]).returncode == Exit.REFUSED


def test_a_guest_that_imports_is_told_to_register(terminal: Terminal) -> None:
    refused = terminal.run("import", "s3://elsewhere/x/")
    assert refused.returncode == Exit.NOT_ALLOWED
    assert "Register" in refused.stderr  # guests can't import


def test_signing_in_keeps_a_key_that_can_be_revoked(terminal: Terminal, stack: Stack) -> None:
    account = {"email": "ann@example.com", "username": "ann", "password": PASSWORD}
    assert requests.post(f"{stack.api}/auth/register", json=account, timeout=30).status_code == 201
    who = ("--email", account["email"], "--password", PASSWORD)
    wrong = terminal.run("login", "--email", account["email"], "--password", "wrong password")
    assert wrong.returncode == Exit.NOT_ALLOWED
    signed_in = terminal.run("login", *who)
    assert signed_in.returncode == Exit.DONE, signed_in.stderr
    kept = (terminal.home / "config" / "millrace" / "credentials.json").read_text()
    assert "mr_" in kept
    assert PASSWORD not in kept
    assert terminal.ask("list") == []
    [key] = terminal.ask("keys", "list", *who)
    made = terminal.run("keys", "create", "robot", "--scopes", "read", *who)
    assert made.stdout.startswith("mr_")
    assert terminal.run("keys", "revoke", key["id"], *who).returncode == Exit.DONE
    revoked = terminal.run("list")
    assert revoked.returncode == Exit.NOT_ALLOWED
    assert "Next: millrace login" in revoked.stderr


def catch_sending(terminal: Terminal, process: subprocess.Popen[str]) -> int:
    """Stops the process of a slow upload in the middle of its sending; returns the number of files sent."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        process.send_signal(signal.SIGSTOP)
        if (sent := len(terminal.facts("sent"))) >= 8:
            return sent
        process.send_signal(signal.SIGCONT)
        time.sleep(0.02)
    raise AssertionError("too little was sent")


def finished(terminal: Terminal, job_id: str, folder: Path) -> None:
    """Every file has arrived once, and the photos are in the zip."""
    status = terminal.ask("status", job_id, "--wait")
    assert status["status"] == "completed"
    files = terminal.ask("files", job_id)
    assert sorted(file["original_filename"] for file in files) == sorted(path.name for path in folder.iterdir())
    noise = [file for file in files if file["original_filename"].startswith("noise")]
    assert {file["status"] for file in noise} == {"rejected"}
    assert not {file["error_code"] for file in noise} & {"checksum_mismatch", "size_mismatch", "file_missing"}
    good = {file["status"] for file in files if file not in noise}
    assert "inspected" in good


def test_ctrl_c_loses_nothing_and_the_same_command_goes_on(terminal: Terminal, heavy: Path) -> None:
    command = ("upload", heavy, "--parallel", "2")
    process = terminal.start(*command, *SLOWLY)
    catch_sending(terminal, process)
    process.send_signal(signal.SIGCONT)  # first: in a stopped process any thread may get SIGINT
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == Exit.INTERRUPTED, err
    assert "Nothing that was done is lost" in err
    assert f"Next: millrace upload {heavy}" in err
    before, [announced] = {fact["sent"] for fact in terminal.facts("sent")}, terminal.facts("announced")
    assert len(before) < 61

    again = terminal.run(*command)
    assert again.returncode == Exit.DONE, again.stderr
    assert "Going on" in again.stderr
    assert again.stdout.strip() == announced["job"]
    assert not terminal.facts("sent")
    finished(terminal, announced["job"], heavy)


def test_a_stack_that_is_killed_and_restarted_in_the_middle_of_an_upload_gets_all_files(
    stack: Stack, terminal: Terminal, heavy: Path
) -> None:
    process = terminal.start("upload", heavy, "--parallel", "1", *SLOWLY)
    assert catch_sending(terminal, process) < 61
    stack.kill()
    process.send_signal(signal.SIGCONT)
    assert process.poll() is None
    stack.start()
    out, err = process.communicate(timeout=120)
    assert process.returncode == Exit.DONE, err
    finished(terminal, out.strip(), heavy)


def test_the_sdk_works_with_asyncio_too(stack: Stack, photos: Path, tmp_path: Path) -> None:
    seen: list[str] = []

    async def run() -> tuple[str, list[str], Path]:
        async with AsyncClient(stack.api.removesuffix("/api")) as client:
            await client.begin_as_guest()
            job = await client.upload(sorted(photos.iterdir()), "media", name="Later")
            end = await job.wait(lambda status: seen.append(status.status), timeout=60)
            names = [file.original_filename async for file in job.files(per_page=2)]
            assert [found.id async for found in client.jobs()] == [job.id]
            return end.status, names, await job.download(tmp_path / "later.zip")

    end, names, path = asyncio.run(run())
    assert (end, seen[-1]) == ("completed", "completed")
    assert names == sorted(p.name for p in photos.iterdir())
    assert in_zip(path) <= digests(photos)
