"""The contract of ports.ObjectStore, for the in-memory store and S3 (moto) alike; and the signed addresses of S3."""

import base64
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.stub import Stubber

from chalicelib.jobs.errors import ChecksumRefused, ObjectMissing, PartsGone
from chalicelib.jobs.ports.outside import UploadedPart
from tests.fakes.world import BEGIN
from tests.stores.conftest import Cloud

MIB = 1024 * 1024
KEY = "uploads/photos/x/00000001"


def read(objects: Any, key: str, start: int = 0, end: int | None = None, **more: Any) -> bytes:
    return b"".join(objects.stream(key, start, objects.stat(key).size if end is None else end, **more))


def test_an_object_is_read_as_it_was_put(objects: Any) -> None:
    etag = objects.put(KEY, b"0123456789", "text/plain")
    seen = objects.stat(KEY)
    assert (seen.key, seen.size, seen.etag, seen.bucket) == (KEY, 10, etag, None)
    assert read(objects, KEY) == b"0123456789"
    assert read(objects, KEY, 2, 5) == b"234"
    assert read(objects, KEY, 5, 5) == b""


def test_an_object_that_isnt_there_is_missing(objects: Any) -> None:
    for ask in (
        lambda: objects.stat(KEY),
        lambda: list(objects.stream(KEY, 0, 1)),
        lambda: objects.crc32(KEY),
        lambda: objects.stat(KEY, "another-bucket"),
    ):
        with pytest.raises(ObjectMissing):
            ask()


def test_another_version_than_was_asked_for_is_missing(objects: Any) -> None:
    etag = objects.put(KEY, b"one", "text/plain")
    assert read(objects, KEY, etag=etag) == b"one"
    objects.put(KEY, b"two", "text/plain")
    with pytest.raises(ObjectMissing):
        read(objects, KEY, etag=etag)


def test_an_object_takes_the_place_only_of_the_version_that_was_named(objects: Any) -> None:
    etag = objects.put(KEY, b"one", "text/plain")
    objects.put(KEY, b"two", "text/plain", replacing=etag)
    for gone in (etag, "0" * 32):
        with pytest.raises(ObjectMissing):
            objects.put(KEY, b"three", "text/plain", replacing=gone)
    with pytest.raises(ObjectMissing):
        objects.put(f"{KEY}-none", b"three", "text/plain", replacing=etag)
    assert read(objects, KEY) == b"two"


def test_a_file_is_put_from_its_path(objects: Any, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"content")
    objects.put_file(KEY, str(tmp_path / "a"), "text/plain", tags={"millrace-expires": "24h"})
    assert read(objects, KEY) == b"content"


def test_objects_are_found_below_their_prefix_in_order(objects: Any) -> None:
    for key in ("a/2", "a/1", "a/sub/3", "ab/4", "b/5"):
        objects.put(key, b"x", "text/plain")
    assert [seen.key for seen in objects.below("a/")] == ["a/1", "a/2", "a/sub/3"]
    assert list(objects.below("none/")) == []


@pytest.mark.parametrize(("recursive", "expected"), [(True, ["a/1", "a/2", "a/sub/3"]), (False, ["a/1", "a/2"])])
def test_a_listing_goes_on_after_a_key(objects: Any, recursive: bool, expected: list[str]) -> None:
    for key in ("a/1", "a/2", "a/sub/3", "b/4"):
        objects.put(key, b"x", "text/plain")
    found, after = objects.list_page("a/", bucket=None, after=None, recursive=recursive)
    assert ([seen.key for seen in found], after) == (expected, None)
    found, _ = objects.list_page("a/", bucket=None, after="a/1", recursive=recursive)
    assert [seen.key for seen in found] == expected[1:]


def test_a_bucket_that_isnt_there_can_not_be_listed(objects: Any) -> None:
    with pytest.raises(ObjectMissing):
        objects.list_page("a/", bucket="another-bucket", after=None, recursive=True)


def test_a_long_listing_comes_in_pages_that_miss_nothing(objects: Any) -> None:
    for number in range(1005):
        objects.put(f"a/{number:04d}", b"x", "text/plain")
    first, after = objects.list_page("a/", bucket=None, after=None, recursive=True)
    second, end = objects.list_page("a/", bucket=None, after=after, recursive=True)
    assert (len(first), len(second), end) == (1000, 5, None)
    assert len({seen.key for seen in [*first, *second]}) == 1005


def test_a_prefix_is_deleted_with_the_uploads_under_way_in_it(objects: Any) -> None:
    objects.put("work/j/a", b"x", "text/plain")
    objects.put("work/k/a", b"x", "text/plain")
    upload, other = objects.start_parts("work/j/b", None), objects.start_parts("work/k/b", None)
    objects.delete_prefix("work/j/")
    assert [seen.key for seen in objects.below("work/")] == ["work/k/a"]
    with pytest.raises(ObjectMissing):
        objects.parts("work/j/b", upload)
    assert objects.parts("work/k/b", other) == []


def test_objects_are_deleted_by_their_keys_whether_or_not_they_are_there(objects: Any) -> None:
    objects.put("a/1", b"x", "text/plain")
    objects.delete(["a/1", "a/2"])
    objects.delete([])
    assert list(objects.below("a/")) == []


