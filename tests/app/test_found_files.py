"""The findings and the downloads of one completed job."""

import hashlib
import re
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
import requests

from chalicelib import wiring
from tests.app.api_world import Answer, Caller, World, key_of, query

FIELDS = {
    "id",
    "original_filename",
    "status",
    "size_bytes",
    "content_type",
    "file_hash_sha256",
    "detected_timestamp",
    "timestamp_source",
    "confidence",
    "timestamp_candidates",
    "width",
    "height",
    "duration_seconds",
    "gps",
    "camera",
    "thumbnail",
    "thumbnail_url",
    "error_code",
    "error_message",
}


@pytest.fixture(scope="module")
def done(shared_world: World, samples: dict[str, bytes]) -> tuple[Caller, str]:
    """A user and a completed job of theirs, which no test in this module changes."""
    caller = shared_world.guest()
    job_id = caller.upload(samples, name="Été 2024")
    shared_world.deliver()
    assert caller.get(f"/status/{job_id}")["status"] == "completed"
    return caller, job_id


@pytest.fixture
def get(world: World, done: tuple[Caller, str]) -> Any:
    caller, job_id = done

    def ask(path: str, **headers: str) -> Answer:
        return caller.get(path.format(id=job_id), **headers)

    return ask


@pytest.fixture
def files(get: Any) -> dict[str, Any]:
    return {file["original_filename"]: file for file in get("/jobs/{id}/files")["items"]}


def names(answer: Answer) -> list[str]:
    assert answer.status == 200, answer.text
    return [file["original_filename"] for file in answer["items"]]


class TestFile:
    def test_has_every_field_whatever_became_of_it(self, files: dict[str, Any], samples: dict[str, bytes]) -> None:
        assert list(files) == list(samples)
        assert all(set(file) >= FIELDS for file in files.values())

    def test_tells_what_its_bytes_are(self, files: dict[str, Any], samples: dict[str, bytes]) -> None:
        for name, content in samples.items():
            assert files[name]["size_bytes"] == len(content)
            if files[name]["status"] != "rejected":
                assert files[name]["file_hash_sha256"] == hashlib.sha256(content).hexdigest()
        assert files["harbour.jpg"]["content_type"] == "image/jpeg"
        assert files["VID_20240601_100000.mp4"]["content_type"] == "video/mp4"
        assert (files["harbour.jpg"]["width"], files["harbour.jpg"]["height"]) == (960, 720)
        assert files["VID_20240601_100000.mp4"]["duration_seconds"] == pytest.approx(2, abs=0.2)
        assert files["with a place.jpg"]["gps"]["latitude"] == pytest.approx(46.5763, abs=1e-4)
        assert "Millrace" in files["harbour.jpg"]["camera"]

    def test_tells_when_it_was_taken_and_why(self, files: dict[str, Any]) -> None:
        harbour = files["harbour.jpg"]
        assert harbour["detected_timestamp"] == "2024-01-15T08:30:00Z"
        assert (harbour["timestamp_source"], harbour["confidence"]) == ("exif_datetime_original", "medium")
        assert len(harbour["timestamp_candidates"]) > 1
        # The upload lacks a modification time, and the moment of sending is not a capture time.
        assert (files["found in a drawer.jpg"]["confidence"], files["found in a drawer.jpg"]["detected_timestamp"]) == (
            "none",
            None,
        )

    def test_says_all_times_in_utc_with_z(self, files: dict[str, Any]) -> None:
        def times(value: Any) -> list[str]:
            if isinstance(value, dict):
                # A local time has no zone, as its name says.
                return [time for key, inner in value.items() if key != "taken_local" for time in times(inner)]
            if isinstance(value, list):
                return [time for inner in value for time in times(inner)]
            return [value] if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value) else []

        found = times(list(files.values()))
        assert len(found) > 10
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", time) for time in found), found

    def test_that_is_bad_says_why_and_harms_no_other(self, files: dict[str, Any]) -> None:
        bad = {name: file["error_code"] for name, file in files.items() if file["status"] == "rejected"}
        assert bad == {"damaged.jpg": "unreadable", "not a photo.jpg": "content_mismatch"}
        assert all(files[name]["error_message"].endswith(".") for name in bad)
        assert all(files[name]["thumbnail_url"] is None for name in bad)

    def test_that_is_a_duplicate_names_the_one_that_is_kept(self, files: dict[str, Any]) -> None:
        copy = files["Copy of harbour.jpg"]
        assert (copy["status"], copy["duplicate_of"]) == ("duplicate", files["harbour.jpg"]["id"])

    def test_has_a_thumbnail_whose_address_stays_the_same(self, get: Any, files: dict[str, Any]) -> None:
        place = files["harbour.jpg"]["thumbnail"]
        picture = requests.get(place["url"], timeout=5).content[place["start"] : place["end"]]
        assert picture.startswith(b"\xff\xd8")
        assert key_of(place["url"]).startswith("thumbs/")
        assert get("/jobs/{id}/files")["items"][0]["thumbnail"] == place


