"""The examples of docs/api.md and of the OpenAPI document, from answers of the real app.

`python -m tests.app.api_examples` rewrites them. Values that differ from run to run (ids, times, signatures, sizes of
encoded files) are replaced by fixed values of the same form.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from chalicelib.api.framework import openapi
from chalicelib.catalogue.ai.client import ModelServer
from chalicelib.catalogue.model import Entity, Scene, SceneFile
from chalicelib.catalogue.ports import Entities
from chalicelib.catalogue.remote import Response
from chalicelib.catalogue.stash.client import Stash
from chalicelib.jobs.ids import ALPHABET, new_id
from chalicelib.webhooks.model import Delivery, DeliveryState, Event
from chalicelib.wiring import services
from chalicelib.wiring.catalogue import CatalogueServices
from infra.local.samples import make_samples
from tests.app.accounts.people_helpers import PASSWORD, admin
from tests.app.api_world import Answer, Caller, World, key_of
from tests.app.conftest import begin
from tests.catalogue.stash_server import KEY, StashServer
from tests.pipelines.speech.speech_world import spoken
from tests.pipelines.volume.volume_world import affine_of, nifti, small_labels

ROUTES = openapi.OWN

DOCS = Path(__file__).parents[2] / "docs" / "api.md"
DESCRIBED = openapi.EXAMPLES
BLOCK = re.compile(r"<!-- example: (?P<name>[^>]+?) -->\n```http\n(?P<text>.*?)\n?```", re.DOTALL)
TABLE = re.compile(r"<!-- routes -->\n.*?<!-- end of routes -->", re.DOTALL)
SHOWN_HEADERS = ("location", "retry-after", "etag", "idempotency-replayed", "link")
SHORT, WIDTH = 2, 100
ID = re.compile(rf"\b[{ALPHABET}]{{26}}\b")
MEASURED: dict[str, Any] = {
    "size_bytes": 248891,
    "result_size_bytes": 248891,
    "latency_ms": 3.1,
    "elapsed_seconds": 1.2,
    "processing_time_seconds": 4.2,
    "average_processing_time_seconds": 4.2,
    "quality_score": 0.9,
    "uptime_hours": 0.0,
    "stored_bytes": 18304219,
    "duration_seconds": 2.0,
    "size": 30520,
}


class Examples:
    """Sends requests and records them with their answers; ids are replaced by numbers."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.values: dict[str, dict[str, Any]] = {}
        self._ids: dict[str, str] = {}

    def show(
        self,
        route: str,
        caller: Caller,
        path: str | None = None,
        body: Any = None,
        form: Mapping[str, Any] | None = None,
        **headers: str,
    ) -> Answer:
        """route: the registered route (`POST /upload`), which names the example. path: with values. form: sent
        instead of a body, and not recorded."""
        method, _, template = route.partition(" ")
        path = path or template
        answer = caller.form(method, path, form, **headers) if form else caller.call(method, path, body, **headers)
        assert answer.status < 400, f"{route}: {answer.text}"
        lines = [f"{method} /api{path}"]
        lines += [f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items()]
        lines += ["", self._json(body)] if body is not None else []
        lines += ["", f"{answer.status} {HTTPStatus(answer.status).phrase}"]
        lines += [f"{name.title()}: {answer.headers[name]}" for name in SHOWN_HEADERS if name in answer.headers]
        lines += ["", self._json(answer.json)] if answer.text else []
        self.texts[route] = self._steady("\n".join(lines))
        self.values[route] = self._described(template, path, body, answer)
        return answer

    def _described(self, template: str, path: str, body: Any, answer: Answer) -> dict[str, Any]:
        """The example as chalicelib.api.framework.openapi reads it: uncut, so that it has the described shape."""
        place, query = urlsplit(path).path, urlsplit(path).query
        values = re.fullmatch(re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", template), place)
        assert values is not None
        found: dict[str, Any] = {"path": values.groupdict(), "query": dict(parse_qsl(query))}
        found |= {"body": _short(body, whole=True)} if body is not None else {}
        found |= {"status": answer.status} | ({"answer": _short(answer.json, whole=True)} if answer.text else {})
        described: dict[str, Any] = json.loads(self._steady(json.dumps(found, ensure_ascii=False)))
        return described

    def _json(self, value: Any) -> str:
        return _laid_out(_short(value))

    def _steady(self, text: str) -> str:
        text = ID.sub(self._id, text)
        text = re.sub(r"\?X-Amz-[^\"\s]*|\?(uploadId|response-)[^\"\s]*", "?X-Amz-…", text)
        text = re.sub(r'("ticket": ")[\w-]{43}', r"\g<1>Zm9yIG9uZSBzb2NrZXQsIGZvciBhIG1pbnV0ZSwgb25jZSE", text)
        text = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3,6}Z", "2026-01-15T09:30:00.000Z", text)
        text = re.sub(r'("date": ")\d{4}-\d\d-\d\d', r"\g<1>2026-01-15", text)
        text = re.sub(
            r"(media|colour|speech|volume|job|Nightly|scenesync) 20\d\d-\d\d-\d\d \d\d:\d\d",
            r"\1 2026-01-15 09:30",
            text,
        )
        text = re.sub(r"/shared/[A-Za-z0-9_-]{22}", "/shared/kq3FvJ0c8mSx2bTn7RwYdA", text)
        text = re.sub(r'("token": ")[A-Za-z0-9_-]{22}"', r'\g<1>kq3FvJ0c8mSx2bTn7RwYdA"', text)
        text = re.sub(r"\b\d{10}\.[0-9a-f]{64}\b", "1768512600.5eb63bbb…", text)
        text = re.sub(r"\b[0-9a-f]{32}\.[0-9a-f]{64}\b", "5f1d7a84….9f86d081…", text)
        text = re.sub(r'("milliseconds": )\d+', r"\g<1>42", text)
        text = re.sub(r'("Content-Length": ")(?!16777216)\d+', r"\g<1>30520", text)
        text = re.sub(r'("hint": ")[^"]+', r"\g<1>a1b2", text)
        text = re.sub(r'("phash": ")[0-9a-f]{16}', r"\g<1>40a8a2b292121425", text)
        text = re.sub(r'("(?:file_hash_)?sha256": ")[0-9a-f]{64}', r"\g<1>9f86d081…", text)
        text = re.sub(r'((?:Etag|If-Match): ")01kexamp1e[0-9]{16}', r"\g<1>5eb63bbb…", text)
        text = re.sub(r'(Etag: "|"etag": ")[0-9a-f]{32}(-[0-9a-f]{32})?', r"\g<1>5eb63bbb…", text)
        return re.sub(r'("(?:access_token|refresh_token|key|secret)": ")[^"]{20,}', r"\g<1>…", text)

    def _id(self, match: re.Match[str]) -> str:
        number = len(self._ids)
        return self._ids.setdefault(match[0], f"01kexamp1e{number:016d}")


