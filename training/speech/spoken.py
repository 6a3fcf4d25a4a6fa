"""Speech with known phones: flite (Debian's package of that name) reports the end of each phone that it speaks."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tempfile
import wave
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

VOICES = ("kal", "kal16", "awb", "slt")
HELD_OUT_VOICE = "rms"
NAMES = {"AX": "AH", "PAU": "SIL"}
DURATION = re.compile(r"([a-z]+):(\d+\.\d+)")


@dataclass(frozen=True)
class Spoken:
    """samples: int16 at 16 kHz. phones: (name, start, end) in seconds, including silences."""

    text: str
    samples: NDArray[np.int16]
    phones: tuple[tuple[str, float, float], ...]


def available() -> bool:
    return shutil.which("flite") is not None


@cache
def speak(text: str, voice: str) -> Spoken:
    """Raises FileNotFoundError where flite isn't installed."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spoken.wav"
        done = subprocess.run(  # noqa: S603 - a fixed program, an argument each
            ["flite", "-voice", voice, "-psdur", "-t", text, "-o", str(path)],  # noqa: S607
            capture_output=True,
            text=True,
            check=True,
        )
        content = path.read_bytes()
    with wave.open(io.BytesIO(content)) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    phones, at = [], 0.0
    for name, end in DURATION.findall(done.stdout):
        phones.append((NAMES.get(name.upper(), name.upper()), at, float(end)))
        at = float(end)
    if rate != 16_000:
        samples = _resampled(samples, rate)
    return Spoken(text, samples, tuple(phones))


def _resampled(samples: NDArray[np.int16], rate: int) -> NDArray[np.int16]:
    import av

    frame = av.AudioFrame.from_ndarray(samples[None, :].astype(np.int16), format="s16", layout="mono")
    frame.sample_rate = rate
    resampler = av.AudioResampler(format="s16", layout="mono", rate=16_000)
    parts = [out.to_ndarray()[0] for given in (frame, None) for out in resampler.resample(given)]
    return np.concatenate(parts).astype(np.int16)


def with_noise(samples: NDArray[np.int16], decibels: float, seed: int) -> NDArray[np.int16]:
    """White noise, this many decibels under the level of the speech."""
    level = float(np.sqrt(np.mean(samples.astype(np.float64) ** 2))) * 10 ** (-decibels / 20)
    noise = np.random.default_rng(seed).normal(0, level, len(samples))
    return np.clip(np.rint(samples + noise), -32768, 32767).astype(np.int16)
