"""Files that belong together stay together, and no others do."""

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.pipelines.base import InspectedFile, Inspection, UnreadableFile
from chalicelib.pipelines.media import MEDIA
from chalicelib.pipelines.media.grouping import named
from chalicelib.pipelines.media.matching import Named, photo_of_takeout
from chalicelib.pipelines.media.options import Options
from tests.pipelines.media.makers import source
from tests.pipelines.media.test_media_metadata import packet
from tests.pipelines.media.test_media_run import Job, inspected

TAKEN = "2024-01-15T12:00:00Z"


def film(number: int, name: str, at: str | None = TAKEN, **more: Any) -> InspectedFile:
    return inspected(number, name, at, content_type="video/quicktime", **more)


def raw(number: int, name: str, at: str | None = TAKEN, **more: Any) -> InspectedFile:
    return inspected(number, name, at, content_type="image/x-adobe-dng", **more)


def sidecar(number: int, name: str, content: bytes) -> InspectedFile:
    found = MEDIA.inspect(source(content, name), Options())
    return InspectedFile(
        number, name, "sidecar", "inspected", len(content), found.content_type, f"{number:064x}", 7, found.metadata
    )


def takeout(number: int, name: str, **said: Any) -> InspectedFile:
    title = said.pop("title", name.rpartition("/")[2].partition(".json")[0])
    return sidecar(
        number, name, json.dumps({"title": title, "photoTakenTime": {"timestamp": "1258375918"}, **said}).encode()
    )


def groups(job: Job) -> list[set[str]]:
    """The names that share a stem in the zip, where several do; the metadata lists the same ones."""
    by_group: dict[int, set[str]] = {}
    stems: dict[str, set[str]] = {}
    for file in job.all:
        if "group" in file.metadata:
            by_group.setdefault(file.metadata["group"], set()).add(file.filename)
    for path, name in job.paths.items():
        stems.setdefault(path.partition(".")[0].removesuffix("_edited").removesuffix("_sidecar"), set()).add(name)
    found = sorted((names for names in by_group.values()), key=min)
    assert found == sorted((names for names in stems.values() if len(names) > 1), key=min)
    return found


def run(tmp_path: Path, *files: InspectedFile, **options: Any) -> Job:
    return Job(list(files), tmp_path, **options).run()


def metadata(job: Job, name: str) -> Any:
    return next(file.metadata for file in job.all if file.filename == name)


# -- Live Photos ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [0, 2, 3])
def test_a_live_photo_is_a_still_and_a_film_of_one_stem_within_three_seconds(tmp_path: Path, seconds: int) -> None:
    at = f"2024-01-15T11:59:{60 - seconds:02}Z" if seconds else TAKEN
    job = run(tmp_path, inspected(1, "a/IMG_1.HEIC"), film(2, "a/IMG_1.MOV", at))
    assert groups(job) == [{"a/IMG_1.HEIC", "a/IMG_1.MOV"}]
    assert sorted(job.paths) == ["2024/01/20240115_120000.jpg", "2024/01/20240115_120000.mov"]
    assert (metadata(job, "a/IMG_1.MOV")["group"], metadata(job, "a/IMG_1.MOV")["group_role"]) == (1, "motion")
    assert metadata(job, "a/IMG_1.HEIC")["group_roles"] == ["motion"]


def test_a_live_photos_clocks_may_agree_by_the_wall_or_by_the_instant(tmp_path: Path) -> None:
    wall = {"taken_local": "2024-01-15T12:00:01", "utc_offset": "-05:00"}
    job = run(tmp_path, inspected(1, "IMG_1.HEIC"), film(2, "IMG_1.MOV", "2024-01-15T17:00:01Z", metadata=wall))
    assert len(groups(job)) == 1


def test_a_content_identifier_pairs_whatever_the_names(tmp_path: Path) -> None:
    one = {"content_identifier": "A-1"}
    job = run(
        tmp_path, inspected(1, "a/x.HEIC", metadata=one), film(2, "b/y.MOV", "2024-03-01T00:00:00Z", metadata=one)
    )
    assert groups(job) == [{"a/x.HEIC", "b/y.MOV"}]


