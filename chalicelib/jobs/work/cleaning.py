"""Removes the leftovers of a run that won't be finished."""

from __future__ import annotations

from chalicelib.jobs import keys
from chalicelib.jobs.library.results import run_name
from chalicelib.jobs.model import Job
from chalicelib.jobs.ports.outside import ObjectStore
from chalicelib.jobs.ports.stores import RunLeftovers


def abort_archives(objects: ObjectStore, job_id: str) -> None:
    """Ends the uploads of zips that won't be finished: their parts would cost until they expire."""
    objects.abort_below(keys.below(keys.RESULTS, job_id))


def clean(objects: ObjectStore, jobs: RunLeftovers, job: Job) -> None:
    """Removes a run's unfinished output; the user's uploads stay."""
    for root in (keys.WORK, keys.RESULTS):
        objects.delete_prefix(keys.below(root, job.id))
    jobs.delete_artifacts(job.id)
    jobs.delete_slices(job.id)
    jobs.delete_results(job.id, run_name(job))
