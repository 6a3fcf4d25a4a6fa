"""Shares: an address that opens exactly what it names, counted, limited, locked and revoked."""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from chalicelib.api.subjects import every_route
from chalicelib.jobs.errors import ShareUsedUp
from chalicelib.wiring import services
from tests.app.api_world import Answer, Caller, World, query
from tests.app.library.conftest import Done
from tests.app.library.test_archives import made, opened, stored_bytes

PHOTOS = ("harbour.jpg", "IMG_20240210_174500.jpg", "IMG-20240512-WA0001.jpg")
Shared = Callable[..., str]


@pytest.fixture
def job_id(done: Done, samples: dict[str, bytes]) -> str:
    return done({name: samples[name] for name in PHOTOS})


@pytest.fixture
def shared(world: World, user: Caller) -> Shared:
    """Opens a share, and returns its path for visitors."""

    def make(**body: Any) -> str:
        answer = user.post("/shares", body)
        assert answer.status == 201, answer.text
        assert answer["path"].startswith("/shared/")
        world.deliver()
        return str(answer["path"])

    return make


def content(answer: Answer) -> bytes:
    assert answer.status == 200, answer.text
    return requests.get(answer["url"], timeout=5).content


def test_a_visitor_with_the_address_sees_the_files_and_downloads_all_or_some(
    world: World, job_id: str, shared: Shared, samples: dict[str, bytes]
) -> None:
    chosen = [f"{job_id}-00000001", f"{job_id}-00000003"]
    path = shared(file_ids=chosen, name="For Ann", expires_in_days=3)
    visitor = world.nobody
    seen = visitor.get(path)
    assert (seen["name"], seen["file_count"], seen["locked"], seen["downloads_left"]) == ("For Ann", 2, False, None)
    assert seen.headers["x-robots-tag"].startswith("noindex")
    assert seen.headers["cache-control"] == "private, no-cache"
    listed = visitor.get(f"{path}/files")["items"]
    assert [one["filename"] for one in listed] == [PHOTOS[0], PHOTOS[2]]
    assert [one["id"] for one in listed] == chosen
    assert all(one["width"] and one["height"] for one in listed)
    assert content(visitor.post(f"{path}/downloads", {"file_id": chosen[1]})) == samples[PHOTOS[2]]
    [whole] = seen["zips"]
    zipped = content(visitor.post(f"{path}/downloads", {"zip": whole["name"]}))
    assert len(zipped) == whole["size_bytes"]
    assert opened(zipped) == {name: samples[name] for name in (PHOTOS[0], PHOTOS[2])}


def test_a_picture_comes_without_those_of_files_that_are_not_shared(
    world: World, job_id: str, shared: Shared, user: Caller
) -> None:
    path = shared(file_ids=[f"{job_id}-00000002"])
    [one] = world.nobody.get(f"{path}/files")["items"]
    picture = requests.get(one["thumbnail_url"], timeout=5).content
    assert picture[:3] == b"\xff\xd8\xff"
    packed = user.get(f"/files/{job_id}-00000002")["thumbnail"]
    assert packed["end"] - packed["start"] == len(picture)
    assert urlsplit(one["thumbnail_url"]).path != urlsplit(packed["url"]).path


def test_a_job_is_shared_with_its_zip(
    world: World, done: Done, user: Caller, shared: Shared, samples: dict[str, bytes]
) -> None:
    photo = samples["harbour.jpg"]
    job_id = done({"a.jpg": photo, "same.jpg": photo, "bad.jpg": b"no photo"}, name="Trip")
    path = shared(job_id=job_id)
    seen = world.nobody.get(path)
    assert (seen["name"], seen["file_count"]) == ("Trip", 1)
    assert [one["name"] for one in seen["zips"]] == ["complete"]
    names = set(opened(content(world.nobody.post(f"{path}/downloads", {"zip": "complete"}))))
    assert "manifest.json" in names
    for number in (2, 3, 4):  # a duplicate, an unreadable file, and no file
        answer = world.nobody.post(f"{path}/downloads", {"file_id": f"{job_id}-{number:08d}"})
        assert (answer.status, answer["code"]) == (404, "file_not_found")


