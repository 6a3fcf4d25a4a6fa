"""Uploads: files are announced here and sent to the store directly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext

from chalicelib.accounts.errors import GuestQuotaReached
from chalicelib.accounts.people import GUEST
from chalicelib.api.file_views import file_answer, number_of
from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.routing import Routes
from chalicelib.api.job_views import callback_of, callback_secret
from chalicelib.api.models.files import FileAnswer
from chalicelib.api.models.uploads import (
    CompleteRequest,
    ImportRequest,
    LeftOut,
    MoreFilesRequest,
    MultipartPlan,
    NewFile,
    PartsRequest,
    SignedPart,
    SignedParts,
    StoredPart,
    StoredParts,
    UploadAnswer,
    UploadRequest,
    UploadTarget,
)
from chalicelib.jobs.errors import (
    FileNotAwaited,
    GuestMayNot,
    ImportNotAllowed,
    NotAllowedInState,
    PartsMissing,
    StorageFull,
    TooLarge,
    TooManyFiles,
    TooManyJobs,
    TryAgain,
    UnknownPipeline,
    UnsupportedType,
    UploadGone,
)
from chalicelib.jobs.intake.accepting import Announced, Selection
from chalicelib.jobs.intake.multipart import part_count
from chalicelib.jobs.intake.uploads import Upload
from chalicelib.jobs.model import Job
from chalicelib.wiring import services

routes = Routes(__name__)

NOTHING_LEFT_OUT = Selection()


@routes.route(
    "POST",
    "/upload",
    "Open a job and sign its uploads",
    body=UploadRequest,
    answer=UploadAnswer,
    status=201,
    creates=True,
    headers=("Location",),
    errors=(
        UnknownPipeline,
        UnsupportedType,
        TooLarge,
        StorageFull,
        GuestQuotaReached,
        TooManyJobs,
        TooManyFiles,
        TryAgain,
    ),
)
def open_job(call: Call) -> Reply:
    body: UploadRequest = call.body
    callback = callback_of(body.callback_url)
    chosen = services().intake.select(
        body.pipeline,
        announced(body.files, single_put=body.single_put),
        skip_unsupported=body.skip_unsupported,
        needed=not body.more,
    )
    with guests_share(call, chosen):
        job, uploads = services().intake.open_job(
            call.user.id,
            body.pipeline,
            body.options,
            chosen.taken,
            name=body.name,
            more=body.more,
            files_intended=body.files_intended if body.more else None,
            id=call.made_id,
            **callback,
        )
    answer = upload_answer(job, uploads, chosen=chosen)
    answer.callback_secret = callback_secret(job)
    return Reply(answer, 201, {"Location": f"/api/jobs/{job.id}"})


@routes.route(
    "POST",
    "/jobs/{job_id}/files",
    "Add files to an open job",
    body=MoreFilesRequest,
    answer=UploadAnswer,
    status=201,
    creates=True,
    headers=("Location",),
    errors=(NotAllowedInState, UnsupportedType, TooLarge, StorageFull, GuestQuotaReached, TooManyFiles, TryAgain),
)
def add_files(call: Call, job_id: str) -> Reply:
    body: MoreFilesRequest = call.body
    pipeline = services().owned.job(call.user.id, job_id).pipeline
    chosen = services().intake.select(
        pipeline,
        announced(body.files, single_put=body.single_put),
        skip_unsupported=body.skip_unsupported,
        needed=False,
    )
    with guests_share(call, chosen):
        job, uploads = services().intake.add_files(
            call.user.id, job_id, chosen.taken, more=body.more, request_id=call.made_id
        )
    return Reply(upload_answer(job, uploads, chosen=chosen), 201, {"Location": f"/api/jobs/{job.id}/files"})


@routes.route(
    "POST",
    "/import-path",
    "Import objects in place",
    body=ImportRequest,
    answer=UploadAnswer,
    status=202,
    creates=True,
    errors=(UnknownPipeline, ImportNotAllowed, GuestMayNot, TooManyJobs),
)
def import_path(call: Call) -> Reply:
    body: ImportRequest = call.body
    if call.user.role == GUEST:
        raise GuestMayNot("Guests can't import. Register, and import from your own place.")
    callback = callback_of(body.callback_url)
    job = services().importer.start(
        call.user.id,
        body.path,
        body.pipeline,
        body.options,
        name=body.name,
        recursive=body.recursive,
        id=call.made_id,
        **callback,
    )
    answer = upload_answer(job, [], "The objects are being listed and added to the job.")
    answer.callback_secret = callback_secret(job)
    return Reply(answer, 202)


@routes.route(
    "POST",
    "/jobs/{job_id}/files/{file_id}/upload",
    "Sign an upload again",
    answer=UploadAnswer,
    errors=(NotAllowedInState,),
)
def sign_again(call: Call, job_id: str, file_id: str) -> UploadAnswer:
    upload = services().intake.sign_again(call.user.id, job_id, number_of(job_id, file_id))
    return upload_answer(services().jobs.job(job_id), [upload])


@routes.route(
    "DELETE",
    "/jobs/{job_id}/files/{file_id}",
    "Leave out a file",
    status=204,
    errors=(FileNotAwaited,),
)
def leave_out(call: Call, job_id: str, file_id: str) -> Reply:
    """For a file that has not arrived and can't be sent after all: the job no longer waits for it."""
    services().control.leave_out(call.user.id, job_id, number_of(job_id, file_id))
    return Reply(None, 204)


