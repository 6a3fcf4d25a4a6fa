"""Errors for callers: each has a stable code, the HTTP status that suits it, and a sentence.

A class a code, so that the catalogue (docs/errors.md) and the API's description are made from them: its docstring says
what the caller can do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError


@dataclass(frozen=True)
class FieldError:
    field: str
    message: str


def field_errors(invalid: ValidationError, root: str = "") -> list[FieldError]:
    """pydantic's findings as fields and sentences; the rejected values themselves are not repeated."""
    found = []
    for error in invalid.errors(include_url=False, include_input=False, include_context=False):
        path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in (root, *error["loc"]))
        found.append(FieldError(path.strip(".") or "body", error["msg"]))
    return found


class JobError(Exception):
    """Sent to the caller as it is: never put anything internal into `detail`."""

    code = "bad_request"
    status = 400
    title = "The request can't be carried out"

    def __init__(self, detail: str, *, errors: Iterable[FieldError] = (), retry_after: int | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)
        self.retry_after = retry_after


class BadRequest(JobError):
    """Send another request."""


class InvalidJson(BadRequest):
    """Send a JSON object, in UTF-8."""

    code, title = "invalid_json", "The body is not a JSON object"


class InvalidForm(BadRequest):
    """Send the form as a browser or `curl -F` does."""

    code, title = "invalid_form", "The form can't be read"


class UnsupportedMediaType(BadRequest):
    """Send the body as the message says: as application/json, or as a form."""

    code, status, title = "unsupported_media_type", 415, "The body is of another type"


class InvalidIdempotencyKey(BadRequest):
    """Use a shorter key of plain characters, such as a UUID."""

    code, title = "invalid_idempotency_key", "The Idempotency-Key is not valid"


class UnknownPipeline(BadRequest):
    """GET /pipelines lists all pipelines."""

    code, title = "unknown_pipeline", "There is no such pipeline"


class UnsupportedType(BadRequest):
    """Leave out the files that `errors` names, or use another pipeline."""

    code, title = "unsupported_type", "The pipeline does not take such files"


class ImportNotAllowed(BadRequest):
    """Import from a place that the setting `import_roots` lists."""

    code, title = "import_not_allowed", "Nothing can be imported from there"


class PartsMissing(BadRequest):
    """Send the parts that `errors` names, then complete the file again."""

    code, title = "parts_missing", "Parts of the file are missing"


class NothingChosen(BadRequest):
    """Choose existing files: by their ids, by a filter that matches some, or by jobs that have some."""

    code, title = "no_files_chosen", "No file was chosen"


class NotAllowedInState(JobError):
    """Read the job again: the message says which states allow it."""

    code, status, title = "not_allowed_in_state", 400, "The job's state does not allow this"


class Unauthorized(JobError):
    """Sign in, or renew the access token with the refresh token."""

    code, status, title = "unauthorized", 401, "Sign in first"


class Forbidden(JobError):
    """Use credentials with the scope that the message names."""

    code, status, title = "forbidden", 403, "Not allowed"


class GuestMayNot(Forbidden):
    """Register: guests may only upload files and work with their own."""

    code, title = "guest_may_not", "Not for guests"


class NotFound(JobError):
    """Check the address and the id. Another user's object looks the same."""

    code, status, title = "not_found", 404, "Not found"


class JobNotFound(NotFound):
    """You have no such job; it may have been deleted."""

    code, title = "job_not_found", "There is no such job"


class ImportNotFound(NotFound):
    """Use another place, or ask the operator to make its bucket readable."""

    code, title = "import_not_found", "There is no such place"


class ArchiveNotFound(NotFound):
    """You have no such archive; archives are deleted automatically some days after they were made."""

    code, title = "archive_not_found", "There is no such archive"


class ShareNotFound(NotFound):
    """Ask the sender for a new address: the share has expired or was revoked."""

    code, title = "share_not_found", "There is no such share"


class ShareLocked(Forbidden):
    """Send its password to POST /shared/{token}/unlock, and the `share_pass` of the answer as X-Share-Pass."""

    code, title = "share_locked", "The share has a password"


class SharePasswordWrong(Forbidden):
    """Ask the sender of the address for the password."""

    code, title = "share_password_wrong", "The password is wrong"


class ShareUsedUp(Forbidden):
    """Ask the sender for a new address."""

    code, title = "share_used_up", "Its download limit is reached"


class CollectFull(Forbidden):
    """Give fewer or smaller files, or ask the sender for a new address."""

    code, title = "collect_full", "There is no room for these files"


class CollectOver(Forbidden):
    """Ask the sender for a new address."""

    code, title = "collect_over", "The collection of files has ended"


class FileNotFound(NotFound):
    """You have no such file; it may have been deleted."""

    code, title = "file_not_found", "There is no such file"


class ArtifactNotFound(NotFound):
    """GET /jobs/{job_id}/artifacts lists the job's artifacts."""

    code, title = "artifact_not_found", "There is no such artifact"


class ArtifactGone(NotFound):
    """Retry the job, or open another one over its files."""

    code, title = "artifact_gone", "It has expired"


