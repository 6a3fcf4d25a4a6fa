"""Jobs that start automatically: once per time, whatever breaks, and private to the schedule's owner."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

import app as millrace
from chalicelib.jobs.errors import StaleTransition
from chalicelib.jobs.ids import new_id
from chalicelib.wiring import services
from tests.app.accounts.people_helpers import key, signed_in
from tests.app.api_world import BUCKET, Answer, Caller, Context, World, event


@pytest.fixture
def user(world: World, photo: bytes) -> Iterator[Caller]:
    """A user with an account and a photo to import. Their schedules are deleted after the test."""
    world.s3.put_object(Bucket=BUCKET, Key="import/trip/a.jpg", Body=photo)
    person = key(signed_in(world, f"{new_id()}@example.com"), "read", "upload")  # a key outlives the simulated days
    yield person
    for schedule in services().schedule_table.schedules(person.id):
        services().schedule_table.delete_schedule(schedule)


def add(user: Caller, **more: Any) -> Answer:
    body = {"name": "Nightly", "pipeline": "media", "path": "import/trip/", "every_minutes": 60} | more
    return user.post("/schedules", {name: value for name, value in body.items() if value is not None})


def sweep(world: World, **later: float) -> None:
    world.offset += timedelta(**later)
    millrace.sweep(event("schedule"), Context())


def jobs(user: Caller) -> list[dict[str, Any]]:
    return list(user.get("/jobs")["items"])


def test_a_job_begins_each_time_and_imports_what_is_there_then(world: World, user: Caller, photo: bytes) -> None:
    made = add(user, options={"timezone": "Europe/Paris"})
    assert made.status == 201
    assert made.headers["location"] == f"/api/schedules/{made['id']}"
    sweep(world, minutes=59)
    assert jobs(user) == []
    sweep(world, minutes=1.1)
    world.deliver()
    world.s3.put_object(Bucket=BUCKET, Key="import/trip/b.jpg", Body=photo + b" ")
    sweep(world, minutes=60)
    world.deliver()
    later, first = jobs(user)
    assert [job["status"] for job in (first, later)] == ["completed"] * 2
    assert [user.get(f"/jobs/{job['id']}/files")["total"] for job in (first, later)] == [1, 2]
    assert first["name"].startswith("Nightly 20")
    assert user.get(f"/jobs/{first['id']}")["options"]["timezone"] == "Europe/Paris"
    found = user.get(f"/schedules/{made['id']}")
    assert [started["job_id"] for started in found["history"]] == [later["id"], first["id"]]
    assert found["history"][1]["due_at"] == made["next_at"]
    passed = datetime.fromisoformat(found["next_at"]) - datetime.fromisoformat(made["next_at"])
    assert passed == timedelta(hours=2)
    world.s3.delete_object(Bucket=BUCKET, Key="import/trip/b.jpg")


def test_times_that_were_missed_come_to_one_job(world: World, user: Caller) -> None:
    add(user, every_minutes=None, cron="0,30 * * * *")
    sweep(world, days=2)
    sweep(world)
    assert len(jobs(user)) == 1
    assert len(user.get("/schedules")["items"][0]["history"]) == 1


def test_a_job_that_began_before_a_crash_is_found_again(
    world: World, user: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = add(user)
    table = services().schedule_table
    change = table.change_schedule

    def die(*_: Any) -> Any:
        raise RuntimeError("the worker died")

    monkeypatch.setattr(table, "change_schedule", die)
    sweep(world, minutes=61)
    [job] = jobs(user)
    assert user.get(f"/schedules/{made['id']}")["history"] == []
    monkeypatch.setattr(table, "change_schedule", change)
    sweep(world, minutes=1)
    assert [one["id"] for one in jobs(user)] == [job["id"]]
    assert [started["job_id"] for started in user.get(f"/schedules/{made['id']}")["history"]] == [job["id"]]


def test_of_two_that_look_at_once_one_writes_it_down(world: World, user: Caller) -> None:
    made = add(user)
    schedule = services().schedule_table.schedule(user.id, made["id"])
    world.offset += timedelta(minutes=61)
    assert services().schedules._begin(schedule)
    with pytest.raises(StaleTransition):
        services().schedules._begin(schedule)
    assert len(jobs(user)) == 1
    assert len(user.get(f"/schedules/{made['id']}")["history"]) == 1


def test_one_that_can_not_begin_says_why_and_goes_on_the_next_time(world: World, user: Caller) -> None:
    path = add(user)["id"]
    world.configure(IMPORT_ROOTS=f"s3://{BUCKET}/elsewhere/")
    sweep(world, minutes=61)
    [failed] = user.get(f"/schedules/{path}")["history"]
    assert (failed["job_id"], failed["error_code"]) == (None, "import_not_allowed")
    assert failed["error_message"]
    world.configure(IMPORT_ROOTS=f"s3://{BUCKET}/import/")
    sweep(world, minutes=61)
    assert user.get(f"/schedules/{path}")["history"][0]["job_id"] == jobs(user)[0]["id"]


def test_one_that_is_paused_misses_its_times(world: World, user: Caller) -> None:
    path = f"/schedules/{add(user)['id']}"
    paused = user.call("PATCH", path, {"paused": True})
    assert (paused.status, paused["paused"], paused["next_at"]) == (200, True, None)
    assert user.call("PATCH", path, {"name": "Weekly"})["paused"] is True
    sweep(world, days=1)
    assert jobs(user) == []
    resumed = user.call("PATCH", path, {"paused": False})
    assert datetime.fromisoformat(resumed["next_at"]) > world.clock()
    sweep(world)
    assert jobs(user) == []
    sweep(world, minutes=61)
    assert len(jobs(user)) == 1


def test_it_can_be_run_at_any_time_besides(world: World, user: Caller) -> None:
    made = add(user)
    path = f"/schedules/{made['id']}"
    begun = user.post(f"{path}/run", idempotency_key="once")
    assert begun.status == 202
    assert user.post(f"{path}/run", idempotency_key="once")["job_id"] == begun["job_id"]
    assert [job["id"] for job in jobs(user)] == [begun["job_id"]]
    found = user.get(path)
    assert [(started["job_id"], started["due_at"]) for started in found["history"]] == [(begun["job_id"], None)]
    assert found["next_at"] == made["next_at"]
    user.call("PATCH", path, {"paused": True})
    assert user.post(f"{path}/run").status == 202


def test_a_change_takes_a_new_time_and_names_a_version(world: World, user: Caller) -> None:
    made = add(user)
    path = f"/schedules/{made['id']}"
    read = user.get(path)
    user.post(f"{path}/run")
    changed = user.call("PATCH", path, {"cron": "15 4 * * *", "zone": "Asia/Tokyo"}, if_match=read.headers["etag"])
    assert (changed.status, changed["cron"], changed["every_minutes"]) == (200, "15 4 * * *", None)
    assert changed["next_at"].endswith("T19:15:00.000Z")
    assert user.call("PATCH", path, {"name": "x"}, if_match=read.headers["etag"]).status == 412
    assert user.call("PATCH", path, {"every_minutes": 20})["cron"] is None
    assert user.call("PATCH", path, {"options": {"timezone": "nowhere"}}).status == 422
    assert user.call("DELETE", path).status == 204
    assert user.get(path)["code"] == "schedule_not_found"
    sweep(world, days=2)
    assert len(jobs(user)) == 1


@pytest.mark.parametrize(
    ("wrong", "status", "field"),
    [
        ({"every_minutes": 14}, 422, "every_minutes"),
        ({"every_minutes": None, "cron": "*/5 * * * *"}, 422, "cron"),
        ({"cron": "0 0 * * *"}, 422, "cron"),
        ({"every_minutes": None}, 422, "cron"),
        ({"every_minutes": None, "cron": "0 0 * * *", "zone": "Mars/Base"}, 422, "zone"),
        ({"options": {"timezone": "nowhere"}}, 422, "options.timezone"),
        ({"path": "uploads/"}, 400, None),
        ({"path": None}, 400, None),  # the media pipeline needs files
        ({"pipeline": "alchemy"}, 400, None),
    ],
    ids=str,
)
def test_what_can_never_begin_is_refused(user: Caller, wrong: dict[str, Any], status: int, field: str | None) -> None:
    answer = add(user, **wrong)
    assert answer.status == status, answer.text
    if field:
        assert [error["field"] for error in answer["errors"]] == [field]
    assert user.get("/schedules")["items"] == []


def test_guests_have_none_and_nobody_anothers(world: World, user: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    guest = world.guest()
    assert add(guest).status == 403
    made = add(user)
    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", {"name": "x"}),
        ("DELETE", "", None),
        ("POST", "/run", {}),
    ):
        answer = guest.call(method, f"/schedules/{made['id']}{path}", body)
        assert (answer.status, answer["code"]) == (404, "schedule_not_found")
    assert guest.get("/schedules")["items"] == []
    monkeypatch.setattr("chalicelib.jobs.schedules.MOST", 1)
    assert add(user)["code"] == "too_many_schedules"
