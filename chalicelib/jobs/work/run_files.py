"""A job's files, as a running step reads and annotates them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO, cast

from chalicelib.files.archive import COPY_FROM
from chalicelib.files.ranges import RangeReader
from chalicelib.files.source import SourceFile
from chalicelib.jobs.errors import ObjectMissing, StaleTransition
from chalicelib.jobs.file_moves import DESCRIBE, NOTE_CHECKSUM, FileFields
from chalicelib.jobs.file_moving import move_file
from chalicelib.jobs.model import File
from chalicelib.jobs.ports.outside import ObjectStore
from chalicelib.jobs.ports.stores import RunStore
from chalicelib.jobs.states import FileState
from chalicelib.jobs.work.claims import FileGone
from chalicelib.jobs.work.losing import is_gone
from chalicelib.jobs.work.zip_parts import Source
from chalicelib.pipelines.base import InspectedFile, PipelineFailed, StoredFile

CHANGED = "A file was replaced or removed after it was inspected. Retry the job to inspect it again."
MOST_TAGS, LONGEST_TAG = 20, 40
DESCRIBE_TRIES = 5


class RunFiles:
    """scratch: the folder for whole copies. Raises FileGone or PipelineFailed where bytes are no longer those that were
    inspected."""

    def __init__(self, jobs: RunStore, objects: ObjectStore, job_id: str, scratch: Path) -> None:
        self._jobs = jobs
        self._objects = objects
        self._job_id = job_id
        self._scratch = scratch

    def open(self, file: InspectedFile) -> BinaryIO:
        stored = self.stored(file)
        reader = RangeReader(lambda start, end: b"".join(self._stream(stored, start, end)), stored.size)
        return cast(BinaryIO, io.BufferedReader(reader, 128 * 1024))

    def fetch(self, file: InspectedFile) -> Path:
        path = self._scratch / f"file-{file.number:08d}"
        if not path.exists():
            stored = self.stored(file)
            with path.open("wb") as out:
                for chunk in self._stream(stored, 0, stored.size):
                    out.write(chunk)
        return path

    def stream(self, file: StoredFile, start: int, end: int) -> Iterator[bytes]:
        if start >= end:
            return
        try:
            yield from self._objects.stream(file.key, start, end, etag=file.etag, bucket=file.bucket)
        except ObjectMissing:
            raise source_changed(file.filename) from None

    def checksum(self, file: InspectedFile) -> InspectedFile:
        if file.crc32 is not None:
            return file
        stored = self.stored(file)
        if stored.size >= COPY_FROM and stored.etag:
            return file  # the store returns it as it copies that very version into the zip
        source = SourceFile(stored.filename, stored.size, lambda start, end: self._stream(stored, start, end))
        digests = source.load()
        if stored.sha256 and digests.sha256 != stored.sha256:
            raise changed(stored)
        move_file(self._jobs, stored, NOTE_CHECKSUM(crc32=digests.crc32))
        return replace(file, crc32=digests.crc32)

    def describe(
        self,
        file: InspectedFile,
        metadata: Mapping[str, Any],
        *,
        title: str | None = None,
        description: str | None = None,
        tags: Sequence[str] = (),
    ) -> None:
        for tries_left in reversed(range(DESCRIBE_TRIES)):
            stored = self.stored(file)
            found: FileFields = {"metadata": dict(metadata)}
            if title and not stored.title:
                found["title"] = title
            if description and not stored.description:
                found["description"] = description
            known = dict.fromkeys([*stored.tags, *(tag[:LONGEST_TAG].strip() for tag in tags)])
            if len(known) > len(stored.tags):
                found["tags"] = [tag for tag in known if tag][:MOST_TAGS]
            try:
                move_file(self._jobs, stored, DESCRIBE(**found))
            except StaleTransition:  # its owner has changed it meanwhile: the owner's values stay
                if not tries_left:
                    raise
            else:
                return

    def stored(self, file: InspectedFile) -> File:
        return self.numbered(file.number)

    def numbered(self, number: int) -> File:
        return self._jobs.file(self._job_id, number)

    def _stream(self, file: File, start: int, end: int) -> Iterator[bytes]:
        if start >= end:
            return
        try:
            yield from self._objects.stream(file.key, start, end, etag=file.etag, bucket=file.bucket)
        except ObjectMissing:
            raise self.lost(file) from None

    def lost(self, file: File) -> BaseException:
        return FileGone(file) if is_gone(self._objects, file) else changed(file)


class Sources(dict[int, Source]):
    """The place of each file's bytes by its number, noted as files are listed; others are looked up."""

    def __init__(self, files: RunFiles) -> None:
        super().__init__()
        self._files = files

    def __missing__(self, number: int) -> Source:
        found = self[number] = Source.of(self._files.numbered(number))
        return found


def inspected(file: File) -> InspectedFile:
    return InspectedFile(
        number=file.number,
        filename=file.filename,
        role=file.role,
        state=FileState.INSPECTED if file.state is FileState.DUPLICATE else file.state,
        size=file.size,
        content_type=file.content_type or "application/octet-stream",
        sha256=file.sha256,
        crc32=file.crc32,
        metadata=file.metadata,
        error_code=file.error_code,
        error_message=file.error_message,
    )


def changed(file: File) -> PipelineFailed:
    return PipelineFailed("file_changed", f"{CHANGED} ({file.filename})")


def source_changed(filename: str) -> PipelineFailed:
    """The failure for a changed file of another job."""
    return PipelineFailed(
        "source_changed", f"A file was replaced or deleted after it was chosen: {filename}. Choose the files again."
    )
