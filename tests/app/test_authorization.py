"""Every route for every caller: without a token, guest, other user, owner, admin, and a key with other scopes.

A route without a row fails. Admins run the installation, which gives them no access to other users' data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.api.framework.routing import Route
from chalicelib.api.subjects import every_route
from chalicelib.catalogue.model import Scene
from chalicelib.catalogue.plans import Change
from chalicelib.jobs.ids import new_id
from chalicelib.webhooks.model import Delivery, DeliveryState, Event
from chalicelib.wiring import services
from tests.app.accounts.people_helpers import PASSWORD, admin, caller, key, login, signed_in
from tests.app.api_world import Answer, Caller, World

ROUTES = every_route()

CALLERS = ("nobody", "guest", "other", "owner", "admin", "key")

NO_FILE = f"{'0' * 26}-00000001"
EVERYBODY = (200,) * 6
SIGNED_IN = (401, 200, 200, 200, 200, 403)
OWNER = (401, 404, 404, 200, 404, 403)
ACCOUNT = (401, 403, 200, 200, 200, 403)
ADMIN = (401, 403, 403, 403, 200, 403)
"""The status for each of CALLERS; 200 stands for the row's own `good`."""


@dataclass(frozen=True)
class Row:
    """good: the status for permitted callers. body: a valid body, or a function that makes one. values: of the path,
    besides those from PLACES. form: sent instead of a body. pipeline: of the job in the path. query: appended to the
    path."""

    statuses: tuple[int, ...]
    body: Any = None
    good: int = 200
    values: dict[str, str] = field(default_factory=dict)
    form: dict[str, Any] | None = None
    pipeline: str = "media"
    query: str = ""


def registration(cast: Cast) -> dict[str, str]:
    name = new_id()
    return {"email": f"{name}@example.com", "username": name, "password": PASSWORD}


def owners_file(cast: Cast) -> dict[str, Any]:
    return {"pipeline": "media", "file_ids": [f"{cast.ready_job}-00000001"]}


def finding(cast: Cast) -> dict[str, Any]:
    return {"job_id": cast.ready_job, "summary": "Fine."}


REDATED = {"changes": [{"files": [f"{'0' * 26}-00000001"], "shift_seconds": 3600}]}
WEBHOOK = {"url": "https://93.184.215.14/hook", "events": ["job.failed"]}
CONNECTION = {"name": "Home", "url": "https://93.184.215.14/graphql", "key": "a-key"}
SCHEDULE = {"name": "Nightly", "pipeline": "media", "path": "import/trip/", "cron": "0 3 * * *"}
PASSWORDS = {"current_password": PASSWORD, "new_password": PASSWORD}