def _laid_out(value: Any, indent: str = "") -> str:
    """JSON in which every value that fits on one line takes one line."""
    plain = json.dumps(value, ensure_ascii=False)
    if len(indent) + len(plain) <= WIDTH or not isinstance(value, dict | list):
        return plain
    deeper = indent + "  "
    if isinstance(value, list):
        inner = [deeper + _laid_out(item, deeper) for item in value]
    else:
        inner = [f"{deeper}{json.dumps(name)}: {_laid_out(item, deeper)}" for name, item in value.items()]
    opening, closing = ("[", "]") if isinstance(value, list) else ("{", "}")
    return "\n".join([opening, ",\n".join(inner), indent + closing])


def _measured(name: str, value: float) -> float:
    """The fixed value of a measurement; an integer where the other systems have integers."""
    found = MEASURED.get(name, value)
    return int(found) if type(value) is int and name.endswith(("_seconds", "_hours")) else found


def _short(value: Any, whole: bool = False) -> Any:
    """Cuts long lists and schemas, and fixes measured values. whole: schemas stay uncut, and cuts of lists unmarked."""
    if isinstance(value, list):
        return [_short(item, whole) for item in value[:SHORT]] + ["…"] * (len(value) > SHORT and not whole)
    if isinstance(value, dict):
        found = {
            name: _measured(name, inner) if isinstance(inner, int | float) else _short(inner, whole)
            for name, inner in value.items()
        }
        if "properties" in found and not whole:
            first = next(iter(found["properties"].items()))
            found["properties"] = {first[0]: first[1], "…": {}}
        return found
    return value


def record(world: World) -> Examples:
    """All examples, by route."""
    examples = Examples()
    show = examples.show
    with tempfile.TemporaryDirectory() as folder:
        samples = {path.name: path.read_bytes() for path in make_samples(Path(folder))}
    boss = admin(world)
    ann = _account(examples, world)
    show("POST /auth/guest", world.nobody)
    show("GET /health", world.nobody)
    show("GET /pipelines", ann)
    show("GET /pipelines/{name}", ann, "/pipelines/media")

    job_id = _upload(examples, world, ann, samples)
    show("GET /status/{job_id}", ann, f"/status/{job_id}")
    show("POST /live/ticket", ann)
    show("GET /jobs/{job_id}", ann, f"/jobs/{job_id}")
    show("GET /jobs", ann, "/jobs?status=completed,running&limit=2")
    show("GET /jobs/{job_id}/files", ann, f"/jobs/{job_id}/files?confidence=high,medium&per_page=1")
    show("GET /jobs/{job_id}/duplicates", ann, f"/jobs/{job_id}/duplicates?kind=exact")
    show("GET /jobs/{job_id}/tree", ann, f"/jobs/{job_id}/tree?layout=year&per_page=2")
    show("GET /download/{job_id}", ann, f"/download/{job_id}")
    show("GET /jobs/{job_id}/artifacts", ann, f"/jobs/{job_id}/artifacts")
    show("GET /download/{job_id}/{artifact}", ann, f"/download/{job_id}/complete", accept="application/json")
    show("POST /jobs/{job_id}/retry", ann, f"/jobs/{job_id}/retry")
    world.deliver()
    _corrections(examples, ann, job_id)
    world.deliver()
    _parts(examples, world, ann)
    world.s3.put_object(Bucket="millrace", Key="import/trip/a.jpg", Body=samples["harbour.jpg"])
    show("GET /import-folders", ann, "/import-folders?path=import/")
    show("GET /import-folders/count", ann, "/import-folders/count?path=import/trip/")
    show("GET /import-folders/ways", ann)
    show("POST /import-path", ann, body={"path": "import/trip/", "pipeline": "media", "name": "Trip"})
    world.deliver()
    _library(examples, boss, ann, job_id)
    _webhooks(examples, world, ann, job_id)
    _connections(examples, ann)
    _schedules(examples, ann)
    _scenes(examples, world, ann)
    _user_data(examples, ann)
    _speech(examples, world, ann)
    world.put_guides()
    show("GET /guides", ann)
    show("GET /guides/{filename}", ann, "/guides/first-steps.html", accept="application/json")
    _colour(examples, world, ann, samples["harbour.jpg"])
    show("GET /stats", ann)
    show("PUT /settings", boss, body={"guest_seconds": 604800})
    show("GET /settings/{name}", boss, "/settings/guest_seconds")
    show("GET /settings", boss)
    show("GET /audit", boss)
    world.s3.put_object(Bucket="millrace", Key="drop/meda/2026-11-21/a.jpg", Body=b"a slip")
    world.s3.put_object(Bucket="millrace", Key="drop/media/a.jpg", Body=b"another")
    show("GET /drop-folder/slips", boss)
    compat_examples(examples, world, ann, boss, samples)
    show("DELETE /jobs/{job_id}", ann, f"/jobs/{job_id}")
    show("POST /auth/logout", ann)
    return examples


