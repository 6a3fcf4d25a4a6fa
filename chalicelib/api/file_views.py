"""Files of the core as answers, and redirects to where bytes are."""

from __future__ import annotations

from typing import Any

from chalicelib.api.framework.http import JSON, Call, Reply
from chalicelib.api.models.files import DownloadAnswer, FileAnswer, ThumbnailAnswer
from chalicelib.jobs.errors import FileNotFound
from chalicelib.jobs.model import File, Job, file_id, parse_file_id
from chalicelib.jobs.ports.outside import SignedRequest
from chalicelib.jobs.work import thumbnails
from chalicelib.wiring import services

THUMBNAIL_SECONDS = 3600


def number_of(job_id: str, given: str) -> int:
    """The number of a file of that job, from its id. FileNotFound."""
    parsed = parse_file_id(given)
    if parsed is None or parsed[0] != job_id:
        raise FileNotFound("There is no such file.")
    return parsed[1]


def file_answer(file: File, job: Job | None = None, *, slim: bool = False) -> FileAnswer:
    """job: the file's own, if its last run may have given a verdict on it. slim: for long lists."""
    answer = FileAnswer(
        **{
            **file.metadata,
            "id": file.id,
            "job_id": file.job_id,
            "original_filename": file.filename,
            "status": file.state,
            "size_bytes": file.size,
            "role": file.role,
            "content_type": file.content_type,
            "file_hash_sha256": file.sha256,
            "thumbnail": thumbnail_answer(file),
            "thumbnail_url": f"/api/files/{file.id}/thumbnail" if file.thumbnail else None,
            "duplicate_of": file_id(file.job_id, file.duplicate_of) if file.duplicate_of else None,
            **(_verdict(file) if job and file.verdict and file.verdict_run == job.retries else {}),
            "error_code": file.error_code,
            "error_message": file.error_message,
            "given_by": file.given_by,
        }
    )
    if slim:
        answer.timestamp_candidates = answer.thumbnail_url = None
    return answer


def _verdict(file: File) -> dict[str, Any]:
    return {
        "verdict": file.verdict,
        "verdict_message": file.verdict_message,
        "verdict_details": dict(file.verdict_details) or None,
    }


def thumbnail_answer(file: File) -> ThumbnailAnswer | None:
    if file.thumbnail is None:
        return None
    key, start, end = thumbnails.place(file, file.thumbnail)
    return ThumbnailAnswer(url=signed_thumbnail(key).url, start=start, end=end)


def signed_thumbnail(key: str) -> SignedRequest:
    return services().objects.sign_get(
        key, filename=None, content_type=None, expires_in=THUMBNAIL_SECONDS, now=services().clock()
    )


def whereabouts(call: Call, signed: SignedRequest, size: int) -> Reply:
    """A redirect to the bytes; a client that asks for JSON gets the address instead, to hand it on."""
    if JSON in call.headers.get("accept", ""):
        return Reply(DownloadAnswer(url=signed.url, expires_at=signed.expires_at, size_bytes=size))
    return Reply(None, 302, {"Location": signed.url})