ROWS: dict[tuple[str, str], Row] = {
    ("GET", "/health"): Row(EVERYBODY),
    ("POST", "/auth/guest"): Row(EVERYBODY, good=201),
    ("POST", "/auth/register"): Row(EVERYBODY, registration, 201),
    ("POST", "/auth/login"): Row(EVERYBODY, {"email": "other@example.com", "password": PASSWORD}),
    ("POST", "/auth/refresh"): Row((401,) * 6, {"refresh_token": "no token"}),
    ("POST", "/auth/logout"): Row(SIGNED_IN, good=204),
    ("GET", "/auth/me"): Row(SIGNED_IN),
    ("PATCH", "/auth/me"): Row(ACCOUNT, {}),
    ("POST", "/auth/password"): Row(ACCOUNT, PASSWORDS),
    ("POST", "/live/ticket"): Row(SIGNED_IN, good=201),
    ("GET", "/auth/keys"): Row(ACCOUNT),
    ("POST", "/auth/keys"): Row(ACCOUNT, {"name": "robot", "scopes": ["read"]}, 201),
    ("DELETE", "/auth/keys/{key_id}"): Row((401, 403, 404, 200, 404, 403), good=204),
    ("GET", "/settings"): Row(ADMIN),
    ("GET", "/settings/{name}"): Row(ADMIN, values={"name": "token_seconds"}),
    ("PUT", "/settings"): Row(ADMIN, {"guest_seconds": None}),
    ("GET", "/audit"): Row(ADMIN),
    ("GET", "/drop-folder/slips"): Row(ADMIN),
    ("GET", "/stats"): Row(SIGNED_IN),
    ("GET", "/guides"): Row(SIGNED_IN),
    ("GET", "/guides/{filename}"): Row(SIGNED_IN, good=302),
    ("GET", "/pipelines"): Row(SIGNED_IN),
    ("GET", "/pipelines/{name}"): Row(SIGNED_IN, values={"name": "media"}),
    ("POST", "/upload"): Row(SIGNED_IN, {"pipeline": "media", "files": [{"filename": "a.jpg", "size": 1}]}, 201),
    ("POST", "/import-path"): Row(ACCOUNT, {"pipeline": "media", "path": "s3://millrace/import/x/"}, 202),
    ("GET", "/import-folders"): Row(ACCOUNT),
    ("GET", "/import-folders/count"): Row(ACCOUNT, query="?path=s3://millrace/import/x/"),
    ("GET", "/import-folders/ways"): Row(ACCOUNT),
    ("GET", "/jobs"): Row(SIGNED_IN),
    ("GET", "/jobs/{job_id}"): Row(OWNER),
    ("GET", "/status/{job_id}"): Row(OWNER),
    ("POST", "/jobs/{job_id}/control"): Row(OWNER, {"action": "cancel"}),
    ("POST", "/jobs/{job_id}/retry"): Row(OWNER, good=400),
    ("POST", "/jobs/{job_id}/files"): Row(OWNER, {"files": [{"filename": "b.jpg", "size": 1}]}, 201),
    ("GET", "/jobs/{job_id}/files"): Row(OWNER),
    ("DELETE", "/jobs/{job_id}/files/{file_id}"): Row(OWNER, good=204),
    ("POST", "/jobs/{job_id}/files/{file_id}/upload"): Row(OWNER),
    ("POST", "/jobs/{job_id}/files/{file_id}/parts"): Row(OWNER, {"part_numbers": [1]}),
    ("GET", "/jobs/{job_id}/files/{file_id}/parts"): Row(OWNER),
    ("POST", "/jobs/{job_id}/files/{file_id}/complete"): Row(
        OWNER, {"parts": [{"part_number": 1, "etag": "x"}]}, good=400
    ),
    ("DELETE", "/jobs/{job_id}/files/{file_id}/parts"): Row(OWNER, good=204),
    ("GET", "/jobs/{job_id}/duplicates"): Row(OWNER),
    ("PATCH", "/jobs/{job_id}/duplicates"): Row(OWNER, {"keep_best": "all"}, good=400),
    ("PATCH", "/jobs/{job_id}/dates"): Row(OWNER, REDATED, good=400),
    ("POST", "/jobs/{job_id}/remake"): Row(OWNER, {}, good=400),
    ("GET", "/jobs/{job_id}/tree"): Row(OWNER),
    ("GET", "/bin"): Row(SIGNED_IN),
    ("GET", "/bin/files"): Row(SIGNED_IN),
    ("POST", "/bin/files"): Row(OWNER, lambda cast: {"file_ids": [f"{cast.ready_job}-00000001"]}),
    ("POST", "/bin/files/restore"): Row(OWNER, lambda cast: {"file_ids": [f"{cast.ready_job}-00000001"]}),
    ("POST", "/jobs/{job_id}/bin"): Row(OWNER),
    ("POST", "/jobs/{job_id}/restore"): Row(OWNER),
    ("GET", "/jobs/{job_id}/artifacts"): Row(OWNER),
    ("POST", "/jobs"): Row(OWNER, owners_file, 201),
    ("PATCH", "/jobs/{job_id}"): Row(OWNER, {"name": "other"}),
    ("DELETE", "/jobs/{job_id}"): Row(OWNER, good=204),
    ("GET", "/files"): Row(SIGNED_IN),
    ("GET", "/files/{file_id}"): Row(OWNER),
    ("GET", "/files/{file_id}/original"): Row(OWNER, good=409),  # the file has not arrived
    ("GET", "/files/{file_id}/thumbnail"): Row(OWNER, good=404),  # likewise
    ("PATCH", "/files/{file_id}"): Row(OWNER, {"title": "A"}),
    ("DELETE", "/files/{file_id}"): Row(OWNER, good=409),  # its job is not finished
    ("POST", "/archives"): Row(OWNER, lambda cast: {"file_ids": [f"{cast.ready_job}-00000001"]}, 202),
    ("POST", "/archives/estimate"): Row(OWNER, lambda cast: {"file_ids": [f"{cast.ready_job}-00000001"]}),
    ("GET", "/archives"): Row(SIGNED_IN),
    ("GET", "/archives/{archive_id}"): Row(OWNER),
    ("DELETE", "/archives/{archive_id}"): Row(OWNER, good=204),
    ("POST", "/shares"): Row(OWNER, lambda cast: {"job_id": cast.ready_job}, 201),
    ("GET", "/shares"): Row(SIGNED_IN),
    ("GET", "/shares/{share_id}"): Row(OWNER),
    ("DELETE", "/shares/{share_id}"): Row(OWNER, good=204),
    ("GET", "/shared/{token}"): Row(EVERYBODY),
    ("GET", "/shared/{token}/files"): Row(EVERYBODY),
    ("POST", "/shared/{token}/unlock"): Row(EVERYBODY, {"password": "any"}),  # it has no password
    ("POST", "/shared/{token}/downloads"): Row(EVERYBODY, {"zip": "complete"}),
    # This share shows a job, and collects nothing.
    ("POST", "/shared/{token}/files"): Row(EVERYBODY, {"files": [{"filename": "a.jpg", "size": 1}]}, 404),
    ("GET", "/shared/{token}/given"): Row(EVERYBODY, good=404, query=f"?file_ids={NO_FILE}"),
    ("POST", "/shared/{token}/files/{file_id}/upload"): Row(EVERYBODY, good=404),
    ("POST", "/shared/{token}/files/{file_id}/parts"): Row(EVERYBODY, {"part_numbers": [1]}, 404),
    ("GET", "/shared/{token}/files/{file_id}/parts"): Row(EVERYBODY, good=404),
    ("POST", "/shared/{token}/files/{file_id}/complete"): Row(
        EVERYBODY, {"parts": [{"part_number": 1, "etag": "x"}]}, 404
    ),
    ("POST", "/images"): Row(SIGNED_IN, {"files": [{"filename": "a.jpg", "size": 1}]}, 201),
    ("GET", "/images"): Row(SIGNED_IN),
    ("GET", "/images/{file_id}"): Row(OWNER),
    ("PATCH", "/images/{file_id}"): Row(OWNER, {"title": "A"}),
    ("DELETE", "/images/{file_id}"): Row(OWNER, good=409),  # its job is not finished
    ("POST", "/detect/card"): Row(OWNER, lambda cast: {"file_id": f"{cast.ready_job}-00000001"}, 201),
    ("POST", "/correct/colour"): Row(OWNER, lambda cast: {"file_id": f"{cast.ready_job}-00000001"}, 201),
    ("GET", "/pipelines/colour/card.pdf"): Row(SIGNED_IN, good=302),
    ("GET", "/results"): Row(SIGNED_IN),
    ("POST", "/results"): Row(ADMIN, finding, 201),
    ("GET", "/results/{result_id}"): Row(OWNER),
    ("PATCH", "/results/{result_id}"): Row(OWNER, {"summary": "Other."}),
    ("DELETE", "/results/{result_id}"): Row(OWNER, good=204),
    ("POST", "/webhooks"): Row(SIGNED_IN, WEBHOOK, 201),
    ("GET", "/webhooks"): Row(SIGNED_IN),
    ("GET", "/webhooks/{webhook_id}"): Row(OWNER),
    ("PATCH", "/webhooks/{webhook_id}"): Row(OWNER, {"events": ["job.completed"]}),
    ("DELETE", "/webhooks/{webhook_id}"): Row(OWNER, good=204),
    ("GET", "/webhooks/{webhook_id}/deliveries"): Row(OWNER),
    ("POST", "/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver"): Row(OWNER, good=202),
    ("GET", "/jobs/{job_id}/deliveries"): Row(OWNER),
    ("POST", "/jobs/{job_id}/deliveries/{delivery_id}/redeliver"): Row(OWNER, good=202),
    ("POST", "/connections"): Row(SIGNED_IN, CONNECTION, 201),
    ("GET", "/connections"): Row(SIGNED_IN),
    ("GET", "/connections/{connection_id}"): Row(OWNER),
    ("PATCH", "/connections/{connection_id}"): Row(OWNER, {"name": "Other"}),
    ("DELETE", "/connections/{connection_id}"): Row(OWNER, good=204),
    ("POST", "/settings/test-stash"): Row(SIGNED_IN, {"url": "http://127.0.0.1:9/graphql"}),  # reports a failure
    ("POST", "/settings/test-openai"): Row(SIGNED_IN, {"url": "http://127.0.0.1:9/v1"}),
    ("POST", "/schedules"): Row(ACCOUNT, SCHEDULE, 201),
    ("GET", "/schedules"): Row(SIGNED_IN),
    ("GET", "/schedules/{schedule_id}"): Row(OWNER),
    ("PATCH", "/schedules/{schedule_id}"): Row(OWNER, {"paused": True}),
    ("DELETE", "/schedules/{schedule_id}"): Row(OWNER, good=204),
    ("POST", "/schedules/{schedule_id}/run"): Row(OWNER, good=202),
    ("GET", "/scenes"): Row(SIGNED_IN),
    ("GET", "/scenes/stats"): Row(SIGNED_IN),
    ("GET", "/scenes/{scene_id}"): Row(OWNER),
    ("PATCH", "/scenes/{scene_id}"): Row(OWNER, {"title": "Other"}),
    ("GET", "/scenes/{scene_id}/jobs"): Row(OWNER),
    ("POST", "/scenes/{scene_id}/resync"): Row(OWNER, {"connection_id": "home"}, 400),  # no such connection
    ("POST", "/scenes/sync"): Row(SIGNED_IN, {"connection_id": "home"}, 400),
    ("POST", "/scenes/resync"): Row(SIGNED_IN, {"connection_id": "home", "scene_ids": ["1"]}, 400),
    ("POST", "/scenes/bulk-update"): Row(SIGNED_IN, {"scene_ids": ["1"], "changes": {}}),
    ("POST", "/scenes/add-tags"): Row(SIGNED_IN, {"scene_ids": ["1"], "tag_ids": ["1"]}, 422),  # no such tag
    ("POST", "/scenes/remove-tags"): Row(SIGNED_IN, {"scene_ids": ["1"], "tag_ids": ["1"]}),
    ("POST", "/scenes/push"): Row(SIGNED_IN, {"source": "home"}),
    ("POST", "/scenes/pages"): Row(SIGNED_IN, {"source": "other"}, 400),  # no push is under way
    ("POST", "/scenes/push/end"): Row(SIGNED_IN, {"source": "other", "performers": "", "tags": "", "studios": ""}, 400),
    ("GET", "/performers"): Row(SIGNED_IN),
    ("GET", "/tags"): Row(SIGNED_IN),
    ("GET", "/studios"): Row(SIGNED_IN),
    ("POST", "/analysis/generate"): Row(SIGNED_IN, {"scene_ids": ["1"]}, 202),
    ("GET", "/analysis/plans"): Row(SIGNED_IN),
    ("GET", "/analysis/plans/{plan_id}"): Row(OWNER),
    ("PATCH", "/analysis/changes/{change_id}"): Row(OWNER, {"status": "approved"}),
    ("POST", "/analysis/plans/{plan_id}/bulk-update"): Row(OWNER, {"action": "accept_all"}),
    ("POST", "/analysis/plans/{plan_id}/apply"): Row(OWNER, {}, 202),
    ("POST", "/analysis/plans/{plan_id}/cancel"): Row(OWNER),
    ("POST", "/analysis/plans/{plan_id}/undo"): Row(OWNER, good=400),  # nothing was applied
    ("GET", "/analysis/plans/{plan_id}/costs"): Row(OWNER, good=404),  # no model was asked
    ("GET", "/user-data"): Row(SIGNED_IN),
    ("DELETE", "/user-data"): Row(SIGNED_IN, good=204),
    ("GET", "/user-data/{kind}/{name}"): Row(OWNER),
    ("PUT", "/user-data/{kind}/{name}"): Row(SIGNED_IN, {"text": "one"}, 201, {"kind": "dictionary", "name": "new"}),
    ("DELETE", "/user-data/{kind}/{name}"): Row(OWNER, good=204),
    ("GET", "/dictionaries/{language}"): Row(OWNER),
    ("PUT", "/dictionaries/{language}"): Row(SIGNED_IN, {"text": "zoe\tZ OW IY"}, 201, {"language": "any"}),
    ("GET", "/jobs/{job_id}/missing-words"): Row(OWNER, good=400),  # the job has photos
    ("GET", "/v1/upload/status"): Row(SIGNED_IN),
    ("GET", "/v1/tasks/{task_id}/status"): Row(OWNER, pipeline="speech"),
    ("GET", "/v1/tasks/{task_id}/download/{artifact}"): Row(
        OWNER, good=400, values={"artifact": "complete"}, pipeline="speech"
    ),
    ("GET", "/v1/tasks/{task_id}/missing-words"): Row(OWNER, pipeline="speech"),
    ("GET", "/v1/static/guides/{filename}"): Row(SIGNED_IN, good=302),
    ("GET", "/compat/scenes/jobs"): Row(SIGNED_IN),
    ("GET", "/compat/scenes/jobs/{job_id}"): Row(OWNER, pipeline="sceneanalysis"),
    ("DELETE", "/compat/scenes/jobs/{job_id}"): Row(OWNER, pipeline="sceneanalysis"),
    ("GET", "/compat/scenes/jobs/{job_id}/ws"): Row(OWNER, pipeline="sceneanalysis"),
    ("GET", "/compat/scenes/settings"): Row(SIGNED_IN),
    ("PUT", "/compat/scenes/settings"): Row(SIGNED_IN, {"sync_incremental": True}),
    ("POST", "/compat/scenes/settings/test-stash"): Row(SIGNED_IN, {"url": "http://127.0.0.1:9/"}),
    ("POST", "/compat/scenes/settings/test-openai"): Row(SIGNED_IN, {"base_url": "http://127.0.0.1:9/"}),
    ("GET", "/compat/scenes/scenes"): Row(SIGNED_IN),
    ("GET", "/compat/scenes/scenes/stats/summary"): Row(SIGNED_IN),
    ("GET", "/compat/scenes/scenes/{scene_id}"): Row(OWNER),
    ("POST", "/compat/scenes/scenes/sync"): Row(SIGNED_IN, good=400),  # no server is configured
    ("POST", "/compat/scenes/sync/all"): Row(SIGNED_IN, good=400),
    ("GET", "/compat/scenes/entities/performers"): Row(SIGNED_IN),
    ("GET", "/compat/scenes/entities/tags"): Row(SIGNED_IN),
    ("GET", "/compat/scenes/entities/studios"): Row(SIGNED_IN),
    ("POST", "/compat/colour/images"): Row(SIGNED_IN, good=201, form={"file": ("a.jpg", b"bytes")}),
    ("POST", "/compat/colour/images/batch"): Row(SIGNED_IN, good=201, form={"files": ("a.jpg", b"bytes")}),
    ("GET", "/compat/colour/images"): Row(SIGNED_IN),
    ("GET", "/compat/colour/images/{image_id}"): Row(OWNER),
    ("PATCH", "/compat/colour/images/{image_id}"): Row(OWNER, {"filename": "other.jpg"}),
    ("DELETE", "/compat/colour/images/{image_id}"): Row(OWNER, good=409),  # its job is not finished
    ("POST", "/compat/colour/jobs"): Row(OWNER, lambda cast: {"image_id": f"{cast.ready_job}-00000001"}, 201),
    ("GET", "/compat/colour/jobs"): Row(SIGNED_IN),
    ("GET", "/compat/colour/jobs/{job_id}"): Row(OWNER, pipeline="colour"),
    ("PATCH", "/compat/colour/jobs/{job_id}"): Row(OWNER, {"job_name": "other"}, pipeline="colour"),
    ("DELETE", "/compat/colour/jobs/{job_id}"): Row(OWNER, good=204, pipeline="colour"),
    ("POST", "/compat/colour/results"): Row(ADMIN, lambda cast: {"job_id": cast.ready_job}, 201),
    ("GET", "/compat/colour/results"): Row(SIGNED_IN),
    ("GET", "/compat/colour/results/{result_id}"): Row(OWNER),
    ("PATCH", "/compat/colour/results/{result_id}"): Row(OWNER, {"quality_score": 0.5}),
    ("DELETE", "/compat/colour/results/{result_id}"): Row(OWNER, good=204),
    ("POST", "/compat/colour/auth/signup"): Row(
        EVERYBODY, lambda cast: {"email": f"{new_id()}@example.com", "password": PASSWORD}, 201
    ),
    ("POST", "/compat/colour/auth/signin"): Row(
        EVERYBODY, form={"username": "other@example.com", "password": PASSWORD}
    ),
    ("POST", "/compat/colour/auth/refresh"): Row((401,) * 6, {"refresh_token": "no token"}),
    ("GET", "/compat/colour/auth/me"): Row(SIGNED_IN),
    ("POST", "/compat/colour/auth/logout"): Row(SIGNED_IN),
    ("POST", "/compat/media/upload"): Row(SIGNED_IN, form={"files": ("a.jpg", b"bytes")}),
    ("POST", "/compat/media/import-path"): Row(ACCOUNT, {"path": "import/none/"}, 400),  # the folder is empty
    ("GET", "/compat/media/jobs/{job_id}"): Row(OWNER),
    ("POST", "/compat/media/jobs/{job_id}/control"): Row(OWNER, {"action": "cancel"}),
    ("GET", "/compat/media/jobs/{job_id}/files"): Row(OWNER),
    ("GET", "/compat/media/jobs/{job_id}/duplicates"): Row(OWNER),
    ("POST", "/compat/knee/upload"): Row(SIGNED_IN, good=201, form={"file": ("a.nii", b"\0" * 400)}),
    ("GET", "/compat/knee/status/{job_id}"): Row(OWNER, pipeline="volume"),
    ("GET", "/compat/knee/download/{job_id}"): Row(OWNER, good=400, pipeline="volume"),
    ("GET", "/compat/knee/stats"): Row(SIGNED_IN),
    ("GET", "/compat/knee/health"): Row(EVERYBODY),
    ("GET", "/download/{job_id}"): Row(OWNER, good=400),
    ("GET", "/download/{job_id}/{artifact}"): Row(OWNER, good=400, values={"artifact": "complete"}),
}


