"""A zip whose parts many workers make: sound and identical despite deaths, repeated messages and lost messages."""

import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest

from chalicelib.jobs.model import Job
from chalicelib.jobs.states import JobState
from chalicelib.pipelines.archive_step import StrategyOption, archive_slices
from chalicelib.pipelines.base import Member, RunContext, Step
from tests.fakes import World
from tests.fakes.queues import Message, record
from tests.fakes.world import OWNER, Crash, Options

MIB = 1024 * 1024
RUN = "run-scans"
SIZES = (34 * MIB, 9 * MIB, 9 * MIB, 9 * MIB, 17 * MIB, 3, 9 * MIB)
CONTENTS = [Random(number).randbytes(size) for number, size in enumerate(SIZES)]


class Wide(Options):
    strategy: StrategyOption = "fast"


def members(job: RunContext) -> Iterator[Member]:
    for file in job.files():
        if file.state != "inspected":
            continue
        yield Member(f"{file.number}.bin", job.checksum(file))
    yield Member("own.txt", b"own")


def write(job: RunContext) -> None:
    job.archive("complete", "a.zip", members(job))


@pytest.fixture
def wide(world: World) -> World:
    world.scans.Options = Wide
    fill = archive_slices("Fill", "complete", members)
    world.scans.steps = (fill, Step("Write", write))
    return world


def opened(world: World) -> Job:
    job = world.open(*CONTENTS, pipeline="scans")
    world.drain("inspect-scans")
    return job


def divided(world: World) -> Job:
    """A job with a divided zip; its slices' messages come by the queue, after the direct invocations."""
    job = opened(world)
    world.deliver(RUN)
    assert (world.job(job).slices or 0) >= 4
    return world.job(job)


def zipped(world: World, job: Job) -> bytes:
    done = world.job(job)
    assert (done.state, done.upload) == (JobState.COMPLETED, None), done.error_message
    assert world.objects.uploads == {}
    assert not list(world.objects.below(f"work/{job.id}/"))
    content = world.objects.stored[None, f"results/{job.id}/complete"].content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        assert [archive.read(name) for name in archive.namelist()] == [*CONTENTS, b"own"]
    return content


def made(world: World) -> list[int]:
    """The numbers of the parts made from now on."""
    numbers: list[int] = []
    put, copy = world.objects.put_part, world.objects.copy_part

    def putting(key: str, upload: str, number: int, content: bytes) -> Any:
        numbers.append(number)
        return put(key, upload, number, content)

    def copying(key: str, upload: str, number: int, *given: Any, **more: Any) -> Any:
        numbers.append(number)
        return copy(key, upload, number, *given, **more)

    world.objects.put_part, world.objects.copy_part = putting, copying  # type: ignore[method-assign]
    return numbers


def invoke(world: World, body: dict[str, Any]) -> list[str]:
    """Handles a message as Lambda handles an invocation."""
    world.numbers = getattr(world, "numbers", 0) + 1  # type: ignore[attr-defined]
    message = Message(RUN, f"invoked-{world.numbers}", json.dumps(body), world.now)  # type: ignore[attr-defined]
    return world.handle(RUN, {"Records": [record(message)]}, 900)


def test_many_workers_make_each_part_once_and_the_same_zip_as_one(wide: World) -> None:
    numbers = made(wide)
    job = divided(wide)
    wide.settle_down(minutes=2)
    shared = zipped(wide, job)
    assert max(Counter(numbers).values()) == 1
    wide.scans.steps = (Step("Write", write),)
    alone = opened(wide)
    wide.drain()
    assert zipped(wide, alone) == shared


@pytest.mark.parametrize("before", [True, False])
def test_a_worker_may_die_at_any_part(wide: World, before: bool) -> None:
    """before: the worker dies before the store has the part, otherwise right after."""
    job = opened(wide)
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

    # The bucket's lifecycle rule removes uploads that were begun and never recorded.
    for name in ("put_part", "copy_part", "finish_parts", *(["start_parts"] if before else [])):
        setattr(wide.objects, name, dying(getattr(wide.objects, name)))
    wide.settle_down(minutes=40)
    zipped(wide, job)
    assert dies_at >= 3


@pytest.mark.parametrize("arrive", [0, 1, 2, 99])
def test_invocations_that_are_lost_come_by_the_queue(wide: World, arrive: int) -> None:
    wide.invoked = []
    job = divided(wide)
    slices = wide.job(job).slices or 0
    assert [body["slice"] for body in wide.invoked] == list(range(slices))
    assert len(wide.queue.bodies(RUN)) == slices
    assert wide.queue.visible(RUN) == []
    for body in wide.invoked[:arrive]:
        assert invoke(wide, body) == []
    numbers = made(wide)
    wide.advance(20)
    wide.drain()
    zipped(wide, job)
    assert max(Counter(numbers).values()) == 1