def _account(examples: Examples, world: World) -> Caller:
    ann = {"email": "ann@example.com", "username": "ann", "password": PASSWORD}
    examples.show("POST /auth/register", world.nobody, body=ann)
    login = {"email": ann["email"], "password": PASSWORD}
    signed_in = examples.show("POST /auth/login", world.nobody, body=login)
    fresh = examples.show("POST /auth/refresh", world.nobody, body={"refresh_token": signed_in["refresh_token"]})
    caller = Caller(world, fresh["access_token"], fresh["user_id"])
    examples.show("GET /auth/me", caller)
    examples.show("PATCH /auth/me", caller, body={"username": "ann.b"})
    made = examples.show("POST /auth/keys", caller, body={"name": "scanner", "scopes": ["read", "upload"]})
    examples.show("GET /auth/keys", caller)
    examples.show("DELETE /auth/keys/{key_id}", caller, f"/auth/keys/{made['id']}")
    changed = {"current_password": PASSWORD, "new_password": "four grey herons"}
    again = examples.show("POST /auth/password", caller, body=changed)
    return Caller(world, again["access_token"], again["user_id"])


def _upload(examples: Examples, world: World, ann: Caller, samples: dict[str, bytes]) -> str:
    names = list(samples)
    files = [
        {"filename": names[0], "size": len(samples[names[0]]), "content_type": "image/jpeg"},
    ]
    body = {
        "pipeline": "media",
        "name": "Summer",
        "options": {"timezone": "Europe/Paris"},
        "files": files,
        "more": True,
    }
    opened = examples.show("POST /upload", ann, body=body, idempotency_key="7c9e6679")
    job_id = str(opened["job_id"])
    world.send(opened["uploads"][0], samples[names[0]])
    path = f"/jobs/{job_id}/files"
    more = {"files": [{"filename": names[1], "size": len(samples[names[1]])}], "more": True}
    added = examples.show("POST /jobs/{job_id}/files", ann, path, more)
    again = f"{path}/{added['uploads'][0]['file_id']}/upload"
    world.send(examples.show("POST /jobs/{job_id}/files/{file_id}/upload", ann, again)["uploads"][0], samples[names[1]])
    rest = [{"filename": name, "size": len(samples[name])} for name in names[2:]]
    last = ann.post(path, {"files": rest})
    for target, name in zip(last["uploads"], names[2:], strict=True):
        world.send(target, samples[name])
    world.deliver("inspect-media")
    examples.show("POST /jobs/{job_id}/control", ann, f"/jobs/{job_id}/control", {"action": "pause"})
    ann.post(f"/jobs/{job_id}/control", {"action": "resume"})
    world.deliver()
    return job_id


def _parts(examples: Examples, world: World, ann: Caller) -> None:
    size = 64 * 1024 * 1024
    job = ann.announce({"film.mp4": size})
    path = f"/jobs/{job['job_id']}/files/{job['uploads'][0]['file_id']}"
    route = "/jobs/{job_id}/files/{file_id}"
    numbers = [1]
    parts = examples.show(f"POST {route}/parts", ann, f"{path}/parts", {"part_numbers": numbers})["parts"]
    examples.show(f"GET {route}/parts", ann, f"{path}/parts")
    examples.show(f"DELETE {route}/parts", ann, f"{path}/parts")
    assert key_of(parts[0]["url"])
    examples.show(f"DELETE {route}", ann, path)
    with pytest.MonkeyPatch.context() as patch:
        world.patch = patch
        world.configure(LIMIT_MULTIPART_FROM="10")
        job = ann.announce({"clip.mp4": 10})
        path = f"/jobs/{job['job_id']}/files/{job['uploads'][0]['file_id']}"
        [part] = ann.post(f"{path}/parts", {"part_numbers": [1]})["parts"]
        world.send(part, b"ten bytes!")
        [stored] = ann.get(f"{path}/parts")["parts"]
        done = {"parts": [{"part_number": 1, "etag": stored["etag"]}]}
        examples.show(f"POST {route}/complete", ann, f"{path}/complete", done)
    services.cache_clear()


