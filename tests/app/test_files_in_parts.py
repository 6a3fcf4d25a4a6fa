"""Files in parts: signed in windows, resumed, completed once, discarded."""

import base64
import hashlib
import zlib
from collections.abc import Mapping
from typing import Any

import pytest
import requests

from infra.local.samples import make_samples
from tests.app.api_world import Answer, Caller, World, key_of, query

MiB = 1024 * 1024
SIZE = 32 * MiB + 5


@pytest.fixture
def large(world: World, user: Caller) -> Any:
    """An announced file of three parts."""
    world.configure(LIMIT_MULTIPART_FROM=str(16 * MiB))
    answer = user.announce({"a.mp4": SIZE, "small.jpg": 16 * MiB - 1})
    return answer.json | {"path": f"/jobs/{answer['job_id']}/files/{answer['uploads'][0]['file_id']}"}


def sign(user: Caller, large: Any, *numbers: int, **more: Any) -> Answer:
    return user.post(f"{large['path']}/parts", {"part_numbers": list(numbers), **more})


def send(parts: Any, content: Mapping[int, bytes]) -> dict[int, str]:
    """Sends parts; returns their etags."""
    etags = {}
    for part in parts:
        body = content[part["part_number"]]
        response = requests.put(part["url"], data=body, headers=part["headers"], timeout=5)
        assert response.status_code == 200
        etags[part["part_number"]] = response.headers["ETag"]
    return etags


def complete(user: Caller, large: Any, etags: Mapping[int, str]) -> Answer:
    parts = [{"part_number": number, "etag": etag} for number, etag in etags.items()]
    return user.post(f"{large['path']}/complete", {"parts": parts})


