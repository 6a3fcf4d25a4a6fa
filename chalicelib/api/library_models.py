"""Shapes of the library: files over all jobs, jobs over files, results, webhooks."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from chalicelib.api.models import (
    Answer,
    CallbackUrl,
    FileAnswer,
    Given,
    JobAnswer,
    Name,
    PipelineName,
    Query,
    Time,
    commas,
)
from chalicelib.jobs.states import FileState

Description = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
Title = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Tag = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Tags = Annotated[list[Tag], Field(max_length=20)]
Address = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Kind = Literal["image", "video", "volume", "audio"]
EventType = Literal["job.completed", "job.failed", "job.cancelled", "file.rejected"]
Quality = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Page(Answer):
    """One page of a list whose length is known. The Link header has the addresses of the others."""

    total: int
    page: int
    per_page: int
    pages: int


class PageQuery(Query):
    sort_order: Literal["asc", "desc"] = "desc"
    page: int = Field(1, ge=1, le=100_000)
    per_page: int = Field(50, ge=1, le=100)


# -- files -----------------------------------------------------------------------------------------------------------


class LibraryQuery(PageQuery):
    type: Kind | None = None
    status: Annotated[list[FileState], BeforeValidator(commas)] = Field(default_factory=list)
    search: str = Field("", max_length=200, description="Words that a file's name, title or tags must all have.")
    sort_by: Literal["created_at", "taken_at", "name", "size"] = "created_at"


class LibraryFile(FileAnswer):
    type: str = Field(description="`image`, `video`, `volume`, `audio`, or `other`.")
    title: str | None
    description: str | None
    tags: list[str]
    pipeline: str
    created_at: Time


class LibraryPage(Page):
    items: list[LibraryFile]


class FileChanges(Given):
    """What is left out stays; null empties."""

    title: Title | None = None
    description: Description | None = None
    tags: Tags | None = None


# -- jobs ------------------------------------------------------------------------------------------------------------


class JobRequest(Given):
    pipeline: PipelineName
    file_ids: list[Annotated[str, StringConstraints(max_length=60)]] = Field(
        min_length=1, max_length=2000, description="Files of yours, of any job; each is taken once, in this order."
    )
    name: Name | None = None
    description: Description | None = None
    tags: Tags = Field(default_factory=list)
    options: dict[str, Any] = Field(default_factory=dict)
    callback_url: CallbackUrl = None


class NewJobAnswer(JobAnswer):
    callback_secret: str | None = Field(None, description="Signs what is sent to callback_url. Shown this once.")


class JobChanges(Given):
    """What is left out stays; null empties."""

    name: Name = ""
    description: Description | None = None
    tags: Tags | None = None


# -- results ---------------------------------------------------------------------------------------------------------


class ResultsQuery(PageQuery):
    job_id: str | None = Field(None, pattern=r"^[0-9a-z]{26}$")
    pipeline: PipelineName | None = None
    min_quality: float | None = Field(None, ge=0, le=1)
    sort_by: Literal["created_at", "quality_score"] = "created_at"


class ResultAnswer(Answer):
    id: str
    job_id: str
    pipeline: str
    summary: str
    quality_score: float | None
    metadata: dict[str, Any]
    created_at: Time
    updated_at: Time | None


class ResultsPage(Page):
    items: list[ResultAnswer]


class ResultRequest(Given):
    job_id: str = Field(pattern=r"^[0-9a-z]{26}$")
    summary: str = Field(min_length=1, max_length=2000)
    quality_score: Quality | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)


class ResultChanges(Given):
    """What is left out stays. Metadata is merged into what is there; a name with null is removed."""

    summary: str = Field("", min_length=1, max_length=2000)
    quality_score: Quality | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)


# -- webhooks --------------------------------------------------------------------------------------------------------


class WebhookRequest(Given):
    url: Address
    events: list[EventType] = Field(min_length=1, max_length=20)


class WebhookChanges(Given):
    url: Address = ""
    events: list[EventType] = Field(default_factory=list, min_length=1, max_length=20)


class WebhookAnswer(Answer):
    id: str
    url: str
    events: list[str]
    created_at: Time


class NewWebhookAnswer(WebhookAnswer):
    secret: str = Field(description="Signs what is sent. Shown this once.")


class WebhooksAnswer(Answer):
    items: list[WebhookAnswer]


class DeliveriesQuery(Query):
    limit: int = Field(50, ge=1, le=100)
    cursor: str | None = Field(None, pattern=r"^[0-9a-z._]{1,100}$")


class AttemptAnswer(Answer):
    at: Time
    milliseconds: int
    status: int | None = Field(description="Of the receiver's answer; null where none came.")
    error: str | None = Field(description="Null where the receiver took it.")


class DeliveryAnswer(Answer):
    id: str = Field(description="The event's, and the request's `webhook-id`: the same at every attempt.")
    type: str
    status: Literal["pending", "delivered", "failed"]
    created_at: Time
    next_attempt_at: Time | None
    data: dict[str, Any]
    attempts: list[AttemptAnswer]


class DeliveriesPage(Answer):
    items: list[DeliveryAnswer]
    next_cursor: str | None
