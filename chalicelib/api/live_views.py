"""A job, as frames for open sockets."""

from __future__ import annotations

import json
from typing import Any

from chalicelib.api.job_views import status_answer
from chalicelib.jobs.model import Job


def frame(job: Job) -> dict[str, Any]:
    """details: the answer of GET /status; the rest is for other systems' clients, which expect it on a job's socket."""
    details = json.loads(status_answer(job).model_dump_json(exclude_none=True))
    return {
        "job_id": job.id,
        "status": job.state.value,
        "progress": 100.0 if details["status"] == "completed" else details.get("progress_percent", 0.0),
        "message": sentence(job, details),
        "result": json.loads(json.dumps(dict(job.result))) if job.result else None,
        "error": job.error_message,
        "details": details,
    }


def sentence(job: Job, details: dict[str, Any]) -> str:
    """Its message, in one line."""
    if job.error_message:
        return job.error_message
    if summary := (job.result or {}).get("summary"):
        return str(summary)
    return str(details.get("step_name") or f"The job is {job.state}.")
