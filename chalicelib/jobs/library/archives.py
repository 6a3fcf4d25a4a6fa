"""Archives: a user's choice from one job, several or all of them, planned to the byte and handed to the work that makes
the zips."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Protocol

from chalicelib.archives.naming import Layout, Named, paths
from chalicelib.archives.plan import MemberTooLarge, Planned, cut, packed, parts
from chalicelib.archives.work import COMPLETE, NAME, SELECTION, must_be_read
from chalicelib.files.archive import Plan
from chalicelib.files.names import safe_part
from chalicelib.jobs import keys
from chalicelib.jobs.errors import (
    ArchiveNotFound,
    FieldError,
    FileNotFound,
    InvalidFields,
    JobError,
    JobNotFound,
    NothingChosen,
    TooManyFiles,
)
from chalicelib.jobs.intake.uploads import Intake
from chalicelib.jobs.library.files import Library, WantedFiles
from chalicelib.jobs.library.ownership import Owned
from chalicelib.jobs.limits import Limits
from chalicelib.jobs.model import Artifact, File, Job, parse_file_id
from chalicelib.jobs.ports.outside import Clock, NewId, ObjectStore
from chalicelib.jobs.ports.stores import FileReads, FilesById, JobLists
from chalicelib.jobs.states import FileState, JobState
from chalicelib.jobs.work.archiving import plan_archive
from chalicelib.jobs.work.zip_estimate import Estimates, Needs, estimates, needs, reading
from chalicelib.pipelines.base import Member, StoredFile, Strategy

MOST_ZIPS = 500
ONE_BY_ONE = 4
"""A job is read file by file, not as a whole, where fewer than one file in this many is chosen."""
NAMED_AT_ONCE = 5
THERE = frozenset({FileState.INSPECTED, FileState.DUPLICATE})


class ArchiveStore(JobLists, FileReads, FilesById, Protocol):
    def artifacts(self, job_id: str) -> list[Artifact]: ...


@dataclass(frozen=True)
class Choice:
    """The chosen files: these, or those that a filter finds; and all files of some jobs. With a filter, job_ids are the
    jobs that it searches. artifacts: also the artifacts of the jobs of `job_ids`, but for their own zips."""

    file_ids: Sequence[str] = ()
    filter: WantedFiles | None = None
    job_ids: Sequence[str] = ()
    artifacts: bool = False


@dataclass(frozen=True)
class Wanted:
    """split_bytes: the most of one zip; None: one zip of any size. keep_seconds: None for as long as the installation
    keeps archives."""

    choice: Choice
    layout: Layout = "organised"
    name: str | None = None
    split_bytes: int | None = None
    keep_seconds: int | None = None
    strategy: Strategy = "auto"


@dataclass(frozen=True)
class Planning:
    """An archive as it would be. counts, sizes: of the members and of the bytes of each zip."""

    members: Sequence[Planned]
    counts: Sequence[int]
    sizes: Sequence[int]
    estimates: Estimates


class Archives:
    def __init__(
        self,
        jobs: ArchiveStore,
        objects: ObjectStore,
        owned: Owned,
        library: Library,
        intake: Intake,
        limits: Limits,
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._jobs = jobs
        self._objects = objects
        self._owned = owned
        self._library = library
        self._intake = intake
        self._limits = limits
        self._clock = clock
        self._new_id = new_id

    def open(self, owner_id: str, wanted: Wanted, id: str | None = None) -> Job:
        """Opens the job that makes the archive. The same id twice is one archive. Raises JobError."""
        if job := self._intake.started(owner_id, NAME, id):
            return job
        planning = self.plan(owner_id, wanted)
        size = sum(planning.sizes)
        now, job_id = self._clock(), id or self._new_id()
        name = wanted.name or f"Archive {now:%Y-%m-%d %H:%M}"
        # Stored before its job, which may start at once; where no job follows, the bucket's own rule removes it.
        selection = keys.work(job_id, SELECTION)
        self._objects.put(selection, packed(planning.members), "application/octet-stream")
        options = {
            "layout": wanted.layout,
            "filename": safe_part(name) or NAME,
            "file_count": len(planning.members),
            "size_bytes": size,
            "counts": planning.counts,
            "sizes": planning.sizes,
            "strategy": wanted.strategy,
            "estimate": asdict(planning.estimates.estimate),
        }
        kept = wanted.keep_seconds or self._limits.archive_seconds
        try:
            return self._intake.start(
                owner_id, NAME, options, job_id, name=name, announced_bytes=size, keep_seconds=kept
            )
        except JobError:
            self._objects.delete([selection])
            raise

    def plan(self, owner_id: str, wanted: Wanted) -> Planning:
        """The archive that open() would make, to the byte. Raises JobError."""
        chosen = self.chosen(owner_id, wanted.choice)
        artifacts = self._artifacts(owner_id, wanted.choice)
        if not chosen and not artifacts:
            raise NothingChosen("None of the chosen files exists and could be read.")
        if len(chosen) > (most := self._limits.files_per_job):
            raise TooManyFiles(f"An archive holds at most {most:,} files. Choose fewer.", retry_after=3600)
        members = _planned(chosen, artifacts, wanted.layout)
        counts = _counts(members, wanted.split_bytes)
        return _priced(members, counts, wanted.strategy)

    def get(self, owner_id: str, archive_id: str) -> Job:
        """ArchiveNotFound, also for another user's archive and for a job that is no archive."""
        try:
            job = self._owned.job(owner_id, archive_id)
        except JobNotFound:
            raise ArchiveNotFound("There is no such archive.") from None
        if job.pipeline != NAME:
            raise ArchiveNotFound("There is no such archive.")
        return job

    def page(
        self, owner_id: str, states: frozenset[JobState], limit: int, before: str | None
    ) -> tuple[list[Job], str | None]:
        return self._jobs.jobs_of(owner_id, states=states, pipeline=NAME, limit=limit, before=before)

    def chosen(self, owner_id: str, choice: Choice) -> list[tuple[Job, File]]:
        """The files, each once, in the order of the choice: files by themselves, then jobs. Jobs and filters yield only
        readable files, without duplicates. FileNotFound, JobNotFound; InvalidFields for a file that can't be read."""
        if choice.filter is not None:
            for job_id in choice.job_ids:
                self._owned.job(owner_id, job_id)
            matching = self._library.matching(owner_id, choice.filter, frozenset(choice.job_ids))
            found = self._files([(job, number) for job, number in matching])
            return [(job, file) for job, file in found if file.state in _taken(choice.filter)]
        found = self._by_id(owner_id, choice.file_ids)
        for job_id in dict.fromkeys(choice.job_ids):
            job = self._owned.job(owner_id, job_id)
            found += [(job, file) for file in self._jobs.files(job) if file.state is FileState.INSPECTED]
        return list({file.id: (job, file) for job, file in found}.values())

    def _by_id(self, owner_id: str, file_ids: Sequence[str]) -> list[tuple[Job, File]]:
        places = {given: parse_file_id(given) for given in file_ids}
        jobs: dict[str, Job | None] = {}
        for place in places.values():
            if place and place[0] not in jobs:
                try:
                    jobs[place[0]] = self._owned.job(owner_id, place[0])
                except JobNotFound:
                    jobs[place[0]] = None
        wanted = [(job, place[1]) for place in places.values() if place and (job := jobs[place[0]])]
        found = {file.id: (job, file) for job, file in self._files(wanted)}
        if missing := [given for given in places if given not in found]:
            raise FileNotFound("There are no such files.", errors=_named(file_ids, missing, "There is no such file."))
        if unready := [given for given in places if found[given][1].state not in THERE]:
            errors = _named(file_ids, unready, "It has not arrived, or could not be read.")
            raise InvalidFields("Some files can't be put into an archive.", errors=errors)
        return [found[given] for given in places]

    def _files(self, wanted: Sequence[tuple[Job, int]]) -> list[tuple[Job, File]]:
        """The files that exist, in the given order."""
        numbers: dict[str, list[int]] = defaultdict(list)
        jobs = {job.id: job for job, _ in wanted}
        for job, number in wanted:
            numbers[job.id].append(number)
        found: dict[tuple[str, int], File] = {}
        single: list[str] = []
        for job_id, some in numbers.items():
            if len(some) * ONE_BY_ONE < jobs[job_id].file_count:
                single += [f"{job_id}-{number:08d}" for number in some]
            else:
                found |= {(job_id, file.number): file for file in self._jobs.files(jobs[job_id])}
        found |= {(file.job_id, file.number): file for file in self._jobs.files_by_id(single).values()}
        return [(job, found[job.id, number]) for job, number in wanted if (job.id, number) in found]

    def _artifacts(self, owner_id: str, choice: Choice) -> list[tuple[Job, Artifact]]:
        if not choice.artifacts:
            return []
        jobs = [self._owned.job(owner_id, job_id) for job_id in dict.fromkeys(choice.job_ids)]
        return [
            (job, artifact)
            for job in jobs
            if job.state is JobState.COMPLETED and job.pipeline != NAME
            for artifact in self._jobs.artifacts(job.id)
            if artifact.name != COMPLETE
        ]


