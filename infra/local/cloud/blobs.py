"""The bytes of objects: a file each, of a random name, written once and never changed.

A file counts once a record names it, so what a kill leaves half written has no record and is swept at the start.
"""

from __future__ import annotations

import mmap
import os
import secrets
from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path

from infra.local.cloud.journal import sync_folder

EMPTY = ""
"""The name of no bytes at all."""
JOIN = "+"
"""Between the names of blobs that are one object: what came in parts is not copied together."""
RANGE = "@"
"""Between a file's name and the bytes `start-end` of it that a blob is: what is copied from a blob is a link to it."""


class Segments:
    """The bytes of several blobs, one after the other."""

    def __init__(self, pieces: Sequence[bytes | memoryview]) -> None:
        self.pieces = pieces
        self._ends = list(accumulate(map(len, pieces)))

    def __len__(self) -> int:
        return self._ends[-1]

    def __getitem__(self, wanted: slice) -> bytes:
        start, stop, _ = wanted.indices(len(self))
        found = []
        for piece, end in zip(self.pieces, self._ends, strict=True):
            first = end - len(piece)
            if first < stop and start < end:
                found.append(piece[max(0, start - first) : stop - first])
        return b"".join(found)


class Blobs:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
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
        """The bytes start..end of a blob, end excluded, under a name of their own. Raises OSError."""
        found, at = [], 0
        for name in filter(None, source.split(JOIN)):
            file, first, last = self._extent(name)
            low, high = max(start - at, 0), min(end - at, last - first)
            if low < high:
                found.append(f"{self.link(file)}{RANGE}{first + low}-{first + high}")
            at += last - first
        return JOIN.join(found)

    def _extent(self, name: str) -> tuple[str, int, int]:
        """(file, start, end) of one blob."""
        file, _, extent = name.partition(RANGE)
        if not extent:
            return file, 0, self.path(file).stat().st_size
        first, _, last = extent.partition("-")
        return file, int(first), int(last)

    def view(self, name: str) -> bytes | memoryview | Segments:
        """Its bytes, read from the disk only as they are used. Raises OSError."""
        if name == EMPTY:
            return b""
        if JOIN in name:
            return Segments([self._view(part) for part in name.split(JOIN)])
        return self._view(name)

    def _view(self, name: str) -> memoryview:
        _, start, end = self._extent(name)
        with self.path(name).open("rb") as file:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))[start:end]

    def remove(self, names: Iterable[str]) -> None:
        for name in separate(names):
            self.path(name).unlink(missing_ok=True)

    def names(self) -> set[str]:
        return {path.name for folder in self._folder.iterdir() for path in folder.iterdir()}


def separate(names: Iterable[str]) -> set[str]:
    """The files of blobs."""
    return {part.partition(RANGE)[0] for name in names for part in name.split(JOIN) if part != EMPTY}
