"""Decodes the sound of any container to 16 kHz mono, block by block: memory doesn't grow with the recording."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.base import UnreadableFile
from chalicelib.pipelines.cautions import Caution, counted
from chalicelib.pipelines.speech.riff import riff_seconds

RATE = 16_000
LONGEST_SECONDS = 12 * 3600
PEAK = 32767
CLIPPED_SHARE = 0.001
SHORT_BY_SECONDS = 0.2
GAP_SECONDS = 0.02  # less is a container's rounding of times
CANCELLED_SHARE = 1e-3  # of the channels' mean energy
QUIET = 1e-3
MOST_BROKEN = 50  # packets in a row that don't decode
LOWEST_RATE = 4000  # samples a second: a lower rate holds no speech, and would swell at 16 kHz


@dataclass
class Heard:
    """The findings of decoding. seconds: by the samples of the file itself, at its own rate."""

    rate: int = 0
    channels: int = 0
    samples: int = 0
    clipped: int = 0
    not_numbers: int = 0
    broken: int = 0
    filled: int = 0
    loudest: float = 0.0
    energy: float = 0.0
    energy_of_channels: float = 0.0
    tracks: int = 1
    undeclared_seconds: float = 0.0
    promised_seconds: float | None = None
    warnings: list[Caution] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        return self.samples / self.rate if self.rate else 0.0

    def conclude(self) -> None:
        """Turns counts into warnings."""
        if self.not_numbers:
            self._warn(
                "not_numbers",
                f"A part of the sound was replaced by silence: {counted(self.not_numbers, 'sample')} without a number.",
                count=self.not_numbers,
            )
        if self.samples and self.clipped / (self.samples * max(1, self.channels)) > CLIPPED_SHARE:
            self._warn(
                "clipped", f"The sound is clipped: {counted(self.clipped, 'sample')} at full scale.", count=self.clipped
            )
        if self.promised_seconds is not None and self.seconds < self.promised_seconds - SHORT_BY_SECONDS:
            self._warn(
                "truncated",
                f"The file promises {self.promised_seconds:.2f} s and holds {self.seconds:.2f} s; it may be cut off.",
                promised=round(self.promised_seconds, 2),
                held=round(self.seconds, 2),
            )
        if self.broken:
            self._warn(
                "damaged_sound",
                f"A part of the sound is missing: {counted(self.broken, 'packet')} could not be decoded.",
                count=self.broken,
            )
        if self.filled:
            self._warn(
                "gaps",
                f"By the file's own times {self.filled / self.rate:.2f} s have no sound; they were taken as silence.",
                seconds=round(self.filled / self.rate, 2),
            )
        if self.undeclared_seconds > SHORT_BY_SECONDS:
            self._warn(
                "undeclared",
                f"The header ends the sound {self.undeclared_seconds:.2f} s before the file does; more was not read.",
                seconds=round(self.undeclared_seconds, 2),
            )
        if self.tracks > 1:
            self._warn(
                "tracks", f"The file has {self.tracks} tracks of sound; the first one was used.", count=self.tracks
            )
        if self.rate and self.rate < RATE:
            self._warn(
                "low_rate",
                f"The sound has {self.rate} samples a second; phones are distinguished less reliably.",
                rate=self.rate,
            )
        if self.energy < CANCELLED_SHARE * self.energy_of_channels:
            self._warn(
                "cancelled", "The channels cancel each other: one is the other's opposite. Send one of them alone."
            )
        elif self.samples and self.loudest == 0:
            self._warn("silent", "The recording is silent throughout.")
        elif self.samples and self.loudest < QUIET:
            self._warn("quiet", "The sound is very quiet: its peak is more than 60 dB under full scale.")

    def _warn(self, code: str, message: str, **values: str | float) -> None:
        self.warnings.append(Caution(code, message, values))


def open_sound(stream: BinaryIO) -> Any:
    """A container with a stream of sound. Raises UnreadableFile."""
    import av

    order = stream.read(4)
    stream.seek(0)
    if order == b"RIFX":  # FFmpeg would read its samples the wrong way round
        raise UnreadableFile("unreadable_sound", "The wav is big-endian (RIFX), which is not supported.")
    try:
        container = av.open(stream)
    except (av.FFmpegError, ValueError, EOFError, OSError) as reason:
        raise _unreadable(reason) from None
    if not container.streams.audio:
        container.close()
        raise UnreadableFile("no_sound", "The file has no audio stream.")
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

    promised, heard.undeclared_seconds = riff_seconds(stream)
    with open_sound(stream) as container:
        sound = container.streams.audio[0]
        sound.thread_type = "NONE"
        heard.tracks = len(container.streams.audio)
        heard.promised_seconds = promised if promised is not None else _promised(container, sound)
        # A film's sound keeps the film's times; sound alone begins with its first frame.
        film = container.streams.video and container.start_time is not None
        origin = container.start_time / 1_000_000 if film else None
        latest = container.duration / 1_000_000 if container.duration else LONGEST_SECONDS
        resampler = av.AudioResampler(format="fltp", layout="mono", rate=RATE)
        for frame in _frames(container, sound, heard):
            if not heard.rate:
                heard.rate, heard.channels = frame.sample_rate, len(frame.layout.channels)
            elif frame.sample_rate != heard.rate:
                raise UnreadableFile("rate_changes", "The sampling rate changes within the sound.")
            if origin is None and frame.time is not None:
                origin = frame.time - heard.seconds
            gap = _gap(frame, origin or 0.0, latest, heard)
            heard.filled += gap
            heard.samples += gap + frame.samples
            if heard.seconds > LONGEST_SECONDS:
                raise UnreadableFile("too_long", f"A recording may last at most {LONGEST_SECONDS // 3600} hours.")
            for mono in (*_silence(gap, heard.rate), _mono(frame, heard)):
                for out in resampler.resample(mono):
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
    values = frame.to_ndarray()
    channels = len(frame.layout.channels)
    values = values.reshape(-1, channels).T if not frame.format.is_planar else values
    full: float = 1.0
    if values.dtype.kind in "iu":
        full = float(2 ** (8 * values.dtype.itemsize - 1))
        values = values.astype(np.float64) - (full if values.dtype.kind == "u" else 0)
        highest = min(full - 1, full * (1 - 2**-15))  # 24 bits come as 32, whose highest value they don't reach
        heard.clipped += int(((values <= -full) | (values >= highest)).sum())
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
        heard.energy += float((mean.astype(np.float64) ** 2).sum())
        heard.energy_of_channels += float((values**2).sum()) / channels
    return _frame(mean, frame.sample_rate)


def _gap(frame: Any, origin: float, latest: float, heard: Heard) -> int:
    """The samples that are missing before the frame by its own time, as where packets were lost or where a film's sound
    begins late. origin, latest: the container's first and last time."""
    if frame.time is None or frame.time - origin > latest:
        return 0
    missing = frame.time - origin - heard.seconds
    return round(missing * heard.rate) if missing > GAP_SECONDS else 0


def _silence(samples: int, rate: int) -> Iterator[Any]:
    """That many samples in pieces of a second at most."""
    for start in range(0, samples, rate):
        yield _frame(np.zeros(min(rate, samples - start), np.float32), rate)


def _frame(mono: NDArray[np.float32], rate: int) -> Any:
    import av

    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(mono[None, :]), format="fltp", layout="mono")
    frame.sample_rate = rate
    return frame


def _integers(values: NDArray[np.float32]) -> NDArray[np.int16]:
    return np.rint(np.clip(values, -1.0, 1.0) * PEAK).astype(np.int16)


def _promised(container: Any, sound: Any) -> float | None:
    if sound.duration is not None and sound.time_base is not None:
        return float(sound.duration * sound.time_base)
    if container.streams.video:  # the film's length, not the sound's
        return None
    return float(container.duration) / 1_000_000 if container.duration else None


def _unreadable(reason: Exception) -> UnreadableFile:
    kind = "cut off or " if isinstance(reason, EOFError) else ""
    return UnreadableFile("unreadable_sound", f"The sound can't be decoded: the file is {kind}not what its name says.")
