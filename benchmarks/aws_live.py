"""The cost of an hour of watching a job on AWS, by polls and by a socket: from the calls of each, and list prices.

A look consists of the calls of chalicelib.live.watching: one write, the job, its watchers, and the next look's message.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.aws_model import lambda_usd
from benchmarks.ledger import price
from benchmarks.report import report

HOUR = 3600
LOOK_SECONDS, POST_SECONDS = 0.03, 0.001
"""Of the function: a look, by its CPU in `make bench ARGS=live` and three calls of 5 ms; a frame, 16 at a time."""
POLL_SECONDS = 0.005
JOB_UNITS, WATCHER_BYTES = 2, 250
SQS_REQUESTS = 3  # send, receive, delete


def poll_usd() -> float:
    return 2 * price("dynamodb.read") + price("apigateway.request") + lambda_usd(POLL_SECONDS, "api", 1)


def look_usd(watchers: int) -> float:
    units = JOB_UNITS + math.ceil(watchers * WATCHER_BYTES / 4096)
    reads, write = units * price("dynamodb.read"), price("dynamodb.write")
    return reads + write + SQS_REQUESTS * price("sqs.request") + lambda_usd(LOOK_SECONDS, "watch_jobs", 1)


def frame_usd() -> float:
    gb_second = lambda_usd(1, "watch_jobs", 1) - price("lambda.request")
    return price("apigateway.message") + POST_SECONDS * gb_second


def polled(every: int) -> dict[str, Any]:
    calls = HOUR // every
    return _row(f"polls, one every {every} s", 1, calls, calls * poll_usd())


def told(watchers: int, every: int) -> dict[str, Any]:
    """every: seconds between two changes."""
    frames = HOUR // every
    opened = 60 * price("apigateway.connection_minute")
    usd = HOUR * look_usd(watchers) / watchers + frames * frame_usd() + opened
    return _row(f"a socket, a change every {every} s", watchers, round(HOUR / watchers + frames), usd)


def _row(what: str, watchers: int, calls: int, usd: float) -> dict[str, Any]:
    return {
        "an hour of": what,
        "watchers of the job": watchers,
        "calls a watcher": calls,
        "USD a watcher": round(usd, 5),
        "USD in all": round(usd * watchers, 3),
    }


def rows() -> list[dict[str, Any]]:
    return [
        polled(2),
        polled(5),
        polled(15),
        told(1, 2),
        told(1, 60),
        told(10, 2),
        told(10, 60),
        told(1000, 2),
        told(1000, 60),
    ]


def main(argv: Sequence[str] | None = None) -> dict[str, object]:
    parser = argparse.ArgumentParser(prog="benchmarks.aws_live", description=__doc__)
    parser.add_argument("--json", type=Path, help="write the JSON here instead of printing it")
    return report("an hour of watching a job (reckoned)", rows(), parser.parse_args(argv).json)


if __name__ == "__main__":
    main()
