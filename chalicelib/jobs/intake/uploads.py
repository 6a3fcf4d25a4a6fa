"""Opens jobs and adds files: checks them, stores their records, and answers with signed uploads."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from chalicelib.files.names import display_name
from chalicelib.jobs import keys
from chalicelib.jobs.changes import Change
from chalicelib.jobs.core import Core
from chalicelib.jobs.errors import (
    JobNotFound,
    NotAllowedInState,
    StaleTransition,
    StorageFull,
    TooManyFiles,
    TryAgain,
)
from chalicelib.jobs.intake import accepting
from chalicelib.jobs.intake.accepting import Announced
from chalicelib.jobs.intake.adding import NoRoom, add_files
from chalicelib.jobs.intake.copies import known_copies
from chalicelib.jobs.intake.multipart import part_size
from chalicelib.jobs.intake.offered import OfferedWorks
from chalicelib.jobs.library.ownership import Owned, check_awaited
from chalicelib.jobs.library.sharing import lend
from chalicelib.jobs.model import File, Job
from chalicelib.jobs.moves import JobFields
from chalicelib.jobs.ports.outside import SignedRequest
from chalicelib.jobs.ports.stores import IntakeStore
from chalicelib.jobs.states import AWAITED, RECEIVING, JobState
from chalicelib.jobs.work.settling import Settling
from chalicelib.jobs.works import options_version
from chalicelib.pipelines.base import Work

log = logging.getLogger(__name__)

UNLIMITED = 10**9
LARGEST_PUT = 5 * 1024**3
"""S3's limit for one request."""


@dataclass(frozen=True)
class Upload:
    """The way to send a file: one signed request; parts; or none, because its owner has these bytes already."""

    file: File
    request: SignedRequest | None = None
    duplicate_of: str | None = None

    @property
    def part_count(self) -> int | None:
        return math.ceil(self.file.size / self.file.part_size) if self.file.part_size else None