@dataclass
class Cast:
    """The callers, created once for all tests; each test creates its own belongings of the owner. ready_job: a job of
    the owner's with an inspected file."""

    world: World
    people: dict[str, Caller]
    keys: dict[str, Caller]
    ready_job: str = ""

    def caller(self, name: str, route: Route) -> Caller:
        """key: a key of the owner's with every scope that users may have, except the route's."""
        if name == "key":
            return self.keys["read" if route.scope == "upload" else "upload" if route.scope == "read" else "both"]
        if name == "guest":
            return self.world.guest()
        if route.path in ENDING and name in self.people and name != "nobody":
            self.people[name] = caller(self.world, login(self.world, f"{name}@example.com"))
        return self.people[name]


ENDING = ("/auth/logout", "/auth/password", "/compat/colour/auth/logout")
"""Routes that end sessions: their callers sign in again, before and after."""

Values = dict[str, str]


def a_job(cast: Cast, values: Values) -> Values:
    pipeline = values["pipeline"]
    if pipeline == "sceneanalysis":
        plan = services().plans.open(cast.people["owner"].id, "September", {})
        chore = services().intake.start(cast.people["owner"].id, pipeline, {"plan_id": plan.id, "scene_ids": ["1"]})
        return {"job_id": chore.id}
    name = {"volume": "a.nii", "speech": "a.wav"}.get(pipeline, "a.jpg")
    job = cast.people["owner"].announce({name: 20}, pipeline=pipeline, more=True)
    assert job.status == 201, job.text
    job_id, file_id = job["job_id"], job["uploads"][0]["file_id"]
    return {"job_id": job_id, "task_id": job_id, "file_id": file_id, "image_id": file_id}


