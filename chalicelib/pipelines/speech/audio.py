"""Decodes the sound of any container to 16 kHz mono, block by block: memory doesn't grow with the recording."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.base import UnreadableFile

RATE = 16_000
LONGEST_SECONDS = 12 * 3600
PEAK = 32767
CLIPPED_SHARE = 0.001
SHORT_BY_SECONDS = 0.2
MOST_BROKEN = 50  # packets in a row that don't decode
LOWEST_RATE = 4000  # samples a second: a lower rate holds no speech, and would swell at 16 kHz
RIFF_HEAD = 64 * 1024
UNKNOWN_SIZE = 0xFFFF_FF00  # written by programs that don't know the length of the sound in advance


@dataclass
class Heard:
    """The findings of decoding. seconds: by the samples of the file itself, at its own rate."""

    rate: int = 0
    channels: int = 0
    samples: int = 0
    clipped: int = 0
    not_numbers: int = 0
    broken: int = 0
    loudest: float = 0.0
    promised_seconds: float | None = None
    warnings: list[tuple[str, str]] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return self.samples / self.rate if self.rate else 0.0

    def conclude(self) -> None:
        """Turns counts into warnings, (code, sentence)."""
        if self.not_numbers:
            self._warn("not_numbers", f"{self.not_numbers} samples are not numbers and were taken as silence.")
        if self.samples and self.clipped / (self.samples * max(1, self.channels)) > CLIPPED_SHARE:
            self._warn("clipped", f"The sound is clipped: {self.clipped} samples stand at full scale.")
        if self.promised_seconds is not None and self.seconds < self.promised_seconds - SHORT_BY_SECONDS:
            self._warn(
                "truncated",
                f"The file promises {self.promised_seconds:.2f} s and holds {self.seconds:.2f} s; it may be cut off.",
            )
        if self.broken:
            self._warn("damaged", f"{self.broken} packets of the sound could not be decoded and are missing.")
        if self.rate and self.rate < RATE:
            self._warn("low_rate", f"The sound has {self.rate} samples a second; phones are told apart less surely.")
        if self.samples and self.loudest == 0:
            self._warn("silent", "The recording is silent throughout.")

    def _warn(self, code: str, sentence: str) -> None:
        self.warnings.append((code, sentence))


def open_sound(stream: BinaryIO) -> Any:
    """A container with a stream of sound. Raises UnreadableFile."""
    import av

    order = stream.read(4)
    stream.seek(0)
    if order == b"RIFX":  # FFmpeg would read its samples the wrong way round
        raise UnreadableFile(
            "unreadable_sound", "The wav counts its bytes from the large end (RIFX), which is not read."
        )
    try:
        container = av.open(stream)
    except (av.FFmpegError, ValueError, EOFError, OSError) as reason:
        raise _unreadable(reason) from None
    if not container.streams.audio:
        container.close()
        raise UnreadableFile("no_sound", "The file has no stream of sound.")
    rate = container.streams.audio[0].codec_context.sample_rate or LOWEST_RATE
    if rate < LOWEST_RATE:
        container.close()
        raise UnreadableFile(
            "unreadable_sound", f"The sound has {rate} samples a second; speech needs {LOWEST_RATE:,} at least."
        )
    return container


def probe(stream: BinaryIO) -> dict[str, Any]:
    """The facts in the header: rate, channels, codec, seconds (None where it doesn't state them). Raises
    UnreadableFile."""
    with open_sound(stream) as container:
        sound = container.streams.audio[0]
        seconds = _promised(container, sound)
        return {
            "codec": str(sound.codec_context.name),
            "rate": int(sound.codec_context.sample_rate or 0),
            "channels": int(sound.codec_context.channels or 0),
            "seconds": None if seconds is None else round(seconds, 3),
        }


def decode(stream: BinaryIO, heard: Heard) -> Iterator[NDArray[np.int16]]:
    """The sound as 16 kHz mono, in pieces; `heard` is complete at the end. Raises UnreadableFile."""
    import av

    promised = _riff_seconds(stream)
    with open_sound(stream) as container:
        sound = container.streams.audio[0]
        sound.thread_type = "NONE"
        heard.promised_seconds = promised if promised is not None else _promised(container, sound)
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
        for frame in _frames(container, sound, heard):
            if not heard.rate:
                heard.rate, heard.channels = frame.sample_rate, len(frame.layout.channels)
            elif frame.sample_rate != heard.rate:
                raise UnreadableFile("rate_changes", "The sound changes its sampling rate on the way.")
            heard.samples += frame.samples
            if heard.seconds > LONGEST_SECONDS:
                raise UnreadableFile("too_long", f"A recording may last at most {LONGEST_SECONDS // 3600} hours.")
            for out in resampler.resample(_mono(frame, heard)):
                yield _integers(out.to_ndarray()[0])
        if heard.samples:
            for out in resampler.resample(None):
                yield _integers(out.to_ndarray()[0])
    heard.conclude()


def _frames(container: Any, sound: Any, heard: Heard) -> Iterator[Any]:
    """Decoded frames; packets that don't decode are counted and skipped."""
    import av

    packets = container.demux(sound)
    in_a_row = 0
    while True:
        try:
            packet = next(packets)
        except StopIteration:
            return
        except (av.FFmpegError, ValueError, EOFError):
            heard.broken += 1
            return  # the container itself can't go on
        try:
            yield from packet.decode()
            in_a_row = 0
        except (av.FFmpegError, ValueError, EOFError) as reason:
            heard.broken += 1
            in_a_row += 1
            if in_a_row >= MOST_BROKEN:
                if not heard.samples:
                    raise _unreadable(reason) from None
                return


def _mono(frame: Any, heard: Heard) -> Any:
    """One channel of finite floats, the mean of all: the resampler's filter would spread values that aren't numbers."""
    import av

    values = frame.to_ndarray()
    channels = len(frame.layout.channels)
    values = values.reshape(-1, channels).T if not frame.format.is_planar else values
    full: float = 1.0
    if values.dtype.kind in "iu":
        full = float(2 ** (8 * values.dtype.itemsize - 1))
        values = values.astype(np.float64) - (full if values.dtype.kind == "u" else 0)
        heard.clipped += int(((values <= -full) | (values >= full - 1)).sum())
        values = values / full
    else:
        values = values.astype(np.float64)
        odd = ~np.isfinite(values)
        if odd.any():
            heard.not_numbers += int(odd.sum())
            values = np.where(odd, 0.0, values)
        heard.clipped += int((np.abs(values) >= 1.0).sum())
    mean = np.clip(values.mean(axis=0), -1.0, 1.0).astype(np.float32)
    if len(mean):
        heard.loudest = max(heard.loudest, float(np.abs(mean).max()))
    mono = av.AudioFrame.from_ndarray(np.ascontiguousarray(mean[None, :]), format="fltp", layout="mono")
    mono.sample_rate = frame.sample_rate
    return mono


def _integers(values: NDArray[np.float32]) -> NDArray[np.int16]:
    return np.rint(np.clip(values, -1.0, 1.0) * PEAK).astype(np.int16)


def _promised(container: Any, sound: Any) -> float | None:
    if sound.duration is not None and sound.time_base is not None:
        return float(sound.duration * sound.time_base)
    return float(container.duration) / 1_000_000 if container.duration else None


def _riff_seconds(stream: BinaryIO) -> float | None:
    """The length that a wav's own header promises: FFmpeg goes by the file's length and never misses a part."""
    head = stream.read(RIFF_HEAD)
    stream.seek(0)
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return None
    at, rate = 12, 0
    while at + 8 <= len(head):
        name, size = head[at : at + 4], int.from_bytes(head[at + 4 : at + 8], "little")
        if name == b"fmt ":
            rate = int.from_bytes(head[at + 16 : at + 20], "little")
        if name == b"data":
            return size / rate if rate and 0 < size < UNKNOWN_SIZE else None
        at += 8 + size + size % 2
    return None


def _unreadable(reason: Exception) -> UnreadableFile:
    kind = "cut off or " if isinstance(reason, EOFError) else ""
    return UnreadableFile("unreadable_sound", f"The sound can't be decoded: the file is {kind}not what its name says.")
