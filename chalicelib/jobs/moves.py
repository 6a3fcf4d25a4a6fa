"""Every move of a job, as a value: the states that allow it, its target, its guards, the fields that it sets. Nothing
else changes a job; the table in the README is printed from the moves. Moves of files: file_moves.py.

A move is called with the fields that it sets this time: `PAUSE(due_at=None)`. Fields and guards are typed, so that mypy
finds a misspelt one. moving.py makes its writes, with those that follow in other records: see there for counters and
events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, TypedDict, Unpack

from chalicelib.jobs.states import FINAL, NOT_FINAL, RECEIVING, JobState

RUNNING, WORKED_ON = frozenset({JobState.RUNNING}), frozenset({JobState.RUNNING, JobState.PAUSED})


class JobFields(TypedDict, total=False):
    """The fields of a job that a move may set: all but its state, which `to` names, and those that never change."""

    owner_id: str
    begun_by: str | None
    options: Mapping[str, Any]
    sealed: bool
    file_count: int
    active_at: datetime | None
    started_at: datetime | None
    completed_at: datetime | None
    error_code: str | None
    error_message: str | None
    run_requested: bool
    ticket: int | None
    steps_done: int
    step_percent: float
    current_filename: str | None
    checkpoint: Mapping[str, Any] | None
    slices: int | None
    slices_done: int
    slices_mark: int
    division: int
    waiting_for: Mapping[str, Any] | None
    attempt: int
    lease_until: datetime | None
    claimed_by: str | None
    tries: int
    due_at: datetime | None
    awaits: int | None
    listing: Mapping[str, Any] | None
    result: Mapping[str, Any] | None
    result_size: int | None
    upload: Mapping[str, Any] | None
    retries: int
    mark: int
    given_up: bool
    kept_bytes: int
    adding: str | None
    deleting: bool
    made_revision: int
    binned_at: datetime | None
    bin_due_at: datetime | None
    open_until: datetime | None


class JobGuard(Enum):
    """Conditions on a job besides its state. SAME_…: unchanged since it was read."""

    SAME_OWNER = "its owner is the one that was read"
    SAME_STATE = "its state is the one that was read"
    SAME_CLAIM = "no other worker has claimed its run since"
    SAME_HOLDER = "its lease has not been given back"
    SAME_STEP = "it is at the same step, in the same division"
    SAME_RETRY = "it has not been retried since"
    SAME_REQUEST = "its run is asked for, or not, as it was"
    SAME_TRIES = "its tries have not been counted on"
    SAME_FILES = "no file was taken back since"
    SAME_FILE_COUNT = "no file was added since"
    SAME_ADDING = "no other request has begun to add many files since"
    SAME_KEPT = "what it counts for has not changed since"
    SAME_ANNOUNCED = "no bytes were announced since"
    LEASE_FREE = "no other message's lease is in force"
    RUN_REQUESTED = "its run was asked for"
    RUN_NOT_REQUESTED = "its run was not asked for"
    NOT_SEALED = "it takes more files"
    NOT_DELETING = "it is not being deleted"
    NOT_BINNED = "it is not in the bin"
    SAME_BIN = "the first of its files in the bin goes when it did"
    SAME_DUE = "it is due as it was"
    SAME_EDITS = "its owner has changed nothing of it or its files since"
    SAME_DELETING = "it is being deleted, or not, as it was"


@dataclass(frozen=True)
class JobMove:
    """to: None where the state stays. sets: the fields that this move always sets."""

    name: str
    allowed: frozenset[JobState]
    to: JobState | None = None
    guards: frozenset[JobGuard] = frozenset()
    sets: JobFields = field(default_factory=JobFields)

    def __call__(self, *, now: datetime | None = None, **sets: Unpack[JobFields]) -> MovedJob:
        """now: the time, for moves that look at a lease."""
        return MovedJob(self, {**self.sets, **sets}, now)

    @property
    def ends(self) -> bool:
        """Whether it ends the job, which changes the owner's usage and the statistics, and sends an event."""
        return self.to in FINAL


@dataclass(frozen=True)
class MovedJob:
    move: JobMove
    sets: JobFields
    now: datetime | None = None


G = JobGuard
FREED: JobFields = {"lease_until": None, "claimed_by": None}
OVER: JobFields = {**FREED, "due_at": None, "current_filename": None}
FAILED: JobFields = {**OVER, "checkpoint": None}
CAN_FAIL = frozenset({JobState.PENDING, JobState.QUEUED, JobState.RUNNING})

