"""Answers to sockets: tickets, subscriptions, and refusals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.accounts.standing import Credential
from chalicelib.jobs.ids import new_id
from chalicelib.jobs.states import JobState
from chalicelib.live.model import LASTS, MOST_FOLLOWED, MOST_TOPICS, MOST_WATCHERS, Topic
from tests.live.live_world import LiveWorld

ANNA = Credential("anna", "session", "s1")


def test_a_ticket_opens_one_socket_and_no_second(world: LiveWorld) -> None:
    ticket, _ = world.tickets.issue(ANNA)
    assert world.talking.connect(new_id(), ticket)
    assert not world.talking.connect(new_id(), ticket)


def test_a_ticket_is_good_for_a_minute(world: LiveWorld) -> None:
    ticket, expires_at = world.tickets.issue(ANNA)
    assert expires_at - world.now == timedelta(seconds=60)
    world.now += timedelta(seconds=60)
    assert not world.talking.connect(new_id(), ticket)


@pytest.mark.parametrize("ticket", ["", "x", "é" * 3000])
def test_what_is_no_ticket_opens_nothing(world: LiveWorld, ticket: str) -> None:
    assert not world.talking.connect(new_id(), ticket)


def test_a_ticket_of_a_session_that_has_ended_opens_nothing(world: LiveWorld) -> None:
    ticket, _ = world.tickets.issue(ANNA)
    world.standing.ended.add("s1")
    assert not world.talking.connect(new_id(), ticket)


def test_the_table_holds_no_ticket(world: LiveWorld, client: Any) -> None:
    ticket, _ = world.tickets.issue(ANNA)
    assert ticket not in str(client.scan(TableName="millrace-jobs")["Items"])


def test_the_first_message_is_the_state(world: LiveWorld) -> None:
    job = world.jobs.add("anna", step_percent=40.0)
    world.watch("a", job.id)
    [frame] = world.sockets.heard("a")
    assert frame == {
        "type": "job_status",
        "job_id": job.id,
        "status": "running",
        "progress": 40.0,
        "details": {},
        "final": False,
        "at": "2026-11-28T12:00:00.000000+00:00",
    }


def test_anothers_job_is_as_one_that_is_not_there(world: LiveWorld) -> None:
    job = world.jobs.add("bert")
    world.connect("a")
    answers = []
    for job_id in (job.id, new_id(), "no id"):
        world.say("a", type="subscribe", job_id=job_id)
        answers.append({name: value for name, value in world.sockets.heard("a")[-1].items() if name != "job_id"})
    error = {"type": "error", "code": "job_not_found", "message": "There is no such job."}
    assert answers == [error] * 3
    assert world.queue.messages == []
    assert world.store.watchers(Topic("anna", job.id)) == []


def test_all_of_ones_own_jobs_are_watched_together(world: LiveWorld) -> None:
    mine, done = world.jobs.add("cleo"), world.jobs.add("cleo", state=JobState.COMPLETED)
    world.jobs.add("bert")
    world.connect("c", owner_id="cleo")
    world.say("c", type="subscribe", jobs="mine")
    assert [frame["job_id"] for frame in world.sockets.heard("c")] == [mine.id]
    new = world.jobs.add("cleo")
    world.looks(3)
    assert [frame["job_id"] for frame in world.sockets.heard("c")] == [mine.id, new.id]
    world.jobs.change(mine.id, state=JobState.COMPLETED)
    world.looks(3)
    assert world.sockets.heard("c")[-1] | {"at": ""} == {
        "type": "job_update",
        "job_id": mine.id,
        "status": "completed",
        "progress": 0.0,
        "details": {},
        "final": True,
        "at": "",
    }
    assert done.id not in {frame["job_id"] for frame in world.sockets.heard("c")}


def test_of_many_jobs_at_work_the_newest_are_told_and_no_others_progress_is_made_up(world: LiveWorld) -> None:
    jobs = [world.jobs.add("eva") for _ in range(MOST_FOLLOWED + 2)]
    newest = sorted((job.id for job in jobs), reverse=True)[:MOST_FOLLOWED]
    world.connect("e", owner_id="eva")
    world.say("e", type="subscribe", jobs="mine")
    assert [frame["job_id"] for frame in world.sockets.heard("e")] == newest
    last = min(job.id for job in jobs)
    world.jobs.change(last, state=JobState.COMPLETED)
    world.looks(2)
    told = world.sockets.heard("e")[-1]
    assert (told["job_id"], told["final"]) == (last, True)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "no json",
        "[]",
        "[" * 4000,
        "x" * 5000,
        "{}",
        '{"type": 1}',
        '{"type": "subscribe"}',
        '{"type": "subscribe", "job_id": 3}',
        '{"type": "subscribe", "jobs": "all"}',
        '{"type": "subscribe", "job_id": "a", "jobs": "mine"}',
    ],
)
def test_what_makes_no_sense_is_an_error_and_the_socket_stays(world: LiveWorld, body: str) -> None:
    world.connect("a")
    world.talking.hear("a", body)
    assert world.sockets.heard("a")[-1]["code"] == "invalid_message"
    world.say("a", type="ping")
    assert world.sockets.kinds("a")[-1] == "pong"
    assert world.sockets.closed == []


def test_a_socket_that_nobody_opened_is_closed(world: LiveWorld) -> None:
    world.say("unknown", type="ping")
    assert world.sockets.closed == ["unknown"]
    assert world.sockets.told == []


@pytest.mark.parametrize("how", ["session", "time"])
def test_a_socket_ends_with_its_credentials(world: LiveWorld, how: str) -> None:
    job = world.jobs.add("anna")
    world.connect(how, session="s2")
    if how == "session":
        world.standing.ended.add("s2")
    else:
        world.now += LASTS
    world.say(how, type="subscribe", job_id=job.id)
    assert [frame["code"] for frame in world.sockets.heard(how)] == ["unauthorized"]
    assert world.sockets.closed == [how]
    assert world.store.connection(how) is None


def test_one_socket_watches_so_many_things(world: LiveWorld) -> None:
    world.connect("many")
    jobs = [world.jobs.add("anna") for _ in range(MOST_TOPICS + 1)]
    for job in jobs:
        world.say("many", type="subscribe", job_id=job.id)
    assert world.sockets.heard("many")[-1]["code"] == "too_many_subscriptions"
    world.say("many", type="unsubscribe", job_id=jobs[0].id)
    world.say("many", type="subscribe", job_id=jobs[-1].id)
    assert world.sockets.heard("many")[-1]["job_id"] == jobs[-1].id
    assert world.sockets.kinds("many")[-1] == "job_status"


def test_one_job_is_watched_by_so_many(world: LiveWorld) -> None:
    job = world.jobs.add("anna")
    topic = Topic("anna", job.id)
    world.watch("first", job.id)
    message, _ = world.queue.messages[0]
    world.store.claim(topic, message["chain"], 0, MOST_WATCHERS, world.now, timedelta())
    world.watch("late", job.id)
    assert world.sockets.heard("late")[-1]["code"] == "too_many_watchers"
    assert [one.id for one in world.store.watchers(topic)] == ["first"]


def test_who_leaves_is_told_nothing_more(world: LiveWorld) -> None:
    job = world.jobs.add("anna")
    world.watch("a", job.id)
    world.talking.disconnect("a")
    world.jobs.change(job.id, step_percent=50.0)
    world.looks(5)
    assert world.sockets.kinds("a") == ["job_status"]
    assert world.queue.messages == []
    assert world.store.connection("a") is None
