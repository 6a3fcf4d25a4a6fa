"""Existing objects become files in place; and the events of AWS in their original form."""

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest

import app as millrace
from chalicelib.jobs.work.running import MOST_TRIES
from tests.app.accounts.people_helpers import member
from tests.app.api_world import BUCKET, Caller, Context, World, event, sqs_record


@pytest.fixture
def user(world: World) -> Caller:
    """A member, since guests can't import."""
    return member(world)


def put(world: World, key: str, content: bytes, bucket: str = BUCKET) -> None:
    world.s3.put_object(Bucket=bucket, Key=key, Body=content)


def ask(user: Caller, path: str, **more: Any) -> Any:
    return user.post("/import-path", {"pipeline": "media", "path": path, **more})


@pytest.mark.parametrize("path", ["import/trip/", "s3://millrace/import/trip/"])
def test_objects_below_a_path_become_files_without_a_copy(world: World, user: Caller, photo: bytes, path: str) -> None:
    put(world, "import/trip/a.jpg", photo)
    put(world, "import/trip/day 2/b.jpg", b"text")
    put(world, "import/other/c.jpg", photo)
    answer = ask(user, path, name="Trip", options={"timezone": "Europe/Paris"})
    assert answer.status == 202
    assert (answer["status"], answer["uploads"]) == ("pending", [])
    before = set(world.objects("uploads/"))
    world.deliver()
    assert user.get(f"/status/{answer['job_id']}")["status"] == "completed"
    files = {file["original_filename"]: file for file in user.get(f"/jobs/{answer['job_id']}/files")["items"]}
    assert set(files) == {"a.jpg", "day 2/b.jpg"}
    assert files["a.jpg"]["file_hash_sha256"] == hashlib.sha256(photo).hexdigest()
    assert files["day 2/b.jpg"]["error_code"] == "content_mismatch"
    assert set(world.objects("uploads/")) == before
    assert user.get(f"/jobs/{answer['job_id']}")["options"]["timezone"] == "Europe/Paris"


def test_folders_below_are_left_out_where_that_is_asked(world: World, user: Caller, photo: bytes) -> None:
    put(world, "import/flat/a.jpg", photo)
    put(world, "import/flat/deep/b.jpg", photo)
    job_id = ask(user, "import/flat/", recursive=False)["job_id"]
    world.deliver()
    assert [file["original_filename"] for file in user.get(f"/jobs/{job_id}/files")["items"]] == ["a.jpg"]


def test_another_bucket_is_read_where_it_is_an_allowed_root(world: World, user: Caller, photo: bytes) -> None:
    world.s3.create_bucket(Bucket="archive")
    put(world, "open/a.jpg", photo, "archive")
    put(world, "closed/a.jpg", photo, "archive")
    job_id = ask(user, "s3://archive/open/")["job_id"]
    world.deliver()
    assert user.get(f"/status/{job_id}")["status"] == "completed"
    assert ask(user, "s3://archive/closed/").status == 400


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "uploads/",
        "results/",
        "importer/",
        "s3://millrace/",
        "s3://millrace/uploads/",
        "s3://",
        "s3://other/import/",
        "/import/",
        "../import/",
    ],
)
def test_nothing_else_can_be_imported(world: World, user: Caller, path: str) -> None:
    answer = ask(user, path)
    assert answer.status in {400, 422}
    if path:
        assert answer["code"] == "import_not_allowed"
    assert user.get("/jobs")["items"] == []
    assert world.waiting("import") == 0


def test_a_guest_imports_nothing(world: World) -> None:
    answer = ask(world.guest(), "import/trip/")
    assert (answer.status, answer["code"]) == (403, "guest_may_not")
    assert world.waiting("import") == 0


