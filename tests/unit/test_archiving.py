"""The zip of a job in parts: stored parts are kept, and a changed file is noticed."""

import io
import os
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.files.archive import SourceChanged
from chalicelib.jobs.model import Job
from chalicelib.jobs.work.archiving import Source, plan_archive, write_archive
from chalicelib.jobs.work.run_files import inspected
from chalicelib.observing import about
from chalicelib.pipelines.base import Member
from tests.fakes import World
from tests.fakes.world import Crash

MIB = 1024 * 1024
KEY = "results/x/complete"


class Watch:
    """Records the upload and the progress. dies_at: the number of the progress call at which the worker dies."""

    def __init__(self, dies_at: int | None = None) -> None:
        self.upload: Mapping[str, Any] | None = None
        self.percents: list[float] = []
        self._dies_at = dies_at

    def note_upload(self, upload: Mapping[str, Any]) -> None:
        self.upload = dict(upload)

    def progress(self, percent: float, filename: str | None = None) -> None:
        self.percents.append(percent)
        if len(self.percents) == self._dies_at:
            raise Crash


@pytest.fixture
def job(world: World) -> Job:
    job = world.open(os.urandom(34 * MIB), os.urandom(9 * MIB), b"small", more=True)
    world.drain()
    assert world.states(job) == ["inspected"] * 3
    return job


def members(world: World, job: Job) -> list[Member]:
    return [Member(file.filename, inspected(file)) for file in world.files(job)] + [Member("own.txt", b"own")]


def write(world: World, job: Job, watch: Watch) -> int:
    files = {file.number: Source.of(file) for file in world.files(job)}
    return write_archive(
        watch, world.objects, KEY, plan_archive(members(world, job), files, world.objects.smallest_part), None
    )


def test_a_zip_holds_every_member_byte_for_byte(world: World, job: Job) -> None:
    watch = Watch()
    size = write(world, job, watch)
    content = world.objects.stored[None, KEY].content
    assert (len(content), world.objects.uploads) == (size, {})
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for file in world.files(job):
            assert archive.read(file.filename) == world.objects.stored[None, file.key].content
        assert archive.read("own.txt") == b"own"
    assert watch.percents[-1] == 100
    assert watch.percents == sorted(watch.percents)


def test_where_parts_may_be_small_photos_are_copied_too_and_the_zip_is_the_same(world: World, job: Job) -> None:
    write(world, job, Watch())
    one = world.objects.stored[None, KEY].content
    world.objects.smallest_part = 1
    world.objects.reads.clear()
    write(world, job, Watch())
    assert world.objects.stored[None, KEY].content == one
    small = world.files(job)[2]
    assert {key for key, *_ in world.objects.reads} == {small.key}


def test_who_goes_on_keeps_the_parts_that_are_there(world: World, job: Job) -> None:
    first = Watch(dies_at=1)
    with pytest.raises(Crash):
        write(world, job, first)
    [upload] = world.objects.uploads.values()
    there = dict(upload.parts)
    assert there
    world.objects.reads.clear()
    made: list[int] = []
    put, copy = world.objects.put_part, world.objects.copy_part
    world.objects.put_part = lambda key, name, n, content: made.append(n) or put(key, name, n, content)  # type: ignore
    second = Watch()
    second.upload = first.upload
    world.objects.copy_part = lambda key, name, n, *a, **m: made.append(n) or copy(key, name, n, *a, **m)  # type: ignore
    write(world, job, second)
    assert set(made).isdisjoint(there)
    with zipfile.ZipFile(io.BytesIO(world.objects.stored[None, KEY].content)) as archive:
        assert archive.testzip() is None


def test_parts_of_another_zip_are_not_taken(world: World, job: Job) -> None:
    first = Watch(dies_at=1)
    with pytest.raises(Crash):
        write(world, job, first)
    files = {file.number: Source.of(file) for file in world.files(job)}
    second = Watch()
    second.upload = first.upload
    write_archive(second, world.objects, KEY, plan_archive(list(reversed(members(world, job))), files), None)
    assert second.upload is not None
    assert second.upload["id"] != (first.upload or {})["id"]
    with zipfile.ZipFile(io.BytesIO(world.objects.stored[None, KEY].content)) as archive:
        assert archive.testzip() is None


