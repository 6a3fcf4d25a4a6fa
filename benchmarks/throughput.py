"""Files a second through the whole local stack: presigned uploads, S3 events, queues, workers, zip; and the cost of
each.

The split is the processor time of each process per file, which other programs' load does not change. The floor is the
time of two plain programs for the same folder: exiftool reads all tags, zip stores the files.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from millrace_client import Client

from benchmarks.calls import photo
from benchmarks.report import Row, report
from infra.local.demo import running_stack

PARTS = {
    "infra.local.cloud": "embedded cloud",
    "infra.local.gateway": "API",
    "infra.local.dispatcher": "triggers",
    "infra.local.worker": "workers",
}
TICKS = os.sysconf("SC_CLK_TCK")


class Processors:
    """Processor seconds of the stack's processes since it was made, including processes that have ended since."""

    def __init__(self) -> None:
        self._seen: dict[int, tuple[str, float]] = {}
        self._before = self._all()
        self._own = time.process_time()

    def _all(self) -> dict[int, tuple[str, float]]:
        for process in Path("/proc").glob("[0-9]*"):
            try:
                line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                values = (process / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            part = next((name for module, name in PARTS.items() if f"-m {module}" in line), None)
            if part:
                self._seen[int(process.name)] = (part, (int(values[11]) + int(values[12])) / TICKS)
        return dict(self._seen)

    def spent(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for pid, (part, seconds) in self._all().items():
            found[part] += seconds - self._before.get(pid, (part, 0.0))[1]
        found["sender"] = time.process_time() - self._own
        return found


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
            processors, began = Processors(), time.perf_counter()
            job = client.upload(files, "media", name="throughput")
            sent = time.perf_counter()
            job.wait()
            done = time.perf_counter()
            spent = processors.spent()
        floor = _floor(Path(folder))
    count = len(files)
    rows = [_pace("all files are sent", count, sent - began), _pace("the zip is there", count, done - began)]
    rows += [
        {"until": name, "seconds": round(seconds, 1), "files/s": round(count / seconds, 1)} for name, seconds in floor
    ]
    for part, seconds in spent.most_common():
        spent_on = f"processor time: {part}"
        rows.append({"until": spent_on, "seconds": round(seconds, 1), "ms a file": _ms(seconds, count)})
    total = spent.total()
    rows.append({"until": "processor time: all", "seconds": round(total, 1), "ms a file": _ms(total, count)})
    title = f"{options.files} photos of {options.kb} kB through the local stack, 2 workers on {os.cpu_count()} cores"
    return report(title, rows, options.json)


def _ms(seconds: float, files: int) -> float:
    return round(1000 * seconds / files, 1)


def _floor(folder: Path) -> list[tuple[str, float]]:
    """Seconds of the installed plain programs over the same files."""
    found = []
    with tempfile.TemporaryDirectory() as out:
        zipped = str(Path(out) / "all.zip")
        for command in (["exiftool", "-q", "-r", "-fast", str(folder)], ["zip", "-q", "-r", "-0", zipped, str(folder)]):
            if program := shutil.which(command[0]):
                began = time.perf_counter()
                subprocess.run([program, *command[1:]], stdout=subprocess.DEVNULL, check=True)
                found.append((f"the floor: {' '.join(command[:1])}", time.perf_counter() - began))
    return found


def _pace(until: str, files: int, seconds: float) -> Row:
    return {"until": until, "seconds": round(seconds, 1), "files/s": round(files / seconds, 1)}


if __name__ == "__main__":
    main()
