"""Closing a drop folder: page by page in a worker, resumed wherever a worker dies, with few calls."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from chalicelib.jobs.model import Job
from chalicelib.jobs.states import JobState
from chalicelib.stores.dynamo.job_table import JobTable
from chalicelib.stores.dynamo.table import Table
from tests.emulator import mock_aws
from tests.fakes import World
from tests.fakes import objects as memory
from tests.fakes.world import OWNER, Crash
from tests.unit.test_exactly_once import fresh_jobs


def put(world: World, *names: str, content: bytes = b"") -> None:
    """Puts files, each with bytes of its own by default."""
    for name in names:
        world.objects.put(f"drop/photos/trip/{name}", content or name.encode(), "text/plain")


def only_job(world: World) -> Job:
    [job] = world.jobs_of(OWNER)
    return job


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "PAGE", 10)


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize("dies_at", range(12))
def test_a_worker_that_dies_is_followed_by_one_that_goes_on_and_each_file_counts_once(dies_at: int) -> None:
    world = World()
    lost = {f"{number:02d}.txt" for number in range(0, 40, 3)}
    world.lost = lambda seen: seen.key.rpartition("/")[2] in lost
    put(world, *(f"{number:02d}.txt" for number in range(40)))
    world.drain()
    put(world, "_DONE")
    world.drain("inspect-photos")
    left = dies_at

    def pass_moment() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            raise Crash

    apply = world.jobs.apply

    def apply_then(*changes: Any) -> Any:
        done = apply(*changes)
        pass_moment()
        return done

    world.jobs.apply = apply_then
    world.deliver("import")
    world.jobs.apply = apply
    world.settle_down(minutes=35)
    job = only_job(world)
    assert (job.state, job.file_count, job.counts.inspected) == (JobState.COMPLETED, 40, 40)
    assert sorted(file.filename for file in world.files(job)) == [f"{number:02d}.txt" for number in range(40)]


@pytest.mark.usefixtures("small_pages")
def test_a_worker_whose_time_is_up_leaves_the_rest_to_a_fresh_one(world: World) -> None:
    put(world, *(f"{number:02d}.txt" for number in range(35)), "_DONE")
    world.drain("inspect-photos")
    pages = []
    list_page = world.objects.list_page

    def slow(prefix: str, **where: Any) -> Any:
        pages.append(where["after"])
        world.advance(8)
        return list_page(prefix, **where)

    world.objects.list_page = slow
    for closed_after in (2, 4):
        assert not only_job(world).sealed
        assert world.deliver("import", seconds=20) == 1
        assert len(pages) == closed_after
    assert pages == [None, *(f"drop/photos/trip/{number:02d}.txt" for number in (9, 19, 29))]
    assert only_job(world).sealed


def test_a_file_that_was_replaced_behind_the_messages_is_looked_into_again(world: World) -> None:
    put(world, "a.txt", "b.txt")
    world.drain()
    world.lost = lambda seen: seen.key.endswith("a.txt")
    put(world, "a.txt", content=b"another")
    put(world, "_DONE")
    world.drain()
    job = only_job(world)
    assert job.state is JobState.COMPLETED
    assert [(file.filename, file.size) for file in world.files(job)] == [("a.txt", 7), ("b.txt", 5)]


def test_a_batch_that_is_being_closed_is_no_longer_looked_for_by_the_sweeper_until_its_worker_is_lost(
    world: World,
) -> None:
    put(world, "a.txt")
    world.drain()
    world.advance(70)
    world.sweep()
    assert len(world.queue.bodies("import")) == 1
    world.advance(30)
    world.sweep()
    assert len(world.queue.bodies("import")) == 1
    world.queue.messages.clear()
    world.advance(60)
    world.sweep()
    world.drain()
    assert only_job(world).state is JobState.COMPLETED


@pytest.mark.usefixtures("small_pages")
def test_the_sweeper_closes_no_batch_itself(world: World) -> None:
    put(world, *(f"{number:02d}.txt" for number in range(35)))
    world.drain()
    world.advance(70)
    looked: list[str] = []
    world.objects.below = lambda prefix: looked.append(prefix) or iter(())
    world.objects.list_page = lambda prefix, **where: looked.append(prefix)
    world.sweep()
    assert looked == []
    assert len(world.queue.bodies("import")) == 1


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        fresh_jobs()
        yield boto3.client("dynamodb", region_name="us-east-1")


def over(client: Any) -> World:
    return World(jobs=JobTable(Table(lambda: client, "millrace-jobs")))


def counted(client: Any) -> list[str]:
    """The names of the calls from here on."""
    calls: list[str] = []
    client.meta.events.register("before-call.dynamodb", lambda model, **_: calls.append(model.name))
    return calls


def joined(world: World, count: int) -> None:
    """Joins `count` files to the batch's job, none of them inspected."""
    put(world, *(f"{number:04d}.txt" for number in range(count)))
    world.queue.messages.clear()
    world.drops.join(list(world.objects.below("drop/")))


def test_closing_a_large_batch_takes_few_calls(client: Any) -> None:
    world = over(client)
    joined(world, 150)
    put(world, "_DONE")
    world.drain("inspect-photos")
    calls = counted(client)
    world.deliver("import")
    assert only_job(world).sealed
    # The job, its files a megabyte at a time, the seal; not four calls for each 25 files.
    assert Counter(calls) == {"Query": 5, "UpdateItem": 1}


def test_what_an_earlier_job_of_the_batch_took_in_is_read_in_hundreds(client: Any) -> None:
    world = over(client)
    joined(world, 150)
    world.set_job(only_job(world), sealed=True)
    put(world, "late.txt")
    put(world, "_DONE")
    world.drain("inspect-photos")
    second = world.jobs_of(OWNER)[0]
    calls = counted(client)
    world.deliver("import")
    assert (world.job(second).file_count, world.job(second).sealed) == (1, True)
    assert calls.count("BatchGetItem") == 2
    assert len(calls) <= 14, calls
