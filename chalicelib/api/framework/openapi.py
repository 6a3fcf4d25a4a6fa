"""The API's description (OpenAPI 3.1), made from its models and routes once all of them are registered."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, models_json_schema

from chalicelib.api.framework.forms import MULTIPART, URLENCODED
from chalicelib.api.framework.http import JSON
from chalicelib.api.framework.openapi_parts import (
    COMPONENTS,
    DESCRIPTION,
    HEADERS,
    ID,
    PARAMETERS,
    PATH_PATTERNS,
    SECURITY,
    Schema,
)
from chalicelib.api.framework.problems import PROBLEM
from chalicelib.api.framework.route_errors import errors_of, path_names
from chalicelib.api.framework.routing import ROOT, Route
from chalicelib.api.models.shapes import Problem
from chalicelib.api.stats import VERSION
from chalicelib.api.subjects import every_route
from chalicelib.jobs.errors import JobError, PreconditionFailed, SharePasswordWrong

ROUTES = every_route()
OWN = [route for route in ROUTES if not route.subject.startswith("chalicelib.api.compat.")]
"""Without other systems' routes, whose clients have their own code."""
PACKAGE = "chalicelib.api"
EXAMPLES = Path(__file__).parents[1] / "examples.json"
BINARY = '"contentMediaType"'


@cache
def text() -> str:
    """The document as it is served; built at the first request for it."""
    return json.dumps(document(json.loads(EXAMPLES.read_text())), ensure_ascii=False, separators=(",", ":"))


def document(examples: Schema, routes: Sequence[Route] = ROUTES) -> Schema:
    """examples: for each route (`GET /jobs`) its path values, query, body and answer, as chalicelib/api/examples.json
    has them."""
    references, schemas = _schemas(routes)
    paths: dict[str, Schema] = {}
    responses: Schema = {}
    for route in routes:
        example = examples.get(f"{route.method} {route.path}", {})
        operation = _operation(route, references, schemas, example, responses)
        paths.setdefault(route.path, {})[route.method.lower()] = operation
    queries = {references[route.query, "validation"].rpartition("/")[2] for route in routes if route.query}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Millrace",
            "version": VERSION,
            "description": DESCRIPTION,
            "contact": {"name": "The operator of this installation"},
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": ROOT}],
        "tags": _tags(routes),
        "paths": paths,
        "components": {
            "schemas": {name: schema for name, schema in schemas.items() if name not in queries},
            "parameters": PARAMETERS,
            "headers": HEADERS,
            "responses": dict(sorted(responses.items())),
            "securitySchemes": SECURITY,
        },
    }


Mode = Literal["validation", "serialization"]
References = dict[tuple[Any, Mode], str]


class Untitled(GenerateJsonSchema):
    """A schema generator that omits titles: a field's title would only repeat its name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def default_schema(self, schema: Any) -> Schema:
        """Omits a default that can't be sent: such a field can only be left out."""
        found: Schema = super().default_schema(schema)
        if found.get("default") == "" and found.get("minLength"):
            del found["default"]
        return found


def _schemas(routes: Sequence[Route]) -> tuple[References, Schema]:
    """The models of requests and answers: references, and all definitions."""
    incoming = {model for route in routes for model in (route.body, route.form, route.query) if model}
    outgoing = {model for route in routes for model in (route.answer, *route.others.values()) if model} | {Problem}
    outgoing |= {route.dialect.model for route in routes if route.dialect}
    wanted: list[tuple[type[BaseModel], Mode]] = [(model, "validation") for model in incoming]
    wanted += [(model, "serialization") for model in outgoing]
    wanted.sort(key=lambda pair: pair[0].__name__)
    found, definitions = models_json_schema(
        wanted, ref_template=COMPONENTS + "schemas/{model}", schema_generator=Untitled
    )
    schemas = definitions["$defs"]
    schemas.pop("SentFile", None)  # a file is described by itself, where a form takes it
    return {key: reference["$ref"] for key, reference in found.items()}, dict(sorted(schemas.items()))


def _operation(route: Route, references: References, schemas: Schema, example: Schema, responses: Schema) -> Schema:
    operation: Schema = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": [_subject(route)],
        "parameters": _parameters(route, references, schemas, example),
        "description": _description(route),
        "responses": _answers(route, references, example) | _errors(route, references, responses),
        "security": _security(route),
    }
    if route.form:
        form: Schema = {"schema": {"$ref": references[route.form, "validation"]}}
        has_files = BINARY in json.dumps(schemas[form["schema"]["$ref"].rpartition("/")[2]])
        kinds = [MULTIPART] if has_files else [URLENCODED, MULTIPART]
        operation["requestBody"] = {"required": True, "content": dict.fromkeys(kinds, form)}
    if route.body:
        content: Schema = {"schema": {"$ref": references[route.body, "validation"]}}
        if "body" in example:
            content["example"] = example["body"]
        operation["requestBody"] = {"required": True, "content": {JSON: content}}
    return operation


def _description(route: Route) -> str:
    """The view's own description, and the scope that it needs."""
    said = " ".join((route.description or f"{route.summary}.").split())
    return f"{said} {f'Needs the scope `{route.scope}`.' if route.scope else 'Needs no sign-in.'}"


