"""A zip on one machine: real objects in the embedded cloud, beside the standard library writing them to disk."""

from __future__ import annotations

import os
import time
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from boto3.s3.transfer import TransferConfig

from chalicelib.files.archive import Entry
from chalicelib.jobs.work.archiving import Source, plan_archive, write_archive
from chalicelib.pipelines.base import InspectedFile, Member
from chalicelib.stores.object_bucket import ObjectBucket
from tests.local.cloud.running import Cloud

CHUNK = 8 * 1024 * 1024
BUCKET, KEY = "own", "results/job/complete"
SMALLEST_PART = 1  # as the stack sets it
WHOLE = TransferConfig(multipart_threshold=1 << 40)


class Unwatched:
    upload = None

    def note_upload(self, upload: object) -> None: ...
    def progress(self, percent: float, filename: str | None = None) -> None: ...


@dataclass(frozen=True)
class Round:
    """Seconds. stack: with all its answers synced. plain: zipfile without a sync; synced: zipfile, and its file synced
    to the disk."""

    stack: float
    plain: float
    synced: float


def measure(entries: Sequence[Entry], window: Path, folder: Path, rounds: int) -> list[Round]:
    """entries: their sources are offsets in the file `window`. Members are separate files in both ways."""
    files = folder / "files"
    files.mkdir()
    with window.open("rb") as opened:
        for number, entry in enumerate(entries, 1):
            opened.seek(entry.source)
            with (files / f"{number}").open("wb") as out:
                for start in range(0, entry.size, CHUNK):
                    out.write(opened.read(min(CHUNK, entry.size - start)))
    cloud = Cloud(folder / "cloud")
    cloud.start()
    try:
        s3 = cloud.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        objects = ObjectBucket(lambda: s3, lambda: s3, BUCKET, SMALLEST_PART)
        with ThreadPoolExecutor(2) as pool:
            list(
                pool.map(
                    lambda number: s3.upload_file(str(files / f"{number}"), BUCKET, f"in/{number}", Config=WHOLE),
                    range(1, len(entries) + 1),
                )
            )
        os.sync()
        return [Round(_stack(entries, objects), *_zipfile(entries, files, folder / "out.zip")) for _ in range(rounds)]
    finally:
        cloud.kill()


def _stack(entries: Sequence[Entry], objects: ObjectBucket) -> float:
    sources, members = {}, []
    for number, entry in enumerate(entries, 1):
        seen = objects.stat(f"in/{number}")
        sources[number] = Source(number, seen.key, seen.size, seen.etag, None)
        content = InspectedFile(number, entry.path, None, "inspected", entry.size, "", None, entry.crc32, {})
        members.append(Member(entry.path, content))
    began = time.perf_counter()
    size = write_archive(Unwatched(), objects, KEY, plan_archive(members, sources, objects.smallest_part), None)
    seconds = time.perf_counter() - began
    if objects.stat(KEY).size != size:
        raise AssertionError("the zip is of another size")
    objects.delete([KEY])
    os.sync()
    return seconds


def _zipfile(entries: Sequence[Entry], files: Path, target: Path) -> tuple[float, float]:
    began = time.perf_counter()
    with target.open("wb") as out:
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for number, entry in enumerate(entries, 1):
                archive.write(files / f"{number}", entry.path)
        out.flush()
        plain = time.perf_counter() - began
        os.fsync(out.fileno())
    synced = time.perf_counter() - began
    target.unlink()
    os.sync()
    return plain, synced