def an_archive(cast: Cast, _: Values) -> Values:
    made = cast.people["owner"].post("/archives", {"job_ids": [cast.ready_job]})
    assert made.status == 202, made.text
    return {"archive_id": made["archive_id"]}


def a_share(cast: Cast, _: Values) -> Values:
    for share in services().shares.all(cast.people["owner"].id):  # their number is limited
        services().shares.revoke(share)
    made = cast.people["owner"].post("/shares", {"job_id": cast.ready_job})
    assert made.status == 201, made.text
    return {"share_id": made["id"], "token": made["path"].rpartition("/")[2]}


def a_key(cast: Cast, _: Values) -> Values:
    made = cast.people["owner"].post("/auth/keys", {"name": "robot", "scopes": ["read"], "expires_in_days": 1})
    assert made.status == 201, made.text
    return {"key_id": made["id"]}


def a_result(cast: Cast, _: Values) -> Values:
    made = cast.people["admin"].post("/results", finding(cast))
    assert made.status == 201, made.text
    return {"result_id": made["id"]}


def a_webhook(cast: Cast, _: Values) -> Values:
    made = cast.people["owner"].post("/webhooks", WEBHOOK)
    assert made.status == 201, made.text
    return {"webhook_id": made["id"]}


def a_delivery(cast: Cast, values: Values) -> Values:
    now = cast.world.clock()
    event = Event(id=f"{new_id()}.failed", type="job.failed", owner_id=cast.people["owner"].id, at=now, data={})
    endpoint = values.get("webhook_id") or values["job_id"]
    delivery = Delivery(endpoint, event, WEBHOOK["url"], "secret", DeliveryState.FAILED)
    services().jobs.webhooks.add_delivery(delivery, now + timedelta(days=1))
    return {"delivery_id": delivery.id}


