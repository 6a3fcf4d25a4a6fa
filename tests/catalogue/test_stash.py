from __future__ import annotations

import json
from typing import Any

import pytest
from graphql import NoDeprecatedCustomRule, parse, specified_rules, validate

from chalicelib.catalogue.applying import edit_of
from chalicelib.catalogue.detecting.proposal import Action, Field
from chalicelib.catalogue.model import Entity, Named
from chalicelib.catalogue.plans import Change
from chalicelib.catalogue.query import Query
from chalicelib.catalogue.remote import Response
from chalicelib.catalogue.stash import pages
from chalicelib.catalogue.stash.client import DOCUMENTS, Stash, StashError, document_text
from chalicelib.catalogue.stash.cursor import cursor
from chalicelib.catalogue.stash.writing import Names, write
from chalicelib.catalogue.syncing import Progress, Sync
from tests.catalogue.conftest import World
from tests.catalogue.stash_server import KEY, SCHEMA, StashServer

ANN = "ann"


class Interrupted(Exception):
    pass


def client(server: StashServer, slept: list[float] | None = None, key: str = KEY) -> Stash:
    return Stash(server.send, key, (slept if slept is not None else []).append)


def synced(
    world: World, server: StashServer, since: str | None = None, at: Progress | None = None, **more: Any
) -> Progress:
    note = more.get("note", lambda at: None)
    return Sync(world.catalogue(), client(server), ANN, "home", lambda: world.now, note).run(
        at or Progress(since=since)
    )


@pytest.mark.parametrize("name", sorted(path.stem for path in DOCUMENTS.glob("*.graphql") if path.stem != "scene"))
def test_every_document_asks_for_what_the_schema_has_and_nothing_deprecated(name: str) -> None:
    assert validate(SCHEMA, parse(document_text(name)), [*specified_rules, NoDeprecatedCustomRule]) == []


def test_a_deprecated_field_would_be_seen() -> None:
    errors = validate(SCHEMA, parse("{ findScene(id: 1) { url } }"), [*specified_rules, NoDeprecatedCustomRule])
    assert "deprecated" in errors[0].message


# -- requests


def test_what_may_pass_is_tried_again_as_the_server_asks() -> None:
    server, slept = StashServer(), []
    server.answers = [Response(429, retry_after=7), Response(None, error="timeout")]
    assert client(server, slept).ask("version")["version"]["version"] == "v0.30.0"
    assert slept == [7, 2]


@pytest.mark.parametrize(
    ("answers", "key", "code"),
    [
        ([], "wrong", "stash_unauthorized"),
        ([Response(503)] * 3, KEY, "stash_unreachable"),
        ([Response(404)], KEY, "stash_refused"),
        ([Response(200, b"<html>")], KEY, "stash_refused"),
        ([Response(200, b"[1]")], KEY, "stash_refused"),
        ([Response(200, b'{"errors": [{"message": "no such field"}]}')], KEY, "stash_refused"),
        ([Response(200, json.dumps({"errors": [{"message": f"{KEY} is no key"}]}).encode())], KEY, "stash_refused"),
    ],
)
def test_what_cannot_pass_says_why(answers: list[Response], key: str, code: str) -> None:
    server = StashServer()
    server.answers = list(answers)
    with pytest.raises(StashError) as raised:
        client(server, key=key).ask("version")
    assert raised.value.code == code
    assert KEY not in raised.value.message


def test_a_mutation_is_sent_once() -> None:
    server = StashServer()
    server.answers = [Response(503)]
    with pytest.raises(StashError):
        client(server).ask("tag_create", input={"name": "x"})
    assert len(server.requests) == 1


# -- syncing


def test_a_library_comes_in_whole_whatever_the_order_of_its_pages(world: World) -> None:
    server = StashServer()
    for _ in range(450):
        server.add_scene()
    for i in range(60):
        server.add("tags", f"tag {i}")
    done = synced(world, server)
    assert (done.stage, done.created, done.outcome) == ("done", 450, "success")
    assert world.catalogue().search(ANN, Query()).total == 450
    assert len(world.catalogue().entities(ANN).tags) == 60


def test_what_has_not_changed_is_skipped(world: World) -> None:
    server = StashServer()
    for _ in range(5):
        server.add_scene(tags=[server.add("tags", f"tag {i}") for i in range(3)])
    synced(world, server)
    for scene in server.scenes.values():
        scene["tags"].reverse()  # the order makes no difference
    again = synced(world, server)
    assert (again.created, again.updated, again.skipped) == (0, 0, 5)


