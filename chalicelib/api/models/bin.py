"""Shapes of the bin."""

from pydantic import Field

from chalicelib.api.models.jobs import JobSummary
from chalicelib.api.models.shapes import Answer, Query, Time


class BinnedJob(JobSummary):
    binned_at: Time
    gone_at: Time = Field(description="When it is deleted for good.")


class BinQuery(Query):
    limit: int = Field(50, ge=1, le=100)
    cursor: str | None = Field(None, pattern=r"^[0-9a-z]{26}$")


class BinPage(Answer):
    items: list[BinnedJob]
    next_cursor: str | None
    size_bytes: int = Field(description="Bytes of your storage that the jobs of this page use until they are deleted.")
