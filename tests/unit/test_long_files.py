"""A file that takes long, also by intent, does not hold up the files of others in its batch."""

from __future__ import annotations

from typing import Any

from chalicelib.jobs.states import JobState
from tests.fakes import World
from tests.fakes.world import OWNER, STRANGER

BOMB_SECONDS = 9


def with_bombs(world: World) -> list[str]:
    """Files that begin with `bomb` take their seconds and are rejected; returns the order of inspection."""
    inspect, order = world.photos.inspect, []

    def slow(file: Any, options: Any) -> Any:
        order.append(file.head()[:4].decode())
        if file.head().startswith(b"bomb"):
            world.advance(BOMB_SECONDS)
        return inspect(file, options)

    world.photos.inspect = slow  # type: ignore[method-assign]
    return order


def test_a_stranger_waits_for_no_bomb_of_a_batch(world: World) -> None:
    order = with_bombs(world)
    bombs = world.open(*[b"bomb %d" % n for n in range(9)])
    small = world.open(b"mine", owner=STRANGER)
    begun = world.now
    world.deliver("inspect-photos", batch=10)
    # The job with the fewest files goes first, and the rest is sent on: each file has a worker of its own now.
    assert order == ["mine", "bomb"]
    assert len(list(world.queue.visible("inspect-photos"))) == 8
    world.drain("run-photos")
    assert world.job(small).state is JobState.COMPLETED
    assert (world.now - begun).total_seconds() == BOMB_SECONDS
    world.drain()
    assert world.job(bombs).state is JobState.COMPLETED
    assert world.states(bombs) == ["inspected"] * 9


def test_nothing_of_a_batch_is_lost_or_looked_into_twice(world: World) -> None:
    order = with_bombs(world)
    job = world.open(b"bomb", b"one", b"bomb 2", b"two", b"three")
    world.drain()
    assert world.states(job) == ["inspected"] * 5
    assert sorted(order) == ["bomb", "bomb", "one", "thre", "two"]
    assert world.jobs.usage(OWNER).active_jobs == 0


def test_what_can_not_be_handed_on_comes_again(world: World) -> None:
    with_bombs(world)
    job = world.open(b"bomb", b"one")
    send, world.queue.inspect = world.queue.inspect, lambda *_: 1 / 0  # type: ignore[method-assign, assignment]
    [*messages] = world.queue.visible("inspect-photos")
    received = world.queue.receive(messages)
    again = world.handle("inspect-photos", received)
    assert len(again) == 1
    world.queue.inspect = send  # type: ignore[method-assign]
    world.queue.answer(received, again)
    world.settle_down(10)
    assert world.states(job) == ["inspected"] * 2


def test_ordinary_batches_are_done_at_once(world: World) -> None:
    job = world.open(*[b"%d" % n for n in range(10)])
    assert world.deliver("inspect-photos", batch=10) == 10
    assert world.states(job) == ["inspected"] * 10