def _corrections(examples: Examples, ann: Caller, job_id: str) -> None:
    show = examples.show
    first, second = f"{job_id}-00000001", f"{job_id}-00000002"
    dropped = {"changes": [{"files": [second], "choice": "drop"}]}
    show("PATCH /jobs/{job_id}/duplicates", ann, f"/jobs/{job_id}/duplicates", dropped)
    shifted = {"changes": [{"files": [first], "shift_seconds": 3600, "timezone": "Europe/Paris"}]}
    show("PATCH /jobs/{job_id}/dates", ann, f"/jobs/{job_id}/dates", shifted)
    show("POST /jobs/{job_id}/remake", ann, f"/jobs/{job_id}/remake", {"layout": "year"})


def _library(examples: Examples, boss: Caller, ann: Caller, job_id: str) -> None:
    show = examples.show
    file_id = f"{job_id}-00000001"
    show("PATCH /files/{file_id}", ann, f"/files/{file_id}", {"title": "The harbour", "tags": ["sea"]})
    show("GET /files/{file_id}", ann, f"/files/{file_id}")
    show("GET /files/{file_id}/original", ann, f"/files/{file_id}/original?inline=true", accept="application/json")
    show("GET /files/{file_id}/thumbnail", ann, f"/files/{file_id}/thumbnail", accept="application/json")
    show("GET /files", ann, "/files?search=harbour&per_page=1")
    _archives(examples, ann, job_id)
    _shares(examples, ann, job_id)
    made = show("POST /jobs", ann, body={"pipeline": "media", "file_ids": [file_id]})
    ann.world.deliver()
    show("PATCH /jobs/{job_id}", ann, f"/jobs/{made['id']}", {"name": "Once more"})
    show("POST /jobs/{job_id}/bin", ann, f"/jobs/{made['id']}/bin")
    show("GET /bin", ann)
    show("POST /jobs/{job_id}/restore", ann, f"/jobs/{made['id']}/restore")
    thrown = {"file_ids": [f"{made['id']}-00000001"]}
    show("POST /bin/files", ann, "/bin/files", thrown)
    show("GET /bin/files", ann)
    show("POST /bin/files/restore", ann, "/bin/files/restore", thrown)
    result = show("POST /results", boss, body={"job_id": job_id, "summary": "All of it is fine.", "quality_score": 0.9})
    show("GET /results", ann, "/results?per_page=1")
    show("GET /results/{result_id}", ann, f"/results/{result['id']}")
    show("PATCH /results/{result_id}", ann, f"/results/{result['id']}", {"summary": "Nearly all of it is fine."})
    show("DELETE /results/{result_id}", ann, f"/results/{result['id']}")
    show("DELETE /files/{file_id}", ann, f"/files/{job_id}-00000004")


def _archives(examples: Examples, ann: Caller, job_id: str) -> None:
    show = examples.show
    chosen = {"file_ids": [f"{job_id}-0000000{number}" for number in (1, 2)], "name": "Best of summer"}
    path = f"/archives/{show('POST /archives', ann, body=chosen)['archive_id']}"
    show("POST /archives/estimate", ann, body=chosen)
    ann.world.deliver()
    show("GET /archives", ann)
    show("GET /archives/{archive_id}", ann, path)
    show("DELETE /archives/{archive_id}", ann, path)


def _shares(examples: Examples, ann: Caller, job_id: str) -> None:
    show, nobody, route = examples.show, ann.world.nobody, "/shared/{token}"
    chosen = {"file_ids": [f"{job_id}-00000001"], "expires_in_days": 30, "password": "open sesame"}
    made = show("POST /shares", ann, body={**chosen, "name": "For Ann's family"})
    _collecting(examples, ann)
    ann.world.deliver()
    path = str(made["path"])
    opened = show(f"POST {route}/unlock", nobody, f"{path}/unlock", {"password": "open sesame"})["share_pass"]
    show(f"GET {route}", nobody, path, x_share_pass=opened)
    show(f"GET {route}/files", nobody, f"{path}/files?per_page=1", x_share_pass=opened)
    show(f"POST {route}/downloads", nobody, f"{path}/downloads", {"zip": "complete"}, x_share_pass=opened)
    show("GET /shares", ann)
    show("GET /shares/{share_id}", ann, f"/shares/{made['id']}")
    show("DELETE /shares/{share_id}", ann, f"/shares/{made['id']}")


