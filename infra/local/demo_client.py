"""What any client of Millrace does, in plain HTTP: sign in, announce, send, wait, fetch."""

from __future__ import annotations

import io
import mimetypes
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import requests

FILES_A_REQUEST = 500
AT_ONCE = 6
PARTS_A_WINDOW = 20
TIMEOUT = (10, 120)

Sent = Callable[["LocalFile", int], None]
"""Called with a file and how many more of its bytes have gone."""


class Refused(Exception):
    """The API's answer was an error; says it as the API did, with the request id to look for in the log."""

    def __init__(self, response: requests.Response) -> None:
        try:
            problem = response.json()
        except ValueError:
            problem = {}
        said = problem.get("detail") or f"{response.status_code} {response.reason}"
        fields = "; ".join(f"{e.get('field')}: {e.get('message')}" for e in problem.get("errors") or [])
        request_id = problem.get("request_id") or "none"
        super().__init__(f"{said}{f' ({fields})' if fields else ''} [request {request_id}]")


@dataclass(frozen=True)
class LocalFile:
    """sha256: lower-case hex. name: relative to the folder that was given."""

    path: Path
    name: str
    size: int
    sha256: str

    def announced(self) -> dict[str, Any]:
        modified = datetime.fromtimestamp(self.path.stat().st_mtime, UTC)
        content_type = mimetypes.guess_type(self.name)[0]
        return {
            "filename": self.name,
            "size": self.size,
            "sha256": self.sha256,
            "modified_at": modified.isoformat().replace("+00:00", "Z"),
        } | ({"content_type": content_type} if content_type else {})


class Client:
    """One guest at one address. Every call raises Refused."""

    def __init__(self, address: str) -> None:
        self._api = f"{address}/api"
        self._session = requests.Session()
        self._session.trust_env = False  # a proxy has no part in a talk with this machine
        token = self._post("/auth/guest", {})["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"

    def upload(self, pipeline: str, name: str, files: Sequence[LocalFile], sent: Sent) -> str:
        """Announces and sends all files as one job, the next 500 once the ones before are there; returns its id."""
        job_id = ""
        for start in range(0, len(files), FILES_A_REQUEST):
            batch = files[start : start + FILES_A_REQUEST]
            body: dict[str, Any] = {"files": [file.announced() for file in batch]}
            if start + FILES_A_REQUEST < len(files):
                body["more"] = True
            if job_id:
                answer = self._post(f"/jobs/{job_id}/files", body)
            else:
                answer = self._post("/upload", body | {"pipeline": pipeline, "name": name})
                job_id = answer["job_id"]
            pool = ThreadPoolExecutor(AT_ONCE)
            try:
                sends = [
                    pool.submit(self._send, job_id, upload, file, sent)
                    for upload, file in zip(answer["uploads"], batch, strict=True)
                ]
                for done in sends:
                    done.result()
            finally:
                pool.shutdown(cancel_futures=True)  # the first failure, or Ctrl-C, ends the others that wait
        return job_id

    def _send(self, job_id: str, upload: dict[str, Any], file: LocalFile, sent: Sent) -> None:
        if upload.get("multipart"):
            self._send_parts(job_id, upload, file, sent)
        elif upload.get("url"):
            with _Counted(file, sent) as content:
                self._put(upload, content if file.size else b"")
        else:  # the store has these bytes already
            sent(file, file.size)

    def _send_parts(self, job_id: str, upload: dict[str, Any], file: LocalFile, sent: Sent) -> None:
        parts = f"/jobs/{job_id}/files/{upload['file_id']}/parts"
        size, count = upload["multipart"]["part_size"], upload["multipart"]["part_count"]
        done = []
        for first in range(1, count + 1, PARTS_A_WINDOW):
            window = list(range(first, min(first + PARTS_A_WINDOW, count + 1)))
            for part in self._post(parts, {"part_numbers": window})["parts"]:
                with file.path.open("rb") as content:
                    content.seek((part["part_number"] - 1) * size)
                    chunk = content.read(size)
                done.append({"part_number": part["part_number"], "etag": self._put(part, chunk)})
                sent(file, len(chunk))
        self._post(f"{parts}/complete", {"parts": done})

    def _put(self, signed: dict[str, Any], content: io.FileIO | bytes) -> str:
        # A session of its own for each thread, without this one's token: it is the address that is signed.
        with requests.Session() as session:
            session.trust_env = False
            response = session.put(signed["url"], data=content, headers=signed.get("headers"), timeout=TIMEOUT)
        if not response.ok:
            raise Refused(response)
        return response.headers.get("ETag", "")

    def wait(self, job_id: str) -> Iterator[dict[str, Any]]:
        """Each status until the job is over, asked for as often as the API says."""
        while True:
            response = self._session.get(f"{self._api}/status/{job_id}", timeout=TIMEOUT)
            if not response.ok:
                raise Refused(response)
            status = response.json()
            yield status
            if status["status"] in ("completed", "failed", "cancelled"):
                return
            time.sleep(float(response.headers.get("Retry-After", 1)))

    def files(self, job_id: str) -> Iterator[dict[str, Any]]:
        page, pages = 1, 1
        while page <= pages:
            answer = self._get(f"/jobs/{job_id}/files", page=page, per_page=200)
            yield from answer["items"]
            page, pages = page + 1, answer["pages"]

    def similar(self, job_id: str) -> list[dict[str, Any]]:
        return list(self._get(f"/jobs/{job_id}/duplicates", kind="similar")["items"])

    def download(self, job_id: str, path: Path, received: Callable[[int, int], None]) -> None:
        """The zip, into `path`; calls received(bytes more, bytes in all)."""
        with self._session.get(f"{self._api}/download/{job_id}", timeout=TIMEOUT, stream=True) as response:
            if not response.ok:
                raise Refused(response)
            total = int(response.headers.get("Content-Length", 0))
            with path.open("wb") as file:
                for chunk in response.iter_content(1 << 20):
                    file.write(chunk)
                    received(len(chunk), total)

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._answer(self._session.post(self._api + path, json=body, timeout=TIMEOUT))

    def _get(self, path: str, **query: str | int) -> dict[str, Any]:
        return self._answer(self._session.get(self._api + path, params=query, timeout=TIMEOUT))

    def _answer(self, response: requests.Response) -> dict[str, Any]:
        if not response.ok:
            raise Refused(response)
        answer: dict[str, Any] = response.json()
        return answer


class _Counted(io.FileIO):
    """A file that tells how much of it has been read."""

    def __init__(self, file: LocalFile, sent: Sent) -> None:
        super().__init__(file.path)
        self._file = file
        self._sent = sent

    def read(self, size: int | None = -1, /) -> bytes:
        chunk = super().read(size) or b""
        if chunk:
            self._sent(self._file, len(chunk))
        return chunk