@pytest.mark.parametrize(
    ("still", "movie"),
    [
        (inspected(1, "a/IMG_1.HEIC"), film(2, "a/IMG_1.MOV", "2024-01-15T12:00:04Z")),
        (inspected(1, "a/IMG_1.HEIC"), film(2, "b/IMG_1.MOV")),
        (inspected(1, "a/IMG_1.HEIC"), film(2, "a/IMG_2.MOV")),
        (inspected(1, "a/IMG_1.HEIC", None), film(2, "a/IMG_1.MOV", None)),
        (
            inspected(1, "IMG_1.HEIC", metadata={"content_identifier": "A"}),
            film(2, "IMG_1.MOV", metadata={"content_identifier": "B"}),
        ),
        (
            inspected(1, "IMG_1.HEIC", metadata={"timestamp_source": "modified_at"}),
            film(2, "IMG_1.MOV", metadata={"timestamp_source": "modified_at"}),
        ),
        (
            inspected(1, "20240115.JPG", metadata={"timestamp_source": "filename_date"}),
            film(2, "20240115.MOV", metadata={"timestamp_source": "filename_date"}),
        ),
    ],
)
def test_never_a_false_pair(tmp_path: Path, still: InspectedFile, movie: InspectedFile) -> None:
    assert groups(run(tmp_path, still, movie)) == []


def test_two_stills_that_come_into_question_pair_with_no_film(tmp_path: Path) -> None:
    assert groups(run(tmp_path, inspected(1, "IMG_1.HEIC"), inspected(2, "IMG_1.JPG"), film(3, "IMG_1.MOV"))) == []


# -- RAW, edited versions --------------------------------------------------------------------------------------------


def test_raw_and_jpeg_of_one_shot_are_one(tmp_path: Path) -> None:
    job = run(tmp_path, raw(1, "DSC_1.DNG"), inspected(2, "DSC_1.JPG"))
    assert groups(job) == [{"DSC_1.DNG", "DSC_1.JPG"}]
    assert metadata(job, "DSC_1.DNG")["group_role"] == "raw"
    assert metadata(job, "DSC_1.JPG")["group_role"] == "primary"


def test_raw_and_jpeg_of_a_counter_that_began_anew_are_two(tmp_path: Path) -> None:
    assert groups(run(tmp_path, raw(1, "DSC_1.DNG", "2023-05-05T10:00:00Z"), inspected(2, "DSC_1.JPG"))) == []


@pytest.mark.parametrize(
    ("plain", "edited"),
    [
        ("IMG_1234.HEIC", "IMG_E1234.JPG"),
        ("a/x.jpg", "a/x-edited.jpg"),
        ("a/x(1).jpg", "a/x-bearbeitet(1).jpg"),
        ("a/x.jpg", "a/x-modifié.jpg"),
    ],
)
def test_an_edited_version_stays_with_its_original(tmp_path: Path, plain: str, edited: str) -> None:
    job = run(tmp_path, inspected(1, edited), inspected(2, plain))
    assert groups(job) == [{plain, edited}]
    assert metadata(job, plain)["group_role"] == "primary"
    assert metadata(job, edited)["group_role"] == "edited"


def test_an_edited_version_of_another_day_is_another_photos(tmp_path: Path) -> None:
    files = inspected(1, "IMG_1234.JPG"), inspected(2, "IMG_E1234.JPG", "2021-03-04T05:06:07Z")
    assert groups(run(tmp_path, *files)) == []


def test_members_of_a_group_are_no_near_duplicates(tmp_path: Path) -> None:
    job = run(tmp_path, inspected(1, "IMG_1.HEIC", drawn=1), inspected(2, "IMG_E1.HEIC", drawn=1))
    assert json.loads(job.artifacts["duplicates"]) == {"groups": []}


