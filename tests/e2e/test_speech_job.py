"""The speech pipeline on the real local stack: complete results although a worker is killed on the way."""

import io
import json
import time
import zipfile
from collections.abc import Iterator

import pytest

from tests.e2e.stack import PATIENCE, Guest, Stack
from tests.pipelines.speech.speech_world import spoken, text_of, textgrid_tiers

WORKERS = "infra.local.worker"
NAMES = ("early", "nobody", "sheep", "end", "boat")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(tmp_path_factory.mktemp("stack"), None, "--sweep", "1", "--visibility", "3")
    stack.start()
    yield stack
    stack.stop()


def test_recordings_are_aligned_though_a_worker_dies(stack: Stack) -> None:
    guest = Guest(stack.api)
    files = {f"{name}.wav": spoken(name) for name in NAMES} | {f"{name}.lab": text_of(name) for name in NAMES}
    job = guest.upload(files | {"lost.wav": spoken("end") + b"\0\0"}, "speech")
    killed = False
    deadline = time.monotonic() + 150 * PATIENCE
    while time.monotonic() < deadline:
        status = guest.get(f"/status/{job}")
        if not killed and status["status"] == "running" and status["current_step"] >= 2:
            stack.kill(WORKERS)
            killed = True
        if status["status"] in ("completed", "failed"):
            break
        time.sleep(0.1)
    assert killed
    assert status["status"] == "completed", status
    listed = {file["original_filename"]: file for file in guest.get(f"/jobs/{job}/files")["items"]}
    assert {name: listed[f"{name}.wav"]["verdict"] for name in NAMES} == dict.fromkeys(NAMES, "aligned")
    assert listed["lost.wav"]["verdict"] == "failed"
    archive = guest.call("GET", f"/download/{job}")
    with zipfile.ZipFile(io.BytesIO(archive.content)) as members:
        names = members.namelist()
        assert [name for name in names if name.startswith("textgrids/")] == [f"textgrids/{n}.TextGrid" for n in NAMES]
        assert members.read("audio/early.wav") == spoken("early")
        tiers = textgrid_tiers(members.read("textgrids/nobody.TextGrid").decode())
        recordings = json.loads(members.read("alignment.json"))["recordings"]
    assert [label for *_, label in tiers["speaker - word"] if label] == ["nobody", "told", "me", "that"]
    assert [recording["verdict"] for recording in recordings] == ["aligned"] * 5
