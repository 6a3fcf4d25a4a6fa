"""Shapes of shares: as their owner sees them, and as a visitor does."""

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from chalicelib.api.models.jobs import PipelineName
from chalicelib.api.models.library import FileId
from chalicelib.api.models.shapes import Answer, Given, Name, Page, Query, Time


class ShareRequest(Given):
    kind: Literal["collect"] | None = Field(
        None, description="`collect`: visitors give files to the job `job_id`, or to a new job of `pipeline`."
    )
    archive_id: str | None = Field(None, max_length=60)
    job_id: str | None = Field(None, max_length=60, description="Shares the job's zip and all of its readable files.")
    file_ids: list[FileId] = Field(
        default_factory=list,
        max_length=5000,
        description="Shares these files, and a zip of them that is kept as long as the share.",
    )
    expires_in_days: int = Field(14, ge=1, le=365, description="A share of an archive also ends with the archive.")
    name: Name | None = Field(None, description="The title for visitors; by default, the name of the job or archive.")
    password: str | None = Field(None, min_length=4, max_length=128)
    download_limit: int | None = Field(
        None, ge=1, le=1_000_000, description="The maximum number of downloads, of files and of the zip together."
    )

    pipeline: PipelineName | None = Field(None, description="To collect: the pipeline of the new job.")
    options: dict[str, Any] = Field(default_factory=dict, description="To collect: the options of the new job.")
    file_limit: int = Field(500, ge=1, le=100_000, description="To collect: the maximum number of files.")
    byte_limit: int = Field(10 * 1024**3, ge=1, le=5 * 1024**4, description="To collect: the maximum number of bytes.")

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
        description="The job or archive that is shared, or the job that collects; for single files, the archive "
        "made of them."
    )
    file_count: int | None = Field(description="Set for shares of single files.")
    created_at: Time
    expires_at: Time
    has_password: bool
    download_limit: int | None
    downloads: int
    collected: Collected | None = Field(None, description="Set for shares that collect.")


class NewShareAnswer(ShareAnswer):
    path: str = Field(description="The path of the share's page, below the installation's address. Shown only once.")


class SharesAnswer(Answer):
    items: list[ShareAnswer]


class SharedZip(Answer):
    name: str
    filename: str
    size_bytes: int


class CollectAnswer(Answer):
    """The files that the share accepts."""

    open: bool = Field(description="False once the owner accepts no more files.")
    pipeline: str
    title: str = Field(description="The pipeline's title.")
    extensions: list[str]
    bare_names: str | None
    max_bytes: int = Field(description="The maximum size of one file.")
    files_left: int
    bytes_left: int


class SharedAnswer(Answer):
    """A share, as visitors see it. A locked share shows only that it is locked."""

    locked: bool = Field(description="Whether the share requires its password: `POST /shared/{token}/unlock`.")
    name: str | None = None
    file_count: int | None = None
    expires_at: Time | None = None
    downloads_left: int | None = Field(None, description="Null if downloads are not limited.")
    zips: list[SharedZip] = Field(description="Zips of all files; empty until they are made.")
    collect: CollectAnswer | None = Field(None, description="Set for shares that collect, which show no files.")


class UnlockRequest(Given):
    password: str = Field(max_length=128)


class UnlockAnswer(Answer):
    share_pass: str = Field(description="Send it as the `X-Share-Pass` header.")
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
    zip: str | None = Field(None, max_length=40, description="The name of a zip in `zips`.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if bool(self.file_id) == bool(self.zip):
            raise ValueError("one of file_id and zip")
        return self