def a_guide(cast: Cast, _: Values) -> Values:
    cast.world.put_guides()
    return {"filename": "first-steps.html"}


def a_connection(cast: Cast, _: Values) -> Values:
    made = cast.people["owner"].post("/connections", CONNECTION)
    assert made.status == 201, made.text
    return {"connection_id": made["id"]}


def a_schedule(cast: Cast, _: Values) -> Values:
    made = cast.people["owner"].post("/schedules", SCHEDULE)
    assert made.status == 201, made.text
    return {"schedule_id": made["id"]}


def a_scene(cast: Cast, _: Values) -> Values:
    services().catalogue.take_in(cast.people["owner"].id, [Scene("71", "home", digest=new_id())])
    return {"scene_id": "71"}


def a_plan(cast: Cast, _: Values) -> Values:
    owner = cast.people["owner"].id
    plan = services().plans.open(owner, "September", {})
    change = Change("71-0", "71", "date", "set", "2009", 0.9, "it stands there")
    services().plans.fill(plan.id, [("71", [change])])
    services().plans.filled(owner, plan.id)
    return {"plan_id": plan.id, "change_id": f"{plan.id}.{change.id}"}


def a_datum(cast: Cast, _: Values) -> Values:
    values = {"kind": "dictionary", "name": new_id()}
    made = cast.people["owner"].call("PUT", "/user-data/{kind}/{name}".format(**values), {"text": "one"})
    assert made.status == 201, made.text
    return values


