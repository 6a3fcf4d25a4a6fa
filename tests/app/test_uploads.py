"""Announced files, and the addresses signed for them."""

import base64
import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.jobs.ids import is_id
from chalicelib.pipelines.media import MEDIA
from infra.local.samples import scene
from tests.app.api_world import Caller, World, key_of, query
from tests.pipelines.media import makers

MiB = 1024 * 1024


def test_an_upload_answers_with_one_signed_put_for_each_file(world: World, user: Caller) -> None:
    answer = user.announce({"a.jpg": 10, "b.png": 20}, name="Summer")
    assert answer.status == 201
    assert set(answer.json) == {"job_id", "status", "file_count", "message", "uploads"}
    assert (answer["status"], answer["file_count"]) == ("pending", 2)
    assert "2 files" in answer["message"]
    first, second = answer["uploads"]
    assert set(first) == {"file_id", "position", "filename", "method", "url", "headers", "expires_at"}
    assert (first["method"], first["filename"], second["filename"]) == ("PUT", "a.jpg", "b.png")
    assert first["headers"] == {"Content-Length": "10"}
    assert second["headers"] == {"Content-Length": "20"}
    job = user.get(f"/jobs/{answer['job_id']}").json
    assert (job["name"], job["pipeline"], job["status"], job["sealed"]) == ("Summer", "media", "pending", True)


def test_ids_are_opaque_and_sort_by_time(world: World, user: Caller) -> None:
    jobs = [user.announce({"a.jpg": 1, "b.jpg": 1}) for _ in range(5)]
    ids = [job["job_id"] for job in jobs]
    assert all(is_id(one) for one in ids)
    assert ids == sorted(ids)
    assert len({one[10:] for one in ids}) == 5
    for job in jobs:
        files = [upload["file_id"] for upload in job["uploads"]]
        assert files == sorted(files)