def test_parts_become_one_object(objects: Any) -> None:
    large = bytes(range(256)) * (5 * MIB // 256)
    objects.put("source", b"before" + large, "text/plain")
    etag = objects.stat("source").etag
    upload = objects.start_parts(KEY, "text/plain")
    last = objects.put_part(KEY, upload, 2, b"the end")
    first = objects.copy_part(KEY, upload, 1, "source", 6, 6 + len(large), etag=etag)
    assert {(part.number, part.size) for part in objects.parts(KEY, upload)} == {(1, len(large)), (2, 7)}
    done = objects.finish_parts(KEY, upload, [first, last])
    assert (done.size, done.etag) == (len(large) + 7, objects.stat(KEY).etag)
    assert read(objects, KEY) == large + b"the end"


def test_an_upload_that_was_finished_or_aborted_is_gone(objects: Any) -> None:
    upload = objects.start_parts(KEY, None)
    part = objects.put_part(KEY, upload, 1, b"x")
    objects.finish_parts(KEY, upload, [part])
    aborted = objects.start_parts(KEY, None)
    objects.abort_parts(KEY, aborted)
    objects.abort_parts(KEY, aborted)
    for gone in (upload, aborted):
        with pytest.raises(ObjectMissing):
            objects.parts(KEY, gone)


def test_finishing_an_upload_that_is_gone_says_so(cloud: Cloud) -> None:
    # moto fails here, so the stub answers as S3 does.
    with Stubber(cloud.s3) as stubber:
        stubber.add_client_error("complete_multipart_upload", "NoSuchUpload", http_status_code=404)
        with pytest.raises(PartsGone):
            cloud.objects.finish_parts(KEY, "gone", [UploadedPart(1, "e", 1)])


def test_a_part_has_the_crc_that_went_with_it(objects: Any) -> None:
    upload = objects.start_parts(KEY, None, checksum=True)
    assert objects.put_part(KEY, upload, 1, b"bytes").crc32 == zlib.crc32(b"bytes")


def test_the_crc_of_a_copied_part_is_taken_from_the_answer(cloud: Cloud) -> None:
    # moto returns none; S3 does for uploads with checksums, and in the list of their parts.
    text = base64.b64encode(zlib.crc32(b"one").to_bytes(4)).decode()
    with Stubber(cloud.s3) as stubber:
        stubber.add_response("upload_part_copy", {"CopyPartResult": {"ETag": '"e"', "ChecksumCRC32": text}})
        stubber.add_response(
            "list_parts", {"Parts": [{"PartNumber": 1, "ETag": '"e"', "Size": 3, "ChecksumCRC32": text}]}
        )
        copied = cloud.objects.copy_part(KEY, "upload", 1, "source", 0, 3, etag="e")
        assert copied == UploadedPart(1, "e", 3, zlib.crc32(b"one"))
        assert cloud.objects.parts(KEY, "upload") == [copied]


def test_an_upload_is_completed_with_the_crc_of_the_whole(cloud: Cloud) -> None:
    asked = []
    events = cloud.s3.meta.events
    events.register("before-call.s3.CompleteMultipartUpload", lambda params, **_: asked.append(params["headers"]))
    events.register("before-call.s3.CreateMultipartUpload", lambda params, **_: asked.append(params["headers"]))
    upload = cloud.objects.start_parts(KEY, None, checksum=True)
    part = cloud.objects.put_part(KEY, upload, 1, b"hello")
    cloud.objects.finish_parts(KEY, upload, [part], crc32=zlib.crc32(b"hello"))
    begun, done = asked
    assert (begun["x-amz-checksum-algorithm"], begun["x-amz-checksum-type"]) == ("CRC32", "FULL_OBJECT")
    assert done["x-amz-checksum-crc32"] == base64.b64encode(zlib.crc32(b"hello").to_bytes(4)).decode()
    assert done["x-amz-checksum-type"] == "FULL_OBJECT"
    assert cloud.objects.crc32(KEY) == zlib.crc32(b"hello")


@pytest.mark.parametrize("code", ["BadDigest", "XAmzContentChecksumMismatch"])
def test_bytes_that_the_store_refuses_for_their_crc_are_told_apart(cloud: Cloud, code: str) -> None:
    with Stubber(cloud.s3) as stubber:
        stubber.add_client_error("upload_part", code, http_status_code=400)
        stubber.add_client_error("complete_multipart_upload", code, http_status_code=400)
        with pytest.raises(ChecksumRefused):
            cloud.objects.put_part(KEY, "upload", 1, b"x")
        with pytest.raises(ChecksumRefused):
            cloud.objects.finish_parts(KEY, "upload", [UploadedPart(1, "e", 1)], crc32=1)


def test_a_part_is_not_copied_from_where_nothing_is(objects: Any) -> None:
    upload = objects.start_parts(KEY, None)
    with pytest.raises(ObjectMissing):
        objects.copy_part(KEY, upload, 1, "none", 0, 3)


def test_a_part_is_copied_only_from_the_version_that_was_inspected(cloud: Cloud) -> None:
    asked = []
    cloud.s3.meta.events.register("before-call.s3.UploadPartCopy", lambda params, **_: asked.append(params["headers"]))
    etag = cloud.objects.put("source", b"one", "text/plain")
    cloud.objects.copy_part(KEY, cloud.objects.start_parts(KEY, None), 1, "source", 0, 3, etag=etag)
    [headers] = asked
    # moto copies anyway; the header makes S3 refuse.
    assert headers["x-amz-copy-source-if-match"] == f'"{etag}"'
    assert headers["x-amz-copy-source-range"] == "bytes=0-2"


def test_a_model_is_a_folder_of_files(objects: Any, tmp_path: Path) -> None:
    for name in ("weights.bin", "labels.txt", "deeper/other"):
        objects.put(f"models/net/{name}", name.encode(), "x")
    folder = objects.fetch("net", tmp_path)
    assert (folder / "weights.bin").read_bytes() == b"weights.bin"
    assert (folder / "labels.txt").read_bytes() == b"labels.txt"
    with pytest.raises(KeyError):
        objects.fetch("none", tmp_path)


# -- signed addresses --------------------------------------------------------------------------------------------------


def test_an_upload_is_signed_for_its_key_length_type_and_bytes(cloud: Cloud) -> None:
    signed = cloud.objects.sign_put(KEY, 5, content_type="text/plain", sha256="ab" * 32, expires_in=60, now=BEGIN)
    assert signed.headers == {
        "Content-Length": "5",
        "Content-Type": "text/plain",
        "x-amz-checksum-sha256": base64.b64encode(bytes.fromhex("ab" * 32)).decode(),
    }
    parts = urlsplit(signed.url)
    asked = parse_qs(parts.query)
    assert KEY in parts.path
    assert asked["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert asked["X-Amz-Expires"] == ["60"]
    names = set(asked["X-Amz-SignedHeaders"][0].split(";"))
    assert {"content-length", "content-type", "host", "x-amz-checksum-sha256"} <= names
    assert (signed.expires_at - BEGIN).total_seconds() == 60


def test_a_part_is_signed_for_its_number_length_and_crc(cloud: Cloud) -> None:
    upload = cloud.objects.start_parts(KEY, None, checksum=True)
    signed = cloud.objects.sign_part(KEY, upload, 3, 7, sha256=None, crc32="01020304", expires_in=60, now=BEGIN)
    asked = parse_qs(urlsplit(signed.url).query)
    assert (asked["partNumber"], asked["uploadId"]) == (["3"], [upload])
    assert {"content-length", "x-amz-checksum-crc32"} <= set(asked["X-Amz-SignedHeaders"][0].split(";"))
    assert signed.headers["x-amz-checksum-crc32"] == base64.b64encode(bytes.fromhex("01020304")).decode()


def test_a_download_is_saved_under_its_name_whatever_that_is(cloud: Cloud) -> None:
    signed = cloud.objects.sign_get(
        KEY, filename='Zoë "1"/2%.zip', content_type="application/zip", expires_in=900, now=BEGIN
    )
    [disposition] = parse_qs(urlsplit(signed.url).query)["response-content-disposition"]
    assert disposition == "attachment; filename=\"Zo_ _1__2_.zip\"; filename*=UTF-8''Zo%C3%AB%20%221%22%2F2%25.zip"


def test_results_that_expire_carry_the_tag_of_the_buckets_rule(cloud: Cloud) -> None:
    cloud.objects.put(KEY, b"x", "text/plain", tags={"millrace-expires": "24h"})
    tags = cloud.s3.get_object_tagging(Bucket="own-bucket", Key=KEY)["TagSet"]
    rules = cloud.s3.get_bucket_lifecycle_configuration(Bucket="own-bucket")["Rules"]
    assert tags == [{"Key": "millrace-expires", "Value": "24h"}]
    assert tags[0] in [rule["Filter"].get("Tag") for rule in rules]


def test_the_store_tells_the_queue_of_the_pipeline_of_new_objects(cloud: Cloud) -> None:
    url = cloud.sqs.get_queue_url(QueueName="millrace-inspect-photos")["QueueUrl"]
    cloud.sqs.purge_queue(QueueUrl=url)
    for key in (KEY, "drop/photos/a/b.txt", "drop/scans/a/b.txt", "results/x/complete"):
        cloud.objects.put(key, b"x", "text/plain")
    bodies = [m["Body"] for m in cloud.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])]
    told = [
        key for key in ("uploads", "drop%2Fphotos", "drop%2Fscans", "results") if any(key in body for body in bodies)
    ]
    assert told == ["uploads", "drop%2Fphotos"]


def test_the_crc_of_a_whole_is_known_where_the_store_keeps_one(cloud: Cloud) -> None:
    cloud.s3.put_object(Bucket="own-bucket", Key=KEY, Body=b"hello", ChecksumAlgorithm="CRC32")
    assert cloud.objects.crc32(KEY) == zlib.crc32(b"hello")
    cloud.objects.put("plain", b"hello", "text/plain")
    assert cloud.objects.crc32("plain") is None
