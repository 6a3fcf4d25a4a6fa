"""The location of a new resource in a 201, and uploads in one PUT."""

from typing import Any

from tests.app.accounts.people_helpers import PASSWORD, signed_in
from tests.app.api_world import Caller, World

MiB = 1024 * 1024


def upload(user: Caller, size: int, **more: Any) -> Any:
    files = [{"filename": "a.jpg", "size": size}]
    answer = user.post("/upload", {"pipeline": "media", "files": files, **more})
    assert answer.status == 201, answer.text
    return answer


def test_what_was_made_is_where_its_answer_says(world: World) -> None:
    user = signed_in(world)
    opened = upload(user, 100, more=True)
    more = user.post(f"/jobs/{opened['job_id']}/files", {"files": [{"filename": "b.jpg", "size": 5}], "more": True})
    for answer in (opened, more):
        assert user.get(answer.headers["location"].removeprefix("/api")).status == 200
    key = user.post("/auth/keys", {"name": "k", "scopes": ["read"]})
    assert user.call("DELETE", key.headers["location"].removeprefix("/api")).status == 204
    bob = {"email": "bob@example.com", "username": "bob", "password": PASSWORD}
    for path, body in (("/auth/guest", None), ("/auth/register", bob)):
        assert world.nobody.post(path, body).headers["location"] == "/api/auth/me"


def test_a_client_that_asks_for_it_sends_a_large_file_with_one_put(world: World, user: Caller) -> None:
    assert upload(user, 65 * MiB)["uploads"][0]["multipart"]["part_count"] == 5
    target = upload(user, 65 * MiB, single_put=True)["uploads"][0]
    assert (target["method"], "multipart" in target) == ("PUT", False)
    job_id = upload(user, 1, more=True)["job_id"]
    added = {"files": [{"filename": "b.jpg", "size": 65 * MiB}], "single_put": True}
    assert user.post(f"/jobs/{job_id}/files", added)["uploads"][0]["method"] == "PUT"
