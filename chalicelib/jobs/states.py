"""The states of jobs and files, and the only moves between them."""

from __future__ import annotations

from enum import StrEnum


class JobState(StrEnum):
    PENDING = "pending"
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class FileState(StrEnum):
    EXPECTED = "expected"
    INSPECTING = "inspecting"
    INSPECTED = "inspected"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"


NEXT: dict[JobState, frozenset[JobState]] = {
    JobState.PENDING: frozenset({JobState.RUNNING, JobState.QUEUED, JobState.FAILED, JobState.CANCELLED}),
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.CANCELLED, JobState.FAILED}),
    JobState.RUNNING: frozenset({JobState.PAUSED, JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED}),
    JobState.PAUSED: frozenset({JobState.RUNNING, JobState.CANCELLED}),
    # A retry takes a job back to where its files arrive; nothing else leaves a final state.
    JobState.COMPLETED: frozenset({JobState.PENDING}),
    JobState.FAILED: frozenset({JobState.PENDING}),
    JobState.CANCELLED: frozenset(),
}

FINAL = frozenset({JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED})
RECEIVING = frozenset({JobState.PENDING, JobState.RUNNING})
"""The states in which files are inspected."""

FINISHED = frozenset({FileState.INSPECTED, FileState.REJECTED, FileState.DUPLICATE})

ACTIONS: dict[str, tuple[frozenset[JobState], JobState]] = {
    "pause": (frozenset({JobState.RUNNING}), JobState.PAUSED),
    "resume": (frozenset({JobState.PAUSED}), JobState.RUNNING),
    "cancel": (
        frozenset({JobState.PENDING, JobState.QUEUED, JobState.RUNNING, JobState.PAUSED}),
        JobState.CANCELLED,
    ),
}
"""What a user may ask of a job: the states that allow it, and where it leads."""


def sources(target: JobState) -> frozenset[JobState]:
    """The states from which a job may move to `target`."""
    return frozenset(state for state, targets in NEXT.items() if target in targets)
