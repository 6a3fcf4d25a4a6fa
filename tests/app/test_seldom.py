"""Rare work of the functions, each through its own handler: on AWS, much of it needs a right of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import boto3
import pytest
import requests

import app as millrace
from chalicelib.jobs.errors import StaleTransition
from chalicelib.jobs.model import Artifact
from chalicelib.stores.dynamo import items
from chalicelib.stores.object_bucket import ObjectBucket
from chalicelib.wiring import services
from tests.app.accounts.people_helpers import member
from tests.app.api_world import BUCKET, Caller, Context, World, event, sqs_record
from tests.app.conftest import begin
from tests.pipelines.volume.volume_world import grey_of, nifti, shades, small_labels

MIB = 1024 * 1024
HOOK = {"url": "https://93.184.215.14/hook", "events": ["job.completed", "job.failed", "file.rejected"]}


@pytest.fixture
def world() -> Iterator[World]:
    """One world per test, because the tests check everything that is left."""
    with pytest.MonkeyPatch.context() as patch:
        yield from begin(patch)


def sweep(world: World, **later: float) -> None:
    world.offset += timedelta(**later)
    millrace.sweep(event("schedule"), Context())


def taken(world: World, queue: str) -> dict[str, Any]:
    """The messages of a queue, as an event for its handler."""
    found = world.receive(queue)
    assert found, queue
    return {"Records": [sqs_record(message, queue) for message in found]}


def dead(world: World, queue: str) -> None:
    """Gives up the messages of a queue."""
    given = taken(world, queue)
    for record in given["Records"]:
        record["eventSourceARN"] += "-dlq"
    millrace.undelivered(given, Context())


def leftovers(world: World, *keys: str) -> None:
    """Puts an object at each key, and begins an upload to it."""
    for key in keys:
        world.s3.put_object(Bucket=BUCKET, Key=key, Body=b"left")
        world.s3.create_multipart_upload(Bucket=BUCKET, Key=key)


def under_way(world: World) -> list[str]:
    return [upload["Key"] for upload in world.s3.list_multipart_uploads(Bucket=BUCKET).get("Uploads", ())]


def cancel(user: Caller, job_id: str) -> None:
    assert user.post(f"/jobs/{job_id}/control", {"action": "cancel"}).status == 200


@pytest.fixture
def large(world: World, photo: bytes) -> bytes:
    """A photo of more than one part."""
    world.configure(LIMIT_MULTIPART_FROM=str(64 * MIB))
    return photo + bytes(6 * MIB)


def test_a_zip_that_broke_off_goes_on_with_the_parts_that_it_has(world: World, user: Caller, large: bytes) -> None:
    job_id = user.upload({"a.jpg": large})
    world.deliver("inspect-media")
    run, finish, made = taken(world, "run-media"), ObjectBucket.finish_parts, []

    def breaks(*_: Any, **__: Any) -> None:
        raise ConnectionError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ObjectBucket, "finish_parts", breaks)
        assert millrace.run_media(run, Context())["batchItemFailures"]
        patch.setattr(ObjectBucket, "finish_parts", finish)
        patch.setattr(ObjectBucket, "put_part", lambda *given: made.append(given))
        assert millrace.run_media(run, Context())["batchItemFailures"] == []
    assert made == []
    archive = ZipFile(BytesIO(requests.get(user.get(f"/download/{job_id}").headers["location"], timeout=10).content))
    assert large in [archive.read(name) for name in archive.namelist()]


def test_a_zip_whose_worker_always_died_leaves_no_parts(world: World, user: Caller, large: bytes) -> None:
    job_id = user.upload({"a.jpg": large})
    world.deliver("inspect-media")
    run = taken(world, "run-media")

    def breaks(*_: Any, **__: Any) -> None:
        raise ConnectionError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ObjectBucket, "finish_parts", breaks)
        millrace.run_media(run, Context())
    assert under_way(world) == [f"results/{job_id}/complete"]
    for record in run["Records"]:
        record["eventSourceARN"] += "-dlq"
    world.patch.setattr("chalicelib.jobs.work.running.MOST_TRIES", 0)
    millrace.undelivered(run, Context())
    failed = user.get(f"/jobs/{job_id}")
    assert (failed["status"], failed["error_code"]) == ("failed", "run_failed")
    assert under_way(world) == []


def test_a_run_that_is_cancelled_takes_what_it_has_half_made_with_it(world: World, user: Caller, large: bytes) -> None:
    job_id = user.upload({"a.jpg": large})
    world.deliver("inspect-media")

    def cancelled(self: ObjectBucket, key: str, *_: Any, **__: Any) -> None:
        cancel(user, job_id)
        leftovers(world, key, f"work/{job_id}/1", f"results/{job_id}/one")
        services().jobs.put_artifact(job_id, Artifact("one", "k", "one.txt", "text/plain", 4, world.clock()))
        raise StaleTransition("cancelled")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ObjectBucket, "finish_parts", cancelled)
        world.deliver("run-media")
    assert user.get(f"/jobs/{job_id}")["status"] == "cancelled"
    assert world.objects("work/") == world.objects("results/") == under_way(world) == []
    assert not [item for item in world.items("jobs", f"JOB#{job_id}") if item["SK"]["S"].startswith("ARTIFACT#")]


def test_results_that_are_not_to_be_kept_are_marked_so(world: World, user: Caller) -> None:
    world.configure()
    options = {"segmentation_model": "labels", "retain_results": False}
    job_id = user.upload({"a.nii": nifti(small_labels(), gzipped=False)}, pipeline="volume", options=options)
    world.deliver()
    assert user.get(f"/jobs/{job_id}")["status"] == "completed"
    found = world.objects(f"results/{job_id}/")
    assert found
    for key in found:
        tags = world.s3.get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"]
        assert tags == [{"Key": "millrace-expires", "Value": "24h"}]


def test_a_job_goes_from_function_to_function(world: World, user: Caller, tmp_path: Path) -> None:
    for file in (shades(tmp_path) / "nearest").iterdir():
        world.s3.put_object(Bucket=BUCKET, Key=f"models/nearest/{file.name}", Body=file.read_bytes())
    content = nifti(grey_of(small_labels(), noise=0.0))
    job_id = user.upload({"a.nii.gz": content}, pipeline="volume", options={"segmentation_model": "nearest"})
    world.deliver()
    assert user.get(f"/jobs/{job_id}")["status"] == "completed"
    assert [queue for queue, _ in world.handled if queue.startswith("run-")] == ["run-volume", "run-onnx", "run-volume"]


def test_the_sweeper_cleans_up_after_a_cancelled_job(world: World, user: Caller, photo: bytes) -> None:
    job_id = user.upload({"a.jpg": photo})
    cancel(user, job_id)
    leftovers(world, f"work/{job_id}/1", f"results/{job_id}/complete")
    services().jobs.put_artifact(job_id, Artifact("one", "k", "one.txt", "text/plain", 4, world.clock()))
    [due] = [item for item in world.items("jobs", f"JOB#{job_id}") if item["SK"]["S"] == "JOB"]
    assert "due_at" in due
    claimed = {"PK": {"S": f"JOB#{job_id}"}, "SK": {"S": f"{items.SLICE}late"}}
    boto3.client("dynamodb").put_item(TableName="millrace-jobs", Item=claimed)  # by a slower worker
    sweep(world, days=2)
    assert world.objects("work/") == world.objects("results/") == under_way(world) == []
    assert not [item for item in world.items("jobs", f"JOB#{job_id}") if item["SK"]["S"].startswith(items.SLICE)]


def test_the_sweeper_ends_uploads_that_were_given_up(world: World, user: Caller) -> None:
    world.configure(LIMIT_MULTIPART_FROM=str(16 * MIB))
    user.post("/webhooks", HOOK)
    upload = user.announce({"a.mp4": 20 * MIB})
    path = f"/jobs/{upload['job_id']}/files/{upload['uploads'][0]['file_id']}/parts"
    assert user.post(path, {"part_numbers": [1]}).status == 200
    assert len(under_way(world)) == 1
    sweep(world)
    sweep(world, hours=25)
    assert under_way(world) == []
    assert user.get(f"/jobs/{upload['job_id']}")["error_code"] == "uploads_expired"
    assert world.waiting("webhooks")


@pytest.mark.parametrize("pipeline", ["media", "volume"])
def test_the_sweeper_asks_again_for_what_was_lost(world: World, user: Caller, photo: bytes, pipeline: str) -> None:
    """First the message of a file, then that of the run."""
    name, content = ("a.jpg", photo) if pipeline == "media" else ("a.nii", nifti(small_labels(), gzipped=False))
    user.upload({name: content}, pipeline=pipeline)
    for queue in (f"inspect-{pipeline}", f"run-{pipeline}"):
        world.drain()
        sweep(world, hours=1)
        assert world.waiting(queue) == 1
        world.deliver(f"inspect-{pipeline}")


def test_the_sweeper_lists_on_and_deletes_on(world: World, photo: bytes) -> None:
    world.configure(TOKEN_SECONDS="86400")
    user = member(world)  # guests can't import
    world.s3.put_object(Bucket=BUCKET, Key="import/x/a.jpg", Body=photo)
    job_id = user.post("/import-path", {"pipeline": "media", "path": "s3://millrace/import/x/"})["job_id"]
    world.drain()
    sweep(world, hours=1)
    assert world.waiting("import") == 1
    world.deliver()
    world.patch.setattr("chalicelib.jobs.library.deletion.SMALL", 0)
    assert user.call("DELETE", f"/jobs/{job_id}").status == 204
    world.drain()
    sweep(world, hours=1)
    assert world.waiting("cleanup") == 1


def test_a_quiet_batch_is_closed_by_the_sweeper(world: World, photo: bytes) -> None:
    user = member(world)  # guests have no drop folders before their first job
    batch = f"drop/media/@{user.id}/trip/"
    world.s3.put_object(Bucket=BUCKET, Key=f"{batch}a.jpg", Body=photo)
    world.deliver()
    world.s3.put_object(Bucket=BUCKET, Key=f"{batch}b.jpg", Body=photo + b"2")
    world.drain()
    for _ in range(3):  # closed, taken in, and listed after a quiet time
        sweep(world, minutes=10)
        world.deliver()
    [listed] = user.get("/jobs")["items"]
    job = user.get(f"/jobs/{listed['id']}")
    assert (job["status"], job["files"]["inspected"]) == ("completed", 2)


def test_a_notification_that_waited_is_sent_on_in_the_group_of_its_job(
    world: World, user: Caller, photo: bytes
) -> None:
    job_id = user.upload({"a.jpg": photo})
    world.offset = timedelta(seconds=30)
    before = len(world.handled)
    world.deliver("inspect-media")
    assert [queue for queue, _ in world.handled[before:]] == ["inspect-media"] * 2
    assert user.get(f"/status/{job_id}")["files_inspected"] == 1


def test_a_listing_that_takes_long_goes_on_elsewhere(world: World, photo: bytes) -> None:
    user = member(world)  # guests can't import
    user.post("/webhooks", HOOK)
    world.s3.put_object(Bucket=BUCKET, Key="import/x/a.jpg", Body=photo)
    job_id = user.post("/import-path", {"pipeline": "media", "path": "s3://millrace/import/x/"})["job_id"]
    assert millrace.list_objects(taken(world, "import"), Context(1)) == {"batchItemFailures": []}
    assert world.waiting("import") == 2
    world.deliver()
    assert user.get(f"/jobs/{job_id}")["status"] == "completed"
    nothing = user.post("/import-path", {"pipeline": "media", "path": "s3://millrace/import/nothing/"})["job_id"]
    before = world.waiting("webhooks")
    world.deliver("import")
    assert user.get(f"/jobs/{nothing}")["status"] == "failed"
    assert world.waiting("webhooks") == before + 1


@pytest.mark.parametrize("pipeline", ["media", "volume"])
def test_what_was_given_up_is_told(world: World, user: Caller, photo: bytes, pipeline: str) -> None:
    """A file is requested again, since another of its batch may have killed the workers; a run fails."""
    user.post("/webhooks", HOOK)
    name, content = ("a.jpg", photo) if pipeline == "media" else ("a.nii", nifti(small_labels(), gzipped=False))
    job_id = user.upload({name: content}, pipeline=pipeline)
    dead(world, f"inspect-{pipeline}")
    world.deliver(f"inspect-{pipeline}")
    world.patch.setattr("chalicelib.jobs.work.running.DEAD_LETTER_DELAY", 0)
    while world.waiting(f"run-{pipeline}") and not user.get(f"/jobs/{job_id}")["error_code"]:
        dead(world, f"run-{pipeline}")  # each requests the run again, up to the last try
    assert user.get(f"/jobs/{job_id}")["error_code"] == "run_failed"
    assert world.waiting("webhooks") == 1


def test_an_import_and_a_deletion_that_were_given_up_are_asked_for_again(world: World, photo: bytes) -> None:
    user = member(world)  # guests can't import
    world.patch.setattr("chalicelib.jobs.library.deletion.INSURANCE_SECONDS", 0)
    world.s3.put_object(Bucket=BUCKET, Key="import/x/a.jpg", Body=photo)
    job_id = user.post("/import-path", {"pipeline": "media", "path": "s3://millrace/import/x/"})["job_id"]
    dead(world, "import")
    world.deliver()
    assert user.get(f"/jobs/{job_id}")["status"] == "completed"
    [file] = user.get(f"/jobs/{job_id}/files")["items"]
    assert user.call("DELETE", f"/files/{file['id']}").status == 204
    dead(world, "cleanup")
    assert world.waiting("cleanup") == 2  # the message that dead() left hidden, and the new one


def test_a_message_that_was_given_up_still_tells_of_a_drop_folder(world: World, photo: bytes) -> None:
    user = member(world)  # guests have no drop folders before their first job
    batch = f"drop/media/@{user.id}/trip/"
    world.s3.put_object(Bucket=BUCKET, Key=f"{batch}a.jpg", Body=photo)
    world.s3.put_object(Bucket=BUCKET, Key=f"{batch}_MANIFEST.json", Body=json.dumps({"files": ["a.jpg"]}).encode())
    dead(world, "inspect-media")
    world.deliver()
    [job] = user.get("/jobs")["items"]
    assert job["status"] == "completed"


def test_a_file_whose_worker_always_died_is_rejected_and_its_job_goes_on(
    world: World, user: Caller, photo: bytes
) -> None:
    user.post("/webhooks", HOOK)
    job_id = user.upload({"a.jpg": photo, "b.jpg": photo + b"2"})
    sent = taken(world, "inspect-media")["Records"]
    [first, second] = (next(r for r in sent if f"00000{n:03}" in r["body"]) for n in (1, 2))
    millrace.inspect_media({"Records": [first]}, Context())
    world.patch.setattr("chalicelib.jobs.work.inspection.MAX_ATTEMPTS", 0)
    millrace.undelivered({"Records": [second | {"eventSourceARN": f"{second['eventSourceARN']}-dlq"}]}, Context())
    assert user.get(f"/jobs/{job_id}")["files"] == {"expected": 0, "inspected": 1, "rejected": 1, "duplicate": 0}
    assert world.waiting("run-media") == 1


@pytest.fixture
def untidy(world: World, user: Caller, photo: bytes) -> str:
    """A finished job with remains of dead workers, beside a job of a drop folder."""
    job_id = user.upload({"a.jpg": photo})
    world.s3.put_object(Bucket=BUCKET, Key=f"drop/media/@{user.id}/trip/a.jpg", Body=photo)
    world.s3.put_object(Bucket=BUCKET, Key=f"drop/media/@{user.id}/trip/_DONE", Body=b"")
    world.deliver()
    leftovers(world, f"work/{job_id}/1", f"results/{job_id}/1", f"uploads/media/{job_id}/00000002")
    return job_id


def test_a_small_job_is_deleted_at_once_with_all_that_is_left_of_it(world: World, user: Caller, untidy: str) -> None:
    assert user.call("DELETE", f"/jobs/{untidy}").status == 204
    assert [key for key in world.objects() if untidy in key] == under_way(world) == []


def test_a_large_job_is_deleted_piece_by_piece_with_all_that_is_left_of_it(
    world: World, user: Caller, untidy: str
) -> None:
    world.patch.setattr("chalicelib.jobs.library.deletion.SMALL", 0)
    for job in user.get("/jobs")["items"]:
        assert user.call("DELETE", f"/jobs/{job['id']}").status == 204
    world.offset = timedelta(days=2)
    cut_short = taken(world, "cleanup")
    assert millrace.clean_up({"Records": cut_short["Records"]}, Context(1)) == {"batchItemFailures": []}
    assert world.waiting("cleanup") > len(cut_short["Records"])
    world.deliver("cleanup")
    assert [key for key in world.objects() if not key.endswith("_DONE")] == under_way(world) == []


def test_files_that_were_never_sent_to_us_are_handed_out_too(world: World, photo: bytes) -> None:
    user = member(world)  # guests can't import
    world.s3.put_object(Bucket=BUCKET, Key=f"drop/media/@{user.id}/trip/a.jpg", Body=photo)
    world.s3.put_object(Bucket=BUCKET, Key=f"drop/media/@{user.id}/trip/_DONE", Body=b"")
    world.s3.put_object(Bucket=BUCKET, Key="import/x/b.jpg", Body=photo + b"2")
    user.post("/import-path", {"pipeline": "media", "path": "s3://millrace/import/x/"})
    world.deliver()
    handed = [user.get(f"/files/{file['id']}/original") for file in user.get("/files")["items"]]
    found = {requests.get(answer.headers["location"], timeout=5).content for answer in handed}
    assert found == {photo, photo + b"2"}
