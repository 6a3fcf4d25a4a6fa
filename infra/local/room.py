"""Whether the disk of the data folder has room: some of it is reserved for reading, deleting and journals."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

KEPT_FREE = 32 * 1024 * 1024
SAID = (
    "The disk is full, so that nothing new is taken in. What is there can be read and deleted; work goes on with room."
)


@dataclass(frozen=True)
class Room:
    """kept_free: bytes that stay free."""

    folder: Path
    kept_free: int = KEPT_FREE

    def free(self) -> int:
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize

    def has(self, size: int = 0) -> bool:
        """Whether this many more bytes still leave the reserve."""
        return self.free() - size >= self.kept_free
