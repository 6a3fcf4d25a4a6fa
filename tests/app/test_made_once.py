"""Requests with an Idempotency-Key that are repeated after their worker died at any moment: one effect.

The tests cover every route that creates something, with a death after each of its writes and messages. They count
the items after the second try, and compare them with those of one undisturbed request.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.api.framework import idempotency
from chalicelib.api.framework.routing import Route
from chalicelib.catalogue.plans import ChangeStatus
from chalicelib.jobs.ids import new_id
from chalicelib.stores.dynamo.table import Table
from chalicelib.stores.queues import SqsQueues
from chalicelib.wiring import services
from tests.app.api_world import STACK, Answer, World
from tests.app.test_authorization import (  # noqa: F401 - fixtures
    ROUTES,
    ROWS,
    Cast,
    a_connection,
    cast,
    filled,
    people,
    things,
)

# Routes for other systems' clients take forms, and use the same services.
CREATING = [route for route in ROUTES if route.creates and not route.path.startswith("/compat/")]
WRITES = [(Table, ("write", "transact", "put", "put_many")), (SqsQueues, ("inspect", "run", "list_objects"))]
COUNTED = ("active_jobs", "jobs", "file_count", "tickets", "revision")
ONE_EACH = ("USAGE", "QUEUE")
"""Items that exist once, whatever they count."""


class Died(BaseException):
    """Ends the request as the death of its worker would: nothing after it runs."""


class Moments:
    """Counts the moments after writes, at one of which the worker dies. A dying worker writes nothing more."""

    def __init__(self) -> None:
        self.passed, self.last = 0, 10**9

    def pass_one(self) -> None:
        self.passed += 1
        if self.passed > self.last:
            raise Died


@pytest.fixture(autouse=True)
def emptied(cast: Cast) -> None:  # noqa: F811
    """Removes the items of earlier tests, since the emulator copies its tables for each transaction."""
    name = f"{STACK}-jobs"
    for page in cast.world.dynamodb.get_paginator("scan").paginate(TableName=name):
        for item in page["Items"]:
            if item["PK"]["S"] != f"JOB#{cast.ready_job}":
                cast.world.dynamodb.delete_item(TableName=name, Key={"PK": item["PK"], "SK": item["SK"]})


@contextmanager
def watched(last: int = 10**9) -> Iterator[Moments]:
    moments = Moments()
    moments.last = last
    with pytest.MonkeyPatch.context() as patch:
        for kind, names in WRITES:
            for name in names:
                patch.setattr(kind, name, _around(getattr(kind, name), moments))
        yield moments


def _around(method: Any, moments: Moments) -> Any:
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if moments.passed > moments.last:
            raise Died
        done = method(*args, **kwargs)
        moments.pass_one()
        return done

    return guarded


def census(world: World) -> Counter[Any]:
    """The number of items of each kind, and the counters of jobs and files. Statistics fall into random shards, and
    stored requests are the mechanism under test."""
    found: Counter[Any] = Counter()
    for table in ("jobs", "accounts"):
        for page in world.dynamodb.get_paginator("scan").paginate(TableName=f"{STACK}-{table}"):
            for item in page["Items"]:
                kind = item["SK"]["S"].partition("#")[0]
                if item["PK"]["S"] == "STATISTICS" or (table, kind) == ("accounts", "REQUEST"):
                    continue
                found[table, kind] += kind not in ONE_EACH
                for name in COUNTED:
                    found[name] += int(item.get(name, {}).get("N", 0))
    return found


def completed(cast: Cast) -> str:  # noqa: F811
    """A job with a photo whose time is known."""
    owner = cast.people["owner"]
    job_id = owner.post("/jobs", {"pipeline": "media", "file_ids": [f"{cast.ready_job}-00000001"]})["id"]
    cast.world.deliver()
    assert owner.get(f"/jobs/{job_id}")["status"] == "completed"
    return str(job_id)


def asked(cast: Cast, route: Route) -> tuple[str, Any]:  # noqa: F811
    """A path and a body with which the route creates something new, at each call."""
    values = things(cast, route)
    row = ROWS[route.method, route.path]
    body = row.body(cast) if callable(row.body) else dict(row.body or {})
    if route.path == "/scenes/push/end":
        body = {"source": "home", **dict.fromkeys(("scenes", "performers", "tags", "studios"), "")}
        assert cast.people["owner"].post("/scenes/push", {"source": "home"}).status == 200
    elif route.path.startswith("/scenes"):
        body["connection_id"] = a_connection(cast, {})["connection_id"]
    if route.path.endswith("/dates"):
        values["job_id"] = completed(cast)
        body = {"changes": [{"files": [f"{values['job_id']}-00000001"], "shift_seconds": 3600}]}
    if route.path.endswith("/undo"):
        owner = cast.people["owner"].id
        for scene_id, changes in list(services().plans._store.changes(values["plan_id"])):
            done = [replace(change, outcome=ChangeStatus.APPLIED) for change in changes]
            services().plans.note_outcomes(values["plan_id"], scene_id, changes, done)
        assert services().plans.get(owner, values["plan_id"])
    if route.path == "/shared/{token}/files":
        share = cast.people["owner"].post("/shares", {"kind": "collect", "pipeline": "media"})
        values["token"] = share["path"].rpartition("/")[2]
    return filled(route, values), body


def ask(cast: Cast, route: Route, path: str, body: Any, key: str) -> Answer:  # noqa: F811
    by = cast.people["admin" if route.scope == "admin" else "owner"]
    return by.call(route.method, path, body, idempotency_key=key)


def whole(cast: Cast, route: Route) -> tuple[Counter[Any], int]:  # noqa: F811
    """The additions of one undisturbed request, and the number of its moments."""
    path, body = asked(cast, route)
    before = census(cast.world)
    with watched() as moments:
        answer = ask(cast, route, path, body, new_id())
    assert 200 <= answer.status < 300, answer.text
    return census(cast.world) - before, moments.passed


def dies_and_is_asked_again(cast: Cast, route: Route, moment: int) -> Counter[Any]:  # noqa: F811
    path, body = asked(cast, route)
    key = new_id()
    before = census(cast.world)
    with watched(moment), pytest.raises(Died):
        ask(cast, route, path, body, key)
    cast.world.offset += idempotency.LEASE + timedelta(seconds=1)
    again = ask(cast, route, path, body, key)
    assert 200 <= again.status < 300, (moment, again.text)
    assert ask(cast, route, path, body, key).text == again.text
    return census(cast.world) - before


@pytest.mark.parametrize("route", CREATING, ids=lambda route: f"{route.method} {route.path}")
def test_whatever_its_worker_did_before_it_died_there_is_one_effect(cast: Cast, route: Route) -> None:  # noqa: F811
    wanted, moments = whole(cast, route)
    assert wanted
    assert moments >= 3, "at least a claim, an effect and an answer"
    for moment in range(moments):
        assert dies_and_is_asked_again(cast, route, moment) == wanted, f"died at moment {moment} of {moments}"


def test_the_second_answer_names_what_the_first_try_made(cast: Cast) -> None:  # noqa: F811
    """The last moment: only the storing of the answer is missing."""
    owner = cast.people["owner"]
    route = next(route for route in CREATING if route.path == "/upload")
    path, body = asked(cast, route)
    with watched() as moments:
        ask(cast, route, path, body, new_id())
    with watched(moments.passed - 2), pytest.raises(Died):
        ask(cast, route, path, body | {"name": "Once"}, "named")
    [made] = [job for job in owner.get("/jobs")["items"] if job["name"] == "Once"]
    cast.world.offset += idempotency.LEASE + timedelta(seconds=1)
    again = ask(cast, route, path, body | {"name": "Once"}, "named")
    assert (again.status, again["job_id"]) == (201, made["id"])
    cast.world.send(again["uploads"][0], b"x")


def test_an_answer_that_broke_off_is_asked_for_again_at_once(cast: Cast) -> None:  # noqa: F811
    """An internal fault after the effect: the worker survives and releases the key, but not what it created."""
    owner, body = (
        cast.people["owner"],
        {"pipeline": "media", "name": "Broken off", "files": [{"filename": "a.jpg", "size": 1}]},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("chalicelib.api.uploads.upload_answer", lambda *_, **__: 1 / 0)
        assert owner.post("/upload", body, idempotency_key="broken-off").status == 500
    assert owner.post("/upload", body | {"name": "x"}, idempotency_key="broken-off").status == 422
    again = owner.post("/upload", body, idempotency_key="broken-off")
    made = [job["id"] for job in owner.get("/jobs")["items"] if job["name"] == "Broken off"]
    assert (again.status, made) == (201, [again["job_id"]])


def test_a_share_of_files_has_one_address_and_one_archive(cast: Cast) -> None:  # noqa: F811
    """The zip is created first: the repeated request gets an address for the same zip."""
    owner, body = cast.people["owner"], {"file_ids": [f"{cast.ready_job}-00000001"], "name": "For Ann"}
    route = next(route for route in CREATING if route.path == "/shares")
    with watched() as moments:
        ask(cast, route, "/shares", body, "undisturbed")
    for moment in range(moments.passed):
        for share in owner.get("/shares")["items"]:
            owner.call("DELETE", f"/shares/{share['id']}")
        with watched(moment), pytest.raises(Died):
            ask(cast, route, "/shares", body, f"files-{moment}")
        cast.world.offset += idempotency.LEASE + timedelta(seconds=1)
        again = ask(cast, route, "/shares", body, f"files-{moment}")
        assert again.status == 201, again.text
        [share] = owner.get("/shares")["items"]
        [archive] = owner.get("/archives")["items"]
        assert (share["id"], share["job_id"]) == (again["id"], archive["archive_id"])
        assert cast.world.nobody.get(again["path"])["file_count"] == 1
        assert census(cast.world)["jobs", "SHARE"] == 2, "the share itself, and its owner's entry for it"
