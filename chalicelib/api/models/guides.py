"""Shapes of guides."""

from pydantic import Field

from chalicelib.api.models.shapes import Answer, Time


class GuideAnswer(Answer):
    filename: str
    name: str = Field(description="The name for display.")
    content_type: str
    size_bytes: int
    updated_at: Time


class GuidesAnswer(Answer):
    items: list[GuideAnswer]
