"""A media job's run: duplicates, checksums, names, the zip."""

import csv
import dataclasses
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.pipelines.base import InspectedFile, Member
from chalicelib.pipelines.media import MEDIA
from chalicelib.pipelines.media.naming import Names
from chalicelib.pipelines.media.options import Options


class Job:
    """A job in memory: what a run leaves behind can be looked at."""

    def __init__(self, files: list[InspectedFile], scratch: Path, **options: object) -> None:
        self.job_id = "job"
        self.job_name = "Summer"
        self.options = Options(**options)
        self.scratch = scratch
        self.all = files
        self.saved: dict[str, bytes] = {}
        self.artifacts: dict[str, bytes] = {}
        self.duplicates: dict[int, int] = {}
        self.members: list[Member] = []
        self.archived_as = ("", "")
        self.read: list[int] = []
        self.recorded: tuple[str, float | None, Mapping[str, Any]] | None = None
        self.progressed: list[float] = []

    def files(self) -> Iterator[InspectedFile]:
        yield from self.all

    def open(self, file: InspectedFile) -> BinaryIO:
        raise AssertionError("no step opens a file")

    def fetch(self, file: InspectedFile) -> Path:
        raise AssertionError("no step fetches a file")

    def progress(self, percent: float, filename: str | None = None) -> None:
        self.progressed.append(percent)

    def save(self, name: str, content: bytes | Path) -> None:
        self.saved[name] = content if isinstance(content, bytes) else content.read_bytes()

    def load(self, name: str) -> Path:
        path = self.scratch / f"loaded-{name}"
        path.write_bytes(self.saved[name])
        return path

    def mark_duplicates(self, kept: Mapping[int, int]) -> None:
        self.duplicates.update(kept)
        self.all = [dataclasses.replace(f, state="duplicate") if f.number in kept else f for f in self.all]

    def checksum(self, file: InspectedFile) -> InspectedFile:
        self.read.append(file.number)
        known = dataclasses.replace(file, crc32=1)
        self.all = [known if f.number == file.number else f for f in self.all]
        return known

    def artifact(self, name: str, content: bytes | Path, filename: str, content_type: str) -> None:
        self.artifacts[name] = content if isinstance(content, bytes) else content.read_bytes()

    def archive(self, name: str, filename: str, members: Iterable[Member]) -> None:
        self.archived_as = (name, filename)
        self.members = list(members)

    def result(self, summary: str, quality_score: float | None, metadata: Mapping[str, Any]) -> None:
        self.recorded = (summary, quality_score, metadata)

    def run(self) -> "Job":
        for step in MEDIA.steps:
            step.run(self)
        return self

    @property
    def paths(self) -> dict[str, str]:
        """Path in the zip → original name."""
        return {m.path: m.content.filename for m in self.members if isinstance(m.content, InspectedFile)}

    def manifest(self) -> dict[str, dict[str, Any]]:
        member = next(m for m in self.members if m.path == "manifest.json")
        assert isinstance(member.content, Path)
        return {entry["original_filename"]: entry for entry in json.loads(member.content.read_text())["files"]}


def inspected(number: int, name: str, at: str | None = "2024-01-15T12:00:00Z", **changes: Any) -> InspectedFile:
    metadata: dict[str, Any] = {"width": 100, "height": 80, "confidence": changes.pop("confidence", "high")}
    if at:
        metadata |= {"detected_timestamp": at, "timestamp_source": "exif_datetime_original"}
    else:
        metadata["confidence"] = "none"
    if phash := changes.pop("phash", None):
        metadata["phash"] = phash
    file = InspectedFile(number, name, None, "inspected", 1000, "image/jpeg", f"{number:064x}", 7, metadata)
    metadata |= changes.pop("metadata", {})
    return dataclasses.replace(file, **changes)


def rejected(number: int, name: str) -> InspectedFile:
    return InspectedFile(number, name, None, "rejected", 10, "", None, None, {}, "unreadable", "The file is damaged.")


def test_files_are_named_by_their_time_and_numbered_where_they_collide(tmp_path: Path) -> None:
    job = Job(
        [
            inspected(1, "b.jpg"),
            inspected(2, "a.jpg"),
            inspected(3, "c.PNG", content_type="image/png"),
            inspected(4, "d.jpg"),
            inspected(5, "e.jpg", "2023-12-31T23:59:59Z"),
            inspected(6, "found in a drawer.jpg", None),
        ],
        tmp_path,
    ).run()
    assert job.paths == {
        "2024/20240115_120000.jpg": "b.jpg",
        "2024/20240115_120000_001.jpg": "a.jpg",
        "2024/20240115_120000.png": "c.PNG",
        "2024/20240115_120000_002.jpg": "d.jpg",
        "2023/20231231_235959.jpg": "e.jpg",
        "unknown/00006_found_in_a_drawer.jpg": "found in a drawer.jpg",
    }
    assert job.archived_as == ("complete", "Summer_results.zip")
    assert [m.path for m in job.members[-2:]] == ["manifest.json", "manifest.csv"]


