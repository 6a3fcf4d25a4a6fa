"""Signed addresses at a store that checks signatures: each allows its own key, bytes and time, and no others."""

import base64
import hashlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import Popen
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
import requests
from botocore.config import Config

from chalicelib.jobs.errors import ObjectMissing
from chalicelib.stores.object_bucket import ObjectBucket
from infra.local.lifeline import spawn
from infra.local.settings import free_port
from tests.app.api_world import key_of, query

CONTENT = b"ten bytes!"
SHA256 = hashlib.sha256(CONTENT).hexdigest()
NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("cloud")
    port = free_port()
    credentials = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local", "AWS_DEFAULT_REGION": "us-east-1"}
    environment = os.environ | credentials | {"PYTHONPATH": os.pathsep.join(sys.path)}
    cloud: Popen[bytes] = spawn("infra.local.cloud", [str(folder / "data"), str(port)], environment, folder / "log")
    address, deadline = f"http://127.0.0.1:{port}", time.monotonic() + 60
    while True:
        try:
            requests.get(f"{address}/health", timeout=2)
            break
        except requests.ConnectionError:
            assert cloud.poll() is None, (folder / "log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.1)
    yield address
    assert cloud.stdin is not None
    cloud.stdin.close()
    cloud.wait(30)


@pytest.fixture(scope="module")
def bucket(endpoint: str) -> ObjectBucket:
    client: Any = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
        config=Config(signature_version="s3v4", request_checksum_calculation="when_required"),
    )
    client.create_bucket(Bucket="signed")
    return ObjectBucket(lambda: client, lambda: client, "signed")


def put(url: str, headers: dict[str, str], content: bytes = CONTENT) -> int:
    return requests.put(url, data=content, headers=headers, timeout=5).status_code


def stored(bucket: ObjectBucket, key: str) -> bool:
    try:
        bucket.stat(key)
    except ObjectMissing:
        return False
    return True


def signed(bucket: ObjectBucket, key: str, **more: Any) -> Any:
    given = {"content_type": None, "sha256": None, "expires_in": 60, "now": NOW} | more
    return bucket.sign_put(key, len(CONTENT), **given)


def test_the_announced_bytes_pass(bucket: ObjectBucket) -> None:
    request = signed(bucket, "good", content_type="image/jpeg", sha256=SHA256)
    assert put(request.url, dict(request.headers)) == 200
    assert bucket.stat("good").size == len(CONTENT)


def moved(url: str, change: Callable[[str], str]) -> str:
    changed = change(url)
    assert changed != url
    return changed


@pytest.mark.parametrize(
    "change",
    [
        lambda url: url.replace("/key-of-mine", "/key-of-another"),
        lambda url: url.replace("/key-of-mine", "/key-of-mine/below"),
        lambda url: url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"),
        lambda url: url + "&x-amz-acl=public-read",
        lambda url: url.replace("X-Amz-SignedHeaders=content-length%3Bhost", "X-Amz-SignedHeaders=host"),
    ],
)
def test_a_changed_address_reaches_nothing(bucket: ObjectBucket, change: Callable[[str], str]) -> None:
    request = signed(bucket, "key-of-mine")
    assert put(moved(request.url, change), dict(request.headers)) == 403
    assert not stored(bucket, "key-of-mine")
    assert not stored(bucket, "key-of-another")


def test_more_or_fewer_bytes_are_refused(bucket: ObjectBucket) -> None:
    request = signed(bucket, "length")
    for content in (CONTENT + b"!", CONTENT[:-1], b""):
        assert put(request.url, {**request.headers, "Content-Length": str(len(content))}, content) == 403
    assert not stored(bucket, "length")


def test_other_bytes_of_that_length_are_refused_where_their_hash_was_announced(bucket: ObjectBucket) -> None:
    request = signed(bucket, "hash", sha256=SHA256)
    other = CONTENT[::-1]
    assert put(request.url, dict(request.headers), other) == 400
    theirs = base64.b64encode(hashlib.sha256(other).digest()).decode()
    assert put(request.url, {**request.headers, "x-amz-checksum-sha256": theirs}, other) == 403
    unhashed = {name: value for name, value in request.headers.items() if name != "x-amz-checksum-sha256"}
    assert put(request.url, unhashed, other) == 403
    assert not stored(bucket, "hash")


