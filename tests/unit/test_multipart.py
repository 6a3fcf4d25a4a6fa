"""Large files in parts: signed in windows, resumed from the stored parts, completed once."""

from dataclasses import replace

import pytest

from chalicelib.jobs.errors import FileNotFound, InvalidFields, JobError, JobNotFound, NotAllowedInState
from chalicelib.jobs.intake.multipart import MAX_PARTS, SMALLEST_PART, part_size
from chalicelib.jobs.intake.uploads import Announced
from chalicelib.jobs.model import Job
from chalicelib.jobs.states import FileState, JobState
from tests.fakes import World
from tests.fakes.world import LIMITS, OWNER, STRANGER

MIB, TIB = 1024**2, 1024**4
CONTENT = b"0123456789" * (4 * MIB)


@pytest.fixture
def world() -> World:
    return World(limits=replace(LIMITS, multipart_from=16 * MIB))


def announced(world: World, size: int = len(CONTENT)) -> Job:
    job, [upload] = world.intake.open_job(OWNER, "photos", {}, [Announced("1.txt", size)])
    assert upload.request is None
    assert upload.part_count == -(-size // (upload.file.part_size or 1))
    return job


def send(world: World, job: Job, *parts: int) -> dict[int, str]:
    world.multipart.sign(OWNER, job.id, 1, [(part, None, None) for part in parts])
    file = world.jobs.file(job.id, 1)
    size, sent = file.part_size, {}
    for part in parts:
        piece = CONTENT[(part - 1) * size : part * size]
        sent[part] = world.objects.put_part(file.key, file.upload_id, part, piece).etag
    return sent


@pytest.mark.parametrize("size", [1, 64 * MIB, SMALLEST_PART * MAX_PARTS, SMALLEST_PART * MAX_PARTS + 1, 5 * TIB])
def test_ten_thousand_parts_suffice_for_any_size(size: int) -> None:
    part = part_size(size)
    assert -(-size // part) <= MAX_PARTS
    assert SMALLEST_PART <= part <= 5 * 1024 * MIB
    assert part % MIB == 0


def test_only_files_over_the_threshold_come_in_parts(world: World) -> None:
    job, [small, large] = world.intake.open_job(
        OWNER, "photos", {}, [Announced("1.txt", 16 * MIB - 1), Announced("2.txt", 17 * MIB)]
    )
    assert small.request is not None
    assert (large.request, large.part_count) == (None, 2)
    with pytest.raises(NotAllowedInState):
        world.multipart.sign(OWNER, job.id, 1, [(1, None, None)])


def test_each_part_is_signed_for_its_own_length_and_checksum(world: World) -> None:
    job = announced(world)
    signed = dict(world.multipart.sign(OWNER, job.id, 1, [(1, None, "01020304"), (3, None, None)]))
    assert signed[1].headers == {"Content-Length": str(16 * MIB), "x-amz-checksum-crc32": "01020304"}
    assert signed[3].headers == {"Content-Length": str(len(CONTENT) - 32 * MIB)}
    assert len(world.objects.uploads) == 1
    world.multipart.sign(OWNER, job.id, 1, [(2, None, None)])
    assert len(world.objects.uploads) == 1


@pytest.mark.parametrize("part", [0, 4, -1])
def test_parts_out_of_range_are_refused(world: World, part: int) -> None:
    job = announced(world)
    with pytest.raises(InvalidFields):
        world.multipart.sign(OWNER, job.id, 1, [(part, None, None)])


def test_an_upload_is_resumed_from_what_the_store_has(world: World) -> None:
    job = announced(world)
    assert world.multipart.there(OWNER, job.id, 1) == []
    etags = send(world, job, 1, 3)
    assert [part.number for part in world.multipart.there(OWNER, job.id, 1)] == [1, 3]
    with pytest.raises(JobError, match="1 of 3 parts"):
        world.multipart.complete(OWNER, job.id, 1, etags)
    etags |= send(world, job, 2)
    world.multipart.complete(OWNER, job.id, 1, etags)
    world.drain()
    file = world.jobs.file(job.id, 1)
    assert (file.state, file.size) == (FileState.INSPECTED, len(CONTENT))
    assert file.crc32 == world.objects.crc32(file.key)
    assert world.job(job).state is JobState.COMPLETED


def test_completing_again_answers_the_same(world: World) -> None:
    job = announced(world)
    etags = send(world, job, 1, 2, 3)
    first = world.multipart.complete(OWNER, job.id, 1, etags)
    assert world.multipart.complete(OWNER, job.id, 1, etags).id == first.id
    world.drain()
    assert world.multipart.complete(OWNER, job.id, 1, etags).id == first.id
    assert world.job(job).counts.inspected == 1


def test_a_part_with_another_etag_is_missing(world: World) -> None:
    job = announced(world)
    etags = send(world, job, 1, 2, 3) | {2: "another"}
    with pytest.raises(JobError, match="the first is part 2"):
        world.multipart.complete(OWNER, job.id, 1, etags)
    assert len(world.objects.uploads) == 1


def test_an_aborted_upload_is_begun_anew(world: World) -> None:
    job = announced(world)
    etags = send(world, job, 1)
    world.multipart.abort(OWNER, job.id, 1)
    assert world.objects.uploads == {}
    with pytest.raises(NotAllowedInState):
        world.multipart.complete(OWNER, job.id, 1, etags)
    world.multipart.complete(OWNER, job.id, 1, send(world, job, 1, 2, 3))
    world.drain()
    assert world.states(job) == ["inspected"]


def test_of_two_starts_at_once_one_upload_is_left(world: World) -> None:
    job = announced(world)
    start = world.objects.start_parts

    def rival(*args: object, **more: object) -> str:
        world.objects.start_parts = start  # type: ignore[method-assign]
        world.multipart.sign(OWNER, job.id, 1, [(1, None, None)])
        return start(*args, **more)  # type: ignore[arg-type]

    world.objects.start_parts = rival  # type: ignore[method-assign]
    world.multipart.sign(OWNER, job.id, 1, [(1, None, None)])
    assert list(world.objects.uploads) == [world.jobs.file(job.id, 1).upload_id]


def test_anothers_parts_are_not_there(world: World) -> None:
    job = announced(world)
    etags = send(world, job, 1, 2, 3)
    with pytest.raises(JobNotFound):
        world.multipart.sign(STRANGER, job.id, 1, [(1, None, None)])
    with pytest.raises(JobNotFound):
        world.multipart.there(STRANGER, job.id, 1)
    with pytest.raises(JobNotFound):
        world.multipart.complete(STRANGER, job.id, 1, etags)
    with pytest.raises(JobNotFound):
        world.multipart.abort(STRANGER, job.id, 1)
    with pytest.raises(FileNotFound):
        world.multipart.there(OWNER, job.id, 2)
