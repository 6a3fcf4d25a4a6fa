"""Shapes of the bin."""

from pydantic import Field

from chalicelib.api.models.jobs import JobSummary
from chalicelib.api.models.library import FileId, LibraryFile
from chalicelib.api.models.shapes import Answer, Given, Query, Time


class BinnedJob(JobSummary):
    binned_at: Time
    gone_at: Time = Field(description="The time of permanent deletion.")


class BinQuery(Query):
    limit: int = Field(50, ge=1, le=100)
    cursor: str | None = Field(None, pattern=r"^[0-9a-z]{26}$")


class BinPage(Answer):
    items: list[BinnedJob]
    next_cursor: str | None
    size_bytes: int = Field(description="Storage that the jobs on this page use until their deletion, in bytes.")


class FilesGiven(Given):
    file_ids: list[FileId] = Field(min_length=1, max_length=500, description="Your files, from any job.")


class BinMoved(Answer):
    done: list[str] = Field(
        description="Files that are now in the bin, or out of it, as requested, including those that already were."
    )
    missed: list[str] = Field(
        description="Files that were not moved: their job has not ended, or they are not inspected yet."
    )


class BinnedFile(LibraryFile):
    binned_at: Time
    gone_at: Time = Field(description="The time of permanent deletion.")


class BinFilesQuery(Query):
    limit: int = Field(100, ge=1, le=100)
    cursor: str | None = Field(None, pattern=r"^[0-9a-z]{26}-[0-9]{8}$")


class BinnedFilesPage(Answer):
    items: list[BinnedFile]
    next_cursor: str | None
    size_bytes: int = Field(description="Storage that the files on this page use until their deletion, in bytes.")
