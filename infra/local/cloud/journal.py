"""Files of records in batches, each with its length and checksum: the journal, and the snapshots under it.

A journal is written in consecutive batches, each synced before the next one begins. So an incomplete last batch
is the trace of a kill, and was never acknowledged; a bad batch before others is damage.
"""

from __future__ import annotations

import json
import os
import struct
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

Record = list[Any]

MAGIC = b"\xf1MRJ"
HEAD = struct.Struct("<4sII")
SEAL: Record = ["sealed"]
STEP = 8 * 1024 * 1024
"""A journal's space is reserved in steps, so that a full disk is noticed before anything has been changed."""
ROOM = STEP // 2
"""The least space free ahead of a change: more than one request may change, 100 items of 40 kB."""
LITTLE = 256 * 1024
BATCH = 1024 * 1024


DAMAGED, FULL = 65, 74
"""Exit statuses of a process that has found damage, or a full disk."""


class Damaged(Exception):
    """A file of the store differs from what was written. file: its path."""

    def __init__(self, file: Path, what: str) -> None:
        super().__init__(f"{file} {what}")
        self.file = file


def frame(lines: bytes) -> bytes:
    """lines: records as JSON, one a line."""
    return HEAD.pack(MAGIC, len(lines), zlib.crc32(lines)) + lines


def line(record: Record) -> bytes:
    return json.dumps(record, separators=(",", ":")).encode() + b"\n"


def batches(content: bytes, file: Path, *, live: bool) -> Iterator[list[Record]]:
    """The batches of a file up to its seal, or, where it is `live`, up to a cut by a kill. Raises Damaged."""
    at = 0
    while (end := _end(content, at)) is not None:
        batch = [json.loads(text) for text in content[at + HEAD.size : end].splitlines()]
        if batch[-1:] == [SEAL]:
            yield batch[:-1]
            return
        yield batch
        at = end
    if not live:
        raise Damaged(file, f"is cut short or overwritten at byte {at:,}")
    if len(content) % STEP:
        raise Damaged(file, f"is {len(content):,} bytes long, which no journal is")
    following = content.find(MAGIC, at + 1)
    while following >= 0:
        if _end(content, following) is not None:
            raise Damaged(file, f"is overwritten at byte {at:,}")
        following = content.find(MAGIC, following + 1)


def _end(content: bytes, at: int) -> int | None:
    """The end of a whole batch that begins at `at`."""
    if at + HEAD.size > len(content):
        return None
    magic, length, checksum = HEAD.unpack_from(content, at)
    end: int = at + HEAD.size + length
    if magic != MAGIC or end > len(content) or zlib.crc32(content[at + HEAD.size : end]) != checksum:
        return None
    return end


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_all(path: Path, records: Iterable[Record]) -> None:
    """Writes a whole sealed file, which gets its name only once it is complete and synced. Raises OSError."""
    draft = path.with_suffix(".draft")
    with draft.open("wb") as file:
        lines: list[bytes] = []
        size = 0
        for record in records:
            lines.append(line(record))
            size += len(lines[-1])
            if size >= BATCH:
                file.write(frame(b"".join(lines)))
                lines, size = [], 0
        file.write(frame(b"".join(lines) + line(SEAL)))
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


class Writer:
    """The file of one journal, a draft until it has a name. Only write() may run in another thread, one at a time."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError, and leaves nothing."""
        self._path = folder / "journal.draft"
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._taken = 0
        self.size = 0
        try:
            self.ensure(0)
        except OSError:
            os.close(self._file)
            self._path.unlink()
            raise

    def name(self, path: Path) -> None:
        self._path.replace(path)
        sync_folder(path.parent)
        self._path = path

    def ensure(self, size: int) -> None:
        """Reserves space for at least this many more bytes. Raises OSError, with nothing written.

        On a full disk small changes may still use up the reserved space, so that deletions can make room.
        """
        if size <= LITTLE and self.size + size + ROOM // 4 <= self._taken:
            with suppress(OSError):
                self._ensure(size)
        else:
            self._ensure(size)

    def _ensure(self, size: int) -> None:
        while self._taken < self.size + size + ROOM:
            try:
                os.posix_fallocate(self._file, self._taken, STEP)
            except OSError:
                os.ftruncate(self._file, self._taken)
                raise
            self._taken += STEP

    def write(self, lines: bytes) -> None:
        """Returns once the lines are on the disk. Raises OSError."""
        content = memoryview(frame(lines))
        while content:
            written = os.pwrite(self._file, content, self.size)
            self.size += written
            content = content[written:]
        os.fdatasync(self._file)

    def seal(self, lines: bytes = b"") -> None:
        self.write(lines + line(SEAL))
        os.ftruncate(self._file, self.size)
        os.fsync(self._file)
        os.close(self._file)


def reseal(path: Path, end: int) -> None:
    """Seals a journal that a kill has left open: the bytes after `end` were never acknowledged."""
    seal = frame(line(SEAL))
    with path.open("r+b") as file:
        file.seek(end)
        file.write(seal)
        file.flush()
        os.fsync(file.fileno())
        file.truncate(end + len(seal))
        os.fsync(file.fileno())


def length(content: bytes) -> tuple[int, bool]:
    """(the bytes up to which the batches are whole, whether the last one is the seal)."""
    at, sealed = 0, False
    while not sealed and (end := _end(content, at)) is not None:
        sealed = content[at + HEAD.size : end].endswith(line(SEAL))
        at = end
    return at, sealed
