"""Shapes of the scene catalogue system: jobs, settings as an object, tests of servers, scenes and entities."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, RootModel

from chalicelib.api.models.connections import Key, Url
from chalicelib.api.models.scenes import SceneAnswer, ScenesQuery
from chalicelib.api.models.shapes import Answer, Given, Page, Query, Time, commas

JobStatus = Literal["pending", "running", "completed", "failed", "cancelled"]
JobType = Literal["scene_sync", "scene_analysis", "batch_analysis", "sync_all", "apply_plan"]


class ScenesError(Answer):
    success: Literal[False] = False
    error: str = Field(description="The error in short.")
    detail: str
    request_id: str
    code: str = Field(description="Millrace's error code, for programs.")


class SceneJobsQuery(Query):
    status: Annotated[list[JobStatus], BeforeValidator(commas)] = Field(default_factory=list)
    job_type: JobType | None = None
    limit: int = Field(50, ge=1, le=100)


class SceneJob(Answer):
    id: str
    type: JobType
    status: JobStatus
    progress: float
    parameters: dict[str, Any]
    result: dict[str, Any]
    error: str | None
    created_at: Time
    updated_at: Time
    completed_at: Time | None


class SceneJobDetails(SceneJob):
    logs: list[str]
    metadata: dict[str, Any]


class SceneJobList(RootModel[list[SceneJob]]):
    """Newest first."""


class SceneJobMessage(Answer):
    type: Literal["job_status"] = "job_status"
    job_id: str
    status: JobStatus
    progress: float
    message: str
    result: dict[str, Any] | None
    error: str | None


class SceneJobCancelled(Answer):
    success: Literal[True] = True
    message: str


class SceneSettings(Answer):
    """Settings from your own connections. Keys are never shown."""

    stash_url: str | None
    stash_api_key: str | None = Field(description="`********` if there is a key.")
    openai_base_url: str | None
    openai_api_key: str | None = Field(description="`********` if there is a key.")
    openai_model: None = None
    analysis_confidence_threshold: float
    sync_incremental: bool
    sync_batch_size: None = None


class SceneSettingsChanges(Given):
    """Omitted fields keep their value, and so does a key sent as `********`."""

    stash_url: Url | None = None
    stash_api_key: Key | None = None
    openai_base_url: Url | None = None
    openai_api_key: Key | None = None
    openai_model: str | None = Field(None, max_length=200, description="Set by each analysis; not kept.")
    analysis_confidence_threshold: float | None = Field(None, ge=0, le=1, description="Set by each analysis.")
    sync_incremental: bool | None = Field(None, description="Set by each sync.")
    sync_batch_size: int | None = Field(None, ge=1, description="Determined by each sync.")


class SceneSettingsChanged(Answer):
    success: Literal[True] = True
    message: str
    updated_fields: list[str]
    requires_restart: Literal[False] = False


class StashTrial(Given):
    url: Url | None = None
    api_key: Key = ""


class OpenAiTrial(Given):
    api_key: Key = ""
    base_url: Url | None = None
    model: str | None = Field(None, max_length=200)


class ServiceTested(Answer):
    service: Literal["stash", "openai"]
    success: bool
    message: str
    details: dict[str, Any]


class CatalogueQuery(ScenesQuery):
    sort_order: Literal["asc", "desc"] = "asc"


class CataloguePage(Page):
    items: list[SceneAnswer]


class CatalogueSummary(Answer):
    total_scenes: int
    organized_scenes: int
    organization_percentage: float
    total_tags: int
    total_performers: int
    total_studios: int
    scenes_by_studio: dict[str, int]


class CatalogueSyncQuery(Query):
    background: Literal["true"] = Field("true", description="Always true: a job runs the sync.")
    incremental: bool = True


class SyncAllQuery(Query):
    force: bool = Field(False, description="Syncs everything, changed or not.")


class CatalogueJobStarted(Answer):
    job_id: str
    status: Literal["queued"] = "queued"
    message: str


class EntitySearch(Query):
    search: str = Field("", max_length=200)


class CatalogueEntity(Answer):
    id: str
    name: str
    scene_count: int


class CatalogueEntities(RootModel[list[CatalogueEntity]]):
    """Sorted by name."""
