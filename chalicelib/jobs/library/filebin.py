"""Single files in the bin: out of every list, zip and share, restored as they were, deleted after BIN_KEEPS.

A file of a job that isn't over stays where it is: its run counts on it. A job in the bin takes its own bin along.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched, islice

from chalicelib.jobs.binning import bin_files, restore_files
from chalicelib.jobs.core import Core
from chalicelib.jobs.errors import FileInUse, FileNotFound, JobNotFound, StaleTransition, TryAgain
from chalicelib.jobs.file_moving import unmark_duplicates
from chalicelib.jobs.library.deletion import Deletion
from chalicelib.jobs.library.ownership import Owned
from chalicelib.jobs.model import BIN_KEEPS, File, Job, file_id, parse_file_id
from chalicelib.jobs.moves import LOOK_INTO_BIN
from chalicelib.jobs.moving import move
from chalicelib.jobs.ports.stores import BinStore
from chalicelib.jobs.states import FINISHED, FileState

log = logging.getLogger(__name__)

TRIES = 5
JOBS_AT_ONCE = 100
READ_AT_ONCE = 100
IN_USE_PATIENCE = timedelta(hours=1)


@dataclass(frozen=True)
class Binned:
    """Ids of files that are now where they were requested, and of files that could not be moved: their job is not over,
    or they are not inspected."""

    done: tuple[str, ...]
    missed: tuple[str, ...]


class FileBin:
    def __init__(self, core: Core[BinStore], owned: Owned, deletion: Deletion) -> None:
        self._jobs = core.jobs
        self._queues = core.queues
        self._owned = owned
        self._deletion = deletion
        self._limits = core.limits
        self._clock = core.clock

    def put(self, owner_id: str, file_ids: Sequence[str]) -> Binned:
        """Puts files of the owner into the bin; a repetition changes nothing. FileNotFound before anything changes."""
        return self._each_job(owner_id, file_ids, self._put)

    def restore(self, owner_id: str, file_ids: Sequence[str]) -> Binned:
        """Takes files out of the bin, as they were; files outside the bin stay as they are. FileNotFound as above."""
        return self._each_job(owner_id, file_ids, self._restore)

    def page(self, owner_id: str, limit: int, after: str | None) -> tuple[list[tuple[Job, File]], str | None]:
        """A page of the files in the bin, those of the newest jobs first; and the id to continue after, None at the
        end."""
        places = list(islice(self._places(owner_id, after), limit + 1))
        jobs = {file_id(job.id, number): job for job, number in places[:limit]}
        files = self._jobs.files_by_id(list(jobs), binned=True)
        found = [(job, files[name]) for name, job in jobs.items() if name in files and files[name].binned_at]
        return found, list(jobs)[-1] if len(places) > limit else None

    def empty(self, job_id: str, deadline: datetime) -> None:
        """Deletes the files of a job that have been in the bin for BIN_KEEPS, or as many as time allows: then a message
        continues."""
        job, now = self._jobs.job(job_id), self._clock()
        in_use = False
        for file in self._files(job_id):
            if file.binned_at and file.binned_at + BIN_KEEPS <= now:
                if self._clock() >= deadline - timedelta(seconds=self._limits.lease_margin):
                    self._queues.clean_up({"bin": job_id})
                    return
                in_use = not self._delete(job, file) or in_use
        job = self._jobs.job(job_id)
        ends = [file.binned_at + BIN_KEEPS for file in self._files(job_id) if file.binned_at]
        first = now + IN_USE_PATIENCE if in_use else min(ends, default=None)
        later = [end for end in (job.expires_at, first) if end]
        # A file put there meanwhile counts as an edit: then the sweeper asks once more.
        with suppress(StaleTransition):
            move(self._jobs, job, LOOK_INTO_BIN(bin_due_at=first, due_at=min(later, default=None)))

    # -- inside ------------------------------------------------------------------------------------------------------

    def _each_job(
        self, owner_id: str, file_ids: Sequence[str], act: Callable[[Job, Sequence[File]], set[int]]
    ) -> Binned:
        """act: returns the numbers of the job's files that are where they were requested. StaleTransition."""
        numbers: dict[str, list[int]] = defaultdict(list)
        for given in dict.fromkeys(file_ids):
            place = parse_file_id(given)
            if place is None:
                raise FileNotFound("There is no such file.")
            numbers[place[0]].append(place[1])
        jobs = {job_id: self._job(owner_id, job_id) for job_id in numbers}
        for job_id, wanted in numbers.items():
            if len(self._read(job_id, wanted)) < len(wanted) or max(wanted) > jobs[job_id].file_count:
                raise FileNotFound("There is no such file.")
        done: set[str] = set()
        for job_id, wanted in numbers.items():
            for _ in range(TRIES):
                job = self._job(owner_id, job_id)
                if not job.final:
                    break
                try:
                    done |= {file_id(job_id, number) for number in act(job, self._read(job_id, wanted))}
                    break
                except StaleTransition:
                    continue
            else:
                raise TryAgain("The files or their job are changing right now: try again.")
        each = list(dict.fromkeys(file_ids))
        return Binned(tuple(i for i in each if i in done), tuple(i for i in each if i not in done))

    def _put(self, job: Job, files: Sequence[File]) -> set[int]:
        there = {file.number for file in files if file.binned_at}
        going = [file for file in files if file.number not in there and file.state in FINISHED]
        if not going:
            return there
        if job.counts.duplicate:
            # Otherwise the bytes that they share would be in no archive of the job.
            numbers = {file.number for file in going}
            marked = (file for file in self._jobs.files(job) if file.state is FileState.DUPLICATE)
            left = [file for file in marked if file.duplicate_of in numbers and file.number not in numbers]
            unmark_duplicates(self._jobs, job.id, left)
        return there | self._all(going, bin_files(self._jobs, job, going, self._clock()))

    def _restore(self, job: Job, files: Sequence[File]) -> set[int]:
        gone = [file for file in files if file.binned_at]
        if gone:
            self._all(gone, restore_files(self._jobs, job, gone))
        return {file.number for file in files}

    def _all(self, wanted: Sequence[File], done: Sequence[File]) -> set[int]:
        if len(done) < len(wanted):
            raise StaleTransition("a file was changed since it was read")
        return {file.number for file in done}

    def _job(self, owner_id: str, job_id: str) -> Job:
        try:
            return self._owned.job(owner_id, job_id)
        except JobNotFound:
            raise FileNotFound("There is no such file.") from None

    def _read(self, job_id: str, numbers: Sequence[int]) -> list[File]:
        found = self._jobs.files_by_id([file_id(job_id, number) for number in numbers], binned=True)
        return sorted(found.values(), key=lambda file: file.number)

    def _places(self, owner_id: str, after: str | None) -> Iterator[tuple[Job, int]]:
        """The owner's jobs with the numbers of their files in the bin, beyond the file of the id `after`."""
        place = parse_file_id(after) if after else None
        before: str | None = None
        if place:
            before = place[0]
            with suppress(JobNotFound):
                job = self._owned.job(owner_id, before)
                yield from ((job, number) for number in self._numbers(job.id, place[1]))
        while True:
            jobs, before = self._jobs.jobs_of(
                owner_id, states=frozenset(), pipeline=None, limit=JOBS_AT_ONCE, before=before
            )
            for job in jobs:
                if job.bin_due_at:
                    yield from ((job, number) for number in self._numbers(job.id))
            if before is None:
                return

    def _numbers(self, job_id: str, after: int = 0) -> Iterator[int]:
        while some := self._jobs.binned(job_id, after, READ_AT_ONCE):
            yield from some
            after = some[-1]

    def _files(self, job_id: str) -> Iterator[File]:
        for some in batched(self._numbers(job_id), READ_AT_ONCE):
            yield from self._read(job_id, some)

    def _delete(self, job: Job, file: File) -> bool:
        """False where a job that is not over still needs it."""
        try:
            self._deletion.delete_file(job.owner_id, job.id, file.number)
        except FileInUse:
            return False
        except (FileNotFound, JobNotFound):
            log.info("already deleted", extra={"job_id": job.id, "file": file.number})
        return True