def test_an_incremental_sync_asks_in_the_servers_own_time(world: World) -> None:
    server = StashServer()
    first, second = server.add_scene(), server.add_scene()
    done = synced(world, server)
    server.later(hours=1)
    server.touch(second, title="longer walk")
    again = synced(world, server, since=done.newest_seen)
    assert (again.updated, again.newest_seen) == (1, server.stamp())
    sent = [
        r["variables"]["scene_filter"]
        for r in server.requests
        if "updated_at" in r["variables"].get("scene_filter", {})
    ]
    assert sent[0]["updated_at"]["value"] == "2025-12-28T06:00:00-08:00"
    scene = world.catalogue().scene(ANN, second)
    assert scene is not None
    assert (scene.title, first) == ("longer walk", "1")


def test_the_hour_that_comes_twice_loses_nothing(world: World) -> None:
    server = StashServer()
    late = server.add_scene(updated_at="2025-11-02T01:50:00-07:00")
    done = synced(world, server)
    server.scenes[late].update(title="new", updated_at="2025-11-02T01:10:00-08:00")  # later, but smaller as text
    assert synced(world, server, since=done.newest_seen).updated == 1


def test_ten_changed_of_many_take_few_requests(world: World) -> None:
    server = StashServer()
    for _ in range(1000):
        server.add_scene()
    server.later(days=1)
    server.add_scene()
    done = synced(world, server)
    server.later(hours=5)
    for i in range(1, 11):
        server.touch(str(i), title="new")
    server.requests.clear()
    again = synced(world, server, since=done.newest_seen)
    assert (again.updated, again.skipped) == (10, 1)
    assert len(server.requests) <= 8


def test_a_sync_that_breaks_off_goes_on_from_its_last_page(world: World) -> None:
    server = StashServer()
    for _ in range(450):
        server.add_scene()
    noted: list[Progress] = []

    def note(at: Progress) -> None:
        noted.append(at)
        if at.after == "200":
            raise Interrupted

    with pytest.raises(Interrupted):
        synced(world, server, note=note)
    server.requests.clear()
    state = json.loads(json.dumps(noted[-1].as_json()))
    done = synced(world, server, at=Progress.read(state))
    assert (done.created, done.skipped) == (450, 0)
    assert not any("findTags" in request["query"] for request in server.requests)


def test_scenes_that_the_server_no_longer_has_are_marked_and_kept(world: World) -> None:
    server = StashServer()
    gone, stays = server.add_scene(), server.add_scene()
    synced(world, server)
    del server.scenes[gone]
    done = synced(world, server)
    assert done.absent == 1
    catalogue = world.catalogue()
    assert {s.id for s in catalogue.search(ANN, Query(absent=False)).scenes} == {stays}
    assert catalogue.scene(ANN, gone) is not None


def test_one_that_comes_back_is_no_longer_absent(world: World) -> None:
    server = StashServer()
    scene_id = server.add_scene()
    synced(world, server)
    scene = server.scenes.pop(scene_id)
    synced(world, server)
    server.scenes[scene_id] = scene
    synced(world, server)
    assert world.catalogue().search(ANN, Query(absent=True)).total == 0


@pytest.mark.parametrize(("date", "kept"), [("2014", "2014"), ("2006-08", "2006-08"), (None, None), ("soon", None)])
def test_dates_are_kept_as_they_are_given(world: World, date: str | None, kept: str | None) -> None:
    server = StashServer()
    scene_id = server.add_scene(date=date)
    synced(world, server)
    scene = world.catalogue().scene(ANN, scene_id)
    assert scene is not None
    assert scene.scene_date == kept


def test_a_refused_scene_is_counted_and_the_others_go_on(world: World) -> None:
    server = StashServer()
    ids = [server.add_scene(), server.add_scene()]
    server.answers = [Response(200, b'{"errors": [{"message": "broken"}]}')]
    sync = Sync(world.catalogue(), client(server), ANN, "home", lambda: world.now, lambda at: None)
    done = sync.only(ids, Progress())
    assert (done.failed, done.created, done.outcome) == (1, 1, "partial")
    assert "broken" in done.failures[0]


