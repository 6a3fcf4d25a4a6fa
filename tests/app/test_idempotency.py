"""The same request twice with one Idempotency-Key: one effect, one answer."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.api.framework import idempotency
from chalicelib.api.subjects import every_route
from tests.app.accounts.people_helpers import member
from tests.app.api_world import Caller, World

ROUTES = every_route()

BODY = {"pipeline": "media", "files": [{"filename": "a.jpg", "size": 10}]}


def jobs(caller: Caller) -> int:
    return len(caller.get("/jobs")["items"])


def test_the_same_request_again_gets_the_first_answer_and_makes_nothing(user: Caller) -> None:
    first = user.post("/upload", BODY, idempotency_key="k")
    again = user.post("/upload", BODY, idempotency_key="k")
    assert (again.status, again.text) == (first.status, first.text) == (201, first.text)
    assert again.headers["content-type"] == first.headers["content-type"]
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert jobs(user) == 1


def test_without_a_key_or_with_another_each_request_counts(user: Caller) -> None:
    for key in ({}, {}, {"idempotency_key": "a"}, {"idempotency_key": "b"}):
        assert user.post("/upload", BODY, **key).status == 201
    assert jobs(user) == 4


def test_another_body_with_the_same_key_is_refused(user: Caller) -> None:
    user.post("/upload", BODY, idempotency_key="k")
    answer = user.post("/upload", BODY | {"name": "Other"}, idempotency_key="k")
    assert (answer.status, answer["code"]) == (422, "idempotency_mismatch")
    assert jobs(user) == 1


def test_the_same_body_to_another_address_is_another_request(user: Caller) -> None:
    one, two = (user.announce({"a.jpg": 1}, more=True)["job_id"] for _ in range(2))
    body = {"files": [{"filename": "b.jpg", "size": 1}], "more": True}
    assert user.post(f"/jobs/{one}/files", body, idempotency_key="k").status == 201
    assert user.post(f"/jobs/{two}/files", body, idempotency_key="k")["code"] == "idempotency_mismatch"
    assert user.get(f"/jobs/{two}")["progress_total"] == 1


def test_a_key_is_its_users_own(world: World, user: Caller) -> None:
    first = user.post("/upload", BODY, idempotency_key="k")
    other = world.guest().post("/upload", BODY, idempotency_key="k")
    assert other.status == 201
    assert other["job_id"] != first["job_id"]


def test_files_are_added_once(user: Caller) -> None:
    job_id = user.announce({"a.jpg": 1}, more=True)["job_id"]
    body = {"files": [{"filename": "b.jpg", "size": 1}]}
    answers = [user.post(f"/jobs/{job_id}/files", body, idempotency_key="seal") for _ in range(2)]
    assert [answer.status for answer in answers] == [201, 201]
    assert answers[0].text == answers[1].text
    assert user.get(f"/jobs/{job_id}")["progress_total"] == 2


def test_an_import_is_begun_once(world: World) -> None:
    user = member(world)
    body = {"pipeline": "media", "path": "import/"}
    answers = [user.post("/import-path", body, idempotency_key="i") for _ in range(2)]
    assert [answer.status for answer in answers] == [202, 202]
    assert answers[0].text == answers[1].text
    assert jobs(user) == 1
    assert world.waiting("import") == 1


def test_every_route_that_makes_something_heeds_the_key() -> None:
    creates = {(route.method, route.path) for route in ROUTES if route.creates}
    assert creates >= {("POST", "/upload"), ("POST", "/jobs/{job_id}/files"), ("POST", "/import-path")}
    assert {path for method, path in creates if method != "POST"} == {"/jobs/{job_id}/dates"}  # shifts once


@pytest.mark.parametrize(
    ("body", "status"),
    [({"pipeline": "media", "files": []}, 422), ({"pipeline": "alchemy", "files": BODY["files"]}, 400)],
)
def test_what_was_refused_leaves_the_key_free(user: Caller, body: dict[str, Any], status: int) -> None:
    assert user.post("/upload", body, idempotency_key="k").status == status
    assert user.post("/upload", body, idempotency_key="k").status == status
    assert user.post("/upload", BODY, idempotency_key="k").status == 201


def test_what_broke_off_can_be_asked_again(world: World, user: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(wiring.services().intake, "open_job", lambda *_, **__: 1 / 0)
        assert user.post("/upload", BODY, idempotency_key="k").status == 500
    assert user.post("/upload", BODY, idempotency_key="k").status == 201
    assert jobs(user) == 1


def test_while_one_is_being_carried_out_the_same_is_told_to_wait(user: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    inside: list[Any] = []
    open_job = wiring.services().intake.open_job

    def meanwhile(*given: Any, **more: Any) -> Any:
        inside.append(user.post("/upload", BODY, idempotency_key="k"))
        inside.append(user.post("/upload", BODY | {"name": "x"}, idempotency_key="k"))
        return open_job(*given, **more)

    monkeypatch.setattr(wiring.services().intake, "open_job", meanwhile)
    first = user.post("/upload", BODY, idempotency_key="k")
    same, other = inside
    assert (same.status, same["code"], same.headers["retry-after"]) == (409, "request_in_progress", "2")
    assert (other.status, other["code"]) == (422, "idempotency_mismatch")
    assert user.post("/upload", BODY, idempotency_key="k").text == first.text
    assert jobs(user) == 1


class Died(BaseException):
    """Ends a request as the death of its worker would: nothing after it runs."""


def die(world: World, user: Caller, patch: pytest.MonkeyPatch) -> None:
    """A request whose worker dies before any effect, and so never releases the key."""
    with patch.context() as once:
        once.setattr(wiring.services().accounts, "release_request", lambda *_, **__: None)

        def dead(*_: Any, **__: Any) -> None:
            raise Died

        once.setattr(wiring.services().intake, "open_job", dead)
        with pytest.raises(Died):
            user.post("/upload", BODY, idempotency_key="k")


def test_a_dead_workers_key_is_free_for_the_same_request_once_its_lease_is_over(
    world: World, user: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    die(world, user, monkeypatch)
    assert user.post("/upload", BODY, idempotency_key="k").status == 409
    world.offset = idempotency.LEASE + timedelta(seconds=1)
    assert user.post("/upload", BODY | {"name": "x"}, idempotency_key="k").status == 422
    answer = user.post("/upload", BODY, idempotency_key="k")
    assert answer.status == 201
    assert user.post("/upload", BODY, idempotency_key="k").text == answer.text
    assert jobs(user) == 1


def test_a_worker_that_was_only_slow_does_not_overwrite_what_its_successor_answered(
    world: World, user: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_job, inside = wiring.services().intake.open_job, []

    def slow(*given: Any, **more: Any) -> Any:
        if not inside:
            world.offset = idempotency.LEASE + timedelta(seconds=1)
            inside.append(None)
            inside.append(user.post("/upload", BODY, idempotency_key="k"))
        return open_job(*given, **more)

    monkeypatch.setattr(wiring.services().intake, "open_job", slow)
    user.post("/upload", BODY, idempotency_key="k")
    assert user.post("/upload", BODY, idempotency_key="k").text == inside[1].text


def test_results_are_kept_for_a_day_and_expire_by_themselves(world: World, user: Caller) -> None:
    first = user.post("/upload", BODY, idempotency_key="k")
    kept = [item for item in world.items("accounts", f"USER#{user.id}") if item["SK"]["S"].startswith("REQUEST#")]
    expires = int(kept[0]["expires_at_epoch"]["N"])
    assert abs(expires - (world.clock() + timedelta(hours=24)).timestamp()) < 60
    world.offset = timedelta(hours=23, minutes=59)
    assert user.post("/upload", BODY, idempotency_key="k").text == first.text
    world.offset = timedelta(hours=24, seconds=1)
    assert user.post("/upload", BODY | {"name": "x"}, idempotency_key="k").status == 201


def test_a_result_that_can_not_be_kept_is_still_answered(user: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring.services().accounts, "finish_request", lambda *_: 1 / 0)
    assert user.post("/upload", BODY, idempotency_key="k").status == 201
    assert user.post("/upload", BODY, idempotency_key="k").status == 409


@pytest.mark.parametrize("key", ["", "k" * 256, "clé", "a\tb"])
def test_a_key_that_is_none_is_refused(user: Caller, key: str) -> None:
    answer = user.post("/upload", BODY, idempotency_key=key)
    assert (answer.status, answer["code"]) == (400, "invalid_idempotency_key")
    assert jobs(user) == 0
