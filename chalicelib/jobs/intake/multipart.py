"""Files in parts: signed window by window, listed, put together, thrown away."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from chalicelib.jobs.errors import (
    FieldError,
    InvalidFields,
    NotAllowedInState,
    ObjectMissing,
    PartsMissing,
    StaleTransition,
    UploadGone,
)
from chalicelib.jobs.file_moves import BEGIN_PARTS, END_PARTS
from chalicelib.jobs.file_moving import move_file
from chalicelib.jobs.library.ownership import Owned, check_awaited
from chalicelib.jobs.limits import Limits, MiB
from chalicelib.jobs.model import File
from chalicelib.jobs.ports.outside import Clock, ObjectStore, SignedRequest, UploadedPart
from chalicelib.jobs.ports.stores import FileStore
from chalicelib.jobs.states import FileState

MAX_PARTS = 10_000
# S3 allows 5 MiB too. But each part costs as much as a whole PUT, and a broken connection loses one part at most.
SMALLEST_PART = 16 * MiB


def part_size(size: int) -> int:
    """The size of the parts of a file: 16 MiB, or the whole mebibytes that let 10,000 parts suffice."""
    return max(SMALLEST_PART, math.ceil(size / MAX_PARTS / MiB) * MiB)


def part_count(file: File) -> int | None:
    return math.ceil(file.size / file.part_size) if file.part_size else None


class Multipart:
    def __init__(self, jobs: FileStore, objects: ObjectStore, owned: Owned, limits: Limits, clock: Clock) -> None:
        self._jobs = jobs
        self._objects = objects
        self._owned = owned
        self._limits = limits
        self._clock = clock

    def sign(
        self, owner_id: str, job_id: str, number: int, wanted: Sequence[tuple[int, str | None, str | None]]
    ) -> list[tuple[int, SignedRequest]]:
        """Signs some parts: (part number, SHA-256 in hex or None, CRC32 in hex or None) each."""
        job, file = self._owned.file(owner_id, job_id, number)
        check_awaited(job, file)
        file = self._started(file)
        count, now = math.ceil(file.size / (file.part_size or file.size)), self._clock()
        signed = []
        for part, sha256, crc32 in wanted:
            if not 1 <= part <= count:
                raise InvalidFields("A part is out of range.", errors=[FieldError("part_numbers", f"1 to {count}")])
            size = min(file.part_size or file.size, file.size - (part - 1) * (file.part_size or 0))
            request = self._objects.sign_part(
                file.key,
                file.upload_id or "",
                part,
                size,
                sha256=sha256,
                crc32=crc32,
                expires_in=self._limits.upload_url_seconds,
                now=now,
            )
            signed.append((part, request))
        return signed

    def there(self, owner_id: str, job_id: str, number: int) -> list[UploadedPart]:
        """The parts of a file that the store has; empty before the first."""
        job, file = self._owned.file(owner_id, job_id, number)
        check_awaited(job, file)
        if not file.upload_id:
            return []
        try:
            return self._objects.parts(file.key, file.upload_id)
        except ObjectMissing:
            return []

    def complete(self, owner_id: str, job_id: str, number: int, etags: Mapping[int, str]) -> File:
        """Puts the parts together; the store's event then reaches the workers. A repeated call answers the same."""
        _, file = self._owned.file(owner_id, job_id, number)
        if not file.upload_id:
            if file.part_size and file.state is not FileState.EXPECTED:
                return file
            raise NotAllowedInState("This file isn't uploaded in parts.")
        try:
            there = {part.number: part for part in self._objects.parts(file.key, file.upload_id)}
        except ObjectMissing:
            return self._completed(file)
        count = math.ceil(file.size / (file.part_size or file.size))
        missing = [n for n in range(1, count + 1) if n not in there or there[n].etag != etags.get(n, "").strip('"')]
        if missing:
            raise PartsMissing(
                f"{len(missing)} of {count} parts are missing or differ, the first is part {missing[0]}.",
                errors=[FieldError("parts", f"part {n} is missing or has another etag") for n in missing[:20]],
            )
        try:
            self._objects.finish_parts(file.key, file.upload_id, [there[n] for n in range(1, count + 1)])
        except ObjectMissing:
            return self._completed(file)
        return file

    def abort(self, owner_id: str, job_id: str, number: int) -> None:
        """Throws away the sent parts of a file; the upload can be started again."""
        job, file = self._owned.file(owner_id, job_id, number)
        check_awaited(job, file)
        if file.upload_id:
            self._objects.abort_parts(file.key, file.upload_id)
            move_file(self._jobs, file, END_PARTS())

    def _completed(self, file: File) -> File:
        try:
            self._objects.stat(file.key)
        except ObjectMissing:
            raise UploadGone("This upload was aborted or has expired: start it again.") from None
        return file

    def _started(self, file: File) -> File:
        """The file with a multipart upload under way; of two concurrent starts one wins and serves both."""
        if not file.part_size:
            raise NotAllowedInState("This file is uploaded in one request.")
        if file.upload_id:
            return file
        upload_id = self._objects.start_parts(file.key, file.content_type, checksum=True)
        try:
            return move_file(self._jobs, file, BEGIN_PARTS(upload_id=upload_id))
        except StaleTransition:
            self._objects.abort_parts(file.key, upload_id)
            return self._jobs.file(file.job_id, file.number)