def a_dictionary(cast: Cast, _: Values) -> Values:
    made = cast.people["owner"].call("PUT", "/dictionaries/en_US", {"text": "zoe\tZ OW IY"})
    assert made.status in (200, 201), made.text
    return {"language": "en_US"}


PLACES: dict[str, Callable[[Cast, Values], Values]] = {
    "job_id": a_job,
    "task_id": a_job,
    "file_id": a_job,
    "image_id": a_job,
    "archive_id": an_archive,
    "share_id": a_share,
    "token": a_share,
    "key_id": a_key,
    "result_id": a_result,
    "webhook_id": a_webhook,
    "delivery_id": a_delivery,
    "filename": a_guide,
    "schedule_id": a_schedule,
    "connection_id": a_connection,
    "scene_id": a_scene,
    "plan_id": a_plan,
    "change_id": a_plan,
    "kind": a_datum,
    "language": a_dictionary,
}
"""Functions that create the thing in a path for the owner; the later things belong to the earlier ones."""


@pytest.fixture(scope="module")
def people(shared_world: World, photo: bytes) -> Cast:
    world = shared_world
    owner = signed_in(world, "owner@example.com")
    cast = {
        "nobody": world.nobody,
        "other": signed_in(world, "other@example.com"),
        "owner": owner,
        "admin": admin(world),
    }
    keys = {"read": key(owner, "read"), "upload": key(owner, "upload"), "both": key(owner, "read", "upload")}
    job_id = owner.upload({"a.jpg": photo})
    world.deliver()
    world.put_guides()
    return Cast(world, cast, keys, job_id)


