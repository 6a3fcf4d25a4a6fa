"""The client for programs that wait for each answer."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
from typing_extensions import Self, Unpack

from millrace_client import operations
from millrace_client.arguments import ArchiveOptions, JobsQuery, ShareOptions
from millrace_client.calls import Call, T
from millrace_client.jobs import Archive, Job
from millrace_client.machine import with_zone
from millrace_client.models import (
    ArchiveAnswer,
    ArchivePlan,
    ArchiveRequest,
    ImportRequest,
    JobSummary,
    NewShareAnswer,
    ShareAnswer,
    ShareRequest,
)
from millrace_client.protocol import PATIENCE, TIMEOUT, Received, outgoing, received
from millrace_client.retrying import Attempts

if TYPE_CHECKING:
    from millrace_client.uploading import LocalFile, UploadOptions

DEFAULT_ADDRESS = "http://127.0.0.1:8000"


def address_of_environment() -> str:
    """Millrace's address, from MILLRACE_URL or MILLRACE_ADDRESS; without them, this machine's."""
    return os.environ.get("MILLRACE_URL") or os.environ.get("MILLRACE_ADDRESS") or DEFAULT_ADDRESS


def token_of_environment() -> str | None:
    return os.environ.get("MILLRACE_TOKEN") or None


class Client:
    """address: such as http://127.0.0.1:8000, without /api; by default MILLRACE_URL's. token: an access token or a key
    (`mr_…`); by default MILLRACE_TOKEN's; "" means none.

    patience: seconds for which a request is retried while no answer comes, or the server is too busy. Every call raises
    ApiError or NotReachable. May be used by several threads at once.
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
        # A proxy from the environment isn't used for this machine; for other hosts httpx uses it as usual.
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
        """Like send, with the answer's headers."""
        request = outgoing(call, self.address, self.token)
        return received(call, self.persist(lambda: self.http.request(**request), Attempts.of(call, self.patience)))

    def persist(self, request: Callable[[], httpx.Response], attempts: Attempts) -> httpx.Response:
        """Repeats a request until its answer is no error; returns that answer."""
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
        """Makes a new guest, uses its token from now on, and returns the token."""
        self.token = self.send(operations.begin_as_guest()).access_token
        return self.token

    def job(self, job_id: str) -> Job:
        return Job(self, job_id)

    def jobs(self, **query: Unpack[JobsQuery]) -> Iterator[JobSummary]:
        """All jobs, the newest first; query: as in operations.list_jobs."""
        cursor: str | None = None
        while True:
            page = self.send(operations.list_jobs(**query, cursor=cursor))
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def archive(self, **chosen: Unpack[ArchiveOptions]) -> Archive:
        """Begins a zip of chosen files: see ArchiveOptions. Its size is known at once; wait() for its completion."""
        return Archive(self, self.send(operations.create_archive(ArchiveRequest.model_validate(chosen))).archive_id)

    def estimate_archive(self, **chosen: Unpack[ArchiveOptions]) -> ArchivePlan:
        """The size of such a zip, and the time and cost of making it; makes nothing."""
        return self.send(operations.estimate_archive(ArchiveRequest.model_validate(chosen)))

    def archives(self) -> Iterator[ArchiveAnswer]:
        """All archives, the newest first."""
        cursor: str | None = None
        while True:
            page = self.send(operations.list_archives(limit=100, cursor=cursor))
            yield from page.items
            cursor = page.next_cursor
            if cursor is None:
                return

    def share(self, **shared: Unpack[ShareOptions]) -> NewShareAnswer:
        """Makes an address for people without an account: the answer's `path` after this client's address. It is shown
        only this once."""
        return self.send(operations.create_share(ShareRequest.model_validate(shared)))

    def shares(self) -> list[ShareAnswer]:
        return self.send(operations.list_shares()).items

    def revoke(self, share_id: str) -> None:
        self.send(operations.revoke_share(share_id))

    def import_path(
        self, path: str, pipeline: str, *, name: str | None = None, options: Mapping[str, object] | None = None
    ) -> Job:
        """Opens a job over objects that are in the store already: `s3://bucket/prefix/`, or `prefix/`."""
        body = ImportRequest(path=path, pipeline=pipeline, name=name, options=with_zone(pipeline, options))
        return Job(self, self.send(operations.import_path(body)).job_id)

    def upload(
        self, paths: str | Path | Iterable[str | Path | LocalFile], pipeline: str, **more: Unpack[UploadOptions]
    ) -> Job:
        """Sends these files as one job; more: the arguments of millrace_client.uploading.Upload, which documents
        them."""
        from millrace_client.uploading import Upload

        return Job(self, Upload(self, paths, pipeline, **more).run())
