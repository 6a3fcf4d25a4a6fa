"""Shapes of uploads: files announced, signed, sent in parts, imported."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, Field, StringConstraints

from chalicelib.api.models.jobs import CallbackUrl, PipelineName
from chalicelib.api.models.shapes import Answer, Given, Name, Time
from chalicelib.jobs.states import JobState

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{64}$", to_lower=True)]
Crc32 = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}$", to_lower=True)]
# Beyond these years a time can't be moved into every zone; 1601 is where Windows begins to count.
FileTime = Annotated[AwareDatetime, Field(ge=datetime(1601, 1, 1, tzinfo=UTC), lt=datetime(9999, 1, 1, tzinfo=UTC))]


class NewFile(Given):
    filename: str = Field(min_length=1, max_length=1024, description="For display; never used as a path.")
    size: int = Field(ge=0, le=5 * 1024**4, description="The exact size in bytes; no other size is accepted.")
    content_type: str | None = Field(None, max_length=100, pattern=r"^[A-Za-z0-9_.+-]+/[A-Za-z0-9_.+-]+$")
    sha256: Sha256 | None = Field(
        None, description="Lets the store refuse any other bytes, and saves reading them for the checksum."
    )
    modified_at: FileTime | None = Field(None, description="The file's modification time, with a UTC offset.")
    role: str | None = Field(None, max_length=40, description="The file's role, if the pipeline has several.")


SkipUnsupported = Annotated[
    bool,
    Field(
        description="Leaves out files that the pipeline doesn't accept, and lists them, instead of refusing the "
        "request."
    ),
]


SinglePut = Annotated[
    bool,
    Field(description="One PUT for each file of up to 5 GiB, for clients that can't send parts."),
]


class UploadRequest(Given):
    pipeline: PipelineName
    name: Name | None = None
    options: dict[str, Any] = Field(default_factory=dict)
    files: list[NewFile] = Field(min_length=1, max_length=500)
    more: bool = Field(False, description="Keeps the job open for further files.")
    skip_unsupported: SkipUnsupported = False
    single_put: SinglePut = False
    files_intended: int | None = Field(
        None,
        ge=1,
        le=1_000_000,
        description="With `more`: the total number of files, so that progress covers all of them.",
    )
    callback_url: CallbackUrl = None


class MoreFilesRequest(Given):
    files: list[NewFile] = Field(max_length=500)
    more: bool = Field(False, description="Keeps the job open for further files; a request without it seals the job.")
    skip_unsupported: SkipUnsupported = False
    single_put: SinglePut = False


class MultipartPlan(Answer):
    part_size: int = Field(description="Bytes of each part except the last.")
    part_count: int


class UploadTarget(Answer):
    file_id: str
    position: int = Field(description="The file's position in the request's `files`, from 0.")
    filename: str
    method: str | None = None
    url: str | None = Field(None, description="Absent if the file is sent in parts, or need not be sent.")
    headers: dict[str, str] | None = Field(None, description="Send these headers unchanged.")
    expires_at: Time | None = None
    multipart: MultipartPlan | None = None
    duplicate_of: str | None = Field(
        None, description="The id of your file with the same bytes; nothing needs to be sent."
    )


class LeftOut(Answer):
    filename: str
    code: str = Field(description="The code of the error that would have refused the request.")
    message: str


class UploadAnswer(Answer):
    sparse = True

    job_id: str
    status: JobState
    file_count: int
    message: str
    uploads: list[UploadTarget]
    ignored: list[str] | None = Field(None, description="Files of the operating system, such as `.DS_Store`.")
    left_out: list[LeftOut] | None = Field(
        None, description="With `skip_unsupported`: the files that the pipeline doesn't accept."
    )
    callback_secret: str | None = Field(None, description="Signs the webhooks to `callback_url`. Shown only once.")


class ImportRequest(Given):
    path: str = Field(min_length=1, max_length=1024, description="`s3://bucket/prefix/`, or `prefix/`.")
    pipeline: PipelineName
    name: Name | None = None
    options: dict[str, Any] = Field(default_factory=dict)
    recursive: bool = True
    callback_url: CallbackUrl = None


class PartsRequest(Given):
    part_numbers: list[Annotated[int, Field(ge=1, le=10_000)]] = Field(min_length=1, max_length=1000)
    sha256: dict[int, Sha256] = Field(default_factory=dict, description="Checksums by part number.")
    crc32: dict[int, Crc32] = Field(
        default_factory=dict, description="Checksums by part number, as eight hexadecimal digits."
    )


class SignedPart(Answer):
    part_number: int
    url: str
    headers: dict[str, str]
    expires_at: Time


class SignedParts(Answer):
    parts: list[SignedPart]


class StoredPart(Answer):
    part_number: int
    etag: str
    size: int


class StoredParts(Answer):
    parts: list[StoredPart]


class DonePart(Given):
    part_number: int = Field(ge=1, le=10_000)
    etag: str = Field(min_length=1, max_length=100)


class CompleteRequest(Given):
    parts: list[DonePart] = Field(min_length=1, max_length=10_000)
