"""Jobs over files that are there already: nothing is uploaded again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from chalicelib.jobs.adding import add_files
from chalicelib.jobs.errors import (
    FieldError,
    FileNotFound,
    FileNotReady,
    JobError,
    JobNotFound,
    TooLarge,
    UnsupportedType,
)
from chalicelib.jobs.ids import is_id
from chalicelib.jobs.intake import Intake
from chalicelib.jobs.job_ports import ReuseStore
from chalicelib.jobs.limits import MiB
from chalicelib.jobs.model import File, Job, file_id, parse_file_id
from chalicelib.jobs.ownership import Owned
from chalicelib.jobs.ports import Clock, NewId
from chalicelib.jobs.settling import Settling
from chalicelib.jobs.sharing import give_back, lend
from chalicelib.jobs.states import FINISHED
from chalicelib.pipelines.base import Pipeline

SHOWN = 20


class Reuse:
    def __init__(
        self,
        jobs: ReuseStore,
        owned: Owned,
        intake: Intake,
        settling: Settling,
        pipelines: Mapping[str, Pipeline],
        clock: Clock,
        new_id: NewId,
    ) -> None:
        self._jobs = jobs
        self._owned = owned
        self._intake = intake
        self._settling = settling
        self._pipelines = pipelines
        self._clock = clock
        self._new_id = new_id

    def open_job(
        self,
        owner_id: str,
        pipeline: str,
        file_ids: Sequence[str],
        options: Mapping[str, Any],
        *,
        name: str | None = None,
        **fields: Any,
    ) -> Job:
        """A sealed job of these files in this order, each taken once; further fields of Job as keywords.

        FileNotFound, Conflict where one has not arrived yet, BadRequest and TooLarge by the pipeline's rules.
        """
        self._intake.check_options(pipeline, options)
        jobs, sources = self._sources(owner_id, list(dict.fromkeys(file_ids)))
        self._check(self._pipelines[pipeline], sources)
        job_id, now = self._new_id(), self._clock()
        lent = lend(self._jobs, job_id, dict(enumerate(sources, 1)), now)
        try:
            if len(lent) < len(sources):
                raise FileNotFound("Some of the files were deleted at this very moment.")
            job = self._intake.create(owner_id, pipeline, options, name=name, id=job_id, **fields)
        except JobError:
            give_back(self._jobs, job_id, lent, now)
            raise
        files = [_shared(job, number, source, jobs[source.job_id]) for number, source in lent.items()]
        job = add_files(self._jobs, job, files, seal=True)
        self._settling.ask_for(job, files)
        return self._settling.settle(job.id)

    def _sources(self, owner_id: str, file_ids: Sequence[str]) -> tuple[dict[str, Job], list[File]]:
        places = [place for given in file_ids if (place := parse_file_id(given)) and is_id(place[0])]
        jobs = self._jobs_of(owner_id, {job_id for job_id, _ in places})
        there = self._jobs.files_by_id([file_id(*place) for place in places if place[0] in jobs])
        missing = [i for i, given in enumerate(file_ids) if given not in there]
        if missing:
            raise FileNotFound(
                "Some files are not there.",
                errors=[FieldError(f"file_ids[{i}]", "no such file") for i in missing[:SHOWN]],
            )
        waiting = [i for i, given in enumerate(file_ids) if there[given].state not in FINISHED]
        if waiting:
            raise FileNotReady(
                "Some files have not arrived yet, or are being looked at.",
                errors=[FieldError(f"file_ids[{i}]", "not ready") for i in waiting[:SHOWN]],
            )
        return jobs, [there[given] for given in file_ids]

    def _jobs_of(self, owner_id: str, job_ids: Iterable[str]) -> dict[str, Job]:
        found = {}
        for job_id in job_ids:
            with suppress(JobNotFound):
                found[job_id] = self._owned.job(owner_id, job_id)
        return found

    def _check(self, pipeline: Pipeline, sources: Sequence[File]) -> None:
        rules = pipeline.accepts
        wrong = [i for i, file in enumerate(sources) if rules.extension(file.filename) is None]
        if wrong:
            raise UnsupportedType(
                f"The {pipeline.name} pipeline takes {' '.join(rules.extensions)}.",
                errors=[FieldError(f"file_ids[{i}]", "not a type that this pipeline takes") for i in wrong[:SHOWN]],
            )
        large = [i for i, file in enumerate(sources) if file.size > rules.max_bytes]
        if large:
            raise TooLarge(
                f"A file is larger than the {rules.max_bytes / MiB:,.0f} MiB that {pipeline.name} takes.",
                errors=[FieldError(f"file_ids[{i}]", f"at most {rules.max_bytes} bytes") for i in large[:SHOWN]],
            )


def _shared(job: Job, number: int, source: File, source_job: Job) -> File:
    return File(
        job_id=job.id,
        number=number,
        filename=source.filename,
        key=source.key,
        bucket=source.bucket,
        size=source.size,
        etag=source.etag,
        content_type=source.content_type,
        modified_at=source.modified_at or source_job.created_at,
        role=source.role,
        expected_sha256=source.sha256,
        source=source.source or source.id,
        title=source.title,
        description=source.description,
        tags=source.tags,
    )