class GuideNotFound(NotFound):
    """GET /guides lists all guides."""

    code, title = "guide_not_found", "There is no such guide"


class NoLiveUpdates(NotFound):
    """Poll the status instead, as often as its Retry-After says."""

    code, title = "no_live_updates", "There are no live updates here"


class UploadGone(NotFound):
    """Start the file's upload again."""

    code, title = "upload_gone", "The upload was aborted or has expired"


class PipelineNotFound(NotFound):
    """GET /pipelines lists all pipelines."""

    code, title = "pipeline_not_found", "There is no such pipeline"


class ResultNotFound(NotFound):
    """You have no such result; it may have been deleted."""

    code, title = "result_not_found", "There is no such result"


class UserDataNotFound(NotFound):
    """GET /user-data lists your user data."""

    code, title = "user_data_not_found", "There is no such user data"


class ScheduleNotFound(NotFound):
    """You have no such schedule."""

    code, title = "schedule_not_found", "There is no such schedule"


class ConnectionNotFound(NotFound):
    """You have no such connection."""

    code, title = "connection_not_found", "There is no such connection"


class WebhookNotFound(NotFound):
    """You have no such webhook or delivery."""

    code, title = "webhook_not_found", "There is no such webhook or delivery"


class Conflict(JobError):
    """Read the current state, then decide again."""

    code, status, title = "conflict", 409, "In conflict with the present state"


class TryAgain(Conflict):
    """Send the same request again."""

    code, title = "try_again", "It is being changed right now"


class RequestInProgress(Conflict):
    """Wait as long as Retry-After says, then send the same request with the same key to get its answer."""

    code, title = "request_in_progress", "The same request is being carried out"


class FileInUse(Conflict):
    """Cancel the job that needs the file, or wait for its end."""

    code, title = "file_in_use", "The file is in use"


class FileNotAwaited(Conflict):
    """Read the file: it has arrived, or its job waits for no more files."""

    code, title = "file_not_awaited", "The file is no longer awaited"


class FileNotReady(Conflict):
    """Wait until the files that `errors` names have been inspected."""

    code, title = "file_not_ready", "Some files have not arrived yet"


class FileReplaced(Conflict):
    """Use your own copy: the inspected bytes were overwritten through their upload address."""

    code, title = "file_replaced", "The bytes of this file were replaced"


class PreconditionFailed(JobError):
    """Read it again, and send the change with the new ETag."""

    code, status, title = "precondition_failed", 412, "It has changed since you read it"


class TooLarge(JobError):
    """Leave out the files that `errors` names: GET /pipelines lists the maximum sizes."""

    code, status, title = "too_large", 413, "Too large"


class BodyTooLarge(TooLarge):
    """Send less in one request."""

    code, title = "body_too_large", "The body is too large"


class InvalidFields(JobError):
    """Correct the fields that `errors` names."""

    code, status, title = "invalid_fields", 422, "Some fields are not valid"


class IdempotencyMismatch(InvalidFields):
    """Use a new key for a new request."""

    code, title = "idempotency_mismatch", "The Idempotency-Key was used for another request"


class LimitReached(JobError):
    """Make room, or wait."""

    code, status, title = "limit_reached", 429, "A limit of your account is reached"


class TooManyJobs(LimitReached):
    """Wait for the end of one of your jobs, or cancel one."""

    code, title = "too_many_jobs", "Too many jobs are not finished"


class TooManyFiles(LimitReached):
    """Open another job for the remaining files."""

    code, title = "too_many_files", "Too many files for one job"


class TooManyShares(LimitReached):
    """Revoke a share that is no longer needed."""

    code, title = "too_many_shares", "Too many shares"


class StorageFull(LimitReached):
    """Delete files or jobs that you no longer need, including those in the bin, which count until their deletion."""

    code, title = "storage_full", "Your storage is full"


class TooManyKeys(LimitReached):
    """Revoke a key."""

    code, title = "too_many_keys", "You have too many keys"


class TooMuchUserData(LimitReached):
    """Delete some of your user data."""

    code, title = "too_much_user_data", "You have too much user data"


class TooManySchedules(LimitReached):
    """Delete a schedule."""

    code, title = "too_many_schedules", "You have too many schedules"


class TooManyConnections(LimitReached):
    """Delete a connection."""

    code, title = "too_many_connections", "You have too many connections"


class TooManyWebhooks(LimitReached):
    """Delete a webhook."""

    code, title = "too_many_webhooks", "You have too many webhooks"


class InternalError(JobError):
    """Try again later. If it persists, report the request's id."""

    code, status, title = "internal_error", 500, "Internal error"


class StaleTransition(Exception):
    """Another worker moved first: the job or file has changed since it was read. Nothing was written."""


class Busy(Exception):
    """Another worker holds the claim: let the queue deliver the message again later."""


class ObjectMissing(Exception):
    """No such object, or no longer the version that was asked for."""


class PartsGone(ObjectMissing):
    """No such upload in parts: it was finished or aborted."""


class ChecksumRefused(Exception):
    """The store found other bytes than their checksum says, and kept nothing."""
