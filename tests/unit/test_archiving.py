"""The zip of a job in parts: what the store has already is kept, and a file that changed is noticed."""

import io
import os
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.files.archive import SourceChanged
from chalicelib.jobs.model import Job
from chalicelib.jobs.work.archiving import Source, write_archive
from chalicelib.jobs.work.context import inspected
from chalicelib.observing import about
from chalicelib.pipelines.base import Member
from tests.fakes import World
from tests.fakes.world import Crash

MIB = 1024 * 1024
KEY = "results/x/complete"


class Watch:
    """Counts how often it was told something; dies when told to."""

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
    return write_archive(watch, world.objects, KEY, members(world, job), files, None)


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
    write_archive(second, world.objects, KEY, list(reversed(members(world, job))), files, None)
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
    from dataclasses import replace

    files = {file.number: Source.of(file) for file in world.files(job)}
    unknown = [Member("a", replace(inspected(world.jobs.file(job.id, 3)), crc32=None))]
    with pytest.raises(ValueError, match="CRC32"):
        write_archive(Watch(), world.objects, KEY, unknown, files, None)


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
    write_archive(second, world.objects, KEY, list(reversed(members(world, job))), files, None)
    assert world.objects.uploads == {}
