"""A small job beside a large one, through the whole local stack: its additional time over a run alone."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from millrace_client import Client

from benchmarks.calls import photo
from benchmarks.report import Row, report
from infra.local.demo import running_stack

SMALL, LARGE = 5, 1000
AIM = 3.0


def _seconds(address: str, files: Sequence[Path]) -> float:
    """From the first byte sent until the zip is ready, for a new user."""
    with Client(address) as client:
        client.begin_as_guest()
        began = time.perf_counter()
        client.upload(files, "media", name="small").wait()
        return time.perf_counter() - began


def main(argv: Sequence[str] | None = None) -> dict[str, object]:
    parser = argparse.ArgumentParser(prog="benchmarks.fairness", description=__doc__)
    parser.add_argument("--files", type=int, default=LARGE, help="of the large job")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as made, running_stack(Path(made) / "data") as address:
        folder = Path(made) / "photos"
        folder.mkdir()
        files = [folder / f"{number:05d}.jpg" for number in range(options.files + 3 * SMALL)]
        for number, file in enumerate(files):
            file.write_bytes(photo(number, 200_000))
        first, second, third = (files[i * SMALL : (i + 1) * SMALL] for i in range(3))
        many = files[3 * SMALL :]
        _seconds(address, first)  # starts the workers
        alone = _seconds(address, second)
        with Client(address) as client:
            client.begin_as_guest()
            large = client.upload(many, "media", name="large")
            before = large.status().files_received or 0
            beside = _seconds(address, third)
            after = large.status().files_received or 0
    rows: list[Row] = [
        {"what": f"{SMALL} photos alone", "seconds": round(alone, 1)},
        {"what": f"{SMALL} photos beside {len(many):,} of another user", "seconds": round(beside, 1)},
        {"what": f"times as long (the aim: at most {AIM:g})", "seconds": round(beside / alone, 2)},
        {
            "what": f"of the large job, looked at meanwhile: {after - before:,}, left: {len(many) - after:,}",
            "seconds": "",
        },
    ]
    return report("fairness", rows, options.json)


if __name__ == "__main__":
    main()
