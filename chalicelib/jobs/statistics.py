"""Statistics of jobs and files, day by day: counted as events happen, so that no query has to count.

A day's numbers are one flat mapping, whose names are made here and nowhere else. A job counts on the day of its end,
under its final state; a retry takes that back. A rejected file counts each time that it is rejected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from chalicelib.jobs.model import Job
from chalicelib.jobs.states import FINAL, JobState

Amounts = Mapping[str, float]

OPENED = "jobs"
DONE, SECONDS, FAILED, REJECTED = "done_", "seconds_", "failed_", "rejected_"
UNKNOWN = "unknown"


def day_of(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


def days_until(moment: datetime, count: int) -> list[str]:
    """The last `count` days up to that of `moment`, oldest first."""
    return [day_of(moment - timedelta(days=back)) for back in reversed(range(count))]


def end_of(job: Job) -> tuple[str, dict[str, float]]:
    """The day on which a job ended, and its counts on that day."""
    day = day_of(job.completed_at or job.created_at)
    amounts: dict[str, float] = {job.state.value: 1}
    if job.state is JobState.COMPLETED:
        amounts |= {f"{DONE}{job.pipeline}": 1, f"{SECONDS}{job.pipeline}": seconds_of(job)}
    if job.state is JobState.FAILED:
        amounts[f"{FAILED}{job.error_code or UNKNOWN}"] = 1
    return day, amounts


def seconds_of(job: Job) -> float:
    return ((job.completed_at or job.created_at) - (job.started_at or job.created_at)).total_seconds()


def rejections(codes: Iterable[str | None]) -> dict[str, float]:
    return {f"{REJECTED}{code or UNKNOWN}": times for code, times in Counter(codes).items()}


@dataclass(frozen=True)
class Day:
    """states: the number of jobs that ended in each."""

    date: date
    opened: int
    states: Mapping[JobState, int]


@dataclass(frozen=True)
class Processing:
    """The completed jobs of a pipeline, and their average duration in seconds."""

    pipeline: str
    jobs: int
    average_seconds: float


@dataclass(frozen=True)
class Fault:
    """The number of jobs that failed, and of files that were rejected, for one reason."""

    code: str
    jobs: int
    files: int


def days(counted: Mapping[str, Amounts]) -> list[Day]:
    # A negative number comes from a retry that took back an end from before statistics began.
    return [
        Day(
            date.fromisoformat(day),
            int(amounts.get(OPENED, 0)),
            {state: max(0, int(amounts.get(state.value, 0))) for state in JobState if state in FINAL},
        )
        for day, amounts in counted.items()
    ]


def processing(counted: Mapping[str, Amounts]) -> list[Processing]:
    total = _total(counted)
    done = {name: int(jobs) for name, jobs in _named(total, DONE).items()}
    seconds = _named(total, SECONDS)
    return [Processing(name, jobs, seconds.get(name, 0.0) / jobs) for name, jobs in sorted(done.items())]


def faults(counted: Mapping[str, Amounts]) -> list[Fault]:
    """The most frequent first."""
    total = _total(counted)
    jobs, files = _named(total, FAILED), _named(total, REJECTED)
    found = [Fault(code, int(jobs.get(code, 0)), int(files.get(code, 0))) for code in sorted({*jobs, *files})]
    return sorted(found, key=lambda fault: -(fault.jobs + fault.files))


def _total(counted: Mapping[str, Amounts]) -> Amounts:
    total: Counter[str] = Counter()
    for amounts in counted.values():
        total.update(amounts)
    return total


def _named(amounts: Amounts, prefix: str) -> dict[str, float]:
    found = {name.removeprefix(prefix): amount for name, amount in amounts.items() if name.startswith(prefix)}
    return {name: amount for name, amount in found.items() if amount > 0}
