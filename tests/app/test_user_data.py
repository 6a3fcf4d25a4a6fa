"""User data for pipelines: private, small, versioned, and available in a run."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from chalicelib.jobs import user_data
from chalicelib.pipelines.base import RunContext, Step
from chalicelib.pipelines.media import MEDIA
from chalicelib.stores.dynamo import user_data as stored
from chalicelib.wiring import services
from tests.app.accounts.people_helpers import member
from tests.app.api_world import Answer, Caller, World

PATH = "/user-data/dictionary/names.txt"


def put(user: Caller, text: str = "one", path: str = PATH, **headers: str) -> Answer:
    return user.call("PUT", path, {"text": text}, **headers)


def objects(world: World, user: Caller) -> list[str]:
    return world.objects(f"user-data/{user.id}/")


def test_what_is_put_is_there_until_it_is_deleted(world: World, user: Caller) -> None:
    made = put(user, "Zoë\n")
    assert (made.status, made["size_bytes"], made["content_type"]) == (201, 5, "text/plain")
    found = user.get(PATH)
    assert (found["text"], found["kind"], found["name"]) == ("Zoë\n", "dictionary", "names.txt")
    assert "base64" not in found.json
    assert user.get(PATH, if_none_match=found.headers["etag"]).status == 304
    assert found.headers["etag"] == made.headers["etag"]
    assert user.get("/user-data")["items"] == [made.json]
    assert user.call("DELETE", PATH).status == 204
    assert (user.get(PATH).status, user.get(PATH)["code"]) == (404, "user_data_not_found")
    assert user.call("DELETE", PATH).status == 404
    assert objects(world, user) == []


def test_bytes_are_kept_as_they_are(user: Caller) -> None:
    content = bytes(range(256)) * 10
    sent = {"base64": base64.b64encode(content).decode(), "content_type": "image/x-raw"}
    assert user.call("PUT", PATH, sent).status == 201
    found = user.get(PATH)
    assert (base64.b64decode(found["base64"]), found["content_type"]) == (content, "image/x-raw")
    assert "text" not in found.json


def test_a_change_takes_the_place_of_what_was_there_and_leaves_no_object_behind(world: World, user: Caller) -> None:
    first = put(user, "one")
    second = put(user, "two")
    assert second.status == 200
    assert second.headers["etag"] != first.headers["etag"]
    assert second["created_at"] == first["created_at"]
    assert user.get(PATH)["text"] == "two"
    assert len(objects(world, user)) == 1
    assert put(user, "").status == 200
    assert user.get(PATH)["text"] == ""


def test_who_names_a_version_changes_no_other(user: Caller) -> None:
    assert put(user, if_match="*").status == 412
    first = put(user, "one", if_none_match="*").headers["etag"]
    assert put(user, "two", if_none_match="*").status == 412
    second = put(user, "two", if_match=first).headers["etag"]
    late = put(user, "three", if_match=first)
    assert (late.status, late["code"]) == (412, "precondition_failed")
    assert user.call("DELETE", PATH, if_match=first).status == 412
    assert user.get(PATH)["text"] == "two"
    assert user.call("DELETE", PATH, if_match=f'"x", {second}').status == 204


def test_a_change_that_another_overtakes_is_judged_anew(
    world: World, user: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a version the change is refused, without one it follows the other; in both cases one object is left."""
    first = put(user, "one").headers["etag"]
    store = services().user_data
    put_object, overtaken = store._objects.put, []

    def overtaking(key: str, content: bytes, content_type: str) -> str:
        if not overtaken:
            overtaken.append(key)
            put(user, "other")
        return put_object(key, content, content_type)

    monkeypatch.setattr(store._objects, "put", overtaking)
    assert put(user, "mine", if_match=first).status == 412
    assert user.get(PATH)["text"] == "other"
    overtaken.clear()
    assert put(user, "mine").status == 200
    assert user.get(PATH)["text"] == "mine"
    assert len(objects(world, user)) == 1


