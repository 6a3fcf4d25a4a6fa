"""Shapes of the colour system: pictures, jobs, results and accounts."""

from typing import Annotated, Any, Literal

from pydantic import Field, RootModel, SecretStr

from chalicelib.api.framework.forms import Form, FormFile
from chalicelib.api.models.accounts import AnyPassword, Email, NewPassword
from chalicelib.api.models.library import Description, FileId, Title
from chalicelib.api.models.results import Quality
from chalicelib.api.models.shapes import Answer, Given, Name, Query, Time

JobStatus = Literal["pending", "running", "completed", "failed", "cancelled"]
JobType = Literal[
    "detect", "correct", "detect_and_correct", "white_balance", "remove_background", "color_correction", "detection"
]
ColourSpace = Literal["RGB", "sRGB", "Display P3", "Adobe RGB", "ProPhoto RGB"]


class ColourError(Answer):
    detail: str
    status_code: int
    timestamp: Time
    code: str = Field(description="Millrace's error code, for programs.")
    request_id: str


class ColourImageForm(Form):
    file: FormFile


class ColourImagesForm(Form):
    files: list[FormFile] = Field(min_length=1, max_length=100)


class ColourImagesQuery(Query):
    page: int = Field(1, ge=1, le=100_000)
    page_size: int = Field(20, ge=1, le=1_000_000, description="Values above 100 count as 100.")


class ColourImage(Answer):
    id: str
    filename: str
    original_filename: str
    file_size: int
    mime_type: str
    upload_date: Time
    user_id: str
    metadata: dict[str, Any]
    storage_path: str = Field(description="A path on this host, with the same credentials.")
    thumbnail_url: str | None
    status: Literal["uploaded", "rejected"]


class ColourImageList(RootModel[list[ColourImage]]):
    """In the order in which they were sent."""


class ColourImagePage(Answer):
    images: list[ColourImage]
    total: int
    page: int
    page_size: int


class ColourImageChanges(Given):
    filename: Title


class ColourJobRequest(Given):
    image_id: FileId
    job_type: JobType = "detect_and_correct"
    job_name: Name | None = None
    description: Description | None = None
    color_space: ColourSpace = "RGB"
    reference_image_id: FileId | None = None


class ColourJobsQuery(Query):
    status: JobStatus | None = None
    skip: int = Field(0, ge=0, le=10_000)
    limit: int = Field(10, ge=1, le=100)


class ColourJob(Answer):
    id: str
    user_id: str
    image_id: str | None
    job_type: str
    job_name: str
    description: str | None
    status: JobStatus
    progress: float
    color_space: str
    reference_image_id: str | None
    error_message: str | None
    created_at: Time
    updated_at: Time
    completed_at: Time | None


class ColourJobList(RootModel[list[ColourJob]]):
    """Newest first."""


class ColourJobChanges(Given):
    """Omitted fields keep their value."""

    job_name: Name | None = None
    description: Description | None = None
    status: JobStatus | None = Field(None, description="Needs the scope `admin`.")
    progress: float | None = Field(
        None,
        ge=0,
        le=100,
        allow_inf_nan=False,
        description="Needs the scope `admin`. Changes nothing: the installation counts progress itself.",
    )
    error_message: str | None = Field(None, min_length=1, max_length=1000, description="With `status: failed`.")


class ColourResultsQuery(Query):
    job_id: str | None = Field(None, pattern=r"^[0-9a-z]{26}$")
    skip: int = Field(0, ge=0, le=10_000)
    limit: int = Field(10, ge=1, le=100)


class ColourResultRequest(Given):
    job_id: str = Field(pattern=r"^[0-9a-z]{26}$")
    result_image_path: str | None = Field(None, max_length=1024)
    quality_score: Quality | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
    color_correction_data: dict[str, Any] | None = None


class ColourResultChanges(Given):
    quality_score: Quality | None = None
    metadata: dict[str, Any] = Field(default_factory=dict, description="Merged into the existing metadata.")


class ColourResult(Answer):
    id: str
    job_id: str
    result_image_path: str | None
    quality_score: float | None
    metadata: dict[str, Any]
    color_correction_data: dict[str, Any] | None
    created_at: Time
    updated_at: Time | None


class ColourResultList(RootModel[list[ColourResult]]):
    """Newest first."""


class ColourSignUp(Given):
    email: Email
    password: NewPassword
    full_name: Annotated[str, Field(max_length=200)] | None = None


class ColourSignIn(Form):
    username: Email = Field(description="The email.")
    password: AnyPassword
    grant_type: Literal["password"] | None = None
    scope: str | None = None
    client_id: str | None = None
    client_secret: str | None = None


class ColourRefresh(Given):
    refresh_token: Annotated[SecretStr, Field(min_length=1, max_length=2000)]


class ColourUser(Answer):
    id: str
    email: str | None = Field(description="Null for a guest.")
    full_name: str | None = Field(description="The account's name.")
    is_active: Literal[True] = True
    created_at: Time | None


class ColourTokens(Answer):
    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - the name of a scheme


class ColourSaid(Answer):
    message: str
