"""Shapes of jobs and pipelines."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from chalicelib.api.models.shapes import Answer, Given, Query, Time, commas
from chalicelib.jobs.states import JobState

CallbackUrl = Annotated[
    str | None, Field(min_length=1, max_length=2000, description="Receives a webhook when the job ends.")
]
PipelineName = Annotated[str, StringConstraints(max_length=40)]


class FileCounts(Answer):
    expected: int = Field(description="Files that have not arrived or are being inspected.")
    inspected: int
    rejected: int
    duplicate: int


class WaitingFor(Answer):
    """The input that a paused job needs from its owner: supply it, then resume the job."""

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
    sealed: bool = Field(description="Whether the job is closed to further files.")
    follows: str | None = Field(None, description="The previous job from the same drop folder.")
    result: dict[str, Any] | None = None
    callback_url: str | None = None
    revision: int = Field(0, description="The number of corrections by the job's owner.")
    results_current: bool = Field(True, description="Whether the results include all of these corrections.")


class OriginAnswer(Answer):
    """The origin of a job's files."""

    kind: Literal["import", "drop"]
    path: str = Field(description="The imported path, or the drop folder.")
    stage: Literal["waiting", "listing", "taken"] = Field(
        description="`waiting`: until the drop folder is quiet or complete; `listing`: the folder is being listed; "
        "`taken`: all files are in the job."
    )
    closes_at: Time | None = Field(
        description="While `waiting`: the time at which the folder is closed unless more files arrive."
    )


COLLECTING = "While the job is open for files of others: when that ends, unless you start the job before."


class JobSummary(Answer):
    id: str
    name: str
    pipeline: str
    status: JobState
    file_count: int = Field(description="The number of files, without those that were deleted or are in the bin.")
    error_code: str | None
    error_message: str | None
    created_at: Time
    started_at: Time | None
    completed_at: Time | None
    waiting_for: WaitingFor | None = None
    options: dict[str, Any]
    result: dict[str, Any] | None = Field(description="The result of the job's run: summary, quality score, metadata.")
    size_bytes: int | None = Field(
        description="Storage that the job's files use, in bytes; null until the job has ended. Bytes that files "
        "share count once."
    )
    origin: OriginAnswer | None = Field(None, description="Set for imports and drop folders.")
    collecting_until: Time | None = Field(None, description=COLLECTING)


class JobsQuery(Query):
    status: Annotated[list[JobState], BeforeValidator(commas)] = Field(default_factory=list)
    pipeline: PipelineName | None = None
    origin: Annotated[list[Literal["import", "drop"]], BeforeValidator(commas)] = Field(
        default_factory=list, description="Returns only imports, or only drop folders."
    )
    limit: int = Field(50, ge=1, le=100)
    cursor: str | None = Field(None, pattern=r"^[0-9a-z]{26}$")


class JobsPage(Answer):
    items: list[JobSummary]
    next_cursor: str | None
    poll_after_seconds: int


class StatusAnswer(Answer):
    """The fields depend on the state; fields without a meaning in it are omitted."""

    sparse = True

    job_id: str
    status: JobState
    poll_after_seconds: int
    files_expected: int | None = None
    files_intended: int | None = Field(
        None, description="The total number of files stated when the job was opened, until all are announced."
    )
    files_received: int | None = Field(
        None, description="Files that have arrived; in jobs with more than 5,000 files, inspected files."
    )
    files_inspected: int | None = Field(None, description="Inspected files, including rejected ones.")
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
    collecting_until: Time | None = Field(None, description=COLLECTING)
    download_url: str | None = None
    result_size_bytes: int | None = None
    results_current: bool | None = Field(
        None, description="Whether the results include all of the owner's corrections."
    )
    processing_time_seconds: float | None = None
    error_code: str | None = None
    error_message: str | None = None


class ControlRequest(Given):
    action: Literal["pause", "resume", "cancel"]


class ListingAnswer(Answer):
    """The sort orders and groups for lists of a job's files."""

    sorts: list[str]
    groups: list[str]


class PipelineAnswer(Answer):
    name: str
    title: str
    description: str
    extensions: list[str]
    bare_names: str | None = Field(
        description="A case-insensitive regular expression for accepted names without an extension; null if none "
        "are accepted."
    )
    max_bytes: int
    roles: list[str]
    steps: list[str]
    options: dict[str, Any] = Field(description="The options as JSON Schema, for upload forms.")
    kind: str | None = Field(
        description="The kind of the pipeline's files: `image`, `video`, `volume` or `audio`; null if there are "
        "several."
    )
    listing: ListingAnswer


class PipelinesAnswer(Answer):
    items: list[PipelineAnswer]
