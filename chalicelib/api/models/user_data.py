"""Shapes of user data."""

from base64 import b64decode
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from chalicelib.api.models.shapes import Answer, Given, Query, Time
from chalicelib.jobs.user_data import KIND


def whole(text: str) -> str:
    """JSON may hold half a pair of surrogates, which is no text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("no text in Unicode") from None
    return text


def encoded(text: str) -> str:
    try:
        b64decode(text, validate=True)
    except ValueError:
        raise ValueError("no base64") from None
    return text


class UserDataQuery(Query):
    kind: str | None = Field(None, pattern=KIND)


class UserDataRequest(Given):
    """At most 1 MiB, as `text`, or as `base64` for binary content."""

    text: Annotated[str, AfterValidator(whole)] | None = None
    base64: Annotated[str, AfterValidator(encoded)] | None = Field(None, description="The bytes in Base64.")
    content_type: str | None = Field(None, max_length=100, pattern=r"^[A-Za-z0-9_.+-]+/[A-Za-z0-9_.+-]+$")

    @property
    def content(self) -> bytes:
        return self.text.encode() if self.text is not None else b64decode(self.base64 or "")

    @model_validator(mode="after")
    def _one_content(self) -> Self:
        if (self.text is None) == (self.base64 is None):
            raise ValueError("one of text and base64")
        return self


class UserDatumAnswer(Answer):
    kind: str
    name: str
    size_bytes: int
    content_type: str
    created_at: Time
    updated_at: Time


class UserDataAnswer(Answer):
    items: list[UserDatumAnswer]


class UserDatumContent(UserDatumAnswer):
    sparse = True

    text: str | None = Field(None, description="The content, if it is UTF-8 text.")
    base64: str | None = Field(None, description="The content, if it isn't UTF-8 text.")
