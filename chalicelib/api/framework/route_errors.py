"""The errors that a route may answer with: those that follow from its input, and those that it names."""

from __future__ import annotations

import re
from collections.abc import Iterable

from chalicelib.accounts.errors import KeyNotFound
from chalicelib.api.framework.routing import Route
from chalicelib.api.subjects import every_route
from chalicelib.catalogue.errors import PlanNotFound, SceneNotFound
from chalicelib.jobs.errors import (
    ArchiveNotFound,
    ArtifactNotFound,
    BodyTooLarge,
    ConnectionNotFound,
    FileNotFound,
    Forbidden,
    GuideNotFound,
    IdempotencyMismatch,
    InternalError,
    InvalidFields,
    InvalidForm,
    InvalidIdempotencyKey,
    InvalidJson,
    JobError,
    JobNotFound,
    RequestInProgress,
    ResultNotFound,
    ScheduleNotFound,
    ShareNotFound,
    Unauthorized,
    UnsupportedMediaType,
    WebhookNotFound,
)

Errors = Iterable[type[JobError]]

SIGNED_IN: Errors = (Unauthorized, Forbidden)
BODY: Errors = (InvalidJson, BodyTooLarge, UnsupportedMediaType, InvalidFields)
FORM: Errors = (InvalidForm, BodyTooLarge, UnsupportedMediaType, InvalidFields)
QUERY: Errors = (InvalidFields,)
CREATES: Errors = (InvalidIdempotencyKey, RequestInProgress, IdempotencyMismatch)
UNKNOWN: dict[str, type[JobError]] = {
    "archive_id": ArchiveNotFound,
    "share_id": ShareNotFound,
    "token": ShareNotFound,
    "job_id": JobNotFound,
    "task_id": JobNotFound,
    "file_id": FileNotFound,
    "image_id": FileNotFound,
    "artifact": ArtifactNotFound,
    "filename": GuideNotFound,
    "result_id": ResultNotFound,
    "webhook_id": WebhookNotFound,
    "schedule_id": ScheduleNotFound,
    "connection_id": ConnectionNotFound,
    "delivery_id": WebhookNotFound,
    "key_id": KeyNotFound,
    "scene_id": SceneNotFound,
    "plan_id": PlanNotFound,
    "change_id": PlanNotFound,
}
"""Errors by the names of path parameters."""


def errors_of(route: Route) -> list[type[JobError]]:
    """Every error of that route once, sorted by status and code."""
    found = set(route.errors) | {UNKNOWN[name] for name in path_names(route) if name in UNKNOWN} | {InternalError}
    for wanted, errors in (
        (route.scope, SIGNED_IN),
        (route.body, BODY),
        (route.form, FORM),
        (route.query, QUERY),
        (route.creates, CREATES),
    ):
        if wanted:
            found.update(errors)
    return in_order(found)


def catalogue() -> list[type[JobError]]:
    """Every error that any route may answer with."""
    return in_order({error for route in every_route() for error in errors_of(route)})


def in_order(errors: Errors) -> list[type[JobError]]:
    return sorted(errors, key=lambda error: (error.status, error.code))


def path_names(route: Route) -> list[str]:
    return re.findall(r"{(\w+)}", route.path)
