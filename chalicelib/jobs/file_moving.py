"""The writes of moves of files, with the counters of their job: each file by itself, several in one transaction.

A file that has changed meanwhile is left out, and the others are written without it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import batched
from typing import Any

from chalicelib.jobs.changes import (
    Change,
    CountsRecord,
    DayRecord,
    FileRecord,
    FileRejected,
    JobEvent,
    JobRecord,
    Records,
    Refused,
)
from chalicelib.jobs.errors import Busy, FileNotFound, StaleTransition
from chalicelib.jobs.file_changes import change, conditions, correcting, finishing, held_by, marking, sets_of
from chalicelib.jobs.file_moves import (
    CLAIM_FILE,
    CLAIM_NEWER,
    GIVE_UP_FILE,
    JUDGE,
    LOSE,
    RESET,
    UNMARK_DUPLICATE,
    FileFields,
    MovedFile,
)
from chalicelib.jobs.intake.deliveries import is_newer
from chalicelib.jobs.model import File, FileOutcome, Job, StoredObject
from chalicelib.jobs.moves import CORRECT, RECALL, RECALL_AS_READ, RUN_AGAIN_FROM_SLICE
from chalicelib.jobs.moving import job_conditions
from chalicelib.jobs.ports.stores import FileStore
from chalicelib.jobs.states import FileState
from chalicelib.jobs.statistics import day_of, rejections

AT_ONCE = 25


def move_file(jobs: Records, file: File, moved: MovedFile) -> File:
    """Applies a move that changes no counters, and returns the file. StaleTransition."""
    try:
        there: File = jobs.apply([change(file, moved)])
    except Refused:
        raise StaleTransition(f"{file.id}: {moved.move.name}") from None
    return there


def claim_file(
    jobs: FileStore, job_id: str, number: int, seen: StoredObject, by: str, now: datetime, lease_until: datetime
) -> File:
    """Claims a file for the message `by`, to inspect this version of its object: an expected file, one whose lease has
    expired, or a finished one whose object was replaced by this later version, whose counts are then taken
    back.

    FileNotFound; Busy where another message's lease is in force; StaleTransition where this version or a later one is
    finished, or the job takes no more files.
    """
    claim: FileFields = {"lease_until": lease_until, "claimed_by": by}
    claim |= {"sequencer": seen.sequencer, "etag": seen.etag or None}
    record, tried = FileRecord(job_id, number), {"attempt": 1, "tries": 1}
    moved = CLAIM_FILE(now=now, **claim)
    try:
        there: File = jobs.apply([Change(record, sets_of(moved), tried, conditions(None, moved))])
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
        Change(record, sets_of(newer), tried, conditions(there, newer)),
        counts_of(job_id, [there], {there.state.value: -1, "size": -counted(there)}),
        Change(JobRecord(job_id), adds={"recalled": 1}, when=job_conditions(None, RECALL())),
    ]
    try:
        jobs.apply(changes)
    except Refused:
        raise StaleTransition(there.id) from None
    return jobs.file(job_id, number)


def finish_files(jobs: Records, job_id: str, outcomes: Sequence[FileOutcome], owner_id: str, now: datetime) -> set[int]:
    """Writes outcomes of inspection, counts them and records rejections as events; returns the numbers of the files
    that were still under the outcome's claim."""

    def plan(some: Sequence[FileOutcome]) -> Plan:
        good = [o for o in some if o.state is FileState.INSPECTED]
        bad = [o for o in some if o.state is FileState.REJECTED]
        size = sum(o.size for o in good if o.counts_bytes) + sum(map(held_by, bad))
        amounts = {"inspected": len(good), "rejected": len(bad), "size": size}
        more = [Change(CountsRecord(job_id, tuple(o.number for o in some)), adds=amounts), *_rejections(bad, now)]
        events: list[JobEvent] = [
            FileRejected(job_id, owner_id, o.number, o.attempt, o.error_code, o.error_message) for o in bad
        ]
        return [finishing(job_id, owner_id, outcome) for outcome in some], more, events

    return {outcome.number for outcome in each(jobs, outcomes, plan)}


def reject_file(jobs: Records, file: File, code: str, message: str, now: datetime) -> bool:
    """Rejects a file that was given up; False where it has changed meanwhile."""
    event = FileRejected(file.job_id, None, file.number, file.attempt, code, message)
    held = file.size if file.etag and file.counts_bytes else 0  # else its object has never been seen
    changes = [
        change(file, GIVE_UP_FILE(error_code=code, error_message=message, held=held)),
        counts_of(file.job_id, [file], {"rejected": 1, "size": held}),
        Change(DayRecord(day_of(now)), adds=rejections([code])),
    ]
    try:
        jobs.apply(changes, [event])
    except Refused:
        return False
    return True


def reject_files(jobs: Records, job: Job, files: Sequence[File], code: str, message: str, now: datetime) -> int:
    """As reject_file, for several in one transaction; returns how many were rejected."""

    def plan(some: Sequence[File]) -> Plan:
        own = [change(file, GIVE_UP_FILE(error_code=code, error_message=message)) for file in some]
        day = Change(DayRecord(day_of(now)), adds=rejections([code] * len(some)))
        events: list[JobEvent] = [FileRejected(job.id, job.owner_id, f.number, f.attempt, code, message) for f in some]
        return own, [counts_of(job.id, some, {"rejected": len(some)}), day], events

    return len(each(jobs, files, plan))


