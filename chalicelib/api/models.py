"""What goes in and out over HTTP: the shapes, their limits, and what each field means."""

from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from chalicelib.jobs.states import FileState, JobState


def utc(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def commas(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Time = Annotated[
    datetime,
    PlainSerializer(utc, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]
Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$", to_lower=True)]
Crc32 = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}$", to_lower=True)]
# Beyond these years a time can't be moved into every zone; 1601 is where Windows begins to count.
FileTime = Annotated[AwareDatetime, Field(ge=datetime(1601, 1, 1, tzinfo=UTC), lt=datetime(9999, 1, 1, tzinfo=UTC))]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
CallbackUrl = Annotated[
    str | None, Field(min_length=1, max_length=2000, description="Told of the job's end, as a webhook.")
]
PipelineName = Annotated[str, StringConstraints(max_length=40)]


class Given(BaseModel):
    """What a client sends: an unknown field is an error, not ignored."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class Query(Given):
    """What a client asks for in the address."""


class Answer(BaseModel):
    model_config = ConfigDict(use_enum_values=True, defer_build=True)

    sparse: ClassVar[bool] = False
    """Leaves out fields without a value, where which ones there are depends on the state."""


# -- signing in ----------------------------------------------------------------------------------------------------


class Token(Answer):
    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the name of a scheme
    expires_in: int = Field(description="Seconds.")
    user_id: str


# -- uploads -------------------------------------------------------------------------------------------------------


class NewFile(Given):
    filename: str = Field(min_length=1, max_length=1024, description="For showing; never used as a path.")
    size: int = Field(ge=0, le=5 * 1024**4, description="Bytes; exactly so many will be accepted.")
    content_type: str | None = Field(None, max_length=100, pattern=r"^[A-Za-z0-9_.+-]+/[A-Za-z0-9_.+-]+$")
    sha256: Sha256 | None = Field(None, description="Lets the store refuse any other bytes, and spares reading them.")
    modified_at: FileTime | None = Field(None, description="The file's own time, with a zone.")
    role: str | None = Field(None, max_length=40, description="What the file is for, where a pipeline knows several.")


class UploadRequest(Given):
    pipeline: PipelineName
    name: Name | None = None
    options: dict[str, Any] = Field(default_factory=dict)
    files: list[NewFile] = Field(min_length=1, max_length=500)
    more: bool = Field(False, description="Keeps the job open for further files.")
    callback_url: CallbackUrl = None


class MoreFilesRequest(Given):
    files: list[NewFile] = Field(max_length=500)
    more: bool = Field(False, description="The request without it seals the job.")


class MultipartPlan(Answer):
    part_size: int = Field(description="Bytes of each part but the last.")
    part_count: int


class UploadTarget(Answer):
    file_id: str
    filename: str
    method: str | None = None
    url: str | None = Field(None, description="Absent where parts are to be sent, or nothing.")
    headers: dict[str, str] | None = Field(None, description="To be sent exactly so.")
    expires_at: Time | None = None
    multipart: MultipartPlan | None = None
    duplicate_of: str | None = Field(None, description="You have these bytes already: nothing needs to be sent.")


class UploadAnswer(Answer):
    sparse = True

    job_id: str
    status: JobState
    file_count: int
    message: str
    uploads: list[UploadTarget]
    callback_secret: str | None = Field(None, description="Signs what is sent to callback_url. Shown this once.")


class ImportRequest(Given):
    path: str = Field(min_length=1, max_length=1024, description="`s3://bucket/prefix/`, or `prefix/`.")
    pipeline: PipelineName
    name: Name | None = None
    options: dict[str, Any] = Field(default_factory=dict)
    recursive: bool = True
    callback_url: CallbackUrl = None


class PartsRequest(Given):
    part_numbers: list[Annotated[int, Field(ge=1, le=10_000)]] = Field(min_length=1, max_length=1000)
    sha256: dict[int, Sha256] = Field(default_factory=dict, description="By part number.")
    crc32: dict[int, Crc32] = Field(default_factory=dict, description="By part number; eight hexadecimal digits.")


class SignedPart(Answer):
    part_number: int
    url: str
    headers: dict[str, str]
    expires_at: Time


class SignedParts(Answer):
    parts: list[SignedPart]


class StoredPart(Answer):
    part_number: int
    etag: str
    size: int


class StoredParts(Answer):
    parts: list[StoredPart]


class DonePart(Given):
    part_number: int = Field(ge=1, le=10_000)
    etag: str = Field(min_length=1, max_length=100)


class CompleteRequest(Given):
    parts: list[DonePart] = Field(min_length=1, max_length=10_000)


# -- jobs ----------------------------------------------------------------------------------------------------------


class FileCounts(Answer):
    expected: int = Field(description="Not arrived, or being inspected.")
    inspected: int
    rejected: int
    duplicate: int


class JobAnswer(Answer):
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


class JobSummary(Answer):
    id: str
    name: str
    pipeline: str
    status: JobState
    file_count: int
    error_code: str | None
    error_message: str | None
    created_at: Time
    started_at: Time | None
    completed_at: Time | None


class JobsQuery(Query):
    status: Annotated[list[JobState], BeforeValidator(commas)] = Field(default_factory=list)
    pipeline: PipelineName | None = None
    limit: int = Field(50, ge=1, le=100)
    cursor: str | None = Field(None, pattern=r"^[0-9a-z]{26}$")


class JobsPage(Answer):
    items: list[JobSummary]
    next_cursor: str | None
    poll_after_seconds: int


class StatusAnswer(Answer):
    """What there is to say depends on the state: only the fields that mean something are there."""

    sparse = True

    job_id: str
    status: JobState
    poll_after_seconds: int
    files_expected: int | None = None
    files_received: int | None = None
    queue_position: int | None = None
    estimated_wait_seconds: int | None = None
    progress_percent: float | None = None
    current_step: int | None = None
    total_steps: int | None = None
    step_name: str | None = None
    current_filename: str | None = None
    elapsed_seconds: float | None = None
    estimated_remaining_seconds: int | None = None
    download_url: str | None = None
    result_size_bytes: int | None = None
    processing_time_seconds: float | None = None
    error_code: str | None = None
    error_message: str | None = None


class ControlRequest(Given):
    action: Literal["pause", "resume", "cancel"]


# -- files ---------------------------------------------------------------------------------------------------------


class FilesQuery(Query):
    confidence: Annotated[list[Literal["high", "medium", "low", "none"]], BeforeValidator(commas)] = Field(
        default_factory=list
    )
    status: Annotated[list[FileState], BeforeValidator(commas)] = Field(default_factory=list)
    page: int = Field(1, ge=1, le=100_000)
    per_page: int = Field(50, ge=1, le=200)
    group_by: Literal["confidence"] | None = None
    sort: Annotated[str, StringConstraints(pattern=r"^-?(number|filename|size|timestamp|confidence|status)$")] = (
        "number"
    )


class ThumbnailAnswer(Answer):
    """Where a small JPEG lies, upright, its longer side 320 pixels at most: one address has those of several files."""

    url: str
    start: int = Field(description="Its first byte.")
    end: int | None = Field(description="The byte behind its last one; null: it goes to the end.")


class FileAnswer(Answer):
    """A file; what its pipeline found out stands beside these fields under its own names."""

    model_config = ConfigDict(extra="allow", use_enum_values=True)

    id: str
    job_id: str
    original_filename: str
    status: FileState
    size_bytes: int
    role: str | None = None
    content_type: str | None = None
    file_hash_sha256: str | None = None
    detected_timestamp: str | None = None
    timestamp_source: str | None = None
    confidence: str | None = None
    timestamp_candidates: list[dict[str, Any]] | None = None
    width: int | None = None
    height: int | None = None
    duration_seconds: float | None = None
    gps: dict[str, Any] | None = None
    camera: str | None = None
    thumbnail: ThumbnailAnswer | None = None
    thumbnail_url: str | None = Field(None, description="Leads to this one picture: for who shows one, not hundreds.")
    duplicate_of: str | None = None
    error_code: str | None = None
    error_message: str | None = None


class FilesPage(Answer):
    items: list[FileAnswer]
    total: int
    page: int
    per_page: int
    pages: int
    groups: dict[str, int] | None = Field(None, description="With group_by: how many files each group has.")


class DuplicatesQuery(Query):
    kind: Literal["exact", "similar"] = "exact"


class DuplicateGroupAnswer(Answer):
    kind: str
    kept: str = Field(description="The file that the zip keeps; similar ones are all kept, and this is the best.")
    files: list[FileAnswer]


class DuplicatesAnswer(Answer):
    items: list[DuplicateGroupAnswer]
    final: bool = Field(description="Whether the job has finished looking; before, similar ones are not known.")


# -- what comes out ------------------------------------------------------------------------------------------------


class OriginalQuery(Query):
    inline: bool = Field(
        False,
        description="To be shown and not saved, where it is a picture, a film or a sound: anything else is saved.",
    )


class DownloadAnswer(Answer):
    url: str
    expires_at: Time
    size_bytes: int


class ArtifactAnswer(Answer):
    name: str
    filename: str
    content_type: str
    size_bytes: int
    created_at: Time
    download_url: str


class ArtifactsAnswer(Answer):
    items: list[ArtifactAnswer]


class GuideAnswer(Answer):
    filename: str
    name: str = Field(description="For people.")
    content_type: str
    size_bytes: int
    updated_at: Time


class GuidesAnswer(Answer):
    items: list[GuideAnswer]


class PipelineAnswer(Answer):
    name: str
    title: str
    description: str
    extensions: list[str]
    max_bytes: int
    roles: list[str]
    steps: list[str]
    options: dict[str, Any] = Field(description="JSON Schema: what an upload form needs.")


class PipelinesAnswer(Answer):
    items: list[PipelineAnswer]


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


class Problem(BaseModel):
    """application/problem+json (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[dict[str, str]]
