"""Pushes: a client reads a library that can't be reached from here, and sends it page by page."""

from __future__ import annotations

import json

from chalicelib.api.framework.http import Call, Reply
from chalicelib.api.framework.routing import Routes
from chalicelib.api.models.pushes import PushAnswer, PushEnd, PushPage, PushRequest
from chalicelib.api.models.scenes import JobStarted
from chalicelib.catalogue.errors import NoPush
from chalicelib.catalogue.pushing import Ids, NoSuchPush
from chalicelib.catalogue.stash.pages import KINDS
from chalicelib.catalogue.syncing import Progress
from chalicelib.jobs.errors import FieldError, InvalidFields, TooManyJobs
from chalicelib.wiring import services

routes = Routes(__name__)


@routes.route("POST", "/scenes/push", "Begin or resume a library's push", body=PushRequest, answer=PushAnswer)
def begin_push(call: Call) -> PushAnswer:
    """For a server that can't be reached from here; `millrace scenes push` runs a whole push. An unfinished push is
    resumed."""
    body: PushRequest = call.body
    return _answer(
        body.source, services().pushing.begin(call.user.id, _source(body.source), incremental=body.incremental)
    )


@routes.route("POST", "/scenes/pages", "Send a page of a library", body=PushPage, answer=PushAnswer, errors=(NoPush,))
def push_page(call: Call) -> PushAnswer:
    """Skips unchanged scenes, counts unreadable ones, and accepts the others."""
    body: PushPage = call.body
    names = {kind: getattr(body, kind) for kind in KINDS}
    try:
        at = services().pushing.page(call.user.id, _source(body.source), body.behind, body.scenes, names)
    except NoSuchPush:
        raise _none(body.source) from None
    except ValueError as error:
        raise InvalidFields("Some names can't be read.", errors=[FieldError("names", str(error))]) from None
    return _answer(body.source, at)


@routes.route(
    "POST",
    "/scenes/push/end",
    "End a push",
    body=PushEnd,
    answer=JobStarted,
    status=202,
    creates=True,
    errors=(NoPush, TooManyJobs),
    headers=("Location",),
)
def end_push(call: Call) -> Reply:
    """Opens a job that marks missing scenes and packs the catalogue; its result counts the push."""
    body: PushEnd = call.body
    listed = {kind: getattr(body, kind) for kind in (*KINDS, "scenes")}
    for name, text in listed.items():
        try:
            Ids(text or "")
        except ValueError as error:
            raise InvalidFields("Some ids can't be read.", errors=[FieldError(name, str(error))]) from None
    source = _source(body.source)
    try:
        at = services().pushing.under_way(call.user.id, source)
    except NoSuchPush:
        raise _none(body.source) from None
    if at.since is None and body.scenes is None:
        raise InvalidFields("A whole push ends with all ids.", errors=[FieldError("scenes", "is missing")])
    kept = services().catalogue.keep(call.user.id, json.dumps(listed).encode())
    options = {"pushed": {"source": source, "listed": kept}}
    job = services().intake.start(call.user.id, "scenesync", options, call.made_id, name=f"Push from {body.source}")
    return Reply(JobStarted(job_id=job.id, status=job.state), 202, {"Location": f"/api/jobs/{job.id}"})


def _source(name: str) -> str:
    """Apart from the ids of connections."""
    return f"push:{name}"


def _none(source: str) -> NoPush:
    return NoPush(f"No push from {source} is under way.")


def _answer(source: str, at: Progress) -> PushAnswer:
    return PushAnswer(
        source=source,
        whole=at.since is None,
        updated_after=services().pushing.bound(at),
        behind=at.after,
        created=at.created,
        updated=at.updated,
        skipped=at.skipped,
        failed=at.failed,
    )
