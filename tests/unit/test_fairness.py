"""A small job beside a large job: no queue makes it wait for the files of the large one."""

import heapq
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from infra.local.cloud.fairness import fair
from tests.fakes import World
from tests.fakes.queues import Message, record

WORKERS, BATCH, PHOTO, RUN = 2, 10, 0.3, 1.0


def message(number: int, group: str | None, *, visible_at: float = 0.0, receives: int = 0) -> dict[str, Any]:
    return {"id": f"m{number}", "group_id": group, "visible_at": visible_at, "receive_count": receives}


def ids(found: list[dict[str, Any]]) -> list[str]:
    return [one["id"] for one in found]


def test_messages_of_one_group_are_handed_out_in_their_order() -> None:
    assert ids(fair([message(n, "a") for n in range(5)], 1.0, 3)) == ["m0", "m1", "m2"]


def test_the_group_with_the_fewest_in_flight_comes_first() -> None:
    busy = [message(n, "a", visible_at=9.0, receives=1) for n in range(3)]
    waiting = [message(n, "a") for n in range(3, 20)] + [message(20, "b"), message(21, "b")]
    assert ids(fair(busy + waiting, 1.0, 4)) == ["m20", "m21", "m3", "m4"]


def test_messages_without_a_group_wait_for_no_other() -> None:
    assert ids(fair([*(message(n, "a") for n in range(10)), message(10, None), message(11, None)], 1.0, 3)) == [
        "m0",
        "m10",
        "m11",
    ]


def test_messages_that_are_not_due_count_for_nothing() -> None:
    assert ids(fair([message(0, "a", visible_at=9.0), message(1, "a"), message(2, "b")], 1.0, 2)) == ["m1", "m2"]


class Machine:
    """Two workers at a queue, in simulated time: each takes a batch, and inspects it file by file, job after job."""

    def __init__(self) -> None:
        self.queue: list[dict[str, Any]] = []
        self.numbers = iter(range(10**6))

    def work(self, arrivals: list[tuple[float, str, int]]) -> dict[str, float]:
        """arrivals: (time, job, number of files). Returns the time at which the run of each job ends."""
        left = {job: count for _, job, count in arrivals}
        free = [(0.0, worker) for worker in range(WORKERS)]
        pending, over = sorted(arrivals), dict[str, float]()
        while any(left.values()):
            now, worker = heapq.heappop(free)
            while pending and pending[0][0] <= now:
                _, job, count = pending.pop(0)
                self.queue += [message(next(self.numbers), job) for _ in range(count)]
            self.queue = [one for one in self.queue if not one["receive_count"] or one["visible_at"] > now]
            batch = fair(self.queue, now, BATCH)
            if not batch:
                heapq.heappush(free, (pending[0][0] if pending else now + PHOTO, worker))
                continue
            for job, at in self.looked_at(batch, now):
                left[job] -= 1
                if not left[job]:
                    over[job] = at + RUN
            done = now + PHOTO * len(batch)
            for one in batch:
                one |= {"visible_at": done, "receive_count": 1}
            heapq.heappush(free, (done, worker))
        return over

    def looked_at(self, batch: list[dict[str, Any]], now: float) -> Iterator[tuple[str, float]]:
        """The job with the fewest files of a batch goes first, as in the inspector."""
        of = [one["group_id"] for one in batch]
        for place, job in enumerate(sorted(of, key=lambda job: (of.count(job), job)), 1):
            yield job, now + PHOTO * place


@pytest.mark.parametrize("later", [0.0, 1.0, 7.7, 60.0])
def test_five_photos_beside_two_thousand_take_at_most_three_times_as_long(later: float) -> None:
    alone = Machine().work([(0.0, "small", 5)])["small"]
    beside = Machine().work([(0.0, "large", 2000), (later, "small", 5)])
    assert beside["small"] - later <= 3 * alone
    assert beside["large"] > 200  # the large job has no priority, and gets the remaining capacity


def test_a_batch_of_two_jobs_finishes_the_smaller_one_before_it_looks_at_the_other(world: World) -> None:
    large, small = world.open(b"one", b"two", b"three"), world.open(b"four")
    looked: list[int] = []
    inspect = world.photos.inspect

    def looking(file: Any, options: Any) -> Any:
        looked.append(world.job(small).counts.inspected)
        return inspect(file, options)

    world.photos.inspect = looking  # type: ignore[method-assign]
    world.deliver()
    assert looked == [0, 1, 1, 1]
    assert world.job(large).counts.inspected == 3


def received(world: World, *messages: Message, waited: float, **more: str) -> dict[str, Any]:
    """The messages as received after `waited` seconds."""
    sent_at = world.now - timedelta(seconds=waited)
    records = [record(one) for one in messages]
    for one in records:
        one["attributes"] |= {"SentTimestamp": str(int(sent_at.timestamp() * 1000)), **more}
    return {"Records": records}


def test_notifications_that_had_to_wait_are_sent_on_in_the_group_of_their_job(world: World) -> None:
    job = world.open(b"one", b"two")
    world.drop("photos/trip", a__txt=b"dropped")
    messages = list(world.queue.messages)
    world.queue.messages.clear()
    assert world.inspector.receive(received(world, *messages, waited=30), world.deadline()) == []
    assert world.job(job).counts.finished == 0
    assert [body["grouped"] for body in world.queue.bodies("inspect-photos")] == [True] * 3
    again = list(world.queue.messages)
    world.queue.messages.clear()
    assert world.inspector.receive(received(world, *again, waited=30), world.deadline()) == []
    assert world.job(job).counts.inspected == 2
    assert [dropped.name for dropped in world.jobs_of("user-1") if dropped.batch] == ["trip"]


def test_those_that_cant_be_sent_on_are_looked_at_now(world: World) -> None:
    job = world.open(b"one", b"two")
    messages = list(world.queue.messages)
    world.queue.inspect = lambda *_: 1 / 0  # type: ignore[method-assign, assignment]
    assert world.inspector.receive(received(world, *messages, waited=30), world.deadline()) == []
    assert world.job(job).counts.inspected == 2


@pytest.mark.parametrize(("waited", "more"), [(1.0, {}), (30.0, {"MessageGroupId": "a-job"})])
def test_others_are_looked_at_as_they_come(world: World, waited: float, more: dict[str, str]) -> None:
    job = world.open(b"one")
    assert (
        world.inspector.receive(received(world, *world.queue.messages, waited=waited, **more), world.deadline()) == []
    )
    assert world.job(job).counts.inspected == 1


def test_what_is_no_message_of_ours_is_not_sent_on(world: World) -> None:
    stray = Message("inspect-photos", "m", json.dumps({"Event": "s3:TestEvent"}), world.now)
    assert world.inspector.receive(received(world, stray, waited=30), world.deadline()) == []
    assert world.queue.messages == []
