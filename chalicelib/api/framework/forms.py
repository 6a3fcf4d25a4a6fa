"""Forms: files and fields in the body of a request, as `curl -F` and old clients send them."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Annotated, Any, get_origin

from pydantic import BaseModel, ConfigDict, PlainValidator, WithJsonSchema

from chalicelib.api.framework.http import validated
from chalicelib.api.models.shapes import Given
from chalicelib.jobs.errors import BodyTooLarge, InvalidForm, UnsupportedMediaType

LARGEST_FORM = 5 * 1024 * 1024
MOST_PARTS = 500
MULTIPART, URLENCODED = "multipart/form-data", "application/x-www-form-urlencoded"
WAY_OUT = (
    "A form has 5 MiB at most. Announce larger files with POST /api/upload: it answers with an address in the store "
    "for each, and the files go there."
)


@dataclass(frozen=True)
class SentFile:
    """A file of a form."""

    filename: str
    content: bytes
    content_type: str | None


def _sent_file(value: object) -> SentFile:
    if not isinstance(value, SentFile):
        raise ValueError("is to be a file with a name")
    return value


FormFile = Annotated[
    SentFile,
    PlainValidator(_sent_file),
    WithJsonSchema({"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"}),
]


class Form(Given):
    """A form that a client sends. A field may be left out or empty; one of a list may come several times."""

    model_config = ConfigDict(arbitrary_types_allowed=True)


def parse_form(raw: bytes | str, content_type: str, model: type[Form]) -> BaseModel:
    """The form as its model: 415 where the request declares another type, 413 where it is larger than API and store can
    carry, 400 where it can't be read, 422 where it has another shape."""
    from multipart import MultipartError, ParserLimitReached, parse_form_data  # type: ignore[import-untyped]  # no types

    kind = content_type.partition(";")[0].strip().lower()
    if kind not in (MULTIPART, URLENCODED):
        raise UnsupportedMediaType(f"The body must be a form: {MULTIPART}, or {URLENCODED} where it has no files.")
    content = raw.encode() if isinstance(raw, str) else raw
    if len(content) > LARGEST_FORM:
        raise BodyTooLarge(WAY_OUT)
    # parse_form_data compares the type as it is written.
    given = {"wsgi.input": BytesIO(content), "CONTENT_TYPE": kind + content_type.strip()[len(kind) :]}
    given["CONTENT_LENGTH"] = str(len(content))
    limits = {"part_limit": MOST_PARTS, "spool_limit": LARGEST_FORM, "memory_limit": LARGEST_FORM}
    try:
        fields, files = parse_form_data(given, ignore_errors=False, **limits)
        found = {name: fields.getall(name) for name in fields}
        for name in files:
            found.setdefault(name, []).extend(
                SentFile(part.filename, part.raw, part.content_type or None) for part in files.getall(name)
            )
    except ParserLimitReached:
        raise InvalidForm(f"The form has more than {MOST_PARTS} parts, or a part with too many headers.") from None
    except (MultipartError, UnicodeError, LookupError):
        raise InvalidForm(f"The body is no valid {kind}.") from None
    return validated(model, {name: one for name, several in found.items() if (one := _one(model, name, several)) != ""})


def _one(model: type[Form], name: str, several: list[Any]) -> Any:
    """All values of a field that is a list, the last one of any other."""
    field = model.model_fields.get(name)
    return several if field is not None and get_origin(field.annotation) is list else several[-1]