def _collecting(examples: Examples, ann: Caller) -> None:
    show, nobody, route = examples.show, ann.world.nobody, "/shared/{token}"
    ann.world.configure(LIMIT_MULTIPART_FROM="1000")
    made = ann.post("/shares", {"kind": "collect", "pipeline": "media", "name": "Our wedding", "file_limit": 200})
    path = str(made["path"])
    files = [{"filename": "toast.jpg", "size": 26}, {"filename": "dance.mp4", "size": 30520}]
    given = show(f"POST {route}/files", nobody, f"{path}/files", {"giver": "Bob", "files": files})
    photo, film = (upload["file_id"] for upload in given["uploads"])
    gift = {"x_share_gift": given["gift"]}
    show(f"POST {route}/files/{{file_id}}/upload", nobody, f"{path}/files/{photo}/upload", **gift)
    parts, wanted = f"{path}/files/{film}/parts", f"{route}/files/{{file_id}}/parts"
    [part] = show(f"POST {wanted}", nobody, parts, {"part_numbers": [1]}, **gift)["parts"]
    etag = requests.put(part["url"], data=b"x" * 30520, headers=part["headers"], timeout=5).headers["etag"].strip('"')
    show(f"GET {wanted}", nobody, parts, **gift)
    done = {"parts": [{"part_number": 1, "etag": etag}]}
    show(f"POST {route}/files/{{file_id}}/complete", nobody, f"{path}/files/{film}/complete", done, **gift)
    show(f"GET {route}/given", nobody, f"{path}/given?file_ids={photo},{film}", **gift)
    ann.call("DELETE", f"/shares/{made['id']}")
    ann.post(f"/jobs/{made['job_id']}/control", {"action": "cancel"})
    ann.world.configure(LIMIT_MULTIPART_FROM=str(64 * 1024**2))


def _colour(examples: Examples, world: World, ann: Caller, picture: bytes) -> None:
    show = examples.show
    files = [{"filename": name, "size": len(picture)} for name in ("harbour.jpg", "card.jpg")]
    sent = show("POST /images", ann, body={"files": files, "options": {"operation": "detect"}})
    for target in sent["uploads"]:
        world.send(target, picture)
    world.deliver()
    file_id, card_id = (target["file_id"] for target in sent["uploads"])
    show("GET /images", ann, "/images?search=harbour&per_page=1")
    show("PATCH /images/{file_id}", ann, f"/images/{file_id}", {"title": "The harbour"})
    show("GET /images/{file_id}", ann, f"/images/{file_id}")
    show("POST /detect/card", ann, body={"file_id": file_id, "options": {"card": "mcc24"}})
    show("POST /correct/colour", ann, body={"file_ids": [file_id], "reference_file_id": card_id})
    world.deliver()
    show("DELETE /images/{file_id}", ann, f"/images/{card_id}")
    show("GET /pipelines/colour/card.pdf", ann, accept="application/json")


def _webhooks(examples: Examples, world: World, ann: Caller, job_id: str) -> None:
    show, url = examples.show, "https://93.184.215.14/hook"
    hook = show("POST /webhooks", ann, body={"url": url, "events": ["job.completed"]})["id"]
    show("GET /webhooks", ann)
    show("GET /webhooks/{webhook_id}", ann, f"/webhooks/{hook}")
    show("PATCH /webhooks/{webhook_id}", ann, f"/webhooks/{hook}", {"events": ["job.completed", "job.failed"]})
    for place, owner in ((f"/webhooks/{hook}", hook), (f"/jobs/{job_id}", job_id)):
        now = world.clock()
        event = Event(id=f"{new_id()}.failed", type="job.failed", owner_id=ann.id, at=now, data={})
        delivery = Delivery(owner, event, url, "secret", DeliveryState.FAILED)
        services().jobs.webhooks.add_delivery(delivery, now + timedelta(days=1))
        route = "/webhooks/{webhook_id}" if owner == hook else "/jobs/{job_id}"
        show(f"GET {route}/deliveries", ann, f"{place}/deliveries")
        sent = f"{place}/deliveries/{delivery.id}/redeliver"
        show(f"POST {route}/deliveries/{{delivery_id}}/redeliver", ann, sent)
    show("DELETE /webhooks/{webhook_id}", ann, f"/webhooks/{hook}")


