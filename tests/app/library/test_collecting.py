"""Shares that collect: visitors add files to an owner's job, within limits, and see only their own gifts."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests

import app as millrace
from chalicelib.accounts import attempts
from chalicelib.api.subjects import every_route
from chalicelib.jobs.errors import CollectFull, JobError
from chalicelib.jobs.intake.accepting import Announced
from chalicelib.wiring import services
from tests.app.accounts.people_helpers import member
from tests.app.api_world import Answer, Caller, Context, World, event

Collect = Callable[..., Answer]


@pytest.fixture
def owner(world: World) -> Caller:
    return member(world)


@pytest.fixture
def collect(owner: Caller) -> Collect:
    """Creates a share that collects files, and returns the answer."""

    def make(**body: Any) -> Answer:
        into = {} if "job_id" in body else {"pipeline": "media"}
        answer = owner.post("/shares", {"kind": "collect", **into, **body})
        assert answer.status == 201, answer.text
        return answer

    return make


def give(world: World, share: Answer, files: dict[str, bytes], *, gift: str = "", key: str = "", **body: Any) -> Answer:
    """Announces files and sends them."""
    headers = ({"x_share_gift": gift} if gift else {}) | ({"idempotency_key": key} if key else {})
    wanted = [{"filename": name, "size": len(content)} for name, content in files.items()]
    answer = world.nobody.call("POST", f"{share['path']}/files", {"files": wanted, **body}, **headers)
    if answer.status == 201:
        contents = list(files.values())
        for upload in answer["uploads"]:
            sent = requests.put(upload["url"], data=contents[upload["position"]], headers=upload["headers"], timeout=5)
            assert sent.status_code == 200
    return answer


def given(world: World, share: Answer, gift: str, *ids: str) -> Any:
    return world.nobody.get(f"{share['path']}/given?file_ids={','.join(ids)}", x_share_gift=gift)


def seal(owner: Caller, job_id: str) -> None:
    assert owner.post(f"/jobs/{job_id}/files", {"files": []}).status == 201


def test_files_of_others_come_into_a_job_that_its_owner_starts(
    world: World, owner: Caller, collect: Collect, photo: bytes
) -> None:
    share = collect(name="Ann's wedding", expires_in_days=3)
    assert (share["kind"], share["name"]) == ("collect", "Ann's wedding")
    seen = world.nobody.get(share["path"])
    assert seen["name"] == "Ann's wedding"
    assert (seen["collect"]["open"], seen["collect"]["pipeline"], seen["collect"]["files_left"]) == (True, "media", 500)
    assert seen.headers["x-robots-tag"].startswith("noindex")
    first = give(world, share, {"a.jpg": photo, "b.jpg": b"text"}, giver="<b>Bob</b>")
    assert first.headers["x-robots-tag"].startswith("noindex")
    give(world, share, {"c.jpg": photo + b"\0"})
    world.deliver()
    status = owner.get(f"/status/{share['job_id']}")
    assert status["status"] in ("pending", "running")
    [listed] = owner.get("/jobs")["items"]
    assert status["collecting_until"] == listed["collecting_until"] == share["expires_at"]
    states = given(world, share, first["gift"], *(upload["file_id"] for upload in first["uploads"]))["items"]
    assert [(one["filename"], one["status"], one["error_code"]) for one in states] == [
        ("a.jpg", "inspected", None),
        ("b.jpg", "rejected", "content_mismatch"),
    ]
    seal(owner, share["job_id"])
    assert owner.get(f"/status/{share['job_id']}").json.get("collecting_until") is None
    world.deliver()
    assert owner.get(f"/status/{share['job_id']}")["status"] == "completed"
    assert owner.get("/jobs")["items"][0]["collecting_until"] is None
    files = owner.get(f"/jobs/{share['job_id']}/files")["items"]
    assert {file["original_filename"]: file["given_by"] for file in files} == {
        "a.jpg": "<b>Bob</b>",
        "b.jpg": "<b>Bob</b>",
        "c.jpg": None,
    }
    [listed] = owner.get("/shares")["items"]
    assert listed["collected"]["given_files"] == 3
    late = give(world, share, {"d.jpg": photo})
    assert (late.status, late["code"]) == (403, "collect_over")
    assert world.nobody.get(share["path"])["collect"]["open"] is False


def test_files_are_collected_into_an_open_job_of_ones_own(
    world: World, owner: Caller, collect: Collect, photo: bytes
) -> None:
    job = owner.announce({"mine.jpg": len(photo)}, more=True)
    share = collect(job_id=job["job_id"])
    give(world, share, {"theirs.jpg": photo})
    assert owner.get(f"/jobs/{job['job_id']}/files")["total"] == 2
    sealed = owner.announce({"mine.jpg": len(photo)})["job_id"]
    stranger = member(world)
    for by, job_id, code in (
        (owner, sealed, "not_allowed_in_state"),
        (stranger, job["job_id"], "job_not_found"),
        (owner, "0" * 26, "job_not_found"),
    ):
        assert by.post("/shares", {"kind": "collect", "job_id": job_id})["code"] == code


def test_who_gives_sees_what_they_gave_and_nothing_else(
    world: World, owner: Caller, collect: Collect, photo: bytes
) -> None:
    share = collect()
    mine = give(world, share, {"mine.jpg": photo})
    theirs = give(world, share, {"theirs.jpg": photo + b"\0"})
    own_id, other_id = mine["uploads"][0]["file_id"], theirs["uploads"][0]["file_id"]
    foreign = owner.announce({"x.jpg": 20}, more=True)["uploads"][0]["file_id"]
    listed = given(world, share, mine["gift"], own_id, other_id, foreign)
    assert [one["id"] for one in listed["items"]] == [own_id]
    path = share["path"]
    for gift in (mine["gift"], "", "x", mine["gift"][:-1], "0" * 32 + "." + mine["gift"].partition(".")[2]):
        for method, place, body in (
            ("POST", "upload", None),
            ("POST", "parts", {"part_numbers": [1]}),
            ("GET", "parts", None),
            ("POST", "complete", {"parts": [{"part_number": 1, "etag": "x"}]}),
        ):
            for file_id in (other_id, foreign):
                answer = world.nobody.call(method, f"{path}/files/{file_id}/{place}", body, x_share_gift=gift)
                assert (answer.status, answer["code"]) == (404, "file_not_found"), (gift, place)
    # The routes that open the files of other shares open nothing here.
    assert world.nobody.get(f"{path}/files")["items"] == []
    assert world.nobody.post(f"{path}/downloads", {"file_id": own_id})["code"] == "file_not_found"
    assert world.nobody.post(f"{path}/downloads", {"zip": "complete"})["code"] == "artifact_not_found"
    # A gift belongs to one share.
    other = collect()
    assert given(world, other, mine["gift"], own_id)["code"] == "file_not_found"


def test_it_is_never_told_that_the_owner_has_the_bytes(
    world: World, owner: Caller, collect: Collect, photo: bytes
) -> None:
    owner.upload({"secret.jpg": photo})
    world.deliver()
    share = collect()
    files = [{"filename": "a.jpg", "size": len(photo), "sha256": hashlib.sha256(photo).hexdigest()}]
    [upload] = world.nobody.post(f"{share['path']}/files", {"files": files})["uploads"]
    assert "duplicate_of" not in upload
    assert upload["url"]


def test_the_secrets_of_a_share_open_no_other_route(
    world: World, owner: Caller, collect: Collect, photo: bytes
) -> None:
    share = collect()
    gift = give(world, share, {"a.jpg": photo})["gift"]
    token = share["path"].rpartition("/")[2]
    values = {"job_id": share["job_id"], "file_id": f"{share['job_id']}-00000001", "share_id": share["id"]}
    tried = 0
    for route in every_route():
        if route.open or route.dialect:
            continue
        names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
        place = route.path.format(**{name: values.get(name, "x") for name in names})
        body = None if route.method in {"GET", "DELETE"} else {}
        for secret in (token, gift):
            answer = Caller(world, secret).call(route.method, place, body, x_share_gift=gift)
            assert (answer.status, answer["code"]) == (401, "unauthorized"), place
        tried += 1
    assert tried > 40


def test_limits_hold_for_all_who_give_together(world: World, collect: Collect) -> None:
    share = collect(file_limit=3, byte_limit=100)
    assert give(world, share, {"a.jpg": b"x" * 40, "b.jpg": b"x" * 40}).status == 201
    for files in ({"c.jpg": b"x" * 21}, {"c.jpg": b"x", "d.jpg": b"x"}, {"c.jpg": b"x" * 101}):
        full = give(world, share, files)
        assert (full.status, full["code"]) == (403, "collect_full")
    left = world.nobody.get(share["path"])["collect"]
    assert (left["files_left"], left["bytes_left"]) == (1, 20)
    assert give(world, share, {"c.jpg": b"x" * 20}).status == 201
    assert give(world, share, {"d.jpg": b""})["code"] == "collect_full"


def test_of_two_at_once_one_gets_the_last_room(
    world: World, owner: Caller, collect: Collect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both requests find room, and one writes just before the other."""
    share = collect(file_limit=1, byte_limit=1)
    seen = services().shares.seen(share["path"].rpartition("/")[2])
    apply, rivals = services().jobs.apply, ["rival"]

    def try_one(name: str) -> None:
        one = Announced(f"{name}.jpg", 1)
        services().collecting.give(seen, [one], gift=None, giver=name, address=name, request_id=None)

    def late(changes: Any, events: Any = ()) -> Any:
        if rivals:
            try_one(rivals.pop())
        return apply(changes, events)

    monkeypatch.setattr(services().jobs, "apply", late)
    with pytest.raises(CollectFull):
        try_one("first")
    assert rivals == []
    [file] = owner.get(f"/jobs/{share['job_id']}/files")["items"]
    assert file["given_by"] == "rival"
    [listed] = owner.get("/shares")["items"]
    assert (listed["collected"]["given_files"], listed["collected"]["given_bytes"]) == (1, 1)


