"""The API's description is complete, valid and accurate."""

import json
import os
import re
import subprocess
import sys
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

import app as millrace
from chalicelib.accounts import errors as account_errors
from chalicelib.api import documentation
from chalicelib.api.framework import openapi
from chalicelib.api.framework.route_errors import catalogue, errors_of
from chalicelib.api.framework.routing import ROOT, Route
from chalicelib.api.subjects import every_route
from chalicelib.catalogue import errors as catalogue_errors
from chalicelib.jobs import errors as job_errors
from chalicelib.jobs.errors import JobError, PreconditionFailed
from infra import errors_doc
from tests.app.api_world import World

ROUTES = every_route()

EXAMPLES: dict[str, Any] = json.loads(openapi.EXAMPLES.read_text())
DOCUMENT = openapi.document(EXAMPLES)
AS_API = os.environ | {"_HANDLER": "app.app"}
"""The environment of the API's own function on Lambda."""
FAMILIES = {job_errors.JobError, job_errors.BadRequest, job_errors.NotFound, job_errors.Conflict}
FAMILIES |= {job_errors.LimitReached}
"""Base classes, which are never answered as such."""

each_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")


def operation(route: Route) -> Any:
    return DOCUMENT["paths"][route.path][route.method.lower()]


def validate(schema: Any, value: Any) -> None:
    whole = {"components": DOCUMENT["components"], **schema}
    jsonschema_rs.validator_for(whole).validate(value)


@each_route
def test_every_route_has_models(route: Route) -> None:
    assert route.answer or route.status in {204, 302}, "the route must say what it answers"
    assert route.body or route.form or route.method not in {"PUT", "PATCH"}, "the route must say what it takes"
    for status, answer in operation(route)["responses"].items():
        assert "$ref" in answer or "content" in answer or status in {"204", "302", "304"}


@each_route
def test_every_route_has_an_example_of_its_shape(route: Route) -> None:
    example = EXAMPLES[f"{route.method} {route.path}"]
    described = operation(route)
    assert ("body" in example) == bool(route.body)
    if route.body:
        content = described["requestBody"]["content"]["application/json"]
        validate(content["schema"], content["example"])
    for parameter in described["parameters"]:
        if "example" in parameter:
            validate(parameter["schema"], parameter["example"])
    answer = described["responses"][str(example["status"])]
    assert ("content" in answer) == ("answer" in example) or example["status"] == 302
    if "answer" in example:
        content = answer["content"]["application/json"]
        validate(content["schema"], content["example"])


@each_route
def test_every_route_has_documented_errors_with_examples(route: Route) -> None:
    responses = operation(route)["responses"]
    for error in errors_of(route):
        status = route.dialect.status(error) if route.dialect else error.status
        answer = DOCUMENT["components"]["responses"][responses[str(status)]["$ref"].rpartition("/")[2]]
        content = answer["content"]["application/problem+json"]
        validate(content["schema"], content["examples"][error.code]["value"])
    wanted = {"500"} | ({"401", "403"} if route.scope else set()) | ({"422", "415"} if route.body else set())
    also = {str(status): str(other) for status, other in (route.dialect.statuses if route.dialect else {}).items()}
    assert {also.get(status, status) for status in wanted} <= set(responses)
    assert "404" in responses or "{" not in route.path


BYTES = ("/download/", "/guides/")
"""Routes that redirect to the bytes, and are never cached."""

KEPT_BY_NOBODY = {"/auth/guest", "/auth/register", "/auth/keys", "/live/ticket"}
"""Routes that create something, and whose answers hold a token, key or ticket that must not be stored for a second
request. The email makes an account unique."""


OF_MANY_FILES = {"/jobs/{job_id}/duplicates", "/jobs/{job_id}/dates"}
"""Routes that change files, each in its current state: no version of the job covers all of them."""


