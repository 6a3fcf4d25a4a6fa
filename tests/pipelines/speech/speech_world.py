"""A run context kept in memory, and the recordings of `spoken/`, whose words and phones are known."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import wave
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, cast

import numpy as np

from chalicelib.files.ranges import RangeReader
from chalicelib.files.source import SourceFile
from chalicelib.pipelines.base import InspectedFile, Member, UnreadableFile
from chalicelib.pipelines.speech import SPEECH
from chalicelib.pipelines.speech.audio import Heard, decode
from chalicelib.pipelines.speech.transcripts.textgrids import STRICT, _Tokens

SPOKEN = Path(__file__).parent / "spoken"


class Paused(BaseException):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class Stopped(BaseException):
    """The worker has died."""


TRUTH: dict[str, dict[str, Any]] = json.loads((SPOKEN / "truth.json").read_text())


@cache
def spoken(name: str) -> bytes:
    """A recording of `spoken/` as a wav of 16 kHz."""
    return wav(np.concatenate(list(decode(io.BytesIO((SPOKEN / f"{name}.flac").read_bytes()), Heard()))))


def text_of(name: str) -> bytes:
    return str(TRUTH[name]["text"]).encode()


def samples_of(content: bytes) -> tuple[np.ndarray, int]:
    with wave.open(io.BytesIO(content)) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2"), file.getframerate()


def wav(samples: np.ndarray, rate: int = 16_000, channels: int = 1) -> bytes:
    content = io.BytesIO()
    with wave.open(content, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.ascontiguousarray(samples).astype("<i2").tobytes())
    return content.getvalue()


def encoded(samples: np.ndarray, extension: str, codec: str, rate: int = 16_000, form: str | None = None) -> bytes:
    """The sound in another container, encoded by PyAV."""
    import av

    content = io.BytesIO()
    with av.open(content, "w", format=extension) as container:
        stream = container.add_stream(codec, rate=rate, layout="mono")
        stream.bit_rate = 96_000
        frame = av.AudioFrame.from_ndarray(samples[None, :].astype(np.int16), format="s16p", layout="mono")
        frame.sample_rate = 16_000
        resampler = av.AudioResampler(
            format=form or stream.codec_context.format.name,
            layout="mono",
            rate=rate,
            frame_size=stream.codec_context.frame_size or None,
        )
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return content.getvalue()


def source(name: str, content: bytes) -> SourceFile:
    def stream(start: int, end: int) -> Iterator[bytes]:
        yield content[start:end]

    return SourceFile(name, len(content), stream)


class FakeRun:
    """A RunContext that keeps the contract: unsaved state is lost when the step ends. Files that inspection refuses are
    in the job as rejected."""

    def __init__(self, *files: tuple[str, bytes], dictionary: bytes | None = None, **options: Any) -> None:
        self.job_id, self.job_name = "job", "a job"
        self.options = SPEECH.Options(**options)
        self.dictionary = dictionary
        self.scratch = Path()
        self.state: Mapping[str, Any] | None = None
        self.saved: dict[str, bytes] = {}
        self.artifacts: dict[str, tuple[str, str, bytes]] = {}
        self.verdicts: dict[str, tuple[str, str | None, dict[str, Any]]] = {}
        self.recorded: tuple[str, float | None, dict[str, Any]] | None = None
        self.checkpoints = 0
        self.stop_after: int | None = None
        self.worked: list[int] = []
        self._contents: dict[int, bytes] = {}
        self._files: list[InspectedFile] = []
        for number, (name, content) in enumerate(files):
            self._add(number, name, content)

    def _add(self, number: int, name: str, content: bytes) -> None:
        code = message = None
        content_type, metadata, state = "", {}, "inspected"
        try:
            found = SPEECH.inspect(source(name, content), self.options)
            content_type, metadata = found.content_type, json.loads(json.dumps(dict(found.metadata)))
        except UnreadableFile as reason:
            state, code, message = "rejected", reason.code, reason.message
        self._contents[number] = content
        self._files.append(
            InspectedFile(
                number=number,
                filename=name,
                role=None,
                state=state,
                size=len(content),
                content_type=content_type,
                sha256=hashlib.sha256(content).hexdigest(),
                crc32=zlib.crc32(content),
                metadata=metadata,
                error_code=code,
                error_message=message,
            )
        )

    def run(self, first: int = 1, last: int = 5) -> FakeRun:
        for step in SPEECH.steps[first - 1 : last]:
            self._in_scratch(step.run)
            if step.slices and step.work:
                count = self._in_scratch(step.slices)
                for number in reversed(range(count)):
                    self._in_scratch(step.work, number)
                    self.worked.append(number)
            self.state = None
        return self

    def _in_scratch(self, call: Any, *given: Any) -> Any:
        with tempfile.TemporaryDirectory() as scratch:
            self.scratch = Path(scratch)
            return call(self, *given)

    @property
    def members(self) -> dict[str, bytes]:
        return self.unzipped("complete")

    def unzipped(self, name: str) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(self.artifacts[name][2])) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    @property
    def alignment(self) -> dict[str, Any]:
        return dict(json.loads(self.members["alignment.json"]))

    def tiers(self, name: str | None = None) -> dict[str, list[tuple[float, float, str]]]:
        """The tiers of the only TextGrid, or of the named one in the zip."""
        content = self.artifacts["textgrid"][2] if name is None else self.unzipped("textgrid")[name]
        return textgrid_tiers(content.decode())

    def words(self, name: str | None = None) -> list[str]:
        tiers = self.tiers(name)
        return [label for tier, rows in tiers.items() if tier.endswith(" - word") for *_, label in rows if label]

    def verdict_of(self, name: str) -> tuple[str, str | None]:
        return self.verdicts[name][:2]

    # The contract.
    def files(self) -> Iterator[InspectedFile]:
        yield from self._files

    def open(self, file: InspectedFile) -> BinaryIO:
        content = self._contents[file.number]
        reader = RangeReader(lambda start, end: content[start:end], len(content))
        return cast(BinaryIO, io.BufferedReader(reader, 128 * 1024))  # as the core does

    def fetch(self, file: InspectedFile) -> Path:
        path = self.scratch / f"file-{file.number}"
        path.write_bytes(self._contents[file.number])
        return path

    def progress(self, percent: float, filename: str | None = None) -> None:
        assert 0 <= percent <= 100

    def checkpoint(self, state: Mapping[str, Any]) -> None:
        text = json.dumps(dict(state))
        assert len(text) <= 16 * 1024
        self.state = json.loads(text)
        self.checkpoints += 1
        if self.checkpoints == self.stop_after:
            raise Stopped

    def pause(self, code: str, message: str) -> NoReturn:
        raise Paused(code, message)

    def user_data(self, kind: str, name: str) -> bytes | None:
        return self.dictionary if (kind, name) == ("dictionary", self.options.language) else None

    def save(self, name: str, content: bytes | Path) -> None:
        self.saved[name] = content.read_bytes() if isinstance(content, Path) else content

    def load(self, name: str) -> Path:
        path = self.scratch / f"loaded-{name}"
        path.write_bytes(self.saved[name])
        return path

    def model(self, name: str) -> Path:
        raise KeyError(name)

    def mark_duplicates(self, kept: Mapping[int, int]) -> None:
        raise AssertionError("speech has no duplicates")

    def checksum(self, file: InspectedFile) -> InspectedFile:
        return file

    def artifact(self, name: str, content: bytes | Path, filename: str, content_type: str) -> None:
        data = content.read_bytes() if isinstance(content, Path) else content
        self.artifacts[name] = (filename, content_type, data)

    def archive(self, name: str, filename: str, members: Iterable[Member]) -> None:
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            for member in members:
                given = member.content
                data = self._contents[given.number] if isinstance(given, InspectedFile) else given
                data = data.read_bytes() if isinstance(data, Path) else data
                assert member.path not in archive.namelist()
                archive.writestr(zipfile.ZipInfo(member.path), data)
        self.artifacts[name] = (filename, "application/zip", content.getvalue())

    def verdict(self, file: InspectedFile, verdict: str, message: str | None = None, **details: Any) -> None:
        assert len(json.dumps(details)) < 1024
        self.verdicts[file.filename] = (verdict, message, details)

    def result(
        self,
        summary: str,
        quality_score: float | None,
        metadata: Mapping[str, Any],
        file: InspectedFile | None = None,
    ) -> None:
        self.recorded = (summary, quality_score, json.loads(json.dumps(dict(metadata))))


def textgrid_tiers(text: str) -> dict[str, list[tuple[float, float, str]]]:
    """Tier → (start, end, label) of all its intervals, including empty ones."""
    tokens = _Tokens(text, STRICT)
    tokens.text(), tokens.text(), tokens.number(), tokens.number(), tokens.flag()
    found: dict[str, list[tuple[float, float, str]]] = {}
    for _ in range(tokens.count()):
        tokens.text()
        rows = found.setdefault(tokens.text(), [])
        tokens.number(), tokens.number()
        for _ in range(tokens.count()):
            rows.append((tokens.number(), tokens.number(), tokens.text()))
    return found
