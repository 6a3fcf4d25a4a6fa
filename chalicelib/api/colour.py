"""Pictures and their colours: uploads and files, called images; card detection and colour correction."""

from __future__ import annotations

from chalicelib.accounts.errors import GuestQuotaReached
from chalicelib.api import library, uploads
from chalicelib.api.file_views import whereabouts
from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.routing import Routes
from chalicelib.api.job_views import callback_of, callback_secret, job_answer
from chalicelib.api.models.colour import PicturesRequest, StoredPictures
from chalicelib.api.models.files import DownloadAnswer
from chalicelib.api.models.library import FileChanges, LibraryFile, LibraryPage, LibraryQuery, NewJobAnswer
from chalicelib.api.models.uploads import UploadAnswer
from chalicelib.jobs.errors import (
    FileInUse,
    FileNotFound,
    FileNotReady,
    GuideNotFound,
    PreconditionFailed,
    StorageFull,
    TooLarge,
    TooManyFiles,
    TooManyJobs,
    TryAgain,
    UnsupportedType,
)
from chalicelib.jobs.intake.reuse import Chosen
from chalicelib.wiring import services

routes = Routes(__name__)

PIPELINE, CARD = "colour", "colour-card.pdf"


@routes.route(
    "POST",
    "/images",
    "Upload pictures for colour correction",
    body=PicturesRequest,
    answer=UploadAnswer,
    status=201,
    creates=True,
    headers=("Location",),
    errors=(UnsupportedType, TooLarge, StorageFull, GuestQuotaReached, TooManyJobs, TooManyFiles, TryAgain),
)
def send_images(call: Call) -> Reply:
    body: PicturesRequest = call.body
    chosen = services().intake.select(
        PIPELINE, uploads.announced(body.files), skip_unsupported=body.skip_unsupported, needed=not body.more
    )
    with uploads.guests_share(call, chosen):
        job, signed = services().intake.open_job(
            call.user.id,
            PIPELINE,
            body.options,
            chosen.taken,
            name=body.name,
            more=body.more,
            id=call.made_id,
            **callback_of(body.callback_url),
        )
    answer = uploads.upload_answer(job, signed, chosen=chosen)
    answer.callback_secret = callback_secret(job)
    return Reply(answer, 201, {"Location": f"/api/jobs/{job.id}"})


@routes.route(
    "GET", "/images", "Your pictures from all jobs", query=LibraryQuery, answer=LibraryPage, headers=("Link",)
)
def list_images(call: Call) -> Reply:
    """The same as `GET /files?type=image`."""
    return library.page_of(call, call.query.model_copy(update={"type": "image"}))


@routes.route("GET", "/images/{file_id}", "One of your pictures", answer=LibraryFile, conditional=True)
def get_image(call: Call, file_id: str) -> LibraryFile:
    return library.library_file(*library.owned_file(call, file_id))


@routes.route(
    "PATCH",
    "/images/{file_id}",
    "Describe a picture",
    body=FileChanges,
    answer=LibraryFile,
    errors=(PreconditionFailed, TryAgain),
)
def change_image(call: Call, file_id: str) -> Reply:
    return library.changed_file(call, file_id)


@routes.route("DELETE", "/images/{file_id}", "Delete a picture", status=204, errors=(FileInUse, TryAgain))
def delete_image(call: Call, file_id: str) -> Reply:
    return library.deleted_file(call, file_id)


def _over(call: Call, operation: str) -> Reply:
    body: StoredPictures = call.body
    wanted = [body.file_id] if body.file_id else body.file_ids
    chosen = [Chosen(given, field=f"file_ids[{i}]" if body.file_ids else "file_id") for i, given in enumerate(wanted)]
    if body.reference_file_id:
        chosen.append(Chosen(body.reference_file_id, "reference", "reference_file_id"))
    job = services().reuse.open_job(
        call.user.id,
        PIPELINE,
        chosen,
        {**body.options, "operation": operation},
        name=body.name,
        id=call.made_id,
        **callback_of(body.callback_url),
    )
    answer = NewJobAnswer(**job_answer(job).model_dump(), callback_secret=callback_secret(job))
    return Reply(answer, 201, {"Location": f"/api/jobs/{job.id}"})


@routes.route(
    "POST",
    "/detect/card",
    "Find and measure the card in stored pictures",
    body=StoredPictures,
    answer=NewJobAnswer,
    status=201,
    creates=True,
    errors=(FileNotFound, FileNotReady, UnsupportedType, TooLarge, TooManyJobs),
    headers=("Location",),
)
def detect_card(call: Call) -> Reply:
    """Opens a job with a result for each picture."""
    return _over(call, "detect")


@routes.route(
    "POST",
    "/correct/colour",
    "Correct the colours of stored pictures",
    body=StoredPictures,
    answer=NewJobAnswer,
    status=201,
    creates=True,
    errors=(FileNotFound, FileNotReady, UnsupportedType, TooLarge, TooManyJobs),
    headers=("Location",),
)
def correct_colour(call: Call) -> Reply:
    """Opens a job; its results and its zip contain every picture."""
    return _over(call, "correct")


@routes.route(
    "GET",
    "/pipelines/colour/card.pdf",
    "The colour card to print",
    answer=DownloadAnswer,
    others={302: None},
    errors=(GuideNotFound,),
    headers=("Location",),
)
def get_card(call: Call) -> Reply:
    """A PDF in vector graphics. Printers are not accurate: measure the printed card."""
    guide, signed = services().guides.link(CARD)
    return whereabouts(call, signed, guide.size)
