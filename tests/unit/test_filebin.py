"""Single files in the bin: absent from every zip, deleted after 30 days, whatever their job does meanwhile."""

import zipfile
from io import BytesIO

import pytest

from chalicelib.jobs.errors import FileNotFound
from chalicelib.jobs.model import BIN_KEEPS, Job, file_id
from chalicelib.jobs.ports.stores import Use
from chalicelib.jobs.states import FINAL, JobState
from tests.fakes import World
from tests.fakes.world import OWNER, STRANGER

DAYS = BIN_KEEPS.total_seconds()


def done(world: World, *contents: bytes) -> Job:
    job = world.open(*contents)
    world.drain()
    assert world.job(job).state is JobState.COMPLETED
    return world.job(job)


def ids(job: Job, *numbers: int) -> list[str]:
    return [file_id(job.id, number) for number in numbers]


def zipped(world: World, job: Job) -> list[str]:
    artifact = world.jobs.artifact(job.id, "complete")
    with zipfile.ZipFile(BytesIO(b"".join(world.objects.stream(artifact.key, 0, artifact.size)))) as archive:
        return archive.namelist()


def listed(world: World) -> list[str]:
    return [file.id for _, file in world.file_bin.page(OWNER, 100, None)[0]]


def test_a_rebuilt_zip_is_without_what_is_in_the_bin_and_with_what_came_back(world: World) -> None:
    job = done(world, b"one", b"two", b"three")
    assert world.file_bin.put(OWNER, ids(job, 2)).done == tuple(ids(job, 2))
    assert not world.job(job).current
    world.control.remake(OWNER, job.id, dict(job.options))
    world.drain()
    assert zipped(world, job) == ["0001.txt", "0003.txt"]
    assert world.job(job).current
    world.file_bin.restore(OWNER, ids(job, 2))
    world.control.remake(OWNER, job.id, dict(job.options))
    world.drain()
    assert zipped(world, job) == ["0001.txt", "0002.txt", "0003.txt"]


def test_what_was_put_there_is_deleted_after_thirty_days_and_not_before(world: World) -> None:
    job = done(world, b"one", b"two", b"three")
    world.file_bin.put(OWNER, ids(job, 1))
    world.advance(DAYS / 2)
    world.file_bin.put(OWNER, ids(job, 2))
    world.advance(DAYS / 2 - 120)
    world.settle_down(minutes=1)
    assert listed(world) == ids(job, 1, 2)
    world.advance(60)
    world.settle_down(minutes=5)
    assert listed(world) == ids(job, 2)
    assert (None, f"uploads/photos/{job.id}/00000001") not in world.objects.stored
    assert world.jobs.usage(OWNER).stored_bytes == 8
    world.advance(DAYS / 2)
    world.settle_down(minutes=5)
    there = world.job(job)
    assert (listed(world), there.bin_due_at, there.due_at) == ([], None, None)
    assert (there.counts.removed, there.counts.inspected, there.counts.binned) == (2, 1, 0)


def test_a_job_that_is_rebuilt_meanwhile_is_due_for_its_bin_all_the_same(world: World) -> None:
    job = done(world, b"one", b"two")
    world.file_bin.put(OWNER, ids(job, 2))
    world.control.remake(OWNER, job.id, dict(job.options))
    world.drain()
    assert world.job(job).due_at == world.job(job).bin_due_at
    world.advance(DAYS)
    world.settle_down(minutes=3)
    assert listed(world) == []
    assert world.job(job).counts.removed == 1


def test_a_job_goes_into_the_bin_with_its_own_and_comes_back_with_it(world: World) -> None:
    job = done(world, b"one", b"two")
    world.file_bin.put(OWNER, ids(job, 2))
    world.advance(DAYS / 2)
    world.deletion.bin_job(OWNER, job.id)
    assert listed(world) == []
    with pytest.raises(FileNotFound):
        world.file_bin.restore(OWNER, ids(job, 2))
    world.advance(DAYS / 2 + 60)
    world.settle_down(minutes=3)
    assert world.job(job).counts.binned == 1, "a job in the bin keeps its files"
    world.deletion.restore_job(OWNER, job.id)
    world.settle_down(minutes=3)
    assert (listed(world), world.job(job).counts.removed) == ([], 1)


