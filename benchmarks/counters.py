"""Many files at once against DynamoDB's limits: writes a second on the hottest item, and the time per file.

The real store's writes for every file of a job (put, claimed, finished) go through a simulated table that grants 1,000
write units a second to an item and to a partition. Workers take their batches side by side, as Lambda's do. "one" keeps
all items of the job in one partition, which is how a new table begins; "split" lets DynamoDB spread them, as it does
within minutes.
"""

from __future__ import annotations

import argparse
import heapq
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import Any

from benchmarks.report import report
from benchmarks.simulation import SimulatedTable
from chalicelib.jobs.file_moving import claim_file, finish_files
from chalicelib.jobs.intake.adding import add_files
from chalicelib.jobs.model import File, FileOutcome, Job, StoredObject
from chalicelib.jobs.states import FileState, JobState
from chalicelib.stores.dynamo.job_table import JobTable
from chalicelib.stores.dynamo.table import Table
from infra.aws.template import data_template

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
LEASE = BEGIN + timedelta(hours=1)
OWNER = "u" * 26
AT_MOST = 500


def new_table(*, split: bool) -> tuple[SimulatedTable, JobTable]:
    resources = data_template("bench", ["media"])["Resources"]
    indexes = resources["JobsTable"]["Properties"]["GlobalSecondaryIndexes"]
    simulated: Any = SimulatedTable(indexes, split=split)
    return simulated, JobTable(Table(lambda: simulated, "bench-jobs"))


def new_job(jobs: JobTable, files: int, name: str = "j") -> Job:
    """A job with this many files announced."""
    job = Job(name * 26, OWNER, "bench", "media", {}, JobState.RUNNING, BEGIN, started_at=BEGIN)
    jobs.create_job(job, 100)
    announced = [
        File(job.id, n, f"IMG_{n:08d}.jpg", f"import/2026/IMG_{n:08d}.jpg", 5_000_000, modified_at=BEGIN, etag="e" * 32)
        for n in range(1, files + 1)
    ]
    return add_files(jobs, job, announced, seal=True)


def finish(jobs: JobTable, job: Job, numbers: Sequence[int], seconds: float, table: SimulatedTable) -> None:
    """One worker's batch: each file claimed and inspected, all finished at the end."""
    outcomes = []
    for number in numbers:
        seen = StoredObject(f"import/2026/IMG_{number:08d}.jpg", 5_000_000, "e" * 32, BEGIN)
        file = claim_file(jobs, job.id, number, seen, f"{number:036d}", BEGIN, LEASE)
        table.now += seconds
        found: Any = {"sha256": f"{number:064x}", "crc32": number, "metadata": {"detected_timestamp": "2026-01-01"}}
        outcomes.append(
            FileOutcome(number, file.attempt, FileState.INSPECTED, 5_000_000, "e" * 32, "image/jpeg", **found)
        )
    if len(finish_files(jobs, job.id, outcomes, OWNER, BEGIN)) != len(numbers):
        raise AssertionError("a file was not finished")
    jobs.job(job.id)


def run(files: int, batch: int, workers: int, seconds: float, *, split: bool) -> dict[str, str | float | bool]:
    table, jobs = new_table(split=split)
    job = new_job(jobs, files)
    began = table.now
    table.writes.clear()
    free = [(began, worker) for worker in range(workers)]
    for numbers in batched(range(1, files + 1), batch):
        table.now, worker = heapq.heappop(free)
        finish(jobs, job, numbers, seconds, table)
        heapq.heappush(free, (table.now, worker))
    took = max(time for time, _ in free) - began
    counts = jobs.job(job.id).counts
    if counts.inspected != files:
        raise AssertionError(f"{counts.inspected} of {files} files were counted")
    hottest = table.hottest()
    return {
        "files": files,
        "batch": batch,
        "partition": "split" if split else "one",
        "files a second": round(files / took),
        "ms per file": round(1000 * took / files, 2),
        "write units per file": round(
            sum(sum(m.values()) for k, m in table.written.items() if k[0] == "item") / files, 2
        ),
        "writes a second on the hottest item": hottest,
        f"at most {AT_MOST}": hottest <= AT_MOST,
    }


def main(argv: Sequence[str] | None = None) -> dict[str, object]:
    parser = argparse.ArgumentParser(prog="benchmarks.counters", description=__doc__)
    parser.add_argument("--files", type=int, nargs="+", default=[1_000, 5_000, 20_000])
    parser.add_argument("--workers", type=int, default=200, help="batches that are worked on side by side")
    parser.add_argument("--seconds", type=float, default=0.1, help="what looking into a file takes by itself")
    parser.add_argument("--json", type=Path, help="write the JSON here instead of printing it")
    options = parser.parse_args(argv)
    rows = [
        run(files, batch, options.workers, options.seconds, split=split)
        for batch, split in ((10, False), (10, True), (1, True))
        for files in options.files
    ]
    return report(f"one job, {options.workers} workers, DynamoDB's limits simulated", rows, options.json)


if __name__ == "__main__":
    main()
