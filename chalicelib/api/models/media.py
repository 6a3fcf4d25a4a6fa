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
        description="`keep` puts the files into the zip, `drop` leaves them out with all files that belong to "
        "them; null removes the decision."
    )


class DuplicatesRequest(Given):
    """Either `changes` or `keep_best`."""

    changes: list[Chosen] = Field(default_factory=list, max_length=MOST_FILES)
    keep_best: Literal["exact", "similar", "all"] | None = Field(
        None,
        description="Keeps only the best file of each group of this kind, where the owner has decided nothing yet.",
    )

    @model_validator(mode="after")
    def _one(self) -> "DuplicatesRequest":
        if bool(self.changes) == bool(self.keep_best):
            raise ValueError("give `changes` or `keep_best`")
        return self


class Redated(Given):
    """Without any other field, earlier corrections of the files are removed."""

    files: list[FileId] = Field(min_length=1, max_length=MOST_FILES)
    shift_seconds: float | None = Field(
        None, ge=-100 * YEAR, le=100 * YEAR, description="Added to the time that the clock showed."
    )
    taken_local: dt.datetime | None = Field(None, description="The local time at the place, without an offset.")
    date: dt.date | None = Field(None, description="The new day, at the same time of day.")
    timezone: Annotated[str, StringConstraints(max_length=64)] | None = Field(
        None, description="The IANA time zone of the clock."
    )
    utc_offset: Annotated[str, StringConstraints(pattern=r"^(Z|[+-]\d\d:\d\d)$")] | None = Field(
        None, description="Used like `timezone`, if only the offset is known."
    )


class DatesRequest(Given):
    changes: list[Redated] = Field(min_length=1, max_length=MOST_FILES)


class Undo(Answer):
    """Send it to the same address to restore the previous state."""

    changes: list[dict[str, object]]


class CorrectedAnswer(Answer):
    changed: int = Field(description="The number of files that changed.")
    missed: list[str] = Field(description="Files that could not be changed: rejected, or without a time to shift.")
    left: int = Field(0, description="With `keep_best`: the number of files left for the next request.")
    undo: Undo
    revision: int = Field(description="The job's revision, which each correction increases.")
    results_current: bool = Field(
        description="Whether the zip includes all corrections; `POST /jobs/{job_id}/remake` adds them."
    )


class RemakeRequest(Given):
    """New options for the zip; null keeps an option."""

    layout: Layout | None = None
    names: Names | None = None
    strategy: ArchiveStrategy | None = None


class TreeQuery(Query):
    layout: Layout | None = Field(None, description="The zip's layout; by default, the job's option.")
    names: Names | None = Field(None, description="The zip's names; by default, the job's option.")
    strategy: ArchiveStrategy | None = Field(None, description="The estimate's strategy; by default, the job's option.")
    folder: str = Field(
        "", max_length=2000, description="The folder to list, such as `2024/01`; empty for the zip itself."
    )
    page: int = Field(1, ge=1, le=100_000)
    per_page: int = Field(200, ge=1, le=1000)


class TreeFolder(Answer):
    name: str
    files: int = Field(description="The number of files in the folder and below it.")
    size_bytes: int


class TreeFile(Answer):
    name: str
    file: str
    original_filename: str
    size_bytes: int


class TreeAnswer(Page):
    """The direct content of a folder in the zip."""

    folder: str
    folders: list[TreeFolder]
    items: list[TreeFile]
    files: int = Field(description="The number of files in the whole zip, without its manifests.")
    size_bytes: int
    estimates: ArchiveEstimates | None = Field(
        description="Estimates for the zip, without its manifests; null except on the first page of the zip itself."
    )
    final: bool = Field(description="Whether all of the job's files have arrived; until then, places may change.")
