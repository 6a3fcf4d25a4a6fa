"""The reads of a status request, for jobs of any size.

Units are computed from the items' sizes by DynamoDB's rule, 4 kB a strongly consistent unit, on a simulated table; the
calls are those of the API for a poll.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from benchmarks.counters import OWNER, finish, new_job, new_table
from benchmarks.report import report
from chalicelib.jobs.library.ownership import Owned


def main(argv: Sequence[str] | None = None) -> dict[str, object]:
    parser = argparse.ArgumentParser(prog="benchmarks.polling", description=__doc__)
    parser.add_argument("--files", type=int, nargs="+", default=[10, 1_000, 10_000])
    parser.add_argument("--json", type=Path, help="write the JSON here instead of printing it")
    options = parser.parse_args(argv)
    rows: list[dict[str, str | float]] = []
    for files in options.files:
        table, jobs = new_table(split=True)
        job = new_job(jobs, files)
        for first in range(1, files + 1, 10):
            finish(jobs, job, range(first, min(first + 10, files + 1)), 0.0, table)
        for what in ("works per file", "waits in a queue"):
            table.calls.clear()
            table.read_units = 0.0
            read = Owned(jobs).job(OWNER, job.id)
            if read.counts.finished != files:
                raise AssertionError("the poll doesn't see all files")
            if what == "waits in a queue":
                jobs.queue_state("volume")
            rows.append(
                {"files": files, "pipeline": what, "calls": table.calls["read"], "read units": table.read_units}
            )
    return report("a status poll", rows, options.json)


if __name__ == "__main__":
    main()
