"""Shapes of the library: files over all jobs, jobs over files."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from chalicelib.api.models.files import FileAnswer
from chalicelib.api.models.jobs import CallbackUrl, JobAnswer, PipelineName
from chalicelib.api.models.shapes import Given, Name, Page, PageQuery, Time, commas
from chalicelib.jobs.states import FileState

Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Tags = Annotated[list[Tag], Field(max_length=20)]
Kind = Literal["image", "video", "volume", "audio"]


class LibraryQuery(PageQuery):
    type: Kind | None = None
    status: Annotated[list[FileState], BeforeValidator(commas)] = Field(default_factory=list)
    search: str = Field("", max_length=200, description="Words that must all occur in a file's name, title or tags.")
    sort_by: Literal["created_at", "taken_at", "name", "size"] = "created_at"


class LibraryFile(FileAnswer):
    # An address is signed again now and then, and a verdict is its job's.
    fleeting: ClassVar[Any] = {
        "thumbnail": {"url"},
        "verdict": True,
        "verdict_message": True,
        "verdict_details": True,
    }

    type: str = Field(description="`image`, `video`, `volume`, `audio`, or `other`.")
    title: str | None
    description: str | None
    tags: list[str]
    pipeline: str
    created_at: Time


class LibraryPage(Page):
    items: list[LibraryFile]


class FileChanges(Given):
    """Omitted fields keep their value; null clears a field."""

    title: Title | None = None
    description: Description | None = None
    tags: Tags | None = None


FileId = Annotated[str, StringConstraints(max_length=60)]


class ChosenFile(Given):
    file_id: FileId
    role: str | None = Field(
        None, max_length=40, description="The file's role in the new job; by default, its role in its own job."
    )


class JobRequest(Given):
    """Your files, from any job: `file_ids`, or `files` if they have roles. Each file is used once, in this order."""

    pipeline: PipelineName
    file_ids: list[FileId] = Field(default_factory=list, max_length=2000)
    files: list[ChosenFile] = Field(default_factory=list, max_length=2000)
    name: Name | None = None
    description: Description | None = None
    tags: Tags = Field(default_factory=list)
    options: dict[str, Any] = Field(default_factory=dict)
    callback_url: CallbackUrl = None

    @model_validator(mode="after")
    def _one_list(self) -> Self:
        if bool(self.file_ids) == bool(self.files):
            raise ValueError("one of file_ids and files, with at least one file")
        return self


class NewJobAnswer(JobAnswer):
    callback_secret: str | None = Field(None, description="Signs the webhooks to `callback_url`. Shown only once.")


class JobChanges(Given):
    """Omitted fields keep their value; null clears a field."""

    name: Name = ""
    description: Description | None = None
    tags: Tags | None = None
