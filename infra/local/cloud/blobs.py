"""The bytes of objects: a file each, of a random name, written once and never changed.

A file counts once a record names it, so what a kill leaves half written belongs to nobody and is swept at the start.
"""

from __future__ import annotations

import mmap
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from infra.local.cloud.journal import sync_folder

EMPTY = ""
"""The name of no bytes at all."""


class Blobs:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)
        for number in range(256):
            (folder / f"{number:02x}").mkdir(mode=0o700, exist_ok=True)

    def path(self, name: str) -> Path:
        return self._folder / name[:2] / name

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
        name = secrets.token_hex(16)
        path = self.path(name)
        path.hardlink_to(source if isinstance(source, Path) else self.path(source))
        sync_folder(path.parent)
        return name

    def view(self, name: str) -> bytes | memoryview:
        """Its bytes, read from the disk only as they are used. Raises OSError."""
        if name == EMPTY:
            return b""
        with self.path(name).open("rb") as file:
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def remove(self, names: Iterable[str]) -> None:
        for name in names:
            if name != EMPTY:
                self.path(name).unlink(missing_ok=True)

    def names(self) -> set[str]:
        return {path.name for folder in self._folder.iterdir() for path in folder.iterdir()}
