"""What the core needs from the outside. The core owns these contracts; stores fulfil them, and so do tests' fakes.

A method that names a condition writes nothing when it doesn't hold. Anything else that goes wrong outside is raised as
it is: the queue then delivers again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from chalicelib.jobs.library_ports import LibraryStore
from chalicelib.jobs.model import Artifact, File, FileOutcome, Job, QueueState, Slice, StoredObject, Usage
from chalicelib.jobs.states import FileState, JobState

Clock = Callable[[], datetime]
"""The time now, in UTC with its zone."""
NewId = Callable[[], str]
"""A new opaque id, sorting after all earlier ones."""


ADD_AT_ONCE = 99
"""So many files are added in one transaction, which holds 100 items at most."""


class JobStore(LibraryStore, Protocol):
    # jobs
    def create_job(self, job: Job, active_limit: int) -> None:
        """Puts a new job and counts it for its owner, in one transaction; its option `email`, where there is one,
        says which person it is in the statistics, else its owner is. LimitReached where the owner has
        `active_limit` jobs that aren't final; StaleTransition where the id is taken."""

    def job(self, job_id: str) -> Job:
        """The job with its counts, strongly consistent, in one read whose size doesn't grow with the job.
        JobNotFound."""

    def jobs_of(
        self,
        owner_id: str,
        *,
        states: frozenset[JobState],
        pipeline: str | None,
        limit: int,
        before: str | None,
    ) -> tuple[list[Job], str | None]:
        """A page of the owner's jobs, newest first, without counts; and the id to go on before, None at the end."""

    def change_job(
        self,
        job: Job,
        changes: Mapping[str, Any],
        *,
        allowed: frozenset[JobState],
        same: Sequence[str] = (),
        unless: str | None = None,
    ) -> Job:
        """Changes fields of a job (a `state` among them by the table of moves) and returns it.
        StaleTransition unless its state is in `allowed`, the fields named in `same` still as in `job`, and the field
        `unless` is not set. A move into or out of the final states counts for owner and statistics in the same
        transaction."""

    def enqueue_job(self, job: Job, due_at: datetime) -> Job:
        """pending → queued with the next ticket of its pipeline, in one transaction. StaleTransition, also where a file
        was recalled since the job was read."""

    def claim_run(self, job: Job, by: str, now: datetime, lease_until: datetime) -> Job:
        """Takes the lease of the run for the message `by`: state queued, or running with the run requested, and no
        lease in force. A queued job leaves its queue in the same transaction. Raises StaleTransition.

        A lease of the same message counts as over, here and below: a queue delivers again only what its worker has
        not answered, so whoever held it is dead, or has lost the message.
        """

    def renew_run(self, job: Job, lease_until: datetime) -> None:
        """Moves the end of the lease. StaleTransition where the claim is no longer `job.attempt`'s."""

    # slices of a running step
    def slices(self, job: Job) -> list[Slice]:
        """Those of the job's present step that have ever been claimed, in order."""

    def claim_slice(self, job: Job, number: int, by: str, now: datetime, lease_until: datetime) -> Slice:
        """Takes the lease of a slice of the job's present step for the message `by`. StaleTransition where it is done
        or another message's lease is in force."""

    def renew_slice(self, part: Slice, lease_until: datetime) -> None:
        """Moves the end of the lease. StaleTransition where the claim is no longer `part.attempt`'s."""

    def release_slice(self, part: Slice, tries: int | None = None) -> None:
        """Gives the lease back, perhaps with other `tries`. StaleTransition as above."""

    def finish_slice(self, part: Slice, now: datetime) -> None:
        """Marks the slice as done and counts it for its job, in one transaction. StaleTransition where the claim is no
        longer `part.attempt`'s, or the job is not at that step, in that run, running or paused."""

    def delete_slices(self, job_id: str) -> None: ...

    def due_jobs(self, now: datetime, limit: int) -> list[str]:
        """Ids of jobs that the sweeper should look at, the longest due first. From a sparse index."""

    # files
    def add_files(
        self, job: Job, files: Sequence[File], *, seal: bool, changes: Mapping[str, Any] | None = None
    ) -> Job:
        """Adds files numbered on from `job.file_count` and returns the job. In transactions of up to 99 files, each
        with the job's new count; `seal` and `changes` come with the last. StaleTransition where the job is sealed,
        takes no files, or was added to since it was read."""

    def join_batch(self, job: Job, files: Sequence[File], now: datetime) -> dict[str, int]:
        """Adds up to 25 files of a drop folder and remembers their keys in its batch, in one transaction that also
        notes `now` as the job's last activity; returns the number of each key. StaleTransition as above, and where one
        of the keys has been remembered, by now, for another file that its job still awaits."""

    def file(self, job_id: str, number: int) -> File:
        """FileNotFound."""

    def files(self, job_id: str, *, first: int = 1, last: int | None = None) -> Iterator[File]:
        """Files in order of their numbers."""

    def change_file(
        self, file: File, changes: Mapping[str, Any], *, allowed: frozenset[FileState], unless: str | None = None
    ) -> File:
        """Changes fields that don't count anywhere. StaleTransition unless its state is in `allowed` and the field
        `unless` is not set."""

    def claim_file(
        self, job_id: str, number: int, seen: StoredObject, by: str, now: datetime, lease_until: datetime
    ) -> File:
        """Takes the lease of a file that is expected, or whose lease is over, or that was inspected in an older
        version than `seen` (by sequencer) before the run was requested; its counts are taken back then, and the job
        counts one more recall.
        StaleTransition where the work is done, Busy where another's lease is in force, FileNotFound."""

    def finish_files(self, job_id: str, outcomes: Sequence[FileOutcome], owner_id: str) -> set[int]:
        """Finishes up to 25 claimed files and counts them, in one transaction; returns the numbers that took effect.
        The others' claims were lost, and nothing of theirs was written. Here and below, rejected ones count for the day
        too."""

    def reject_file(self, file: File, code: str, message: str) -> bool:
        """Finishes a file whose work was given up as rejected; False where it is finished already."""

    def reset_files(self, job: Job, files: Sequence[File]) -> int:
        """Takes finished files back to expected, with their counts, which the job counts as recalls, as long as it is
        in the state and at the retry in which it was read, and its run as asked for as then; returns how many were
        still as given. StaleTransition."""

    def mark_duplicates(self, job_id: str, kept: Mapping[int, int]) -> None:
        """inspected → duplicate for each number, of the number it maps to; the counts follow. Done ones are skipped."""

    def judge_file(
        self, job_id: str, number: int, run: int, verdict: str, message: str | None, details: Mapping[str, Any]
    ) -> None:
        """Records a run's verdict on a finished file. One of an earlier run than the last is dropped. FileNotFound."""

    def stored_copy(self, owner_id: str, sha256: str) -> File | None:
        """A file of that owner with these bytes, inspected in any job; None where there is none."""

    # what comes out
    def put_artifact(self, job_id: str, artifact: Artifact) -> None: ...
    def artifact(self, job_id: str, name: str) -> Artifact:
        """ArtifactNotFound."""

    def artifacts(self, job_id: str) -> list[Artifact]: ...
    def delete_artifacts(self, job_id: str) -> None: ...

    # numbers
    def queue_state(self, pipeline: str) -> QueueState: ...
    def record_duration(self, pipeline: str, seconds: float) -> None: ...
    def usage(self, owner_id: str) -> Usage: ...
    def statistics(self) -> Mapping[str, float]:
        """Totals kept as things happen: jobs_processed, processing_seconds, unique_users, stored_bytes, and since
        (epoch seconds) once there is a job."""

    def counted(self, days: Sequence[str]) -> Mapping[str, Mapping[str, float]]:
        """What was counted on each of those days (YYYY-MM-DD), by the names of chalicelib.jobs.statistics."""

    # drop folders
    def open_batch(self, batch: str, job_id: str, *, instead_of: str | None = None) -> tuple[str, str | None]:
        """The job that imports the batch and the one that it follows. It is `job_id` if there was none, or if the one
        that was there is `instead_of`; the job itself may not have been created yet."""

    def batch_files(self, batch: str, keys: Sequence[str]) -> dict[str, tuple[str, int]]:
        """Job and file number of those keys of the batch that are known, strongly consistent."""


