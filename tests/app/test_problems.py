"""Faults of a request have one form of answer; internal faults appear only in the log."""

import json
import logging
import re
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
import requests

import app as millrace
from chalicelib import wiring
from tests.app.api_world import Caller, Context, World, event

GOOD = {"pipeline": "media", "files": [{"filename": "a.jpg", "size": 1}]}
FIELDS = {"type", "title", "status", "detail", "code", "request_id", "errors"}


def test_every_error_is_a_problem(world: World, user: Caller) -> None:
    answers = [
        world.nobody.get("/jobs"),
        user.get("/jobs/" + "0" * 26),
        user.get("/jobs?limit=0"),
        user.post("/upload", b"{"),
        user.announce({"a.jpg": 2**40}),
        user.post("/upload", b"{}", content_type="text/plain"),
    ]
    assert [answer.status for answer in answers] == [401, 404, 422, 400, 413, 415]
    for answer in answers:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["cache-control"] == "no-store"
        assert set(answer.json) == FIELDS
        assert answer["status"] == answer.status
        assert answer["type"] == f"urn:millrace:error:{answer['code']}"
        assert answer["detail"].endswith(".")
        assert all(set(error) == {"field", "message"} for error in answer["errors"])
    assert len({answer["request_id"] for answer in answers}) == len(answers)


class TestFailureOfOurs:
    @pytest.fixture
    def answer(self, user: Caller, monkeypatch: pytest.MonkeyPatch) -> Any:
        def broken(*_: Any) -> None:
            raise RuntimeError("secret: arn:aws:dynamodb:table/millrace-jobs")

        monkeypatch.setattr(wiring.services().owned, "job", broken)
        return user.get("/jobs/" + "0" * 26)

    def test_tells_nothing_internal(self, answer: Any) -> None:
        assert (answer.status, answer["code"]) == (500, "internal_error")
        assert set(answer.json) == FIELDS
        for inside in ("secret", "arn:", "RuntimeError", "Traceback", ".py"):
            assert inside not in answer.text + json.dumps(answer.headers)

    def test_is_logged_with_its_request_id_and_its_cause(self, answer: Any, caplog: pytest.LogCaptureFixture) -> None:
        [record] = [record for record in caplog.get_records("setup") if record.levelno >= logging.ERROR]
        assert answer["request_id"] in record.getMessage()
        assert "/jobs/{job_id}" in record.getMessage()
        assert record.exc_info is not None
        assert "secret" in str(record.exc_info[1])


def test_a_store_that_answers_with_an_error_is_a_failure_of_ours(world: World, user: Caller) -> None:
    world.configure(JOBS_TABLE="no-such-table")
    answer = user.get("/jobs")
    assert (answer.status, answer["code"]) == (500, "internal_error")
    assert "no-such-table" not in answer.text
    assert "ResourceNotFound" not in answer.text


def test_the_request_id_is_the_gateways_and_not_the_callers(world: World) -> None:
    answer = millrace.app(event("api_request"), Context())
    assert answer["statusCode"] == 401
    assert json.loads(answer["body"])["request_id"] == "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "invalid_json"),
        (b"{", 400, "invalid_json"),
        (b"[]", 400, "invalid_json"),
        (b'"text"', 400, "invalid_json"),
        (b"null", 400, "invalid_json"),
        (b"7", 400, "invalid_json"),
        (b"\xff\xfe{\x00}\x00", 400, "invalid_json"),
        (b'{"name": "\xe9"}', 400, "invalid_json"),
        (b'{"pipeline": NaN}', 400, "invalid_json"),
        (b'{"pipeline": -Infinity}', 400, "invalid_json"),
        (b'{"pipeline": ' + b"9" * 5000 + b"}", 400, "invalid_json"),
        (b"[" * 100_000, 400, "invalid_json"),
        (b'{"a":' * 100_000 + b"1" + b"}" * 100_000, 400, "invalid_json"),
        (b'{"options": ' + b'{"a":' * 500 + b"1" + b"}" * 500 + b"}", 422, "invalid_fields"),
        (b'{"name": "' + b"x" * 2 * 1024 * 1024 + b'"}', 413, "body_too_large"),
        (b'{"pipeline": "\\ud800", "files": []}', 422, "invalid_fields"),
        (b'{"\\ud800": 1}', 422, "invalid_fields"),
        (b'{"pipeline": "media", "files": {"a": 1}}', 422, "invalid_fields"),
        (b'{"pipeline": "media", "files": ["a.jpg"]}', 422, "invalid_fields"),
        (b'{"pipeline": "media", "files": [{"filename": "a.jpg", "size": 1e400}]}', 422, "invalid_fields"),
    ],
    ids=lambda value: value[:24] if isinstance(value, bytes) else None,
)
def test_bodies_that_are_no_request_are_refused(user: Caller, body: bytes, status: int, code: str) -> None:
    answer = user.post("/upload", body)
    assert (answer.status, answer["code"]) == (status, code)
    assert user.get("/jobs")["items"] == []