@pytest.fixture
def cast(people: Cast, world: World) -> Cast:
    world.configure(LIMIT_MULTIPART_FROM="10", LIMIT_ACTIVE_JOBS="100000")
    for name in ("owner", "other", "admin"):  # the remains of earlier tests count towards limits
        for endpoint in services().jobs.webhooks.endpoints(people.people[name].id):
            services().jobs.webhooks.delete_endpoint(endpoint)
        for connection in services().connection_table.connections(people.people[name].id):
            services().connection_table.delete_connection(connection)
        for schedule in services().schedule_table.schedules(people.people[name].id):
            services().schedule_table.delete_schedule(schedule)
    return people


def filled(route: Route, values: dict[str, str]) -> str:
    return route.path.format(**values) + ROWS[route.method, route.path].query


def things(cast: Cast, route: Route) -> dict[str, str]:
    values = dict(ROWS[route.method, route.path].values)
    for name, make in PLACES.items():
        if "{" + name + "}" in route.path and name not in values:
            values |= make(cast, values | {"pipeline": ROWS[route.method, route.path].pipeline})
    return values


each_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")


@each_route
def test_every_route_has_a_row(route: Route) -> None:
    assert (route.method, route.path) in ROWS, "ROWS must say who may call it"
    row = ROWS[route.method, route.path]
    assert route.open == (route.scope is None) == (row.statuses[0] == row.statuses[3])


