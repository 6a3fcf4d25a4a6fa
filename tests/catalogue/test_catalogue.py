from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from chalicelib.catalogue import catalogue as service
from chalicelib.catalogue.catalogue import Catalogue, Taken
from chalicelib.catalogue.model import Entity, Named, Scene, SceneFile
from chalicelib.catalogue.ports import Entities
from chalicelib.catalogue.query import Query
from tests.catalogue.conftest import World

ANN, BOB = "ann", "bob"


def scene(number: int, **more: object) -> Scene:
    return replace(Scene(str(number), "home", title=f"walk {number}", digest=f"d{number}"), **more)  # type: ignore[arg-type]


def ids(catalogue: Catalogue, owner: str = ANN, **query: object) -> set[str]:
    return {found.id for found in catalogue.search(owner, Query(**query)).scenes}  # type: ignore[arg-type]


def test_what_was_taken_in_is_found_at_once_by_every_container(world: World) -> None:
    other = world.catalogue()
    assert ids(other) == set()
    world.catalogue().take_in(ANN, [scene(1), scene(2)])
    assert ids(other, search="walk") == {"1", "2"}


def test_the_same_again_is_skipped_and_keeps_what_only_its_owner_knows(world: World) -> None:
    catalogue = world.catalogue()
    assert catalogue.take_in(ANN, [scene(1)]) == Taken(1, 0, 0)
    catalogue.change(ANN, "1", lambda s: replace(s, analyzed=True))
    assert catalogue.take_in(ANN, [scene(1)]) == Taken(0, 0, 1)
    assert catalogue.take_in(ANN, [scene(1, title="other", digest="new")]) == Taken(0, 1, 0)
    there = catalogue.scene(ANN, "1")
    assert there is not None
    assert (there.title, there.analyzed) == ("other", True)


def test_packing_keeps_every_answer(world: World) -> None:
    catalogue = world.catalogue()
    catalogue.take_in(ANN, [scene(i, organized=i % 2 == 0) for i in range(250)])
    before = ids(catalogue, organized=True, per_page=100)
    world.later()
    assert catalogue.pack(ANN) == 250
    world.later()
    catalogue.change(ANN, "1", lambda s: replace(s, organized=True))
    for one in (catalogue, world.catalogue()):
        page = one.search(ANN, Query(organized=True, per_page=100))
        assert page.total == 126
    assert len(before) == 100


