"""Sounds as FFmpeg reads them: what they are, and their samples as peaks, in bounded memory."""

from __future__ import annotations

import math
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import av

from chalicelib.pipelines.base import Inspection, UnreadableFile

TYPES = {"wav": "audio/wav", "flac": "audio/flac"}
LONGEST_SECONDS = 6 * 3600
SAME_SECONDS = 0.05


@dataclass
class Peaks:
    """lowest, highest: of all channels, -1 to 1 at full scale, a pair for each stretch of `1 / per_second` seconds.
    duration: seconds of what could be decoded. warnings: code and sentence for each dropped or doubtful part."""

    per_second: int
    lowest: array[float] = field(default_factory=lambda: array("f"))
    highest: array[float] = field(default_factory=lambda: array("f"))
    duration: float = 0.0
    warnings: dict[str, str] = field(default_factory=dict)

    @property
    def level(self) -> float:
        """The highest absolute value."""
        return max((max(abs(low), abs(high)) for low, high in zip(self.lowest, self.highest, strict=True)), default=0.0)


def facts(content: BinaryIO) -> Inspection:
    """A sound's facts. Raises UnreadableFile where not even its beginning can be decoded."""
    try:
        with av.open(content, "r") as container:
            stream = container.streams.audio[0] if container.streams.audio else None
            kind = TYPES.get(container.format.name)
            if stream is None or kind is None:
                raise UnreadableFile("not_a_sound", "The file is neither WAV nor FLAC.")
            if next(container.decode(stream), None) is None:
                raise UnreadableFile("empty_sound", "The file holds no samples.")
            claimed = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else None
            seconds = round(claimed, 3) if claimed else None
            found = {"duration_seconds": seconds, "sample_rate": stream.rate, "channels": stream.channels}
    except (av.error.FFmpegError, ValueError):
        raise UnreadableFile("unreadable_sound", "The sound can't be decoded.") from None
    return Inspection(kind, {name: value for name, value in found.items() if value is not None})


def peaks(path: Path, per_second: int, progress: Callable[[float], None]) -> Peaks:
    """progress: called with the seconds done so far. A sound that breaks off yields the part before, with a warning."""
    found = Peaks(per_second)
    done = 0
    try:
        with av.open(str(path), "r") as container:
            stream = container.streams.audio[0]
            rate, channels = stream.rate, stream.channels
            claimed = float(stream.duration * stream.time_base) if stream.duration and stream.time_base else None
            stretch = max(1, round(rate / per_second)) * channels
            rest: array[float] = array("f")
            try:
                for samples in _samples(container, stream):
                    rest.extend(samples)
                    done += len(samples) // channels
                    whole = len(rest) - len(rest) % stretch
                    _add(found, rest, whole, stretch)
                    del rest[:whole]
                    found.duration = done / rate
                    progress(found.duration)
                    if found.duration >= LONGEST_SECONDS:
                        found.warnings["too_long"] = f"Only the first {LONGEST_SECONDS // 3600} hours were measured."
                        break
            except av.error.FFmpegError:
                found.warnings["broken_off"] = f"The sound can't be decoded after {done / rate:.2f} seconds."
            _add(found, rest, len(rest), stretch)
    except (av.error.FFmpegError, IndexError):
        found.warnings["broken_off"] = "The sound can't be decoded."
        return found
    if claimed and "too_long" not in found.warnings and abs(claimed - found.duration) > SAME_SECONDS:
        said = f"The file says that it lasts {claimed:.2f} seconds; {found.duration:.2f} could be read."
        found.warnings["duration_differs"] = said
    return found


def _samples(container: Any, stream: Any) -> Iterator[array[float]]:
    """Interleaved samples of all channels, a frame at a time."""
    resampler = av.AudioResampler(format="flt")
    for frame in container.decode(stream):
        for converted in resampler.resample(frame):
            content = bytes(converted.planes[0])[: converted.samples * stream.channels * 4]
            yield array("f", content)


def _add(found: Peaks, samples: array[float], end: int, stretch: int) -> None:
    for start in range(0, end, stretch):
        part = samples[start : min(start + stretch, end)]
        if not math.isfinite(sum(part)):
            found.warnings["not_a_number"] = "Samples that are no numbers were left out."
            part = array("f", (value for value in part if math.isfinite(value))) or array("f", (0.0,))
        found.lowest.append(min(part))
        found.highest.append(max(part))