def test_length_type_and_checksum_are_signed_and_expire_in_an_hour(world: World, user: Caller) -> None:
    content = b"0123456789"
    digest = hashlib.sha256(content).hexdigest()
    file = {"filename": "a.jpg", "size": 10, "content_type": "image/jpeg", "sha256": digest.upper()}
    answer = user.post("/upload", {"pipeline": "media", "files": [file]})
    upload = answer["uploads"][0]
    assert upload["headers"] == {
        "Content-Length": "10",
        "Content-Type": "image/jpeg",
        "x-amz-checksum-sha256": base64.b64encode(bytes.fromhex(digest)).decode(),
    }
    signed = query(upload["url"])
    signed_headers = {"host", "content-length", "content-type", "x-amz-checksum-sha256"}
    assert set(signed["X-Amz-SignedHeaders"].split(";")) == signed_headers
    assert signed["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"
    assert signed["X-Amz-Expires"] == "3600"
    expires = datetime.fromisoformat(upload["expires_at"])
    assert upload["expires_at"].endswith("Z")
    assert abs(expires - world.clock() - timedelta(hours=1)) < timedelta(seconds=10)


def test_keys_are_made_of_ids_and_numbers_alone(world: World, user: Caller) -> None:
    answer = user.announce({"../../etc/passwd.jpg": 3})
    assert key_of(answer["uploads"][0]["url"]) == f"uploads/media/{answer['job_id']}/00000001"
    assert answer["uploads"][0]["filename"] == "../../etc/passwd.jpg"


def test_more_keeps_a_job_open_and_the_call_without_it_seals(world: World, user: Caller) -> None:
    job_id = user.announce({"a.jpg": 10}, more=True)["job_id"]
    assert user.get(f"/jobs/{job_id}")["sealed"] is False
    path, files = f"/jobs/{job_id}/files", [{"filename": "b.jpg", "size": 5}]
    more = user.post(path, {"files": files, "more": True})
    assert (more.status, more["file_count"], len(more["uploads"])) == (201, 2, 1)
    assert more["uploads"][0]["file_id"] == f"{job_id}-00000002"
    last = user.post(path, {"files": files})
    assert (last.status, last["file_count"]) == (201, 3)
    assert user.get(f"/jobs/{job_id}")["sealed"] is True
    late = user.post(path, {"files": files})
    assert (late.status, late["code"]) == (400, "not_allowed_in_state")
    assert "pending and sealed" in late["detail"]
    assert user.get(f"/jobs/{job_id}")["progress_total"] == 3


def test_progress_counts_what_the_opening_has_promised(world: World, user: Caller, photo: bytes) -> None:
    job_id = user.upload({"a.jpg": photo}, more=True, files_intended=40)
    world.deliver()
    status = user.get(f"/status/{job_id}")
    assert [status[key] for key in ("files_received", "files_expected", "files_intended")] == [1, 1, 40]
    assert user.get(f"/jobs/{job_id}")["progress_percent"] < 3
    assert user.post(f"/jobs/{job_id}/files", {"files": []}).status == 201
    assert user.get(f"/status/{job_id}").json.get("files_intended") is None


def test_sealing_needs_no_further_file(world: World, user: Caller, photo: bytes) -> None:
    job_id = user.upload({"a.jpg": photo}, more=True)
    world.deliver()
    assert user.get(f"/status/{job_id}")["status"] == "running"
    assert user.post(f"/jobs/{job_id}/files", {"files": []}).status == 201
    world.deliver()
    assert user.get(f"/status/{job_id}")["status"] == "completed"


def test_a_job_sealed_without_a_file_fails_and_says_so(user: Caller) -> None:
    job_id = user.announce({"a.jpg": 1}, more=True)["job_id"]
    assert user.post(f"/jobs/{job_id}/control", {"action": "cancel"})["status"] == "cancelled"
    assert user.post(f"/jobs/{job_id}/files", {"files": []}).status == 400


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"files": []}, "files"),
        ({"files": None}, "files"),
        ({"pipeline": None}, "pipeline"),
        ({"pipeline": 7}, "pipeline"),
        ({"pipeline": "p" * 41}, "pipeline"),
        ({"surprise": 1}, "surprise"),
        ({"name": " "}, "name"),
        ({"name": "n" * 201}, "name"),
        ({"options": []}, "options"),
        ({"options": {"timezone": "Mars/Olympus"}}, "options.timezone"),
        ({"options": {"timezone": "../../etc/passwd"}}, "options.timezone"),
        ({"options": {"nonsense": 1}}, "options.nonsense"),
        ({"options": {"similar_distance": 11}}, "options.similar_distance"),
        ({"more": "perhaps"}, "more"),
    ],
    ids=str,
)
def test_invalid_fields_are_named(user: Caller, changes: dict[str, Any], field: str) -> None:
    body = {"pipeline": "media", "files": [{"filename": "a.jpg", "size": 1}]} | changes
    answer = user.post("/upload", {name: value for name, value in body.items() if value is not None})
    assert (answer.status, answer["code"]) == (422, "invalid_fields")
    assert [error["field"] for error in answer["errors"]] == [field]
    assert user.get("/jobs")["items"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"size": -1}, "size"),
        ({"size": 5 * 1024**4 + 1}, "size"),
        ({"size": 1.5}, "size"),
        ({"size": True}, "size"),
        ({"size": None}, "size"),
        ({"filename": ""}, "filename"),
        ({"filename": "n" * 1021 + ".jpg"}, "filename"),
        ({"filename": 7}, "filename"),
        ({"content_type": "image"}, "content_type"),
        ({"content_type": "image/jpeg\r\nX-Evil: 1"}, "content_type"),
        ({"content_type": "image/jpég"}, "content_type"),
        ({"sha256": "abc"}, "sha256"),
        ({"sha256": "g" * 64}, "sha256"),
        ({"modified_at": "2024-01-01T00:00:00"}, "modified_at"),
        ({"modified_at": "0001-01-01T00:00:00+14:00"}, "modified_at"),
        ({"modified_at": "9999-12-31T23:59:59-14:00"}, "modified_at"),
        ({"modified_at": "yesterday"}, "modified_at"),
        ({"role": "labels"}, "role"),
        ({"path": "/etc/passwd"}, "path"),
    ],
    ids=str,
)
def test_invalid_fields_of_a_file_are_named_with_its_place(user: Caller, changes: dict[str, Any], field: str) -> None:
    file = {name: value for name, value in ({"filename": "a.jpg", "size": 1} | changes).items() if value is not None}
    answer = user.post("/upload", {"pipeline": "media", "files": [{"filename": "good.jpg", "size": 1}, file]})
    assert (answer.status, answer["code"]) == (422, "invalid_fields")
    assert [error["field"] for error in answer["errors"]] == [f"files[1].{field}"]
    assert user.get("/jobs")["items"] == []


