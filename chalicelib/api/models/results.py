"""Shapes of results."""

from typing import Annotated, Any, Literal

from pydantic import Field

from chalicelib.api.models.jobs import PipelineName
from chalicelib.api.models.shapes import Answer, Given, Page, PageQuery, Time

Quality = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class ResultsQuery(PageQuery):
    job_id: str | None = Field(None, pattern=r"^[0-9a-z]{26}$")
    pipeline: PipelineName | None = None
    min_quality: float | None = Field(None, ge=0, le=1)
    sort_by: Literal["created_at", "quality_score"] = "created_at"


class ResultAnswer(Answer):
    id: str
    job_id: str
    pipeline: str
    file_id: str | None = Field(None, description="The result's file; null for the whole job.")
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
    """Omitted fields keep their value. Metadata is merged; null removes a name."""

    summary: str = Field("", min_length=1, max_length=2000)
    quality_score: Quality | None = None
    metadata: dict[str, Any] = Field(default_factory=dict)
