"""Media jobs through the media import system's API."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from tests.app.accounts.people_helpers import member
from tests.app.api_world import Caller, World

BASE = "/compat/media"


def upload(user: Caller, files: dict[str, bytes], **fields: str) -> Any:
    return user.form("POST", f"{BASE}/upload", {"files": list(files.items()), **fields})


def test_several_files_come_with_their_own_times(world: World, user: Caller, photo: bytes) -> None:
    files = {"a.jpg": photo, "b.jpg": photo + b"\0", "c.txt": b"text", "d.jpg": b"\xff\xd8 no photo"}
    answer = upload(user, files, timestamps=json.dumps([1_000_000_000_000, None, 0, 0]))
    assert answer.status == 200, answer.text
    assert answer.json == {
        "job_id": answer["job_id"],
        "file_count": 3,
        "status": "queued",
        "left_out": ["c.txt"],
    }
    world.deliver()
    job = user.get(f"{BASE}/jobs/{answer['job_id']}").json
    assert set(job) == {
        "id",
        "job_type",
        "status",
        "progress_current",
        "progress_total",
        "progress_percent",
        "current_filename",
        "error_count",
        "error_message",
        "created_at",
        "started_at",
        "completed_at",
    }
    assert (job["status"], job["job_type"], job["progress_current"], job["progress_total"]) == (
        "completed",
        "import",
        3,
        3,
    )
    assert (job["progress_percent"], job["error_count"]) == (100, 1)
    [first, *_] = user.get(f"/jobs/{answer['job_id']}/files")["items"]
    assert any(c["time"].startswith("2001-09-09") for c in first["timestamp_candidates"])


def test_files_are_listed_by_page_and_by_confidence(world: World, user: Caller, samples: dict[str, bytes]) -> None:
    job_id = upload(user, {name: content for name, content in samples.items() if len(content) < 500_000})["job_id"]
    world.deliver()
    path = f"{BASE}/jobs/{job_id}/files"
    page = user.get(f"{path}?per_page=2&page=2").json
    assert set(page) == {"job_id", "files", "page", "per_page", "total", "pages"}
    assert (page["page"], page["per_page"], page["pages"]) == (2, 2, -(-page["total"] // 2))
    assert set(page["files"][0]) == {
        "id",
        "original_filename",
        "detected_timestamp",
        "timestamp_source",
        "confidence",
        "file_hash_sha256",
        "thumbnail_path",
    }
    assert user.get(f"{path}?per_page=1000")["per_page"] == 200
    grouped = user.get(f"{path}?group_by=confidence").json
    assert set(grouped) == {"job_id", "grouped_by", "groups", "group_sizes", "total_files"}
    assert set(grouped["groups"]) == {"high", "medium", "low", "none"}
    assert sum(len(files) for files in grouped["groups"].values()) == grouped["total_files"] == page["total"]
    high = user.get(f"{path}?confidence=high")["files"]
    assert high == grouped["groups"]["high"] != []
    assert user.get(high[0]["thumbnail_path"].removeprefix("/api")).status == 302


def test_duplicates_are_groups_by_hash(world: World, user: Caller, photo: bytes) -> None:
    job_id = upload(user, {"a.jpg": photo, "b.jpg": photo, "c.jpg": photo + b"\0"})["job_id"]
    world.deliver()
    found = user.get(f"{BASE}/jobs/{job_id}/duplicates").json
    assert (found["group_count"], found["total_duplicates"]) == (1, 2)
    [group] = found["duplicate_groups"]
    assert (group["hash"], group["match_type"]) == (hashlib.sha256(photo).hexdigest(), "exact")
    assert [file["original_filename"] for file in group["files"]] == ["a.jpg", "b.jpg"]
    assert all(file["file_size_bytes"] == len(photo) for file in group["files"])
    assert user.get(group["files"][0]["storage_path"].removeprefix("/api")).status == 302


def test_a_job_is_controlled(user: Caller, photo: bytes) -> None:
    job_id = upload(user, {"a.jpg": photo})["job_id"]
    control = f"{BASE}/jobs/{job_id}/control"
    refused = user.post(control, {"action": "resume"})
    assert (refused.status, refused["code"]) == (400, "not_allowed_in_state")
    assert "paused" in refused["error"]
    assert user.post(control, {"action": "halt"}).status == 400
    done = user.post(control, {"action": "cancel"})
    assert done.json == {"id": job_id, "status": "cancelled", "action": "cancel", "success": True}
    assert user.get(f"{BASE}/jobs/{job_id}")["status"] == "cancelled"


@pytest.mark.parametrize("path", ["/import/trip", "import/trip/", "s3://millrace/import/trip"])
def test_a_path_within_the_allowed_roots_is_imported(world: World, photo: bytes, path: str) -> None:
    user = member(world)
    for name in ("a.jpg", "day 2/b.jpg", "day 2/.DS_Store"):
        world.s3.put_object(Bucket="millrace", Key=f"import/trip/{name}", Body=photo)
    answer = user.post(f"{BASE}/import-path", {"path": path})
    assert answer.status == 200, answer.text
    assert (answer["file_count"], answer["status"]) == (2, "queued")
    world.deliver()
    job = user.get(f"{BASE}/jobs/{answer['job_id']}")
    assert (job["status"], job["progress_total"]) == ("completed", 2)


def test_another_bucket_is_imported_without_being_counted(world: World, photo: bytes) -> None:
    user = member(world)
    world.s3.create_bucket(Bucket="archive")
    world.s3.put_object(Bucket="archive", Key="open/a.jpg", Body=photo)
    answer = user.post(f"{BASE}/import-path", {"path": "s3://archive/open"})
    assert (answer.status, answer["file_count"]) == (200, 0)
    world.deliver()
    assert user.get(f"{BASE}/jobs/{answer['job_id']}")["progress_total"] == 1


@pytest.mark.parametrize("path", ["/etc", "uploads/", "import/nothing/", "../import/", "s3://elsewhere/import/"])
def test_a_path_elsewhere_or_without_files_is_refused(world: World, path: str) -> None:
    answer = member(world).post(f"{BASE}/import-path", {"path": path})
    assert (answer.status, answer["code"]) == (400, "import_not_allowed"), answer.text


def test_refusals_are_worded_as_there(user: Caller) -> None:
    for answer in (
        user.form("POST", f"{BASE}/upload", {"timestamps": "[]"}),
        upload(user, {"a.txt": b"text"}),
        upload(user, {"a.jpg": b"x"}, timestamps="[1"),
        upload(user, {"a.jpg": b"x"}, timestamps='["now"]'),
        upload(user, {"a.jpg": b"x"}, timestamps="[1e300]"),
        user.get(f"{BASE}/jobs/{user.announce({'a.jpg': 1})['job_id']}/files?confidence=certain"),
    ):
        assert answer.status == 400, answer.text
        assert answer["error"]
    assert user.get(f"{BASE}/jobs/17").status == 404
    assert user.get(f"{BASE}/jobs/{user.announce({'a.nii': 1}, pipeline='volume')['job_id']}").status == 404
    guest = user.post(f"{BASE}/import-path", {"path": "import/"})
    assert (guest.status, guest["code"]) == (403, "guest_may_not")