def test_paths_are_in_the_jobs_zone(tmp_path: Path) -> None:
    job = Job([inspected(1, "a.jpg", "2023-12-31T23:30:00Z")], tmp_path, timezone="Europe/Paris").run()
    assert list(job.paths) == ["2024/20240101_003000.jpg"]
    at = job.members[0].modified_at
    assert at is not None
    assert at.isoformat() == "2024-01-01T00:30:00+01:00"


def test_exact_duplicates_are_there_once_and_the_first_is_kept(tmp_path: Path) -> None:
    same = "ab" * 32
    files = [inspected(3, "x.jpg", sha256=same), inspected(5, "y.jpg"), inspected(8, "z.jpg", sha256=same)]
    job = Job(files, tmp_path).run()
    assert job.duplicates == {8: 3}
    assert sorted(job.paths.values()) == ["x.jpg", "y.jpg"]
    entry = job.manifest()["z.jpg"]
    assert (entry["path"], entry["left_out"], entry["same_as"]) == (None, "duplicate", "2024/20240115_120000.jpg")
    assert json.loads(job.artifacts["duplicates"]) == {"groups": [{"kind": "exact", "kept": 3, "files": [3, 8]}]}


def test_near_duplicates_are_grouped_and_all_stay_in_the_zip(tmp_path: Path) -> None:
    files = [
        inspected(1, "small.jpg", phash="00000000000000ff"),
        inspected(2, "large.jpg", phash="00000000000000fe", metadata={"width": 1000}),
        inspected(3, "other.jpg", phash="ffffffffffffff00"),
        inspected(4, "copy of small.jpg", phash="00000000000000ff", sha256=f"{1:064x}"),
        inspected(5, "clip.mp4", content_type="video/mp4"),
    ]
    job = Job(files, tmp_path).run()
    assert json.loads(job.artifacts["duplicates"])["groups"] == [
        {"kind": "exact", "kept": 1, "files": [1, 4]},
        {"kind": "similar", "kept": 2, "files": [2, 1]},
    ]
    assert {"small.jpg", "large.jpg"} <= set(job.paths.values())


def test_the_distance_is_an_option(tmp_path: Path) -> None:
    files = [inspected(1, "a.jpg", phash="00000000000000ff"), inspected(2, "b.jpg", phash="00000000000000fe")]
    job = Job(files, tmp_path, similar_distance=0).run()
    assert json.loads(job.artifacts["duplicates"]) == {"groups": []}


def test_only_files_without_a_checksum_that_go_into_the_zip_are_read(tmp_path: Path) -> None:
    files = [
        inspected(1, "a.mp4", crc32=None),
        inspected(2, "b.jpg"),
        inspected(3, "c.mp4", crc32=None, sha256=f"{1:064x}"),
        rejected(4, "d.jpg"),
    ]
    job = Job(files, tmp_path).run()
    assert job.read == [1]
    assert all(m.content.crc32 is not None for m in job.members if isinstance(m.content, InspectedFile))


def test_the_manifests_name_every_original_and_why_it_was_left_out(tmp_path: Path) -> None:
    job = Job([inspected(1, "a.jpg"), rejected(2, "broken.jpg")], tmp_path).run()
    assert job.manifest() == {
        "a.jpg": {
            "original_filename": "a.jpg",
            "path": "2024/20240115_120000.jpg",
            "left_out": None,
            "reason": None,
            "same_as": None,
            "sha256": f"{1:064x}",
            "size_bytes": 1000,
            "content_type": "image/jpeg",
            "detected_timestamp": "2024-01-15T12:00:00Z",
            "timestamp_source": "exif_datetime_original",
            "confidence": "high",
        },
        "broken.jpg": {
            "original_filename": "broken.jpg",
            "path": None,
            "left_out": "unreadable",
            "reason": "The file is damaged.",
            "same_as": None,
            "sha256": None,
            "size_bytes": 10,
            "content_type": "",
            "detected_timestamp": None,
            "timestamp_source": None,
            "confidence": None,
        },
    }
    rows = list(csv.DictReader(io.StringIO(job.saved["manifest.csv"].decode())))
    assert [(row["original_filename"], row["path"], row["left_out"]) for row in rows] == [
        ("a.jpg", "2024/20240115_120000.jpg", ""),
        ("broken.jpg", "", "unreadable"),
    ]


