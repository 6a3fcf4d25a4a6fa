"""Fetches an artifact from the store, and resumes after a broken connection."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from millrace_client import operations
from millrace_client.errors import ApiError
from millrace_client.retrying import Attempts

if TYPE_CHECKING:
    from millrace_client.client import Client

SIGNED_ANEW = frozenset({401, 403})
CHANGED = 412


class Download:
    """A download, whose bytes so far are in `path` with `.part` after its name."""

    def __init__(
        self, client: Client, job_id: str, artifact: str, path: Path, on_bytes: Callable[[int, int], object] | None
    ) -> None:
        self._client = client
        self._job_id = job_id
        self._artifact = artifact
        self._path = path
        self._part = path.with_name(f"{path.name}.{job_id[-6:]}.part")
        self._on_bytes = on_bytes
        self._etag = ""

    def run(self) -> Path:
        """Raises ApiError, NotReachable."""
        self._part.unlink(missing_ok=True)  # the part may be from an earlier run of the job
        there = -1
        attempts = Attempts(self._client.patience, repeatable=True)
        while True:
            answer = self._client.send(operations.download_artifact(self._job_id, self._artifact))
            before, there = there, self._size()
            if there > before:  # progress: patience begins again
                attempts = Attempts(self._client.patience, repeatable=True)
            try:
                self._fetch(answer.url, answer.size_bytes)
                return self._part.replace(self._path)
            except httpx.TransportError as error:
                self._client.sleep(attempts.after_failure(error))
            except ApiError as error:
                if error.status == CHANGED:
                    self._part.unlink(missing_ok=True)
                elif error.status not in SIGNED_ANEW or there == before:
                    raise

    def _size(self) -> int:
        return self._part.stat().st_size if self._part.exists() else 0

    def _fetch(self, url: str, size: int) -> None:
        start = self._size()
        if start == size and self._part.exists():
            return
        headers = {"Range": f"bytes={start}-", "If-Match": self._etag} if start else {}
        with self._client.http.stream("GET", url, headers=headers) as response:
            if response.status_code not in (200, 206):
                response.read()
                raise ApiError.of(response)
            goes_on = response.status_code == 206
            there = start if goes_on else 0
            self._etag = response.headers.get("ETag", "*")
            with self._part.open("ab" if goes_on else "wb") as file:
                for chunk in response.iter_bytes():
                    file.write(chunk)
                    there += len(chunk)
                    if self._on_bytes:
                        self._on_bytes(there, size)
        if there != size:
            raise httpx.RemoteProtocolError("The answer broke off.", request=response.request)
