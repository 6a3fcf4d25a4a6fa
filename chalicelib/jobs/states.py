"""The states of jobs and files; moves.py has the moves between them."""

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


MEANINGS: dict[JobState, str] = {
    JobState.PENDING: "its files are still arriving",
    JobState.QUEUED: "all files are in, it waits for a worker",
    JobState.RUNNING: "work is being done",
    JobState.PAUSED: "stopped at a clean point, by its owner or to ask them; nothing done is done again",
    JobState.COMPLETED: "final, until a retry takes it back",
    JobState.FAILED: "final, until a retry takes it back",
    JobState.CANCELLED: "final",
}

FINAL = frozenset({JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED})
NOT_FINAL = frozenset(JobState) - FINAL
RECEIVING = frozenset({JobState.PENDING, JobState.RUNNING})
"""The states in which files are inspected."""

AWAITED = frozenset({FileState.EXPECTED, FileState.INSPECTING})
FINISHED = frozenset({FileState.INSPECTED, FileState.REJECTED, FileState.DUPLICATE})