def test_an_unknown_pipeline_and_an_unknown_kind_of_file_are_bad_requests(user: Caller) -> None:
    answer = user.announce({"a.jpg": 1}, pipeline="alchemy")
    assert (answer.status, answer["code"]) == (400, "unknown_pipeline")
    assert "media" in answer["detail"]
    answer = user.announce({"a.jpg": 1, "notes.txt": 1, "noextension": 1})
    assert (answer.status, answer["code"]) == (400, "unsupported_type")
    assert [error["field"] for error in answer["errors"]] == ["files[1].filename", "files[2].filename"]
    assert user.get("/jobs")["items"] == []


def test_a_file_over_the_pipelines_largest_size_is_too_large(user: Caller) -> None:
    assert user.announce({"a.mp4": 5 * 1024**3}).status == 201
    answer = user.announce({"a.mp4": 5 * 1024**3 + 1})
    assert (answer.status, answer["code"]) == (413, "too_large")
    assert answer["errors"][0]["field"] == "files[0].size"
    assert "5,120 MiB" in answer["detail"]


def test_an_upload_is_signed_again_until_the_file_is_there(world: World, user: Caller, photo: bytes) -> None:
    job = user.announce({"a.jpg": len(photo)})
    path = f"/jobs/{job['job_id']}/files/{job['uploads'][0]['file_id']}/upload"
    again = user.post(path)
    assert again.status == 200
    assert len(again["uploads"]) == 1
    assert key_of(again["uploads"][0]["url"]) == key_of(job["uploads"][0]["url"])
    world.send(again["uploads"][0], photo)
    world.deliver()
    late = user.post(path)
    assert (late.status, late["code"]) == (400, "not_allowed_in_state")
    assert "inspected" in late["detail"]


def test_other_bytes_than_announced_reject_the_file_alone(world: World, user: Caller, photo: bytes) -> None:
    job = user.announce({"a.jpg": len(photo), "b.jpg": len(photo), "c.jpg": 0})
    for target, content in zip(job["uploads"], (photo, photo[:-1], b""), strict=True):
        world.send(target, content)
    world.deliver()
    files = user.get(f"/jobs/{job['job_id']}/files")["items"]
    assert [(f["status"], f["error_code"]) for f in files] == [
        ("inspected", None),
        ("rejected", "size_mismatch"),
        ("rejected", "empty_file"),
    ]
    assert user.get(f"/status/{job['job_id']}")["status"] == "completed"


