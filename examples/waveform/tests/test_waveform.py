"""Tests peaks against sounds with known peaks, the drawn pictures, and the warnings about damage."""

from __future__ import annotations

import io
import json
import math
import struct
import wave
from array import array
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from millrace_waveform import WAVEFORM, Options, reading
from millrace_waveform.steps import picture
from PIL import Image
from pydantic import ValidationError

from chalicelib.files.source import SourceFile
from chalicelib.pipelines.base import InspectedFile, Inspection, Member, PipelineFailed, UnreadableFile

RATE = 8000


def wav(samples: list[int], *, channels: int = 1, rate: int = RATE) -> bytes:
    """16 bits."""
    content = io.BytesIO()
    with wave.open(content, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(array("h", samples).tobytes())
    return content.getvalue()


def float_wav(samples: list[float]) -> bytes:
    body = array("f", samples).tobytes()
    form = struct.pack("<HHIIHH", 3, 1, RATE, RATE * 4, 4, 32)
    chunks = b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(body)) + body
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WAVE" + chunks


def flac(samples: list[int]) -> bytes:
    content = io.BytesIO()
    with av.open(content, "w", format="flac") as out:
        stream = out.add_stream("flac", rate=RATE, layout="mono", format="s16")
        frame = av.AudioFrame(format="s16", layout="mono", samples=len(samples))
        frame.planes[0].update(array("h", samples).tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            out.mux(packet)
    return content.getvalue()


def tone(seconds: float, amplitude: int = 16384) -> list[int]:
    return [round(amplitude * math.sin(2 * math.pi * 440 * i / RATE)) for i in range(round(seconds * RATE))]


def inspect(name: str, content: bytes) -> Inspection:
    return WAVEFORM.inspect(SourceFile(name, len(content), lambda a, b: iter([content[a:b]])), Options())


class Run:
    """A step's context, in memory: unsaved state is gone with the step."""

    job_id, job_name = "job", "Sounds"

    def __init__(self, folder: Path, files: dict[str, bytes], **options: Any) -> None:
        self.folder, self.contents = folder, list(files.values())
        self.options = Options(**options)
        self.saved: dict[str, bytes] = {}
        self.artifacts: dict[str, tuple[str, bytes]] = {}
        self.results: list[tuple[str, dict[str, Any], str | None]] = []
        self.percents: list[float] = []
        self.listed = [
            InspectedFile(i, name, None, "inspected", len(content), found.content_type, None, None, found.metadata)
            for i, (name, content) in enumerate(files.items(), 1)
            if (found := inspect(name, content))
        ]

    def run(self) -> Run:
        for step in WAVEFORM.steps:
            step.run(self)  # type: ignore[arg-type]
        return self

    def files(self) -> Iterator[InspectedFile]:
        yield from self.listed

    def fetch(self, file: InspectedFile) -> Path:
        path = self.folder / f"fetched-{file.number}"
        path.write_bytes(self.contents[file.number - 1])
        return path

    def progress(self, percent: float, filename: str | None = None) -> None:
        self.percents.append(percent)

    def save(self, name: str, content: bytes) -> None:
        self.saved[name] = content

    def load(self, name: str) -> Path:
        path = self.folder / name
        path.write_bytes(self.saved[name])
        return path

    def artifact(self, name: str, content: bytes, filename: str, content_type: str) -> None:
        self.artifacts[name] = (filename, content)

    def archive(self, name: str, filename: str, members: list[Member]) -> None:
        self.members = {m.path: m.content.read_bytes() for m in members if isinstance(m.content, Path)}

    def result(self, summary: str, quality: float | None, metadata: Any, file: InspectedFile | None = None) -> None:
        self.results.append((summary, metadata, file.filename if file else None))


@pytest.mark.parametrize(("name", "make", "kind"), [("a.wav", wav, "audio/wav"), ("a.flac", flac, "audio/flac")])
def test_a_sound_is_known_by_its_bytes(name: str, make: Any, kind: str) -> None:
    found = inspect(name, make(tone(1.5)))
    assert found.content_type == kind
    assert found.metadata["sample_rate"] == RATE
    assert found.metadata["channels"] == 1
    assert found.metadata["duration_seconds"] == pytest.approx(1.5, abs=0.01)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "unreadable_sound"), (b"no sound", "unreadable_sound"), (wav([]), "empty_sound"), (wav(tone(1))[:30], None)],
)
def test_what_is_no_sound_is_refused_with_a_code(content: bytes, code: str | None) -> None:
    with pytest.raises(UnreadableFile) as refused:
        inspect("a.wav", content)
    assert code is None or refused.value.code == code


