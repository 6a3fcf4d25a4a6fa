"""Files a second through the whole local stack: presigned uploads, S3 events, queues, workers, zip."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from millrace_client import Client

from benchmarks.calls import photo
from benchmarks.report import Row, report
from infra.local.demo import running_stack


def main(argv: Sequence[str] | None = None) -> dict[str, object]:
    parser = argparse.ArgumentParser(prog="benchmarks.throughput", description=__doc__)
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--kb", type=int, default=500, help="size of each photo")
    parser.add_argument("--json", type=Path, help="write the JSON here instead of printing it")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number in range(options.files):
            path = Path(folder) / f"{number:05d}.jpg"
            path.write_bytes(photo(number, options.kb * 1000))
            files.append(path)
        with tempfile.TemporaryDirectory() as data, running_stack(Path(data)) as address, Client(address) as client:
            client.begin_as_guest()
            began = time.perf_counter()
            job = client.upload(files, "media", name="throughput")
            sent = time.perf_counter()
            job.wait()
            done = time.perf_counter()
    rows = [_pace("all files are sent", len(files), sent - began), _pace("the zip is there", len(files), done - began)]
    title = f"{options.files} photos of {options.kb} kB through the local stack, {os.cpu_count()} workers"
    return report(title, rows, options.json)


def _pace(until: str, files: int, seconds: float) -> Row:
    return {"until": until, "seconds": round(seconds, 1), "files/s": round(files / seconds, 1)}


if __name__ == "__main__":
    main()
