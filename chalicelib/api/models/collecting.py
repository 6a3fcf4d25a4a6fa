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
    giver: Giver | None = Field(None, description="What you call yourself to the one who asked for files.")
    skip_unsupported: SkipUnsupported = False


class GiveAnswer(Answer):
    sparse = True

    gift: str = Field(description="Goes along as the header `X-Share-Gift`: it opens what was given with it, no more.")
    uploads: list[UploadTarget]
    ignored: list[str] | None = Field(None, description="Files of an operating system's own, such as `.DS_Store`.")
    left_out: list[LeftOut] | None = Field(None, description="With `skip_unsupported`: what the pipeline doesn't take.")


class GivenQuery(Query):
    file_ids: Annotated[list[FileId], BeforeValidator(commas)] = Field(min_length=1, max_length=100)


class GivenFile(Answer):
    id: str
    filename: str
    size_bytes: int
    status: FileState
    error_code: str | None = Field(description="Why it can't be read.")


class GivenAnswer(Answer):
    items: list[GivenFile]
