"""A user's files across all jobs: listed, searched, described.

The facts that a listing needs of a finished job's files are packed beside the job (below 20 bytes a photo), at the
first reading and again after a change; so a library of 100,000 files takes two megabytes to read, and a file that is
never listed costs nothing: docs/decisions/0008-listings-packed-beside-their-jobs.md.
"""

from __future__ import annotations

import json
import mimetypes
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import batched
from typing import Any, NamedTuple

from chalicelib.jobs.errors import PreconditionFailed, StaleTransition, TryAgain
from chalicelib.jobs.library.ownership import Owned
from chalicelib.jobs.model import File, Job, file_id
from chalicelib.jobs.ports.stores import LibraryStore
from chalicelib.jobs.states import FINISHED
from chalicelib.pipelines.base import Pipeline

KINDS = ("image", "video", "volume", "audio")
FORMAT = "1"
"""The version of packed listings: a new one makes stored listings stale."""
FILES_IN_PART = 4000
LARGEST_PART = 350_000
TRIES = 5


class Entry(NamedTuple):
    """A file in a listing. taken: when it was made, by its own metadata. source: the file whose object it shares."""

    job_id: str
    number: int
    kind: str
    filename: str
    size: int
    state: str
    taken: str | None
    title: str | None
    tags: tuple[str, ...]
    source: str | None

    @property
    def id(self) -> str:
        return file_id(self.job_id, self.number)

    @property
    def name(self) -> str:
        return self.title or self.filename


@dataclass(frozen=True)
class WantedFiles:
    """search: words that a file's name, title or tags must all contain. sort_by: a key of SORTS."""

    kind: str | None = None
    search: str = ""
    states: frozenset[str] = frozenset()
    sort_by: str = "created_at"
    descending: bool = True
    page: int = 1
    per_page: int = 50


SORTS: dict[str, Callable[[Entry], Any]] = {
    "created_at": lambda entry: "",
    "taken_at": lambda entry: entry.taken,
    "name": lambda entry: entry.name.casefold(),
    "size": lambda entry: entry.size,
}


def kind_of(pipeline: Pipeline | None, filename: str, content_type: str | None) -> str:
    """image, video, volume, audio or `other`. pipeline: None where it no longer exists."""
    if pipeline and pipeline.kind:
        return pipeline.kind
    guessed = content_type or mimetypes.guess_type(filename, strict=False)[0] or ""
    kind = guessed.partition("/")[0]
    return kind if kind in KINDS else "other"