@routes.route(
    "POST",
    "/jobs/{job_id}/files/{file_id}/parts",
    "Sign parts of a file",
    body=PartsRequest,
    answer=SignedParts,
    errors=(NotAllowedInState,),
)
def sign_parts(call: Call, job_id: str, file_id: str) -> SignedParts:
    body: PartsRequest = call.body
    wanted = [(part, body.sha256.get(part), body.crc32.get(part)) for part in body.part_numbers]
    signed = services().multipart.sign(call.user.id, job_id, number_of(job_id, file_id), wanted)
    return SignedParts(
        parts=[
            SignedPart(
                part_number=number, url=request.url, headers=dict(request.headers), expires_at=request.expires_at
            )
            for number, request in signed
        ]
    )


@routes.route(
    "GET",
    "/jobs/{job_id}/files/{file_id}/parts",
    "List the received parts of a file",
    answer=StoredParts,
    errors=(NotAllowedInState,),
)
def list_parts(call: Call, job_id: str, file_id: str) -> StoredParts:
    parts = services().multipart.there(call.user.id, job_id, number_of(job_id, file_id))
    return StoredParts(parts=[StoredPart(part_number=part.number, etag=part.etag, size=part.size) for part in parts])


@routes.route(
    "POST",
    "/jobs/{job_id}/files/{file_id}/complete",
    "Combine the parts of a file",
    body=CompleteRequest,
    answer=FileAnswer,
    errors=(NotAllowedInState, PartsMissing, UploadGone),
)
def complete_parts(call: Call, job_id: str, file_id: str) -> FileAnswer:
    etags = {part.part_number: part.etag for part in call.body.parts}
    file = services().multipart.complete(call.user.id, job_id, number_of(job_id, file_id), etags)
    return file_answer(file)


@routes.route(
    "DELETE",
    "/jobs/{job_id}/files/{file_id}/parts",
    "Discard the parts of a file",
    status=204,
    errors=(NotAllowedInState,),
)
def abort_parts(call: Call, job_id: str, file_id: str) -> Reply:
    services().multipart.abort(call.user.id, job_id, number_of(job_id, file_id))
    return Reply(None, 204)


@contextmanager
def guests_share(call: Call, chosen: Selection) -> Iterator[None]:
    """Counts a guest's bytes for the network that they come from; they are deleted after the token's end.
    GuestQuotaReached."""
    if call.user.role != GUEST:
        yield
        return
    if call.user.expires_at:
        services().guests.note(call.user.id, call.user.expires_at)
    size = sum(file.size for file in chosen.taken)
    with services().guest_quota.taken(call.address, size) if size else nullcontext():
        yield


def announced(files: Sequence[NewFile], *, single_put: bool = False) -> list[Announced]:
    return [Announced(**dict(file), position=i, single_put=single_put) for i, file in enumerate(files)]


def upload_answer(
    job: Job, uploads: Sequence[Upload], message: str | None = None, chosen: Selection = NOTHING_LEFT_OUT
) -> UploadAnswer:
    """chosen: the outcome of the request's files, where they were its own."""
    waiting = "It is sealed." if job.sealed else "It is open for more files."
    positions = [file.position for file in chosen.taken] or range(len(uploads))
    left_out = [
        LeftOut(filename=one.file.filename, code=one.error.code, message=one.message) for one in chosen.left_out
    ]
    return UploadAnswer(
        job_id=job.id,
        status=job.state,
        file_count=job.file_count,
        message=message or f"The job awaits {job.file_count} files. {waiting}",
        uploads=[upload_target(upload, i) for i, upload in zip(positions, uploads, strict=True)],
        ignored=[file.filename for file in chosen.ignored] or None,
        left_out=left_out or None,
    )


def upload_target(upload: Upload, position: int) -> UploadTarget:
    file, request = upload.file, upload.request
    target = UploadTarget(file_id=file.id, position=position, filename=file.filename, duplicate_of=upload.duplicate_of)
    if request:
        target.method, target.url, target.headers = request.method, request.url, dict(request.headers)
        target.expires_at = request.expires_at
    elif file.part_size:
        target.multipart = MultipartPlan(part_size=file.part_size, part_count=part_count(file) or 1)
    return target