def test_a_step_that_does_not_ask_for_it_is_not_invoked(world: World) -> None:
    world.invoked = []
    world.scans.share()
    job = world.open(b"1", b"2", pipeline="scans")
    world.drain()
    assert (world.job(job).state, world.invoked) == (JobState.COMPLETED, [])


def test_two_workers_on_one_slice_leave_what_one_would(wide: World) -> None:
    wide.invoked = []
    job = divided(wide)
    body = wide.invoked[0]
    put, copy, begun = wide.objects.put_part, wide.objects.copy_part, []

    def meanwhile(method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **more: Any) -> Any:
            if not begun:
                begun.append(1)
                invoke(wide, body)  # repeated, while the first holds the claim
                assert (wide.job(job).slices_done, len(begun)) == (0, 1)
                wide.advance(120)  # the first outlasts its lease
                invoke(wide, body)
                assert wide.job(job).slices_done == 1
            return method(*given, **more)

        return call

    wide.objects.put_part, wide.objects.copy_part = meanwhile(put), meanwhile(copy)  # type: ignore[method-assign]
    invoke(wide, body)
    assert wide.job(job).slices_done == 1
    wide.settle_down(minutes=5)
    zipped(wide, job)


def test_an_upload_that_is_aborted_under_the_workers_is_begun_anew(wide: World) -> None:
    job = divided(wide)
    wide.objects.uploads.clear()
    wide.settle_down(minutes=5)
    zipped(wide, job)


def test_a_job_that_is_cancelled_takes_the_parts_with_it(wide: World) -> None:
    wide.invoked = []
    job = divided(wide)
    invoke(wide, wide.invoked[0])
    wide.control.act(OWNER, job.id, "cancel")
    for body in wide.invoked[1:]:
        invoke(wide, body)
    wide.settle_down(minutes=5)
    assert wide.job(job).state is JobState.CANCELLED
    assert wide.objects.uploads == {}
    assert not list(wide.objects.below("work/"))
    assert not list(wide.objects.below("results/"))


def test_a_job_that_is_paused_goes_on_with_the_parts_that_are_there(wide: World) -> None:
    wide.invoked = []
    job = divided(wide)
    invoke(wide, wide.invoked[0])
    wide.control.act(OWNER, job.id, "pause")
    for body in wide.invoked[1:]:
        invoke(wide, body)
    [upload] = wide.objects.uploads.values()
    there = set(upload.parts)
    assert there
    numbers = made(wide)
    wide.control.act(OWNER, job.id, "resume")
    wide.settle_down(minutes=5)
    zipped(wide, job)
    assert there.isdisjoint(numbers)


@pytest.mark.parametrize("number", range(1, len(SIZES) + 1))
@pytest.mark.parametrize("first", [True, False])
def test_a_file_that_is_replaced_fails_the_zip_by_its_name(wide: World, number: int, first: bool) -> None:
    """first: the file changes before any slice, otherwise after the first slice."""
    wide.invoked = []
    job = divided(wide)
    if not first:
        invoke(wide, wide.invoked[0])
    file = wide.jobs.file(job.id, number)
    wide.lost = lambda seen: True  # the event of S3 is lost
    wide.objects.put(file.key, Random(99).randbytes(file.size), "text/plain")
    for body in wide.invoked[0 if first else 1 :]:
        invoke(wide, body)
    wide.settle_down(minutes=5)
    done = wide.job(job)
    if done.state is JobState.COMPLETED:  # the file was read before its replacement
        assert not first
        zipped(wide, job)
        return
    assert (done.state, done.error_code) == (JobState.FAILED, "file_changed")
    assert file.filename in (done.error_message or "")
    assert wide.objects.uploads == {}
    assert (None, f"results/{job.id}/complete") not in wide.objects.stored


def test_a_file_that_is_deleted_is_left_out(wide: World) -> None:
    wide.invoked = []
    job = divided(wide)
    wide.objects.delete([wide.jobs.file(job.id, 5).key])
    for body in wide.invoked:
        invoke(wide, body)
    wide.settle_down(minutes=5)
    done = wide.job(job)
    assert done.state is JobState.COMPLETED, done.error_message
    assert wide.jobs.file(job.id, 5).state == "rejected"
    assert wide.objects.uploads == {}
    content = wide.objects.stored[None, f"results/{job.id}/complete"].content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