def _taken(filter: WantedFiles) -> frozenset[str]:
    return frozenset(THERE & filter.states) if filter.states else frozenset({FileState.INSPECTED})


def _planned(
    chosen: Iterable[tuple[Job, File]], artifacts: Iterable[tuple[Job, Artifact]], layout: Layout
) -> list[Planned]:
    chosen, artifacts = list(chosen), list(artifacts)
    named = [Named(job.id, job.name, file.filename, _local(file)) for job, file in chosen]
    named += [Named(job.id, job.name, f"artifacts/{artifact.filename or artifact.name}") for job, artifact in artifacts]
    places = paths(named, layout)
    members = [
        Planned(path, _stored(file), _local(file) or file.modified_at, file.id)
        for path, (_, file) in zip(places, chosen, strict=False)
    ]
    return members + [
        Planned(path, StoredFile(artifact.filename, artifact.key, artifact.size, None), artifact.created_at)
        for path, (_, artifact) in zip(places[len(members) :], artifacts, strict=True)
    ]


def estimates_of(files: Mapping[str, File], strategy: Strategy) -> Estimates:
    """The estimates of a zip of a job's files, by their paths in it."""
    found = [Planned(path, _stored(file), _local(file) or file.modified_at) for path, file in files.items()]
    return _priced(found, [len(found)], strategy).estimates


