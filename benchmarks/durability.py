"""The cost of writing each acknowledged change to the disk: writes a second, synced and not synced."""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.report import Row, report
from tests.local.cloud.chaos import BUCKET, QUEUE, TABLE, fill
from tests.local.cloud.running import Cloud

MODULES = {"synced": "infra.local.cloud", "not synced": "benchmarks.unsynced"}


def main(argv: Sequence[str] | None = None) -> dict[str, object]:
    parser = argparse.ArgumentParser(prog="benchmarks.durability", description=__doc__)
    parser.add_argument("--writes", type=int, default=400)
    parser.add_argument("--json", type=Path, help="write the JSON here instead of printing it")
    options = parser.parse_args(argv)
    paces: dict[str, dict[str, float]] = {}
    for kept, module in MODULES.items():
        with tempfile.TemporaryDirectory() as folder:
            cloud = Cloud(Path(folder), module)
            cloud.start()
            fill(cloud, 0)
            for what, write in _writes(cloud).items():
                for at_once in (1, 16):
                    pace = _pace(write, options.writes, at_once)
                    paces.setdefault(f"{what}, {at_once} at once", {})[kept] = pace
            cloud.stop()
    rows: list[Row] = [
        {"a second": what, **found, "price": f"{1 - found['synced'] / found['not synced']:.0%}"}
        for what, found in paces.items()
    ]
    return report("Acknowledged writes a second on the embedded cloud", rows, options.json)


def _writes(cloud: Cloud) -> dict[str, Callable[[int], Any]]:
    dynamodb, s3, sqs = (cloud.client(name) for name in ("dynamodb", "s3", "sqs"))
    url = sqs.get_queue_url(QueueName=QUEUE)["QueueUrl"]
    content = os.urandom(500_000)
    return {
        "items of 1 kB": lambda n: dynamodb.put_item(
            TableName=TABLE, Item={"PK": {"S": f"W#{n}"}, "SK": {"S": "x"}, "m": {"S": "m" * 1000}}
        ),
        "messages": lambda n: sqs.send_message(QueueUrl=url, MessageBody=str(n)),
        "objects of 500 kB": lambda n: s3.put_object(Bucket=BUCKET, Key=f"w/{n}", Body=content),
    }


def _pace(write: Callable[[int], Any], count: int, at_once: int) -> float:
    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(write, range(at_once)))  # opens the connections
        began = time.perf_counter()
        list(pool.map(write, range(count)))
        return round(count / (time.perf_counter() - began), 1)


if __name__ == "__main__":
    main()
