"""The client for programs that wait for each answer."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import httpx
from typing_extensions import Self, Unpack

from millrace_client import operations
from millrace_client.calls import Call, T
from millrace_client.downloading import Download
from millrace_client.errors import JobEnded
from millrace_client.machine import with_zone
from millrace_client.models import (
    ArchiveAnswer,
    ArchivePlan,
    ArchiveRequest,
    ArtifactAnswer,
    Chosen,
    ControlRequest,
    CorrectedAnswer,
    DatesRequest,
    DuplicateGroupAnswer,
    DuplicatesRequest,
    FileAnswer,
    FilesFilter,
    FileState,
    ImportRequest,
    JobAnswer,
    JobState,
    JobSummary,
    NewShareAnswer,
    Redated,
    RemakeRequest,
    ShareAnswer,
    ShareRequest,
    StatusAnswer,
)
from millrace_client.protocol import PATIENCE, POLL, TIMEOUT, Received, finished, outgoing, received
from millrace_client.retrying import Attempts, retry_after

if TYPE_CHECKING:
    from millrace_client.uploading import LocalFile, UploadOptions

Progress = Callable[[StatusAnswer], object]
Layout = Literal["year/month", "year", "year/month-day", "original"]
Names = Literal["time", "original"]
DEFAULT_ADDRESS = "http://127.0.0.1:8000"


def address_of_environment() -> str:
    """Where Millrace is, by MILLRACE_URL or MILLRACE_ADDRESS; on this machine without them."""
    return os.environ.get("MILLRACE_URL") or os.environ.get("MILLRACE_ADDRESS") or DEFAULT_ADDRESS


def token_of_environment() -> str | None:
    return os.environ.get("MILLRACE_TOKEN") or None


class JobsQuery(TypedDict, total=False):
    """Which jobs: see operations.list_jobs."""

    status: list[JobState] | None
    pipeline: str | None
    limit: int | None


class FilesQuery(TypedDict, total=False):
    """Which files of a job, and in what order: see operations.list_files."""

    confidence: list[Literal["high", "medium", "low", "none"]] | None
    status: list[FileState] | None
    per_page: int | None
    group_by: str | None
    sort: str | None
    slim: bool | None


class ArchiveOptions(TypedDict, total=False):
    """What to put into an archive, and how: see models.ArchiveRequest."""

    file_ids: list[str]
    filter: FilesFilter | Mapping[str, object]
    job_ids: list[str]
    layout: Literal["organised", "original", "flat"]
    artifacts: bool
    name: str
    split_bytes: int
    strategy: Literal["fast", "cheap", "auto"]


class ShareOptions(TypedDict, total=False):
    """What to share, and how: one of archive_id, job_id and file_ids; or, with the kind `collect`, job_id or pipeline
    of the job that files of others come into. See models.ShareRequest."""

    kind: Literal["collect"]
    pipeline: str
    options: dict[str, Any]
    file_limit: int
    byte_limit: int
    archive_id: str
    job_id: str
    file_ids: list[str]
    expires_in_days: int
    name: str
    password: str
    download_limit: int


class Client:
    """address: such as http://127.0.0.1:8000, without /api; else MILLRACE_URL says it. token: an access token or a key
    (`mr_…`); else MILLRACE_TOKEN says it, and "" is none.

    patience: seconds in which a request is tried again while no answer comes, or the server is too
    busy. Every call raises ApiError or NotReachable. May be used by several threads at once.
    """

    def __init__(
        self,
        address: str | None = None,
        token: str | None = None,
        *,
        patience: float = PATIENCE,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        address = address or address_of_environment()
        self.address = address.rstrip("/")
        self.token = token_of_environment() if token is None else token or None
        self.patience = patience
        self.sleep = sleep
        # A proxy of the environment has no part in a talk with this machine; for others httpx asks it as usual.
        self.http = httpx.Client(timeout=TIMEOUT, trust_env="127.0.0.1" not in address)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.http.close()

    def send(self, call: Call[T]) -> T:
        """Carries out any operation of `millrace_client.operations`."""
        return self.receive(call).value

    def receive(self, call: Call[T]) -> Received[T]:
        """As send, with the answer's headers."""
        request = outgoing(call, self.address, self.token)
        return received(call, self.persist(lambda: self.http.request(**request), Attempts.of(call, self.patience)))

    def persist(self, request: Callable[[], httpx.Response], attempts: Attempts) -> httpx.Response:
        """The first answer that is no error."""
        while True:
            try:
                response = request()
            except httpx.TransportError as error:
                delay = attempts.after_failure(error)
            else:
                if response.status_code < 400:
                    return response
                delay = attempts.after_answer(response)
            self.sleep(delay)

    def begin_as_guest(self) -> str:
        """A new guest, whose token is used from now on; returns it."""
        self.token = self.send(operations.begin_as_guest()).access_token
        return self.token

    def job(self, job_id: str) -> Job:
        return Job(self, job_id)

    def jobs(self, **query: Unpack[JobsQuery]) -> Iterator[JobSummary]:
        """All of them, the newest first; query: as operations.list_jobs."""
        cursor: str | None = None
        while True:
            page = self.send(operations.list_jobs(**query, cursor=cursor))
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def archive(self, **chosen: Unpack[ArchiveOptions]) -> Archive:
        """Begins a zip of chosen files: see ArchiveOptions. Its size is known at once; wait() until it is made."""
        return Archive(self, self.send(operations.create_archive(ArchiveRequest.model_validate(chosen))).archive_id)

    def estimate_archive(self, **chosen: Unpack[ArchiveOptions]) -> ArchivePlan:
        """The size of such a zip, and how long it takes and what it costs to make; makes nothing."""
        return self.send(operations.estimate_archive(ArchiveRequest.model_validate(chosen)))

    def archives(self) -> Iterator[ArchiveAnswer]:
        """All that you have, the newest first."""
        cursor: str | None = None
        while True:
            page = self.send(operations.list_archives(limit=100, cursor=cursor))
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def share(self, **shared: Unpack[ShareOptions]) -> NewShareAnswer:
        """An address for people without an account: the answer's `path` behind this client's. It is shown this once."""
        return self.send(operations.create_share(ShareRequest.model_validate(shared)))

    def shares(self) -> list[ShareAnswer]:
        return self.send(operations.list_shares()).items

    def revoke(self, share_id: str) -> None:
        self.send(operations.revoke_share(share_id))

    def import_path(
        self, path: str, pipeline: str, *, name: str | None = None, options: Mapping[str, object] | None = None
    ) -> Job:
        """A job over objects that are in the store already: `s3://bucket/prefix/`, or `prefix/`."""
        body = ImportRequest(path=path, pipeline=pipeline, name=name, options=with_zone(pipeline, options))
        return Job(self, self.send(operations.import_path(body)).job_id)

    def upload(
        self, paths: str | Path | Iterable[str | Path | LocalFile], pipeline: str, **more: Unpack[UploadOptions]
    ) -> Job:
        """Sends these files as one job; more: as millrace_client.uploading.Upload, which says what it does."""
        from millrace_client.uploading import Upload

        return Job(self, Upload(self, paths, pipeline, **more).run())


