"""An archive of other jobs' files by many workers: the same zip as by one worker, and vanished files are named."""

import io
import zipfile
from collections.abc import Callable
from random import Random
from typing import Any
from zlib import crc32

import pytest

from chalicelib.archives import work
from chalicelib.archives.plan import Planned, packed
from chalicelib.jobs import keys
from chalicelib.jobs.model import Job
from chalicelib.jobs.states import JobState
from chalicelib.pipelines.base import StoredFile, Strategy
from tests.fakes import World
from tests.fakes.world import OWNER, Crash

MIB = 1024 * 1024
RUN = "run-chores"
SIZES = (34 * MIB, 9 * MIB, 9 * MIB, 17 * MIB, 9 * MIB, 9 * MIB, 3)
COUNTS = (3, 3, 1)
CONTENTS = [Random(number).randbytes(size) for number, size in enumerate(SIZES)]


@pytest.fixture
def archives(world: World) -> World:
    world.chores.steps = work.ArchiveWork().steps
    world.chores.Options = work.Options
    return world


def begin(
    world: World, strategy: Strategy, counts: tuple[int, ...] = (len(SIZES),), contents: list[bytes] = CONTENTS
) -> Job:
    """The large files have no CRC32 yet: their copies return it."""
    members = []
    for number, content in enumerate(contents):
        key = f"uploads/scans/other/{number}"
        world.objects.put(key, content, "video/mp4")
        crc = None if len(content) > 16 * MIB else crc32(content)
        stored = StoredFile(f"{number}.mov", key, len(content), crc, world.objects.stat(key).etag)
        members.append(Planned(f"{number}.bin", stored))
    job_id = world.new_id()
    world.objects.put(keys.work(job_id, work.SELECTION), packed(members), "application/octet-stream")
    options = {
        "layout": "flat",
        "filename": "chosen",
        "file_count": len(members),
        "size_bytes": sum(SIZES),
        "counts": list(counts),
        "sizes": [1] * len(counts),
        "strategy": strategy,
    }
    return world.intake.start(OWNER, "chores", options, job_id)


def zipped(world: World, job: Job, name: str = work.COMPLETE) -> bytes:
    content = world.objects.stored[None, keys.result(job.id, name)].content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
    return content


def test_many_workers_make_the_zip_that_one_makes_and_read_no_film_for_it(archives: World) -> None:
    read: list[int] = []
    stream = archives.objects.stream

    def watched(key: str, start: int, end: int, **more: object) -> object:
        if key.endswith(("/0", "/3")):
            read.append(end - start)
        return stream(key, start, end, **more)

    archives.objects.stream = watched  # type: ignore[method-assign, assignment]
    found = []
    for strategy in ("fast", "cheap"):
        read.clear()
        job = begin(archives, strategy)
        archives.deliver(RUN)
        assert (archives.job(job).slices or 0) >= 2 if strategy == "fast" else archives.job(job).slices is None
        archives.settle_down(minutes=5)
        assert archives.job(job).state is JobState.COMPLETED, archives.job(job).error_message
        assert sum(read) <= 2 * 5 * MIB, "at most the head of each file"
        found.append(zipped(archives, job))
    assert found[0] == found[1]
    with zipfile.ZipFile(io.BytesIO(found[0])) as archive:
        assert [archive.read(name) for name in archive.namelist()] == CONTENTS


def test_a_zip_with_too_little_to_share_leaves_no_upload_behind(archives: World) -> None:
    begun: list[str] = []
    start = archives.objects.start_parts

    def starting(key: str, *given: Any, **more: Any) -> str:
        begun.append(key)
        return start(key, *given, **more)

    archives.objects.start_parts = starting  # type: ignore[method-assign]
    job = begin(archives, "fast", (1,), CONTENTS[3:4])
    archives.deliver(RUN)
    assert archives.job(job).state is JobState.COMPLETED, archives.job(job).error_message
    assert (len(begun), archives.objects.uploads) == (2, {})
    zipped(archives, job)


