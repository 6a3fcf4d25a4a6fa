"""Shapes of schedules."""

from typing import Any, Self

from pydantic import Field, model_validator

from chalicelib.api.models.jobs import PipelineName
from chalicelib.api.models.shapes import Answer, Given, Name, Time
from chalicelib.jobs.timing import LONGEST_MINUTES, SHORTEST_MINUTES

CRON = "A cron expression: minute, hour, day, month and weekday. Runs must be at least 15 minutes apart."
ZONE = "The time zone of the cron expression, such as `Europe/Berlin`."


class ScheduleRequest(Given):
    """Either `cron` or `every_minutes`."""

    name: Name
    pipeline: PipelineName
    options: dict[str, Any] = Field(default_factory=dict)
    path: str | None = Field(
        None,
        min_length=1,
        max_length=1024,
        description="The path to import in each run, as for `POST /import-path`.",
    )
    recursive: bool = True
    cron: str | None = Field(None, max_length=100, description=CRON)
    every_minutes: int | None = Field(None, ge=SHORTEST_MINUTES, le=LONGEST_MINUTES)
    zone: str = Field("UTC", max_length=60, description=ZONE)


class ScheduleChanges(Given):
    """Omitted fields keep their value. `cron` replaces `every_minutes`, and vice versa."""

    name: Name = ""
    options: dict[str, Any] = Field(default_factory=dict)
    paused: bool = False
    cron: str = Field("", max_length=100, description=CRON)
    every_minutes: int = Field(SHORTEST_MINUTES, ge=SHORTEST_MINUTES, le=LONGEST_MINUTES)
    zone: str = Field("UTC", max_length=60, description=ZONE)

    @model_validator(mode="after")
    def _one_timing(self) -> Self:
        if {"cron", "every_minutes"} <= self.model_fields_set:
            raise ValueError("one of cron and every_minutes")
        return self


class StartedAnswer(Answer):
    at: Time
    due_at: Time | None = Field(description="Null if the run was requested.")
    job_id: str | None = Field(description="Null if no job began.")
    error_code: str | None
    error_message: str | None


class ScheduleAnswer(Answer):
    fleeting = frozenset({"next_at", "history"})

    id: str
    name: str
    pipeline: str
    options: dict[str, Any]
    path: str | None
    recursive: bool
    cron: str | None
    every_minutes: int | None
    zone: str
    paused: bool
    created_at: Time
    next_at: Time | None
    history: list[StartedAnswer] = Field(description="The last 20 runs, newest first.")


class SchedulesAnswer(Answer):
    items: list[ScheduleAnswer]


class BegunAnswer(Answer):
    job_id: str
