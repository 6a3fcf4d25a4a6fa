"""An owner's corrections: of a file's metadata, and of a run's findings."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.pipelines.base import InspectedFile
from chalicelib.pipelines.media.correcting import (
    Correction,
    OutOfRange,
    UserTime,
    chosen,
    redated,
    user_time,
    with_user,
    without_user,
)
from chalicelib.pipelines.media.options import Options
from chalicelib.pipelines.media.planning import planned
from chalicelib.pipelines.media.tree import below
from tests.pipelines.media.test_media_run import Job, inspected

UTC, PARIS = ZoneInfo("UTC"), ZoneInfo("Europe/Paris")
NOON = datetime(2024, 1, 15, 12)  # noqa: DTZ001


def corrected(file: InspectedFile, correction: Correction, zone: ZoneInfo = UTC) -> dict[str, Any]:
    found = redated(file.metadata, correction, zone)
    assert found is not None
    return found


def with_metadata(file: InspectedFile, metadata: dict[str, Any]) -> InspectedFile:
    return InspectedFile(
        file.number, file.filename, None, file.state, file.size, file.content_type, file.sha256, file.crc32, metadata
    )


def dropping(file: InspectedFile, choice: Any = "drop") -> InspectedFile:
    return with_metadata(file, chosen(file.metadata, choice))


def test_a_shift_moves_clock_and_instant_and_keeps_what_was_found() -> None:
    found = corrected(inspected(1, "a.jpg"), Correction(shift=timedelta(hours=-7, seconds=30)))
    assert found["taken_local"] == "2024-01-15T05:00:30"
    assert found["detected_timestamp"] == "2024-01-15T05:00:30Z"
    assert (found["timestamp_source"], found["confidence"], found["offset_source"]) == ("user", "high", "user")
    assert [one["source"] for one in found["timestamp_candidates"]] == ["user", "exif_datetime_original"]
    assert found["corrected"]["found"]["detected_timestamp"] == "2024-01-15T12:00:00Z"


def test_a_zone_leaves_the_clock_and_moves_the_instant() -> None:
    found = corrected(inspected(1, "a.jpg"), Correction(zone=ZoneInfo("Asia/Tokyo")))
    assert (found["taken_local"], found["utc_offset"]) == ("2024-01-15T12:00:00", "+09:00")
    assert found["detected_timestamp"] == "2024-01-15T03:00:00Z"


def test_the_offset_of_a_zone_is_that_of_the_corrected_day() -> None:
    summer = Correction(day=date(2024, 7, 1), zone=PARIS)
    assert corrected(inspected(1, "a.jpg"), summer)["utc_offset"] == "+02:00"
    assert corrected(inspected(1, "a.jpg"), Correction(zone=PARIS))["utc_offset"] == "+01:00"


def test_another_day_keeps_the_time_of_day() -> None:
    assert corrected(inspected(1, "a.jpg"), Correction(day=date(1999, 12, 31)))["taken_local"] == "1999-12-31T12:00:00"


def test_a_photo_without_a_time_can_be_given_one_and_not_be_shifted() -> None:
    unknown = inspected(1, "a.jpg", None)
    assert redated(unknown.metadata, Correction(shift=timedelta(hours=1)), UTC) is None
    assert redated(unknown.metadata, Correction(zone=PARIS), UTC) is None
    found = corrected(unknown, Correction(local=NOON), PARIS)
    assert (found["taken_local"], found["utc_offset"]) == ("2024-01-15T12:00:00", "+01:00")
    assert corrected(unknown, Correction(day=date(1980, 5, 2)))["taken_local"] == "1980-05-02T00:00:00"


@pytest.mark.parametrize("days", [-80_000, 80_000, -800_000, 5_000_000])
def test_a_correction_out_of_the_years_that_are_taken_is_refused(days: int) -> None:
    with pytest.raises(OutOfRange):
        redated(inspected(1, "a.jpg").metadata, Correction(shift=timedelta(days=days)), UTC)


@given(st.lists(st.timedeltas(timedelta(days=-400), timedelta(days=400)), min_size=1, max_size=4), st.integers(-14, 14))
def test_any_corrections_taken_back_leave_what_was_found(shifts: list[timedelta], hours: int) -> None:
    before = inspected(1, "a.jpg", metadata={"subsecond": 0.25}).metadata
    after = dict(before)
    for shift in shifts:
        after = redated(after, Correction(shift=shift, offset=timedelta(hours=hours)), UTC) or {}
    said = user_time(after)
    assert said is not None
    assert said.local == NOON.replace(microsecond=250_000) + sum(shifts, timedelta())
    assert without_user(after) == before
    assert redated(after, Correction(), UTC) == before


def test_the_zip_follows_a_corrected_date(tmp_path: Path) -> None:
    moved = with_metadata(
        inspected(1, "a.jpg"),
        with_user(inspected(1, "a.jpg").metadata, UserTime(datetime(1987, 6, 5, 4), timedelta())),  # noqa: DTZ001
    )
    job = Job([moved, inspected(2, "b.jpg")], tmp_path)
    job.revision = 3
    job.run()
    assert job.paths == {"1987/06/19870605_040000.jpg": "a.jpg", "2024/01/20240115_120000.jpg": "b.jpg"}
    entry = job.manifest()["a.jpg"]
    assert (entry["timestamp_source"], entry["detected_timestamp"]) == ("user", "1987-06-05T04:00:00Z")
    assert json.loads(job.saved["manifest.json"])["revision"] == 3
    assert job.recorded is not None
    assert job.recorded[2]["revision"] == 3
    again = Job(job.all, tmp_path).run()
    assert again.paths == job.paths
    assert without_user(job.all[0].metadata)["detected_timestamp"] == "2024-01-15T12:00:00Z"


def test_what_belongs_to_a_photo_moves_with_it(tmp_path: Path) -> None:
    photo = inspected(1, "IMG_1.jpg")
    later = with_metadata(photo, corrected(photo, Correction(shift=timedelta(days=10))))
    film = inspected(2, "IMG_1.mov", "2024-01-15T12:00:02Z", content_type="video/quicktime")
    raw = inspected(3, "IMG_1.cr2", None, content_type="image/x-canon-cr2")
    job = Job([later, film, raw], tmp_path).run()
    assert set(job.paths) >= {"2024/01/20240125_120000.jpg", "2024/01/20240125_120000.mov"}
    assert job.all[1].metadata["taken_local"] == "2024-01-25T12:00:02"


def test_the_owner_says_which_of_identical_files_is_kept(tmp_path: Path) -> None:
    files = [inspected(n, f"{n}.jpg", sha256="a" * 64) for n in (1, 2, 3)]
    job = Job([files[0], files[1], dropping(files[2], "keep")], tmp_path).run()
    assert list(job.paths.values()) == ["3.jpg"]
    assert job.duplicates == {1: 3, 2: 3}
    group = json.loads(job.artifacts["duplicates"])["groups"][0]
    assert (group["kept"], sorted(group["files"])) == (3, [1, 2, 3])


def test_without_the_one_that_was_kept_the_next_best_takes_its_place(tmp_path: Path) -> None:
    files = [inspected(n, f"{n}.jpg", sha256="a" * 64) for n in (1, 2)]
    assert list(Job([dropping(files[0]), files[1]], tmp_path).run().paths.values()) == ["2.jpg"]


def test_two_identical_ones_can_both_be_kept(tmp_path: Path) -> None:
    files = [dropping(inspected(n, f"{n}.jpg", sha256="a" * 64), "keep") for n in (1, 2)]
    job = Job([*files, inspected(3, "3.jpg", sha256="a" * 64)], tmp_path).run()
    assert sorted(job.paths.values()) == ["1.jpg", "2.jpg"]
    assert sorted(json.loads(job.artifacts["duplicates"])["groups"][0]["files"]) == [1, 2, 3]


def test_where_all_of_them_are_left_out_the_zip_has_none(tmp_path: Path) -> None:
    files = [dropping(inspected(n, f"{n}.jpg", sha256="a" * 64)) for n in (1, 2)]
    job = Job([*files, inspected(3, "3.jpg")], tmp_path).run()
    assert list(job.paths.values()) == ["3.jpg"]
    assert {job.manifest()[name]["left_out"] for name in ("1.jpg", "2.jpg")} == {"dropped"}


def test_a_file_that_is_left_out_is_in_the_manifest_with_the_reason(tmp_path: Path) -> None:
    job = Job([dropping(inspected(1, "a.jpg", crc32=None)), inspected(2, "b.jpg")], tmp_path).run()
    assert list(job.paths.values()) == ["b.jpg"]
    assert (
        job.manifest()["a.jpg"] | {"path": None, "left_out": "dropped", "reason": "Its owner left it out."}
        == (job.manifest()["a.jpg"])
    )
    assert job.read == []
    assert job.recorded is not None
    assert (job.recorded[2]["dropped"], job.recorded[2]["in_zip"]) == (1, 1)
    assert job.recorded[2]["confidence"]["high"] == 1


def test_with_a_photo_all_that_belongs_to_it_is_left_out_but_what_its_owner_keeps(tmp_path: Path) -> None:
    photo, film = inspected(1, "IMG_1.jpg"), inspected(2, "IMG_1.mov", content_type="video/quicktime")
    raw = inspected(3, "IMG_1.cr2", content_type="image/x-canon-cr2")
    assert Job([dropping(photo), film, raw], tmp_path).run().paths == {}
    kept = Job([dropping(photo), film, dropping(raw, "keep")], tmp_path).run()
    assert kept.paths == {"2024/01/20240115_120000.cr2": "IMG_1.cr2"}


def test_a_look_into_a_zip_that_is_not_made_yet_shows_what_will_be_in_it(tmp_path: Path) -> None:
    files = [
        inspected(1, "Trip/a.jpg"),
        inspected(2, "Trip/b.jpg", "2023-05-01T10:00:00Z"),
        dropping(inspected(3, "c.jpg")),
        inspected(4, "Trip/a copy.jpg", sha256=f"{1:064x}"),
        inspected(5, "Trip/IMG_9.jpg"),
        inspected(6, "Trip/IMG_9.mov", content_type="video/quicktime"),
    ]
    for layout in ("year/month", "original"):
        options = Options(layout=layout, names="original")
        job = Job(files, tmp_path, layout=layout, names="original").run()
        looked = planned(files, options).places(options)
        assert {path: next(f.filename for f in files if f.number == n) for n, path in looked.items()} == job.paths


def test_a_folder_of_the_zip_lists_what_lies_directly_in_it() -> None:
    places = {1: "2024/01/a.jpg", 2: "2024/02/b.jpg", 3: "2024/c.jpg", 4: "2023/d.jpg", 5: "unknown/e.jpg"}
    sizes = dict.fromkeys(places, 10)
    folders, files = below(places, "", sizes)
    assert [(one.name, one.files, one.size) for one in folders] == [
        ("2023", 1, 10),
        ("2024", 3, 30),
        ("unknown", 1, 10),
    ]
    assert files == []
    folders, files = below(places, "2024", sizes)
    assert ([one.name for one in folders], files) == (["01", "02"], [("c.jpg", 3)])
    assert below(places, "20", sizes) == ([], [])
