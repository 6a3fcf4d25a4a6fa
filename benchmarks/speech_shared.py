"""The time of a long recording by number of workers: a whole job on this machine's stack.

    python -m benchmarks.speech_shared [--minutes 20]

Also printed with `make bench ARGS=speech`. Needs Debian's package `flite`.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import wave
from collections.abc import Sequence
from pathlib import Path

from millrace_client import Client

from benchmarks.report import report
from benchmarks.slices import stack
from benchmarks.speech_recordings import RATE, long_recording
from training.speech.spoken import available

WORKERS = (1, 2)
Row = dict[str, str | int | float | bool]


def write(minutes: float, folder: Path) -> list[Path]:
    """A recording of sentences with pauses, and its transcript."""
    samples, words = long_recording(minutes, music=False)
    sound, text = folder / "long.wav", folder / "long.txt"
    with wave.open(str(sound), "wb") as to:
        to.setparams((1, 2, RATE, 0, "NONE", ""))
        to.writeframes(samples.tobytes())
    text.write_text(" ".join(word for word, _ in words))
    return [sound, text]


def seconds_with(workers: int, files: Sequence[Path], folder: Path) -> float:
    """From the start of the run to its end, as recorded in the job."""
    # Each worker has one core: libraries that spread a step over several cores would blur the comparison.
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    with stack(folder / f"stack-{workers}", environment, workers) as address, Client(address) as client:
        client.begin_as_guest()
        status = client.upload(files, "speech", options={"language": "en_US", "transcripts": "text"}).wait()
        if status.status != "completed":
            raise RuntimeError(f"The job ended as {status.status}: {status.error_message}")
        return float(status.processing_time_seconds or 0)


def shared(minutes: float) -> list[Row]:
    with tempfile.TemporaryDirectory() as name:
        files = write(minutes, Path(name))
        took = {workers: seconds_with(workers, files, Path(name)) for workers in WORKERS}
    return [
        {
            "recording": f"{minutes:.0f} min, pauses",
            "workers": workers,
            "seconds": round(seconds, 1),
            "times as fast": round(took[1] / seconds, 2),
        }
        for workers, seconds in took.items()
    ]


def main(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    if not available():
        report("speech", [{"not measured": "flite isn't installed (Debian: apt-get install flite)"}])
        return 0
    report("speech: a job by workers", shared(parser.parse_args(argv).minutes))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
