"""A million files on AWS: their cost from counted calls and list prices, time and limits from published rates."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.ledger import S3_FREE, S3_READS, Ledger, price
from chalicelib.jobs.intake.multipart import part_size
from chalicelib.pipelines.registry import PIPELINES
from infra.aws.functions import functions

MILLION = 1_000_000
MB = 1_000_000
# A worker's time for one file: S3 to Lambda at 75 MB/s, and a core for a 12 MP photo's thumbnail. The first is the
# usual rate of one connection; the second is measured by `make bench ARGS=…` on any machine, here 0.15 s.
S3_BYTES_A_SECOND = 75 * MB
# Time to the first byte, the lower published bound: …/AmazonS3/latest/userguide/optimizing-performance.html.
S3_FIRST_BYTE = 0.1
PHOTO_SECONDS = 0.15
BATCH = 10
# Published rates. Lambda: docs.aws.amazon.com/lambda/latest/dg/with-sqs.html (scaling of pollers) and
# …/lambda-concurrency.html (+1,000 instances each 10 s for a function). S3: …/AmazonS3/latest/userguide/
# optimizing-performance.html. DynamoDB: …/amazondynamodb/latest/developerguide/bp-partition-key-design.html.
SQS_MORE_A_MINUTE, SQS_FIRST = 300, 5
LAMBDA_MORE_A_SECOND = 100
S3_PUTS, S3_GETS = 3500, 5500
PARTITION_WRITES, PARTITION_READS = 1000, 3000
ACCOUNT_CONCURRENCY = 1000


@dataclass(frozen=True)
class PerFile:
    """Counts for one further file of a job. puts, gets: at the bucket."""

    calls_usd: float
    puts: float
    gets: float
    writes: float
    reads: float


def per_file(small: Ledger, large: Ledger, files: int) -> PerFile:
    """The difference of two jobs that differ by `files` files."""

    def puts(ledger: Ledger) -> float:
        names = [name.split(":") for name in ledger.calls]
        charged = [f"s3:{o}" for s, o in names if s == "s3" and o not in S3_FREE and o not in S3_READS]
        return sum(ledger.calls[name] for name in charged)

    def gets(ledger: Ledger) -> float:
        return sum(count for name, count in ledger.calls.items() if name.partition(":")[2] in S3_READS)

    return PerFile(
        (large.cost() - small.cost()) / files,
        (puts(large) - puts(small)) / files,
        (gets(large) - gets(small)) / files,
        (large.writes - small.writes) / files,
        (large.reads - small.reads) / files,
    )


def seconds_per_photo(size: int) -> float:
    return S3_FIRST_BYTE + size / S3_BYTES_A_SECOND + PHOTO_SECONDS


def lambda_usd(seconds: float, handler: str, batch: int = BATCH) -> float:
    """One file's share of its invocation."""
    gb = next(function.memory for function in functions(tuple(PIPELINES)) if function.handler == handler) / 1024
    return price("lambda.request") / batch + seconds * gb * price("lambda.gb_second")


def video_rows(size: int) -> list[dict[str, Any]]:
    """A video in parts, read once completely for its SHA-256."""
    parts = math.ceil(size / part_size(size))
    reading = 4 * S3_FIRST_BYTE + size / S3_BYTES_A_SECOND
    costs = {
        f"{parts} parts, begin and end, by clients": (parts + 2) * price("s3.put"),
        "the thumbnail": price("s3.put"),
        "reads of the one pass": 4 * price("s3.get"),
        f"function, {reading:.1f} s": lambda_usd(reading, "inspect_media"),
    }
    return _with_sum(costs)


def verified_video_rows(reads: int, seconds: float) -> list[dict[str, Any]]:
    """A video sent in one request under a signed SHA-256, so that the store itself has checked it: only its head, its
    index and one frame are read, in `reads` requests; `seconds` of work were measured."""
    seconds += reads * S3_FIRST_BYTE
    return _with_sum(
        {
            "one PUT by clients": price("s3.put"),
            "the thumbnail": price("s3.put"),
            f"{reads} reads of what is needed": reads * price("s3.get"),
            f"function, {seconds:.1f} s": lambda_usd(seconds, "inspect_media"),
        }
    )


def _with_sum(costs: Mapping[str, float]) -> list[dict[str, Any]]:
    rows = [{"what": what, "USD per million": round(usd * MILLION, 2)} for what, usd in costs.items()]
    return [*rows, {"what": "sum", "USD per million": round(sum(costs.values()) * MILLION, 2)}]


def minutes_for_a_million(size: int) -> dict[str, float]:
    """From the queue's first message on: pollers grow by 300 a minute up to the queue's own limit."""
    most = PIPELINES["media"].workers.inspect.at_once
    each = seconds_per_photo(size)
    done, minute, step = 0.0, 0.0, 1 / 60
    while done < MILLION and minute < 24 * 60:
        workers = min(most, SQS_FIRST + SQS_MORE_A_MINUTE * minute)
        done += workers * 60 * step / each
        minute += step
    return {"workers at most": most, "files a second at most": round(most / each), "minutes": round(minute, 1)}


def limits(counted: PerFile, size: int) -> list[dict[str, Any]]:
    """Files a second at which each limit binds, the lowest first: for one job, all in one partition, and for many."""
    workers = PIPELINES["media"].workers.inspect.at_once
    found: Mapping[str, tuple[str, float]] = {
        "DynamoDB, one job's partition before it splits": (
            f"{PARTITION_WRITES:,} write units/s",
            PARTITION_WRITES / counted.writes,
        ),
        "S3 PUTs of a prefix": (f"{S3_PUTS:,}/s", S3_PUTS / counted.puts),
        "S3 GETs of a prefix": (f"{S3_GETS:,}/s", S3_GETS / counted.gets if counted.gets else math.inf),
        f"Lambda, {workers} at once of the queue": ("MaximumConcurrency", workers / seconds_per_photo(size)),
        "Lambda, the account's default": (
            f"{ACCOUNT_CONCURRENCY:,} at once",
            ACCOUNT_CONCURRENCY / seconds_per_photo(size),
        ),
        "Lambda, growth of SQS pollers in the first minute": (
            f"+{SQS_MORE_A_MINUTE}/min",
            (SQS_FIRST + SQS_MORE_A_MINUTE) / seconds_per_photo(size),
        ),
        "Lambda, growth of a function in the first ten seconds": (
            f"+{LAMBDA_MORE_A_SECOND * 10:,}/10 s",
            LAMBDA_MORE_A_SECOND * 10 / seconds_per_photo(size),
        ),
    }
    rows = sorted(found.items(), key=lambda pair: pair[1][1])
    return [{"limit": name, "published": said, "files/s until it binds": round(rate)} for name, (said, rate) in rows]
