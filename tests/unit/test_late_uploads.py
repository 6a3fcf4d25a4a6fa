"""Uploads after the deletion of their file or job: no item would lead to them, so they are removed."""

from chalicelib.jobs import keys
from chalicelib.jobs.intake.reuse import Chosen, Reuse
from chalicelib.jobs.model import Job
from tests.fakes import World
from tests.fakes.world import OWNER


def stored(world: World) -> set[str]:
    return {key for _, key in world.objects.stored if key.startswith("uploads/")}


def done(world: World) -> Job:
    job = world.open(b"one", b"two")
    world.drain()
    return job


def minutes_later(world: World) -> None:
    world.drain()
    world.advance(61)
    world.drain()


def test_what_is_sent_to_a_deleted_job_goes(world: World) -> None:
    job = done(world)
    world.deletion.delete_job(OWNER, job.id)
    world.drain()
    assert stored(world) == set()
    world.upload(job, 1, b"ONE")
    assert len(stored(world)) == 1
    minutes_later(world)
    assert stored(world) == set()


def test_what_is_sent_to_a_deleted_file_goes_and_the_others_stay(world: World) -> None:
    job = done(world)
    world.deletion.delete_file(OWNER, job.id, 1)
    world.upload(job, 1, b"ONE")
    minutes_later(world)
    assert stored(world) == {keys.upload("photos", job.id, 2)}


def test_what_is_sent_while_its_job_is_being_deleted_goes_too(world: World) -> None:
    job = done(world)
    remove, world.jobs.remove_job = world.jobs.remove_job, lambda job: None  # type: ignore[method-assign]
    world.deletion.delete_job(OWNER, job.id)
    world.upload(job, 1, b"ONE")
    world.drain()
    world.jobs.remove_job = remove  # type: ignore[method-assign]
    world.settle_down(5)
    assert stored(world) == set()


def test_a_message_that_comes_twice_takes_nothing_that_another_file_shares(world: World) -> None:
    job = done(world)
    seen = world.objects.stat(keys.upload("photos", job.id, 1))
    reuse = Reuse(world.core, world.owned, world.intake, world.settling, world.pipelines)
    other = reuse.open_job(OWNER, "photos", [Chosen(world.jobs.file(job.id, 1).id)], {})
    world.drain()
    world.deletion.delete_job(OWNER, job.id)
    world.drain()
    world.tell(seen)
    minutes_later(world)
    assert stored(world) == {world.jobs.file(other.id, 1).key}


def test_a_message_that_comes_twice_for_a_file_that_is_there_changes_nothing(world: World) -> None:
    job = done(world)
    world.tell(world.objects.stat(keys.upload("photos", job.id, 1)))
    minutes_later(world)
    assert len(stored(world)) == 2
