"""What a run that won't be finished leaves, removed."""

from __future__ import annotations

from chalicelib.jobs import keys
from chalicelib.jobs.job_ports import RunLeftovers
from chalicelib.jobs.ports import ObjectStore


def clean(objects: ObjectStore, jobs: RunLeftovers, job_id: str) -> None:
    """Removes what a run had half made; what the user uploaded stays."""
    for root in (keys.WORK, keys.RESULTS):
        objects.delete_prefix(keys.below(root, job_id))
    jobs.delete_artifacts(job_id)
    jobs.delete_slices(job_id)
