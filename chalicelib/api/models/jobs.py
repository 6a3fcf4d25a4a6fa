"""Shapes of jobs and pipelines."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from chalicelib.api.models.shapes import Answer, Given, Query, Time, commas
from chalicelib.jobs.states import JobState

CallbackUrl = Annotated[
    str | None, Field(min_length=1, max_length=2000, description="Receives the job's end, as a webhook.")
]
PipelineName = Annotated[str, StringConstraints(max_length=40)]


class FileCounts(Answer):
    expected: int = Field(description="Not arrived, or being inspected.")
    inspected: int
    rejected: int
    duplicate: int


class WaitingFor(Answer):
    """What a paused job needs from its owner: supply it, then resume the job."""

    code: str
    message: str


class JobAnswer(Answer):
    fleeting = frozenset(
        {
            "status",
            "progress_current",
            "progress_total",
            "progress_percent",
            "current_filename",
            "waiting_for",
            "error_count",
            "error_code",
            "error_message",
            "started_at",
            "completed_at",
            "files",
            "sealed",
            "result",
            "revision",
            "results_current",
        }
    )

    id: str
    name: str
    description: str | None = None
    tags: list[str] = Field(default_factory=list)
    pipeline: str
    status: JobState
    options: dict[str, Any]
    progress_current: int
    progress_total: int
    progress_percent: float
    current_filename: str | None
    waiting_for: WaitingFor | None = None
    error_count: int
    error_code: str | None
    error_message: str | None
    created_at: Time
    started_at: Time | None
    completed_at: Time | None
    files: FileCounts
    sealed: bool = Field(description="No more files can be added.")
    follows: str | None = Field(None, description="The job that had imported the same drop folder before.")
    result: dict[str, Any] | None = None
    callback_url: str | None = None
    revision: int = Field(0, description="How often its owner has corrected what was found of its files.")
    results_current: bool = Field(True, description="Whether its results have all of these corrections.")


class OriginAnswer(Answer):
    """Where a job's files were found."""

    kind: Literal["import", "drop"]
    path: str = Field(description="The place that was imported, or the drop folder.")
    stage: Literal["waiting", "listing", "taken"] = Field(
        description="`waiting` for the drop folder to be quiet or complete, `listing` it, or all is `taken` in."
    )
    closes_at: Time | None = Field(description="Of one that waits: when it is closed unless more comes.")


class JobSummary(Answer):
    id: str
    name: str
    pipeline: str
    status: JobState
    file_count: int = Field(description="Without files that were deleted or are in the bin.")
    error_code: str | None
    error_message: str | None
    created_at: Time
    started_at: Time | None
    completed_at: Time | None
    waiting_for: WaitingFor | None = None
    options: dict[str, Any]
    result: dict[str, Any] | None = Field(description="The result of its run: summary, quality score, metadata.")
    size_bytes: int | None = Field(
        description="Its files' bytes in your storage; null until it is over. Bytes that files share count once."
    )
    origin: OriginAnswer | None = Field(None, description="Of an import and of a drop folder.")


class JobsQuery(Query):
    status: Annotated[list[JobState], BeforeValidator(commas)] = Field(default_factory=list)
    pipeline: PipelineName | None = None
    origin: Annotated[list[Literal["import", "drop"]], BeforeValidator(commas)] = Field(
        default_factory=list, description="Imports, or drop folders, alone."
    )
    limit: int = Field(50, ge=1, le=100)
    cursor: str | None = Field(None, pattern=r"^[0-9a-z]{26}$")


class JobsPage(Answer):
    items: list[JobSummary]
    next_cursor: str | None
    poll_after_seconds: int


class StatusAnswer(Answer):
    """The fields depend on the state: those without a meaning in it are left out."""

    sparse = True

    job_id: str
    status: JobState
    poll_after_seconds: int
    files_expected: int | None = None
    files_intended: int | None = Field(
        None, description="Files that the opening promised, while some are still to be announced."
    )
    files_received: int | None = Field(
        None, description="Those that have arrived; of jobs with more than 5,000 files, those that were looked at."
    )
    files_inspected: int | None = Field(None, description="Those that were looked at, rejected ones too.")
    queue_position: int | None = None
    estimated_wait_seconds: int | None = None
    progress_percent: float | None = None
    current_step: int | None = None
    total_steps: int | None = None
    step_name: str | None = None
    current_filename: str | None = None
    elapsed_seconds: float | None = None
    estimated_remaining_seconds: int | None = None
    waiting_for: WaitingFor | None = None
    download_url: str | None = None
    result_size_bytes: int | None = None
    results_current: bool | None = Field(None, description="Whether its results have all that its owner corrected.")
    processing_time_seconds: float | None = None
    error_code: str | None = None
    error_message: str | None = None


class ControlRequest(Given):
    action: Literal["pause", "resume", "cancel"]


class ListingAnswer(Answer):
    """How the files of a job can be listed."""

    sorts: list[str]
    groups: list[str]


class PipelineAnswer(Answer):
    name: str
    title: str
    description: str
    extensions: list[str]
    bare_names: str | None = Field(
        description="A regular expression, whatever the case, of names without an extension that it takes; null: none."
    )
    max_bytes: int
    roles: list[str]
    steps: list[str]
    options: dict[str, Any] = Field(description="JSON Schema: what an upload form needs.")
    kind: str | None = Field(description="The kind of its files: `image`, `video`, `volume`, `audio`; null: several.")
    listing: ListingAnswer


class PipelinesAnswer(Answer):
    items: list[PipelineAnswer]
