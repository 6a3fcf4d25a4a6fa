"""Zipping photos and films: planned parts beside the standard library's zipfile, with speed and peak memory.

The store is one file of random bytes; every member is a window of it. No way of zipping syncs anything to disk.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import resource
import statistics
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks import archive_local
from benchmarks.archive_simulation import rows
from benchmarks.report import Row, markdown, report, write_section
from chalicelib.files.archive import MIN_PART, Entry, Plan, assemble, plan
from chalicelib.files.hashing import crc32
from chalicelib.jobs.model import File
from chalicelib.jobs.ports.outside import UploadedPart
from chalicelib.jobs.work.archiving import PASSED_THROUGH, Source, plan_archive, write_archive
from chalicelib.pipelines.base import InspectedFile, Member

MIB = 1024 * 1024
PHOTO = 5_000_000
FILM = 256 * MIB
CHUNK = 8 * MIB
MOST_MEMORY = 200 * MIB
ABOUT = (
    "`make bench ARGS=archive` writes this table: the planner's own parts at 75 MB/s a worker, 20 ms to the first "
    "byte, 3,500 PUTs and 5,500 GETs a second, copies inside S3 at 200 MB/s each (an assumption: S3 publishes no "
    "rate), a second until an invoked worker begins, and what planning takes of a processor here. Reading the job's "
    "files from the table comes on top. `one worker` is the strategy `cheap`; `fast` has the runs before and after "
    "the slices in it."
)
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"


class Store:
    """Windows of one file on disk; a source is the offset at which its window begins."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_RDONLY)
        self.bytes_read = 0

    def read(self, source: int, start: int, end: int) -> bytes:
        self.bytes_read += end - start
        return os.pread(self._file, end - start, source + start)

    def copy(self, source: int, start: int, end: int, out: int, out_at: int) -> None:
        """Copies as a store does for UploadPartCopy: in the kernel, bypassing this process."""
        at = source + start
        while at < source + end:
            copied = os.copy_file_range(self._file, out, source + end - at, at, out_at)
            at, out_at = at + copied, out_at + copied


