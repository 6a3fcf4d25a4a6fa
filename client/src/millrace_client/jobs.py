"""A job and an archive by their ids, for programs that wait for each answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from typing_extensions import Unpack

from millrace_client import operations
from millrace_client.arguments import FilesQuery, Layout, Names, Progress, Strategy
from millrace_client.downloading import Download
from millrace_client.errors import JobEnded
from millrace_client.models import (
    ArchiveAnswer,
    ArtifactAnswer,
    Chosen,
    ControlRequest,
    CorrectedAnswer,
    DatesRequest,
    DuplicateGroupAnswer,
    DuplicatesRequest,
    FileAnswer,
    JobAnswer,
    Redated,
    RemakeRequest,
    StatusAnswer,
    TreeAnswer,
)
from millrace_client.protocol import POLL, finished
from millrace_client.retrying import retry_after

if TYPE_CHECKING:
    from millrace_client.client import Client


class Job:
    """A job by its id; no request is made before a method is called."""

    def __init__(self, client: Client, job_id: str) -> None:
        self.id = job_id
        self._client = client

    def get(self) -> JobAnswer:
        return self._client.send(operations.get_job(self.id))

    def status(self) -> StatusAnswer:
        return self._client.send(operations.get_status(self.id))

    def wait(self, on_progress: Progress | None = None, *, timeout: float | None = None) -> StatusAnswer:
        """The status once it is final, polled at the server's pace; on_progress receives each status.

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
        """The status now, and at each change until the job's end: by a socket if available, which needs the extra
        `live`, otherwise polled at the server's pace. An end other than `completed` raises nothing."""
        from millrace_client.watching import statuses

        return statuses(self._client, self.id)

    def files(self, **query: Unpack[FilesQuery]) -> Iterator[FileAnswer]:
        """All files, page by page; query: as in operations.list_files."""
        query.setdefault("per_page", 200)
        number, pages = 1, 1
        while number <= pages:
            page = self._client.send(operations.list_files(self.id, **query, page=number))
            yield from page.items
            number, pages = number + 1, page.pages

    def duplicates(self, kind: Literal["exact", "similar"] = "exact") -> list[DuplicateGroupAnswer]:
        """All groups; a group of more than a hundred files has the first hundred."""
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
        """Fetches an artifact into `path`, resuming where an earlier attempt broke off; on_bytes(received, total)."""
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
        """Puts files into the zip or leaves them out, once it is rebuilt; the answer's `undo` reverses it."""
        return self._client.send(operations.decide_duplicates(self.id, DuplicatesRequest(changes=list(changes))))

    def keep_best(self, kind: Literal["exact", "similar", "all"] = "all") -> int:
        """Leaves out all but the best of each group, where nothing was decided; returns how many files are left out."""
        changed, left = 0, 1
        while left:
            done = self._client.send(operations.decide_duplicates(self.id, DuplicatesRequest(keep_best=kind)))
            changed, left = changed + done.changed, done.left or 0
        return changed

    def redate(self, changes: Sequence[Redated]) -> CorrectedAnswer:
        """Corrects when photos were taken, in lists at once and in the zip once it is rebuilt."""
        return self._client.send(operations.correct_dates(self.id, DatesRequest(changes=list(changes))))

    def tree(
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
        return self._client.send(look)

    def remake(
        self, layout: Layout | None = None, names: Names | None = None, strategy: Strategy | None = None
    ) -> JobAnswer:
        """Rebuilds the zip after corrections, or in another layout."""
        body = RemakeRequest(layout=layout, names=names, strategy=strategy)
        return self._client.send(operations.remake_job(self.id, body))

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
        # A name from the server is never used as a path.
        return [self.download(Path(folder) / Path(one.filename).name, one.name, on_bytes) for one in self.answer().zips]

    def delete(self) -> None:
        self._client.send(operations.delete_archive(self.id))


def completed(status: StatusAnswer) -> StatusAnswer:
    """The completed job's status. Raises JobEnded for any other end."""
    if status.status != "completed":
        raise JobEnded(f"The job is {status.status}{f': {status.error_message}' if status.error_message else '.'}")
    return status
