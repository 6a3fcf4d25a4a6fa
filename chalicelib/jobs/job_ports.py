"""What the core needs of the jobs' store: small protocols, and for each consumer the few that it uses.

Writes of jobs, files and slices are moves, which any store carries out by `apply` (changes.Records). A method here that
names a condition writes nothing when it doesn't hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from chalicelib.jobs.changes import Records
from chalicelib.jobs.model import Artifact, File, Job, QueueState, Result, Slice, Usage, file_id
from chalicelib.jobs.states import JobState

ADD_AT_ONCE = 99
"""How many files are added in one transaction, which holds 100 items at most."""


@dataclass(frozen=True)
class Use:
    """File `number` of `job_id` shares the object of file `source_number` of `source_job_id`."""

    source_job_id: str
    source_number: int
    job_id: str
    number: int
    since: datetime

    @property
    def id(self) -> str:
        return file_id(self.job_id, self.number)


# -- pieces ------------------------------------------------------------------------------------------------------------


class JobReads(Protocol):
    def job(self, job_id: str) -> Job:
        """The job with its counts, strongly consistent, in one read whose size doesn't grow with the job.
        JobNotFound."""


class JobLists(Protocol):
    def jobs_of(
        self, owner_id: str, *, states: frozenset[JobState], pipeline: str | None, limit: int, before: str | None
    ) -> tuple[list[Job], str | None]:
        """A page of the owner's jobs, newest first, without counts; and the id to go on before, None at the end."""


class JobOpening(Protocol):
    def create_job(self, job: Job, active_limit: int) -> None:
        """Puts a new job and counts it for its owner, in one transaction; its option `email`, where there is one,
        says which person it is in the statistics, else its owner is. LimitReached where the owner has
        `active_limit` jobs that aren't final; StaleTransition where the id is taken."""

    def usage(self, owner_id: str) -> Usage: ...


class DueJobs(Protocol):
    def due_jobs(self, now: datetime, limit: int) -> list[str]:
        """Ids of jobs that the sweeper should look at, the longest due first. From a sparse index."""


class FileReads(Protocol):
    def file(self, job_id: str, number: int) -> File:
        """FileNotFound."""

    def files(self, job_id: str, *, first: int = 1, last: int | None = None) -> Iterator[File]:
        """Files in order of their numbers."""


class FileAdding(Protocol):
    def add_files(
        self, job: Job, files: Sequence[File], *, seal: bool, changes: Mapping[str, Any] | None = None
    ) -> Job:
        """Adds files numbered on from `job.file_count` and returns the job. In transactions of up to 99 files, each
        with the job's new count; `seal` and `changes` come with the last. StaleTransition where the job is sealed,
        takes no files, or was added to since it was read."""


class FileCopies(Protocol):
    def stored_copy(self, owner_id: str, sha256: str) -> File | None:
        """A file of that owner with these bytes, inspected in any job; None where there is none."""


class SliceReads(Protocol):
    def slices(self, job: Job) -> list[Slice]:
        """Those of the job's present step that have ever been claimed, in order."""


class RunLeftovers(Protocol):
    def delete_artifacts(self, job_id: str) -> None: ...
    def delete_slices(self, job_id: str) -> None: ...


class Outputs(Protocol):
    def put_artifact(self, job_id: str, artifact: Artifact) -> None: ...
    def put_result(self, result: Result) -> None:
        """The same id again replaces it."""


class QueueNumbers(Protocol):
    def queue_state(self, pipeline: str) -> QueueState: ...


class Durations(Protocol):
    def record_duration(self, pipeline: str, seconds: float) -> None: ...


class Batches(Protocol):
    def open_batch(self, batch: str, job_id: str, *, instead_of: str | None = None) -> tuple[str, str | None]:
        """The job that imports the batch and the one that it follows. It is `job_id` if there was none, or if the one
        that was there is `instead_of`; the job itself may not have been created yet."""

    def batch_files(self, batch: str, keys: Sequence[str]) -> dict[str, tuple[str, int]]:
        """Job and file number of those keys of the batch that are known, strongly consistent."""

    def join_batch(self, job: Job, files: Sequence[File], now: datetime) -> dict[str, int]:
        """Adds up to 25 files of a drop folder and remembers their keys in its batch, in one transaction that also
        notes `now` as the job's last activity; returns the number of each key. StaleTransition as add_files, and where
        one of the keys has been remembered, by now, for another file that its job still awaits."""


class FilesById(Protocol):
    def files_by_id(self, ids: Sequence[str]) -> dict[str, File]:
        """Those of the files that there are, strongly consistent, whatever job they are of."""


