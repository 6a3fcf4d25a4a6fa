"""The decoded sound of a job's recordings: one long row of samples, in blocks that are loaded as needed."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chalicelib.pipelines.base import RunContext

Samples = NDArray[np.int16]

BLOCK = 5 * 60 * 16_000
WORTH_SAVING = 60 * 16_000  # samples; a checkpoint for less would make more objects than it spares work
INDEX = "sounds.json"


class SoundWriter:
    """Appends recordings. After `checkpoint` another worker can continue behind the last whole recording."""

    def __init__(self, job: RunContext) -> None:
        self._job = job
        self._index: dict[str, Any] = {"blocks": [], "files": {}}
        if job.state:
            self._index = json.loads(job.load(INDEX).read_bytes())
        self._held: list[Samples] = []
        self._count = 0

    @property
    def done(self) -> frozenset[int]:
        return frozenset(int(number) for number in self._index["files"])

    def add(self, number: int, pieces: Iterable[Samples]) -> int:
        """Adds a recording under its file's number; returns the number of its samples."""
        start = sum(self._index["blocks"]) + self._count
        length = 0
        for piece in pieces:
            self._held.append(piece)
            self._count += len(piece)
            length += len(piece)
            if self._count >= BLOCK:
                self._flush()
        self._index["files"][str(number)] = {"start": start, "samples": length}
        return length

    def describe(self, number: int, **facts: Any) -> None:
        self._index["files"].setdefault(str(number), {"start": 0, "samples": 0}).update(facts)

    def checkpoint(self, *, final: bool = False) -> None:
        """Call between recordings only."""
        if final or self._count >= WORTH_SAVING:
            self._flush()
            self._job.save(INDEX, json.dumps(self._index).encode())
            self._job.checkpoint({"recordings": len(self._index["files"])})

    def _flush(self) -> None:
        if self._count:
            path = self._job.scratch / "block"
            np.concatenate(self._held).astype("<i2").tofile(path)
            self._job.save(_block(len(self._index["blocks"])), path)
            path.unlink()
            self._index["blocks"].append(self._count)
            self._held, self._count = [], 0


class SoundReader:
    """Reads stretches of recordings; holds two blocks at most."""

    def __init__(self, job: RunContext) -> None:
        self._job = job
        index = json.loads(job.load(INDEX).read_bytes())
        self._ends = list(accumulate(index["blocks"]))
        self.files: dict[int, dict[str, Any]] = {int(number): facts for number, facts in index["files"].items()}
        self._blocks: dict[int, Samples] = {}

    def read(self, number: int, start: int = 0, end: int | None = None) -> Samples:
        """Samples start ≤ i < end of the recording, at 16 kHz."""
        facts = self.files[number]
        first = facts["start"] + max(0, start)
        last = facts["start"] + min(facts["samples"], facts["samples"] if end is None else end)
        parts = []
        block = bisect_right(self._ends, first)
        while first < last:
            begin = self._ends[block] - self._size(block)
            part = self._block(block)[first - begin : last - begin]
            parts.append(part)
            first += len(part)
            block += 1
        return np.concatenate(parts) if parts else np.zeros(0, np.int16)

    def _size(self, block: int) -> int:
        return int(self._ends[block] - (self._ends[block - 1] if block else 0))

    def _block(self, number: int) -> Samples:
        if number not in self._blocks:
            while len(self._blocks) >= 2:
                self._blocks.pop(next(iter(self._blocks)))
            path = self._job.load(_block(number))
            self._blocks[number] = np.fromfile(path, "<i2")
            path.unlink(missing_ok=True)  # it has been read: a second copy would only fill the disk
        return self._blocks[number]


def _block(number: int) -> str:
    return f"sound-{number}.pcm"
