"""manifest.json and manifest.csv: every original, where it went, and why one was left out."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any, Self

from chalicelib.pipelines.base import InspectedFile

COLUMNS = (
    "original_filename",
    "path",
    "left_out",
    "reason",
    "same_as",
    "sha256",
    "size_bytes",
    "content_type",
    "detected_timestamp",
    "taken_local",
    "utc_offset",
    "timestamp_source",
    "confidence",
    "group",
    "group_role",
    "damaged",
)
_FROM_METADATA = COLUMNS[COLUMNS.index("detected_timestamp") :]
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Manifest:
    """Both files, written a line for each original as it comes, so that a large job needs no memory for them.

    path: where it lies in the zip, or null. left_out: null, `duplicate`, `dropped` (by its owner) or the file's error
    code; reason: a sentence.
    same_as: the path of the identical file that the zip holds instead. group: the number of the group's primary file.
    warnings, at the end: what was repaired or is missing, each with a code and a sentence.
    """

    def __init__(self, folder: Path, timezone: str, revision: int = 0) -> None:
        """revision: the number of the owner's corrections of the job so far."""
        self.json_path = folder / "manifest.json"
        self.csv_path = folder / "manifest.csv"
        self._timezone = timezone
        self._revision = revision
        self._lines = 0
        self.warnings: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        self._json = self.json_path.open("w", encoding="utf-8")
        # A name may hold half a surrogate pair, which JSON can escape and UTF-8 can't write.
        self._csv = self.csv_path.open("w", encoding="utf-8", errors="backslashreplace", newline="")
        self._rows = csv.DictWriter(self._csv, COLUMNS)
        self._rows.writeheader()
        self._json.write(f'{{"timezone": {json.dumps(self._timezone)}, "revision": {self._revision}, "files": [')
        return self

    def add(self, file: InspectedFile, path: str | None, same_as: str | None, *, dropped: bool = False) -> None:
        left_out, reason = None, None
        if path is None and same_as:
            left_out, reason = "duplicate", f"The same bytes are in {same_as}."
        elif path is None and dropped:
            left_out, reason = "dropped", "Its owner left it out."
        elif path is None:
            left_out, reason = file.error_code or "rejected", file.error_message
        entry: dict[str, Any] = {
            "original_filename": file.filename,
            "path": path,
            "left_out": left_out,
            "reason": reason,
            "same_as": same_as,
            "sha256": file.sha256,
            "size_bytes": file.size,
            "content_type": file.content_type,
            **{key: file.metadata.get(key) for key in _FROM_METADATA},
        }
        self._json.write(("," if self._lines else "") + "\n" + json.dumps(entry))
        self._rows.writerow({key: _cell(value) for key, value in entry.items()})
        self._lines += 1

    def __exit__(self, *_: object) -> None:
        self._json.write(f'\n], "warnings": {json.dumps(self.warnings)}}}\n')
        self._json.close()
        self._csv.close()


def _cell(value: object) -> object:
    """Spreadsheets run text that looks like a formula, so a name that begins like one gets an apostrophe before it."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