@pytest.mark.parametrize("make", [wav, flac])
def test_peaks_are_those_of_the_samples(tmp_path: Path, make: Any) -> None:
    samples = [0] * RATE
    samples[100], samples[RATE - 1] = 32767, -32768
    found = Run(tmp_path, {f"a.{make.__name__}": make(samples)}, peaks_per_second=10).run()
    [measured] = [json.loads(content) for name, content in found.members.items() if name.endswith(".json")]
    assert measured["duration_seconds"] == 1.0
    assert len(measured["peaks"]) == 10
    assert measured["peaks"][0] == [0.0, pytest.approx(32767 / 32768, abs=1e-5)]
    assert measured["peaks"][9] == [-1.0, 0.0]
    assert measured["peaks"][1:9] == [[0.0, 0.0]] * 8
    assert (measured["peak_level"], measured["warnings"]) == (1.0, [])


def test_channels_that_cancel_each_other_are_still_heard(tmp_path: Path) -> None:
    left = tone(1)
    found = Run(tmp_path, {"a.wav": wav([v for one in left for v in (one, -one)], channels=2)}).run()
    about = found.results[0][1]
    assert about["peak_level"] == pytest.approx(0.5, abs=0.001)
    assert about["duration_seconds"] == 1.0


def test_samples_that_are_no_numbers_are_left_out_and_told(tmp_path: Path) -> None:
    samples = [0.25] * RATE
    samples[10], samples[20] = math.nan, math.inf
    found = Run(tmp_path, {"a.wav": float_wav(samples)}).run()
    about = found.results[0][1]
    assert about["peak_level"] == 0.25
    assert [warning["code"] for warning in about["warnings"]] == ["not_a_number"]


def test_a_sound_that_breaks_off_gives_what_came_before(tmp_path: Path) -> None:
    whole = wav(tone(2))
    found = Run(tmp_path, {"a.wav": whole, "b.wav": whole[: len(whole) // 2]}).run()
    about = {name: metadata for _, metadata, name in found.results if name}
    assert about["a.wav"]["warnings"] == []
    assert about["b.wav"]["duration_seconds"] == pytest.approx(1.0, abs=0.05)
    assert found.results[-1][:2] == ("2 sounds, 3.0 seconds", found.results[-1][1])


def test_a_sound_longer_than_is_measured_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LONGEST_SECONDS", 1)
    found = Run(tmp_path, {"a.wav": wav(tone(3))}).run()
    assert [warning["code"] for warning in found.results[0][1]["warnings"]] == ["too_long"]
    assert 1 <= found.results[0][1]["duration_seconds"] < 2


def test_the_zip_and_the_pictures_are_the_same_each_time(tmp_path: Path) -> None:
    files = {"one/a.wav": wav(tone(1)), "two/a.wav": wav(tone(0.5))}
    runs = [Run(tmp_path, files, width=300).run() for _ in range(2)]
    assert runs[0].members == runs[1].members
    assert list(runs[0].members) == ["0001 a.json", "0001 a.png", "0002 a.json", "0002 a.png"]
    assert runs[0].artifacts["picture-1"] == ("a.png", runs[0].members["0001 a.png"])
    assert max(runs[0].percents) <= 100


def test_a_picture_shows_where_it_is_loud() -> None:
    image = Image.open(io.BytesIO(picture([[0.0, 0.0]] * 50 + [[-1.0, 0.5]] * 50, 200, 101, "#ff0000")))
    assert image.size == (200, 101)
    drawn = [[y for y in range(101) if image.getpixel((x, y)) == (255, 0, 0)] for x in (20, 180)]
    assert drawn[0] == [50]
    assert (drawn[1][0], drawn[1][-1], len(drawn[1])) == (25, 100, 76)


def test_without_a_sound_the_job_fails_with_a_reason(tmp_path: Path) -> None:
    run = Run(tmp_path, {})
    with pytest.raises(PipelineFailed, match="None of the files"):
        run.run()


@pytest.mark.parametrize(
    "wrong", [{"width": 100}, {"height": 1001}, {"peaks_per_second": 0}, {"colour": "red"}, {"other": 1}], ids=str
)
def test_options_keep_to_their_ranges(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Options(**wrong)
