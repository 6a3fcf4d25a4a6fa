"""Checks of a person's own value in place of a proposed one, by field: a wrong one would make a scene unreadable."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictStr, StringConstraints, TypeAdapter
from pydantic import ValidationError as Invalid

from chalicelib.catalogue.dates import period
from chalicelib.catalogue.detecting.proposal import Field as SceneField


def _date(text: str) -> str:
    period(text)
    return text


def _whole(text: str) -> str:
    text.encode()  # half a surrogate pair can't be stored
    return text


Name = Annotated[
    StrictStr, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_whole)
]
Text = Annotated[StrictStr, StringConstraints(max_length=50_000), AfterValidator(_whole)]


class MarkerValue(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Name
    seconds: float = Field(ge=0, le=1_000_000, allow_inf_nan=False)


FORMS: dict[SceneField, tuple[TypeAdapter[Any], str]] = {
    "studio": (TypeAdapter(Name), "a name"),
    "performers": (TypeAdapter(Name | Annotated[list[Name], Field(min_length=1, max_length=100)]), "a name, or names"),
    "tags": (TypeAdapter(Name | Annotated[list[Name], Field(min_length=1, max_length=100)]), "a name, or names"),
    "details": (TypeAdapter(Text), "text of at most 50,000 characters"),
    "date": (TypeAdapter(Annotated[StrictStr, AfterValidator(_date)]), "a date: 2014, 2006-08 or 2020-04-19"),
    "markers": (TypeAdapter(MarkerValue), "a title and seconds"),
}


def checked(field: SceneField, value: Any) -> Any:
    """The value in its stored form. Raises ValueError, with a sentence, where the field can't have it."""
    form, what = FORMS[field]
    try:
        return form.dump_python(form.validate_python(value))
    except Invalid:
        raise ValueError(f"The field {field} takes {what}.") from None
