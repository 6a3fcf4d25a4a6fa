from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.catalogue.columns import Columns, Page, pack
from chalicelib.catalogue.dates import period
from chalicelib.catalogue.model import Named, Scene, SceneFile
from chalicelib.catalogue.pending import Pending
from chalicelib.catalogue.query import SORTS, Query, ordered, words_of

WORDS = ["walk", "wald", "river", "garden", "Zoë", "northlight", "evening", "2009", "long", "longer"]
DATES = [None, "2009", "2009-04", "2009-04-17", "2014", "2014-01-01", "2020-02-29"]
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)


def made(rng: random.Random, number: int) -> Scene:
    named = lambda kind, most: tuple(Named(f"{i}", f"{kind} {i}") for i in rng.sample(range(12), rng.randint(0, most)))  # noqa: E731
    file = SceneFile(
        f"/v/{rng.choice(WORDS)}/{rng.choice(WORDS)}.{number}.mp4",
        duration=rng.choice([None, 60.0, 60.0, 1800.5]),
        size=rng.choice([None, 1000, 1000, 5_000_000_000]),
    )
    return Scene(
        id=str(number),
        source="home",
        title=rng.choice([None, " ".join(rng.choices(WORDS, k=3))]),
        details=rng.choice([None, " ".join(rng.choices(WORDS, k=5))]),
        files=(file,),
        organized=rng.random() < 0.3,
        analyzed=rng.random() < 0.5,
        absent=rng.random() < 0.1,
        rating100=rng.choice([None, 20, 80]),
        scene_date=rng.choice(DATES),
        created_date=BEGIN + timedelta(days=rng.randint(0, 50)),
        last_synced=rng.choice([None, BEGIN]),
        studio=rng.choice([None, *(Named(str(i), f"studio {i}") for i in range(4))]),
        performers=named("performer", 3),
        tags=named("tag", 5),
    )


def asked(rng: random.Random, ids: list[str]) -> Query:
    def some(kind: list[str], most: int) -> tuple[str, ...]:
        return tuple(rng.sample(kind, rng.randint(1, most))) if rng.random() < 0.3 else ()

    numbers = [str(i) for i in range(13)]
    maybe = lambda *choices: rng.choice(choices) if rng.random() < 0.3 else None  # noqa: E731
    return Query(
        search=maybe("walk", "wal", "lon", "zoe", "river gard", "  ", "nothing", "/v/walk", "mp4 2009"),
        studio_id=maybe("0", "1", "none"),
        performer_ids=some(numbers, 3),
        tag_ids=some(numbers, 3),
        exclude_tag_ids=some(numbers, 2),
        scene_ids=some(ids, 40) if rng.random() < 0.3 else (),
        organized=maybe(True, False),
        analyzed=maybe(True, False),
        absent=maybe(True, False),
        has_active_jobs=maybe(True, False),
        active=frozenset(rng.sample(ids, 20)),
        date_from=maybe(date(2009, 1, 1), date(2009, 4, 2), date(2014, 1, 1)),
        date_to=maybe(date(2009, 12, 31), date(2009, 4, 30), date(2020, 2, 29)),
        sort_by=rng.choice(SORTS),
        descending=rng.random() < 0.5,
        page=rng.choice([1, 1, 2, 5]),
        per_page=rng.choice([1, 10, 50]),
    )


def fits(query: Query, scene: Scene) -> bool:
    """The reference for the columns and the pending scenes, in the plainest form."""
    tags = {tag.id for tag in scene.tags}
    words = words_of(scene)
    days = period(scene.scene_date) if scene.scene_date else None
    spanned = query.date_from is not None or query.date_to is not None
    return (
        (query.studio_id is None or (scene.studio is not None and scene.studio.id == query.studio_id))
        and (not query.performer_ids or any(p.id in query.performer_ids for p in scene.performers))
        and (not query.tag_ids or not tags.isdisjoint(query.tag_ids))
        and tags.isdisjoint(query.exclude_tag_ids)
        and (not query.scene_ids or scene.id in query.scene_ids)
        and query.organized in {None, scene.organized}
        and query.analyzed in {None, scene.analyzed}
        and query.absent in {None, scene.absent}
        and query.has_active_jobs in {None, scene.id in query.active}
        and (not spanned or (days is not None and days.within(query.date_from, query.date_to)))
        and all(any(word.startswith(start) for word in words) for start in query.wanted_words)
    )


def by_force(scenes: list[Scene], query: Query) -> Page:
    fitting = ordered([scene for scene in scenes if fits(query, scene)], query.sort_by, descending=query.descending)
    start = (query.page - 1) * query.per_page
    return Page(len(fitting), tuple(scene.id for scene in fitting[start : start + query.per_page]))


@pytest.mark.parametrize("pending", [False, True])
def test_totals_and_order_of_random_queries_are_those_of_brute_force(pending: bool) -> None:
    rng = random.Random(20 + pending)
    scenes = {scene.id: scene for scene in (made(rng, number) for number in range(400))}
    columns = Columns(pack(scenes.values()))
    changed: dict[str, Scene | None] = {}
    if pending:
        for number in rng.sample(range(420), 60):  # some of them new
            changed[str(number)] = made(rng, number) if rng.random() < 0.8 else None
    now = {scene_id: scene for scene_id, scene in {**scenes, **changed}.items() if scene is not None}
    waiting = Pending(changed)
    some = 0
    for _ in range(500):
        query = asked(rng, list(now))
        found = columns.search(query, waiting)
        assert found == by_force(list(now.values()), query), query
        some += bool(found.ids)
    assert some > 150  # many queries find something


def test_a_scene_lies_in_a_span_when_its_whole_period_does() -> None:
    columns = Columns(pack(Scene(i, "home", scene_date=d) for i, d in (("1", "2014"), ("2", "2006-08"), ("3", None))))

    def found(first: date | None, last: date | None) -> set[str]:
        return set(columns.search(Query(date_from=first, date_to=last)).ids)

    assert found(date(2014, 1, 1), date(2014, 12, 31)) == {"1"}
    assert found(date(2014, 6, 1), None) == set()
    assert found(date(2006, 8, 1), date(2006, 8, 31)) == {"2"}


def test_the_same_scenes_give_the_same_bytes_in_whatever_order_they_come() -> None:
    rng = random.Random(3)
    scenes = [made(rng, number) for number in range(50)]
    assert pack(scenes) == pack(reversed(scenes))


def test_an_empty_catalogue_finds_nothing_and_takes_changes() -> None:
    columns = Columns(pack([]))
    assert columns.search(Query(search="walk")) == Page(0, ())
    new = replace(Scene("7", "home"), title="walk")
    assert columns.search(Query(search="walk"), Pending({"7": new})) == Page(1, ("7",))


def test_a_title_with_a_line_break_keeps_the_rows_apart() -> None:
    columns = Columns(pack([Scene("1", "home", title="a\nb"), Scene("2", "home", title="c")]))
    assert columns.search(Query(sort_by="title", descending=False)).ids == ("1", "2")


def test_how_many_scenes_have_a_tag() -> None:
    columns = Columns(pack([Scene("1", "home", tags=(Named("5", "x"),)), Scene("2", "home", tags=(Named("5", "x"),))]))
    assert (columns.count("tag:5"), columns.count("tag:6")) == (2, 0)


@pytest.mark.parametrize("content", [b"", b"\x05\0\0\0\0\0\0\0hello", b'\x0e\0\0\0\0\0\0\0{"version": 9}'])
def test_what_are_no_columns_say_so(content: bytes) -> None:
    with pytest.raises(ValueError, match="columns"):
        Columns(content)
