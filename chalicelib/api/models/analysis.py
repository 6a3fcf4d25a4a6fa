"""Shapes of analyses and plans."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from chalicelib.api.models.scenes import Id, SceneFilters
from chalicelib.api.models.shapes import Answer, Given, Name, Page, PageQuery, Query, Time
from chalicelib.catalogue.detecting.proposal import FIELDS
from chalicelib.catalogue.detecting.proposal import Field as SceneField

PlanStatusName = Literal["pending", "draft", "reviewing", "applied", "cancelled"]
ChangeStatusName = Literal["pending", "approved", "rejected", "applied", "conflict", "failed"]


class Pattern(Given):
    """Text that matches the pattern, as whole words, belongs to this studio."""

    studio: str = Field(min_length=1, max_length=200)
    pattern: str = Field(min_length=1, max_length=200)


class AiOptions(Given):
    """Prices are per million tokens, in any currency; without them, costs are counted in tokens only."""

    connection_id: Id = Field(description="A connection of the kind `openai`.")
    model: str = Field(min_length=1, max_length=200, description="The model's name on the server.")
    token_budget: int = Field(
        1_000_000, ge=1000, le=1_000_000_000, description="The maximum number of tokens for the whole analysis."
    )
    frames: bool = Field(False, description="Whether the model gets a frame of each video, if it accepts images.")
    prompt_price: float | None = Field(None, ge=0, le=1_000_000, allow_inf_nan=False)
    completion_price: float | None = Field(None, ge=0, le=1_000_000, allow_inf_nan=False)


class AnalysisOptions(Given):
    detect: list[SceneField] = Field(list(FIELDS), min_length=1)
    confidence_threshold: float = Field(0.7, ge=0, le=1, allow_inf_nan=False)
    include_organized: bool = Field(False, description="Includes scenes that are marked as organized.")
    patterns: list[Pattern] = Field(default_factory=list, max_length=100)
    use_ai: bool = Field(False, description="Also asks a language model for studio, performers, tags and date.")
    ai: AiOptions | None = None

    @model_validator(mode="after")
    def _whom(self) -> Self:
        if self.use_ai != (self.ai is not None):
            raise ValueError("use_ai goes with ai, which names the connection and the model")
        return self


class AnalysisRequest(Given):
    """Selects the scenes in `scene_ids`, or those that match `filters`."""

    scene_ids: list[Id] = Field(default_factory=list, max_length=100_000)
    filters: SceneFilters | None = None
    options: AnalysisOptions = Field(default_factory=AnalysisOptions)
    plan_name: Name | None = None


class Tokens(Answer):
    """`cost` uses the given prices and is null without them. Cached tokens count as prompt tokens, at the same
    price."""

    requests: int
    prompt_tokens: int
    completion_tokens: int
    cost: float | None


class AnalysisStarted(Answer):
    plan_id: str
    job_id: str
    scenes: int
    status: str
    estimate: Tokens | None = Field(description="The estimated cost of the language model; null if none is used.")


class TokensCounted(Tokens):
    cached_tokens: int
    unmetered_requests: int = Field(
        description="Requests whose tokens the server didn't count; their tokens are estimated."
    )
    frames: int = Field(description="Pictures sent to the model.")


class PlanCosts(Answer):
    """The cost of a plan's language model."""

    model: str
    token_budget: int
    estimate: Tokens
    counted: TokensCounted
    failed: int = Field(description="Scenes for which the request failed or the model gave no usable answer.")
    unasked: int = Field(description="Scenes that were left out before a request.")
    invented: int = Field(description="Choices of the model that were not among those offered; they are ignored.")
    stopped: str | None = Field(
        description="Why scenes were left out: `budget`, `cancelled`, or the connection's error code."
    )
    failures: list[str] = Field(description="The first scenes that failed, with the reasons.")


class PlanAnswer(Answer):
    id: str
    name: str
    status: PlanStatusName
    created_at: Time
    applied_at: Time | None
    scenes: int
    changes: dict[str, int] = Field(description="The number of proposed changes for each field.")
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
    source: Literal["rules", "ai"] = Field(description="Whether rules or a language model proposed the change.")


class SceneOfPlan(Answer):
    scene_id: str
    title: str
    path: str | None
    changes: list[ChangeAnswer]


class PlanQuery(Query):
    limit: int = Field(50, ge=1, le=100)
    cursor: Annotated[str, Field(max_length=64)] | None = None


class PlanPage(PlanAnswer):
    counts: dict[str, int] = Field(description="The number of changes with each status.")
    items: list[SceneOfPlan]
    next_cursor: str | None
    cursor: str | None = Field(description="The older name of `next_cursor`.")


class ChangeDecision(Given):
    """`proposed_value` replaces the change's proposed value."""

    status: Literal["pending", "approved", "rejected"] | None = None
    proposed_value: Any = None


class BulkDecision(Given):
    action: Literal["accept_all", "reject_all", "accept_by_field", "reject_by_field", "accept_by_confidence"]
    field: SceneField | None = None
    confidence: float | None = Field(None, ge=0, le=1, allow_inf_nan=False)


class ApplyRequest(Given):
    """Applies approved changes only; ids narrow the selection further."""

    change_ids: list[Annotated[str, Field(max_length=120)]] = Field(default_factory=list, max_length=10_000)
    scene_ids: list[Id] = Field(default_factory=list, max_length=10_000)
    connection_id: Id | None = Field(
        None, description="The server to write to; without it, only the catalogue changes."
    )
    background: Literal[True] = Field(True, description="Always true: a job applies the changes. Follow it by its id.")
