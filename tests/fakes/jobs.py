"""The JobStore in memory: dictionaries, and every condition of the contract written out plainly."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from chalicelib.jobs.deliveries import is_newer
from chalicelib.jobs.errors import ArtifactNotFound, Busy, FileNotFound, JobNotFound, StaleTransition, TooManyJobs
from chalicelib.jobs.library_ports import Use
from chalicelib.jobs.model import (
    Artifact,
    Counts,
    File,
    FileOutcome,
    Job,
    QueueState,
    Result,
    Slice,
    StoredObject,
    Usage,
)
from chalicelib.jobs.ports import ADD_AT_ONCE, Clock
from chalicelib.jobs.states import FINAL, FINISHED, RECEIVING, FileState, JobState, sources
from chalicelib.jobs.statistics import OPENED, day_of, end_of, rejections, seconds_of

BEGIN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DURATIONS = 20
RESET = ("error_code", "error_message", "sequencer", "etag", "sha256", "crc32", "duplicate_of")


class MemoryJobs:
    """Fulfils chalicelib.jobs.ports.JobStore, as far as the core's jobs need it."""

    def __init__(self, clock: Clock = lambda: BEGIN) -> None:
        self._clock = clock
        self._jobs: dict[str, Job] = {}
        self._counts: dict[str, Counts] = {}
        self._files: dict[str, dict[int, File]] = defaultdict(dict)
        self._artifacts: dict[str, dict[str, Artifact]] = defaultdict(dict)
        self._results: dict[str, Result] = {}
        self._slices: dict[tuple[str, int, int, int], Slice] = {}
        self._usage: dict[str, Usage] = defaultdict(Usage)
        self._queues: dict[str, QueueState] = defaultdict(QueueState)
        self._batches: dict[str, tuple[str, str | None]] = {}
        self._batch_files: dict[tuple[str, str], tuple[str, int]] = {}
        self._uses: dict[tuple[str, int, str, int], Use] = {}
        self._people: set[str] = set()
        self._totals = dict.fromkeys(("jobs_processed", "processing_seconds", "unique_users", "stored_bytes"), 0.0)
        self._since: float | None = None
        self._days: dict[str, Counter[str]] = defaultdict(Counter)

    # -- jobs --------------------------------------------------------------------------------------------------------

    def create_job(self, job: Job, active_limit: int) -> None:
        usage = self._usage[job.owner_id]
        if job.id in self._jobs:
            raise StaleTransition(job.id)
        if usage.active_jobs >= active_limit:
            raise TooManyJobs("Too many jobs.", retry_after=60)
        self._jobs[job.id] = job
        self._counts[job.id] = Counts()
        self._usage[job.owner_id] = replace(usage, active_jobs=usage.active_jobs + 1, jobs=usage.jobs + 1)
        email = str(job.options.get("email") or "").lower()
        self._totals["unique_users"] += email not in self._people if email else not usage.jobs
        self._people.add(email)
        self._days[day_of(job.created_at)].update({OPENED: 1})
        self._since = min(self._since or job.created_at.timestamp(), job.created_at.timestamp())

    def job(self, job_id: str) -> Job:
        if job_id not in self._jobs:
            raise JobNotFound("There is no such job.")
        return replace(self._jobs[job_id], counts=self._counts[job_id])

    def jobs_of(
        self, owner_id: str, *, states: frozenset[JobState], pipeline: str | None, limit: int, before: str | None
    ) -> tuple[list[Job], str | None]:
        found = [
            job
            for job_id, job in sorted(self._jobs.items(), reverse=True)
            if job.owner_id == owner_id
            and (not states or job.state in states)
            and pipeline in {None, job.pipeline}
            and (before is None or job_id < before)
        ]
        return found[:limit], found[limit - 1].id if len(found) > limit else None

    def change_job(
        self,
        job: Job,
        changes: Mapping[str, Any],
        *,
        allowed: frozenset[JobState],
        same: Sequence[str] = (),
        unless: str | None = None,
    ) -> Job:
        target = changes.get("state", job.state)
        if "state" in changes and target not in allowed and not allowed <= sources(target):
            raise ValueError(f"{sorted(allowed - sources(target))} can't become {target}")
        there = self.job(job.id)
        crosses = (target in FINAL) != job.final
        if (
            there.state not in allowed
            or (crosses and there.state is not job.state)
            or any(getattr(there, name) != getattr(job, name) for name in same)
            or (unless and getattr(there, unless))
        ):
            raise StaleTransition(job.id)
        if crosses:
            changes = {**changes, "kept_bytes": job.counts.size if target in FINAL else 0}
            self._cross(job, replace(job, **changes))
        return self._put(there, changes, counts=job.counts)

    def enqueue_job(self, job: Job, due_at: datetime) -> Job:
        there = self.job(job.id)
        if there.state is not JobState.PENDING or there.recalled != job.recalled:
            raise StaleTransition(job.id)
        queue = self._queues[job.pipeline]
        self._queues[job.pipeline] = replace(queue, tickets=queue.tickets + 1)
        changes = {"state": JobState.QUEUED, "run_requested": True, "due_at": due_at, "ticket": queue.tickets + 1}
        return self._put(there, changes, counts=job.counts)

    def claim_run(self, job: Job, by: str, now: datetime, lease_until: datetime) -> Job:
        there = self.job(job.id)
        held = there.lease_until is not None and there.lease_until > now and there.claimed_by != by
        as_read = there.state is job.state and there.attempt == job.attempt
        if not as_read or there.state not in {JobState.QUEUED, JobState.RUNNING} or not there.run_requested or held:
            raise StaleTransition(job.id)
        if there.state is JobState.QUEUED:
            self._leave_queue(job.pipeline)
        changes = {
            "state": JobState.RUNNING,
            "attempt": job.attempt + 1,
            "tries": job.tries + 1,
            "lease_until": lease_until,
            "claimed_by": by,
            "started_at": job.started_at or now,
            "due_at": lease_until,
        }
        return self._put(there, changes, counts=job.counts)

    def renew_run(self, job: Job, lease_until: datetime) -> None:
        there = self.job(job.id)
        if there.state is not JobState.RUNNING or (there.attempt, there.claimed_by) != (job.attempt, job.claimed_by):
            raise StaleTransition(job.id)
        self._put(there, {"lease_until": lease_until})

    def due_jobs(self, now: datetime, limit: int) -> list[str]:
        due = sorted((job.due_at, job_id) for job_id, job in self._jobs.items() if job.due_at and job.due_at <= now)
        return [job_id for _, job_id in due[:limit]]

    # -- slices ------------------------------------------------------------------------------------------------------

    def slices(self, job: Job) -> list[Slice]:
        return [s for key, s in sorted(self._slices.items()) if key[:3] == (job.id, job.retries, job.steps_done)]

    def claim_slice(self, job: Job, number: int, by: str, now: datetime, lease_until: datetime) -> Slice:
        fresh = Slice(job.id, job.retries, job.steps_done, number)
        there = self._slices.get(_place(fresh), fresh)
        if there.done or (there.lease_until and there.lease_until > now and there.claimed_by != by):
            raise StaleTransition(job.id)
        claim = {"lease_until": lease_until, "claimed_by": by}
        return self._put_slice(there, **claim, attempt=there.attempt + 1, tries=there.tries + 1)

    def renew_slice(self, part: Slice, lease_until: datetime) -> None:
        self._put_slice(self._held(part), lease_until=lease_until)

    def release_slice(self, part: Slice, tries: int | None = None) -> None:
        there = self._held(part)
        self._put_slice(there, lease_until=None, claimed_by=None, tries=there.tries if tries is None else tries)

    def finish_slice(self, part: Slice, now: datetime) -> None:
        there, job = self._held(part), self.job(part.job_id)
        as_planned = job.slices is not None and (job.retries, job.steps_done) == (part.run, part.step)
        if job.state not in {JobState.RUNNING, JobState.PAUSED} or not as_planned:
            raise StaleTransition(job.id)
        self._put_slice(there, done=True, lease_until=None, claimed_by=None)
        self._put(job, {"slices_done": job.slices_done + 1, "active_at": now})

    def delete_slices(self, job_id: str) -> None:
        self._slices = {key: part for key, part in self._slices.items() if key[0] != job_id}

    # -- files -------------------------------------------------------------------------------------------------------

    def add_files(
        self, job: Job, files: Sequence[File], *, seal: bool, changes: Mapping[str, Any] | None = None
    ) -> Job:
        for start in range(0, max(1, len(files)), ADD_AT_ONCE):
            chunk = files[start : start + ADD_AT_ONCE]
            more: dict[str, Any] = {"file_count": job.file_count + len(chunk)}
            if start + ADD_AT_ONCE >= len(files):
                more |= {**(changes or {}), **({"sealed": True} if seal else {})}
            there = self._open(job)
            if any(file.number in self._files[job.id] for file in chunk):
                raise StaleTransition(job.id)
            self._files[job.id] |= {file.number: file for file in chunk}
            self._put(there, more)
            job = replace(job, **more)
        return job

    def join_batch(self, job: Job, files: Sequence[File], now: datetime) -> dict[str, int]:
        if len({file.key for file in files}) < len(files):
            raise ValueError("a transaction can't write one item twice")
        there, batch = self._open(job), job.batch or ""
        known = self.batch_files(batch, [file.key for file in files])
        if any(job_id == job.id for job_id, _ in known.values()):
            raise StaleTransition(job.id)
        self._files[job.id] |= {file.number: file for file in files}
        self._batch_files |= {(batch, file.key): (job.id, file.number) for file in files}
        self._put(there, {"file_count": job.file_count + len(files), "active_at": now})
        return {file.key: file.number for file in files}

    def file(self, job_id: str, number: int) -> File:
        if number not in self._files[job_id]:
            raise FileNotFound("There is no such file.")
        return self._files[job_id][number]

    def files(self, job_id: str, *, first: int = 1, last: int | None = None) -> Iterator[File]:
        for number, file in sorted(self._files[job_id].items()):
            if first <= number and (last is None or number <= last):
                yield file

    def files_by_id(self, ids: Sequence[str]) -> dict[str, File]:
        return {file.id: file for files in self._files.values() for file in files.values() if file.id in ids}

    def change_file(
        self, file: File, changes: Mapping[str, Any], *, allowed: frozenset[FileState], unless: str | None = None
    ) -> File:
        there = self._files[file.job_id].get(file.number)
        if there is None or there.state not in allowed or (unless and getattr(there, unless)):
            raise StaleTransition(file.id)
        return self._put_file(there, **changes)

    def claim_file(
        self, job_id: str, number: int, seen: StoredObject, by: str, now: datetime, lease_until: datetime
    ) -> File:
        there = self.file(job_id, number)
        claim = {"state": FileState.INSPECTING, "lease_until": lease_until, "claimed_by": by}
        claim |= {"sequencer": seen.sequencer, "etag": seen.etag or None, "attempt": there.attempt + 1}
        claim |= {"tries": there.tries + 1}
        if there.state is FileState.INSPECTING:
            if there.lease_until and there.lease_until > now and there.claimed_by != by:
                raise Busy(there.id)
            return self._put_file(there, **claim)
        if there.state is FileState.EXPECTED:
            return self._put_file(there, **claim)
        job = self.job(job_id)
        newer = there.etag != seen.etag and is_newer(seen.sequencer, there.sequencer)
        if not newer or job.state not in RECEIVING or job.run_requested:
            raise StaleTransition(there.id)
        self._count(job_id, **{there.state.value: -1}, size=-_counted(there))
        self._put(job, {"recalled": job.recalled + 1})
        return self._put_file(there, **claim, error_code=None, error_message=None)

    def finish_files(self, job_id: str, outcomes: Sequence[FileOutcome], owner_id: str) -> set[int]:
        finished = set()
        for outcome in outcomes:
            there = self._files[job_id].get(outcome.number)
            if there is None or there.state is not FileState.INSPECTING or there.attempt != outcome.attempt:
                continue
            good = outcome.state is FileState.INSPECTED
            names = ["state", "etag", "content_type", "sha256", "crc32", "thumbnail", "error_code", "error_message"]
            changes = {name: getattr(outcome, name) for name in names + (["size"] if good else [])}
            changes |= {"metadata": dict(outcome.metadata), "lease_until": None, "claimed_by": None, "tries": 0}
            self._put_file(there, **changes)
            size = outcome.size if good and outcome.counts_bytes else 0
            self._count(job_id, **{outcome.state.value: 1}, size=size)
            if outcome.state is FileState.REJECTED:
                self._days[day_of(self._clock())].update(rejections([outcome.error_code]))
            finished.add(outcome.number)
        return finished

    def reject_file(self, file: File, code: str, message: str) -> bool:
        there = self._files[file.job_id].get(file.number)
        if there is None or there.state in FINISHED or there.attempt != file.attempt:
            return False
        rejected = {"state": FileState.REJECTED, "error_code": code, "error_message": message}
        self._put_file(there, **rejected, lease_until=None, claimed_by=None)
        self._count(file.job_id, rejected=1)
        self._days[day_of(self._clock())].update(rejections([code]))
        return True

    def reset_files(self, job: Job, files: Sequence[File]) -> int:
        reset = 0
        for file in files:
            now = self.job(job.id)
            if (now.state, now.retries, now.run_requested) != (job.state, job.retries, job.run_requested):
                raise StaleTransition(job.id)
            there = self._files[job.id].get(file.number)
            if there is None or (there.state, there.attempt) != (file.state, file.attempt):
                continue
            self._count(job.id, **{there.state.value: -1}, size=-_counted(file))
            self._put(now, {"recalled": now.recalled + 1})
            self._put_file(there, state=FileState.EXPECTED, tries=0, **dict.fromkeys(RESET))
            reset += 1
        return reset

    def mark_duplicates(self, job_id: str, kept: Mapping[int, int]) -> None:
        for number, of in kept.items():
            there = self._files[job_id].get(number)
            if there and there.state is FileState.INSPECTED:
                self._put_file(there, state=FileState.DUPLICATE, duplicate_of=of)
                self._count(job_id, inspected=-1, duplicate=1)

    def judge_file(
        self, job_id: str, number: int, run: int, verdict: str, message: str | None, details: Mapping[str, Any]
    ) -> None:
        there = self.file(job_id, number)
        if there.state in FINISHED and there.verdict_run <= run:
            self._put_file(
                there, verdict=verdict, verdict_message=message, verdict_details=dict(details), verdict_run=run
            )

    def stored_copy(self, owner_id: str, sha256: str) -> File | None:
        for job_id in sorted(self._jobs):
            for file in self.files(job_id):
                good = file.state in {FileState.INSPECTED, FileState.DUPLICATE} and file.sha256 == sha256
                if good and self._jobs[job_id].owner_id == owner_id:
                    return file
        return None

    # -- what comes out ----------------------------------------------------------------------------------------------

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

    def results_of(self, job_id: str) -> list[Result]:
        return [result for result in self._results.values() if result.job_id == job_id]

    # -- who shares whose object -------------------------------------------------------------------------------------

    def note_uses(self, uses: Sequence[Use]) -> None:
        self._uses |= {(use.source_job_id, use.source_number, use.job_id, use.number): use for use in uses}

    def forget_uses(self, uses: Sequence[Use]) -> None:
        for use in uses:
            self._uses.pop((use.source_job_id, use.source_number, use.job_id, use.number), None)

    def uses(self, job_id: str, number: int | None = None) -> list[Use]:
        found = sorted(self._uses.items())
        return [use for key, use in found if key[0] == job_id and number in {None, key[1]}]

    # -- numbers -----------------------------------------------------------------------------------------------------

    def queue_state(self, pipeline: str) -> QueueState:
        return self._queues[pipeline]

    def record_duration(self, pipeline: str, seconds: float) -> None:
        queue = self._queues[pipeline]
        self._queues[pipeline] = replace(queue, durations=(*queue.durations, round(seconds, 1))[-DURATIONS:])

    def usage(self, owner_id: str) -> Usage:
        return self._usage[owner_id]

    def statistics(self) -> Mapping[str, float]:
        return self._totals | ({"since": self._since} if self._since is not None else {})

    def counted(self, days: Sequence[str]) -> Mapping[str, Mapping[str, float]]:
        return {day: self._days[day] for day in days}

    # -- drop folders ------------------------------------------------------------------------------------------------

    def open_batch(self, batch: str, job_id: str, *, instead_of: str | None = None) -> tuple[str, str | None]:
        there = self._batches.get(batch)
        if there is None or there[0] == instead_of:
            self._batches[batch] = (job_id, instead_of)
        return self._batches[batch]

    def batch_files(self, batch: str, keys: Sequence[str]) -> dict[str, tuple[str, int]]:
        return {key: self._batch_files[batch, key] for key in keys if (batch, key) in self._batch_files}

    # -- inside ------------------------------------------------------------------------------------------------------

    def _open(self, job: Job) -> Job:
        there = self.job(job.id)
        if there.state not in RECEIVING or there.sealed or there.file_count != job.file_count:
            raise StaleTransition(job.id)
        return there

    def _put(self, job: Job, changes: Mapping[str, Any], *, counts: Counts | None = None) -> Job:
        self._jobs[job.id] = replace(job, **changes)
        return replace(self._jobs[job.id], counts=counts or self._counts[job.id])

    def _held(self, part: Slice) -> Slice:
        there = self._slices.get(_place(part))
        if there is None or (there.attempt, there.claimed_by) != (part.attempt, part.claimed_by):
            raise StaleTransition(part.job_id)
        return there

    def _put_slice(self, part: Slice, **changes: Any) -> Slice:
        self._slices[_place(part)] = replace(part, **changes)
        return self._slices[_place(part)]

    def _put_file(self, file: File, **changes: Any) -> File:
        self._files[file.job_id][file.number] = replace(file, **changes)
        return self._files[file.job_id][file.number]

    def _count(self, job_id: str, **amounts: int) -> None:
        counts = self._counts[job_id]
        self._counts[job_id] = replace(counts, **{name: getattr(counts, name) + n for name, n in amounts.items()})

    def _leave_queue(self, pipeline: str) -> None:
        self._queues[pipeline] = replace(self._queues[pipeline], left=self._queues[pipeline].left + 1)

    def _cross(self, before: Job, after: Job) -> None:
        usage, way = self._usage[before.owner_id], -1 if after.final else 1
        self._usage[before.owner_id] = replace(
            usage,
            active_jobs=usage.active_jobs + way,
            stored_bytes=usage.stored_bytes + after.kept_bytes - before.kept_bytes,
        )
        if before.state is JobState.QUEUED:
            self._leave_queue(before.pipeline)
        self._totals["stored_bytes"] += after.kept_bytes - before.kept_bytes
        for job, sign in ((after, 1), (before, -1)):
            if not job.final:
                continue
            day, amounts = end_of(job)
            self._days[day].update({name: sign * amount for name, amount in amounts.items()})
            if job.state is JobState.COMPLETED:
                self._totals["jobs_processed"] += sign
                self._totals["processing_seconds"] += sign * seconds_of(job)


def _place(part: Slice) -> tuple[str, int, int, int]:
    return part.job_id, part.run, part.step, part.number


def _counted(file: File) -> int:
    return file.size if file.state is not FileState.REJECTED and file.counts_bytes else 0
