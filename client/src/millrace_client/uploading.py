"""Sends local files as one job: hashed first, announced in batches, sent concurrently, and resumed after a break.

With a folder for its state, a repeated upload resumes the job that it had opened, without hashing or sending a file
twice. Without one, it survives only broken connections.
"""

from __future__ import annotations

import hashlib
import mimetypes
import os
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, TypedDict, TypeVar

from millrace_client import operations
from millrace_client.client import Client
from millrace_client.errors import ApiError, FileChanged
from millrace_client.journal import Journal, name_of
from millrace_client.machine import with_zone
from millrace_client.models import MoreFilesRequest, NewFile, UploadRequest, UploadTarget
from millrace_client.protocol import FINAL
from millrace_client.sending import Pace, Sender, Stopped

BATCH = 500
CHUNK = 1024 * 1024
T = TypeVar("T")
PARALLEL = 6
HEEDS_EVERY = 0.25
"""The most seconds until Ctrl-C is noticed."""
NO_ROLES: Mapping[str, str | Path | Iterable[str | Path]] = {}


@dataclass(frozen=True)
class LocalFile:
    """name: as the server will show it. modified: nanoseconds. role: the file's role, if it is more than plain
    input."""

    path: Path
    name: str
    size: int
    modified: int
    role: str | None = None

    @classmethod
    def at(cls, path: Path, name: str | None = None, role: str | None = None) -> LocalFile:
        seen = path.stat()
        return cls(path, name or path.name, seen.st_size, seen.st_mtime_ns, role)

    def check(self) -> None:
        """Raises FileChanged."""
        if self != LocalFile.at(self.path, self.name, self.role):
            raise FileChanged(f"{self.path} has changed since it was announced.")

    def sha256(self) -> str:
        digest = hashlib.sha256()
        with self.path.open("rb") as content:
            while chunk := content.read(CHUNK):
                digest.update(chunk)
        return digest.hexdigest()


def collect(paths: Sequence[Path]) -> list[LocalFile]:
    """The given files, and all but hidden files below the given folders; each once, in order."""
    found: dict[Path, LocalFile] = {}
    for path in paths:
        inside = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        for file in inside:
            name = file.relative_to(path).as_posix() if path.is_dir() else file.name
            if path == file or not any(part.startswith(".") for part in Path(name).parts):
                found.setdefault(file.resolve(), LocalFile.at(file, name))
    return list(found.values())


class UploadOptions(TypedDict, total=False):
    """Arguments of Upload besides its client, its files and its pipeline."""

    name: str | None
    options: Mapping[str, Any] | None
    parallel: int
    limit_rate: float | None
    state: Path | None
    skip_unsupported: bool
    roles: Mapping[str, str | Path | Iterable[str | Path]]
    on_checked: Callable[[LocalFile], object]
    on_sent: Callable[[LocalFile, int], object]