def planned_zip(members: Sequence[Planned]) -> Plan:
    """The zip of these members, as if all CRC32s were known: neither its size nor its parts depend on them."""

    def known(stored: StoredFile) -> StoredFile:
        return replace(stored, crc32=0) if must_be_read(stored) else stored

    return plan_archive([Member(one.path, known(one.stored), one.modified_at) for one in members], {})


def _priced(members: Sequence[Planned], counts: Sequence[int], strategy: Strategy) -> Planning:
    first = reading([one.stored.size for one in members if must_be_read(one.stored)])
    sizes: list[int] = []
    needed = Needs()
    for some in parts(members, counts):
        planned = planned_zip(some)
        sizes.append(planned.size)
        needed += needs(planned)
    return Planning(members, counts, sizes, estimates(needed, strategy, first))


def _counts(members: Sequence[Planned], split_bytes: int | None) -> list[int]:
    if split_bytes is None:
        return [len(members)]
    try:
        counts = cut(members, split_bytes)
    except MemberTooLarge as large:
        error = FieldError("split_bytes", f"too small for one of the files: {large}")
        raise InvalidFields("A file is larger than the maximum size of a zip.", errors=[error]) from None
    if len(counts) > MOST_ZIPS:
        error = FieldError("split_bytes", f"makes more than {MOST_ZIPS} zips")
        raise InvalidFields("The zips are too small.", errors=[error])
    return counts


def _stored(file: File) -> StoredFile:
    return StoredFile(file.filename, file.key, file.size, file.crc32, file.etag, file.bucket)


def _local(file: File) -> datetime | None:
    """The file's time by the clock of its place, where that is known."""
    detected: Mapping[str, object] = file.metadata
    moment, offset = detected.get("detected_timestamp"), detected.get("utc_offset")
    if not isinstance(moment, str):
        return None
    try:
        at = datetime.fromisoformat(moment)
        zone = _zone(offset) if isinstance(offset, str) else None
        return at.astimezone(zone) if zone else at
    except (ValueError, OverflowError):
        return None


def _zone(offset: str) -> timezone | None:
    if len(offset) != 6 or offset[0] not in "+-":
        return None
    size = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:6]))
    return timezone(-size if offset[0] == "-" else size)


def _named(file_ids: Sequence[str], wrong: Sequence[str], message: str) -> list[FieldError]:
    return [FieldError(f"file_ids[{file_ids.index(given)}]", message) for given in wrong[:NAMED_AT_ONCE]]
