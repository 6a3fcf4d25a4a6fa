"""Drop folders: objects under drop/{pipeline}/{batch}/ become a job without a request."""

from __future__ import annotations

import fnmatch
import hashlib
import json
import logging
import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.files.names import display_name, is_housekeeping
from chalicelib.jobs import keys
from chalicelib.jobs.core import Core
from chalicelib.jobs.errors import Busy, FieldError, InvalidFields, JobNotFound, ObjectMissing, StaleTransition
from chalicelib.jobs.file_moving import reset_files
from chalicelib.jobs.intake.adding import join_batch
from chalicelib.jobs.intake.deliveries import is_newer
from chalicelib.jobs.intake.uploads import Intake
from chalicelib.jobs.keys import DropKey
from chalicelib.jobs.limits import MiB
from chalicelib.jobs.model import File, Job, StoredObject, file_id
from chalicelib.jobs.moves import AWAIT, CLOSE, SET_OPTIONS
from chalicelib.jobs.moving import move
from chalicelib.jobs.ports.stores import DropStore
from chalicelib.jobs.progress import closes
from chalicelib.jobs.states import FINISHED, RECEIVING, JobState
from chalicelib.jobs.work.settling import RUN_PATIENCE, Settling

log = logging.getLogger(__name__)

DONE, MANIFEST, OPTIONS = "_DONE", "_MANIFEST.json", "options.json"
INVALID_OPTIONS = "invalid_options"
CONTROL = frozenset({DONE, MANIFEST, OPTIONS})
HALF_MADE = ("*.part", "*.tmp", "*.filepart", "~*", ".*")
LARGEST_CONTROL_FILE = 16 * MiB
JOIN_AT_ONCE = 25


def ignored(path: str) -> bool:
    """Whether the path names a client's incomplete or housekeeping file, or lies in such a folder."""
    parts = path.lower().split("/")
    return is_housekeeping(path) or any(fnmatch.fnmatchcase(part, pattern) for part in parts for pattern in HALF_MADE)


def shown(path: str) -> str:
    """A file's name for people, from any key: other clients chose it."""
    try:
        return display_name(path)
    except ValueError:
        return "unnamed"


def is_file(place: DropKey) -> bool:
    return place.path not in CONTROL and not ignored(place.path)


class NoOwner(Exception):
    """A drop folder names no existing user. Its files stay; a later file tries again."""


