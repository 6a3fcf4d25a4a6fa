"""The current state of a topic's jobs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any, Protocol

from chalicelib.jobs.errors import JobNotFound
from chalicelib.jobs.model import Job
from chalicelib.jobs.ports.outside import Clock
from chalicelib.jobs.states import JobState
from chalicelib.live.model import MOST_FOLLOWED, MOST_LISTED, State, Topic

BY_ITSELF = frozenset(
    {"elapsed_seconds", "estimated_remaining_seconds", "estimated_wait_seconds", "poll_after_seconds"}
)
"""Fields of a status that change as time goes by."""


class Jobs(Protocol):
    def job(self, job_id: str) -> Job: ...
    def jobs_of(
        self,
        owner_id: str,
        *,
        states: frozenset[JobState],
        pipeline: str | None,
        limit: int,
        before: str | None,
    ) -> tuple[list[Job], str | None]: ...


class States:
    def __init__(self, jobs: Jobs, describe: Callable[[Job], Mapping[str, Any]], clock: Clock) -> None:
        """describe: a job as a frame, without its type and time."""
        self._jobs = jobs
        self._describe = describe
        self._clock = clock

    def of(self, topic: Topic) -> dict[str, State]:
        """The states by job id. JobNotFound also for another user's job, for one that is being deleted, and for one in
        the bin."""
        now = self._clock()
        if topic.job_id is not None:
            return {topic.job_id: self._state(self._job(topic, topic.job_id), now)}
        found, _ = self._jobs.jobs_of(topic.owner_id, states=frozenset(), pipeline=None, limit=MOST_LISTED, before=None)
        at_work = [job.id for job in found if not job.final]
        # The index has no counts of files, so active jobs are read one by one; the others' progress is not sent.
        followed = set(at_work[:MOST_FOLLOWED])
        states: dict[str, State] = {}
        for listed in found:
            if listed.final:
                states[listed.id] = self._state(listed, now)
            elif listed.id in followed:
                with suppress(JobNotFound):
                    states[listed.id] = self._state(self._job(topic, listed.id), now)
            else:
                states[listed.id] = State(listed.id, False, "", None)
        return states

    def lost(self, topic: Topic, job_ids: Iterable[str]) -> list[str]:
        """The jobs that their owner no longer has, as opposed to those pushed out by newer ones."""
        return [job_id for job_id in job_ids if not self._is_there(topic, job_id)]

    def _is_there(self, topic: Topic, job_id: str) -> bool:
        try:
            self._job(topic, job_id)
        except JobNotFound:
            return False
        return True

    def _job(self, topic: Topic, job_id: str) -> Job:
        job = self._jobs.job(job_id)
        if job.owner_id != topic.owner_id or job.deleting or job.binned_at:
            raise JobNotFound("There is no such job.")
        return job

    def _state(self, job: Job, now: datetime) -> State:
        frame = dict(self._describe(job)) | {"final": job.final, "at": now.isoformat(timespec="microseconds")}
        return State(job.id, job.final, _digest(frame), frame)


def _digest(frame: Mapping[str, Any]) -> str:
    lasting = {name: value for name, value in frame.items() if name != "at"}
    lasting["details"] = {name: value for name, value in frame.get("details", {}).items() if name not in BY_ITSELF}
    return hashlib.sha256(json.dumps(lasting, sort_keys=True).encode()).hexdigest()[:12]