def test_changes_that_come_while_packing_are_not_lost(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = world.catalogue()
    catalogue.take_in(ANN, [scene(1)])
    world.later()
    original = service.pack

    def pack_slowly(scenes: object) -> bytes:
        catalogue.take_in(ANN, [scene(2)])
        return original(scenes)  # type: ignore[arg-type]

    monkeypatch.setattr(service, "pack", pack_slowly)
    catalogue.pack(ANN)
    monkeypatch.undo()
    assert ids(world.catalogue()) == {"1", "2"}


def test_old_changes_and_old_columns_go_with_a_packing(world: World) -> None:
    catalogue = world.catalogue()
    for i in range(3):
        catalogue.take_in(ANN, [scene(i)])
        world.later()
        catalogue.pack(ANN)
        world.later()
    assert len(world.table.changes(ANN, None)) == 0
    listed = world.s3.list_objects_v2(Bucket="files", Prefix="catalogue/")["Contents"]
    assert len(listed) == 1


def test_two_edits_at_once_both_count(world: World) -> None:
    catalogue = world.catalogue()
    catalogue.take_in(ANN, [scene(1)])
    tried = []

    def tag(one: Scene) -> Scene:
        if not tried:
            tried.append(1)
            world.catalogue().change(ANN, "1", lambda s: replace(s, organized=True))
        return replace(one, tags=(*one.tags, Named("5", "forest")))

    after = catalogue.change(ANN, "1", tag)
    assert after is not None
    assert (after.organized, after.tags) == (True, (Named("5", "forest"),))


def test_an_older_change_that_comes_late_hides_no_newer_one(world: World) -> None:
    catalogue = world.catalogue()
    world.table.put(ANN, [scene(1, title="new")], world.now)
    assert ids(catalogue, search="new") == {"1"}
    change_by_a_slow_clock = world.now - timedelta(seconds=30)
    world.table._table.put(world.table._change(ANN, [scene(1, title="old")], change_by_a_slow_clock))
    assert ids(catalogue, search="new") == {"1"}


def test_what_a_search_reads_does_not_grow_with_the_catalogue(world: World) -> None:
    catalogue = world.catalogue()
    catalogue.take_in(ANN, [scene(i) for i in range(300)])
    world.later()
    catalogue.pack(ANN)
    world.later()
    catalogue.take_in(ANN, [scene(i, digest="again") for i in range(20)])
    found = catalogue.search(ANN, Query(sort_by="id", descending=False))
    assert (found.total, len(found.scenes), found.stale) == (300, 50, False)


def test_names_travel_with_their_counts(world: World) -> None:
    catalogue = world.catalogue()
    catalogue.set_entities(ANN, Entities(tags=(Entity("5", "forest"),)))
    catalogue.take_in(ANN, [scene(1, tags=(Named("5", "forest"),)), scene(2)])
    other = world.catalogue()
    assert other.entities(ANN).tags == (Entity("5", "forest"),)
    assert other.count(ANN, "tag", "5") == 1
    world.later()
    catalogue.pack(ANN)
    assert world.catalogue().count(ANN, "tag", "5") == 1


def test_another_owners_scenes_are_not_there(world: World) -> None:
    catalogue = world.catalogue()
    catalogue.take_in(ANN, [scene(1)])
    assert ids(catalogue, BOB) == set()
    assert catalogue.scene(BOB, "1") is None
    assert catalogue.change(BOB, "1", lambda s: replace(s, organized=True)) is None


def test_a_scene_of_another_library_keeps_its_id(world: World) -> None:
    catalogue = world.catalogue()
    here = replace(scene(1), files=(SceneFile("/a.mp4"),), created_date=world.now)
    catalogue.take_in(ANN, [here])
    other = replace(here, source="office", digest="o", files=(SceneFile("/b.mp4"),), created_date=None)
    assert catalogue.take_in(ANN, [other]) == Taken(0, 0, 0, ("1",))
    assert catalogue.scene(ANN, "1") == here
    over_another_connection = replace(here, source="office", title="new", digest="n")
    assert catalogue.take_in(ANN, [over_another_connection]) == Taken(0, 1, 0)


def test_scenes_that_cannot_be_compressed_are_written_all_the_same(world: World) -> None:
    rng = random.Random(9)
    details = [rng.randbytes(60_000).hex() for _ in range(20)]
    catalogue = world.catalogue()
    catalogue.take_in(ANN, [scene(i, details=text) for i, text in enumerate(details)])
    assert catalogue.search(ANN, Query()).total == 20
    items = world.table._table.query(f"CAT#{ANN}", "begins_with(#range, :c)", {":c": "CHANGED#"})
    assert max(len(item["scenes"]) for item in items) < 400_000


def test_many_are_changed_with_few_rows_and_what_someone_else_wrote_stays(world: World) -> None:
    def tick() -> datetime:
        world.later(1 / 60_000)  # a millisecond
        return world.now

    catalogue = Catalogue(world.table, world.objects, tick, world.new_id)
    catalogue.take_in(ANN, [scene(i) for i in range(150)])
    read = list(catalogue.scenes(ANN, [str(i) for i in range(150)]).values())
    world.later(5)
    catalogue.change(ANN, "7", lambda one: replace(one, title="Gate"))
    changes = len(world.table.changes(ANN, None))
    catalogue.change_many(ANN, read, lambda one: replace(one, analyzed=True))
    assert len(world.table.changes(ANN, None)) - changes == 2 + 1 + 1  # two pages, a correction, the single change
    seventh = catalogue.scene(ANN, "7")
    assert seventh is not None
    assert (seventh.title, seventh.analyzed) == ("Gate", True)
    for view in (catalogue, world.catalogue()):
        assert view.search(ANN, Query(analyzed=True)).total == 150
        assert view.search(ANN, Query(search="gate")).total == 1


def test_a_change_that_lost_is_corrected_at_once(world: World) -> None:
    catalogue = world.catalogue()
    catalogue.take_in(ANN, [scene(1)])
    before = scene(1, title="never there", digest="other")
    assert world.table.replace_many(ANN, [(before, replace(before, title="wrong"))], world.now) == ["1"]
    for view in (catalogue, world.catalogue()):
        assert view.search(ANN, Query(search="wrong")).total == 0


def test_an_empty_change_of_many_writes_nothing(world: World) -> None:
    catalogue = world.catalogue()
    catalogue.take_in(ANN, [scene(1)])
    catalogue.change_many(ANN, [scene(1)], lambda one: one)
    assert len(world.table.changes(ANN, None)) == 1
