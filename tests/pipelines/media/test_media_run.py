"""The run of a media job: duplicates, checksums, names, the zip."""

import csv
import dataclasses
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.similar import stamped
from chalicelib.files.zip_layout import Entry as ZipEntry
from chalicelib.files.zip_layout import Layout
from chalicelib.pipelines.base import InspectedFile, Member
from chalicelib.pipelines.media import MEDIA
from chalicelib.pipelines.media.layout import layout
from chalicelib.pipelines.media.naming import Entry, paths
from chalicelib.pipelines.media.options import Options
from infra.local.samples import scene

NOON = datetime(2024, 1, 15, 12)  # noqa: DTZ001


class Job:
    """A job in memory, whose outputs can be examined after a run."""

    def __init__(self, files: list[InspectedFile], scratch: Path, **options: object) -> None:
        self.job_id = "job"
        self.job_name = "Summer"
        self.revision = 0
        self.options = Options(**options)
        self.scratch = scratch
        self.state: Mapping[str, Any] | None = None
        self.all = files
        self.saved: dict[str, bytes] = {}
        self.artifacts: dict[str, bytes] = {}
        self.duplicates: dict[int, int] = {}
        self.members: list[Member] = []
        self.archived_as = ("", "")
        self.read: list[int] = []
        self.passes = 0
        self.recorded: tuple[str, float | None, Mapping[str, Any]] | None = None
        self.progressed: list[float] = []
        self.texts: dict[int, dict[str, Any]] = {}

    def files(self) -> Iterator[InspectedFile]:
        self.passes += 1
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

    def describe(self, file: InspectedFile, metadata: Mapping[str, Any], **texts: Any) -> None:
        self.all = [dataclasses.replace(f, metadata=dict(metadata)) if f.number == file.number else f for f in self.all]
        self.texts[file.number] = {key: value for key, value in texts.items() if value}

    def checksum(self, file: InspectedFile) -> InspectedFile:
        self.read.append(file.number)
        known = dataclasses.replace(file, crc32=1)
        self.all = [known if f.number == file.number else f for f in self.all]
        return known

    def artifact(self, name: str, content: bytes | Path, filename: str, content_type: str) -> None:
        self.artifacts[name] = content if isinstance(content, bytes) else content.read_bytes()

    def share_archives(self, archives: Iterable[tuple[str, Iterable[Member]]], strategy: str = "auto") -> int:
        for _, members in archives:
            list(members)
        return 0

    def archive(self, name: str, filename: str, members: Iterable[Member]) -> None:
        self.archived_as = (name, filename)
        self.members = list(members)

    def model(self, name: str) -> Path:
        raise KeyError(name)

    def checkpoint(self, state: Mapping[str, Any]) -> None:
        raise AssertionError("no step is long")

    def pause(self, code: str, message: str) -> NoReturn:
        raise AssertionError("nothing is asked")

    def user_data(self, kind: str, name: str) -> bytes | None:
        return None

    def verdict(self, file: InspectedFile, verdict: str, message: str | None = None, **details: Any) -> None:
        raise AssertionError("no verdicts")

    def result(
        self,
        summary: str,
        quality_score: float | None,
        metadata: Mapping[str, Any],
        file: InspectedFile | None = None,
    ) -> None:
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
        metadata |= {"detected_timestamp": at, "taken_local": at[:19], "utc_offset": "+00:00", "offset_source": "exif"}
        metadata |= {"timestamp_source": "exif_datetime_original"}
        metadata["timestamp_candidates"] = [{"source": "exif_datetime_original", "time": at, "weight": 10}]
    else:
        metadata["confidence"] = "none"
    if drawn := changes.pop("drawn", None):
        metadata["layout"] = layout(scene(drawn, (96, 72)))
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
        "2024/01/20240115_120000.jpg": "a.jpg",
        "2024/01/20240115_120000_001.jpg": "b.jpg",
        "2024/01/20240115_120000_002.png": "c.PNG",
        "2024/01/20240115_120000_003.jpg": "d.jpg",
        "2023/12/20231231_235959.jpg": "e.jpg",
        "unknown/00006_found_in_a_drawer.jpg": "found in a drawer.jpg",
    }
    assert job.archived_as == ("complete", "Summer_results.zip")
    assert [m.path for m in job.members[-2:]] == ["manifest.json", "manifest.csv"]


def test_paths_follow_the_clock_at_the_place(tmp_path: Path) -> None:
    tokyo = {"taken_local": "2024-01-01T00:10:00", "utc_offset": "+09:00"}
    job = Job([inspected(1, "a.jpg", "2023-12-31T15:10:00Z", metadata=tokyo)], tmp_path, timezone="Europe/Paris").run()
    assert list(job.paths) == ["2024/01/20240101_001000.jpg"]
    at = job.members[0].modified_at
    assert at is not None
    assert at.isoformat() == "2024-01-01T00:10:00+09:00"