@each_route
def test_every_route_heeds_the_versions_and_pages_that_it_can(route: Route) -> None:
    if route not in openapi.OWN:
        return  # the other system's document describes the answers
    if route.method == "GET" and route.path.endswith("}") and not route.path.startswith(BYTES):
        assert route.conditional, "a single resource has a version"
    if route.method in {"PATCH", "PUT"} and route.path not in OF_MANY_FILES:
        assert PreconditionFailed in route.errors, "a change can require a version"
    if route.query and {"page", "cursor"} & set(route.query.model_fields):
        assert "Link" in route.headers, "a page links to the others"
    makes = route.method == "POST" and route.status in {201, 202}
    once = route.path == "/jobs/{job_id}/dates"  # a shift must not happen twice
    makes = makes and route.path not in KEPT_BY_NOBODY and not route.path.endswith("/redeliver")
    assert route.creates == (once or makes)


def test_there_is_no_address_that_is_not_described() -> None:
    described = {ROOT + route.path for route in ROUTES}
    assert set(millrace.app.routes) == described | {ROOT + address for address in documentation.ADDRESSES}


def test_operations_have_names_of_their_own() -> None:
    assert len({route.name for route in ROUTES}) == len(ROUTES)


def test_the_document_is_valid() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(DOCUMENT).iter_errors()] == []


def test_operations_say_what_they_do_and_who_may() -> None:
    assert {"contact", "license", "description"} <= set(DOCUMENT["info"])
    for methods in DOCUMENT["paths"].values():
        for described in methods.values():
            assert re.fullmatch(r"[a-z]+(_[a-z]+)*", described["operationId"])
            assert described["description"].rpartition(". ")[2].startswith("Needs ")
            assert described["tags"][0] in {tag["name"] for tag in DOCUMENT["tags"]}


def test_every_error_class_is_in_the_catalogue() -> None:
    modules = (job_errors, account_errors, catalogue_errors)
    classes = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    assert {error for error in classes if issubclass(error, JobError)} - FAMILIES == set(catalogue())
    assert len({error.code for error in catalogue()}) == len(catalogue())


def test_the_catalogue_of_errors_is_current() -> None:
    assert errors_doc.DOCS.read_text() == errors_doc.written(), "run python -m infra.errors_doc"


def test_the_document_is_open_and_served_once(world: World) -> None:
    answer = world.nobody.get("/openapi.json")
    assert (answer.status, answer.json) == (200, json.loads(json.dumps(DOCUMENT)))
    again = world.nobody.get("/openapi.json", if_none_match=answer.headers["etag"])
    assert (again.status, again.text) == (304, "")


def test_a_page_of_a_listed_origin_may_read_the_document(world: World) -> None:
    answer = world.nobody.get("/openapi.json", origin="https://page.example")
    assert answer.headers["access-control-allow-origin"] == "https://page.example"


def test_the_page_takes_nothing_from_elsewhere_and_runs_no_script_of_its_own(world: World) -> None:
    page = world.nobody.get("/docs")
    assert page.status == 200
    assert "http" not in page.text.replace("<!doctype html>", "")
    assert "script-src 'self';" in page.headers["content-security-policy"]
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", "start.js"):
        assert f'"docs/{name}"' in page.text
        asset = world.nobody.get(f"/docs/{name}")
        assert (asset.status, len(asset.text) > 100) == (200, True)


@pytest.mark.parametrize("name", ["swagger-ui-standalone-preset.js", "..%2F__init__.py", "x"])
def test_the_page_serves_no_other_files(world: World, name: str) -> None:
    assert world.nobody.get(f"/docs/{name}").status == 404


def test_starting_loads_nothing_of_the_description() -> None:
    loaded = subprocess.check_output(
        [sys.executable, "-c", "import app, sys; print(*sys.modules)"], text=True, env=AS_API
    ).split()
    assert not {
        "chalicelib.api.framework.openapi",
        "chalicelib.api.framework.route_errors",
        "openapi_ui_bundles",
    } & set(loaded)