def test_an_upload_that_is_gone_is_begun_anew(world: World, job: Job) -> None:
    first = Watch(dies_at=1)
    with pytest.raises(Crash):
        write(world, job, first)
    world.objects.uploads.clear()
    second = Watch()
    second.upload = first.upload
    write(world, job, second)
    assert (None, KEY) in world.objects.stored


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_file_that_was_replaced_is_noticed(world: World, job: Job, number: int) -> None:
    file = world.jobs.file(job.id, number)
    world.objects.put(file.key, os.urandom(file.size), "x")
    with pytest.raises(SourceChanged):
        write(world, job, Watch())
    assert (None, KEY) not in world.objects.stored


def test_the_same_members_give_the_same_bytes(world: World, job: Job) -> None:
    write(world, job, Watch())
    first = world.objects.stored[None, KEY].content
    write(world, job, Watch())
    assert world.objects.stored[None, KEY].content == first


def test_a_member_without_its_crc_is_a_mistake(world: World, job: Job) -> None:
    files = {file.number: Source.of(file) for file in world.files(job)}
    unknown = [Member("a", replace(inspected(world.jobs.file(job.id, 3)), crc32=None))]
    with pytest.raises(ValueError, match="CRC32"):
        write_archive(Watch(), world.objects, KEY, plan_archive(unknown, files), None)


def test_those_who_make_its_parts_know_for_which_job(world: World, job: Job) -> None:
    known: list[object] = []
    put = world.objects.put_part
    world.objects.put_part = lambda *given: known.append(about.keys().get("job_id")) or put(*given)  # type: ignore
    with about.about(job_id=job.id):
        write(world, job, Watch())
    assert set(known) == {job.id}


def test_a_zip_that_cant_be_finished_leaves_no_parts(world: World) -> None:
    job = world.open(os.urandom(34 * MIB), os.urandom(9 * MIB))
    world.drain("inspect-photos")
    world.objects.put(world.jobs.file(job.id, 2).key, os.urandom(9 * MIB), "x")
    world.drain()
    assert world.job(job).error_code == "file_changed"
    assert (world.objects.uploads, world.job(job).upload) == ({}, None)


def test_parts_of_an_earlier_zip_that_is_no_longer_wanted_are_removed(world: World, job: Job) -> None:
    first = Watch(dies_at=1)
    with pytest.raises(Crash):
        write(world, job, first)
    files = {file.number: Source.of(file) for file in world.files(job)}
    second = Watch()
    second.upload = first.upload
    write_archive(second, world.objects, KEY, plan_archive(list(reversed(members(world, job))), files), None)
    assert world.objects.uploads == {}


# -- large members whose CRC32 isn't known yet -------------------------------------------------------------------------

FIRST, SECOND = os.urandom(34 * MIB), os.urandom(17 * MIB)


@pytest.fixture
def films(world: World) -> Job:
    job = world.open(FIRST, b"small", SECOND, more=True)
    world.drain()
    return job


def unknown(world: World, job: Job) -> list[Member]:
    """The members as after verified single PUTs: large files were never read, so their CRC32 is unknown."""
    found = [inspected(file) for file in world.files(job)]
    return [Member(file.filename, replace(file, crc32=None) if file.size > MIB else file) for file in found]


def write_unknown(world: World, job: Job, watch: Watch) -> bytes:
    files = {file.number: Source.of(file) for file in world.files(job)}
    size = write_archive(watch, world.objects, KEY, plan_archive(unknown(world, job), files), None)
    content = world.objects.stored[None, KEY].content
    assert len(content) == size
    return content


