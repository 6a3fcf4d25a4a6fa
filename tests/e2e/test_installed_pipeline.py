"""A pipeline in a package of its own, on the real local stack: installing it is enough."""

from __future__ import annotations

import io
import json
import math
import os
import wave
import zipfile
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from millrace_client import Client
from PIL import Image

from tests.e2e.stack import Stack
from tests.installing import install

RATE = 8000


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    installed = install("waveform", tmp_path_factory.mktemp("waveform"))
    paths = os.pathsep.join([str(installed), *filter(None, [os.environ.get("PYTHONPATH")])])
    stack = Stack(tmp_path_factory.mktemp("stack"), {"PYTHONPATH": paths})
    stack.start()
    yield stack
    stack.stop()


def sound(path: Path, seconds: float) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        samples = (round(16384 * math.sin(2 * math.pi * 440 * i / RATE)) for i in range(round(seconds * RATE)))
        out.writeframes(array("h", samples).tobytes())
    return path


def test_sounds_go_in_and_numbers_and_pictures_come_out(stack: Stack, tmp_path: Path) -> None:
    (tmp_path / "no.wav").write_bytes(b"no sound")
    paths = [sound(tmp_path / "long.wav", 2), sound(tmp_path / "short.wav", 0.5), tmp_path / "no.wav"]
    with Client(stack.api.removesuffix("/api")) as client:
        client.begin_as_guest()
        headers = {"Authorization": f"Bearer {client.token}"}

        def get(path: str) -> Any:
            return requests.get(stack.api + path, headers=headers, timeout=30).json()

        described = get("/pipelines/waveform")
        assert (described["kind"], described["listing"]["sorts"][-1]) == ("audio", "duration")
        assert described["options"]["properties"]["width"]["default"] == 1200
        job = client.upload(paths, "waveform", name="Sounds", options={"width": 400})
        assert job.wait(timeout=120).status == "completed"
        zipped = tmp_path / "sounds.zip"
        job.download(zipped)
        files = {file["original_filename"]: file for file in get(f"/jobs/{job.id}/files?sort=duration")["items"]}
        artifacts = {one["filename"] for one in get(f"/jobs/{job.id}/artifacts")["items"]}
        results = {one["summary"] for one in get("/results")["items"]}
    assert list(files)[:2] == ["short.wav", "long.wav"]
    assert files["long.wav"]["duration_seconds"] == 2.0
    assert files["no.wav"]["error_code"] == "unreadable_sound"
    assert {"long.png", "short.png"} <= artifacts
    assert {"2 sounds, 2.5 seconds", "2.0 seconds", "0.5 seconds"} <= results
    with zipfile.ZipFile(zipped) as archive:
        assert archive.testzip() is None
        found = {Path(name).suffix: archive.read(name) for name in archive.namelist() if "long" in name}
    measured = json.loads(found[".json"])
    assert (measured["peak_level"], measured["warnings"]) == (pytest.approx(0.5, abs=1e-3), [])
    assert Image.open(io.BytesIO(found[".png"])).size == (400, 240)
