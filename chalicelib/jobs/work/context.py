"""The context of a running step: the job's files, progress, checkpoints, artifacts."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from chalicelib.files.archive import SourceChanged
from chalicelib.jobs import keys
from chalicelib.jobs.errors import ObjectMissing
from chalicelib.jobs.file_moving import judge_file, mark_duplicates, unmark_duplicates
from chalicelib.jobs.library.results import result_of_file
from chalicelib.jobs.model import Artifact, Job
from chalicelib.jobs.moves import JobFields
from chalicelib.jobs.observer import UNOBSERVED, Observer
from chalicelib.jobs.ports.outside import Clock, ModelStore, ObjectStore, UserData
from chalicelib.jobs.ports.stores import RunStore
from chalicelib.jobs.states import FINISHED, FileState
from chalicelib.jobs.work.archiving import FileChanged, Source
from chalicelib.jobs.work.claims import Claim, HandOn, Interrupted
from chalicelib.jobs.work.run_archives import RunArchives
from chalicelib.jobs.work.run_files import CHANGED, RunFiles, Sources, inspected, source_changed
from chalicelib.jobs.works import options_of
from chalicelib.pipelines.base import InspectedFile, Member, PipelineFailed, Step, StoredFile, Strategy, Work

PROGRESS_EVERY = timedelta(seconds=2)
HAND_ON_BEFORE = timedelta(seconds=20)
LARGEST_CHECKPOINT, LARGEST_DETAILS = 16 * 1024, 1024
"""Bytes as JSON."""
EXPIRING = {"millrace-expires": "24h"}


@dataclass(frozen=True)
class Stores:
    """The stores that steps read from and write to."""

    jobs: RunStore
    objects: ObjectStore
    models: ModelStore
    user_data: UserData
    clock: Clock
    observer: Observer = UNOBSERVED


class Context:
    """A running step's context. Raises PipelineFailed where the job's options can't be read."""

    def __init__(self, work: Work, claim: Claim, stores: Stores, scratch: Path, deadline: datetime) -> None:
        job = claim.job
        self.job_id = job.id
        self.job_name = job.name
        self.owner_id = job.owner_id
        self.revision = job.made_revision
        self.options: Any = options_of(work, job)
        self.state: Mapping[str, Any] | None = job.checkpoint
        self.scratch = scratch
        self.saved_anything = job.steps_done > 0 or job.slices is not None or job.checkpoint is not None
        self._claim = claim
        self._jobs = stores.jobs
        self._objects = stores.objects
        self._files = RunFiles(stores.jobs, stores.objects, job.id, scratch)
        self._sources = Sources(self._files)
        self._models = stores.models
        self._user_data = stores.user_data
        self._clock = stores.clock
        self._observer = stores.observer
        self._hand_on_at = deadline - min(HAND_ON_BEFORE, (deadline - self._clock()) / 4)
        self._written_at = self._checked_at = self._clock()
        self._tags = EXPIRING if getattr(self.options, "retain_results", True) is False else None
        self._archives = RunArchives(self, stores.objects, self._tags)

    @property
    def job(self) -> Job:
        return self._claim.job

    # -- files -----------------------------------------------------------------------------------------------------

    def files(self) -> Iterator[InspectedFile]:
        for file in self._jobs.files(self.job):
            if file.state in FINISHED:
                self._sources[file.number] = Source.of(file)
                yield inspected(file)

    def open(self, file: InspectedFile) -> BinaryIO:
        return self._files.open(file)

    def fetch(self, file: InspectedFile) -> Path:
        return self._files.fetch(file)

    def stream(self, file: StoredFile, start: int, end: int) -> Iterator[bytes]:
        return self._files.stream(file, start, end)

    def checksum(self, file: InspectedFile) -> InspectedFile:
        return self._files.checksum(file)

    def describe(
        self,
        file: InspectedFile,
        metadata: Mapping[str, Any],
        *,
        title: str | None = None,
        description: str | None = None,
        tags: Sequence[str] = (),
    ) -> None:
        self._files.describe(file, metadata, title=title, description=description, tags=tags)

    def mark_duplicates(self, kept: Mapping[int, int]) -> None:
        self._check()
        # An earlier run may have marked other files: since then the owner has decided, or a file was inspected again.
        if self.job.counts.duplicate:
            marked = [file for file in self._jobs.files(self.job) if file.state is FileState.DUPLICATE]
            unmark_duplicates(self._jobs, self.job_id, [f for f in marked if kept.get(f.number) != f.duplicate_of])
        mark_duplicates(self._jobs, self.job_id, kept)

    def model(self, name: str) -> Path:
        return self._models.fetch(name, self.scratch)

    def user_data(self, kind: str, name: str) -> bytes | None:
        return self._user_data.get(self.job.owner_id, kind, name)

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
            self._note_progress(percent, filename)

    def _note_progress(self, percent: float, filename: str | None) -> None:
        # Parts of a zip are progress, even where the step doesn't end in this invocation.
        done: JobFields = {"step_percent": round(percent, 1), "current_filename": filename}
        if self.upload and percent:
            done["tries"] = 0
        self._claim.write(**done)

    def checkpoint(self, state: Mapping[str, Any]) -> None:
        self._claim.write(checkpoint=_json(state, LARGEST_CHECKPOINT), tries=0)
        self.state = self.job.checkpoint

    def pause(self, code: str, message: str) -> NoReturn:
        self._claim.pause({"code": code, "message": message})
        raise Interrupted

    def finish_step(self) -> None:
        self._claim.write(
            steps_done=self.job.steps_done + 1,
            step_percent=0.0,
            current_filename=None,
            checkpoint=None,
            slices=None,
            slices_done=0,
            slices_mark=0,
            tries=0,
        )
        self.state = None

    def divide(self, slices: int) -> None:
        """Records that the step is divided: from now on only its slices are left."""
        self._claim.write(
            slices=slices,
            division=self.job.attempt,
            slices_done=0,
            slices_mark=0,
            step_percent=0.0,
            current_filename=None,
            checkpoint=None,
            tries=0,
        )

    def _check(self) -> None:
        """The clean point before a visible effect."""
        self._claim.write()

    def _check_seldom(self) -> None:
        """The same before an effect that is one of thousands."""
        if self._clock() - self._checked_at >= PROGRESS_EVERY:
            self._checked_at = self._clock()
            self._check()

    # -- output -----------------------------------------------------------------------------------------------------

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

    def share_archives(self, archives: Iterable[tuple[str, Iterable[Member]]], strategy: Strategy = "auto") -> int:
        self._check()
        by_key = ((keys.result(self.job_id, safe(name)), members) for name, members in archives)
        return self._archives.share(by_key, self._sources, strategy)

    def archive(self, name: str, filename: str, members: Iterable[Member]) -> None:
        self._check()
        key = keys.result(self.job_id, safe(name))
        try:
            size = self._archives.write(key, members, self._sources)
        except SourceChanged as replaced:
            if self.upload:
                self._claim.write(upload=None)
            raise self._replaced(replaced) from None
        self._jobs.put_artifact(self.job_id, Artifact(name, key, filename, "application/zip", size, self._clock()))
        self._observer.measure("ZipBytes", size, Pipeline=self.job.pipeline)
        done: JobFields = {"upload": None}
        if name == "complete":
            done["result_size"] = size
        self._claim.write(**done)

    def _replaced(self, found: SourceChanged) -> BaseException:
        """The exception that ends a run whose zip can't be made as planned."""
        if not isinstance(found, FileChanged):
            return PipelineFailed("file_changed", f"{CHANGED} ({found})")
        if found.filename is not None:
            return source_changed(found.filename)
        return self._files.lost(self._jobs.file(self.job_id, found.number))

    def archive_slice(self, number: int) -> None:
        raise TypeError("parts of an archive are made by the slices of a step")

    def verdict(self, file: InspectedFile, verdict: str, message: str | None = None, **details: Any) -> None:
        self._check_seldom()
        found = _json(details, LARGEST_DETAILS)
        judge_file(self._jobs, self.job_id, file.number, self.job.retries, verdict, message, found)

    def result(
        self,
        summary: str,
        quality_score: float | None,
        metadata: Mapping[str, Any],
        file: InspectedFile | None = None,
    ) -> None:
        if file is None:
            said = {"summary": summary, "quality_score": quality_score, "metadata": dict(metadata)}
            self._claim.write(result=said)
            return
        self._check_seldom()
        self._jobs.put_result(result_of_file(self.job, file.number, summary, quality_score, metadata, self._clock()))

    @property
    def upload(self) -> Mapping[str, Any] | None:
        return self.job.upload

    def note_upload(self, upload: Mapping[str, Any]) -> None:
        """Records a multipart upload under way, so that the next worker finds its parts."""
        self._claim.write(upload=dict(upload))

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


def safe(name: str) -> str:
    """A name that the pipeline chose, as part of a key."""
    if not name or not all(c.isalnum() or c in "._-" for c in name) or name.startswith("."):
        raise ValueError(f"not a name for an object: {name!r}")
    return name


def _json(value: Mapping[str, Any], most: int) -> dict[str, Any]:
    """The value as JSON. ValueError where that is impossible, or larger than `most` bytes."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if (size := len(text.encode())) > most:
        raise ValueError(f"{size:,} bytes as JSON, where {most:,} are allowed")
    kept: dict[str, Any] = json.loads(text)
    return kept