def several(world: World, job: Job) -> list[bytes]:
    """The zips of a job that was begun with COUNTS, each complete."""
    assert world.job(job).state is JobState.COMPLETED, world.job(job).error_message
    assert world.objects.uploads == {}
    found, start = [], 0
    for name, count in zip(("part01", "part02", "part03"), COUNTS, strict=True):
        found.append(zipped(world, job, name))
        with zipfile.ZipFile(io.BytesIO(found[-1])) as archive:
            some = CONTENTS[start : start + count]
            assert [archive.read(member) for member in archive.namelist()] == some
        start += count
    return found


def test_many_workers_make_the_several_zips_that_one_makes(archives: World) -> None:
    """One of the zips is too small for parts."""
    found = []
    for strategy in ("fast", "cheap"):
        job = begin(archives, strategy, COUNTS)
        archives.deliver(RUN)
        assert (archives.job(job).slices or 0) >= 2 if strategy == "fast" else archives.job(job).slices is None
        archives.settle_down(minutes=5)
        found.append(several(archives, job))
    assert found[0] == found[1]


@pytest.mark.parametrize("before", [True, False])
def test_a_worker_may_die_at_any_part_of_several_zips(archives: World, before: bool) -> None:
    """before: the worker dies before the store has the part, otherwise right after."""
    calls, dies_at = 0, 0

    def dying(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **more: Any) -> Any:
            nonlocal calls, dies_at
            calls += 1
            dies = calls == dies_at + 1
            if dies:
                calls, dies_at = 0, dies_at + 1
            if dies and before:
                raise Crash
            done = method(*given, **more)
            if dies:
                raise Crash
            return done

        return call

    job = begin(archives, "fast", COUNTS)
    for name in ("put_part", "copy_part", "finish_parts", "start_parts"):
        setattr(archives.objects, name, dying(getattr(archives.objects, name)))
    archives.settle_down(minutes=60)
    assert dies_at >= 3
    several(archives, job)


def test_a_file_that_goes_takes_the_parts_of_all_zips_with_it(archives: World) -> None:
    job = begin(archives, "fast", COUNTS)
    archives.deliver(RUN)
    assert len(archives.objects.uploads) == 2
    archives.objects.delete(["uploads/scans/other/3"])
    archives.settle_down(minutes=60)
    failed = archives.job(job)
    assert (failed.state, failed.error_code) == (JobState.FAILED, "source_changed")
    assert "3.mov" in (failed.error_message or "")
    assert archives.objects.uploads == {}, "leftover parts would cost money"


def test_a_file_that_goes_between_two_zips_takes_the_parts_of_the_second_with_it(archives: World) -> None:
    job = begin(archives, "fast", COUNTS)
    finish = archives.objects.finish_parts

    def finishing(*given: Any, **more: Any) -> Any:
        archives.objects.delete(["uploads/scans/other/3"])  # the last run writes its header
        return finish(*given, **more)

    archives.objects.finish_parts = finishing  # type: ignore[method-assign]
    archives.settle_down(minutes=60)
    failed = archives.job(job)
    assert (failed.state, failed.error_code) == (JobState.FAILED, "source_changed")
    assert archives.objects.uploads == {}


@pytest.mark.parametrize("number", [0, 1, 3])
@pytest.mark.parametrize("deleted", [True, False])
def test_a_file_that_goes_while_many_are_at_it_fails_the_archive_by_its_name(
    archives: World, number: int, deleted: bool
) -> None:
    job = begin(archives, "fast")
    archives.deliver(RUN)
    assert archives.job(job).slices
    key = f"uploads/scans/other/{number}"
    if deleted:
        archives.objects.delete([key])
    else:
        archives.objects.put(key, bytes(SIZES[number]), "video/mp4")
    archives.settle_down(minutes=60)
    failed = archives.job(job)
    assert (failed.state, failed.error_code) == (JobState.FAILED, "source_changed")
    assert f"{number}.mov" in (failed.error_message or "")
    assert archives.objects.uploads == {}, "leftover parts would cost money"
    assert (None, keys.result(job.id, work.COMPLETE)) not in archives.objects.stored
