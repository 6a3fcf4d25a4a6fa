"""The synthetic set used by the demo and the end-to-end test."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from chalicelib.pipelines.base import Inspection, UnreadableFile
from chalicelib.pipelines.media import MediaPipeline
from chalicelib.pipelines.media.options import Options
from infra.local.samples import make_samples
from tests.pipelines.media.makers import source

PIPELINE = MediaPipeline(clock=lambda: datetime(2026, 6, 1, tzinfo=UTC))


def found(path: Path) -> Inspection | str:
    try:
        return PIPELINE.inspect(source(path.read_bytes(), path.name), Options())
    except UnreadableFile as refused:
        return refused.code


def test_the_samples_are_the_same_bytes_every_time(tmp_path: Path) -> None:
    once, again = make_samples(tmp_path / "a"), make_samples(tmp_path / "b")
    assert [p.name for p in once] == [p.name for p in again]
    assert [p.read_bytes() for p in once] == [p.read_bytes() for p in again]


def test_the_samples_show_what_they_are_meant_to(tmp_path: Path) -> None:
    paths = make_samples(tmp_path)
    results = {path.name: found(path) for path in paths}
    assert {name: code for name, code in results.items() if isinstance(code, str)} == {
        "damaged.jpg": "unreadable",
        "not a photo.jpg": "content_mismatch",
    }
    metadata = {name: result.metadata for name, result in results.items() if isinstance(result, Inspection)}
    assert {m["confidence"] for m in metadata.values()} == {"high", "medium", "low", "none"}
    assert "gps" in metadata["with a place.jpg"]
    assert (metadata["on its side.jpg"]["width"], metadata["on its side.jpg"]["height"]) == (960, 720)
    assert metadata["VID_20240601_100000.mp4"]["duration_seconds"] == 2.0
    digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    assert len(set(digests)) == len(digests) - 1
    near = [int(metadata[name]["phash"], 16) for name in ("harbour.jpg", "harbour small.jpg")]
    assert (near[0] ^ near[1]).bit_count() <= Options().similar_distance