def sound(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert [archive.read(name) for name in archive.namelist()] == [FIRST, b"small", SECOND]


def test_of_a_large_member_only_what_its_header_needs_is_read(world: World, films: Job) -> None:
    world.objects.taken = 0
    sound(write_unknown(world, films, Watch()))
    assert world.objects.taken <= 2 * 5 * MIB + len(b"small")
    assert world.objects.uploads == {}


def test_the_bytes_are_the_same_whether_or_not_the_crcs_were_known(world: World, films: Job) -> None:
    content = write_unknown(world, films, Watch())
    files = {file.number: Source.of(file) for file in world.files(films)}
    known = [Member(file.filename, inspected(file)) for file in world.files(films)]
    assert all(isinstance(member.content, bytes) or member.content.crc32 is not None for member in known)  # type: ignore
    write_archive(Watch(), world.objects, "other", plan_archive(known, files), None)
    assert world.objects.stored[None, "other"].content == content


def test_who_goes_on_after_a_crash_at_any_part_finds_the_crcs_again(world: World, films: Job) -> None:
    died = 0
    while True:
        watch = Watch(dies_at=died + 1)
        try:
            write_unknown(world, films, watch)
        except Crash:
            died += 1
        else:
            break
        again = Watch()
        again.upload = watch.upload
        world.objects.stored.pop((None, KEY), None)
        sound(write_unknown(world, films, again))
        assert again.upload is not None
        assert again.upload["id"] == (watch.upload or {})["id"]
    assert died >= 4


def test_a_store_that_tells_no_crc_of_copies_is_asked_for_the_bytes(world: World, films: Job) -> None:
    copy, parts = world.objects.copy_part, world.objects.parts
    world.objects.copy_part = lambda *a, **m: replace(copy(*a, **m), crc32=None)  # type: ignore[method-assign]
    world.objects.parts = lambda *a: [replace(part, crc32=None) for part in parts(*a)]  # type: ignore[method-assign]
    sound(write_unknown(world, films, Watch()))


@pytest.mark.parametrize("written", [write, write_unknown])
def test_a_zip_that_was_completed_before_its_worker_died_is_not_made_again(
    world: World, films: Job, written: Callable[[World, Job, Watch], Any]
) -> None:
    first, finish, start = Watch(), world.objects.finish_parts, world.objects.start_parts

    def dies(*given: Any, **more: Any) -> None:
        finish(*given, **more)
        raise Crash

    world.objects.finish_parts = dies  # type: ignore[method-assign, assignment]
    with pytest.raises(Crash):
        written(world, films, first)
    second = Watch()
    second.upload = first.upload
    world.objects.start_parts = world.objects.copy_part = world.objects.put_part = None  # type: ignore
    written(world, films, second)
    world.objects.start_parts = start  # type: ignore[method-assign]
    third = Watch()
    third.upload = first.upload
    world.objects.put(KEY, b"another zip of that name", "x")
    with pytest.raises(TypeError):  # another object is in place: the whole zip is rebuilt
        written(world, films, third)


def test_two_that_complete_the_same_zip_leave_one(world: World, films: Job) -> None:
    finish = world.objects.finish_parts

    def twice(*given: Any, **more: Any) -> Any:
        finish(*given, **more)
        return finish(*given, **more)

    world.objects.finish_parts = twice  # type: ignore[method-assign]
    sound(write_unknown(world, films, Watch()))


@pytest.mark.parametrize("told", [True, False])
def test_a_wrong_crc_makes_no_zip(world: World, films: Job, told: bool) -> None:
    """told: whether the store returns the CRC32s of copied parts, so that the error shows before the end."""
    copy = world.objects.copy_part
    if not told:
        world.objects.copy_part = lambda *a, **m: replace(copy(*a, **m), crc32=None)  # type: ignore[method-assign]
    files = {file.number: Source.of(file) for file in world.files(films)}
    wrong = [Member(f"{n}", replace(inspected(world.jobs.file(films.id, n)), crc32=n)) for n in (1, 3)]
    with pytest.raises(SourceChanged):
        write_archive(Watch(), world.objects, KEY, plan_archive(wrong, files), None)
    assert (None, KEY) not in world.objects.stored


def test_a_small_member_with_another_crc_is_named(world: World, films: Job) -> None:
    files = {file.number: Source.of(file) for file in world.files(films)}
    found = [inspected(file) for file in world.files(films)]
    wrong = [Member(f.filename, replace(f, crc32=7) if f.number == 2 else f) for f in found]
    with pytest.raises(SourceChanged) as seen:
        write_archive(Watch(), world.objects, KEY, plan_archive(wrong, files), None)
    assert getattr(seen.value, "number", None) == 2


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("replaced", [True, False])
@pytest.mark.parametrize("at", [0, 1])
def test_a_large_file_that_changes_while_it_is_zipped_is_named(
    world: World, films: Job, number: int, replaced: bool, at: int
) -> None:
    """at: 0 for a change before the zip begins, 1 for a change after the file's bytes were copied."""
    file = world.jobs.file(films.id, number)

    def changes() -> None:
        if replaced:
            world.objects.put(file.key, os.urandom(file.size), "x")
        else:
            world.objects.delete([file.key])

    class Changing(Watch):
        def progress(self, percent: float, filename: str | None = None) -> None:
            if not self.percents:
                changes()
            super().progress(percent, filename)

    if not at:
        changes()
    with pytest.raises(SourceChanged) as seen:
        write_unknown(world, films, Changing() if at else Watch())
    assert getattr(seen.value, "number", None) == number
    assert (None, KEY) not in world.objects.stored
