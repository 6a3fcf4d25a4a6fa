"""A full disk, damaged files and folders of older versions give a clear sentence, and lose no acknowledged change."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from botocore.exceptions import ClientError

from chalicelib.jobs.ids import new_id
from chalicelib.jobs.model import Job
from chalicelib.jobs.states import JobState
from chalicelib.stores.dynamo.job_table import JobTable
from chalicelib.stores.dynamo.table import Table
from tests.local.conftest import Stack, eventually

ROOM = 2 * 2**30


def doctor(stack: Stack, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "infra.doctor", "--data-dir", str(stack.data_dir), *arguments]
    return subprocess.run(
        command, env=os.environ | environment, capture_output=True, text=True, timeout=60, check=False
    )


def items(stack: Stack) -> int:
    return int(stack.client("dynamodb").scan(TableName="millrace-jobs", Select="COUNT")["Count"])


def put_item(stack: Stack, number: int) -> None:
    item = {"PK": {"S": f"TEST#{number}"}, "SK": {"S": "TEST"}}
    stack.client("dynamodb").put_item(TableName="millrace-jobs", Item=item)


def test_a_full_disk_takes_nothing_in_shows_everything_and_goes_on_with_room(
    own_stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Nearly all space is kept free, so that a file of moderate size fills the disk.
    found = os.statvfs(tmp_path)
    setting = {"MILLRACE_KEPT_FREE": str(found.f_bavail * found.f_frsize - ROOM)}
    for name, value in setting.items():
        monkeypatch.setenv(name, value)
    own_stack.start()
    s3 = own_stack.client("s3")
    s3.put_object(Bucket="millrace", Key="kept/a", Body=b"before")
    put_item(own_stack, 1)
    with (tmp_path / "filling").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, 2 * ROOM)

    with pytest.raises(ClientError) as refused:
        s3.put_object(Bucket="millrace", Key="uploads/a/b", Body=b"more")
    assert refused.value.response["Error"]["Code"] == "InsufficientStorage"
    assert "disk is full" in refused.value.response["Error"]["Message"]
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 507
    told = requests.post(f"{own_stack.address}/api/json", json={}, timeout=5)
    assert (told.status_code, told.json()["code"]) == (507, "disk_full")
    health = requests.get(f"{own_stack.address}/api/health", timeout=5)
    assert (health.status_code, health.json()["code"]) == (503, "disk_full")
    said = doctor(own_stack, "--json", **setting)
    assert said.returncode == 1
    wrong = {f["what"] for f in map(json.loads, said.stdout.splitlines()) if f["advice"]}
    assert "disk" in wrong

    assert s3.get_object(Bucket="millrace", Key="kept/a")["Body"].read() == b"before"
    assert requests.get(f"{own_stack.address}/api/echo/a", timeout=5).status_code == 200
    own_stack.kill()
    own_stack.start()  # existing data can still be read
    assert own_stack.client("s3").get_object(Bucket="millrace", Key="kept/a")["Body"].read() == b"before"
    assert items(own_stack) == 1
    own_stack.client("s3").delete_object(Bucket="millrace", Key="kept/a")

    (tmp_path / "filling").unlink()
    own_stack.client("s3").put_object(Bucket="millrace", Key="uploads/a/b", Body=b"more")
    eventually(lambda: own_stack.seen("inspect", "uploads/a/b"))
    assert requests.get(f"{own_stack.address}/api/health", timeout=5).status_code == 200


def test_a_cut_short_file_stops_the_start_is_named_and_the_doctor_finds_the_way_back(own_stack: Stack) -> None:
    own_stack.start()
    for number in range(5):
        put_item(own_stack, number)
    assert own_stack.stop() == 0
    own_stack.start()
    put_item(own_stack, 5)
    own_stack.kill()
    newest = max((own_stack.data_dir / "cloud").glob("snapshot-*"))
    content = newest.read_bytes()
    newest.write_bytes(content[: len(content) // 2])
    before = {path: path.stat().st_size for path in (own_stack.data_dir / "cloud").glob("*-*")}

    own_stack.start(wait=False)
    assert own_stack.process is not None
    said, _ = own_stack.process.communicate(timeout=30)
    assert own_stack.process.returncode == 1
    assert said.count("\n") == 1
    assert str(newest) in said
    assert "make doctor FIX=1" in said
    assert {path: path.stat().st_size for path in before} == before

    asked = doctor(own_stack)
    assert asked.returncode == 1
    assert f"WRONG store: {newest}" in asked.stdout
    mended = doctor(own_stack, "--fix")
    assert mended.returncode == 0, mended.stderr
    assert "set aside" in mended.stdout
    own_stack.start()
    assert items(own_stack) == 6


def test_the_doctor_calls_the_sweeper_where_it_is_late(tmp_path: Path) -> None:
    stack = Stack(tmp_path, sweep=3600)
    stack.start()
    long_ago = datetime.now(UTC) - timedelta(days=2)
    job_id = new_id()
    jobs = JobTable(Table(lambda: stack.client("dynamodb"), "millrace-jobs"))
    jobs.create_job(
        Job(job_id, "somebody", "a job", "media", {}, JobState.PENDING, long_ago, active_at=long_ago, due_at=long_ago),
        active_limit=1,
    )
    try:
        said = doctor(stack, "--fix")
        assert f"1 jobs are due for over 5 minutes, {job_id} first" in said.stdout
        assert "sweep: called once" in said.stdout, said.stdout + said.stderr
        assert (jobs.job(job_id).state, jobs.job(job_id).error_code) == (JobState.FAILED, "no_files")
        assert "ok    sweeper: no job waits for it" in doctor(stack).stdout
    finally:
        assert stack.stop() == 0


def test_parts_of_an_upload_outlive_a_kill(own_stack: Stack) -> None:
    own_stack.start()
    s3 = own_stack.client("s3")
    where: dict[str, Any] = {"Bucket": "millrace", "Key": "kept/parts"}
    upload = s3.create_multipart_upload(**where, Metadata={"k": "v"}, Tagging="a=b")["UploadId"]
    parts = [os.urandom(5 * 2**20), os.urandom(5 * 2**20), b"end"]
    etags = []
    for number, part in enumerate(parts[:2], start=1):
        etags.append(s3.upload_part(**where, UploadId=upload, PartNumber=number, Body=part)["ETag"])
        own_stack.kill()
        own_stack.start()
        s3 = own_stack.client("s3")
    etags.append(s3.upload_part(**where, UploadId=upload, PartNumber=3, Body=parts[2])["ETag"])
    listed = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, start=1)]
    assert [part["ETag"] for part in s3.list_parts(**where, UploadId=upload)["Parts"]] == etags
    s3.complete_multipart_upload(**where, UploadId=upload, MultipartUpload={"Parts": listed})
    own_stack.kill()
    own_stack.start()
    s3 = own_stack.client("s3")
    assert s3.get_object(**where)["Body"].read() == b"".join(parts)
    assert s3.get_object(**where, Range="bytes=5242878-5242881")["Body"].read() == b"".join(parts)[5242878:5242882]
    assert s3.list_multipart_uploads(Bucket="millrace").get("Uploads", []) == []
    blobs = [path for path in (own_stack.data_dir / "cloud" / "blobs").rglob("*") if path.is_file()]
    kept = sum(path.stat().st_size for path in blobs)
    s3.copy_object(Bucket="millrace", Key="kept/copy", CopySource="millrace/kept/parts")
    s3.delete_object(**where)
    assert s3.get_object(Bucket="millrace", Key="kept/copy")["Body"].read() == b"".join(parts)
    s3.delete_object(Bucket="millrace", Key="kept/copy")
    left = sum(path.stat().st_size for path in (own_stack.data_dir / "cloud" / "blobs").rglob("*") if path.is_file())
    assert left == kept - sum(map(len, parts))


def test_a_copy_of_the_data_folder_is_a_whole_installation(own_stack: Stack, tmp_path: Path) -> None:
    own_stack.start()
    put_item(own_stack, 1)
    own_stack.client("s3").put_object(Bucket="millrace", Key="kept/a", Body=b"bytes")
    assert own_stack.stop() == 0
    subprocess.run(["cp", "-a", str(own_stack.data_dir), str(tmp_path / "copy")], check=True)
    subprocess.run(["rm", "-r", str(own_stack.data_dir)], check=True)
    own_stack.data_dir = tmp_path / "copy"
    own_stack.start()
    assert items(own_stack) == 1
    assert own_stack.client("s3").get_object(Bucket="millrace", Key="kept/a")["Body"].read() == b"bytes"


def test_expired_objects_and_lost_uploads_go_by_the_buckets_rules(tmp_path: Path) -> None:
    """In a separate process: ministack is one set of modules."""
    command = [sys.executable, "-m", "tests.local.cloud.aging", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    left = [["kept/a", "kept/b", "work/a", 1], ["kept/a", "work/a", 1], ["kept/a", 0]]
    assert json.loads(ended.stdout) == {"left": left, "blobs": 1}
