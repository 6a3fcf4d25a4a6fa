"""Thumbnails of files inspected together share a pack, and each can be read and removed separately."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from chalicelib.jobs import keys
from chalicelib.jobs.changes import Change
from chalicelib.jobs.errors import Busy, ObjectMissing
from chalicelib.jobs.model import File, FileOutcome, Job, Thumbnail
from chalicelib.jobs.states import FileState
from chalicelib.jobs.work import thumbnails
from tests.fakes import World
from tests.fakes.objects import MemoryObjects

JOB = "01arz3ndektsv4rrffq69g5fav"


def outcome(number: int, picture: bytes | None, attempt: int = 1) -> FileOutcome:
    return FileOutcome(number, attempt, FileState.INSPECTED, 5, "etag", picture=picture)


def packed(objects: MemoryObjects, *pictures: bytes | None) -> list[File]:
    """Finished files, numbered from 1."""
    found = thumbnails.pack(objects, JOB, [outcome(n, picture) for n, picture in enumerate(pictures, 1)])
    assert all(one.picture is None for one in found)
    return [File(JOB, one.number, "a", "uploads/a", 5, thumbnail=one.thumbnail) for one in found]


def seen(objects: MemoryObjects, file: File) -> bytes:
    assert file.thumbnail
    key, start, end = thumbnails.place(file, file.thumbnail)
    return b"".join(objects.stream(key, start, objects.stat(key).size if end is None else end))


@pytest.fixture
def objects(world: World) -> MemoryObjects:
    return world.objects


def test_pictures_lie_behind_each_other_in_one_object(objects: MemoryObjects) -> None:
    one, none, two = packed(objects, b"one", None, b"other")
    assert [thing.key for thing in objects.below("thumbs/")] == [keys.thumbnail(JOB, "00000001-1")]
    assert (one.thumbnail, none.thumbnail) == (Thumbnail("00000001-1", 0, 3), None)
    assert (seen(objects, one), seen(objects, two)) == (b"one", b"other")


def test_without_a_picture_nothing_is_stored(objects: MemoryObjects) -> None:
    assert packed(objects, None, None)[0].thumbnail is None
    assert list(objects.below("thumbs/")) == []


def test_another_claim_writes_another_pack(objects: MemoryObjects) -> None:
    [first] = thumbnails.pack(objects, JOB, [outcome(1, b"late", attempt=1)])
    [second] = thumbnails.pack(objects, JOB, [outcome(1, b"now", attempt=2)])
    assert first.thumbnail
    assert second.thumbnail
    assert first.thumbnail.pack != second.thumbnail.pack
    assert len(list(objects.below("thumbs/"))) == 2


def test_files_that_come_in_one_batch_share_a_pack(world: World) -> None:
    """Each job has a pack of its own, since access to one thumbnail of a pack is access to all."""
    jobs = [world.open(b"picture one", b"picture two", more=True) for _ in range(2)]
    world.drain()
    for job in jobs:
        places = [file.thumbnail for file in world.files(job)]
        assert len({place.pack for place in places if place}) == 1
        assert [seen(world.objects, file) for file in world.files(job)] == [b"a thumbnail"] * 2
    assert len(list(world.objects.below("thumbs/"))) == 2


def test_one_picture_is_handed_out_by_itself(objects: MemoryObjects) -> None:
    _, none, two = packed(objects, b"one", None, b"other")
    found = thumbnails.by_itself(objects, two)
    assert b"".join(objects.stream(found.key, 0, found.size)) == b"other"
    written = len(objects.stored)
    assert thumbnails.by_itself(objects, two) == found
    assert len(objects.stored) == written
    with pytest.raises(ObjectMissing):
        thumbnails.by_itself(objects, none)


def test_a_file_that_was_replaced_is_handed_out_with_its_new_picture(objects: MemoryObjects) -> None:
    for attempt, picture in ((1, b"before"), (2, b"now")):
        [found] = thumbnails.pack(objects, JOB, [outcome(1, picture, attempt)])
        by_itself = thumbnails.by_itself(objects, File(JOB, 1, "a", "uploads/a", 5, thumbnail=found.thumbnail))
        assert b"".join(objects.stream(by_itself.key, 0, by_itself.size)) == picture


def test_a_picture_is_erased_and_those_beside_it_stay(objects: MemoryObjects) -> None:
    one, two, three = packed(objects, b"one", b"other", b"third")
    thumbnails.by_itself(objects, two)
    assert two.thumbnail
    thumbnails.erase(objects, JOB, two.number, two.thumbnail)
    assert not any(b"other" in thing.content for thing in objects.stored.values())
    assert (seen(objects, one), seen(objects, three)) == (b"one", b"third")
    before = dict(objects.stored)
    thumbnails.erase(objects, JOB, two.number, two.thumbnail)
    assert objects.stored == before


def test_a_pack_without_a_picture_left_goes(objects: MemoryObjects) -> None:
    for file in packed(objects, b"one", b"other"):
        assert file.thumbnail
        thumbnails.erase(objects, JOB, file.number, file.thumbnail)
    assert list(objects.below("thumbs/")) == []
    thumbnails.erase(objects, JOB, 1, Thumbnail("00000001-1", 0, 3))


class Racing:
    """A store in which a rival erases another thumbnail just before each write."""

    def __init__(self, objects: MemoryObjects, others: list[File]) -> None:
        self._objects = objects
        self._others = others

    def __getattr__(self, name: str) -> Any:
        return getattr(self._objects, name)

    def put(self, key: str, content: bytes, content_type: str, **more: Any) -> str:
        if self._others:
            other = self._others.pop()
            assert other.thumbnail
            thumbnails.erase(self._objects, JOB, other.number, other.thumbnail)
        return self._objects.put(key, content, content_type, **more)


def test_of_pictures_that_are_erased_at_the_same_time_none_comes_back(objects: MemoryObjects) -> None:
    one, two, three, four = packed(objects, b"one", b"other", b"third", b"fourth")
    assert one.thumbnail
    thumbnails.erase(Racing(objects, [two, three]), JOB, one.number, one.thumbnail)  # type: ignore[arg-type]
    [pack] = objects.below("thumbs/")
    assert b"".join(objects.stream(pack.key, 0, pack.size)).strip(b"\0") == b"fourth"
    assert seen(objects, four) == b"fourth"


def test_who_never_gets_to_write_says_so(objects: MemoryObjects) -> None:
    files = packed(objects, *(b"x%d" % n for n in range(thumbnails.TRIES + 2)))
    assert files[0].thumbnail
    with pytest.raises(Busy):
        thumbnails.erase(Racing(objects, files[1:]), JOB, 1, files[0].thumbnail)  # type: ignore[arg-type]


def test_a_picture_from_before_there_were_packs_is_an_object_of_its_own(objects: MemoryObjects) -> None:
    objects.put(keys.thumbnail(JOB, "00000007.jpg"), b"old", "image/jpeg")
    old = File(JOB, 7, "a", "uploads/a", 5, thumbnail=Thumbnail())
    assert seen(objects, old) == b"old"
    assert thumbnails.by_itself(objects, old).size == 3
    thumbnails.erase(objects, JOB, 7, Thumbnail())
    assert list(objects.below("thumbs/")) == []
    with pytest.raises(ObjectMissing):
        thumbnails.by_itself(objects, old)


def test_what_a_batch_that_broke_off_had_packed_is_packed_anew(world: World) -> None:
    job: Job = world.open(b"picture one", b"picture two", more=True)
    apply = world.jobs.apply

    def broken(changes: Sequence[Change], *told: Any) -> Any:
        if changes[0].sets.get("state") is not FileState.INSPECTED:
            return apply(changes, *told)
        world.jobs.apply = apply
        raise RuntimeError("no connection")

    world.jobs.apply = broken
    world.drain()
    assert [file.thumbnail for file in world.files(job)] == [None, None]
    world.settle_down()
    assert [seen(world.objects, file) for file in world.files(job)] == [b"a thumbnail"] * 2
