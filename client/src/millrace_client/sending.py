"""Sends one announced file to the store: whole, or in parts, of which those already in the store stay."""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from millrace_client import operations
from millrace_client.client import Client
from millrace_client.errors import ApiError
from millrace_client.models import CompleteRequest, DonePart, MultipartPlan, PartsRequest, SignedPart, UploadTarget
from millrace_client.retrying import Attempts

if TYPE_CHECKING:
    from millrace_client.uploading import LocalFile

CHUNK = 256 * 1024
TRIES = 4
SIGNED_ANEW = frozenset({401, 403})
"""The store's codes for an expired signature."""
THERE_ALREADY = "not_allowed_in_state"
BEGUN_ANEW = frozenset({"upload_gone", "parts_missing"})

Sent = Callable[[int], object]


class Stopped(Exception):
    """Another file failed, or Ctrl-C was pressed."""


class Pace:
    """Keeps what several threads send together under rate (bytes a second). sleep and clock in seconds."""

    def __init__(
        self, rate: float | None, sleep: Callable[[float], object], clock: Callable[[], float] = time.monotonic
    ) -> None:
        if rate is not None and rate <= 0:
            raise ValueError("A rate is more than 0 bytes a second.")
        self._rate = rate
        self._sleep = sleep
        self._clock = clock
        self._free = clock()
        self._lock = threading.Lock()

    def sent(self, count: int) -> None:
        """Waits for the time that count bytes may take, after those of other threads."""
        if self._rate is None:
            return
        with self._lock:
            now = self._clock()
            self._free = max(self._free, now) + count / self._rate
            ahead = self._free - now
        self._sleep(ahead)


class Sender:
    """Sends the files of one job, from several threads at once. check_stop raises Stopped."""

    def __init__(self, client: Client, job_id: str, parallel: int, pace: Pace, check_stop: Callable[[], None]) -> None:
        self._client = client
        self._job_id = job_id
        self._parallel = parallel
        self._pace = pace
        self._check_stop = check_stop
        self._parts = ThreadPoolExecutor(parallel)

    def close(self) -> None:
        self._parts.shutdown(cancel_futures=True)

    def send(self, file: LocalFile, target: UploadTarget, sent: Sent) -> None:
        """Raises ApiError, NotReachable, FileChanged, Stopped. sent: called with the number of bytes in the store."""
        if target.duplicate_of:
            return
        file.check()
        for last in (False,) * (TRIES - 1) + (True,):
            try:
                if target.url is None and target.multipart is None:
                    target = self._signed_anew(target.file_id)
                if target.multipart:
                    self._send_parts(file, target.file_id, target.multipart, sent)
                elif target.url:
                    self._put(target.url, target.headers or {}, file.path, 0, file.size, sent)
                return
            except ApiError as error:
                if error.code == THERE_ALREADY:
                    return
                file.check()
                if last or not self._may_go_on(error, target):
                    raise
                target = target.model_copy(update={"url": None})

    def _signed_anew(self, file_id: str) -> UploadTarget:
        return self._client.send(operations.sign_again(self._job_id, file_id)).uploads[0]

    def _may_go_on(self, error: ApiError, target: UploadTarget) -> bool:
        """Whether another try may succeed. An upload in parts that the store has lost begins again."""
        if target.multipart and (error.code in BEGUN_ANEW or error.status == 404):
            self._client.send(operations.abort_parts(self._job_id, target.file_id))
            return True
        return error.status in SIGNED_ANEW

    def _send_parts(self, file: LocalFile, file_id: str, plan: MultipartPlan, sent: Sent) -> None:
        def length(number: int) -> int:
            return min(plan.part_size, file.size - (number - 1) * plan.part_size)

        stored = self._client.send(operations.list_parts(self._job_id, file_id)).parts
        etags = {part.part_number: part.etag for part in stored if part.size == length(part.part_number)}
        there = {number: length(number) for number in etags}

        def one(part: SignedPart) -> None:
            number = part.part_number
            start = (number - 1) * plan.part_size

            def of_part(count: int) -> None:
                there[number] = count
                sent(sum(list(there.values())))

            response = self._put(part.url, part.headers, file.path, start, length(number), of_part)
            etags[number] = response.headers["ETag"]

        missing = [number for number in range(1, plan.part_count + 1) if number not in etags]
        for start in range(0, len(missing), self._parallel):
            window = missing[start : start + self._parallel]
            sums = {
                str(number): f"{_crc32(file.path, (number - 1) * plan.part_size, length(number)):08x}"
                for number in window
            }
            body = PartsRequest(part_numbers=list(window), crc32=sums)
            signed = self._client.send(operations.sign_parts(self._job_id, file_id, body)).parts
            list(self._parts.map(one, signed))
        done = [DonePart(part_number=number, etag=etag) for number, etag in sorted(etags.items())]
        self._client.send(operations.complete_parts(self._job_id, file_id, CompleteRequest(parts=done)))

    def _put(
        self, url: str, headers: Mapping[str, str], path: Path, start: int, size: int, sent: Sent
    ) -> httpx.Response:
        def content() -> Iterator[bytes]:
            count = 0
            for chunk in _chunks(path, start, size):
                self._check_stop()
                yield chunk
                count += len(chunk)
                sent(count)
                self._pace.sent(len(chunk))

        given = {**headers, "Content-Length": str(size)}
        attempts = Attempts(self._client.patience, repeatable=True)
        return self._client.persist(lambda: self._client.http.put(url, content=content(), headers=given), attempts)


def _chunks(path: Path, start: int, size: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        left = size
        while left and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk


def _crc32(path: Path, start: int, size: int) -> int:
    value = 0
    for chunk in _chunks(path, start, size):
        value = zlib.crc32(chunk, value)
    return value
