"""The records of the core: jobs, files, artifacts, results. Values only, no behaviour that needs a store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from chalicelib.jobs.states import FINAL, FileState, JobState

Origin = Literal["import", "drop"]
BIN_KEEPS = timedelta(days=30)
"""How long owners can restore jobs and files from the bin."""


@dataclass(frozen=True)
class Counts:
    """The numbers of a job's finished files by state, and their bytes; summed over the counter's shards. removed: files
    that their owner has deleted since. binned: files in the bin, which are counted under no state and whose bytes
    stay."""

    inspected: int = 0
    rejected: int = 0
    duplicate: int = 0
    size: int = 0
    removed: int = 0
    binned: int = 0

    @property
    def finished(self) -> int:
        return self.inspected + self.rejected + self.duplicate + self.gone

    @property
    def gone(self) -> int:
        """The files that no list of the job has any more."""
        return self.removed + self.binned


@dataclass(frozen=True)
class Job:
    """A job as it stands.

    Files. file_count: announced; files_intended: promised at its opening; counts: finished, the others are expected.
    sealed: no more are to come. adding: the request that is adding many. recalled: the number of recalls of finished
    files, whose object was replaced or which were to be inspected again. given_up: the job waits for no more files.
    batch: the drop folder that it imports; awaits: the number of files in its manifest; follows: the job that closed
    the batch before. imported_from: the place that it imports, as Importer.name() writes it. listing: the prefix whose
    objects are still being listed.

    Run. run_requested: all files are in and the run was requested. ticket: its place in the pipeline's queue.
    steps_done: finished steps. checkpoint: the running step's own record. slices, slices_done: the number of parts of
    the running step, and of those done; slices None: it is not divided. division: the attempt that divided it.
    slices_mark, mark: slices_done and finished files at the sweeper's last look; due_at: its next look.
    attempt, lease_until, claimed_by (a message's id): the claim of the worker that runs it. tries: claims since the
    last progress. waiting_for: code and message of a paused job's question to its owner. upload: the zip under way.
    options_version: the version of its stored options.

    Owner. files_gone: the number of files deleted or in the bin by themselves, for lists, which read no counts.
    announced_bytes count for the owner until it ends, kept_bytes since. edits: the number of changes by its
    owner to it or its files. revision: the number of corrections of findings; made_revision: that of its results.
    callback: the address that receives its end, with the signing secret. binned_at: when it was put into the bin;
    bin_due_at: when the first of its files that are in the bin by themselves is due for deletion.
    deleting: hidden from its owner, and being removed. keep_seconds: for a job made of other jobs' files, the time for
    which it is kept after its end, with its announced bytes counted; None: until its owner deletes it.
    begun_by: the guest who opened it. open_until: a share collects files into it; it is sealed then, and not given up
    before.
    """

    id: str
    owner_id: str
    name: str
    pipeline: str
    options: Mapping[str, Any]
    state: JobState
    created_at: datetime
    sealed: bool = False
    file_count: int = 0
    files_intended: int | None = None
    counts: Counts = Counts()
    active_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    error_code: str | None = None
    error_message: str | None = None
    recalled: int = 0
    run_requested: bool = False
    ticket: int | None = None
    steps_done: int = 0
    step_percent: float = 0.0
    current_filename: str | None = None
    checkpoint: Mapping[str, Any] | None = None
    slices: int | None = None
    slices_done: int = 0
    slices_mark: int = 0
    division: int = 0
    waiting_for: Mapping[str, Any] | None = None
    attempt: int = 0
    lease_until: datetime | None = None
    claimed_by: str | None = None
    tries: int = 0
    due_at: datetime | None = None
    batch: str | None = None
    awaits: int | None = None
    follows: str | None = None
    imported_from: str | None = None
    listing: Mapping[str, Any] | None = None
    result: Mapping[str, Any] | None = None
    result_size: int | None = None
    upload: Mapping[str, Any] | None = None
    retries: int = 0
    mark: int = 0
    given_up: bool = False
    kept_bytes: int = 0
    files_gone: int = 0
    announced_bytes: int = 0
    description: str | None = None
    tags: tuple[str, ...] = ()
    callback: Mapping[str, Any] | None = None
    deleting: bool = False
    edits: int = 0
    adding: str | None = None
    revision: int = 0
    made_revision: int = 0
    binned_at: datetime | None = None
    bin_due_at: datetime | None = None
    begun_by: str | None = None
    options_version: int = 1
    schema_version: int = 1
    keep_seconds: int | None = None
    open_until: datetime | None = None

    @property
    def expires_at(self) -> datetime | None:
        """When it is deleted automatically; None before its end, and for jobs that stay."""
        if self.completed_at is None or self.keep_seconds is None:
            return None
        return self.completed_at + timedelta(seconds=self.keep_seconds)

    @property
    def due_when_over(self) -> datetime | None:
        """When it is due for the sweeper once it is over: at its expiry, or when its time in the bin, or that of a file
        of it, is up."""
        binned = self.binned_at + BIN_KEEPS if self.binned_at else self.bin_due_at
        return min(filter(None, (self.expires_at, binned)), default=None)

    @property
    def final_bytes(self) -> int:
        """The bytes that it counts for in its owner's usage once it is over."""
        made = self.announced_bytes if self.keep_seconds is not None and self.state is JobState.COMPLETED else 0
        return self.counts.size + made

    @property
    def final(self) -> bool:
        return self.state in FINAL

    @property
    def current(self) -> bool:
        """Whether its results include all of its owner's corrections."""
        return self.made_revision == self.revision

    @property
    def collecting_until(self) -> datetime | None:
        """While others' files are collected into it: when that ends, unless its owner starts it before."""
        return None if self.sealed or self.final else self.open_until

    @property
    def all_in(self) -> bool:
        return self.sealed and self.counts.finished >= self.file_count

    @property
    def origin(self) -> Origin | None:
        """The place where its files were found; None where they were sent."""
        return "drop" if self.batch else "import" if self.imported_from else None

    @property
    def shared(self) -> bool:
        """Whether its running step has slices that are not done."""
        return self.slices is not None and self.slices_done < self.slices


@dataclass(frozen=True)
class Slice:
    """One part of a job's step, number from 0. division: the attempt of the job's run that divided the step, so that
    leftovers of an earlier division don't count. tries: claims so far; a slice makes no progress before it is done."""

    job_id: str
    division: int
    step: int
    number: int
    attempt: int = 0
    lease_until: datetime | None = None
    claimed_by: str | None = None
    tries: int = 0
    done: bool = False


class Thumbnail(NamedTuple):
    """The place of a file's picture: the bytes start..end (end excluded) of a pack of its job. Without a pack, as in
    old items: an object of its own."""

    pack: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class File:
    """One file of a job. number: from 1, in the user's order. key: where its bytes are; bucket None: our own.

    tries: claims since it was last finished or taken back. size: announced, then found. expected_sha256: the client's;
    signed into its upload URL, so that the store itself refused other bytes.
    source: the id of the file whose object this one shares; its bytes count there, unless that file was deleted: then
    one of those that share it is `counted`. edits: the number of its owner's edits.
    held: the stored bytes of a rejected file.
    owner_hash: the key that finds files of the same owner with the same bytes.
    verdict, its message and details: the finding of run `verdict_run` (the job's `retries` then).
    binned_at: when it was put into the bin by itself: no list but the bin's has it then.
    given_by: the giver's own name, of a file given by a share; gift: the id of the gift that it belongs to.
    """

    job_id: str
    number: int
    filename: str
    key: str
    size: int
    state: FileState = FileState.EXPECTED
    bucket: str | None = None
    role: str | None = None
    content_type: str | None = None
    expected_sha256: str | None = None
    modified_at: datetime | None = None
    sequencer: str | None = None
    etag: str | None = None
    attempt: int = 0
    lease_until: datetime | None = None
    claimed_by: str | None = None
    tries: int = 0
    sha256: str | None = None
    crc32: int | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    thumbnail: Thumbnail | None = None
    duplicate_of: int | None = None
    error_code: str | None = None
    error_message: str | None = None
    upload_id: str | None = None
    part_size: int | None = None
    source: str | None = None
    counted: bool = False
    held: int = 0
    title: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    edits: int = 0
    owner_hash: str | None = None
    verdict: str | None = None
    verdict_message: str | None = None
    verdict_details: Mapping[str, Any] = field(default_factory=dict)
    verdict_run: int = 0
    binned_at: datetime | None = None
    given_by: str | None = None
    gift: str | None = None

    @property
    def counts_bytes(self) -> bool:
        """Whether its bytes count for its job and its owner."""
        return self.counted or self.source is None

    @property
    def id(self) -> str:
        return file_id(self.job_id, self.number)


def owner_hash(owner_id: str, sha256: str) -> str:
    return f"{owner_id}#{sha256}"


def file_id(job_id: str, number: int) -> str:
    return f"{job_id}-{number:08d}"


def parse_file_id(value: str) -> tuple[str, int] | None:
    """The job's id and the file's number; None where `value` is no file id."""
    job_id, _, number = value.rpartition("-")
    return (job_id, int(number)) if job_id and len(number) == 8 and number.isdecimal() and number.isascii() else None


@dataclass(frozen=True)
class FileOutcome:
    """The outcome of inspecting one claimed file; written only while `attempt` is still the file's claim.

    picture: a JPEG that is still to be stored; thumbnail: where it is.
    """

    number: int
    attempt: int
    state: FileState
    size: int
    etag: str | None
    content_type: str | None = None
    sha256: str | None = None
    crc32: int | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    picture: bytes | None = field(default=None, repr=False)
    thumbnail: Thumbnail | None = None
    error_code: str | None = None
    error_message: str | None = None
    counts_bytes: bool = True


@dataclass(frozen=True)
class Artifact:
    name: str
    key: str
    filename: str
    content_type: str
    size: int
    created_at: datetime


@dataclass(frozen=True)
class Result:
    """A record of a job's outcome. quality_score: 0 to 1. edits: the number of its changes. file: the number of the
    file that it is about, None for the whole job."""

    id: str
    job_id: str
    owner_id: str
    pipeline: str
    summary: str
    created_at: datetime
    quality_score: float | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    updated_at: datetime | None = None
    edits: int = 0
    file: int | None = None


@dataclass(frozen=True)
class Usage:
    """A user's usage: jobs that are not final, with their announced bytes; and bytes of the files of
    their finished jobs."""

    active_jobs: int = 0
    stored_bytes: int = 0
    jobs: int = 0
    announced_bytes: int = 0


@dataclass(frozen=True)
class QueueState:
    """A pipeline's queue. tickets: the number taken so far; left: the number that have started or were cancelled;
    durations: seconds of the last 20 runs."""

    tickets: int = 0
    left: int = 0
    durations: tuple[float, ...] = ()

    @property
    def waiting(self) -> int:
        return max(0, self.tickets - self.left)


@dataclass(frozen=True)
class StoredObject:
    """An object as the store describes it; etag without quotes."""

    key: str
    size: int
    etag: str
    modified_at: datetime
    bucket: str | None = None
    sequencer: str | None = None
