"""The main job on the real local stack, over plain HTTP."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.samples import make_samples
from tests.e2e.stack import Guest, Stack, eventually, put
from tests.pipelines.media.makers import each_kind

SAMPLES = Path(__file__).parents[3] / "shared" / "samples" / "photos"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    settings = {"MILLRACE_LIMIT_QUIET_SECONDS": "2"}
    stack = Stack(tmp_path_factory.mktemp("stack"), settings, "--sweep", "1")
    stack.start()
    yield stack
    stack.stop()
    assert stack.pids() == []


@pytest.fixture
def files(tmp_path: Path) -> dict[str, bytes]:
    paths = make_samples(tmp_path)
    if SAMPLES.is_dir():
        paths += sorted(path for path in SAMPLES.iterdir() if path.suffix.lower() not in {".md", ".txt"})
    return {path.name: path.read_bytes() for path in paths}


def members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_every_file_that_went_in_is_accounted_for_in_the_zip(stack: Stack, files: dict[str, bytes]) -> None:
    guest = Guest(stack.api)
    job_id = guest.upload(files, name="A day out")
    status = guest.wait(job_id, 60)
    assert status["status"] == "completed"

    answer = guest.call("GET", f"/download/{job_id}")
    assert answer.status_code == 200
    assert 'filename="A day out_results.zip"' in answer.headers["Content-Disposition"]
    assert len(answer.content) == status["result_size_bytes"]
    found = members(answer.content)

    manifest = json.loads(found.pop("manifest.json"))["files"]
    del found["manifest.csv"]
    assert {entry["original_filename"] for entry in manifest} == set(files)
    hashes = {hashlib.sha256(content).hexdigest(): name for name, content in files.items()}
    for path, content in found.items():
        assert hashlib.sha256(content).hexdigest() in hashes, path
    kept = [entry for entry in manifest if not entry.get("left_out")]
    assert sorted(entry["path"] for entry in kept) == sorted(found)
    assert {entry["left_out"] for entry in manifest if entry.get("left_out")} == {
        "content_mismatch",
        "unreadable",
        "duplicate",
    }


def test_each_kind_of_file_is_read_as_the_store_hands_it_out(stack: Stack) -> None:
    """The uploads' signatures include the hashes, so files that the store has verified are read only by ranges."""
    files = each_kind()
    guest = Guest(stack.api)
    job_id = guest.upload(files)
    assert guest.wait(job_id, 60)["status"] == "completed"
    listed = {file["original_filename"]: file for file in guest.get(f"/jobs/{job_id}/files")["items"]}
    assert {name: file["status"] for name, file in listed.items()} == dict.fromkeys(files, "inspected")
    assert all(file["width"] and file["height"] and file["thumbnail_url"] for file in listed.values())
    timed = {name for name, file in listed.items() if (file["detected_timestamp"] or "").startswith("2024-01-15T1")}
    assert timed == set(files) - {"a.gif"}


def test_the_list_of_files_says_what_each_one_is(stack: Stack, files: dict[str, bytes]) -> None:
    guest = Guest(stack.api)
    job_id = guest.upload(files)
    guest.wait(job_id, 60)
    page = guest.get(f"/jobs/{job_id}/files?per_page=200")
    assert page["total"] == len(files)
    by_name = {file["original_filename"]: file for file in page["items"]}
    place = by_name["with a place.jpg"]
    assert place["confidence"] == "medium"  # one clock, and no second witness
    assert place["gps"]
    assert guest.thumbnail(place)[:3] == b"\xff\xd8\xff"
    assert by_name["not a photo.jpg"]["error_code"] == "content_mismatch"
    same = guest.get(f"/jobs/{job_id}/duplicates?kind=exact")
    assert [{file["original_filename"] for file in group["files"]} for group in same["items"]] == [
        {"harbour.jpg", "Copy of harbour.jpg"}
    ]
    # The job is invisible to any other user.
    other = Guest(stack.api)
    for path in (f"/jobs/{job_id}", f"/status/{job_id}", f"/jobs/{job_id}/files", f"/download/{job_id}"):
        assert other.call("GET", path).status_code == 404


def test_the_store_itself_refuses_other_bytes_than_were_announced(stack: Stack) -> None:
    guest = Guest(stack.api)
    content = b"\xff\xd8\xff" + b"x" * 997
    announced = {"filename": "a.jpg", "size": 1000, "sha256": hashlib.sha256(content).hexdigest()}
    answer = guest.call("POST", "/upload", {"pipeline": "media", "files": [announced]}).json()
    [upload] = answer["uploads"]
    assert put(upload, b"y" * 1000) == 400  # the right length, but other bytes
    assert put(upload | {"headers": {}}, content) == 403  # without the signed checksum
    longer = upload | {"headers": upload["headers"] | {"Content-Length": "1001"}}
    assert put(longer, content + b"!") == 403
    elsewhere = upload | {"url": upload["url"].replace("/00000001?", "/00000002?")}
    assert put(elsewhere, content) == 403
    assert guest.get(f"/status/{answer['job_id']}")["files_received"] == 0


def test_a_drop_folder_becomes_a_job_by_itself(stack: Stack, files: dict[str, bytes]) -> None:
    owner, s3 = Guest(stack.api), stack.s3()
    owner.register()
    batch = f"drop/media/@{owner.id}/holiday/"
    s3.put_object(Bucket="millrace", Key=f"{batch}.DS_Store", Body=b"x")
    s3.put_object(Bucket="millrace", Key=f"{batch}half.jpg.part", Body=b"x")
    for name, content in files.items():
        s3.put_object(Bucket="millrace", Key=f"{batch}{name}", Body=content)
    s3.put_object(Bucket="millrace", Key=f"{batch}_DONE", Body=b"")
    [job] = eventually(lambda: owner.get("/jobs?status=completed")["items"], 60)
    assert (job["name"], job["file_count"]) == ("holiday", len(files))

    s3.put_object(Bucket="millrace", Key=f"{batch}late.jpg", Body=files["harbour small.jpg"])
    jobs = eventually(lambda: len(found := owner.get("/jobs?status=completed")["items"]) == 2 and found, 60)
    follow_up = owner.get(f"/jobs/{jobs[0]['id']}")
    assert follow_up["follows"] == job["id"]
    assert follow_up["progress_total"] == 1


def test_objects_that_are_there_are_imported_in_place(stack: Stack, files: dict[str, bytes]) -> None:
    guest, s3 = Guest(stack.api), stack.s3()
    assert guest.call("POST", "/import-path", {"path": "import/", "pipeline": "media"}).status_code == 403
    guest.register()
    prefix = f"import/@{guest.id}/archive/"
    for name, content in files.items():
        s3.put_object(Bucket="millrace", Key=f"{prefix}{name}", Body=content)
    answer = guest.call("POST", "/import-path", {"path": prefix, "pipeline": "media"})
    assert answer.status_code == 202
    status = guest.wait(answer.json()["job_id"], 60)
    assert status["status"] == "completed"
    assert guest.get(f"/jobs/{answer.json()['job_id']}/files")["total"] == len(files)
    assert guest.call("POST", "/import-path", {"path": "s3://elsewhere/", "pipeline": "media"}).status_code == 400
