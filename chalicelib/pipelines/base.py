"""The contract between the core and the pipelines: declarations, inputs and outputs of a pipeline."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal, NoReturn, Protocol

from pydantic import BaseModel

from chalicelib.files.names import is_housekeeping
from chalicelib.files.source import SourceFile
from chalicelib.pipelines.listing import Columns, Kind
from chalicelib.pipelines.workers import Workers


class UnreadableFile(Exception):
    """This file can't be processed, now or later. `code` is for programs, `message` one sentence for people.

    A result and not a fault: the file is rejected, and the job continues.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class PipelineFailed(Exception):
    """The whole job can't be done, and trying again would not help; `code` and `message` as above."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class OptionRefused(Exception):
    """An option names something that this installation doesn't have. `field`: the option; `message`: one sentence that
    names the available values."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


@dataclass(frozen=True)
class FileRules:
    """The files that a pipeline accepts.

    extensions: lower case with the dot, double ones too (".nii.gz"); matched against the end of the name.
    max_bytes: largest file. roles: a file's roles besides plain input ("labels", "reference").
    max_files: most files of one job; None for as many as the installation allows. bare: a regular expression of names
    that are accepted without an extension, in any case; it must match the whole name after its last slash.
    """

    extensions: tuple[str, ...]
    max_bytes: int
    roles: tuple[str, ...] = ()
    max_files: int | None = None
    bare: str = ""

    def extension(self, filename: str) -> str | None:
        """The longest accepted extension of `filename`, in any case; "" for an accepted bare name; None for any
        other."""
        name = filename.lower()
        found = max((e for e in self.extensions if name.endswith(e)), key=len, default=None)
        if found is None and self.bare and re.fullmatch(self.bare, re.split(r"[/\\]", name)[-1], re.IGNORECASE):
            return ""
        return found

    def ignored(self, filename: str) -> bool:
        """Whether the file is an operating system's own (`.DS_Store`, `Thumbs.db`, all of `__MACOSX`): skipped by all
        pipelines, and never a reason for a refusal."""
        return is_housekeeping(filename)


@dataclass(frozen=True)
class Inspection:
    """The outcome of inspecting one file.

    content_type: by the bytes. metadata: JSON values only, kept in the job table, so keep it well under 1 kB.
    thumbnail: a JPEG, or None.
    """

    content_type: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    thumbnail: bytes | None = None


@dataclass(frozen=True)
class InspectedFile:
    """A file of the job as a run sees it: `state` is `inspected`, `duplicate` or `rejected`."""

    number: int
    filename: str
    role: str | None
    state: str
    size: int
    content_type: str
    sha256: str | None
    crc32: int | None
    metadata: Mapping[str, Any]
    error_code: str | None = None
    error_message: str | None = None


@dataclass(frozen=True, slots=True)
class StoredFile:
    """An object of another job, as it was chosen. filename: for people. etag: of the chosen version; None: any. bucket:
    None for our own."""

    filename: str
    key: str
    size: int
    crc32: int | None
    etag: str | None = None
    bucket: str | None = None


@dataclass(frozen=True)
class Member:
    """One entry of a zip: `content` is a file of the job or of another one (both copied inside the store), or the run's
    own bytes or path."""

    path: str
    content: InspectedFile | StoredFile | bytes | Path
    modified_at: datetime | None = None


Strategy = Literal["auto", "fast", "cheap"]
"""The workers of an archive: many whenever they help, one, or many where one would take long."""