def test_the_owners_quota_holds_and_is_told_to_nobody(world: World, owner: Caller, collect: Collect) -> None:
    share = collect()
    world.configure(LIMIT_STORED_BYTES="10")
    full = give(world, share, {"a.jpg": b"x" * 11})
    assert (full.status, full["code"]) == (403, "collect_full")
    assert "GiB" not in full.text
    assert give(world, share, {"a.jpg": b"x" * 10}).status == 201


def test_the_pipelines_rules_hold(world: World, collect: Collect, photo: bytes) -> None:
    share = collect()
    assert give(world, share, {"a.exe": b"x"})["code"] == "unsupported_type"
    some = give(world, share, {"a.exe": b"x", ".DS_Store": b"x", "b.jpg": photo}, skip_unsupported=True)
    assert [upload["position"] for upload in some["uploads"]] == [2]
    assert ([one["filename"] for one in some["left_out"]], some["ignored"]) == (["a.exe"], [".DS_Store"])


def test_the_same_request_twice_gives_once(world: World, owner: Caller, collect: Collect, photo: bytes) -> None:
    share = collect()
    first = give(world, share, {"a.jpg": photo}, key="k1")
    again = give(world, share, {"a.jpg": photo}, key="k1")
    assert again.text == first.text
    # The answer was lost before it was stored: the share, the job and the gift are found again.
    seen = services().shares.seen(share["path"].rpartition("/")[2])
    one = [Announced("b.jpg", 1)]
    gifts = {
        services().collecting.give(seen, one, gift=None, giver=None, address="", request_id="r" * 26)[0] for _ in "12"
    }
    assert len(gifts) == 1
    [listed] = owner.get("/shares")["items"]
    assert listed["collected"]["given_files"] == 2
    assert owner.get(f"/jobs/{share['job_id']}")["progress_total"] == 2
    # A giver of another share may use the same key.
    assert give(world, collect(), {"c.jpg": photo}, key="k1").status == 201


