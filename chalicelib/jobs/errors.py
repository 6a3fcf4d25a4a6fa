"""What can go wrong for a caller: each error has a stable code, the HTTP status that suits it, and a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    field: str
    message: str


class JobError(Exception):
    """Told to the caller as it stands: never put anything internal into `detail`."""

    code = "bad_request"
    status = 400
    title = "The request can't be carried out"

    def __init__(
        self, detail: str, *, errors: Iterable[FieldError] = (), retry_after: int | None = None, code: str | None = None
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.retry_after = retry_after
        if code:
            self.code = code


class BadRequest(JobError):
    pass


class Unauthorized(JobError):
    code, status, title = "unauthorized", 401, "Sign in first"


class Forbidden(JobError):
    code, status, title = "forbidden", 403, "Not allowed with these credentials"


class NotFound(JobError):
    code, status, title = "not_found", 404, "Not found"


class JobNotFound(NotFound):
    code = "job_not_found"


class FileNotFound(NotFound):
    code = "file_not_found"


class ArtifactNotFound(NotFound):
    code = "artifact_not_found"


class ResultNotFound(NotFound):
    code = "result_not_found"


class WebhookNotFound(NotFound):
    code = "webhook_not_found"


class Conflict(JobError):
    code, status, title = "conflict", 409, "In conflict with what is there"


class FileInUse(Conflict):
    code, title = "file_in_use", "The file is in use"


class PreconditionFailed(JobError):
    code, status, title = "precondition_failed", 412, "It has changed since you read it"


class NotAllowedInState(JobError):
    code, status, title = "not_allowed_in_state", 400, "The job's state does not allow this"


class TooLarge(JobError):
    code, status, title = "too_large", 413, "Too large"


class InvalidFields(JobError):
    code, status, title = "invalid_fields", 422, "Some fields are not valid"


class LimitReached(JobError):
    code, status, title = "limit_reached", 429, "A limit of your account is reached"


class StaleTransition(Exception):
    """Somebody else moved first: the job or file is no longer as it was when it was read. Nothing was written."""


class Busy(Exception):
    """Another worker holds the claim: let the queue deliver the message again later."""


class ObjectMissing(Exception):
    """No such object, or no longer the version that was asked for."""
