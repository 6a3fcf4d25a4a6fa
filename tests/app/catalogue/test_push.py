"""A library that only the user's machine can reach: read there, pushed page by page, with the outcome of a sync."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest
from millrace_client.cli import scenes as commands
from millrace_client.cli.main import app
from millrace_client.client import Client
from millrace_client.errors import StashFailed
from millrace_client.models import PushAnswer
from millrace_client.scenes import Push, Stash, spans
from millrace_client.stash_documents import DOCUMENTS
from typer.testing import CliRunner

from chalicelib.catalogue.pushing import Ids
from chalicelib.catalogue.stash.client import document_text
from chalicelib.wiring import services
from tests.app.api_world import Caller, World
from tests.catalogue.stash_server import KEY, StashServer

PLAIN = {
    "size": 10,
    "duration": 60.0,
    "width": 640,
    "height": 480,
    "frame_rate": 25.0,
    "video_codec": "h264",
    "fingerprints": [],
}


@contextmanager
def served(server: StashServer) -> Iterator[str]:
    """The server over HTTP, on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            answer = server.send(body, {"ApiKey": self.headers.get("apikey", "")})
            self.send_response(answer.status or 500)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, *_: object) -> None: ...

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{http.server_port}/graphql"
    finally:
        http.shutdown()
        http.server_close()


