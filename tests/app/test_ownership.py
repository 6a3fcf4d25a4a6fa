"""Every route there is: closed without a token, and to another user as if the job were not there."""

from typing import Any

import pytest

from chalicelib.api.http import ROUTES, Route
from chalicelib.jobs.ids import new_id
from tests.app.api_world import Caller, World

OPEN = {
    ("POST", "/auth/guest"),
    ("POST", "/auth/register"),
    ("POST", "/auth/login"),
    ("POST", "/auth/refresh"),
    ("GET", "/health"),
}
NOBODYS = {
    ("POST", "/upload"),
    ("POST", "/import-path"),
    ("GET", "/jobs"),
    ("GET", "/pipelines"),
    ("GET", "/pipelines/{name}"),
    ("GET", "/stats"),
    ("POST", "/auth/logout"),
    ("GET", "/auth/me"),
    ("PATCH", "/auth/me"),
    ("POST", "/auth/password"),
    ("GET", "/auth/keys"),
    ("POST", "/auth/keys"),
    ("DELETE", "/auth/keys/{key_id}"),
    ("GET", "/settings"),
    ("GET", "/settings/{name}"),
    ("PUT", "/settings"),
    ("GET", "/audit"),
}
"""Those that need signing in but name nobody's job: what they reach follows from who calls."""
OWNED: dict[tuple[str, str], Any] = {
    ("GET", "/jobs/{job_id}"): None,
    ("GET", "/status/{job_id}"): None,
    ("POST", "/jobs/{job_id}/control"): {"action": "cancel"},
    ("POST", "/jobs/{job_id}/retry"): None,
    ("POST", "/jobs/{job_id}/files"): {"files": [{"filename": "b.jpg", "size": 1}]},
    ("GET", "/jobs/{job_id}/files"): None,
    ("POST", "/jobs/{job_id}/files/{file_id}/upload"): None,
    ("POST", "/jobs/{job_id}/files/{file_id}/parts"): {"part_numbers": [1]},
    ("GET", "/jobs/{job_id}/files/{file_id}/parts"): None,
    ("POST", "/jobs/{job_id}/files/{file_id}/complete"): {"parts": [{"part_number": 1, "etag": "x"}]},
    ("DELETE", "/jobs/{job_id}/files/{file_id}/parts"): None,
    ("GET", "/jobs/{job_id}/duplicates"): None,
    ("GET", "/jobs/{job_id}/artifacts"): None,
    ("GET", "/download/{job_id}"): None,
    ("GET", "/download/{job_id}/{artifact}"): None,
}
"""Those of a job, each with a body that its owner could send."""

each_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")


def filled(route: Route, **values: str) -> str:
    return route.path.format(**{"artifact": "complete", "name": "media", "key_id": new_id(), **values})


@each_route
def test_every_route_is_closed_without_a_token_unless_it_is_meant_to_be_open(world: World, route: Route) -> None:
    job_id = new_id()
    answer = world.nobody.call(route.method, filled(route, job_id=job_id, file_id=f"{job_id}-00000001"))
    if (route.method, route.path) in OPEN:
        assert route.open
        assert answer.status in {200, 201, 400}, "400: it wants a body"
    else:
        assert (answer.status, answer["code"]) == (401, "unauthorized")


@each_route
def test_another_users_ids_are_unknown_on_every_route(world: World, user: Caller, route: Route) -> None:
    place = (route.method, route.path)
    assert place in OPEN | NOBODYS | set(OWNED), "say in this file whose this route is"
    if place not in OWNED:
        assert "job_id" not in route.path
        return
    world.configure(LIMIT_MULTIPART_FROM="10")
    job = user.announce({"a.jpg": 20}, more=True)
    before = world.items("jobs", f"JOB#{job['job_id']}")
    path = filled(route, job_id=job["job_id"], file_id=job["uploads"][0]["file_id"])
    elsewhere = new_id()
    unknown = filled(route, job_id=elsewhere, file_id=f"{elsewhere}-00000001")

    stranger = world.guest()
    answer, other = (stranger.call(route.method, p, OWNED[place]) for p in (path, unknown))

    assert (answer.status, answer["code"]) == (404, "job_not_found")
    assert {**answer.json, "request_id": ""} == {**other.json, "request_id": ""}, "it must look like an unknown id"
    assert world.items("jobs", f"JOB#{job['job_id']}") == before
    assert user.call(route.method, path, OWNED[place]).status != 404 or place[1].startswith("/download")


def test_a_file_is_not_reached_through_another_job(world: World, user: Caller) -> None:
    mine = user.announce({"a.jpg": 20})["job_id"]
    theirs = world.guest().announce({"b.jpg": 20})["uploads"][0]["file_id"]
    answer = user.post(f"/jobs/{mine}/files/{theirs}/upload")
    assert (answer.status, answer["code"]) == (404, "file_not_found")


def test_lists_hold_ones_own_jobs_only(world: World, user: Caller) -> None:
    mine = user.announce({"a.jpg": 20})["job_id"]
    stranger = world.guest()
    assert stranger.get("/jobs")["items"] == []
    theirs = stranger.announce({"a.jpg": 20})["job_id"]
    assert [job["id"] for job in user.get("/jobs")["items"]] == [mine]
    assert user.get(f"/jobs?cursor={theirs}")["items"][0]["id"] == mine


@pytest.mark.parametrize(
    "job_id", ["x", "0" * 25, "0" * 27, "0" * 3000, "JOB", "%00" * 26, "..", "01arz3ndektsv4rrffq69g5faV"]
)
def test_what_is_no_id_is_unknown_too(user: Caller, job_id: str) -> None:
    answer = user.get(f"/jobs/{job_id}")
    assert (answer.status, answer["code"]) == (404, "job_not_found")


@pytest.mark.parametrize(
    "file_id",
    ["x", "{job}", "{job}-1", "{job}-00000000", "{job}-00000002", "{job}-99999999", "{job}-0000000x", "-00000001"],
)
def test_what_is_no_file_of_the_job_is_unknown(user: Caller, file_id: str) -> None:
    job_id = user.announce({"a.jpg": 20})["job_id"]
    answer = user.post(f"/jobs/{job_id}/files/{file_id.format(job=job_id)}/upload")
    assert (answer.status, answer["code"]) == (404, "file_not_found")