def test_an_archive_is_shared_as_long_as_it_is_kept(world: World, user: Caller, job_id: str) -> None:
    archive = made(world, user, {"job_ids": [job_id], "name": "All"})
    answer = user.post("/shares", {"archive_id": archive["archive_id"], "expires_in_days": 30})
    assert answer["expires_at"] == archive["expires_at"]
    path = answer["path"]
    assert [one["filename"] for one in world.nobody.get(f"{path}/files")["items"]] == list(PHOTOS)
    assert [one["filename"] for one in world.nobody.get(path)["zips"]] == ["All.zip"]
    assert user.call("DELETE", f"/archives/{archive['archive_id']}").status == 204
    assert world.nobody.get(f"{path}/files")["code"] == "share_not_found"


def test_shares_are_listed_without_their_address_counted_and_revoked(
    world: World, user: Caller, job_id: str, shared: Shared
) -> None:
    first = shared(job_id=job_id, name="one")
    second = shared(file_ids=[f"{job_id}-00000001"], name="two")
    assert world.nobody.post(f"{first}/downloads", {"zip": "complete"}).status == 200
    assert world.nobody.post(f"{first}/downloads", {"file_id": f"{job_id}-00000001"}).status == 200
    assert world.nobody.post(f"{first}/downloads", {"file_id": f"{job_id}-00000009"}).status == 404
    answer = user.get("/shares")
    assert [(one["name"], one["downloads"], one["kind"]) for one in answer["items"]] == [
        ("two", 0, "files"),
        ("one", 2, "job"),
    ]
    token = first.rpartition("/")[2]
    assert token not in answer.text
    assert token not in json.dumps(world.items("jobs", f"USER#{user.id}"))
    ids = {one["name"]: one["id"] for one in answer["items"]}
    assert user.call("DELETE", f"/shares/{ids['one']}").status == 204
    for path in (first, f"{first}/files"):
        assert world.nobody.get(path)["code"] == "share_not_found"
    assert world.nobody.post(f"{first}/downloads", {"zip": "complete"})["code"] == "share_not_found"
    assert world.nobody.get(second).status == 200
    assert [one["name"] for one in user.get("/shares")["items"]] == ["two"]
    assert user.get(f"/jobs/{job_id}").status == 200


def test_the_zip_of_single_files_counts_for_its_owner_until_the_share_is_revoked(
    world: World, user: Caller, job_id: str, shared: Shared
) -> None:
    before = stored_bytes(world, user)
    shared(file_ids=[f"{job_id}-00000001"], expires_in_days=30)
    [share] = user.get("/shares")["items"]
    archive = user.get(f"/archives/{share['job_id']}")
    assert stored_bytes(world, user) == before + archive["size_bytes"]
    completed, expires = (datetime.fromisoformat(archive[name]) for name in ("completed_at", "expires_at"))
    assert expires - completed == timedelta(days=30)
    assert user.call("DELETE", f"/shares/{share['id']}").status == 204
    world.deliver()
    assert stored_bytes(world, user) == before


def test_a_share_ends_by_itself(world: World, user: Caller, job_id: str, shared: Shared) -> None:
    path = shared(job_id=job_id, expires_in_days=2)
    world.offset = timedelta(days=2, seconds=-5)
    assert world.nobody.get(path).status == 200
    world.offset = timedelta(days=2, seconds=5)
    for answer in (world.nobody.get(path), world.nobody.post(f"{path}/downloads", {"zip": "complete"})):
        assert (answer.status, answer["code"]) == (404, "share_not_found")
    assert services().shares.all(user.id) == []