class TestList:
    def test_comes_in_pages(self, get: Any, samples: dict[str, bytes]) -> None:
        answer = get("/jobs/{id}/files?page=2&per_page=5")
        assert names(answer) == list(samples)[5:10]
        assert {name: answer[name] for name in ("total", "page", "per_page", "pages")} == {
            "total": 13,
            "page": 2,
            "per_page": 5,
            "pages": 3,
        }
        assert names(get("/jobs/{id}/files?page=3&per_page=5")) == list(samples)[10:]
        assert names(get("/jobs/{id}/files?page=4&per_page=5")) == []
        assert get("/jobs/{id}/files")["per_page"] == 50

    def test_is_filtered_by_confidence_and_status(self, get: Any, files: dict[str, Any]) -> None:
        def expected(**wanted: set[str]) -> list[str]:
            return [n for n, file in files.items() if all(file[field] in values for field, values in wanted.items())]

        assert names(get("/jobs/{id}/files?confidence=high")) == expected(confidence={"high"})
        both = get("/jobs/{id}/files?confidence=high,medium&per_page=2")
        assert both["total"] == len(expected(confidence={"high", "medium"}))
        assert len(both["items"]) == 2
        assert names(get("/jobs/{id}/files?status=rejected,duplicate")) == expected(status={"rejected", "duplicate"})
        assert names(get("/jobs/{id}/files?status=inspected&confidence=low")) == expected(
            status={"inspected"}, confidence={"low"}
        )
        assert expected(confidence={"low"})

    def test_is_grouped_by_confidence(self, get: Any, files: dict[str, Any]) -> None:
        answer = get("/jobs/{id}/files?group_by=confidence")
        order = ["high", "medium", "low", "none"]
        found = [order.index(file["confidence"] or "none") for file in answer["items"]]
        assert found == sorted(found)
        assert answer["groups"] == {name: found.count(n) for n, name in enumerate(order)}
        assert sum(answer["groups"].values()) == 13
        assert get("/jobs/{id}/files")["groups"] is None

    @pytest.mark.parametrize(
        ("sort", "field"),
        [
            ("filename", "original_filename"),
            ("size", "size_bytes"),
            ("timestamp", "detected_timestamp"),
            ("status", "status"),
        ],
    )
    def test_is_sorted_either_way(self, get: Any, sort: str, field: str) -> None:
        values = [file[field] for file in get(f"/jobs/{{id}}/files?sort={sort}")["items"]]
        comparable = [v.casefold() if isinstance(v, str) and sort == "filename" else v or "9999" for v in values]
        assert comparable == sorted(comparable)
        backwards = [file[field] for file in get(f"/jobs/{{id}}/files?sort=-{sort}")["items"]]
        assert sorted(map(str, backwards)) == sorted(map(str, values))
        assert backwards[0] == max(values, key=lambda v: v.casefold() if sort == "filename" else v or "9999")

    @pytest.mark.parametrize(
        "query",
        [
            "per_page=201",
            "per_page=0",
            "page=0",
            "confidence=sure",
            "status=good",
            "group_by=size",
            "sort=colour",
            "x=1",
        ],
    )
    def test_refuses_what_it_does_not_know(self, get: Any, query: str) -> None:
        answer = get(f"/jobs/{{id}}/files?{query}")
        assert (answer.status, answer["code"]) == (422, "invalid_fields")