def reset_files(jobs: Records, job: Job, files: Sequence[File]) -> int:
    """Takes finished files and their counts back to expected, and counts a recall in the job; returns how many were
    still unchanged. StaleTransition where the job has left the state or the retry in which it was read, or its run was
    requested since."""
    as_read = Change(JobRecord(job.id), adds={"recalled": 1}, when=job_conditions(job, RECALL_AS_READ()))

    def plan(some: Sequence[File]) -> Plan:
        tally = Counter(file.state.value for file in some)
        amounts = {name: -count for name, count in tally.items()} | {"size": -sum(map(counted, some))}
        return [change(file, RESET()) for file in some], [as_read, counts_of(job.id, some, amounts)], []

    return len(each(jobs, files, plan))


def mark_duplicates(jobs: Records, job_id: str, kept: Mapping[int, int]) -> None:
    """inspected → duplicate for each number, of the number that it maps to, with the counts. Skips those already
    marked."""

    def plan(some: Sequence[tuple[int, int]]) -> Plan:
        counts = Change(
            CountsRecord(job_id, tuple(number for number, _ in some)),
            adds={"inspected": -len(some), "duplicate": len(some)},
        )
        return [marking(job_id, number, of) for number, of in some], [counts], []

    each(jobs, list(kept.items()), plan)


def lose_files(jobs: Records, job: Job, files: Sequence[File], code: str, message: str, now: datetime) -> None:
    """Rejects inspected files whose objects are gone, unless the job's run has changed meanwhile. StaleTransition."""
    as_read = Change(JobRecord(job.id), when=job_conditions(job, RUN_AGAIN_FROM_SLICE()))

    def plan(some: Sequence[File]) -> Plan:
        tally = Counter(file.state.value for file in some)
        amounts: dict[str, float] = {name: -count for name, count in tally.items()}
        amounts |= {"rejected": len(some), "size": -sum(map(counted, some))}
        day = Change(DayRecord(day_of(now)), adds=rejections([code] * len(some)))
        events: list[JobEvent] = [FileRejected(job.id, job.owner_id, f.number, f.attempt, code, message) for f in some]
        own = [change(file, LOSE(error_code=code, error_message=message, held=0)) for file in some]
        return own, [as_read, counts_of(job.id, some, amounts), day], events

    each(jobs, files, plan)


def unmark_duplicates(jobs: Records, job_id: str, files: Sequence[File]) -> None:
    """duplicate → inspected, with the counts."""

    def plan(some: Sequence[File]) -> Plan:
        own = [change(file, UNMARK_DUPLICATE()) for file in some]
        return own, [counts_of(job_id, some, {"duplicate": -len(some), "inspected": len(some)})], []

    each(jobs, files, plan)


def correct_files(
    jobs: Records, job: Job, corrected: Sequence[tuple[File, Mapping[str, Any]]]
) -> list[tuple[File, Mapping[str, Any]]]:
    """Writes an owner's corrected metadata of a completed job's files, and counts a revision of the
    job; returns those whose file was still as it was read. StaleTransition where the job is no longer completed."""
    counted = Change(JobRecord(job.id), adds={"edits": 1, "revision": 1}, when=job_conditions(job, CORRECT()))

    def plan(some: Sequence[tuple[File, Mapping[str, Any]]]) -> Plan:
        own = [correcting(file, metadata) for file, metadata in some]
        return own, [counted], []

    return each(jobs, corrected, plan)


def judge_file(
    jobs: Records, job_id: str, number: int, run: int, verdict: str, message: str | None, details: Mapping[str, Any]
) -> None:
    """Records a run's verdict on a finished file; drops that of an earlier run. FileNotFound."""
    moved = JUDGE(verdict=verdict, verdict_message=message, verdict_details=dict(details), verdict_run=run)
    try:
        jobs.apply([Change(FileRecord(job_id, number), sets_of(moved), when=conditions(None, moved))])
    except Refused as refused:
        if refused.there(0) is None:
            raise FileNotFound("There is no such file.") from None


def counted(file: File) -> int:
    """The bytes of a finished file that count for its job; a rejected file's count while they are in the store."""
    if file.state is FileState.REJECTED:
        return file.held
    return file.size if file.counts_bytes else 0


# -- inside ------------------------------------------------------------------------------------------------------------

Plan = tuple[list[Change], list[Change], list[JobEvent]]
"""A change for each file of a batch; the other changes of the transaction; its events."""


def each[T](jobs: Records, items: Sequence[T], plan: Callable[[Sequence[T]], Plan]) -> list[T]:
    """Applies a plan in batches, without items that have changed meanwhile; returns the others.
    StaleTransition where a change of the batch as a whole is refused."""
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


def counts_of(job_id: str, files: Sequence[File], amounts: Mapping[str, float]) -> Change:
    return Change(CountsRecord(job_id, tuple(file.number for file in files)), adds=amounts)


def _rejections(bad: Sequence[FileOutcome], now: datetime) -> list[Change]:
    """The change of the day's count of rejected files, where there are any."""
    return [Change(DayRecord(day_of(now)), adds=rejections([o.error_code for o in bad]))] if bad else []