@dataclass(frozen=True)
class SignedRequest:
    """What a client sends to the store by itself. headers: must be sent exactly so."""

    method: str
    url: str
    headers: Mapping[str, str]
    expires_at: datetime


@dataclass(frozen=True)
class UploadedPart:
    number: int
    etag: str
    size: int


class ObjectStore(Protocol):
    """Objects by key; bucket None means our own."""

    def sign_put(
        self, key: str, size: int, *, content_type: str | None, sha256: str | None, expires_in: int, now: datetime
    ) -> SignedRequest:
        """An upload of exactly `size` bytes and, with `sha256` (hex), of exactly those: the store refuses others."""

    def sign_get(
        self,
        key: str,
        *,
        bucket: str | None = None,
        filename: str | None,
        content_type: str | None,
        expires_in: int,
        now: datetime,
        inline: bool = False,
    ) -> SignedRequest:
        """A download, saved as `filename` where that is given; `inline`: shown, and saved only where one wants. The
        same again for half of its lifetime, so that it is valid for the other half at least."""

    def stat(self, key: str, bucket: str | None = None) -> StoredObject:
        """ObjectMissing."""

    def stream(
        self, key: str, start: int, end: int, *, etag: str | None = None, bucket: str | None = None
    ) -> Iterator[bytes]:
        """The bytes start..end (end excluded) in chunks, in one request. ObjectMissing, also where its etag changed."""

    def put(
        self,
        key: str,
        content: bytes | bytearray,
        content_type: str,
        *,
        tags: Mapping[str, str] | None = None,
        replacing: str | None = None,
    ) -> str:
        """Returns the etag. replacing: the etag of what must be there until now. ObjectMissing where it isn't."""

    def put_file(self, key: str, path: str, content_type: str, *, tags: Mapping[str, str] | None = None) -> None: ...
    def below(self, prefix: str) -> Iterator[StoredObject]:
        """Every object below a prefix of our own bucket."""

    def list_page(
        self, prefix: str, *, bucket: str | None, after: str | None, recursive: bool
    ) -> tuple[list[StoredObject], str | None]:
        """Up to 1,000 objects after the key `after`, and the key to go on after, None at the end."""

    def delete(self, keys: Iterable[str]) -> None: ...
    def delete_prefix(self, prefix: str) -> None:
        """All objects below the prefix, and multipart uploads under way there."""

    # multipart
    def start_parts(
        self, key: str, content_type: str | None, *, checksum: bool = False, tags: Mapping[str, str] | None = None
    ) -> str:
        """Returns the upload's id; with `checksum` the store keeps a CRC32 of the whole object."""

    def sign_part(
        self,
        key: str,
        upload_id: str,
        number: int,
        size: int,
        *,
        sha256: str | None,
        crc32: str | None,
        expires_in: int,
        now: datetime,
    ) -> SignedRequest: ...

    def parts(self, key: str, upload_id: str) -> list[UploadedPart]:
        """What the store has of an upload under way. ObjectMissing where it is gone."""

    def put_part(self, key: str, upload_id: str, number: int, content: bytes | bytearray) -> UploadedPart: ...
    def copy_part(
        self,
        key: str,
        upload_id: str,
        number: int,
        source: str,
        start: int,
        end: int,
        *,
        etag: str | None = None,
        bucket: str | None = None,
    ) -> UploadedPart:
        """Bytes start..end of another object become a part, without passing through here. ObjectMissing."""

    def finish_parts(self, key: str, upload_id: str, parts: Sequence[UploadedPart]) -> StoredObject:
        """ObjectMissing where the upload is gone (finished before, or aborted)."""

    def crc32(self, key: str) -> int | None:
        """The CRC32 of the whole object, where the store keeps one."""

    def abort_parts(self, key: str, upload_id: str) -> None: ...


class ModelStore(Protocol):
    def fetch(self, name: str, into: Path) -> Path:
        """A folder below `into` with the files of the installation's model of that name. KeyError without one."""


class UserData(Protocol):
    def get(self, owner_id: str, kind: str, name: str) -> bytes | None:
        """What the owner has stored under that kind and name; None where there is nothing."""


class NoUserData:
    """Where none is kept."""

    def get(self, owner_id: str, kind: str, name: str) -> bytes | None:
        return None


class Queues(Protocol):
    """Messages to our own workers. At least once, in any order."""

    def inspect(self, pipeline: str, messages: Iterable[Mapping[str, Any]]) -> None: ...
    def run(self, place: str, job_id: str, delay: int = 0) -> None:
        """place: a pipeline, or a layer that a step of it needs."""

    def slices(self, place: str, messages: Iterable[Mapping[str, Any]]) -> None:
        """Messages of slices, to the same queue as runs."""

    def list_objects(self, job_id: str) -> None: ...
    def clean_up(self, message: Mapping[str, Any], delay: int = 0) -> None: ...
    def webhook(self, message: Mapping[str, Any], delay: int = 0) -> None: ...
