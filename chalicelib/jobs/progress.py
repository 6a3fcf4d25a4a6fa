"""A job's progress and remaining time, as far as they are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean

from chalicelib.jobs.limits import Limits, MiB
from chalicelib.jobs.model import Job, QueueState
from chalicelib.jobs.states import JobState
from chalicelib.jobs.works import works_per_file
from chalicelib.pipelines.base import Work

ARRIVING = "Inspecting files"
FIRST_SECONDS, SECONDS_A_MIB = 15.0, 3.0
"""Seconds of a job before any has been done: a guess from its size, by the speech and volume jobs of the tests."""
INSPECTING_SHARE = 0.75
"""The share of the work that is done when the run begins, for a pipeline that works per file; by experience."""


@dataclass(frozen=True)
class Progress:
    """percent: 0 to 100, one decimal. step: from 1. remaining_seconds: None where it can't be known."""

    percent: float
    step: int
    steps: int
    step_name: str
    elapsed_seconds: float | None
    remaining_seconds: float | None


def step_names(work: Work) -> list[str]:
    """The steps that a user sees: where the work is per file, the inspection of the files is the first."""
    return [ARRIVING] * works_per_file(work) + [step.name for step in work.steps]


def progress(job: Job, work: Work, queue: QueueState, now: datetime) -> Progress:
    names = step_names(work)
    done = min(job.steps_done, len(work.steps) - 1)
    elapsed = ((job.completed_at or now) - job.started_at).total_seconds() if job.started_at else None
    percent = _percent(job, work)
    step = done + 1 + (works_per_file(work) and job.run_requested)
    return Progress(percent, step, len(names), names[step - 1], elapsed, _remaining(job, work, queue, percent, elapsed))


def closes(job: Job, limits: Limits) -> datetime | None:
    """When a drop folder closes unless more files come: after the quiet time or, with a manifest, once its files are
    given up. None for any other job, and once the folder is closed."""
    if not job.batch or job.sealed:
        return None
    patience = limits.quiet_seconds if job.awaits is None else limits.upload_patience
    return (job.active_at or job.created_at) + timedelta(seconds=patience)


def queue_position(job: Job, queue: QueueState) -> int:
    """The job's place in the queue, 1 for the next one. Jobs behind a cancelled one move up at once."""
    return max(1, (job.ticket or 0) - queue.left)


def expected_seconds(queue: QueueState, size: int) -> float:
    """The expected duration of a job: the mean of the last ones; before there is one, by its size in bytes."""
    return fmean(queue.durations) if queue.durations else FIRST_SECONDS + SECONDS_A_MIB * size / MiB


def poll_after(job: Job, remaining: float | None) -> int:
    """The seconds after which another request is worthwhile."""
    if job.final:
        return 60
    if job.state is not JobState.RUNNING or job.collecting_until:  # for days, perhaps
        return 5
    return 2 if remaining is None else max(1, min(15, round(remaining / 10)))


def poll_list_after(jobs: Sequence[Job]) -> int:
    """The same for a list: when one of its jobs may have changed, or a new one may have been opened elsewhere. A list
    costs more than a status, so it is polled less often."""
    return max(3, min([30, *(poll_after(job, None) for job in jobs)]))


def _percent(job: Job, work: Work) -> float:
    if job.state is JobState.COMPLETED:
        return 100.0
    # While more files are promised, those announced are not all.
    total = job.file_count if job.sealed else max(job.file_count, job.files_intended or 0)
    arrived = 100 * job.counts.finished / total if total else 0.0
    if not works_per_file(work):
        return round(_run_percent(job, work), 1)
    run = _run_percent(job, work) if job.run_requested else 0.0
    return round(INSPECTING_SHARE * arrived + (1 - INSPECTING_SHARE) * run, 1)


def _run_percent(job: Job, work: Work) -> float:
    weights: Sequence[float] = [step.weight for step in work.steps]
    done = sum(weights[: job.steps_done])
    step_percent = 100 * job.slices_done / job.slices if job.slices else job.step_percent
    now = weights[job.steps_done] * step_percent / 100 if job.steps_done < len(weights) else 0.0
    return 100 * (done + now) / sum(weights)


def _remaining(job: Job, work: Work, queue: QueueState, percent: float, elapsed: float | None) -> float | None:
    if job.state is not JobState.RUNNING or elapsed is None:
        return None
    expected = expected_seconds(queue, job.counts.size)
    if not works_per_file(work) and elapsed < expected:
        return expected - elapsed
    # The pace so far predicts the end once a twentieth is done, and only while no upload is awaited.
    return elapsed * (100 - percent) / percent if percent >= 5 and job.sealed else None
