"""Gifts through a share that collects: files are announced here and sent to the store directly."""

from __future__ import annotations

from chalicelib.accounts.errors import TooManyGifts
from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.routing import Routes
from chalicelib.api.models.collecting import GiveAnswer, GivenAnswer, GivenFile, GivenQuery, GiveRequest
from chalicelib.api.models.uploads import (
    CompleteRequest,
    LeftOut,
    PartsRequest,
    SignedPart,
    SignedParts,
    StoredPart,
    StoredParts,
    UploadTarget,
)
from chalicelib.api.shares import UNSEEN, opened
from chalicelib.api.uploads import announced, upload_target
from chalicelib.jobs.errors import (
    CollectFull,
    CollectOver,
    FileNotFound,
    NotAllowedInState,
    PartsMissing,
    ShareLocked,
    ShareNotFound,
    TooLarge,
    TryAgain,
    UnsupportedType,
    UploadGone,
)
from chalicelib.jobs.library.shares import Share
from chalicelib.wiring import services

routes = Routes(__name__)

GIFT = "x-share-gift"
ROBOTS = ("X-Robots-Tag",)
HIS_OWN = (ShareLocked, FileNotFound, NotAllowedInState)


@routes.route(
    "POST",
    "/shared/{token}/files",
    "Give files",
    body=GiveRequest,
    answer=GiveAnswer,
    status=201,
    open=True,
    creates=True,
    errors=(
        ShareLocked,
        FileNotFound,
        CollectFull,
        CollectOver,
        TooManyGifts,
        UnsupportedType,
        TooLarge,
        TryAgain,
    ),
    headers=ROBOTS,
)
def give_files(call: Call, token: str) -> Reply:
    """With `X-Share-Gift`, the files are added to that gift."""
    body: GiveRequest = call.body
    share = _collects(call, token)
    chosen = services().collecting.select(share, announced(body.files), skip_unsupported=body.skip_unsupported)
    gift, uploads = services().collecting.give(
        share,
        chosen.taken,
        gift=call.headers.get(GIFT),
        giver=body.giver,
        address=call.address,
        request_id=call.made_id,
    )
    left_out = [
        LeftOut(filename=one.file.filename, code=one.error.code, message=one.message) for one in chosen.left_out
    ]
    answer = GiveAnswer(
        gift=gift,
        uploads=[upload_target(upload, file.position) for upload, file in zip(uploads, chosen.taken, strict=True)],
        ignored=[file.filename for file in chosen.ignored] or None,
        left_out=left_out or None,
    )
    return Reply(answer, 201, UNSEEN)


@routes.route(
    "GET",
    "/shared/{token}/given",
    "The files that you have given",
    query=GivenQuery,
    answer=GivenAnswer,
    open=True,
    errors=(ShareLocked, FileNotFound),
    headers=ROBOTS,
)
def list_given(call: Call, token: str) -> Reply:
    share = _collects(call, token)
    found = services().collecting.given(share, call.headers.get(GIFT, ""), call.query.file_ids)
    items = [
        GivenFile(
            id=file.id,
            filename=file.filename,
            size_bytes=file.size,
            status=file.state,
            error_code=file.error_code,
        )
        for file in found
    ]
    return Reply(GivenAnswer(items=items), headers=UNSEEN)


@routes.route(
    "POST",
    "/shared/{token}/files/{file_id}/upload",
    "Sign the upload of a file that you give",
    answer=UploadTarget,
    open=True,
    errors=HIS_OWN,
    headers=ROBOTS,
)
def sign_given(call: Call, token: str, file_id: str) -> Reply:
    share, number = _own(call, token, file_id)
    upload = services().intake.sign_again(share.owner_id, share.job_id, number)
    return Reply(upload_target(upload, 0), headers=UNSEEN)


@routes.route(
    "POST",
    "/shared/{token}/files/{file_id}/parts",
    "Sign parts of a file that you give",
    body=PartsRequest,
    answer=SignedParts,
    open=True,
    errors=HIS_OWN,
    headers=ROBOTS,
)
def sign_given_parts(call: Call, token: str, file_id: str) -> Reply:
    body: PartsRequest = call.body
    share, number = _own(call, token, file_id)
    wanted = [(part, body.sha256.get(part), body.crc32.get(part)) for part in body.part_numbers]
    signed = services().multipart.sign(share.owner_id, share.job_id, number, wanted)
    parts = [
        SignedPart(part_number=part, url=request.url, headers=dict(request.headers), expires_at=request.expires_at)
        for part, request in signed
    ]
    return Reply(SignedParts(parts=parts), headers=UNSEEN)


@routes.route(
    "GET",
    "/shared/{token}/files/{file_id}/parts",
    "List the received parts of a file that you give",
    answer=StoredParts,
    open=True,
    errors=HIS_OWN,
    headers=ROBOTS,
)
def list_given_parts(call: Call, token: str, file_id: str) -> Reply:
    share, number = _own(call, token, file_id)
    there = services().multipart.there(share.owner_id, share.job_id, number)
    parts = [StoredPart(part_number=part.number, etag=part.etag, size=part.size) for part in there]
    return Reply(StoredParts(parts=parts), headers=UNSEEN)


@routes.route(
    "POST",
    "/shared/{token}/files/{file_id}/complete",
    "Combine the parts of a file that you give",
    body=CompleteRequest,
    answer=GivenFile,
    open=True,
    errors=(*HIS_OWN, PartsMissing, UploadGone),
    headers=ROBOTS,
)
def complete_given(call: Call, token: str, file_id: str) -> Reply:
    share, number = _own(call, token, file_id)
    etags = {part.part_number: part.etag for part in call.body.parts}
    file = services().multipart.complete(share.owner_id, share.job_id, number, etags)
    answer = GivenFile(
        id=file.id, filename=file.filename, size_bytes=file.size, status=file.state, error_code=file.error_code
    )
    return Reply(answer, headers=UNSEEN)


def _collects(call: Call, token: str) -> Share:
    share = opened(call, token)
    if share.kind != "collect":
        raise ShareNotFound("There is no such share, or it has ended.")
    return share


def _own(call: Call, token: str, file_id: str) -> tuple[Share, int]:
    share = _collects(call, token)
    return share, services().collecting.number(share, call.headers.get(GIFT, ""), file_id)