def test_exact_duplicates_are_there_once_and_the_first_is_kept(tmp_path: Path) -> None:
    same = "ab" * 32
    files = [inspected(3, "x.jpg", sha256=same), inspected(5, "y.jpg"), inspected(8, "z.jpg", sha256=same)]
    job = Job(files, tmp_path).run()
    assert job.duplicates == {8: 3}
    assert sorted(job.paths.values()) == ["x.jpg", "y.jpg"]
    entry = job.manifest()["z.jpg"]
    assert (entry["path"], entry["left_out"], entry["same_as"]) == (None, "duplicate", "2024/01/20240115_120000.jpg")
    assert json.loads(job.artifacts["duplicates"]) == {"groups": [{"kind": "exact", "kept": 3, "files": [3, 8]}]}


def test_near_duplicates_are_grouped_and_all_stay_in_the_zip(tmp_path: Path) -> None:
    files = [
        inspected(1, "small.jpg", drawn=1),
        inspected(2, "large.jpg", drawn=1, metadata={"width": 1000}),
        inspected(3, "other.jpg", drawn=2),
        inspected(4, "copy of small.jpg", drawn=1, sha256=f"{1:064x}"),
        inspected(5, "clip.mp4", content_type="video/mp4"),
    ]
    job = Job(files, tmp_path).run()
    assert json.loads(job.artifacts["duplicates"])["groups"] == [
        {"kind": "exact", "kept": 1, "files": [1, 4]},
        {"kind": "similar", "kept": 2, "files": [2, 1]},
    ]
    assert {"small.jpg", "large.jpg"} <= set(job.paths.values())


def test_the_distance_is_an_option(tmp_path: Path) -> None:
    picture = scene(1, (96, 72))
    files = [inspected(1, "a.jpg", drawn=1), inspected(2, "b.jpg", metadata={"layout": layout(stamped(picture))})]
    for distance, groups in ((0, 0), (6, 1)):
        job = Job(files, tmp_path, similar_distance=distance).run()
        assert len(json.loads(job.artifacts["duplicates"])["groups"]) == groups


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


def test_where_all_checksums_are_known_files_are_not_listed_for_them(tmp_path: Path) -> None:
    checksums = next(step for step in MEDIA.steps if step.name == "Completing checksums")
    for unread, passes in ((None, 1), (7, 0)):
        job = Job([inspected(1, "a.jpg", crc32=unread), inspected(2, "b.jpg")], tmp_path)
        MEDIA.steps[0].run(job)
        job.passes = 0
        checksums.run(job)
        assert job.passes == passes


