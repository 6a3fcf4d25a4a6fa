"""Questions to a work: its options as a job has them stored, and the function of its next step."""

from __future__ import annotations

from typing import Any, TypeGuard

from pydantic import ValidationError

from chalicelib.jobs.errors import field_errors
from chalicelib.jobs.model import Job
from chalicelib.pipelines.base import Pipeline, PipelineFailed, Work

FIELDS_SHOWN = 5


def takes_files(work: Work) -> TypeGuard[Pipeline]:
    """Whether the work is a pipeline."""
    return hasattr(work, "accepts")


def works_per_file(work: Work) -> bool:
    """Whether its jobs run from the first file on and are never queued."""
    return takes_files(work) and work.per_file


def options_version(work: Work) -> int:
    return int(getattr(work, "options_version", 1))


def options_of(work: Work, job: Job) -> Any:
    """The job's stored options as this version of the work reads them. Raises PipelineFailed `options_outdated` where
    it can't: they were stored by another version."""
    given: Any = dict(job.options)
    try:
        if job.options_version != options_version(work) and hasattr(work, "upgrade_options"):
            given = work.upgrade_options(given, job.options_version)
        return work.Options.model_validate(given)
    except (ValidationError, LookupError, TypeError, ValueError) as error:
        wrong = field_errors(error, "options") if isinstance(error, ValidationError) else []
        named = "; ".join(f"{found.field}: {found.message}" for found in wrong[:FIELDS_SHOWN])
        why = f" ({named})" if named else ""
        raise PipelineFailed(
            "options_outdated",
            f"The job's options were stored by another version and can't be read now{why}: open a new job.",
        ) from None


def place_of(work: Work, job: Job) -> str:
    """The pipeline or layer whose function does the job's next step."""
    if job.steps_done >= len(work.steps):
        return work.name
    try:
        return work.steps[job.steps_done].layer(options_of(work, job)) or work.name
    except PipelineFailed:  # any function can report this failure
        return work.name