@pytest.mark.parametrize(
    "name",
    ["=cmd|' /C calc'!A0.jpg", "+1.jpg", "@x.jpg", "-1.jpg", 'q"uo,te\nline.jpg', "\ud800.jpg", "nul\0.jpg", "🙂.jpg"],
)
def test_odd_names_survive_in_the_manifests_and_start_no_formula(name: str, tmp_path: Path) -> None:
    job = Job([inspected(1, name)], tmp_path).run()
    assert list(job.manifest()) == [name]
    (row,) = csv.DictReader(io.StringIO(job.saved["manifest.csv"].decode(), newline=""))
    assert row["original_filename"][0] not in "=+-@"
    assert row["original_filename"].lstrip("'") in (name, "\\ud800.jpg")


def test_the_result_counts_and_rates(tmp_path: Path) -> None:
    files = [
        inspected(1, "a.jpg"),
        inspected(2, "b.jpg", confidence="medium"),
        inspected(3, "c.jpg", confidence="low"),
        inspected(4, "d.jpg", None),
        inspected(5, "e.jpg", sha256=f"{1:064x}"),
        rejected(6, "f.jpg"),
    ]
    job = Job(files, tmp_path).run()
    assert job.recorded == (
        "6 files: 4 in the zip, 1 exact duplicate, 1 rejected, 0 groups of near duplicates.",
        0.5,
        {
            "files": 6,
            "in_zip": 4,
            "exact_duplicates": 1,
            "similar_groups": 0,
            "rejected": 1,
            "confidence": {"high": 1, "medium": 1, "low": 1, "none": 1},
        },
    )


def test_a_job_of_rejected_files_gives_manifests_and_no_quality(tmp_path: Path) -> None:
    job = Job([rejected(1, "a.jpg")], tmp_path).run()
    assert [m.path for m in job.members] == ["manifest.json", "manifest.csv"]
    assert job.recorded is not None
    assert job.recorded[1] is None


def test_running_every_step_again_changes_nothing(tmp_path: Path) -> None:
    same = "cd" * 32
    files = [inspected(1, "a.jpg", sha256=same), inspected(2, "b.jpg", sha256=same, crc32=None), rejected(3, "c.jpg")]
    job = Job(files, tmp_path).run()
    saved, paths, duplicates = dict(job.saved), job.paths, dict(job.duplicates)
    job.run()
    assert (job.saved, job.paths, job.duplicates) == (saved, paths, duplicates)


def test_every_step_passes_clean_points_and_stays_within_100(tmp_path: Path) -> None:
    job = Job([inspected(n, f"{n}.jpg") for n in range(5)], tmp_path)
    for step in MEDIA.steps:
        job.progressed.clear()
        step.run(job)
        assert len(job.progressed) >= 5, step.name
        assert all(0 <= percent <= 100 for percent in job.progressed)


@given(
    st.lists(st.tuples(st.text(max_size=300), st.none() | st.datetimes(timezones=st.just(Options().zone))), max_size=30)
)
def test_paths_are_unique_and_lead_nowhere_else(files: list[tuple[str, datetime | None]]) -> None:
    names = Names(Options().zone)
    paths = [names.path(number, name, "image/jpeg", at) for number, (name, at) in enumerate(files)]
    assert len({path.lower() for path in paths}) == len(paths)
    for path in paths:
        folder, _, name = path.partition("/")
        assert folder == "unknown" or folder.isdigit()
        assert name.endswith(".jpg")
        assert not set(name) & set('/\\:*?"<>|\0')
        assert ".." not in name
        assert name.isprintable()
        assert len(name.encode()) < 250


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("../../etc/passwd.jpg", "unknown/00001_passwd.jpg"),
        (r"C:\Windows\evil.jpg", "unknown/00001_evil.jpg"),
        ("CON.jpg", "unknown/00001_CON.jpg"),
        ("...", "unknown/00001.jpg"),
        ("🙂.jpg", "unknown/00001.jpg"),
        ("\u202egpj.exe", "unknown/00001_gpj.jpg"),
        ("Été à Paris (2).jpeg", "unknown/00001_Été_à_Paris_2.jpg"),
    ],
)
def test_of_a_name_only_letters_and_digits_are_left(name: str, path: str) -> None:
    assert Names(Options().zone).path(1, name, "image/jpeg", None) == path