def test_no_more_downloads_than_the_limit_also_at_once(world: World, user: Caller, job_id: str, shared: Shared) -> None:
    path = shared(job_id=job_id, download_limit=3)
    share = services().shares.seen(path.rpartition("/")[2])  # all eight requests read it before one counts

    def count(_: int) -> bool:
        try:
            services().shares.count(share)
        except ShareUsedUp:
            return False
        return True

    assert sum(map(count, range(8))) == 3
    answer = world.nobody.post(f"{path}/downloads", {"zip": "complete"})
    assert (answer.status, answer["code"]) == (403, "share_used_up")
    assert world.nobody.get(path)["downloads_left"] == 0
    assert user.get("/shares")["items"][0]["downloads"] == 3


def test_a_password_hides_everything_until_it_is_given(world: World, user: Caller, job_id: str, shared: Shared) -> None:
    path = shared(job_id=job_id, password="open sesame")
    seen = world.nobody.get(path)
    assert seen["locked"] is True
    assert {name for name, value in seen.json.items() if value} == {"locked"}
    for answer in (
        world.nobody.get(f"{path}/files"),
        world.nobody.get(f"{path}/files", x_share_pass="9999999999.0"),
        world.nobody.get(f"{path}/files", x_share_pass="é.\x00"),
        world.nobody.post(f"{path}/downloads", {"zip": "complete"}),
    ):
        assert (answer.status, answer["code"]) == (403, "share_locked")
    wrong = world.nobody.post(f"{path}/unlock", {"password": "open barley"})
    assert (wrong.status, wrong["code"]) == (403, "share_password_wrong")
    given = world.nobody.post(f"{path}/unlock", {"password": "open sesame"})["share_pass"]
    assert world.nobody.get(path, x_share_pass=given)["file_count"] == 3
    assert len(world.nobody.get(f"{path}/files", x_share_pass=given)["items"]) == 3
    assert world.nobody.call("POST", f"{path}/downloads", {"zip": "complete"}, x_share_pass=given).status == 200
    other = shared(job_id=job_id, password="open sesame")
    assert world.nobody.get(f"{other}/files", x_share_pass=given)["code"] == "share_locked"
    seconds, _, seal = given.partition(".")
    later = f"{int(seconds) + 1}.{seal}"
    assert world.nobody.get(f"{path}/files", x_share_pass=later)["code"] == "share_locked"
    world.offset = timedelta(hours=12, seconds=5)
    assert world.nobody.get(f"{path}/files", x_share_pass=given)["code"] == "share_locked"


def test_the_password_is_kept_as_those_of_accounts_are(world: World, user: Caller, job_id: str, shared: Shared) -> None:
    path = shared(job_id=job_id, password="open sesame")
    digest = hashlib.sha256(path.rpartition("/")[2].encode()).hexdigest()
    [item] = world.items("jobs", f"SHARE#{digest}")
    assert item["password_hash"]["S"].startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert "sesame" not in json.dumps(item)
    assert user.get("/shares")["items"][0]["has_password"] is True


def test_guessing_a_password_has_a_limit(world: World, job_id: str, shared: Shared) -> None:
    path = shared(job_id=job_id, password="open sesame")
    codes = [world.nobody.post(f"{path}/unlock", {"password": f"guess {n}"})["code"] for n in range(12)]
    assert codes == ["share_password_wrong"] * 10 + ["too_many_attempts"] * 2
    late = world.nobody.post(f"{path}/unlock", {"password": "open sesame"})
    assert (late.status, late["code"]) == (429, "too_many_attempts")
    assert int(late.headers["retry-after"]) > 0
    world.offset = timedelta(minutes=16)
    assert world.nobody.post(f"{path}/unlock", {"password": "open sesame"}).status == 200


def test_an_address_has_128_random_bits(job_id: str, shared: Shared) -> None:
    tokens = {shared(job_id=job_id).rpartition("/")[2] for _ in range(3)}
    assert len(tokens) == 3
    assert all(len(token) == 22 for token in tokens)  # 22 characters of 64 hold 132 bits, which suffice for 128


