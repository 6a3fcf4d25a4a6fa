"""The writes of moves of files, with what counts them for their job: each file by itself, several in one transaction.

Where one of several has moved on by itself, the others go without it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import batched
from typing import Any

from chalicelib.jobs.changes import (
    AtMost,
    Both,
    Change,
    Condition,
    CountsRecord,
    DayRecord,
    Either,
    FileRecord,
    FileRejected,
    Is,
    JobEvent,
    JobRecord,
    OneOf,
    Records,
    Refused,
    lease_free,
)
from chalicelib.jobs.errors import Busy, FileNotFound, StaleTransition
from chalicelib.jobs.file_moves import (
    CLAIM_FILE,
    CLAIM_NEWER,
    CORRECT_FILE,
    GIVE_UP_FILE,
    JUDGE,
    LOSE,
    MARK_DUPLICATE,
    REJECT,
    RESET,
    TAKE,
    UNMARK_DUPLICATE,
    FileFields,
    FileGuard,
    MovedFile,
)
from chalicelib.jobs.intake.deliveries import is_newer
from chalicelib.jobs.model import File, FileOutcome, Job, StoredObject, owner_hash
from chalicelib.jobs.moves import CORRECT, RECALL, RECALL_AS_READ, RUN_AGAIN_FROM_SLICE
from chalicelib.jobs.moving import job_conditions
from chalicelib.jobs.ports.stores import FileStore
from chalicelib.jobs.states import FileState
from chalicelib.jobs.statistics import day_of, rejections

AT_ONCE = 25


def move_file(jobs: Records, file: File, moved: MovedFile) -> File:
    """Moves a file in ways that count nowhere, and returns it. StaleTransition."""
    try:
        there: File = jobs.apply([change_of(file, moved)])
    except Refused:
        raise StaleTransition(f"{file.id}: {moved.move.name}") from None
    return there


def claim_file(
    jobs: FileStore, job_id: str, number: int, seen: StoredObject, by: str, now: datetime, lease_until: datetime
) -> File:
    """Claims a file to look into this version of its object, for the message `by`: one that is expected, one whose
    worker's lease is over, or a finished one whose object was replaced by this later version, with its counts taken
    back.

    FileNotFound; Busy where another message's lease is in force; StaleTransition where this version is finished, or a
    later one is, or the job takes no more files.
    """
    claim: FileFields = {"lease_until": lease_until, "claimed_by": by}
    claim |= {"sequencer": seen.sequencer, "etag": seen.etag or None}
    record, tried = FileRecord(job_id, number), {"attempt": 1, "tries": 1}
    moved = CLAIM_FILE(now=now, **claim)
    try:
        there: File = jobs.apply([Change(record, _sets(moved), tried, _conditions(None, moved))])
        return there
    except Refused as refused:
        if refused.there(0) is None:
            raise FileNotFound("There is no such file.") from None
        there = refused.there(0)
    if there.state is FileState.INSPECTING:
        raise Busy(there.id)
    if there.etag == seen.etag or not is_newer(seen.sequencer, there.sequencer):
        raise StaleTransition(there.id)
    newer = CLAIM_NEWER(**claim)
    changes = [
        Change(record, _sets(newer), tried, _conditions(there, newer)),
        counts_of(job_id, [there], {there.state.value: -1, "size": -counted(there)}),
        Change(JobRecord(job_id), adds={"recalled": 1}, when=job_conditions(None, RECALL())),
    ]
    try:
        jobs.apply(changes)
    except Refused:
        raise StaleTransition(there.id) from None
    return jobs.file(job_id, number)


def finish_files(jobs: Records, job_id: str, outcomes: Sequence[FileOutcome], owner_id: str, now: datetime) -> set[int]:
    """Writes what inspection came to, counts it and records rejected ones as events; returns the numbers of those whose
    claim was still the outcome's."""

    def plan(some: Sequence[FileOutcome]) -> Plan:
        good = [o for o in some if o.state is FileState.INSPECTED]
        bad = [o for o in some if o.state is FileState.REJECTED]
        size = sum(o.size for o in good if o.counts_bytes) + sum(map(_held, bad))
        amounts = {"inspected": len(good), "rejected": len(bad), "size": size}
        more = [Change(CountsRecord(job_id, tuple(o.number for o in some)), adds=amounts), *_rejections(bad, now)]
        events: list[JobEvent] = [
            FileRejected(job_id, owner_id, o.number, o.attempt, o.error_code, o.error_message) for o in bad
        ]
        return [_finishing(job_id, owner_id, outcome) for outcome in some], more, events

    return {outcome.number for outcome in each(jobs, outcomes, plan)}


