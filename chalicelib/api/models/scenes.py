"""Shapes of the scene catalogue."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, field_validator, model_validator

from chalicelib.api.models.jobs import JobSummary
from chalicelib.api.models.shapes import Answer, Given, Page, PageQuery, Time, commas
from chalicelib.catalogue.dates import period
from chalicelib.catalogue.query import Sort

Id = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^#\s]+$")]
Ids = Annotated[list[Id], BeforeValidator(commas), Field(max_length=100)]
SceneIds = Annotated[list[Id], Field(min_length=1, max_length=1000)]


class SceneFilters(Given):
    """All given conditions must match. Of several ids, any one must match; excluded ids must not match."""

    search: str = Field(
        "", max_length=200, description="Word prefixes that must all occur in the title, details or path."
    )
    studio_id: Id | None = None
    performer_ids: Ids = Field(default_factory=list)
    tag_ids: Ids = Field(default_factory=list)
    exclude_tag_ids: Ids = Field(default_factory=list)
    scene_ids: Ids = Field(default_factory=list)
    organized: bool | None = None
    analyzed: bool | None = None
    has_active_jobs: bool | None = Field(None, description="Scenes that an active job names.")
    absent: bool | None = Field(None, description="Scenes that no longer exist in their source.")
    date_from: date | None = Field(None, description="Scenes whose whole period is on or after this day.")
    date_to: date | None = Field(None, description="Scenes whose whole period is on or before this day.")


class ScenesQuery(PageQuery, SceneFilters):
    sort_by: Sort = "created_date"


class NamedAnswer(Answer):
    id: str
    name: str


class SceneFileAnswer(Answer):
    path: str
    primary: bool
    duration: float | None
    width: int | None
    height: int | None
    frame_rate: float | None
    codec: str | None
    size: int | None
    fingerprints: dict[str, str]


class MarkerAnswer(Answer):
    title: str
    seconds: float
    end_seconds: float | None
    tag: str | None


class SceneAnswer(Answer):
    fleeting: ClassVar[Any] = {"last_synced": True}

    id: str
    source: str
    title: str = Field(description="The scene's title, or its filename if it has none.")
    details: str | None
    paths: list[str]
    files: list[SceneFileAnswer]
    code: str | None
    director: str | None
    urls: list[str]
    organized: bool
    rating100: int | None
    scene_date: str | None = Field(description="As precise as known: `2014`, `2006-08` or `2020-04-19`.")
    created_date: Time | None
    last_synced: Time | None
    studio: NamedAnswer | None
    performers: list[NamedAnswer]
    tags: list[NamedAnswer]
    groups: list[NamedAnswer]
    galleries: list[NamedAnswer]
    markers: list[MarkerAnswer]
    stash_ids: list[dict[str, Any]]
    analyzed: bool
    absent: bool


class ScenesPage(Page):
    items: list[SceneAnswer]


class SceneChanges(Given):
    """Omitted fields keep their value; null clears a field."""

    title: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)] | None = None
    details: str | None = Field(None, max_length=50_000)
    director: str | None = Field(None, max_length=200)
    code: str | None = Field(None, max_length=200)
    organized: bool = False
    analyzed: bool = False
    rating100: int | None = Field(None, ge=0, le=100)
    scene_date: str | None = Field(None, description="`2014`, `2006-08` or `2020-04-19`.")

    @field_validator("scene_date")
    @classmethod
    def _date(cls, value: str | None) -> str | None:
        if value is not None:
            period(value)
        return value


class BulkChanges(Given):
    scene_ids: SceneIds
    changes: SceneChanges


class TagsOfScenes(Given):
    scene_ids: SceneIds
    tag_ids: Annotated[list[Id], Field(min_length=1, max_length=100)]


class SyncRequest(Given):
    """A Stash server through a connection, or the videos of your own media jobs."""

    connection_id: Id | None = None
    videos: bool = Field(False, description="The videos of your media jobs; each sync reads all of them.")
    incremental: bool = Field(True, description="Only changes since the last sync; the first sync is always full.")
    background: Literal[True] = Field(True, description="Always true: a job runs the sync. Follow it by its id.")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.videos == (self.connection_id is not None):
            raise ValueError("name a connection_id, or videos")
        return self


class ResyncRequest(Given):
    connection_id: Id
    scene_ids: SceneIds


class ResyncOne(Given):
    connection_id: Id


class JobStarted(Answer):
    job_id: str
    status: str


class SceneJobs(Answer):
    items: list[JobSummary]


class BulkAnswer(Answer):
    """`missing` lists the ids that are not among your scenes."""

    updated: int
    missing: list[str]


class SceneStats(Answer):
    total: int
    organized: int
    analyzed: int
    absent: int
    performers: int
    tags: int
    studios: int


class EntitiesQuery(PageQuery):
    search: str = Field("", max_length=200, description="Word prefixes in the name or an alias.")
    sort_order: Literal["asc", "desc"] = "asc"


class EntityAnswer(Answer):
    id: str
    name: str
    aliases: list[str]
    disambiguation: str | None
    parents: list[str]
    ignore_auto_tag: bool
    scene_count: int


class EntitiesPage(Page):
    items: list[EntityAnswer]
