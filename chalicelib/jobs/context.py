"""What the core gives to a running step: the job's files, progress, checkpoints, artifacts."""

from __future__ import annotations

import hashlib
import io
import logging
import shutil
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextvars import copy_context
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

from chalicelib.files.archive import SourceChanged
from chalicelib.files.ranges import RangeReader
from chalicelib.files.source import SourceFile
from chalicelib.jobs import keys
from chalicelib.jobs.archiving import write_archive
from chalicelib.jobs.errors import ObjectMissing, StaleTransition
from chalicelib.jobs.limits import Limits
from chalicelib.jobs.model import Artifact, File, Job
from chalicelib.jobs.observer import UNOBSERVED, Observer
from chalicelib.jobs.ports import Clock, JobStore, ModelStore, ObjectStore
from chalicelib.jobs.states import FINISHED, FileState, JobState
from chalicelib.pipelines.base import InspectedFile, Member, Pipeline, PipelineFailed, Step

log = logging.getLogger(__name__)

PROGRESS_EVERY = timedelta(seconds=2)
RUN_LEASE = timedelta(seconds=90)
"""Short, and renewed as long as the process lives: whatever kills it, another worker goes on within two minutes."""
RENEW_SECONDS = 25.0
HAND_ON_BEFORE = timedelta(seconds=20)
RUNNING = frozenset({JobState.RUNNING})
CHANGED = "A file was replaced or removed after it was inspected. Retry the job to look at it again."
MOST_TAGS, LONGEST_TAG = 20, 40
EXPIRING = {"millrace-expires": "24h"}


class Interrupted(BaseException):
    """Stops a step at a clean point. No Exception, so that a pipeline's `except Exception` lets it pass."""


class Cancelled(Interrupted):
    pass


class HandOn(Interrupted):
    """Another function goes on with what is saved: a fresh one, as this one's time is nearly up, or that of `place`."""

    def __init__(self, place: str | None = None) -> None:
        super().__init__(place)
        self.place = place