def test_scenes_that_cannot_be_taken_in_are_counted_and_named(world: World) -> None:
    server = StashServer()
    huge, good = server.add_scene(details="x" * 300_000), server.add_scene()
    done = synced(world, server)
    assert (done.created, done.failed, done.outcome) == (1, 1, "partial")
    assert done.failures[0].startswith(f"{huge}: It has more than")
    assert world.catalogue().scene(ANN, good) is not None


def test_the_cursor_of_a_sync_that_lay_idle_stays_where_it_was(world: World) -> None:
    server = StashServer()
    server.add_scene()
    done = synced(world, server)
    assert done.seen_by(world.now) == server.stamp()
    world.later(61)
    assert done.seen_by(world.now) is None  # the next sync is full
    again = synced(world, server, since="2025-12-01T00:00:00-08:00")
    world.later(61)
    assert again.seen_by(world.now) == "2025-12-01T00:00:00-08:00"


# -- writing back


def change(field: Field, action: Action, value: Any, entity_id: str | None = None, current: Any = None) -> Change:
    return Change("1-0", "1", field, action, value, 0.9, "r", current, entity_id)


def carried_out(server: StashServer, *changes: Change, **known: tuple[Entity, ...]) -> None:
    stash = client(server)
    scene = pages.one_scene(stash, "home", "1", server.now)
    write(stash, Names(stash, dict(known)), "1", edit_of(scene, changes), Named("", "Marker"))


def test_an_addition_is_a_union_on_the_servers_side() -> None:
    server = StashServer()
    a, b, c = (server.add("performers", name) for name in "ABC")
    server.add_scene(performers=[a])
    stash = client(server)
    scene = pages.one_scene(stash, "home", "1", server.now)
    edit = edit_of(scene, [change("performers", "add", "B", b["id"], ["A"])])
    server.scenes["1"]["performers"].append(c)  # between reading and writing
    write(stash, Names(stash, {}), "1", edit)
    assert {p["name"] for p in server.scenes["1"]["performers"]} == {"A", "B", "C"}


def test_all_changes_of_a_scene_are_one_mutation() -> None:
    server = StashServer()
    server.add_scene()
    tag, studio = server.add("tags", "forest"), server.add("studios", "Northlight")
    carried_out(
        server,
        change("tags", "add", "forest", tag["id"]),
        change("studio", "set", "Northlight", studio["id"]),
        change("date", "set", "2009-04"),
    )
    scene = server.scenes["1"]
    assert (scene["studio"]["name"], scene["date"], scene["tags"][0]["name"]) == ("Northlight", "2009-04", "forest")
    assert sum(request["query"].startswith("mutation") for request in server.requests) == 1


def test_adding_and_removing_tags_of_one_scene_keeps_both() -> None:
    server = StashServer()
    old, new = server.add("tags", "old"), server.add("tags", "new")
    server.add_scene(tags=[old])
    carried_out(server, change("tags", "add", "new", new["id"]), change("tags", "remove", "old", old["id"]))
    assert [t["name"] for t in server.scenes["1"]["tags"]] == ["new"]


def test_a_name_that_the_server_lacks_is_created_once() -> None:
    server = StashServer()
    server.add_scene()
    server.add_scene()
    stash = client(server)
    names = Names(stash, {"tags": (Entity("9", "Woods", ("wood",)),)})
    server.kinds["tags"]["9"] = server.add("tags", "Woods") | {"id": "9"}
    for scene_id in ("1", "2"):
        scene = pages.one_scene(stash, "home", scene_id, server.now)
        edit = edit_of(scene, [change("tags", "add", "Lake"), change("tags", "add", "WOOD")])
        write(stash, names, scene_id, edit)
    assert [t["name"] for t in server.kinds["tags"].values()].count("Lake") == 1
    assert {t["name"] for t in server.scenes["2"]["tags"]} == {"Lake", "Woods"}


def test_a_marker_is_made_with_its_tag() -> None:
    server = StashServer()
    server.add_scene()
    carried_out(server, change("markers", "add", {"title": "Gate", "seconds": 12.0}))
    marker = server.scenes["1"]["scene_markers"][0]
    assert (marker["title"], marker["seconds"], marker["primary_tag"]["name"]) == ("Gate", 12.0, "Marker")


def test_the_cursor_keeps_the_servers_own_form() -> None:
    assert cursor("2025-12-28T08:36:56-08:00") == "2025-12-28T06:36:56-08:00"
