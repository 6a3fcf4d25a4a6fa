"""Writes docs/errors.md from the classes and calls that make errors: `python -m infra.errors_doc`."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from pathlib import Path

from chalicelib.api.framework.problems import BEFORE_ROUTES
from chalicelib.api.framework.route_errors import catalogue, errors_of
from chalicelib.api.subjects import every_route
from chalicelib.jobs.errors import JobError

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs" / "errors.md"
CODE = ROOT / "chalicelib"
FILES, JOBS = "a file's", "a job's"
REASONS = {"UnreadableFile": (FILES, 0), "reject_file": (FILES, 2), "rejected": (FILES, 2)}
REASONS |= {"PipelineFailed": (JOBS, 0), "fail": (JOBS, 1)}
"""Errors raised with a reason: its owner, and the position of its code among the arguments. The message comes next."""
NAMED = 6
"""The most routes listed for an error; the API's description has them all."""

INTRODUCTION = """# Errors

Generated from the code by `python -m infra.errors_doc`; a test compares. The API answers refused requests with
`application/problem+json` (RFC 9457): `code` is for programs and stable, `detail` is for people, `errors` names
fields, and `request_id` is for the installation's operator. 409 and 429 may have a `Retry-After`.
`GET /api/openapi.json` lists the possible errors of each route.

## Of the API

| status | code | means | what to do | where |
| --- | --- | --- | --- | --- |
"""

BEFORE = """
## Before a route

Answers of API Gateway, the firewall and the local gateway, in the same form. On AWS an unsupported method of a path
is `route_not_found` too. API Gateway also answers `body_too_large` (beyond 10 MB), `invalid_json`,
`invalid_fields`, `unsupported_media_type`, `forbidden` and `internal_error`. `disk_full` is 503 at `GET /health`.

| status | code | means | what to do |
| --- | --- | --- | --- |
"""
FOUND = """
## Of files and jobs

Errors of one file (its `error_code` and `error_message`; the job continues without it), or of a whole job.

| code | whose | says |
| --- | --- | --- |
"""


def written() -> str:
    of_the_api = [_row(error) for error in catalogue()]
    of_files = [f"| `{code}` | {whose} | {said} |" for code, whose, said in sorted(set(_reasons()))]
    before = [f"{_said(error)} |" for error in BEFORE_ROUTES]
    return (
        INTRODUCTION
        + "\n".join(of_the_api)
        + "\n"
        + BEFORE
        + "\n".join(before)
        + "\n"
        + FOUND
        + "\n".join(of_files)
        + "\n"
    )


def _row(error: type[JobError]) -> str:
    routes = [f"`{route.method} {route.path}`" for route in every_route() if error in errors_of(route)]
    where = f"{len(routes)} routes" if len(routes) > NAMED else ", ".join(sorted(routes))
    return f"{_said(error)} | {where} |"


def _said(error: type[JobError]) -> str:
    what_to_do = " ".join((inspect.getdoc(error) or "").split())
    return f"| {error.status} | `{error.code}` | {error.title}. | {what_to_do}"


def _reasons() -> Iterator[tuple[str, str, str]]:
    """Code, owner and message of each reason that is written out in the code; `…` stands for the variable parts."""
    for path in sorted(CODE.rglob("*.py")):
        module = ast.parse(path.read_text())
        constants = dict(_constants(module))
        for node in ast.walk(module):
            if not isinstance(node, ast.Call):
                continue
            named = {keyword.arg: keyword.value for keyword in node.keywords}
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            whose, place = REASONS.get(name, ("", 0))
            given = list(node.args)[place:]
            if "error_code" in named and "error_message" in named:
                whose, given = FILES, [named["error_code"], named["error_message"]]
            code, text, *_ = [constants.get(getattr(node, "id", ""), node) for node in given] + [None, None]
            if whose and text and isinstance(code, ast.Constant):
                yield str(code.value), whose, _message(text)


def _constants(module: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Texts with a name in their module."""
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant | ast.JoinedStr):
            yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))


def _message(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return "…"


if __name__ == "__main__":
    DOCS.write_text(written())
