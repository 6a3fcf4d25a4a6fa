"""Jobs and files for the contract tests: put, claimed, finished."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from chalicelib.jobs.file_moving import claim_file, finish_files
from chalicelib.jobs.intake.adding import add_files
from chalicelib.jobs.model import File, FileOutcome, Job, StoredObject
from chalicelib.jobs.moves import ENQUEUE, REQUEST_RUN, JobGuard, JobMove
from chalicelib.jobs.moving import claim_run, move
from chalicelib.jobs.states import FileState, JobState
from tests.fakes.world import BEGIN

LATER = BEGIN + timedelta(minutes=5)
MUCH_LATER = BEGIN + timedelta(minutes=15)
PENDING, RUNNING = frozenset({JobState.PENDING}), frozenset({JobState.RUNNING})
ANY = frozenset(JobState)


def new_job(number: int = 1, **fields: Any) -> Job:
    values: dict[str, Any] = {
        "id": f"{number:026d}",
        "owner_id": "ann",
        "name": "Trip",
        "pipeline": "photos",
        "options": {"tone": 3, "deep": {"list": [1, "two", None]}},
        "state": JobState.PENDING,
        "created_at": BEGIN,
        "due_at": LATER,
    }
    return Job(**values | fields)


def created(jobs: Any, number: int = 1, **fields: Any) -> Job:
    jobs.create_job(new_job(number, **fields), 100)
    return jobs.job(f"{number:026d}")


def new_file(job: Job, number: int, **fields: Any) -> File:
    return File(job.id, number, f"{number}.txt", f"uploads/photos/{job.id}/{number:08d}", **{"size": 10} | fields)


def filled(jobs: Any, files: int, number: int = 1, *, seal: bool = True, **fields: Any) -> Job:
    job = created(jobs, number, **fields)
    add_files(jobs, job, [new_file(job, n) for n in range(1, files + 1)], seal=seal)
    return jobs.job(job.id)


def seen(job: Job, number: int, etag: str = "e1", sequencer: str | None = "01") -> StoredObject:
    return StoredObject(f"uploads/photos/{job.id}/{number:08d}", 10, etag, BEGIN, None, sequencer)


def claim(jobs: Any, job: Job, number: int, by: str = "m1", **more: Any) -> File:
    return claim_file(jobs, job.id, number, seen(job, number, **more), by, BEGIN, LATER)


def outcome(file: File, state: FileState = FileState.INSPECTED, **more: Any) -> FileOutcome:
    given = {"sha256": f"{file.number % 2:064x}", "crc32": 7, "metadata": {"a": [1, 2.5]}} | more
    return FileOutcome(file.number, file.attempt, state, 10, "e1", "text/plain", **given)


def finished(jobs: Any, job: Job, *numbers: int, state: FileState = FileState.INSPECTED) -> None:
    outcomes = [outcome(claim(jobs, job, number), state) for number in numbers]
    assert finish_files(jobs, job.id, outcomes, job.owner_id, BEGIN) == set(numbers)


def requested(jobs: Any, job: Job) -> Job:
    return move(jobs, job, REQUEST_RUN(started_at=BEGIN))


def changed(
    jobs: Any,
    job: Job,
    changes: dict[str, Any],
    *,
    allowed: frozenset[JobState] = ANY,
    guards: Iterable[JobGuard] = (),
) -> Job:
    """The job after a move that the test defines."""
    rest = {name: value for name, value in changes.items() if name != "state"}
    return move(jobs, job, JobMove("test", allowed, changes.get("state"), frozenset(guards))(**rest))


def claimed(jobs: Any, job: Job, by: str, now: datetime = BEGIN, lease_until: datetime = LATER) -> Job:
    return move(jobs, job, claim_run(job, by, now, lease_until))


def enqueued(jobs: Any, job: Job, due_at: datetime = LATER) -> Job:
    return move(jobs, job, ENQUEUE(ticket=jobs.queue_state(job.pipeline).tickets + 1, due_at=due_at))


def counted(jobs: Any, day: str) -> dict[str, float]:
    return {name: amount for name, amount in jobs.counted([day])[day].items() if amount}