class Job:
    """A job by its id; nothing is asked before a method is called."""

    def __init__(self, client: Client, job_id: str) -> None:
        self.id = job_id
        self._client = client

    def get(self) -> JobAnswer:
        return self._client.send(operations.get_job(self.id))

    def status(self) -> StatusAnswer:
        return self._client.send(operations.get_status(self.id))

    def wait(self, on_progress: Progress | None = None, *, timeout: float | None = None) -> StatusAnswer:
        """The status once it is final, asked for as often as the server says; on_progress gets each one.

        Raises JobEnded unless it is completed, TimeoutError after `timeout` seconds.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            answer = self._client.receive(operations.get_status(self.id))
            if on_progress:
                on_progress(answer.value)
            if finished(answer.value):
                return completed(answer.value)
            delay = retry_after(answer.response)
            delay = POLL if delay is None else delay
            if until is not None and time.monotonic() + delay > until:
                raise TimeoutError(f"The job is {answer.value.status} after {timeout:g} s.")
            self._client.sleep(delay)

    def watch(self) -> Iterator[StatusAnswer]:
        """The status now, and again whenever it changes, to its end: by a socket where there is one, which needs
        the extra `live`, asked for at the server's pace otherwise. Another end than `completed` raises nothing."""
        from millrace_client.watching import statuses

        return statuses(self._client, self.id)

    def files(self, **query: Unpack[FilesQuery]) -> Iterator[FileAnswer]:
        """All of them, page by page; query: as operations.list_files."""
        query.setdefault("per_page", 200)
        number, pages = 1, 1
        while number <= pages:
            page = self._client.send(operations.list_files(self.id, **query, page=number))
            yield from page.items
            number, pages = number + 1, page.pages

    def duplicates(self, kind: Literal["exact", "similar"] = "exact") -> list[DuplicateGroupAnswer]:
        """All groups; of a group of more than a hundred files, the first hundred."""
        found: list[DuplicateGroupAnswer] = []
        number, pages = 1, 1
        while number <= pages:
            page = self._client.send(operations.list_duplicates(self.id, kind=kind, page=number))
            found += page.items
            number, pages = number + 1, page.pages
        return found

    def artifacts(self) -> list[ArtifactAnswer]:
        return self._client.send(operations.list_artifacts(self.id)).items

    def download(
        self, path: str | Path, artifact: str = "complete", on_bytes: Callable[[int, int], object] | None = None
    ) -> Path:
        """Fetches an artifact into `path`, going on where an earlier attempt broke off; on_bytes(there, in all)."""
        return Download(self._client, self.id, artifact, Path(path), on_bytes).run()

    def pause(self) -> JobAnswer:
        return self._control("pause")

    def resume(self) -> JobAnswer:
        return self._control("resume")

    def cancel(self) -> JobAnswer:
        return self._control("cancel")

    def retry(self) -> JobAnswer:
        return self._client.send(operations.retry_job(self.id))

    def decide(self, changes: Sequence[Chosen]) -> CorrectedAnswer:
        """Puts files into the zip or leaves them out, once it is rebuilt; the answer's `undo` takes it back."""
        return self._client.send(operations.decide_duplicates(self.id, DuplicatesRequest(changes=list(changes))))

    def keep_best(self, kind: Literal["exact", "similar", "all"] = "all") -> int:
        """Leaves out all but the best of each group, where nothing was decided; returns how many files that is."""
        changed, left = 0, 1
        while left:
            done = self._client.send(operations.decide_duplicates(self.id, DuplicatesRequest(keep_best=kind)))
            changed, left = changed + done.changed, done.left or 0
        return changed

    def redate(self, changes: Sequence[Redated]) -> CorrectedAnswer:
        """Corrects when photos were taken, in lists at once and in the zip once it is rebuilt."""
        return self._client.send(operations.correct_dates(self.id, DatesRequest(changes=list(changes))))

    def remake(self, layout: Layout | None = None, names: Names | None = None) -> JobAnswer:
        """Rebuilds the zip, of what was corrected or in another layout."""
        return self._client.send(operations.remake_job(self.id, RemakeRequest(layout=layout, names=names)))

    def delete(self) -> None:
        self._client.send(operations.delete_job(self.id))

    def _control(self, action: Literal["pause", "resume", "cancel"]) -> JobAnswer:
        return self._client.send(operations.control_job(self.id, ControlRequest(action=action)))


class Archive(Job):
    """An archive by its id, which is also that of the job that makes it."""

    def answer(self) -> ArchiveAnswer:
        return self._client.send(operations.get_archive(self.id))

    def fetch(self, folder: str | Path, on_bytes: Callable[[int, int], object] | None = None) -> list[Path]:
        """Fetches its zips into a folder, under their own names."""
        # A name of the server's is never a path here.
        return [self.download(Path(folder) / Path(one.filename).name, one.name, on_bytes) for one in self.answer().zips]

    def delete(self) -> None:
        self._client.send(operations.delete_archive(self.id))


def completed(status: StatusAnswer) -> StatusAnswer:
    """Raises JobEnded for any other end."""
    if status.status != "completed":
        raise JobEnded(f"The job is {status.status}{f': {status.error_message}' if status.error_message else '.'}")
    return status