@pytest.mark.parametrize(
    "kind", ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", ""]
)
def test_bodies_of_another_type_are_refused(user: Caller, kind: str) -> None:
    answer = user.post("/upload", GOOD, content_type=kind)
    assert (answer.status, answer["code"]) == (415, "unsupported_media_type")


def test_json_may_name_its_charset(user: Caller) -> None:
    assert user.post("/upload", GOOD, content_type="Application/JSON; charset=utf-8").status == 201


STRANGE = {
    "../../../etc/passwd.jpg": "../../../etc/passwd.jpg",
    "/etc/shadow.jpg": "/etc/shadow.jpg",
    "C:\\Windows\\system32\\evil.jpg": "C:\\Windows\\system32\\evil.jpg",
    "nul\x00byte.jpg": "nulbyte.jpg",
    "line\r\nbreak\x1b[31m.jpg": "linebreak[31m.jpg",
    "n" * 296 + ".jpg": "n" * 251 + ".jpg",
    "\u202egpj.exe.jpg": "\u202egpj.exe.jpg",
    "عطلة.jpg": "عطلة.jpg",
    "🏝️ été.jpg": "🏝️ été.jpg",
    "....jpg": "....jpg",
    "  spaces  .jpg": "spaces  .jpg",
    '"quoted"; filename=evil.jpg': '"quoted"; filename=evil.jpg',
}
"""Given names, and their displayed forms."""


def test_strange_names_are_shown_and_never_part_of_a_path(
    world: World, user: Caller, samples: dict[str, bytes]
) -> None:
    # Each is a different file to the store (bytes after the end of a PNG change no pixel), so each is in the zip.
    small = samples["Screenshot_2024-05-01-08-00-00.png"]
    job_id = user.upload({name: small + bytes(n) for n, name in enumerate(STRANGE, 1)})
    world.deliver()
    assert user.get(f"/status/{job_id}")["status"] == "completed"
    files = user.get(f"/jobs/{job_id}/files")["items"]
    assert [(file["original_filename"], file["status"]) for file in files] == [
        (shown, "inspected") for shown in STRANGE.values()
    ]
    assert world.objects(f"uploads/media/{job_id}/") == [
        f"uploads/media/{job_id}/{number:08d}" for number in range(1, len(STRANGE) + 1)
    ]
    assert not [key for key in world.objects() if ".." in key or "passwd" in key or "evil" in key]
    zipped = requests.get(user.get(f"/download/{job_id}").headers["location"], timeout=5)
    members = ZipFile(BytesIO(zipped.content)).namelist()
    assert len(members) == len(STRANGE) + 2
    assert all(re.fullmatch(r"(unknown|\d{4})/[\w-]+\.png|manifest\.(json|csv)", name) for name in members), members


@pytest.mark.parametrize("name", ["....", "/", "..", "\x00", "../..", " "])
def test_names_of_nothing_but_dots_and_slashes_are_refused(user: Caller, name: str) -> None:
    assert user.announce({name: 1}).status in {400, 422}
    assert user.get("/jobs")["items"] == []


def test_a_jobs_name_may_say_anything_and_harms_no_header(world: World, user: Caller, photo: bytes) -> None:
    name = 'a"b\\c; filename="evil.exe"/é🏝️'
    job_id = user.upload({"a.jpg": photo}, name=name)
    world.deliver()
    assert user.get(f"/jobs/{job_id}")["name"] == name
    answer = user.get(f"/download/{job_id}")
    assert answer.status == 302
    assert "\n" not in answer.headers["location"]
    assert answer.headers["location"].isascii()
