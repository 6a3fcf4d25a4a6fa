"""Connections to other servers: private to their owner, with keys that are written and never read."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.outgoing import connections
from chalicelib.wiring import services
from tests.app.api_world import Answer, Caller, World
from tests.unit.webhooks.receiver import receiving, redirect

KEY = "a-key-that-is-long-enough-1234"
PUBLIC = "https://93.184.215.14/graphql"


@pytest.fixture
def home(world: World) -> World:
    """A world that allows users' servers on this machine."""
    world.configure(CONNECTION_NETWORKS="127.0.0.0/8")
    return world


def add(user: Caller, **more: Any) -> Answer:
    return user.post("/connections", {"name": "Home", "url": PUBLIC, "key": KEY} | more)


def test_the_key_is_written_and_never_read(world: World, user: Caller) -> None:
    made = add(user)
    assert made.status == 201
    path = made.headers["location"].removeprefix("/api")
    assert (made["has_key"], made["key_hint"], made["kind"]) == (True, "1234", "stash")
    for answer in (made, user.get(path), user.get("/connections"), user.call("PATCH", path, {"name": "Other"})):
        assert answer.status in {200, 201}
        assert KEY[:8] not in answer.text
    assert KEY.encode() not in str(world.items("jobs", f"USER#{user.id}")).encode()
    connection = services().connection_table.connection(user.id, made["id"])
    assert services().owners_connections.key(connection) == KEY
    assert add(user, key="short-key-123")["key_hint"] == ""
    assert add(user, key="")["has_key"] is False


def test_a_server_is_called_with_its_key(home: World, user: Caller) -> None:
    data = json.dumps({"data": {"version": {"version": "v0.30"}}}).encode()
    with receiving(lambda handler: answered(handler, data)) as receiver:
        made = add(user, url=receiver.url)
        assert made.status == 201, made.text
        stash = services().connections.stash(user.id, made["id"])
        assert stash._send(b"{}", stash._headers).body == data
        assert receiver.received[0].headers["apikey"] == KEY


def answered(handler: Any, content: bytes) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)


def test_nothing_is_sent_on_to_another_address(home: World, user: Caller) -> None:
    with receiving() as elsewhere, receiving(redirect(elsewhere.url)) as receiver:
        made = add(user, url=receiver.url)
        stash = services().connections.stash(user.id, made["id"])
        assert stash._send(b"{}", stash._headers).status == 307
        assert elsewhere.received == []


def test_the_key_is_not_sent_to_another_address_unless_it_is_given_again(world: World, user: Caller) -> None:
    path = f"/connections/{add(user)['id']}"
    refused = user.call("PATCH", path, {"url": "https://93.184.215.15/graphql"})
    assert (refused.status, [error["field"] for error in refused["errors"]]) == (422, ["key"])
    assert user.get(path)["url"] == PUBLIC
    assert user.call("PATCH", path, {"url": PUBLIC, "name": "Same"}).status == 200
    changed = user.call("PATCH", path, {"url": "https://93.184.215.15/graphql", "key": "another-key-of-theirs-9876"})
    assert (changed["url"], changed["key_hint"]) == ("https://93.184.215.15/graphql", "9876")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9999/graphql",
        "https://169.254.169.254/latest",
        "https://10.0.0.1/graphql",
        "http://93.184.215.14/graphql",
        "https://user:secret@93.184.215.14/",
        "ftp://93.184.215.14/",
        "nonsense",
        "",
    ],
)
def test_an_address_that_may_not_be_called_is_refused(user: Caller, url: str) -> None:
    answer = add(user, url=url)
    assert (answer.status, [error["field"] for error in answer["errors"]]) == (422, ["url"])
    path = f"/connections/{add(user)['id']}"
    assert user.call("PATCH", path, {"url": url, "key": KEY}).status == 422


def test_what_webhooks_may_call_connections_may_not(world: World, user: Caller) -> None:
    world.configure(WEBHOOK_NETWORKS="127.0.0.0/8")
    assert add(user, url="http://127.0.0.1:9999/graphql").status == 422


def test_anothers_is_not_there(world: World, user: Caller) -> None:
    made = add(user)
    stranger = world.guest()
    for method, body in (("GET", None), ("PATCH", {"name": "x"}), ("DELETE", None)):
        answer = stranger.call(method, f"/connections/{made['id']}", body)
        assert (answer.status, answer["code"]) == (404, "connection_not_found")
    assert stranger.get("/connections")["items"] == []
    with pytest.raises(KeyError):
        services().connections.stash(stranger.id, made["id"])
    assert user.call("DELETE", f"/connections/{made['id']}").status == 204
    with pytest.raises(KeyError):
        services().connections.stash(user.id, made["id"])


