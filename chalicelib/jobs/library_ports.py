"""What the library needs from the store: part of ports.JobStore, whose rules hold here too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from chalicelib.jobs.model import File, Job, Result, file_id


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


class LibraryStore(Protocol):
    def job(self, job_id: str) -> Job:
        """See ports.JobStore."""

    # files and jobs, as their owner describes them
    def files_by_id(self, ids: Sequence[str]) -> dict[str, File]:
        """Those of the files that there are, strongly consistent, whatever job they are of."""

    def edit_file(self, file: File, changes: Mapping[str, Any]) -> File:
        """Changes what the owner says of a file, and notes in its job that it was edited, in one transaction.
        StaleTransition where it was edited since it was read, or is gone."""

    def edit_job(self, job: Job, changes: Mapping[str, Any]) -> Job:
        """Changes what the owner says of a job, whatever its state. StaleTransition as above."""

    # who shares whose object
    def note_uses(self, uses: Sequence[Use]) -> None: ...
    def forget_uses(self, uses: Sequence[Use]) -> None: ...
    def uses(self, job_id: str, number: int | None = None) -> list[Use]:
        """Who shares objects of this job, or of one file of it; strongly consistent. Also where the job is gone."""

    def same_bytes(self, owner_id: str, sha256: str) -> list[File]:
        """The owner's inspected files with these bytes. From an index: the newest may be missing."""

    # taking away
    def remove_files(self, job: Job, files: Sequence[File], heirs: Mapping[int, tuple[File, bool]]) -> None:
        """Deletes up to 15 files of a job that is over, with all that counts them, in one transaction. heirs: for a
        file whose object stays, by its number, the file that its bytes count for from now on, and whether that one's
        job is over. StaleTransition where one of them, or the job, has changed since it was read."""

    def forget_batch(self, job: Job) -> None:
        """Forgets which keys of its drop folder the job has taken in: what is dropped again is new."""

    def remove_job(self, job: Job) -> None:
        """Deletes all of a job's items but the uses that others make of it."""

    # listings: a job's files packed, made of its files as they were at `made_of`
    def kept_listings(self, job_ids: Iterable[str]) -> dict[str, tuple[str, list[bytes]]]:
        """For each job that has one: of what it was made, and its parts."""

    def keep_listing(self, job: Job, made_of: str, parts: Sequence[bytes]) -> None:
        """Keeps it, unless the job has changed since it was read."""

    # results
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