def test_each_user_imports_from_a_place_of_their_own(world: World, user: Caller, photo: bytes) -> None:
    world.configure(IMPORT_ROOTS="import/@{user_id}/")
    other = member(world)
    for owner in (user, other):
        put(world, f"import/@{owner.id}/trip/{owner.id}.jpg", photo)
    job_id = ask(user, f"import/@{user.id}/")["job_id"]
    world.deliver()
    assert [f["original_filename"] for f in user.get(f"/jobs/{job_id}/files")["items"]] == [f"trip/{user.id}.jpg"]
    ways = (f"import/@{other.id}/", "import/", "import/@/", "import/@{user_id}/", f"import/@{user.id}/../@{other.id}/")
    for path in ways[:-1]:
        answer = ask(user, path)
        assert (answer.status, answer["code"]) == (400, "import_not_allowed")
        assert f"s3://{BUCKET}/import/@{user.id}/" in answer["detail"]
    ask(user, ways[-1])  # a key is not a path: nothing lies below it
    world.deliver()
    found = {f["original_filename"] for job in user.get("/jobs")["items"] for f in files_of(user, job["id"])}
    assert found == {f"trip/{user.id}.jpg"}


def files_of(user: Caller, job_id: str) -> Any:
    return user.get(f"/jobs/{job_id}/files")["items"]


def test_a_bucket_that_is_not_there_fails_the_job_and_says_so(world: World, user: Caller) -> None:
    world.configure(IMPORT_ROOTS="s3://no-such-bucket/")
    job_id = ask(user, "s3://no-such-bucket/x/")["job_id"]
    world.deliver()
    status = user.get(f"/status/{job_id}")
    assert (status["status"], status["error_code"]) == ("failed", "import_not_found")


def test_an_empty_path_fails_the_job(world: World, user: Caller) -> None:
    job_id = ask(user, "import/nothing/")["job_id"]
    world.deliver()
    assert user.get(f"/status/{job_id}")["error_code"] == "no_files"
    assert user.get(f"/jobs/{job_id}/files?sort=-size&group_by=confidence")["total"] == 0


def delivered(body: Any) -> Any:
    """An event for the handler, with this body in its only message."""
    message = {
        "MessageId": "m1",
        "ReceiptHandle": "r",
        "Body": json.dumps(body),
        "Attributes": {"ApproximateReceiveCount": "1"},
    }
    return {"Records": [sqs_record(message, "inspect-media")]}


def test_s3s_own_event_is_understood_twice_and_has_one_effect(world: World, user: Caller, photo: bytes) -> None:
    job_id = user.upload({"a.jpg": photo})
    world.drain()
    told = event("s3_object_created")
    thing = told["Records"][0]["s3"]["object"]
    head = world.s3.head_object(Bucket=BUCKET, Key=f"uploads/media/{job_id}/00000001")
    thing |= {"key": f"uploads%2Fmedia%2F{job_id}%2F00000001", "size": len(photo), "eTag": head["ETag"].strip('"')}
    for _ in range(2):
        assert millrace.inspect_media(delivered(told), Context()) == {"batchItemFailures": []}
    job = user.get(f"/jobs/{job_id}")
    assert job["files"] == {"expected": 0, "inspected": 1, "rejected": 0, "duplicate": 0}


@pytest.mark.parametrize("body", ["s3_test_event", "s3_object_created", "schedule"])
def test_events_that_concern_nothing_of_ours_are_swallowed(world: World, body: str) -> None:
    assert millrace.inspect_media(delivered(event(body)), Context()) == {"batchItemFailures": []}


def test_the_sweeper_fails_jobs_whose_files_never_came(world: World) -> None:
    user = world.guest()
    job_id = user.announce({"a.jpg": 1})["job_id"]
    millrace.sweep(event("schedule"), Context())
    assert user.get(f"/jobs/{job_id}")["status"] == "pending"
    world.offset = timedelta(hours=25)
    millrace.sweep(event("schedule"), Context())
    status = user.get(f"/status/{job_id}")
    assert (status["status"], status["error_code"]) == ("failed", "uploads_expired")


def test_a_run_that_could_never_be_delivered_fails_its_job(world: World, photo: bytes) -> None:
    user = world.guest()
    job_id = user.upload({"a.jpg": photo})
    world.deliver("inspect-media")
    [message] = world.receive("run-media")
    for tried in range(MOST_TRIES + 1):
        assert user.get(f"/status/{job_id}")["status"] == "running", tried
        millrace.undelivered({"Records": [sqs_record(message, "run-media-dlq")]}, Context())
    status = user.get(f"/status/{job_id}")
    assert status["status"] == "failed"
    assert status["error_code"]
    assert status["error_message"].endswith(".")
