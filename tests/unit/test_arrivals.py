"""The arrived files of a job, counted in the store while a queue holds their messages."""

from collections import Counter
from typing import Any

import pytest

from chalicelib.jobs.library.arrivals import Arrivals
from tests.fakes import World
from tests.fakes import objects as memory
from tests.fakes.world import OWNER


@pytest.fixture
def arrivals(world: World) -> Arrivals:
    return Arrivals(world.objects, world.clock)


def test_files_have_arrived_before_they_are_looked_at(world: World, arrivals: Arrivals) -> None:
    job = world.open(b"one", b"two", b"three", upload=False)
    assert arrivals.of(world.job(job)) == 0
    world.upload(job, 1, b"one")
    world.upload(job, 3, b"three")
    world.advance(5)
    assert (arrivals.of(world.job(job)), world.job(job).counts.finished) == (2, 0)


def test_the_store_is_asked_no_sooner_than_after_five_seconds(
    world: World, arrivals: Arrivals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "PAGE", 2)
    calls: Counter[str] = Counter()
    list_page = world.objects.list_page

    def counting(prefix: str, **where: Any) -> Any:
        calls["list"] += 1
        return list_page(prefix, **where)

    monkeypatch.setattr(world.objects, "list_page", counting)
    job = world.open(*[b"one"] * 3)
    for seconds in (0, 4, 1):
        world.advance(seconds)
        assert arrivals.of(world.job(job)) == 3
    assert calls["list"] == 2 * 2


def test_what_was_found_in_the_store_has_arrived(world: World, arrivals: Arrivals) -> None:
    world.drop("photos/trip", a__txt=b"one", b__txt=b"two")
    world.deliver(batch=1)
    [job] = world.jobs_of(OWNER)
    assert arrivals.of(job) == job.file_count


def test_jobs_that_are_done_or_very_large_ask_nothing(world: World, arrivals: Arrivals) -> None:
    done = world.open(b"one")
    world.drain()
    large = world.set_job(world.open(b"two"), file_count=5001)
    world.objects.list_page = lambda *a, **b: 1 / 0  # type: ignore[method-assign,assignment,return-value]
    assert arrivals.of(world.job(done)) == 1
    assert arrivals.of(large) == 0