def test_a_reader_between_two_versions_gets_one_of_them(user: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    put(user, "one")
    store = services().user_data
    stream, before = store._objects.stream, []

    def replaced_first(*arguments: Any, **more: Any) -> Any:
        if not before:
            before.append(True)
            put(user, "two")
        return stream(*arguments, **more)

    monkeypatch.setattr(store._objects, "stream", replaced_first)
    assert user.get(PATH)["text"] == "two"


def test_anothers_are_not_there(world: World, user: Caller) -> None:
    put(user)
    stranger = world.guest()
    assert stranger.get(PATH).status == 404
    assert stranger.call("DELETE", PATH).status == 404
    assert stranger.get("/user-data")["items"] == []
    assert put(stranger, "theirs").status == 201
    assert user.get(PATH)["text"] == "one"
    assert stranger.call("DELETE", "/user-data").status == 204
    assert user.get(PATH)["text"] == "one"


def test_they_are_listed_by_kind_and_name(user: Caller) -> None:
    for place in ("voice/b", "dictionary/b", "dictionary/a", "dictionary-2/c"):
        put(user, path=f"/user-data/{place}")
    listed = [(one["kind"], one["name"]) for one in user.get("/user-data")["items"]]
    assert set(listed) == {("dictionary", "a"), ("dictionary", "b"), ("dictionary-2", "c"), ("voice", "b")}
    assert [one["name"] for one in user.get("/user-data?kind=dictionary")["items"]] == ["a", "b"]
    assert user.get("/user-data?kind=none")["items"] == []


def test_all_of_it_goes_at_once_with_what_a_crash_has_left(world: World, user: Caller) -> None:
    for name in ("a", "b"):
        put(user, path=f"/user-data/dictionary/{name}")
    world.s3.put_object(Bucket="millrace", Key=f"user-data/{user.id}/orphan", Body=b"x")
    assert user.call("DELETE", "/user-data").status == 204
    assert user.get("/user-data")["items"] == []
    assert objects(world, user) == []


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (PATH, {"text": "x" * (user_data.MOST_BYTES + 1)}, 413),
        (PATH, {"text": "a", "base64": "YQ=="}, 422),
        (PATH, {}, 422),
        (PATH, {"base64": "no base64!"}, 422),
        (PATH, {"text": "\ud800"}, 422),
        (PATH, {"text": "a", "content_type": "text"}, 422),
        ("/user-data/Dictionary/a", {"text": "a"}, 404),
        ("/user-data/dictionary/.hidden", {"text": "a"}, 404),
        (f"/user-data/dictionary/{'n' * 101}", {"text": "a"}, 404),
    ],
    ids=str,
)
def test_what_can_not_be_kept_leaves_nothing_behind(
    world: World, user: Caller, path: str, body: dict[str, str], status: int
) -> None:
    assert user.call("PUT", path, body).status == status
    assert user.get("/user-data")["items"] == []
    assert objects(world, user) == []


def test_the_largest_is_kept(user: Caller) -> None:
    assert put(user, "x" * user_data.MOST_BYTES).status == 201
    assert user.get(PATH)["text"] == "x" * user_data.MOST_BYTES


def test_there_is_a_limit_to_how_many(user: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "MOST_ENTRIES", 1)
    put(user)
    other = put(user, path="/user-data/dictionary/other")
    assert (other.status, other["code"]) == (429, "too_much_user_data")
    assert put(user, "two").status == 200


def test_none_of_it_can_be_imported(world: World) -> None:
    user = member(world)  # guests can't import
    put(user)
    world.configure(IMPORT_ROOTS="s3://millrace/user-data/")
    answer = user.post("/import-path", {"pipeline": "media", "path": f"user-data/{user.id}/"})
    assert (answer.status, answer["code"]) == (400, "import_not_allowed")


def test_a_run_reads_its_owners(world: World, user: Caller, photo: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    put(user, "for the run")
    put(world.guest(), "another's", path="/user-data/dictionary/other")
    seen: list[bytes | None] = []

    def read(job: RunContext) -> None:
        seen.extend(job.user_data("dictionary", name) for name in ("names.txt", "other"))

    monkeypatch.setattr(MEDIA, "steps", (Step("Read", read), *MEDIA.steps))
    job_id = user.upload({"a.jpg": photo})
    world.deliver()
    assert user.get(f"/status/{job_id}")["status"] == "completed"
    assert seen == [b"for the run", None]
