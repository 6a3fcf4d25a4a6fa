"""The files of a job as lists: filtered, sorted, grouped, with their duplicates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.jobs.errors import FieldError, InvalidFields
from chalicelib.jobs.model import File, Job
from chalicelib.jobs.ports.stores import FileReads
from chalicelib.jobs.states import FileState
from chalicelib.pipelines.base import Pipeline
from chalicelib.pipelines.listing import Column, Columns

SORTS: dict[str, Callable[[File], Any]] = {
    "number": lambda file: file.number,
    "filename": lambda file: file.filename.casefold(),
    "size": lambda file: file.size,
    "status": lambda file: file.state.value,
}
"""The columns of every pipeline; each adds its own."""


@dataclass(frozen=True)
class Wanted:
    """The files and their order. sort: a key of SORTS or one of the pipeline's columns, with `-` for descending."""

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
    """Files that are the same (`exact`) or look the same (`similar`). kept: the number of the file in the zip. files:
    the first of them, in order; size: how many there are."""

    kind: str
    kept: int
    files: tuple[File, ...]
    size: int


@dataclass(frozen=True)
class WantedGroups:
    """The wanted groups of duplicates. of: only the group with the file of this number. most: files listed of each."""

    kind: str = "exact"
    page: int = 1
    per_page: int = 50
    of: int | None = None
    most: int = 100

    def takes(self, numbers: Sequence[int]) -> bool:
        return self.of is None or self.of in numbers

    def slice_of[T](self, groups: Sequence[T]) -> Sequence[T]:
        return groups[(self.page - 1) * self.per_page :][: self.per_page]


def confidence(file: File) -> str:
    return str(file.metadata.get("confidence", "none"))


class Listing:
    def __init__(self, jobs: FileReads, pipelines: Mapping[str, Pipeline]) -> None:
        self._jobs = jobs
        self._pipelines = pipelines

    def check(self, job: Job, sort: str, group_by: str | None) -> None:
        """Raises InvalidFields where the job's pipeline has no such sorting or grouping."""
        columns = self._columns(job)
        sorts, groups = (*SORTS, *columns.sorts), columns.groups
        for field, wanted, known in (("sort_by", sort.removeprefix("-"), sorts), ("group_by", group_by, groups)):
            if wanted is not None and wanted not in known:
                most = f"one of {', '.join(known)}" if known else f"nothing for {job.pipeline} jobs"
                raise InvalidFields("The files can't be listed so.", errors=[FieldError(field, most)])

    def _columns(self, job: Job) -> Columns:
        """Works without files, such as archives, have no pipeline."""
        pipeline = self._pipelines.get(job.pipeline)
        return pipeline.listing if pipeline else Columns()

    def page(self, job: Job, wanted: Wanted) -> tuple[list[File], int]:
        """A page of files and how many there are in all. The plain list reads just its page, any other all of them."""
        start = (wanted.page - 1) * wanted.per_page
        if wanted.everything_in_order and not job.counts.gone:
            last = min(start + wanted.per_page, job.file_count)
            return (list(self._jobs.files(job, first=start + 1, last=last)) if start < last else []), job.file_count
        found = self._matching(job, wanted)
        return found[start : start + wanted.per_page], len(found)

    def groups(self, job: Job, wanted: Wanted, by: str) -> dict[str, int]:
        """The number of matching files for each value of a column, including values without files."""
        column = self._columns(job).column(by)
        assert column
        counts = dict.fromkeys(column.values, 0)
        for file in self._matching(job, wanted):
            counts[_value(file, column)] += 1
        return counts

    def duplicates(
        self, job: Job, wanted: WantedGroups, found: Sequence[Mapping[str, Any]] | None
    ) -> tuple[list[DuplicateGroup], int]:
        """A page of groups of two and more, and how many there are in all. found: the run's own record; without it only
        exact groups are known. Of the run's groups only the page's files are read."""
        if found is None:
            same = exact_groups(self._jobs.files(job)) if wanted.kind == "exact" else []
            groups = [
                DuplicateGroup("exact", files[0].number, tuple(files), len(files))
                for files in same
                if wanted.takes([file.number for file in files])
            ]
            return [replace(one, files=one.files[: wanted.most]) for one in wanted.slice_of(groups)], len(groups)
        written = [group for group in found if group["kind"] == wanted.kind and wanted.takes(group["files"])]
        page = wanted.slice_of(written)
        numbers = {number for group in page for number in group["files"][: wanted.most]}
        read = self._jobs.files(job, first=min(numbers), last=max(numbers)) if numbers else ()
        known = {file.number: file for file in read if file.number in numbers}
        return [
            DuplicateGroup(
                wanted.kind,
                group["kept"],
                tuple(known[number] for number in group["files"][: wanted.most] if number in known),
                len(group["files"]),
            )
            for group in page
        ], len(written)

    def _matching(self, job: Job, wanted: Wanted) -> list[File]:
        found = [
            file
            for file in self._jobs.files(job)
            if (not wanted.states or file.state in wanted.states)
            and (not wanted.confidences or confidence(file) in wanted.confidences)
        ]
        found.sort(key=self._order(job, wanted.sort.removeprefix("-")), reverse=wanted.sort.startswith("-"))
        return found

    def _order(self, job: Job, name: str) -> Callable[[File], Any]:
        if name in SORTS:
            return SORTS[name]
        column = self._columns(job).column(name)
        assert column
        if column.values:
            return lambda file: column.values.index(_value(file, column))
        return lambda file: (file.metadata.get(column.key) is None, file.metadata.get(column.key))


def _value(file: File, column: Column) -> str:
    """The file's value of the column; the column's last value where it has none of them."""
    value = file.metadata.get(column.key)
    return value if value in column.values else column.values[-1]


def exact_groups(files: Iterable[File]) -> list[list[File]]:
    """Files with the same bytes, in their order."""
    same: dict[str, list[File]] = defaultdict(list)
    for file in files:
        if file.sha256 and file.state in {FileState.INSPECTED, FileState.DUPLICATE}:
            same[file.sha256].append(file)
    return [group for group in same.values() if len(group) > 1]
