"""Uploads in parts with checksums, stored as in S3: copies recognised, checked at the end, there after a restart."""

import base64
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.jobs.errors import ChecksumRefused, ObjectMissing, PartsGone
from chalicelib.stores.object_bucket import ObjectBucket
from tests.local.cloud.running import Cloud

BUCKET, KEY = "own", "results/x/complete"
LARGE = bytes(range(256)) * (6 * 1024 * 1024 // 256)


@pytest.fixture
def cloud(tmp_path: Path) -> Iterator[Cloud]:
    cloud = Cloud(tmp_path)
    cloud.start()
    yield cloud
    cloud.kill()


def bucket(cloud: Cloud, make: bool = False) -> tuple[Any, ObjectBucket]:
    s3 = cloud.client("s3")
    if make:
        s3.create_bucket(Bucket=BUCKET)
    return s3, ObjectBucket(lambda: s3, lambda: s3, BUCKET)


def test_copied_parts_have_their_crc_and_the_whole_is_checked(cloud: Cloud) -> None:
    s3, objects = bucket(cloud, make=True)
    etag = objects.put("source", b"before" + LARGE, "x")
    upload = objects.start_parts(KEY, "application/zip", checksum=True)
    first = objects.copy_part(KEY, upload, 1, "source", 6, 6 + len(LARGE), etag=etag)
    last = objects.put_part(KEY, upload, 2, b"the end")
    assert (first.crc32, last.crc32) == (zlib.crc32(LARGE), zlib.crc32(b"the end"))
    assert objects.parts(KEY, upload) == [first, last]
    cloud.kill()
    cloud.start()
    s3, objects = bucket(cloud)
    assert objects.parts(KEY, upload) == [first, last]
    whole = zlib.crc32(LARGE + b"the end")
    with pytest.raises(ChecksumRefused):
        objects.finish_parts(KEY, upload, [first, last], crc32=whole ^ 1)
    assert objects.parts(KEY, upload) == [first, last]
    objects.finish_parts(KEY, upload, [first, last], crc32=whole)
    assert objects.crc32(KEY) == whole
    head = s3.head_object(Bucket=BUCKET, Key=KEY, ChecksumMode="ENABLED")
    assert (head["ChecksumType"], head["ContentLength"]) == ("FULL_OBJECT", len(LARGE) + 7)
    with pytest.raises(PartsGone):
        objects.put_part(KEY, upload, 3, b"too late")


def blobs(cloud: Cloud) -> int:
    """Bytes on the disk; a blob with several names counts once."""
    found = {path.stat().st_ino: path.stat().st_size for path in (cloud.folder / "cloud/blobs").rglob("*/*")}
    return sum(found.values())


def test_what_is_copied_takes_no_room_and_outlives_its_source(cloud: Cloud) -> None:
    _, objects = bucket(cloud, make=True)
    upload = objects.start_parts("source", None)
    begun = [objects.put_part("source", upload, 1, LARGE), objects.put_part("source", upload, 2, b"the end")]
    source = objects.finish_parts("source", upload, begun)
    before = blobs(cloud)
    # Across the boundary of the two, of a copy again, and all of it.
    middle = objects.start_parts("middle", None, checksum=True)
    part = objects.copy_part("middle", middle, 1, "source", 5, len(LARGE) + 3, etag=source.etag)
    assert part.crc32 == zlib.crc32(LARGE[5:] + b"the")
    copied = objects.finish_parts("middle", middle, [part], crc32=part.crc32)
    again = objects.start_parts(KEY, None, checksum=True)
    part = objects.copy_part(KEY, again, 1, "middle", 1, len(LARGE) - 3, etag=copied.etag)
    objects.finish_parts(KEY, again, [part], crc32=zlib.crc32((LARGE + b"the end")[6 : len(LARGE) + 2]))
    assert blobs(cloud) == before
    objects.delete(["source", "middle"])
    cloud.kill()
    cloud.start()
    _, objects = bucket(cloud)
    assert b"".join(objects.stream(KEY, 0, len(LARGE) - 4)) == (LARGE + b"the end")[6 : len(LARGE) + 2]
    objects.delete([KEY])
    assert blobs(cloud) == 0


def test_a_copy_of_another_version_or_of_bytes_that_arent_there_leaves_nothing(cloud: Cloud) -> None:
    _, objects = bucket(cloud, make=True)
    etag = objects.put("source", LARGE, "x")
    upload, before = objects.start_parts(KEY, None, checksum=True), blobs(cloud)
    with pytest.raises(ObjectMissing):
        objects.copy_part(KEY, upload, 1, "source", 0, 9, etag="0" * 32)
    with pytest.raises(ObjectMissing):
        objects.copy_part(KEY, upload, 1, "none", 0, 9, etag=etag)
    with pytest.raises(PartsGone):
        objects.copy_part(KEY, "gone", 1, "source", 0, 9, etag=etag)
    with pytest.raises(ClientError, match="InvalidArgument"):
        objects.copy_part(KEY, upload, 1, "source", 0, len(LARGE) + 1, etag=etag)
    assert (objects.parts(KEY, upload), blobs(cloud)) == ([], before)
    objects.copy_part(KEY, upload, 1, "source", 0, 9, etag=etag)
    objects.copy_part(KEY, upload, 1, "source", 0, 8, etag=etag)
    objects.abort_parts(KEY, upload)
    assert len(list((cloud.folder / "cloud/blobs").rglob("*/*"))) == 1


def test_a_part_with_another_crc_than_its_bytes_is_refused(cloud: Cloud) -> None:
    s3, objects = bucket(cloud, make=True)
    upload = objects.start_parts(KEY, None, checksum=True)
    wrong = base64.b64encode(bytes(4)).decode()
    with pytest.raises(ClientError, match="BadDigest"):
        s3.upload_part(Bucket=BUCKET, Key=KEY, UploadId=upload, PartNumber=1, Body=b"x", ChecksumCRC32=wrong)
    assert objects.parts(KEY, upload) == []


def test_an_upload_without_checksums_cant_be_completed_with_one(cloud: Cloud) -> None:
    _, objects = bucket(cloud, make=True)
    etag = objects.put("source", LARGE, "x")
    upload = objects.start_parts(KEY, None)
    part = objects.copy_part(KEY, upload, 1, "source", 0, len(LARGE), etag=etag)
    assert part.crc32 is None
    with pytest.raises(ChecksumRefused):
        objects.finish_parts(KEY, upload, [part], crc32=zlib.crc32(LARGE))
    objects.finish_parts(KEY, upload, [part])
    assert objects.crc32(KEY) is None


def test_checksums_of_the_parts_checksums_stay_as_they_were(cloud: Cloud) -> None:
    s3, objects = bucket(cloud, make=True)
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key=KEY, ChecksumAlgorithm="CRC32")["UploadId"]
    part = objects.put_part(KEY, upload, 1, b"x")
    objects.finish_parts(KEY, upload, [part])
    head = s3.head_object(Bucket=BUCKET, Key=KEY, ChecksumMode="ENABLED")
    assert head["ChecksumType"] == "COMPOSITE"
    assert head["ChecksumCRC32"].endswith("-1")
    assert objects.crc32(KEY) is None


