"""Every move of a file, as a value. Nothing else changes a file; see moves.py for what a move is. file_moving.py makes
its writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, TypedDict, Unpack

from chalicelib.jobs.model import Thumbnail
from chalicelib.jobs.states import AWAITED, FINISHED, FileState


class FileFields(TypedDict, total=False):
    """The fields of a file that a move may set."""

    size: int
    content_type: str | None
    sequencer: str | None
    etag: str | None
    attempt: int
    lease_until: datetime | None
    claimed_by: str | None
    tries: int
    sha256: str | None
    crc32: int | None
    metadata: Mapping[str, Any]
    title: str | None
    description: str | None
    tags: Sequence[str]
    thumbnail: Thumbnail | None
    duplicate_of: int | None
    error_code: str | None
    error_message: str | None
    upload_id: str | None
    owner_hash: str | None
    held: int
    verdict: str | None
    verdict_message: str | None
    verdict_details: Mapping[str, Any]
    verdict_run: int
    binned_at: datetime | None


class FileGuard(Enum):
    """Conditions on a file besides its state."""

    SAME_STATE = "its state is the one that was read"
    SAME_CLAIM = "no other worker has claimed it since"
    LEASE_FREE = "where it is being inspected, no other message's lease is in force"
    NO_UPLOAD = "it has no upload in parts"
    NO_LATER_VERDICT = "no later run has judged it"
    NOT_BINNED = "it is not in the bin"
    SAME_BIN = "it is in the bin, or not, as it was"
    SAME_EDITS = "its owner has not changed it since it was read"


@dataclass(frozen=True)
class FileMove:
    name: str
    allowed: frozenset[FileState]
    to: FileState | None = None
    guards: frozenset[FileGuard] = frozenset()
    sets: FileFields = field(default_factory=FileFields)

    def __call__(self, *, now: datetime | None = None, **sets: Unpack[FileFields]) -> MovedFile:
        return MovedFile(self, {**self.sets, **sets}, now)


@dataclass(frozen=True)
class MovedFile:
    move: FileMove
    sets: FileFields
    now: datetime | None = None


F = FileGuard
FREED: FileFields = {"lease_until": None, "claimed_by": None}
EXPECTED, INSPECTING = frozenset({FileState.EXPECTED}), frozenset({FileState.INSPECTING})

CLAIM_FILE = FileMove("claim", AWAITED, FileState.INSPECTING, frozenset({F.LEASE_FREE}))
CLAIM_NEWER = FileMove(
    "claim a newer version",
    FINISHED,
    FileState.INSPECTING,
    frozenset({F.SAME_STATE, F.SAME_CLAIM, F.NOT_BINNED}),
    {"error_code": None, "error_message": None, "owner_hash": None},
)
TAKE = FileMove("take", INSPECTING, FileState.INSPECTED, frozenset({F.SAME_CLAIM}), {**FREED, "tries": 0})
REJECT = FileMove("reject", INSPECTING, FileState.REJECTED, frozenset({F.SAME_CLAIM}), {**FREED, "tries": 0})
GIVE_UP_FILE = FileMove("give up", AWAITED, FileState.REJECTED, frozenset({F.SAME_CLAIM}), FREED)
# The announced size is the found one from now on: an upload's was checked, and files found in the store have no other.
RESET = FileMove(
    "look at it again",
    FINISHED,
    FileState.EXPECTED,
    frozenset({F.SAME_STATE, F.SAME_CLAIM, F.NOT_BINNED}),
    {
        "tries": 0,
        "error_code": None,
        "error_message": None,
        "sequencer": None,
        "etag": None,
        "sha256": None,
        "crc32": None,
        "duplicate_of": None,
        "owner_hash": None,
    },
)
MARK_DUPLICATE = FileMove(
    "mark as a duplicate", frozenset({FileState.INSPECTED}), FileState.DUPLICATE, frozenset({F.NOT_BINNED})
)
UNMARK_DUPLICATE = FileMove(
    "be no duplicate of a lost file",
    frozenset({FileState.DUPLICATE}),
    FileState.INSPECTED,
    frozenset({F.NOT_BINNED}),
    {"duplicate_of": None},
)
LOSE = FileMove(
    "lose",
    frozenset({FileState.INSPECTED, FileState.DUPLICATE}),
    FileState.REJECTED,
    frozenset({F.SAME_STATE, F.SAME_CLAIM, F.NOT_BINNED}),
    {"owner_hash": None, "duplicate_of": None},
)
HAND_ON = FileMove("belong to another owner", FINISHED)
NOTE_CHECKSUM = FileMove("note its CRC32", FINISHED)
DESCRIBE = FileMove("note what the run found of it", FINISHED, guards=frozenset({F.SAME_EDITS}))
CORRECT_FILE = FileMove("take its owner's correction", FINISHED, guards=frozenset({F.SAME_EDITS}))
BIN_FILE = FileMove("put into the bin", FINISHED, guards=frozenset({F.SAME_STATE, F.NOT_BINNED}))
RESTORE_FILE = FileMove(
    "take out of the bin", FINISHED, guards=frozenset({F.SAME_STATE, F.SAME_BIN}), sets={"binned_at": None}
)
JUDGE = FileMove("judge", FINISHED, guards=frozenset({F.NO_LATER_VERDICT}))
BEGIN_PARTS = FileMove("begin an upload in parts", EXPECTED, guards=frozenset({F.NO_UPLOAD}))
END_PARTS = FileMove(
    "end an upload in parts", frozenset({FileState.EXPECTED, FileState.REJECTED}), sets={"upload_id": None}
)

FILE_MOVES = tuple(value for value in dict(globals()).values() if isinstance(value, FileMove))
