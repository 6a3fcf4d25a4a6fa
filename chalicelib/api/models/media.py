"""Shapes of what an owner corrects of a media job, and of the zip that would come of it."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from chalicelib.api.models.archives import ArchiveEstimates, ArchiveStrategy
from chalicelib.api.models.shapes import Answer, Given, Page, Query

FileId = Annotated[str, StringConstraints(max_length=100)]
MOST_FILES = 5000
Layout = Literal["year/month", "year", "year/month-day", "original"]
Names = Literal["time", "original"]
YEAR = 366 * 24 * 3600


class Chosen(Given):
    files: list[FileId] = Field(min_length=1, max_length=MOST_FILES)
    choice: Literal["keep", "drop"] | None = Field(
        description="`keep` puts it into the zip, `drop` leaves it out with all that belongs to it; null: as found."
    )


class DuplicatesRequest(Given):
    """One of the two."""

    changes: list[Chosen] = Field(default_factory=list, max_length=MOST_FILES)
    keep_best: Literal["exact", "similar", "all"] | None = Field(
        None, description="Of each group of that kind the best file only, where nothing was decided yet."
    )

    @model_validator(mode="after")
    def _one(self) -> "DuplicatesRequest":
        if bool(self.changes) == bool(self.keep_best):
            raise ValueError("give `changes` or `keep_best`")
        return self


class Redated(Given):
    """Without any of the others, what was corrected before is taken back."""

    files: list[FileId] = Field(min_length=1, max_length=MOST_FILES)
    shift_seconds: float | None = Field(
        None, ge=-100 * YEAR, le=100 * YEAR, description="Added to what the clock showed."
    )
    taken_local: dt.datetime | None = Field(None, description="The wall clock at the place, without an offset.")
    date: dt.date | None = Field(None, description="Another day, at the same time of day.")
    timezone: Annotated[str, StringConstraints(max_length=64)] | None = Field(
        None, description="IANA time zone of what the clock showed."
    )
    utc_offset: Annotated[str, StringConstraints(pattern=r"^(Z|[+-]\d\d:\d\d)$")] | None = Field(
        None, description="As `timezone`, where only that is known."
    )


class DatesRequest(Given):
    changes: list[Redated] = Field(min_length=1, max_length=MOST_FILES)


class Undo(Answer):
    """To be sent to the same address to have it as before."""

    changes: list[dict[str, object]]


class CorrectedAnswer(Answer):
    changed: int = Field(description="How many files are other than before.")
    missed: list[str] = Field(description="Files that could not take it: rejected, or without a time to shift.")
    left: int = Field(0, description="With `keep_best`: how many files are left for the next request.")
    undo: Undo
    revision: int = Field(description="Of the job, counted up with each correction.")
    results_current: bool = Field(description="Whether the zip has all corrections: POST /jobs/{id}/remake.")


class RemakeRequest(Given):
    """Options of the zip that are to be others; null: as they were."""

    layout: Layout | None = None
    names: Names | None = None
    strategy: ArchiveStrategy | None = None


class TreeQuery(Query):
    layout: Layout | None = Field(None, description="Of the zip; unless given, the job's option.")
    names: Names | None = Field(None, description="As layout.")
    strategy: ArchiveStrategy | None = Field(None, description="As layout; of the estimate.")
    folder: str = Field("", max_length=2000, description="Only what lies in it, as `2024/01`; empty: all.")
    page: int = Field(1, ge=1, le=100_000)
    per_page: int = Field(200, ge=1, le=1000)


class TreeFolder(Answer):
    name: str
    files: int = Field(description="In it and below.")
    size_bytes: int


class TreeFile(Answer):
    name: str
    file: str
    original_filename: str
    size_bytes: int


class TreeAnswer(Page):
    """The direct content of a folder of the zip."""

    folder: str
    folders: list[TreeFolder]
    items: list[TreeFile]
    files: int = Field(description="In the whole zip, without its manifests.")
    size_bytes: int
    estimates: ArchiveEstimates | None = Field(
        description="Of making the zip, without its manifests; null but for the first page of the zip itself."
    )
    final: bool = Field(description="Whether all of the job's files are in: before, places may still change.")
