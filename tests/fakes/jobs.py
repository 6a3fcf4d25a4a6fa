"""The job store in memory: records in a dictionary, changed as in any store. The rules for jobs and files are in the
moves, whose conditions this store evaluates one by one."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any

from chalicelib.jobs.changes import (
    AtMost,
    BatchKeyRecord,
    BinRecord,
    Both,
    Change,
    Condition,
    CountsRecord,
    DayRecord,
    Either,
    FileRecord,
    Is,
    JobEvent,
    JobRecord,
    OneOf,
    QueueRecord,
    Record,
    Refused,
    RequestRecord,
    SliceRecord,
    There,
    TotalRecord,
    UsageRecord,
    UseRecord,
)
from chalicelib.jobs.errors import ArtifactNotFound, FileNotFound, JobNotFound, StaleTransition, TooManyJobs
from chalicelib.jobs.intake.adding import NoRoom
from chalicelib.jobs.model import Artifact, Counts, File, Job, Origin, QueueState, Result, Slice, Usage, owner_hash
from chalicelib.jobs.ports.outside import Clock
from chalicelib.jobs.ports.stores import Use
from chalicelib.jobs.states import JobState
from chalicelib.jobs.statistics import OPENED, day_of

BEGIN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DURATIONS = 20
TOTALS = ("jobs_processed", "processing_seconds", "unique_users", "stored_bytes")


class MemoryJobs:
    """Fulfils the protocols of jobs.ports.stores, as far as the core's jobs need them. told: the events of the
    changes, in order."""

    def __init__(self, clock: Clock = lambda: BEGIN) -> None:
        self.told: list[JobEvent] = []
        self._records: dict[Record, Any] = {}
        self._artifacts: dict[str, dict[str, Artifact]] = defaultdict(dict)
        self._results: dict[str, Result] = {}
        self._durations: dict[str, tuple[float, ...]] = defaultdict(tuple)
        self._batches: dict[str, tuple[str, str | None]] = {}
        self._copies: dict[str, tuple[str, int]] = {}
        self._people: set[str] = set()
        self._since: float | None = None

    # -- changes -----------------------------------------------------------------------------------------------------

    def apply(self, changes: Sequence[Change], events: Sequence[JobEvent] = ()) -> Any:
        places = [_place(change.record) for change in changes]
        if len(set(places)) < len(places):
            raise ValueError("a transaction can't write one record twice")
        found = []
        for change, place in zip(changes, places, strict=True):
            there = self._records.get(place)
            refused = there is not None if change.creates is not None else not _hold(change.when, there)
            found.append((refused, there if refused else None))
        if any(refused for refused, _ in found):
            raise Refused(found)
        for change, place in zip(changes, places, strict=True):
            if change.removes:
                self._records.pop(place, None)
            elif change.creates is not None or change.replaces is not None:
                self._records[place] = change.creates if change.replaces is None else change.replaces
            else:
                there = self._records[place] if place in self._records else _new(place)
                self._records[place] = _changed(there, change)
        self.told += events
        return self._records.get(places[0]) if len(changes) == 1 else None

    # -- jobs --------------------------------------------------------------------------------------------------------

    def create_job(self, job: Job, active_limit: int, most_bytes: int | None = None) -> None:
        usage = self.usage(job.owner_id)
        if JobRecord(job.id) in self._records:
            raise StaleTransition(job.id)
        held = usage.stored_bytes + usage.announced_bytes
        if most_bytes is not None and held + job.announced_bytes > most_bytes:
            raise NoRoom(job.owner_id)
        if usage.active_jobs >= active_limit:
            raise TooManyJobs("Too many jobs.", retry_after=60)
        email = str(job.options.get("email") or "").lower()
        new = email not in self._people if email else not usage.jobs
        self._people.add(email)
        counted = {"active_jobs": 1, "jobs": 1, "announced_bytes": job.announced_bytes}
        self.apply(
            [
                Change(JobRecord(job.id), creates=job),
                Change(UsageRecord(job.owner_id), adds=counted),
                Change(TotalRecord(), adds={"unique_users": int(new)}),
                Change(DayRecord(day_of(job.created_at)), adds={OPENED: 1}),
            ]
        )
        self._since = min(self._since or job.created_at.timestamp(), job.created_at.timestamp())

    def job(self, job_id: str) -> Job:
        if JobRecord(job_id) not in self._records:
            raise JobNotFound("There is no such job.")
        counts = self._records.get(CountsRecord(job_id, ()), Counts())
        return replace(self._records[JobRecord(job_id)], counts=counts)

    def jobs_of(
        self,
        owner_id: str,
        *,
        states: frozenset[JobState],
        pipeline: str | None,
        limit: int,
        before: str | None,
        binned: bool | None = False,
        origins: Collection[Origin] = (),
    ) -> tuple[list[Job], str | None]:
        found = [
            job
            for job in sorted(self._all(JobRecord), key=lambda job: str(job.id), reverse=True)
            if job.owner_id == owner_id
            and not job.deleting
            and binned in {None, job.binned_at is not None}
            and (not states or job.state in states)
            and (not origins or job.origin in origins)
            and pipeline in {None, job.pipeline}
            and (before is None or job.id < before)
        ]
        return found[:limit], found[limit - 1].id if len(found) > limit else None

    def added(self, job_id: str, request_id: str) -> tuple[int, int] | None:
        found = self._records.get(RequestRecord(job_id, request_id))
        return (found["first"], found["count"]) if found else None

    def due_jobs(self, now: datetime, limit: int) -> list[str]:
        due = sorted((job.due_at, job.id) for job in self._all(JobRecord) if job.due_at and job.due_at <= now)
        return [job_id for _, job_id in due[:limit]]

    # -- slices ------------------------------------------------------------------------------------------------------

    def slices(self, job: Job) -> list[Slice]:
        mine = (job.id, job.division, job.steps_done)
        found = [part for part in self._all(SliceRecord) if (part.job_id, part.division, part.step) == mine]
        return sorted(found, key=lambda part: int(part.number))

    def delete_slices(self, job_id: str) -> None:
        for record in [r for r in self._records if isinstance(r, SliceRecord) and r.job_id == job_id]:
            del self._records[record]

    # -- files -------------------------------------------------------------------------------------------------------

    def file(self, job_id: str, number: int) -> File:
        if FileRecord(job_id, number) not in self._records:
            raise FileNotFound("There is no such file.")
        found: File = self._records[FileRecord(job_id, number)]
        return found

    def files(self, job: Job, *, first: int = 1, last: int | None = None, binned: bool = False) -> Iterator[File]:
        last = job.file_count if last is None else min(last, job.file_count)
        found = [file for file in self._all(FileRecord) if file.job_id == job.id and first <= file.number <= last]
        yield from sorted((f for f in found if binned or f.binned_at is None), key=lambda file: int(file.number))

    def files_by_id(self, ids: Sequence[str], *, binned: bool = False) -> dict[str, File]:
        found = [file for file in self._all(FileRecord) if file.id in ids]
        return {file.id: file for file in found if binned or file.binned_at is None}

    def binned(self, job_id: str, after: int, limit: int) -> list[int]:
        found = [r.number for r in self._records if isinstance(r, BinRecord) and r.job_id == job_id]
        return sorted(number for number in found if number > after)[:limit]

    def note_copies(self, owner_id: str, copies: Mapping[str, tuple[str, int]]) -> None:
        self._copies |= {owner_hash(owner_id, sha256): place for sha256, place in copies.items()}

    def stored_copies(self, owner_id: str, hashes: Sequence[str]) -> dict[str, File]:
        noted = [sha256 for sha256 in hashes if owner_hash(owner_id, sha256) in self._copies]
        found = {sha256: [f for f in self.same_bytes(owner_id, sha256) if not f.binned_at] for sha256 in noted}
        return {sha256: files[0] for sha256, files in found.items() if files}

    def same_bytes(self, owner_id: str, sha256: str) -> list[File]:
        found = [file for file in self._all(FileRecord) if file.owner_hash == owner_hash(owner_id, sha256)]
        return sorted(found, key=lambda file: str(file.id))

    # -- artifacts and results ---------------------------------------------------------------------------------------

    def put_artifact(self, job_id: str, artifact: Artifact) -> None:
        self._artifacts[job_id][artifact.name] = artifact

    def artifact(self, job_id: str, name: str) -> Artifact:
        if name not in self._artifacts[job_id]:
            raise ArtifactNotFound("The job has no artifact of that name.")
        return self._artifacts[job_id][name]

    def artifacts(self, job_id: str) -> list[Artifact]:
        return [artifact for _, artifact in sorted(self._artifacts[job_id].items())]

    def delete_artifacts(self, job_id: str) -> None:
        self._artifacts[job_id].clear()

    def put_result(self, result: Result) -> None:
        self._results[result.id] = result

    def delete_results(self, job_id: str, own: str) -> None:
        self._results = {n: r for n, r in self._results.items() if not n.startswith(f"{job_id}-{own}")}

    def results_of(self, job_id: str) -> list[Result]:
        return [result for result in self._results.values() if result.job_id == job_id]

    # -- sharing -----------------------------------------------------------------------------------------------------

    def note_uses(self, uses: Sequence[Use]) -> None:
        self._records |= {_use(use): use for use in uses}

    def forget_uses(self, uses: Sequence[Use]) -> None:
        for use in uses:
            self._records.pop(_use(use), None)

    def uses(self, job_id: str, number: int | None = None) -> list[Use]:
        found = [u for u in self._all(UseRecord) if u.source_job_id == job_id and number in {None, u.source_number}]
        return sorted(found, key=lambda use: (use.source_number, use.job_id, use.number))

    # -- removal -----------------------------------------------------------------------------------------------------

    def forget_batch(self, job: Job) -> None:
        self._drop(lambda record, value: isinstance(record, BatchKeyRecord) and value["job_id"] == job.id)
        if self._batches.get(job.batch or "", ("",))[0] == job.id:
            del self._batches[job.batch or ""]

    def remove_job(self, job: Job) -> None:
        kinds = (JobRecord, FileRecord, BinRecord, CountsRecord, SliceRecord, RequestRecord)
        self._drop(lambda record, value: isinstance(record, kinds) and record.job_id == job.id)
        self._artifacts.pop(job.id, None)
        self._results = {name: result for name, result in self._results.items() if result.job_id != job.id}

    # -- numbers -----------------------------------------------------------------------------------------------------

    def queue_state(self, pipeline: str) -> QueueState:
        return replace(self._records.get(QueueRecord(pipeline), QueueState()), durations=self._durations[pipeline])

    def record_duration(self, pipeline: str, seconds: float) -> None:
        self._durations[pipeline] = (*self._durations[pipeline], round(seconds, 1))[-DURATIONS:]

    def usage(self, owner_id: str) -> Usage:
        found: Usage = self._records.get(UsageRecord(owner_id), Usage())
        return found

    def statistics(self) -> Mapping[str, float]:
        totals = dict.fromkeys(TOTALS, 0.0) | self._records.get(TotalRecord(), {})
        return totals | ({"since": self._since} if self._since is not None else {})

    def counted(self, days: Sequence[str]) -> Mapping[str, Mapping[str, float]]:
        return {day: self._records.get(DayRecord(day), Counter()) for day in days}

    # -- drop folders ------------------------------------------------------------------------------------------------

    def open_batch(self, batch: str, job_id: str, *, instead_of: str | None = None) -> tuple[str, str | None]:
        there = self._batches.get(batch)
        if there is None or there[0] == instead_of:
            self._batches[batch] = (job_id, instead_of)
        return self._batches[batch]

    def batch_job(self, batch: str) -> str | None:
        return self._batches[batch][0] if batch in self._batches else None

    def batch_files(self, batch: str, keys: Sequence[str]) -> dict[str, tuple[str, int]]:
        found = {key: self._records.get(BatchKeyRecord(batch, key)) for key in keys}
        return {key: (there["job_id"], there["number"]) for key, there in found.items() if there}

    # -- internals ---------------------------------------------------------------------------------------------------

    def _all(self, kind: type) -> list[Any]:
        return [value for record, value in self._records.items() if isinstance(record, kind)]

    def _drop(self, which: Callable[[Record, Any], bool]) -> None:
        self._records = {record: value for record, value in self._records.items() if not which(record, value)}


def _use(use: Use) -> UseRecord:
    return UseRecord(use.source_job_id, use.source_number, use.job_id, use.number)


def _place(record: Record) -> Record:
    return CountsRecord(record.job_id, ()) if isinstance(record, CountsRecord) else record


def _new(record: Record) -> Any:
    """An empty record, for kinds that begin with their first change. Jobs and files never do."""
    match record:
        case SliceRecord(job_id, division, step, number):
            return Slice(job_id, division, step, number)
        case CountsRecord():
            return Counts()
        case UsageRecord():
            return Usage()
        case QueueRecord():
            return QueueState()
        case DayRecord() | TotalRecord():
            return Counter()
    raise AssertionError(f"{record} would come into being by a change")


def _changed(there: Any, change: Change) -> Any:
    if not is_dataclass(there):
        return there | change.sets | {name: there.get(name, 0) + amount for name, amount in change.adds.items()}
    added = {name: getattr(there, name) + amount for name, amount in change.adds.items()}
    unknown = {*change.sets, *change.adds} - {field.name for field in fields(there)}
    assert not unknown, f"{change.record} has no {unknown}"
    return replace(there, **change.sets, **added)  # type: ignore[type-var]


def _hold(conditions: Sequence[Condition], there: Any) -> bool:
    return all(_holds(condition, there) for condition in conditions)


def _holds(condition: Condition, there: Any) -> bool:
    match condition:
        case There():
            return there is not None
        case Is(name, value):
            return (_field(there, name) or None) == (value or None)
        case OneOf(name, values):
            return _field(there, name) in values
        case AtMost(name, value):
            known = _field(there, name)
            return known is not None and bool(known <= value)
        case Both(conditions):
            return _hold(conditions, there)
        case Either(conditions):
            return any(_holds(one, there) for one in conditions)


def _field(there: Any, name: str) -> Any:
    return there.get(name) if isinstance(there, dict) else getattr(there, name, None)
