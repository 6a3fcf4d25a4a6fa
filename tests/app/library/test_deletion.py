"""Deletion of files and jobs, with all of their objects, items and counts, and of nothing else."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.jobs.errors import ObjectMissing
from chalicelib.jobs.library import deletion
from chalicelib.jobs.model import Job
from chalicelib.jobs.moves import DELETE
from chalicelib.jobs.moving import move
from chalicelib.wiring import services
from tests.app.accounts.people_helpers import member
from tests.app.api_world import Caller, World
from tests.app.conftest import begin
from tests.app.library.conftest import Done


@pytest.fixture
def world() -> Iterator[World]:
    """One world per test, because the tests check everything that is left."""
    with pytest.MonkeyPatch.context() as patch:
        yield from begin(patch)


def file_ids(user: Caller, job_id: str) -> list[str]:
    return [file["id"] for file in user.get(f"/jobs/{job_id}/files")["items"]]


def stored(user: Caller) -> int:
    return services().jobs.usage(user.id).stored_bytes


def test_files_of_one_job_are_deleted_side_by_side(
    world: World, user: Caller, done: Done, samples: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = done({"a.jpg": samples["harbour.jpg"], "b.jpg": samples["IMG_20240210_174500.jpg"]})
    first, second = file_ids(user, job_id)
    remove, others = deletion.remove_files, [second]

    def overtaken(*given: Any) -> Job:
        if others:
            assert user.call("DELETE", f"/files/{others.pop()}").status == 204
        return remove(*given)

    monkeypatch.setattr(deletion, "remove_files", overtaken)
    assert user.call("DELETE", f"/files/{first}").status == 204
    assert (user.get("/files")["items"], stored(user)) == ([], 0)


def test_a_deleted_file_takes_its_object_thumbnail_and_bytes_with_it(
    world: World, user: Caller, done: Done, samples: dict[str, bytes]
) -> None:
    files = {"a.jpg": samples["harbour.jpg"], "b.jpg": samples["IMG_20240210_174500.jpg"]}
    job_id = done(files)
    gone, kept = file_ids(user, job_id)
    assert stored(user) == sum(map(len, files.values()))

    assert user.call("DELETE", f"/files/{gone}").status == 204

    assert world.objects("uploads/") == [f"uploads/media/{job_id}/00000002"]
    assert world.objects("thumbs/") == [f"thumbs/{job_id}/00000001-1"]  # see test_thumbnails.py
    assert stored(user) == len(files["b.jpg"])
    assert [file["id"] for file in user.get("/files")["items"]] == [kept]
    assert user.get(f"/files/{gone}").status == user.call("DELETE", f"/files/{gone}").status == 404
    listed = user.get(f"/jobs/{job_id}/files")
    assert (listed["total"], len(listed["items"])) == (1, 1)
    job = user.get(f"/jobs/{job_id}")
    assert job["files"] == {"expected": 0, "inspected": 1, "rejected": 0, "duplicate": 0}
    # The same bytes are new when they are sent again.
    sha256 = hashlib.sha256(files["a.jpg"]).hexdigest()
    again = [{"filename": "a.jpg", "size": len(files["a.jpg"]), "sha256": sha256}]
    assert "url" in user.post("/upload", {"pipeline": "media", "files": again})["uploads"][0]


def test_a_file_of_a_job_that_is_not_over_is_kept(world: World, user: Caller, photo: bytes) -> None:
    job_id = user.upload({"a.jpg": photo}, more=True)
    world.deliver()
    answer = user.call("DELETE", f"/files/{job_id}-00000001")
    assert (answer.status, answer["code"]) == (409, "file_in_use")
    assert world.objects("uploads/") == [f"uploads/media/{job_id}/00000001"]


def test_a_file_that_another_running_job_needs_is_kept_until_that_one_is_over(
    world: World, user: Caller, done: Done, photo: bytes
) -> None:
    first = done({"a.jpg": photo})
    second = user.post("/jobs", {"pipeline": "media", "file_ids": [f"{first}-00000001"]})["id"]
    assert user.call("DELETE", f"/files/{first}-00000001")["code"] == "file_in_use"
    world.deliver()
    assert user.get(f"/jobs/{second}")["status"] == "completed"

    assert user.call("DELETE", f"/files/{first}-00000001").status == 204

    # The second job's file shares the object, so the object stays, and its bytes count for that job from now on.
    assert world.objects("uploads/") == [f"uploads/media/{first}/00000001"]
    assert stored(user) == len(photo)
    assert [file["id"] for file in user.get("/files")["items"]] == [f"{second}-00000001"]
    assert user.call("DELETE", f"/files/{second}-00000001").status == 204
    assert world.objects("uploads/") == world.objects("thumbs/") == []
    assert stored(user) == 0
    assert [i["SK"]["S"] for i in world.items("jobs", f"JOB#{first}") if i["SK"]["S"].startswith("USE#")] == []


def test_a_deleted_job_leaves_nothing_behind(world: World, user: Caller, done: Done, photo: bytes) -> None:
    keeps = done({"kept.jpg": photo}, by=world.guest())
    job_id = done({"a.jpg": photo, "b.jpg": photo + b"more"})
    user.get("/files")

    assert user.call("DELETE", f"/jobs/{job_id}").status == 204

    assert world.items("jobs", f"JOB#{job_id}") == []
    assert {key.split("/")[-2] for key in world.objects()} == {keeps}
    assert stored(user) == 0
    assert user.get(f"/jobs/{job_id}").status == user.call("DELETE", f"/jobs/{job_id}").status == 404
    assert user.get("/jobs")["items"] == user.get("/results")["items"] == user.get("/files")["items"] == []
    assert services().jobs.usage(user.id).active_jobs == 0


def test_deleting_a_job_that_runs_cancels_it_first_and_what_lands_later_goes_too(
    world: World, user: Caller, photo: bytes
) -> None:
    answer = user.announce({"a.jpg": photo, "late.jpg": photo})
    job_id = answer["job_id"]
    world.send(answer["uploads"][0], photo)
    world.deliver()

    assert user.call("DELETE", f"/jobs/{job_id}").status == 204
    assert user.get(f"/status/{job_id}").status == 404
    assert user.get("/jobs")["items"] == []
    world.send(answer["uploads"][1], photo)  # its address is valid for an hour
    world.deliver()
    world.offset = timedelta(hours=1, minutes=1)
    services().sweeper.sweep(world.clock() + timedelta(seconds=60))
    world.deliver()

    assert world.objects() == []
    assert world.items("jobs", f"JOB#{job_id}") == []
    usage = services().jobs.usage(user.id)
    assert (usage.active_jobs, usage.stored_bytes) == (0, 0)


def test_a_large_job_goes_in_the_background_in_pieces_that_survive_a_crash(
    world: World, user: Caller, done: Done, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.jobs.library.deletion.SMALL", 2)
    monkeypatch.setattr("chalicelib.jobs.library.deletion.AT_ONCE", 2)
    files = {f"{i}.jpg": photo + bytes(i) for i in range(5)}
    job_id = done(files)
    assert user.call("DELETE", f"/jobs/{job_id}").status == 204
    assert user.get(f"/jobs/{job_id}").status == 404
    assert len(world.objects("uploads/")) == 5  # the answer comes before the removal

    remove, calls = deletion.remove_files, []

    def dies_at_the_second(*given: Any) -> Job:
        calls.append(given)
        if len(calls) == 2:
            raise ObjectMissing("the machine")
        return remove(*given)

    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(deletion, "remove_files", dies_at_the_second)
        world.deliver("cleanup")
    assert world.handled[-1][1]["batchItemFailures"]
    assert stored(user) == sum(len(content) for content in list(files.values())[2:])
    world.offset = timedelta(minutes=2)
    services().sweeper.sweep(world.clock() + timedelta(seconds=60))
    world.deliver("cleanup")

    assert world.items("jobs", f"JOB#{job_id}") == []
    assert world.objects() == []
    assert stored(user) == 0


def test_a_deleted_job_leaves_what_other_jobs_share(
    world: World, user: Caller, done: Done, samples: dict[str, bytes]
) -> None:
    shared, own = samples["harbour.jpg"], samples["IMG_20240210_174500.jpg"]
    first = done({"shared.jpg": shared, "own.jpg": own})
    second = user.post("/jobs", {"pipeline": "media", "file_ids": [f"{first}-00000001"]})["id"]
    world.deliver()
    assert user.call("DELETE", f"/jobs/{first}").status == 204
    assert world.objects("uploads/") == [f"uploads/media/{first}/00000001"]
    assert stored(user) == len(shared)
    assert user.post(f"/jobs/{second}/control", {"action": "cancel"}).status == 400  # its state is unchanged
    assert user.call("DELETE", f"/jobs/{second}").status == 204
    assert world.objects() == []
    assert stored(user) == 0
    assert world.items("jobs", f"JOB#{first}") == world.items("jobs", f"JOB#{second}") == []


def test_an_upload_of_bytes_that_are_there_counts_them_once_and_shares_them(
    world: World, user: Caller, done: Done, photo: bytes
) -> None:
    first = done({"a.jpg": photo})
    sha256 = hashlib.sha256(photo).hexdigest()
    files = [{"filename": "again.jpg", "size": len(photo), "sha256": sha256}]
    answer = user.post("/upload", {"pipeline": "media", "files": files})
    assert answer["uploads"][0]["duplicate_of"] == f"{first}-00000001"
    world.deliver()
    assert stored(user) == len(photo)
    assert user.get("/files")["total"] == 1
    assert user.call("DELETE", f"/jobs/{first}").status == 204
    assert world.objects("uploads/") == [f"uploads/media/{first}/00000001"]
    assert stored(user) == len(photo)


def test_what_was_dropped_goes_and_can_be_dropped_again(world: World, photo: bytes) -> None:
    user = member(world)

    def drop() -> str:
        world.s3.put_object(Bucket="millrace", Key=f"drop/media/@{user.id}/trip/a.jpg", Body=photo)
        world.s3.put_object(Bucket="millrace", Key=f"drop/media/@{user.id}/trip/_DONE", Body=b"")
        world.deliver()
        (job,) = user.get("/jobs")["items"]
        assert job["status"] == "completed"
        return str(job["id"])

    first = drop()
    assert user.call("DELETE", f"/jobs/{first}").status == 204
    assert [key for key in world.objects() if key.endswith(".jpg")] == []
    drop()
    assert user.get("/files")["total"] == 1


def test_what_was_imported_in_place_stays_where_it_is(world: World, photo: bytes) -> None:
    user = member(world)  # guests can't import
    world.s3.put_object(Bucket="millrace", Key="import/x/a.jpg", Body=photo)
    job_id = user.post("/import-path", {"pipeline": "media", "path": "s3://millrace/import/x/"})["job_id"]
    world.deliver()
    assert user.call("DELETE", f"/files/{job_id}-00000001").status == 204
    assert user.call("DELETE", f"/jobs/{job_id}").status == 204
    assert world.objects() == ["import/x/a.jpg"]


def test_an_object_goes_even_if_its_deleter_dies_before_it(
    world: World, user: Caller, done: Done, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.jobs.library.deletion.INSURANCE_SECONDS", 0)
    job_id = done({"a.jpg": photo})
    with pytest.MonkeyPatch.context() as killed:
        killed.delattr(services().deletion.__class__, "_release")
        assert user.call("DELETE", f"/files/{job_id}-00000001").status == 500
    assert world.objects("uploads/")
    world.deliver("cleanup")
    assert world.objects("uploads/") == world.objects("thumbs/") == []


def test_a_retry_of_a_job_that_is_being_deleted_is_too_late(
    world: World, user: Caller, done: Done, photo: bytes
) -> None:
    job_id = done({"a.jpg": photo})
    job = services().jobs.job(job_id)
    move(services().jobs, job, DELETE())
    assert user.post(f"/jobs/{job_id}/retry").status == 404
    assert user.call("PATCH", f"/jobs/{job_id}", {"name": "x"}).status == 404


@pytest.mark.parametrize("first", [True, False], ids=["the one it came with", "the one that shares it"])
def test_of_two_files_of_one_job_that_share_an_object_one_goes_and_the_bytes_count_for_the_other(
    world: World, user: Caller, photo: bytes, first: bool
) -> None:
    job_id = user.upload({"a.jpg": photo}, more=True)
    world.deliver()
    sha256 = hashlib.sha256(photo).hexdigest()
    again = {"files": [{"filename": "again.jpg", "size": len(photo), "sha256": sha256}]}
    [shared] = user.post(f"/jobs/{job_id}/files", again)["uploads"]
    assert shared["duplicate_of"] == f"{job_id}-00000001"
    world.deliver()
    assert user.get(f"/status/{job_id}")["status"] == "completed"
    files = file_ids(user, job_id)
    gone, kept = files if first else reversed(files)
    assert stored(user) == len(photo)

    assert user.call("DELETE", f"/files/{gone}").status == 204

    assert stored(user) == user.get("/stats")["stored_bytes"] == len(photo)
    assert world.objects("uploads/") == [f"uploads/media/{job_id}/00000001"]
    assert user.call("DELETE", f"/files/{kept}").status == 204
    assert stored(user) == user.get("/stats")["stored_bytes"] == 0
    assert world.objects("uploads/") == []