def test_files_of_a_job_that_is_not_over_stay_and_are_named(world: World) -> None:
    job, waits = done(world, b"one"), world.open(b"two", b"three", upload=False)
    moved = world.file_bin.put(OWNER, ids(waits, 1) + ids(job, 1))
    assert (moved.done, moved.missed) == (tuple(ids(job, 1)), tuple(ids(waits, 1)))
    again = world.file_bin.put(OWNER, ids(job, 1))
    assert (again.done, world.job(job).counts.binned) == (tuple(ids(job, 1)), 1)
    assert world.job(waits).state not in FINAL
    world.control.act(OWNER, waits.id, "cancel")
    assert world.file_bin.put(OWNER, ids(waits, 1)).missed == tuple(ids(waits, 1)), "it has not been inspected"


@pytest.mark.parametrize("given", ["nonsense", "00000000000000000000000099-00000001", "{job}-00000009"])
def test_nothing_is_moved_where_one_of_the_files_is_not_the_owners(world: World, given: str) -> None:
    job = done(world, b"one")
    with pytest.raises(FileNotFound):
        world.file_bin.put(OWNER, [*ids(job, 1), given.format(job=job.id)])
    with pytest.raises(FileNotFound):
        world.file_bin.put(STRANGER, ids(job, 1))
    assert world.job(job).counts.binned == 0
    world.file_bin.put(OWNER, ids(job, 1))
    with pytest.raises(FileNotFound):
        world.file_bin.restore(STRANGER, ids(job, 1))
    assert world.file_bin.page(STRANGER, 10, None) == ([], None)


def test_the_duplicates_of_what_goes_into_the_bin_are_files_of_their_own(world: World) -> None:
    job = done(world, b"same", b"same", b"other")
    assert world.states(job) == ["inspected", "duplicate", "inspected"]
    world.file_bin.put(OWNER, ids(job, 1))
    assert [(f.number, f.state.value) for f in world.jobs.files(job)] == [(2, "inspected"), (3, "inspected")]
    world.file_bin.restore(OWNER, ids(job, 1))
    world.control.remake(OWNER, job.id, dict(job.options))
    world.drain()
    assert world.states(job) == ["inspected", "duplicate", "inspected"]


def test_the_list_goes_on_where_it_ended(world: World) -> None:
    jobs = [done(world, b"one", b"two", b"three") for _ in range(2)]
    for job in jobs:
        world.file_bin.put(OWNER, ids(job, 1, 2, 3))
    wanted = [*ids(jobs[1], 1, 2, 3), *ids(jobs[0], 1, 2, 3)]
    found: list[str] = []
    after = None
    while True:
        some, after = world.file_bin.page(OWNER, 2, after)
        found += [file.id for _, file in some]
        if after is None:
            break
    assert found == wanted
    assert world.file_bin.page(OWNER, 6, None)[1] is None
    world.deletion.delete_job(OWNER, jobs[1].id)
    world.drain()
    assert [file.id for _, file in world.file_bin.page(OWNER, 9, wanted[1])[0]] == wanted[3:]


def test_a_sweep_that_runs_out_of_time_goes_on_by_a_message(world: World) -> None:
    job = done(world, b"one", b"two")
    world.file_bin.put(OWNER, ids(job, 1, 2))
    world.advance(DAYS)
    world.file_bin.empty(job.id, world.deadline(0))
    assert world.job(job).counts.binned == 2
    world.drain()
    assert world.job(job).counts.removed == 2


def test_a_file_that_another_job_still_needs_is_asked_for_again(world: World) -> None:
    job = done(world, b"one")
    file = world.jobs.file(job.id, 1)
    world.file_bin.put(OWNER, ids(job, 1))
    world.advance(DAYS)
    user = world.open(b"two", upload=False)
    world.set_file(world.jobs.file(user.id, 1), source=file.id, key=file.key)
    world.jobs.note_uses([Use(job.id, 1, user.id, 1, world.now)])
    world.file_bin.empty(job.id, world.deadline())
    assert world.job(job).counts.binned == 1
    assert world.now < (world.job(job).due_at or world.now) <= world.deadline(3600)
    world.control.act(OWNER, user.id, "cancel")
    world.advance(3600)
    world.settle_down(minutes=2)
    assert world.job(job).counts.removed == 1
    assert (None, file.key) in world.objects.stored
