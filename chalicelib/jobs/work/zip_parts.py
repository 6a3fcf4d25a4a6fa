"""Parts of a zip on their way into the store: assembled here, or copied by the store itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.files.archive import Part, Range, SourceChanged, assemble
from chalicelib.files.hashing import crc32
from chalicelib.jobs.errors import ObjectMissing, PartsGone
from chalicelib.jobs.model import File
from chalicelib.jobs.ports.outside import ObjectStore, UploadedPart
from chalicelib.pipelines.base import StoredFile

WORKERS, READERS, COPIES = 3, 24, 8
"""Parts in memory at once, requests for their members, and copies under way, which take no memory."""


@dataclass(frozen=True, slots=True)
class Source:
    """The place of a file's bytes. A zip of 100,000 files holds one for each instead of their records. filename: for a
    file of another job, whose number means nothing here."""

    number: int
    key: str
    size: int
    etag: str | None
    bucket: str | None
    filename: str | None = None

    @classmethod
    def of(cls, file: File) -> Source:
        return cls(file.number, file.key, file.size, file.etag, file.bucket)

    @classmethod
    def elsewhere(cls, file: StoredFile) -> Source:
        return cls(0, file.key, file.size, file.etag, file.bucket, file.filename)


class FileChanged(SourceChanged):
    """A file is gone, or no longer the inspected version. number: for a file of the job; filename: for one of another
    job."""

    def __init__(self, source: Source) -> None:
        super().__init__(source.filename or f"file no. {source.number}")
        self.number = source.number
        self.filename = source.filename


class PartMaker:
    """Makes parts of one upload. Its methods raise FileChanged, and PartsGone once the upload was ended elsewhere."""

    def __init__(self, objects: ObjectStore, key: str, upload_id: str) -> None:
        self._objects = objects
        self._key = key
        self._upload_id = upload_id
        self._heads: dict[Source, bytes] = {}
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="zip-read")

    def __enter__(self) -> PartMaker:
        return self

    def __exit__(self, *_: object) -> None:
        self._readers.shutdown()

    def make(self, part: Part) -> UploadedPart:
        copied = part.copy_of
        if copied is not None and isinstance(copied.source, Source):
            return self._copy(part.number, copied)
        # Members of some kilobytes take a request each: in sequence, most of the time would be spent waiting for the
        # store.
        return self._objects.put_part(self._key, self._upload_id, part.number, self.assemble(part))

    def assemble(self, part: Part) -> bytearray:
        try:
            return assemble(part, self.read, self._readers.map)
        except SourceChanged as changed:
            if isinstance(changed.source, Source):
                raise FileChanged(changed.source) from None
            raise

    def read(self, source: Any, start: int, end: int) -> bytes:
        if isinstance(source, Path):
            with source.open("rb") as opened:
                opened.seek(start)
                return opened.read(end - start)
        head = self._heads.get(source, b"")
        return head if (start, end) == (0, len(head)) else b"".join(self._stream(source, start, end))

    def keep_head(self, source: Source, end: int) -> int:
        """Reads a file's first bytes, keeps them for the part that they go into, and returns their CRC32."""
        head = self.read(source, 0, end)
        if len(head) != end:
            raise FileChanged(source)
        self._heads[source] = head
        return crc32(head)

    def drop_head(self, source: Source) -> None:
        self._heads.pop(source, None)

    def crc32(self, source: Source, start: int, end: int) -> int:
        """The CRC32 of the bytes start..end, which are read only for that."""
        crc = size = 0
        for chunk in self._stream(source, start, end):
            crc, size = crc32(chunk, crc), size + len(chunk)
        if size != end - start:
            raise FileChanged(source)
        return crc

    def _stream(self, source: Source, start: int, end: int) -> Iterator[bytes]:
        try:
            yield from self._objects.stream(source.key, start, end, etag=source.etag, bucket=source.bucket)
        except ObjectMissing:
            raise FileChanged(source) from None

    def _copy(self, number: int, copied: Range) -> UploadedPart:
        source: Source = copied.source
        try:
            part = self._objects.copy_part(
                self._key,
                self._upload_id,
                number,
                source.key,
                copied.start,
                copied.end,
                etag=source.etag,
                bucket=source.bucket,
            )
        except PartsGone:
            raise
        except ObjectMissing:
            raise FileChanged(source) from None
        if part.crc32 is not None and copied.crc32 is not None and part.crc32 != copied.crc32:
            raise FileChanged(source)
        return part


Work = tuple[bool, Callable[[], UploadedPart | None]]
"""Whether the part is a copy, and the call that makes it, which returns None where there is nothing to make."""


def make_all(works: Iterable[Work], made: Callable[[UploadedPart], None], progress: Callable[[], None]) -> None:
    """Makes the parts, a few at once, and calls `made` with each and `progress` after each few, in this thread. Where
    either raises, no further part is begun."""
    under_way: set[Future[UploadedPart | None]] = set()

    def collect() -> None:
        for future in wait(under_way, return_when=FIRST_COMPLETED).done:
            under_way.remove(future)
            if part := future.result():
                made(part)
        progress()

    with (
        ThreadPoolExecutor(WORKERS, thread_name_prefix="zip") as pool,
        ThreadPoolExecutor(COPIES, thread_name_prefix="zip-copy") as copying,
    ):
        try:
            for copies, work in works:
                under_way.add((copying if copies else pool).submit(copy_context().run, work))
                while len(under_way) > (WORKERS + COPIES if copies else WORKERS):
                    collect()
            while under_way:
                collect()
        except BaseException:
            for future in under_way:
                future.cancel()
            raise