class Uses(Protocol):
    def note_uses(self, uses: Sequence[Use]) -> None: ...
    def forget_uses(self, uses: Sequence[Use]) -> None: ...
    def uses(self, job_id: str, number: int | None = None) -> list[Use]:
        """Who shares objects of this job, or of one file of it; strongly consistent. Also where the job is gone."""


# -- consumers ---------------------------------------------------------------------------------------------------------


class FileStore(Records, FileReads, Protocol):
    """Moves of files."""


class OwnedStore(JobReads, FileReads, Protocol):
    """Whose job or file it is."""


class SettlingStore(Records, JobReads, FileReads, QueueNumbers, Protocol): ...


class SharingStore(JobReads, FilesById, Uses, Protocol): ...


class IntakeStore(SharingStore, JobOpening, FileAdding, FileCopies, Protocol): ...


class ReuseStore(SharingStore, FileAdding, Protocol): ...


class DropStore(Records, JobReads, FileReads, Batches, Protocol): ...


class ImportStore(Records, JobReads, FileAdding, Protocol): ...


class InspectionStore(Records, JobReads, FileReads, Protocol): ...


class ControlStore(Records, JobReads, FileReads, RunLeftovers, Protocol): ...


class SliceStore(Records, JobReads, SliceReads, Protocol): ...


class RunStore(SliceStore, FileReads, RunLeftovers, Outputs, Durations, Protocol): ...


class SweeperStore(Records, JobReads, FileReads, DueJobs, Protocol): ...


class DeletionStore(Records, SharingStore, FileReads, Protocol):
    def same_bytes(self, owner_id: str, sha256: str) -> list[File]:
        """The owner's inspected files with these bytes. From an index: the newest may be missing."""

    def remove_files(self, job: Job, files: Sequence[File], heirs: Mapping[int, tuple[File, bool]]) -> None:
        """Deletes up to 15 files of a job that is over, with all that counts them, in one transaction. heirs: for a
        file whose object stays, by its number, the file that its bytes count for from now on, and whether that one's
        job is over. StaleTransition where one of them, or the job, has changed since it was read."""

    def forget_batch(self, job: Job) -> None:
        """Forgets which keys of its drop folder the job has taken in: what is dropped again is new."""

    def remove_job(self, job: Job) -> None:
        """Deletes all of a job's items but the uses that others make of it."""


class LibraryStore(JobLists, FileReads, FilesById, Protocol):
    def edit_file(self, file: File, changes: Mapping[str, Any]) -> File:
        """Changes what the owner says of a file, and notes in its job that it was edited, in one transaction.
        StaleTransition where it was edited since it was read, or is gone."""

    def edit_job(self, job: Job, changes: Mapping[str, Any]) -> Job:
        """Changes what the owner says of a job, whatever its state. StaleTransition as above."""

    # a job's files packed, made of its files as they were at `made_of`
    def kept_listings(self, job_ids: Iterable[str]) -> dict[str, tuple[str, list[bytes]]]:
        """For each job that has one: of what it was made, and its parts."""

    def keep_listing(self, job: Job, made_of: str, parts: Sequence[bytes]) -> None:
        """Keeps it, unless the job has changed since it was read."""


class ResultStore(JobReads, Protocol):
    def put_result(self, result: Result) -> None:
        """The same id again replaces it."""

    def result(self, result_id: str) -> Result:
        """ResultNotFound."""

    def results(self, owner_id: str) -> list[Result]:
        """All of an owner, newest first. From an index: the newest may be missing."""

    def results_of(self, job_id: str) -> list[Result]: ...
    def edit_result(self, result: Result, changes: Mapping[str, Any]) -> Result:
        """StaleTransition where it was edited since it was read, or is gone."""

    def delete_result(self, result: Result) -> None: ...


class ReadingStore(JobLists, QueueNumbers, Protocol):
    """What is read for the API alone."""

    def artifact(self, job_id: str, name: str) -> Artifact:
        """ArtifactNotFound."""

    def artifacts(self, job_id: str) -> list[Artifact]: ...
    def statistics(self) -> Mapping[str, float]:
        """Totals kept as things happen: jobs_processed, processing_seconds, unique_users, stored_bytes, and since
        (epoch seconds) once there is a job."""

    def counted(self, days: Sequence[str]) -> Mapping[str, Mapping[str, float]]:
        """What was counted on each of those days (YYYY-MM-DD), by the names of chalicelib.jobs.statistics."""
