"""Bytes read from S3 per byte stored: a photo during its inspection, and a large video that the store has verified."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.calls import photo
from benchmarks.report import Row, report
from chalicelib.pipelines.media import MEDIA
from tests.pipelines.media.makers import Reads, large_video, source

MB = 1_000_000
CONTAINERS = {"mp4": ".mp4", "mov": ".mov", "matroska": ".mkv", "avi": ".avi"}


def main(argv: Sequence[str] | None = None) -> dict[str, object]:
    parser = argparse.ArgumentParser(prog="benchmarks.reading", description=__doc__)
    parser.add_argument("--video-mb", type=int, default=200)
    parser.add_argument("--json", type=Path, help="write the JSON here instead of printing it")
    options = parser.parse_args(argv)
    rows = [inspected("photo of 5 MB", "a.jpg", photo(1, 5 * MB), verified=False, at_most=1.0)]
    rows.append(inspected("photo of 5 MB, verified", "a.jpg", photo(1, 5 * MB), verified=True, at_most=1.0))
    with tempfile.TemporaryDirectory() as folder:
        for container, extension in CONTAINERS.items():
            content = large_video(Path(folder) / container, container, options.video_mb * MB)
            rows.append(
                inspected(f"{extension} of {options.video_mb} MB, verified", f"a{extension}", content, True, 0.02)
            )
    return report("Bytes read per byte stored", rows, options.json)


def inspected(what: str, name: str, content: bytes, verified: bool, at_most: float) -> Row:
    reads = Reads(content)
    file = source(content, name, verified_sha256="0" * 64 if verified else None, stream=reads.stream)
    MEDIA.inspect(file, MEDIA.Options())
    ratio = reads.bytes / len(content)
    return {
        "file": what,
        "bytes read per byte": round(ratio, 4),
        "requests": len(reads.ranges),
        "at most": at_most,
        "kept": ratio <= at_most,
    }


if __name__ == "__main__":
    main()
