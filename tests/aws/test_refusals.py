"""The answers of API Gateway and the firewall themselves look like the API's errors."""

from __future__ import annotations

import json

import pytest

from chalicelib.api.framework.http import problem
from chalicelib.api.framework.problems import BEFORE_ROUTES, PROBLEM
from chalicelib.api.framework.route_errors import catalogue
from chalicelib.jobs.errors import JobNotFound
from infra.aws.edge import edge_template
from infra.aws.gateway import REFUSALS, api_template

RESPONSES = api_template("millrace-prod")["Properties"]["DefinitionBody"]["x-amazon-apigateway-gateway-responses"]


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_refusal_of_the_gateway_is_a_problem_that_every_page_may_read(kind: str) -> None:
    response = RESPONSES[kind]
    headers = {name.rpartition(".")[2]: value for name, value in response["responseParameters"].items()}
    assert headers["Access-Control-Allow-Origin"] == "'*'"
    assert headers["Content-Type"] == f"'{PROBLEM}'"
    body = json.loads(response["responseTemplates"]["application/json"])
    ours = json.loads(problem(JobNotFound("There is no such job."), "an id").body)
    assert set(body) == set(ours)
    assert body["status"] == int(response["statusCode"])
    assert body["request_id"] == "$context.requestId"
    assert ("Retry-After" in headers) == (body["status"] == 429)


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_code_has_the_type_and_title_that_the_api_gives_it(kind: str) -> None:
    body = json.loads(RESPONSES[kind]["responseTemplates"]["application/json"])
    known = {error.code: error for error in (*catalogue(), *BEFORE_ROUTES)}
    assert (body["type"], body["title"]) == (f"urn:millrace:error:{body['code']}", known[body["code"]].title)


def test_no_code_has_two_titles() -> None:
    titles: dict[str, set[str]] = {}
    for error in (*catalogue(), *BEFORE_ROUTES, *map(type, REFUSALS.values())):
        titles.setdefault(error.code, set()).add(error.title)
    assert {code: found for code, found in titles.items() if len(found) > 1} == {}


def test_no_refusal_of_the_gateway_is_left_as_it_comes() -> None:
    assert {"DEFAULT_4XX", "DEFAULT_5XX", "THROTTLED", "REQUEST_TOO_LARGE", "INTEGRATION_TIMEOUT"} <= set(RESPONSES)


def test_too_many_requests_of_one_address_are_told_so() -> None:
    acl = edge_template()["Resources"]["WebAcl"]["Properties"]
    refusal = acl["Rules"][0]["Action"]["Block"]["CustomResponse"]
    assert refusal["ResponseCode"] == 429
    assert refusal["ResponseHeaders"][0]["Name"] == "Retry-After"
    assert json.loads(acl["CustomResponseBodies"][refusal["CustomResponseBodyKey"]]["Content"])["status"] == 429