def test_asking_for_files_twice_is_one_share_and_one_job(world: World, owner: Caller) -> None:
    body = {"kind": "collect", "pipeline": "media", "name": "Once"}
    answers = [owner.post("/shares", body, idempotency_key="c") for _ in range(2)]
    assert answers[0].text == answers[1].text
    assert len(owner.get("/shares")["items"]) == len(owner.get("/jobs")["items"]) == 1


def test_more_comes_to_a_gift_and_large_files_in_parts(world: World, collect: Collect, photo: bytes) -> None:
    world.configure(LIMIT_MULTIPART_FROM="10")
    share = collect()
    answer = world.nobody.post(f"{share['path']}/files", {"files": [{"filename": "a.jpg", "size": len(photo)}]})
    gift, [upload] = answer["gift"], answer["uploads"]
    place = f"{share['path']}/files/{upload['file_id']}"
    mine = {"x_share_gift": gift}
    assert upload["multipart"]["part_count"] == 1
    [part] = world.nobody.call("POST", f"{place}/parts", {"part_numbers": [1]}, **mine)["parts"]
    sent = requests.put(part["url"], data=photo, headers=part["headers"], timeout=5)
    stored = world.nobody.call("GET", f"{place}/parts", **mine)["parts"]
    assert [one["part_number"] for one in stored] == [1]
    done = {"parts": [{"part_number": 1, "etag": sent.headers["etag"].strip('"')}]}
    assert world.nobody.call("POST", f"{place}/complete", done, **mine)["filename"] == "a.jpg"
    world.configure(LIMIT_MULTIPART_FROM="1000000")
    more = give(world, share, {"b.jpg": photo + b"\0"}, gift=gift)
    ids = [upload["file_id"], more["uploads"][0]["file_id"]]
    world.deliver()
    assert [one["status"] for one in given(world, share, gift, *ids)["items"]] == ["inspected", "inspected"]
    again = world.nobody.call("POST", f"{place}/upload", **mine)
    assert (again.status, again["code"]) == (400, "not_allowed_in_state")