class Context:
    def __init__(
        self,
        job: Job,
        pipeline: Pipeline,
        scratch: Path,
        deadline: datetime,
        jobs: JobStore,
        objects: ObjectStore,
        models: ModelStore,
        limits: Limits,
        clock: Clock,
        observer: Observer = UNOBSERVED,
    ) -> None:
        self.job = job
        self.job_id = job.id
        self.job_name = job.name
        self.options: Any = pipeline.Options.model_validate(job.options)
        self.scratch = scratch
        self.saved_anything = job.steps_done > 0
        self._deadline = deadline
        self._hand_on_at = deadline - min(HAND_ON_BEFORE, (deadline - clock()) / 4)
        self._jobs = jobs
        self._objects = objects
        self._models = models
        self._limits = limits
        self._clock = clock
        self._observer = observer
        self._written_at = clock()
        self._stopped = threading.Event()
        self._tags = EXPIRING if getattr(self.options, "retain_results", True) is False else None

    # -- the claim -------------------------------------------------------------------------------------------------

    def keep_claim(self) -> None:
        """Renews the lease beside the work, until stop(): a step may be silent for minutes."""
        renew = copy_context().run  # its lines belong to this run too
        threading.Thread(target=renew, args=(self._renew,), name=f"lease of {self.job_id}", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()

    def _renew(self) -> None:
        claimed = self.job
        while not self._stopped.wait(RENEW_SECONDS):
            try:
                self._jobs.renew_run(claimed, self._clock() + RUN_LEASE)
            except StaleTransition:
                return  # paused, cancelled or lost: the next clean point finds out which
            except Exception:
                log.exception("the lease could not be renewed", extra={"job_id": self.job_id})

    def release(self, **changes: Any) -> None:
        """Gives the claim back, so that whoever goes on need not wait for the lease."""
        self.stop()
        try:
            self.job = self._jobs.change_job(
                self.job,
                {"lease_until": None, "claimed_by": None, **changes},
                allowed=frozenset({JobState.RUNNING, JobState.PAUSED}),
                same=("attempt",),
            )
        except StaleTransition:
            return

    # -- files -----------------------------------------------------------------------------------------------------

    def files(self) -> Iterator[InspectedFile]:
        for file in self._jobs.files(self.job_id):
            if file.state in FINISHED:
                yield inspected(file)

    def open(self, file: InspectedFile) -> BinaryIO:
        stored = self._stored(file)
        reader = RangeReader(lambda start, end: b"".join(self._stream(stored, start, end)), stored.size)
        return cast(BinaryIO, io.BufferedReader(reader, 128 * 1024))

    def fetch(self, file: InspectedFile) -> Path:
        path = self.scratch / f"file-{file.number:08d}"
        if not path.exists():
            stored = self._stored(file)
            with path.open("wb") as out:
                for chunk in self._stream(stored, 0, stored.size):
                    out.write(chunk)
        return path

    def checksum(self, file: InspectedFile) -> InspectedFile:
        if file.crc32 is not None:
            return file
        stored = self._stored(file)
        source = SourceFile(stored.filename, stored.size, lambda start, end: self._stream(stored, start, end))
        digests = source.load()
        if stored.sha256 and digests.sha256 != stored.sha256:
            raise changed(stored)
        self._jobs.change_file(stored, {"crc32": digests.crc32}, allowed=FINISHED)
        return replace(file, crc32=digests.crc32)

    def describe(
        self,
        file: InspectedFile,
        metadata: Mapping[str, Any],
        *,
        title: str | None = None,
        description: str | None = None,
        tags: Sequence[str] = (),
    ) -> None:
        stored = self._stored(file)
        changes: dict[str, Any] = {"metadata": dict(metadata)}
        if title and not stored.title:
            changes["title"] = title
        if description and not stored.description:
            changes["description"] = description
        known = dict.fromkeys([*stored.tags, *(tag[:LONGEST_TAG].strip() for tag in tags)])
        if len(known) > len(stored.tags):
            changes["tags"] = [tag for tag in known if tag][:MOST_TAGS]
        self._jobs.change_file(stored, changes, allowed=FINISHED)

    def mark_duplicates(self, kept: Mapping[int, int]) -> None:
        self._check()
        self._jobs.mark_duplicates(self.job_id, kept)

    def model(self, name: str) -> Path:
        return self._models.fetch(name, self.scratch)

    def _stored(self, file: InspectedFile) -> File:
        return self._jobs.file(self.job_id, file.number)

    def _stream(self, file: File, start: int, end: int) -> Iterator[bytes]:
        if start >= end:
            return
        try:
            yield from self._objects.stream(file.key, start, end, etag=file.etag, bucket=file.bucket)
        except ObjectMissing:
            raise changed(file) from None

    # -- progress --------------------------------------------------------------------------------------------------

    def begin(self, step: Step) -> None:
        self._written_at = self._clock() - PROGRESS_EVERY
        self.progress(0.0)

    def progress(self, percent: float, filename: str | None = None) -> None:
        now = self._clock()
        if now >= self._hand_on_at:
            raise HandOn
        if now - self._written_at >= PROGRESS_EVERY:
            self._written_at = now
            # A zip in parts gets on even where the step doesn't end in this invocation.
            got_on = {"tries": 0} if self.upload and percent else {}
            self._write({"step_percent": round(percent, 1), "current_filename": filename, **got_on})

    def finish_step(self) -> None:
        done = {"steps_done": self.job.steps_done + 1, "step_percent": 0.0, "current_filename": None, "tries": 0}
        self._write(done)

    def _check(self) -> None:
        """The clean point before an effect that others see."""
        self._write({})

    def _write(self, changes: Mapping[str, Any]) -> None:
        now = self._clock()
        if now >= self._deadline:
            raise HandOn
        changes = {**changes, "active_at": now, "lease_until": now + RUN_LEASE}
        try:
            self.job = self._jobs.change_job(self.job, changes, allowed=RUNNING, same=("attempt",))
        except StaleTransition:
            state = self._jobs.job(self.job_id).state
            raise (Cancelled if state is JobState.CANCELLED else Interrupted) from None

    # -- what comes out --------------------------------------------------------------------------------------------

    def save(self, name: str, content: bytes | Path) -> None:
        self._check()
        self.saved_anything = True
        self._put(keys.work(self.job_id, safe(name)), content, "application/octet-stream", None)
        local = self._kept(name)
        if isinstance(content, bytes):
            local.write_bytes(content)
        elif content != local:
            shutil.copyfile(content, local)

    def load(self, name: str) -> Path:
        local = self._kept(name)
        if not local.exists():
            key = keys.work(self.job_id, safe(name))
            try:
                size = self._objects.stat(key).size
            except ObjectMissing:
                raise KeyError(name) from None
            with local.open("wb") as out:
                for chunk in self._objects.stream(key, 0, size) if size else ():
                    out.write(chunk)
        return local

    def artifact(self, name: str, content: bytes | Path, filename: str, content_type: str) -> None:
        self._check()
        key = keys.result(self.job_id, safe(name))
        size = self._put(key, content, content_type, self._tags)
        self._jobs.put_artifact(self.job_id, Artifact(name, key, filename, content_type, size, self._clock()))

    def archive(self, name: str, filename: str, members: Iterable[Member]) -> None:
        self._check()
        key = keys.result(self.job_id, safe(name))
        try:
            size = write_archive(self, self._objects, key, members, self._stored_files(), self._tags)
        except SourceChanged as replaced:
            raise PipelineFailed("file_changed", f"{CHANGED} ({replaced})") from None
        self._jobs.put_artifact(self.job_id, Artifact(name, key, filename, "application/zip", size, self._clock()))
        self._observer.measure("ZipBytes", size, Pipeline=self.job.pipeline)
        self._write({"upload": None, **({"result_size": size} if name == "complete" else {})})

    def result(self, summary: str, quality_score: float | None, metadata: Mapping[str, Any]) -> None:
        self._write({"result": {"summary": summary, "quality_score": quality_score, "metadata": dict(metadata)}})

    @property
    def upload(self) -> Mapping[str, Any] | None:
        return self.job.upload

    def note_upload(self, upload: Mapping[str, Any]) -> None:
        """Remembers a multipart upload under way, so that whoever goes on finds its parts."""
        self._write({"upload": dict(upload)})

    def _stored_files(self) -> Mapping[int, File]:
        return {file.number: file for file in self._jobs.files(self.job_id)}

    def _kept(self, name: str) -> Path:
        folder = self.scratch / "saved"
        folder.mkdir(exist_ok=True)
        return folder / hashlib.sha256(name.encode()).hexdigest()[:32]

    def _put(self, key: str, content: bytes | Path, content_type: str, tags: Mapping[str, str] | None) -> int:
        if isinstance(content, bytes):
            self._objects.put(key, content, content_type, tags=tags)
            return len(content)
        self._objects.put_file(key, str(content), content_type, tags=tags)
        return content.stat().st_size


def inspected(file: File) -> InspectedFile:
    return InspectedFile(
        number=file.number,
        filename=file.filename,
        role=file.role,
        state=FileState.INSPECTED if file.state is FileState.DUPLICATE else file.state,
        size=file.size,
        content_type=file.content_type or "application/octet-stream",
        sha256=file.sha256,
        crc32=file.crc32,
        metadata=file.metadata,
        error_code=file.error_code,
        error_message=file.error_message,
    )


def changed(file: File) -> PipelineFailed:
    return PipelineFailed("file_changed", f"{CHANGED} ({file.filename})")


def safe(name: str) -> str:
    """A name of the pipeline's own, as part of a key."""
    if not name or not all(c.isalnum() or c in "._-" for c in name) or name.startswith("."):
        raise ValueError(f"not a name for an object: {name!r}")
    return name
