"""The change that a move makes to one file: its new values and its conditions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalicelib.jobs.changes import AtMost, Both, Change, Condition, Either, FileRecord, Is, OneOf, lease_free
from chalicelib.jobs.file_moves import (
    CORRECT_FILE,
    MARK_DUPLICATE,
    REJECT,
    TAKE,
    FileFields,
    FileGuard,
    MovedFile,
)
from chalicelib.jobs.model import File, FileOutcome, owner_hash
from chalicelib.jobs.states import FileState


def change(file: File, moved: MovedFile) -> Change:
    return Change(FileRecord(file.job_id, file.number), sets_of(moved), when=conditions(file, moved))


def finishing(job_id: str, owner_id: str, outcome: FileOutcome) -> Change:
    found: FileFields = {
        "etag": outcome.etag,
        "content_type": outcome.content_type,
        "sha256": outcome.sha256,
        "crc32": outcome.crc32,
        "metadata": dict(outcome.metadata),
        "thumbnail": outcome.thumbnail,
        "error_code": outcome.error_code,
        "error_message": outcome.error_message,
    }
    # A rejected file that comes again is measured by what was announced.
    good = outcome.state is FileState.INSPECTED
    found["held"] = 0 if good else held_by(outcome)
    found["owner_hash"] = owner_hash(owner_id, outcome.sha256) if good and outcome.sha256 else None
    if good:
        found["size"] = outcome.size
    moved = (TAKE if good else REJECT)(**found)
    when = (OneOf("state", moved.move.allowed), Is("attempt", outcome.attempt))
    return Change(FileRecord(job_id, outcome.number), sets_of(moved), when=when)


def correcting(file: File, metadata: Mapping[str, Any]) -> Change:
    moved = CORRECT_FILE(metadata=dict(metadata))
    record = FileRecord(file.job_id, file.number)
    return Change(record, sets_of(moved), {"edits": 1}, conditions(file, moved))


def marking(job_id: str, number: int, of: int) -> Change:
    moved = MARK_DUPLICATE(duplicate_of=of)
    return Change(FileRecord(job_id, number), sets_of(moved), when=conditions(None, moved))


def held_by(outcome: FileOutcome) -> int:
    """The bytes of a rejected file that stay in the store. A file without an ETag wasn't there."""
    return outcome.size if outcome.etag and outcome.counts_bytes else 0


def sets_of(moved: MovedFile) -> dict[str, Any]:
    return {**moved.sets, **({"state": moved.move.to} if moved.move.to else {})}


def conditions(file: File | None, moved: MovedFile) -> tuple[Condition, ...]:
    """file: as it was read, None for moves that don't look at that."""
    move, found = moved.move, list[Condition]()
    if FileGuard.LEASE_FREE in move.guards:
        if moved.now is None:
            raise ValueError(f"{move.name}: no time is given to look at the lease")
        free = lease_free(moved.now, moved.sets.get("claimed_by") or "")
        abandoned = Both((Is("state", FileState.INSPECTING), free))
        others = move.allowed - {FileState.INSPECTING}
        found.append(Either((OneOf("state", others), abandoned)))
    else:
        found.append(OneOf("state", move.allowed))
    if file and FileGuard.SAME_STATE in move.guards:
        found.append(Is("state", file.state))
    if file and FileGuard.SAME_CLAIM in move.guards:
        found.append(Is("attempt", file.attempt))
    if file and FileGuard.SAME_EDITS in move.guards:
        found.append(Is("edits", file.edits))
    if FileGuard.NOT_BINNED in move.guards:
        found.append(Is("binned_at", None))
    if file and FileGuard.SAME_BIN in move.guards:
        found.append(Is("binned_at", file.binned_at))
    if FileGuard.NO_UPLOAD in move.guards:
        found.append(Is("upload_id", None))
    if FileGuard.NO_LATER_VERDICT in move.guards:
        run = moved.sets.get("verdict_run", 0)
        found.append(Either((Is("verdict_run", None), AtMost("verdict_run", run))))
    return tuple(found)
