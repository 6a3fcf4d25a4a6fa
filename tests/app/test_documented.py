"""The check of all answers of these tests against the API's description lets no deviation pass."""

import json
from typing import Any

import pytest

from tests.app import documented
from tests.app.api_world import Caller

JSON = {"content-type": "application/json", "x-request-id": "r"}


@pytest.fixture
def answer(user: Caller) -> dict[str, Any]:
    got = user.get("/auth/me")
    return {"status": got.status, "headers": got.headers, "text": got.text}


def test_an_answer_as_it_is_described_passes(answer: dict[str, Any]) -> None:
    documented.check("GET", "/auth/me?x=1", **answer)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"status": 418}, "not described"),
        ({"headers": JSON | {"x-powered-by": "x"}}, "x-powered-by"),
        ({"headers": JSON | {"content-type": "text/html"}}, "text/html"),
        ({"text": "{}"}, "another shape"),
        ({"text": json.dumps({"email": 1})}, "another shape"),
    ],
    ids=["status", "header", "type", "missing", "of another type"],
)
def test_one_that_is_not_described_fails(answer: dict[str, Any], changes: dict[str, Any], wrong: str) -> None:
    with pytest.raises(AssertionError, match=wrong):
        documented.check("GET", "/auth/me", **(answer | changes))


def test_a_time_that_is_none_fails(user: Caller) -> None:
    user.announce({"a.jpg": 1})
    jobs = user.get("/jobs")
    broken = jobs.json
    broken["items"][0]["created_at"] = "yesterday"
    with pytest.raises(AssertionError, match="yesterday"):
        documented.check("GET", "/jobs", 200, jobs.headers, json.dumps(broken))


def test_a_body_where_there_is_none_to_be_fails() -> None:
    with pytest.raises(AssertionError, match="a body that is not described"):
        documented.check("POST", "/auth/logout", 204, {"x-request-id": "r"}, "{}")


def test_an_error_that_the_route_does_not_name_fails(user: Caller) -> None:
    problem = user.get("/jobs/x").json | {"code": "made_up"}
    headers = JSON | {"content-type": "application/problem+json"}
    with pytest.raises(AssertionError, match="made_up"):
        documented.check("GET", "/jobs/x", 404, headers, json.dumps(problem))


def test_an_address_with_no_variable_part_is_no_value_of_one(user: Caller) -> None:
    webhooks = user.get("/webhooks")
    documented.check("GET", "/webhooks", webhooks.status, webhooks.headers, webhooks.text)
    with pytest.raises(AssertionError):
        documented.check("GET", "/webhooks/x", webhooks.status, webhooks.headers, webhooks.text)
