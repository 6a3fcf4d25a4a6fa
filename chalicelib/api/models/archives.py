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
    """As GET /files takes it: every file that such a list has, on any of its pages."""

    type: Kind | None = None
    status: list[FileState] = Field(default_factory=list, max_length=10)
    search: str = Field("", max_length=200, description="Words that a file's name, title or tags must all have.")


class Chosen(Given):
    file_ids: list[FileId] = Field(default_factory=list, max_length=40_000, description="Files of yours, of any job.")
    filter: FilesFilter | None = Field(
        None, description="Instead of `file_ids`: all that fit, of your library or, with `job_ids`, of these jobs."
    )
    job_ids: list[Annotated[str, Field(pattern=r"^[0-9a-z]{26}$")]] = Field(
        default_factory=list, max_length=1000, description="All files of these jobs that could be read."
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
        description="The zip's folders. `organised`: by year and month; `original`: those that the files came in, "
        "below one for each job where there are several; `flat`: none.",
    )
    artifacts: bool = Field(False, description="Also what the jobs of `job_ids` came to, but for their own zips.")
    name: Name | None = Field(None, description="What it is saved as, without `.zip`.")
    strategy: ArchiveStrategy = Field(
        "auto",
        description="`fast`: by many workers whenever they are of use; `cheap`: by one; `auto`: by many where one "
        "would need over a minute.",
    )
    split_bytes: int | None = Field(
        None, ge=MiB, le=5 * TiB, description="Largest size of one zip; larger archives become several zips."
    )


class ArchiveEstimate(Answer):
    """On AWS, from the plan; others at the same files make it slower."""

    strategy: Literal["fast", "cheap"] = Field(description="What it comes to: by many workers, or by one.")
    workers: int
    seconds: float
    usd: float = Field(description="US dollars, of requests and functions.")


class ArchiveEstimates(Answer):
    """estimate: of the strategy that was asked for."""

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
    """filename: what it is saved as."""

    name: str
    filename: str
    size_bytes: int
    file_count: int
    download_url: str | None = Field(description="Once the archive is completed.")


class ArchiveAnswer(Answer):
    archive_id: str = Field(description="Also the id of the job that makes it, which can be paused and cancelled.")
    name: str
    status: JobState
    progress_percent: float
    size_bytes: int = Field(description="Exact from the start; of all zips together.")
    file_count: int
    layout: ArchiveLayout
    estimate: ArchiveEstimate | None = Field(description="null: it was begun by a version that made none.")
    zips: list[ArchiveZip]
    download_url: str | None = Field(description="Once it is completed, where it is one zip.")
    created_at: Time
    completed_at: Time | None
    expires_at: Time | None = Field(description="When it is deleted automatically; null until it is over.")
    error_code: str | None
    error_message: str | None


class ArchivesPage(Answer):
    items: list[ArchiveAnswer]
    next_cursor: str | None
