"""Shapes of the bin."""

from pydantic import Field

from chalicelib.api.models.jobs import JobSummary
from chalicelib.api.models.library import FileId, LibraryFile
from chalicelib.api.models.shapes import Answer, Given, Query, Time


class BinnedJob(JobSummary):
    binned_at: Time
    gone_at: Time = Field(description="When it is deleted for good.")


class BinQuery(Query):
    limit: int = Field(50, ge=1, le=100)
    cursor: str | None = Field(None, pattern=r"^[0-9a-z]{26}$")


class BinPage(Answer):
    items: list[BinnedJob]
    next_cursor: str | None
    size_bytes: int = Field(description="Bytes of your storage that the jobs of this page use until they are deleted.")


class FilesGiven(Given):
    file_ids: list[FileId] = Field(min_length=1, max_length=500, description="Files of yours, of any job.")


class BinMoved(Answer):
    done: list[str] = Field(
        description="Files that are now in the bin, or out of it, as requested; those that already were, too."
    )
    missed: list[str] = Field(
        description="Files that stay where they are: their job is not over, or they are not inspected yet."
    )


class BinnedFile(LibraryFile):
    binned_at: Time
    gone_at: Time = Field(description="When it is deleted for good.")


class BinFilesQuery(Query):
    limit: int = Field(100, ge=1, le=100)
    cursor: str | None = Field(None, pattern=r"^[0-9a-z]{26}-[0-9]{8}$")


class BinnedFilesPage(Answer):
    items: list[BinnedFile]
    next_cursor: str | None
    size_bytes: int = Field(description="Bytes of your storage that the files of this page use until they are deleted.")