def test_a_long_list_leaves_out_what_only_one_files_page_shows(get: Any) -> None:
    whole, slim = (get(f"/jobs/{{id}}/files?slim={slim}")["items"] for slim in ("false", "true"))
    assert any(file["timestamp_candidates"] for file in whole)
    left_out = {"timestamp_candidates": None, "thumbnail_url": None}
    assert [{**file, **left_out} for file in whole] == [{**file, **left_out} for file in slim]
    assert all(file["timestamp_candidates"] is None for file in slim)


class TestDuplicates:
    def test_exact_ones_come_in_groups_with_the_one_that_is_kept(self, get: Any, files: dict[str, Any]) -> None:
        answer = get("/jobs/{id}/duplicates?kind=exact")
        [group] = answer["items"]
        assert answer["final"] is True
        assert (group["kind"], group["kept"]) == ("exact", files["harbour.jpg"]["id"])
        assert [file["original_filename"] for file in group["files"]] == ["harbour.jpg", "Copy of harbour.jpg"]
        assert all(file["thumbnail_url"] and file["size_bytes"] for file in group["files"])
        assert get("/jobs/{id}/duplicates")["items"] == answer["items"]

    def test_similar_ones_too(self, get: Any, files: dict[str, Any]) -> None:
        [group] = get("/jobs/{id}/duplicates?kind=similar")["items"]
        assert group["kind"] == "similar"
        assert {"harbour.jpg", "harbour small.jpg"} <= {file["original_filename"] for file in group["files"]}
        assert group["kept"] == files["harbour.jpg"]["id"]

    def test_come_in_pages(self, world: World, user: Caller, samples: dict[str, bytes]) -> None:
        photos = [samples[name] for name in ("harbour.jpg", "with a place.jpg", "found in a drawer.jpg")]
        names = {f"{n}{twin}.jpg": photo for n, photo in enumerate(photos) for twin in "ab"}
        job_id = user.upload(names, more=True)
        world.deliver()
        first = user.get(f"/jobs/{job_id}/duplicates?per_page=2")
        second = user.get(f"/jobs/{job_id}/duplicates?per_page=2&page=2")
        assert [first[key] for key in ("total", "pages", "page")] == [3, 2, 1]
        found = [*first["items"], *second["items"]]
        assert [[file["original_filename"] for file in group["files"]] for group in found] == [
            ["0a.jpg", "0b.jpg"],
            ["1a.jpg", "1b.jpg"],
            ["2a.jpg", "2b.jpg"],
        ]
        assert [group["size"] for group in found] == [2, 2, 2]
        assert "next" in first.headers["link"]

    def test_can_be_asked_for_by_one_of_their_files(self, get: Any, files: dict[str, Any]) -> None:
        of = f"/jobs/{{id}}/duplicates?kind=exact&file={files['Copy of harbour.jpg']['id']}"
        assert get(of)["items"] == get("/jobs/{id}/duplicates?kind=exact")["items"]
        assert get(f"/jobs/{{id}}/duplicates?file={files['with a place.jpg']['id']}")["items"] == []
        assert get("/jobs/{id}/duplicates?file=another-1").status == 404

    def test_of_another_kind_are_refused(self, get: Any) -> None:
        assert get("/jobs/{id}/duplicates?kind=alike").status == 422

    def test_exact_ones_are_told_before_the_job_is_over(self, world: World, user: Caller, photo: bytes) -> None:
        job_id = user.upload({"a.jpg": photo, "b.jpg": photo}, more=True)
        world.deliver()
        answer = user.get(f"/jobs/{job_id}/duplicates")
        assert answer["final"] is False
        assert [len(group["files"]) for group in answer["items"]] == [2]
        assert user.get(f"/jobs/{job_id}/duplicates?kind=similar")["items"] == []


