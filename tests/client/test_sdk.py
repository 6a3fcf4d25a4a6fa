"""The SDK as a program uses it: arguments, settings of the environment, and verified webhooks."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from millrace_client import AsyncClient, Client, webhooks
from millrace_client.cli.sending import rate, with_roles
from millrace_client.sending import Pace
from millrace_client.uploading import Upload, announcement, collect
from mypy import api

from chalicelib.webhooks.signing import headers, new_secret

SOURCE = Path(webhooks.__file__).parent
NOW = 1_800_000_000
BODY = json.dumps({"type": "job.completed", "data": {"job_id": "j"}}).encode()


def test_an_upload_of_no_files_is_an_error_before_anything_is_asked() -> None:
    with Client("http://127.0.0.1:1") as client, pytest.raises(ValueError, match="No files are given"):
        client.upload([], "media")


@pytest.mark.parametrize("kind", [str, Path])
def test_paths_are_text_or_paths_one_or_many(tmp_path: Path, kind: Any) -> None:
    (tmp_path / "a.jpg").write_bytes(b"x")
    given = kind(tmp_path / "a.jpg")
    with Client("http://127.0.0.1:1") as client:
        for files in (given, [given], iter([given])):
            assert [file.name for file in Upload(client, files, "media")._files] == ["a.jpg"]


def test_files_are_given_by_what_they_are_for(tmp_path: Path) -> None:
    for name in ("knee.nii.gz", "labels.nii.gz", "truth.nii.gz"):
        (tmp_path / name).write_bytes(b"x")
    roles: dict[str, Any] = {"labels": str(tmp_path / "labels.nii.gz"), "reference": [tmp_path / "truth.nii.gz"]}
    with Client("http://127.0.0.1:1") as client:
        files = Upload(client, tmp_path / "knee.nii.gz", "volume", roles=roles)._files
    announced = [announcement(file, "0" * 64) for file in files]
    assert [(one.filename, one.role) for one in announced] == [
        ("knee.nii.gz", None),
        ("labels.nii.gz", "labels"),
        ("truth.nii.gz", "reference"),
    ]


def test_the_command_line_gives_them_with_or_without_a_file(tmp_path: Path) -> None:
    for name in ("knee.nii.gz", "labels.nii.gz"):
        (tmp_path / name).write_bytes(b"x")
    given = collect([tmp_path / "knee.nii.gz"])

    def told(*roles: str) -> list[tuple[str, str | None]]:
        return [(file.name, file.role) for file in with_roles(given, roles)]

    labels = f"labels={tmp_path / 'labels.nii.gz'}"
    assert told() == [("knee.nii.gz", None)]
    assert told(labels) == [("knee.nii.gz", None), ("labels.nii.gz", "labels")]
    assert told("reference", labels) == [("knee.nii.gz", "reference"), ("labels.nii.gz", "labels")]
    # A file with a role isn't sent a second time.
    assert told(f"labels={tmp_path / 'knee.nii.gz'}") == [("knee.nii.gz", "labels")]
    with pytest.raises(FileNotFoundError):
        told("labels=nowhere.nii.gz")


def test_unknown_keywords_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"x")
    with Client("http://127.0.0.1:1") as client, pytest.raises(TypeError, match="unknown"):
        client.upload(tmp_path / "a.jpg", "media", unknown=1)  # type: ignore[call-arg]


def test_mypy_finds_what_a_call_does_not_take(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "from millrace_client import Client\n"
        "client = Client()\n"
        "client.upload(['a.jpg'], 'media', name='Trip', parallel=2)\n"
        "client.upload(['a.jpg'], 'media', nmae='Trip')\n"
        "list(client.jobs(status=['running'], limit=5))\n"
        "list(client.jobs(state=['running']))\n"
        "list(client.job('j').files(sort='-size'))\n"
        "list(client.job('j').files(order='size'))\n"
    )
    said, _, _ = api.run([str(program), "--strict", "--follow-imports=silent", f"--cache-dir={tmp_path}"])
    assert [int(line.split(":")[1]) for line in said.splitlines() if ": error:" in line] == [4, 6, 8], said


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_the_environment_says_where_and_who_unless_the_program_does(
    kind: type[Client] | type[AsyncClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MILLRACE_URL", "MILLRACE_ADDRESS", "MILLRACE_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    assert (kind().address, kind().token) == ("http://127.0.0.1:8000", None)
    monkeypatch.setenv("MILLRACE_ADDRESS", "https://b.example/")
    assert kind().address == "https://b.example"
    monkeypatch.setenv("MILLRACE_URL", "https://a.example/")
    monkeypatch.setenv("MILLRACE_TOKEN", "mr_kept")
    assert (kind().address, kind().token) == ("https://a.example", "mr_kept")
    assert (kind("https://c.example", "mr_other").address, kind(token="mr_other").token) == (
        "https://c.example",
        "mr_other",
    )
    assert kind(token="").token is None


def test_a_webhook_of_ours_is_verified() -> None:
    secret = new_secret()
    sent = headers(secret, "evt-1", NOW, BODY)
    assert webhooks.verify(BODY, sent, secret, now=NOW + 200) == json.loads(BODY)
    capital = {name.title(): value for name, value in sent.items()}
    assert webhooks.verify(BODY, capital, secret, now=NOW)["type"] == "job.completed"
    rotated = sent | {"webhook-signature": f"v1,AAAA {sent['webhook-signature']}"}
    assert webhooks.verify(BODY, rotated, secret, now=NOW)["type"] == "job.completed"


@pytest.mark.parametrize(
    "wrong", ["body", "secret", "id", "old", "ahead", "without", "no number", "empty", "not ascii"]
)
def test_a_webhook_that_is_not_is_refused(wrong: str) -> None:
    secret = new_secret()
    sent = headers(secret, "evt-1", NOW, BODY)
    body, now = BODY, NOW
    match wrong:
        case "body":
            body = BODY + b" "
        case "secret":
            secret = new_secret()
        case "id":
            sent["webhook-id"] = "evt-2"
        case "old":
            now = NOW + 301
        case "ahead":
            now = NOW - 301
        case "without":
            del sent["webhook-signature"]
        case "no number":
            sent["webhook-timestamp"] = "yesterday"
        case "empty":
            sent["webhook-signature"] = ""
        case "not ascii":
            sent["webhook-signature"] = "v1,\xe4"
    with pytest.raises(webhooks.NotSigned):
        webhooks.verify(body, sent, secret, now=now)


NEWER = {"itertools.batched", "datetime.UTC", "typing.Self", "typing.Unpack", "enum.StrEnum"}
"""Names of newer versions that Python 3.10 lacks, and that are easily used."""


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_the_source_is_python_3_10(path: Path) -> None:
    tree = ast.parse(path.read_text(), feature_version=(3, 10))
    imported = {
        f"{node.module}.{name.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module
        for name in node.names
    }
    assert not imported & NEWER
    generic = [n for n in ast.walk(tree) if getattr(n, "type_params", None)]
    assert generic == []


def test_threads_that_send_keep_under_their_rate_together() -> None:
    waited: list[float] = []
    pace = Pace(1000, waited.append, clock=lambda: 50.0)
    for _ in range(3):
        pace.sent(500)
    assert waited == [0.5, 1.0, 1.5]
    unlimited = Pace(None, waited.append)
    unlimited.sent(10**9)
    assert len(waited) == 3
    with pytest.raises(ValueError, match="more than 0"):
        Pace(0, waited.append)


@pytest.mark.parametrize(("text", "bytes_a_second"), [("500K", 500e3), ("2m", 2e6), ("1.5G", 1.5e9), ("800", 800)])
def test_a_rate_has_a_unit(text: str, bytes_a_second: float) -> None:
    assert rate(text) == bytes_a_second


@pytest.mark.parametrize("text", ["", "0", "-1M", "2MB", "fast", "1.M"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter, match="500K"):
        rate(text)


INTERRUPTED = """
import signal, threading, time
from millrace_client import Client
from millrace_client.uploading import Upload

# A process that a shell has begun in the background ignores Ctrl-C.
signal.signal(signal.SIGINT, signal.default_int_handler)
begun, turns = threading.Event(), 0
upload = Upload(Client("http://127.0.0.1:1"), __file__, "media")

def work(number):
    global turns
    begun.set()
    for _ in range(1200):  # a minute, unless it is stopped
        upload._sleep(0.05)
        turns += 1

def interrupt():
    begun.wait()
    time.sleep(0.2)  # by then the main thread waits
    signal.pthread_kill(threading.get_ident(), signal.SIGINT)

threading.Thread(target=interrupt).start()
try:
    upload._side_by_side(work, range(2), 2)
except KeyboardInterrupt:
    print("interrupted" if turns < 1000 else "too late")
"""


def test_ctrl_c_is_heeded_whichever_thread_the_system_hands_it_to(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(INTERRUPTED)
    ended = subprocess.run(
        [sys.executable, str(program)],
        env={**os.environ, "PYTHONPATH": str(SOURCE.parent)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (ended.stdout.strip(), ended.returncode) == ("interrupted", 0), ended.stderr
