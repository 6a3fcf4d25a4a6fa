"""Another user's jobs look like unknown jobs, on every route; permissions are in test_authorization."""

from collections import defaultdict

import pytest

from chalicelib.api.framework.routing import Route
from chalicelib.api.subjects import every_route
from chalicelib.jobs.ids import new_id
from tests.app.api_world import Caller, World
from tests.app.test_authorization import ROWS

ROUTES = every_route()

OF_A_JOB = [route for route in ROUTES if "{job_id}" in route.path]


@pytest.mark.parametrize("route", OF_A_JOB, ids=lambda route: f"{route.method} {route.path}")
def test_another_users_job_can_not_be_told_from_none_and_is_left_as_it_is(
    world: World, user: Caller, route: Route
) -> None:
    row = ROWS[route.method, route.path]
    world.configure(LIMIT_MULTIPART_FROM="10")
    job = user.announce({"a.jpg": 20}, more=True)
    before = world.items("jobs", f"JOB#{job['job_id']}")

    def path(job_id: str) -> str:
        known = {"job_id": job_id, "file_id": f"{job_id}-00000001", "artifact": "complete"}
        return route.path.format_map(defaultdict(new_id, known))

    stranger = world.guest()
    kind = {"accept": "application/problem+json"} if route.dialect else {}
    answer, other = (stranger.call(route.method, path(id), row.body, **kind) for id in (job["job_id"], new_id()))

    assert answer.status == other.status
    if answer.status != 403:  # guests may not call this route at all
        assert (answer.status, answer["code"]) == (404, "job_not_found")
    assert {**answer.json, "request_id": ""} == {**other.json, "request_id": ""}
    assert world.items("jobs", f"JOB#{job['job_id']}") == before


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
