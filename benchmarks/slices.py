"""A step shared by many workers: the gain of a second worker, the cost of a slice, and an estimate for AWS.

The step belongs to the benchmark's own pipeline, installed like any package: slices that only compute.
"""

from __future__ import annotations

import argparse
import heapq
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import requests
from millrace_client import Client

from benchmarks.report import report
from infra.local.settings import free_port

ROOT = Path(__file__).parents[1]
PIPELINE = """
import hashlib
from pydantic import BaseModel
from chalicelib.pipelines.base import FileRules, Inspection, Step
from chalicelib.pipelines.listing import Columns
from chalicelib.pipelines.workers import Worker, Workers

class Options(BaseModel):
    slices: int = 1
    rounds: int = 0

def plan(job):
    job.progress(0)

def compute(job, number):
    digest = b""
    for _ in range(job.options.rounds):
        digest = hashlib.sha256(digest + bytes(65536)).digest()

def finish(job):
    job.result("Done.", None, {})

class Spread:
    name, title, description = "spread", "Spread", "Slices that compute."
    accepts = FileRules(extensions=(".txt",), max_bytes=1024)
    Options = Options
    per_file = False
    steps = (Step("Computing", plan, slices=lambda job: job.options.slices, work=compute), Step("Ending", finish))
    workers = Workers(inspect=Worker(memory=512, seconds=60, batch=10), run=Worker(memory=512))
    listing = Columns()
    kind = None
    def check(self, options, models): pass
    def inspect(self, file, options):
        file.load()
        return Inspection("text/plain")

SPREAD = Spread()
"""
ENTRY_POINT = "[millrace.pipelines]\nspread = millrace_spread:SPREAD\n"
FIRST_WORKERS, MORE_A_SECOND = 5, 300 / 60
"""Lambda's scaling on a standard queue: five workers at first, 300 more a minute (its Developer Guide, "Configuring
scaling behavior for SQS event source mappings")."""


def install(folder: Path) -> dict[str, str]:
    """The environment in which the pipeline is installed."""
    (folder / "millrace_spread.py").write_text(PIPELINE)
    about = folder / "millrace_spread-1.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: millrace-spread\nVersion: 1\n")
    (about / "entry_points.txt").write_text(ENTRY_POINT)
    path = os.pathsep.join(filter(None, [str(ROOT), str(folder), os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path}


@contextmanager
def stack(data: Path, environment: Mapping[str, str], workers: int) -> Iterator[str]:
    """The address of a new stack."""
    address = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-m", "infra.local", "serve", "--port", str(port), "--workers", str(workers)]
    command += ["--data-dir", str(data)]
    with (data.parent / f"{data.name}.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        try:
            while not _answers(address):
                if process.poll() is not None:
                    raise RuntimeError(Path(log.name).read_text())
                time.sleep(0.2)
            yield address
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=60)


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/api/health", timeout=5).status_code == 200
    except requests.RequestException:
        return False


def seconds_of(address: str, folder: Path, slices: int, rounds: int) -> float:
    """From the start of its run to its end, as recorded in the job."""
    file = folder / f"{slices}-{rounds}-{time.monotonic_ns()}.txt"
    file.write_text(file.name)
    with Client(address) as client:
        client.begin_as_guest()
        job = client.upload([file], "spread", options={"slices": slices, "rounds": rounds})
        status = job.wait()
        return float(status.processing_time_seconds or 0)


def calls(slices: int) -> Mapping[str, float]:
    """AWS calls of a job with this many slices, and their price; runs where the pipeline is installed."""
    from benchmarks.calls import spent_on

    ledger = spent_on("spread", {"a.txt": b"a"}, {"slices": slices})
    return {name: float(count) for name, count in ledger.calls.items()} | {"write units": float(ledger.writes)}


def simulated(slices: int, seconds: float, overhead: float, most: int) -> float:
    """Seconds until all slices are done by at most `most` workers that Lambda adds over time."""
    come = [max(0.0, (n - FIRST_WORKERS) / MORE_A_SECOND) for n in range(min(most, slices))]
    heapq.heapify(come)
    end = 0.0
    for _ in range(slices):
        free = heapq.heappop(come) + seconds + overhead
        end = max(end, free)
        heapq.heappush(come, free)
    return end


def main(argv: Sequence[str] | None = None) -> dict[str, object]:
    parser = argparse.ArgumentParser(prog="benchmarks.slices", description=__doc__)
    parser.add_argument("--slices", type=int, default=40, help="of the job that two workers share")
    parser.add_argument("--rounds", type=int, default=4000, help="hashes of 64 KiB that each slice computes")
    parser.add_argument("--calls", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, help="write the JSON here instead of printing it")
    options = parser.parse_args(argv)
    if options.calls:
        print(json.dumps(calls(options.calls)))
        return {}
    rows: list[dict[str, str | float]] = []
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        environment = install(folder)
        took: dict[int, float] = {}
        empty = 0.0
        for workers in (1, 2):
            with stack(folder / f"data-{workers}", environment, workers) as address:
                seconds_of(address, folder, 2, 1)  # makes the workers load everything
                took[workers] = seconds_of(address, folder, options.slices, options.rounds)
                if workers == 1:
                    empty = seconds_of(address, folder, 100, 0)
        speed_up = took[1] / took[2]
        what = f"{options.slices} slices of {took[1] / options.slices:.2f} s"
        rows += [
            {"what": f"{what}, 1 worker", "seconds": round(took[1], 1)},
            {
                "what": f"{what}, 2 workers on {os.cpu_count()} cores",
                "seconds": round(took[2], 1),
                "times": round(speed_up, 2),
            },
            {"what": "a slice that does nothing, on one machine", "seconds": round(empty / 100, 4)},
        ]
        found = []
        for count in (10, 30):
            command = [sys.executable, "-m", "benchmarks.slices", "--calls", str(count)]
            done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
            found.append(json.loads(done.stdout.splitlines()[-1]))
        for name in sorted(found[1]):
            each = (found[1][name] - found[0].get(name, 0)) / 20
            if each:
                rows.append({"what": f"per slice: {name}", "times": round(each, 2)})
    for most in (1, 10, 40, 200):
        seconds = simulated(600, 20, 0.05, most)
        rows.append({"what": f"600 slices of 20 s, at most {most} workers, simulated", "seconds": round(seconds)})
    return report("A step shared by many workers", rows, options.json)


if __name__ == "__main__":
    main()
