"""Where each file goes in the zip."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from datetime import datetime, tzinfo

EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/tiff": ".tiff",
    "image/heic": ".heic",
    "image/heif": ".heif",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/x-m4v": ".m4v",
    "video/x-matroska": ".mkv",
    "video/webm": ".webm",
    "video/x-msvideo": ".avi",
}
"""What the media pipeline takes in, by the bytes, and the extension that it gives it."""


class Names:
    """Gives out paths, each once: `2024/20240115_120000.jpg`, then `2024/20240115_120000_001.jpg`."""

    def __init__(self, zone: tzinfo) -> None:
        self._zone = zone
        self._taken: Counter[str] = Counter()

    def path(self, number: int, filename: str, content_type: str, taken_at: datetime | None) -> str:
        """The path for a file; by its time in the job's zone, else `unknown/` with its number and what is left of its
        name: letters and digits, so that no name can lead elsewhere or upset a file system."""
        extension = EXTENSIONS[content_type]
        if taken_at is None:
            stem = _harmless(filename)
            return f"unknown/{number:05d}{'_' if stem else ''}{stem}{extension}"
        base = taken_at.astimezone(self._zone).strftime("%Y/%Y%m%d_%H%M%S")
        before = self._taken[base + extension]
        self._taken[base + extension] += 1
        return f"{base}_{before:03d}{extension}" if before else base + extension


def _harmless(filename: str) -> str:
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", filename)[-1])
    stem = name.rpartition(".")[0] or name
    return re.sub(r"[^\w-]+", "_", stem).strip("_-")[:50]