def test_another_content_type_is_refused(bucket: ObjectBucket) -> None:
    request = signed(bucket, "type", content_type="image/jpeg")
    assert put(request.url, {**request.headers, "Content-Type": "text/html"}) == 403
    assert not stored(bucket, "type")


def test_an_address_to_upload_neither_reads_nor_deletes(bucket: ObjectBucket) -> None:
    request = signed(bucket, "method")
    assert put(request.url, dict(request.headers)) == 200
    for method in ("GET", "DELETE"):
        assert requests.request(method, request.url, timeout=5).status_code == 403
    assert stored(bucket, "method")


def test_an_address_expires(bucket: ObjectBucket) -> None:
    request = signed(bucket, "late", expires_in=1)
    time.sleep(2.1)
    assert put(request.url, dict(request.headers)) == 403
    assert not stored(bucket, "late")


def test_a_part_goes_into_its_own_place_with_its_own_length_and_checksum(bucket: ObjectBucket) -> None:
    upload_id = bucket.start_parts("parts", None, checksum=False)
    more = {"sha256": SHA256, "crc32": None, "expires_in": 60, "now": NOW}
    request = bucket.sign_part("parts", upload_id, 1, len(CONTENT), **more)
    assert (
        put(moved(request.url, lambda url: url.replace("partNumber=1", "partNumber=2")), dict(request.headers)) == 403
    )
    assert put(request.url, dict(request.headers), CONTENT[:-1]) == 403
    assert put(request.url, dict(request.headers), CONTENT[::-1]) == 400
    assert bucket.parts("parts", upload_id) == []
    assert put(request.url, dict(request.headers)) == 200
    assert [(part.number, part.size) for part in bucket.parts("parts", upload_id)] == [(1, len(CONTENT))]


def test_a_download_comes_as_its_name_and_type_from_its_key_alone(bucket: ObjectBucket) -> None:
    bucket.put("zip", b"zip", "application/zip")
    bucket.put("secret", b"secret", "text/plain")
    request = bucket.sign_get("zip", filename='Été "1".zip', content_type="application/zip", expires_in=60, now=NOW)
    answer = requests.get(request.url, timeout=5)
    assert (answer.status_code, answer.content) == (200, b"zip")
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename=\"_t_ _1_.zip\"; filename*=UTF-8''%C3%89t%C3%A9%20%221%22.zip"
    )
    assert requests.get(request.url.replace("/zip?", "/secret?"), timeout=5).status_code == 403


class TestAddressOfADownload:
    """The address stays the same for half of its life, so that a polling browser finds thumbnails in its cache."""

    def url(self, bucket: ObjectBucket, key: str, seconds: float, expires_in: int = 3600) -> Any:
        start = datetime.fromtimestamp(NOW.timestamp() // 1800 * 1800, UTC)
        now = start + timedelta(seconds=seconds)
        return bucket.sign_get(key, filename=None, content_type=None, expires_in=expires_in, now=now)

    def test_is_the_same_for_half_its_life_and_then_another(self, bucket: ObjectBucket) -> None:
        first = self.url(bucket, "t", 0)
        assert self.url(bucket, "t", 1799).url == first.url
        assert self.url(bucket, "t", 1800) is not first

    def test_says_when_it_really_ends(self, bucket: ObjectBucket) -> None:
        first = self.url(bucket, "u", 0)
        assert self.url(bucket, "u", 900).expires_at == first.expires_at
        signed_at = datetime.strptime(query(first.url)["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        assert abs(signed_at + timedelta(hours=1) - first.expires_at) < timedelta(seconds=2)

    def test_is_one_for_each_key_name_and_lifetime(self, bucket: ObjectBucket) -> None:
        assert key_of(self.url(bucket, "x", 0).url) != key_of(self.url(bucket, "y", 0).url)
        assert query(self.url(bucket, "x", 0, 900).url)["X-Amz-Expires"] == "900"
        assert query(self.url(bucket, "x", 0).url)["X-Amz-Expires"] == "3600"

    def test_lets_a_browser_keep_what_is_shown_and_not_what_is_saved(self, bucket: ObjectBucket) -> None:
        assert query(self.url(bucket, "x", 0).url)["response-cache-control"] == "private, max-age=1800"
        saved = bucket.sign_get("x", filename="x.zip", content_type=None, expires_in=60, now=NOW)
        assert "response-cache-control" not in urlsplit(saved.url).query