def test_the_manifests_name_every_original_and_why_it_was_left_out(tmp_path: Path) -> None:
    job = Job([inspected(1, "a.jpg"), rejected(2, "broken.jpg")], tmp_path).run()
    assert job.manifest() == {
        "a.jpg": {
            "original_filename": "a.jpg",
            "path": "2024/01/20240115_120000.jpg",
            "left_out": None,
            "reason": None,
            "same_as": None,
            "sha256": f"{1:064x}",
            "size_bytes": 1000,
            "content_type": "image/jpeg",
            "detected_timestamp": "2024-01-15T12:00:00Z",
            "taken_local": "2024-01-15T12:00:00",
            "utc_offset": "+00:00",
            "timestamp_source": "exif_datetime_original",
            "confidence": "high",
            "group": None,
            "group_role": None,
            "damaged": None,
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
            "taken_local": None,
            "utc_offset": None,
            "timestamp_source": None,
            "confidence": None,
            "group": None,
            "group_role": None,
            "damaged": None,
        },
    }
    rows = list(csv.DictReader(io.StringIO(job.saved["manifest.csv"].decode())))
    assert [(row["original_filename"], row["path"], row["left_out"]) for row in rows] == [
        ("a.jpg", "2024/01/20240115_120000.jpg", ""),
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
            "groups": 0,
            "sidecars": 0,
            "damaged": 0,
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
    job = Job([inspected(n, f"{n}.jpg", crc32=n or None) for n in range(5)], tmp_path)
    for step in MEDIA.steps:
        job.progressed.clear()
        step.run(job)
        if step.slices:
            assert step.slices(job) == 0
        assert len(job.progressed) >= 5, step.name
        assert all(0 <= percent <= 100 for percent in job.progressed)


def of(files: list[Entry], layout: str = "year/month", names: str = "time") -> list[str]:
    found = paths([[file] for file in files], layout, names)
    return [found[file.number] for file in files]


LAYOUTS = ["year", "year/month", "year/month-day", "original"]


@given(
    st.lists(st.tuples(st.text(max_size=300), st.none() | st.datetimes()), max_size=30),
    st.sampled_from(LAYOUTS),
    st.sampled_from(["time", "original"]),
)
def test_paths_are_unique_and_lead_nowhere_else(
    files: list[tuple[str, datetime | None]], layout: str, names: str
) -> None:
    found = of([Entry(n, name, "image/jpeg", local=at) for n, (name, at) in enumerate(files)], layout, names)
    assert len({path.casefold() for path in found}) == len(found)
    folders = {
        "/".join(path.split("/")[:depth]).casefold() for path in found for depth in range(1, path.count("/") + 1)
    }
    assert not folders & {path.casefold() for path in found}
    for path in found:
        *above, name = path.split("/")
        if layout != "original":
            assert above[0] == "unknown" or above[0].isdigit()
        assert name.endswith(".jpg")
        for part in (*above, name):
            assert part.strip(" .")
            assert not set(part) & set('/\\:*?"<>|\0')
            assert part.isprintable()
            assert len(part) < 150
    Layout([ZipEntry.of(path, b"") for path in found])


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
    assert of([Entry(1, name, "image/jpeg")]) == [path]


@pytest.mark.parametrize(
    ("layout", "path"),
    [
        ("year", "2024/20240115_120000.jpg"),
        ("year/month", "2024/01/20240115_120000.jpg"),
        ("year/month-day", "2024/01-15/20240115_120000.jpg"),
        ("original", "Trip/Day 1/20240115_120000.jpg"),
    ],
)
def test_the_layout_of_folders_is_an_option(layout: str, path: str) -> None:
    assert of([Entry(1, "Trip/Day 1/IMG_1.JPG", "image/jpeg", local=NOON)], layout) == [path]


def test_original_names_have_the_time_in_front_where_two_collide() -> None:
    files = [
        Entry(1, "a/IMG_1.JPG", "image/jpeg", local=NOON),
        Entry(2, "b/img_1.jpg", "image/jpeg", local=NOON.replace(hour=13)),
        Entry(3, "b/IMG_2.jpg", "image/jpeg", local=NOON),
        Entry(4, "c/IMG_1.jpg", "image/jpeg", local=NOON),
    ]
    assert of(files, "year", "original") == [
        "2024/20240115_120000_IMG_1.jpg",
        "2024/20240115_130000_img_1.jpg",
        "2024/IMG_2.jpg",
        "2024/20240115_120000_IMG_1_001.jpg",
    ]
    assert of(files, "original", "original") == ["a/IMG_1.jpg", "b/img_1.jpg", "b/IMG_2.jpg", "c/IMG_1.jpg"]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("../../etc/passwd.jpg", "etc/passwd.jpg"),
        (r"C:\Windows\evil.jpg", "C_/Windows/evil.jpg"),
        ("con/AUX.jpg", "con_/AUX_.jpg"),
        ("...", "00001.jpg"),
        ("Été à Paris/Seine (2).jpeg", "Été à Paris/Seine (2).jpg"),
        ("manifest.json/x.jpg", "manifest.json_/x.jpg"),
        ("a./ b /c .jpg", "a/b/c.jpg"),
    ],
)
def test_original_folders_and_names_lead_nowhere_else(name: str, path: str) -> None:
    assert of([Entry(1, name, "image/jpeg")], "original", "original") == [path]


def test_a_file_is_never_named_as_a_folder_is() -> None:
    files = [Entry(1, "a/x.jpg/1.jpg", "image/jpeg"), Entry(2, "a/x.jpg", "image/jpeg")]
    assert of(files, "original", "original") == ["a/x.jpg/1.jpg", "a/x_001.jpg"]


def test_parts_of_a_second_order_a_burst() -> None:
    files = [
        Entry(n, name, "image/jpeg", local=NOON.replace(microsecond=part))
        for n, (name, part) in enumerate([("a.jpg", 300_000), ("b.jpg", 50_000), ("c.jpg", 150_000)])
    ]
    assert [path[-7:-4] for path in of(files)] == ["002", "000", "001"]


def test_where_parts_of_a_second_are_equal_the_cameras_counter_orders_and_may_turn_over() -> None:
    names = ["IMG_0001.JPG", "IMG_9998.JPG", "IMG_9999.JPG", "IMG_0002.JPG"]
    found = of([Entry(n, name, "image/jpeg", local=NOON) for n, name in enumerate(names)])
    assert sorted(names, key=lambda name: found[names.index(name)]) == [
        "IMG_9998.JPG", "IMG_9999.JPG", "IMG_0001.JPG", "IMG_0002.JPG",
    ]  # fmt: skip


def test_what_belongs_together_has_one_stem_and_each_stem_one_counter() -> None:
    groups = [
        [
            Entry(1, "IMG_1.HEIC", "image/heic", local=NOON),
            Entry(2, "IMG_1.MOV", "video/quicktime", "motion"),
            Entry(3, "IMG_E1.HEIC", "image/heic", "edited"),
            Entry(4, "IMG_1.HEIC.xmp", "application/rdf+xml", "sidecar"),
            Entry(5, "IMG_1.DNG.xmp", "application/rdf+xml", "sidecar"),
        ],
        [Entry(6, "IMG_2.jpg", "image/jpeg", local=NOON)],
    ]
    stem = "2024/20240115_120000"
    assert paths(groups, "year", "time") == {
        1: f"{stem}.heic",
        2: f"{stem}.mov",
        3: f"{stem}_edited.heic",
        4: f"{stem}.xmp",
        5: f"{stem}.dng.xmp",
        6: f"{stem}_001.jpg",
    }