def test_a_change_names_a_version(user: Caller) -> None:
    made = add(user)
    path, read = f"/connections/{made['id']}", user.get(f"/connections/{made['id']}")
    assert user.call("PATCH", path, {"name": "Other"}, if_match=read.headers["etag"]).status == 200
    assert user.call("PATCH", path, {"name": "Late"}, if_match=read.headers["etag"]).status == 412


def test_there_is_a_limit_to_how_many(user: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST", 1)
    add(user)
    answer = add(user)
    assert (answer.status, answer["code"]) == (429, "too_many_connections")


def test_an_answer_without_end_is_not_read_to_its_end(
    home: World, user: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    with receiving(lambda handler: answered(handler, b"x" * 2000)) as receiver:
        made = add(user, url=receiver.url)
        servers = services().connections
        monkeypatch.setattr(servers._poster, "_most_bytes", 1000)
        stash = servers.stash(user.id, made["id"])
        monkeypatch.setattr(stash, "_sleep", lambda seconds: None)
        answer = stash._send(b"{}", {})
        assert (answer.status, answer.error) == (None, "answer_too_large")


# -- tested before they are used


STASH = json.dumps({"data": {"version": {"version": "v0.30.1"}}}).encode()
MODELS = json.dumps({"data": [{"id": "b"}, {"id": "a"}]}).encode()


def test_a_stash_server_tells_its_version(home: World, user: Caller) -> None:
    with receiving(lambda handler: answered(handler, STASH)) as receiver:
        made = add(user, url=receiver.url)
        for asked in ({"url": receiver.url, "key": KEY}, {"connection_id": made["id"]}):
            answer = user.post("/settings/test-stash", asked)
            assert (answer.status, answer["ok"], answer["version"]) == (200, True, "v0.30.1")
            assert answer["milliseconds"] >= 0
        assert [got.headers["apikey"] for got in receiver.received] == [KEY, KEY]


def test_a_server_of_language_models_lists_them(home: World, user: Caller) -> None:
    with receiving(lambda handler: answered(handler, MODELS)) as receiver:
        base = f"http://127.0.0.1:{receiver.port}/v1/"
        made = add(user, url=base, kind="openai")
        for asked in ({"url": base, "key": KEY}, {"connection_id": made["id"]}):
            answer = user.post("/settings/test-openai", asked)
            assert (answer.status, answer["ok"], answer["models"]) == (200, True, ["a", "b"])
        assert {got.path for got in receiver.received} == {"/v1/models"}
        assert {got.headers["authorization"] for got in receiver.received} == {f"Bearer {KEY}"}


@pytest.mark.parametrize("path", ["/settings/test-stash", "/settings/test-openai"])
@pytest.mark.parametrize(("given", "code"), [(401, "unauthorized"), (503, "unreachable"), (404, "refused")])
def test_what_goes_wrong_there_is_the_answer_without_the_key(
    home: World, user: Caller, path: str, given: int, code: str
) -> None:
    with receiving(given) as receiver:
        answer = user.post(path, {"url": receiver.url, "key": KEY})
        assert (answer.status, answer["ok"]) == (200, False)
        assert answer["code"].endswith(code)
        assert answer["message"]
        assert KEY not in answer.text
        assert len(receiver.received) == 1  # no second try, since the caller is waiting


@pytest.mark.parametrize("path", ["/settings/test-stash", "/settings/test-openai"])
@pytest.mark.parametrize("content", [b"<html>", b"[1]", b'{"data": 7}', b'{"data": {"version": 7}}', b"null"])
def test_a_server_that_speaks_something_else_is_none(home: World, user: Caller, path: str, content: bytes) -> None:
    with receiving(lambda handler: answered(handler, content)) as receiver:
        answer = user.post(path, {"url": receiver.url})
        assert (answer.status, answer["ok"]) == (200, False)
        assert answer["code"].endswith("refused")


@pytest.mark.parametrize("path", ["/settings/test-stash", "/settings/test-openai"])
def test_an_address_that_may_not_be_called_is_not_called_for_a_test(user: Caller, path: str) -> None:
    for url in ("http://127.0.0.1:9/", "https://169.254.169.254/latest", "nonsense"):
        answer = user.post(path, {"url": url})
        assert (answer.status, answer["ok"]) == (200, False)
        assert answer["code"].endswith("unreachable")


@pytest.mark.parametrize("path", ["/settings/test-stash", "/settings/test-openai"])
@pytest.mark.parametrize("asked", [{}, {"url": PUBLIC, "connection_id": "c"}, {"connection_id": "c", "key": KEY}])
def test_a_test_is_of_one_server(user: Caller, path: str, asked: dict[str, str]) -> None:
    assert user.post(path, asked).status == 422


def test_a_connection_is_tested_by_its_owner_and_as_what_it_is(world: World, user: Caller) -> None:
    made = add(user)
    for who, path in ((world.guest(), "/settings/test-stash"), (user, "/settings/test-openai")):
        answer = who.post(path, {"connection_id": made["id"]})
        assert (answer.status, answer["code"]) == (400, "no_such_connection")