# -- sidecars ---------------------------------------------------------------------------------------------------------

DATED = packet("<xmp:CreateDate>2012-05-06T07:08:09+02:00</xmp:CreateDate>")


@pytest.mark.parametrize("name", ["IMG_1.jpg.xmp", "img_1.xmp", "IMG_1.XMP"])
def test_an_xmp_sidecar_gives_its_photo_time_and_goes_along(tmp_path: Path, name: str) -> None:
    job = run(tmp_path, inspected(1, "IMG_1.jpg", None), sidecar(2, name, DATED))
    found = metadata(job, "IMG_1.jpg")
    assert (found["detected_timestamp"], found["taken_local"]) == ("2012-05-06T05:08:09Z", "2012-05-06T07:08:09")
    assert (found["timestamp_source"], found["confidence"]) == ("xmp_sidecar", "medium")
    assert sorted(job.paths) == ["2012/05/20120506_070809.jpg", "2012/05/20120506_070809.xmp"]


def test_a_sidecar_gives_title_description_people_and_tags(tmp_path: Path) -> None:
    words = packet(
        "<dc:title><rdf:Alt><rdf:li>Tea</rdf:li></rdf:Alt></dc:title>"
        "<dc:subject><rdf:Bag><rdf:li>house</rdf:li></rdf:Bag></dc:subject>"
        "<ext:PersonInImage><rdf:Bag><rdf:li>Ann</rdf:li></rdf:Bag></ext:PersonInImage>"
    )
    job = run(tmp_path, inspected(1, "IMG_1.jpg"), sidecar(2, "IMG_1.xmp", words))
    assert metadata(job, "IMG_1.jpg")["people"] == ["Ann"]
    assert metadata(job, "IMG_1.jpg")["detected_timestamp"] == TAKEN
    assert job.texts[1] == {"title": "Tea", "tags": ["house"]}


def test_an_xmp_of_a_stem_that_two_shots_share_is_the_raws(tmp_path: Path) -> None:
    job = run(
        tmp_path, raw(1, "DSC_1.DNG", "2023-05-05T10:00:00Z"), inspected(2, "DSC_1.JPG"), sidecar(3, "DSC_1.xmp", DATED)
    )
    assert groups(job) == [{"DSC_1.DNG", "DSC_1.xmp"}]


def test_an_aae_goes_along(tmp_path: Path) -> None:
    plist = b"<?xml version='1.0'?><plist version='1.0'><dict/></plist>"
    job = run(
        tmp_path, inspected(1, "IMG_1.HEIC"), sidecar(2, "IMG_1.AAE", plist), sidecar(3, "IMG_O1.AAE", plist + b" ")
    )
    assert groups(job) == [{"IMG_1.HEIC", "IMG_1.AAE", "IMG_O1.AAE"}]


def test_a_takeout_gives_time_place_description_and_people(tmp_path: Path) -> None:
    side = takeout(
        2,
        "t/IMG_1.JPG.supplemental-metadata.json",
        description="the tea house",
        geoData={"latitude": 30.657, "longitude": 104.073, "altitude": 0.0},
        people=[{"name": "Ann"}],
    )
    job = run(tmp_path, inspected(1, "t/IMG_1.JPG", None), side)
    found = metadata(job, "t/IMG_1.JPG")
    assert (found["detected_timestamp"], found["taken_local"]) == ("2009-11-16T12:51:58Z", "2009-11-16T20:51:58")
    assert (found["offset_source"], found["people"], found["description"]) == ("gps_position", ["Ann"], "the tea house")
    assert sorted(job.paths) == ["2009/11/20091116_205158.jpg", "2009/11/20091116_205158.json"]