@pytest.fixture
def content() -> dict[int, bytes]:
    whole = bytes(range(251)) * (SIZE // 251 + 1)
    return {n + 1: whole[n * 16 * MiB : min((n + 1) * 16 * MiB, SIZE)] for n in range(3)}


def test_files_over_the_threshold_are_planned_in_parts_and_others_are_not(large: Any) -> None:
    first, small = large["uploads"]
    assert set(first) == {"position", "file_id", "filename", "multipart"}
    assert first["multipart"] == {"part_size": 16 * MiB, "part_count": 3}
    assert "multipart" not in small
    assert small["method"] == "PUT"


@pytest.mark.parametrize(
    ("size", "part_size"),
    [(64 * MiB, 16 * MiB), (160_000 * MiB, 16 * MiB), (160_000 * MiB + 1, 17 * MiB), (5 * 1024**4, 525 * MiB)],
)
def test_parts_are_large_enough_for_ten_thousand_to_suffice(
    world: World, user: Caller, monkeypatch: pytest.MonkeyPatch, size: int, part_size: int
) -> None:
    from dataclasses import replace

    from chalicelib.pipelines.registry import PIPELINES

    media: Any = PIPELINES["media"]
    monkeypatch.setattr(media, "accepts", replace(media.accepts, max_bytes=5 * 1024**4), raising=False)
    world.configure(LIMIT_STORED_BYTES=str(10 * 1024**4))
    plan = user.announce({"a.mp4": size})["uploads"][0]["multipart"]
    assert plan["part_size"] == part_size
    assert (plan["part_count"] - 1) * part_size < size <= plan["part_count"] * part_size
    assert plan["part_count"] <= 10_000


def test_a_window_of_parts_is_signed_each_with_its_length(user: Caller, large: Any) -> None:
    answer = sign(user, large, 1, 3)
    assert answer.status == 200
    first, last = answer["parts"]
    assert [part["part_number"] for part in (first, last)] == [1, 3]
    assert (first["headers"]["Content-Length"], last["headers"]["Content-Length"]) == (str(16 * MiB), "5")
    for part in (first, last):
        assert set(part) == {"part_number", "url", "headers", "expires_at"}
        assert part["expires_at"].endswith("Z")
        signed = query(part["url"])
        assert "content-length" in signed["X-Amz-SignedHeaders"].split(";")
        assert signed["partNumber"] == str(part["part_number"])
        assert key_of(part["url"]) == f"uploads/media/{large['job_id']}/00000001"
    assert query(first["url"])["uploadId"] == query(last["url"])["uploadId"]


def test_a_parts_checksum_is_signed_where_it_is_given(user: Caller, large: Any) -> None:
    sha256, crc32 = hashlib.sha256(b"x").hexdigest(), f"{zlib.crc32(b'x'):08x}"
    first, second, third = sign(user, large, 1, 2, 3, sha256={"1": sha256}, crc32={"2": crc32})["parts"]
    assert first["headers"]["x-amz-checksum-sha256"] == base64.b64encode(bytes.fromhex(sha256)).decode()
    assert second["headers"]["x-amz-checksum-crc32"] == base64.b64encode(bytes.fromhex(crc32)).decode()
    assert "x-amz-checksum-sha256" in query(first["url"])["X-Amz-SignedHeaders"]
    assert "x-amz-checksum-crc32" in query(second["url"])["X-Amz-SignedHeaders"]
    assert set(third["headers"]) == {"Content-Length"}


def test_urls_are_signed_again_for_the_same_upload(user: Caller, large: Any) -> None:
    one, two = (sign(user, large, 1)["parts"][0] for _ in range(2))
    assert query(one["url"])["uploadId"] == query(two["url"])["uploadId"]


@pytest.mark.parametrize("numbers", [[0], [4], [-1], [10_001], [], list(range(1, 1002)), ["one"]])
def test_parts_that_are_none_are_refused(user: Caller, large: Any, numbers: Any) -> None:
    answer = user.post(f"{large['path']}/parts", {"part_numbers": numbers})
    assert (answer.status, answer["code"]) == (422, "invalid_fields")
    assert answer["errors"][0]["field"].startswith("part_numbers")


def test_what_has_arrived_is_listed_so_that_anybody_can_go_on(
    world: World, user: Caller, large: Any, content: Any
) -> None:
    assert user.get(f"{large['path']}/parts")["parts"] == []
    parts = sign(user, large, 1, 2, 3)["parts"]
    etags = send([parts[0], parts[2]], content)
    listed = user.get(f"{large['path']}/parts")["parts"]
    assert listed == [
        {"part_number": 1, "etag": etags[1].strip('"'), "size": 16 * MiB},
        {"part_number": 3, "etag": etags[3].strip('"'), "size": 5},
    ]


def test_parts_become_the_file_once_however_often_that_is_asked(
    world: World, user: Caller, large: Any, content: Any
) -> None:
    etags = send(sign(user, large, 1, 2, 3)["parts"], content)
    answer = complete(user, large, etags)
    assert answer.status == 200
    assert (answer["id"], answer["status"]) == (large["uploads"][0]["file_id"], "expected")
    key = f"uploads/media/{large['job_id']}/00000001"
    assert world.s3.get_object(Bucket="millrace", Key=key)["Body"].read() == b"".join(content.values())
    first = world.s3.head_object(Bucket="millrace", Key=key)["LastModified"]
    assert complete(user, large, etags).status == 200
    world.deliver()
    again = complete(user, large, etags)
    assert (again.status, again["status"]) == (200, "rejected")
    assert again["error_code"] == "content_mismatch"
    assert world.s3.head_object(Bucket="millrace", Key=key)["LastModified"] == first


def test_a_real_file_in_parts_is_inspected_and_comes_out_whole(
    world: World, user: Caller, tmp_path_factory: pytest.TempPathFactory
) -> None:
    world.configure(LIMIT_MULTIPART_FROM="1000")
    video = next(p for p in make_samples(tmp_path_factory.mktemp("video")) if p.suffix == ".mp4").read_bytes()
    job = user.announce({"a.mp4": len(video)}).json
    large = {"path": f"/jobs/{job['job_id']}/files/{job['uploads'][0]['file_id']}"}
    etags = send(sign(user, large, 1)["parts"], {1: video})
    assert complete(user, large, etags).status == 200
    world.deliver()
    [file] = user.get(f"/jobs/{job['job_id']}/files")["items"]
    assert (file["status"], file["file_hash_sha256"]) == ("inspected", hashlib.sha256(video).hexdigest())
    assert user.get(f"/status/{job['job_id']}")["status"] == "completed"


def test_missing_and_differing_parts_are_named(user: Caller, large: Any, content: Any) -> None:
    etags = send(sign(user, large, 1, 3)["parts"], content)
    answer = complete(user, large, etags)
    assert (answer.status, answer["code"]) == (400, "parts_missing")
    assert "1 of 3 parts" in answer["detail"]
    assert "part 2" in answer["errors"][0]["message"]
    etags |= send(sign(user, large, 2)["parts"], content)
    answer = complete(user, large, etags | {1: '"another"'})
    assert (answer.status, answer["code"]) == (400, "parts_missing")
    assert "part 1" in answer["detail"]
    assert complete(user, large, etags).status == 200


def test_an_aborted_upload_begins_anew(world: World, user: Caller, large: Any, content: Any) -> None:
    parts = sign(user, large, 1)["parts"]
    etags = send(parts, content)
    answer = user.call("DELETE", f"{large['path']}/parts")
    assert (answer.status, answer.text) == (204, "")
    assert "Uploads" not in world.s3.list_multipart_uploads(
        Bucket="millrace", Prefix=f"uploads/media/{large['job_id']}"
    )
    assert user.get(f"{large['path']}/parts")["parts"] == []
    assert complete(user, large, etags).status == 400
    again = sign(user, large, 1)["parts"][0]
    assert query(again["url"])["uploadId"] != query(parts[0]["url"])["uploadId"]
    assert user.call("DELETE", f"{large['path']}/parts").status == 204


def test_an_upload_that_expired_in_the_store_is_gone(world: World, user: Caller, large: Any, content: Any) -> None:
    parts = sign(user, large, 1)["parts"]
    etags = send(parts, content)
    world.s3.abort_multipart_upload(
        Bucket="millrace", Key=key_of(parts[0]["url"]), UploadId=query(parts[0]["url"])["uploadId"]
    )
    assert user.get(f"{large['path']}/parts")["parts"] == []
    answer = complete(user, large, etags)
    assert (answer.status, answer["code"]) == (404, "upload_gone")


def test_a_file_in_one_piece_has_no_parts(user: Caller, large: Any) -> None:
    path = f"/jobs/{large['job_id']}/files/{large['uploads'][1]['file_id']}"
    for answer in (
        user.post(f"{path}/parts", {"part_numbers": [1]}),
        user.post(f"{path}/complete", {"parts": [{"part_number": 1, "etag": "x"}]}),
    ):
        assert (answer.status, answer["code"]) == (400, "not_allowed_in_state")


def test_cancelling_throws_the_parts_away_and_ends_signing(
    world: World, user: Caller, large: Any, content: Any
) -> None:
    send(sign(user, large, 1)["parts"], content)
    assert user.post(f"/jobs/{large['job_id']}/control", {"action": "cancel"}).status == 200
    assert "Uploads" not in world.s3.list_multipart_uploads(
        Bucket="millrace", Prefix=f"uploads/media/{large['job_id']}"
    )
    answer = sign(user, large, 2)
    assert (answer.status, answer["code"]) == (400, "not_allowed_in_state")