def reject_file(jobs: Records, file: File, code: str, message: str, now: datetime) -> bool:
    """Finishes a file whose work was given up as rejected; False where it has moved on."""
    event = FileRejected(file.job_id, None, file.number, file.attempt, code, message)
    held = file.size if file.etag and file.counts_bytes else 0  # else its object has never been seen
    changes = [
        change_of(file, GIVE_UP_FILE(error_code=code, error_message=message, held=held)),
        counts_of(file.job_id, [file], {"rejected": 1, "size": held}),
        Change(DayRecord(day_of(now)), adds=rejections([code])),
    ]
    try:
        jobs.apply(changes, [event])
    except Refused:
        return False
    return True


def reject_files(jobs: Records, job: Job, files: Sequence[File], code: str, message: str, now: datetime) -> int:
    """As reject_file, several in one transaction; returns how many had not moved on."""

    def plan(some: Sequence[File]) -> Plan:
        own = [change_of(file, GIVE_UP_FILE(error_code=code, error_message=message)) for file in some]
        day = Change(DayRecord(day_of(now)), adds=rejections([code] * len(some)))
        events: list[JobEvent] = [FileRejected(job.id, job.owner_id, f.number, f.attempt, code, message) for f in some]
        return own, [counts_of(job.id, some, {"rejected": len(some)}), day], events

    return len(each(jobs, files, plan))


def reset_files(jobs: Records, job: Job, files: Sequence[File]) -> int:
    """Takes finished files back to expected, with their counts, which the job counts as recalls; returns how many were
    still as given. StaleTransition where the job has left the state or the retry in which it was read, or its run was
    asked for since."""
    as_read = Change(JobRecord(job.id), adds={"recalled": 1}, when=job_conditions(job, RECALL_AS_READ()))

    def plan(some: Sequence[File]) -> Plan:
        tally = Counter(file.state.value for file in some)
        amounts = {name: -count for name, count in tally.items()} | {"size": -sum(map(counted, some))}
        return [change_of(file, RESET()) for file in some], [as_read, counts_of(job.id, some, amounts)], []

    return len(each(jobs, files, plan))


def mark_duplicates(jobs: Records, job_id: str, kept: Mapping[int, int]) -> None:
    """inspected → duplicate for each number, of the number it maps to; the counts follow. Done ones are skipped."""

    def plan(some: Sequence[tuple[int, int]]) -> Plan:
        counts = Change(
            CountsRecord(job_id, tuple(number for number, _ in some)),
            adds={"inspected": -len(some), "duplicate": len(some)},
        )
        return [_marking(job_id, number, of) for number, of in some], [counts], []

    each(jobs, list(kept.items()), plan)


def lose_files(jobs: Records, job: Job, files: Sequence[File], code: str, message: str, now: datetime) -> None:
    """Rejects inspected files whose objects are gone, while the job's run has not moved on. StaleTransition."""
    as_read = Change(JobRecord(job.id), when=job_conditions(job, RUN_AGAIN_FROM_SLICE()))

    def plan(some: Sequence[File]) -> Plan:
        tally = Counter(file.state.value for file in some)
        amounts: dict[str, float] = {name: -count for name, count in tally.items()}
        amounts |= {"rejected": len(some), "size": -sum(map(counted, some))}
        day = Change(DayRecord(day_of(now)), adds=rejections([code] * len(some)))
        events: list[JobEvent] = [FileRejected(job.id, job.owner_id, f.number, f.attempt, code, message) for f in some]
        own = [change_of(file, LOSE(error_code=code, error_message=message, held=0)) for file in some]
        return own, [as_read, counts_of(job.id, some, amounts), day], events

    each(jobs, files, plan)


def unmark_duplicates(jobs: Records, job_id: str, files: Sequence[File]) -> None:
    """duplicate → inspected, with the counts."""

    def plan(some: Sequence[File]) -> Plan:
        own = [change_of(file, UNMARK_DUPLICATE()) for file in some]
        return own, [counts_of(job_id, some, {"duplicate": -len(some), "inspected": len(some)})], []

    each(jobs, files, plan)


