"""Shapes of the media import system: jobs with their progress, files by confidence, duplicates by hash."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, RootModel, StringConstraints

from chalicelib.api.framework.forms import Form, FormFile
from chalicelib.api.models.shapes import Answer, Given, Query, Time, commas

Level = Literal["high", "medium", "low", "none"]
EARLIEST, LATEST = datetime(1601, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)


class MediaError(Answer):
    error: str
    code: str = Field(description="Millrace's error code, for programs.")
    request_id: str


def _times(text: str | None) -> str | None:
    if text is not None:
        times_of(text)
    return text


def times_of(text: str) -> list[datetime | None]:
    """Milliseconds since 1970 in a JSON list, null or 0 where one isn't known. ValueError."""
    import json

    given = json.loads(text)
    if not isinstance(given, list) or not all(one is None or type(one) in (int, float) for one in given):
        raise ValueError("is to be a JSON list of milliseconds")
    least, most = EARLIEST.timestamp() * 1000, LATEST.timestamp() * 1000
    if not all(one is None or least <= one <= most for one in given):
        raise ValueError("has a time that no file can have")
    return [datetime.fromtimestamp(one / 1000, UTC) if one else None for one in given]


class MediaForm(Form):
    files: list[FormFile] = Field(min_length=1)
    timestamps: Annotated[str | None, AfterValidator(_times)] = Field(
        None, description="The files' own times: milliseconds since 1970 as a JSON list, in the order of the files."
    )


class MediaImport(Given):
    path: Annotated[str, StringConstraints(min_length=1, max_length=1024)] = Field(
        description="A path below one of the installation's places for imports."
    )


class MediaQueued(Answer):
    sparse = True

    job_id: str
    file_count: int = Field(
        description="For imports, the number of objects at the path, counted up to 10,000; 0 for paths in another "
        "bucket."
    )
    status: Literal["queued"] = "queued"
    left_out: list[str] | None = Field(None, description="Files that are not photos or videos.")


class MediaJob(Answer):
    id: str
    job_type: Literal["import"] = "import"
    status: Literal["pending", "running", "paused", "completed", "failed", "cancelled"]
    progress_current: int
    progress_total: int
    progress_percent: int
    current_filename: str | None
    error_count: int
    error_message: str | None
    created_at: Time
    started_at: Time | None
    completed_at: Time | None


class MediaControl(Given):
    action: Literal["pause", "resume", "cancel"]


class MediaControlled(Answer):
    id: str
    status: str
    action: str
    success: Literal[True] = True


class MediaFilesQuery(Query):
    confidence: Annotated[list[Level], BeforeValidator(commas)] = Field(default_factory=list)
    page: int = Field(1, ge=1, le=100_000)
    per_page: int = Field(50, ge=1, le=1_000_000, description="Values above 200 count as 200.")
    group_by: Literal["confidence"] | None = None


class MediaFile(Answer):
    id: str
    original_filename: str
    detected_timestamp: str | None
    timestamp_source: str | None
    confidence: Level
    file_hash_sha256: str | None
    thumbnail_path: str | None = Field(description="A path on this host, with the same credentials.")


class MediaFilesPage(Answer):
    job_id: str
    files: list[MediaFile]
    page: int
    per_page: int
    total: int
    pages: int


class MediaFilesGroups(Answer):
    job_id: str
    grouped_by: Literal["confidence"] = "confidence"
    groups: dict[Level, list[MediaFile]] = Field(description="The first 1,000 files of each group.")
    group_sizes: dict[Level, int] = Field(description="The total number of files in each group.")
    total_files: int


class MediaFiles(RootModel[MediaFilesPage | MediaFilesGroups]):
    """A page of files; with `group_by`, all files in groups."""


class MediaDuplicate(Answer):
    id: str
    original_filename: str
    file_size_bytes: int
    detected_timestamp: str | None
    storage_path: str = Field(description="A path on this host, with the same credentials.")
    thumbnail_path: str | None


class MediaDuplicateGroup(Answer):
    hash: str
    match_type: Literal["exact"] = "exact"
    files: list[MediaDuplicate] = Field(description="The group's first 100 files.")


class MediaDuplicates(Answer):
    job_id: str
    duplicate_groups: list[MediaDuplicateGroup] = Field(description="The first 1,000 groups.")
    group_count: int
    total_duplicates: int = Field(description="Files in all groups.")