class Machine:
    """The user's own machine, which reaches both the server and the API."""

    def __init__(self, world: World, caller: Caller, server: StashServer) -> None:
        self.world = world
        self.caller = caller
        self.server = server
        self.sent: list[tuple[str, Any]] = []
        self.client = Client("http://127.0.0.1:1", patience=0.0, sleep=lambda seconds: None)
        self.client.http = httpx.Client(transport=httpx.MockTransport(self._ask))

    def _ask(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode().removeprefix("/api")
        body = json.loads(request.content) if request.content else None
        self.sent.append((path, body))
        extra = {"idempotency_key": key} if (key := request.headers.get("idempotency-key")) else {}
        answer = self.caller.call(request.method, path, body, **extra)
        return httpx.Response(answer.status, headers=answer.headers, content=answer.text.encode())

    def push(self, key: str = KEY, **more: Any) -> dict[str, Any]:
        """Pushes the library; returns the outcome from the sync's history."""
        with served(self.server) as address:
            job = Push(self.client, Stash(address, key, sleep=lambda seconds: None), **more).run()
        self.world.deliver()
        assert job.status().status == "completed"
        (result,) = self.caller.get(f"/results?job_id={job.id}")["items"]
        metadata: dict[str, Any] = result["metadata"]
        return metadata


@pytest.fixture
def machine(world: World, user: Caller) -> Machine:
    server = StashServer()
    for kind, name in (("performers", "Rose Lee"), ("tags", "sea"), ("tags", "lake"), ("studios", "Northlight")):
        server.add(kind, name)
    for _ in range(249):
        server.add_scene()
    server.later(days=1)
    server.add_scene()
    return Machine(world, user, server)


def counts(outcome: dict[str, Any]) -> tuple[int, ...]:
    return tuple(outcome[name] for name in ("created", "updated", "skipped", "absent", "failed"))


def test_a_library_comes_in_whole_and_then_only_what_changed(machine: Machine) -> None:
    assert counts(machine.push()) == (250, 0, 0, 0, 0)
    found = machine.caller.get("/scenes?per_page=1")
    assert (found["total"], found["items"][0]["source"]) == (250, "push:home")
    assert [tag["name"] for tag in machine.caller.get("/tags")["items"]] == ["lake", "sea"]
    machine.server.later(hours=5)
    machine.server.touch("7", title="Bridge")
    machine.sent.clear()
    assert counts(machine.push()) == (0, 1, 1, 0, 0)
    assert machine.caller.get("/scenes/7")["title"] == "Bridge"
    assert sum(len(body["scenes"]) for path, body in machine.sent if path == "/scenes/pages" and "scenes" in body) == 2


def test_what_is_gone_is_marked_at_the_end_of_a_whole_push_and_kept(machine: Machine) -> None:
    machine.push()
    del machine.server.scenes["3"], machine.server.kinds["tags"]["1"]
    assert counts(machine.push(incremental=False)) == (0, 0, 249, 1, 0)
    assert machine.caller.get("/scenes/3")["absent"] is True
    assert [tag["name"] for tag in machine.caller.get("/tags")["items"]] == ["lake"]
    assert machine.caller.get("/scenes?absent=true")["total"] == 1


def test_scenes_of_other_sources_are_left_alone(machine: Machine) -> None:
    machine.push()
    del machine.server.scenes["3"]
    machine.push(source="office", incremental=False)
    assert machine.caller.get("/scenes?absent=true")["total"] == 0  # scene 3 belongs to home


def test_a_push_that_breaks_off_goes_on_where_it_was(machine: Machine) -> None:
    def breaking(at: PushAnswer) -> None:
        raise ConnectionAbortedError

    with pytest.raises(ConnectionAbortedError):
        machine.push(progress=breaking)
    machine.sent.clear()
    assert counts(machine.push()) == (250, 0, 0, 0, 0)
    pages = [body for path, body in machine.sent if path == "/scenes/pages" and "scenes" in body]
    assert [page["behind"] for page in pages] == ["100", "200"]


def test_a_page_that_comes_again_is_not_counted_again(machine: Machine) -> None:
    caller = machine.caller
    caller.post("/scenes/push", {"source": "home"})
    page = {"source": "home", "scenes": [machine.server.scenes["1"]]}
    assert caller.post("/scenes/pages", page)["created"] == 1
    again = caller.post("/scenes/pages", page)
    assert (again["created"], again["skipped"], again["behind"]) == (1, 0, "1")


def test_a_scene_that_cannot_be_read_is_counted_and_the_others_are_taken_in(machine: Machine) -> None:
    machine.server.scenes["2"]["details"] = "x" * 300_000
    outcome = machine.push()
    assert (outcome["outcome"], *counts(outcome)) == ("partial", 249, 0, 0, 0, 1)
    caller = machine.caller
    caller.post("/scenes/push", {"source": "home"})
    strange: list[Any] = [
        {"files": [{}]},
        {"files": 7},
        {"studio": "x"},
        {"title": 7},
        {"details": "\ud800"},
        {"urls": 1},
    ]
    strange = [{"id": str(900 + i), **scene} for i, scene in enumerate(strange)]
    answer = caller.post("/scenes/pages", {"source": "home", "scenes": [{"id": "899"}, *strange, {"id": "a#b"}, {}]})
    assert (answer.status, answer["created"], answer["failed"], answer["behind"]) == (200, 1, 8, "905")
    assert caller.get("/scenes?per_page=100")["total"] == 250


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/scenes/pages", {"source": "home"}, 400),
        ("/scenes/push/end", {"source": "home", "performers": "", "tags": "", "studios": ""}, 400),
        ("/scenes/push", {"source": "Push:home"}, 422),
        ("/scenes/pages", {"source": "home", "scenes": [{"id": "1"}] * 201}, 422),
        ("/scenes/pages", {"source": "home", "behind": "x"}, 422),
        ("/scenes/push/end", {"source": "home", "performers": "1--2", "tags": "", "studios": ""}, 422),
    ],
)
def test_what_is_no_push_is_refused(user: Caller, path: str, body: dict[str, Any], status: int) -> None:
    answer = user.post(path, body)
    assert answer.status == status
    if status == 400:
        assert answer["code"] == "no_push"