def _connections(examples: Examples, ann: Caller) -> None:
    show, route = examples.show, "/connections/{connection_id}"
    home = {"name": "Home", "url": "https://93.184.215.14/graphql", "key": "0123456789abcdef"}
    path = f"/connections/{show('POST /connections', ann, body=home)['id']}"
    show("GET /connections", ann)
    show(f"GET {route}", ann, path)
    show(f"PATCH {route}", ann, path, {"name": "At home"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CatalogueServices, "tested_connections", Elsewhere())
        show("POST /settings/test-stash", ann, body={"url": home["url"], "key": home["key"]})
        show("POST /settings/test-openai", ann, body={"connection_id": "mine"})
    show(f"DELETE {route}", ann, path)


def _schedules(examples: Examples, ann: Caller) -> None:
    show, route = examples.show, "/schedules/{schedule_id}"
    nightly = {"name": "Nightly", "pipeline": "media", "path": "import/trip/"}
    nightly |= {"cron": "30 3 * * *", "zone": "Europe/Berlin"}
    path = f"/schedules/{show('POST /schedules', ann, body=nightly)['id']}"
    show(f"POST {route}/run", ann, f"{path}/run")
    ann.world.deliver()
    show(f"GET {route}", ann, path)
    show("GET /schedules", ann)
    show(f"PATCH {route}", ann, path, {"paused": True})
    show(f"DELETE {route}", ann, path)


class Elsewhere:
    """Connections to a server that has one scene, and to a server with a language model."""

    def stash_at(self, url: str, key: str) -> Stash:
        return self.stash("", "")

    def models(self, owner_id: str, connection_id: str) -> ModelServer:
        return self.models_at("", "")

    def models_at(self, url: str, key: str) -> ModelServer:
        listed = {"data": [{"id": "qwen3:8b"}, {"id": "llama3.2:3b"}]}
        content = json.dumps({"tags": [{"key": "t1", "confidence": 0.8}]})
        said = {"choices": [{"message": {"content": content}, "finish_reason": "stop"}]}
        said |= {"usage": {"prompt_tokens": 812, "completion_tokens": 31}}
        answer = Response(200, json.dumps(listed | said).encode())
        return ModelServer(lambda *asked: answer, KEY, lambda seconds: None)

    def stash(self, owner_id: str, connection_id: str) -> Stash:
        server = StashServer()
        for kind, name in (("performers", "Rose Lee"), ("tags", "sea"), ("tags", "lake"), ("studios", "Northlight")):
            server.add(kind, name)
        server.add_scene(id="71", title="Walk", details="<p>One</p><p>Two</p>")
        server.scenes = {"71": next(iter(server.scenes.values()))}
        return Stash(server.send, KEY, lambda seconds: None)


def _scenes(examples: Examples, world: World, ann: Caller) -> None:
    show = examples.show
    rose, lake, studio = Entity("5", "Rose Lee"), Entity("2", "lake"), Entity("9", "Northlight")
    services().catalogue.set_entities(ann.id, Entities((rose,), (lake,), (studio,)))
    files = (SceneFile("/v/Northlight/Rose Lee - Walk 2009-04-17.mp4", duration=600.0, width=1920, height=1080),)
    services().catalogue.take_in(ann.id, [Scene("71", "home", title="Walk", files=files, digest="1")])
    show("GET /scenes", ann, "/scenes?search=walk&organized=false")
    show("GET /scenes/{scene_id}", ann, "/scenes/71")
    show("PATCH /scenes/{scene_id}", ann, "/scenes/71", {"rating100": 80})
    show("GET /scenes/stats", ann)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CatalogueServices, "connections", Elsewhere())
        show("POST /scenes/sync", ann, body={"connection_id": "home"})
        show("POST /scenes/resync", ann, body={"connection_id": "home", "scene_ids": ["71"]})
        show("POST /scenes/{scene_id}/resync", ann, "/scenes/71/resync", {"connection_id": "home"})
        world.deliver()
    show("GET /scenes/{scene_id}/jobs", ann, "/scenes/71/jobs")
    show("POST /scenes/bulk-update", ann, body={"scene_ids": ["71"], "changes": {"analyzed": True}})
    show("POST /scenes/add-tags", ann, body={"scene_ids": ["71"], "tag_ids": ["2"]})
    show("POST /scenes/remove-tags", ann, body={"scene_ids": ["71"], "tag_ids": ["2"]})
    for kind in ("performers", "tags", "studios"):
        show(f"GET /{kind}", ann)
    show("POST /scenes/push", ann, body={"source": "home"})
    page = {"id": "12", "title": "By the lake", "date": "2019-06", "files": [{"path": "/v/lake.mp4"}]}
    show("POST /scenes/pages", ann, body={"source": "home", "scenes": [page], "tags": [{"id": "2", "name": "lake"}]})
    ended = {"source": "home", "scenes": "1-71", "performers": "5", "tags": "2", "studios": "9"}
    show("POST /scenes/push/end", ann, body=ended)
    world.deliver()
    asked = {"filters": {"analyzed": True}, "options": {"detect": ["details"]}, "plan_name": "September"}
    plan = show("POST /analysis/generate", ann, body=asked)["plan_id"]
    world.deliver()
    path = f"/analysis/plans/{plan}"
    show("GET /analysis/plans", ann, "/analysis/plans?status=draft")
    found = show("GET /analysis/plans/{plan_id}", ann, path)
    change = found["items"][0]["changes"][0]["id"]
    show("PATCH /analysis/changes/{change_id}", ann, f"/analysis/changes/{change}", {"status": "approved"})
    everything = {"action": "accept_by_confidence", "confidence": 0.9}
    show("POST /analysis/plans/{plan_id}/bulk-update", ann, f"{path}/bulk-update", everything)
    show("POST /analysis/plans/{plan_id}/apply", ann, f"{path}/apply", {})
    world.deliver()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(vars(services()), "connections", Elsewhere())
        asked = {"scene_ids": ["71"], "options": {"use_ai": True, "ai": {"connection_id": "mine", "model": "qwen3:8b"}}}
        costly = ann.post("/analysis/generate", asked)["plan_id"]
        world.deliver()
        show("GET /analysis/plans/{plan_id}/costs", ann, f"/analysis/plans/{costly}/costs")
    back = show("POST /analysis/plans/{plan_id}/undo", ann, f"{path}/undo")["id"]
    show("POST /analysis/plans/{plan_id}/cancel", ann, f"/analysis/plans/{back}/cancel")


