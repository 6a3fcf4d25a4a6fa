"""Jobs over stored files, without another upload."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.jobs.core import Core
from chalicelib.jobs.errors import (
    FieldError,
    FileNotFound,
    FileNotReady,
    InvalidFields,
    JobError,
    JobNotFound,
    StaleTransition,
    TooLarge,
    TryAgain,
    UnsupportedType,
)
from chalicelib.jobs.ids import is_id
from chalicelib.jobs.intake.adding import add_files
from chalicelib.jobs.intake.uploads import Intake
from chalicelib.jobs.library.ownership import Owned
from chalicelib.jobs.library.sharing import give_back, lend
from chalicelib.jobs.limits import MiB
from chalicelib.jobs.model import File, Job, file_id, parse_file_id
from chalicelib.jobs.ports.stores import ReuseStore
from chalicelib.jobs.states import AWAITED, FINISHED
from chalicelib.jobs.work.settling import Settling
from chalicelib.pipelines.base import Pipeline

SHOWN = 20


@dataclass(frozen=True)
class Chosen:
    """A file chosen for a job.

    role: its role in the new job; None: its role in its own job, where the pipeline knows that. field: its place in
    the request.
    """

    file_id: str
    role: str | None = None
    field: str = ""


class Reuse:
    def __init__(
        self,
        core: Core[ReuseStore],
        owned: Owned,
        intake: Intake,
        settling: Settling,
        pipelines: Mapping[str, Pipeline],
    ) -> None:
        self._jobs = core.jobs
        self._owned = owned
        self._intake = intake
        self._settling = settling
        self._pipelines = pipelines
        self._clock = core.clock
        self._new_id = core.new_id

    def open_job(
        self,
        owner_id: str,
        pipeline: str,
        chosen: Sequence[Chosen],
        options: Mapping[str, Any],
        *,
        name: str | None = None,
        id: str | None = None,
        **fields: Any,
    ) -> Job:
        """Opens a sealed job of these files in this order, each taken once; further fields of Job as keywords. A
        repeated id gives the same job.

        FileNotFound, Conflict where a file has not arrived yet; BadRequest, TooLarge and InvalidFields by the
        pipeline's rules and for a file in two roles.
        """
        checked = self._intake.check_options(pipeline, options)
        known = self._intake.made(owner_id, pipeline, id)
        if known and known.sealed:
            return self._taken_in(known, list(self._jobs.files(known, binned=True)))
        wanted = _once(chosen)
        sources = self._sources(owner_id, wanted)
        rules = self._pipelines[pipeline].accepts
        self._check(self._pipelines[pipeline], wanted, sources)
        roles = {i: one.role or source.role for i, (one, source) in enumerate(zip(wanted, sources, strict=True), 1)}
        job_id, now = id or self._new_id(), self._clock()
        lent = lend(self._jobs, job_id, dict(enumerate(sources, 1)), now)
        try:
            if len(lent) < len(sources):
                raise FileNotFound("Some of the files were just deleted.")
            job = known or self._intake.create(
                owner_id, pipeline, checked, name=name, id=job_id, checked=True, **fields
            )
        except StaleTransition:
            # The same request is being carried out: its uses stay.
            raise TryAgain("The same request is being carried out. Ask again for its result.") from None
        except JobError:
            give_back(self._jobs, job_id, lent, now)
            raise
        files = [
            replace(
                _shared(job, number, source),
                role=roles[number] if roles[number] in rules.roles else None,
            )
            for number, source in lent.items()
        ]
        try:
            job = add_files(self._jobs, job, files, seal=True)
        except StaleTransition:
            raise TryAgain("The same request is being carried out. Ask again for its result.") from None
        return self._taken_in(job, files)

    def _taken_in(self, job: Job, files: Sequence[File]) -> Job:
        self._settling.ask_for(job, [file for file in files if file.state in AWAITED])
        return self._settling.settle(job.id)

    def _sources(self, owner_id: str, wanted: Sequence[Chosen]) -> list[File]:
        places = [place for one in wanted if (place := parse_file_id(one.file_id)) and is_id(place[0])]
        jobs = self._jobs_of(owner_id, {job_id for job_id, _ in places})
        there = self._jobs.files_by_id([file_id(*place) for place in places if place[0] in jobs])
        missing = [one for one in wanted if one.file_id not in there]
        if missing:
            raise FileNotFound(
                "Some files do not exist.",
                errors=[FieldError(one.field, "no such file") for one in missing[:SHOWN]],
            )
        waiting = [one for one in wanted if there[one.file_id].state not in FINISHED]
        if waiting:
            raise FileNotReady(
                "Some files have not arrived yet, or are being inspected.",
                errors=[FieldError(one.field, "not ready") for one in waiting[:SHOWN]],
            )
        return [there[one.file_id] for one in wanted]

    def _jobs_of(self, owner_id: str, job_ids: Iterable[str]) -> dict[str, Job]:
        found = {}
        for job_id in job_ids:
            with suppress(JobNotFound):
                found[job_id] = self._owned.job(owner_id, job_id)
        return found

    def _check(self, pipeline: Pipeline, wanted: Sequence[Chosen], sources: Sequence[File]) -> None:
        rules = pipeline.accepts
        pairs = list(zip(wanted, sources, strict=True))
        unknown = [one for one in wanted if one.role and one.role not in rules.roles]
        if unknown:
            known = "one of " + ", ".join(rules.roles) if rules.roles else "not used here"
            raise InvalidFields(
                "A file has a role that this pipeline doesn't know.",
                errors=[FieldError(f"{one.field}.role", known) for one in unknown[:SHOWN]],
            )
        wrong = [one for one, file in pairs if rules.extension(file.filename) is None]
        if wrong:
            raise UnsupportedType(
                f"The {pipeline.name} pipeline takes {' '.join(rules.extensions)}.",
                errors=[FieldError(one.field, "not a type that this pipeline takes") for one in wrong[:SHOWN]],
            )
        large = [one for one, file in pairs if file.size > rules.max_bytes]
        if large:
            raise TooLarge(
                f"A file is larger than the {rules.max_bytes / MiB:,.0f} MiB that {pipeline.name} takes.",
                errors=[FieldError(one.field, f"at most {rules.max_bytes} bytes") for one in large[:SHOWN]],
            )


def _once(chosen: Sequence[Chosen]) -> list[Chosen]:
    """Each file at its first place. Raises InvalidFields for one in two roles."""
    first: dict[str, Chosen] = {}
    for one in chosen:
        if first.setdefault(one.file_id, one).role != one.role:
            twice = FieldError(f"{one.field}.role", "the file is named twice, in different roles")
            raise InvalidFields("A file can have one role in a job.", errors=[twice])
    return list(first.values())


def _shared(job: Job, number: int, source: File) -> File:
    return File(
        job_id=job.id,
        number=number,
        filename=source.filename,
        key=source.key,
        bucket=source.bucket,
        size=source.size,
        etag=source.etag,
        content_type=source.content_type,
        modified_at=source.modified_at,
        role=source.role,
        expected_sha256=source.sha256,
        source=source.source or source.id,
        title=source.title,
        description=source.description,
        tags=source.tags,
    )