def correct_files(
    jobs: Records, job: Job, corrected: Sequence[tuple[File, Mapping[str, Any]]]
) -> list[tuple[File, Mapping[str, Any]]]:
    """Writes new metadata of a completed job's files, as its owner corrects it, and counts that as a revision of the
    job; returns those whose file was still as it was read. StaleTransition where the job is completed no more."""
    counted = Change(JobRecord(job.id), adds={"edits": 1, "revision": 1}, when=job_conditions(job, CORRECT()))

    def plan(some: Sequence[tuple[File, Mapping[str, Any]]]) -> Plan:
        own = [_correcting(file, metadata) for file, metadata in some]
        return own, [counted], []

    return each(jobs, corrected, plan)


def judge_file(
    jobs: Records, job_id: str, number: int, run: int, verdict: str, message: str | None, details: Mapping[str, Any]
) -> None:
    """Records a run's verdict on a finished file. One of an earlier run than the last is dropped. FileNotFound."""
    moved = JUDGE(verdict=verdict, verdict_message=message, verdict_details=dict(details), verdict_run=run)
    try:
        jobs.apply([Change(FileRecord(job_id, number), _sets(moved), when=_conditions(None, moved))])
    except Refused as refused:
        if refused.there(0) is None:
            raise FileNotFound("There is no such file.") from None


def counted(file: File) -> int:
    """The bytes of a finished file that are part of its job's: also of a rejected one, while they lie in the store."""
    if file.state is FileState.REJECTED:
        return file.held
    return file.size if file.counts_bytes else 0


# -- inside ------------------------------------------------------------------------------------------------------------

Plan = tuple[list[Change], list[Change], list[JobEvent]]
"""A change for each of some files; what else belongs to the transaction; the events with it."""


def each[T](jobs: Records, items: Sequence[T], plan: Callable[[Sequence[T]], Plan]) -> list[T]:
    """Applies a plan to a few at a time, without those that have moved on; returns those that were as planned.
    StaleTransition where a change that belongs to none of them is refused."""
    done: list[T] = []
    for some in batched(items, AT_ONCE):
        left: Sequence[T] = some
        while left:
            own, more, events = plan(left)
            try:
                jobs.apply([*own, *more], events)
            except Refused as refused:
                if any(refused.failed(number) for number in range(len(own), len(own) + len(more))):
                    raise StaleTransition("the job has moved on") from None
                left = [item for number, item in enumerate(left) if not refused.failed(number)]
                continue
            done += left
            break
    return done


def change_of(file: File, moved: MovedFile) -> Change:
    return Change(FileRecord(file.job_id, file.number), _sets(moved), when=_conditions(file, moved))


def _finishing(job_id: str, owner_id: str, outcome: FileOutcome) -> Change:
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
    # What was announced is what a rejected file is measured by when it comes again.
    good = outcome.state is FileState.INSPECTED
    found["held"] = 0 if good else _held(outcome)
    found["owner_hash"] = owner_hash(owner_id, outcome.sha256) if good and outcome.sha256 else None
    if good:
        found["size"] = outcome.size
    moved = (TAKE if good else REJECT)(**found)
    when = (OneOf("state", moved.move.allowed), Is("attempt", outcome.attempt))
    return Change(FileRecord(job_id, outcome.number), _sets(moved), when=when)


def _correcting(file: File, metadata: Mapping[str, Any]) -> Change:
    moved = CORRECT_FILE(metadata=dict(metadata))
    record = FileRecord(file.job_id, file.number)
    return Change(record, _sets(moved), {"edits": 1}, _conditions(file, moved))


def _held(outcome: FileOutcome) -> int:
    """What a rejected file keeps in the store. One without an ETag wasn't there."""
    return outcome.size if outcome.etag and outcome.counts_bytes else 0


def _marking(job_id: str, number: int, of: int) -> Change:
    moved = MARK_DUPLICATE(duplicate_of=of)
    return Change(FileRecord(job_id, number), _sets(moved), when=_conditions(None, moved))


def _sets(moved: MovedFile) -> dict[str, Any]:
    return {**moved.sets, **({"state": moved.move.to} if moved.move.to else {})}


def _conditions(file: File | None, moved: MovedFile) -> tuple[Condition, ...]:
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


def counts_of(job_id: str, files: Sequence[File], amounts: Mapping[str, float]) -> Change:
    return Change(CountsRecord(job_id, tuple(file.number for file in files)), adds=amounts)


def _rejections(bad: Sequence[FileOutcome], now: datetime) -> list[Change]:
    """What counts files rejected just now, where there are any."""
    return [Change(DayRecord(day_of(now)), adds=rejections([o.error_code for o in bad]))] if bad else []
