"""A zip of a job's files, put together inside the object store: resumable, in constant memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from chalicelib.files.archive import COPY, COPY_FROM, MIN_PART, Entry, Part, Plan, SourceChanged, assemble, plan
from chalicelib.files.hashing import crc32
from chalicelib.jobs.errors import ObjectMissing
from chalicelib.jobs.model import File
from chalicelib.jobs.ports.outside import ObjectStore, UploadedPart
from chalicelib.pipelines.base import InspectedFile, Member

WORKERS, READERS = 3, 24
PASSED_THROUGH = 20 * 1024 * 1024
"""Largest part that is put together here: with its workers that is the memory, without them the number of requests."""
LOCAL_PIECE = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Source:
    """Where a file's bytes lie. A zip of 100,000 files holds one for each, and not their records."""

    number: int
    key: str
    size: int
    etag: str | None
    bucket: str | None

    @classmethod
    def of(cls, file: File) -> Source:
        return cls(file.number, file.key, file.size, file.etag, file.bucket)


class FileChanged(SourceChanged):
    """A file of the job is no longer what was inspected, or gone. number: the file's."""

    def __init__(self, number: int) -> None:
        super().__init__(f"file no. {number}")
        self.number = number


class Watcher(Protocol):
    """The run that the zip is part of. It receives the zip's progress and may stop it by raising."""

    @property
    def upload(self) -> Mapping[str, Any] | None: ...
    def note_upload(self, upload: Mapping[str, Any]) -> None: ...
    def progress(self, percent: float, filename: str | None = None) -> None: ...


def write_archive(
    run: Watcher,
    objects: ObjectStore,
    key: str,
    members: Iterable[Member],
    files: Mapping[int, Source],
    tags: Mapping[str, str] | None,
) -> int:
    """Stores the zip under `key` and returns its size in bytes.

    Parts that the store has from an earlier try at the very same zip are kept; parts inside one large member are copied
    by the store itself, and only the others pass through here, a few at a time. Raises SourceChanged where a file is no
    longer what was inspected.
    """
    entries = [_entry(member, files) for member in members]
    # What lies on our own disk can't be copied by the store and passes through memory, so its pieces stay small.
    local = any(isinstance(entry.source, Path) and entry.size >= COPY_FROM for entry in entries)
    layout = plan(entries, part=PASSED_THROUGH, copy=LOCAL_PIECE if local else COPY)

    def read(source: Any, start: int, end: int) -> bytes:
        if isinstance(source, Path):
            with source.open("rb") as opened:
                opened.seek(start)
                return opened.read(end - start)
        try:
            return b"".join(objects.stream(source.key, start, end, etag=source.etag, bucket=source.bucket))
        except ObjectMissing:
            raise FileChanged(source.number) from None

    if layout.size < MIN_PART:
        objects.put(key, assemble(layout.parts[0], read), "application/zip", tags=tags)
        return layout.size
    upload_id, there = _upload(run, objects, key, layout, tags)
    readers = ThreadPoolExecutor(READERS, thread_name_prefix="zip-read")

    def make(part: Part) -> UploadedPart:
        copied = part.copy_of
        if copied is not None and isinstance(copied.source, Source):
            source = copied.source
            try:
                return objects.copy_part(
                    key,
                    upload_id,
                    part.number,
                    source.key,
                    copied.start,
                    copied.end,
                    etag=source.etag,
                    bucket=source.bucket,
                )
            except ObjectMissing:
                raise FileChanged(source.number) from None
        # Members of some kilobytes take a request each: one after the other they would wait for the store, not for us.
        return objects.put_part(key, upload_id, part.number, assemble(part, read, readers.map))

    with readers:
        _make_all(run, layout, there, make)
    objects.finish_parts(key, upload_id, [there[number] for number in sorted(there)])
    return layout.size


def _make_all(run: Watcher, layout: Plan, there: dict[int, UploadedPart], make: Callable[[Part], UploadedPart]) -> None:
    """Makes the missing parts, a few at once, and says how far it is between them."""
    missing = layout.missing({part.number: part.size for part in there.values()})
    done = sum(part.size for part in there.values())
    under_way: dict[Future[UploadedPart], Part] = {}
    with ThreadPoolExecutor(WORKERS, thread_name_prefix="zip") as pool:
        try:
            for part in missing:
                under_way[pool.submit(copy_context().run, make, part)] = part
                while len(under_way) > WORKERS:
                    done += _collect(under_way, there)
                    run.progress(100 * done / layout.size)
            while under_way:
                done += _collect(under_way, there)
                run.progress(100 * done / layout.size)
        except BaseException:
            for future in under_way:
                future.cancel()
            raise


def _collect(under_way: dict[Future[UploadedPart], Part], there: dict[int, UploadedPart]) -> int:
    """Takes in the parts that are ready; returns their bytes."""
    size = 0
    for future in wait(under_way, return_when=FIRST_COMPLETED).done:
        part = under_way.pop(future)
        there[part.number] = future.result()
        size += part.size
    return size


def _upload(
    run: Watcher, objects: ObjectStore, key: str, layout: Plan, tags: Mapping[str, str] | None
) -> tuple[str, dict[int, UploadedPart]]:
    """The multipart upload to go on with and the parts that it has; a new one unless the same zip was begun."""
    same = layout.fingerprint
    before = run.upload
    if before and before.get("zip") == same and before.get("key") == key:
        try:
            return before["id"], {part.number: part for part in objects.parts(key, before["id"])}
        except ObjectMissing:
            pass
    elif before:
        objects.abort_parts(before["key"], before["id"])
    upload_id = objects.start_parts(key, "application/zip", tags=tags)
    run.note_upload({"zip": same, "key": key, "id": upload_id})
    return upload_id, {}


def _entry(member: Member, files: Mapping[int, Source]) -> Entry:
    content = member.content
    if isinstance(content, bytes):
        return Entry.of(member.path, content, member.modified_at)
    if isinstance(content, Path):
        crc = 0
        with content.open("rb") as opened:
            while chunk := opened.read(1024 * 1024):
                crc = crc32(chunk, crc)
        return Entry(member.path, content.stat().st_size, crc, source=content, modified_at=member.modified_at)
    if not isinstance(content, InspectedFile) or content.crc32 is None:
        raise ValueError(f"{member.path}: its CRC32 is not known; ask for it with checksum() first")
    source = files[content.number]
    return Entry(member.path, source.size, content.crc32, source=source, modified_at=member.modified_at)
