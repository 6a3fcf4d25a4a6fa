"""Sorts announced files: accepted, refused, or ignored as clutter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.files.names import display_name
from chalicelib.jobs.errors import FieldError, InvalidFields, JobError, TooLarge, UnsupportedType
from chalicelib.jobs.limits import MiB
from chalicelib.pipelines.base import Pipeline

SHOWN = 20


@dataclass(frozen=True)
class Announced:
    """A file that a client is about to send. sha256: lower-case hex. position: in the request. single_put: sent in one
    request, up to the store's limit. given_by, gift: as in File."""

    filename: str
    size: int
    content_type: str | None = None
    sha256: str | None = None
    modified_at: datetime | None = None
    role: str | None = None
    position: int = 0
    single_put: bool = False
    given_by: str | None = None
    gift: str | None = None


@dataclass(frozen=True)
class Unfit:
    """The reason why a file is refused. field: the field at fault."""

    file: Announced
    error: type[JobError]
    field: str
    message: str


@dataclass(frozen=True)
class Selection:
    """A request's files, sorted. ignored: housekeeping files."""

    taken: tuple[Announced, ...] = ()
    ignored: tuple[Announced, ...] = ()
    left_out: tuple[Unfit, ...] = ()


def select(pipeline: Pipeline, announced: Sequence[Announced], *, skip_unsupported: bool, needed: bool) -> Selection:
    """Leaves out housekeeping files, and with `skip_unsupported` all others that don't fit, which check() refuses
    otherwise. needed: at least one file. UnsupportedType where none is left."""
    ignored = [file for file in announced if pipeline.accepts.ignored(file.filename)]
    rest = [file for file in announced if not pipeline.accepts.ignored(file.filename)]
    judged = [(file, _unfit(pipeline, file) if skip_unsupported else None) for file in rest]
    taken = [file for file, unfit in judged if not unfit]
    unfit = [unfit for _, unfit in judged if unfit]
    if needed and not taken:
        wrong = [FieldError(f"files[{one.file.position}].{one.field}", one.message) for one in unfit]
        wrong = wrong or [FieldError("files", "only housekeeping files of an operating system")]
        raise UnsupportedType(f"None of these files is one that {pipeline.name} takes.", errors=wrong[:SHOWN])
    return Selection(tuple(taken), tuple(ignored), tuple(unfit))


def check(pipeline: Pipeline, announced: Sequence[Announced]) -> None:
    """Raises InvalidFields, UnsupportedType or TooLarge, in this order, with the fields of all files at fault."""
    rules = pipeline.accepts
    unfit = [found for file in announced if (found := _unfit(pipeline, file))]
    _refuse(unfit, InvalidFields, "A file has no usable name.")
    _refuse(unfit, UnsupportedType, f"The {pipeline.name} pipeline takes {' '.join(rules.extensions)}.")
    roles = [
        FieldError(
            f"files[{file.position}].role", "one of " + ", ".join(rules.roles) if rules.roles else "not used here"
        )
        for file in announced
        if file.role and file.role not in rules.roles
    ]
    if roles:
        raise InvalidFields("A file has a role that this pipeline doesn't know.", errors=roles)
    large = f"A file is larger than the {rules.max_bytes / MiB:,.0f} MiB that {pipeline.name} takes."
    _refuse(unfit, TooLarge, large)


def _refuse(unfit: Sequence[Unfit], error: type[JobError], detail: str) -> None:
    fields = [FieldError(f"files[{one.file.position}].{one.field}", one.message) for one in unfit if one.error is error]
    if fields:
        raise error(detail, errors=fields[:SHOWN])


def _unfit(pipeline: Pipeline, file: Announced) -> Unfit | None:
    rules = pipeline.accepts
    if not has_name(file.filename):
        no_name = "needs more than dots, slashes, spaces and control characters"
        return Unfit(file, InvalidFields, "filename", no_name)
    if rules.extension(file.filename) is None:
        no_type = f"{file.filename[:80]!r} has no extension that {pipeline.name} takes"
        return Unfit(file, UnsupportedType, "filename", no_type)
    if file.size > rules.max_bytes:
        return Unfit(file, TooLarge, "size", f"at most {rules.max_bytes} bytes")
    return None


def has_name(given: str) -> bool:
    try:
        return bool(display_name(given))
    except ValueError:
        return False
