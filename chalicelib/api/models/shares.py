"""Shapes of shares: as their owner sees them, and as a visitor does."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from chalicelib.api.models.jobs import PipelineName
from chalicelib.api.models.library import FileId
from chalicelib.api.models.shapes import Answer, Given, Name, Page, Query, Time


class ShareRequest(Given):
    kind: Literal["collect"] | None = Field(
        None, description="`collect`: others put files into the job `job_id`, or into a new one of `pipeline`."
    )
    archive_id: str | None = Field(None, max_length=60)
    job_id: str | None = Field(None, max_length=60, description="All files of the job that could be read, and its zip.")
    file_ids: list[FileId] = Field(
        default_factory=list, max_length=5000, description="A zip is made of them, and kept for as long."
    )
    expires_in_days: int = Field(14, ge=1, le=365, description="An archive ends its share with itself.")
    name: Name | None = Field(None, description="What visitors see as the title; else that of the job or archive.")
    password: str | None = Field(None, min_length=4, max_length=128)
    download_limit: int | None = Field(
        None, ge=1, le=1_000_000, description="How many downloads are allowed, of files and of the zip together."
    )

    pipeline: PipelineName | None = Field(None, description="Of the new job that files are collected into.")
    options: dict[str, Any] = Field(default_factory=dict, description="Likewise.")
    file_limit: int = Field(500, ge=1, le=100_000, description="So many files may be given, to collect.")
    byte_limit: int = Field(10 * 1024**3, ge=1, le=5 * 1024**4, description="So many bytes may be given, to collect.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.kind == "collect":
            if bool(self.job_id) == bool(self.pipeline) or self.archive_id or self.file_ids or self.download_limit:
                raise ValueError("to collect: one of job_id and pipeline, and nothing to download")
            if self.job_id and self.options:
                raise ValueError("options are of a new job alone")
            return self
        if self.model_fields_set & {"pipeline", "options", "file_limit", "byte_limit"}:
            raise ValueError("pipeline, options, file_limit and byte_limit are to collect")
        if [bool(self.archive_id), bool(self.job_id), bool(self.file_ids)].count(True) != 1:
            raise ValueError("one of archive_id, job_id and file_ids")
        return self


class Collected(Answer):
    given_files: int
    given_bytes: int
    file_limit: int
    byte_limit: int


class ShareAnswer(Answer):
    id: str
    kind: Literal["archive", "job", "files", "collect"]
    name: str
    job_id: str = Field(
        description="The job or archive that is shared, or collected into; of single files, the archive made of them."
    )
    file_count: int | None = Field(description="Of single files.")
    created_at: Time
    expires_at: Time
    has_password: bool
    download_limit: int | None
    downloads: int
    collected: Collected | None = Field(None, description="Of one that collects.")


class NewShareAnswer(ShareAnswer):
    path: str = Field(description="The address of its page, behind the installation's own. Shown this once.")


class SharesAnswer(Answer):
    items: list[ShareAnswer]


class SharedZip(Answer):
    name: str
    filename: str
    size_bytes: int


class CollectAnswer(Answer):
    """What may be given."""

    open: bool = Field(description="False once its owner has taken up what was given.")
    pipeline: str
    title: str = Field(description="Of the pipeline.")
    extensions: list[str]
    bare_names: str | None
    max_bytes: int = Field(description="Of one file.")
    files_left: int
    bytes_left: int


class SharedAnswer(Answer):
    """A share as a visitor sees it. A locked share shows only that it is locked."""

    locked: bool = Field(description="It has a password: POST /shared/{token}/unlock.")
    name: str | None = None
    file_count: int | None = None
    expires_at: Time | None = None
    downloads_left: int | None = Field(None, description="null: as many as one likes.")
    zips: list[SharedZip] = Field(description="All of it; empty while it is being made.")
    collect: CollectAnswer | None = Field(None, description="Of one that collects, which shows no files.")


class UnlockRequest(Given):
    password: str = Field(max_length=128)


class UnlockAnswer(Answer):
    share_pass: str = Field(description="Goes along as the header `X-Share-Pass`.")
    expires_at: Time


class SharedQuery(Query):
    page: int = Field(1, ge=1, le=100_000)
    per_page: int = Field(50, ge=1, le=60)


class SharedFile(Answer):
    id: str
    filename: str
    size_bytes: int
    content_type: str | None
    width: int | None
    height: int | None
    thumbnail_url: str | None = Field(description="A JPEG of this file alone.")


class SharedPage(Page):
    items: list[SharedFile]


class DownloadRequest(Given):
    file_id: FileId | None = None
    zip: str | None = Field(None, max_length=40, description="The name of one of `zips`.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.file_id) == bool(self.zip):
            raise ValueError("one of file_id and zip")
        return self
