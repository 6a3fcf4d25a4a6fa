"""Looks at watched jobs: their frames, receivers and intervals, and the deaths of workers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.jobs.ids import new_id
from chalicelib.jobs.states import JobState
from chalicelib.live.model import CHECK_EVERY, LEASE, MOST_FOLLOWED, MOST_LISTED, Topic, Turn
from chalicelib.live.ports import Taken
from tests.live.live_world import BEGAN, LiveWorld


@pytest.fixture
def job_id(world: LiveWorld) -> str:
    return world.jobs.add("anna").id


def test_a_job_that_nobody_watches_costs_nothing(world: LiveWorld, job_id: str) -> None:
    world.connect("a")
    assert world.queue.messages == []
    assert world.jobs.reads == 0


def test_one_message_looks_for_all_watchers(world: LiveWorld, job_id: str) -> None:
    names = [world.watch(new_id(), job_id) for _ in range(5)]
    assert len(world.queue.messages) == 1
    reads, fan_outs = world.jobs.reads, world.sockets.fan_outs
    world.jobs.change(job_id, step_percent=10.0)
    world.looks(2)
    assert world.jobs.reads - reads == 2
    assert world.sockets.fan_outs - fan_outs == 1
    assert all(world.sockets.kinds(name) == ["job_status", "job_update"] for name in names)
    assert len(world.queue.messages) == 1


def test_nothing_is_told_where_nothing_changes(world: LiveWorld, job_id: str) -> None:
    world.watch("a", job_id)
    world.looks(10)
    assert world.sockets.kinds("a") == ["job_status"]


def test_a_job_that_changes_all_the_time_is_told_every_two_seconds(world: LiveWorld, job_id: str) -> None:
    world.watch("a", job_id)
    for percent in range(20):
        world.jobs.change(job_id, step_percent=float(percent + 1))
        world.looks()
    told = [frame["progress"] for frame in world.sockets.heard("a")[1:]]
    assert told == [float(percent) for percent in range(2, 21, 2)]


def test_the_end_is_told_at_once_and_is_the_last_word(world: LiveWorld, job_id: str) -> None:
    world.watch("a", job_id)
    world.jobs.change(job_id, state=JobState.COMPLETED)
    world.looks()
    last = world.sockets.heard("a")[-1]
    assert (last["type"], last["status"], last["final"]) == ("job_update", "completed", True)
    assert world.queue.messages == []
    assert world.store.watchers(Topic("anna", job_id)) == []


def test_a_job_that_is_over_is_told_and_not_watched(world: LiveWorld, job_id: str) -> None:
    world.jobs.change(job_id, state=JobState.FAILED)
    world.watch("a", job_id)
    assert world.sockets.heard("a")[0]["final"]
    assert world.queue.messages == []


def test_a_retry_can_be_watched_again(world: LiveWorld, job_id: str) -> None:
    world.jobs.change(job_id, state=JobState.FAILED)
    world.watch("a", job_id)
    world.jobs.change(job_id, state=JobState.PENDING)
    world.say("a", type="subscribe", job_id=job_id)
    world.jobs.change(job_id, state=JobState.RUNNING)
    world.looks(2)
    assert [frame["status"] for frame in world.sockets.heard("a")] == ["failed", "pending", "running"]


@pytest.mark.parametrize("gone", [{"deleting": True}, {"binned_at": BEGAN}])
def test_a_job_that_is_deleted_is_told_so(world: LiveWorld, job_id: str, gone: dict[str, Any]) -> None:
    world.watch("a", job_id)
    world.jobs.change(job_id, **gone)
    world.looks()
    assert world.sockets.heard("a")[-1] == {
        "type": "error",
        "code": "job_not_found",
        "message": "There is no such job.",
        "job_id": job_id,
    }
    assert world.queue.messages == []


def test_twenty_that_vanished_are_dropped_without_a_word(world: LiveWorld, job_id: str) -> None:
    stays = world.watch("stays", job_id)
    lost = [world.watch(new_id(), job_id) for _ in range(20)]
    world.sockets.gone.update(lost)
    world.jobs.change(job_id, step_percent=5.0)
    world.looks(2)
    assert [one.id for one in world.store.watchers(Topic("anna", job_id))] == [stays]
    assert world.sockets.closed == []
    world.jobs.change(job_id, step_percent=6.0)
    world.looks(2)
    assert world.sockets.kinds(stays) == ["job_status", "job_update", "job_update"]


def test_who_cannot_be_reached_now_is_told_the_next_time(world: LiveWorld, job_id: str) -> None:
    world.watch("a", job_id)
    world.sockets.deaf.add("a")
    world.jobs.change(job_id, state=JobState.COMPLETED)
    world.looks()
    world.sockets.deaf.clear()
    world.looks()
    assert [frame["status"] for frame in world.sockets.heard("a")] == ["running", "completed"]
    assert world.queue.messages == []


def test_who_is_never_reached_ends_no_look_for_ever(world: LiveWorld, job_id: str) -> None:
    world.watch("a", job_id)
    world.sockets.deaf.add("a")
    world.jobs.change(job_id, state=JobState.COMPLETED)
    world.looks(10)
    assert world.queue.messages == []


def test_a_session_that_ends_closes_its_sockets_within_seconds(world: LiveWorld, job_id: str) -> None:
    world.watch("stays", job_id)
    world.watch("goes", job_id, session="other")
    world.standing.ended.add("other")
    world.looks(int(CHECK_EVERY.total_seconds()) + 1)
    assert world.sockets.closed == ["goes"]
    assert world.sockets.heard("goes")[-1]["code"] == "unauthorized"
    world.jobs.change(job_id, step_percent=9.0)
    world.looks(2)
    assert world.sockets.kinds("goes")[-1] == "error"
    assert world.sockets.kinds("stays")[-1] == "job_update"


def test_a_token_that_expires_closes_its_socket(world: LiveWorld, job_id: str) -> None:
    world.watch("a", job_id, expires_at=world.now + timedelta(seconds=3))
    world.looks(4)
    assert world.sockets.closed == ["a"]
    assert world.queue.messages == []


def test_a_message_that_comes_twice_makes_one_chain(world: LiveWorld, job_id: str) -> None:
    world.watch("a", job_id)
    [(message, _)] = world.queue.messages
    world.looks(3)
    world.watching.look(Turn.of(message))
    assert len(world.queue.messages) == 1


def test_a_look_that_broke_off_is_taken_over_once_its_lease_is_over(world: LiveWorld, job_id: str) -> None:
    world.watch("a", job_id)
    [(message, _)] = world.queue.messages
    turn = Turn.of(message)
    world.store.claim(turn.topic, turn.chain, turn.number, 1, world.now, LEASE)  # its worker dies here
    with pytest.raises(Taken):
        world.watching.look(turn)
    world.jobs.change(job_id, step_percent=70.0)
    world.now += LEASE + timedelta(seconds=1)
    world.watching.look(turn)
    assert world.sockets.heard("a")[-1]["progress"] == 70.0


def test_a_chain_whose_message_was_lost_begins_again_with_a_ping(world: LiveWorld, job_id: str) -> None:
    world.watch("a", job_id)
    world.queue.messages.clear()
    world.say("a", type="ping")
    assert world.queue.messages == []
    world.now += LEASE + timedelta(seconds=1)
    world.jobs.change(job_id, step_percent=80.0)
    world.say("a", type="ping")
    world.looks(2)
    assert world.sockets.heard("a")[-1]["progress"] == 80.0


def test_who_subscribes_while_the_last_watcher_leaves_is_told(world: LiveWorld, job_id: str) -> None:
    """The subscription falls between the check of the watchers and the end of the chain."""
    world.watch("first", job_id)
    world.talking.disconnect("first")
    end = world.store.end

    def late(topic: Topic, chain: str, touched: int | None) -> bool:
        world.store.end = end  # type: ignore[method-assign]
        world.watch("second", job_id)
        return end(topic, chain, touched)

    world.store.end = late  # type: ignore[method-assign]
    world.looks()
    world.jobs.change(job_id, step_percent=30.0)
    world.looks(2)
    assert [frame["progress"] for frame in world.sockets.heard("second")] == [0.0, 30.0]


def test_a_change_before_the_first_look_is_told(world: LiveWorld, job_id: str) -> None:
    """The first message carries the state that the first watcher got, not the state at its delivery."""
    world.watch("a", job_id)
    world.jobs.change(job_id, step_percent=1.0)
    world.looks(2)
    assert [frame["progress"] for frame in world.sockets.heard("a")] == [0.0, 1.0]


def test_who_comes_later_begins_with_the_state_and_misses_nothing(world: LiveWorld, job_id: str) -> None:
    world.watch("early", job_id)
    world.jobs.change(job_id, step_percent=20.0)
    world.watch("late", job_id)
    world.looks(2)
    world.jobs.change(job_id, step_percent=40.0)
    world.looks(2)
    assert [frame["progress"] for frame in world.sockets.heard("early")] == [0.0, 20.0, 40.0]
    late = [frame["progress"] for frame in world.sockets.heard("late")]
    assert (late[0], late[-1]) == (20.0, 40.0)


def test_frames_say_when_their_state_was_read(world: LiveWorld, job_id: str) -> None:
    """Frames can overtake each other: a client ignores any that is older than the last."""
    world.watch("a", job_id)
    for percent in (1.0, 2.0, 3.0):
        world.jobs.change(job_id, step_percent=percent)
        world.looks(2)
    times = [frame["at"] for frame in world.sockets.heard("a")]
    assert times == sorted(set(times))


def test_a_list_in_which_nothing_is_at_work_is_looked_at_seldom(world: LiveWorld) -> None:
    world.jobs.add("dora", state=JobState.COMPLETED)
    world.connect("d", owner_id="dora")
    world.say("d", type="subscribe", jobs="mine")
    world.looks()
    assert [delay for _, delay in world.queue.messages] == [5]


@pytest.mark.parametrize("state", [JobState.RUNNING, JobState.COMPLETED])
@pytest.mark.parametrize("gone", [{"deleting": True}, {"binned_at": BEGAN}])
def test_a_job_that_is_deleted_is_told_to_those_who_watch_all(
    world: LiveWorld, state: JobState, gone: dict[str, Any]
) -> None:
    owner = new_id()
    stays, goes = world.jobs.add(owner), world.jobs.add(owner, state=state)
    world.connect("all", owner_id=owner)
    world.say("all", type="subscribe", jobs="mine")
    world.looks()
    before = len(world.sockets.heard("all"))
    world.jobs.change(goes.id, **gone)
    world.looks(3)
    error = {"type": "error", "code": "job_not_found", "message": "There is no such job.", "job_id": goes.id}
    assert world.sockets.heard("all")[before:] == [error]
    world.jobs.change(goes.id, deleting=False, binned_at=None)
    world.looks(2)
    assert [frame["job_id"] for frame in world.sockets.heard("all")[before + 1 :]] == [goes.id]
    assert stays.id != goes.id


def test_a_job_that_was_listed_alone_is_told_as_gone_too(world: LiveWorld) -> None:
    owner = new_id()
    oldest, *_ = [world.jobs.add(owner) for _ in range(MOST_FOLLOWED + 1)]
    world.connect("wide", owner_id=owner)
    world.say("wide", type="subscribe", jobs="mine")
    world.jobs.change(oldest.id, deleting=True)
    world.looks()
    assert world.sockets.heard("wide")[-1]["job_id"] == oldest.id
    assert world.sockets.kinds("wide")[-1] == "error"


def test_a_job_that_newer_ones_push_out_of_the_list_is_not_gone(world: LiveWorld) -> None:
    owner = new_id()
    for _ in range(MOST_LISTED):
        world.jobs.add(owner, state=JobState.COMPLETED)
    world.connect("long", owner_id=owner)
    world.say("long", type="subscribe", jobs="mine")
    new = world.jobs.add(owner, state=JobState.COMPLETED)
    world.looks()
    assert [(frame["type"], frame["job_id"]) for frame in world.sockets.heard("long")] == [("job_update", new.id)]


def test_who_is_not_reached_is_told_of_a_job_that_is_gone_the_next_time(world: LiveWorld) -> None:
    owner = new_id()
    goes = world.jobs.add(owner)
    world.connect("away", owner_id=owner)
    world.say("away", type="subscribe", jobs="mine")
    world.jobs.change(goes.id, deleting=True)
    world.sockets.deaf.add("away")
    world.looks()
    world.sockets.deaf.clear()
    world.looks(2)
    assert world.sockets.kinds("away") == ["job_status", "error"]


def test_the_end_of_one_job_makes_no_other_told_sooner(world: LiveWorld) -> None:
    owner = new_id()
    ends, moves = world.jobs.add(owner), world.jobs.add(owner)
    world.connect("both", owner_id=owner)
    world.say("both", type="subscribe", jobs="mine")
    world.sockets.told.clear()
    world.jobs.change(ends.id, state=JobState.COMPLETED)
    world.jobs.change(moves.id, step_percent=10.0)
    world.looks()
    assert [frame["job_id"] for frame in world.sockets.heard("both")] == [ends.id]
    world.looks()
    assert [frame["job_id"] for frame in world.sockets.heard("both")] == [ends.id, moves.id]
