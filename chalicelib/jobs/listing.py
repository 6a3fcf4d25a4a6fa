"""The files of a job as lists: filtered, sorted, grouped, with their duplicates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chalicelib.jobs.job_ports import FileReads
from chalicelib.jobs.model import File, Job
from chalicelib.jobs.states import FileState

CONFIDENCES = ("high", "medium", "low", "none")

SORTS: dict[str, Callable[[File], Any]] = {
    "number": lambda file: file.number,
    "filename": lambda file: file.filename.casefold(),
    "size": lambda file: file.size,
    "timestamp": lambda file: file.metadata.get("detected_timestamp") or "9999",
    "confidence": lambda file: CONFIDENCES.index(confidence(file)),
    "status": lambda file: file.state.value,
}


@dataclass(frozen=True)
class Wanted:
    """Which files, in which order. sort: a key of SORTS, with `-` before it for descending."""

    confidences: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    sort: str = "number"
    page: int = 1
    per_page: int = 50

    @property
    def everything_in_order(self) -> bool:
        return not self.confidences and not self.states and self.sort == "number"


@dataclass(frozen=True)
class DuplicateGroup:
    """Files that are the same (`exact`) or look the same (`similar`). kept: the number of the one in the zip."""

    kind: str
    kept: int
    files: tuple[File, ...]


def confidence(file: File) -> str:
    return str(file.metadata.get("confidence", "none"))


class Listing:
    def __init__(self, jobs: FileReads) -> None:
        self._jobs = jobs

    def page(self, job: Job, wanted: Wanted) -> tuple[list[File], int]:
        """A page of files and how many there are in all. The plain list reads just its page, any other all of them."""
        start = (wanted.page - 1) * wanted.per_page
        if wanted.everything_in_order and not job.counts.removed:
            last = min(start + wanted.per_page, job.file_count)
            return (list(self._jobs.files(job, first=start + 1, last=last)) if start < last else []), job.file_count
        found = self._matching(job, wanted)
        return found[start : start + wanted.per_page], len(found)

    def groups(self, job: Job, wanted: Wanted) -> dict[str, int]:
        """How many of the matching files have each confidence, all of them named."""
        counts = dict.fromkeys(CONFIDENCES, 0)
        for file in self._matching(job, wanted):
            counts[confidence(file)] += 1
        return counts

    def duplicates(self, job: Job, kind: str, found: Sequence[Mapping[str, Any]] | None) -> list[DuplicateGroup]:
        """Groups of two and more. found: what the run has written down; without it only exact ones can be told."""
        files = {file.number: file for file in self._jobs.files(job)}
        if found is None:
            groups = exact_groups(files.values()) if kind == "exact" else []
            return [DuplicateGroup("exact", group[0].number, tuple(group)) for group in groups]
        return [
            DuplicateGroup(kind, group["kept"], tuple(files[number] for number in group["files"] if number in files))
            for group in found
            if group["kind"] == kind
        ]

    def _matching(self, job: Job, wanted: Wanted) -> list[File]:
        found = [
            file
            for file in self._jobs.files(job)
            if (not wanted.states or file.state in wanted.states)
            and (not wanted.confidences or confidence(file) in wanted.confidences)
        ]
        found.sort(key=SORTS[wanted.sort.removeprefix("-")], reverse=wanted.sort.startswith("-"))
        return found


def exact_groups(files: Iterable[File]) -> list[list[File]]:
    """Files with the same bytes, in their order."""
    same: dict[str, list[File]] = defaultdict(list)
    for file in files:
        if file.sha256 and file.state in {FileState.INSPECTED, FileState.DUPLICATE}:
            same[file.sha256].append(file)
    return [group for group in same.values() if len(group) > 1]