def test_every_row_has_a_route() -> None:
    assert set(ROWS) == {(route.method, route.path) for route in ROUTES}


@pytest.mark.parametrize("name", CALLERS)
@each_route
def test_each_caller_gets_what_is_theirs_and_no_more(cast: Cast, route: Route, name: str) -> None:
    row = ROWS[route.method, route.path]
    by, values, body = (
        cast.caller(name, route),
        things(cast, route),
        row.body(cast) if callable(row.body) else row.body,
    )
    before = state(cast, values)
    # As problems, whose codes are the same in all dialects.
    kind = {"accept": "application/problem+json"} if route.dialect else {}
    answer = (
        by.form(route.method, filled(route, values), row.form, **kind)
        if row.form
        else by.call(route.method, filled(route, values), body, **kind)
    )
    wanted = row.statuses[CALLERS.index(name)]
    if wanted == 200:
        assert answer.status == row.good, answer.text
        cast.caller(name, route)
        return
    assert answer.status == wanted, answer.text
    assert state(cast, values) == before
    if wanted == 403:
        assert answer["code"] in ("forbidden", "guest_may_not")
    elif wanted == 404:
        elsewhere = new_id()
        unknown = dict.fromkeys(values, elsewhere) | row.values
        if "file_id" in values:
            unknown["file_id"] = unknown["image_id"] = f"{elsewhere}-00000001"
        other = by.call(route.method, filled(route, unknown), body, **kind)
        assert content(other) == content(answer), "an unknown id must get the same answer"


def state(cast: Cast, values: dict[str, str]) -> Any:
    """The state that a refused call must not change: the owner's account, and the job."""
    items = cast.world.items
    job = items("jobs", f"JOB#{values['job_id']}") if "job_id" in values else []
    return job, items("accounts", f"USER#{cast.people['owner'].id}"), items("accounts", "SETTINGS")


def content(answer: Answer) -> dict[str, Any]:
    return {name: value for name, value in answer.json.items() if name != "request_id"}