def joined(objects: ObjectBucket, times: int = 1) -> bytes:
    """Makes an object of several blobs, some of them pieces of another's; returns its bytes."""
    etag = objects.put("source", b"before" + LARGE, "x")
    upload = objects.start_parts(KEY, "application/zip", checksum=True)
    parts = [
        objects.put_part(KEY, upload, 1, b"header"),
        *(objects.copy_part(KEY, upload, 2 + n, "source", 6, 6 + len(LARGE), etag=etag) for n in range(times)),
        objects.put_part(KEY, upload, 2 + times, b"the end"),
    ]
    objects.finish_parts(KEY, upload, parts)
    return b"header" + times * LARGE + b"the end"


@pytest.mark.parametrize(
    ("start", "end"), [(0, 5), (0, 6), (5, 6), (6, 7), (4, 20), (6, 6 + len(LARGE)), (len(LARGE) + 3, len(LARGE) + 13)]
)
def test_ranges_across_parts_are_the_bytes_of_the_whole(cloud: Cloud, start: int, end: int) -> None:
    s3, objects = bucket(cloud, make=True)
    whole = joined(objects)
    assert b"".join(objects.stream(KEY, start, end)) == whole[start:end]
    assert s3.get_object(Bucket=BUCKET, Key=KEY)["Body"].read() == whole


def test_a_download_ends_well_though_its_object_goes_meanwhile(cloud: Cloud) -> None:
    s3, objects = bucket(cloud, make=True)
    whole = joined(objects, times=10)  # more than the buffers of sockets hold
    body = s3.get_object(Bucket=BUCKET, Key=KEY)["Body"]
    begun = body.read(10)
    objects.delete([KEY, "source"])
    assert begun + body.read() == whole
    deadline = time.monotonic() + 30
    while blobs(cloud):
        assert time.monotonic() < deadline, "its files stayed after it was over"
        time.sleep(0.05)
