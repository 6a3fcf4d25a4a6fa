"""`make bench-aws`: starts, a poll, and the cost and time of a million files; written to docs/performance.md."""

from __future__ import annotations

import argparse
import json
import platform
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import aws_live, aws_model, aws_poll, aws_starts, reading
from benchmarks.calls import spent
from benchmarks.ledger import PRICES, price
from benchmarks.report import report, section
from tests.pipelines.media.makers import large_video

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
PHOTO, VIDEO = 5_000_000, 200_000_000
FEW, MANY = 20, 60


def main(argv: Sequence[str] | None = None) -> dict[str, object]:
    parser = argparse.ArgumentParser(prog="benchmarks.aws", description=__doc__)
    parser.add_argument("--json", type=Path, help="write the JSON here; the page then stays as it is")
    options = parser.parse_args(argv)
    counted, job, photos = counted_photos()
    poll_reads = 2 * price("dynamodb.read") + price("apigateway.request")
    others: list[dict[str, Any]] = [
        {
            "what": "a poll, 2 read units (see `make bench ARGS=polling`)",
            "USD per million": round((poll_reads + aws_model.lambda_usd(0.005, "api", 1)) * aws_model.MILLION, 2),
        },
        {"what": "a job besides its files, its zip with it", "USD per million": round(job, 2)},
    ]
    starts: dict[str, Any] = aws_starts.main(["--json", "/dev/null"])
    tables: dict[str, Sequence[Mapping[str, Any]]] = {
        "Starts of the API": starts["rows"],
        "First requests": starts["first requests"],
        "A status poll without the network": _rows(aws_poll.main(["--json", "/dev/null"])),
        "A million photos of 5 MB": photos,
        "A million videos of 200 MB, verified by the store": _verified_video(),
        "A million videos of 200 MB in parts, read as a whole (reckoned)": aws_model.video_rows(VIDEO),
        "A million of others": others,
        WATCHING: aws_live.rows(),
        "Time for a million photos (reckoned)": [aws_model.minutes_for_a_million(PHOTO)],
        "Which limit binds first (reckoned)": aws_model.limits(counted, PHOTO),
    }
    for name, rows in list(tables.items())[3:]:
        report(name, rows, Path("/dev/null"))
    if options.json:
        options.json.write_text(json.dumps({"name": "aws", "rows": tables}) + "\n")
    else:
        others = [section(PAGE, name) for name in ("archives", "page")]  # written by other benchmarks
        PAGE.write_text("\n".join([_page(tables), *(f"{text}\n" for text in others if text)]))
        print(f"Written to {PAGE}")
    return {"name": "aws", "rows": tables}


