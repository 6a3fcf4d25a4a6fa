"""Limits per user: refused with 429 and the time of the next try."""

import pytest

from tests.app.accounts.people_helpers import member
from tests.app.api_world import Answer, Caller, World


def refused(answer: Answer, code: str) -> None:
    assert (answer.status, answer["code"]) == (429, code)
    assert int(answer.headers["retry-after"]) > 0
    assert answer["detail"]


def test_active_jobs_are_limited_and_final_ones_do_not_count(world: World, photo: bytes) -> None:
    user = member(world)  # guests can't import
    world.configure(LIMIT_ACTIVE_JOBS="2")
    done = user.upload({"a.jpg": photo})
    world.deliver()
    assert user.get(f"/status/{done}")["status"] == "completed"
    first = user.announce({"a.jpg": 1})["job_id"]
    user.announce({"a.jpg": 1})
    refused(user.announce({"a.jpg": 1}), "too_many_jobs")
    refused(user.post("/import-path", {"pipeline": "media", "path": "import/"}), "too_many_jobs")
    assert len(user.get("/jobs")["items"]) == 3
    assert world.guest().announce({"a.jpg": 1}).status == 201, "every user has a limit of their own"
    user.post(f"/jobs/{first}/control", {"action": "cancel"})
    assert user.announce({"a.jpg": 1}).status == 201


def test_files_of_a_job_are_limited(world: World, user: Caller) -> None:
    world.configure(LIMIT_FILES_PER_JOB="3")
    four = {f"{n}.jpg": 1 for n in range(4)}
    refused(user.announce(four), "too_many_files")
    assert user.get("/jobs")["items"] == [], "a refused request leaves no job behind"
    job_id = user.announce({"a.jpg": 1, "b.jpg": 1}, more=True)["job_id"]
    files = [{"filename": "c.jpg", "size": 1}, {"filename": "d.jpg", "size": 1}]
    refused(user.post(f"/jobs/{job_id}/files", {"files": files}), "too_many_files")
    assert user.get(f"/jobs/{job_id}")["sealed"] is False
    assert user.post(f"/jobs/{job_id}/files", {"files": files[:1]}).status == 201


def test_stored_bytes_are_limited(world: World, user: Caller, photo: bytes) -> None:
    world.configure(LIMIT_STORED_BYTES=str(len(photo) + 10))
    refused(user.announce({"a.jpg": len(photo) + 11}), "storage_full")
    user.upload({"a.jpg": photo})
    world.deliver()
    refused(user.announce({"b.jpg": 11}), "storage_full")
    job = user.announce({"b.jpg": 5}, more=True)
    assert job.status == 201
    files = [{"filename": "c.jpg", "size": 11}]
    refused(user.post(f"/jobs/{job['job_id']}/files", {"files": files}), "storage_full")


@pytest.mark.parametrize("key", ["first", "second"])
def test_a_limit_leaves_the_idempotency_key_free(world: World, user: Caller, key: str) -> None:
    world.configure(LIMIT_ACTIVE_JOBS="1")
    blocking = user.announce({"a.jpg": 1})["job_id"]
    body = {"pipeline": "media", "files": [{"filename": "b.jpg", "size": 1}]}
    refused(user.post("/upload", body, idempotency_key=key), "too_many_jobs")
    user.post(f"/jobs/{blocking}/control", {"action": "cancel"})
    assert user.post("/upload", body, idempotency_key=key).status == 201