def _parameters(route: Route, references: References, schemas: Schema, example: Schema) -> list[Schema]:
    found: list[Schema] = []
    for name in path_names(route):
        pattern = PATH_PATTERNS.get(name) or (ID if name.endswith("_id") else None)
        schema = {"type": "string"} | ({"pattern": pattern} if pattern else {"minLength": 1})
        found.append({"name": name, "in": "path", "required": True, "schema": schema})
    if route.query:
        model = schemas[references[route.query, "validation"].rpartition("/")[2]]
        required = model.get("required", ())
        found += [_query(name, schema, name in required) for name, schema in model["properties"].items()]
    for parameter in found:
        given = example.get(parameter["in"], {})
        if parameter["name"] in given:
            parameter["example"] = _example_of(parameter["schema"], given[parameter["name"]])
    if route.creates:
        found.append({"$ref": COMPONENTS + "parameters/Idempotency-Key"})
    if route.conditional:
        found.append({"$ref": COMPONENTS + "parameters/If-None-Match"})
    if PreconditionFailed in route.errors:
        found.append({"$ref": COMPONENTS + "parameters/If-Match"})
    if "token" in path_names(route) and SharePasswordWrong not in route.errors:
        found.append({"$ref": COMPONENTS + "parameters/X-Share-Pass"})
    if route.subject.endswith(".collecting"):
        found.append({"$ref": COMPONENTS + "parameters/X-Share-Gift"})
    return found


def _example_of(schema: Schema, written: str) -> Any:
    """A value from an address, converted as its schema says."""
    if schema.get("type") == "array":
        return [_example_of(schema["items"], part) for part in written.split(",")]
    return json.loads(written) if schema.get("type") in ("integer", "number", "boolean") else written


def _query(name: str, schema: Schema, required: bool) -> Schema:
    """A query's parameters, without null: a parameter is given or left out."""
    schema = dict(schema)
    kinds = [kind for kind in schema.pop("anyOf", ()) if kind != {"type": "null"}]
    schema |= kinds[0] if len(kinds) == 1 else {"anyOf": kinds} if kinds else {}
    if schema.get("default", "") is None:
        del schema["default"]
    parameter: Schema = {"name": name, "in": "query", "required": required}
    if description := schema.pop("description", None):
        parameter["description"] = description
    if schema.get("type") == "array":
        parameter |= {"style": "form", "explode": False}
    return parameter | {"schema": schema}


def _answers(route: Route, references: References, example: Schema) -> Schema:
    found: Schema = {}
    for status, model in {route.status: route.answer, **route.others}.items():
        answer: Schema = {"description": route.summary if status == route.status else _meaning(status)}
        if model:
            content: Schema = {"schema": {"$ref": references[model, "serialization"]}}
            if example.get("status") == status and "answer" in example:
                content["example"] = example["answer"]
            answer["content"] = {JSON: content}
        names = list(route.headers)
        names += ["ETag"] if route.conditional or PreconditionFailed in route.errors else []
        names += ["Idempotency-Replayed"] if route.creates else []
        answer["headers"] = _headers([*names, "X-Request-Id"])
        found[str(status)] = answer
    if route.conditional:
        found["304"] = {
            "description": "Nothing has changed.",
            "headers": _headers(["ETag", *route.headers, "X-Request-Id"]),
        }
    return found


def _meaning(status: int) -> str:
    return {
        201: "Created, with a new name.",
        302: "The address of the bytes.",
        503: "A dependency is not reachable.",
    }[status]


def _errors(route: Route, references: References, responses: Schema) -> Schema:
    """References to responses, one for each set of errors with the same status; new ones are added to `responses`."""
    found = {}
    dialect = route.dialect

    def status_of(error: type[JobError]) -> int:
        return dialect.status(error) if dialect else error.status

    for status, several in groupby(sorted(errors_of(route), key=status_of), key=status_of):
        errors = list(several)
        name = ".".join([*([_subject(route)] if dialect else []), *(error.__name__ for error in errors)])
        response = _problems(status, errors)
        if dialect:
            shape = {"schema": {"$ref": references[dialect.model, "serialization"]}}
            response["content"] = {JSON: shape, **response["content"]}
        responses.setdefault(name, response)
        found[str(status)] = {"$ref": f"{COMPONENTS}responses/{name}"}
    return found


def _problems(status: int, errors: Sequence[type[JobError]]) -> Schema:
    codes = [error.code for error in errors]
    narrowed = {"properties": {"code": {"type": "string", "enum": codes}}}
    names = ["WWW-Authenticate"] if status == 401 else ["Retry-After"] if status in (409, 429) else []
    return {
        "description": "\n".join(f"- `{error.code}`: {error.title}." for error in errors),
        "headers": _headers([*names, "X-Request-Id"]),
        "content": {
            PROBLEM: {
                "schema": {"allOf": [{"$ref": COMPONENTS + "schemas/Problem"}, narrowed]},
                "examples": {error.code: {"value": _example(error, status)} for error in errors},
            }
        },
    }


def _example(error: type[JobError], status: int) -> Schema:
    return {
        "type": f"urn:millrace:error:{error.code}",
        "title": error.title,
        "status": status,
        "detail": f"{error.title}.",
        "code": error.code,
        "request_id": "6f1ad9c4-0a52-4d5e-9a7b-3f0d2f5f8f0e",
        "errors": [],
    }


def _headers(names: Sequence[str]) -> Schema:
    return {name: {"$ref": f"{COMPONENTS}headers/{name}"} for name in names}


def _security(route: Route) -> list[Schema]:
    """The accepted credentials: a key is never accepted for accounts."""
    if route.scope is None:
        return []
    schemes = ["token"] if route.scope == "account" else ["token", "key"]
    # Scopes stand in the description: schemes that are not OAuth's have none that tools would know.
    return [{scheme: []} for scheme in schemes]


def _subject(route: Route) -> str:
    return route.subject.removeprefix(f"{PACKAGE}.")


def _tags(routes: Sequence[Route]) -> list[Schema]:
    subjects = dict.fromkeys(route.subject for route in routes)
    return [
        {
            "name": subject.removeprefix(f"{PACKAGE}."),
            "description": " ".join((sys.modules[subject].__doc__ or "").split()),
        }
        for subject in subjects
    ]