class Library:
    def __init__(self, jobs: LibraryStore, owned: Owned, pipelines: Mapping[str, Pipeline]) -> None:
        self._jobs = jobs
        self._owned = owned
        self._pipelines = pipelines

    def page(self, owner_id: str, wanted: WantedFiles) -> tuple[list[tuple[Job, File]], int]:
        """A page of the owner's files, each with its job, and how many match. Files that have not arrived aren't
        listed, and the first of the files that share one object stands for all."""
        jobs = {job.id: job for job in self._jobs_of(owner_id)}
        found = [entry for entry in _once(list(self._entries(jobs))) if _matches(entry, wanted)]
        found = _sorted(found, wanted)
        start = (wanted.page - 1) * wanted.per_page
        shown = found[start : start + wanted.per_page]
        files = self._jobs.files_by_id([entry.id for entry in shown])
        return [(jobs[entry.job_id], files[entry.id]) for entry in shown if entry.id in files], len(found)

    def matching(self, owner_id: str, wanted: WantedFiles, job_ids: Collection[str] = ()) -> list[tuple[Job, int]]:
        """Job and number of every file that a list of `wanted` has on any of its pages, in its order. job_ids: of these
        jobs alone, if any are named."""
        jobs = {job.id: job for job in self._jobs_of(owner_id) if not job_ids or job.id in job_ids}
        found = [entry for entry in _once(list(self._entries(jobs))) if _matches(entry, wanted)]
        return [(jobs[entry.job_id], entry.number) for entry in _sorted(found, wanted)]

    def edit_file(self, owner_id: str, file: File, changes: Mapping[str, Any], *, exactly: bool) -> File:
        """Changes title, description or tags. exactly: only the version that was read, else PreconditionFailed."""
        for _ in range(TRIES):
            try:
                return self._jobs.edit_file(file, changes)
            except StaleTransition:
                if exactly:
                    raise PreconditionFailed("The file was changed in the meantime.") from None
                _, file = self._owned.file(owner_id, file.job_id, file.number)
        raise TryAgain("The file is being changed by others: try again.")

    def edit_job(self, owner_id: str, job: Job, changes: Mapping[str, Any], *, exactly: bool) -> Job:
        """Changes name, description or tags, as edit_file."""
        for _ in range(TRIES):
            try:
                return self._jobs.edit_job(job, changes)
            except StaleTransition:
                if exactly:
                    raise PreconditionFailed("The job was changed in the meantime.") from None
                job = self._owned.job(owner_id, job.id)
        raise TryAgain("The job is being changed by others: try again.")

    def _jobs_of(self, owner_id: str) -> Iterator[Job]:
        before: str | None = None
        while True:
            found, before = self._jobs.jobs_of(owner_id, states=frozenset(), pipeline=None, limit=1000, before=before)
            yield from found
            if before is None:
                return

    def _entries(self, jobs: Mapping[str, Job]) -> Iterator[Entry]:
        kept = self._jobs.kept_listings([job.id for job in jobs.values() if job.final and job.file_count])
        for job in jobs.values():
            made_of, parts = kept.get(job.id, ("", []))
            if job.file_count and made_of != _made_of(job):
                entries = [self._entry(job, file) for file in self._jobs.files(job) if file.state in FINISHED]
                if job.final:
                    parts = list(packed(entries))
                    self._jobs.keep_listing(job, _made_of(job), parts)
                yield from entries
            else:
                yield from unpacked(job.id, parts)

    def _entry(self, job: Job, file: File) -> Entry:
        return Entry(
            job.id,
            file.number,
            kind_of(self._pipelines.get(job.pipeline), file.filename, file.content_type),
            file.filename,
            file.size,
            str(file.state),
            file.metadata.get("detected_timestamp"),
            file.title,
            file.tags,
            file.source,
        )


def _made_of(job: Job) -> str:
    """A value that changes with everything that could change a finished job's listing."""
    return f"{FORMAT}.{job.retries}.{job.edits}.{job.completed_at}"


def packed(entries: list[Entry]) -> Iterator[bytes]:
    """A job's entries as parts, each small enough for an item. There is at least one, so that an empty listing is known
    too."""
    for some in batched(entries, FILES_IN_PART) if entries else [()]:
        yield from _part([list(entry[1:]) for entry in some])


def _part(rows: list[list[Any]]) -> Iterator[bytes]:
    content = zlib.compress(json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode(), 6)
    if len(content) <= LARGEST_PART or len(rows) < 2:
        yield content
    else:
        yield from _part(rows[: len(rows) // 2])
        yield from _part(rows[len(rows) // 2 :])


def unpacked(job_id: str, parts: Iterable[bytes]) -> Iterator[Entry]:
    for part in parts:
        for row in json.loads(zlib.decompress(part)):
            *values, tags, source = row
            yield Entry._make((job_id, *values, tuple(tags), source))


def _once(entries: list[Entry]) -> Iterator[Entry]:
    """The entries with one file for each object: its source or, where that is deleted, the oldest."""
    own = {entry.id for entry in entries if entry.source is None}
    orphans: dict[str, str] = {}
    for entry in entries:
        if entry.source and entry.source not in own:
            orphans[entry.source] = min(entry.id, orphans.get(entry.source, entry.id))
    for entry in entries:
        if entry.source is None or orphans.get(entry.source) == entry.id:
            yield entry


def _matches(entry: Entry, wanted: WantedFiles) -> bool:
    if wanted.kind not in {None, entry.kind} or (wanted.states and entry.state not in wanted.states):
        return False
    text = "\n".join((entry.filename, entry.title or "", *entry.tags)).casefold()
    return all(word in text for word in wanted.search.casefold().split())


def _sorted(entries: list[Entry], wanted: WantedFiles) -> list[Entry]:
    key = SORTS[wanted.sort_by]
    known = [entry for entry in entries if key(entry) is not None]
    # Ids sort by time. Unknown values come last in either direction.
    known.sort(key=lambda entry: (key(entry), entry.job_id, entry.number), reverse=wanted.descending)
    return known + [entry for entry in entries if key(entry) is None]