class DropFolders:
    def __init__(
        self, core: Core[DropStore], intake: Intake, settling: Settling, owner_of: Callable[[str | None], str | None]
    ) -> None:
        """owner_of: the id of the user that a path names, or, given None, of the owner of folders without a user; None
        where there is no such user."""
        self._jobs = core.jobs
        self._objects = core.objects
        self._queues = core.queues
        self._intake = intake
        self._settling = settling
        self._limits = core.limits
        self._clock = core.clock
        self._new_id = core.new_id
        self._owner_of = owner_of

    def join(self, landed: Sequence[StoredObject]) -> dict[str, tuple[str, int]]:
        """Takes objects into the jobs of their batches; returns job and number for each key that is a file.

        A repetition for the same object has the same answer. Control objects of the batch (its end, its options, the
        files to expect) are obeyed; half-made and housekeeping files are passed over.
        """
        batches: dict[str, dict[str, tuple[DropKey, StoredObject]]] = defaultdict(dict)
        for seen in landed:
            if place := keys.parse_drop(seen.key):
                known = batches[place.batch].get(seen.key)
                if known is None or is_newer(seen.sequencer, known[1].sequencer):
                    batches[place.batch][seen.key] = (place, seen)
        joined: dict[str, tuple[str, int]] = {}
        for batch in (list(there.values()) for there in batches.values()):
            try:
                joined.update(self._take_in(batch))
            except NoOwner:
                # Its name is private: a digest identifies it in logs. Admins see it among the slips.
                digest = hashlib.sha256(batch[0][0].batch.encode()).hexdigest()[:16]
                log.warning("drop folder waits: no such user", extra={"batch_sha256": digest})
        return joined

    def _take_in(self, batch: Sequence[tuple[DropKey, StoredObject]]) -> dict[str, tuple[str, int]]:
        place, said = batch[0][0], {p.path for p, _ in batch} & CONTROL
        joined = self.join_files(place, [(p, s) for p, s in batch if is_file(p)])
        if said == {OPTIONS} and self._jobs.batch_job(place.batch) is None:
            return joined  # the first file opens the job and reads them
        if said:
            self._obey(self._job_of(place), place, said)
        elif joined:
            job = self._job_of(place)
            if job.awaits is not None and job.file_count >= job.awaits:
                self._obey(job, place, {MANIFEST})
        return joined

    def came_late(self, known: tuple[str, int], seen: StoredObject) -> bool:
        """Whether a known key has come again with other bytes, after its job had finished it."""
        job_id, number = known
        job = self._known_job(job_id)
        return job is None or (_is_done(job) and _is_other_version(self._jobs.file(job_id, number), seen))

    def close_if_quiet(self, job: Job) -> Job:
        """Closes a batch that had no new file for the quiet time; one with a manifest stays open until its files are
        given up."""
        at = closes(job, self._limits)
        if at and at <= self._clock():
            return self._close(job)
        return job

    def news(
        self, batch: str, files: Sequence[tuple[DropKey, StoredObject]]
    ) -> tuple[dict[str, tuple[str, int]], list[tuple[DropKey, StoredObject]]]:
        """The known files among these keys of the batch (at most 100); and the other keys: new ones, and those that
        came again with other bytes after their job had finished them. The number of calls doesn't grow with the
        files."""
        known = self._jobs.batch_files(batch, [seen.key for _, seen in files])
        jobs = {job_id: self._known_job(job_id) for job_id in {job_id for job_id, _ in known.values()}}
        done = {key: file_id(*place) for key, place in known.items() if (job := jobs[place[0]]) and _is_done(job)}
        there = self._jobs.files_by_id(list(done.values()), binned=True) if done else {}

        def is_new(seen: StoredObject) -> bool:
            if seen.key not in known or jobs[known[seen.key][0]] is None:
                return True
            if seen.key not in done:
                return False  # the claim decides between the two versions
            file = there.get(done[seen.key])
            return file is None or _is_other_version(file, seen)

        return known, [(place, seen) for place, seen in files if is_new(seen)]

    def join_files(self, place: DropKey, files: Sequence[tuple[DropKey, StoredObject]]) -> dict[str, tuple[str, int]]:
        """Adds files to the job that imports their batch; returns job and number for each key."""
        joined: dict[str, tuple[str, int]] = {}
        for start in range(0, len(files), JOIN_AT_ONCE):
            joined.update(self._join_some(place, files[start : start + JOIN_AT_ONCE]))
        return joined

    def _join_some(self, place: DropKey, files: Sequence[tuple[DropKey, StoredObject]]) -> dict[str, tuple[str, int]]:
        # Several workers join one batch concurrently: those that come too late read again.
        for attempt in range(30):
            job = self._job_of(place)
            known, new = self.news(place.batch, files)
            if job.error_code == INVALID_OPTIONS:
                return known  # the files are taken up once the options are valid
            if not new:
                return known
            try:
                if self._takes(job):
                    numbers = join_batch(self._jobs, job, self._files(job, new), self._clock())
                    return known | {key: (job.id, number) for key, number in numbers.items()}
                self._jobs.open_batch(place.batch, self._new_id(), instead_of=job.id)
            except StaleTransition:
                time.sleep(random.uniform(0, 0.02 * 1.3**attempt))  # noqa: S311 - spreads the workers, no secret
        raise Busy(f"batch {place.batch} is being joined by too many")

    def _known_job(self, job_id: str) -> Job | None:
        try:
            return self._jobs.job(job_id)
        except JobNotFound:
            return None

    def _takes(self, job: Job) -> bool:
        return not job.sealed and job.state in RECEIVING and job.file_count < self._limits.files_per_job

    def _job_of(self, place: DropKey) -> Job:
        """The job that imports the batch; the first call opens it."""
        job_id, follows = self._jobs.open_batch(place.batch, self._new_id())
        job = self._known_job(job_id) or self._open(place, job_id, follows)
        if job.error_code == INVALID_OPTIONS and not job.final:
            job = self._settling.fail(job, INVALID_OPTIONS, job.error_message or "")
        return job

    def _open(self, place: DropKey, job_id: str, follows: str | None) -> Job:
        now = self._clock()
        fields: dict[str, Any] = {"batch": place.batch, "follows": follows, "id": job_id}
        fields["due_at"] = now + timedelta(seconds=self._limits.quiet_seconds)
        owner, options = self._owner_of(place.owner_id), {}
        if owner is None:
            raise NoOwner(place.batch)
        try:
            options = self._intake.check_options(place.pipeline, self._control(place, OPTIONS))
        except InvalidFields as invalid:
            wrong = "; ".join(f"{error.field}: {error.message}" for error in invalid.errors)
            # The job fails next; if this worker dies before that, the next one fails it.
            fields |= {"error_code": INVALID_OPTIONS, "error_message": f"{OPTIONS} of the batch is not valid: {wrong}"}
        try:
            return self._intake.create(
                owner, place.pipeline, options, name=shown(place.name), limited=False, checked=True, **fields
            )
        except StaleTransition:
            return self._jobs.job(job_id)

    def _files(self, job: Job, landed: Sequence[tuple[DropKey, StoredObject]]) -> list[File]:
        return [
            File(
                job_id=job.id,
                number=job.file_count + i,
                filename=shown(place.path),
                key=seen.key,
                size=seen.size,
                modified_at=seen.modified_at,
                etag=seen.etag or None,
                sequencer=seen.sequencer,
            )
            for i, (place, seen) in enumerate(landed, 1)
        ]

    def _obey(self, job: Job, place: DropKey, said: set[str]) -> None:
        if OPTIONS in said and job.error_code == INVALID_OPTIONS:
            said = self._begin_again(job, place)
            job = self._job_of(place)
        if not self._takes(job) or (job.listing is not None and OPTIONS not in said):
            return  # a batch that is being closed is complete already
        try:
            if OPTIONS in said:
                job = self._change_options(job, self._intake.check_options(job.pipeline, self._control(place, OPTIONS)))
            complete = DONE in said
            if MANIFEST in said:
                names = self._expected(place)
                job = move(self._jobs, job, AWAIT(awaits=len(names)))
                if job.file_count >= len(names):
                    there = {seen.key.removeprefix(place.batch) for seen in self._objects.below(place.batch)}
                    complete = complete or names <= there
        except InvalidFields as invalid:
            wrong = "; ".join(f"{error.field}: {error.message}" for error in invalid.errors)
            self._settling.fail(job, "invalid_control_file", f"A control file of the batch is not valid: {wrong}")
            return
        if complete:
            self._close(job)

    def _begin_again(self, job: Job, place: DropKey) -> set[str]:
        """Takes up a batch whose invalid options were corrected; returns the names of its control files."""
        try:
            self._intake.check_options(job.pipeline, self._control(place, OPTIONS))
        except InvalidFields:
            return set()
        self._jobs.open_batch(place.batch, self._new_id(), instead_of=job.id)
        landed = self._landed(place.batch)
        self.join_files(place, [(p, s) for p, s in landed if is_file(p)])
        return {p.path for p, _ in landed} & CONTROL

    def _change_options(self, job: Job, options: dict[str, Any]) -> Job:
        """Sets new options for the whole batch: files inspected with others are inspected again."""
        if options == job.options:
            return job
        job = move(self._jobs, job, SET_OPTIONS(options=options))
        done = [file for file in self._jobs.files(job) if file.state in FINISHED]
        if done:
            reset_files(self._jobs, job, done)
            self._settling.ask_again(job)
        return job

    def _expected(self, place: DropKey) -> set[str]:
        """The files that the manifest names, without ignored ones."""
        named = self._control(place, MANIFEST).get("files", [])
        if not isinstance(named, list) or not all(isinstance(name, str) for name in named):
            raise InvalidFields(
                "The manifest is not valid.", errors=[FieldError(f"{MANIFEST}.files", "a list of names")]
            )
        return {name for name in named if is_file(replace(place, path=name))}

    def _landed(self, batch: str) -> list[tuple[DropKey, StoredObject]]:
        return [(place, seen) for seen in self._objects.below(batch) if (place := keys.parse_drop(seen.key))]

    def _close(self, job: Job) -> Job:
        """Requests the closing of the batch with all its objects, also those without a message yet: closing.py."""
        if job.listing is None:
            listing = {"bucket": None, "prefix": job.batch, "after": None, "recursive": True}
            try:
                job = move(self._jobs, job, CLOSE(listing=listing, due_at=self._clock() + RUN_PATIENCE))
            except StaleTransition:
                return self._jobs.job(job.id)
        self._queues.list_objects(job.id)
        return job

    def _control(self, place: DropKey, name: str) -> dict[str, Any]:
        """The content of a batch's control file; empty where there is none. InvalidFields where it's no JSON object."""
        key = place.batch + name
        try:
            size = self._objects.stat(key).size
            if size > LARGEST_CONTROL_FILE:
                raise InvalidFields(f"{name} is too large.", errors=[FieldError(name, "at most 16 MiB")])
            said = json.loads(b"".join(self._objects.stream(key, 0, size))) if size else {}
        except ObjectMissing:
            return {}
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            raise InvalidFields(f"{name} is not a JSON object.", errors=[FieldError(name, "must be a JSON object")])
        return said


def _is_done(job: Job) -> bool:
    """Whether the job accepts no further version of its files."""
    return job.state is not JobState.PAUSED and (job.state not in RECEIVING or job.run_requested)


def _is_other_version(file: File, seen: StoredObject) -> bool:
    return bool(seen.etag) and file.etag != seen.etag and is_newer(seen.sequencer, file.sequencer)
