"""Shares: made, listed and revoked by their owner; visible to anyone with the address."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from chalicelib.accounts.errors import TooManyAttempts
from chalicelib.accounts.people import GUEST
from chalicelib.api.file_views import signed_thumbnail
from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.paging import page_links, pages
from chalicelib.api.framework.routing import Routes
from chalicelib.api.models.files import DownloadAnswer
from chalicelib.api.models.shares import (
    CollectAnswer,
    Collected,
    DownloadRequest,
    NewShareAnswer,
    ShareAnswer,
    SharedAnswer,
    SharedFile,
    SharedPage,
    SharedQuery,
    SharedZip,
    ShareRequest,
    SharesAnswer,
    UnlockAnswer,
    UnlockRequest,
)
from chalicelib.jobs.errors import (
    ArchiveNotFound,
    ArtifactNotFound,
    CollectOver,
    FileNotFound,
    GuestMayNot,
    JobNotFound,
    NotAllowedInState,
    ObjectMissing,
    ShareLocked,
    SharePasswordWrong,
    ShareUsedUp,
    StorageFull,
    TooManyJobs,
    TooManyShares,
    TryAgain,
    UnknownPipeline,
)
from chalicelib.jobs.library.collecting import WantedCollection
from chalicelib.jobs.library.shares import Share, WantedShare
from chalicelib.jobs.model import File
from chalicelib.jobs.work import thumbnails
from chalicelib.wiring import services

routes = Routes(__name__)

OPENED_BY = "x-share-pass"
UNSEEN = {"X-Robots-Tag": "noindex, nofollow, noarchive"}
SIDE_BY_SIDE = 16


@routes.route(
    "POST",
    "/shares",
    "Share files by an address",
    body=ShareRequest,
    answer=NewShareAnswer,
    status=201,
    creates=True,
    errors=(
        ArchiveNotFound,
        JobNotFound,
        FileNotFound,
        TooManyShares,
        StorageFull,
        TooManyJobs,
        GuestMayNot,
        UnknownPipeline,
        NotAllowedInState,
        TryAgain,
    ),
    headers=("Location",),
)
def create_share(call: Call) -> Reply:
    """Anyone with the address can see and download these files, or give files to a job, without an account. It gives
    access to nothing else."""
    body: ShareRequest = call.body
    if body.kind == "collect":
        return _collect(call, body)
    wanted = WantedShare(
        body.expires_in_days,
        body.archive_id,
        body.job_id,
        body.file_ids,
        body.name,
        body.password,
        body.download_limit,
    )
    share, token = services().shares.open(call.user.id, wanted, call.made_id)
    answer = NewShareAnswer(**share_answer(share).model_dump(), path=f"/shared/{token}")
    return Reply(answer, 201, {"Location": f"/api/shares/{share.id}"})


def _collect(call: Call, body: ShareRequest) -> Reply:
    if call.user.role == GUEST:
        raise GuestMayNot("Guests can't collect files. Register, and collect them into your own jobs.")
    wanted = WantedCollection(
        body.expires_in_days,
        body.file_limit,
        body.byte_limit,
        body.job_id,
        body.pipeline,
        body.options,
        body.name,
        body.password,
    )
    share, token = services().collecting.open(call.user.id, wanted, call.made_id)
    answer = NewShareAnswer(**share_answer(share).model_dump(), path=f"/shared/{token}")
    return Reply(answer, 201, {"Location": f"/api/shares/{share.id}"})


@routes.route("GET", "/shares", "Your shares", answer=SharesAnswer)
def list_shares(call: Call) -> SharesAnswer:
    return SharesAnswer(items=[share_answer(share) for share in services().shares.all(call.user.id)])


@routes.route("GET", "/shares/{share_id}", "A share", answer=ShareAnswer, conditional=True)
def get_share(call: Call, share_id: str) -> ShareAnswer:
    return share_answer(services().shares.get(call.user.id, share_id))


@routes.route("DELETE", "/shares/{share_id}", "Revoke a share", status=204, errors=(TryAgain,))
def revoke_share(call: Call, share_id: str) -> Reply:
    """The address stops working at once; a download whose address was signed before may still finish."""
    share = services().shares.get(call.user.id, share_id)
    services().shares.revoke(share)
    if share.kind == "files":
        with suppress(JobNotFound):
            services().deletion.delete_job(call.user.id, share.job_id)
    return Reply(None, 204)


@routes.route(
    "GET",
    "/shared/{token}",
    "A share, as visitors see it",
    answer=SharedAnswer,
    open=True,
    conditional=True,
    headers=("X-Robots-Tag",),
)
def get_shared(call: Call, token: str) -> Reply:
    share = services().shares.seen(token)
    if not services().shares.is_open(share, call.headers.get(OPENED_BY, "")):
        return Reply(SharedAnswer(locked=True, zips=[]), headers=UNSEEN)
    if share.kind == "collect":
        collect = collect_answer(share)
        shown = SharedAnswer(locked=False, name=share.name, expires_at=share.expires_at, zips=[], collect=collect)
        return Reply(shown, headers=UNSEEN)
    left = None if share.download_limit is None else max(0, share.download_limit - share.downloads)
    answer = SharedAnswer(
        locked=False,
        name=share.name,
        file_count=services().shares.files(share, 1, 1)[1],
        expires_at=share.expires_at,
        downloads_left=left,
        zips=[
            SharedZip(name=one.name, filename=one.filename, size_bytes=one.size)
            for one in services().shares.zips(share)
        ],
    )
    return Reply(answer, headers=UNSEEN)


@routes.route(
    "POST",
    "/shared/{token}/unlock",
    "Open a share with its password",
    body=UnlockRequest,
    answer=UnlockAnswer,
    open=True,
    errors=(SharePasswordWrong, TooManyAttempts),
    headers=("X-Robots-Tag",),
)
def unlock_shared(call: Call, token: str) -> Reply:
    shares = services().shares
    share_pass, until = shares.unlock(shares.seen(token), call.body.password, call.address)
    return Reply(UnlockAnswer(share_pass=share_pass, expires_at=until), headers=UNSEEN)


@routes.route(
    "GET",
    "/shared/{token}/files",
    "The shared files",
    query=SharedQuery,
    answer=SharedPage,
    open=True,
    errors=(ShareLocked,),
    headers=("Link", "X-Robots-Tag"),
)
def list_shared(call: Call, token: str) -> Reply:
    query: SharedQuery = call.query
    share = opened(call, token)
    found, total = services().shares.files(share, query.page, query.per_page)
    answer = SharedPage(
        items=_shown(found),
        total=total,
        page=query.page,
        per_page=query.per_page,
        pages=pages(total, query.per_page),
    )
    return Reply(answer, headers={**page_links(call, total), **UNSEEN})


@routes.route(
    "POST",
    "/shared/{token}/downloads",
    "Download shared files",
    body=DownloadRequest,
    answer=DownloadAnswer,
    open=True,
    errors=(ShareLocked, ShareUsedUp, FileNotFound, ArtifactNotFound),
    headers=("X-Robots-Tag",),
)
def download_shared(call: Call, token: str) -> Reply:
    """Returns a temporary address of the bytes and counts a download, so that a preview of the link is not counted."""
    body: DownloadRequest = call.body
    share = opened(call, token)
    key, bucket, filename, content_type = _wanted(share, body)
    try:
        found = services().objects.stat(key, bucket)
    except ObjectMissing:
        raise FileNotFound("The bytes of this file are no longer stored.") from None
    services().shares.count(share)
    signed = services().objects.sign_get(
        key,
        bucket=bucket,
        filename=filename,
        content_type=content_type,
        expires_in=services().settings.limits.download_url_seconds,
        now=services().clock(),
    )
    return Reply(DownloadAnswer(url=signed.url, expires_at=signed.expires_at, size_bytes=found.size), headers=UNSEEN)


def opened(call: Call, token: str) -> Share:
    share = services().shares.seen(token)
    services().shares.check_open(share, call.headers.get(OPENED_BY, ""))
    return share


def _wanted(share: Share, body: DownloadRequest) -> tuple[str, str | None, str, str]:
    if body.file_id:
        file = services().shares.file(share, body.file_id)
        return file.key, file.bucket, file.filename.rpartition("/")[2], "application/octet-stream"
    for one in services().shares.zips(share):
        if one.name == body.zip:
            return one.key, None, one.filename or "files.zip", "application/zip"
    raise ArtifactNotFound("There is no such zip, or it is still being made.")


def _shown(files: Sequence[File]) -> list[SharedFile]:
    # The pack of its picture also holds pictures of files that are not shared.
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        addresses = list(pool.map(_thumbnail, files))
    return [
        SharedFile(
            id=file.id,
            filename=file.filename,
            size_bytes=file.size,
            content_type=file.content_type,
            width=file.metadata.get("width"),
            height=file.metadata.get("height"),
            thumbnail_url=address,
        )
        for file, address in zip(files, addresses, strict=True)
    ]


def _thumbnail(file: File) -> str | None:
    try:
        return signed_thumbnail(thumbnails.by_itself(services().objects, file).key).url
    except ObjectMissing:
        return None


def share_answer(share: Share) -> ShareAnswer:
    return ShareAnswer(
        id=share.id,
        kind=share.kind,
        name=share.name,
        job_id=share.job_id,
        file_count=len(share.file_ids) or None,
        created_at=share.created_at,
        expires_at=share.expires_at,
        has_password=share.password_hash is not None,
        download_limit=share.download_limit,
        downloads=share.downloads,
        collected=Collected(
            given_files=share.given_files,
            given_bytes=share.given_bytes,
            file_limit=share.file_limit,
            byte_limit=share.byte_limit,
        )
        if share.kind == "collect"
        else None,
    )


def collect_answer(share: Share) -> CollectAnswer:
    try:
        pipeline = services().pipelines[services().collecting.job(share).pipeline]
    except CollectOver:
        return CollectAnswer(
            open=False, pipeline="", title="", extensions=[], bare_names=None, max_bytes=0, files_left=0, bytes_left=0
        )
    return CollectAnswer(
        open=True,
        pipeline=pipeline.name,
        title=pipeline.title,
        extensions=list(pipeline.accepts.extensions),
        bare_names=pipeline.accepts.bare or None,
        max_bytes=pipeline.accepts.max_bytes,
        files_left=share.file_limit - share.given_files,
        bytes_left=share.byte_limit - share.given_bytes,
    )