def counted_photos() -> tuple[aws_model.PerFile, float, list[dict[str, Any]]]:
    """The cost of one further photo; that of a million jobs besides their photos, in US dollars; the table of a million
    photos."""
    small, large = spent(FEW, PHOTO), spent(MANY, PHOTO)
    counted = aws_model.per_file(small, large, MANY - FEW)
    few, more = (spent(files, PHOTO, trickling=True) for files in (FEW // 2, FEW))
    trickling = aws_model.per_file(few, more, FEW - FEW // 2)
    million, puts = aws_model.MILLION, price("s3.put") * aws_model.MILLION
    seconds = aws_model.seconds_per_photo(PHOTO)
    table_usd = counted.writes * price("dynamodb.write") + counted.reads * price("dynamodb.read")
    dollars = {
        "S3: PUTs of the photos by clients": puts,
        "S3: all other PUTs": (counted.puts - 1) * puts,
        "S3: GETs": counted.gets * price("s3.get") * million,
        f"DynamoDB: {counted.writes:.1f} write and {counted.reads:.1f} read units each": table_usd * million,
        "all calls, SQS among them": counted.calls_usd * million,
        "all calls, times the photos' own PUTs": counted.calls_usd * million / puts,
        "the same, where photos come one by one": trickling.calls_usd * million / puts,
        f"function, {seconds:.2f} s a photo (reckoned)": aws_model.lambda_usd(seconds, "inspect_media") * million,
    }
    rows: list[dict[str, Any]] = [{"what": what, "USD per million": round(usd, 2)} for what, usd in dollars.items()]
    return counted, (small.cost() - counted.calls_usd * FEW) * million, rows


def _verified_video() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        content = large_video(Path(folder) / "video", "mp4", VIDEO)
    began = time.perf_counter()
    read = reading.inspected("video", "a.mp4", content, verified=True, at_most=0.02)
    return aws_model.verified_video_rows(int(read["requests"]), time.perf_counter() - began)


def _rows(outcome: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    rows: Sequence[Mapping[str, Any]] = outcome["rows"]
    return rows


def _page(tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    prices = json.loads(PRICES.read_text())
    lines = [
        "# Performance and cost on AWS",
        "",
        f"`make bench-aws` writes this page; measured on {platform.machine()}, Python "
        f"{platform.python_version()}. Prices: `infra/aws/prices.json`, {prices['region']}, {prices['read']}. "
        "Calls are counted while the application handles a real job on an emulated store. Figures marked *reckoned* "
        "are computed from published rates and were not measured on AWS.",
        "",
    ]
    for name, rows in tables.items():
        columns = list(rows[0])
        lines += [f"## {name}", "", "| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
        lines += ["| " + " | ".join(_cell(row[column]) for column in columns) + " |" for row in rows]
        lines += ["", *NOTES.get(name, [])]
    return "\n".join(lines).rstrip() + "\n"


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int | float) else str(value)


WATCHING = "An hour of watching a job (reckoned)"
NOTES = {
    "Starts of the API": [
        "All run under the real runtime client (awslambdaric) in a Python with Lambda's own packages alone, and with "
        "`.pyc`; each request is refused for want of a token.",
        "The aim is at most 1.0 times. A cold start loads what all requests need. Each request loads the routes and "
        "models of its subject (decision 15), the first one also boto3 with a client, and the writers of its log line "
        "and metrics.",
        "",
    ],
    "First requests": [
        "Each is the first request of a fresh function, under its real path. The aim is at most 1.3 times. A path "
        "loads only the modules that serve it; a test starts each separately.",
        "",
    ],
    "A status poll without the network": [
        "The aim is under 2 ms, from the event to the answer, botocore's signing and parsing included; the store's "
        "answers are recorded. Other work on the machine is part of the time.",
        "",
    ],
    "A million photos of 5 MB": [
        "The aim is at most 2.5 times the photos' own PUTs: 12.50 USD for all calls, the zip's included. The queue "
        "delivers ten photos at a time, whose thumbnails are one object (decision 11) and whose counts are one write; "
        "photos that come one by one have their own. One of the writes, 0.63 USD a million, records the hash, so that "
        "the same bytes need not be sent again. The function's time comes on top.",
        "",
    ],
    "A million videos of 200 MB, verified by the store": [
        "The requests, and the seconds of work apart from waiting, are measured on one such video. S3 takes up to 5 "
        "GB in one PUT, and checks the SHA-256 that is signed into its address.",
        "",
    ],
    "A million videos of 200 MB in parts, read as a whole (reckoned)": [
        "Most of the cost is parts of 16 MiB. Larger parts would cost less, and lose more when a connection breaks.",
        "",
    ],
    WATCHING: [
        "Calls are requests of API Gateway, or looks and frames. A client polls at the pace that the "
        "server names: 2 s at the beginning of a run, up to 15 s in a long one. One socket of a job costs nearly "
        "twice as much as a poll every two seconds; three sockets cost less than such polls. Compared with polls "
        "every 15 s, sockets pay off from thirteen on, for a job that changes once a minute.",
        "",
        "**Poll** for long jobs, or from a single program: nothing is cheaper, and no library is needed. **Open a "
        "socket** where several people watch a job, or where its end must be known within seconds. **Use a "
        "[webhook](webhooks.md)** where no one watches. The delay of a socket: [live](live.md#measured).",
        "",
    ],
    "Which limit binds first (reckoned)": [
        "S3 and DynamoDB split hot prefixes and partitions within minutes, so their rows apply to a fresh prefix or "
        "table. Many jobs have many partitions: the first DynamoDB row does not apply to them.",
        "",
    ],
}


if __name__ == "__main__":
    main()
