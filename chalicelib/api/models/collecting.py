"""Shapes of what others give by a share that collects."""

from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from chalicelib.api.models.library import FileId
from chalicelib.api.models.shapes import Answer, Given, Query, commas
from chalicelib.api.models.uploads import LeftOut, NewFile, SkipUnsupported, UploadTarget
from chalicelib.jobs.states import FileState

MOST_AT_ONCE = 90

Giver = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class GiveRequest(Given):
    files: list[NewFile] = Field(min_length=1, max_length=MOST_AT_ONCE)
    giver: Giver | None = Field(None, description="Your name, as shown to the owner of the share.")
    skip_unsupported: SkipUnsupported = False


class GiveAnswer(Answer):
    sparse = True

    gift: str = Field(
        description="Send it as the `X-Share-Gift` header; it gives access only to the files of this gift."
    )
    uploads: list[UploadTarget]
    ignored: list[str] | None = Field(None, description="Files of the operating system, such as `.DS_Store`.")
    left_out: list[LeftOut] | None = Field(
        None, description="With `skip_unsupported`: the files that the pipeline doesn't accept."
    )


class GivenQuery(Query):
    file_ids: Annotated[list[FileId], BeforeValidator(commas)] = Field(min_length=1, max_length=100)


class GivenFile(Answer):
    id: str
    filename: str
    size_bytes: int
    status: FileState
    error_code: str | None = Field(description="The reason why the file can't be read.")


class GivenAnswer(Answer):
    items: list[GivenFile]