def test_nothing_else_is_reachable_by_what_a_share_gives(
    world: World, user: Caller, job_id: str, shared: Shared
) -> None:
    """Neither with the address as a token, nor for other files of its owner."""
    path = shared(file_ids=[f"{job_id}-00000001"], password="open sesame")
    token = path.rpartition("/")[2]
    given = world.nobody.post(f"{path}/unlock", {"password": "open sesame"})["share_pass"]
    thief = Caller(world, token)
    second = Caller(world, given)
    values = {"job_id": job_id, "file_id": f"{job_id}-00000001", "share_id": token, "archive_id": job_id}
    tried = 0
    for route in every_route():
        if route.open or route.dialect:
            continue
        names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
        place = route.path.format(**{name: values.get(name, "x") for name in names})
        for caller in (thief, second, world.nobody):
            body = None if route.method in {"GET", "DELETE"} else {}
            answer = caller.call(route.method, place, body, x_share_pass=given)
            assert (answer.status, answer["code"]) == (401, "unauthorized"), place
        tried += 1
    assert tried > 40
    for number in (2, 3):
        wanted = {"file_id": f"{job_id}-{number:08d}"}
        answer = world.nobody.call("POST", f"{path}/downloads", wanted, x_share_pass=given)
        assert (answer.status, answer["code"]) == (404, "file_not_found")
    for zip_name in ("contents", "../complete", "part01"):
        answer = world.nobody.call("POST", f"{path}/downloads", {"zip": zip_name}, x_share_pass=given)
        assert (answer.status, answer["code"]) == (404, "artifact_not_found")
    other = world.guest()
    foreign = other.upload({"x.jpg": b"x"})
    answer = world.nobody.call("POST", f"{path}/downloads", {"file_id": f"{foreign}-00000001"}, x_share_pass=given)
    assert answer["code"] == "file_not_found"
    world.deliver()


def test_addresses_that_were_never_given_out_lead_nowhere(world: World) -> None:
    for token in ("x", "0" * 22, "é", "%00", "x" * 3000):
        assert world.nobody.get(f"/shared/{token}")["code"] == "share_not_found"


def test_a_download_is_saved_and_never_shown(world: World, job_id: str, shared: Shared) -> None:
    path = shared(job_id=job_id)
    url = world.nobody.post(f"{path}/downloads", {"file_id": f"{job_id}-00000001"})["url"]
    signed = query(url)
    assert signed["response-content-disposition"].startswith("attachment")
    assert signed["response-content-type"] == "application/octet-stream"


def test_what_is_not_ones_own_can_not_be_shared(world: World, user: Caller, job_id: str) -> None:
    stranger = world.guest()
    archive = made(world, user, {"job_ids": [job_id]})
    for body, code in (
        ({"job_id": job_id}, "job_not_found"),
        ({"file_ids": [f"{job_id}-00000001"]}, "file_not_found"),
        ({"archive_id": archive["archive_id"]}, "archive_not_found"),
    ):
        answer = stranger.post("/shares", body)
        assert (answer.status, answer["code"]) == (404, code)
    assert user.post("/shares", {"job_id": archive["archive_id"]})["code"] == "job_not_found"
    share = user.post("/shares", {"job_id": job_id})
    for method in ("GET", "DELETE"):
        assert stranger.call(method, f"/shares/{share['id']}")["code"] == "share_not_found"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"job_id": "x", "archive_id": "x"},
        {"job_id": "x", "expires_in_days": 0},
        {"job_id": "x", "expires_in_days": 366},
        {"job_id": "x", "password": "abc"},
        {"job_id": "x", "download_limit": 0},
        {"job_id": "x", "download_limit": True},
    ],
    ids=str,
)
def test_a_share_of_nothing_or_beyond_its_limits_is_refused(user: Caller, body: dict[str, Any]) -> None:
    answer = user.post("/shares", body)
    assert (answer.status, answer["code"]) == (422, "invalid_fields")


def test_there_is_a_limit_to_shares(world: World, user: Caller, job_id: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chalicelib.jobs.library.shares.MOST_SHARES", 2)
    answers = [user.post("/shares", {"job_id": job_id}) for _ in range(3)]
    assert [answer.status for answer in answers] == [201, 201, 429]
    assert answers[2]["code"] == "too_many_shares"