def test_exif_is_believed_before_a_takeout_and_agreement_counts(tmp_path: Path) -> None:
    side = takeout(2, "IMG_1.JPG.json", photoTakenTime={"timestamp": "1705320000"})
    job = run(tmp_path, inspected(1, "IMG_1.JPG", confidence="medium"), side)
    found = metadata(job, "IMG_1.JPG")
    assert (found["timestamp_source"], found["confidence"]) == ("exif_datetime_original", "high")
    assert [c["source"] for c in found["timestamp_candidates"]] == ["exif_datetime_original", "takeout"]
    assert found["inspected"]["confidence"] == "medium"


def test_the_place_that_a_takeout_knows_tells_the_cameras_offset(tmp_path: Path) -> None:
    side = takeout(2, "IMG_1.JPG.json", photoTakenTime={}, geoData={"latitude": 35.68, "longitude": 139.76})
    photo = inspected(1, "IMG_1.JPG", metadata={"offset_source": "option"})
    found = metadata(run(tmp_path, photo, side), "IMG_1.JPG")
    assert (found["taken_local"], found["detected_timestamp"]) == ("2024-01-15T12:00:00", "2024-01-15T03:00:00Z")
    assert found["offset_source"] == "gps_position"


def test_an_edited_version_in_a_takeout_has_its_originals_json(tmp_path: Path) -> None:
    job = run(tmp_path, inspected(1, "x.jpg", None), inspected(2, "x-edited.jpg", None), takeout(3, "x.jpg.json"))
    assert metadata(job, "x-edited.jpg")["timestamp_source"] == "takeout"


def test_albums_of_a_takeout_become_tags_also_of_the_copy_that_is_kept(tmp_path: Path) -> None:
    job = run(
        tmp_path,
        inspected(1, "Photos from 2009/x.jpg", sha256="ab" * 32),
        inspected(2, "Tea/x.jpg", sha256="ab" * 32),
        sidecar(3, "Tea/metadata.json", b'{"title": "Tea houses", "access": "protected"}'),
    )
    assert metadata(job, "Photos from 2009/x.jpg")["albums"] == ["Tea houses"]
    assert job.texts[1]["tags"] == ["Tea houses"]


def test_a_sidecar_without_its_photo_is_listed_and_carried_along(tmp_path: Path) -> None:
    job = run(tmp_path, inspected(1, "IMG_1.jpg"), sidecar(2, "IMG_2.xmp", DATED))
    assert "unknown/00002_IMG_2.xmp" in job.paths
    assert job.recorded is not None
    assert job.recorded[2]["warnings"] == [
        {
            "code": "sidecar_without_photo",
            "message": "1 sidecar without a photo in this job.",
            "count": 1,
            "files": ["IMG_2.xmp"],
        }
    ]
    manifest = json.loads(job.saved["manifest.json"])
    assert manifest["warnings"] == job.recorded[2]["warnings"]


def test_running_a_grouped_job_again_changes_nothing(tmp_path: Path) -> None:
    side = takeout(2, "IMG_1.JPG.json", geoData={"latitude": 35.68, "longitude": 139.76}, description="tea")
    job = run(tmp_path, inspected(1, "IMG_1.JPG", None), side, film(3, "IMG_1.MOV"), sidecar(4, "IMG_1.xmp", DATED))
    before = (job.paths, [file.metadata for file in job.all], dict(job.saved), dict(job.artifacts))
    job.run()
    assert (job.paths, [file.metadata for file in job.all], dict(job.saved), dict(job.artifacts)) == before


# -- Takeout's names --------------------------------------------------------------------------------------------------

LONG = "Screenshot_20230101-123456_com.example.application.name.jpg"