def _speech(examples: Examples, world: World, ann: Caller) -> None:
    show, path = examples.show, "/dictionaries/en_US"
    files = {"nobody.wav": spoken("nobody"), "nobody.lab": b"nobady told me that"}
    job_id = ann.upload(files, pipeline="speech", options={"on_missing": "stop"})
    world.deliver()
    show("GET /jobs/{job_id}/missing-words", ann, f"/jobs/{job_id}/missing-words")
    show("PUT /dictionaries/{language}", ann, path, {"text": "nobady\tN OW B AA D IY\n", "mode": "append"})
    show("GET /dictionaries/{language}", ann, path)


def compat_examples(examples: Examples, world: World, ann: Caller, boss: Caller, samples: Mapping[str, bytes]) -> None:
    """Records the examples of the other systems' APIs."""
    _compat_speech(examples, world, ann)
    _compat_knee(examples, world, ann)
    _compat_media(examples, world, ann, samples["harbour.jpg"])
    _compat_scenes(examples, world, ann)
    _compat_colour(examples, world, boss, samples["harbour.jpg"])


def _compat_scenes(examples: Examples, world: World, ann: Caller) -> None:
    show, base = examples.show, "/compat/scenes"
    home = {"stash_url": "https://93.184.215.14/graphql", "stash_api_key": "0123456789abcdef"}
    show("PUT /compat/scenes/settings", ann, body=home)
    show("GET /compat/scenes/settings", ann)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CatalogueServices, "connections", Elsewhere())
        patch.setattr(CatalogueServices, "tested_connections", Elsewhere())
        show("POST /compat/scenes/settings/test-stash", ann, body={})
        show("POST /compat/scenes/settings/test-openai", ann, body={"model": "qwen3:8b"})
        job = show("POST /compat/scenes/scenes/sync", ann, f"{base}/scenes/sync?incremental=true")["job_id"]
        show("GET /compat/scenes/jobs/{job_id}/ws", ann, f"{base}/jobs/{job}/ws")
        show("DELETE /compat/scenes/jobs/{job_id}", ann, f"{base}/jobs/{job}")
        show("POST /compat/scenes/sync/all", ann, f"{base}/sync/all?force=true")
        world.deliver()
    show("GET /compat/scenes/jobs", ann, f"{base}/jobs?status=cancelled&job_type=scene_sync&limit=1")
    show("GET /compat/scenes/jobs/{job_id}", ann, f"{base}/jobs/{job}")
    show("GET /compat/scenes/scenes", ann, f"{base}/scenes?search=walk&per_page=1")
    show("GET /compat/scenes/scenes/{scene_id}", ann, f"{base}/scenes/71")
    show("GET /compat/scenes/scenes/stats/summary", ann)
    for kind in ("performers", "tags", "studios"):
        show(f"GET /compat/scenes/entities/{kind}", ann)


def _compat_colour(examples: Examples, world: World, boss: Caller, picture: bytes) -> None:
    show, base = examples.show, "/compat/colour"
    who = {"email": "eve@example.com", "password": PASSWORD, "full_name": "Eve Green"}
    show("POST /compat/colour/auth/signup", world.nobody, body=who)
    login = {"username": who["email"], "password": PASSWORD}
    tokens = show("POST /compat/colour/auth/signin", world.nobody, form=login)
    fresh = show("POST /compat/colour/auth/refresh", world.nobody, body={"refresh_token": tokens["refresh_token"]})
    eve = Caller(world, fresh["access_token"])
    show("GET /compat/colour/auth/me", eve)
    image = show("POST /compat/colour/images", eve, form={"file": ("harbour.jpg", picture)})["id"]
    show("POST /compat/colour/images/batch", eve, form={"files": [("card.jpg", picture + b"\0")]})
    world.deliver()
    show("GET /compat/colour/images", eve, f"{base}/images?page=1&page_size=1")
    show("PATCH /compat/colour/images/{image_id}", eve, f"{base}/images/{image}", {"filename": "The harbour.jpg"})
    show("GET /compat/colour/images/{image_id}", eve, f"{base}/images/{image}")
    asked = {"image_id": image, "job_type": "color_correction", "job_name": "Harbour"}
    job = show("POST /compat/colour/jobs", eve, body=asked)["id"]
    show("GET /compat/colour/jobs", eve, f"{base}/jobs?status=running&limit=1")
    failed = {"status": "failed", "error_message": "The lens cap was on."}
    show("PATCH /compat/colour/jobs/{job_id}", boss, f"{base}/jobs/{job}", failed)
    show("GET /compat/colour/jobs/{job_id}", eve, f"{base}/jobs/{job}")
    show("DELETE /compat/colour/jobs/{job_id}", eve, f"{base}/jobs/{job}")
    given = {"job_id": job, "result_image_path": "/out/harbour.png", "quality_score": 0.9}
    result = show("POST /compat/colour/results", boss, body=given)["id"]
    show("GET /compat/colour/results", eve, f"{base}/results?job_id={job}")
    path = f"{base}/results/{result}"
    show("PATCH /compat/colour/results/{result_id}", eve, path, {"metadata": {"seen": True}})
    show("GET /compat/colour/results/{result_id}", eve, path)
    show("DELETE /compat/colour/results/{result_id}", eve, path)
    show("DELETE /compat/colour/images/{image_id}", eve, f"{base}/images/{image}")
    show("POST /compat/colour/auth/logout", eve)
    world.deliver()


