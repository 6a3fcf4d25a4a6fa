"""Shapes of how the installation is."""

from typing import Literal

from pydantic import Field

from chalicelib.api.models.shapes import Answer


class DayOfJobs(Answer):
    date: str = Field(json_schema_extra={"format": "date"}, description="In UTC.")
    opened: int
    completed: int
    failed: int
    cancelled: int


class PipelineTimes(Answer):
    pipeline: str
    jobs: int = Field(description="Completed ones.")
    average_processing_time_seconds: float


class ErrorTimes(Answer):
    code: str
    jobs: int = Field(description="That failed for this reason.")
    files: int = Field(description="That were rejected for it, each time that they were.")


class StatsAnswer(Answer):
    total_jobs_processed: int
    total_jobs_today: int
    unique_users: int
    average_processing_time_seconds: float | None
    jobs_in_queue: int
    uptime_hours: float = Field(description="Since the first job of this installation.")
    stored_bytes: int = Field(description="Of the files of jobs that are over; bytes that files share count once.")
    days: list[DayOfJobs] = Field(
        description="The last 30, today's the last of them. A job counts on the day it ended, until it is retried."
    )
    pipelines: list[PipelineTimes] = Field(description="Of these days.")
    errors: list[ErrorTimes] = Field(description="Of these days, the most frequent first.")


class Dependency(Answer):
    ok: bool
    latency_ms: float
    error: str | None = None


class HealthAnswer(Answer):
    status: Literal["ok", "degraded"]
    version: str
    dependencies: dict[str, Dependency]