class TestCheckBeforeUpload:
    """A file that its user already has is not sent again."""

    def file(self, content: bytes, name: str = "again.jpg") -> dict[str, Any]:
        return {"filename": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    def again(self, caller: Caller, content: bytes) -> Any:
        answer = caller.post("/upload", {"pipeline": "media", "files": [self.file(content)]})
        assert answer.status == 201
        return answer

    def test_is_answered_with_what_it_duplicates_and_uses_those_bytes(
        self, world: World, user: Caller, photo: bytes
    ) -> None:
        first = user.upload({"a.jpg": photo})
        world.deliver()
        answer = self.again(user, photo)
        upload = answer["uploads"][0]
        assert set(upload) == {"file_id", "position", "filename", "duplicate_of"}
        assert upload["duplicate_of"] == f"{first}-00000001"
        world.deliver()
        assert user.get(f"/status/{answer['job_id']}")["status"] == "completed"
        found = user.get(f"/jobs/{answer['job_id']}/files")["items"][0]
        assert (found["status"], found["original_filename"]) == ("inspected", "again.jpg")
        assert found["file_hash_sha256"] == hashlib.sha256(photo).hexdigest()
        assert world.objects(f"uploads/media/{answer['job_id']}/") == []

    def test_gives_no_time_to_what_nobody_dated(self, world: World, user: Caller) -> None:
        content = makers.photo(scene(1, (64, 48)), "JPEG")
        first = user.upload({"a.jpg": content})
        world.deliver()
        answer = self.again(user, content)
        chosen = user.post("/jobs", {"pipeline": "media", "file_ids": [f"{first}-00000001"]})
        world.deliver()
        for job_id in (first, answer["job_id"], chosen["id"]):
            found = user.get(f"/jobs/{job_id}/files")["items"][0]
            assert (found["status"], found["confidence"]) == ("inspected", "none")
            assert found["detected_timestamp"] is None

    def test_never_tells_of_another_users_bytes(self, world: World, user: Caller, photo: bytes) -> None:
        user.upload({"a.jpg": photo})
        world.deliver()
        upload = self.again(world.guest(), photo)["uploads"][0]
        assert "duplicate_of" not in upload
        assert upload["url"]

    def test_asks_for_the_bytes_where_the_object_is_gone(self, world: World, user: Caller, photo: bytes) -> None:
        first = user.upload({"a.jpg": photo})
        world.deliver()
        world.s3.delete_object(Bucket="millrace", Key=f"uploads/media/{first}/00000001")
        assert self.again(user, photo)["uploads"][0]["url"]

    def test_asks_for_the_bytes_where_the_object_was_replaced(self, world: World, user: Caller, photo: bytes) -> None:
        first = user.upload({"a.jpg": photo})
        world.deliver()
        world.s3.put_object(Bucket="millrace", Key=f"uploads/media/{first}/00000001", Body=bytes(len(photo)))
        assert self.again(user, photo)["uploads"][0]["url"]

    def test_asks_for_the_bytes_where_none_were_ever_inspected(self, world: World, user: Caller, photo: bytes) -> None:
        user.post("/upload", {"pipeline": "media", "files": [self.file(photo)]})
        assert self.again(user, photo)["uploads"][0]["url"]

    def test_asks_for_the_bytes_where_the_size_differs(self, world: World, user: Caller, photo: bytes) -> None:
        user.upload({"a.jpg": photo})
        world.deliver()
        file = self.file(photo) | {"size": len(photo) + 1}
        assert user.post("/upload", {"pipeline": "media", "files": [file]})["uploads"][0]["url"]


def test_a_job_goes_on_without_a_file_that_cant_be_sent(world: World, user: Caller, photo: bytes) -> None:
    job = user.announce({"a.jpg": photo, "b.jpg": 20})
    first, second = job["uploads"]
    path = f"/jobs/{job['job_id']}/files"
    world.send(first, photo)
    assert user.call("DELETE", f"{path}/{first['file_id']}")["code"] == "file_not_awaited"
    for _ in range(2):
        answer = user.call("DELETE", f"{path}/{second['file_id']}")
        assert (answer.status, answer.text) == (204, "")
    world.deliver()
    assert user.get(f"/status/{job['job_id']}")["status"] == "completed"
    assert user.call("DELETE", f"{path}/{first['file_id']}").status == 409
    sent, left_out = user.get(path)["items"]
    assert (sent["status"], left_out["status"], left_out["error_code"]) == ("inspected", "rejected", "given_up")


HOUSEKEEPING = ["trip/.DS_Store", "._a.jpg", "__MACOSX/trip/a.jpg", "Thumbs.db", "DESKTOP.INI", "x\\@eaDir\\a.jpg"]


def test_an_operating_systems_own_files_are_passed_over_and_named(world: World, user: Caller) -> None:
    answer = user.announce(dict.fromkeys([HOUSEKEEPING[0], "a.jpg", *HOUSEKEEPING[1:], "b.jpg"], 10))
    assert answer.status == 201
    assert answer["ignored"] == HOUSEKEEPING
    assert "left_out" not in answer.json
    assert [(target["filename"], target["position"]) for target in answer["uploads"]] == [("a.jpg", 1), ("b.jpg", 7)]
    assert (answer["file_count"], user.get(f"/jobs/{answer['job_id']}")["sealed"]) == (2, True)


def test_what_is_wrong_is_told_by_its_place_in_the_request(user: Caller) -> None:
    answer = user.announce({".DS_Store": 1, "a.jpg": 1, "b.exe": 1})
    assert (answer.status, answer["code"]) == (400, "unsupported_type")
    assert [error["field"] for error in answer["errors"]] == ["files[2].filename"]


@pytest.mark.parametrize("path", ["/upload", "/jobs/{job_id}/files"])
def test_files_that_do_not_fit_are_left_out_where_that_is_asked_for(user: Caller, path: str) -> None:
    opened = user.announce({"first.jpg": 1}, more=True)["job_id"]
    sizes = {"a.jpg": 1, "b.exe": 1, "c.mp4": 5 * 1024**3 + 1, "..": 1, "Thumbs.db": 1, "d.jpg": 1}
    body: dict[str, Any] = {"files": [{"filename": name, "size": size} for name, size in sizes.items()]}
    body |= {"pipeline": "media"} if path == "/upload" else {}
    assert user.post(path.format(job_id=opened), body).status in {400, 413, 422}
    answer = user.post(path.format(job_id=opened), body | {"skip_unsupported": True})
    assert answer.status == 201
    assert [(one["filename"], one["code"]) for one in answer["left_out"]] == [
        ("b.exe", "unsupported_type"),
        ("c.mp4", "too_large"),
        ("..", "invalid_fields"),
    ]
    assert all(one["message"] for one in answer["left_out"])
    assert answer["ignored"] == ["Thumbs.db"]
    assert [(target["filename"], target["position"]) for target in answer["uploads"]] == [("a.jpg", 0), ("d.jpg", 5)]


def test_nothing_that_fits_makes_no_job(user: Caller) -> None:
    before = user.get("/jobs")["items"]
    for files, told in (({"b.exe": 1}, "files[0].filename"), ({"Thumbs.db": 1}, "files")):
        answer = user.announce(files, skip_unsupported=True)
        assert (answer.status, answer["code"]) == (400, "unsupported_type")
        assert [error["field"] for error in answer["errors"]] == [told]
    assert user.get("/jobs")["items"] == before
    opened = user.announce({"a.jpg": 1}, more=True)["job_id"]
    last = {"files": [{"filename": "b.exe", "size": 1}], "skip_unsupported": True}
    answer = user.post(f"/jobs/{opened}/files", last)
    assert (answer.status, answer["uploads"], user.get(f"/jobs/{opened}")["sealed"]) == (201, [], True)


def test_a_pipelines_own_limit_of_files_holds(user: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MEDIA, "accepts", replace(MEDIA.accepts, max_files=2))
    assert user.announce({"a.jpg": 1, "b.jpg": 1}).status == 201
    answer = user.announce({"a.jpg": 1, "b.jpg": 1, "c.jpg": 1})
    assert (answer.status, answer["code"]) == (429, "too_many_files")
    assert "at most 2 files" in answer["detail"]