def _compat_media(examples: Examples, world: World, ann: Caller, photo: bytes) -> None:
    show, base = examples.show, "/compat/media/jobs"
    files = {"files": [("harbour.jpg", photo), ("copy.jpg", photo)], "timestamps": "[1768468200000, null]"}
    job = show("POST /compat/media/upload", ann, form=files)["job_id"]
    world.deliver()
    show("GET /compat/media/jobs/{job_id}", ann, f"{base}/{job}")
    show("GET /compat/media/jobs/{job_id}/files", ann, f"{base}/{job}/files?confidence=high&per_page=1")
    show("GET /compat/media/jobs/{job_id}/duplicates", ann, f"{base}/{job}/duplicates")
    imported = show("POST /compat/media/import-path", ann, body={"path": "/import/trip"})["job_id"]
    control = {"action": "cancel"}
    show("POST /compat/media/jobs/{job_id}/control", ann, f"{base}/{imported}/control", control)
    world.deliver()


def _compat_knee(examples: Examples, world: World, ann: Caller) -> None:
    show = examples.show
    scan = {"file": ("knee.nii.gz", nifti(small_labels(), affine_of((0.8, 0.8, 1.2))))}
    options = {"segmentation_model": "labels", "perform_nsm": "true", "nsm_type": "bone_and_cart"}
    job = show("POST /compat/knee/upload", ann, form=scan | options)["job_id"]
    world.deliver()
    show("GET /compat/knee/status/{job_id}", ann, f"/compat/knee/status/{job}")
    show("GET /compat/knee/download/{job_id}", ann, f"/compat/knee/download/{job}")
    show("GET /compat/knee/stats", ann)
    show("GET /compat/knee/health", world.nobody)


def _compat_speech(examples: Examples, world: World, ann: Caller) -> None:
    show = examples.show
    files = {"nobody.wav": spoken("nobody"), "nobody.lab": b"nobudy told me that"}
    task = ann.upload(files, pipeline="speech")
    world.deliver()
    show("GET /v1/upload/status", ann, f"/v1/upload/status?user_id={ann.id}&status_filter=completed,aligned&limit=1")
    show("GET /v1/tasks/{task_id}/status", ann, f"/v1/tasks/{task}/status")
    show("GET /v1/tasks/{task_id}/missing-words", ann, f"/v1/tasks/{task}/missing-words")
    show("GET /v1/tasks/{task_id}/download/{artifact}", ann, f"/v1/tasks/{task}/download/textgrid")
    show("GET /v1/static/guides/{filename}", ann, "/v1/static/guides/first-steps.html")


def _user_data(examples: Examples, ann: Caller) -> None:
    show, route, path = examples.show, "/user-data/{kind}/{name}", "/user-data/dictionary/names"
    kept = show(f"PUT {route}", ann, path, {"text": "Zoë\nBjörn\n"}, if_none_match="*")
    show(f"GET {route}", ann, path)
    show("GET /user-data", ann, "/user-data?kind=dictionary")
    show(f"DELETE {route}", ann, path, if_match=kept.headers["etag"])
    show("DELETE /user-data", ann)


def table() -> str:
    """All registered routes, in order."""
    lines = ["| route | does | scope | |", "| --- | --- | --- | --- |"]
    for route in sorted(ROUTES, key=lambda route: (route.path, route.method)):
        does = "makes" if route.creates else "ETag" if route.conditional else ""
        lines.append(f"| `{route.method} {route.path}` | {route.summary} | {route.scope or 'open'} | {does} |")
    return "\n".join(["<!-- routes -->", *lines, "<!-- end of routes -->"])


def written(text: str, examples: dict[str, str]) -> str:
    """The document with these examples and the current routes filled in. KeyError for an example that was not run."""
    filled = BLOCK.sub(lambda m: f"<!-- example: {m['name']} -->\n```http\n{examples[m['name']]}\n```", text)
    return TABLE.sub(lambda _: table(), filled)


def described(examples: Examples) -> str:
    return json.dumps(dict(sorted(examples.values.items())), indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    with pytest.MonkeyPatch.context() as patch:
        worlds = begin(patch)
        examples = record(next(worlds))
    DOCS.write_text(written(DOCS.read_text(), examples.texts))
    DESCRIBED.write_text(described(examples))


if __name__ == "__main__":
    main()