class Intake:
    def __init__(self, core: Core[IntakeStore], owned: Owned, settling: Settling) -> None:
        self._jobs = core.jobs
        self._objects = core.objects
        self._owned = owned
        self._settling = settling
        self._offered = OfferedWorks(core.works, core.objects)
        self._limits = core.limits
        self._clock = core.clock
        self._new_id = core.new_id

    def open_job(
        self,
        owner_id: str,
        pipeline: str,
        options: Mapping[str, Any],
        announced: Sequence[Announced],
        *,
        name: str | None = None,
        more: bool = False,
        id: str | None = None,
        **fields: Any,
    ) -> tuple[Job, list[Upload]]:
        """Opens a job for these files. `more` leaves it open for further ones; further fields of Job as keywords. A
        repeated id gives the same job, with these files once. Raises JobError."""
        if id and (job := self.made(owner_id, pipeline, id)):
            place = self._jobs.added(job.id, id)
            return self._added(job, *place) if place else self._add(job, announced, more, id)
        accepting.check(self._offered.pipeline(pipeline), announced)
        self._check_room(pipeline, 0, announced)
        self._check_space(owner_id, announced)
        try:
            job = self.create(owner_id, pipeline, options, name=name, id=id, **fields)
        except StaleTransition:
            raise TryAgain("The same request is being carried out. Ask again for its result.") from None
        return self._add(job, announced, more, id)

    def made(self, owner_id: str, work: str, id: str | None) -> Job | None:
        """The owner's existing job of that work with that id, if any."""
        if id is None:
            return None
        try:
            job = self._jobs.job(id)
        except JobNotFound:
            return None
        return job if (job.owner_id, job.pipeline) == (owner_id, work) else None

    def create(
        self,
        owner_id: str,
        pipeline: str,
        options: Mapping[str, Any],
        *,
        name: str | None = None,
        limited: bool = True,
        checked: bool = False,
        **fields: Any,
    ) -> Job:
        """Creates an empty, open job; further fields of Job as keywords. limited: whether the owner's limit of active
        jobs applies, which drop folders can't obey. checked: the options come from check_options()."""
        return self._create(
            owner_id, self._offered.pipeline(pipeline), options, name, limited, checked=checked, **fields
        )

    def _create(
        self,
        owner_id: str,
        work: Work,
        options: Mapping[str, Any],
        name: str | None,
        limited: bool,
        *,
        checked: bool = False,
        **fields: Any,
    ) -> Job:
        now = self._clock()
        job = Job(
            id=fields.pop("id", None) or self._new_id(),
            owner_id=owner_id,
            name=(name or "").strip() or f"{work.name} {now:%Y-%m-%d %H:%M}",
            pipeline=work.name,
            options=dict(options) if checked else self._offered.checked(work, options),
            options_version=options_version(work),
            state=JobState.PENDING,
            created_at=now,
            active_at=now,
            due_at=fields.pop("due_at", now + timedelta(seconds=self._limits.check_every)),
            **fields,
        )
        most_bytes = self._limits.stored_bytes if job.announced_bytes else None
        try:
            self._jobs.create_job(job, self._limits.active_jobs if limited else UNLIMITED, most_bytes)
        except NoRoom:
            raise self._full() from None
        log.info("job opened", extra={"job_id": job.id, "pipeline": work.name})
        return job

    def select(
        self, pipeline: str, announced: Sequence[Announced], *, skip_unsupported: bool = False, needed: bool = True
    ) -> accepting.Selection:
        """The files to open a job with or to add to one; see accepting.select."""
        return accepting.select(
            self._offered.pipeline(pipeline), announced, skip_unsupported=skip_unsupported, needed=needed
        )

    def start(
        self,
        owner_id: str,
        work: str,
        options: Mapping[str, Any],
        id: str | None = None,
        *,
        name: str | None = None,
        limited: bool = True,
        **fields: Any,
    ) -> Job:
        """Opens a job of a work without files, which runs as soon as a worker is free. A repeated id gives the existing
        job. UnknownPipeline for a pipeline, which needs files; else raises as create()."""
        chore = self._offered.chore(work)
        try:
            job = self._create(owner_id, chore, options, name, limited, id=id, sealed=True, **fields)
        except StaleTransition:
            if (known := self.started(owner_id, work, id)) is None:
                raise
            return known
        return self._settling.settle(job.id)

    def started(self, owner_id: str, work: str, id: str | None) -> Job | None:
        """The job that an earlier start() with that id made, if any; requests its run if that was still missing."""
        job = self.made(owner_id, work, id)
        return self._settling.settle(job.id) if job else None

    def add_files(
        self,
        owner_id: str,
        job_id: str,
        announced: Sequence[Announced],
        *,
        more: bool,
        request_id: str | None = None,
        claim: Change | None = None,
    ) -> tuple[Job, list[Upload]]:
        """Adds files to an open job; without `more` it is sealed. A repeated request_id adds them once. claim: for
        files that others give; then no answer says that their bytes are there already. NotAllowedInState where it is
        sealed or over; ClaimRefused."""
        job = self._owned.job(owner_id, job_id)
        if request_id and (place := self._jobs.added(job.id, request_id)):
            return self._added(job, *place)
        self._check_open(job)
        accepting.check(self._offered.pipeline(job.pipeline), announced)
        self._check_room(job.pipeline, job.file_count, announced)
        self._check_space(owner_id, announced)
        return self._add(job, announced, more, request_id, claim)

    def sign_again(self, owner_id: str, job_id: str, number: int) -> Upload:
        """A fresh signature for a file that hasn't arrived."""
        job, file = self._owned.file(owner_id, job_id, number)
        check_awaited(job, file)
        return self._upload(file)

    def check_options(self, work: str, options: Mapping[str, Any], *, with_files: bool = True) -> dict[str, Any]:
        """The options with their defaults. with_files: for a pipeline, else for a work without files. UnknownPipeline;
        InvalidFields, also for options that this installation can't serve."""
        return self._offered.checked(self._offered.pipeline(work) if with_files else self._offered.chore(work), options)

    def _check_space(self, owner_id: str, announced: Sequence[Announced]) -> None:
        usage = self._jobs.usage(owner_id)
        held = usage.stored_bytes + usage.announced_bytes
        if held + sum(file.size for file in announced) > self._limits.stored_bytes:
            raise self._full()

    def _full(self) -> StorageFull:
        return StorageFull(
            f"Your files would exceed {self._limits.stored_bytes / 1024**3:,.1f} GiB. Delete some first, "
            "those in the bin too.",
            retry_after=3600,
        )

    def _check_open(self, job: Job) -> None:
        if job.batch or job.listing is not None:
            raise NotAllowedInState("This job's files come from an import: none can be added.")
        if job.sealed or job.state not in RECEIVING:
            sealed = " and sealed" if job.sealed else ""
            raise NotAllowedInState(f"The job is {job.state}{sealed}: files can be added only while it is open.")

    def room(self, pipeline: str) -> int:
        """The most files of one job: the installation's limit, or the pipeline's where that is lower."""
        return min(
            self._limits.files_per_job, self._offered.pipeline(pipeline).accepts.max_files or self._limits.files_per_job
        )

    def _check_room(self, pipeline: str, file_count: int, announced: Sequence[Announced]) -> None:
        if file_count + len(announced) > (most := self.room(pipeline)):
            raise TooManyFiles(f"A {pipeline} job holds at most {most:,} files.", retry_after=3600)

    def _add(
        self,
        job: Job,
        announced: Sequence[Announced],
        more: bool,
        request_id: str | None = None,
        claim: Change | None = None,
    ) -> tuple[Job, list[Upload]]:
        files = [self._file(job, job.file_count + i, item) for i, item in enumerate(announced, 1)]
        copies = {} if claim else known_copies(self._jobs, self._objects, job.owner_id, files)
        copies = lend(self._jobs, job.id, copies, self._clock()) if copies else copies
        files = [self._pointing(file, copies[file.number]) if file.number in copies else file for file in files]
        now = self._clock()
        try:
            changes: JobFields = {"active_at": now}
            room = max(0, self._limits.stored_bytes - self._jobs.usage(job.owner_id).stored_bytes)
            job = add_files(
                self._jobs, job, files, seal=not more, changes=changes, request_id=request_id, room=room, claim=claim
            )
        except NoRoom:
            raise self._full() from None
        except StaleTransition:
            raise TryAgain("Files were added to this job at the same time: ask again.") from None
        return self._taken_in(job, files, {number: copy.id for number, copy in copies.items()})

    def _added(self, job: Job, first: int, count: int) -> tuple[Job, list[Upload]]:
        """The files that an earlier try of the same request added: its worker may have died before answering."""
        files = list(self._jobs.files(job, first=first, last=first + count - 1, binned=True))
        return self._taken_in(job, files, {file.number: file.source for file in files if file.source})

    def _taken_in(self, job: Job, files: Sequence[File], copies: Mapping[int, str]) -> tuple[Job, list[Upload]]:
        """copies: by a file's number, the id of the file whose bytes it shares."""
        self._settling.ask_for(job, [file for file in files if file.number in copies and file.state in AWAITED])
        if job.all_in:
            job = self._settling.settle(job.id)
        return job, [
            Upload(file, duplicate_of=copies[file.number]) if file.number in copies else self._upload(file)
            for file in files
        ]

    def _file(self, job: Job, number: int, item: Announced) -> File:
        return File(
            job_id=job.id,
            number=number,
            filename=display_name(item.filename),
            key=keys.upload(job.pipeline, job.id, number),
            size=item.size,
            role=item.role,
            content_type=item.content_type,
            # Parts are checked one by one and by a CRC32 of the whole; the store keeps no SHA-256 of the whole.
            expected_sha256=item.sha256,
            modified_at=item.modified_at,
            given_by=item.given_by,
            gift=item.gift,
            part_size=part_size(item.size) if self._takes_parts(item) else None,
        )

    def _takes_parts(self, item: Announced) -> bool:
        return item.size >= self._limits.multipart_from and not (item.single_put and item.size <= LARGEST_PUT)

    def _pointing(self, file: File, copy: File) -> File:
        return replace(
            file,
            key=copy.key,
            bucket=copy.bucket,
            etag=copy.etag,
            part_size=None,
            modified_at=file.modified_at or copy.modified_at,
            source=copy.source or copy.id,
        )

    def _upload(self, file: File) -> Upload:
        if file.part_size:
            return Upload(file)
        request = self._objects.sign_put(
            file.key,
            file.size,
            content_type=file.content_type,
            sha256=file.expected_sha256,
            expires_in=self._limits.upload_url_seconds,
            now=self._clock(),
        )
        return Upload(file, request)
