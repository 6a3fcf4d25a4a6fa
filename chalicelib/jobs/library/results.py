"""Results: the outcomes of jobs, written by each run and by trusted clients, and searched by their owner."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chalicelib.jobs.errors import (
    FieldError,
    InvalidFields,
    JobNotFound,
    PreconditionFailed,
    ResultNotFound,
    StaleTransition,
    TryAgain,
)
from chalicelib.jobs.ids import is_id
from chalicelib.jobs.library.ownership import Owned
from chalicelib.jobs.model import Job, Result
from chalicelib.jobs.ports.outside import Clock, NewId
from chalicelib.jobs.ports.stores import ResultStore

LARGEST_METADATA = 64 * 1024
"""Bytes as JSON: an item holds 400 kB, and a page of results must stay small enough to be sent."""
AT_ONCE = 100


@dataclass(frozen=True)
class WantedResults:
    """sort_by: `created_at` or `quality_score`; results without a score come last in either direction."""

    job_id: str | None = None
    pipeline: str | None = None
    min_quality: float | None = None
    sort_by: str = "created_at"
    descending: bool = True
    page: int = 1
    per_page: int = 50


def run_name(job: Job) -> str:
    """The prefix of the ids of the present run's results, after their job's."""
    return f"run{job.retries:04d}"


def result_of_run(job: Job, now: datetime) -> Result:
    """The result of the job's latest run. Each retry has a result of its own; the same run again replaces its own."""
    said = job.result or {}
    return Result(
        id=f"{job.id}-{run_name(job)}",
        job_id=job.id,
        owner_id=job.owner_id,
        pipeline=job.pipeline,
        summary=str(said.get("summary", "")),
        created_at=now,
        quality_score=said.get("quality_score"),
        metadata=dict(said.get("metadata") or {}),
    )


def result_of_file(
    job: Job, number: int, summary: str, quality_score: float | None, metadata: Mapping[str, Any], now: datetime
) -> Result:
    """The present run's result about one file; a later one replaces it."""
    return Result(
        id=f"{job.id}-{run_name(job)}-{number:08d}",
        job_id=job.id,
        owner_id=job.owner_id,
        pipeline=job.pipeline,
        summary=summary,
        created_at=now,
        quality_score=quality_score,
        metadata=dict(metadata),
        file=number,
    )


class Results:
    def __init__(self, jobs: ResultStore, owned: Owned, clock: Clock, new_id: NewId) -> None:
        self._jobs = jobs
        self._owned = owned
        self._clock = clock
        self._new_id = new_id

    def page(self, owner_id: str, wanted: WantedResults) -> tuple[list[Result], int]:
        """A page of the owner's results and how many match. Reads all of the owner's: a job has one for each of its
        runs."""
        if wanted.job_id:
            self._owned.job(owner_id, wanted.job_id)
            results = self._jobs.results_of(wanted.job_id)
        else:
            binned = self._binned(owner_id)
            results = [result for result in self._jobs.results(owner_id) if result.job_id not in binned]
        found = [result for result in results if _matches(result, wanted)]
        found.sort(key=lambda result: (result.created_at, result.id), reverse=wanted.descending)
        if wanted.sort_by == "quality_score":
            found.sort(key=lambda result: result.quality_score or 0.0, reverse=wanted.descending)
            found.sort(key=lambda result: result.quality_score is None)
        start = (wanted.page - 1) * wanted.per_page
        return found[start : start + wanted.per_page], len(found)

    def get(self, owner_id: str, result_id: str) -> Result:
        """ResultNotFound, also for another user's result and for one of a job in the bin."""
        if not is_id(result_id.partition("-")[0]):
            raise ResultNotFound("There is no such result.")
        result = self._jobs.result(result_id)
        if result.owner_id != owner_id:
            raise ResultNotFound("There is no such result.")
        try:
            self._owned.job(owner_id, result.job_id)
        except JobNotFound:
            raise ResultNotFound("There is no such result.") from None
        return result

    def _binned(self, owner_id: str) -> set[str]:
        """The ids of the owner's jobs in the bin."""
        found: set[str] = set()
        before = None
        while True:
            jobs, before = self._jobs.jobs_of(
                owner_id, states=frozenset(), pipeline=None, limit=AT_ONCE, before=before, binned=True
            )
            found.update(job.id for job in jobs)
            if before is None:
                return found

    def create(
        self,
        job_id: str,
        summary: str,
        quality_score: float | None,
        metadata: Mapping[str, Any],
        own_id: str | None = None,
    ) -> Result:
        """A result for any job of any owner. The same own_id twice is one result of the job. JobNotFound."""
        job = self._jobs.job(job_id)
        self._owned.job(job.owner_id, job_id)
        _check_size(metadata)
        result_id = f"{job.id}-{own_id or self._new_id()}"
        if own_id:
            with suppress(ResultNotFound):
                return self._jobs.result(result_id)
        result = Result(
            id=result_id,
            job_id=job.id,
            owner_id=job.owner_id,
            pipeline=job.pipeline,
            summary=summary,
            created_at=self._clock(),
            quality_score=quality_score,
            metadata=metadata,
        )
        self._jobs.put_result(result)
        return result

    def edit(self, result: Result, changes: Mapping[str, Any], *, exactly: bool) -> Result:
        """Changes a result; `metadata` is merged into what is there, and null removes a name. exactly: only the version
        that was read, else PreconditionFailed."""
        for _ in range(5):
            wanted = dict(changes)
            if "metadata" in wanted:
                merged = {**result.metadata, **(wanted["metadata"] or {})}
                wanted["metadata"] = {name: value for name, value in merged.items() if value is not None}
                _check_size(wanted["metadata"])
            try:
                return self._jobs.edit_result(result, {**wanted, "updated_at": self._clock()})
            except StaleTransition:
                if exactly:
                    raise PreconditionFailed("The result was changed in the meantime.") from None
                result = self._jobs.result(result.id)
        raise TryAgain("The result is being changed by others: try again.")

    def delete(self, result: Result) -> None:
        self._jobs.delete_result(result)


def _matches(result: Result, wanted: WantedResults) -> bool:
    score, least = result.quality_score, wanted.min_quality
    return (least is None or (score is not None and score >= least)) and wanted.pipeline in {None, result.pipeline}


def _check_size(metadata: Mapping[str, Any]) -> None:
    try:
        size = len(json.dumps(metadata, ensure_ascii=False, allow_nan=False).encode())
    except (ValueError, RecursionError):  # half a character, a number out of range, or nesting too deep
        raise InvalidFields("The metadata can't be stored.", errors=[FieldError("metadata", "no valid JSON")]) from None
    if size > LARGEST_METADATA:
        most = f"at most {LARGEST_METADATA // 1024} KiB as JSON"
        raise InvalidFields("The metadata is too large.", errors=[FieldError("metadata", most)])