def test_passwords_ends_and_revoking_are_those_of_any_share(
    world: World, owner: Caller, collect: Collect, photo: bytes
) -> None:
    share = collect(password="open sesame")
    assert world.nobody.get(share["path"])["locked"] is True
    assert give(world, share, {"a.jpg": photo})["code"] == "share_locked"
    opened = world.nobody.post(f"{share['path']}/unlock", {"password": "open sesame"})["share_pass"]
    files = [{"filename": "a.jpg", "size": 1}]
    asked = {"x_share_pass": opened}
    assert world.nobody.call("POST", f"{share['path']}/files", {"files": files}, **asked).status == 201
    assert "sesame" not in json.dumps(world.items("jobs", f"USER#{owner.id}"))
    short = collect(expires_in_days=1)
    gift = give(world, short, {"a.jpg": photo})
    assert owner.call("DELETE", f"/shares/{share['id']}").status == 204
    assert give(world, share, {"b.jpg": photo})["code"] == "share_not_found"
    world.offset += timedelta(days=1, seconds=1)
    for answer in (
        world.nobody.get(short["path"]),
        give(world, short, {"b.jpg": photo}),
        given(world, short, gift["gift"], gift["uploads"][0]["file_id"]),
    ):
        assert (answer.status, answer["code"]) == (404, "share_not_found")


def test_one_that_was_read_before_it_was_revoked_takes_nothing(world: World, owner: Caller, collect: Collect) -> None:
    share = collect()
    seen = services().shares.seen(share["path"].rpartition("/")[2])
    services().shares.revoke(seen)
    with pytest.raises(JobError, match="no such share"):
        services().collecting.give(seen, [Announced("a.jpg", 1)], gift=None, giver=None, address="", request_id=None)
    assert owner.get(f"/jobs/{share['job_id']}")["progress_total"] == 0
    assert world.items("jobs", f"SHARE#{seen.digest}") == []


def test_the_job_stays_open_until_the_share_ends(world: World, owner: Caller, collect: Collect, photo: bytes) -> None:
    share = collect(expires_in_days=3)
    give(world, share, {"a.jpg": photo})
    world.deliver()
    world.offset += timedelta(days=2)
    millrace.sweep(event("schedule"), Context())
    assert services().jobs.job(share["job_id"]).sealed is False
    world.offset += timedelta(days=1, minutes=1)
    millrace.sweep(event("schedule"), Context())
    world.deliver()
    assert services().jobs.job(share["job_id"]).state == "completed"


def test_giving_has_a_pace(world: World, collect: Collect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attempts, "LIMIT_OF_GIFTS", 2)
    share = collect()
    answers = [give(world, share, {f"{n}.jpg": b"x"}) for n in range(3)]
    assert [answer.status for answer in answers] == [201, 201, 429]
    assert answers[2]["code"] == "too_many_gifts"
    assert int(answers[2].headers["retry-after"]) > 0
    assert give(world, collect(), {"a.jpg": b"x"}).status == 201
    world.offset += timedelta(minutes=16)
    assert give(world, share, {"a.jpg": b"x"}).status == 201


def test_guests_collect_nothing(world: World) -> None:
    answer = world.guest().post("/shares", {"kind": "collect", "pipeline": "media"})
    assert (answer.status, answer["code"]) == (403, "guest_may_not")


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "collect"},
        {"kind": "collect", "pipeline": "media", "job_id": "x"},
        {"kind": "collect", "pipeline": "media", "archive_id": "x"},
        {"kind": "collect", "pipeline": "media", "download_limit": 1},
        {"kind": "collect", "job_id": "x", "options": {"timezone": "UTC"}},
        {"kind": "collect", "pipeline": "media", "file_limit": 0},
        {"kind": "collect", "pipeline": "media", "byte_limit": 0},
        {"kind": "collect", "pipeline": "media", "options": {"timezone": "nowhere"}},
        {"job_id": "x", "file_limit": 5},
    ],
    ids=str,
)
def test_what_makes_no_sense_is_refused(owner: Caller, body: dict[str, Any]) -> None:
    answer = owner.post("/shares", body)
    assert (answer.status, answer["code"]) == (422, "invalid_fields")
    assert owner.get("/jobs")["items"] == []
