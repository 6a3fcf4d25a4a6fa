"""Strangers' jobs beside ten photos built to take minutes, on the local stack: the additional time of the jobs.

Each bomb gets its 8 seconds of processor time and is then rejected. On AWS each has a function of its own; here
bombs and strangers share the workers of one machine. Strangers come at several moments of the attack; the longest
wait counts.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from millrace_client import Client
from millrace_client.errors import JobEnded

from benchmarks.calls import photo
from benchmarks.report import Row, report
from infra.local.demo import running_stack
from tests.bombs import progressive_jpeg

ARRIVALS = (0.0, 8.0, 20.0, 33.0)
"""Seconds between the sending of the bombs and the start of a stranger."""


def main(argv: Sequence[str] | None = None) -> dict[str, object]:
    parser = argparse.ArgumentParser(prog="benchmarks.bombs", description=__doc__)
    parser.add_argument("--files", type=int, default=40, help="of the stranger's job")
    parser.add_argument("--bombs", type=int, default=10)
    parser.add_argument("--json", type=Path, help="write the JSON here instead of printing it")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        files, bombs = [], []
        for number in range(options.files):
            files.append(Path(folder) / f"{number:05d}.jpg")
            files[-1].write_bytes(photo(number, 500_000))
        bomb = progressive_jpeg()
        for number in range(options.bombs):
            bombs.append(Path(folder) / f"bomb-{number}.jpg")
            bombs[-1].write_bytes(bomb + bytes([number]))
        with tempfile.TemporaryDirectory() as data, running_stack(Path(data)) as address:
            with Client(address) as warm:
                warm.begin_as_guest()
                warm.upload(files[:2], "media").wait()
            alone = _seconds(address, files)
            with Client(address) as attacker:
                attacker.begin_as_guest()
                attack = attacker.upload(bombs, "media")
                began, beside = time.perf_counter(), []
                for arrival in ARRIVALS:
                    time.sleep(max(0.0, began + arrival - time.perf_counter()))
                    beside.append((arrival, _seconds(address, files), attack.status().status))
                with suppress(JobEnded):  # none of its files could be used
                    attack.wait()
                over = time.perf_counter() - began
                rejected = {file.error_code for file in attack.files() if file.error_code}
    rows: list[Row] = [
        {"what": "alone", "seconds": round(alone, 1)},
        *(
            {
                "what": f"{arrival:.0f} s after {options.bombs} bombs ({status} by then)",
                "seconds": round(seconds, 1),
                "times": round(seconds / alone, 1),
            }
            for arrival, seconds, status in beside
        ),
        {"what": f"until the last bomb was rejected ({', '.join(sorted(rejected))})", "seconds": round(over, 1)},
    ]
    return report(f"A stranger's job of {options.files} photos, from its first byte to its zip", rows, options.json)


def _seconds(address: str, files: Sequence[Path]) -> float:
    with Client(address) as client:
        client.begin_as_guest()
        began = time.perf_counter()
        client.upload(list(files), "media").wait()
        return time.perf_counter() - began


if __name__ == "__main__":
    main()