class Upload:
    """on_checked(file): its hash is known. on_sent(file, bytes in the store). state: a folder, or None. limit_rate: the
    most bytes per second of all files together.

    roles: further files by their roles, such as {"labels": "knee_labels.nii.gz"}. skip_unsupported: continues without
    files that the pipeline doesn't take, instead of raising. left_out: by name, why those and an operating system's own
    files, which no pipeline takes, are left out; complete once run() has returned.
    """

    def __init__(
        self,
        client: Client,
        files: str | Path | Iterable[str | Path | LocalFile],
        pipeline: str,
        *,
        name: str | None = None,
        options: Mapping[str, Any] | None = None,
        parallel: int = PARALLEL,
        limit_rate: float | None = None,
        state: Path | None = None,
        skip_unsupported: bool = False,
        roles: Mapping[str, str | Path | Iterable[str | Path]] = NO_ROLES,
        on_checked: Callable[[LocalFile], object] = lambda file: None,
        on_sent: Callable[[LocalFile, int], object] = lambda file, there: None,
    ) -> None:
        plain = [file if isinstance(file, LocalFile) else LocalFile.at(Path(file)) for file in _listed(files)]
        others = [LocalFile.at(Path(file), role=role) for role, some in roles.items() for file in _listed(some)]
        self._files = [*plain, *others]
        if not self._files:
            raise ValueError("No files are given: an upload needs at least one.")
        self._pipeline = pipeline
        self._name = name
        self._options = with_zone(pipeline, options)
        self._parallel = parallel
        self._skip_unsupported = skip_unsupported
        self.left_out: dict[str, str] = {}
        self._on_checked = on_checked
        self._on_sent = on_sent
        self._stop = threading.Event()
        self._pace = Pace(limit_rate, self._sleep)
        # A client of its own, whose waits end when the upload is stopped.
        self._client = Client(client.address, client.token or "", patience=client.patience, sleep=self._sleep)
        self._journal = Journal(state / f"{self._identity()}.jsonl" if state else None)

    def run(self) -> str:
        """The job's id, once every file has arrived. Raises ApiError, NotReachable, FileChanged."""
        try:
            if not self._job_goes_on():
                self._journal.end()
                self._journal = Journal(self._journal.path)
            hashes = self._hashes()
            job_id = ""
            for start in range(0, len(self._files), BATCH):
                numbers = range(start, min(start + BATCH, len(self._files)))
                job_id, targets = self._announced(job_id, numbers, hashes)
                self._send(job_id, numbers, targets)
        finally:
            self._client.close()
        self._journal.end()
        return job_id

    @property
    def goes_on(self) -> bool:
        """Whether this upload was begun before."""
        return any("announced" in fact for fact in self._journal.facts)

    def _identity(self) -> str:
        files = [
            [str(f.path.resolve()), f.name, f.size, f.modified, *([f.role] if f.role else [])] for f in self._files
        ]
        what = {"pipeline": self._pipeline, "name": self._name, "options": self._options, "files": files}
        return name_of({"address": self._client.address, "token": self._client.token, **what})

    def _job_goes_on(self) -> bool:
        """Whether the job of an earlier run, if there is one, still takes files."""
        jobs = [fact["job"] for fact in self._journal.facts if "announced" in fact]
        if not jobs:
            return True
        try:
            return self._client.job(jobs[0]).get().status not in FINAL
        except ApiError as error:
            if error.status != 404:
                raise
            return False

    def _hashes(self) -> list[str]:
        known = {fact["hashed"]: fact["sha256"] for fact in self._journal.facts if "hashed" in fact}

        def one(number: int) -> str:
            if number not in known:
                self._check_stop()
                known[number] = self._files[number].sha256()
                self._journal.note(hashed=number, sha256=known[number])
            self._on_checked(self._files[number])
            return str(known[number])

        return self._side_by_side(one, range(len(self._files)), os.cpu_count() or 2)

    def _announced(self, job_id: str, numbers: range, hashes: Sequence[str]) -> tuple[str, list[UploadTarget]]:
        """The job and the destination of each file. Addresses from an earlier run are no longer signed."""
        for fact in self._journal.facts:
            if fact.get("announced") == numbers.start:
                self.left_out |= fact.get("left_out", {})
                told = enumerate(fact["targets"])
                return fact["job"], [UploadTarget.model_validate({"position": i} | target) for i, target in told]
        key = next((fact["key"] for fact in self._journal.facts if fact.get("asking") == numbers.start), None)
        if key is None:
            key = str(uuid.uuid4())
            self._journal.note(asking=numbers.start, key=key)
        files = [announcement(self._files[number], hashes[number]) for number in numbers]
        more: dict[str, Any] = {"more": True} if numbers.stop < len(self._files) else {}
        more |= {"skip_unsupported": True} if self._skip_unsupported else {}
        if job_id:
            call = operations.add_files(job_id, MoreFilesRequest(files=files, **more))
        else:
            named: dict[str, Any] = {"name": self._name} if self._name else {}
            if more:
                named["files_intended"] = len(self._files)
            body = UploadRequest(pipeline=self._pipeline, files=files, options=self._options, **named, **more)
            call = operations.open_job(body)
        answer = self._client.send(replace(call, headers={"Idempotency-Key": key}))
        kept = [target.model_copy(update={"url": None, "headers": None}) for target in answer.uploads]
        left_out = dict.fromkeys(answer.ignored or (), "an operating system's own")
        left_out |= {one.filename: one.message for one in answer.left_out or ()}
        self.left_out |= left_out
        self._journal.note(
            announced=numbers.start,
            job=answer.job_id,
            left_out=left_out,
            targets=[target.model_dump(mode="json", exclude_none=True) for target in kept],
        )
        return answer.job_id, answer.uploads

    def _send(self, job_id: str, numbers: range, targets: Sequence[UploadTarget]) -> None:
        done = {fact["sent"] for fact in self._journal.facts if "sent" in fact}
        sender = Sender(self._client, job_id, self._parallel, self._pace, self._check_stop)
        by_number = {numbers.start + target.position: target for target in targets}

        def one(number: int) -> None:
            file = self._files[number]
            if number not in done:
                self._check_stop()
                sender.send(file, by_number[number], lambda there: self._on_sent(file, there))
                self._journal.note(sent=number)
            self._on_sent(file, file.size)

        try:
            self._side_by_side(one, sorted(by_number), self._parallel)
        finally:
            sender.close()

    def _side_by_side(self, work: Callable[[int], T], numbers: Sequence[int], threads: int) -> list[T]:
        """Sends files in parallel: the first failure, or Ctrl-C, ends the others."""
        pool = ThreadPoolExecutor(threads)
        try:
            futures = [pool.submit(work, number) for number in numbers]
            if failure := _first_failure(futures):
                raise failure
            return [future.result() for future in futures]
        except BaseException:
            self._stop.set()
            raise
        finally:
            pool.shutdown(cancel_futures=True)

    def _check_stop(self) -> None:
        if self._stop.is_set():
            raise Stopped

    def _sleep(self, seconds: float) -> None:
        self._stop.wait(seconds)
        self._check_stop()


def _first_failure(futures: Sequence[Future[Any]]) -> BaseException | None:
    """The first failure, once all are done or one has failed. A merely stopped one doesn't tell the reason.

    It wakes now and then: a signal that the system hands to another thread doesn't wake this one, and Python handles
    Ctrl-C only here.
    """
    pending = set(futures)
    done: set[Future[Any]] = set()
    while pending and not any(future.cancelled() or future.exception() for future in done):
        done, pending = wait(futures, HEEDS_EVERY, return_when=FIRST_EXCEPTION)
    failures = [error for future in done if not future.cancelled() and (error := future.exception())]
    return min(failures, key=lambda error: isinstance(error, Stopped), default=None)


def _listed(files: str | Path | Iterable[Any]) -> list[Any]:
    return [files] if isinstance(files, str | Path) else list(files)


def announcement(file: LocalFile, sha256: str) -> NewFile:
    modified = datetime.fromtimestamp(file.modified / 1e9, timezone.utc)
    kind: dict[str, Any] = {"content_type": guess} if (guess := mimetypes.guess_type(file.name)[0]) else {}
    kind |= {"role": file.role} if file.role else {}
    return NewFile(filename=file.name, size=file.size, sha256=sha256, modified_at=modified, **kind)
