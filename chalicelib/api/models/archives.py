"""Shapes of archives: what is chosen, and how far its zip is."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from chalicelib.api.models.library import FileId, Kind
from chalicelib.api.models.shapes import Answer, Given, Name, Query, Time, commas
from chalicelib.jobs.states import FileState, JobState

MiB, TiB = 1024 * 1024, 1024**4
ArchiveLayout = Literal["organised", "original", "flat"]
ArchiveStrategy = Literal["auto", "fast", "cheap"]


class FilesFilter(Given):
    """The filters of `GET /files`; selects the matching files of all pages."""

    type: Kind | None = None
    status: list[FileState] = Field(default_factory=list, max_length=10)
    search: str = Field("", max_length=200, description="Words that must all occur in a file's name, title or tags.")


class Chosen(Given):
    file_ids: list[FileId] = Field(default_factory=list, max_length=40_000, description="Your files, from any job.")
    filter: FilesFilter | None = Field(
        None, description="Instead of `file_ids`: all matching files in your library or, with `job_ids`, in these jobs."
    )
    job_ids: list[Annotated[str, Field(pattern=r"^[0-9a-z]{26}$")]] = Field(
        default_factory=list, max_length=1000, description="Jobs whose readable files are all included."
    )

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.file_ids or self.job_ids or self.filter is not None):
            raise ValueError("some of file_ids, job_ids and filter")
        if self.file_ids and self.filter is not None:
            raise ValueError("one of file_ids and filter")
        return self


class ArchiveRequest(Chosen):
    layout: ArchiveLayout = Field(
        "organised",
        description="The zip's folders. `organised`: by year and month; `original`: the files' original folders, "
        "below one folder for each job if there are several; `flat`: none.",
    )
    artifacts: bool = Field(
        False, description="Also includes the artifacts of the jobs in `job_ids`, except their zips."
    )
    name: Name | None = Field(None, description="The archive's filename, without `.zip`.")
    strategy: ArchiveStrategy = Field(
        "auto",
        description="`fast`: many workers whenever they help; `cheap`: one worker; `auto`: many if one would need "
        "over a minute.",
    )
    split_bytes: int | None = Field(
        None,
        ge=MiB,
        le=5 * TiB,
        description="The maximum size of one zip; larger archives are split into several zips.",
    )


class ArchiveEstimate(Answer):
    """An estimate for AWS, from the plan. Other work on the same files makes it slower."""

    strategy: Literal["fast", "cheap"] = Field(description="The resulting strategy: many workers, or one.")
    workers: int
    seconds: float
    usd: float = Field(description="The cost of requests and functions, in US dollars.")


class ArchiveEstimates(Answer):
    """`estimate` is for the requested strategy."""

    estimate: ArchiveEstimate
    fast: ArchiveEstimate
    cheap: ArchiveEstimate


class ArchivePlan(ArchiveEstimates):
    size_bytes: int
    file_count: int
    zip_count: int


class ArchivesQuery(Query):
    status: Annotated[list[JobState], BeforeValidator(commas)] = Field(default_factory=list)
    limit: int = Field(50, ge=1, le=100)
    cursor: str | None = Field(None, pattern=r"^[0-9a-z]{26}$")


class ArchiveZip(Answer):
    """`filename` is the name under which the zip is saved."""

    name: str
    filename: str
    size_bytes: int
    file_count: int
    download_url: str | None = Field(description="Set once the archive is completed.")


class ArchiveAnswer(Answer):
    archive_id: str = Field(
        description="Also the id of the job that makes the archive, which can be paused and cancelled."
    )
    name: str
    status: JobState
    progress_percent: float
    size_bytes: int = Field(description="The total size of all zips, exact from the start.")
    file_count: int
    layout: ArchiveLayout
    estimate: ArchiveEstimate | None = Field(
        description="Null if an earlier version began the archive without an estimate."
    )
    zips: list[ArchiveZip]
    download_url: str | None = Field(description="Set once the archive is completed, if it is one zip.")
    created_at: Time
    completed_at: Time | None
    expires_at: Time | None = Field(description="The time of its automatic deletion; null until the archive has ended.")
    error_code: str | None
    error_message: str | None


class ArchivesPage(Answer):
    items: list[ArchiveAnswer]
    next_cursor: str | None
