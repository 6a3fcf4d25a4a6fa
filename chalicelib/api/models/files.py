"""Shapes of a job's files and of what there is to download."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from chalicelib.api.models.shapes import Answer, Page, Query, Time, commas
from chalicelib.jobs.states import FileState


class FilesQuery(Query):
    confidence: Annotated[list[Literal["high", "medium", "low", "none"]], BeforeValidator(commas)] = Field(
        default_factory=list
    )
    status: Annotated[list[FileState], BeforeValidator(commas)] = Field(default_factory=list)
    page: int = Field(1, ge=1, le=100_000)
    per_page: int = Field(50, ge=1, le=200)
    group_by: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")] | None = Field(
        None, description="One of the pipeline's `listing.groups`."
    )
    sort_by: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")] = Field(
        "number", description="One of the pipeline's `listing.sorts`."
    )
    sort_order: Literal["asc", "desc"] = "asc"
    sort: Annotated[str, StringConstraints(pattern=r"^-?[a-z_]{1,40}$")] | None = Field(
        None,
        description="The older form of `sort_by` and `sort_order`: a name, with `-` before it for descending order.",
    )
    slim: bool = Field(
        False, description="Omits the candidates of a file's time, which only a single file's page shows."
    )

    @property
    def order(self) -> str:
        """The name to sort by, with `-` before it for descending."""
        return self.sort or ("-" if self.sort_order == "desc" else "") + self.sort_by

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if self.sort and self.model_fields_set & {"sort_by", "sort_order"}:
            raise ValueError("give sort_by and sort_order, or sort, and not both")
        return self


class ThumbnailAnswer(Answer):
    """The location of a small upright JPEG, at most 320 pixels on its longer side. One address holds those of several
    files."""

    url: str
    start: int = Field(description="The thumbnail's first byte.")
    end: int | None = Field(description="The byte after its last one; null if it extends to the end.")


class FileAnswer(Answer):
    """A file. Its pipeline adds fields under its own names."""

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
    thumbnail_url: str | None = Field(
        None, description="The address of this thumbnail alone, for clients that show one file, not hundreds."
    )
    duplicate_of: str | None = None
    verdict: str | None = Field(None, description="The verdict of the job's last run, in the pipeline's terms.")
    verdict_message: str | None = None
    verdict_details: dict[str, Any] | None = None
    error_code: str | None = None
    error_message: str | None = None
    given_by: str | None = Field(None, description="The name entered by the visitor who gave the file through a share.")


class FilesPage(Answer):
    items: list[FileAnswer]
    total: int
    page: int
    per_page: int
    pages: int
    groups: dict[str, int] | None = Field(None, description="With `group_by`: the number of files in each group.")


class DuplicatesQuery(Query):
    kind: Literal["exact", "similar"] = "exact"
    file: str | None = Field(None, max_length=100, description="Returns only the group that contains this file.")
    page: int = Field(1, ge=1, le=100_000)
    per_page: int = Field(50, ge=1, le=50)


class DuplicateGroupAnswer(Answer):
    kind: str
    kept: str = Field(
        description="The file that the zip keeps. Similar files are all kept, and this is the best of them."
    )
    files: list[FileAnswer] = Field(description="The group's first 100 files.")
    size: int = Field(description="The number of files in the group.")


class DuplicatesAnswer(Page):
    items: list[DuplicateGroupAnswer]
    final: bool = Field(description="Whether the job has finished its search; until then, similar files are not known.")


class OriginalQuery(Query):
    inline: bool = Field(
        False,
        description="Displays pictures, videos and sound instead of downloading them; other files are always "
        "downloaded.",
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