def with_zipfile(entries: Sequence[Entry], store: Store, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for entry in entries:
            member = zipfile.ZipInfo(entry.path)
            member.file_size = entry.size
            with archive.open(member, "w") as out:
                for start in range(0, entry.size, CHUNK):
                    out.write(store.read(entry.source, start, min(start + CHUNK, entry.size)))


def with_every_part_assembled(entries: Sequence[Entry], store: Store, target: Path) -> None:
    _execute(plan(entries, copy_from=1 << 62), store, target, copies=False)


def with_large_members_copied(entries: Sequence[Entry], store: Store, target: Path) -> None:
    _execute(plan(entries), store, target, copies=True)


def _execute(planned: Plan, store: Store, target: Path, copies: bool) -> None:
    out = os.open(target, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
    try:
        for part in planned.parts:
            if copies and part.copy_of:
                store.copy(part.copy_of.source, part.copy_of.start, part.copy_of.end, out, part.start)
            else:
                os.pwrite(out, assemble(part, store.read), part.start)
    finally:
        os.close(out)


class DiskStore:
    """The part of an object store that writing a zip needs: keys are offsets in the file, parts go to their places."""

    smallest_part = MIN_PART

    def __init__(self, store: Store, target: Path, entries: Sequence[Entry]) -> None:
        self._store = store
        self._out = os.open(target, os.O_RDWR | os.O_CREAT | os.O_TRUNC)
        self._starts = [part.start for part in plan(entries, part=PASSED_THROUGH).parts]

    def start_parts(self, key: str, content_type: str, **_: object) -> str:
        return key

    def stream(self, key: str, start: int, end: int, **_: object) -> Iterator[bytes]:
        for at in range(start, end, MIB):
            yield self._store.read(int(key), at, min(at + MIB, end))

    def put_part(self, key: str, upload_id: str, number: int, content: bytes | bytearray) -> UploadedPart:
        os.pwrite(self._out, content, self._starts[number - 1])
        return UploadedPart(number, "", len(content))

    def copy_part(
        self, key: str, upload_id: str, number: int, source: str, start: int, end: int, **_: object
    ) -> UploadedPart:
        self._store.copy(int(source), start, end, self._out, self._starts[number - 1])
        return UploadedPart(number, "", end - start)

    def finish_parts(self, key: str, upload_id: str, parts: Sequence[UploadedPart], **_: object) -> None:
        os.close(self._out)


class Unwatched:
    upload = None

    def note_upload(self, upload: object) -> None: ...
    def progress(self, percent: float, filename: str | None = None) -> None: ...


def as_a_run_writes_it(entries: Sequence[Entry], store: Store, target: Path) -> None:
    files, members = {}, []
    for number, entry in enumerate(entries, 1):
        files[number] = Source.of(File("", number, entry.path, str(entry.source), entry.size))
        content = InspectedFile(number, entry.path, None, "inspected", entry.size, "", None, entry.crc32, {})
        members.append(Member(entry.path, content))
    objects: Any = DiskStore(store, target, entries)
    write_archive(Unwatched(), objects, "complete", plan_archive(members, files), None)


class Nowhere:
    """A store of zeros that accepts every part and keeps none."""

    smallest_part = MIN_PART

    def start_parts(self, key: str, content_type: str, **_: object) -> str:
        return key

    def stream(self, key: str, start: int, end: int, **_: object) -> Iterator[bytes]:
        yield bytes(end - start)

    def put_part(self, key: str, upload_id: str, number: int, content: bytes | bytearray) -> UploadedPart:
        return UploadedPart(number, "", len(content))

    def finish_parts(self, key: str, upload_id: str, parts: Sequence[UploadedPart], **_: object) -> None: ...


def memory_of_many(count: int, size: int) -> tuple[int, float]:
    """(additional MiB, seconds) for writing a zip of `count` members of `size` bytes, including a run's records of them
    and the parts in progress: three of 24 MiB."""
    before = peak_memory()
    crc = crc32(bytes(size))
    at = datetime(2024, 6, 1, tzinfo=UTC)
    numbers = range(1, count + 1)
    files = {n: Source(n, f"uploads/media/01m8fj1mavte4m3td0gn83bsrw/{n:08}", size, f"{n:032x}", None) for n in numbers}

    def members() -> Iterator[Member]:
        for n in numbers:
            content = InspectedFile(n, f"IMG_{n:06}.jpg", None, "inspected", size, "image/jpeg", None, crc, {})
            yield Member(f"2024/06/20240601_{n:06}.jpg", content, at + timedelta(seconds=n))

    objects: Any = Nowhere()
    start = time.perf_counter()
    write_archive(Unwatched(), objects, "complete", plan_archive(members(), files), None)
    return (peak_memory() - before) // MIB, time.perf_counter() - start


WAYS: dict[str, Callable[[Sequence[Entry], Store, Path], None]] = {
    "zipfile (standard library)": with_zipfile,
    "planned, every part assembled": with_every_part_assembled,
}
if hasattr(os, "copy_file_range"):  # on Linux
    WAYS["planned, large members copied"] = with_large_members_copied
    WAYS["the same, several parts at once, as a run does it"] = as_a_run_writes_it


def peak_memory() -> int:
    """Of this process, in bytes. Linux includes a parent's peak in a child's ru_maxrss, so VmHWM is preferred."""
    status = Path("/proc/self/status")
    if status.exists():
        return next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def measure(way: str, entries: Sequence[Entry], source: Path, target: Path, check: bool) -> tuple[float, int, int]:
    """(seconds, peak memory, bytes read through the process) of one zip."""
    store = Store(source)
    start = time.perf_counter()
    WAYS[way](entries, store, target)
    seconds = time.perf_counter() - start
    peak = peak_memory()
    if check:
        with zipfile.ZipFile(target) as archive:
            if archive.testzip() or len(archive.infolist()) != len(entries):
                raise AssertionError(f"{way}: the zip is damaged")
    target.unlink()
    return seconds, peak, store.bytes_read


def make_entries(source: Path, total: int) -> list[Entry]:
    """Half of `total` bytes in photos of 5 MB, half in films of 256 MiB."""
    sizes = [PHOTO] * (total // 2 // PHOTO) + [FILM] * (total // 2 // FILM)
    choose = random.Random(0)  # the same mix in every run
    choose.shuffle(sizes)
    store, end = Store(source), source.stat().st_size
    entries = []
    for number, size in enumerate(sizes):
        at, crc = choose.randrange(end - size + 1), 0
        for start in range(0, size, CHUNK):
            crc = crc32(store.read(at, start, min(start + CHUNK, size)), crc)
        entries.append(Entry(f"2024/{number:05}.{'jpg' if size == PHOTO else 'mp4'}", size, crc, source=at))
    return entries


def _told(mix: str, mib: int, took: Sequence[archive_local.Round]) -> str:
    stack = statistics.median(one.stack for one in took)
    plain = statistics.median(one.plain for one in took)
    synced = statistics.median(one.synced for one in took)
    return (
        f"{mib} MiB ({mix}) on the stack of one machine: {stack:.1f} s, synced. The standard library's zipfile to "
        f"disk: {plain:.1f} s, and {synced:.1f} s with a sync. Ratios: {plain / stack:.2f} and {synced / stack:.2f}."
    )


def _page(simulated: Sequence[Row], local: str) -> str:
    return f"""## Zips by one worker and by many (simulated)

{ABOUT}

{markdown(simulated)}

{local}
"""


def main(argv: Sequence[str] | None = None) -> dict[str, object]:
    parser = argparse.ArgumentParser(prog="benchmarks.archive", description=__doc__)
    parser.add_argument("--mib", type=int, default=2048, help="bytes zipped in one measurement, in MiB; 512 at least")
    parser.add_argument("--rounds", type=int, default=6, help="measurements of each way, taken in turns")
    parser.add_argument("--real-rounds", type=int, default=3, help="measurements on the stack of one machine")
    parser.add_argument("--members", type=int, default=100_000, help="of the zip whose memory is measured")
    parser.add_argument("--scratch", type=Path, help="folder on the disk to measure; needs --mib and 300 MiB more")
    parser.add_argument("--json", type=Path, help="write the JSON here instead of printing it")
    options = parser.parse_args(argv)
    if options.mib < 2 * FILM // MIB:
        parser.error("--mib must be at least 512")

    with tempfile.TemporaryDirectory(dir=options.scratch) as folder:
        source, target = Path(folder, "store"), Path(folder, "out.zip")
        with source.open("wb") as out:
            for _ in range((FILM + 32 * MIB) // CHUNK):
                out.write(os.urandom(CHUNK))
        entries = make_entries(source, options.mib * MIB)
        outcomes: dict[str, list[tuple[float, int, int]]] = {way: [] for way in WAYS}
        processes = multiprocessing.get_context("spawn")
        for round_number in range(options.rounds):
            # In a different order each round: the first way after a pause finds the disk's cache idle.
            for way in [*WAYS][round_number % len(WAYS) :] + [*WAYS][: round_number % len(WAYS)]:
                # A process each, so that each peak memory is separate.
                with processes.Pool(1) as pool:
                    arguments = (way, entries, source, target, round_number == 0)
                    outcomes[way].append(pool.apply(measure, arguments))

        films = [entry for entry in make_entries(source, 2 * options.mib * MIB) if entry.size == FILM]
        real = {}
        for mix, members in {"half photos, half films": entries, "films alone": films}.items():
            with tempfile.TemporaryDirectory(dir=folder) as apart:
                real[mix] = archive_local.measure(members, source, Path(apart), options.real_rounds)
        with processes.Pool(1) as pool:
            beside, seconds = pool.apply(memory_of_many, (options.members, 20_000))
    total = sum(entry.size for entry in entries)
    table: list[Row] = []
    for way, runs in outcomes.items():
        peak = max(peak for _, peak, _ in runs)
        table.append(
            {
                "way": way,
                "MB/s": round(total / 1e6 / statistics.median(seconds for seconds, _, _ in runs)),
                "best": round(total / 1e6 / min(seconds for seconds, _, _ in runs)),
                "MB through the process": round(runs[0][2] / 1e6),
                "peak memory MiB": round(peak / MIB),
                "under 200 MiB": peak < MOST_MEMORY,
            }
        )
    simulated = rows()
    report("Zips on AWS, simulated", simulated, Path(os.devnull))
    local = "\n\n".join(_told(mix, options.mib, took) for mix, took in real.items())
    print(local)
    write_section(PAGE, "archives", _page(simulated, local))
    many = f"zipping {len(entries)} members, {round(total / 1e6)} MB"
    print(f"{options.members:,} members of 20 kB: {beside} MiB beside the imports, {seconds:.0f} s of our own")
    return report(f"{many}; {options.members:,} of 20 kB take {beside} MiB", table, options.json)


if __name__ == "__main__":
    main()
