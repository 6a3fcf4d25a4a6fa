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
    jobs: int = Field(description="The number of completed jobs.")
    average_processing_time_seconds: float


class ErrorTimes(Answer):
    code: str
    jobs: int = Field(description="Jobs that failed with this error.")
    files: int = Field(description="Files rejected with this error; every rejection counts.")


class StatsAnswer(Answer):
    total_jobs_processed: int
    total_jobs_today: int
    unique_users: int
    average_processing_time_seconds: float | None
    jobs_in_queue: int
    uptime_hours: float = Field(description="Hours since the first job of this installation.")
    stored_bytes: int = Field(
        description="Bytes of the files of jobs that have ended; bytes that files share count once."
    )
    days: list[DayOfJobs] = Field(
        description="The last 30 days, ending with today. A job counts on the day it ended, until it is retried."
    )
    pipelines: list[PipelineTimes] = Field(description="Processing times in these days.")
    errors: list[ErrorTimes] = Field(description="Errors in these days, most frequent first.")


class Dependency(Answer):
    ok: bool
    latency_ms: float
    error: str | None = None


class HealthAnswer(Answer):
    status: Literal["ok", "degraded"]
    version: str
    dependencies: dict[str, Dependency]
