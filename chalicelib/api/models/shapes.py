"""The base of all shapes, and the shape of every error."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
)


def utc(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def commas(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Time = Annotated[
    datetime,
    PlainSerializer(utc, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class Given(BaseModel):
    """The body of a request: an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    @field_validator("*", mode="before")
    @classmethod
    def no_truth_for_a_number(cls, value: object, about: ValidationInfo) -> object:
        """`true` is no number: Python, and so pydantic, takes it for 1."""
        if isinstance(value, bool) and not _takes(cls.model_fields[str(about.field_name)].annotation, bool):
            raise ValueError("Input should not be true or false")
        return value


def _takes(annotation: Any, kind: type) -> bool:
    return annotation in (kind, Any) or any(_takes(part, kind) for part in get_args(annotation))


class Query(Given):
    """The query of a request."""


class Answer(BaseModel):
    model_config = ConfigDict(use_enum_values=True, defer_build=True)

    sparse: ClassVar[bool] = False
    """Leaves out fields without a value, where which ones there are depends on the state."""
    fleeting: ClassVar[Any] = None
    """Fields that change without a request, as pydantic's `exclude`: an If-Match ignores them."""


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


class Problem(BaseModel):
    """application/problem+json (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[dict[str, str]]
