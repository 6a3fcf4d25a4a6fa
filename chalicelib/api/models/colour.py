"""Shapes of the colour routes: jobs over stored pictures."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from chalicelib.api.models.jobs import CallbackUrl
from chalicelib.api.models.library import FileId
from chalicelib.api.models.shapes import Given, Name
from chalicelib.api.models.uploads import NewFile, SkipUnsupported


class PicturesRequest(Given):
    """The body of `POST /upload`, without the pipeline, which is `colour`."""

    name: Name | None = None
    options: dict[str, Any] = Field(default_factory=dict)
    files: list[NewFile] = Field(min_length=1, max_length=500)
    more: bool = Field(False, description="Keeps the job open for further files.")
    skip_unsupported: SkipUnsupported = False
    callback_url: CallbackUrl = None


class StoredPictures(Given):
    """One or more stored pictures; each gets its own result."""

    file_id: FileId | None = None
    file_ids: Annotated[list[FileId], Field(max_length=500)] = Field(default_factory=list)
    reference_file_id: FileId | None = Field(
        None, description="A photo of the card; its correction applies to all pictures."
    )
    options: dict[str, Any] = Field(
        default_factory=dict, description="Options of the colour pipeline, without `operation`."
    )
    name: Name | None = None
    callback_url: CallbackUrl = None

    @model_validator(mode="after")
    def _some(self) -> Self:
        if (self.file_id is None) == (not self.file_ids):
            raise ValueError("one of file_id and file_ids, with at least one file")
        if "operation" in self.options:
            raise ValueError("the route says what is done: options have no operation here")
        return self
