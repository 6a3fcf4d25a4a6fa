"""Routes as values, and their registration with Chalice by subject."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response
from pydantic import BaseModel

from chalicelib.accounts.people import READ, UPLOAD
from chalicelib.api.framework import cors
from chalicelib.api.framework.http import Reply, lower, respond
from chalicelib.jobs.errors import JobError
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.api.framework.forms import Form

ROOT = "/api"
NOTHING_ELSE: Mapping[int, type[BaseModel] | None] = MappingProxyType({})


@dataclass(frozen=True)
class Dialect:
    """The form of errors in another system's API. model: their shape. worded: converts an error of ours, with the
    request's id. statuses: replacements of our statuses."""

    model: type[BaseModel]
    worded: Callable[[JobError, str], BaseModel]
    statuses: Mapping[int, int] = MappingProxyType({})

    def status(self, error: JobError | type[JobError]) -> int:
        return self.statuses.get(error.status, error.status)


@dataclass(frozen=True)
class Route:
    """A route as served and documented."""

    name: str
    subject: str
    method: str
    path: str
    summary: str
    description: str | None
    answer: type[BaseModel] | None
    status: int
    others: Mapping[int, type[BaseModel] | None]
    body: type[BaseModel] | None
    query: type[BaseModel] | None
    open: bool
    conditional: bool
    creates: bool
    scope: str | None
    errors: tuple[type[JobError], ...]
    headers: tuple[str, ...]
    form: type[Form] | None = None
    dialect: Dialect | None = None


LOADED: list[Route] = []
"""All routes of the loaded modules; chalicelib.api.subjects loads the others."""


class Routes:
    """Routes of one subject, registered as a Chalice blueprint; each view is wrapped in the common handling."""

    def __init__(self, name: str, dialect: Dialect | None = None) -> None:
        """dialect: the form of their errors, unless the caller asks for problem+json."""
        self.blueprint = Blueprint(name)
        self._module = name
        self._dialect = dialect

    def route(
        self,
        method: str,
        path: str,
        summary: str,
        *,
        answer: type[BaseModel] | None = None,
        status: int = 200,
        others: Mapping[int, type[BaseModel] | None] = NOTHING_ELSE,
        body: type[BaseModel] | None = None,
        form: type[Form] | None = None,
        query: type[BaseModel] | None = None,
        open: bool = False,
        conditional: bool = False,
        creates: bool = False,
        scope: str | None = None,
        errors: tuple[type[JobError], ...] = (),
        headers: tuple[str, ...] = (),
    ) -> Callable[[Callable[..., BaseModel | Reply]], Callable[..., Response]]:
        """form: the model of a form that it takes instead of a JSON body. open: needs no sign-in. conditional: answers
        with an ETag, and 304 to a client that has that version. creates: makes an object that must not exist twice, so
        an Idempotency-Key is heeded. scope: the scope that the credentials need (chalicelib.accounts.people.SCOPES); by
        default `read` for GET and `upload` for all other methods.

        For the API's description alone: others, further statuses that are no errors, with their content; errors,
        besides those that follow from the rest (`route_errors`); headers of the answer, likewise."""
        needed = None if open else scope or (READ if method == "GET" else UPLOAD)
        if all(route.path != path for route in LOADED):
            self.options(path, lambda: [route.method for route in LOADED if route.path == path])

        def decorate(view: Callable[..., BaseModel | Reply]) -> Callable[..., Response]:
            described = Route(
                name=view.__name__,
                subject=self._module,
                method=method,
                path=path,
                summary=summary,
                description=view.__doc__,
                answer=answer,
                status=status,
                others=others,
                body=body,
                query=query,
                open=open,
                conditional=conditional,
                creates=creates,
                scope=needed,
                errors=errors,
                headers=headers,
                form=form,
                dialect=self._dialect,
            )
            LOADED.append(described)

            def handle(**path_values: str) -> Response:
                return respond(self.blueprint.current_request, described, view, path_values)

            handle.__name__ = view.__name__
            handle.__doc__ = view.__doc__
            # API Gateway answers only registered methods. A HEAD request gets no body.
            return self._register(["GET", "HEAD"] if method == "GET" else [method], path, view.__name__, handle)

        return decorate

    def options(self, path: str, methods: Callable[[], list[str]]) -> None:
        """Answers OPTIONS: the methods of a path, and the preflight of a page of another origin. Chalice's own answer
        knows only one origin."""

        def preflight(**path_values: str) -> Response:
            headers = lower(self.blueprint.current_request)
            found = methods()
            found += ["HEAD"] if "GET" in found else []
            allowed = cors.preflight_headers(headers, services().settings.cors_origins, found)
            return Response("", status_code=204, headers={"Allow": ", ".join([*found, "OPTIONS"]), **allowed})

        self._register(["OPTIONS"], path, f"preflight{path}", preflight)

    def _register(
        self, methods: list[str], path: str, name: str, handle: Callable[..., Response]
    ) -> Callable[..., Response]:
        # No content types: Chalice would refuse others in its own form instead of a problem. `http` checks the type.
        registered: Callable[..., Response] = self.blueprint.route(
            ROOT + path, methods=methods, name=name, cors=False, content_types=[]
        )(handle)
        return registered