# Files come in.
ADD_FILES = JobMove("add files", RECEIVING, guards=frozenset({G.SAME_OWNER, G.NOT_SEALED, G.SAME_FILE_COUNT}))
STAGE_FILES = JobMove("stage files", RECEIVING, guards=frozenset({G.NOT_SEALED, G.SAME_FILE_COUNT}))
STAGE_MORE = JobMove("stage more files", RECEIVING, guards=frozenset({G.NOT_SEALED, G.SAME_FILE_COUNT, G.SAME_ADDING}))
ADD_STAGED = JobMove(
    "add staged files",
    RECEIVING,
    guards=frozenset({G.SAME_OWNER, G.NOT_SEALED, G.SAME_FILE_COUNT, G.SAME_ADDING}),
)
SET_OPTIONS = JobMove("take the options of its drop folder", RECEIVING, guards=frozenset({G.NOT_SEALED}))
AWAIT = JobMove("await the files that a manifest names", RECEIVING)
COUNT_LISTING = JobMove("count a try of its listing", RECEIVING, guards=frozenset({G.SAME_TRIES}))
CLOSE = JobMove("close its drop folder, page by page", RECEIVING, guards=frozenset({G.NOT_SEALED}))
COLLECT = JobMove("collect files by a share", RECEIVING, guards=frozenset({G.SAME_OWNER, G.NOT_SEALED}))
SEAL = JobMove("seal", RECEIVING, guards=frozenset({G.NOT_SEALED}), sets={"sealed": True, "listing": None})
START = JobMove("start with its first file", frozenset({JobState.PENDING}), JobState.RUNNING)
NOTE_ARRIVALS = JobMove("note what has arrived", RECEIVING)
GIVE_UP = JobMove("give up on files that never came", RECEIVING, sets={"given_up": True, "sealed": True})
RECALL = JobMove("take a file back", RECEIVING, guards=frozenset({G.RUN_NOT_REQUESTED}))
RECALL_AS_READ = JobMove(
    "take files back", frozenset(JobState), guards=frozenset({G.SAME_STATE, G.SAME_RETRY, G.SAME_REQUEST})
)
REQUEST_RUN = JobMove(
    "ask for the run",
    RECEIVING,
    JobState.RUNNING,
    frozenset({G.SAME_FILES, G.RUN_NOT_REQUESTED}),
    {"run_requested": True},
)
ENQUEUE = JobMove(
    "queue", frozenset({JobState.PENDING}), JobState.QUEUED, frozenset({G.SAME_FILES}), {"run_requested": True}
)

# A worker runs it.
CLAIM_RUN = JobMove(
    "claim the run",
    frozenset({JobState.QUEUED, JobState.RUNNING}),
    JobState.RUNNING,
    frozenset({G.SAME_STATE, G.SAME_CLAIM, G.RUN_REQUESTED, G.LEASE_FREE}),
)
RENEW = JobMove("renew the lease", RUNNING, guards=frozenset({G.SAME_CLAIM, G.SAME_HOLDER}))
GET_ON = JobMove("get on", RUNNING, guards=frozenset({G.SAME_CLAIM}))
RELEASE = JobMove("give the claim back", WORKED_ON, guards=frozenset({G.SAME_CLAIM}), sets=FREED)
COUNT_TRY = JobMove(
    "count a try",
    frozenset({JobState.QUEUED, JobState.RUNNING}),
    guards=frozenset({G.SAME_CLAIM, G.SAME_TRIES}),
)
COUNT_SLICE = JobMove("count a slice", WORKED_ON, guards=frozenset({G.SAME_STEP}))
LOOK_AT_SLICES = JobMove("look at its slices", RUNNING, guards=frozenset({G.SAME_STEP}))
ASK_USER = JobMove("ask its user", RUNNING, JobState.PAUSED, frozenset({G.SAME_CLAIM}), {"due_at": None, "tries": 0})
ASK_USER_IN_SLICE = JobMove(
    "ask its user in a slice", RUNNING, JobState.PAUSED, frozenset({G.SAME_STEP}), {"due_at": None}
)
AGAIN: JobFields = {
    **FREED,
    "steps_done": 0,
    "step_percent": 0.0,
    "current_filename": None,
    "checkpoint": None,
    "slices": None,
    "slices_done": 0,
    "slices_mark": 0,
    "upload": None,
    "result": None,
    "tries": 0,
}
RUN_AGAIN = JobMove("run again without lost files", RUNNING, guards=frozenset({G.SAME_CLAIM}), sets=AGAIN)
RUN_AGAIN_FROM_SLICE = JobMove(
    "run again without files that a slice found lost", RUNNING, guards=frozenset({G.SAME_STEP}), sets=AGAIN
)
COMPLETE = JobMove("complete", RUNNING, JobState.COMPLETED, frozenset({G.SAME_CLAIM}), {**OVER, "upload": None})

# It can't be done.
FAIL = JobMove("fail", CAN_FAIL, JobState.FAILED, sets=FAILED)
FAIL_ARRIVALS = JobMove("fail without a usable file", CAN_FAIL, JobState.FAILED, frozenset({G.SAME_FILES}), FAILED)
FAIL_RUN = JobMove("fail in the run", CAN_FAIL, JobState.FAILED, frozenset({G.SAME_CLAIM}), FAILED)
FAIL_SLICE = JobMove("fail in a slice", CAN_FAIL, JobState.FAILED, frozenset({G.SAME_STEP}), FAILED)

