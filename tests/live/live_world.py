"""Live updates over moto's table, with sockets, a queue and jobs in memory, and a clock that tests set."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from chalicelib.accounts.standing import Credential
from chalicelib.jobs.errors import JobNotFound
from chalicelib.jobs.ids import new_id
from chalicelib.jobs.model import Job
from chalicelib.jobs.states import JobState
from chalicelib.live.model import Turn
from chalicelib.live.ports import Told
from chalicelib.live.states import States
from chalicelib.live.talking import Talking
from chalicelib.live.tickets import Tickets
from chalicelib.live.watching import Watching
from chalicelib.stores.dynamo.live_table import LiveTable

BEGAN = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


class FakeSockets:
    """gone: connections that vanished without notice; deaf: connections that can't be reached now."""

    def __init__(self) -> None:
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.closed: list[str] = []
        self.gone: set[str] = set()
        self.deaf: set[str] = set()
        self.fan_outs = 0

    def tell(self, connection_ids: Sequence[str], contents: Sequence[bytes]) -> Told:
        self.fan_outs += 1
        for one in connection_ids:
            if one not in self.gone | self.deaf:
                self.told += [(one, json.loads(content)) for content in contents]
        asked = set(connection_ids)
        return Told(frozenset(asked & self.gone), frozenset(asked & self.deaf))

    def close(self, connection_ids: Iterable[str]) -> None:
        self.closed += connection_ids

    def heard(self, connection_id: str) -> list[dict[str, Any]]:
        return [frame for one, frame in self.told if one == connection_id]

    def kinds(self, connection_id: str) -> list[str]:
        return [frame["type"] for frame in self.heard(connection_id)]


class FakeQueue:
    def __init__(self) -> None:
        self.messages: list[tuple[dict[str, Any], int]] = []

    def live(self, message: Mapping[str, Any], delay: int = 0) -> None:
        self.messages.append((json.loads(json.dumps(message)), delay))


@dataclass
class FakeJobs:
    jobs: dict[str, Job] = field(default_factory=dict)
    reads: int = 0

    def job(self, job_id: str) -> Job:
        self.reads += 1
        if job_id not in self.jobs:
            raise JobNotFound("There is no such job.")
        return self.jobs[job_id]

    def jobs_of(self, owner_id: str, *, limit: int, **_: Any) -> tuple[list[Job], str | None]:
        self.reads += 1
        found = [j for j in self.jobs.values() if j.owner_id == owner_id and not j.deleting and not j.binned_at]
        return sorted(found, key=lambda job: job.id, reverse=True)[:limit], None

    def add(self, owner_id: str, **more: Any) -> Job:
        values: dict[str, Any] = {"state": JobState.RUNNING, "created_at": BEGAN} | more
        job = Job(id=new_id(), owner_id=owner_id, name="Trip", pipeline="media", options={}, **values)
        self.jobs[job.id] = job
        return job

    def change(self, job_id: str, **values: Any) -> None:
        self.jobs[job_id] = replace(self.jobs[job_id], **values)


class FakeStanding:
    """ended: names of ended sessions."""

    def __init__(self) -> None:
        self.ended: set[str] = set()

    def stands(self, credential: Credential) -> bool:
        return credential.name not in self.ended


def described(job: Job) -> dict[str, Any]:
    return {"job_id": job.id, "status": job.state.value, "progress": job.step_percent, "details": {}}


class LiveWorld:
    def __init__(self, table: LiveTable) -> None:
        self.now = BEGAN
        self.store = table
        self.sockets, self.queue, self.jobs, self.standing = FakeSockets(), FakeQueue(), FakeJobs(), FakeStanding()
        self.states = States(self.jobs, described, lambda: self.now)
        standing: Any = self.standing
        self.tickets = Tickets(table, standing, lambda: self.now)
        numbers = count(1)
        self.talking = Talking(
            table,
            self.sockets,
            self.queue,
            self.tickets,
            self.states,
            standing,
            lambda: self.now,
            lambda: f"chain{next(numbers)}",
        )
        self.watching = Watching(table, self.sockets, self.queue, self.states, standing, lambda: self.now)

    def connect(self, connection_id: str, owner_id: str = "anna", session: str = "s1", **more: Any) -> str:
        ticket, _ = self.tickets.issue(Credential(owner_id, "session", session, **more))
        assert self.talking.connect(connection_id, ticket)
        return connection_id

    def say(self, connection_id: str, **message: Any) -> None:
        self.talking.hear(connection_id, json.dumps(message))

    def watch(self, connection_id: str, job_id: str, **more: Any) -> str:
        self.connect(connection_id, **more)
        self.say(connection_id, type="subscribe", job_id=job_id)
        return connection_id

    def looks(self, number: int = 1, seconds: float | None = None) -> None:
        """Delivers `number` messages, each after its delay. seconds: replaces the delay."""
        for _ in range(number):
            if not self.queue.messages:
                return
            message, delay = self.queue.messages.pop(0)
            self.now += timedelta(seconds=delay if seconds is None else seconds)
            self.watching.look(Turn.of(message))
