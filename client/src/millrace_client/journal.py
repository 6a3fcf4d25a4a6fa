"""The journal of an upload, on disk: a line for each fact, so that it stays correct however the program ends."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def state_folder() -> Path:
    """The folder for state that outlives a program's run (XDG)."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "millrace"


def name_of(identity: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:24]


class Journal:
    """path None: nothing is kept. A last line that was cut off is ignored."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.facts: list[dict[str, Any]] = []
        self._lock = threading.Lock()
        if path and path.exists():
            self.facts = self._read(path)

    def _read(self, path: Path) -> list[dict[str, Any]]:
        facts, good = [], 0
        for line in path.read_bytes().splitlines(keepends=True):
            try:
                facts.append(json.loads(line))
            except ValueError:
                break
            good += len(line)
        if good < path.stat().st_size or (facts and not path.read_bytes().endswith(b"\n")):
            path.write_text("".join(json.dumps(fact) + "\n" for fact in facts))
        return facts

    def note(self, **fact: Any) -> None:
        with self._lock:
            self.facts.append(fact)
            if self.path:
                self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                with self.path.open("a") as file:
                    file.write(json.dumps(fact) + "\n")

    def end(self) -> None:
        """Removes the journal: nothing is left to resume."""
        if self.path:
            self.path.unlink(missing_ok=True)
