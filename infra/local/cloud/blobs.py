"""The bytes of objects: a file each, with a random name, written once and never changed.

A file counts once a record names it, so a file that a kill leaves half written has no record and is swept at the start.
"""

from __future__ import annotations

import mmap
import os
import secrets
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from threading import RLock
from weakref import finalize

from infra.local.cloud.journal import sync_folder

EMPTY = ""
"""The name of the empty blob."""
JOIN = "+"
"""Between the names of blobs that make up one object: parts are not copied together."""
RANGE = "@"
"""Between a file's name and the bytes `start-end` of it that make the blob: a copy of a blob is a link to it."""


@dataclass(frozen=True)
class Extent:
    """The bytes start..end of a file, end excluded."""

    path: Path
    start: int
    end: int


class Segments:
    """The bytes of several files in sequence, or a slice of them, read only by `bytes()`. keeps: holds the files for as
    long as this is used."""

    def __init__(self, extents: Sequence[Extent], keeps: object) -> None:
        self._extents = extents
        self._ends = list(accumulate(one.end - one.start for one in extents))
        self._keeps = keeps
        self._window = range(self._ends[-1])

    def __len__(self) -> int:
        return len(self._window)

    def __getitem__(self, wanted: slice) -> Segments:
        found = copy(self)
        found._window = self._window[wanted]
        return found

    def __bytes__(self) -> bytes:
        found, at = [], self._window.start
        number = bisect_right(self._ends, at)
        while at < self._window.stop:
            one, end = self._extents[number], self._ends[number]
            size = min(end, self._window.stop) - at
            with one.path.open("rb", buffering=0) as file:
                file.seek(one.end - (end - at))
                content = file.read(size)
            if len(content) != size:
                raise OSError(f"{one.path.name} is shorter than it was")
            found.append(content)
            at, number = at + size, number + 1
        return b"".join(found)


class Blobs:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: Counter[str] = Counter()
        self._unwanted: set[str] = set()
        self._counting = RLock()  # a view may end during a count
        folder.mkdir(mode=0o700, exist_ok=True)
        for number in range(256):
            (folder / f"{number:02x}").mkdir(mode=0o700, exist_ok=True)

    def path(self, name: str) -> Path:
        file = name.partition(RANGE)[0]
        return self._folder / file[:2] / file

    def write(self, *parts: bytes | memoryview) -> str:
        """A new file of all parts, synced; returns its name. Raises OSError and leaves nothing."""
        if not any(len(part) for part in parts):
            return EMPTY
        name = secrets.token_hex(16)
        path = self.path(name)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            for part in parts:
                rest = memoryview(part)
                while rest:
                    rest = rest[os.write(file, rest) :]
            os.fsync(file)
        except OSError:
            path.unlink()
            raise
        finally:
            os.close(file)
        sync_folder(path.parent)
        return name

    def link(self, source: Path | str) -> str:
        """Another name for the same bytes. source: a file, or the name of another blob. Raises OSError."""
        if source == EMPTY:
            return EMPTY
        if isinstance(source, str) and JOIN in source:
            return JOIN.join(self.link(part) for part in source.split(JOIN))
        name = secrets.token_hex(16)
        path = self.path(name)
        path.hardlink_to(source if isinstance(source, Path) else self.path(source))
        sync_folder(path.parent)
        return name if isinstance(source, Path) else name + source[len(source.partition(RANGE)[0]) :]

    def piece(self, source: str, start: int, end: int) -> str:
        """The bytes start..end of a blob, end excluded, under a new name. Raises OSError, and leaves nothing."""
        found: list[str] = []
        at = 0
        try:
            for name in filter(None, source.split(JOIN)):
                file, first, last = self._extent(name)
                low, high = max(start - at, 0), min(end - at, last - first)
                if low < high:
                    found.append(f"{self.link(file)}{RANGE}{first + low}-{first + high}")
                at += last - first
        except OSError:
            self.remove(found)
            raise
        return JOIN.join(found)

    def _extent(self, name: str) -> tuple[str, int, int]:
        """(file, start, end) of one blob."""
        file, _, extent = name.partition(RANGE)
        if not extent:
            return file, 0, self.path(file).stat().st_size
        first, _, last = extent.partition("-")
        return file, int(first), int(last)

    def view(self, name: str) -> bytes | memoryview | Segments:
        """The blob's bytes, read from the disk only as they are used. Raises OSError."""
        if name == EMPTY:
            return b""
        if JOIN in name:
            found = [self._extent(part) for part in name.split(JOIN)]
            keeps = _Keeps(self, [file for file, *_ in found])
            return Segments([Extent(self.path(file), start, end) for file, start, end in found], keeps)
        _, start, end = self._extent(name)
        with self.path(name).open("rb") as file:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))[start:end]

    def remove(self, names: Iterable[str]) -> None:
        """Files in use are removed after their last reader."""
        with self._counting:
            for name in separate(names):
                if name in self._read:
                    self._unwanted.add(name)
                else:
                    self.path(name).unlink(missing_ok=True)

    def _keep(self, files: Iterable[str]) -> None:
        with self._counting:
            self._read.update(files)

    def _let_go(self, files: Iterable[str]) -> None:
        with self._counting:
            for file in files:
                self._read[file] -= 1
                if self._read[file]:
                    continue
                del self._read[file]
                if file in self._unwanted:
                    self._unwanted.remove(file)
                    self.path(file).unlink(missing_ok=True)

    def names(self) -> set[str]:
        return {path.name for folder in self._folder.iterdir() for path in folder.iterdir()}


class _Keeps:
    """Its files stay for as long as it lives, even if no object names them any longer: like S3, a download finishes
    whatever happens to its object."""

    def __init__(self, blobs: Blobs, files: Sequence[str]) -> None:
        blobs._keep(files)
        finalize(self, blobs._let_go, files).atexit = False


def separate(names: Iterable[str]) -> set[str]:
    """The files of blobs."""
    return {part.partition(RANGE)[0] for name in names for part in name.split(JOIN) if part != EMPTY}
