"""Writes as values: moves plan them, and a store must be able to carry out all of them.

A transaction is a list of changes, each of one record, all or nothing. A store knows how records and conditions are
written where it keeps them, and nothing of what they mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from chalicelib.jobs.model import Job

# -- records -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class JobRecord:
    job_id: str


@dataclass(frozen=True)
class FileRecord:
    job_id: str
    number: int


@dataclass(frozen=True)
class SliceRecord:
    job_id: str
    division: int
    step: int
    number: int


@dataclass(frozen=True)
class CountsRecord:
    """The counter of files with these numbers for their job: it is only added to."""

    job_id: str
    numbers: tuple[int, ...]


@dataclass(frozen=True)
class UsageRecord:
    owner_id: str


@dataclass(frozen=True)
class QueueRecord:
    pipeline: str


@dataclass(frozen=True)
class DayRecord:
    """The counters of a day (YYYY-MM-DD), which are only added to."""

    day: str


@dataclass(frozen=True)
class TotalRecord:
    """The counters of the whole installation, which are only added to."""


@dataclass(frozen=True)
class BatchKeyRecord:
    """The file and job that an object of a drop folder has become."""

    batch: str
    key: str


@dataclass(frozen=True)
class UseRecord:
    """A file's use of the object of a source."""

    source_job_id: str
    source_number: int
    job_id: str
    number: int


@dataclass(frozen=True)
class BinRecord:
    """A file's stay in the bin by itself."""

    job_id: str
    number: int


@dataclass(frozen=True)
class RequestRecord:
    """The files that a request has added to a job: `first` and `count`."""

    job_id: str
    request_id: str


@dataclass(frozen=True)
class ShareRecord:
    """The files given by a share that collects, and the share's limits."""

    digest: str


Record = (
    JobRecord
    | FileRecord
    | SliceRecord
    | CountsRecord
    | UsageRecord
    | QueueRecord
    | DayRecord
    | TotalRecord
    | BatchKeyRecord
    | UseRecord
    | BinRecord
    | RequestRecord
    | ShareRecord
)

# -- conditions: a field that stands at its default counts as not set --------------------------------------------------


@dataclass(frozen=True)
class Is:
    """The field has this value; None: it is not set."""

    field: str
    value: Any


@dataclass(frozen=True)
class OneOf:
    field: str
    values: frozenset[Any]


@dataclass(frozen=True)
class AtMost:
    """The field is set, and not above this value."""

    field: str
    value: Any


@dataclass(frozen=True)
class Both:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Either:
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class There:
    """The record exists."""


Condition = Is | OneOf | AtMost | Both | Either | There


def lease_free(now: datetime, by: str) -> Condition:
    """No lease is in force. One of the same message counts as over: a queue delivers a message again only if its worker
    has not answered, so that worker is dead, or has lost the message."""
    return Either((Is("lease_until", None), AtMost("lease_until", now), Is("claimed_by", by)))


@dataclass(frozen=True)
class Change:
    """One record's part of a transaction. sets: None removes a field. creates: the fields of a new record, on condition
    that there is none. replaces: the same, over any record that is there. removes: deletes the record. Without any of
    these only the conditions take part."""

    record: Record
    sets: Mapping[str, Any] = field(default_factory=dict)
    adds: Mapping[str, float] = field(default_factory=dict)
    when: tuple[Condition, ...] = ()
    creates: Any = None
    replaces: Any = None
    removes: bool = False


# -- the events of a change --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class JobEnded:
    """job: as it is after the move."""

    job: Job


@dataclass(frozen=True)
class FileRejected:
    """attempt: the claim that ended in the rejection. owner_id None: it is looked up."""

    job_id: str
    owner_id: str | None
    number: int
    attempt: int
    code: str | None
    message: str | None


JobEvent = JobEnded | FileRejected

# -- the store's part --------------------------------------------------------------------------------------------------


class Refused(Exception):
    """Nothing was written. found: for each change, whether its own conditions failed, and the record found instead
    (None where there is none)."""

    def __init__(self, found: Sequence[tuple[bool, Any]]) -> None:
        super().__init__("a condition did not hold")
        self.found = found

    def failed(self, number: int) -> bool:
        return self.found[number][0]

    def there(self, number: int) -> Any:
        return self.found[number][1]


class Records(Protocol):
    def apply(self, changes: Sequence[Change], events: Sequence[JobEvent] = ()) -> Any:
        """Applies all changes, or none, and writes their events, where there are subscribers. Returns the first
        change's new record where the store gets it without a read (a Job without counts), else None. Raises Refused."""