class RunContext(Protocol):
    """The context of a step. Every call but the plain attributes may raise to stop the step at a clean point
    (paused, cancelled, out of time): let that pass, and don't catch BaseException.
    """

    job_id: str
    job_name: str
    owner_id: str
    revision: int  # the number of its owner's corrections when the run was requested
    options: Any  # the pipeline's own Options, validated
    state: Mapping[str, Any] | None  # the running step's last checkpoint, None before the first
    scratch: Path  # an empty folder of this invocation; data that must outlive a step goes through save()

    def files(self) -> Iterator[InspectedFile]:
        """Every file of the job that has been inspected or rejected, in the order in which the user gave them."""

    def open(self, file: InspectedFile) -> BinaryIO:
        """The file's bytes, seekable; only the ranges that are read are fetched."""

    def fetch(self, file: InspectedFile) -> Path:
        """The whole file, streamed once into scratch."""

    def stream(self, file: StoredFile, start: int, end: int) -> Iterator[bytes]:
        """The bytes start..end (end excluded) of an object of another job."""

    def progress(self, percent: float, filename: str | None = None) -> None:
        """Reports the progress of this step (0 to 100). Cheap to call often: it writes at most once in two seconds.
        The clean point: it raises where the job is paused, cancelled or must continue in another invocation."""

    def checkpoint(self, state: Mapping[str, Any]) -> None:
        """Records the step's state, in JSON of at most 16 kB, for the worker that continues it. A checkpoint counts as
        progress, so a step may take any number of invocations. Put larger state into save() first."""

    def pause(self, code: str, message: str) -> NoReturn:
        """Asks the user for something and stops: the job is `paused` with `waiting_for`. Once the user resumes it, the
        step runs again with its last checkpoint."""

    def user_data(self, kind: str, name: str) -> bytes | None:
        """The owner's data under `/user-data/{kind}/{name}`; None where there is none."""

    def save(self, name: str, content: bytes | Path) -> None:
        """Stores data for later steps, which may run in another process on another machine."""

    def load(self, name: str) -> Path:
        """An earlier step's save(), as a local file. Raises KeyError where nothing was saved under `name`."""

    def model(self, name: str) -> Path:
        """A folder with the files of `models/{name}/` in the bucket, put there by an operator and fetched once into
        scratch. Raises KeyError where there is no such model."""

    def describe(
        self,
        file: InspectedFile,
        metadata: Mapping[str, Any],
        *,
        title: str | None = None,
        description: str | None = None,
        tags: Sequence[str] = (),
    ) -> None:
        """Replaces the metadata of a file's inspection by that of the whole job: JSON values, under 2 kB.
        title, description, tags: for the library; the owner's own stay."""

    def mark_duplicates(self, kept: Mapping[int, int]) -> None:
        """Marks duplicates: number of the duplicate → number of the kept file. Replaces earlier marks."""

    def checksum(self, file: InspectedFile) -> InspectedFile:
        """The file with its crc32, as a member of an archive; read and recorded once if inspection didn't read all
        bytes. A large file may stay without: the store returns the crc32 as it copies the bytes."""

    def artifact(self, name: str, content: bytes | Path, filename: str, content_type: str) -> None:
        """Stores a downloadable object under `name`; the same name again replaces it."""

    def archive(self, name: str, filename: str, members: Iterable[Member]) -> None:
        """Stores a zip (members stored, not deflated, ZIP64 where needed) as artifact `name`. Resumable, in constant
        memory; the same members give the same bytes. `GET /download/{id}` answers `complete`."""

    def share_archives(self, archives: Iterable[tuple[str, Iterable[Member]]], strategy: Strategy = "auto") -> int:
        """For a step before the one that calls `archive` with each of these names and members: the number of slices
        that can be made ahead, 0 where one worker suffices. `fast`: many workers whenever they help; `cheap`: one;
        `auto`: many where one would need over a minute."""

    def archive_slice(self, number: int) -> None:
        """Makes the parts of slice `number`, from 0, of the archives divided by share_archives()."""

    def verdict(self, file: InspectedFile, verdict: str, message: str | None = None, **details: Any) -> None:
        """Records the run's finding about one file ("aligned", "suspect", "failed"), listed as its `verdict`. details:
        JSON values, under 1 kB. The last call for a file wins."""

    def result(
        self,
        summary: str,
        quality_score: float | None,
        metadata: Mapping[str, Any],
        file: InspectedFile | None = None,
    ) -> None:
        """Records the result of the whole job or of one file; quality from 0 to 1. For the job and for each file the
        last call of a run wins."""


def own_layer(options: Any) -> str | None:
    """For steps that need only their pipeline's own libraries."""
    return None


@dataclass(frozen=True)
class Step:
    """A named part of a run, and the unit of resuming: a finished step is never run again for the same job.

    weight: its share of the whole run's time, for the overall percentage. layer: given the job's options, the name of
    the layer whose libraries the step needs instead of its pipeline's own, where both together would exceed the limit
    of a function: the step then runs in that layer's function. The pipeline's workers.layers states its needs.

    slices, work: a step that many workers share. `run` plans and saves; `slices` then returns the number of parts
    (0: none), and `work(context, i)` does part i, from 0. Parts run in any order, concurrently, on any worker; an
    interrupted part runs again from its start, so its effects must be repeatable: objects by save() and
    artifact() under names of its own, verdicts and results of its own files. A part has no checkpoint. The next step
    begins when all are done. invoked: each part is handed to a worker of its own at once, without waiting for the
    queue's pollers to scale; for parts that take seconds.
    """

    name: str
    run: Callable[[RunContext], None]
    weight: float = 1.0
    layer: Callable[[Any], str | None] = own_layer
    slices: Callable[[RunContext], int] | None = None
    work: Callable[[RunContext, int], None] | None = None
    invoked: bool = False


class Work(Protocol):
    """Anything that the core can run as a job: a pipeline, or a work without files, whose jobs Intake.start() opens.

    It may also have `options_version: int` (1 by default), incremented with each change that makes stored options
    unreadable, and `upgrade_options(options: dict, version: int) -> dict`, which turns options stored by an earlier
    version into those of this one. Options that can't be read fail their job with `options_outdated`.
    """

    name: str  # in URLs, keys, queues and functions: lower-case letters and digits
    title: str  # for people
    description: str
    Options: type[BaseModel]  # validated at upload; its defaults and ranges stand in the API's documentation
    steps: tuple[Step, ...]
    workers: Workers

    def check(self, options: Any, models: Callable[[str], Sequence[str]]) -> None:
        """Refuses options that this installation can't serve, before a job is opened. models: the names below
        `models/{folder}/`. Raises OptionRefused."""


class Pipeline(Work, Protocol):
    """A work on files of one domain. Never touches AWS or another pipeline; heavy libraries are imported inside
    functions."""

    accepts: FileRules
    per_file: bool  # the work is mostly per file: the job is running from its first file on, and never queued
    listing: Columns
    kind: Kind | None  # of all of its files; None where each file's content type gives it

    def inspect(self, file: SourceFile, options: Any) -> Inspection:
        """Inspects one file as it arrives. Raises UnreadableFile. Must be safe to call twice."""
