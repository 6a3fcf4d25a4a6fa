"""The client for asyncio: like millrace_client.client, but it never blocks the loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import httpx
from typing_extensions import Self, Unpack

from millrace_client import operations
from millrace_client.arguments import (
    ArchiveOptions,
    FilesQuery,
    JobsQuery,
    Layout,
    Names,
    Progress,
    ShareOptions,
    Strategy,
)
from millrace_client.calls import Call, T
from millrace_client.client import Client, address_of_environment, token_of_environment
from millrace_client.jobs import completed
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
    JobAnswer,
    JobSummary,
    NewShareAnswer,
    Redated,
    RemakeRequest,
    ShareAnswer,
    ShareRequest,
    StatusAnswer,
    TreeAnswer,
)
from millrace_client.protocol import PATIENCE, POLL, TIMEOUT, Received, finished, outgoing, received
from millrace_client.retrying import Attempts, retry_after

if TYPE_CHECKING:
    from millrace_client.uploading import LocalFile, UploadOptions


class AsyncClient:
    """See Client. Threads read, send and fetch files."""

    def __init__(self, address: str | None = None, token: str | None = None, *, patience: float = PATIENCE) -> None:
        address = address or address_of_environment()
        self.address = address.rstrip("/")
        self.token = token_of_environment() if token is None else token or None
        self.patience = patience
        self.http = httpx.AsyncClient(timeout=TIMEOUT, trust_env="127.0.0.1" not in address)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def send(self, call: Call[T]) -> T:
        return (await self.receive(call)).value

    async def receive(self, call: Call[T]) -> Received[T]:
        request = outgoing(call, self.address, self.token)
        return received(
            call, await self._persist(lambda: self.http.request(**request), Attempts.of(call, self.patience))
        )

    async def _persist(self, request: Callable[[], Awaitable[httpx.Response]], attempts: Attempts) -> httpx.Response:
        while True:
            try:
                response = await request()
            except httpx.TransportError as error:
                delay = attempts.after_failure(error)
            else:
                if response.status_code < 400:
                    return response
                delay = attempts.after_answer(response)
            await asyncio.sleep(delay)

    async def begin_as_guest(self) -> str:
        self.token = (await self.send(operations.begin_as_guest())).access_token
        return self.token

    def job(self, job_id: str) -> AsyncJob:
        return AsyncJob(self, job_id)

    async def jobs(self, **query: Unpack[JobsQuery]) -> AsyncIterator[JobSummary]:
        cursor: str | None = None
        while True:
            page = await self.send(operations.list_jobs(**query, cursor=cursor))
            for job in page.items:
                yield job
            cursor = page.next_cursor
            if cursor is None:
                return

    async def archive(self, **chosen: Unpack[ArchiveOptions]) -> AsyncArchive:
        body = ArchiveRequest.model_validate(chosen)
        return AsyncArchive(self, (await self.send(operations.create_archive(body))).archive_id)

    async def estimate_archive(self, **chosen: Unpack[ArchiveOptions]) -> ArchivePlan:
        return await self.send(operations.estimate_archive(ArchiveRequest.model_validate(chosen)))

    async def archives(self) -> AsyncIterator[ArchiveAnswer]:
        cursor: str | None = None
        while True:
            page = await self.send(operations.list_archives(limit=100, cursor=cursor))
            for archive in page.items:
                yield archive
            cursor = page.next_cursor
            if cursor is None:
                return

    async def share(self, **shared: Unpack[ShareOptions]) -> NewShareAnswer:
        return await self.send(operations.create_share(ShareRequest.model_validate(shared)))

    async def shares(self) -> list[ShareAnswer]:
        return (await self.send(operations.list_shares())).items

    async def revoke(self, share_id: str) -> None:
        await self.send(operations.revoke_share(share_id))

    async def upload(
        self, paths: str | Path | Iterable[str | Path | LocalFile], pipeline: str, **more: Unpack[UploadOptions]
    ) -> AsyncJob:
        def run() -> str:
            with self.blocking() as client:
                return client.upload(paths, pipeline, **more).id

        return AsyncJob(self, await asyncio.to_thread(run))

    def blocking(self) -> Client:
        """A blocking client for the same caller, for use in a thread."""
        return Client(self.address, self.token or "", patience=self.patience)


class AsyncJob:
    """See Job."""

    def __init__(self, client: AsyncClient, job_id: str) -> None:
        self.id = job_id
        self._client = client

    async def get(self) -> JobAnswer:
        return await self._client.send(operations.get_job(self.id))

    async def status(self) -> StatusAnswer:
        return await self._client.send(operations.get_status(self.id))

    async def wait(self, on_progress: Progress | None = None, *, timeout: float | None = None) -> StatusAnswer:
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            answer = await self._client.receive(operations.get_status(self.id))
            if on_progress:
                on_progress(answer.value)
            if finished(answer.value):
                return completed(answer.value)
            delay = retry_after(answer.response)
            delay = POLL if delay is None else delay
            if until is not None and time.monotonic() + delay > until:
                raise TimeoutError(f"The job is {answer.value.status} after {timeout:g} s.")
            await asyncio.sleep(delay)

    def watch(self) -> AsyncIterator[StatusAnswer]:
        from millrace_client.watching import statuses_async

        return statuses_async(self._client, self.id)

    async def files(self, **query: Unpack[FilesQuery]) -> AsyncIterator[FileAnswer]:
        query.setdefault("per_page", 200)
        number, pages = 1, 1
        while number <= pages:
            page = await self._client.send(operations.list_files(self.id, **query, page=number))
            for file in page.items:
                yield file
            number, pages = number + 1, page.pages

    async def duplicates(self, kind: Literal["exact", "similar"] = "exact") -> list[DuplicateGroupAnswer]:
        """All groups; a group of more than a hundred files has the first hundred."""
        found: list[DuplicateGroupAnswer] = []
        number, pages = 1, 1
        while number <= pages:
            page = await self._client.send(operations.list_duplicates(self.id, kind=kind, page=number))
            found += page.items
            number, pages = number + 1, page.pages
        return found

    async def artifacts(self) -> list[ArtifactAnswer]:
        return (await self._client.send(operations.list_artifacts(self.id))).items

    async def download(self, path: str | Path, artifact: str = "complete") -> Path:
        def run() -> Path:
            with self._client.blocking() as client:
                return client.job(self.id).download(path, artifact)

        return await asyncio.to_thread(run)

    async def pause(self) -> JobAnswer:
        return await self._control("pause")

    async def resume(self) -> JobAnswer:
        return await self._control("resume")

    async def cancel(self) -> JobAnswer:
        return await self._control("cancel")

    async def retry(self) -> JobAnswer:
        return await self._client.send(operations.retry_job(self.id))

    async def decide(self, changes: Sequence[Chosen]) -> CorrectedAnswer:
        """Puts files into the zip or leaves them out, once it is rebuilt; the answer's `undo` reverses it."""
        return await self._client.send(operations.decide_duplicates(self.id, DuplicatesRequest(changes=list(changes))))

    async def keep_best(self, kind: Literal["exact", "similar", "all"] = "all") -> int:
        """Leaves out all but the best of each group, where nothing was decided; returns how many files are left out."""
        changed, left = 0, 1
        while left:
            done = await self._client.send(operations.decide_duplicates(self.id, DuplicatesRequest(keep_best=kind)))
            changed, left = changed + done.changed, done.left or 0
        return changed

    async def redate(self, changes: Sequence[Redated]) -> CorrectedAnswer:
        """Corrects when photos were taken, in lists at once and in the zip once it is rebuilt."""
        return await self._client.send(operations.correct_dates(self.id, DatesRequest(changes=list(changes))))

    async def tree(
        self,
        folder: str = "",
        *,
        layout: Layout | None = None,
        names: Names | None = None,
        strategy: Strategy | None = None,
        page: int = 1,
    ) -> TreeAnswer:
        """A folder of the zip as it would be now; at the top level with the time and cost of making it."""
        look = operations.look_into_zip(
            self.id, layout=layout, names=names, strategy=strategy, folder=folder, page=page
        )
        return await self._client.send(look)

    async def remake(
        self, layout: Layout | None = None, names: Names | None = None, strategy: Strategy | None = None
    ) -> JobAnswer:
        """Rebuilds the zip after corrections, or in another layout."""
        body = RemakeRequest(layout=layout, names=names, strategy=strategy)
        return await self._client.send(operations.remake_job(self.id, body))

    async def delete(self) -> None:
        await self._client.send(operations.delete_job(self.id))

    async def _control(self, action: Literal["pause", "resume", "cancel"]) -> JobAnswer:
        return await self._client.send(operations.control_job(self.id, ControlRequest(action=action)))


class AsyncArchive(AsyncJob):
    """See Archive."""

    async def answer(self) -> ArchiveAnswer:
        return await self._client.send(operations.get_archive(self.id))

    async def fetch(self, folder: str | Path) -> list[Path]:
        return [
            await self.download(Path(folder) / Path(one.filename).name, one.name) for one in (await self.answer()).zips
        ]

    async def delete(self) -> None:
        await self._client.send(operations.delete_archive(self.id))
