"""Shapes of analyses and plans."""

from typing import Annotated, Any, Literal

from pydantic import Field

from chalicelib.api.models.scenes import Id, SceneFilters
from chalicelib.api.models.shapes import Answer, Given, Name, Page, PageQuery, Query, Time
from chalicelib.catalogue.detecting.proposal import FIELDS
from chalicelib.catalogue.detecting.proposal import Field as SceneField

PlanStatusName = Literal["pending", "draft", "reviewing", "applied", "cancelled"]
ChangeStatusName = Literal["pending", "approved", "rejected", "applied", "conflict", "failed"]


class Pattern(Given):
    """Text that matches, as whole words, is of this studio."""

    studio: str = Field(min_length=1, max_length=200)
    pattern: str = Field(min_length=1, max_length=200)


class AnalysisOptions(Given):
    detect: list[SceneField] = Field(list(FIELDS), min_length=1)
    confidence_threshold: float = Field(0.7, ge=0, le=1, allow_inf_nan=False)
    include_organized: bool = Field(False, description="Scenes that are marked as organized, too.")
    patterns: list[Pattern] = Field(default_factory=list, max_length=100)


class AnalysisRequest(Given):
    """The scenes: `scene_ids`, or those that fit `filters`."""

    scene_ids: list[Id] = Field(default_factory=list, max_length=10_000)
    filters: SceneFilters | None = None
    options: AnalysisOptions = Field(default_factory=AnalysisOptions)
    plan_name: Name | None = None


class AnalysisStarted(Answer):
    plan_id: str
    job_id: str
    scenes: int
    status: str


class PlanAnswer(Answer):
    id: str
    name: str
    status: PlanStatusName
    created_at: Time
    applied_at: Time | None
    scenes: int
    changes: dict[str, int] = Field(description="How many were proposed, by field.")
    metadata: dict[str, Any]


class PlansQuery(PageQuery):
    status: PlanStatusName | None = None


class PlansPage(Page):
    items: list[PlanAnswer]


class ChangeAnswer(Answer):
    id: str
    scene_id: str
    field: SceneField
    action: Literal["add", "remove", "set"]
    current_value: Any
    proposed_value: Any
    confidence: float
    reason: str
    status: ChangeStatusName
    message: str | None


class SceneOfPlan(Answer):
    scene_id: str
    title: str
    path: str | None
    changes: list[ChangeAnswer]


class PlanQuery(Query):
    limit: int = Field(50, ge=1, le=100)
    cursor: Annotated[str, Field(max_length=64)] | None = None


class PlanPage(PlanAnswer):
    counts: dict[str, int] = Field(description="How many changes there are, by status.")
    items: list[SceneOfPlan]
    cursor: str | None


class ChangeDecision(Given):
    """proposed_value: what is to be there instead."""

    status: Literal["pending", "approved", "rejected"] | None = None
    proposed_value: Any = None


class BulkDecision(Given):
    action: Literal["accept_all", "reject_all", "accept_by_field", "reject_by_field", "accept_by_confidence"]
    field: SceneField | None = None
    confidence: float | None = Field(None, ge=0, le=1, allow_inf_nan=False)


class ApplyRequest(Given):
    """Only what is approved is carried out; ids narrow it further."""

    change_ids: list[Annotated[str, Field(max_length=120)]] = Field(default_factory=list, max_length=10_000)
    scene_ids: list[Id] = Field(default_factory=list, max_length=10_000)
    connection_id: Id | None = Field(
        None, description="The server to write to; without it the catalogue alone changes."
    )
