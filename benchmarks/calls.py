"""AWS calls per file, by operation, from the upload to the zip; and the calls and costs of a million files."""

from __future__ import annotations

import argparse
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from moto import mock_aws
from PIL import Image

from benchmarks.ledger import Ledger, price, recording, size_of
from benchmarks.report import report
from chalicelib import wiring
from chalicelib.pipelines.registry import WORKS
from infra.aws.template import data_template
from tests.app.api_world import BUCKET, STACK, World

MB = 1_000_000


def photo(number: int, size: int) -> bytes:
    """A phone's photo of coloured patches, with times, zone and place; padded at its end to `size` bytes."""
    patches = bytes((number * 7919 + place * place * 31) % 256 for place in range(16 * 12 * 3))
    image = Image.frombytes("RGB", (16, 12), patches).resize((640, 480), Image.Resampling.BICUBIC)
    tags = Image.Exif()
    tags[306] = f"2024:01:15 {number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}"
    tags[271], tags[272] = "Millrace", "Pocket 4"
    tags.get_ifd(0x8769).update({36867: tags[306], 36868: tags[306], 0x9011: "+00:00", 0x9291: "123"})
    place = {1: "N", 2: (52.0, 31.0, 12.12), 3: "E", 4: (13.0, 24.0, 18.55), 5: b"\0", 6: 34.5}
    hours = {7: tuple(float(part) for part in tags[306][11:].split(":")), 29: "2024:01:15"}
    tags.get_ifd(0x8825).update(place | hours)
    content = io.BytesIO()
    image.save(content, "JPEG", exif=tags)
    return content.getvalue() + os.urandom(size - content.tell())


def item_sizes(world: World) -> Any:
    """Bytes of an item in its present state, and the write units of the indexes that hold it."""
    tables = data_template(STACK, WORKS, bucket=BUCKET)["Resources"]
    indexes = {
        table["Properties"]["TableName"]: table["Properties"].get("GlobalSecondaryIndexes", [])
        for table in tables.values()
        if table["Type"] == "AWS::DynamoDB::Table"
    }

    def sizes(table: str, key: Mapping[str, Any]) -> tuple[int, int]:
        item = world.dynamodb.get_item(TableName=table, Key=dict(key)).get("Item", {})
        size = size_of(item)
        held = [index for index in indexes[table] if index["KeySchema"][0]["AttributeName"] in item]
        return size, sum(-(-size // 1024) if index["Projection"]["ProjectionType"] == "ALL" else 1 for index in held)

    return sizes


def spent(files: int, size: int, *, trickling: bool = False) -> Ledger:
    """One job of photos from its upload to its zip. trickling: each file is inspected before the next one comes."""
    photos = {f"{number}.jpg": photo(number, size) for number in range(files)}
    ledger = spent_on("media", photos, {}, trickling=trickling)
    # Calls made for us by others and billed to us: the clients' PUTs, S3's messages, and Lambda's polling in tens.
    batches = files if trickling else -(-files // 10)
    ledger.calls["s3:PutObject by clients"] = files
    ledger.calls["sqs:SendMessage by S3"] = files
    ledger.calls["sqs:ReceiveMessage by Lambda"] = ledger.calls["sqs:DeleteMessageBatch by Lambda"] = batches + 1
    return ledger


def spent_on(
    pipeline: str, files: Mapping[str, bytes], options: Mapping[str, Any], *, trickling: bool = False
) -> Ledger:
    """The calls of one job of these files."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        world = World(patch)
        ledger = Ledger(item_sizes(world))
        # Before the guest: a client keeps the observers that its session has when the client is made.
        with recording(wiring.services().clients.session, ledger):
            user = world.guest()
            ledger.begin()
            sizes = {name: len(content) for name, content in files.items()}
            job = user.announce(sizes, pipeline=pipeline, options=dict(options))
            for target in job["uploads"]:
                world.send(target, files[target["filename"]])
                if trickling:
                    world.deliver()
            world.deliver()
            assert user.get(f"/status/{job['job_id']}")["status"] == "completed"
    return ledger


def main(argv: Sequence[str] | None = None) -> dict[str, object]:
    parser = argparse.ArgumentParser(prog="benchmarks.calls", description=__doc__)
    parser.add_argument("--files", type=int, default=120, help="of the larger job; the smaller has a third")
    parser.add_argument("--mb", type=float, default=5.0, help="size of each photo")
    parser.add_argument("--json", type=Path, help="write the JSON here instead of printing it")
    options = parser.parse_args(argv)
    few = options.files // 3
    small, large = (_amounts(spent(files, int(options.mb * MB))) for files in (few, options.files))
    rows: list[dict[str, str | float]] = []
    sums = [0.0, 0.0]
    for name, (amount, dollars) in large.items():
        before, dollars_before = small.get(name, (0.0, 0.0))
        each = (amount - before) / (options.files - few)
        cost = (dollars - dollars_before) / (options.files - few)
        job = dollars - cost * options.files
        sums = [sums[0] + cost, sums[1] + job]
        rows.append(
            {
                "what": name,
                "per further file": round(each, 3),
                "per job besides": round(amount - each * options.files, 1),
                "USD per million files": round(cost * 1e6, 2),
                "USD per million jobs": round(job * 1e6, 2),
            }
        )
    puts = price("s3.put")
    rows.append(_sum("sum", sums[0] * 1e6, sums[1] * 1e6))
    rows.append(_sum(f"times the {puts * 1e6:.2f} USD of the uploads' own PUTs", sums[0] / puts, sums[1] / puts))
    return report(f"AWS calls of a job of photos of {options.mb:g} MB, from upload to zip", rows, options.json)


def _sum(what: str, files: float, jobs: float) -> dict[str, str | float]:
    shown = {"USD per million files": round(files, 2), "USD per million jobs": round(jobs, 2)}
    return {"what": what, "per further file": "", "per job besides": "", **shown}


def _amounts(ledger: Ledger) -> dict[str, tuple[float, float]]:
    """The amount of each operation, and its cost in US dollars."""
    found: dict[str, tuple[float, float]] = {}
    for name, calls in sorted(ledger.calls.items(), key=lambda pair: -pair[1]):
        alone = Ledger(ledger.sizes)
        alone.calls[name] = calls
        found[name] = float(calls), alone.cost()
    found["DynamoDB write units"] = ledger.writes, ledger.writes * price("dynamodb.write")
    found["DynamoDB read units"] = ledger.reads, ledger.reads * price("dynamodb.read")
    return found


if __name__ == "__main__":
    main()