def test_a_whole_push_ends_with_all_ids_and_names_are_names(user: Caller) -> None:
    user.post("/scenes/push", {"source": "home"})
    assert user.post("/scenes/push/end", {"source": "home", "performers": "", "tags": "", "studios": ""}).status == 422
    for tag in ({"id": "1"}, {"id": "1", "name": 7}, {"id": "1", "name": "x", "aliases": 7}):
        assert user.post("/scenes/pages", {"source": "home", "tags": [tag]}).status == 422


def test_another_user_has_a_push_of_their_own(world: World, machine: Machine) -> None:
    machine.push()
    other = world.guest()
    assert other.post("/scenes/pages", {"source": "home"})["code"] == "no_push"
    assert other.post("/scenes/push", {"source": "home"})["whole"] is True


def test_the_key_is_sent_to_the_stash_server_alone(machine: Machine) -> None:
    machine.push()
    assert KEY not in json.dumps(machine.sent)
    with pytest.raises(StashFailed, match="API key"):
        machine.push(key="wrong-key-of-mine")


def test_a_server_that_is_none_says_so() -> None:
    with pytest.raises(StashFailed, match="reached"):
        Stash("http://127.0.0.1:9/graphql", KEY, sleep=lambda seconds: None).ask("find_tags", filter={})


def test_what_the_client_asks_is_what_the_service_asks_and_no_mutation() -> None:
    for name, text in DOCUMENTS.items():
        assert text == document_text(name)
        assert text.startswith("query")


def test_ids_are_written_with_spans() -> None:
    assert spans([3, 1, 2, 9, 7]) == "1-3,7,9"
    ids = Ids("1-3,7,2-5")
    assert [str(i) in ids for i in (1, 4, 5, 6, 7, 8)] == [True, True, True, False, True, False]
    assert "x" not in ids
    assert "0" not in Ids("")


def test_columns_with_many_changes_behind_them_are_packed_anew(
    world: World, user: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    from chalicelib.catalogue import catalogue
    from chalicelib.catalogue.model import Scene

    monkeypatch.setattr(catalogue, "PACK_FROM", 3)
    services().catalogue.take_in(user.id, [Scene(str(i), "home", digest="d") for i in range(5)])
    assert user.get("/scenes")["total"] == 5
    assert user.get("/scenes")["total"] == 5
    (job,) = user.get("/jobs?pipeline=scenesync")["items"]  # one job, although two searches requested it
    assert job["name"] == "Packing of the catalogue"
    world.deliver()
    assert user.get(f"/jobs/{job['id']}")["status"] == "completed"
    assert services().catalogue._store.head(user.id).columns is not None


def test_the_commands_bring_a_library_in_and_correct_it(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    files = [{"path": f"/v/Northlight/Rose Lee - {i}.mp4"} for i in range(2)]
    machine.server.scenes = {}
    for file in files:
        machine.server.add_scene(title=None, files=[{**PLAIN, **file}])
    machine.client.sleep = lambda seconds: machine.world.deliver()
    monkeypatch.setattr(commands, "client", lambda address: machine.client)
    monkeypatch.setattr(machine.client, "close", lambda: None)

    def run(*words: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, ["scenes", *words], env={"STASH_API_KEY": KEY})
        assert done.exit_code == code, done.output
        return str(done.stdout)

    with served(machine.server) as address:
        assert "2 scenes created" in run("push", "--stash", address)
    assert "Rose Lee - 1.mp4" in run("list", "rose")
    assert len(json.loads(run("list", "--json"))["items"]) == 2
    run("analyse", "--detect", "performers,studio", "--name", "September")
    (plan,) = json.loads(run("plans", "--json"))
    assert (plan["name"], plan["changes"]) == ("September", {"performers": 2, "studio": 2})
    run("accept", plan["id"], "--field", "studio")
    assert "2 changes applied" in run("apply", plan["id"])
    assert "Northlight" in run("list", "rose")
    run("push", "--stash", "http://127.0.0.1:9/graphql", code=6)
    run("sync", "unknown", code=5)
