"""A sync of 10,000 scenes from a GraphQL server on this machine, over HTTP, into moto's DynamoDB: scenes a second, the
requests of the next sync after ten changes, and the memory of a larger sync."""

from __future__ import annotations

import argparse
import multiprocessing
import time
import tracemalloc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from moto import mock_aws

from benchmarks.report import Row, report
from chalicelib.catalogue.catalogue import Catalogue
from chalicelib.catalogue.model import Scene
from chalicelib.catalogue.ports import CatalogueStore, Head
from chalicelib.catalogue.stash.client import Stash
from chalicelib.catalogue.syncing import Progress, Sync
from chalicelib.outgoing.addresses import Addresses
from chalicelib.outgoing.posting import Poster
from chalicelib.outgoing.servers import Servers
from chalicelib.stores.dynamo.catalogue import CatalogueObjects, CatalogueTable
from chalicelib.stores.dynamo.table import Table
from chalicelib.stores.object_bucket import ObjectBucket
from tests.catalogue.stash_server import KEY, StashServer

SCENES, CHANGED, FEW = 10_000, 10, 2000
OWNER, SOURCE = "ann", "home"


def main(argv: Sequence[str] | None = None) -> dict[str, object]:
    parser = argparse.ArgumentParser(prog="benchmarks.scene_sync", description=__doc__)
    parser.add_argument("--scenes", type=int, default=SCENES)
    parser.add_argument("--json", type=Path, help="write the JSON here instead of printing it")
    options = parser.parse_args(argv)
    rows = [*_speed(options.scenes), *_memory(options.scenes)]
    return report(f"sync of {options.scenes:,} scenes", rows, options.json)


def _speed(scenes: int) -> list[Row]:
    with _served(scenes) as (stash, change), _catalogue() as catalogue:
        began, cpu = time.perf_counter(), time.process_time()
        done = _synced(catalogue, stash, Progress())
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        change()
        again = _synced(catalogue, stash, Progress(since=done.newest_seen))
        assert (done.created, again.updated) == (scenes, CHANGED)
        return [
            _row("scenes a second, whole sync", scenes / wall),
            _row("CPU ms a scene of it, moto's included", 1000 * cpu / scenes),
            _row("requests of a whole sync", done.requests),
            _row(f"requests where {CHANGED} changed", again.requests),
        ]


def _memory(scenes: int) -> list[Row]:
    """Of the sync alone: the store discards everything."""
    found = []
    for most in (min(FEW, scenes), scenes):
        with _served(most) as (stash, _):
            catalogue = Catalogue(cast(CatalogueStore, Forgetful()), cast(Any, Forgetful()), _now, lambda: "id")
            tracemalloc.start()
            _synced(catalogue, stash, Progress(stage="scenes"))
            found.append(_row(f"MB at most, sync of {most:,}", tracemalloc.get_traced_memory()[1] / 1e6))
            tracemalloc.stop()
    return found


class Forgetful:
    """A store and an object store that keep nothing."""

    def scenes(self, owner_id: str, scene_ids: Sequence[str]) -> dict[str, Scene]:
        return {}

    def put(self, owner_id: str, scenes: Sequence[Scene], now: datetime) -> None: ...

    def every_scene(self, owner_id: str) -> Iterator[Scene]:
        return iter(())

    def head(self, owner_id: str) -> Head:
        return Head()


def _synced(catalogue: Catalogue, stash: Stash, at: Progress) -> Progress:
    return Sync(catalogue, stash, OWNER, SOURCE, _now, lambda at: None).run(at)


def _now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def _catalogue() -> Iterator[Catalogue]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        s3, dynamodb = boto3.client("s3"), boto3.client("dynamodb")
        s3.create_bucket(Bucket="files")
        names = ("PK", "SK")
        dynamodb.create_table(
            TableName="jobs",
            KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
            BillingMode="PAY_PER_REQUEST",
        )
        numbers = count()

        def new_id() -> str:
            return f"id{next(numbers):08d}"

        table = CatalogueTable(Table(lambda: dynamodb, "jobs"), new_id)
        yield Catalogue(table, CatalogueObjects(ObjectBucket(lambda: s3, lambda: s3, "files")), _now, new_id)


@contextmanager
def _served(scenes: int) -> Iterator[tuple[Stash, Any]]:
    """A server in a separate process, and a function that changes CHANGED of its scenes."""
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(scenes, theirs), daemon=True)
    process.start()
    try:
        poster = Poster(Addresses(("127.0.0.0/8",)), 60, redirects=0, most_bytes=32 * 1024 * 1024)
        servers = Servers(cast(Any, None), cast(Any, None), poster, poster)
        yield servers.stash_at(f"http://127.0.0.1:{ours.recv()}/graphql", KEY), lambda: (ours.send(""), ours.recv())
    finally:
        process.terminate()
        process.join()


def _serve(scenes: int, to: Connection) -> None:
    from threading import Thread

    stash = StashServer()
    tags = [stash.add("tags", f"tag {i}") for i in range(50)]
    for i in range(scenes):
        file: Mapping[str, Any] = {
            "path": f"/v/Northlight/Walk {i} by the lake 1080p.mp4", "size": 10**8, "duration": 60.0, "width": 1920,
            "height": 1080, "frame_rate": 25.0, "video_codec": "h264",
            "fingerprints": [{"type": "oshash", "value": f"{i:016x}"}],
        }  # fmt: skip
        stash.add_scene(details="Some words of it. " * 10, files=[file], tags=tags[i % 40 : i % 40 + 6])
    stash.later(days=1)
    stash.touch("1")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = stash.send(self.rfile.read(int(self.headers["content-length"])), {"ApiKey": KEY}).body
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    to.send(server.server_port)
    while to.recv() == "":
        stash.later(hours=5)
        for number in range(1, CHANGED + 1):
            stash.touch(str(number), title="new")
        to.send("changed")


def _row(what: str, figure: float) -> Row:
    return {"what": what, "figure": round(figure, 2)}


if __name__ == "__main__":
    main()