@pytest.mark.parametrize(
    ("json_name", "photo"),
    [
        ("IMG_1.JPG.json", "IMG_1.JPG"),
        ("IMG_1.JPG.supplemental-metadata.json", "IMG_1.JPG"),
        ("IMG_1.JPG.supplemental-me.json", "IMG_1.JPG"),
        ("IMG_1.JPG.s.json", "IMG_1.JPG"),
        ("IMG_1.JPG(1).json", "IMG_1(1).JPG"),
        ("IMG_1.JPG.supplemental-metadata(1).json", "IMG_1(1).JPG"),
        ("IMG_1(1).JPG.json", "IMG_1(1).JPG"),
        (LONG[:46] + ".json", LONG[:47] + ".jpg"),
        (LONG[:46] + "(2).json", LONG[:47] + "(2).jpg"),
        ("IMG_1.MP.jpg.supplemental-metadata.json", "IMG_1.MP.jpg"),
        ("IMG_1.json", "IMG_1.jpg"),
    ],
)
def test_a_takeouts_json_finds_its_photo_by_each_of_its_names(tmp_path: Path, json_name: str, photo: str) -> None:
    title = "IMG_1" if json_name == "IMG_1.json" else LONG if json_name.startswith("Screen") else "IMG_1.JPG"
    job = run(tmp_path, inspected(1, photo, None), takeout(2, json_name, title=title), inspected(3, "other.jpg"))
    assert groups(job) == [{photo, json_name}]


@pytest.mark.parametrize(
    ("json_name", "photo"),
    [
        ("IMG_1.JPG.json", "IMG_1(1).JPG"),
        ("IMG_1.JPG(1).json", "IMG_1.JPG"),
        ("IMG_1.JPG.json", "IMG_10.JPG"),
        ("IMG_10.JPG.json", "IMG_1.JPG"),
        ("a/IMG_1.JPG.json", "b/IMG_1.JPG"),
        ("IMG_1.JPG.json", "IMG_1.PNG"),
        ("IMG_1.JPG.other.json", "IMG_1.JPG"),
    ],
)
def test_a_takeouts_json_finds_no_other_photo(tmp_path: Path, json_name: str, photo: str) -> None:
    assert groups(run(tmp_path, inspected(1, photo), takeout(2, json_name, title="IMG_1.JPG"))) == []


def test_of_two_long_names_that_are_cut_to_the_same_the_title_tells_which() -> None:
    beside = [named(1, LONG[:46] + "1.jpg"), named(2, LONG[:46] + "2.jpg")]
    side = named(3, LONG[:46] + ".json")
    assert [p.number for p in photo_of_takeout(side, LONG[:46] + "2 and more.jpg", beside)] == [2]
    assert photo_of_takeout(side, LONG[:46] + "3.jpg", beside) == []


def test_a_still_and_its_film_share_no_json_that_names_one() -> None:
    beside = [named(1, "IMG_1.HEIC"), named(2, "IMG_1.MP4")]
    assert [p.number for p in photo_of_takeout(named(3, "IMG_1.HEIC.json"), "IMG_1.HEIC", beside)] == [1]


def test_names_are_compared_as_file_systems_do() -> None:
    assert named(1, "A\\B\\Cafe\u0301.JPG") == Named(1, "a/b", "café", ".jpg")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.json", b"{", "unreadable"),
        ("a.json", b"[" * 100_000, "unreadable"),
        ("a.json", b"[1]", "content_mismatch"),
        ("package.json", b'{"name": "x"}', "content_mismatch"),
        ("a.json", b'{"title": "x", "url": "y"}', "content_mismatch"),
        ("a.xmp", b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>", "unreadable"),
        ("a.xmp", b"no xml", "unreadable"),
        ("a.aae", b"no plist", "content_mismatch"),
        ("a.xmp", b"", "empty_file"),
    ],
)
def test_what_calls_itself_a_sidecar_and_is_none_is_refused(name: str, content: bytes, code: str) -> None:
    with pytest.raises(UnreadableFile) as refused:
        MEDIA.inspect(source(content, name), Options())
    assert refused.value.code == code


@pytest.mark.parametrize("stamp", ["0", "x", "99999999999999999999", None, [], "-1e9"])
def test_an_absurd_time_in_a_takeout_is_none(stamp: object) -> None:
    content = json.dumps({"title": "x.jpg", "photoTakenTime": {"timestamp": stamp}}).encode()
    found: Inspection = MEDIA.inspect(source(content, "x.jpg.json"), Options())
    assert "time" not in found.metadata["sidecar"]