# Its owner decides.
PAUSE = JobMove("pause", RUNNING, JobState.PAUSED, frozenset({G.SAME_STATE}), {"due_at": None, "waiting_for": None})
RESUME = JobMove(
    "resume", frozenset({JobState.PAUSED}), JobState.RUNNING, frozenset({G.SAME_STATE}), {"waiting_for": None}
)
CANCEL = JobMove("cancel", NOT_FINAL, JobState.CANCELLED, frozenset({G.SAME_STATE}), {"waiting_for": None})
OPEN_AGAIN: JobFields = {
    **AGAIN,
    "run_requested": False,
    "ticket": None,
    "waiting_for": None,
    "error_code": None,
    "error_message": None,
    "started_at": None,
    "completed_at": None,
    "given_up": False,
}
RETRY = JobMove(
    "retry",
    frozenset({JobState.COMPLETED, JobState.FAILED}),
    JobState.PENDING,
    frozenset({G.SAME_STATE, G.SAME_RETRY, G.NOT_BINNED}),
    OPEN_AGAIN,
)
COMPLETED = frozenset({JobState.COMPLETED})
CORRECT = JobMove("take its owner's corrections", COMPLETED, guards=frozenset({G.NOT_DELETING}))
REMAKE = JobMove(
    "rebuild its results",
    COMPLETED,
    JobState.PENDING,
    frozenset({G.SAME_STATE, G.SAME_RETRY, G.NOT_BINNED}),
    OPEN_AGAIN,
)
BIN = JobMove("put into the bin", FINAL, guards=frozenset({G.SAME_STATE, G.SAME_RETRY, G.NOT_DELETING, G.NOT_BINNED}))
RESTORE = JobMove("take out of the bin", FINAL, guards=frozenset({G.NOT_DELETING}), sets={"binned_at": None})
# Single files in the bin, while their job as a whole is not. A job is due for its bin before a file lies in it.
BINNING = frozenset({G.NOT_DELETING, G.NOT_BINNED})
OPEN_BIN = JobMove("be due for its bin", FINAL, guards=BINNING | {G.SAME_BIN, G.SAME_DUE})
BIN_FILES = JobMove("put files into the bin", FINAL, guards=BINNING | {G.SAME_BIN})
RESTORE_FILES = JobMove("take files out of the bin", FINAL, guards=BINNING)
LOOK_INTO_BIN = JobMove("look into its bin", FINAL, guards=BINNING | {G.SAME_BIN, G.SAME_DUE, G.SAME_EDITS})
DELETE = JobMove("delete", FINAL, guards=frozenset({G.SAME_OWNER, G.NOT_DELETING}), sets={"deleting": True})
REMOVE_FILES = JobMove("remove files", FINAL, guards=frozenset({G.SAME_OWNER, G.SAME_KEPT, G.SAME_DELETING}))
FORGET = JobMove("forget what it counts for", FINAL, guards=frozenset({G.SAME_OWNER, G.SAME_KEPT, G.SAME_DELETING}))

# A file was finished while its job ended.
RECOUNT = JobMove(
    "recount its bytes",
    FINAL,
    guards=frozenset({G.SAME_OWNER, G.SAME_STATE, G.SAME_RETRY, G.SAME_KEPT, G.SAME_EDITS, G.NOT_DELETING}),
)

# A guest signs in to an account.
HAND_OVER = JobMove(
    "hand over",
    frozenset(JobState),
    guards=frozenset({G.SAME_OWNER, G.SAME_STATE, G.SAME_KEPT, G.SAME_ANNOUNCED, G.NOT_DELETING}),
)

# The sweeper looks.
LOOK_AGAIN = JobMove("look again", frozenset(JobState), guards=frozenset({G.SAME_STATE}))
AWAIT_END = JobMove(
    "be due at its end", FINAL | {JobState.PAUSED}, guards=frozenset({G.SAME_STATE, G.SAME_BIN, G.SAME_DUE})
)

ACTIONS: Mapping[str, JobMove] = {"pause": PAUSE, "resume": RESUME, "cancel": CANCEL}
"""The moves that a user can ask for."""

JOB_MOVES = tuple(value for value in dict(globals()).values() if isinstance(value, JobMove))


def targets(state: JobState) -> list[JobState]:
    """The states to which a job may go from a state, in the states' order."""
    reached = {move.to for move in JOB_MOVES if state in move.allowed} - {state}
    return [target for target in JobState if target in reached]


def sources(target: JobState) -> frozenset[JobState]:
    return frozenset(state for state in JobState if target in targets(state))
