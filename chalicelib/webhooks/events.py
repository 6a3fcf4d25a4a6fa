"""The events of jobs and files, under ids that follow from the change: the same change is the same event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chalicelib.jobs.model import Job, file_id
from chalicelib.jobs.states import FINAL, JobState
from chalicelib.webhooks.model import Event

REJECTED = "file.rejected"


def job_ended(job: Job, at: datetime) -> Event:
    """The event of a job that has just become final."""
    if job.state not in FINAL:
        raise ValueError(f"job {job.id} is {job.state}")
    data = {
        "job_id": job.id,
        "name": job.name,
        "pipeline": job.pipeline,
        "status": str(job.state),
        "files": {
            "inspected": job.counts.inspected,
            "rejected": job.counts.rejected,
            "duplicate": job.counts.duplicate,
        },
        "error_code": job.error_code,
        "error_message": job.error_message,
        "result": dict(job.result) if job.result and job.state is JobState.COMPLETED else None,
    }
    return Event(f"{job.id}.{job.state}.{job.retries}", f"job.{job.state}", job.owner_id, at, data, job.callback)


def file_rejected(
    job_id: str, owner_id: str, number: int, attempt: int, code: str | None, message: str | None, at: datetime
) -> Event:
    """attempt: the claim that ended in the rejection; another inspection of the same file is another event."""
    data: dict[str, Any] = {
        "job_id": job_id,
        "file_id": file_id(job_id, number),
        "error_code": code,
        "error_message": message,
    }
    return Event(f"{job_id}.{number}.rejected.{attempt}", REJECTED, owner_id, at, data)
