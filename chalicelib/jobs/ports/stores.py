"""The ports to the jobs' store: small protocols, combined for each consumer from the few that it uses.

Writes of jobs, files and slices are moves, which any store carries out by `apply` (changes.Records). A method here that
names a condition writes nothing where the condition fails.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from chalicelib.jobs.changes import Records
from chalicelib.jobs.model import Artifact, File, Job, Origin, QueueState, Result, Slice, Usage, file_id
from chalicelib.jobs.states import JobState


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
        """A page of the owner's jobs, newest first, without counts; and the id to continue before, None at the end.
        binned: those in the bin instead; None: both. origins: only jobs of these origins."""


class JobOpening(Protocol):
    def create_job(self, job: Job, active_limit: int, most_bytes: int | None = None) -> None:
        """Stores a new job and counts it with its announced bytes for its owner, in one transaction. In the statistics
        its option `email`, else its owner, stands for the person. LimitReached where the owner has `active_limit` jobs
        that aren't final, NoRoom where stored and announced bytes would exceed `most_bytes`; StaleTransition where the
        id is taken."""

    def usage(self, owner_id: str) -> Usage: ...


class Requests(Protocol):
    def added(self, job_id: str, request_id: str) -> tuple[int, int] | None:
        """The first number and the count of the files that a request added; None where it added none."""


class DueJobs(Protocol):
    def due_jobs(self, now: datetime, limit: int) -> list[str]:
        """Ids of jobs due for the sweeper, the longest due first. From a sparse index."""


class FileReads(Protocol):
    def file(self, job_id: str, number: int) -> File:
        """FileNotFound. Files in the bin are found too."""

    def files(self, job: Job, *, first: int = 1, last: int | None = None, binned: bool = False) -> Iterator[File]:
        """Files in order of their numbers, up to the job's count: later ones are still being added. binned: also those
        in the bin."""


class FileCopies(Protocol):
    def stored_copies(self, owner_id: str, hashes: Sequence[str]) -> dict[str, File]:
        """For each hash (SHA-256 in hex) an inspected file of that owner with these bytes, in any job, as far as
        note_copies() recorded one. A few calls for hundreds of hashes."""


class FoundCopies(Protocol):
    def note_copies(self, owner_id: str, copies: Mapping[str, tuple[str, int]]) -> None:
        """Records job and number of a file with an object of its own for each hash, so that the same bytes needn't be
        sent again."""


class SliceReads(Protocol):
    def slices(self, job: Job) -> list[Slice]:
        """The slices of the job's current step that were ever claimed, in order."""


class RunLeftovers(Protocol):
    def delete_artifacts(self, job_id: str) -> None: ...
    def delete_slices(self, job_id: str) -> None: ...
    def delete_results(self, job_id: str, own: str) -> None:
        """Deletes the results whose ids continue with `own` after their job's id."""


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
        """The job that imports the batch and the one that it follows. It becomes `job_id` if there was none, or if it
        was `instead_of`; the job itself may not exist yet."""

    def batch_job(self, batch: str) -> str | None:
        """The job that imports the batch, strongly consistent; None where none is open."""

    def batch_files(self, batch: str, keys: Sequence[str]) -> dict[str, tuple[str, int]]:
        """Job and file number of those keys of the batch that are known, strongly consistent."""


class FilesById(Protocol):
    def files_by_id(self, ids: Sequence[str], *, binned: bool = False) -> dict[str, File]:
        """The existing files among these, of any job, strongly consistent. binned: also those in the bin."""


class Uses(Protocol):
    def note_uses(self, uses: Sequence[Use]) -> None: ...
    def forget_uses(self, uses: Sequence[Use]) -> None: ...
    def uses(self, job_id: str, number: int | None = None) -> list[Use]:
        """The uses of objects of this job, or of one of its files; strongly consistent. Also after the job is
        deleted."""


# -- consumers ---------------------------------------------------------------------------------------------------------


class FileStore(Records, FileReads, Protocol):
    """Moves of files."""


class OwnedStore(JobReads, FileReads, Protocol):
    """Checks of ownership."""


class SettlingStore(Records, JobReads, FileReads, QueueNumbers, Protocol): ...


class SharingStore(JobReads, FilesById, Uses, Protocol): ...


class IntakeStore(Records, SharingStore, FileReads, JobOpening, FileCopies, Requests, Protocol): ...


class ReuseStore(Records, SharingStore, FileReads, Protocol): ...


class JoiningStore(Records, Batches, Protocol): ...


class DropStore(JoiningStore, JobReads, FileReads, FilesById, Protocol): ...


class ImportStore(Records, JobReads, Protocol): ...


class InspectionStore(Records, JobReads, FileReads, FoundCopies, Protocol): ...


class ControlStore(Records, JobReads, FileReads, RunLeftovers, Protocol): ...


class CorrectionStore(Records, JobReads, FilesById, Protocol):
    """Corrections of a job's files by their owner."""


class SliceStore(Records, JobReads, SliceReads, Protocol): ...


class RunStore(SliceStore, FileReads, RunLeftovers, Outputs, Durations, Protocol): ...


class SweeperStore(Records, JobReads, FileReads, DueJobs, Protocol): ...


class DeletionStore(Records, SharingStore, FileReads, Protocol):
    def same_bytes(self, owner_id: str, sha256: str) -> list[File]:
        """The owner's inspected files with these bytes, also in the bin. From an index: the newest may be missing."""

    def forget_batch(self, job: Job) -> None:
        """Forgets the keys of its drop folder that the job took in: files dropped again are new."""

    def remove_job(self, job: Job) -> None:
        """Deletes all items of a job except uses by other jobs."""


class BinStore(DeletionStore, JobLists, Protocol):
    def binned(self, job_id: str, after: int, limit: int) -> list[int]:
        """Numbers of the job's files that are in the bin, beyond that number, in order."""


class TakeoverStore(Records, JobLists, JobReads, FileReads, FoundCopies, Protocol):
    def hand_on_results(self, job_id: str, owner_id: str) -> None:
        """Gives all results of a job to this owner."""


class LibraryStore(JobLists, FileReads, FilesById, Protocol):
    def edit_file(self, file: File, changes: Mapping[str, Any]) -> File:
        """Changes the owner's description of a file, and counts the edit in its job, in one transaction.
        StaleTransition where it was edited since it was read, or is gone."""

    def edit_job(self, job: Job, changes: Mapping[str, Any]) -> Job:
        """Changes the owner's description of a job, in any state. StaleTransition as above."""

    # a job's files packed, in their state at `made_of`
    def kept_listings(self, job_ids: Iterable[str]) -> dict[str, tuple[str, list[bytes]]]:
        """For each job with a packed listing: its version, and its parts."""

    def keep_listing(self, job: Job, made_of: str, parts: Sequence[bytes]) -> None:
        """Stores it, unless the job has changed since it was read."""


class ResultStore(JobReads, JobLists, Protocol):
    def put_result(self, result: Result) -> None:
        """The same id again replaces it."""

    def result(self, result_id: str) -> Result:
        """ResultNotFound."""

    def results(self, owner_id: str) -> list[Result]:
        """All results of an owner, newest first. From an index: the newest may be missing."""

    def results_of(self, job_id: str) -> list[Result]: ...
    def edit_result(self, result: Result, changes: Mapping[str, Any]) -> Result:
        """StaleTransition where it was edited since it was read, or is gone."""

    def delete_result(self, result: Result) -> None: ...
