"""The cost of a CRC32 beside SHA-256: the inspection's Hasher against hashlib's SHA-256 alone on the same bytes."""

from __future__ import annotations

import argparse
import hashlib
import os
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.report import report
from chalicelib.files.hashing import Hasher

MIB = 1024 * 1024
AT_LEAST = 0.85


def sha256_alone(chunks: Sequence[bytes], times: int) -> str:
    sha256 = hashlib.sha256()
    for _ in range(times):
        for chunk in chunks:
            sha256.update(chunk)
    return sha256.hexdigest()


def sha256_and_crc32(chunks: Sequence[bytes], times: int) -> str:
    hasher = Hasher()
    for _ in range(times):
        for chunk in chunks:
            hasher.update(chunk)
    return hasher.digests().sha256


def main(argv: Sequence[str] | None = None) -> dict[str, object]:
    parser = argparse.ArgumentParser(prog="benchmarks.hashing", description=__doc__)
    parser.add_argument("--mib", type=int, default=1024, help="bytes hashed in one measurement, in MiB")
    parser.add_argument("--chunk-kib", type=int, default=1024, help="how they come, in KiB")
    parser.add_argument("--rounds", type=int, default=7, help="measurements of each, taken in turns")
    parser.add_argument("--json", type=Path, help="write the JSON here instead of printing it")
    options = parser.parse_args(argv)

    # 64 MiB of random bytes, repeated: more than a processor's caches hold, but little of a machine's memory.
    window = min(64, options.mib) * MIB
    content = os.urandom(window)
    chunks = [content[at : at + options.chunk_kib * 1024] for at in range(0, window, options.chunk_kib * 1024)]
    times = max(1, options.mib * MIB // window)
    ways: dict[str, Callable[[Sequence[bytes], int], str]] = {
        "hashlib SHA-256 alone": sha256_alone,
        "Hasher: SHA-256 and CRC32": sha256_and_crc32,
    }
    taken: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(options.rounds):
        found = set()
        for way, digest in ways.items():
            start = time.perf_counter()
            found.add(digest(chunks, times))
            taken[way].append(time.perf_counter() - start)
        if len(found) != 1:
            raise AssertionError("the two ways disagree on the SHA-256")
    base, *_ = medians = [statistics.median(seconds) for seconds in taken.values()]
    rows = [
        {
            "way": way,
            "MB/s": round(times * window / 1e6 / seconds),
            "of SHA-256 alone": round(base / seconds, 3),
            "enough": base / seconds >= AT_LEAST,
        }
        for way, seconds in zip(ways, medians, strict=True)
    ]
    return report(f"hashing {options.mib} MiB, at least {AT_LEAST} of SHA-256 alone", rows, options.json)


if __name__ == "__main__":
    main()