class TestDownload:
    def test_redirects_to_the_zip_under_the_jobs_name(self, get: Any, done: tuple[Caller, str]) -> None:
        answer = get("/download/{id}")
        assert (answer.status, answer.text) == (302, "")
        url = answer.headers["location"]
        assert key_of(url) == f"results/{done[1]}/complete"
        assert query(url)["X-Amz-Expires"] == "900"
        zipped = requests.get(url, timeout=5)
        assert zipped.headers["Content-Disposition"] == (
            "attachment; filename=\"_t_ 2024_results.zip\"; filename*=UTF-8''%C3%89t%C3%A9%202024_results.zip"
        )
        assert ZipFile(BytesIO(zipped.content)).testzip() is None

    def test_answers_with_the_address_where_json_is_asked_for(self, world: World, get: Any) -> None:
        answer = get("/download/{id}", accept="application/json")
        assert answer.status == 200
        assert set(answer.json) == {"url", "expires_at", "size_bytes"}
        assert len(requests.get(answer["url"], timeout=5).content) == answer["size_bytes"]
        expires = datetime.fromisoformat(answer["expires_at"]) - world.clock()
        assert answer["expires_at"].endswith("Z")
        assert timedelta(seconds=440) < expires <= timedelta(seconds=900)

    def test_lists_and_serves_artifacts_by_name(self, get: Any) -> None:
        artifacts = {artifact["name"]: artifact for artifact in get("/jobs/{id}/artifacts")["items"]}
        complete = artifacts["complete"]
        assert complete["content_type"] == "application/zip"
        assert complete["download_url"].startswith("/api/download/")
        same = get(complete["download_url"].removeprefix("/api"), accept="application/json")
        assert same["size_bytes"] == complete["size_bytes"]

    @pytest.mark.parametrize("name", ["no-such-thing", "..", "n" * 3000])
    def test_of_an_unknown_artifact_is_not_found(self, get: Any, name: str) -> None:
        answer = get(f"/download/{{id}}/{name}")
        assert (answer.status, answer["code"]) == (404, "artifact_not_found")

    def test_says_the_state_while_there_is_nothing(self, world: World, user: Caller, photo: bytes) -> None:
        job_id = user.upload({"a.jpg": photo}, more=True)
        for state in ("pending", "running", "paused", "cancelled"):
            if state == "running":
                world.deliver()
            if state in {"paused", "cancelled"}:
                user.post(f"/jobs/{job_id}/control", {"action": {"paused": "pause", "cancelled": "cancel"}[state]})
            answer = user.get(f"/download/{job_id}")
            assert (answer.status, answer["code"]) == (400, "not_allowed_in_state")
            assert f"The job is {state}" in answer["detail"]

    def test_of_a_zip_that_is_gone_is_not_found(self, world: World, user: Caller, photo: bytes) -> None:
        job_id = user.upload({"a.jpg": photo})
        world.deliver()
        world.s3.delete_object(Bucket="millrace", Key=f"results/{job_id}/complete")
        answer = user.get(f"/download/{job_id}")
        assert (answer.status, answer["code"]) == (404, "artifact_gone")


def test_the_addresses_of_a_poll_are_worked_out_once(world: World, get: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    get("/jobs/{id}/files")
    monkeypatch.setattr(wiring.services().clients.s3_signer, "generate_presigned_url", lambda *_, **__: 1 / 0)
    assert get("/jobs/{id}/files").status == 200
